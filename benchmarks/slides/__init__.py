"""Decks with questions whose answers are known, for benchmarks/slide_decks.py: texts in topics/, drawn by this code.

Two sets share neither subjects nor wordings nor names: "dev" may be looked at while something is improved, "held" is
for judging.
"""
