"""Jobs that train custom models in the background, one at a time, and what became of them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from groundstone.errors import Conflict, GroundstoneError, LimitExceeded
from groundstone.identity import Principal
from groundstone.jobs import Workers
from groundstone.training.order import HANDED_OVER, Order
from groundstone.training.outputs import written
from groundstone.training.provisioned import Provisioned, short_id
from groundstone.training.turns import Turns

if TYPE_CHECKING:
    from groundstone.models.base import ModelInfo
    from groundstone.models.custom_files import CustomModel
    from groundstone.models.custom_models import CustomModels
    from groundstone.models.examples import Example
    from groundstone.stores.resources import Resource, Resources

JOB = "customization-job"
RUNNING = ("InProgress", "Stopping")
PHASES = ("waiting", "data", "training", "validation")
PHASE_OF = {"reading": "data", "training": "training", "asking the chat model": "validation"}
MOST_RUNNING = 10  # jobs of a tenant that have not ended
TELL_EVERY = 0.3  # seconds between two notes of how far a job is
KILLED = "the process that ran it ended; start another job"
CLOSED = "the server was shut down; start another job"
BROKEN = "it ended in an unexpected error; the log of the server has it"
REASON_LENGTH = 2000
# In the class below, "list" is a method.
Lines = list["Example"]
Found = list["Resource"]
Infos = list["ModelInfo"]
Read = Callable[[str], bytes]  # an object by its address; raises SourceError, UnreadableDocument
Place = Callable[[str], tuple[Path, str] | None]  # folder and prefix that an address stands for, where one does


class Training:
    """The custom models of an installation with the jobs that make them and the further names they have.

    Args:
        read: fetches a file of examples by its address.
        place: finds the folder that stands for an address of a bucket.
        spool: folder for examples that were handed over, until their job has ended.
    """

    def __init__(self, resources: Resources, custom: CustomModels, read: Read, place: Place, spool: Path) -> None:
        self.custom, self.provisioned = custom, Provisioned(resources)
        self._resources, self._read, self._place, self._spool = resources, read, place, spool
        self._turns = Turns()
        self._workers = Workers("training")
        self._guard = threading.Lock()

    def start(
        self,
        caller: Principal,
        order: Order,
        *,
        name: str = "",
        token: str = "",
        examples: bytes = b"",
        tests: bytes = b"",
    ) -> Resource:
        """A new job, which waits for those before it; the job of then for a token that was used before.

        Args:
            name: of the job; its id when empty.
            examples, tests: JSONL that was handed over, where the order names no addresses.

        Raises InvalidInput, Conflict for a name that is taken, LimitExceeded.
        """
        if order.examples == HANDED_OVER:
            self._check_lines(examples, tests)
        id = short_id()
        with self._guard:
            body: dict[str, Any] = {
                "order": order.to_json(),
                "status": "InProgress",
                "phase": "waiting",
                "began": {"waiting": _now()},
            }
            body |= {"owner": self._resources.owner, "failure": "", "notes": [], "progress": None, "ended": ""}
            job = self._resources.put(caller, JOB, id, body, name=name or id, parent="", client_token=token)
            if job.id != id:
                _check_same(job, order)
                return job
            try:
                self._check(caller, order, id)
                self._keep(id, examples, tests)
            except GroundstoneError:
                self._resources.delete(caller, JOB, id)
                raise
        self._workers.start(job.id, partial(self._run, caller, job))
        return job

    def find(self, caller: Principal, name_or_id: str) -> Resource:
        """By id, name or ARN. Raises NotFound. A job whose process is gone has failed."""
        wanted = name_or_id.rpartition("/")[2]
        found = self._resources.named(caller, JOB, wanted) or self._resources.get(caller, JOB, wanted)
        return self._checked(caller, found)

    def list(self, caller: Principal) -> Found:
        """All jobs, oldest first."""
        return [self._checked(caller, job) for job in self._resources.all(caller, JOB)]

    def stop(self, caller: Principal, name_or_id: str) -> Resource:
        """Ask a job to end; nothing of it is kept. Raises NotFound, and Conflict when it has ended already."""
        job = self.find(caller, name_or_id)
        if job.body["status"] not in RUNNING:
            raise Conflict(f"the job {job.name} has ended: {job.body['status']}")
        job = self._resources.update(caller, JOB, job.id, {**job.body, "status": "Stopping"})
        self._workers.stop(job.id)
        self._turns.wake()
        return job

    def delete(self, caller: Principal, name: str) -> None:
        """A custom model. Raises NotFound, and Conflict while it has further names."""
        self.custom.find(caller, name)
        names = [one.name for one in self.provisioned.list(caller) if one.body["model"] == name]
        if names:
            raise Conflict(f"{name} is also called {', '.join(names)}; delete those provisioned models first")
        self.custom.delete(caller, name)

    def job_of(self, caller: Principal, model: CustomModel) -> Resource | None:
        """The job that made a model, if one did."""
        made = [job for job in self.list(caller) if job.body.get("made") == [model.name, model.created]]
        return made[-1] if made else None

    def infos(self, tenant: str) -> Infos:
        """The custom models of a tenant as models among the others, with all their names."""
        found = self.custom.infos(tenant)
        names, own = self.provisioned.names(tenant) if found else {}, {info.name for info in found}
        return [
            replace(info, aliases=(*info.aliases, *(name for name in names.get(info.name, ()) if name not in own)))
            for info in found
        ]

    def close(self) -> None:
        """End all jobs of this process; each notes that it was interrupted."""
        self._workers.stop_all()
        self._turns.wake()
        self._workers.wait()

    # -- taking an order ------------------------------------------------------------------------------

    def _check_lines(self, examples: bytes, tests: bytes) -> None:
        """Raises InvalidInput with the line: whoever hands examples over learns at once that they are no good."""
        self.custom.check_examples(self.custom.read(examples, "the examples"))
        if tests:
            self.custom.read(tests, "the tests")

    def _check(self, caller: Principal, order: Order, id: str) -> None:
        self.custom.check_name(caller, order.model, order.replace)
        if any(order.model in (one.name, one.id) for one in self.provisioned.list(caller)):
            raise Conflict(f"{order.model!r} is the name of a provisioned model already; choose another one")
        others = [job for job in self.list(caller) if job.body["status"] in RUNNING and job.id != id]
        if any(job.body["order"]["model"] == order.model for job in others):
            raise Conflict(f"a job trains {order.model!r} already; wait for it, or stop it")
        if len(others) >= MOST_RUNNING:
            raise LimitExceeded(f"{MOST_RUNNING} training jobs have not ended yet; wait for one of them, or stop it")

    def _keep(self, id: str, examples: bytes, tests: bytes) -> None:
        for kind, data in (("examples", examples), ("tests", tests)):
            if data:
                self._spool.mkdir(parents=True, exist_ok=True, mode=0o700)
                self._spooled(id, kind).write_bytes(data)

    def _spooled(self, id: str, kind: str) -> Path:
        return self._spool / f"{id}.{kind}.jsonl"

    # -- at work --------------------------------------------------------------------------------------

    def _run(self, caller: Principal, job: Resource, stop: threading.Event) -> None:
        outcome: dict[str, Any] = {"status": "Failed", "failure": BROKEN}
        try:
            with self._turns.turn(job.id, stop):
                outcome = self._outcome(caller, job, stop)
        finally:
            self._forget(job.id)
            body = self._resources.get(caller, JOB, job.id).body
            self._resources.update(caller, JOB, job.id, {**body, "ended": _now(), "progress": None, **outcome})

    def _outcome(self, caller: Principal, job: Resource, stop: threading.Event) -> dict[str, Any]:
        """Do the work; what the job says at its end."""
        order = Order.from_json(job.body["order"])
        try:
            model = self._trained(caller, job.id, order, stop)
        except GroundstoneError as error:
            if stop.is_set():
                return {"status": "Failed", "failure": CLOSED} if self._workers.is_closing else {"status": "Stopped"}
            return {"status": "Failed", "failure": str(error)[:REASON_LENGTH]}
        report = model.report()
        figures = {name: getattr(report, name) for name in ("accuracy", "macro_f1", "log_loss", "training_loss")}
        notes = [self._written(model, order.output, job.id)] if order.output else []
        made = [model.name, model.created]
        return {"status": "Completed", "phase": "", "method": model.method, "figures": figures} | {
            "notes": notes,
            "made": made,
        }

    def _trained(self, caller: Principal, id: str, order: Order, stop: threading.Event) -> CustomModel:
        self._note(caller, id, stop, "data", None)
        if stop.is_set():
            raise Conflict("the job was stopped before its turn came")
        examples, tests = self._examples(id, order)
        return self.custom.train(
            caller,
            order.model,
            examples,
            method=order.method,
            test=tests,
            chat=order.chat,
            replace_old=order.replace,
            progress=self._progress(caller, id, stop),
            stop=stop,
        )

    def _examples(self, id: str, order: Order) -> tuple[Lines, Lines | None]:
        read = self.custom.read
        if order.examples != HANDED_OVER:
            tests = [read(self._read(address), address) for address in order.tests]
            return read(self._read(order.examples), order.examples), list(chain(*tests)) if tests else None
        path = self._spooled(id, "tests")
        kept = read(path.read_bytes(), "the tests") if path.is_file() else None
        return read(self._spooled(id, "examples").read_bytes(), "the examples"), kept

    def _progress(self, caller: Principal, id: str, stop: threading.Event) -> Callable[[str, int, int], None]:
        told, before = 0.0, ""

        def tell(what: str, done: int, total: int) -> None:
            nonlocal told, before
            if what == before and time.monotonic() - told < TELL_EVERY:
                return
            told, before = time.monotonic(), what
            self._note(caller, id, stop, PHASE_OF[what], {"what": what, "done": done, "total": total})

        return tell

    def _note(
        self, caller: Principal, id: str, stop: threading.Event, phase: str, progress: Mapping[str, Any] | None
    ) -> None:
        """Write how far a job is; learn whether another process was asked to stop it."""
        job = self._resources.get(caller, JOB, id)
        if job.body["status"] == "Stopping":
            stop.set()
            return
        body = {**job.body, "phase": phase, "progress": progress, "began": {phase: _now(), **job.body["began"]}}
        try:
            self._resources.update(caller, JOB, id, body, revision=job.revision)
        except Conflict:
            return  # somebody asked it to stop in this moment; seen next time

    def _written(self, model: CustomModel, output: str, id: str) -> str:
        place = self._place(output)
        if place is None:
            return (
                f"the report was not written to {output}: no folder stands for that bucket; it is kept with the model"
            )
        return written(model, *place, id)

    def _forget(self, id: str) -> None:
        for kind in ("examples", "tests"):
            self._spooled(id, kind).unlink(missing_ok=True)

    def _checked(self, caller: Principal, job: Resource) -> Resource:
        if job.body["status"] not in RUNNING or self._resources.alive(job.body["owner"]):
            return job
        self._forget(job.id)
        body = {**job.body, "status": "Failed", "failure": KILLED, "ended": _now(), "progress": None}
        try:
            return self._resources.update(caller, JOB, job.id, body, revision=job.revision)
        except Conflict:
            return self._resources.get(caller, JOB, job.id)


def _check_same(job: Resource, order: Order) -> None:
    if Order.from_json(job.body["order"]) != order:
        raise Conflict(f"the token was used before, for another order: that of the job {job.name}")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
