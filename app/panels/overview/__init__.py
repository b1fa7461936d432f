"""The overview card."""
