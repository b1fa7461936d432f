"""The seed of everything random that happens while serving, so that the same bars give the same bytes."""

SEED = 0
