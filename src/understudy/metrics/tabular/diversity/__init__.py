"""Whether everything is there that is in the real rows, the rare included."""
