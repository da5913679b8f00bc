"""The models' files on this machine: pulled, verified, listed, and moved to machines without a network."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tarfile
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from groundstone.errors import InvalidInput, SourceError, WeightsCorrupt, WeightsMissing
from groundstone.models.fetch import PIECE, opener
from groundstone.models.lockfile import locked
from groundstone.models.manifest import Manifest, ModelEntry, ModelFile

RECORD = ".verified.json"
Progress = Callable[[str, int, int], None]  # file name, bytes so far, bytes in all


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """One line of ``WeightStore.list``. ``size`` in bytes; ``present`` says nothing about integrity."""

    name: str
    kind: str
    present: bool
    size: int
    licence: str
    origin: str


class WeightStore:
    """One folder for each model below ``home``. Safe to use from several processes at once.

    Args:
        home: made when something is first put into it.
        manifest: the models that may be there; ours by default.
        hub: address of a hub for sources that name one, such as the setting GROUNDSTONE_HUB.
    """

    def __init__(self, home: Path, manifest: Manifest | None = None, hub: str | None = None) -> None:
        self.home, self.manifest, self.hub = home, manifest or Manifest.load(), hub

    def list(self) -> tuple[ModelStatus, ...]:
        return tuple(
            ModelStatus(entry.name, entry.kind, self._present(entry), entry.size, entry.licence, entry.origin)
            for entry in self.manifest.entries.values()
        )

    def pull(self, name: str, progress: Progress | None = None) -> Path:
        """Fetch the model unless it is there and sound; returns its folder.

        Raises WeightsMissing if no source has it, WeightsCorrupt if a source has something else than the
        manifest says. Until every file is verified, nothing of it can be seen by others.
        """
        entry = self.manifest[name]
        with self._lock(entry):
            if self._sound(entry):
                return self.home / name
            with self._staging(name) as staging:
                self._fetch(entry, staging, progress or _silent)
                self._publish(entry, staging)
        return self.home / name

    def verify(self, name: str) -> None:
        """Read and hash every file. Raises WeightsMissing or WeightsCorrupt, which names the file."""
        entry = self.manifest[name]
        for file in entry.files:
            self._verify_file(entry, file)
        _write_record(entry, self.home / name)

    def path(self, name: str) -> Path:
        """The model's folder, ready to load. Hashes only files that changed since they were last verified."""
        entry = self.manifest[name]
        record = _read_record(self.home / name)
        if any(file.name not in record or record[file.name] != _mark(self.home / name, file) for file in entry.files):
            self.verify(name)
        return self.home / name

    def bundle(self, names: Sequence[str], target: Path) -> None:
        """Write the models to one plain tar file, to be carried to a machine without a network."""
        entries = [self.manifest[name] for name in dict.fromkeys(names)]
        for entry in entries:
            self.verify(entry.name)
        partial = target.with_name(target.name + ".partial")
        try:
            with tarfile.open(partial, "w") as tar:
                for entry in entries:
                    _add(tar, entry, self.home)
            os.replace(partial, target)
        finally:
            partial.unlink(missing_ok=True)

    def load(self, bundle: Path) -> tuple[str, ...]:
        """Put the models of a bundle in place; returns their names.

        Raises InvalidInput for anything in it that the manifest does not know, WeightsCorrupt for a file with
        other content, WeightsMissing for a model that is not complete. Then none of it is kept.
        """
        with locked(self.home / ".load.lock"), self._staging("load") as folder:
            found = self._unpack(bundle, folder)
            for entry in found:
                with self._lock(entry):
                    self._publish(entry, folder / entry.name)
        return tuple(entry.name for entry in found)

    def _present(self, entry: ModelEntry) -> bool:
        return all((self.home / entry.name / file.name).is_file() for file in entry.files)

    def _sound(self, entry: ModelEntry) -> bool:
        try:
            self.verify(entry.name)
        except (WeightsMissing, WeightsCorrupt):
            return False
        return True

    def _verify_file(self, entry: ModelEntry, file: ModelFile) -> None:
        path = self.home / entry.name / file.name
        try:
            with path.open("rb") as stream:
                digest = hashlib.file_digest(stream, "sha256").hexdigest()
        except FileNotFoundError:
            raise WeightsMissing(
                f"{entry.name} is not on this machine ({file.name} is absent); "
                f"run: groundstone models pull {entry.name}"
            ) from None
        if digest != file.sha256:
            raise WeightsCorrupt(
                f"{path} is not the file that was published (its SHA-256 differs); "
                f"run: groundstone models pull {entry.name}"
            )

    def _lock(self, entry: ModelEntry) -> AbstractContextManager[None]:
        return locked(self.home / f".{entry.name}.lock")

    @contextmanager
    def _staging(self, name: str) -> Iterator[Path]:
        """An empty folder beside the models'; what an interrupted run left there before is removed."""
        staging = self.home / f".{name}.staging"
        shutil.rmtree(staging, ignore_errors=True)
        staging.mkdir(parents=True)
        try:
            yield staging
        finally:
            shutil.rmtree(staging, ignore_errors=True)

    def _fetch(self, entry: ModelEntry, staging: Path, progress: Progress) -> None:
        reasons: list[str] = []
        for source in entry.sources:
            try:
                with tempfile.TemporaryDirectory(dir=staging) as scratch:
                    opened = opener(source, Path(scratch), self.hub)
                    for file in entry.files:
                        with opened(file) as pieces:
                            _keep(pieces, file, staging / file.name, progress)
                return
            except SourceError as error:
                reasons.append(f"{source.label}: {error}")
        raise WeightsMissing(
            f"{entry.name} could not be fetched; {'; '.join(reasons) or 'it has no source'}. On a machine "
            "without a network, run: groundstone models load BUNDLE"
        )

    def _publish(self, entry: ModelEntry, ready: Path) -> None:
        """Rename the finished folder into place; what was there before is removed afterwards."""
        _write_record(entry, ready)
        place, old = self.home / entry.name, self.home / f".{entry.name}.old"
        shutil.rmtree(old, ignore_errors=True)
        if place.exists():
            os.rename(place, old)
        os.rename(ready, place)
        shutil.rmtree(old, ignore_errors=True)

    def _unpack(self, bundle: Path, folder: Path) -> tuple[ModelEntry, ...]:
        try:
            with tarfile.open(bundle, "r:") as tar:
                names = {self._unpack_member(tar, member, folder) for member in tar}
        except (tarfile.TarError, OSError) as error:
            raise InvalidInput(f"{bundle} cannot be read as a bundle of models: {error}") from None
        found = tuple(entry for name, entry in self.manifest.entries.items() if name in names)
        for entry in found:
            _check_complete(entry, folder)
        return found

    def _unpack_member(self, tar: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> str:
        """Writes only what the manifest lists, under the manifest's own names; returns the model's name."""
        name, _, inner = member.name.partition("/")
        entry = self.manifest.entries.get(name)
        file = next((file for file in entry.files if file.name == inner), None) if entry else None
        stream = tar.extractfile(member) if member.isreg() else None
        if file is None or stream is None:
            raise InvalidInput(f"the bundle holds {member.name!r}, which is no file of a model in the manifest")
        with stream:
            _keep(iter(lambda: stream.read(PIECE), b""), file, folder / name / file.name, _silent)
        return name


def _keep(pieces: Iterable[bytes], file: ModelFile, target: Path, progress: Progress) -> None:
    """Write the pieces to ``target`` if they are what the manifest says; never more bytes than that."""
    target.parent.mkdir(parents=True, exist_ok=True)
    digest, done = hashlib.sha256(), 0
    with target.open("wb") as out:
        for piece in pieces:
            done += len(piece)
            if done > file.size:
                break
            digest.update(piece)
            out.write(piece)
            progress(file.name, done, file.size)
        out.flush()
        os.fsync(out.fileno())
    if done != file.size or digest.hexdigest() != file.sha256:
        target.unlink()
        raise WeightsCorrupt(f"{file.name} is not the file that the manifest describes; it was not kept")


def _check_complete(entry: ModelEntry, folder: Path) -> None:
    for file in entry.files:
        if not (folder / entry.name / file.name).is_file():
            raise WeightsMissing(f"the bundle lacks {file.name} of {entry.name}; make it again")


def _add(tar: tarfile.TarFile, entry: ModelEntry, home: Path) -> None:
    for file in entry.files:
        member = tarfile.TarInfo(f"{entry.name}/{file.name}")
        member.size, member.mode = file.size, 0o644
        with (home / entry.name / file.name).open("rb") as stream:
            tar.addfile(member, stream)


def _mark(folder: Path, file: ModelFile) -> list[int | str] | None:
    """What changes when a file is replaced: size, time of change; with the hash that it then had."""
    try:
        status = (folder / file.name).stat()
    except FileNotFoundError:
        return None
    return [file.sha256, status.st_size, status.st_mtime_ns, status.st_ino]


def _write_record(entry: ModelEntry, folder: Path) -> None:
    """Best kept beside the files; a folder that cannot be written to is hashed at each load instead."""
    record = json.dumps({file.name: _mark(folder, file) for file in entry.files})
    partial = folder / f"{RECORD}.{os.getpid()}.{threading.get_ident()}"
    if os.access(folder, os.W_OK):
        partial.write_text(record)
        os.replace(partial, folder / RECORD)


def _read_record(folder: Path) -> dict[str, list[int | str]]:
    try:
        record = json.loads((folder / RECORD).read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}


def _silent(_file: str, _done: int, _total: int) -> None:
    """Reports to nobody."""
