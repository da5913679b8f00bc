"""Syncs that run in the background, and what became of them: one at a time for a knowledge base."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from groundstone.errors import Conflict, GroundstoneError, NotFound
from groundstone.identity import Principal
from groundstone.jobs import Workers
from groundstone.knowledge.index import Progress, SyncReport

if TYPE_CHECKING:
    from groundstone.knowledge.base import KnowledgeBase
    from groundstone.stores.resources import Resource, Resources

JOB = "ingestion-job"
SLOT = "ingestion-slot"  # one for each knowledge base at work, so that no two processes work on it
RUNNING = ("STARTING", "IN_PROGRESS", "STOPPING")
AT_ONCE = 2  # jobs of one process that work at the same time; more of them wait as STARTING
TELL_EVERY = 0.5  # seconds between two notes of how far a job is
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
KILLED = "the process that ran it ended; start another job, which goes on where this one stopped"
CLOSED = "the server was shut down; start another job, which goes on where this one stopped"
BROKEN = "it ended in an unexpected error; the log of the server has it"
REASONS = 50  # kept of a job
REASON_LENGTH = 2000


class OpenBase(Protocol):
    def __call__(self, name: str, principal: Principal) -> KnowledgeBase: ...


class _Stopped(GroundstoneError):
    """Raised inside a sync to end it; never leaves this file."""


def new_id() -> str:
    """Ten capital letters and digits."""
    return "".join(secrets.choice(LETTERS) for _ in range(10))


class Jobs:
    """Background syncs of one installation. A job is a resource whose body says how far it is."""

    def __init__(self, resources: Resources, open_base: OpenBase) -> None:
        self._resources, self._open = resources, open_base
        self._workers = Workers("ingestion")
        self._locks: dict[tuple[str, str], threading.Lock] = {}
        self._guard = threading.Lock()
        self._room = threading.Semaphore(AT_ONCE)

    def start(
        self, principal: Principal, base: str, source: str, *, parent: str, description: str = "", token: str = ""
    ) -> Resource:
        """Sync one source of a knowledge base in the background; the job of then for a token that was used before.

        Raises Conflict while another job works on the knowledge base.
        """
        body = {
            "base": base,
            "source": source,
            "status": "STARTING",
            "description": description,
            "owner": self._resources.owner,
            "statistics": {},
            "reasons": [],
        }
        id = new_id()
        job = self._resources.put(principal, JOB, id, body, parent=parent, client_token=token)
        if job.id != id:
            return job
        try:
            self._take(principal, base, job.id)
        except Conflict:
            self._resources.delete(principal, JOB, job.id)
            raise
        self._workers.start(job.id, partial(self._run, principal, job))
        return job

    def get(self, principal: Principal, id: str) -> Resource:
        """Raises NotFound. A job whose process is gone has failed."""
        return self._checked(principal, self._resources.get(principal, JOB, id))

    def list(self, principal: Principal, parent: str) -> list[Resource]:
        """All jobs of a data source, oldest first."""
        return [self._checked(principal, job) for job in self._resources.all(principal, JOB, parent=parent)]

    def stop(self, principal: Principal, id: str) -> Resource:
        """Ask a job to end; what it has read is kept for the next one. Raises Conflict when it has ended already."""
        job = self.get(principal, id)
        if job.body["status"] not in RUNNING:
            raise Conflict(f"the ingestion job {id} has ended: {job.body['status']}")
        job = self._resources.update(principal, JOB, id, {**job.body, "status": "STOPPING"})
        self._workers.stop(id)
        return job

    def active(self, principal: Principal, base: str) -> str | None:
        """Id of the job that works on the knowledge base."""
        try:
            slot = self._resources.get(principal, SLOT, base)
        except NotFound:
            return None
        if self._resources.alive(slot.body["owner"]):
            return str(slot.body["job"])
        self._release(principal, base)
        return None

    @contextmanager
    def alone(self, principal: Principal, base: str) -> Iterator[None]:
        """For short work on a knowledge base: callers of this process wait for each other, a job refuses them."""
        with self._lock(principal, base):
            self._check_free(principal, base)
            yield

    def close(self) -> None:
        """End all jobs of this process; each notes that it was interrupted."""
        self._workers.stop_all()
        self._workers.wait()

    def _take(self, principal: Principal, base: str, job: str) -> None:
        with self._lock(principal, base):  # short work ends first
            self._check_free(principal, base)
            self._resources.put(principal, SLOT, base, {"job": job, "owner": self._resources.owner})

    def _lock(self, principal: Principal, base: str) -> threading.Lock:
        with self._guard:
            return self._locks.setdefault((principal.tenant, base), threading.Lock())

    def _check_free(self, principal: Principal, base: str) -> None:
        if running := self.active(principal, base):
            raise Conflict(f"the ingestion job {running} is at work on this knowledge base; wait for its end")

    def _release(self, principal: Principal, base: str) -> None:
        try:
            self._resources.delete(principal, SLOT, base)
        except NotFound:
            return  # another process found it abandoned first

    def _checked(self, principal: Principal, job: Resource) -> Resource:
        if job.body["status"] not in RUNNING or self._resources.alive(job.body["owner"]):
            return job
        body = {**job.body, "status": "FAILED", "reasons": [KILLED]}
        try:
            return self._resources.update(principal, JOB, job.id, body, revision=job.revision)
        except Conflict:
            return self._resources.get(principal, JOB, job.id)

    def _run(self, principal: Principal, job: Resource, stop: threading.Event) -> None:
        outcome: dict[str, Any] = {"status": "FAILED", "reasons": [BROKEN]}
        try:
            outcome = self._outcome(principal, job, stop)
        finally:
            self._release(principal, job.body["base"])
            body = self._resources.get(principal, JOB, job.id).body
            self._resources.update(principal, JOB, job.id, {**body, **outcome})

    def _outcome(self, principal: Principal, job: Resource, stop: threading.Event) -> dict[str, Any]:
        """Do the work; what the job says at its end."""
        try:
            with self._room:
                _check_wanted(stop)
                base = self._open(job.body["base"], principal)
                report = base.sync(self._progress(principal, job, stop), only=job.body["source"])
        except _Stopped:
            return {"status": "FAILED", "reasons": [CLOSED]} if self._workers.is_closing else {"status": "STOPPED"}
        except GroundstoneError as error:
            return {"status": "FAILED", "reasons": [str(error)[:REASON_LENGTH]]}
        reasons = [f"{one.name}: {one.reason}"[:REASON_LENGTH] for one in report.failed[:REASONS]]
        return {"status": "COMPLETE", "statistics": statistics(report), "reasons": reasons}

    def _progress(self, principal: Principal, job: Resource, stop: threading.Event) -> Callable[[Progress], None]:
        told = 0.0

        def tell(progress: Progress) -> None:
            nonlocal told
            _check_wanted(stop)
            if time.monotonic() - told < TELL_EVERY:
                return
            told = time.monotonic()
            now = self._resources.get(principal, JOB, job.id)
            if now.body["status"] == "STOPPING":
                raise _Stopped("stopped")
            self._note(principal, now, progress)

        return tell

    def _note(self, principal: Principal, job: Resource, progress: Progress) -> None:
        body = {**job.body, "status": "IN_PROGRESS", "statistics": {"numberOfDocumentsScanned": progress.done}}
        try:
            self._resources.update(principal, JOB, job.id, body, revision=job.revision)
        except Conflict:
            return  # somebody asked it to stop in this moment; seen next time


def _check_wanted(stop: threading.Event) -> None:
    if stop.is_set():
        raise _Stopped("stopped")


def statistics(report: SyncReport) -> Mapping[str, int]:
    """A report in the words of ingestion jobs."""
    return {
        "numberOfDocumentsScanned": report.new + report.changed + report.unchanged + len(report.failed),
        "numberOfMetadataDocumentsScanned": report.sides,
        "numberOfNewDocumentsIndexed": report.new,
        "numberOfModifiedDocumentsIndexed": report.changed,
        "numberOfMetadataDocumentsModified": report.sides_changed,
        "numberOfDocumentsDeleted": report.deleted,
        "numberOfDocumentsFailed": len(report.failed),
    }
