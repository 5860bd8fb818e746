"""Whether the rows do the work of real ones."""
