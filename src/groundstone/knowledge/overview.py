"""Questions about plain documents as a whole: how many there are, which, and what they are about."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from groundstone.filters import fold
from groundstone.knowledge import wording
from groundstone.knowledge.answer import Answer
from groundstone.knowledge.quotes import Evidence, card
from groundstone.questions.query import Query
from groundstone.records import Document, Sentence
from groundstone.text import trim

if TYPE_CHECKING:
    from groundstone.knowledge.base import KnowledgeBase

SHOWN = 20  # documents named
_WHAT = r"(?:documents?|files?|texts?|articles?|papers?)"
_HERE = r"(?: (?:are there|do you have|have you got|are here|do you know|are in (?:it|here|there)|here|in total))*"
_COUNT = re.compile(rf"how many {_WHAT}{_HERE}|(?:the )?number of {_WHAT}{_HERE}|count (?:the |all )?{_WHAT}")
_LIST = re.compile(rf"(?:what|which) {_WHAT}{_HERE}|(?:list|show|name)(?: me)?(?: all| the| your| all the)* {_WHAT}")
_THIS = (
    r"(?:this|it|that|these|everything|(?:the|these|this|your) (?:knowledge base|collection|documents|files|handbook))"
)
_ABOUT = re.compile(
    rf"what(?:s| is| are) {_THIS}(?: all)? about|what(?:s| is) in (?:here|{_THIS})|what do you know(?: about)?"
    rf"|what(?:s| is) this|what can i ask(?: you)?(?: about)?|(?:what )?topics(?: are there)?"
)


def overview(kb: KnowledgeBase, query: Query) -> Answer | None:
    """The number and the titles of the documents, cited; None when the question asks for something else."""
    words = " ".join(re.sub(r"[^\w\s]", "", fold(query.text)).split())
    about = _ABOUT.fullmatch(words) is not None
    if not about and not _COUNT.fullmatch(words) and not _LIST.fullmatch(words):
        return None
    total = kb.collection.count(kb.principal)
    if not total:
        return None
    documents = kb.collection.select(kb.principal, limit=SHOWN)
    evidence = Evidence()
    marks = tuple(_cited(document, evidence) for document in documents)
    lead = f"{kb.spec.title} is about {kb.spec.about}. " if about and kb.spec.about else ""
    cards = tuple(card(item, kb.card_fields, mark) for item, mark in zip(documents, marks, strict=True))
    sentence = Sentence(lead + _named(total, documents), marks)
    return Answer(query.text, (sentence,), query, tuple(evidence.citations), cards, strength="exact", total=total)


def _named(total: int, documents: list[Document]) -> str:
    titles = [document.title for document in documents]
    if total > len(titles):
        titles.append(f"{total - len(titles):,} more")
    noun = "document" if total == 1 else "documents"
    return f"There {'is' if total == 1 else 'are'} {total:,} {noun} here: {wording.joined(titles)}."


def _cited(document: Document, evidence: Evidence) -> int:
    """The first line of a document, which is mostly its title."""
    start, end = trim(document.text, 0, len(document.text)) or (0, len(document.text))
    line = document.text.find("\n", start, end)
    return evidence.cite(document, start, end if line < 0 else line)
