"""The steps of a document, in order. Each may be done again: it gives the same and leaves the same files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any, Protocol

from groundstone.documents.base import Finding, Place, Query, Reading
from groundstone.documents.findings import finding_json, finding_of
from groundstone.documents.rules.base import Decide, Decision, Reason, decision_json, decision_of
from groundstone.documents.table import csv_rows, csv_text
from groundstone.identity import LOCAL, Principal
from groundstone.verification.case import REVIEW, all_queries, queries_of
from groundstone.verification.files import Files, write
from groundstone.verification.privacy import protect
from groundstone.verification.route import route
from groundstone.verification.spec import Spec

if TYPE_CHECKING:
    from groundstone.documents.examine import Examined
    from groundstone.stores.queue import Item

Body = dict[str, Any]
Forgery = Callable[[bytes, str, Reading, Event], Reason]  # "passed": it looks genuine; None: it cannot tell
FORGERY = "forgery"  # the name of its reason among those of the rules
MOST_CANDIDATES = 5  # of each answer that are kept
EXAMINE, ROUTE, READ, ASK, DECIDE, CHECK, STORE, WRITE, PROTECT = STEPS = (
    "examine", "route", "read", "ask", "decide", "check", "store", "write", "protect",
)  # fmt: skip


class Reads(Protocol):
    """What reads documents: ``documents.service.Documents``."""

    def examine(self, data: bytes, name: str = "") -> Examined: ...

    def read(
        self,
        data: bytes,
        name: str = "",
        *,
        pages: Sequence[str] = ("*",),
        stop: Event | None = None,
        background: bool = False,
    ) -> Reading: ...

    def ask(
        self, reading: Reading, queries: Sequence[Query], *, data: bytes | None = None, caller: Principal = LOCAL
    ) -> list[Finding]: ...

    def picture(self, data: bytes, page: int = 1, *, width: int = 1200, hide: Sequence[Place] = ()) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Parts:
    """What the steps work with; made by the platform when they are first needed."""

    documents: Callable[[], Reads]
    decide: Callable[[], Decide]
    forgery: Forgery | None = None
    watched: Path | None = None  # the folder that sources of the place "folder" lie in


@dataclass(frozen=True, slots=True)
class Found:
    """What a step found: the new body, the new label, and whether the history is to forget what it said."""

    body: Body
    label: str | None = None
    forget: bool = False


class Steps:
    """The steps of one application."""

    def __init__(self, spec: Spec, files: Files, parts: Parts) -> None:
        self.spec, self.files, self.parts = spec, files, parts
        self._do: Mapping[str, Callable[[Item, Event], Found]] = {
            EXAMINE: self._examine,
            ROUTE: self._route,
            READ: self._read,
            ASK: self._ask,
            DECIDE: self._decide,
            CHECK: self._check,
            STORE: self._store,
            WRITE: self._write,
            PROTECT: self._protect,
        }

    def run(self, item: Item, stop: Event) -> Found:
        """Do the next step of an item. Raises what went wrong."""
        return self._do[item.step](item, stop)

    def after(self, item: Item) -> str:
        """The step after the present one, or "" when that was the last; a document under review waits as it is."""
        if item.step == PROTECT or (item.step == WRITE and item.label == REVIEW):
            return ""
        return STEPS[STEPS.index(item.step) + 1]

    def _examine(self, item: Item, stop: Event) -> Found:
        found = self.parts.documents().examine(self.files.document(item.id), item.body["name"])
        return Found({**item.body, "media_type": found.media_type, "page_count": found.page_count})

    def _route(self, item: Item, stop: Event) -> Found:
        body = item.body
        way = route(body["size"], body["page_count"], all_queries(body), self.spec.limits)
        return Found({**body, "route": [way.way, way.reason]})

    def _read(self, item: Item, stop: Event) -> Found:
        pages = sorted({page for query in all_queries(item.body) for page in query.pages})
        wanted = ["*"] if "*" in pages else pages
        data = self.files.document(item.id)
        reading = self.parts.documents().read(data, item.body["name"], pages=wanted, stop=stop, background=True)
        self.files.keep_reading(item.id, reading)
        return Found({**item.body, "pages": [page.number for page in reading.pages]})

    def _ask(self, item: Item, stop: Event) -> Found:
        reading, data = self.files.reading(item.id), self.files.document(item.id)
        user, key = item.body["sender"]
        sender = Principal(user, item.tenant, key=key)
        found = self.parts.documents().ask(reading, all_queries(item.body), data=data, caller=sender)
        kept = [finding_json(replace(one, candidates=one.candidates[:MOST_CANDIDATES])) for one in found]
        return Found({**item.body, "findings": kept})

    def _decide(self, item: Item, stop: Event) -> Found:
        now = datetime.now(UTC)
        decision = self.decision(item, now.date())
        made = {"decision": decision_json(decision), "decided_by": "rules", "decided_at": _iso(now)}
        return Found({**item.body, **made})

    def decision(self, item: Item, today: date) -> Decision:
        """What the rules say to the answers of an item."""
        findings = [finding_of(one) for one in item.body["findings"]]
        return self.parts.decide()(findings, self.files.reading(item.id), item.body["traveller"], today)

    def _check(self, item: Item, stop: Event) -> Found:
        if not self.spec.forgery or self.parts.forgery is None:
            return Found(dict(item.body))
        data, reading = self.files.document(item.id), self.files.reading(item.id)
        reason = replace(self.parts.forgery(data, item.body["name"], reading, stop), rule=FORGERY)
        decision = doubted(decision_of(item.body["decision"]), (reason,))
        return Found({**item.body, "decision": decision_json(decision)})

    def _store(self, item: Item, stop: Event) -> Found:
        """The outcome counts from now on."""
        return Found(dict(item.body), label=item.body["decision"]["outcome"])

    def _write(self, item: Item, stop: Event) -> Found:
        path = self._table(item, item.body["name"])
        self.files.tidy(item.id)
        if self.spec.privacy.answers != "drop" or item.label == REVIEW:
            write(path, csv_text(self.rows(item)).encode("utf-8", "backslashreplace"))
        return Found({**item.body, "csv": self._address(item, path)})

    def rows(self, item: Item) -> list[list[str]]:
        """The rows of the table. They tell the time of the decision, so that writing them again changes nothing."""
        written = {query.name for query in queries_of(item.body["queries"])}
        findings = [found for one in item.body.get("findings", ()) if (found := finding_of(one)).query.name in written]
        at = datetime.fromisoformat(item.body["decided_at"]).astimezone()
        pages = item.body.get("pages", (1,))
        return csv_rows(findings, item.body["name"], at, pages=pages, classification=self.spec.classification)

    def _protect(self, item: Item, stop: Event) -> Found:
        privacy = self.spec.privacy
        body = protect(item, self.spec, self.files, self.parts)
        if privacy.answers == "keep":
            return Found(body)
        old, new = self._table(item, item.body["name"]), self._table(item, body["name"])
        if privacy.answers == "redact":
            write(new, csv_text(self.rows(replace(item, body=body))).encode())
        if old != new or privacy.answers == "drop":
            old.unlink(missing_ok=True)
        body["csv"] = self._address(item, new) if privacy.answers == "redact" else ""
        return Found(body, forget=True)

    def _address(self, item: Item, path: Path) -> str:
        """How the table is called by callers: its address in the bucket where it lies in one."""
        if item.tenant == LOCAL.tenant and self.spec.bucket:
            return f"s3://{self.spec.bucket}/{self.spec.output}/{item.id}/{path.name}"
        return f"{item.id}/{path.name}"

    def _table(self, item: Item, name: str) -> Path:
        return self.files.table(item.id, name, is_local=item.tenant == LOCAL.tenant)


def doubted(decision: Decision, reasons: Sequence[Reason]) -> Decision:
    """The decision with what the check for forgery says. That can only send a document to review: it may be wrong."""
    forged = any(reason.passed is False for reason in reasons)
    waits = forged and decision.outcome == "verified"
    return Decision("review" if waits else decision.outcome, (*decision.reasons, *reasons))


def _iso(time: datetime) -> str:
    return time.isoformat(timespec="seconds")
