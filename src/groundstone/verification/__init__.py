"""Verification: documents arrive, are read, decided by rules and written down; durable at every step."""
