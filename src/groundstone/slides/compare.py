"""Two or more slides side by side: titles, what they share, what only one has, and numbers of the same name."""

from __future__ import annotations

from collections.abc import Sequence

from groundstone.slides import calculate, lexis, pairs, speech
from groundstone.slides import reply as replies
from groundstone.slides.calculate import Operand
from groundstone.slides.evidence import Evidence
from groundstone.slides.reply import Reply
from groundstone.slides.seen import Line, Sheet

LINES = 10  # lines said of what only one slide has, or of what both have
NUMBERS = 6  # numbers set side by side
ALIKE = 0.7  # share of words by which two lines say the same


def slides(sheets: Sequence[Sheet]) -> Reply:
    """Several slides compared, the first with each of the others."""
    first = sheets[0]
    return replies.together([_two(first, other) for other in sheets[1:]])


def _two(one: Sheet, other: Sheet) -> Reply:
    evidence = Evidence()
    said: list[tuple[str, Sequence[int]]] = []
    for sheet in (one, other):
        mark = [evidence.cite(sheet, sheet.title, "title")] if sheet.title else []
        said.append(
            (f"Slide {sheet.slide.number} is “{sheet.title or 'without a title'}”{_deck(one, other, sheet)}.", mark)
        )
    left, right = _body(one), _body(other)
    shared = [(line, twin) for line in left if (twin := _twin(line, right)) is not None]
    if shared:
        marks = [
            mark for line, twin in shared[:LINES] for mark in (evidence.line(one, line), evidence.line(other, twin))
        ]
        said.append((speech.ended(f"Both say: {'; '.join(line.text for line, _ in shared[:LINES])}"), marks))
    said += _numbers(one, other, evidence)
    for sheet, lines, others in ((one, left, right), (other, right, left)):
        quoted = {citation.quote for citation in evidence.citations}
        own = [line for line in lines if _twin(line, others) is None and line.text not in quoted]
        own = own[:LINES]
        if own:
            marks = [evidence.line(sheet, line) for line in own]
            words = "; ".join(line.text.rstrip(".;") for line in own)
            said.append((speech.ended(f"Only slide {sheet.slide.number} says: {words}"), marks))
    workings = _workings(one, other)
    return replies.of(said, evidence, workings=workings, sheets=(one, other))


def _deck(one: Sheet, other: Sheet, sheet: Sheet) -> str:
    return f" of {sheet.deck_name}" if one.deck != other.deck else ""


def _body(sheet: Sheet) -> list[Line]:
    return [
        line for line in sheet.lines
        if line.kind not in ("title", "footer", "notes") and line.text != sheet.title
        and not (line.kind == "table" and ": " not in line.text)
    ]  # fmt: skip


def _twin(line: Line, lines: Sequence[Line]) -> Line | None:
    """The line that says the same."""
    own = set(lexis.content(line.text))
    for other in lines:
        theirs = set(lexis.content(other.text))
        if own and theirs and len(own & theirs) / len(own | theirs) >= ALIKE:
            return other
    return None


def _numbers(one: Sheet, other: Sheet, evidence: Evidence) -> list[tuple[str, Sequence[int]]]:
    said: list[tuple[str, Sequence[int]]] = []
    for left, right in _same(one, other):
        text = f"{left.label}: {left.said} on slide {one.slide.number}, {right.said} on slide {other.slide.number}."
        said.append((text, (left.cite(evidence), right.cite(evidence))))
    return said


def _workings(one: Sheet, other: Sheet) -> list[str]:
    return [
        calculate.difference(left, right).working
        for left, right in _same(one, other)
        if left.amount.value != right.amount.value and not calculate.unlike(left.amount, right.amount)
    ]


def _same(one: Sheet, other: Sheet) -> list[tuple[Operand, Operand]]:
    """Numbers of both slides that have the same label."""
    left, right = _labelled(one), _labelled(other)
    return [(left[key], right[key]) for key in left if key in right][:NUMBERS]


def _labelled(sheet: Sheet) -> dict[frozenset[str], Operand]:
    found: dict[frozenset[str], Operand] = {}
    spoken = pairs.single(sheet)
    for matrix in (*sheet.matrices, *((spoken,) if spoken else ())):
        for row, cells in enumerate(matrix.cells):
            for column, cell in enumerate(cells):
                if cell.amount is not None:
                    operand = Operand(sheet, matrix, row, column)
                    found.setdefault(frozenset(lexis.content(operand.label)), operand)
    return {key: operand for key, operand in found.items() if key}
