"""What people do with documents that the rules leave to them: they correct answers and decide."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from groundstone.documents.base import Finding, Place
from groundstone.documents.findings import by_hand, finding_json, finding_of
from groundstone.documents.rules.base import decision_json, decision_of
from groundstone.errors import Conflict, InvalidInput, NotFound
from groundstone.identity import Principal
from groundstone.verification.case import REVIEW
from groundstone.verification.steps import FORGERY, WRITE, Steps, doubted

if TYPE_CHECKING:
    from groundstone.stores.queue import Item, Queue

LONGEST_ANSWER = 2000
LONGEST_NOTE = 2000
MOST_CORRECTIONS = 1000
BY_PEOPLE = ("verified", "refused")


def open_for(item: Item, revision: int) -> Item:
    """The item, if a person may change it now. Raises Conflict."""
    if item.state != "done" or item.label != REVIEW:
        now = item.label if item.state == "done" else item.state
        raise Conflict(f"the document {item.id} does not wait for a person; it is {now}")
    if item.revision != revision:
        raise Conflict(f"the document {item.id} was changed by somebody else meanwhile; look at it again")
    return item


def corrected(
    queue: Queue, steps: Steps, item: Item, caller: Principal, query: str, text: str | None, place: Place | None
) -> Item:
    """With what a person says instead of an answer; the table is written again. Raises NotFound, InvalidInput."""
    if place is not None:
        _check_place(place, text, item.body["page_count"])
    if text is not None and not 0 < len(text.strip()) <= LONGEST_ANSWER:
        raise InvalidInput(f"a correction has 1 to {LONGEST_ANSWER} characters; null says that the document is silent")
    known, made = item.body.get("corrections", []), _entry(caller, query, text)
    if len(known) >= MOST_CORRECTIONS:
        raise InvalidInput(f"a document is corrected at most {MOST_CORRECTIONS} times")
    findings = [_replaced(finding_of(one), query, text, place) for one in item.body["findings"]]
    if not any(finding.query.name == query for finding in findings):
        names = ", ".join(finding.query.name for finding in findings)
        raise NotFound(f"the document was not asked {query!r}; it was asked {names}")
    body = {**item.body, "findings": [finding_json(one) for one in findings], "corrections": [*known, made]}
    decision = steps.decision(replace(item, body=body), datetime.now(UTC).date())
    checked = [one for one in decision_of(item.body["decision"]).reasons if one.rule == FORGERY]
    body["decision"] = decision_json(doubted(decision, checked))
    entry = (caller.user, "corrected", {"query": query, "text": text})
    return queue.change(item, states=("done",), body=body, step=WRITE, entry=entry)


def decided(queue: Queue, item: Item, caller: Principal, outcome: str, note: str) -> Item:
    """With the outcome that a person chose. Raises InvalidInput."""
    if outcome not in BY_PEOPLE:
        raise InvalidInput(f"a person decides {' or '.join(BY_PEOPLE)}, not {outcome!r}")
    if len(note) > LONGEST_NOTE:
        raise InvalidInput(f"a note has at most {LONGEST_NOTE} characters")
    decision = {**item.body["decision"], "outcome": outcome}
    body = {**item.body, "decision": decision, "decided_by": caller.user, "decided_at": _now(), "note": note}
    entry = (caller.user, f"decided: {outcome}", {"note": note})
    return queue.change(item, states=("done",), body=body, step=WRITE, label=outcome, entry=entry)


def _replaced(finding: Finding, query: str, text: str | None, place: Place | None) -> Finding:
    if finding.query.name != query:
        return finding
    if place is None and text is not None and finding.answer is not None:
        place = finding.answer.region.place  # it was misread, not misplaced
    return by_hand(finding, text.strip() if text is not None else None, place)


def _check_place(place: Place, text: str | None, pages: int) -> None:
    numbers = [value for point in place.points for value in point]
    if text is None or not 1 <= place.page <= pages or not all(0 <= value <= 1 for value in numbers):
        raise InvalidInput(f"a place belongs to a text, on one of the {pages} pages, in fractions from 0 to 1")


def _entry(caller: Principal, query: str, text: str | None) -> dict[str, Any]:
    return {"alias": query, "text": text, "by": caller.user, "at": _now()}


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
