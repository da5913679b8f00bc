"""A small reader and small rules: a document is text, "DOC 2" for two pages, then lines "Label: value"."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from threading import Event
from typing import Any

from groundstone.documents.base import Candidate, Finding, Line, Page, Place, Query, Reading, Region, Word
from groundstone.documents.rules.base import Decision, Reason
from groundstone.errors import StoreError, UnreadableDocument
from groundstone.identity import LOCAL, Principal
from groundstone.stores.queue import Queue
from groundstone.verification.service import Verification
from groundstone.verification.spec import Limits, Privacy, Spec
from groundstone.verification.steps import Parts

QUERIES = (
    Query("What is the Name?", "CERT_BENF_NAME"),
    Query("What is Vaccination Status?", "CERT_VAC_STATUS"),
    Query("What is Date of Birth?", "CERT_DOB"),
    Query("What is Document Number?", "CERT_PASS_NO"),
)
LABELS = {"CERT_BENF_NAME": "Name", "CERT_VAC_STATUS": "Status", "CERT_DOB": "Born", "CERT_PASS_NO": "Number"}
CARD = b"DOC 1\nName: Jane Q. Example\nStatus: Fully Vaccinated\nBorn: 1980-12-11\nNumber: X1259666\n"
UNSURE = b"DOC 1\nName: Jane Q. Example\nBorn: 1980-12-11\n"
REFUSED = b"DOC 1\nName: Jane Q. Example\nStatus: None\n"
JANE = {"name": "Jane Q. Example", "date_of_birth": "1980-12-11"}


@dataclass(frozen=True)
class Examined:
    media_type: str
    page_count: int
    width: int = 600
    height: int = 400
    size: int = 0


class StandIn:
    """Notes every call in a file of its own: "read <name>"."""

    def __init__(self, log: Path | None = None, seconds: float = 0.0) -> None:
        self.log, self.seconds = log, seconds
        self.failing = 0  # so many more readings fail for a reason that passes

    def note(self, what: str) -> None:
        if self.log is not None:
            handle = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            os.write(handle, f"{what}\n".encode())
            os.close(handle)

    def calls(self) -> list[str]:
        return self.log.read_text().splitlines() if self.log is not None and self.log.exists() else []

    def examine(self, data: bytes, name: str = "") -> Any:
        self.note(f"examine {name}")
        if not data.startswith(b"DOC "):
            raise UnreadableDocument(f"{name} is no document that can be read")
        return Examined("text/x-doc", int(data.split(b"\n")[0].split()[1]))

    def read(
        self,
        data: bytes,
        name: str = "",
        *,
        pages: Sequence[str] = ("*",),
        stop: Event | None = None,
        background: bool = False,
    ) -> Reading:
        self.note(f"read {name}")
        time.sleep(self.seconds)
        if self.failing > 0:
            self.failing -= 1
            raise StoreError("the disk is busy")
        if b"BROKEN" in data:
            raise UnreadableDocument("its parser crashed (status -11)")
        count = int(data.split(b"\n")[0].split()[1])
        rows = data.decode().splitlines()[1:]
        first = Page(1, 600, 400, tuple(_line(text, number) for number, text in enumerate(rows)))
        return Reading("text/x-doc", (first, *(Page(number, 600, 400) for number in range(2, count + 1))), count)

    def ask(
        self, reading: Reading, queries: Sequence[Query], *, data: bytes | None = None, caller: Principal = LOCAL
    ) -> list[Finding]:
        self.note("ask")
        return [_found(reading.pages[0], query) for query in queries]

    def picture(self, data: bytes, page: int = 1, *, width: int = 1200, hide: Sequence[Place] = ()) -> bytes:
        self.note(f"picture {page} hide {len(hide)}")
        return b"\x89PNG " + str([place.box.top for place in hide]).encode()


def _line(text: str, number: int) -> Line:
    place = Place.of(0.125, 0.125 + number * 0.0625, 0.5, 0.03125)
    return Line(text, 0.9, place, tuple(Word(word, 0.9, place) for word in text.split()))


def _found(page: Page, query: Query) -> Finding:
    label = LABELS.get(query.alias, query.text)
    for line in page.lines:
        if line.text.startswith(f"{label}: "):
            region = Region(line.text.partition(": ")[2], 0.9, line.place, line.words)
            answer = Candidate(region.text, 0.875, region, reasons=("it stands beside its label",))
            return Finding(query, answer, 0.875, (answer,), reasons=("stands there",))
    return Finding(query, None, 0.75)


def decide(findings: Sequence[Finding], reading: Reading, traveller: Mapping[str, str], today: date) -> Decision:
    """Verified when the status says so, refused when it says None, else for a person."""
    answers = {finding.query.alias: finding.answer for finding in findings}
    status, name = answers.get("CERT_VAC_STATUS"), answers.get("CERT_BENF_NAME")
    evidence = (status.region,) if status else ()
    first = Reason("vaccinated", None if status is None else "Fully" in status.text, "status", evidence)
    told = traveller.get("name")
    same = None if told is None or name is None else name.text == told
    second = Reason("name", same, f"the card says {name.text if name else 'nothing'}")
    passed = {first.passed, second.passed if told else True}
    outcome: Any = "verified" if passed == {True} else "refused" if False in passed else "review"
    return Decision(outcome, (first, second))


def spec(**changes: Any) -> Spec:
    given: dict[str, Any] = {"bucket": "cards", "limits": Limits(), "privacy": Privacy()}
    return Spec("vaccination", QUERIES, Path("rules.toml"), **(given | changes))


@contextmanager
def workflow(
    home: Path, documents: StandIn | None = None, *, start: bool = False, backlog: int = 10_000, **changes: Any
) -> Iterator[Verification]:
    """A workflow of one application below ``home``, with no pauses between tries."""
    reader = documents or StandIn()
    queue = Queue(home / "work.db", backlog=backlog)
    options = {name: changes.pop(name) for name in ("threads", "fetch", "folder") if name in changes}
    parts = Parts(lambda: reader, lambda: decide, changes.pop("checker", None))
    made = Verification(
        spec(**changes),
        queue,
        parts,
        home / "verification" / "vaccination",
        buckets=home / "buckets",
        pause=lambda attempt: 0.01,
        **options,
    )
    try:
        if start:
            made.start()
        yield made
    finally:
        made.close()
        queue.close()


def until(holds: Any, seconds: float = 20.0) -> None:
    """Wait until it holds."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it does not come about"
        time.sleep(0.01)
