"""Server-sent events: bytes as they arrive, in pieces of any size, to the data of one event after another."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from groundstone.errors import EngineUnavailable

LINE_LIMIT = 1 << 20  # bytes
_LINE_END = re.compile(rb"\r\n|\n|\r")


def events(pieces: Iterable[bytes]) -> Iterator[str]:
    """The data of each event; "" for a comment, which servers send to keep the connection alive.

    An event that is not finished by an empty line is given too, since some servers leave out the last one.
    Raises EngineUnavailable for a line without end or bytes that are not UTF-8.
    """
    data: list[str] = []
    for line in _lines(pieces):
        if line.startswith("data:"):
            data.append(line[5:].removeprefix(" "))
        elif line.startswith(":"):
            yield ""
        elif not line and data:
            yield "\n".join(data)
            data.clear()
    if data:
        yield "\n".join(data)


def _lines(pieces: Iterable[bytes]) -> Iterator[str]:
    rest = b""
    for piece in pieces:
        rest += piece
        # A carriage return at the very end may be half of a line end: wait for what follows.
        held = b"\r" if rest.endswith(b"\r") else b""
        if b"\r" in rest:
            *lines, rest = _LINE_END.split(rest.removesuffix(held))
            rest += held
        else:  # nearly always, and several times as fast
            *lines, rest = rest.split(b"\n")
        yield from map(_decoded, lines)
        if len(rest) > LINE_LIMIT:
            raise EngineUnavailable(f"the engine sent a line of more than {LINE_LIMIT} bytes")
    if rest:
        yield _decoded(rest.removesuffix(b"\r"))


def _decoded(line: bytes) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError:
        raise EngineUnavailable("the engine sent bytes that are not UTF-8") from None
