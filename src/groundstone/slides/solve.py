"""Questions that numbers and cells answer: one value, a whole row, or a calculation over several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from groundstone.filters import fold
from groundstone.slides import aggregates, amounts, calculate, lexis, lookup
from groundstone.slides import reply as replies
from groundstone.slides.asks import Ask
from groundstone.slides.axes import along_columns, along_rows, column_of, ends_of, is_change, is_time, is_total
from groundstone.slides.calculate import Operand, Result
from groundstone.slides.cells import value
from groundstone.slides.evidence import Evidence
from groundstone.slides.lookup import Place
from groundstone.slides.operands import two_of
from groundstone.slides.reply import Reply
from groundstone.slides.seen import Sheet

COVERED = 0.6  # share of the question's words that a table has to hold, with its title and deck


def computed(ask: Ask, place: Place) -> Reply | None:
    """The calculation that a question asks for, over one table; None when it cannot be made there."""
    match ask.operation:
        case "difference" | "ratio" | "percent":
            two = _two(ask, place)
            return between(ask, *two) if two else None
        case "sum" | "average":
            return aggregates.aggregate(ask, place)
        case "most" | "least" | "which":
            return aggregates.rank(ask, place)
        case "grew" | "fell":
            return aggregates.growth(ask, place)
        case "share":
            return aggregates.share(ask, place)
        case "count":
            return aggregates.filtered(ask, place) if ask.threshold else aggregates.count(ask, place)
    return None


def _two(ask: Ask, place: Place) -> tuple[Operand, Operand] | None:
    matrix = place.matrix
    columns = [column for column in place.columns if column in matrix.numeric]
    if len(place.rows) >= 2:
        if len(columns) >= 2 and len(place.rows) == len(columns) == 2 and not matrix.series:
            return None
        column = column_of(ask, place)
        found = along_rows(place, column, place.rows[:2]) if column is not None else []
        if column is not None and len(matrix.numeric) > 1 and not columns:
            found = [Operand(one.sheet, one.matrix, one.row, one.column) for one in found]
        return (found[0], found[1]) if len(found) == 2 else None
    row = place.rows[0] if place.rows else 0 if len(matrix.rows) == 1 else None
    if row is None and len(columns) >= 2:
        row = next((index for index, name in enumerate(matrix.rows) if is_total(name)), None)
    if row is not None and len(matrix.numeric) >= 2:
        alone = len(columns) == 1 and len(matrix.numeric) == 2  # "cheaper in the cloud": than in the other column
        chosen = columns[:2] if len(columns) >= 2 else ends_of(matrix) if not columns or alone else []
        found = along_columns(place, row, chosen) if chosen else []
        return (found[0], found[1]) if len(found) == 2 else None
    if row is None and is_change(ask) and is_time(matrix.rows):
        column = column_of(ask, place)
        found = along_rows(place, column) if column is not None else []
        return (found[0], found[-1]) if len(found) >= 2 else None
    return None


def between(ask: Ask, one: Operand, other: Operand) -> Reply | None:
    """Two numbers set against each other as the question asks, refused when their units differ."""
    evidence = Evidence()
    marks = (one.cite(evidence), other.cite(evidence))
    why = calculate.unlike(one.amount, other.amount)
    if why:
        text = f"{one.label} is {one.said} and {other.label} is {other.said}; {why}, so I do not calculate with them."
        return replies.of([(text, marks)], evidence, sheets=(one.sheet, other.sheet), sure=0.7)
    result = _between(ask, one, other)
    if result is None:
        return None
    return replies.of(
        [(result.text, marks)], evidence, workings=(result.working,), sheets=(one.sheet, other.sheet), sure=1.0
    )


def _between(ask: Ask, one: Operand, other: Operand) -> Result | None:
    if ask.operation == "ratio":
        return calculate.ratio(one, other)
    first, last = _in_time(one, other)
    if ask.operation == "percent":
        return calculate.percent(first, last)
    return calculate.change(first, last) if is_change(ask) and first.label != last.label else (
        calculate.difference(one, other)
    )  # fmt: skip


def _in_time(one: Operand, other: Operand) -> tuple[Operand, Operand]:
    """The earlier one first, by the order of the table."""
    same = one.matrix is other.matrix
    later = same and (one.column > other.column or (one.column == other.column and one.row > other.row))
    timed = is_time([one.label, other.label])
    return (other, one) if later and timed else (one, other)


def fits(place: Place, ask: Ask) -> bool:
    """Whether a table is what a question asks about: it has every name and number, and most of the words."""
    names = all(lexis.is_there(name, place.sheet.words) for name in ask.names)
    return names and place.covered >= COVERED and not place.missing


def _is_label(ask: Ask, place: Place) -> bool:
    """Whether the comparison is what a row or column is called: "under 12"."""
    words = f"{ask.threshold[0]} {amounts.plain(ask.threshold[1].number)}" if ask.threshold else ""
    return any(words in fold(label) for label in (*place.matrix.rows, *place.matrix.columns))


def solved(ask: Ask, sheets: Sequence[Sheet]) -> Reply | None:
    """The best answer by numbers and cells, over all slides at hand."""
    found = lookup.places(ask, sheets)
    if ask.threshold and any(_is_label(ask, place) for place in found):
        ask = replace(ask, compares=False)
        found = lookup.places(ask, sheets)
    if ask.operation:
        for place in found:
            reply = computed(ask, place) if fits(place, ask) else None
            if reply is not None:
                return reply
        if ask.operation in ("difference", "ratio", "percent", "which"):
            two = two_of(ask, sheets)
            reply = between(ask, *two) if two else None
            if reply is not None:
                return reply
    for place in found:
        if (place.matrix.kind != "text") and fits(place, ask):
            reply = aggregates.filtered(ask, place) if ask.threshold and not place.rows else value(ask, place)
            if reply is not None:
                return reply
    return None
