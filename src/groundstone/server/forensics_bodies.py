"""What the API of forensics takes and gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from fastapi import Request
from pydantic import BaseModel

from groundstone.errors import InvalidInput
from groundstone.forensics.base import EvidenceKind, Verdict
from groundstone.forensics.base import Layer as LayerName
from groundstone.server.document_bodies import Failure, file_form, pages_of

if TYPE_CHECKING:
    from groundstone.forensics.kept import Check

__all__ = ["SENT", "CheckBody", "LayerName", "ReportBody", "Sent", "check", "read_sent"]

_FORM = {
    "type": "object",
    "required": ["file"],
    "properties": {
        "file": {"type": "string", "format": "binary"},
        "pages": {"type": "string", "description": "1, 2-4, 4-* or *, several with commas"},
        "words": {"type": "string", "enum": ["true", "false"], "description": "false leaves out what the words tell"},
    },
}
_BYTES = {"schema": {"type": "string", "format": "binary"}}
_NAMED = (("name", "of the file"), ("pages", "1, 2-4, 4-* or *, several with commas"), ("words", "true or false"))
SENT: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {"schema": _FORM},
            **dict.fromkeys(("application/octet-stream", "application/pdf", "image/*"), _BYTES),
        },
    },
    "parameters": [
        {"name": name, "in": "query", "required": False, "schema": {"type": "string"}, "description": said}
        for name, said in _NAMED
    ],
}


class BoxBody(BaseModel):
    """A place: fractions of the width and height of a page as it is shown."""

    page: int
    left: float
    top: float
    width: float
    height: float


class ScoredBox(BoxBody):
    """``score``: the greatest suspicion there, from 0 to 1; null without a heat-map."""

    score: float | None


class EvidenceBody(BaseModel):
    """``odds``: above 0 speaks for a forgery, below 0 against. No ``boxes``: it is about the whole page or file."""

    kind: EvidenceKind
    text: str
    odds: float
    boxes: list[BoxBody]


class Judged(BaseModel):
    """``probability`` of a forgery and its ``interval`` are null where there is nothing to judge by."""

    verdict: Verdict
    probability: float | None
    interval: tuple[float, float] | None
    basis: str
    evidence: list[EvidenceBody]
    boxes: list[ScoredBox]


class PageReportBody(Judged):
    number: int
    width: int
    height: int


class ReportBody(Judged):
    """What the most suspicious page shows, with the evidence of the file itself."""

    file: str
    media_type: str
    page_count: int
    pages: list[PageReportBody]


class CheckBody(BaseModel):
    """``status``: checking, ready (see ``report``) or failed (see ``failure``; asking again tries again)."""

    status: Literal["checking", "ready", "failed"]
    pages_done: int
    pages_wanted: int
    report: ReportBody | None
    failure: Failure | None


@dataclass(frozen=True, slots=True)
class Sent:
    """A document to be checked."""

    data: bytes
    name: str
    pages: tuple[str, ...]
    words: bool


async def read_sent(request: Request) -> Sent:
    """From a form, or from the body and the address. Raises InvalidInput."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        data, name, plain = await file_form(request, ("pages", "words"))
        return Sent(data, name, pages_of(plain.get("pages", "")), _words(plain))
    data, said = await request.body(), request.query_params
    if not data:
        raise InvalidInput("a document comes as the body, or as multipart/form-data in the member 'file'")
    return Sent(data, said.get("name", "")[:200], pages_of(said.get("pages", "")), _words(said))


def _words(said: Mapping[str, str]) -> bool:
    word = said.get("words", "").strip().lower() or "true"
    if word not in ("true", "false"):
        raise InvalidInput("words: true or false")
    return word == "true"


def check(found: Check) -> dict[str, Any]:
    code, message = found.failure or ("", "")
    failure = {"code": code, "message": message} if found.failure else None
    done = {"pages_done": found.pages_done, "pages_wanted": found.pages_wanted}
    return {"status": found.status, **done, "report": found.report, "failure": failure}
