"""Whether the rows look real."""
