"""Questions to a document: which of its words answer, how surely, and why.

Read the files in this order: ``sheet`` (pieces of text and who stands next to whom), ``labels`` (words that may name a
value), ``wording``, ``vocabulary`` and ``match`` (how well a label says what a question asks), ``propose`` (which words
may be the answer), ``features`` with ``bound`` and ``amounts`` (what speaks for each), ``weigh`` (how likely it is),
``desk`` (one page, ready to be asked), ``answers`` (what is said in the end, and why).
"""

from groundstone.documents.queries.answers import Answers

__all__ = ["Answers"]
