"""Two numbers that one line of text says: "46 recipes in 2023 and 61 in 2024", "5.2 g before, 4.4 g now"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from groundstone.slides import calculate, lexis, pairs
from groundstone.slides.asks import Ask
from groundstone.slides.calculate import Operand
from groundstone.slides.passages import Weights, met
from groundstone.slides.seen import Cell, Line, Matrix, Sheet

COVERED = 0.7  # of the question's words, by the line with what stands above it, its title and its deck


def two_in_line(ask: Ask, sheets: Sequence[Sheet]) -> tuple[Operand, Operand] | None:
    """The only two amounts of the line that has the names, and nearly all of the words, of a comparison."""
    weights = Weights(ask.words, sheets, lexis.SOFT | ask.heads)
    best: tuple[float, Operand, Operand] | None = None
    for sheet in sheets:
        for line in sheet.lines:
            covered = _covered(ask, sheet, line, weights)
            if covered < COVERED or (best is not None and covered <= best[0]):
                continue
            two = _pair(sheet, line)
            if two is not None:
                best = (covered, *two)
    return best[1:] if best else None


def _covered(ask: Ask, sheet: Sheet, line: Line, weights: Weights) -> float:
    if line.kind not in pairs.SPOKEN or line.kind == "title":
        return 0.0
    own, near = lexis.bag(line.text), lexis.bag(f"{sheet.title} {' '.join(line.above)}")
    held = {word: met(word, sheet, own, near) for word in ask.words}
    if not all(lexis.is_there(name, own | near | sheet.deck_words) for name in ask.names):
        return 0.0
    if any(held[word] < 0.7 for word in ask.hard if word in held) or not any(lexis.meets(w, own) for w in ask.words):
        return 0.0
    return weights.share(held)


def _pair(sheet: Sheet, line: Line) -> tuple[Operand, Operand] | None:
    found = list(_amounts(sheet, line))
    if len(found) != 2:
        return None
    rows = tuple(label for _, label in found)
    matrix = Matrix(line.element, "text", "", "", rows, ("",), tuple((cell,) for cell, _ in found), False, line.boxes)
    one, other = (Operand(sheet, matrix, row, 0, rows[row]) for row in range(2))
    return (one, other) if calculate.addable([one, other]) else None


def _amounts(sheet: Sheet, line: Line) -> Iterator[tuple[Cell, str]]:
    for amount, label in pairs.labelled(line, sheet.lines):
        text = line.text[amount.start : amount.end]
        yield Cell(text, amount, line.boxes), _said(label, line, text)


def _said(label: str, line: Line, text: str) -> str:
    """What a number of a line is called: its clause, or the number itself where that says nothing."""
    words = label.strip(" ,;:-–—").removeprefix("and ").strip()
    return words if lexis.content(words) and len(words) <= 80 else text
