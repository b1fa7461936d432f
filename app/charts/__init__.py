"""Numbers in, picture out: one module per kind of picture, all in the house colours of ``chart``."""
