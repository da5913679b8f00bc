"""A case: one document on its way, and what is known of it. A view of its item in the queue."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from groundstone.documents.base import Finding, Query
from groundstone.documents.findings import answer_json, finding_of, query_json, query_of, region_json
from groundstone.documents.rules.base import Decision, decision_of
from groundstone.errors import InvalidInput

if TYPE_CHECKING:
    from groundstone.stores.queue import Item

UPLOAD = "upload"  # the place of what was sent by hand
REVIEW = "review"
LONGEST_NAME = 200
MOST_FACTS, LONGEST_FACT = 20, 500


@dataclass(frozen=True, slots=True)
class Done:
    """A step that was done: when it ended, and how many seconds it took."""

    step: str
    at: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Case:
    """One document on its way.

    ``state``: "waiting", "working", "done", "dead" (see ``failure``), "dropped" or "cancelled"; ``step`` comes next.
    ``outcome``: "" before it is decided, then "verified", "refused" or "review". ``decided_by`` is "rules" or a person.
    ``revision`` has to be shown by whoever changes it. ``route`` is the way it went with the reason.
    """

    id: str
    tenant: str
    name: str
    place: str
    state: str
    step: str
    outcome: str
    failure: str
    attempts: int
    revision: int
    number: int
    created: datetime
    updated: datetime
    media_type: str
    page_count: int
    size: int
    queries: tuple[Query, ...]
    traveller: Mapping[str, str]
    route: tuple[str, str]
    steps: tuple[Done, ...]
    findings: tuple[Finding, ...]
    decision: Decision | None
    decided_by: str
    note: str
    corrections: tuple[Mapping[str, Any], ...]
    csv: str
    protected: Mapping[str, str]

    @property
    def is_over(self) -> bool:
        """Nothing moves until somebody acts."""
        return self.state not in ("waiting", "working")


def case_of(item: Item) -> Case:
    body = item.body
    return Case(
        id=item.id,
        tenant=item.tenant,
        name=body["name"],
        place=body["place"],
        state=item.state,
        step=item.step,
        outcome=item.label,
        failure=item.failure,
        attempts=item.attempts,
        revision=item.revision,
        number=item.number,
        created=item.created,
        updated=item.updated,
        media_type=body.get("media_type", ""),
        page_count=body.get("page_count", 0),
        size=body["size"],
        queries=all_queries(body),
        traveller=body["traveller"],
        route=tuple(body.get("route", ("", ""))),
        steps=tuple(Done(*one) for one in body["steps"]),
        findings=tuple(finding_of(one) for one in body.get("findings", ())),
        decision=decision_of(body["decision"]) if "decision" in body else None,
        decided_by=body.get("decided_by", ""),
        note=body.get("note", ""),
        corrections=tuple(body.get("corrections", ())),
        csv=body.get("csv", ""),
        protected=body.get("protected", {}),
    )


def summary_json(case: Case) -> dict[str, Any]:
    """A case as a line of a list."""
    names = ("id", "name", "place", "state", "step", "outcome", "failure", "attempts", "revision", "number")
    more = ("media_type", "page_count", "size", "decided_by", "csv")
    return {name: getattr(case, name) for name in (*names, *more)} | {
        "route": case.route[0],
        "created": case.created.isoformat(timespec="milliseconds"),
        "updated": case.updated.isoformat(timespec="milliseconds"),
    }


def case_json(case: Case) -> dict[str, Any]:
    """Everything of a case, for callers; places are fractions of the page."""
    return summary_json(case) | {
        "route": {"way": case.route[0], "reason": case.route[1]},
        "traveller": dict(case.traveller),
        "queries": queries_json(case.queries),
        "steps": [{"step": one.step, "at": one.at, "seconds": one.seconds} for one in case.steps],
        "answers": [answer_json(finding) for finding in case.findings],
        "decision": _decision(case.decision) if case.decision else None,
        "note": case.note,
        "corrections": [dict(one) for one in case.corrections],
        "protected": dict(case.protected),
    }


def _decision(decision: Decision) -> dict[str, Any]:
    reasons = [
        {
            "rule": one.rule,
            "passed": one.passed,
            "text": one.text,
            "evidence": [region_json(part) for part in one.evidence],
        }
        for one in decision.reasons
    ]
    return {"outcome": decision.outcome, "reasons": reasons}


def case_id(tenant: str, app: str, place: str, name: str, traveller: Mapping[str, str], digest: str) -> str:
    """The id of a document: the same document from the same place under the same name is the same case."""
    facts = sorted(traveller.items()) if place == UPLOAD else []
    said = json.dumps([tenant, app, place, name, facts, digest])
    return str(UUID(bytes=hashlib.sha256(said.encode()).digest()[:16], version=4))


def queries_json(queries: Sequence[Query]) -> list[dict[str, Any]]:
    return [query_json(query) for query in queries]


def all_queries(body: Mapping[str, Any]) -> tuple[Query, ...]:
    """What a document is asked: for the table, then for the rules only, but for names that are asked already."""
    asked = queries_of(body["queries"])
    names = {query.name for query in asked}
    return (*asked, *(query for query in queries_of(body["more"]) if query.name not in names))


def queries_of(data: Sequence[Mapping[str, Any]]) -> tuple[Query, ...]:
    return tuple(query_of(one) for one in data)


def plain_name(name: str) -> str:
    """The name of a file without folders and without characters that cannot be shown."""
    last = name.replace("\\", "/").rstrip("/").rpartition("/")[2]
    shown = "".join(sign for sign in last if sign.isprintable())[-LONGEST_NAME:].strip(". ")
    return shown or "document"


def checked_traveller(facts: Mapping[Any, Any]) -> dict[str, str]:
    """What is known of a traveller: texts by name. Raises InvalidInput."""
    if len(facts) > MOST_FACTS:
        raise InvalidInput(f"a traveller is described by at most {MOST_FACTS} entries, not {len(facts)}")
    for name, value in facts.items():
        if not isinstance(name, str) or not isinstance(value, str) or not name.isidentifier() or len(name) > 50:
            raise InvalidInput(f"{name!r} of the traveller must be a name such as date_of_birth with a text")
        if len(value) > LONGEST_FACT or not value.isprintable():
            raise InvalidInput(f"{name} of the traveller has at most {LONGEST_FACT} printable characters")
    return {name: value.strip() for name, value in facts.items() if value.strip()}
