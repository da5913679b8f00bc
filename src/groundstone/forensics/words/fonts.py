"""Figures in another font than their neighbours.

Only digits are judged: amounts and dates are what is re-typed, and a page has many instances of each. Two questions:

- Within a word: is a digit unlike the same digit elsewhere, while the other digits of its word are like theirs? No
  genuine word mixes fonts, so this weighs much. Other words in the style of this one must show the digit as it should
  be. A misread digit would look the same: one that resembles another digit of the page more than its own is left out.
- Within a column: are all digits of one word unlike, where those above and below are like the rest of the page? Bold
  totals are genuine, so the first and last words of a column never count and the odds stay low.

``score`` joins four measures, each as a multiple of what genuine print shows at most in 19 of 20 digits.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from groundstone.forensics.words.features import Unlike, unlike
from groundstone.forensics.words.found import Found
from groundstone.forensics.words.glyphs import Floats, Glyphs, Placed

USUAL = np.array([0.06, 0.12, 0.1, 0.12], np.float32)  # shape, weight, dark, sharp
FAR, VERY_FAR = 2.8, 4.0  # scores
SHAPE = 0.05  # of which the shape itself must be
BEYOND = 2.0  # times the score that a tenth of the page's digits exceed
ALIKE = 0.85  # correlation from which words are of one style
SURE = 0.9  # confidence of a word below which its digits may be misread
WORDS = 6  # words with digits that a page must have
MOST = 2  # words that differ; where there are more, the page itself is uneven
ODDS = {"far": 0.9, "very far": 1.4, "one witness": 0.5, "column": 0.5}
NEAR = 0.5  # share of a height by which edges of a column differ


def fonts(glyphs: Glyphs, words: Sequence[Placed]) -> list[Found]:
    """At most ``MOST`` observations; none for a page with few figures or one that is uneven everywhere."""
    digits = np.flatnonzero(np.array([char.isdigit() for char in glyphs.text], bool))
    if len(np.unique(glyphs.word[digits])) < WORDS:
        return []
    differing = unlike(glyphs)
    values = np.stack([np.maximum(differing.shape, 0), differing.weight, differing.dark, differing.sharp], 1)
    rows = digits[np.isfinite(values[digits]).all(1)]
    inner = list(_within(glyphs, words, values, rows, differing))
    whole = list(_columns(glyphs, words, values, rows))
    found = inner if len(inner) <= MOST else []
    return found + (whole if len(whole) == 1 and not inner else [])


def _within(
    glyphs: Glyphs, words: Sequence[Placed], values: Floats, rows: NDArray[np.intp], differing: Unlike
) -> Iterator[Found]:
    scores, shapes = _scores(glyphs, values, rows)
    known = np.isfinite(scores)
    if known.sum() < 2 * WORDS:
        return
    least = max(FAR, BEYOND * float(np.percentile(scores[known], 90)))
    for word in np.unique(glyphs.word[rows]):
        here = np.flatnonzero((glyphs.word[rows] == word) & known)
        odd = [n for n in here if scores[n] >= least and shapes[n] >= SHAPE and not differing.misread[rows[n]]]
        if len(odd) == 1 and words[word].confidence >= SURE:
            seen = _witnesses(glyphs, int(rows[odd[0]]))
            if seen:
                yield _told(glyphs, words, int(rows[odd[0]]), float(scores[odd[0]]), seen)


def _witnesses(glyphs: Glyphs, row: int) -> int:
    """Words in the style of the rest of this word that hold the same digit, drawn otherwise.

    Without them the digit may be compared with words of another style only: in a bold word, with plain ones.
    """
    word, is_digit = glyphs.word[row], np.array([char.isdigit() for char in glyphs.text], bool)
    letters = np.array(list(glyphs.text))
    mates = np.flatnonzero((glyphs.word == word) & is_digit & (np.arange(len(letters)) != row)).tolist()
    count = 0
    for other in np.unique(glyphs.word[(letters == letters[row]) & (glyphs.word != word)]):
        there = np.flatnonzero((glyphs.word == other) & is_digit).tolist()
        pairs = [(a, b) for a in mates for b in there if letters[a] == letters[b]]
        own = [_likeness(glyphs, row, b) for b in there if letters[b] == letters[row]]
        shared = [_likeness(glyphs, a, b) for a, b in pairs]
        count += bool(shared) and min(shared) > ALIKE and max(own) < min(shared) - SHAPE / 2
    return count


def _likeness(glyphs: Glyphs, first: int, second: int) -> float:
    """Correlation, less what they differ in weight and height."""
    heavy = abs(math.log(float(glyphs.mass[first]) / max(float(glyphs.mass[second]), 1e-3)))
    high = abs(math.log(float(glyphs.height[first]) / max(float(glyphs.height[second]), 1e-3)))
    return float(glyphs.patches[first] @ glyphs.patches[second]) - 0.5 * heavy - 0.5 * high


def _scores(glyphs: Glyphs, values: Floats, rows: NDArray[np.intp]) -> tuple[Floats, Floats]:
    """For each row its score and its shape, both less the median of the other digits of its word."""
    scores, shapes = np.full(len(rows), np.nan, np.float32), np.full(len(rows), np.nan, np.float32)
    for word in np.unique(glyphs.word[rows]):
        here = np.flatnonzero(glyphs.word[rows] == word)
        if len(here) < 2:
            continue
        own = values[rows[here]]
        for n, place in enumerate(here):
            rest = own[n] - np.median(np.delete(own, n, 0), 0)
            shapes[place] = rest[0]
            scores[place] = np.linalg.norm(np.concatenate([[max(rest[0], 0)], rest[1:]]) / USUAL)
    return scores, shapes


def _told(glyphs: Glyphs, words: Sequence[Placed], row: int, score: float, seen: int) -> Found:
    char, word = glyphs.text[row], words[glyphs.word[row]]
    left, top, right, bottom = (float(value) for value in glyphs.edges[row])
    text = f'The "{char}" in "{word.text}" is drawn unlike the other "{char}" of the page; the rest of the word is not'
    odds = ODDS["one witness" if seen == 1 else "very far" if score >= VERY_FAR else "far"]
    return Found("font", text, odds, ((left, top, right, bottom), word.box))


def _columns(glyphs: Glyphs, words: Sequence[Placed], values: Floats, rows: NDArray[np.intp]) -> Iterator[Found]:
    """Words whose digits all differ, between words of their column that do not."""
    score = np.linalg.norm(values[rows] / USUAL, axis=1)
    level: dict[int, float] = {}
    for word in np.unique(glyphs.word[rows]).tolist():
        own = score[glyphs.word[rows] == word]
        if len(own) >= 3:
            level[word] = float(np.median(own))
    for word, own in level.items():
        column = [n for n in level if n == word or _below(words[n], words[word])]
        column.sort(key=lambda n: words[n].box[1])
        place = column.index(word)
        others = [level[n] for n in column if n != word]
        inside = 0 < place < len(column) - 1
        if len(others) >= WORDS and inside and own >= FAR and own >= 2 * max(others) and words[word].confidence >= SURE:
            text = f'The figures of "{words[word].text}" are drawn unlike those above and below it'
            yield Found("font", text, ODDS["column"], (words[word].box,))


def _below(first: Placed, second: Placed) -> bool:
    high = second.box[3] - second.box[1]
    near = min(abs(first.box[2] - second.box[2]), abs(first.box[0] - second.box[0]))
    return near < NEAR * high and 0.8 < (first.box[3] - first.box[1]) / high < 1.25
