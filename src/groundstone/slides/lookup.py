"""The cell of a table, the point of a chart or the labelled number in a text that a question names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from groundstone.slides import lexis, pairs
from groundstone.slides.asks import Ask
from groundstone.slides.passages import DECK, ELSEWHERE, TITLE, Weights
from groundstone.slides.seen import Matrix, Sheet

FULL = 0.75  # share of a label that the question has to name
PART = 0.45  # ... when no label is named in full, and no other comes near
APART = 0.12


@dataclass(frozen=True)
class Place:
    """What a question names of one table: rows and columns in the order of the question, and how well it all fits.

    ``covered``: share of the question's words that its labels, its name, the title or the deck hold. ``missing``: the
    words that nothing near it holds.
    """

    sheet: Sheet
    matrix: Matrix
    rows: tuple[int, ...]
    columns: tuple[int, ...]
    covered: float
    missing: tuple[str, ...]


def places(ask: Ask, sheets: Sequence[Sheet]) -> list[Place]:
    """Every table and chart with what the question names of it, the best first."""
    weights = Weights(ask.words, sheets, lexis.SOFT | ask.heads)
    top = max((sheet.score for sheet in sheets), default=0.0) or 1.0
    found = []
    for sheet in sheets:
        for matrix in (*sheet.matrices, *pairs.lists(sheet)):
            place = of(ask, sheet, matrix, weights)
            named = bool(place.rows) + bool(place.columns)
            found.append((place.covered + 0.15 * sheet.score / top + 0.1 * named, place))
    return [place for _, place in sorted(found, key=lambda item: -item[0])]


def of(ask: Ask, sheet: Sheet, matrix: Matrix, weights: Weights) -> Place:
    known = lexis.bag(f"{sheet.title} {sheet.deck_title} {sheet.deck_name}")
    rows = chosen(matrix.rows, ask, known)
    columns = chosen(matrix.columns, ask, known) if len(matrix.columns) > 1 else _only(matrix, ask)
    labels = lexis.bag(" ".join([*(matrix.rows[row] for row in rows), *(matrix.columns[column] for column in columns)]))
    inner = " ".join(matrix.rows) if matrix.kind == "text" else ""  # what is counted stands with each number
    near = lexis.bag(f"{matrix.name} {matrix.corner} {sheet.title} {inner}")
    found: dict[str, float] = {}
    for word in ask.words:
        found[word] = max(
            lexis.meets(word, labels),
            TITLE * lexis.meets(word, near),
            DECK * lexis.meets(word, sheet.deck_words),
            0.5 * ELSEWHERE * lexis.meets(word, sheet.words),
        )
    missing = tuple(word for word, value in found.items() if value < ELSEWHERE and word in ask.hard)
    return Place(sheet, matrix, rows, columns, weights.share(found), missing)


def _only(matrix: Matrix, ask: Ask) -> tuple[int, ...]:
    """The one column there is; whether the question names it shows in what is covered."""
    return (0,) if matrix.columns else ()


def chosen(labels: Sequence[str], ask: Ask, known: frozenset[str]) -> tuple[int, ...]:
    """The labels that a question names; failing that the one that comes closest, if none else does.

    ``known``: words of the titles; a label that only shares those with the question is not what it names.
    """
    found = lexis.mentioned(labels, ask.bag, ask.order)
    full = [index for index, score in found if score >= FULL]
    if full:
        return tuple(full)
    own = frozenset(word for word in ask.bag if word not in known)
    found = [item for item in found if any(lexis.meets(word, own) for word in lexis.content(labels[item[0]]))]
    ranked = sorted(found, key=lambda item: -item[1])
    if not ranked or ranked[0][1] < PART:
        return ()
    return (ranked[0][0],) if len(ranked) == 1 or ranked[0][1] - ranked[1][1] >= APART else ()


def column_for(ask: Ask, matrix: Matrix) -> int | None:
    """The column that a question means without naming it: the only one with numbers, or with people, or with dates."""
    if len(matrix.columns) == 1:
        return 0
    hints = {"who": _WHO, "when": _WHEN, "where": _WHERE}.get(ask.wants)
    if hints:
        named = [index for index, name in enumerate(matrix.columns) if set(lexis.roots(name)) & hints]
        if len(named) >= 1:
            return named[0]
    if ask.wants in ("number", "text", "yesno") or ask.operation:
        return matrix.numeric[0] if len(matrix.numeric) == 1 else None
    return None


def _set(words: str) -> frozenset[str]:
    return frozenset(lexis.root(word) for word in words.split())


_WHO = _set(
    "owner lead leader responsible person contact manager name team head assignee who accountable sponsor author"
)
_WHEN = _set(
    "date due deadline when start end launch month quarter year time eta target finish completion week delivery"
)
_WHERE = _set("where location site city country office region place venue room")
