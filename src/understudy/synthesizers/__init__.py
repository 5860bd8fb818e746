"""What learns from rows and makes rows."""
