"""The file that a document came from, as its source has it now."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from groundstone.errors import NotFound, SourceError
from groundstone.knowledge.bucket import read_object
from groundstone.knowledge.direct import DirectSource
from groundstone.knowledge.folder import FolderSource
from groundstone.knowledge.source import most_bytes
from groundstone.knowledge.spec import KnowledgeSpec
from groundstone.records import Document


def original(
    spec: KnowledgeSpec, document: Document, base: Path | None, buckets: Path | None, fetch: Callable[[str], bytes]
) -> bytes:
    """Its bytes; ``base``, ``buckets`` and ``fetch`` as sources are opened with.

    Raises NotFound when the source no longer has it, or never had a file of its own for it.
    """
    source = spec.source_named(spec.source_of(document.id))
    within = document.id.removeprefix(source.prefix)
    try:
        if source.kind == "folder":
            return FolderSource((base or Path()) / Path(source.path).expanduser()).content(within)
        if source.kind == "direct":
            return DirectSource((base or Path()) / source.path).content(within)
        if source.kind == "s3":
            return read_object(document.source, buckets, fetch, most_bytes(document.source))
    except SourceError as error:
        raise NotFound(f"the file of {document.title!r} is not there: {error}") from None
    raise NotFound(f"{document.title!r} has no file of its own; it is a record of a table")
