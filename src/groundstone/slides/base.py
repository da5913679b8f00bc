"""The nouns of asking decks. Frozen, plain, free of any engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from groundstone.documents.decks.base import Deck
from groundstone.records import Box

Way = Literal["together", "described"]  # picture and words embedded together, or a description of the slide embedded
WAYS: tuple[Way, ...] = ("together", "described")


@dataclass(frozen=True, slots=True)
class DeckInfo:
    """A deck on the shelf. ``state``: "reading", "ready", "partial" (some of it could not be read) or "failed".

    ``ready``: how many slides can be asked already, of ``slides``. ``origin``: where it came from, such as an upload,
    a folder or s3://bucket/key. ``problems``: what was left out or went wrong, in words. ``added``: ISO 8601, UTC.
    """

    id: str
    name: str
    title: str
    media_type: str
    slides: int
    ready: int
    state: Literal["reading", "ready", "partial", "failed"]
    origin: str
    added: str
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SlideHit:
    """A slide that was found; ``score`` from 0 to 1, comparable within one search. ``reasons``: why it ranks there."""

    deck: str  # id
    slide: int
    score: float
    reasons: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class SlideCitation:
    """Words of a slide: ``quote`` stands in the text of that slide exactly (decks/told.py), at ``boxes`` on it.

    ``kind`` is the kind of element that says it: "table", "chart", "notes", "picture" ...
    """

    deck: str
    deck_name: str
    slide: int
    slide_title: str
    quote: str
    kind: str
    boxes: tuple[Box, ...] = ()


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence of an answer, and the indexes (from 0) into ``SlideAnswer.citations`` that bear it out."""

    text: str
    citations: tuple[int, ...] = ()
    supported: bool = True  # False: worded by a model, and not borne out by the words on the slide


@dataclass(frozen=True, slots=True)
class Turn:
    """One exchange of a conversation: the question, how it was understood, and the slides (deck, number) shown."""

    question: str
    understood: str
    shown: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class SlideAnswer:
    """What decks say to a question.

    ``understood``: the question as it was asked of the slides, with what a follow-up leaves out filled in.
    ``workings``: each calculation in full, such as "175 billion - 1.5 billion = 173.5 billion". ``slides``: what was
    looked at, best first. ``declined``: the decks do not say it. ``model``: the model that read the slide, if one did.
    """

    question: str
    understood: str
    said: tuple[Said, ...]
    citations: tuple[SlideCitation, ...] = ()
    workings: tuple[str, ...] = ()
    slides: tuple[SlideHit, ...] = ()
    declined: bool = False
    closest: bool = False  # passages that come nearest; they may not be what was asked for
    model: str = ""

    @property
    def text(self) -> str:
        return " ".join(one.text for one in self.said)


class Shelf(Protocol):
    """The decks that one caller may ask."""

    def decks(self) -> Sequence[DeckInfo]:
        """All of them, newest first."""
        ...

    def deck(self, id: str) -> Deck:
        """Raises NotFound."""
        ...

    def search(self, text: str, *, decks: Sequence[str] = (), limit: int = 10) -> Sequence[SlideHit]:
        """Slides for a text, best first, of these decks or of all."""
        ...
