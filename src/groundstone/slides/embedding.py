"""Engines whose vectors of slides, as pictures and words together, can be compared with those of questions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from groundstone.errors import InvalidInput
from groundstone.models.base import Embed, EmbedPictures, Picture, Vectors

LONGEST = 1000  # characters of a slide's words that are embedded beside its picture


class EmbedSlides(Protocol):
    """A model of pictures and words, such as CLIP or Titan Multimodal Embeddings."""

    @property
    def name(self) -> str: ...

    @property
    def dimensions(self) -> int: ...

    def embed_slides(self, pictures: Sequence[Picture], texts: Sequence[str]) -> Vectors:
        """Float32 (slides, dimensions), rows of length 1: one for each picture with its words, which may be empty."""
        ...

    def embed_question(self, text: str) -> Vectors:
        """Float32 (dimensions,), of length 1."""
        ...


class EmbedBoth(Embed, EmbedPictures, Protocol):
    """An engine of texts and of pictures, as ``models/openai_embed.py`` and ``models/bedrock_embed.py`` are."""


class ServerEngine:
    """Slides by a server's model of pictures and texts: the mean of both vectors stands for a slide."""

    def __init__(self, model: EmbedBoth) -> None:
        self._model, self.name = model, model.name

    @property
    def dimensions(self) -> int:
        return self._model.dimensions

    def embed_slides(self, pictures: Sequence[Picture], texts: Sequence[str]) -> Vectors:
        """One vector for each slide. Raises InvalidInput for lists of different lengths, ModelError."""
        check_pairs(pictures, texts)
        seen = self._model.embed_pictures(pictures)
        told = [at for at, text in enumerate(texts) if text.strip()]
        if not told:
            return seen
        said = np.zeros_like(seen)
        said[told] = self._model.embed([texts[at][:LONGEST] for at in told])
        return mean(seen, said)

    def embed_question(self, text: str) -> Vectors:
        return np.asarray(self._model.embed([text])[0], np.float32)


def check_pairs(pictures: Sequence[Picture], texts: Sequence[str]) -> None:
    """Raises InvalidInput."""
    if len(pictures) != len(texts):
        raise InvalidInput(f"{len(pictures)} pictures came with {len(texts)} texts; each picture takes one")


def mean(seen: Vectors, said: Vectors) -> Vectors:
    """The direction between two sets of vectors, row by row; of a row that is 0 in one of them, the other."""
    total = seen + said
    lengths = np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-9)
    return np.asarray(total / lengths, np.float32)
