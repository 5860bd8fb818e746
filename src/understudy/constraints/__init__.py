"""Exact relations between columns."""
