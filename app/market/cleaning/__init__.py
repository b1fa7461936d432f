"""From raw rows to checked daily bars."""
