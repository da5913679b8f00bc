"""Varied forms and receipts with known truth, for development; see ``sample.samples`` and ``contact_sheet``."""
