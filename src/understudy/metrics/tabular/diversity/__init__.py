"""Is everything there that is in the real rows, the rare included?"""
