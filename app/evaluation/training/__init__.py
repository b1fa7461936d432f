"""How the shipped weights are made from price files."""
