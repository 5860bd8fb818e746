"""Whether groups of people fare in the synthetic rows as they do in the real ones."""
