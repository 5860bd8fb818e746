"""Whether the rows give away who was in the training data."""
