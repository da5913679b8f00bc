"""A verification application at work: what arrives, what becomes of it, what people do about it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event, Lock
from typing import TYPE_CHECKING, Any

from groundstone.documents.base import Place, Query
from groundstone.documents.table import csv_text
from groundstone.errors import ConfigError, NotFound, NotSupported, StoreError, UnreadableDocument
from groundstone.identity import LOCAL, Principal
from groundstone.jobs import Workers
from groundstone.verification import review
from groundstone.verification.arrivals import Folder, documents_in
from groundstone.verification.case import REVIEW, UPLOAD, Case, case_of, plain_name
from groundstone.verification.files import Files
from groundstone.verification.intake import Arrived, Fetch, Intake, Origin
from groundstone.verification.pool import Pool
from groundstone.verification.retention import PURGE_EVERY, Retention
from groundstone.verification.spec import Spec
from groundstone.verification.steps import READ, STORE, Parts, Steps
from groundstone.verification.travellers import traveller_of
from groundstone.verification.work import Work, pause

if TYPE_CHECKING:
    from groundstone.stores.queue import Item, Note, Queue

log = logging.getLogger(__name__)

RATE_OVER = 60.0  # seconds over which the rate is measured
PATIENCE = 120.0  # longest wait for a document that is answered at once
CHECK_EVERY = 0.05


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the documents are. ``rate`` is how many end in a minute, ``eta`` the seconds until none waits, or None.

    ``review`` and ``dead`` wait for people. ``room`` is how many more are accepted now. ``problems`` are files that
    cannot be taken, with the reason.
    """

    waiting: int
    working: int
    done: int
    review: int
    dead: int
    rate: float
    eta: float | None
    room: int
    verified: int
    refused: int
    problems: Mapping[str, str]


