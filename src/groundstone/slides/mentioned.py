"""The labels of slides that a text mentions: rows of a table, its columns, items of a list, headings, titles.

Labels of one axis stand for one another, which says what a follow-up changes ("And for NVMe?") and what a comparison is
between. A label is found by its words in a row, or by those that tell it from its neighbours.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from groundstone.filters import fold
from groundstone.slides import lexis, pairs
from groundstone.slides.seen import Line, Matrix, Sheet
from groundstone.slides.totals import is_total

AxisKind = Literal["rows", "columns", "upper", "lower", "values", "items", "titles"]

LONGEST = 7  # words of a label
WHOLE, PART, APART = 0.75, 0.45, 0.12  # of a label's telling words: named, perhaps named, and clearly before others
ALMOST = 0.6  # ... enough where no label is named in full
TILE = 4  # lines of a box that is one of several alike
MOST = 120  # labels of one axis
_WORD = re.compile(r"[^\W_]+(?:['’.\-‐‑–&/][^\W_]+)*%?")
_BRACKETS = re.compile(r"\s*[(\[]([^()\[\]]{2,40})[)\]]")
_NO_LETTERS = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Axis:
    """Labels of one kind on one slide. ``matrix`` is set for those of a table or chart."""

    kind: AxisKind
    labels: tuple[str, ...]
    sheet: Sheet
    matrix: Matrix | None = None


@dataclass(frozen=True)
class Mention:
    """A label that a text names, and where: ``text[start:end]`` are the words that name it. ``score`` from 0 to 1."""

    axis: Axis
    label: str
    start: int
    end: int
    score: float

    def meets(self, other: Mention) -> bool:
        return self.start < other.end and other.start < self.end


def axes(sheets: Sequence[Sheet]) -> list[Axis]:
    """Every axis of some slides that has at least two labels, those of tables and charts first."""
    found = [axis for sheet in sheets for axis in (*_of_matrices(sheet), *_of_lines(sheet))]
    return [axis for axis in found if len(axis.labels) >= 2]


def titles(sheets: Sequence[Sheet]) -> list[Axis]:
    """The titles of a deck's slides."""
    labels = _labels([sheet.title for sheet in sheets])
    return [Axis("titles", labels, sheets[0])] if len(labels) >= 2 else []


def rows_of(sheet: Sheet, matrix: Matrix) -> Axis:
    return Axis("rows", _labels(matrix.rows), sheet, matrix)


def _of_matrices(sheet: Sheet) -> Iterator[Axis]:
    for matrix in (*sheet.matrices, *pairs.lists(sheet)):
        yield rows_of(sheet, matrix)
        yield Axis("columns", _labels(matrix.columns), sheet, matrix)
        upper, lower = levels(matrix.columns)
        if upper:
            yield Axis("upper", upper, sheet, matrix)
            yield Axis("lower", lower, sheet, matrix)
        for row, label in enumerate(matrix.rows):
            if not label.strip() and not any(cell.amount for cell in matrix.cells[row]):  # a second row of headings
                yield Axis("values", _labels([cell.text for cell in matrix.cells[row]]), sheet, matrix)
        if matrix.corner and len(matrix.columns) == 1:  # two columns of equal rank, as in "Pros | Cons"
            yield Axis("columns", _labels((matrix.corner, *matrix.columns)), sheet, matrix)
        for column in range(len(matrix.columns)):
            if column not in matrix.numeric:
                texts = [cell.text for cell in matrix.column(column)]
                yield Axis("values", _labels(texts), sheet, matrix)


