"""Reads and writes safetensors files; each tensor that is read is a view without a copy."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from groundstone.errors import WeightsCorrupt
from groundstone.models.base import Vectors

HEADER_LIMIT = 16 << 20  # bytes


@dataclass(frozen=True, slots=True)
class TensorPlace:
    """One float32 tensor: its shape, and its bytes ``[offset, offset + length)`` in the file."""

    shape: tuple[int, ...]
    offset: int
    length: int


class TensorFile:
    """A safetensors file with float32 tensors. Raises WeightsCorrupt when its header is not sound."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.places = _places(path)
        self._bytes = np.memmap(path, np.uint8, "r")

    def place(self, name: str) -> TensorPlace:
        if name not in self.places:
            raise WeightsCorrupt(f"{self.path.name} holds no float32 tensor {name!r}; pull the model again")
        return self.places[name]

    def __getitem__(self, name: str) -> Vectors:
        """Read-only float32 view of the tensor, in its own shape."""
        place = self.place(name)
        raw = self._bytes[place.offset : place.offset + place.length]
        return np.frombuffer(raw, np.float32).reshape(place.shape)


def _places(path: Path) -> dict[str, TensorPlace]:
    size = path.stat().st_size
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if not 2 <= length <= min(size - 8, HEADER_LIMIT):
            raise WeightsCorrupt(f"{path.name} is not a safetensors file; pull the model again")
        header = file.read(length)
    try:
        entries: dict[str, Any] = json.loads(header)
        entries.pop("__metadata__", None)
        return {name: _place(entry, 8 + length, size) for name, entry in entries.items() if entry["dtype"] == "F32"}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise WeightsCorrupt(f"{path.name} has a damaged header ({error}); pull the model again") from None


def _place(entry: dict[str, Any], start: int, size: int) -> TensorPlace:
    shape = tuple(int(side) for side in entry["shape"])
    begin, end = (int(edge) for edge in entry["data_offsets"])
    if not 0 <= begin <= end <= size - start or end - begin != 4 * math.prod(shape):
        raise ValueError("a tensor lies outside the file")
    return TensorPlace(shape, start + begin, end - begin)


def write_tensors(path: Path, tensors: Mapping[str, Vectors]) -> None:
    """Write float32 arrays as a safetensors file, readable by ``TensorFile`` and by everything else that knows them."""
    entries, offset = {}, 0
    for name, array in tensors.items():
        length = 4 * array.size
        entries[name] = {"dtype": "F32", "shape": list(array.shape), "data_offsets": [offset, offset + length]}
        offset += length
    header = json.dumps(entries).encode()
    header += b" " * (-len(header) % 8)
    with path.open("wb") as file:
        file.write(len(header).to_bytes(8, "little") + header)
        for array in tensors.values():
            file.write(np.ascontiguousarray(array, "<f4").tobytes())
