"""Documents read in the background: jobs that survive the end of the process, and their results for some days."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from groundstone.documents import kept_files, ranges
from groundstone.documents.base import Finding, Layout, Query, Reading, reading_json, reading_of
from groundstone.documents.findings import finding_json, finding_of
from groundstone.documents.job import Job, Order, PageResult, job_of
from groundstone.documents.kept_files import FILE, STATE, KeptFiles
from groundstone.errors import Conflict, GroundstoneError, LimitExceeded, NotFound, UnreadableDocument
from groundstone.identity import Principal
from groundstone.jobs import Workers

if TYPE_CHECKING:
    from groundstone.documents.service import Documents
    from groundstone.stores.resources import Resource, Resources

JOB = "document-job"
AT_ONCE = 2  # jobs of one process that work at the same time; the others wait
MOST_RUNNING = 600  # jobs of a tenant that have not ended
MOST_PAGES = 3000
STEP = 8  # pages that are read at a time; what was read is on disk after each step
MOST_TRIES = 3  # beginnings of one job; the process ended during each
LOOK_EVERY = 600.0  # seconds between two looks for what is over
BEING_MADE = 3600.0  # seconds that writing a new document takes at most
REASON_LENGTH = 2000
KILLED = "the server ended each time it read this document; start another job with a smaller one"
BROKEN = "reading it ended in an unexpected error; the log of the server has it"

Finished = Callable[[Principal, Job], None]


class DocumentJobs:
    """All jobs of an installation, each of one tenant. Safe to use from several threads and processes.

    A job is a resource that says how far it is, and a folder with the document and one file for each page that was
    read. The document is deleted when the job has ended, everything else when its time is over.

    Args:
        root: folder for documents and results.
        documents: what reads; asked for when it is first needed.
        days: how long a job is kept after it was started.
    """

    def __init__(
        self, root: Path, documents: Callable[[], Documents], resources: Resources, *, days: float = 7.0
    ) -> None:
        self._files, self._documents, self._resources = KeptFiles(root), documents, resources
        self._time = timedelta(days=days)
        self._workers = Workers("document-job")
        self._guard = threading.Lock()
        self._waiting: deque[tuple[Principal, str]] = deque()
        self._working = 0
        self._looked = datetime.min.replace(tzinfo=UTC)  # when purge last ran
        self.finished: Finished | None = None  # told of the end of each job, before it shows; twice after a kill

    def begin(self) -> None:
        """At the start of a server: delete what is over, go on with what was interrupted, and look again later."""
        self.purge()
        for folder in self._files.all():
            with suppress(NotFound):
                caller = _caller(folder)
                self._checked(caller, self._resources.get(caller, JOB, folder.name))
        self._workers.start("purge", self._purge_again)

    def start(self, caller: Principal, order: Order, data: bytes, *, token: str = "") -> Job:
        """A new job; the job of then for a token that was used before.

        Raises InvalidInput, LimitExceeded, and Conflict for a token of another order.
        """
        for query in order.queries:
            ranges.check(query.pages)
        if datetime.now(UTC) - self._looked > timedelta(seconds=LOOK_EVERY):
            self.purge()
        running = sum(job.body["status"] == "running" for job in self._resources.all(caller, JOB))
        if running >= MOST_RUNNING:
            raise LimitExceeded(f"{MOST_RUNNING} jobs have not ended yet; wait for some of them")
        folder = self._files.make(caller.tenant)
        kept_files.write(folder, FILE, data)
        kept_files.write_json(folder, STATE, {**_kept_caller(caller), "owner": self._owner})
        job = self._resources.put(caller, JOB, folder.name, self._body(order), client_token=token)
        if job.id != folder.name:
            kept_files.remove(folder)
            if Order.from_json(job.body["order"]) != order:
                raise Conflict("the token was used before, for another order; use a new one for each order")
            return job_of(self._checked(caller, job))
        self._queue(caller, job.id)
        return job_of(job)

    def find(self, caller: Principal, kind: str, id: str) -> Job:
        """Raises NotFound, also for what belongs to another tenant, is of another kind, or whose time is over.

        A job whose process is gone goes on here.
        """
        job = self._checked(caller, self._resources.get(caller, JOB, id))
        if job.body["order"]["kind"] != kind or self._is_over(job):
            raise NotFound(f"no {JOB} {id!r} of this kind; jobs are kept for {self._time.days} days")
        return job_of(job)

    def page(self, caller: Principal, job: Job, number: int) -> PageResult:
        """What was read on one page. Raises NotFound."""
        stored = kept_files.read_json(self._files.find(caller.tenant, job.id), _page_file(number))
        return PageResult(reading_of(stored["reading"]), tuple(finding_of(one) for one in stored["findings"]))

    def understand(self, reading: Reading) -> Layout:
        """What the geometry of a page tells."""
        return self._documents().understand(reading)

    def purge(self) -> None:
        """Delete every job whose time is over, with its document and its results."""
        self._looked = datetime.now(UTC)
        for folder in self._files.all():
            if folder.name.startswith(kept_files.GONE) or not (folder / STATE).is_file():
                _remove_if_old(folder)
                continue
            with suppress(NotFound):
                self._purge(_caller(folder), folder)

    def close(self) -> None:
        """End the work of this process; the next one goes on with it."""
        self._waiting.clear()
        self._workers.stop_all()
        self._workers.wait()

    # -- the queue --------------------------------------------------------------------------------------

    @property
    def _owner(self) -> str:
        return self._resources.owner

    def _body(self, order: Order) -> dict[str, Any]:
        return {
            "order": order.to_json(),
            "status": "running",
            "owner": self._owner,
            "tries": 1,
            "page_count": 0,
            "pages_done": 0,
            "failure": ["", ""],
            "missing": [],
        }

    def _queue(self, caller: Principal, id: str) -> None:
        with self._guard:
            if self._working >= AT_ONCE:
                self._waiting.append((caller, id))
                return
            self._working += 1
        self._workers.start(id, partial(self._work, caller, id))

    def _work(self, caller: Principal, id: str, stop: threading.Event) -> None:
        try:
            with suppress(NotFound):  # its time was over before its turn came
                self._run(caller, id, stop)
        finally:
            self._next()

    def _next(self) -> None:
        with self._guard:
            if not self._waiting or self._workers.is_closing:
                self._working -= 1
                return
            caller, id = self._waiting.popleft()
        self._workers.start(id, partial(self._work, caller, id))

    def _checked(self, caller: Principal, job: Resource) -> Resource:
        """The job; one whose process is gone is taken over, by whichever process is the first."""
        body = job.body
        if body["status"] != "running" or self._resources.alive(body["owner"]):
            return job
        again = body["tries"] < MOST_TRIES
        change = {"tries": body["tries"] + 1} if again else _failed("internal", KILLED)
        try:
            body = {**body, **change, "owner": self._owner}
            job = self._resources.update(caller, JOB, job.id, body, revision=job.revision)
        except Conflict:
            return self._resources.get(caller, JOB, job.id)
        if again:
            self._queue(caller, job.id)
        else:
            self._forget(caller, job.id)
        return job

    # -- at work ----------------------------------------------------------------------------------------

    def _run(self, caller: Principal, id: str, stop: threading.Event) -> None:
        """One job to its end; when the process ends before that, it stays as it is for the next process."""
        outcome = _failed("internal", BROKEN)
        try:
            outcome = self._outcome(caller, id, stop)
        except GroundstoneError as error:
            outcome = _failed(error.code, str(error))
        finally:
            with suppress(NotFound):  # its time was over meanwhile
                if stop.is_set():
                    self._note(caller, id, {"tries": 0})
                else:
                    self._note(caller, id, self._told(caller, id, outcome))
                    self._forget(caller, id)

    def _outcome(self, caller: Principal, id: str, stop: threading.Event) -> dict[str, Any]:
        folder = self._files.find(caller.tenant, id)
        order = Order.from_json(self._resources.get(caller, JOB, id).body["order"])
        data = kept_files.read(folder, FILE)
        count = self._documents().examine(data, order.name).page_count
        if count > MOST_PAGES:
            raise LimitExceeded(f"the document has {count} pages; {MOST_PAGES} at most are read in one job")
        for first in range(1, count + 1, STEP):
            self._note(caller, id, {"page_count": count, "pages_done": first - 1})
            step = range(first, min(first + STEP, count + 1))
            unread = [number for number in step if not (folder / _page_file(number)).is_file()]
            if unread:
                self._step(caller, folder, data, order, unread, stop)
                self._note(caller, id, {"tries": 1})  # it gets on
            if stop.is_set():
                return {}
        missing = ranges.missing([part for query in order.queries for part in query.pages], count)
        return {"status": "partial" if missing else "done", "pages_done": count, "missing": missing}

    def _step(
        self, caller: Principal, folder: Path, data: bytes, order: Order, numbers: list[int], stop: threading.Event
    ) -> None:
        """Read some pages that are not read yet."""
        pages = (f"{numbers[0]}-{numbers[-1]}",)
        reading = self._documents().read(data, order.name, pages=pages, stop=stop, background=True)
        for page in reading.pages:
            if stop.is_set():
                return
            one = Reading(reading.media_type, (page,), reading.page_count)
            result = {
                "reading": reading_json(one),
                "findings": [finding_json(found) for found in self._ask(caller, data, one, order)],
            }
            kept_files.write_json(folder, _page_file(page.number), result)
        if not stop.is_set() and {page.number for page in reading.pages} < set(numbers):
            raise UnreadableDocument(f"not all of the pages {pages[0]} could be read; send the document again")

    def _ask(self, caller: Principal, data: bytes, one: Reading, order: Order) -> list[Finding]:
        """What one page says to the queries that name it."""
        number = one.pages[0].number
        wanted = [query for query in order.queries if ranges.holds(query.pages, number)]
        asked = [Query(query.text, query.alias) for query in wanted]
        if not asked:
            return []
        return self._documents().ask(one, asked, self.understand(one), data=data, caller=caller)

    def _told(self, caller: Principal, id: str, outcome: dict[str, Any]) -> dict[str, Any]:
        """Tell how it ends whoever writes results elsewhere; a job whose results cannot be written has failed."""
        try:
            self._tell(caller, id, outcome)
        except GroundstoneError as error:
            if outcome["status"] == "failed":
                return outcome
            outcome = _failed(error.code, str(error))
            with suppress(GroundstoneError):
                self._tell(caller, id, outcome)
        return outcome

    def _tell(self, caller: Principal, id: str, outcome: dict[str, Any]) -> None:
        if self.finished is not None:
            job = self._resources.get(caller, JOB, id)
            self.finished(caller, job_of(replace(job, body={**job.body, **outcome})))

    def _note(self, caller: Principal, id: str, change: Mapping[str, Any]) -> None:
        job = self._resources.get(caller, JOB, id)
        self._resources.update(caller, JOB, id, {**job.body, **change})

    def _forget(self, caller: Principal, id: str) -> None:
        """The document itself, once its job has ended."""
        with suppress(NotFound):
            (self._files.find(caller.tenant, id) / FILE).unlink(missing_ok=True)

    # -- what is over -----------------------------------------------------------------------------------

    def _is_over(self, job: Resource) -> bool:
        return datetime.now(UTC) - job.created > self._time

    def _purge(self, caller: Principal, folder: Path) -> None:
        try:
            job = self._resources.get(caller, JOB, folder.name)
        except NotFound:
            if not self._resources.alive(kept_files.read_json(folder, STATE)["owner"]):
                kept_files.remove(folder)  # its process was killed before the job was on record
            return
        if self._is_over(job):
            self._resources.delete(caller, JOB, job.id)
            kept_files.remove(folder)

    def _purge_again(self, stop: threading.Event) -> None:
        while not stop.wait(LOOK_EVERY):
            self.purge()


def _failed(code: str, words: str) -> dict[str, Any]:
    return {"status": "failed", "failure": [code, words[:REASON_LENGTH]]}


def _page_file(number: int) -> str:
    return f"page-{number}.json"


def _caller(folder: Path) -> Principal:
    """Who ordered the job. Raises NotFound."""
    state = kept_files.read_json(folder, STATE)
    return Principal(state["user"], state["tenant"], frozenset(state["groups"]), state["key"])


def _kept_caller(caller: Principal) -> dict[str, Any]:
    return {"user": caller.user, "tenant": caller.tenant, "groups": sorted(caller.groups), "key": caller.key}


def _remove_if_old(folder: Path) -> None:
    """A folder without a state is one that a killed process began, or one that is being made this moment."""
    with suppress(FileNotFoundError):
        age = datetime.now(UTC).timestamp() - folder.stat().st_mtime
        if age > BEING_MADE or folder.name.startswith(kept_files.GONE):
            kept_files.remove(folder)
