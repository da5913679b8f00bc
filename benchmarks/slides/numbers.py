"""Tables and charts of numbers, and what can be asked of them with a computable answer."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from itertools import product
from typing import Any

from benchmarks.slides.plan import Asked

Wordings = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Figures:
    """Numbers by row and column. ``said``: the keys of a topic's file that put them into words.

    ``np`` names one number, with {r} and {c}; ``short`` a row ({r}); ``row`` and ``col`` are what rows and columns
    are ("site"), ``measure`` what is measured ("headcount"); ``time`` says that the columns follow each other in time.
    """

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    values: tuple[tuple[Decimal, ...], ...]
    show: str
    kind: str  # "table" or "chart"
    said: Mapping[str, Any]

    def name(self, row: int, column: int) -> str:
        return str(self.said["np"]).format(r=self.rows[row], c=self.columns[column])

    def shown(self, row: int, column: int) -> str:
        return self.show.format(self.values[row][column])


def drawn(dice: random.Random, rows: Sequence[str], columns: Sequence[str], spec: str) -> list[tuple[Decimal, ...]]:
    """Different numbers; ``spec`` is "int low high [step]" or "dec low high places"."""
    kind, low, high, *more = spec.split()
    if kind == "int":
        choices = [Decimal(n) for n in range(int(low), int(high) + 1, int(more[0]) if more else 1)]
    else:
        unit = Decimal(1).scaleb(-int(more[0]))
        choices = [n * unit for n in range(int(Decimal(low) / unit), int(Decimal(high) / unit) + 1)]
    picked = dice.sample(choices, len(rows) * len(columns))
    return [tuple(picked[at * len(columns) : (at + 1) * len(columns)]) for at in range(len(rows))]


def asked(figures: Figures, slide: int, at: str, words: Wordings, dice: random.Random) -> list[Asked]:
    """One question of every kind that the numbers allow. ``at`` names the deck: " at Norvik", or is empty."""
    made = [_cell, _difference, _percent, _ratio, _sum, _most, _least, _follow, _absent]
    found = (one(figures, slide, at, words, dice) for one in made)
    return [one for one in found if one is not None]


def _place(figures: Figures, dice: random.Random, count: int = 1) -> list[tuple[int, int]]:
    """Places of one row, or of one column where the row has too few."""
    rows, columns = range(len(figures.rows)), range(len(figures.columns))
    along = len(columns) >= count and (len(rows) < count or dice.random() < 0.5)
    if along:
        row = dice.choice(rows)
        return [(row, column) for column in sorted(dice.sample(columns, count))]
    column = dice.choice(columns)
    return [(row, column) for row in dice.sample(rows, count)]


def _cell(figures: Figures, slide: int, at: str, words: Wordings, dice: random.Random) -> Asked:
    [(row, column)] = _place(figures, dice)
    question = dice.choice(words["cell"]).format(np=figures.name(row, column), at=at)
    return Asked(f"{figures.kind} value", _tidy(question), "", (slide,), ((plain(figures.values[row][column]),),))


def _difference(figures: Figures, slide: int, at: str, words: Wordings, dice: random.Random) -> Asked:
    (r1, c1), (r2, c2) = _place(figures, dice, 2)
    value = abs(figures.values[r1][c1] - figures.values[r2][c2])
    names = {"np1": figures.name(r1, c1), "np2": figures.name(r2, c2)}
    return Asked(
        "difference", _tidy(dice.choice(words["difference"]).format(**names, at=at)), "", (slide,), ((plain(value),),)
    )


def _percent(figures: Figures, slide: int, at: str, words: Wordings, dice: random.Random) -> Asked | None:
    if not figures.said.get("time") or len(figures.columns) < 2:
        return None
    row = dice.randrange(len(figures.rows))
    c1, c2 = sorted(dice.sample(range(len(figures.columns)), 2))
    first, last = figures.values[row][c1], figures.values[row][c2]
    short = str(figures.said["short"]).format(r=figures.rows[row])
    question = dice.choice(words["percent"]).format(short=short, c1=figures.columns[c1], c2=figures.columns[c2], at=at)
    return Asked("percent", _tidy(question), "", (slide,), (rounded(abs(last - first) / first * 100, 0),))


def _ratio(figures: Figures, slide: int, at: str, words: Wordings, dice: random.Random) -> Asked:
    places = _place(figures, dice, 2)
    (r1, c1), (r2, c2) = sorted(places, key=lambda place: -figures.values[place[0]][place[1]])
    names = {"np1": figures.name(r1, c1), "np2": figures.name(r2, c2)}
    value = figures.values[r1][c1] / figures.values[r2][c2]
    return Asked("ratio", _tidy(dice.choice(words["ratio"]).format(**names, at=at)), "", (slide,), (rounded(value, 1),))


def _sum(figures: Figures, slide: int, at: str, words: Wordings, dice: random.Random) -> Asked:
    (r1, c1), (r2, c2) = _place(figures, dice, 2)
    names = {"np1": figures.name(r1, c1), "np2": figures.name(r2, c2)}
    value = plain(figures.values[r1][c1] + figures.values[r2][c2])
    return Asked("sum", _tidy(dice.choice(words["sum"]).format(**names, at=at)), "", (slide,), ((value,),))


def _most(figures: Figures, slide: int, at: str, words: Wordings, dice: random.Random, best: int = 1) -> Asked | None:
    """The row (or, of a single row, the column) with the highest value, or the lowest with ``best`` -1."""
    across = len(figures.rows) > 1
    what = figures.said.get("row" if across else "col")
    if not what or "measure" not in figures.said:
        return None
    column = dice.randrange(len(figures.columns)) if across else 0
    names = figures.rows if across else figures.columns
    values = [figures.values[n][column] if across else figures.values[0][n] for n in range(len(names))]
    found = max(range(len(names)), key=lambda n: best * values[n])
    inside = f" {figures.said.get('in', 'in')} {figures.columns[column]}" if across and len(figures.columns) > 1 else ""
    said = {"what": what, "measure": figures.said["measure"], "inside": inside, "at": at}
    question = dice.choice(words["most" if best > 0 else "least"]).format(**said)
    return Asked("most", _tidy(question), "", (slide,), ((names[found],),))


def _least(figures: Figures, slide: int, at: str, words: Wordings, dice: random.Random) -> Asked | None:
    return _most(figures, slide, at, words, dice, -1)


def _follow(figures: Figures, slide: int, at: str, words: Wordings, dice: random.Random) -> Asked | None:
    """A question, and one that only makes sense after it."""
    (r1, c1), (r2, c2) = _place(figures, dice, 2)
    first = dice.choice(words["cell"]).format(np=figures.name(r1, c1), at=at)
    other = figures.columns[c2] if r1 == r2 else figures.rows[r2]
    then = dice.choice(words["follow"]).format(other=other)
    return Asked("follow-up", then, "", (slide,), ((plain(figures.values[r2][c2]),),), (_tidy(first),))


def _absent(figures: Figures, slide: int, at: str, words: Wordings, dice: random.Random) -> Asked | None:
    """A row or column that the numbers do not have; a topic's file names some that no deck has."""
    rows, columns = figures.said.get("no_rows", []), figures.said.get("no_cols", [])
    if not rows and not columns:
        return None
    row, column = dice.choice(figures.rows), dice.choice(figures.columns)
    if rows and (not columns or dice.random() < 0.5):
        row = dice.choice(rows)
    else:
        column = dice.choice(columns)
    name = str(figures.said["np"]).format(r=row, c=column)
    return Asked("absent: near miss", _tidy(dice.choice(words["cell"]).format(np=name, at=at)))


def plain(value: Decimal) -> str:
    """Without zeros at the end."""
    return f"{value.normalize():f}"


def rounded(value: Decimal, least: int) -> tuple[str, ...]:
    """All ways to round a number to ``least`` or more places, and to cut it to them."""
    found: dict[str, None] = {}
    for places, how in product(range(least, 5), (ROUND_HALF_UP, "ROUND_DOWN")):
        found[plain(value.quantize(Decimal(1).scaleb(-places), how))] = None
    return tuple(found)


def _tidy(question: str) -> str:
    """One blank between words; the first letter large."""
    joined = " ".join(question.split()).replace(" ?", "?").replace(" .", ".")
    return joined[:1].upper() + joined[1:]
