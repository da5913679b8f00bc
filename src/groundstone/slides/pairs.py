"""Numbers in running text and on drawings, with the words that they belong to; "Europe: $4M" lines as tables."""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import hypot

from groundstone.records import Box
from groundstone.slides import amounts, lexis
from groundstone.slides.amounts import Amount
from groundstone.slides.seen import Cell, Line, Matrix, Sheet

_BREAK = re.compile(r"\s(?:to|and|vs\.?|versus|from|while|but|compared|whereas|against|or)\s|[,;|()]|\s[-–—→]\s", re.I)
_BOUND = re.compile(r"\s*[(,]?\s*(?:in|for|by|at|per|during|of|on|as of|since|until)\b", re.I)
_ONLY = 2  # words of a line that is only a number with its unit
MOST = 250  # lines of a slide whose numbers are paired with words
NEAR = 0.16  # of the slide's height and width together: how far a label may stand from its number
SPOKEN = ("text", "subtitle", "picture", "diagram", "notes", "title")


def lists(sheet: Sheet) -> list[Matrix]:
    """Lines of one text frame that each have one number of one kind, as a table with a row for each."""
    found = []
    groups: dict[tuple[int, tuple[str, ...], int], list[tuple[Line, Amount, str]]] = {}
    for line in sheet.lines:
        if line.kind not in SPOKEN or line.kind in ("notes", "title"):
            continue
        numbers = _numbers(line.text)
        label = _label(line.text, numbers[0]) if len(numbers) == 1 else ""
        if label:
            groups.setdefault((line.element, line.above, line.level), []).append((line, numbers[0], label))
    for (element, above, _), items in groups.items():
        kinds = {amount.dimension or amount.unit for _, amount, _ in items}
        if len(items) >= 2 and len(kinds) == 1:
            rows = tuple(label for _, _, label in items)
            cells = tuple((_cell(line, amount),) for line, amount, _ in items)
            boxes = tuple(box for line, _, _ in items for box in line.boxes)
            found.append(Matrix(element, "text", " ".join(above[-1:]), "", rows, ("",), cells, False, boxes))
    return found


def single(sheet: Sheet) -> Matrix | None:
    """Every number of a slide's text as one table: a row for each, labelled by the words that it belongs to."""
    some = sheet.lines[:MOST]
    rows: list[str] = []
    cells: list[tuple[Cell, ...]] = []
    for line in some:
        if line.kind in SPOKEN:
            for amount, label in labelled(line, some):
                rows.append(label)
                cells.append((_cell(line, amount),))
    return Matrix(0, "text", "", "", tuple(rows), ("",), tuple(cells)) if rows else None


def _cell(line: Line, amount: Amount) -> Cell:
    return Cell(line.text[amount.start : amount.end], amount, line.boxes)


def _numbers(text: str) -> list[Amount]:
    """The amounts of a line, without years and without the number of a list item in front."""
    found = [amount for amount in amounts.of_text(text) if not amount.is_year]
    item = re.match(r"\d{1,2}[.)]\s", text)
    return found[1:] if item and found and found[0].start == 0 else found


def _label(text: str, amount: Amount) -> str:
    rest = f"{text[: amount.start]} {text[amount.end :]}"
    return " ".join(rest.split()).strip(" :-–—=|~≈()•·>") if any(map(str.isalpha, rest)) else ""


def labelled(line: Line, lines: Sequence[Line]) -> list[tuple[Amount, str]]:
    """The numbers of a line, each with its words; a number by itself gets those of the line that stands nearest."""
    numbers = _numbers(line.text)
    if not numbers:
        return []
    if len(numbers) == 1:
        label = _label(line.text, numbers[0])
        own = [word for word in lexis.content(label) if word != lexis.root(numbers[0].unit)]
        context = " ".join(line.above[-1:])
        beside = _nearest(line, lines) if not own else ""
        return [(numbers[0], " ".join(part for part in (beside or context, label) if part))]
    return list(zip(numbers, _clauses(line.text, numbers), strict=True))


def _clauses(text: str, numbers: Sequence[Amount]) -> list[str]:
    """What belongs to each of several numbers of a line: the words before it, and those after it up to a break."""
    found = []
    start = 0
    for place, amount in enumerate(numbers):
        before = text[start : amount.start]
        limit = numbers[place + 1].start if place + 1 < len(numbers) else len(text)
        after = text[amount.end : limit]
        stop = _BREAK.search(after)
        bound = after[: stop.start()] if stop and stop.start() else after if not stop else ""
        if not (_BOUND.match(after) or place + 1 == len(numbers) or (stop and stop.start())):
            bound = ""
        start = amount.end + len(bound)
        found.append(f"{before} {bound}".strip(" ,;:()"))
    return found


def _nearest(line: Line, lines: Sequence[Line]) -> str:
    """The words nearest to a number that stands alone: by place where there are places, else the line before it."""
    if line.boxes:
        best = nearest(line, [other for other in lines if lexis.content(other.text) and not _is_number(other)])
        if best is not None:
            return best.text
    before = [other for other in lines if other.place == line.place - 1 and other.kind != "title"]
    return before[0].text if before else ""


def nearest(line: Line, lines: Sequence[Line]) -> Line | None:
    """The line that stands nearest to one, within ``NEAR``."""
    others = [
        (_distance(line.boxes[0], other.boxes[0]), other)
        for other in lines
        if other is not line and other.boxes and line.boxes and other.boxes != line.boxes
        and other.kind not in ("title", "footer", "notes") and not _holds(other.boxes[0], line.boxes[0])
    ]  # fmt: skip
    best = min(others, key=lambda item: item[0], default=None)
    return best[1] if best and best[0] <= NEAR else None


def _holds(one: Box, other: Box) -> bool:
    """Whether a box is that of a whole drawing round another."""
    inside = one.left <= other.left and one.left + one.width >= other.left + other.width
    return inside and one.height > 3 * other.height and one.top <= other.top <= one.top + one.height


def _is_number(line: Line) -> bool:
    return bool(amounts.of_text(line.text)) and len(lexis.content(line.text)) <= _ONLY


def _distance(one: Box, other: Box) -> float:
    """Between the nearest edges of two boxes, sideways counted double: labels stand above or below."""
    across = max(0.0, max(one.left, other.left) - min(one.left + one.width, other.left + other.width))
    down = max(0.0, max(one.top, other.top) - min(one.top + one.height, other.top + other.height))
    middle = abs((one.left + one.width / 2) - (other.left + other.width / 2))
    return hypot(2 * across, down) + 0.2 * middle
