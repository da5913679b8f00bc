"""The seam for approximate vector indexes, which a collection may keep beside its exact vectors.

An index holds a copy of rows ``[0, rows)`` of the vector file and may lag behind: the rest is compared
exactly. It can be deleted at any time; the next writer makes it anew.
"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from groundstone.models.base import Vectors


class Searcher(Protocol):
    """An index as it was when it was opened."""

    @property
    def rows(self) -> int: ...

    def search(self, vector: Vectors, count: int) -> NDArray[np.int64]:
        """Rows of the vector file that are probably the ``count`` nearest."""
        ...


class VectorIndex(Protocol):
    def extend(self, folder: Path, epoch: int, vectors: Vectors) -> None:
        """Bring the index for the vector file ``epoch``, whose rows are ``vectors``, up to date."""
        ...

    def open(self, folder: Path, epoch: int) -> Searcher | None:
        """None when there is none yet, for example because the collection is small."""
        ...

    def sweep(self, folder: Path, epoch: int) -> None:
        """Remove the indexes of other epochs."""
        ...
