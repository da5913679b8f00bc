"""What rows have in common: one column is the product, the sum or the difference of two others, or runs on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise, permutations

from groundstone.forensics.words.checks import CENT, Check, listed
from groundstone.forensics.words.figures import Figure

COLUMNS = 9  # of a page that are compared with each other
LEAST = 2  # telling rows that must hold for a relation to be one; a product that holds to the cent is no chance
SHARE = 0.7  # of the telling rows that must
HALF = Decimal("0.5")

Grid = Mapping[int, Mapping[int, Figure]]  # row -> column -> figure


@dataclass(frozen=True, slots=True)
class Relation:
    """``makes`` of the figures of two columns what the third says, give or take ``slack``."""

    sign: str
    makes: Callable[[Decimal, Decimal], Decimal]
    slack: Callable[[Figure, Figure], Decimal]
    commutes: bool = True


def _nothing(first: Figure, second: Figure) -> Decimal:
    return Decimal(0)


def _rounded(first: Figure, second: Figure) -> Decimal:
    """The product of two rounded figures is known no better than they are."""
    return CENT + sum((abs(b.value) * _unit(a) / 10 for a, b in ((first, second), (second, first))), Decimal(0))


def _unit(figure: Figure) -> Decimal:
    """Half of the last decimal, none of a whole number."""
    return HALF.scaleb(-figure.decimals) if figure.decimals > 1 else Decimal(0)


RELATIONS = (
    Relation("x", lambda a, b: a * b, _rounded),
    Relation("+", lambda a, b: a + b, _nothing),
)


def rows_checked(columns: Sequence[Sequence[Figure]]) -> list[Check]:
    """Checks of rows, where enough rows of the same columns hold."""
    used = sorted(columns, key=len, reverse=True)[:COLUMNS]
    grid: dict[int, dict[int, Figure]] = {}
    for place, column in enumerate(used):
        for one in column:
            grid.setdefault(one.row, {})[place] = one
    found: list[Check] = []
    for relation in RELATIONS:
        for a, b, c in permutations(range(len(used)), 3):
            if a < b and any(one.is_money for one in used[c]):
                least = 1 if relation.sign == "x" else LEAST
                found += _supported([_row_check(relation, row, a, b, c) for row in grid.values()], least)
    return found


def balances_checked(columns: Sequence[Sequence[Figure]]) -> list[Check]:
    """A column that runs on by the amounts of the columns beside it: balance = balance before + in - out."""
    found: list[Check] = []
    amounts = [[one for one in column if one.is_money] for column in columns]
    for balances in amounts:
        beside = [column for column in amounts if column is not balances and column]
        if len(balances) > LEAST and beside:
            for sign in (1, -1):
                found += _supported(list(_steps(balances, beside, sign)), few=2)  # one balance is part of two
    return found


def _supported(checks: Sequence[Check | None], least: int = LEAST, few: int = 1) -> list[Check]:
    """The checks with their support, or none where too few of them hold; ``few`` may fail whatever their share is."""
    there = [check for check in checks if check is not None]
    telling = [check for check in there if check.telling]
    holding = sum(check.holds for check in telling)
    failing = len(telling) - holding
    if holding < least or (failing > few and holding < SHARE * len(telling)) or failing > holding:
        return []
    return [replace(check, support=holding - check.holds) for check in there]


def _row_check(relation: Relation, row: Mapping[int, Figure], a: int, b: int, c: int) -> Check | None:
    if not {a, b, c} <= row.keys():
        return None
    first, second, result = row[a], row[b], row[c]
    if result.percent or (first.percent and relation.sign != "x"):
        return None
    expected = relation.makes(first.value, second.value)
    implied = ((result, expected.quantize(CENT)), *_undone(relation, first, second, result))
    says = f"{first.text} {relation.sign} {second.text} make"
    return Check("row", (first, second), result, expected, relation.slack(first, second), says, 0, implied)


def _undone(relation: Relation, first: Figure, second: Figure, result: Figure) -> Iterator[tuple[Figure, Decimal]]:
    """What each part would have to be."""
    for part, other in ((first, second), (second, first)):
        if relation.sign == "+":
            yield part, result.value - other.value
        elif other.value:
            exact = result.value / other.value
            near = round(exact, part.decimals)
            if abs(near * other.value - result.value) <= CENT:
                yield part, near


def _steps(balances: Sequence[Figure], beside: Sequence[Sequence[Figure]], sign: int) -> Iterator[Check]:
    """Each balance with the one before it and the movement of its row; ``sign`` of amounts in a single column."""
    for before, after in pairwise(balances):
        moves = [one for column in beside for one in column if one.row == after.row]
        if len(moves) != 1 or after.row == before.row:
            continue
        move = moves[0]
        change = after.value - before.value
        signed = move.value if len(beside) == 1 else abs(move.value) * (1 if change > 0 else -1)
        signed *= sign if len(beside) == 1 else 1
        expected = before.value + signed
        says = f"The balance {before.text} and the movement of {move.text} make"
        implied = ((after, expected), (before, after.value - signed), (move, abs(change)))
        yield Check("balance", (before, move), after, expected, Decimal(0), says, 0, implied)


def sum_says(parts: Sequence[Figure]) -> str:
    """The start of a sentence about a sum."""
    return f"The {'lines' if len(parts) > 1 else 'line'} {listed(parts)} make"
