"""Forged documents: what pixels, words and the file itself tell of changes; honest data to learn and judge by."""
