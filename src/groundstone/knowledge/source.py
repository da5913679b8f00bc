"""Sources of documents: a folder, an S3 bucket or tables of records, listed lazily and read one by one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

from groundstone.errors import SourceError
from groundstone.knowledge.readers import DECKS, PICTURES
from groundstone.knowledge.spec import SourceSpec
from groundstone.schema import Schema

MAX_FILE_BYTES = 64 * 2**20
MAX_PICTURED_BYTES = 256 * 2**20  # of decks, pictures and PDFs, which are large for the pictures in them
_PICTURED = frozenset((*DECKS, *PICTURES, ".pdf"))
SIDE_SUFFIX = ".metadata.json"


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to index.

    ``fingerprint`` changes when the content changes (a SHA-256, an ETag). ``read`` returns a file's bytes
    or a record; ``side`` returns the bytes of the file's metadata file, if it has one. Both may raise
    UnreadableDocument or SourceError. ``parse_as`` is a file name whose ending says how bytes are read, where
    ``name`` does not; ``title`` is what the document is called, where its text does not say.
    """

    id: str
    name: str  # as people know it: a path, "movies.csv:17"
    fingerprint: str
    read: Callable[[], bytes | Mapping[str, Any]]
    side: Callable[[], bytes] | None = None
    parse_as: str = ""
    title: str = ""


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


def renamed(one: Item | Failure, *, id: str | None, name: str = "") -> Item | Failure:
    """The same under another id, and another name if one is given. An item always has an id."""
    if isinstance(one, Item):
        return replace(one, id=id or one.id, name=name or one.name)
    return replace(one, id=id, name=name or one.name)


class Source(Protocol):
    def items(self) -> Iterator[Item | Failure]:
        """Everything there is, in a stable order. Raises SourceError when the source cannot be listed."""
        ...

    def estimate(self) -> int | None:
        """About how many items there are, where that is cheap to know."""
        ...


def open_source(
    spec: SourceSpec,
    base: Path | None = None,
    *,
    schema: Schema | None = None,
    s3_endpoint: str = "",
    buckets: Path | None = None,
    only: Collection[str] | None = None,
) -> Source:
    """The source that ``spec`` describes.

    Args:
        base: folder that a relative ``spec.path`` starts from.
        schema: fields of the records; tells which columns are kept and which hold lists.
        s3_endpoint: address of an S3-compatible store; empty means the one of the AWS SDK.
        buckets: folder whose subfolders stand for buckets of their name; any other bucket is sought at S3.
        only: ids that are wanted; others may be there all the same.
    """
    if not spec.path:
        raise SourceError("the source has no path; set source.path to a folder, a file or s3://bucket/prefix")
    if spec.kind == "s3":
        return _bucket(spec, s3_endpoint, buckets)
    if spec.kind == "direct":
        from groundstone.knowledge.direct import DirectSource

        return DirectSource((base or Path()) / spec.path, only)
    path = _located(spec.path, base)
    if spec.kind == "records":
        from groundstone.knowledge.tables import TableSource

        return TableSource(path, spec.mapping, schema or Schema())
    from groundstone.knowledge.folder import FolderSource

    return FolderSource(path)


def _bucket(spec: SourceSpec, s3_endpoint: str, buckets: Path | None) -> Source:
    """A bucket's objects; a named source reads a table with a metadata file that says so row by row."""
    from groundstone.knowledge.bucket import BucketFolder, bucket_folder
    from groundstone.knowledge.s3 import BucketSource
    from groundstone.knowledge.tablefile import Unfolded

    folder = bucket_folder(spec.path, buckets)
    found = (
        BucketFolder(folder, spec.path, spec.prefixes)
        if folder
        else BucketSource(spec.path, s3_endpoint, spec.prefixes)
    )
    return Unfolded(found)


def lone_side(name: str, id: str) -> Failure:
    """A metadata file that describes nothing: no document, since nobody would want its braces quoted."""
    of = name.removesuffix(SIDE_SUFFIX).rpartition("/")[2]
    return Failure(name, f"describes {of!r}, which is not there; delete it, or bring the file back", id=id)


def most_bytes(name: str) -> int:
    """How large a file of this name may be."""
    return MAX_PICTURED_BYTES if PurePosixPath(name).suffix.lower() in _PICTURED else MAX_FILE_BYTES


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
