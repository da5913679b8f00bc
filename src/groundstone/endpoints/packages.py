"""Packages of models on disk: each under the hash of its bytes, for one tenant, unpacked, with a manifest."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from groundstone.endpoints import contents
from groundstone.endpoints.base import Content
from groundstone.endpoints.unpack import Sizes, unpack
from groundstone.errors import DocumentTooLarge, InvalidInput, NotFound, WeightsCorrupt
from groundstone.identity import Principal

FORM = 1
MANIFEST, FILES = "manifest.json", "files"
MOST_BYTES = 2**30  # of a package as it arrives


@dataclass(frozen=True, slots=True)
class Package:
    """An unpacked package. ``files``: SHA-256 by name; ``root``: folder of the model in it; ``file``: its ONNX file."""

    sha256: str
    size: int
    kind: str
    folder: Path
    files: Mapping[str, str]
    root: str = ""
    file: str = ""
    model: str = ""
    notes: tuple[str, ...] = ()

    @property
    def content(self) -> Content:
        return Content(self.kind, self.sha256, self.model)

    @property
    def inside(self) -> Path:
        """The folder that a runner is given."""
        return self.folder / FILES / self.root


class Packages:
    """The packages of an installation. Safe to share between threads and processes.

    Args:
        kinds: of the runners that exist.
    """

    def __init__(self, root: Path, kinds: Iterable[str], sizes: Sizes | None = None) -> None:
        self.root, self._kinds, self._sizes = root, tuple(kinds), sizes or Sizes()

    def add(self, caller: Principal, data: bytes) -> Package:
        """Unpack and keep a package; the one that is there when the same bytes came before.

        Raises UnreadableDocument, UnsupportedDocument, InvalidInput, DocumentTooLarge.
        """
        if not data:
            raise InvalidInput("the package is empty; it needs a model, see docs/endpoints.md")
        if len(data) > MOST_BYTES:
            raise DocumentTooLarge(f"the package has {len(data) >> 20} MB; {MOST_BYTES >> 20} MB are the most")
        sha256 = hashlib.sha256(data).hexdigest()
        home = self._home(caller)
        if not (home / sha256 / MANIFEST).is_file():
            self._unpacked(home, sha256, data)
        return self.get(caller, sha256)

    def get(self, caller: Principal, sha256: str) -> Package:
        """Raises NotFound, and WeightsCorrupt for a manifest that cannot be read."""
        folder = self._home(caller) / sha256
        try:
            entries = json.loads((folder / MANIFEST).read_text("utf-8"))
            if entries.pop("form") != FORM:
                raise ValueError("it was written by another version")
            return Package(folder=folder, **{**entries, "notes": tuple(entries["notes"])})
        except FileNotFoundError:
            raise NotFound(f"no package {sha256[:16]!r} is here; create the model again") from None
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise WeightsCorrupt(f"the manifest in {folder} is damaged ({error}); create the model again") from None

    def verified(self, caller: Principal, sha256: str) -> Package:
        """The package, once every file was compared with its hash. Raises NotFound, WeightsCorrupt."""
        package = self.get(caller, sha256)
        for name, wanted in package.files.items():
            path = package.folder / FILES / name
            if not path.is_file() or _sha256(path) != wanted:
                raise WeightsCorrupt(f"{path} is not the file that was registered; create the model again")
        return package

    def keep_only(self, caller: Principal, wanted: set[str]) -> None:
        """Remove the packages of the caller's tenant that nothing needs any more. Call it within ``locked``."""
        home = self._home(caller)
        for folder in home.iterdir() if home.is_dir() else ():
            if folder.is_dir() and folder.name not in wanted:
                gone = home / f".{folder.name}.gone"
                if not folder.name.startswith("."):
                    os.rename(folder, gone)
                    shutil.rmtree(gone, ignore_errors=True)

    @contextmanager
    def locked(self, caller: Principal) -> Iterator[None]:
        """Only one at a time, of all processes, adds or removes packages of a tenant."""
        home = self._home(caller)
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (home / ".lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _home(self, caller: Principal) -> Path:
        return self.root / hashlib.sha256(caller.tenant.encode()).hexdigest()[:32] / "packages"

    def _unpacked(self, home: Path, sha256: str, data: bytes) -> None:
        """Into a folder beside, which takes its place whole."""
        staging = home / f".{sha256}.staging"
        shutil.rmtree(staging, ignore_errors=True)
        (staging / FILES).mkdir(parents=True, mode=0o700)
        try:
            files = unpack(BytesIO(data), staging / FILES, self._sizes)
            found = contents.examined(staging / FILES, files, self._kinds)
            entries = {"form": FORM, "sha256": sha256, "size": len(data), "kind": found.kind, "files": files}
            entries |= {"root": found.root, "file": found.file, "model": found.model, "notes": list(found.notes)}
            _write(staging / MANIFEST, entries)
            shutil.rmtree(home / sha256, ignore_errors=True)  # what a crash may have left, without a manifest
            os.rename(staging, home / sha256)
        finally:
            shutil.rmtree(staging, ignore_errors=True)


def _write(path: Path, entries: Mapping[str, Any]) -> None:
    with path.open("w", encoding="utf-8") as file:
        json.dump(entries, file, indent=1, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
