"""Forged documents: what pixels, words and the file itself tell of changes; and honest data to learn and judge it by."""