class Verification:
    """One application. Safe to use from several threads, and from several processes on one home.

    Args:
        home: the folder of the application; its documents lie in ``cases`` there.
        buckets: the folder whose subfolders stand for buckets.
        fetch: reads objects of S3 that messages speak of.
        threads: how many documents are worked on at the same time.
        folder: watched instead of the bucket's uploads.
    """

    def __init__(
        self,
        spec: Spec,
        queue: Queue,
        parts: Parts,
        home: Path,
        *,
        buckets: Path | None = None,
        fetch: Fetch | None = None,
        threads: int = 2,
        folder: Path | None = None,
        pause: Callable[[int], float] = pause,
    ) -> None:
        if spec.forgery and parts.forgery is None:
            raise ConfigError(f"{spec.name} asks for a check for forgery, and there is none here; set forgery = false")
        self.spec, self._queue = spec, queue
        bucket = buckets / spec.bucket if buckets is not None and spec.bucket else None
        self.folder = folder or (bucket / spec.uploads if bucket else None)
        output = bucket / spec.output if bucket else (folder / spec.output if folder else None)
        self._files = Files(home / "cases", output)
        self._steps = Steps(spec, self._files, replace(parts, watched=self.folder))
        self._work = Work(queue, self._steps, self._lost, pause)
        self._pool = Pool(queue, spec.name, self._work.run, threads)
        self._retention = Retention(spec.name, queue, self._files, self.folder, spec.retention)
        self._intake = Intake(spec, queue, self._files, self.folder, fetch, self._pool.wake)
        self._threads = Workers(f"{spec.name}-verification")
        self._watched: Folder | None = None
        self._starting = Lock()

    # -- running ---------------------------------------------------------------------------------------

    def start(self, *, watch: bool = True) -> None:
        """Begin to work, to watch the folder, and to delete what is over; each in the background, each once."""
        with self._starting:
            if not self._pool.is_running:
                self._pool.start()
                self._threads.start("purge", self._purge_now_and_then)
            if watch and self.folder is not None and self._watched is None:
                self._watch(self.folder)

    def _watch(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        without = (self.spec.output, "textract-output")
        self._watched = Folder(folder, self._intake.take, self._intake.knows, without)
        self._threads.start("watch", self._watched.watch)

    @property
    def has_work(self) -> bool:
        """Whether there are documents here, or a folder where they arrive."""
        return self._files.home.is_dir() or (self.folder is not None and self.folder.is_dir())

    def close(self) -> None:
        """Stop after the present steps; whoever starts next goes on."""
        self._threads.stop_all()
        self._pool.stop()
        self._threads.wait()

    def _purge_now_and_then(self, stop: Event) -> None:
        while not stop.is_set():
            try:
                self._retention.purge()
            except StoreError as error:  # tried again in an hour, and at the next start
                log.error("what is over could not be deleted: %s", error)
            stop.wait(PURGE_EVERY)

    # -- arriving --------------------------------------------------------------------------------------

    def submit(
        self,
        caller: Principal,
        data: bytes,
        name: str,
        *,
        traveller: Mapping[str, str] | None = None,
        queries: Sequence[Query] = (),
        wait: float = 0.0,
    ) -> Case:
        """Take a document; it is safe once this returns. The same one again is the case of then.

        Args:
            traveller: what is known of who showed it: "name", "date_of_birth", "travel_date".
            queries: instead of those of the application.
            wait: seconds to wait for a document that is short enough to be answered at once.

        Raises UnreadableDocument, DocumentTooLarge, InvalidInput, and LimitExceeded when too many wait.
        """
        if not data:
            raise UnreadableDocument(f"{plain_name(name)} is empty; send the file's bytes")
        item = self._intake.put(caller, data, Origin(name, UPLOAD, traveller or {}), queries)
        if wait > 0:
            item = self._answered(caller, item, min(wait, PATIENCE))
        return case_of(item)

    def take_samples(self, caller: Principal) -> list[Case]:
        """Take the sample documents that ship with the application, each with its traveller. Raises NotSupported."""
        folder = self.spec.samples
        if folder is None:
            raise NotSupported(f"no sample documents ship with {self.spec.name}")
        paths = [path for path in documents_in(folder) if path.suffix != ".json"]
        return [
            self.submit(caller, path.read_bytes(), path.name, traveller=traveller_of(path, folder)) for path in paths
        ]

    def arrived(self, caller: Principal, message: Any) -> list[Arrived]:
        """Take the documents that a message of S3, or a manifest, speaks of.

        Raises InvalidInput for what is no such message. Errors of single documents are in the result.
        """
        return self._intake.arrived(caller, message)

    def _answered(self, caller: Principal, item: Item, wait: float, *, long: bool = False) -> Item:
        """Work on it in this thread if nobody does, then wait; for a long document only when told to."""
        claimed = self._queue.claim_one(caller, self.spec.name, item.id)
        if claimed is not None:
            self._pool.now(claimed)
        until = time.monotonic() + wait
        while True:
            item = self._queue.get(caller, self.spec.name, item.id)
            is_long = item.body.get("route", ("",))[0] == "async" and not long
            if case_of(item).is_over or is_long or time.monotonic() >= until:
                return item
            time.sleep(CHECK_EVERY)

    def _lost(self, item: Item) -> None:
        """An item was taken away while its files were written: delete them if it is gone."""
        if not self._intake.is_known(Principal("", item.tenant), item.id):
            self._files.remove(item.id)

    # -- looking ---------------------------------------------------------------------------------------

    def case(self, caller: Principal, id: str) -> Case:
        """Raises NotFound, also for what belongs to another tenant."""
        return case_of(self._queue.get(caller, self.spec.name, id))

    def cases(
        self,
        caller: Principal,
        *,
        state: str = "",
        outcome: str | None = None,
        limit: int = 100,
        after: int = 0,
        newest: bool = False,
    ) -> list[Case]:
        """Oldest first, or ``newest`` first, those after the ``number`` of the last one seen."""
        states = (state,) if state else ()
        found = self._queue.list(
            caller, self.spec.name, states=states, label=outcome, limit=limit, after=after, newest=newest
        )
        return [case_of(item) for item in found]

    def history(self, caller: Principal, id: str) -> Sequence[Note]:
        """Who did what with a document, oldest first. Raises NotFound."""
        return self._queue.history(caller, self.spec.name, id)

    def progress(self, caller: Principal) -> Progress:
        counts: dict[str, int] = {}
        labels: dict[str, int] = {}
        for (state, label), count in self._queue.counts(caller, self.spec.name).items():
            counts[state] = counts.get(state, 0) + count
            labels[label] = labels.get(label, 0) + count * (state == "done")
        rate = self._queue.ended_since(caller, self.spec.name, RATE_OVER) * 60 / RATE_OVER
        left = counts.get("waiting", 0) + counts.get("working", 0)
        return Progress(
            waiting=counts.get("waiting", 0),
            working=counts.get("working", 0),
            done=counts.get("done", 0) - labels.get(REVIEW, 0),
            review=labels.get(REVIEW, 0),
            dead=counts.get("dead", 0),
            rate=rate,
            eta=(left / rate * 60 if rate else None) if left else 0.0,
            room=self._queue.room(caller, self.spec.name),
            verified=labels.get("verified", 0),
            refused=labels.get("refused", 0),
            problems=dict(self._watched.problems) if self._watched and caller.tenant == LOCAL.tenant else {},
        )

    def table(self, caller: Principal, id: str) -> str:
        """The table of one document as CSV, as it was written. Raises NotFound."""
        case = self.case(caller, id)
        path = self._files.table(case.id, case.name, is_local=caller.tenant == LOCAL.tenant)
        if not case.csv or not path.is_file():
            raise NotFound(f"the document {id} has no table: it is not decided yet, or its answers were dropped")
        return path.read_bytes().decode()

    def export(self, caller: Principal, *, header: bool = False) -> Iterator[str]:
        """The tables of all decided documents as one, oldest first, piece by piece."""
        if header:
            yield csv_text([], header=True)
        after = 0
        while page := self._queue.list(caller, self.spec.name, states=("done",), limit=200, after=after):
            after = page[-1].number
            yield "".join(csv_text(self._steps.rows(item)) for item in page)

    def document(self, caller: Principal, id: str) -> tuple[bytes, str]:
        """The document as it came, and its media type. Raises NotFound when it is not kept any more."""
        case = self.case(caller, id)
        return self._files.document(case.id), case.media_type

    def picture(self, caller: Principal, id: str, page: int = 1, *, width: int = 1200) -> bytes:
        """A page as PNG; redacted where that is the policy. Raises NotFound."""
        case = self.case(caller, id)
        if not 1 <= page <= max(case.page_count, 1):
            raise NotFound(f"no page {page}: the document has {case.page_count}")
        if case.protected.get("images", "keep") != "keep":
            return self._files.picture(case.id, page)
        return self._steps.parts.documents().picture(self._files.document(case.id), page, width=width)

    # -- people ----------------------------------------------------------------------------------------

    def correct(
        self, caller: Principal, id: str, query: str, text: str | None, *, revision: int, place: Place | None = None
    ) -> Case:
        """What a person says that the document answers to a query, by its alias or text; None: it does not tell.

        The rules look at it again; the outcome stays open. Raises NotFound, InvalidInput, Conflict.
        """
        item = review.open_for(self._queue.get(caller, self.spec.name, id), revision)
        return self._again(caller, review.corrected(self._queue, self._steps, item, caller, query, text, place))

    def decide(self, caller: Principal, id: str, outcome: str, *, revision: int, note: str = "") -> Case:
        """A person decides "verified" or "refused". Raises NotFound, InvalidInput, Conflict."""
        item = review.open_for(self._queue.get(caller, self.spec.name, id), revision)
        return self._again(caller, review.decided(self._queue, item, caller, outcome, note))

    def retry(self, caller: Principal, id: str) -> Case:
        """Try a dead letter again. Raises NotFound, Conflict."""
        item = self._queue.get(caller, self.spec.name, id)
        steps = [one[0] for one in item.body["steps"]]
        step = item.step if STORE in steps or READ not in steps else READ  # the reading itself may be what is wrong
        made = self._queue.retry(item, step, entry=(caller.user, "retried", {}))
        self._pool.wake()
        return case_of(made)

    def drop(self, caller: Principal, id: str) -> Case:
        """Give a dead letter up; it stays in the list until its time is over. Raises NotFound, Conflict."""
        item = self._queue.get(caller, self.spec.name, id)
        return case_of(self._queue.drop(item, entry=(caller.user, "dropped", {})))

    def cancel(self, caller: Principal, id: str) -> Case:
        """End what waits or is worked on. Raises NotFound, Conflict."""
        item = self._queue.get(caller, self.spec.name, id)
        return case_of(self._queue.cancel(item, entry=(caller.user, "cancelled", {})))

    def delete(self, caller: Principal, *ids: str) -> None:
        """Delete everything of documents for certain, now. Raises NotFound, and deletes none then."""
        self._retention.delete(*[self._queue.get(caller, self.spec.name, id) for id in ids])

    def purge(self) -> int:
        """Delete everything whose time is over; how many documents."""
        return self._retention.purge()

    def _again(self, caller: Principal, item: Item) -> Case:
        return case_of(self._answered(caller, item, PATIENCE, long=True))
