"""The technical indicators card."""
