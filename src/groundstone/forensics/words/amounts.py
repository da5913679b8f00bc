"""Amounts of a page that do not add up, told as evidence. Text only; pixels are for fonts and baselines.

A check speaks against a page only where its structure is certain: several other rows of the same columns hold, or the
labels name what is added up and another sum holds. Errors of OCR make false sums as well: where a figure was read with
doubt, or where a digit that was left out or taken for one that looks alike repairs the check, the odds are less; where
a lost sign or decimal point repairs it, nothing is said.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import groupby

from groundstone.documents.base import Page
from groundstone.forensics.base import Evidence
from groundstone.forensics.words.checks import Check, digits_changed, is_lost, is_slip, money
from groundstone.forensics.words.figures import Figure, Row, columns_of, rows_of
from groundstone.forensics.words.formats import oddities, ungrouped
from groundstone.forensics.words.named import names
from groundstone.forensics.words.places import around, box_of
from groundstone.forensics.words.relations import balances_checked, rows_checked
from groundstone.forensics.words.spelled import spelled_alike, spelled_apart
from groundstone.forensics.words.sums import balance_closed, columns_summed, rates_checked, totals_checked

DOUBTED = 0.9  # confidence of a word below which its figure may be misread
BOTH = 2.2  # odds where two checks of different kinds ask for the same other value
ODDS = {  # kind -> odds of a check that fails: without support, with the support of one, of more
    "sum": (0.3, 0.7, 0.9),
    "row": (0.0, 0.4, 1.2),
    "balance": (0.0, 0.0, 1.5),
    "net": (0.4, 0.9, 1.1),
    "rate": (0.0, 0.2, 0.3),
}
SLIP = 0.7  # factor where a confusion of two characters repairs it
DOUBT = 0.4  # factor where a figure was read with doubt
HOLD = (0.0, -0.1, -0.2, -0.3)  # odds where no, one, two, three or more checks hold and none fails
MOST = 6  # observations of one page


def amounts(page: Page) -> tuple[Evidence, ...]:
    """What the arithmetic of a page tells, the weightiest first. Never raises for any page."""
    rows = rows_of(page)
    columns = columns_of(rows)
    checks = _checks(rows, columns)
    found = [*_failing(checks), *_spelled(rows), *_years(columns, rows), *_formats(rows, columns)]
    found = sorted(found, key=lambda one: -one.odds)[:MOST]
    return (*found, *_holding(checks, rows, any(one.odds > 0 for one in found)))


def _checks(rows: Sequence[Row], columns: Sequence[Sequence[Figure]]) -> list[Check]:
    sums = [*columns_summed(columns), *balance_closed(rows, columns)]
    nets = [*totals_checked(rows), *rates_checked(rows)]
    named = _once([*sums, *nets])
    holding = Counter(check.kind in ("sum", "net") for check in named if check.holds and check.telling)[True]
    named = [replace(check, support=holding - (check.holds and check.telling)) for check in named]
    return _once([*named, *rows_checked(columns), *balances_checked(columns)])


def _once(checks: Sequence[Check]) -> list[Check]:
    """One check for each set of figures; one that holds before one that fails."""
    best: dict[frozenset[int], Check] = {}
    for check in sorted(checks, key=lambda one: not one.holds):
        best.setdefault(frozenset(id(one) for one in check.figures), check)
    return list(best.values())


def _failing(checks: Sequence[Check]) -> Iterator[Evidence]:
    """Figures that two checks would have otherwise first; then the checks that are left."""
    left = [check for check in checks if not check.holds]
    for figure, meant, both in _agreed(left, [check for check in checks if check.holds]):
        if not any(check in left for check in both):
            continue
        left = [check for check in left if check not in both]
        if not is_lost(figure, meant):
            yield _asked(figure, meant, both)
    for check in left:
        odds = _odds(check)
        if odds is not None:
            yield _told(check, odds)


def _agreed(failing: Sequence[Check], holding: Sequence[Check]) -> list[tuple[Figure, Decimal, list[Check]]]:
    """Figures for which several failing checks imply the same other value, and none that holds needs its own."""
    implied = [(figure, value, check) for check in failing for figure, value in check.implied]
    implied.sort(key=lambda one: (id(one[0]), one[1]))
    kept = {id(figure) for check in holding if check.telling for figure in check.figures}
    found = []
    for (_, value), group in groupby(implied, key=lambda one: (id(one[0]), one[1])):
        members = list(group)
        if len({check.kind for _, _, check in members}) > 1 or (len(members) > 1 and members[0][2].support > 1):
            found.append((members[0][0], value, [check for _, _, check in members]))
    return sorted(found, key=lambda one: (id(one[0]) in kept, -len(one[2])))


def _asked(figure: Figure, meant: Decimal, both: Sequence[Check]) -> Evidence:
    odds = BOTH * (SLIP if is_slip(figure, meant) else 1) * (DOUBT if figure.confidence < DOUBTED else 1)
    reasons = " and ".join(dict.fromkeys(_reason(check) for check in both[:2]))
    text = f"The page says {figure.text}, but its other figures ask for {money(meant, figure)}: {reasons}"
    return Evidence("amount", text, round(odds, 2), (figure.box,))


def _reason(check: Check) -> str:
    if check.kind == "row":
        return f"its row ({check.parts[0].text} and {check.parts[1].text} with {check.result.text})"
    if check.kind == "balance":
        return f"the balance {check.result.text}"
    return f"the sum {check.result.text}"


def _odds(check: Check) -> float | None:
    """None where it is likelier that the page was misread or means something else."""
    if any(is_lost(figure, value) for figure, value in check.implied):
        return None
    if check.kind == "sum" and min(digits_changed(one, value) for one, value in check.implied) > 2:
        return None  # lines that were not read, or count otherwise
    odds = ODDS[check.kind][min(check.support, 2)]
    odds *= SLIP if any(is_slip(figure, value) for figure, value in check.implied) else 1
    odds *= DOUBT if min(one.confidence for one in check.figures) < DOUBTED else 1
    return odds or None


def _told(check: Check, odds: float) -> Evidence:
    result = check.result
    text = f"{check.says} {money(check.expected, result)}, but the {_called(check)} says {result.text}"
    boxes = [result.box, *(one.box for one in check.parts)]
    return Evidence("amount", text, round(odds, 2), tuple(boxes if len(boxes) < 8 else boxes[:1]))


def _called(check: Check) -> str:
    known = names(check.result.label)
    order = ("subtotal", "total", "net", "closing", "tax")
    name = next((name for name in order if name in known), "page")
    return {"net": "net", "closing": "closing balance", "subtotal": "subtotal"}.get(name, name)


def _spelled(rows: Sequence[Row]) -> Iterator[Evidence]:
    for row, said, figure in spelled_apart(rows):
        words = [word for segment in row.segments for word in segment.words]
        sure = min(word.confidence for word in words) >= DOUBTED and figure.confidence >= DOUBTED
        text = f"The words say {money(said, figure)}, but the figures say {figure.text}"
        yield Evidence("amount", text, 0.9 if sure else 0.4, (figure.box, box_of(words)))


def _years(columns: Sequence[Sequence[Figure]], rows: Sequence[Row]) -> Iterator[Evidence]:
    """What was paid this year to date is no less than what was paid this time, where most rows show that."""
    heads = [(names(s.text), s.rect) for row in rows for s in row.segments]
    ytd = [c for c in columns if any("ytd" in said and rect.beside(c[0].rect) > 0.3 for said, rect in heads)]
    now = [c for c in columns if any("current" in said and rect.beside(c[0].rect) > 0.3 for said, rect in heads)]
    if len(ytd) != 1 or len(now) != 1 or ytd[0] is now[0]:
        return
    beside = {one.row: one for one in now[0] if one.is_money}
    pairs = [(beside[one.row], one) for one in ytd[0] if one.is_money and one.row in beside]
    wrong = [(one, year) for one, year in pairs if abs(year.value) < abs(one.value) and one.value * year.value > 0]
    if len(wrong) == 1 and len(pairs) >= 4:
        one, year = wrong[0]
        text = f"The year to date says {year.text}, less than the {one.text} of this period alone"
        yield Evidence("amount", text, 1.0 if year.confidence >= DOUBTED else 0.4, (year.box, one.box))


def _formats(rows: Sequence[Row], columns: Sequence[Sequence[Figure]]) -> Iterator[Evidence]:
    found = list(oddities(columns))
    whole = ungrouped([one for row in rows for one in row.figures])
    if whole and all(figure is not whole[0] for figure, _, _ in found):
        found.append(whole)
    for figure, text, odds in found:
        yield Evidence("amount", text, odds * (1 if figure.confidence >= DOUBTED else DOUBT), (figure.box,))


def _holding(checks: Sequence[Check], rows: Sequence[Row], failed: bool) -> Iterator[Evidence]:
    """That checks hold speaks for the page, unless another one fails."""
    telling = [check for check in checks if check.telling and (check.holds or _odds(check))]
    good = [check for check in telling if check.holds]
    count, of = len(good) + spelled_alike(rows), len(telling) + spelled_alike(rows)
    if count:
        odds = 0.0 if failed or count < of else HOLD[min(count, 3)]
        text = f"{count} of {of} {'sum holds' if of == 1 else 'sums hold'}"
        boxes = tuple(around(one.box for one in check.figures) for check in good[:12])
        yield Evidence("amount", text, odds, boxes)
