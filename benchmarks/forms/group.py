"""Words into lines, as a text detector finds them: near ones join, a wide gap divides."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.forms.sheet import Rect, Written


def lines_of(words: Sequence[Written], gap: float = 1.0) -> list[list[Written]]:
    """Words of a line stand less than ``gap`` letter heights apart and mostly at one height; lines in reading order."""
    lines: list[list[Written]] = []
    for word in sorted(words, key=lambda word: word.rect[0]):
        joined = next((line for line in lines if _follows(line[-1], word, gap)), None)
        if joined is None:
            lines.append([word])
        else:
            joined.append(word)
    return _in_order(lines)


def _follows(left: Written, right: Written, gap: float) -> bool:
    height = min(left.size, right.size)
    apart = right.rect[0] - left.rect[2]
    tall, small = max(left.size, right.size), height
    shared = min(left.rect[3], right.rect[3]) - max(left.rect[1], right.rect[1])
    low = min(_tall(left.rect), _tall(right.rect))
    level = abs(_base(left) - _base(right)) < 0.45 * height
    return (
        -0.5 * height < apart < gap * height
        and tall < small * 1.7
        and level
        and (shared > 0.3 * low or low < height * 0.3)
    )


def _base(word: Written) -> float:
    """The middle of the word's letters; small marks such as a dash count as standing in the middle of theirs."""
    return (word.rect[1] + word.rect[3]) / 2


def _tall(rect: Rect) -> float:
    return rect[3] - rect[1]


def _in_order(lines: list[list[Written]]) -> list[list[Written]]:
    """By rows from the top, and from the left within a row."""
    left_over = sorted(lines, key=lambda line: _base(line[0]))
    ordered: list[list[Written]] = []
    while left_over:
        first = left_over[0][0]
        row = [line for line in left_over if abs(_base(line[0]) - _base(first)) < 0.6 * first.size]
        left_over = [line for line in left_over if abs(_base(line[0]) - _base(first)) >= 0.6 * first.size]
        ordered += sorted(row, key=lambda line: line[0].rect[0])
    return ordered
