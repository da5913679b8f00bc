"""Columns that come to a total which a label names, and totals that follow from others: net, tax, closing balance."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import combinations

from groundstone.forensics.words.checks import CENT, Check, digits_changed
from groundstone.forensics.words.figures import Figure, Row
from groundstone.forensics.words.named import names
from groundstone.forensics.words.relations import sum_says

LONGEST = 60  # lines of one sum
GAP = 14.0  # text heights without a figure that end a column

Way = tuple[tuple[Figure, ...], tuple[int, ...]]  # figures, and the signs they count with


def columns_summed(columns: Sequence[Sequence[Figure]]) -> list[Check]:
    """One check for each total or subtotal that a label names; it holds if any sensible way of adding up does."""
    found: list[Check] = []
    for column in columns:
        amounts = [one for one in column if one.is_money]
        for place, one in enumerate(amounts):
            if names(one.label) & {"total", "subtotal"} and not names(one.label) & {"other", "tax"}:
                above = _above(amounts, place)
                made = _summed(above, one) if len(above) > 1 else _beside(columns, one)
                found += [made] if made else []
    return found


def _beside(columns: Sequence[Sequence[Figure]], total: Figure) -> Check | None:
    """A total that stands apart from its lines: those of another column, the nearest above."""
    lines = [[one for one in column if one.is_money and one.row < total.row] for column in columns]
    near = [part for part in (_above([*some, total], len(some)) for some in lines) if len(part) > 1]
    checks = [_check(*_signed(part), total) for part in near]
    return next((check for check in checks if check.holds), checks[0] if len(checks) == 1 else None)


def _above(column: Sequence[Figure], place: int) -> list[Figure]:
    """The figures above one, up to a wide gap."""
    found: list[Figure] = []
    below = column[place]
    for one in reversed(column[max(0, place - LONGEST) : place]):
        if below.rect.top - one.rect.bottom > GAP:
            break
        found.insert(0, one)
        below = one
    return found


def _summed(above: Sequence[Figure], total: Figure) -> Check | None:
    ways = [way for way in _ways(above) if len(way[0]) > 1]
    checks = [_check(parts, signs, total) for parts, signs in ways]
    good = next((check for check in checks if check.holds), None)
    if good or not checks or _otherwise(above, total):
        return good
    return next((check for check in checks if _repair(check) == 1), checks[0])


def _repair(check: Check) -> int:
    """How many digits of one of its figures would have to be others."""
    return min(digits_changed(figure, value) for figure, value in check.implied)


def _ways(above: Sequence[Figure]) -> Iterator[Way]:
    """Sensible ways of adding up, the most usual first: since the last total, with it, all lines without totals."""
    totals = [n for n, one in enumerate(above) if names(one.label) & {"total", "subtotal"}]
    last = totals[-1] if totals else None
    if last is not None:
        yield _signed(above[last:])
        yield _signed(above[last + 1 :])
    lines = [one for n, one in enumerate(above) if n not in totals]
    yield _signed(lines)
    plain = [one for one in lines if not names(one.label) & {"other"}]
    yield _signed(plain)
    for start in range(len(above) - 1):
        yield _signed(above[start:])
        yield tuple(above[start:]), (1,) * (len(above) - start)


def _signed(figures: Sequence[Figure]) -> Way:
    """Discounts and payments count as taken off, whichever sign they are written with."""
    signs = tuple(-1 if one.value > 0 and "minus" in names(one.label) else 1 for one in figures)
    return tuple(figures), signs


def _check(parts: tuple[Figure, ...], signs: tuple[int, ...], total: Figure) -> Check:
    pairs = list(zip(parts, signs, strict=True))
    expected = sum((sign * part.value for part, sign in pairs), Decimal(0))
    wrong = total.value - expected
    implied = ((total, expected), *((part, part.value + sign * wrong) for part, sign in pairs))
    return Check("sum", parts, total, expected, Decimal(0), sum_says(parts), 0, implied)


def _otherwise(above: Sequence[Figure], total: Figure) -> bool:
    """The total is one of the figures above, or two or some of them make it: how it came about cannot be told."""
    if any(one.value == total.value for one in above) or len(above) < 2:
        return True
    values = [one.value for one in above]
    if any(total.value in (a + b, a - b, b - a) for a, b in combinations(values, 2)):
        return True
    whole = sum(values, Decimal(0))
    return any(total.value in (whole - one, whole - 2 * one) for one in values)


def totals_checked(rows: Sequence[Row]) -> list[Check]:
    """Gross less deductions is net; net and tax are the total. Only where each name stands for one row of figures."""
    amounts = [one for row in rows for one in row.figures if one.is_money]
    return [
        *_of_three(amounts, "gross", "deductions", -1, "net", "less deductions of"),
        *_of_three(amounts, "subtotal", "tax", 1, "total", "and tax of"),
    ]


def _of_three(amounts: Sequence[Figure], a: str, b: str, sign: int, c: str, joins: str) -> Iterator[Check]:
    """One check for each place of the rows: this period, the year to date."""
    for first, second, third in zip(*(_called(amounts, name) for name in (a, b, c)), strict=False):
        if len({id(first), id(second), id(third)}) == 3:
            amount = sign * abs(second.value)
            says = f"{first.text} {joins} {second.text} make"
            implied = (
                (third, first.value + amount),
                (first, third.value - amount),
                (second, sign * (third.value - first.value)),
            )
            yield Check("net", (first, second), third, first.value + amount, Decimal(0), says, 0, implied)


def _called(amounts: Sequence[Figure], name: str) -> list[Figure]:
    """The figures of the row that carries this name and no other; none where rows that do say different things."""
    found: dict[int, list[Figure]] = {}
    for one in amounts:
        said = names(one.label)
        if name in said and not said - {name, "current", "ytd", "total"}:
            found.setdefault(one.row, []).append(one)
    if len({tuple(one.value for one in row) for row in found.values()}) != 1:
        return []
    return next(iter(found.values()))


def balance_closed(rows: Sequence[Row], columns: Sequence[Sequence[Figure]]) -> list[Check]:
    """Opening balance and the movements between it and the closing balance, in one column of signed amounts."""
    found = []
    for column in columns:
        amounts = [one for one in column if one.is_money]
        opening = [n for n, one in enumerate(amounts) if "opening" in names(one.label)]
        closing = [n for n, one in enumerate(amounts) if "closing" in names(one.label)]
        if len(opening) == len(closing) == 1 and closing[0] - opening[0] > 1:
            parts = tuple(amounts[opening[0] : closing[0]])
            made = _check(parts, (1,) * len(parts), amounts[closing[0]])
            found += [made] if any(one.value < 0 for one in parts) or made.holds else []
    return found


def rates_checked(rows: Sequence[Row]) -> list[Check]:
    """Tax at a rate that its own row names, on the one net amount or subtotal of the page."""
    amounts = [one for row in rows for one in row.figures if one.is_money]
    nets = _called(amounts, "subtotal")
    net = nets[0] if len(nets) == 1 else None
    found: list[Check] = []
    for row in rows:
        rates = [one for one in row.figures if one.percent]
        taxes = [one for one in row.figures if one.is_money]
        if net and len(rates) == len(taxes) == 1 and "tax" in names(row.text) and net.row != row.number:
            expected = (net.value * rates[0].value / 100).quantize(CENT)
            says = f"{rates[0].text} % of {net.text} make"
            implied = ((taxes[0], expected),)
            found.append(Check("rate", (net, rates[0]), taxes[0], expected, 2 * CENT, says, 0, implied))
    return found
