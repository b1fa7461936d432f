"""The odds card."""
