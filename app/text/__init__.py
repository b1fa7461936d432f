"""How numbers are written, and what terms of art mean."""
