"""Whole pages and documents."""
