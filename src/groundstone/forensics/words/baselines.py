"""Words and digits that stand off their line, and figures that stand off their column; from the ink, in sub-pixels.

The base of a line is a straight line fitted robustly through the feet of its characters (those without descenders,
each character corrected by what is usual for it on this page: round ones reach a little lower). Asked are:

- Within a word: does one digit stand higher or lower than the others? It weighs most, since type is set in one go.
- Within a line: does a word stand off a line of at least four other words?
- Within a column of figures that are aligned at the right: is one of them not?
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import median

import numpy as np
from numpy.typing import NDArray

from groundstone.forensics.words.found import Found
from groundstone.forensics.words.glyphs import Floats, Glyphs, Placed

LOW = frozenset("gjpqyQJ,;ß()[]{}|/\\@&%$€£çÇ")  # characters that reach below the line, or may
OFF = 0.85  # pixels off the line from which a digit or word counts, and
SHARE = 0.045  # of the height of the characters, and
BEYOND = 5.0  # times the page's own spread
WIDEST = 0.26  # of a height: what is further off is no slip of an editor, but another line or a superscript
GLYPHS, WORDS = 8, 6  # characters of a line, words of a column
LEAST = 60  # measured characters of a page
SURE = 0.9
MOST = 2  # such observations of one kind; where there are more, the page itself is uneven
ODDS = {"digit": 1.2, "word": 0.4, "column": 0.5}


def baselines(glyphs: Glyphs, words: Sequence[Placed]) -> list[Found]:
    """At most ``MOST`` observations of each kind; none for a page that is uneven everywhere."""
    standing = [n for n, char in enumerate(glyphs.text) if char.isalnum() and char not in LOW]
    rows = np.array(standing, np.intp)
    found: list[Found] = []
    if len(rows) >= LEAST:
        off = _off(glyphs, words, rows)
        digits = list(_digits(glyphs, words, rows, off))
        moved = {id(one) for one in digits}
        alone = [] if digits else list(_words(glyphs, words, rows, off))
        found += digits if len(moved) <= MOST else []
        found += alone if len(alone) == 1 else []
    edges = list(_right_edges(glyphs, words))
    return found + (edges if len(edges) == 1 else [])


def _off(glyphs: Glyphs, words: Sequence[Placed], rows: NDArray[np.intp]) -> Floats:
    """How far below the base of its line each character ends, in pixels; NaN in short lines."""
    lines = np.array([words[word].line for word in glyphs.word[rows]], np.int64)
    off = np.full(len(rows), np.nan, np.float32)
    for line in np.unique(lines):
        here = np.flatnonzero(lines == line)
        if len(here) >= GLYPHS:
            off[here] = _from_line(glyphs.edges[rows[here]])
    letters = np.array([glyphs.text[row] for row in rows])
    for char in np.unique(letters):
        here = np.flatnonzero((letters == char) & np.isfinite(off))
        if len(here) >= 3:
            off[here] -= np.median(off[here])
    return off


def _from_line(edges: Floats) -> Floats:
    """Distances of the feet from a line through most of them: least squares, thrice without what lies far off."""
    across, feet = (edges[:, 0] + edges[:, 2]) / 2, edges[:, 3]
    middle = across.mean()
    rest = feet - np.median(feet)
    for _ in range(3):
        kept = np.abs(rest - np.median(rest)) <= max(1.0, 3 * _spread(rest))
        if kept.sum() < 4 or np.ptp(across[kept]) < 1:
            return np.asarray(feet - np.median(feet), np.float32)
        x, y = across[kept] - middle, feet[kept]
        slope = float(((x - x.mean()) * (y - y.mean())).sum() / ((x - x.mean()) ** 2).sum())
        rest = feet - y.mean() - slope * (across - middle - x.mean())
    return np.asarray(rest, np.float32)


def _spread(values: Floats) -> float:
    """A standard deviation that outliers do not move: 1.48 times the median distance from the median."""
    known = values[np.isfinite(values)]
    return 1.4826 * float(np.median(np.abs(known - np.median(known)))) if len(known) else 0.0


def _digits(glyphs: Glyphs, words: Sequence[Placed], rows: NDArray[np.intp], off: Floats) -> Iterator[Found]:
    """Single digits (or two side by side) that stand off the other digits of their word."""
    heights = glyphs.height[rows]
    feet = _inner(glyphs, rows, glyphs.edges[rows, 3])
    tops = _inner(glyphs, rows, glyphs.edges[rows, 1])
    spread = _spread(np.concatenate([feet, tops]))
    for n in np.flatnonzero(np.isfinite(feet) & (np.abs(feet) >= max(OFF, BEYOND * spread))).tolist():
        row, word = int(rows[n]), words[glyphs.word[rows[n]]]
        least = max(OFF, SHARE * float(heights[n]), BEYOND * spread)
        moved = min(abs(float(feet[n])), abs(float(tops[n])))
        same = feet[n] * tops[n] > 0
        if (
            same
            and least <= moved < WIDEST * heights[n]
            and word.confidence >= SURE
            and _rest_level(n, glyphs, rows, feet)
        ):
            way = "lower" if feet[n] > 0 else "higher"
            text = (
                f'The "{glyphs.text[row]}" in "{word.text}" stands {moved:.1f} pixels {way} than the digits beside it'
            )
            left, top, right, bottom = (float(value) for value in glyphs.edges[row])
            yield Found("baseline", text, ODDS["digit"], ((left, top, right, bottom), word.box))


def _inner(glyphs: Glyphs, rows: NDArray[np.intp], edge: Floats) -> Floats:
    """How far an edge of each digit lies below that of the other digits of its word; NaN with fewer than two others.

    What is usual for the digit on the page is taken off.
    """
    made = np.full(len(rows), np.nan, np.float32)
    is_digit = np.array([glyphs.text[row].isdigit() for row in rows], bool)
    for word in np.unique(glyphs.word[rows]):
        here = np.flatnonzero((glyphs.word[rows] == word) & is_digit)
        if len(here) > 2:
            made[here] = [_apart(edge[here], n) for n in range(len(here))]
    letters = np.array([glyphs.text[row] for row in rows])
    for char in "0123456789":
        here = np.flatnonzero((letters == char) & np.isfinite(made))
        if len(here) >= 3:
            made[here] -= np.median(made[here])
    return made


def _apart(edge: Floats, n: int) -> float:
    values: list[float] = edge.tolist()
    return values[n] - median([*values[:n], *values[n + 1 :]])


def _rest_level(n: int, glyphs: Glyphs, rows: NDArray[np.intp], feet: Floats) -> bool:
    """The other digits of the word stand in one line."""
    others = np.flatnonzero((glyphs.word[rows] == glyphs.word[rows[n]]) & np.isfinite(feet))
    others = others[others != n]
    own = glyphs.edges[rows[others], 3]
    return float(np.ptp(own)) < 0.6 * abs(float(feet[n]))


def _words(glyphs: Glyphs, words: Sequence[Placed], rows: NDArray[np.intp], off: Floats) -> Iterator[Found]:
    """Words of a line with figures in them that stand off it, where all others of the line stand on it."""
    spread = _spread(off)
    level: dict[int, float] = {}
    for word in np.unique(glyphs.word[rows]).tolist():
        own = off[(glyphs.word[rows] == word) & np.isfinite(off)]
        if len(own) >= 3:
            level[word] = float(np.median(own))
    for word, own in level.items():
        others = [value for n, value in level.items() if n != word and words[n].line == words[word].line]
        if len(others) < 4 or not any(char.isdigit() for char in words[word].text):
            continue
        high = words[word].box[3] - words[word].box[1]
        least = max(OFF, SHARE * high, BEYOND * spread, 3 * max(abs(value) for value in others))
        if least <= abs(own) < WIDEST * high and words[word].confidence >= SURE:
            text = f'"{words[word].text}" stands {abs(own):.1f} pixels {"below" if own > 0 else "above"} its line'
            yield Found("baseline", text, ODDS["word"], (words[word].box,))


def _right_edges(glyphs: Glyphs, words: Sequence[Placed]) -> Iterator[Found]:
    """Figures with decimals that end with the same edge as all others of their column but for some pixels."""
    ends = _ends(glyphs, words)
    if not ends:
        return
    places = np.array([(right, (words[n].box[1] + words[n].box[3]) / 2) for n, right in ends], np.float32)
    heights = np.array([words[n].box[3] - words[n].box[1] for n, _ in ends], np.float32)
    for at, (number, _) in enumerate(ends):
        near = np.flatnonzero((np.abs(places[:, 0] - places[at, 0]) < heights[at]) & (np.arange(len(ends)) != at))
        if len(near) < WORDS:
            continue
        high = float(heights[at])
        line = _line_through(places[near, 1], places[near, 0])
        others = np.abs(places[near, 0] - np.polyval(line, places[near, 1]))
        off = float(places[at, 0] - np.polyval(line, places[at, 1]))
        if max(2.5, 0.14 * high, 4 * float(others.max())) < abs(off) < 0.8 * high and words[number].confidence >= SURE:
            text = f'"{words[number].text}" ends {abs(off):.1f} pixels off the right edge of its column'
            yield Found("baseline", text, ODDS["column"], (words[number].box,))


def _line_through(along: Floats, across: Floats) -> NDArray[np.float64]:
    return np.asarray(np.polyfit(along, across, 1) if np.ptp(along) > 1 else [0.0, float(np.median(across))])


def _ends(glyphs: Glyphs, words: Sequence[Placed]) -> list[tuple[int, float]]:
    """Words that end with a decimal sign and two digits, with the right edge of their ink.

    A 1 stands in the middle of a wide place: figures that end with it end earlier.
    """
    found = []
    for word in np.unique(glyphs.word).tolist():
        text = words[word].text
        if len(text) > 3 and text[-3] in ".," and text[-2:].isdigit() and text[-4].isdigit() and text[-1] != "1":
            rows = np.flatnonzero((glyphs.word == word) & (glyphs.at == len(text) - 1))
            found += [(word, float(glyphs.edges[row, 2])) for row in rows]
    return found
