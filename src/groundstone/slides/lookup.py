"""The cell of a table, the point of a chart or the labelled number in a text that a question names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from groundstone.slides import labels, lexis, pairs
from groundstone.slides.asks import CALLED, Ask
from groundstone.slides.passages import DECK, ELSEWHERE, TITLE, Weights
from groundstone.slides.seen import Matrix, Sheet
from groundstone.slides.totals import is_total

PLAIN = 0.25  # for a label of words that are left aside elsewhere ("People"), when the question says it
RELATIONS = frozenset(
    lexis.root(word)
    for word in """along through before after once within across around towards toward since until via onto behind
    beyond into upon during under over up down off out away again still yet""".split()
)
CAPTION = 9  # words at most of a line that says what is shown
EXACT = 0.05  # for a label that the question says in full


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
    weights = weights_of(ask, sheets)
    top = max((sheet.score for sheet in sheets), default=0.0) or 1.0
    found = []
    for sheet in sheets:
        for matrix in (*sheet.matrices, *pairs.lists(sheet)):
            place = of(ask, sheet, matrix, weights)
            named = bool(place.rows) + bool(place.columns)
            exact = EXACT * _exactly(ask, place)
            found.append((place.covered + 0.15 * sheet.score / top + 0.1 * named + exact, place))
    return [place for _, place in sorted(found, key=lambda item: -item[0])]


def weights_of(ask: Ask, sheets: Sequence[Sheet]) -> Weights:
    """How telling the words of a question are, those aside that only say how things lie to each other."""
    names = {lexis.roots(lexis.bare(label)) for sheet in sheets for matrix in sheet.matrices for label in matrix.rows}
    aside = [word for word in ask.order if word not in ask.words and word not in CALLED]
    named = [word for word in aside if (word,) in names]  # names of rows that are no telling words elsewhere
    words = [word for word in ask.words if word not in RELATIONS]
    return Weights([*words, *dict.fromkeys(named)], sheets, lexis.SOFT | ask.heads)


def _exactly(ask: Ask, place: Place) -> bool:
    """Whether the question says a whole label: "brokers" is the column "Brokers" rather than "Old brokers"."""
    said = [*(place.matrix.rows[row] for row in place.rows), *(place.matrix.columns[c] for c in place.columns)]
    return any((own := lexis.content(lexis.bare(label))) and set(own) <= ask.bag for label in said)


def of(ask: Ask, sheet: Sheet, matrix: Matrix, weights: Weights) -> Place:
    known = lexis.bag(f"{sheet.title} {sheet.deck_title} {sheet.deck_name}")
    meanings = labels.terms(sheet)
    across = labels.full(matrix.columns, ask, meanings)
    rows = labels.chosen(matrix.rows, ask, known, meanings, across)
    titled = bool(rows) and not all(is_total(matrix.rows[row]) for row in rows)
    held = () if titled else _holding(ask, matrix)
    rows = held or rows
    used = frozenset(word for row in rows for word in lexis.content(matrix.rows[row]))
    columns = (
        labels.chosen(matrix.columns, ask, known, meanings, used) if len(matrix.columns) > 1 else _only(matrix, ask)
    )
    columns = tuple(column for column in columns if not any(_is_asked(ask, matrix, row, column) for row in held))
    said = [*(matrix.rows[row] for row in rows), *(matrix.columns[column] for column in columns)]
    said += [cell.text for row in rows for cell in matrix.cells[row] if cell.amount is None and cell.text]
    own = lexis.bag(" ".join([*said, *(labels.spelled(label, meanings) for label in said)]))
    own |= {year for label in said for _, year in labels.periods(lexis.roots(label))}
    inner = " ".join(matrix.rows) if matrix.kind == "text" else ""  # what is counted stands with each number
    near = lexis.bag(f"{matrix.name} {matrix.corner} {sheet.title} {inner}")
    lines = [line.text for line in sheet.lines if _is_caption(line.text)]
    heads = [labels.spelled(label, meanings) for label in matrix.columns if not matrix.series]
    captions = lexis.bag(" ".join([*lines, *heads]))
    found: dict[str, float] = {}
    for word in weights.weight:
        found[word] = max(
            lexis.meets(word, own),
            TITLE * lexis.meets(word, near),
            DECK * lexis.meets(word, sheet.deck_words),
            ELSEWHERE * lexis.meets(word, captions),
            0.5 * ELSEWHERE * lexis.meets(word, sheet.words),
        )
    hard = ask.hard - (ask.heads if ask.operation else frozenset()) | (set(weights.weight) - set(ask.words))
    missing = tuple(word for word, value in found.items() if value < 0.7 * ELSEWHERE and word in hard)
    covered = weights.share(found)
    plain = any(not lexis.content(label) and set(lexis.roots(label)) <= ask.bag for label in said if label)
    return Place(sheet, matrix, rows, columns, min(1.0, covered + PLAIN * plain), missing)


def _is_caption(text: str) -> bool:
    """Whether a line may say what a table or chart beside it is of: short, and no sentence."""
    return len(text.split()) <= CAPTION and not text.rstrip().endswith(".")


def _holding(ask: Ask, matrix: Matrix) -> tuple[int, ...]:
    """The rows in which a cell of words stands that the question says in full: what one contractor has to do."""
    found = []
    for row, cells in enumerate(matrix.cells):
        words = [lexis.content(cell.text) for cell in cells if cell.amount is None]
        if any(own and len(own) <= 4 and _is_said(own, ask) for own in words):
            found.append(row)
    return tuple(found) if len(found) * 2 <= len(matrix.rows) or len(found) == 1 else ()


def _is_asked(ask: Ask, matrix: Matrix, row: int, column: int) -> bool:
    """Whether a cell of words says what the question says already."""
    own = lexis.content(matrix.cells[row][column].text)
    return matrix.cells[row][column].amount is None and bool(own) and set(own) <= set(ask.order)


def _is_said(words: Sequence[str], ask: Ask) -> bool:
    return all(word in ask.order and (word in ask.names or len(words) > 1) for word in words)


def _only(matrix: Matrix, ask: Ask) -> tuple[int, ...]:
    """The one column there is; whether the question names it shows in what is covered."""
    return (0,) if matrix.columns else ()


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
