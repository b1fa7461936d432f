"""Where prices come from, and what is known about them."""
