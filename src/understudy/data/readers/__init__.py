"""Files to rows, as the source holds them."""
