"""A job that reads a document in the background: what was ordered, and how far it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from groundstone.documents.base import Finding, Query, Reading
from groundstone.documents.findings import query_json, query_of

if TYPE_CHECKING:
    from groundstone.stores.resources import Resource

Status = Literal["running", "done", "partial", "failed"]


@dataclass(frozen=True, slots=True)
class Order:
    """What a job is to do.

    Args:
        kind: of the job; only who asks for that kind finds it.
        name: of the document.
        queries: asked of each page that their ``pages`` name.
        details: JSON of whoever orders, given back as it is.
    """

    kind: str
    name: str = ""
    queries: tuple[Query, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        queries = [query_json(query) for query in self.queries]
        return {"kind": self.kind, "name": self.name, "queries": queries, "details": dict(self.details)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Order:
        queries = tuple(query_of(query) for query in data["queries"])
        return cls(data["kind"], data["name"], queries, data["details"])


@dataclass(frozen=True, slots=True)
class Job:
    """A job as it stands. ``failure`` is the code of the error and its words; ``missing`` are pages that queries
    name and the document lacks: the job is then "partial"."""

    id: str
    order: Order
    status: Status
    page_count: int
    pages_done: int
    created: datetime
    failure: tuple[str, str] = ("", "")
    missing: tuple[int, ...] = ()

    @property
    def ended(self) -> bool:
        return self.status != "running"


@dataclass(frozen=True, slots=True)
class PageResult:
    """One page of a job: a reading of that page alone, and what it says to the queries that it was asked."""

    reading: Reading
    findings: tuple[Finding, ...]


def job_of(resource: Resource) -> Job:
    body = resource.body
    code, words = body["failure"]
    return Job(
        resource.id,
        Order.from_json(body["order"]),
        body["status"],
        body["page_count"],
        body["pages_done"],
        resource.created,
        (code, words),
        tuple(body["missing"]),
    )
