"""The two numbers that a comparison is about, wherever they stand: in texts, tables or charts, on one slide or two."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from groundstone.slides import lexis, pairs, speech
from groundstone.slides.asks import Ask
from groundstone.slides.calculate import Operand
from groundstone.slides.labels import periods
from groundstone.slides.lookup import weights_of
from groundstone.slides.passages import DECK, TITLE, Weights
from groundstone.slides.seen import Sheet

LIKELY = 40  # numbers that are paired with each other
COVERED = 0.6  # of the question's words, by both together
UNLIKE = 0.4  # ... with what is taken off for unlike units: then it is said that they cannot be set against each other
NAMED = 0.35  # what a word counts more that only one of the two has to have


@dataclass(frozen=True)
class _Number:
    operand: Operand
    held: dict[str, float]  # how far it has each word of the question
    own: frozenset[str]  # the words of the question in its own label
    value: float
    label: frozenset[str]  # every word of its label and of the titles
    periods: frozenset[tuple[str, str]]  # quarters with their year in its label and in the titles


def two_of(ask: Ask, sheets: Sequence[Sheet], *, loose: bool = False) -> tuple[Operand, Operand] | None:
    """The pair of numbers that has the question's words between them, each with some that the other lacks.

    None when there is none, or when a name of the question stands with neither. ``loose``: other words may be missing,
    and a name has to tell the two apart.
    """
    weights = weights_of(ask, sheets)
    numbers = sorted(_numbers(ask, sheets, weights), key=lambda one: -one.value)[:LIKELY]
    best: tuple[float, _Number, _Number] | None = None
    for one, other in combinations(numbers, 2):
        score = _fit(ask, one, other, weights) if _is_whole(ask, one, other, loose) else 0.0
        score = score if not loose or _apart_by_name(ask, one, other) else 0.0
        like = one.operand.amount.dimension == other.operand.amount.dimension
        if score >= (COVERED if like else UNLIKE) and (best is None or score > best[0]):
            best = (score, one, other)
    if best is None:
        return None
    first, last = sorted(best[1:], key=lambda one: _first(ask, one, best))
    return first.operand, last.operand


def _first(ask: Ask, one: _Number, best: tuple[float, _Number, _Number]) -> int:
    """Where in the question its own word stands that the other lacks."""
    other = best[2] if one is best[1] else best[1]
    return min((ask.order.index(word) for word in one.own - other.own if word in ask.order), default=999)


def _numbers(ask: Ask, sheets: Sequence[Sheet], weights: Weights) -> Iterator[_Number]:
    top = max((sheet.score for sheet in sheets), default=0.0) or 1.0
    for sheet in sheets:
        title, deck = lexis.bag(sheet.title), sheet.deck_words
        for operand in _operands(sheet):
            matrix = operand.matrix
            full = f"{operand.label} {matrix.rows[operand.row]} {operand.amount.unit}"
            label = lexis.bag(f"{full} {matrix.name} {matrix.corner}")
            held = {
                word: max(lexis.meets(word, label), TITLE * lexis.meets(word, title), DECK * lexis.meets(word, deck))
                for word in weights.weight
            }
            own = frozenset(word for word, value in held.items() if value >= 0.7)
            if own:
                value = weights.share(held) + 0.1 * sheet.score / top
                said = f"{operand.label} {operand.matrix.name} {sheet.title} {sheet.deck_title}"
                known = frozenset(periods(lexis.roots(said)))
                yield _Number(operand, held, own, value, label | title | deck, known)


def _operands(sheet: Sheet) -> Iterator[Operand]:
    spoken = pairs.single(sheet)
    for matrix in (*sheet.matrices, *([spoken] if spoken else ())):
        for row, cells in enumerate(matrix.cells):
            for column, cell in enumerate(cells):
                if cell.amount is not None and not (cell.amount.is_year and matrix.kind == "table"):
                    yield Operand(sheet, matrix, row, column, speech.label(matrix, row, column))


def _is_whole(ask: Ask, one: _Number, other: _Number, loose: bool) -> bool:
    """Whether the two have every telling word of the question between them; ``loose``: what names rows elsewhere."""
    telling = [word for word in one.held if word not in ask.words or (word in ask.hard and not loose)]
    return all(max(one.held[word], other.held[word]) >= 0.4 for word in telling)


def _apart_by_name(ask: Ask, one: _Number, other: _Number) -> bool:
    return bool((one.own - other.own) & ask.names) and bool((other.own - one.own) & ask.names)


def _fit(ask: Ask, one: _Number, other: _Number, weights: Weights) -> float:
    if not (one.own - other.own) or not (other.own - one.own):
        return 0.0
    found = {}
    for word in weights.weight:
        left, right = one.held[word], other.held[word]
        apart = word in ask.names or (word in one.own) != (word in other.own)
        found[word] = max(left, right) if word in ask.names else (left + right) / 2 + (NAMED * max(left, right)) * apart
    labels = one.label | other.label
    if not all(lexis.is_there(name, labels) for name in ask.names):
        return 0.0
    if periods(ask.order) and not set(periods(ask.order)) <= one.periods | other.periods:
        return 0.0
    left_unit, right_unit = one.operand.amount.dimension, other.operand.amount.dimension
    like = 0.1 if left_unit == right_unit else -0.3 if left_unit and right_unit else -0.5
    same = 0.05 if one.operand.amount.unit == other.operand.amount.unit else 0.0
    return weights.share(found) + like + same
