"""A folder that stands for a bucket of S3, so that code written for buckets runs without any server of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from groundstone.errors import SourceError
from groundstone.knowledge.folder import FolderSource, read_limited
from groundstone.knowledge.source import MAX_FILE_BYTES, Failure, Item, renamed

_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")


def bucket_address(address: str) -> tuple[str, str]:
    """Bucket and prefix of ``s3://bucket/prefix``; the prefix is empty or ends in a slash. Raises SourceError."""
    scheme, _, rest = address.partition("://")
    bucket, _, prefix = rest.partition("/")
    if scheme != "s3" or not bucket:
        raise SourceError(f"{address!r} is no address of a bucket; write s3://bucket/prefix")
    return bucket, prefix if not prefix or prefix.endswith("/") else prefix + "/"


def bucket_folder(address: str, buckets: Path | None) -> Path | None:
    """The folder below ``buckets`` that stands for the bucket; None when there is none."""
    bucket = bucket_address(address)[0]
    if buckets is None or not _BUCKET.fullmatch(bucket) or ".." in bucket:
        return None
    folder = buckets / bucket
    return folder if folder.is_dir() else None


class BucketFolder:
    """The files of a folder as the objects of a bucket: ids are keys, names are ``s3://bucket/key``."""

    def __init__(self, folder: Path, address: str, prefixes: tuple[str, ...] = ()) -> None:
        self.bucket, self.prefix = bucket_address(address)
        self.prefixes = tuple(self.prefix + prefix for prefix in prefixes or ("",))
        self._files = FolderSource(folder)

    def estimate(self) -> int | None:
        return self._files.estimate()

    def items(self) -> Iterator[Item | Failure]:
        for one in self._files.items():
            key = one.name
            if key.startswith(self.prefixes):
                name, wanted = f"s3://{self.bucket}/{key}", key.removeprefix(self.prefix)
                yield renamed(one, id=wanted if one.id is not None else None, name=name)


def read_object(uri: str, buckets: Path | None, fetch: Callable[[str], bytes], most: int = MAX_FILE_BYTES) -> bytes:
    """The bytes of one object ``s3://bucket/key``: from its folder, if that has ``most`` at most, else by ``fetch``.

    Raises SourceError, UnreadableDocument for one that is too large.
    """
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    folder = bucket_folder(uri, buckets)
    if folder is None:
        return fetch(uri)
    path = folder / key
    if not path.resolve().is_relative_to(folder.resolve()) or not path.is_file():
        raise SourceError(f"there is no object {key!r} in the bucket {bucket}")
    return read_limited(path, most)
