"""Documents taken in: uploads, files of the watched folder, objects that messages speak of. Each is safe, once only."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from groundstone.documents.base import Query
from groundstone.errors import DocumentTooLarge, GroundstoneError, InvalidInput, LimitExceeded, NotFound
from groundstone.identity import LOCAL, Principal
from groundstone.verification.arrivals import Arrival, arrival_of, manifest_in
from groundstone.verification.case import REVIEW, Case, case_id, case_of, checked_traveller, plain_name, queries_json
from groundstone.verification.events import Reference, manifest, references
from groundstone.verification.files import Files, read_file
from groundstone.verification.privacy import FOLDER
from groundstone.verification.spec import MB, Spec
from groundstone.verification.steps import DECIDE, EXAMINE
from groundstone.verification.travellers import traveller_of

if TYPE_CHECKING:
    from groundstone.stores.queue import Item, Queue

RESERVE = 256 * MB  # of the disk, for what the steps write
Fetch = Callable[[str], bytes]  # the bytes of s3://bucket/key; raises SourceError
Entry = tuple[str, str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a document comes from. ``source`` and ``stamp`` tell a file of the watched folder and its state."""

    name: str
    place: str
    traveller: Mapping[str, str]
    source: str = ""
    stamp: str = ""


@dataclass(frozen=True, slots=True)
class Arrived:
    """What became of one document that a message spoke of: its case, or the error."""

    uri: str
    case: Case | None
    error: GroundstoneError | None = None


class Intake:
    """Takes documents of one application in.

    Args:
        folder: the watched folder, if there is one.
        fetch: reads objects of S3 that messages speak of.
        wake: called when there is something to do.
    """

    def __init__(
        self,
        spec: Spec,
        queue: Queue,
        files: Files,
        folder: Path | None,
        fetch: Fetch | None,
        wake: Callable[[], None],
    ) -> None:
        self._spec, self._queue, self._files = spec, queue, files
        self._folder, self._fetch, self._wake = folder, fetch, wake

    def arrived(self, caller: Principal, message: Any) -> list[Arrived]:
        """The documents that a message or a manifest speaks of. Raises InvalidInput for what is none."""
        return [self._fetched(caller, reference) for reference in references(message)]

    def is_known(self, caller: Principal, id: str) -> bool:
        try:
            self._queue.get(caller, self._spec.name, id)
        except NotFound:
            return False
        return True

    def _fetched(self, caller: Principal, reference: Reference) -> Arrived:
        key = reference.uri.removeprefix("s3://").partition("/")[2]
        if key.startswith((f"{self._spec.output}/", "textract-output/")):
            return Arrived(reference.uri, None, InvalidInput("a file that the workflow itself wrote is not read"))
        try:
            return Arrived(reference.uri, case_of(self._brought(caller, reference)))
        except GroundstoneError as error:
            return Arrived(reference.uri, None, error)

    def _brought(self, caller: Principal, reference: Reference) -> Item:
        local = self._local_path(reference.uri) if caller.tenant == LOCAL.tenant else None
        if local is not None and self._folder is not None:
            return self._put_file(arrival_of(local, self._folder), self._folder, reference.queries)
        if self._fetch is None:
            raise InvalidInput(f"no store is configured that {reference.uri} could be read from")
        data = self._fetch(reference.uri)
        return self.put(caller, data, Origin(reference.uri, reference.uri, {}), reference.queries)

    def _local_path(self, uri: str) -> Path | None:
        """The file of the watched folder that an address of the application's bucket means."""
        start = f"s3://{self._spec.bucket}/{self._spec.uploads}/"
        if self._folder is None or not self._spec.bucket or not uri.startswith(start):
            return None
        path = self._folder / uri.removeprefix(start)
        inside = path.resolve().is_relative_to(self._folder.resolve())
        return path if inside and path.is_file() and not path.is_symlink() else None

    def take(self, arrival: Arrival) -> None:
        """A file of the watched folder, or the document of a manifest that lies there."""
        data = manifest_in(arrival.path)
        if data is not None:
            self._brought(LOCAL, manifest(data))
        elif self._folder is not None:
            self._put_file(arrival, self._folder, ())

    def knows(self, arrival: Arrival) -> bool:
        return self._queue.knows(LOCAL, self._spec.name, FOLDER + arrival.name, arrival.stamp)

    def _put_file(self, arrival: Arrival, folder: Path, queries: Sequence[Query]) -> Item:
        data = read_file(arrival.path, self._spec.limits.bytes)
        source = FOLDER + arrival.name
        facts = traveller_of(arrival.path, folder)
        return self.put(LOCAL, data, Origin(arrival.path.name, source, facts, source, arrival.stamp), queries)

    def put(self, caller: Principal, data: bytes, origin: Origin, queries: Sequence[Query]) -> Item:
        """The document's item, safe on disk. Raises DocumentTooLarge, InvalidInput, LimitExceeded."""
        app, name, facts = self._spec.name, plain_name(origin.name), checked_traveller(origin.traveller)
        self._check_size(data)
        id = case_id(caller.tenant, app, origin.place, name, facts, hashlib.sha256(data).hexdigest())
        if not self.is_known(caller, id):
            self._check_room(caller, len(data))
            self._files.keep(id, data)
        body: dict[str, Any] = {
            "name": name,
            "place": origin.place,
            "size": len(data),
            "queries": queries_json(queries or self._spec.queries),
            "more": queries_json(self._spec.more),
            "traveller": facts,
            "sender": [caller.user, caller.key],
            "steps": [],
        }
        item, is_new = self._queue.put(
            caller,
            app,
            id,
            body,
            step=EXAMINE,
            source=origin.source,
            stamp=origin.stamp,
            expires=time.time() + self._spec.retention if self._spec.retention else None,
            entry=(caller.user, "received", {}),
        )
        if not is_new and origin.source and facts and facts != item.body["traveller"]:
            item = self._told_later(item, facts)
        self._wake()
        return item

    def _check_room(self, caller: Principal, size: int) -> None:
        if not self._queue.room(caller, self._spec.name):
            raise LimitExceeded("too many documents wait already; send more when some are done")
        if self._files.free < size + RESERVE:
            raise LimitExceeded("the disk is nearly full; send more when there is room again")

    def _check_size(self, data: bytes) -> None:
        most = self._spec.limits.bytes
        if len(data) > most:
            raise DocumentTooLarge(f"{len(data) / MB:.1f} MB are more than the {most / MB:g} MB that are read")

    def _told_later(self, item: Item, facts: Mapping[str, str]) -> Item:
        """What is known of the traveller came after the document: it is decided again if that is still open."""
        if item.state == "done" and item.label != REVIEW:
            return item
        step = DECIDE if item.state == "done" else None
        body = {**item.body, "traveller": dict(facts)}
        entry: Entry = (LOCAL.user, "learned of the traveller", {})
        return self._queue.change(item, states=("waiting", "done", "dead"), body=body, step=step, entry=entry)
