"""Sums, averages, ranks, growth, shares and counts over the rows or columns of one table."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from groundstone.slides import calculate, lexis, speech
from groundstone.slides import reply as replies
from groundstone.slides.asks import Ask
from groundstone.slides.axes import (
    along_columns,
    along_rows,
    column_of,
    ends_of,
    is_time,
    is_whole,
    row_meant,
)
from groundstone.slides.calculate import Operand, Result
from groundstone.slides.cells import value
from groundstone.slides.evidence import Evidence
from groundstone.slides.lookup import Place
from groundstone.slides.reply import Reply
from groundstone.slides.totals import TOTAL, is_total


def filtered(ask: Ask, place: Place) -> Reply | None:
    """The rows whose number is above or below one that the question says, and how many they are."""
    threshold, matrix = ask.threshold, place.matrix
    column = column_of(ask, place)
    if threshold is None or column is None:
        return None
    words, limit = threshold
    held = [operand for operand in along_rows(place, column) if not is_whole(matrix, operand.row)]
    if not held:
        return None
    bare = not limit.dimension and limit.factor == 1
    edge = limit.number if bare else limit.value
    wanted = [one for one in held if _passes(words, one.amount.number if bare else one.amount.value, edge)]
    evidence = Evidence()
    marks = [operand.cite(evidence) for operand in (wanted or held)]
    names = speech.joined([f"{operand.matrix.rows[operand.row]} ({operand.said})" for operand in wanted])
    text = f"{len(wanted)} of {len(held)}: {names}." if wanted else f"None of the {len(held)}."
    return replies.of([(text, marks)], evidence, sheets=(place.sheet,), sure=place.covered)


def _passes(words: str, number: Decimal, limit: Decimal) -> bool:
    if words in ("at least",):
        return number >= limit
    if words in ("at most", "up to"):
        return number <= limit
    return number < limit if words in ("less than", "under", "below", "fewer than", "lower than") else number > limit


def aggregate(ask: Ask, place: Place) -> Reply | None:
    """A sum or an average over the rows or columns named, or over all; a total that stands there is quoted."""
    matrix, name = place.matrix, "Total" if ask.operation == "sum" else "Average"
    several = [column for column in place.columns if column in place.matrix.numeric]
    if len(several) > 1 and len(place.rows) != 1:
        each = [aggregate(ask, replace(place, columns=(column,))) for column in several[:4]]
        made_each = [reply for reply in each if reply is not None]
        return replies.together(made_each) if made_each else None
    wanted = TOTAL - {"average", "mean"} if ask.operation == "sum" else {lexis.root("average"), "mean"}
    ready = [row for row in place.rows if set(lexis.roots(matrix.rows[row])) & wanted]
    if ready and len(place.rows) - len(ready) < 2:
        return value(ask, Place(place.sheet, matrix, tuple(ready), place.columns, place.covered, place.missing))
    rows = [row for row in place.rows if not is_whole(matrix, row)]
    columns = [column for column in place.columns if column in matrix.numeric]
    if len(rows) == 1 and len(matrix.numeric) > 1 and len(columns) != 1:
        totals = [column for column in matrix.numeric if set(lexis.roots(matrix.columns[column])) & wanted]
        if totals and not columns:
            return value(ask, Place(place.sheet, matrix, tuple(rows), tuple(totals), place.covered, ()))
        found = along_columns(place, rows[0], [c for c in columns or matrix.numeric if not is_total(matrix.columns[c])])
        what = matrix.rows[rows[0]]
    elif len(rows) == 1:
        return None
    else:
        column = column_of(ask, place)
        if column is None:
            return _of_each(ask, place)
        summed = matrix.sums if ask.operation == "sum" else frozenset()
        stands = [row for row, label in enumerate(matrix.rows) if set(lexis.roots(label)) & wanted or row in summed]
        if stands and not rows:
            return value(ask, Place(place.sheet, matrix, (stands[-1],), (column,), place.covered, ()))
        found = [one for one in along_rows(place, column, rows) if not is_whole(matrix, one.row)]
        what = matrix.columns[column]
    if len(found) < 2 or not calculate.addable(found):
        return None
    made = calculate.total if ask.operation == "sum" else calculate.average
    return _over(place, found, made(found, f"{name}{f' ({what})' if what else ''} of {_names(found)}:"))


def _of_each(ask: Ask, place: Place) -> Reply | None:
    """The same over each column of numbers, where the question names rows and no column."""
    if len(place.rows) < 2:
        return None
    made = [aggregate(ask, replace(place, columns=(column,))) for column in place.matrix.numeric[:4]]
    kept = [reply for reply in made if reply is not None]
    return replies.together(kept) if kept else None


def _names(found: Sequence[Operand]) -> str:
    return speech.joined([one.label for one in found]) if len(found) <= 6 else f"{len(found)} values"


def _over(place: Place, found: Sequence[Operand], result: Result) -> Reply:
    evidence = Evidence()
    marks = [operand.cite(evidence) for operand in found]
    return replies.of(
        [(result.text, marks)], evidence, workings=(result.working,), sheets=(place.sheet,), sure=place.covered
    )


def rank(ask: Ask, place: Place) -> Reply | None:
    """The highest or lowest, the second highest, or the first few."""
    matrix = place.matrix
    columns = [column for column in place.columns if column in matrix.numeric]
    rows = [row for row in place.rows if not is_whole(matrix, row)]
    across = rows[0] if len(rows) == 1 else row_meant(ask, matrix) if not rows and not columns else None
    if across is not None and len(columns) != 1 and len(matrix.numeric) > 1:
        found, other = along_columns(place, across, columns), matrix.rows[across]
    elif not rows and ask.wants == "when" and is_time([matrix.columns[column] for column in matrix.numeric]):
        total = [row for row, label in enumerate(matrix.rows) if is_total(label)] or [0]
        if len(matrix.rows) > 1 and not is_total(matrix.rows[total[0]]):
            return None
        found, other = along_columns(place, total[0]), matrix.rows[total[0]]
    else:
        column = column_of(ask, place)
        if column is None:
            return None
        found = along_rows(place, column, rows if len(rows) > 1 else ())
        other = matrix.columns[column]
    whole = across is None
    found = [one for one in found if not (is_whole(matrix, one.row) if whole else is_total(one.label))]
    if len(found) < 2:
        return None
    least = _is_least(ask, f"{matrix.name} {place.sheet.title} {other}", found[0].amount.dimension == "time")
    best = calculate.ordered(found, least=least)
    chosen = best[: ask.top] if ask.top > 1 else best[ask.rank - 1 : ask.rank]
    if ask.rank == 1 and ask.top == 1:
        chosen = [operand for operand in best if operand.amount.value == best[0].amount.value][:4]
    if not chosen:
        return None
    evidence = Evidence()
    marks = [operand.cite(evidence) for operand in chosen]
    names = speech.joined([f"{operand.label} with {operand.said}" for operand in chosen])
    text = f"{names}{f' ({other})' if other and other not in names else ''}."
    order = " < " if least else " > "
    working = order.join(f"{operand.label} {operand.said}" for operand in best[:8])
    return replies.of([(text, marks)], evidence, workings=(working,), sheets=(place.sheet,), sure=place.covered)


def _is_least(ask: Ask, name: str, timed: bool) -> bool:
    """Whether the lowest number is meant; of losses, delays and the like the best is the lowest."""
    quick = re.search(r"\b(?:(fastest|quickest|faster|quicker)|slow(?:est|er))\b", ask.folded)
    if quick and (timed or _TIMES.search(name.casefold())):
        return bool(quick[1])
    judged = re.search(r"\b(best|worst)\b", ask.folded)
    if judged:
        return (judged[1] == "best") == bool(_BAD.search(name.casefold()))
    return ask.operation == "least" or (ask.operation == "which" and bool(_LESS.search(ask.folded)))


_TIMES = re.compile(r"\b(?:latency|time|duration|journey|minutes|seconds|hours|days|milliseconds|ms|min|p50|p9\d)\b")
_BAD = re.compile(
    r"\b(?:loss(?:es)?|costs?|delays?|complaints?|errors?|latency|defects?|churn|downtime|waste|leakage|accidents?|"
    r"incidents?|failures?|wait(?:s|ing)?|emissions?|outages?|turnaround|absences?|sick|scrap|missed|late|debt|faults?)\b"
)
_LESS = re.compile(r"\b(?:lower|smaller|less|fewer|cheaper|worse|slower|shorter|younger)\b")


def rose(ask: Ask, place: Place) -> Reply | None:
    """Which rows have more, or less, in one of two columns than in the other: "which cost more in 2024 than 2023"."""
    matrix = place.matrix
    columns = [column for column in place.columns if column in matrix.numeric]
    compared = _THAN.search(ask.folded)
    if len(columns) != 2 or place.rows or compared is None:
        return None
    less = bool(_FEWER.fullmatch(compared[1]))
    found = []
    for row, label in enumerate(matrix.rows):
        two = along_columns(place, row, columns)
        if len(two) == 2 and not is_total(label):
            more = two[0].amount.value - two[1].amount.value
            found += [(label, two)] if (more < 0 if less else more > 0) else []
    evidence = Evidence()
    marks = [one.cite(evidence) for _, two in found for one in two]
    names = speech.joined([f"{label} ({two[0].said}, {two[1].said})" for label, two in found])
    order = f"{matrix.columns[columns[0]]}, {matrix.columns[columns[1]]}"
    text = f"{names} ({order})." if found else f"None ({order})."
    return replies.of([(text, marks)], evidence, sheets=(place.sheet,), sure=place.covered)


_FEWER = re.compile(r"less|fewer|lower|smaller|cheaper|shorter|slower")
_THAN = re.compile(
    r"\b(more|less|fewer|higher|lower|larger|smaller|bigger|cheaper|better|worse|longer|shorter)\b.*\bthan\b"
)


def growth(ask: Ask, place: Place) -> Reply | None:
    """Which row grew or fell most between two columns, in percent; by a column that says the growth if there is one."""
    matrix = place.matrix
    said = [c for c in matrix.numeric if set(lexis.roots(matrix.columns[c])) & {"growth", "change", "yoy", "increase"}]
    falling = ask.operation == "fell" and not re.search(r"\bgr[eo]w|increas", ask.folded)
    least = falling or bool(re.search(r"\b(?:least|slowest|lowest|smallest)\b", ask.folded))
    columns = [column for column in place.columns if column in matrix.numeric and column not in said]
    if said and len(columns) < 2:
        found = [one for one in along_rows(place, said[0]) if not is_total(one.label)]
        if found:
            best = calculate.ordered(found, least=least)[0]
            evidence = Evidence()
            text = f"{best.label}: {matrix.columns[said[0]]} {best.said}."
            return replies.of([(text, (best.cite(evidence),))], evidence, sheets=(place.sheet,), sure=place.covered)
    if is_time(matrix.rows) and not is_time(matrix.columns):
        return _growth_of_columns(place, least)
    ends = columns[:2] if len(columns) >= 2 else ends_of(matrix)
    pairs_of = []
    for row, label in enumerate(matrix.rows):
        two = along_columns(place, row, sorted(ends)) if ends else []
        if len(two) == 2 and not is_total(label):
            pairs_of.append((label, two[0], two[1]))
    return _grown(place, pairs_of, least)


def _growth_of_columns(place: Place, least: bool) -> Reply | None:
    matrix, found = place.matrix, []
    for column in matrix.numeric:
        along = along_rows(place, column)
        if len(along) >= 2 and not is_total(matrix.columns[column]):
            found.append((matrix.columns[column], along[0], along[-1]))
    return _grown(place, found, least)


def _grown(place: Place, found: Sequence[tuple[str, Operand, Operand]], least: bool) -> Reply | None:
    usable = [item for item in found if item[1].amount.value > 0]
    if len(usable) < 2:
        return None
    rates = sorted(usable, key=lambda item: (item[2].amount.value / item[1].amount.value) * (1 if least else -1))
    label, first, last = rates[0]
    result = calculate.change(first, last)
    evidence = Evidence()
    marks = (first.cite(evidence), last.cite(evidence))
    said = [(f"{label}. {result.text}", marks)]
    most = sorted(usable, key=lambda item: (item[2].amount.value - item[1].amount.value) * (1 if least else -1))[0]
    if most[0] != label:  # by the number itself another one moved most
        other = calculate.change(most[1], most[2])
        said.append((f"In absolute numbers: {most[0]}. {other.text}", (most[1].cite(evidence), most[2].cite(evidence))))
    return replies.of(said, evidence, workings=(result.working,), sheets=(place.sheet,), sure=place.covered)


def share(ask: Ask, place: Place) -> Reply | None:
    matrix = place.matrix
    column = column_of(ask, place)
    rows = [row for row in place.rows if not is_whole(matrix, row)]
    if column is None or len(rows) != 1:
        return None
    one = next(iter(along_rows(place, column, rows)), None)
    if one is None:
        return None
    if one.amount.unit == "%":
        return value(ask, Place(place.sheet, matrix, tuple(rows), (column,), place.covered, ()))
    every = [operand for operand in along_rows(place, column) if not is_whole(matrix, operand.row)]
    result = calculate.share(one, every) if len(every) > 1 and calculate.addable(every) else None
    return _over(place, every, result) if result else None


def ends(place: Place, column: int) -> list[tuple[Operand, Operand]]:
    """The highest and the lowest number of a column, totals aside."""
    every = [one for one in along_rows(place, column) if not is_whole(place.matrix, one.row)]
    best = calculate.ordered(every)
    return [(best[0], best[-1])] if len(best) > 1 else []


def count(ask: Ask, place: Place) -> Reply | None:
    """How many rows there are, when the question asks for what the rows are: "how many regions"."""
    matrix = place.matrix
    noun = re.search(r"(?:how many|number of|count of)\s+(?:different |distinct )?((?:[\w-]+\s?){1,2})", ask.folded)
    named = set(lexis.content(noun[1])) if noun else set()
    if (
        matrix.kind not in ("table", "chart")
        or place.rows
        or place.columns[1:]
        or not named & set(lexis.content(matrix.corner))
    ):
        return None
    labels = [label for label in matrix.rows if label and not is_total(label)]
    evidence = Evidence()
    marks = [evidence.cell(place.sheet, matrix, row, 0) for row, label in enumerate(matrix.rows) if label in labels]
    text = f"{len(labels)}: {speech.joined(labels)}."
    return replies.of([(text, marks)], evidence, sheets=(place.sheet,), sure=place.covered)
