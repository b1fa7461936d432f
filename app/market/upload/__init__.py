"""A visitor's own file of prices."""
