"""Applications: one folder each, found through the registry in ``platform.py``."""
