"""Scores of past forecasts: losses, coverage, receipts and tests."""
