"""Why a candidate was considered, in short plain sentences."""

from __future__ import annotations

from collections.abc import Iterator

from groundstone.documents.base import Candidate
from groundstone.documents.queries.asked import Wanted
from groundstone.documents.queries.desk import Seen
from groundstone.documents.queries.features import NAMES
from groundstone.documents.queries.typed import fits

NOTHING = "nothing on the pages asked could be an answer"
_WAYS = {
    "inline": "stands behind {}",
    "right": "stands right of {}",
    "left": "stands left of {}",
    "below": "stands below {}",
    "above": "stands above {}",
    "option": "is a choice of {}",
}
_KINDS = {
    "date": "a date", "time": "a time", "number": "a number", "money": "an amount", "percent": "a percentage",
    "name": "a name", "company": "a company", "identifier": "a number or code", "phone": "a telephone number",
    "email": "an e-mail address", "url": "a web address", "address": "an address", "country": "a country",
    "sex": "a sex", "yes_no": "a yes or no", "status": "a status",
}  # fmt: skip
_AT = {name: place for place, name in enumerate(NAMES)}


def of(wanted: Wanted, seen: Seen) -> tuple[str, ...]:
    """What speaks for and against one candidate."""
    return tuple(_of(wanted, seen))


def asked(wanted: Wanted) -> tuple[str, ...]:
    """What the question was understood to mean."""
    what = f"asks for {wanted.subject}" if wanted.subject else "asks in words that name nothing"
    return (what, f"the answer should be {_KINDS[wanted.kind]}") if wanted.kind in _KINDS else (what,)


def unsure(trust: float, best: Candidate) -> str:
    return f"the best candidate, '{_short(best.text)}', is right with a probability of {trust:.2f} only"


def _of(wanted: Wanted, seen: Seen) -> Iterator[str]:
    claim, value = seen.claim, seen.claim.value
    if seen.label is not None:
        yield _WAYS[claim.way].format(f"'{_short(seen.label.text)}'")
    else:
        yield "has no label that fits"
    if seen.other is not None and seen.label is not None:
        yield f"label '{_short(seen.label.text)}' names something else"
    if wanted.kind in _KINDS:
        fit = fits(wanted.kind, value.text)
        yield f"reads as {_KINDS[wanted.kind]}" if fit >= 0.5 else f"does not read as {_KINDS[wanted.kind]}"
    if claim.ticked:
        yield "its box is ticked" if claim.ticked > 0 else "its box is not ticked"
    yield from _of_page(seen)


def _of_page(seen: Seen) -> Iterator[str]:
    row = seen.row
    if row[_AT["reader_rank"]] == 1 and row[_AT["reader_both"]] > 0:
        yield "is where the page reader looks first"
    if row[_AT["amount_largest"]] and row[_AT["kind_money"]]:
        yield "is the largest amount"
    if row[_AT["amount_is_rest"]]:
        yield "is what was paid less the change"
    if row[_AT["pair_same"]] == 1:
        yield "belongs to it by the layout of the page"
    if row[_AT["row_says_asked"]] > 0.5:
        yield "its row says what else is asked"
    if row[_AT["left_other"]] > 0.8 or row[_AT["inline_other"]] > 0.8:
        yield "another label stands closer"
    if row[_AT["sure_least"]] < 0.7:
        yield "was hard to read"


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."
