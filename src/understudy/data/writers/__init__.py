"""Rows to files, written as the source was."""
