"""The segments of a JPEG file: tables, frame and marks of the programs that wrote it. Reads bytes, decodes nothing.

After ITU-T T.81 (the JPEG standard), Annex B. Whatever does not fit the standard ends the reading; what came before is
kept, so that damaged files can still be described.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Table = NDArray[np.int32]  # 8 x 8 steps, row by row as frequencies grow

MAX_SEGMENTS = 2000
_ALONE = {0x01, *range(0xD0, 0xD9)}  # markers without a body
_FRAMES = {0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF}
_PROGRESSIVE = {0xC2, 0xC6, 0xCA, 0xCE}


@dataclass(frozen=True, slots=True)
class Component:
    """A channel: how finely it is sampled across and down, and the number of its table."""

    across: int
    down: int
    table: int


@dataclass(slots=True)
class JpegFile:
    """``applications``: number and content of the APPn segments in order. ``after``: bytes behind the last end mark."""

    tables: dict[int, Table] = field(default_factory=dict)
    components: list[Component] = field(default_factory=list)
    progressive: bool = False
    applications: list[tuple[int, bytes]] = field(default_factory=list)
    comments: list[bytes] = field(default_factory=list)
    after: int = 0

    def pair(self) -> tuple[Table, Table] | None:
        """The tables of brightness and of colour (the first again for a grey picture); None where one is missing."""
        numbers = [one.table for one in self.components] or sorted(self.tables)
        if not numbers or numbers[0] not in self.tables:
            return None
        second = numbers[1] if len(numbers) > 1 else numbers[0]
        return self.tables[numbers[0]], self.tables.get(second, self.tables[numbers[0]])

    def subsampling(self) -> str:
        """How colour is sampled: "4:4:4", "4:2:2", "4:2:0", "4:4:0", "4:1:1", "grey", or across x down of each."""
        if len(self.components) == 1:
            return "grey"
        shape = [(one.across, one.down) for one in self.components[:3]]
        named = {(1, 1): "4:4:4", (2, 1): "4:2:2", (2, 2): "4:2:0", (1, 2): "4:4:0", (4, 1): "4:1:1"}
        if shape[1:] == [(1, 1), (1, 1)] and shape[0] in named:
            return named[shape[0]]
        return " ".join(f"{across}x{down}" for across, down in shape)


def read(data: bytes) -> JpegFile:
    """What stands before the first scan of a JPEG. Of other bytes, an empty description."""
    found, place = JpegFile(), 2
    for _ in range(MAX_SEGMENTS if data[:2] == b"\xff\xd8" else 0):
        place = _skip_fill(data, place)
        if place + 4 > len(data) or data[place] != 0xFF:
            break
        marker = data[place + 1]
        if marker in _ALONE:
            place += 2
            continue
        if marker in (0xD9, 0xDA):
            break
        size = int.from_bytes(data[place + 2 : place + 4], "big")
        _segment(found, marker, data[place + 4 : place + 2 + size])
        place += 2 + max(size, 2)
    end = data.rfind(b"\xff\xd9")
    found.after = len(data) - end - 2 if end >= 0 else 0
    return found


def tables_of(data: bytes) -> dict[int, Table]:
    """The tables that any run of segments defines, such as those that a TIFF keeps once for all its strips."""
    return read(data).tables


def _skip_fill(data: bytes, place: int) -> int:
    while data[place : place + 2] == b"\xff\xff":
        place += 1
    return place


def _segment(found: JpegFile, marker: int, body: bytes) -> None:
    if marker == 0xDB:
        found.tables |= _tables(body)
    elif marker in _FRAMES:
        found.progressive = marker in _PROGRESSIVE
        found.components = [
            Component(body[at + 1] >> 4, body[at + 1] & 15, body[at + 2]) for at in range(6, len(body) - 2, 3)
        ]
    elif 0xE0 <= marker <= 0xEF:
        found.applications.append((marker - 0xE0, body))
    elif marker == 0xFE:
        found.comments.append(body)


def _tables(body: bytes) -> dict[int, Table]:
    found, place = {}, 0
    while place < len(body):
        wide, number = body[place] >> 4, body[place] & 15
        size = 128 if wide else 64
        steps = body[place + 1 : place + 1 + size]
        if len(steps) < size:
            break
        values = np.frombuffer(steps, ">u2" if wide else np.uint8).astype(np.int32)
        table = np.zeros(64, np.int32)
        table[_zigzag()] = values
        found[number] = table.reshape(8, 8)
        place += 1 + size
    return found


def _zigzag() -> NDArray[np.int64]:
    """Places of the 64 steps in the order of the file: diagonal by diagonal, up and down in turn."""
    order = sorted(
        ((row, column) for row in range(8) for column in range(8)),
        key=lambda place: (sum(place), place[0] if sum(place) % 2 else place[1]),
    )
    return np.array([row * 8 + column for row, column in order])
