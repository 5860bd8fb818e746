"""Synthesizers of one table."""
