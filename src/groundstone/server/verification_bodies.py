"""What the API of verification takes and gives."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from fastapi import Request
from pydantic import BaseModel, Field

from groundstone.documents.base import Query
from groundstone.errors import InvalidInput
from groundstone.server import bodies
from groundstone.server.document_bodies import (
    FindingBody,
    PlaceBody,
    QueryBody,
    RegionBody,
    file_form,
    json_member,
    queries_of,
)

MOST_WAIT = 60.0
State = Literal["waiting", "working", "done", "dead", "dropped", "cancelled"]
Outcome = Literal["verified", "refused", "review"]


class CorrectionRequest(bodies.Request):
    """``query`` is the alias, or the text, of a question; ``text`` null: the document does not tell."""

    query: str = Field(max_length=200)
    text: str | None = Field(max_length=2000)
    revision: int
    place: PlaceBody | None = None


class DecisionRequest(bodies.Request):
    """``revision`` is the one that the person saw."""

    outcome: Literal["verified", "refused"]
    revision: int
    note: str = Field("", max_length=2000)


class LimitsBody(BaseModel):
    sync_queries: int
    sync_pages: int
    sync_bytes: int
    queries: int
    pages: int
    bytes: int


class PrivacyBody(BaseModel):
    images: str
    answers: str


class Application(BaseModel):
    """``retention`` is in seconds; 0 keeps everything. ``bucket`` is where documents may be put to arrive."""

    name: str
    queries: list[QueryBody]
    limits: LimitsBody
    privacy: PrivacyBody
    retention: float
    bucket: str
    forgery: bool


class Applications(BaseModel):
    applications: list[Application]


class CaseSummary(BaseModel):
    """One document on its way. ``step`` comes next; ``outcome`` is "" before it is decided."""

    id: str
    name: str
    place: str
    state: str
    step: str
    outcome: str
    failure: str
    attempts: int
    revision: int
    number: int
    media_type: str
    page_count: int
    size: int
    decided_by: str
    csv: str
    route: str
    created: datetime
    updated: datetime


class Cases(BaseModel):
    """``after`` is the cursor for the next page, or None when this is the last."""

    cases: list[CaseSummary]
    after: int | None


class RouteBody(BaseModel):
    way: str
    reason: str


class StepBody(BaseModel):
    step: str
    at: str
    seconds: float


class ReasonBody(BaseModel):
    """``passed`` null: the document does not tell."""

    rule: str
    passed: bool | None
    text: str
    evidence: list[RegionBody]


class DecisionBody(BaseModel):
    outcome: str
    reasons: list[ReasonBody]


class CaseBody(CaseSummary):
    route: RouteBody  # type: ignore[assignment]
    traveller: dict[str, str]
    queries: list[QueryBody]
    steps: list[StepBody]
    answers: list[FindingBody]
    decision: DecisionBody | None
    note: str
    corrections: list[dict[str, Any]]
    protected: dict[str, str]


class NoteBody(BaseModel):
    at: datetime
    by: str
    what: str
    data: dict[str, Any]


class History(BaseModel):
    history: list[NoteBody]


class ArrivedBody(BaseModel):
    """What became of one document of a message: its case, or the error."""

    uri: str
    case: CaseSummary | None
    error: dict[str, str] | None


class EventReply(BaseModel):
    documents: list[ArrivedBody]


class ProgressBody(BaseModel):
    """``rate``: documents that end in a minute. ``eta``: seconds until none waits, or null."""

    waiting: int
    working: int
    done: int
    review: int
    dead: int
    verified: int
    refused: int
    rate: float
    eta: float | None
    room: int
    problems: dict[str, str]


# -- forms ---------------------------------------------------------------------------------------------------

_FORM = {
    "type": "object",
    "required": ["file"],
    "properties": {
        "file": {"type": "string", "format": "binary"},
        "traveller": {"type": "string", "description": 'JSON: {"name": "...", "date_of_birth": "1980-12-31"}'},
        "queries": {"type": "string", "description": "JSON; instead of those of the application"},
        "wait": {"type": "string", "description": "seconds to wait for a short document; 0 to 60"},
    },
}
SENT: dict[str, Any] = {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": _FORM}}}}


@dataclass(frozen=True, slots=True)
class Sent:
    """A document as it was sent."""

    data: bytes
    name: str
    traveller: Mapping[str, str]
    queries: list[Query]
    wait: float


async def read_form(request: Request) -> Sent:
    """Raises InvalidInput."""
    data, name, plain = await file_form(request, ("traveller", "queries", "wait"))
    return Sent(data, name, _traveller(plain), queries_of(plain), _wait(plain.get("wait", "")))


def _traveller(plain: Mapping[str, str]) -> Mapping[str, str]:
    found = json_member(plain, "traveller", {})
    if not isinstance(found, dict):
        raise InvalidInput('traveller: an object such as {"name": "...", "date_of_birth": "1980-12-31"}')
    return found


def _wait(sent: str) -> float:
    try:
        seconds = float(sent) if sent.strip() else 0.0
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds <= MOST_WAIT:
        raise InvalidInput(f"wait: seconds from 0 to {MOST_WAIT:g}")
    return seconds
