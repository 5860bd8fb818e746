"""Older ways to hide who is in a table, one file each: real rows, changed."""
