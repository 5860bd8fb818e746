"""Synthesizers of margins alone."""
