"""Documents that people upload: read in the background, kept for a while for their owner only, then deleted."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from groundstone.documents import kept_files
from groundstone.documents.base import Finding, Layout, Place, Query, Reading, reading_json, reading_of
from groundstone.documents.kept_answers import Answer, Correction, read_answers, write_answers
from groundstone.documents.kept_files import FILE, READING, STATE, KeptFiles
from groundstone.documents.ranges import pages_of
from groundstone.documents.service import MAX_QUERIES, MAX_QUERY
from groundstone.errors import Conflict, GroundstoneError, InvalidInput, LimitExceeded, NotFound
from groundstone.identity import Principal
from groundstone.jobs import Workers

if TYPE_CHECKING:
    from groundstone.documents.service import Documents
    from groundstone.stores.resources import Resources

log = logging.getLogger(__name__)

MOST = 200  # documents of a tenant at the same time
MOST_BYTES = 2 * 2**30  # of all files of a tenant together
MOST_ANSWERS = 300  # questions that one document is asked
MOST_TRIES = 3  # beginnings of one reading; the process ended during each
LONGEST_ANSWER = 2000  # characters of a correction
LONGEST_NAME = 200
LOOK_EVERY = 600.0  # seconds between two looks for what is over
TELL_EVERY = 0.25  # seconds between two notes of how far a reading is
READING_NOW, READY, FAILED = "reading", "ready", "failed"
KILLED = "the server ended each time it read this document; delete it and send it again"
BROKEN = "reading it ended in an unexpected error; the log of the server has it"


@dataclass(frozen=True, slots=True)
class KeptDocument:
    """What is known of a kept document. ``status``: "reading", "ready" or "failed" (see ``failure``, its code first).

    A failure beside "ready" says why the questions that came along could not be answered. ``pages_done`` of
    ``pages_wanted`` are read; ``pages`` say which were asked for. ``created`` and ``expires`` are ISO 8601 in UTC.
    """

    id: str
    name: str
    owner: str
    created: str
    expires: str
    media_type: str
    page_count: int
    width: int
    height: int
    size: int
    pages: tuple[str, ...] = ("*",)
    status: str = READING_NOW
    pages_done: int = 0
    pages_wanted: int = 0
    failure: tuple[str, str] | None = None
    tenant: str = ""
    key: str = ""  # the access key that it was sent with: a model that looks at it is on its account
    worker: str = ""  # the process that reads it
    tries: int = 1


class Kept:
    """All kept documents of an installation. Safe to use from several threads.

    Args:
        root: the folder that holds them.
        documents: what reads; asked for when it is first needed.
        resources: tells which processes still run.
        hours: how long a document is kept.
    """

    def __init__(self, root: Path, documents: Callable[[], Documents], resources: Resources, hours: float) -> None:
        self._files, self._documents, self._resources = KeptFiles(root), documents, resources
        self._time = timedelta(hours=hours)
        self._workers = Workers("documents")
        self._guard = threading.Lock()

    # -- coming and going ------------------------------------------------------------------------------

    def begin(self) -> None:
        """At the start of a server: delete what is over, go on with what was interrupted, and look again later."""
        self.purge()
        for folder in self._files.all():
            with suppress(NotFound):
                self._resumed(folder)
        self._workers.start("purge", self._purge_again)

    def add(
        self, caller: Principal, data: bytes, name: str, *, queries: Sequence[Query] = (), pages: Sequence[str] = ("*",)
    ) -> KeptDocument:
        """Keep a document and begin to read it; ``queries`` are asked once that is done.

        Raises UnreadableDocument, DocumentTooLarge, LimitExceeded.
        """
        self.purge()
        check_queries(queries, len(queries))
        examined = self._documents().examine(data, name)
        wanted = len(pages_of(pages, examined.page_count))
        now = datetime.now(UTC)
        with self._guard:
            self._check_room(caller, len(data))
            folder = self._files.make(caller.tenant)
            kept_files.write(folder, FILE, data)
        document = KeptDocument(
            id=folder.name,
            name=_plain(name),
            owner=caller.user,
            tenant=caller.tenant,
            key=caller.key,
            created=_iso(now),
            expires=_iso(now + self._time),
            media_type=examined.media_type,
            page_count=examined.page_count,
            width=examined.width,
            height=examined.height,
            size=len(data),
            pages=tuple(pages),
            pages_wanted=wanted,
            worker=self._resources.owner,
        )
        asked = [Answer(number, Finding(query, None, 0.0)) for number, query in enumerate(queries, 1)]
        write_answers(folder, asked)
        _write_state(folder, document)
        self._start(folder)
        return document

    def find(self, caller: Principal, id: str) -> KeptDocument:
        """Raises NotFound, also for what belongs to somebody else."""
        return self._resumed(self._own(caller, id))

    def mine(self, caller: Principal) -> list[KeptDocument]:
        """The caller's documents, newest first."""
        self.purge()
        found = [self._resumed(folder) for folder in self._files.of(caller.tenant)]
        own = [document for document in found if document.owner == caller.user]
        return sorted(own, key=lambda document: document.created, reverse=True)

    def delete(self, caller: Principal, id: str) -> None:
        folder = self._own(caller, id)
        self._workers.stop(id)
        kept_files.remove(folder)

    def purge(self) -> None:
        """Delete every document whose time is over, and what a killed process left half made."""
        now = datetime.now(UTC)
        for folder in self._files.all():
            if _is_over(folder, now, self._time):
                self._workers.stop(folder.name)
                kept_files.remove(folder)

    def close(self) -> None:
        """End the readings of this process; the next one goes on with them."""
        self._workers.stop_all()
        self._workers.wait()

    # -- what it says ----------------------------------------------------------------------------------

    def data(self, caller: Principal, id: str) -> bytes:
        """The document as it came."""
        return kept_files.read(self._own(caller, id), FILE)

    def reading(self, caller: Principal, id: str, page: int | None = None) -> Reading:
        """All pages that were read, or one. Raises Conflict while it is being read, and when that failed; NotFound."""
        reading = self._reading(self._own(caller, id))
        if page is None:
            return reading
        found = tuple(one for one in reading.pages if one.number == page)
        if not found:
            raise NotFound(f"no page {page} was read of this document")
        return replace(reading, pages=found)

    def layout(self, caller: Principal, id: str, page: int | None = None) -> Layout:
        return self._documents().understand(self.reading(caller, id, page))

    def picture(self, caller: Principal, id: str, page: int, **how: Any) -> bytes:
        """A page as PNG; ``how`` is that of ``Documents.picture``. Raises NotFound for a page it does not have."""
        document = self.find(caller, id)
        if not 1 <= page <= document.page_count:
            raise NotFound(f"no page {page}: the document has {document.page_count}")
        return self._documents().picture(self.data(caller, id), page, **how)

    def ask(self, caller: Principal, id: str, queries: Sequence[Query]) -> list[Answer]:
        """Ask, and keep the answers. Raises Conflict while it is being read, LimitExceeded."""
        folder = self._own(caller, id)
        reading = self._reading(folder)
        check_queries(queries, len(queries) + len(read_answers(folder)))
        findings = self._documents().ask(reading, queries, data=kept_files.read(folder, FILE), caller=caller)
        with self._guard:
            known = read_answers(folder)
            first = known[-1].number + 1 if known else 1
            made = [Answer(number, finding) for number, finding in enumerate(findings, first)]
            write_answers(folder, [*known, *made])
        return made

    def answers(self, caller: Principal, id: str) -> list[Answer]:
        """All that was asked, in order; empty while it is being read."""
        folder = self._own(caller, id)
        return read_answers(folder) if _read_state(folder).status == READY else []

    def correct(self, caller: Principal, id: str, number: int, text: str | None, place: Place | None) -> Answer:
        """Record what a person says instead; what was found stays. Raises NotFound, InvalidInput."""
        folder = self._own(caller, id)
        _check_correction(_read_state(folder), text, place)
        with self._guard:
            known = read_answers(folder)
            made = Correction(text, place, caller.user, _iso(datetime.now(UTC)))
            changed = [
                replace(one, corrections=(*one.corrections, made)) if one.number == number else one for one in known
            ]
            if changed == known:
                raise NotFound(f"no answer {number}; the document was asked {len(known)} questions")
            write_answers(folder, changed)
        return next(one for one in changed if one.number == number)

    def forget(self, caller: Principal, id: str, number: int) -> None:
        """Drop a question with its answer. Raises NotFound."""
        folder = self._own(caller, id)
        with self._guard:
            known = read_answers(folder)
            left = [one for one in known if one.number != number]
            if len(left) == len(known):
                raise NotFound(f"no answer {number}; the document was asked {len(known)} questions")
            write_answers(folder, left)

    def note(self, caller: Principal, id: str, name: str, value: Any) -> None:
        """Keep JSON beside a document, under a name, for as long as the document. Raises NotFound."""
        kept_files.write_json(self._own(caller, id), f"{name}.json", value)

    def noted(self, caller: Principal, id: str, name: str) -> Any:
        """What was kept beside a document under that name, or None. Raises NotFound."""
        folder = self._own(caller, id)
        return kept_files.read_json(folder, f"{name}.json") if (folder / f"{name}.json").is_file() else None

    # -- inside ----------------------------------------------------------------------------------------

    def _own(self, caller: Principal, id: str) -> Path:
        folder = self._files.find(caller.tenant, id)
        if _is_over(folder, datetime.now(UTC), self._time):
            self.purge()
            raise kept_files.gone(id)
        if _read_state(folder).owner != caller.user:
            raise kept_files.gone(id)
        return folder

    def _check_room(self, caller: Principal, size: int) -> None:
        folders = self._files.of(caller.tenant)
        if len(folders) >= MOST:
            raise LimitExceeded(f"{MOST} documents are kept already; delete some, or wait until their time is over")
        held = sum(_read_state(folder).size for folder in folders)
        if held + size > MOST_BYTES:
            raise LimitExceeded(f"more than {MOST_BYTES // 2**20} MB of documents would be kept; delete some first")

    def _reading(self, folder: Path) -> Reading:
        document = self._resumed(folder)
        if document.status == FAILED and document.failure:
            raise Conflict(f"the document could not be read: {document.failure[1]}")
        if document.status != READY:
            raise Conflict(
                f"the document is still being read: {document.pages_done} of {document.pages_wanted} pages are done"
            )
        return reading_of(kept_files.read_json(folder, READING))

    def _resumed(self, folder: Path) -> KeptDocument:
        """The document; where its reading was interrupted by the end of a process, that begins again."""
        document = _read_state(folder)
        if document.status != READING_NOW or self._resources.alive(document.worker):
            return document
        with self._guard:
            document = _read_state(folder)
            if document.status != READING_NOW or self._resources.alive(document.worker):
                return document
            again = document.tries < MOST_TRIES
            document = replace(document, worker=self._resources.owner, tries=document.tries + 1, pages_done=0)
            if not again:
                document = replace(document, status=FAILED, failure=("internal", KILLED))
            _write_state(folder, document)
        if again:
            self._start(folder)
        return document

    def _start(self, folder: Path) -> None:
        self._workers.start(folder.name, lambda stop: self._read(folder, stop))

    def _read(self, folder: Path, stop: threading.Event) -> None:
        """One reading, from its beginning to the note of how it ended."""
        outcome: dict[str, Any] = {"status": FAILED, "failure": ("internal", BROKEN)}
        try:
            outcome = self._read_and_ask(folder, stop)
        except GroundstoneError as error:
            outcome["failure"] = (error.code, str(error))
        finally:
            if not stop.is_set():  # else it was deleted, or the process ends and the next one reads it again
                with suppress(NotFound):
                    _write_state(folder, replace(_read_state(folder), **outcome))

    def _read_and_ask(self, folder: Path, stop: threading.Event) -> dict[str, Any]:
        """How it ended."""
        document, documents = _read_state(folder), self._documents()
        data = kept_files.read(folder, FILE)
        reading = documents.read(data, document.name, pages=document.pages, progress=_Progress(folder), stop=stop)
        kept_files.write_json(folder, READING, reading_json(reading))
        done = len(reading.pages)
        failure = self._ask_first(folder, document, reading, data)
        return {"status": READY, "pages_done": done, "pages_wanted": done, "failure": failure}

    def _ask_first(self, folder: Path, document: KeptDocument, reading: Reading, data: bytes) -> tuple[str, str] | None:
        """Ask what came along with the document. A failure of that is no failure of the reading."""
        waiting = read_answers(folder)
        if not waiting:
            return None
        caller = Principal(document.owner, document.tenant, key=document.key)
        try:
            findings = self._documents().ask(reading, [one.found.query for one in waiting], data=data, caller=caller)
        except GroundstoneError as error:
            write_answers(folder, [])
            return error.code, f"the questions that came along could not be answered: {error}"
        write_answers(folder, [replace(one, found=found) for one, found in zip(waiting, findings, strict=True)])
        return None

    def _purge_again(self, stop: threading.Event) -> None:
        while not stop.wait(LOOK_EVERY):
            self.purge()


