"""An HTTP/1.1 reply taken apart as its bytes come, each piece with its time; what pieces mean is read afterwards.

Only the framing is looked at while the clock runs (RFC 9112, sections 6 and 7), which keeps a process quick enough for
tens of thousands of chunks a second.
"""

from __future__ import annotations

from dataclasses import dataclass, field

MOST_HEAD = 64 * 2**10  # bytes of status line and headers
MOST_BODY = 256 * 2**20


class BadReply(ValueError):
    """The bytes are no reply of HTTP/1.1; says why."""


@dataclass(slots=True)
class Reply:
    """``pieces``: (seconds of the clock, bytes) of the body in the order of arrival. ``ended``: it came to its end."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    pieces: list[tuple[float, bytes]] = field(default_factory=list)
    head_at: float = 0.0
    ended: bool = False
    keeps_alive: bool = True

    _head: bytes = b""
    _left: int = -1  # bytes of a body of known length; -1: until the connection ends, -2: in chunks
    _part: bytes = b""  # of a chunk that has not come whole
    _size: int = 0

    @property
    def is_untouched(self) -> bool:
        """Not a byte has come."""
        return not self.head_at and not self._head and not self.status

    @property
    def body(self) -> bytes:
        return b"".join(data for _, data in self.pieces)

    def feed(self, data: bytes, now: float) -> bool:
        """Take bytes in. True once the reply has ended. Raises BadReply."""
        if not self.head_at:
            self._head += data
            cut = self._head.find(b"\r\n\r\n")
            if cut < 0:
                if len(self._head) > MOST_HEAD:
                    raise BadReply("its headers do not end")
                return False
            head, data, self._head = self._head[:cut], self._head[cut + 4 :], b""
            self._read_head(head)
            if 100 <= self.status < 200:  # an interim reply; the real one follows
                self.status = 0
                return self.feed(data, now) if data else False
            self.head_at = now
        return self._body(data, now)

    def closed(self) -> bool:
        """The connection ended. True if the reply is whole all the same."""
        if self.head_at and self._left == -1:
            self.ended = True
        return self.ended

    def _read_head(self, head: bytes) -> None:
        lines = head.decode("latin-1").split("\r\n")
        version, _, rest = lines[0].partition(" ")
        if not version.startswith("HTTP/1.") or not rest[:3].isdecimal():
            raise BadReply(f"it begins with {lines[0][:60]!r}")
        self.status = int(rest[:3])
        self.headers = {
            name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])
        }
        self.keeps_alive = self.headers.get("connection", "").lower() != "close" and version != "HTTP/1.0"
        if "chunked" in self.headers.get("transfer-encoding", "").lower():
            self._left = -2
        elif self.status in (204, 304):
            self._left = 0
        elif (length := self.headers.get("content-length")) is not None:
            if not length.isdecimal() or int(length) > MOST_BODY:
                raise BadReply(f"its length is {length[:20]!r}")
            self._left = int(length)
        else:
            self.keeps_alive = False

    def _body(self, data: bytes, now: float) -> bool:
        if self._left == -2:
            self._chunks(data, now)
        elif self._left == -1:
            if data:
                self.pieces.append((now, data))
        else:
            if data:
                self.pieces.append((now, data[: self._left]))
            self._left -= len(data)
            if self._left < 0:
                raise BadReply("more bytes came than it announced")
            self.ended = self._left == 0
        return self.ended

    def _chunks(self, data: bytes, now: float) -> None:
        """Whole chunks of what has come; the rest waits for more."""
        data, at = self._part + data, 0
        while True:
            line = data.find(b"\r\n", at)
            if line < 0:
                break
            size = _size(data[at:line])
            if size == 0:  # the last one; an empty line ends what may follow it
                self.ended = data.find(b"\r\n\r\n", line) >= 0
                break
            end = line + 2 + size
            if len(data) < end + 2:
                break
            if data[end : end + 2] != b"\r\n":
                raise BadReply("a chunk is longer than it says")
            self.pieces.append((now, data[line + 2 : end]))
            at = end + 2
        self._part = b"" if self.ended else data[at:]
        if len(self._part) > MOST_BODY:
            raise BadReply("a chunk does not end")


def _size(line: bytes) -> int:
    text = line.partition(b";")[0].strip()
    if not text or len(text) > 8 or any(byte not in b"0123456789abcdefABCDEF" for byte in text):
        raise BadReply(f"a chunk's size is {line[:20]!r}")
    return int(text, 16)