def levels(labels: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The two rows of headings of "2023 Plan", "2023 Actual", "2024 Plan" and "2024 Actual"; empty for others."""
    split = [label.split() for label in labels if label]
    for at in range(max((len(words) for words in split), default=1) - 1, 0, -1):
        upper = tuple(dict.fromkeys(" ".join(words[:at]) for words in split))
        lower = tuple(dict.fromkeys(" ".join(words[at:]) for words in split))
        whole = {f"{one} {other}" for one in upper for other in lower}
        if len(upper) > 1 and len(lower) > 1 and whole == {" ".join(words) for words in split}:
            return upper, lower
    return (), ()


def _of_lines(sheet: Sheet) -> Iterator[Axis]:
    """Short lines beside each other, what stands before the colon of longer ones, and headings."""
    groups: dict[tuple[object, ...], list[Line]] = {}
    for line in sheet.lines:
        if line.kind == "diagram":
            groups.setdefault(("diagram", line.level), []).append(line)
        elif line.kind in ("text", "picture"):
            groups.setdefault((line.element, line.above, line.level), []).append(line)
            if sheet.below(line):
                groups.setdefault(("heads", len(line.above)), []).append(line)
            if line.above:
                groups.setdefault(("below", len(line.above), line.level), []).append(line)
    for at, lines in enumerate(_tiles(sheet)):
        groups[("tiles", at)] = lines
    for lines in groups.values():
        yield Axis("items", _labels([head(line.text) for line in lines]), sheet)


def _tiles(sheet: Sheet) -> list[list[Line]]:
    """Boxes of as many lines each, such as a name over a role: all first lines, all second ones ..."""
    boxes: dict[int, list[Line]] = {}
    for line in sheet.lines:
        if line.kind in ("text", "picture"):
            boxes.setdefault(line.element, []).append(line)
    sizes = [len(lines) for lines in boxes.values() if 2 <= len(lines) <= TILE]
    size = max(set(sizes), key=sizes.count, default=0)
    like = [lines for lines in boxes.values() if len(lines) == size]
    return [[lines[at] for lines in like] for at in range(size)] if len(like) >= 2 else []


def head(text: str) -> str:
    """What a line is called: the words before a colon or a dash, without a number of a list in front."""
    bare = re.sub(r"^\s*(?:\d{1,2}[.)]|[•·\-–*])\s*", "", text)
    return re.split(r":\s|:$|\s[–—-]\s", bare, maxsplit=1)[0].strip(" .;,")


def _labels(texts: Sequence[str]) -> tuple[str, ...]:
    kept = [text for text in texts if text.strip() and len(text.split()) <= LONGEST and any(map(str.isalnum, text))]
    return tuple(dict.fromkeys(text for text in kept if not is_total(text)))[:MOST]


def mention(axis: Axis, text: str, apart_from: frozenset[str] = frozenset()) -> Mention | None:
    """The label of an axis that a text names best; None when it names none, or several alike.

    ``apart_from``: roots that name the deck; a label of such words alone is not what is meant.
    """
    ranked = [one for one in mentions(axis, text, apart_from) if one.score >= PART]
    ranked.sort(key=lambda one: (-one.score, one.start - one.end))
    if not ranked:
        return None
    clear = len(ranked) == 1 or ranked[0].score - ranked[1].score >= APART
    return ranked[0] if clear else None


def named(axis: Axis, text: str, apart_from: frozenset[str] = frozenset()) -> list[Mention]:
    """The labels of an axis that a text names in full, in the order of the text."""
    return [one for one in mentions(axis, text, apart_from) if one.score >= WHOLE]


def mentions(axis: Axis, text: str, apart_from: frozenset[str] = frozenset()) -> list[Mention]:
    """The labels of an axis that a text names, in full or in part, in the order of the text."""
    found = _literal(axis, text)
    words = [(match.start(), match.end(), frozenset(lexis.content(match[0]))) for match in _WORD.finditer(text)]
    for index, score in lexis.mentioned(axis.labels, lexis.bag(text), lexis.roots(text)):
        label = axis.labels[index]
        span = _span(words, _roots(label))
        if span is not None and not any(one.label == label for one in found):
            one = Mention(axis, label, *span, score)
            if not any(one.meets(other) and score <= WHOLE for other in found):
                found.append(one)
    kept = [one for one in found if not _roots(one.label) <= apart_from]
    return sorted(kept, key=lambda one: (one.start, one.end))


def _roots(label: str) -> frozenset[str]:
    return frozenset(lexis.content(lexis.bare(label))) or frozenset(lexis.roots(label))


def _literal(axis: Axis, text: str) -> list[Mention]:
    """Labels whose words stand in a text in a row, or what stands in their brackets: "Ireland (Dublin)"."""
    found: list[Mention] = []
    for label in axis.labels:
        inner = _BRACKETS.search(label)
        ways = (label, _BRACKETS.sub("", label), inner[1] if inner and len(inner[1]) > 2 else "")
        span = next((span for way in ways if (span := _in_a_row(way, text)) is not None), None) or _lettered(
            label, text
        )
        if span is not None:
            found.append(Mention(axis, label, *span, 1.0))
    longest = [one for one in found if not any(other is not one and _inside(one, other) for other in found)]
    return longest


def _lettered(label: str, text: str) -> tuple[int, int] | None:
    """Where "A Mill Street" is meant by "route A"."""
    letter = re.match(r"([A-Z])[.):]?\s", label)
    match = re.search(rf"\b(?!and |or |with )[a-z]+ {letter[1]}(?![\w'’])", text) if letter else None
    return match.span() if match else None


def _inside(one: Mention, other: Mention) -> bool:
    return one.meets(other) and one.end - one.start < other.end - other.start


def _in_a_row(label: str, text: str) -> tuple[int, int] | None:
    words = [re.escape(word) for word in _NO_LETTERS.split(label) if word]
    if not words or len("".join(words)) < 2:
        return None
    between = r"[\W_]+"
    match = re.search(rf"(?<![^\W_]){between.join(words)}(?![^\W_])", text, re.I)
    return match.span() if match and len(fold(match[0])) <= 2 * len(label) else None


def _span(words: Sequence[tuple[int, int, frozenset[str]]], roots: frozenset[str]) -> tuple[int, int] | None:
    """Where the words of a label stand closest together: the longest run of them with at most one other between."""
    hits = [place for place, (_, _, own) in enumerate(words) if any(lexis.meets(word, roots) for word in own)]
    if not hits:
        return None
    runs: list[list[int]] = []
    for place in hits:
        if runs and place - runs[-1][-1] <= 2:
            runs[-1].append(place)
        else:
            runs.append([place])
    best = max(
        runs, key=lambda run: len({word for place in run for word in words[place][2] if lexis.meets(word, roots)})
    )
    return words[best[0]][0], words[best[-1]][1]


def holds_numbers(label: str, text: str) -> bool:
    """Whether a label has every number that a text names: "Q3 24" is not what "Q3 2019" means."""
    numbers = {token for token in lexis.tokens(text) if any(map(str.isdigit, token))}
    return numbers <= set(lexis.tokens(label)) | set(lexis.bag(label))
