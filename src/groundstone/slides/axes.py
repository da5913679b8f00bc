"""The numbers along a row or a column of a table, which of them are totals, and which are points in time."""

from __future__ import annotations

import re
from collections.abc import Sequence

from groundstone.slides import lexis, speech
from groundstone.slides.amounts import CURRENCIES
from groundstone.slides.asks import Ask
from groundstone.slides.calculate import Operand
from groundstone.slides.lookup import Place
from groundstone.slides.seen import Matrix
from groundstone.slides.totals import is_total

_TIME = re.compile(
    r"(?:q[1-4]|h[12]|fy|cy|january|february|march|april|may|june|july|august|september|october|november|december|week|"
    r"month|year|quarter|day|19\d\d|20\d\d)"
)


def is_whole(matrix: Matrix, row: int) -> bool:
    """Whether a row is the total of the others: by its name, or because it is their sum ("Group")."""
    return is_total(matrix.rows[row]) or row in matrix.sums


def is_time(labels: Sequence[str]) -> bool:
    """Whether labels are years, quarters or months, so that the first and the last are a beginning and an end."""
    return len(labels) >= 2 and all(any(_TIME.match(token) for token in lexis.tokens(label)) for label in labels)


def along_rows(place: Place, column: int, rows: Sequence[int] = ()) -> list[Operand]:
    matrix, text = place.matrix, place.matrix.kind == "text"
    return [
        Operand(place.sheet, matrix, row, column, speech.short(matrix.rows[row]) if text else matrix.rows[row])
        for row in (rows or range(len(matrix.rows)))
        if matrix.cells[row][column].amount is not None
    ]


def along_columns(place: Place, row: int, columns: Sequence[int] = ()) -> list[Operand]:
    matrix = place.matrix
    return [
        Operand(place.sheet, matrix, row, column, matrix.columns[column])
        for column in (columns or matrix.numeric)
        if matrix.cells[row][column].amount is not None
    ]


def column_of(ask: Ask, place: Place) -> int | None:
    """The column of numbers that is meant: named, the only one, a total, or the latest period."""
    matrix = place.matrix
    named = [column for column in place.columns if column in matrix.numeric]
    if named:
        return named[0]
    if not matrix.numeric:
        return None
    if len(matrix.numeric) == 1:
        return matrix.numeric[0]
    meant = _meant(ask, matrix)
    if meant is not None:
        return meant
    totals = [column for column in matrix.numeric if is_total(matrix.columns[column])]
    if totals:
        return totals[0]
    return matrix.numeric[-1] if is_time([matrix.columns[column] for column in matrix.numeric]) else None


def _meant(ask: Ask, matrix: Matrix) -> int | None:
    """The column that an adjective means: "longest" a length or duration, "cheapest" a price."""
    for adjective, nouns in _ADJECTIVES:
        if adjective.search(ask.folded):
            words = lexis.bag(nouns)
            found = [column for column in matrix.numeric if set(lexis.roots(matrix.columns[column])) & words]
            priced = [column for column in matrix.numeric if _is_money(matrix, column)] if "cost" in nouns else []
            if found or priced:
                return (found or priced)[0]
    return None


def row_meant(ask: Ask, matrix: Matrix) -> int | None:
    """The row that an adjective means where things stand beside each other: the fastest by "Journey (min)"."""
    for adjective, nouns in _ADJECTIVES:
        if adjective.search(ask.folded):
            words = lexis.bag(nouns)
            found = [row for row, label in enumerate(matrix.rows) if set(lexis.roots(label)) & words]
            return found[0] if found else None
    return None


def _is_money(matrix: Matrix, column: int) -> bool:
    return any(cell.amount is not None and cell.amount.dimension in CURRENCIES for cell in matrix.column(column))


_ADJECTIVES = (
    (re.compile(r"\b(?:long|short)(?:er|est)\b"), "length duration km days weeks months hours minutes distance time"),
    (re.compile(r"\b(?:cheap|pric[ei]|dear|cost|charg|pay|paid)\w*|\bexpensive\b"), "cost price fee budget amount"),
    (
        re.compile(r"\b(?:fast|slow|quick)(?:er|est)\b"),
        "speed latency time throughput duration journey travel ride trip response",
    ),
    (re.compile(r"\b(?:young|old)(?:er|est)\b"), "age"),
    (re.compile(r"\b(?:heav|light)(?:ier|iest|er|est)\b"), "weight mass kg"),
    (re.compile(r"\b(?:tall|high)(?:er|est)\b"), "height"),
    (re.compile(r"\b(?:big|larg|small)\w*(?:er|est)\b"), "size area volume population capacity"),
)


def ends_of(matrix: Matrix) -> list[int]:
    names = [matrix.columns[column] for column in matrix.numeric]
    return [matrix.numeric[0], matrix.numeric[-1]] if is_time(names) or len(names) == 2 else []


def is_change(ask: Ask) -> bool:
    return bool(
        re.search(r"\bgr[eo]w|growth|chang|increas|decreas|rose|rise|fell|fall|drop|declin|develop", ask.folded)
    )
