"""Reads tar archives entry by entry, with bounded memory.

The format is that of POSIX.1-1988 (ustar) with the two ways to write long names: pax headers and GNU's. It is read here
rather than by the standard library's module, which takes headers of any size into memory.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from groundstone.errors import UnreadableDocument

BLOCK = 512
LONGEST_HEADER = 64 * 2**10  # bytes of a pax header or a long name
MOST_HEADERS = 10_000
MOST_FILLING = 2**20  # bytes behind the end of an archive
GZIP = b"\x1f\x8b"
_FILE, _FOLDER, _PAX, _PAX_GLOBAL, _LONG_NAME, _LONG_LINK = b"0", b"5", b"x", b"g", b"L", b"K"
KINDS = {
    b"1": "a hard link", b"2": "a symbolic link", b"3": "a device", b"4": "a device", b"6": "a pipe",
    b"S": "a sparse file",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """A file or folder of an archive; ``kind`` is "file", "folder", or in words what else it is."""

    name: str
    kind: str
    size: int


class Archive:
    """Entries in their order; ``read`` gives the bytes of the latest one, which are skipped when nobody reads them.

    Raises UnreadableDocument where the archive is damaged or ends too early.
    """

    def __init__(self, file: BinaryIO) -> None:
        start = file.read(2)
        file.seek(0)
        self._stream: BinaryIO = gzip.GzipFile(fileobj=file) if start == GZIP else file  # type: ignore[assignment]
        self._left = self._padding = self._headers = 0

    def __iter__(self) -> Iterator[Entry]:
        name, size = "", None
        while (head := self._header()) is not None:
            kind, length = head[156:157], _number(head[124:136])
            if kind in (_PAX, _PAX_GLOBAL, _LONG_NAME, _LONG_LINK):
                more = self._extra(length)
                name, size = _extended(kind, more, name, size)
                continue
            entry = Entry(name or _name(head), _kind(kind), length if size is None else size)
            self._left = entry.size if entry.kind == "file" else 0  # others state sizes at times, but hold nothing
            self._padding = -self._left % BLOCK
            yield entry
            name, size = "", None
            self._skip()
        self._drain()

    def read(self, most: int) -> bytes:
        """Up to so many of the next bytes of the latest entry; nothing at its end."""
        part = self._exactly(min(most, self._left))
        self._left -= len(part)
        return part

    def _header(self) -> bytes | None:
        head = self._exactly(BLOCK)
        self._headers += 1
        if self._headers > MOST_HEADERS:
            raise UnreadableDocument(f"the archive has more than {MOST_HEADERS} entries; pack the model alone")
        if head.count(0) == BLOCK:
            return None
        told = _number(head[148:156])
        if told != sum(head[:148]) + sum(head[156:]) + 8 * 32:
            raise UnreadableDocument("the archive is no tar file, or it is damaged: a header has a wrong checksum")
        return head

    def _extra(self, length: int) -> bytes:
        if length > LONGEST_HEADER:
            raise UnreadableDocument(f"the archive has a header of {length} bytes; {LONGEST_HEADER} are the most")
        return self._exactly(length + -length % BLOCK)[:length]

    def _skip(self) -> None:
        while self._left:
            self.read(2**16)
        self._exactly(self._padding)

    def _drain(self) -> None:
        """Read the filling behind the end, so that a checksum at the end of the compressed file is compared."""
        for _ in range(MOST_FILLING // 2**16):
            if not self._part(2**16):
                return
        raise UnreadableDocument("the archive goes on behind its end; pack the model alone")

    def _part(self, size: int) -> bytes:
        try:
            return self._stream.read(size)
        except (OSError, EOFError, zlib.error) as error:
            raise UnreadableDocument(f"the archive is damaged or cut off ({error}); pack and upload it again") from None

    def _exactly(self, size: int) -> bytes:
        parts: list[bytes] = []
        missing = size
        while missing and (part := self._part(missing)):
            parts.append(part)
            missing -= len(part)
        if missing:
            raise UnreadableDocument("the archive ends too early; pack and upload it again")
        return b"".join(parts)


def _name(head: bytes) -> str:
    own, prefix = _text(head[:100]), _text(head[345:500]) if head[257:263] == b"ustar\0" else ""
    return f"{prefix}/{own}" if prefix else own


def _kind(flag: bytes) -> str:
    if flag in (_FILE, b"\0", b"7"):
        return "file"
    return "folder" if flag == _FOLDER else KINDS.get(flag, "an entry of an unknown kind")


def _extended(kind: bytes, data: bytes, name: str, size: int | None) -> tuple[str, int | None]:
    """Name and size that a header before the entry states instead."""
    if kind == _LONG_NAME:
        return _text(data), size
    if kind != _PAX:  # of all entries, or the name of a link's target: neither matters here
        return name, size
    while data:
        key, value, data = _record(data)
        name = _text(value) if key == b"path" else name
        if key == b"size":
            if not re.fullmatch(rb"[0-9]{1,18}", value):
                raise UnreadableDocument("the archive is damaged: a pax header states no size")
            size = int(value)
        if key.startswith(b"GNU.sparse"):
            raise UnreadableDocument("the archive holds a sparse file; pack it again without --sparse")
    return name, size


def _record(data: bytes) -> tuple[bytes, bytes, bytes]:
    """``"LENGTH KEY=VALUE\\n"`` at the beginning, and what follows it."""
    found = re.match(rb"([0-9]{1,6}) ", data)
    length = int(found[1]) if found else 0
    if found is None or not found.end() < length <= len(data):
        raise UnreadableDocument("the archive is damaged: a pax header cannot be read")
    key, _, value = data[found.end() : length - 1].partition(b"=")
    return key, value, data[length:]


def _number(field: bytes) -> int:
    """Octal digits, or base 256 when the first bit is set (sizes from 8 GB on)."""
    if field[0] & 0x80:
        return int.from_bytes(bytes([field[0] & 0x7F]) + field[1:], "big")
    digits = field.split(b"\0")[0].strip()
    if not re.fullmatch(rb"[0-7]*", digits):
        raise UnreadableDocument(
            "the archive is no tar file, or it is damaged: a header has no number where one belongs"
        )
    return int(digits or b"0", 8)


def _text(field: bytes) -> str:
    try:
        return field.split(b"\0")[0].decode("utf-8")
    except UnicodeDecodeError:
        raise UnreadableDocument(
            "the archive has a name that is not UTF-8; rename the file and pack it again"
        ) from None
