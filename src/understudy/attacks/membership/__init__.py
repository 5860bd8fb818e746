"""Attacks that guess whether a record was among the training rows, from the synthetic rows alone."""
