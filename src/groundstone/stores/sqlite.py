"""The default store: a SQLite database and a file of vectors for each collection."""

from __future__ import annotations

import hashlib
import re
import shutil
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock

from sqlalchemy import insert

from groundstone.errors import Conflict, InvalidInput, NotFound
from groundstone.identity import Principal
from groundstone.stores import _records
from groundstone.stores._sqlite.collection import SqliteCollection
from groundstone.stores._sqlite.database import FILE, Database
from groundstone.stores._sqlite.index import VectorIndex
from groundstone.stores._sqlite.lock import FileLock
from groundstone.stores._sqlite.tables import FORMAT, metadata, state
from groundstone.stores.base import Settings

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


class SqliteStore:
    """Collections under ``root``, each in ``<root>/<tenant>/<name>/``. Safe to use from several threads."""

    def __init__(self, root: Path, index: VectorIndex | None = None) -> None:
        self._root = root
        self._index = index
        self._collections: dict[Path, SqliteCollection] = {}  # shared, with what they keep in memory
        self._lock = Lock()

    def create(self, principal: Principal, name: str, settings: Settings) -> SqliteCollection:
        folder = self._folder(principal, name)
        if folder is None:
            raise InvalidInput(f"{name!r} is no name for a collection: use a-z, 0-9 and -, at most 63 characters")
        if settings.dimensions < 1:
            raise InvalidInput(f"a collection's vectors need at least one dimension, got {settings.dimensions}")
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / "lock", f"the collection {name!r}")
        try:
            if (folder / FILE).exists():
                raise Conflict(f"the collection {name!r} exists already")
            _lay_out(folder, principal.tenant, name, settings)
        finally:
            lock.release()
        return self.open(principal, name)

    def open(self, principal: Principal, name: str) -> SqliteCollection:
        folder = self._folder(principal, name)
        if folder is None or not (folder / FILE).is_file():
            raise NotFound(f"there is no knowledge base {name!r}")
        with self._lock:
            known = self._collections.get(folder)
            if known is None or not known.is_current():
                known = self._collections[folder] = SqliteCollection(folder, principal.tenant, self._index)
            return known

    def names(self, principal: Principal) -> list[str]:
        tenant = self._root / _folder_name(principal.tenant)
        return sorted(path.parent.name for path in tenant.glob(f"*/{FILE}") if _NAME.fullmatch(path.parent.name))

    def drop(self, principal: Principal, name: str) -> None:
        folder = self._folder(principal, name)
        if folder is None or not (folder / FILE).is_file():
            raise NotFound(f"there is no knowledge base {name!r}")
        lock = FileLock(folder / "lock", f"the collection {name!r}")
        try:
            with self._lock:
                if known := self._collections.pop(folder, None):
                    known.close()
            # The database goes first: without it the collection does not exist, whatever else is left.
            (folder / FILE).unlink()
            shutil.rmtree(folder)
        finally:
            lock.release()

    def close(self) -> None:
        with self._lock:
            for collection in self._collections.values():
                collection.close()
            self._collections.clear()

    def _folder(self, principal: Principal, name: str) -> Path | None:
        return self._root / _folder_name(principal.tenant) / name if _NAME.fullmatch(name) else None


def _folder_name(tenant: str) -> str:
    """A folder for the tenant; plain names stay legible, all others become a digest."""
    if _NAME.fullmatch(tenant):
        return tenant
    return "=" + hashlib.sha256(tenant.encode("utf-8", "surrogatepass")).hexdigest()


def _lay_out(folder: Path, tenant: str, name: str, settings: Settings) -> None:
    """Make the database under another name and move it into place: it is there whole or not at all."""
    for left_over in folder.glob(f"{FILE}.new*"):
        left_over.unlink()
    path = folder / f"{FILE}.new"
    path.touch()
    new = Database(folder, path.name)
    with new.write() as connection:
        metadata.create_all(connection)
        row = {
            "id": 1,
            "format": FORMAT,
            "tenant": tenant,
            "name": name,
            "head": 0,
            "slots": 0,
            "published": 0,
        }
        texts = {"settings": _records.settings_to_json(settings), "created": datetime.now(UTC).isoformat()}
        connection.execute(insert(state).values(**row, **texts, epoch=1))
    new.close()
    path.rename(folder / FILE)
