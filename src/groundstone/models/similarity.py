"""Reranking by likeness: how near a text lies to the query as the embedding model sees it.

This is no cross-encoder: query and text are read apart from each other. It costs one embedding for each piece of
text, and orders texts of one subject less well than a model made for reranking.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from groundstone.errors import InvalidInput
from groundstone.models.base import Embed

NAME = "minilm-rerank"
WINDOW = 230.0  # tokens, guessed: the embedding model reads 256 at once
SHARED = 0.2  # of a window is also the beginning of the next
BATCH = 256  # pieces that are embedded together
_WORD = re.compile(r"\S{1,200}\s*")


class Similarity:
    """Scores texts by the cosine of their vectors to the query's, moved from [-1, 1] to [0, 1].

    A text that is longer than the embedding model reads at once counts as its best part.
    """

    name = NAME

    def __init__(self, embed: Embed) -> None:
        self._embed = embed

    def rerank(self, query: str, texts: Sequence[str]) -> list[float]:
        """One score for each text, in their order; 0.5 is a text that has nothing to do with the query.

        Raises InvalidInput for an empty query and for anything but strings.
        """
        if isinstance(texts, str) or not all(isinstance(text, str) for text in (query, *texts)):
            raise InvalidInput("rerank takes a query and a list of texts")
        if not query.strip():
            raise InvalidInput("the query is empty; say what the texts should be about")
        wanted = self._embed.embed([query])[0]
        parts = [(number, part) for number, text in enumerate(texts) for part in windows(text)]
        scores = [0.0] * len(texts)
        for start in range(0, len(parts), BATCH):
            some = parts[start : start + BATCH]
            cosines = self._embed.embed([part for _, part in some]) @ wanted
            for (number, _), cosine in zip(some, np.clip((cosines + 1) / 2, 0, 1).tolist(), strict=True):
                scores[number] = max(scores[number], cosine)
        return scores


def windows(text: str) -> list[str]:
    """The text in overlapping parts that the embedding model can read whole; a short text is one part."""
    if _guess(text) <= WINDOW:
        return [text]
    parts: list[str] = []
    words, held = list[str](), 0.0
    for word in _WORD.findall(text):
        words.append(word)
        held += _guess(word)
        if held >= WINDOW:
            parts.append("".join(words))
            words = _tail(words, WINDOW * SHARED)
            held = sum(map(_guess, words))
    rest = "".join(words)
    return parts if parts and parts[-1].endswith(rest) else [*parts, rest]


def _tail(words: list[str], size: float) -> list[str]:
    held = 0.0
    for number in range(len(words) - 1, 0, -1):
        held += _guess(words[number])
        if held > size:
            return words[number + 1 :]
    return []


def _guess(text: str) -> float:
    """Tokens, on the safe side: four letters of an English word, but each sign of other scripts on its own."""
    plain = len(text) if text.isascii() else sum(sign.isascii() for sign in text)
    return plain / 4 + len(text) - plain
