"""How columns become symbols, and back."""