class _Progress:
    """Notes how many pages are read, now and then."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._told = folder, datetime.now(UTC)

    def __call__(self, done: int, total: int) -> None:
        now = datetime.now(UTC)
        if done < total and (now - self._told).total_seconds() < TELL_EVERY:
            return
        self._told = now
        with suppress(NotFound):
            state = _read_state(self._folder)
            _write_state(self._folder, replace(state, pages_done=done, pages_wanted=total))


def check_queries(queries: Sequence[Query], together: int) -> None:
    """Raises InvalidInput and LimitExceeded."""
    if any(not query.text.strip() or len(query.text) > MAX_QUERY for query in queries):
        raise InvalidInput(f"a question has between 1 and {MAX_QUERY} characters")
    if len(queries) > MAX_QUERIES:
        raise InvalidInput(f"{len(queries)} questions are more than the {MAX_QUERIES} that are answered at once")
    if together > MOST_ANSWERS:
        raise LimitExceeded(f"a document is asked at most {MOST_ANSWERS} questions; delete some of its answers first")


def _check_correction(document: KeptDocument, text: str | None, place: Place | None) -> None:
    if document.status != READY:
        raise Conflict("the document has no answers yet that could be corrected")
    if text is not None and not 0 < len(text.strip()) <= LONGEST_ANSWER:
        raise InvalidInput(
            f"a correction has 1 to {LONGEST_ANSWER} characters; null says that the document does not tell"
        )
    if place is not None and (text is None or not 1 <= place.page <= document.page_count):
        raise InvalidInput(f"a place belongs to a text, on one of the {document.page_count} pages")


def _plain(name: str) -> str:
    """The name of a file without folders and without characters that cannot be shown."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(sign for sign in last if sign.isprintable())[:LONGEST_NAME] or "document"


def _is_over(folder: Path, now: datetime, time: timedelta) -> bool:
    try:
        if folder.name.startswith(kept_files.GONE):
            return True
        made = datetime.fromtimestamp(folder.stat().st_mtime, UTC)
        if not (folder / STATE).is_file():
            return now - made > min(time, timedelta(hours=1))  # killed while it was made
        return now >= datetime.fromisoformat(_read_state(folder).expires)
    except (FileNotFoundError, NotFound):
        return False  # somebody else removes it


def _write_state(folder: Path, document: KeptDocument) -> None:
    kept_files.write_json(folder, STATE, asdict(document))


def _read_state(folder: Path) -> KeptDocument:
    data = kept_files.read_json(folder, STATE)
    failure = tuple(data["failure"]) if data["failure"] else None
    return KeptDocument(**{**data, "pages": tuple(data["pages"]), "failure": failure})


def _iso(time: datetime) -> str:
    return time.isoformat(timespec="milliseconds")
