"""Signed receipts of documents."""
