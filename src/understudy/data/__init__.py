"""Rows together with what they mean."""
