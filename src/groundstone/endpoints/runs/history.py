"""The load runs of an installation, one folder each: kept until they are deleted, or too many newer ones come.

Several processes may use the same folder at once: a server that shows what a command in a terminal is measuring.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from groundstone.endpoints.runs import files
from groundstone.endpoints.runs.base import Origin, Run, run_of
from groundstone.endpoints.runs.files import LABEL, LOCK, POINTS, REPORT, RUN, STOP
from groundstone.endpoints.runs.recorder import Recorder
from groundstone.endpoints.runs.reports import read_report
from groundstone.errors import Conflict, Forbidden, InvalidInput, NotFound, StoreError
from groundstone.identity import Principal

if TYPE_CHECKING:
    from groundstone.endpoints.load.report import Report

MOST = 1000  # runs of a tenant; the oldest without tags goes when another one comes
MOST_IMPORT = 16 * 2**20  # bytes of a report that is taken in
LONGEST_TITLE = 120
MOST_TAGS = 10
TAG = re.compile(r"[\w.+-]{1,40}")
ID = re.compile(r"\d{8}-\d{6}-[0-9a-f]{4}")  # when it began, in UTC, and in which part of that second
SHORT = re.compile(r"last|[0-9a-f]{4}")


class History:
    """All kept runs below ``root``; a tenant sees its own. Safe to use from several threads and processes."""

    def __init__(self, root: Path) -> None:
        self._root = root

    # -- coming --------------------------------------------------------------------------------------

    def begin(
        self,
        caller: Principal,
        title: str,
        target: str,
        *,
        origin: Origin = "page",
        order: Mapping[str, Any] | None = None,
    ) -> Recorder:
        """A new run, which this process makes. Raises InvalidInput, StoreError."""
        named = _title(title)
        self._make_room(caller)
        folder = self._folder(caller)
        made = Run(
            folder.name, named, caller.user, caller.tenant, _now(), target[:300], origin,
            order=json.loads(json.dumps(order, default=str)) if order else None,
        )  # fmt: skip
        return Recorder(folder, made)

    def keep(
        self,
        caller: Principal,
        report: Report,
        target: str,
        *,
        origin: Origin = "command",
        order: Mapping[str, Any] | None = None,
    ) -> Run:
        """Keep a report that is whole. Raises InvalidInput, StoreError."""
        with self.begin(caller, report.title, target, origin=origin, order=order) as recorder:
            recorder.level(report)
        return recorder.run

    def take(self, caller: Principal, data: bytes, title: str = "") -> Run:
        """Import a report of ``groundstone load --json``. Raises InvalidInput for anything else."""
        if len(data) > MOST_IMPORT:
            raise InvalidInput(f"the report has more than {MOST_IMPORT >> 20} MB")
        try:
            told = json.loads(data)
        except (ValueError, RecursionError):
            raise InvalidInput("the report is no JSON; send what `groundstone load --json FILE` wrote") from None
        report = read_report(told)
        target = str(report.setting.get("address", "")) if isinstance(report.setting, dict) else ""
        named = replace(report, title=_title(title or report.title or "Imported"))
        return self.keep(caller, named, target, origin="import")

    # -- looking -------------------------------------------------------------------------------------

    def runs(self, caller: Principal, search: str = "") -> list[Run]:
        """Newest first; with ``search`` those that have all its words in title, tags, target, state or owner."""
        words = search.lower().split()
        found = [run for folder in self._folders(caller) if (run := self._read(folder)) is not None]
        return [run for run in found if all(word in _words(run) for word in words)]

    def find(self, caller: Principal, id: str) -> Run:
        """By id, by the last four characters of it, or by "last".

        Raises NotFound, also for what belongs to another tenant, and InvalidInput where four characters mean several.
        """
        id = self._whole(caller, id)
        run = self._read(self._home(caller) / id) if ID.fullmatch(id) else None
        if run is None:
            raise NotFound(f"no load run {id[:40]!r}; `groundstone runs list` shows those there are")
        return run

    def _whole(self, caller: Principal, id: str) -> str:
        if not SHORT.fullmatch(id):
            return id
        found = [folder.name for folder in self._folders(caller) if id == "last" or folder.name.endswith(f"-{id}")]
        if len(found) > 1 and id != "last":
            raise InvalidInput(f"{id} may be {' or '.join(found[:5])}; write one of them in full")
        return found[0] if found else id

    def report(self, caller: Principal, id: str) -> Report:
        """What was measured, or so far. Raises NotFound, also before the first level."""
        told = self.told(caller, id)
        if told is None:
            raise NotFound("nothing is measured yet in that run")
        run = self.find(caller, id)
        return replace(read_report(told), title=run.title)

    def told(self, caller: Principal, id: str) -> Any:
        """The report as JSON; None before the first level. Raises NotFound, StoreError."""
        return files.read_json(self._home(caller) / self.find(caller, id).id / REPORT)

    def points(self, caller: Principal, id: str, after: int = 0) -> tuple[list[dict[str, Any]], int]:
        """Looks at the run while it went, from so many bytes on, and how many bytes there are now."""
        path = self._home(caller) / self.find(caller, id).id / POINTS
        try:
            with path.open("rb") as file:
                file.seek(after)
                whole, end, _ = file.read(files.MOST_BYTES).rpartition(b"\n")
        except FileNotFoundError:
            return [], 0
        except OSError as error:
            raise StoreError(f"{path} cannot be read: {error.strerror}") from None
        return list(_lines(whole)), after + len(whole) + len(end)

    # -- changing ------------------------------------------------------------------------------------

    def label(
        self,
        caller: Principal,
        id: str,
        *,
        title: str | None = None,
        tags: Sequence[str] | None = None,
        admin: bool = False,
    ) -> Run:
        """Another title or other tags. Raises InvalidInput, NotFound, Forbidden."""
        run = self._own(caller, id, admin)
        named = run.title if title is None else _title(title)
        marked = run.tags if tags is None else _tags(tags)
        files.write_json(self._home(caller) / run.id / LABEL, {"title": named, "tags": marked})
        return self.find(caller, run.id)

    def stop(self, caller: Principal, id: str, admin: bool = False) -> Run:
        """Ask a run to end, whichever process makes it; what was measured is kept. Raises NotFound, Conflict."""
        run = self._own(caller, id, admin)
        if run.state != "running":
            raise Conflict(f"the run {run.id} does not run; it is {run.state}")
        files.write(self._home(caller) / run.id / STOP, b"")
        return run

    def delete(self, caller: Principal, id: str, admin: bool = False) -> None:
        """Raises NotFound, Forbidden, Conflict while it runs."""
        run = self._own(caller, id, admin)
        if run.state == "running":
            raise Conflict(f"the run {run.id} still runs; stop it first")
        _remove(self._home(caller) / run.id)

    def _own(self, caller: Principal, id: str, admin: bool) -> Run:
        run = self.find(caller, id)
        if run.owner != caller.user and not admin:
            raise Forbidden(f"the run {run.id} is {run.owner}'s; its owner or an administrator may change it")
        return run

    # -- folders -------------------------------------------------------------------------------------

    def _home(self, caller: Principal) -> Path:
        return self._root / hashlib.sha256(caller.tenant.encode("utf-8", "surrogatepass")).hexdigest()[:32]

    def _folder(self, caller: Principal) -> Path:
        home = self._home(caller)
        try:
            home.mkdir(parents=True, exist_ok=True, mode=0o700)
            while True:
                now = datetime.now(UTC)
                folder = home / f"{now:%Y%m%d-%H%M%S}-{now.microsecond * 65_536 // 10**6:04x}"
                with suppress(FileExistsError):
                    folder.mkdir(mode=0o700)
                    return folder
        except OSError as error:
            raise StoreError(f"{home} cannot be written: {error.strerror}") from None

    def _folders(self, caller: Principal) -> Iterator[Path]:
        """Newest first, also those whose run was never written."""
        home = self._home(caller)
        names = sorted((path.name for path in home.iterdir()), reverse=True) if home.is_dir() else []
        return (home / name for name in names if ID.fullmatch(name))

    def _read(self, folder: Path) -> Run | None:
        """None for a folder that holds no run, or none that can be read: one damaged run must not hide the others."""
        try:
            told, label = files.read_json(folder / RUN), files.read_json(folder / LABEL) or {}
            if told is None:
                return None
            run = replace(run_of(told), **{name: label[name] for name in ("title",) if name in label})
        except StoreError:
            return None
        run = replace(run, id=folder.name, tags=tuple(label.get("tags", run.tags)))
        if run.state == "running" and not files.is_held(folder / LOCK):
            again = files.read_json(folder / RUN) or {}
            if again.get("state") == "running":  # it did not end between the two looks
                return replace(run, state="interrupted", why="its process ended before it did; what it had is kept")
            return self._read(folder)
        return run

    def _make_room(self, caller: Principal) -> None:
        runs = self.runs(caller)
        loose = [run for run in runs if run.state != "running" and not run.tags]
        for run in reversed(loose[max(0, MOST - 1 - (len(runs) - len(loose))) :]):
            _remove(self._home(caller) / run.id)


def _title(title: str) -> str:
    plain = " ".join("".join(sign if sign.isprintable() else " " for sign in title).split())
    if not plain or len(plain) > LONGEST_TITLE:
        raise InvalidInput(f"the title of a run has from 1 to {LONGEST_TITLE} characters")
    return plain


def _tags(tags: Sequence[str]) -> list[str]:
    found = list(dict.fromkeys(tags))
    if len(found) > MOST_TAGS or not all(TAG.fullmatch(tag) for tag in found):
        raise InvalidInput(f"a run has at most {MOST_TAGS} tags of letters, digits and . + - _, 40 characters each")
    return found


def _words(run: Run) -> str:
    return " ".join((run.id, run.title, *run.tags, run.target, run.state, run.owner, run.origin)).lower()


def _lines(data: bytes) -> Iterator[dict[str, Any]]:
    for line in data.split(b"\n"):
        with suppress(ValueError):  # a line that a crash cut off
            found = json.loads(line)
            if isinstance(found, dict):
                yield found


def _remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    if (folder / RUN).exists():
        raise StoreError(f"{folder} cannot be deleted; its owner or a program holds it")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
