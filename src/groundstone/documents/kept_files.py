"""A kept document on disk: a folder of plain files that only the owner of the process may read.

``file`` is the document as it came, ``state.json`` what it is and how far reading it is, ``reading.json`` its words,
``answers.json`` what it was asked. Each file is replaced as a whole, so that a killed process leaves no half of one.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from groundstone.errors import NotFound, StoreError

ID = re.compile(r"[0-9a-f]{32}")
GONE = "gone-"  # how the name of a folder begins that is being removed
STATE, FILE, READING, ANSWERS = "state.json", "file", "reading.json", "answers.json"


class KeptFiles:
    """The folders of all kept documents, one for each below one for its tenant."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def make(self, tenant: str) -> Path:
        """A new, empty folder; it counts as a document once it holds a state."""
        home = self._home(tenant)
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder = home / secrets.token_hex(16)
        folder.mkdir(mode=0o700)
        return folder

    def find(self, tenant: str, id: str) -> Path:
        """Raises NotFound."""
        folder = self._home(tenant) / id
        if not ID.fullmatch(id) or not (folder / STATE).is_file():
            raise gone(id)
        return folder

    def of(self, tenant: str) -> list[Path]:
        """The folders of a tenant's documents."""
        return sorted(path.parent for path in self._home(tenant).glob(f"*/{STATE}") if ID.fullmatch(path.parent.name))

    def all(self) -> Iterator[Path]:
        """Every folder, also those that never got a state because the process was killed."""
        yield from (path for path in self.root.glob("*/*") if path.is_dir() and not path.is_symlink())

    def _home(self, tenant: str) -> Path:
        return self.root / hashlib.sha256(tenant.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def write(folder: Path, name: str, data: bytes) -> None:
    """Replace a file as a whole. Raises NotFound when the document was deleted meanwhile."""
    draft = folder / f".{name}.{secrets.token_hex(4)}"
    try:
        file = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(file, "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        draft.replace(folder / name)
    except FileNotFoundError:
        raise gone(folder.name) from None
    except OSError as error:
        with suppress(OSError):  # nothing of it stays on a full disk
            draft.unlink()
        raise StoreError(f"the document could not be kept: {error.strerror}") from None


def write_json(folder: Path, name: str, data: Any) -> None:
    write(folder, name, json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace"))


def read(folder: Path, name: str) -> bytes:
    """Raises NotFound when the document was deleted meanwhile."""
    try:
        return (folder / name).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        raise gone(folder.name) from None
    except OSError as error:
        raise StoreError(f"the kept document cannot be read: {error.strerror}") from None


def read_json(folder: Path, name: str) -> Any:
    try:
        return json.loads(read(folder, name))
    except ValueError:
        raise StoreError(f"{name} of the kept document {folder.name} is damaged; delete it and send it again") from None


def remove(folder: Path) -> None:
    """For good. It gets another name first, so that whoever still writes to it finds it gone."""
    doomed = folder if folder.name.startswith(GONE) else folder.with_name(GONE + folder.name)
    with suppress(FileNotFoundError):
        folder.replace(doomed)
    shutil.rmtree(doomed, ignore_errors=True)  # what is left of it is removed by the next purge


def gone(id: str) -> NotFound:
    return NotFound(f"no document {id[:40]!r}: it was deleted, its time is over, or it is not yours")
