"""A part of an answer while it is made: sentences with their own citations, put together at the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from groundstone.slides.base import Said, SlideCitation
from groundstone.slides.evidence import Evidence
from groundstone.slides.seen import Sheet

Shown = tuple[str, int]  # deck, slide


@dataclass(frozen=True)
class Reply:
    """``sure``: from 0 to 1, how likely it is what was asked for. ``shown``: the slides that it speaks of, best first.

    ``readable``: a model may read those slides too, as it is no plain fact about the decks and nothing calculated.
    """

    said: tuple[Said, ...]
    citations: tuple[SlideCitation, ...] = ()
    workings: tuple[str, ...] = ()
    shown: tuple[Shown, ...] = ()
    sure: float = 1.0
    declined: bool = False
    closest: bool = False
    readable: bool = False


def of(
    sentences: Sequence[tuple[str, Sequence[int]]],
    evidence: Evidence,
    *,
    workings: Sequence[str] = (),
    sheets: Sequence[Sheet] = (),
    sure: float = 1.0,
    closest: bool = False,
) -> Reply:
    said = tuple(Said(text, tuple(dict.fromkeys(marks))) for text, marks in sentences)
    cited = [(citation.deck, citation.slide) for citation in evidence.citations]
    shown = dict.fromkeys([*((sheet.deck, sheet.slide.number) for sheet in sheets), *cited])
    return Reply(said, tuple(evidence.citations), tuple(workings), tuple(shown), sure, False, closest)


def declined(text: str) -> Reply:
    """A polite no."""
    return Reply((Said(text),), declined=True, sure=0.0)


def plain(text: str) -> Reply:
    """A sentence that rests on the decks as a whole and quotes nothing."""
    return Reply((Said(text),))


def noted(whole: Reply, note: Said) -> Reply:
    return replace(whole, said=(*whole.said, note))


def with_model(whole: Reply, good: Sequence[Said], bad: Sequence[Said], evidence: Evidence, shown: Shown) -> Reply:
    """A model's sentences with the quoted answer: what is borne out in front, the rest behind.

    A polite no stands only while nothing that the model said is borne out.
    """
    if not good:
        return replace(whole, said=(*whole.said, *bad))
    model = Reply(tuple(good), tuple(evidence.citations), shown=(shown,))
    quoted = () if whole.declined or whole.closest else (whole,)
    both = together([model, *quoted])
    return replace(both, said=(*both.said, *bad), declined=False, closest=False, sure=max(whole.sure, 0.8))


def together(replies: Sequence[Reply]) -> Reply:
    """Several as one, their citations numbered anew; what was said already is left out."""
    said: list[Said] = []
    citations: list[SlideCitation] = []
    texts: set[str] = set()
    for reply in replies:
        marks = []
        for citation in reply.citations:
            if citation not in citations:
                citations.append(citation)
            marks.append(citations.index(citation))
        for one in reply.said:
            if one.text not in texts:
                texts.add(one.text)
                said.append(replace(one, citations=tuple(marks[mark] for mark in one.citations)))
    return Reply(
        tuple(said),
        tuple(citations),
        tuple(dict.fromkeys(working for reply in replies for working in reply.workings)),
        tuple(dict.fromkeys(shown for reply in replies for shown in reply.shown)),
        min((reply.sure for reply in replies), default=0.0),
        all(reply.declined for reply in replies),
        any(reply.closest for reply in replies),
        any(reply.readable for reply in replies),
    )
