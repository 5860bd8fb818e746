"""What data is, before any row is seen."""
