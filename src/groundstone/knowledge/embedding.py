"""Vectors of the texts of a sync."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np

from groundstone.models.base import Embed, Vectors

AT_ONCE = 1024  # texts of one call


class Vectorizer:
    """Vectors of texts; a text that occurs again is embedded once, as far as ``ROOM`` texts go."""

    ROOM = 20_000

    def __init__(self, embed: Embed) -> None:
        self._embed = embed
        self._known: dict[bytes, Vectors] = {}

    def of(self, texts: Sequence[str]) -> Vectors:
        """As ``embed_texts``."""
        marks = [hashlib.blake2b(text.encode(), digest_size=16).digest() for text in texts]
        new = {mark: text for mark, text in zip(marks, texts, strict=True) if mark not in self._known}
        found = dict(zip(new, embed_texts(self._embed, list(new.values())), strict=True))
        everything = {**self._known, **found}
        vectors = [everything[mark] for mark in marks]
        self._known = found if len(everything) > self.ROOM else everything
        return np.stack(vectors) if vectors else no_vectors(self._embed)


def embed_texts(embed: Embed, texts: Sequence[str]) -> Vectors:
    """A row for each text; zeros for an empty one, which search then never finds."""
    vectors = np.zeros((len(texts), embed.dimensions), dtype=np.float32)
    rows = [row for row, text in enumerate(texts) if text]
    for start in range(0, len(rows), AT_ONCE):
        some = rows[start : start + AT_ONCE]
        vectors[some] = embed.embed([texts[row] for row in some])
    return vectors


def no_vectors(embed: Embed) -> Vectors:
    return np.zeros((0, embed.dimensions), dtype=np.float32)
