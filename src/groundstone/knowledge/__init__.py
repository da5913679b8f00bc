"""Knowledge bases, in the order in which data flows:

source -> parse -> chunk -> index -> retrieve -> read -> converse; ``base.py`` ties them together.
"""
