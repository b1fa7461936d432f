"""Days and numbers as people write them."""
