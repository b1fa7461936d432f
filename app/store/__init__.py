"""Cache, single flight and rate windows, in memory or in Redis."""
