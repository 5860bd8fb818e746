"""Synthesizers that join margins by a copula."""
