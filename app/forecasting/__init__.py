"""How trained networks are kept, as text without pickle, and how they are run without being built again."""
