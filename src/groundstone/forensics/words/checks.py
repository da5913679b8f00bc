"""Checks of figures: what some of them make, and whether the page says the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from groundstone.forensics.words.figures import Figure

Kind = Literal["sum", "row", "balance", "net", "rate"]
CENT = Decimal("0.01")
CONFUSED = ("08", "17", "38", "56", "58", "68", "06", "14", "35", "27", "49", "69", "09", "39", "12")


@dataclass(frozen=True, eq=False)
class Check:
    """``parts`` make ``expected``; the page says ``result``.

    ``implied``: for each figure of the check the value that would make it hold, where that can be told. ``support``:
    how many checks of the same structure hold. ``says``: the relation in words, without the result.
    """

    kind: Kind
    parts: tuple[Figure, ...]
    result: Figure
    expected: Decimal
    slack: Decimal
    says: str
    support: int = 0
    implied: tuple[tuple[Figure, Decimal], ...] = ()

    @property
    def holds(self) -> bool:
        return abs(self.expected - self.result.value) <= self.slack

    @property
    def figures(self) -> tuple[Figure, ...]:
        return (*self.parts, self.result)

    @property
    def telling(self) -> bool:
        """It could have failed: not 1 x 5.00 = 5.00, nor a sum of zeros."""
        values = [part.value for part in self.parts]
        return len(values) > 1 and sum(value not in (0, 1) for value in values) > 1 and self.result.value != 0


def money(value: Decimal, like: Figure) -> str:
    """A value written with the decimal sign of a figure of the page."""
    text = f"{value.quantize(CENT):,}"
    if len(like.text) > 3 and like.text[-3] == ",":
        return text.translate(str.maketrans(",.", ".,"))
    return text


def listed(figures: Sequence[Figure]) -> str:
    """Figures as a phrase: "1.00, 2.00 and 3.00"; of many, how many there are."""
    texts = [("-" if one.value < 0 else "") + one.text for one in figures]
    if len(texts) > 6:
        return f"{texts[0]}, {texts[1]} ... {texts[-1]} ({len(texts)} figures)"
    return texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} and {texts[-1]}"


def is_slip(figure: Figure, meant: Decimal) -> bool:
    """A reader of letters makes such errors: one digit that looks like the other, a lost sign, digit or comma."""
    said, wanted = _digits(figure.value, figure.decimals), _digits(meant, figure.decimals)
    if said.lstrip("0") == wanted.lstrip("0"):
        return True  # only a sign or a decimal point differs
    if len(said) != len(wanted):
        return _one_left_out(said, wanted) or _one_left_out(wanted, said)
    other = [{a, b} for a, b in zip(said, wanted, strict=True) if a != b]
    return len(other) == 1 and other[0] in [set(pair) for pair in CONFUSED]


def is_lost(figure: Figure, meant: Decimal) -> bool:
    """Only a sign or a decimal point differs: far likelier an error of reading than a forgery."""
    said, wanted = _digits(figure.value, figure.decimals), _digits(meant, figure.decimals)
    return said.strip("0") == wanted.strip("0")


def digits_changed(figure: Figure, meant: Decimal) -> int:
    """How many digits differ; 99 where the numbers are not equally long."""
    said, wanted = _digits(figure.value, figure.decimals), _digits(meant, figure.decimals)
    return 99 if len(said) != len(wanted) else sum(a != b for a, b in zip(said, wanted, strict=True))


def _digits(value: Decimal, decimals: int) -> str:
    return str(abs(value.scaleb(decimals)).to_integral_value())


def _one_left_out(short: str, long: str) -> bool:
    if len(long) != len(short) + 1:
        return False
    return any(long[:place] + long[place + 1 :] == short for place in range(len(long)))
