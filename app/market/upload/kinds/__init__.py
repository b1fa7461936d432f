"""Kinds of files: from bytes to rows of cells."""
