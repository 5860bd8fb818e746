"""Questions to one synthetic table."""
