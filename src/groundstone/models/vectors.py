"""What engines of vectors and of relevance share: the check of what they are given, and rows of length 1."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from groundstone.errors import InvalidInput
from groundstone.models.base import Vectors


def check_texts(texts: Sequence[str], verb: str) -> None:
    """Raises InvalidInput for one string, and for a list that holds something else; ``verb`` names the call."""
    if isinstance(texts, str) or not all(isinstance(text, str) for text in texts):
        raise InvalidInput(f"{verb} takes a list of strings")


def unit(rows: Sequence[Any], count: int) -> Vectors:
    """Lists of numbers as float32 of shape (count, dimensions), each row of length 1.

    Raises ValueError or TypeError for rows that are not ``count`` of one length, that are zero or not finite.
    """
    if len(rows) != count:
        raise ValueError(f"{len(rows)} vectors came for {count} inputs")
    vectors = np.array(rows, np.float32).reshape(count, -1)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    if not np.isfinite(lengths).all() or not lengths.all():
        raise ValueError("a vector is zero or not finite")
    return np.asarray(vectors / lengths, np.float32)
