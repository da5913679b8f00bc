"""The file of vectors: float32 rows, appended, memory-mapped by readers, with a checksum for each append."""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from groundstone.errors import StoreError
from groundstone.models.base import Vectors

ITEM = 4  # bytes of a float32


class VectorFile:
    """``<folder>/vectors-<epoch>.f32``, rows of ``dimensions`` numbers."""

    def __init__(self, folder: Path, epoch: int, dimensions: int) -> None:
        self.path = folder / f"vectors-{epoch}.f32"
        self._width = dimensions * ITEM
        self._dimensions = dimensions

    def write(self, first: int, rows: Vectors) -> int:
        """Put ``rows`` at row ``first``, durably. Returns their checksum."""
        data = np.ascontiguousarray(rows, dtype="<f4").tobytes()
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
        with os.fdopen(handle, "r+b") as file:
            file.seek(first * self._width)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        return zlib.crc32(data)

    def open(self, count: int) -> Vectors:
        """The first ``count`` rows, shape (count, dimensions), mapped. Raises StoreError."""
        if count == 0:
            return np.zeros((0, self._dimensions), dtype=np.float32)
        try:
            mapped = np.memmap(self.path, dtype="<f4", mode="r", shape=(count, self._dimensions))
        except (OSError, ValueError) as error:
            raise StoreError(f"{self.path} is missing or too short; restore the collection from a copy") from error
        return mapped.view(np.ndarray)

    def verify(self, rows: Vectors, segments: Iterable[tuple[int, int, int]]) -> None:
        """Compare segments (first, count, checksum) of ``rows``. Raises StoreError for changed bytes."""
        for first, count, crc in segments:
            if zlib.crc32(rows[first : first + count].data) != crc:
                raise StoreError(f"{self.path}: rows from {first} are damaged; restore the collection from a copy")

    def remove(self) -> None:
        self.path.unlink(missing_ok=True)
