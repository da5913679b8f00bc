"""Sources of documents: a folder, an S3 bucket or tables of records, listed lazily and read one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from groundstone.errors import SourceError
from groundstone.knowledge.spec import SourceSpec
from groundstone.schema import Schema

MAX_FILE_BYTES = 64 * 2**20
SIDE_SUFFIX = ".metadata.json"


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to index.

    ``fingerprint`` changes when the content changes (a SHA-256, an ETag). ``read`` returns a file's bytes
    or a record; ``side`` returns the bytes of the file's metadata file, if it has one. Both may raise
    UnreadableDocument or SourceError.
    """

    id: str
    name: str  # as people know it: a path, "movies.csv:17"
    fingerprint: str
    read: Callable[[], bytes | Mapping[str, Any]]
    side: Callable[[], bytes] | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """Something of the source that could not be used, and why.

    ``id`` is the document it would have been, when that is known; ``container`` the file whose rows it
    concerns when it is not. Both protect earlier versions of a document from being deleted.
    """

    name: str
    reason: str
    id: str | None = None
    container: str | None = None


class Source(Protocol):
    def items(self) -> Iterator[Item | Failure]:
        """Everything there is, in a stable order. Raises SourceError when the source cannot be listed."""
        ...

    def estimate(self) -> int | None:
        """About how many items there are, where that is cheap to know."""
        ...


def open_source(
    spec: SourceSpec, base: Path | None = None, *, schema: Schema | None = None, s3_endpoint: str = ""
) -> Source:
    """The source that ``spec`` describes.

    Args:
        base: folder that a relative ``spec.path`` starts from.
        schema: fields of the records; tells which columns are kept and which hold lists.
        s3_endpoint: address of an S3-compatible store; empty means the one of the AWS SDK.
    """
    if not spec.path:
        raise SourceError("the source has no path; set source.path to a folder, a file or s3://bucket/prefix")
    if spec.kind == "s3":
        from groundstone.knowledge.s3 import BucketSource

        return BucketSource(spec.path, s3_endpoint)
    path = _located(spec.path, base)
    if spec.kind == "records":
        from groundstone.knowledge.tables import TableSource

        return TableSource(path, spec.mapping, schema or Schema())
    from groundstone.knowledge.folder import FolderSource

    return FolderSource(path)


def bad_id(document_id: str) -> str | None:
    """Why this cannot be a document's id, or None if it can."""
    if not document_id.strip():
        return "the id is empty"
    if len(document_id) > 1024:
        return "the id is longer than 1,024 characters"
    if not document_id.isprintable():
        return "the id has characters that are not valid text"
    return None


def _located(path: str, base: Path | None) -> Path:
    located = (base or Path()) / Path(path).expanduser()
    if not located.exists():
        raise SourceError(f"the source {located} does not exist")
    return located
