"""A slide cut into pieces that are embedded each on its own, because a question asks for one row, series or bullet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from groundstone.documents.decks.base import Slide
from groundstone.documents.decks.told import Told, told

LONGEST = 320  # characters of lines that make one piece together; a longer line stays whole
MOST = 24  # pieces of one slide; beyond, neighbouring ones are joined
WHOLE = 1400  # characters of a slide that its own vector stands for; models of sentences read about 256 tokens

PieceKind = Literal["whole", "title", "words", "row", "notes", "description"]


@dataclass(frozen=True, slots=True)
class Piece:
    """``text``: words of the slide, lines of its canonical text. ``embedded``: the same in their context."""

    kind: PieceKind
    text: str
    embedded: str


def pieces(slide: Slide, deck_title: str, text: Told | None = None) -> list[Piece]:
    """The whole slide first, then its title, rows of tables, series of charts, and groups of lines; none if empty."""
    said = told(slide) if text is None else text
    if not said.text:
        return []
    title = slide.title
    parts = _joined(_parts(said, title))
    head = Piece(
        "title", title or deck_title, f"{title} ({deck_title})" if title and deck_title else title or deck_title
    )
    whole = Piece("whole", said.text, said.text[:WHOLE])
    own = [Piece(kind, words, _in_context(words, title)) for kind, words in parts]
    return [whole, head, *own] if head.embedded else [whole, *own]


def _in_context(words: str, title: str) -> str:
    return f"{title}: {words}" if title and title not in words else words


def _parts(said: Told, title: str) -> list[tuple[PieceKind, str]]:
    """Kind and text of the pieces, in the order of the slide."""
    found: list[tuple[PieceKind, str]] = []
    group: list[str] = []
    last: tuple[int, PieceKind] | None = None
    for element, kind, line in lines(said):
        if kind == "title" or line == title:
            continue
        made: PieceKind = "row" if kind in ("table", "chart") else "notes" if kind == "notes" else "words"
        if group and (made == "row" or last != (element, made) or sum(map(len, group)) + len(line) > LONGEST):
            found.append((last[1] if last else made, "\n".join(group)))
            group = []
        group.append(line)
        last = (element, made)
    if group and last:
        found.append((last[1], "\n".join(group)))
    return found


def lines(said: Told) -> list[tuple[int, str, str]]:
    """Number and kind of the element, and words, of every line."""
    found: list[tuple[int, str, str]] = []
    start, spans, at = 0, said.spans, 0
    for line in said.text.split("\n"):
        while at + 1 < len(spans) and spans[at].end <= start:
            at += 1
        found.append((spans[at].element, spans[at].kind, line))
        start += len(line) + 1
    return found


def _joined(parts: list[tuple[PieceKind, str]]) -> list[tuple[PieceKind, str]]:
    """At most ``MOST`` parts: neighbours are put together, evenly."""
    if len(parts) <= MOST:
        return parts
    step = -(-len(parts) // MOST)
    groups = [parts[start : start + step] for start in range(0, len(parts), step)]
    return [(group[0][0], "\n".join(words for _, words in group)) for group in groups]
