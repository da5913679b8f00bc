"""The column or row that a question means without naming it: by its unit, by what kind of thing it asks, by meaning."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from groundstone.slides import lexis
from groundstone.slides.amounts import CURRENCIES
from groundstone.slides.asks import Ask
from groundstone.slides.labels import USUAL, spelled
from groundstone.slides.lookup import Place, column_for
from groundstone.slides.meaning import Meaning
from groundstone.slides.seen import Matrix
from groundstone.slides.totals import is_total

NEAR = 0.38  # cosine of a question and a column's name from which it is meant
AHEAD = 0.05  # how much nearer than the next one it has to be
_MONEY = re.compile(
    r"\b(?:cost|costs|price|prices|priced|worth|values?|valued|pays?|paid|spend|spent|spending|bill|budget|charge[sd]?|expensive|"
    r"cheap\w*|revenue|turnover|sales|earn\w*|sav(?:e|es|ed|ing|ings)|funding|millions?|billions?|contributes?|euros?|dollars?|pounds?|money|fee|fees)\b|[$€£]"
)
_SHARE = re.compile(r"\b(?:percent(?:age)?|per cent|share|proportion|fraction|rates?|interest|margin|yield|coupon)\b|%")


def hinted(ask: Ask, place: Place) -> Place:
    """The place with the column whose unit, or whose kind of number, the question asks for."""
    if place.columns or len(place.matrix.columns) < 2:
        return place
    for found in (_by_unit(ask, place.matrix), _by_kind(ask, place.matrix)):
        said = [column for column in found if _is_said(ask, place.matrix.columns[column])]
        chosen = found if len(found) == 1 else said
        if len(chosen) == 1:
            return replace(place, columns=tuple(chosen))
    alike = [column for column in place.matrix.numeric if _is_alike(ask, place.matrix.columns[column])]
    return replace(place, columns=tuple(alike)) if len(alike) == 1 and ask.operation else place


def _is_alike(ask: Ask, label: str) -> bool:
    """Whether each word of a label is another form of one in the question: "Saving" of "saved"."""
    words = lexis.content(lexis.bare(label))
    return bool(words) and all(lexis.meets(word, ask.bag) or lexis.meets(_stem(word), ask.bag) for word in words)


def _stem(word: str) -> str:
    return re.sub(r"(?:ing|ed)$", "e", word)


def _is_said(ask: Ask, label: str) -> bool:
    """Whether any word of a label stands in the question, be it one that also names a calculation ("average")."""
    return any(root in ask.order for root in lexis.content(spelled(lexis.bare(label), USUAL)))


def settled(ask: Ask, place: Place, meaning: Meaning) -> Place:
    """The place with a column, and failing that a row, where the question means one without naming it."""
    place = hinted(ask, place)
    matrix = place.matrix
    whole = matrix.series or ask.operation in ("sum", "average", "count", "most", "least")
    if not place.columns and len(matrix.columns) > 1 and not (place.rows and whole):
        column = _column(ask, place, meaning)
        if column is not None:
            place = replace(place, columns=(column,))
    if (
        not place.rows
        and place.columns
        and not matrix.series
        and len(place.columns) <= 2
        and ask.operation is None
        and (not ask.threshold)
    ):
        total = next((row for row, label in enumerate(matrix.rows) if is_total(label)), None)
        if not place.missing:
            return place if total is None or ask.wants not in ("number", "text") else replace(place, rows=(total,))
        row = _nearest([_named(place, row, place.columns[0]) for row in range(len(matrix.rows))], meaning)
        place = place if row is None else replace(place, rows=(row,))
    return place


def _column(ask: Ask, place: Place, meaning: Meaning) -> int | None:
    if ask.wants in ("who", "when", "where") and ask.operation is None:
        return column_for(ask, place.matrix)
    if len(place.matrix.numeric) == 1 and (ask.operation or ask.wants == "number"):
        return place.matrix.numeric[0]
    among = place.matrix.numeric if ask.operation or ask.wants == "number" else range(len(place.matrix.columns))
    rows = place.rows or (0,)
    at = _nearest([_named(place, rows[0], column) for column in among], meaning)
    return None if at is None else tuple(among)[at]


def _by_unit(ask: Ask, matrix: Matrix) -> list[int]:
    """Columns whose unit in brackets the question says: "how many GB"."""
    found = []
    for column in matrix.numeric:
        unit = re.search(r"[(\[]([^)\]]*)[)\]]\s*$", matrix.columns[column])
        words = set(lexis.roots(unit[1])) if unit else set()
        if any(word in ask.order for word in words if word.isalpha()):
            found.append(column)
    return found


def _by_kind(ask: Ask, matrix: Matrix) -> list[int]:
    """Columns of money for a question about costs, of percentages for one about shares."""
    dimensions = {column: _dimension(matrix, column) for column in matrix.numeric}
    if _MONEY.search(ask.folded):
        return [column for column, dimension in dimensions.items() if dimension in CURRENCIES]
    if _SHARE.search(fold_bare(ask)) and ask.operation != "percent":
        return [column for column, dimension in dimensions.items() if dimension == "%"]
    if ask.operation == "sum":
        return [column for column, dimension in dimensions.items() if dimension != "%"]
    return []


def says_kind(word: str) -> bool:
    """Whether a word only tells the kind of number that is asked for: "price", "percentage"."""
    return bool(_MONEY.fullmatch(word) or _SHARE.fullmatch(word))


def fold_bare(ask: Ask) -> str:
    return ask.bare.casefold()


def _dimension(matrix: Matrix, column: int) -> str:
    found = [cell.amount.dimension for cell in matrix.column(column) if cell.amount is not None]
    return max(set(found), key=found.count) if found else ""


def _named(place: Place, row: int, column: int) -> str:
    matrix = place.matrix
    return f"{place.sheet.title}: {matrix.rows[row]}, {matrix.columns[column]}"


def _nearest(names: Sequence[str], meaning: Meaning) -> int | None:
    near = meaning.near(names)
    ranked = sorted(range(len(near)), key=lambda at: -near[at])
    if not ranked or near[ranked[0]] < NEAR or (len(ranked) > 1 and near[ranked[0]] - near[ranked[1]] < AHEAD):
        return None
    return ranked[0]
