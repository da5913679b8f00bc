"""What the arithmetic of a page tells about an amount: sums, what was paid and given back, what is said twice."""

from __future__ import annotations

import itertools

from groundstone.documents.queries.propose import Value
from groundstone.documents.queries.sheet import Sheet
from groundstone.documents.queries.typed import amount, spots

NAMES = (
    "amount_largest", "amount_below_largest", "amount_again", "amount_is_sum", "amount_is_rest", "amount_last",
    "amount_from_end", "amount_has_cents", "amount_right_column", "amount_zero", "amount_largest_again",
)  # fmt: skip
CENT = 0.005
MOST = 80  # amounts of a page that are compared with each other


class Amounts:
    """The amounts of a page with cents or a currency, in reading order."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        found = []
        for piece in sheet.pieces:
            for first, last in spots("money", piece.text):
                value = amount(piece.text[first:last])
                if value is not None and _certain(piece.text[first:last]):
                    found.append((piece.index, value))
        self._found = found[-MOST:]
        self._values = [value for _, value in self._found]
        self._sums, self._rests = _sums(self._values)

    @property
    def count(self) -> int:
        return len(self._values)

    def features(self, value: Value) -> tuple[float, ...]:
        """In the order of ``NAMES``; zeros for what is no amount."""
        mine = amount(value.text)
        if mine is None or not self._values:
            return (0.0,) * len(NAMES)
        times = sum(abs(mine - other) < CENT for other in self._values)
        largest = max(self._values)
        repeated = max((other for other in self._values if self._values.count(other) > 1), default=None)
        later = sum(index > value.pieces[-1] for index, _ in self._found)
        right = max(self._sheet.pieces[index].right for index, _ in self._found)
        return (
            float(abs(mine - largest) < CENT), mine / largest if largest > 0 else 0.0, min(times, 4) / 4,
            float(_near(mine, self._sums)), float(_near(mine, self._rests)), float(later == 0),
            later / len(self._found), float(_certain(value.text)),
            float(right - self._sheet.pieces[value.pieces[-1]].right < 1.5), float(mine == 0),
            float(repeated is not None and abs(mine - repeated) < CENT),
        )  # fmt: skip


def _certain(text: str) -> bool:
    """With cents or a currency, so that it is no count or year."""
    return any(sign in text for sign in ".,") or not text.replace(" ", "").isdigit()


def _near(value: float, others: list[float]) -> bool:
    return any(abs(value - other) < CENT for other in others)


def _sums(values: list[float]) -> tuple[list[float], list[float]]:
    """Sums of two neighbours, and differences of a later pair (paid and given back), among amounts above zero."""
    positive = [value for value in values if value > 0]
    sums = [a + b for a, b in itertools.pairwise(positive)]
    sums += [a + b + c for a, b, c in zip(positive, positive[1:], positive[2:], strict=False)]
    rests = [a - b for a, b in itertools.pairwise(positive) if a > b]
    return sums, rests
