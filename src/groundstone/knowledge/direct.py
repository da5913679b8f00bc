"""Documents that are handed over one by one, kept in a folder, as a source."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from groundstone.errors import InvalidInput, SourceError, UnreadableDocument
from groundstone.knowledge.readers import DECKS, PICTURES
from groundstone.knowledge.source import Failure, Item, bad_id, most_bytes

# Media type -> name ending, of what can be read.
ENDINGS = {
    "text/plain": ".txt",
    "text/markdown": ".md",
    "text/html": ".html",
    "text/csv": ".csv",
    "application/json": ".json",
    "application/pdf": ".pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    **{media_type: ending for ending, media_type in reversed([*DECKS.items(), *PICTURES.items()])},
}


@dataclass(frozen=True, slots=True)
class Direct:
    """One such document.

    Args:
        parse_as: a file name whose ending says what ``data`` is.
        attributes: fields, in the form of ``metadataAttributes`` of a metadata file.
        readers: who may read it; empty for everybody of the tenant.
    """

    id: str
    data: bytes
    parse_as: str = "text.txt"
    attributes: Mapping[str, Any] | None = None
    readers: tuple[str, ...] = ()


def ending(media_type: str) -> str:
    """A file name's ending for a media type. Raises InvalidInput for one that cannot be read."""
    plain = media_type.partition(";")[0].strip().lower()
    if plain not in ENDINGS:
        raise InvalidInput(f"documents of type {media_type!r} cannot be read; those that can: {', '.join(ENDINGS)}")
    return ENDINGS[plain]


class DirectSource:
    """The documents kept below ``folder``, one file each: a line of JSON, then the bytes.

    Args:
        only: ids; nothing else is looked at.
    """

    def __init__(self, folder: Path, only: Collection[str] | None = None) -> None:
        self.folder, self.only = folder, only

    def estimate(self) -> int | None:
        return len(self._files())

    def items(self) -> Iterator[Item | Failure]:
        for path in self._files():
            yield self._item(path)

    def put(self, document: Direct) -> None:
        """Keep a document, durably; one of the same id is replaced. Raises InvalidInput."""
        if reason := bad_id(document.id):
            raise InvalidInput(reason)
        if len(document.data) > (most := most_bytes(document.parse_as)):
            raise InvalidInput(f"the document is larger than {most // 2**20} MB; split it")
        head: dict[str, Any] = {"id": document.id, "parse_as": document.parse_as}
        if document.attributes is not None or document.readers:
            side: dict[str, Any] = {"metadataAttributes": dict(document.attributes or {})}
            head["side"] = side | ({"readers": list(document.readers)} if document.readers else {})
        _write(self._path(document.id), json.dumps(head).encode() + b"\n" + document.data)

    def delete(self, document_id: str) -> bool:
        """Whether there was such a document."""
        path = self._path(document_id)
        there = path.exists()
        path.unlink(missing_ok=True)
        return there

    def content(self, document_id: str) -> bytes:
        """The bytes that were handed over. Raises SourceError when there are none."""
        path = self._path(document_id)
        if not path.is_file():
            raise SourceError(f"no document {document_id!r} is kept")
        return _content(path)

    def _path(self, document_id: str) -> Path:
        mark = hashlib.sha256(document_id.encode()).hexdigest()
        return self.folder / mark[:2] / f"{mark}.doc"

    def _files(self) -> list[Path]:
        if not self.folder.is_dir():  # an empty source would mean that all its documents are to be deleted
            raise SourceError(f"the folder {self.folder} of documents that were handed over does not exist")
        if self.only is not None:
            return [path for path in map(self._path, sorted(self.only)) if path.is_file()]
        return sorted(self.folder.glob("*/*.doc"))

    def _item(self, path: Path) -> Item | Failure:
        try:
            data = path.read_bytes()
            line, _, _ = data.partition(b"\n")
            head = json.loads(line)
            side = json.dumps(head["side"]).encode() if "side" in head else None
        except OSError as error:
            raise SourceError(f"cannot read {path}: {error.strerror}") from None
        except (ValueError, KeyError, TypeError):
            return Failure(str(path), "is damaged; hand the document over again")
        return Item(
            head["id"],
            head["id"],
            hashlib.sha256(data).hexdigest(),
            read=partial(_content, path),
            side=partial(_given, side) if side else None,
            parse_as=head["parse_as"],
            title=head["id"],
        )


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes().partition(b"\n")[2]
    except OSError as error:
        raise UnreadableDocument(f"cannot be read: {error.strerror}") from None


def _given(data: bytes) -> bytes:
    return data


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    file, name = tempfile.mkstemp(dir=path.parent, suffix=".new")
    with os.fdopen(file, "wb") as writing:
        writing.write(data)
        writing.flush()
        os.fsync(writing.fileno())
    os.replace(name, path)
