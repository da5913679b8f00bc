"""Documents that answer questions: pages are read into words with places, understood, and asked.

Read the files in the order in which a document passes: ``base`` (the nouns), ``examine``, ``reader`` (bytes to words,
in limited child processes), ``layout/`` (pairs, tables, check boxes), ``queries/`` (questions to answers),
``rules/`` (answers to a decision), ``table`` (answers as CSV).
"""
