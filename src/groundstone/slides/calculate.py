"""Calculations on the numbers of slides, exact and with their workings: differences, ratios, sums, averages, ranks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from groundstone.slides import speech
from groundstone.slides.amounts import Amount, divided, rounded
from groundstone.slides.evidence import Evidence
from groundstone.slides.seen import Matrix, Sheet


@dataclass(frozen=True)
class Operand:
    """A number of a slide with what it is called, and where it is cited."""

    sheet: Sheet
    matrix: Matrix
    row: int
    column: int
    name: str = ""

    @property
    def amount(self) -> Amount:
        found = self.matrix.cells[self.row][self.column].amount
        assert found is not None
        return found

    @property
    def label(self) -> str:
        return self.name or speech.label(self.matrix, self.row, self.column)

    def cite(self, evidence: Evidence) -> int:
        return evidence.cell(self.sheet, self.matrix, self.row, self.column)

    @property
    def said(self) -> str:
        return self.amount.written()


@dataclass(frozen=True)
class Result:
    """What was calculated: a sentence, and its working."""

    text: str
    working: str


def unlike(one: Amount, other: Amount) -> str:
    """Why two amounts cannot be set against each other; empty when they can."""
    left, right = one.dimension, other.dimension
    if left and right and left != right:
        return f"{one.written()} and {other.written()} are in different units"
    if (left or right) and not (left and right):
        bare = other if left else one
        if bare.unit or "%" in (left, right):
            return f"{one.written()} and {other.written()} are in different units"
    return ""


def difference(one: Operand, other: Operand) -> Result:
    """The larger minus the smaller."""
    high, low = (one, other) if one.amount.value >= other.amount.value else (other, one)
    result = _like(high, low).like(high.amount.value - low.amount.value)
    gap = _points(result)
    working = f"{high.said} - {_second(low)} = {gap}"
    text = f"{high.label} has {high.said} and {low.label} {low.said}: the difference is {gap}."
    if high.amount.value == low.amount.value:
        text = f"{one.label} and {other.label} are equal: {high.said}."
    return Result(text, working)


def _second(operand: Operand) -> str:
    return f"({operand.said})" if operand.amount.number < 0 else operand.said


def _like(one: Operand, other: Operand) -> Amount:
    """The manner in which a result is written: of the operand that has a unit."""
    first, second = one.amount, other.amount
    return first if first.dimension or first.factor != 1 or not (second.dimension or second.factor != 1) else second


def _points(amount: Amount) -> str:
    """Differences of percentages are percentage points."""
    text = amount.written()
    return text.replace("%", " percentage points") if amount.unit == "%" else text


def change(before: Operand, after: Operand) -> Result:
    """From an earlier to a later value, absolute and in percent of the earlier one."""
    rise = after.amount.value - before.amount.value
    result = _points(_like(after, before).like(abs(rise)))
    way = "rose" if rise > 0 else "fell" if rise < 0 else "stayed the same"
    start = f"From {before.label} ({before.said}) to {after.label} ({after.said}) it {way}"
    if not rise:
        return Result(f"{start}.", f"{after.said} - {_second(before)} = 0")
    sign = "" if rise > 0 else "-"
    working = f"{after.said} - {_second(before)} = {sign}{result}"
    if not before.amount.value:
        return Result(f"{start} by {result}.", working)
    share = divided(rise * 100, abs(before.amount.value))
    percent = f"{rounded(abs(share), Decimal('0.1'))}%"
    return Result(
        f"{start} by {result}, which is {percent}.",
        f"{working}; {sign}{result} / {before.said} = {sign}{percent}",
    )


def percent(before: Operand, after: Operand) -> Result | None:
    """The change in percent of the first; None when that is zero."""
    return change(before, after) if before.amount.value else None


def ratio(one: Operand, other: Operand) -> Result | None:
    """How many times the larger is the smaller; None when one of them is zero."""
    high, low = (one, other) if abs(one.amount.value) >= abs(other.amount.value) else (other, one)
    if not low.amount.value:
        return None
    times = rounded(divided(high.amount.value, low.amount.value))
    return Result(
        f"{high.label} ({high.said}) is {times} times {low.label} ({low.said}).",
        f"{high.said} / {low.said} = {times}",
    )


def total(operands: Sequence[Operand], what: str) -> Result:
    value = sum((operand.amount.value for operand in operands), Decimal(0))
    result = _shared(operands).like(value).written()
    return Result(f"{what} {result}.".strip(), f"{_plus(operands)} = {result}")


def average(operands: Sequence[Operand], what: str) -> Result:
    value = sum((operand.amount.value for operand in operands), Decimal(0))
    mean = _shared(operands).like(divided(value, Decimal(len(operands))))
    text = f"{mean.before}{rounded(mean.number)}{mean.after}"
    return Result(f"{what} {text}.".strip(), f"({_plus(operands)}) / {len(operands)} = {text}")


def share(one: Operand, every: Sequence[Operand]) -> Result | None:
    value = sum((operand.amount.value for operand in every), Decimal(0))
    if not value:
        return None
    whole = _shared(every).like(value).written()
    percentage = f"{rounded(divided(one.amount.value * 100, value), Decimal('0.1'))}%"
    return Result(
        f"{one.label} has {one.said} of {whole} in all, which is {percentage}.",
        f"{_plus(every)} = {whole}; {one.said} / {whole} = {percentage}",
    )


def _plus(operands: Sequence[Operand]) -> str:
    return " + ".join(_second(operand) for operand in operands)


def _shared(operands: Sequence[Operand]) -> Amount:
    return max((operand.amount for operand in operands), key=lambda amount: (bool(amount.dimension), amount.factor))


def addable(operands: Sequence[Operand]) -> bool:
    """Whether all amounts are of one kind."""
    first = operands[0].amount
    return not any(unlike(first, operand.amount) for operand in operands[1:])


def ordered(operands: Sequence[Operand], *, least: bool = False) -> list[Operand]:
    return sorted(operands, key=lambda operand: operand.amount.value if least else -operand.amount.value)
