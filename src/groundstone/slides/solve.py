"""Questions that numbers and cells answer: one value, a whole row, or a calculation over several."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from groundstone.filters import fold
from groundstone.models.base import Embed
from groundstone.slides import aggregates, amounts, asks, calculate, labels, lexis, lookup, missing
from groundstone.slides import reply as replies
from groundstone.slides.asks import Ask
from groundstone.slides.axes import along_columns, along_rows, column_of, ends_of, is_change, is_time, is_whole
from groundstone.slides.calculate import Operand, Result
from groundstone.slides.cells import value
from groundstone.slides.choices import hinted, settled
from groundstone.slides.evidence import Evidence
from groundstone.slides.lookup import Place
from groundstone.slides.meaning import Meaning
from groundstone.slides.operands import two_of
from groundstone.slides.reply import Reply
from groundstone.slides.seen import Matrix, Sheet
from groundstone.slides.spoken import two_in_line
from groundstone.slides.totals import is_total

CALCULATED = ("difference", "ratio", "percent", "sum", "average", "share")
RANKED = ("most", "least", "grew", "fell", "which")
COLUMNS = 4  # for which a comparison is made where none is named
LOOKED_AT = 12  # tables that are compared in meaning
LIKELY = 0.42  # cosine from which cells are meant though a word is missing
NAMED = 0.45  # ... when its cells are named and only a verb is missing
COVERED = 0.6  # share of the question's words that a table has to hold, with its title and deck


def computed(ask: Ask, place: Place) -> Reply | None:
    """The calculation that a question asks for, over one table; None when it cannot be made there."""
    match ask.operation:
        case "difference" | "ratio" | "percent":
            if ask.operation == "percent" and _is_percentage(place):
                return value(ask, place)
            made = [reply for two in _pairs(ask, place) if (reply := between(ask, *two)) is not None]
            return replies.together(made) if made else None
        case "sum" | "average":
            return aggregates.aggregate(ask, place)
        case "most" | "least" | "which":
            return aggregates.rose(ask, place) or aggregates.rank(ask, place)
        case "grew" | "fell":
            return aggregates.growth(ask, place)
        case "share":
            return aggregates.share(ask, place)
        case "count":
            return aggregates.filtered(ask, place) if ask.threshold else aggregates.count(ask, place)
    return None


def _is_percentage(place: Place) -> bool:
    """Whether a question for percent names one cell, which is a percentage: then that is what it asks for."""
    if len(place.rows) != 1 or len(place.columns) != 1:
        return False
    amount = place.matrix.cells[place.rows[0]][place.columns[0]].amount
    return amount is not None and amount.unit == "%"


def _pairs(ask: Ask, place: Place) -> list[tuple[Operand, Operand]]:
    """The two numbers of a comparison in one table; a pair for each column where none of several is named."""
    matrix = place.matrix
    columns = [column for column in place.columns if column in matrix.numeric]
    rows = place.rows
    if _ENDS.search(ask.folded) and len(rows) < 2:
        column = column_of(ask, place)
        return aggregates.ends(place, column) if column is not None else []
    if len(rows) >= 2:
        if len(rows) == len(columns) == 2 and not matrix.series:
            return _both_of([along_columns(place, row, columns) for row in rows], True)
        each = columns[:1] if len(columns) < 2 else columns
        if not columns:
            meant = column_of(ask, place)
            each = [meant] if meant is not None else list(matrix.numeric[:COLUMNS])
        return _both_of([along_rows(place, column, rows[:2]) for column in each], len(matrix.numeric) > 1)
    row = rows[0] if rows else 0 if len(matrix.rows) == 1 else None
    columns = _with_last(ask, matrix, columns)
    if row is None and len(columns) >= 2:
        row = next((index for index in range(len(matrix.rows)) if is_whole(matrix, index)), None)
    if row is not None and len(matrix.numeric) >= 2:
        alone = len(columns) == 1 and len(matrix.numeric) == 2  # "cheaper in the cloud": than in the other column
        chosen = columns[:2] if len(columns) >= 2 else ends_of(matrix) if not columns or alone else []
        return _both_of([along_columns(place, row, chosen)], True) if chosen else []
    if row is None and is_change(ask) and is_time(matrix.rows):
        column = column_of(ask, place)
        found = along_rows(place, column) if column is not None else []
        return [(found[0], found[-1])] if len(found) >= 2 else []
    return []


_ENDS = re.compile(
    r"\b(?:highest|largest|biggest|top|most|maximum|best|dearest|longest)\b.*\b(?:and|to|from|than|minus)\b.*\b(?:lowest|"
    r"smallest|bottom|least|minimum|worst|fewest|cheapest|shortest)\b|\b(?:lowest|smallest|bottom|least|minimum|worst|"
    r"fewest|cheapest|shortest)\b.*\b(?:and|to|from|than|minus)\b.*\b(?:highest|largest|biggest|top|most|maximum|best|"
    r"dearest|longest)\b"
)
_SPAN = "(?:year|quarter|month|week|period)"
_BEFORE = re.compile(
    rf"\b(?:(?:the )?(?:{_SPAN}|one) before|(?:the )?(?:previous|preceding|prior) (?:{_SPAN}|one)|(?:a|one) {_SPAN} "
    r"(?:earlier|before|ago)|year.on.year|year.over.year)\b"
)


def _with_last(ask: Ask, matrix: Matrix, columns: list[int]) -> list[int]:
    """One period with the one before it, where the question says "than the year before"."""
    timed = [column for column in matrix.numeric if is_time([matrix.columns[column]] * 2)]
    if len(columns) != 1 or columns[0] not in timed[1:] or not _BEFORE.search(ask.folded):
        return columns
    return [timed[timed.index(columns[0]) - 1], columns[0]]


def _both_of(found: Sequence[Sequence[Operand]], full: bool) -> list[tuple[Operand, Operand]]:
    """Pairs whose numbers are both there; ``full``: their names say the row and the column."""
    whole = [
        [Operand(one.sheet, one.matrix, one.row, one.column) for one in two] if full else list(two) for two in found
    ]
    return [(two[0], two[1]) for two in whole if len(two) == 2]


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
        if (first, last) == (one, other) and _THAN.search(ask.folded) and not is_change(ask):
            return calculate.percent(other, one)  # of the second: "how much more than"
        return calculate.percent(first, last)
    return calculate.change(first, last) if is_change(ask) and first.label != last.label else (
        calculate.difference(one, other)
    )  # fmt: skip


_THAN = re.compile(r"\b(?:more|less|fewer|\w+er)\b.*\bthan\b")


def _in_time(one: Operand, other: Operand) -> tuple[Operand, Operand]:
    """The earlier one first, by the order of the table."""
    same = one.matrix is other.matrix
    later = same and (one.column > other.column or (one.column == other.column and one.row > other.row))
    timed = is_time([one.label, other.label])
    return (other, one) if later and timed else (one, other)


def fits(place: Place, ask: Ask) -> bool:
    """Whether a table is what a question asks about: it has every name and number, and most of the words."""
    if not _has_names(place, ask) or not missing.is_counted(place, ask):
        return False
    named = (bool(place.rows) and (bool(place.columns) or len(place.matrix.columns) == 1)) or _is_paired(place)
    spare = named and place.covered >= NAMED and all(missing.is_verb(word, ask) for word in place.missing)
    return spare if place.missing else place.covered >= COVERED


def _has_names(place: Place, ask: Ask) -> bool:
    """Whether the names and numbers of a question stand there, and its quarters with their years as one label."""
    told = place.sheet.told.text
    asked = labels.periods(ask.order)
    known = {period for line in told.splitlines() for period in labels.periods(lexis.roots(line))} if asked else set()
    years = {year[2:] for _, year in asked} | {year for _, year in asked}
    if known and not all(period in known for period in asked):
        return False
    return all(lexis.is_there(name, place.sheet.words) or (name in years and bool(known)) for name in ask.names)


def means(place: Place, ask: Ask, meaning: Meaning, others: frozenset[str]) -> bool:
    """Whether the cells that a question names are what it means though some of its words are not there.

    Rows and columns have to be named by words; what is missing may only be a verb, a word that goes with a name
    ("search ads" for "Search") or a unit: any other noun would be a matter that the table does not give. ``others``:
    words that name rows and columns of other tables.
    """
    matrix = place.matrix
    paired = _is_paired(place)
    strange = set(place.missing) & others and not paired
    if matrix.kind == "text" or not _has_names(place, ask) or strange:
        return False
    alone = len(matrix.columns) == 1
    ranked = ask.operation in RANKED and not place.rows
    over = ask.operation in ("sum", "average") and place.columns
    if not (place.rows or ranked or over or paired) or not (place.columns or alone or paired):
        return False
    near = meaning.near([_said(place)])[0]
    if paired and ask.operation:
        return near >= LIKELY and missing.is_counted(place, ask)
    spare = all(missing.may_lack(word, ask, place) for word in place.missing)
    return near >= LIKELY and (spare or ranked)


def _is_paired(place: Place) -> bool:
    """Whether a question names two rows or two columns of a table, or of its total row."""
    whole = len(place.rows) == 1 or any(is_whole(place.matrix, row) for row in range(len(place.matrix.rows)))
    return len(place.rows) >= 2 or (len(place.columns) >= 2 and whole)


def _said(place: Place) -> str:
    """What the cells that a question names are called, with the title of their slide."""
    matrix = place.matrix
    rows = ", ".join(matrix.rows[row] for row in place.rows[:3])
    columns = ", ".join(matrix.columns[column] for column in place.columns[:3])
    said = ", ".join(part for part in (rows, columns, matrix.name) if part)
    return f"{place.sheet.title}: {said}" if said else place.sheet.title


def _is_label(ask: Ask, place: Place) -> bool:
    """Whether the comparison is what a row or column is called: "under 12"."""
    words = f"{ask.threshold[0]} {amounts.plain(ask.threshold[1].number)}" if ask.threshold else ""
    return any(words in fold(label).replace(",", "") for label in (*place.matrix.rows, *place.matrix.columns))


def solved(ask: Ask, sheets: Sequence[Sheet], embed: Embed | None = None) -> Reply | None:
    """The best answer by numbers and cells, over all slides at hand.

    Tables that have all words of the question come first, then two numbers wherever they stand, then tables that are
    near in meaning, which takes an embedding model.
    """
    found = lookup.places(ask, sheets)
    if ask.threshold and any(_is_label(ask, place) for place in found):
        ask = replace(ask, compares=False)
        found = lookup.places(ask, sheets)
    meaning = Meaning(ask, embed)
    read = [_read(ask, place, sheets) for place in found]
    whole = [(own, settled(own, place, meaning)) for own, place in read if fits(place, own)]
    reply = _first(whole)
    if reply is not None:
        return reply
    compares = ask.operation in ("difference", "ratio", "percent", "which") and all(
        own.operation for own, _ in read[:3]
    )
    if compares:
        named = any(
            _is_paired(place) and _has_names(place, own) for own, place in read[:3] if place.matrix.kind != "text"
        )
        two = two_in_line(ask, sheets) or (None if named and embed is not None else two_of(ask, sheets))
        reply = between(ask, *two) if two else None
        if reply is not None:
            return reply
    reply = _last(whole)
    if reply is not None or embed is None:
        return reply
    likely = [
        (own, settled(own, place, meaning) if own.operation in RANKED else hinted(own, place))
        for own, place in read[:LOOKED_AT]
    ]
    some = [(own, place) for own, place in likely if means(place, own, meaning, _others(place, sheets))]
    near = [(own, settled(own, place, meaning)) for own, place in some]
    reply = _first(near)
    if reply is None and compares:
        two = two_of(ask, sheets) or two_of(ask, sheets, loose=True)
        near_in_meaning = two and meaning.near([f"{two[0].label}; {two[1].label}"])[0] >= LIKELY
        reply = between(ask, *two) if two and near_in_meaning else None
    return reply or _last(near)


def _first(found: Sequence[tuple[Ask, Place]]) -> Reply | None:
    """The calculation that is asked for, or the value where none is, of the first table that has it."""
    for ask, place in found:
        reply = computed(ask, place) if ask.operation else _valued(ask, place)
        if reply is not None:
            return reply
    return None


def _last(found: Sequence[tuple[Ask, Place]]) -> Reply | None:
    """The value where a calculation is asked for that cannot be made."""
    for ask, place in found:
        reply = _valued(ask, place)
        if reply is not None:
            return reply
    return None


def _valued(ask: Ask, place: Place) -> Reply | None:
    if place.matrix.kind == "text":
        return None
    cells = [place.matrix.cells[row][column] for row in place.rows for column in place.columns]
    if ask.operation in CALCULATED and cells and all(cell.amount is None for cell in cells):
        return None
    return aggregates.filtered(ask, place) if ask.threshold and not place.rows else value(ask, place)


def _read(ask: Ask, place: Place, sheets: Sequence[Sheet]) -> tuple[Ask, Place]:
    """The question as it is to be read for one table: "ratio" of its label "loss ratio" asks for no calculation."""
    if ask.operation is None:
        return ask, place
    matrix = place.matrix
    own_columns = tuple(column for column in place.columns if not _is_called(matrix.columns[column]))
    if len(own_columns) > 1:  # "the change from 2023 to 2024" is not the column "Change"
        place = replace(place, columns=own_columns)
    rows = [row for row in place.rows if not is_total(matrix.rows[row])]
    plain = [matrix.rows[row] for row in (rows if len(rows) > 1 else place.rows)]
    said = [*plain, *(matrix.columns[column] for column in place.columns)]
    if len(rows) < 2 and len(place.columns) < 2:
        said += [matrix.name, place.sheet.title]
    meanings = labels.terms(place.sheet)
    held = {root for label in said for root in lexis.content(f"{label} {labels.spelled(label, meanings)}")}
    held |= {root for label in said for root in lexis.roots(label) if root in asks.CALLED}
    titles = {pair for label in (matrix.name, place.sheet.title) for pair in pairwise(lexis.roots(label))}
    held |= {word for pair in pairwise(ask.order) if pair in titles for word in pair}
    own = replace(ask, labels=frozenset(held) & frozenset(ask.order))
    if own.operation == ask.operation:
        return ask, replace(place, rows=tuple(rows)) if len(rows) > 1 else place
    return own, lookup.of(own, place.sheet, matrix, lookup.weights_of(own, sheets))


def _is_drawn(place: Place) -> bool:
    return place.matrix.kind != "text"


def _is_called(label: str) -> bool:
    """Whether a label is the name of a calculation: "Change", "Total"."""
    words = set(lexis.content(lexis.bare(label)))
    return bool(words) and words <= asks.CALLED


def _others(place: Place, sheets: Sequence[Sheet]) -> frozenset[str]:
    """Words that name something in other tables of these slides: what is said of them is not said of this one."""
    own = lexis.bag(place.matrix.words)
    words = {
        word
        for sheet in sheets
        if sheet.deck == place.sheet.deck
        for matrix in sheet.matrices
        if matrix is not place.matrix
        for label in (*matrix.rows, *matrix.columns)
        if len(found := lexis.content(lexis.bare(label))) <= 2
        for word in found
    }
    return frozenset(words) - own
