"""Do the rows look real?"""
