"""The Prophet card."""
