"""What may be done with a synthetic table, and the evidence: as values, as a page, as JSON."""
