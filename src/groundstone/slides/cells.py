"""The cells of a table that a question names, said in short sentences."""

from __future__ import annotations

from collections.abc import Sequence

from groundstone.slides import calculate, lexis, lookup, speech
from groundstone.slides import reply as replies
from groundstone.slides.asks import Ask
from groundstone.slides.calculate import Operand
from groundstone.slides.evidence import Evidence
from groundstone.slides.lookup import Place
from groundstone.slides.reply import Reply

MOST = 12  # cells said of one row


def value(ask: Ask, place: Place) -> Reply | None:
    """The cells that a question names, in short sentences; None when it does not name any."""
    matrix, evidence = place.matrix, Evidence()
    rows, columns = place.rows, place.columns
    if len(matrix.columns) > 1 and not columns and rows:
        column = lookup.column_for(ask, matrix)
        columns = (column,) if column is not None else ()
    if rows and columns:
        cells = [(row, column) for row in rows for column in columns if matrix.cells[row][column].text]
        if len(cells) == 2 and ask.operation is None and (both := _both(place, cells, evidence)):
            return both
        return _cells(place, cells[:MOST], evidence) if cells else None
    if rows:
        return _rows(place, rows[:3], evidence)
    return _reverse(ask, place, evidence)


def _cells(place: Place, cells: Sequence[tuple[int, int]], evidence: Evidence) -> Reply:
    said = []
    for row, column in cells:
        mark = evidence.cell(place.sheet, place.matrix, row, column)
        text = f"{speech.label(place.matrix, row, column)}: {speech.value(place.matrix.cells[row][column])}"
        said.append((speech.ended(text), (mark,)))
    return replies.of(said, evidence, sheets=(place.sheet,), sure=place.covered)


def _both(place: Place, cells: Sequence[tuple[int, int]], evidence: Evidence) -> Reply | None:
    """Two numbers of one kind, asked for without saying what for, with what can be made of them."""
    matrix = place.matrix
    if any(matrix.cells[row][column].amount is None for row, column in cells):
        return None
    pair = [Operand(place.sheet, matrix, row, column) for row, column in cells]
    if not calculate.addable(pair) or any(one.amount.is_year for one in pair):
        return None
    marks = [one.cite(evidence) for one in pair]
    said = [(speech.ended(f"{one.label}: {one.said}"), (mark,)) for one, mark in zip(pair, marks, strict=True)]
    made = _made_of(pair)
    text = speech.joined([text for text, _ in made])
    workings = tuple(working for _, working in made)
    return replies.of(
        [*said, (speech.ended(text), marks)], evidence, workings=workings, sheets=(place.sheet,), sure=place.covered
    )


def _made_of(pair: Sequence[Operand]) -> list[tuple[str, str]]:
    """What two numbers make together, what lies between them, and how many times one is the other; with workings."""
    whole = calculate.total(pair, "Together")
    made = [(whole.text.removesuffix("."), whole.working)]
    if pair[0].amount.value != pair[1].amount.value:
        gap, times = calculate.difference(*pair), calculate.ratio(*pair)
        made.append((f"the difference is {gap.working.rpartition(' = ')[2]}", gap.working))
        if times is not None:
            made.append((f"the quotient is {times.working.rpartition(' = ')[2]}", times.working))
    return made


def _rows(place: Place, rows: Sequence[int], evidence: Evidence) -> Reply | None:
    matrix, said = place.matrix, []
    for row in rows:
        held = [column for column in range(len(matrix.columns)) if matrix.cells[row][column].text][:MOST]
        if not held:
            continue
        marks = [evidence.cell(place.sheet, matrix, row, column) for column in held]
        cells = [f"{matrix.columns[column]} {speech.value(matrix.cells[row][column])}".strip() for column in held]
        said.append((speech.ended(f"{matrix.rows[row]}: {', '.join(cells)}"), marks))
    return replies.of(said, evidence, sheets=(place.sheet,), sure=place.covered) if said else None


def _reverse(ask: Ask, place: Place, evidence: Evidence) -> Reply | None:
    """Which row has a value: "Who owns X" asked the other way round."""
    matrix = place.matrix
    columns = place.columns or tuple(range(len(matrix.columns)))
    found = []
    for row, cells in enumerate(matrix.cells):
        for column in columns:
            if cells[column].text and _is_in(ask, cells[column].text, cells[column].amount is not None):
                found.append((row, column))
    found = [item for item in found if matrix.rows[item[0]]]
    return _cells(place, found[:6], evidence) if 0 < len(found) <= max(3, len(matrix.rows) // 2) else None


def _is_in(ask: Ask, text: str, number: bool) -> bool:
    """Whether the question names what a cell says."""
    if number:
        return any(token in ask.bag and any(map(str.isdigit, token)) for token in lexis.tokens(text))
    words = lexis.content(text)
    return bool(words) and all(lexis.meets(word, ask.bag) for word in words)
