"""How near texts are in meaning to a question, as the embedding model sees it; their vectors are remembered."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from groundstone.models.base import Embed

KEPT = 20_000  # vectors; 384 numbers of 4 bytes each are 30 MB
LONGEST = 200  # characters of a text that are looked at


class Meanings:
    """Cosines between texts. Safe to share between threads."""

    def __init__(self, embed: Callable[[], Embed | None]) -> None:
        self._embed = embed
        self._known: OrderedDict[str, NDArray[np.float32]] = OrderedDict()
        self._lock = threading.Lock()

    def near(self, question: str, texts: Sequence[str]) -> NDArray[np.float64] | None:
        """The cosine of the question to each text; None without an embedding model."""
        engine = self._embed()
        if engine is None or not texts:
            return None
        vectors = self._vectors(engine, [_plain(text) for text in (question, *texts)])
        return np.asarray(vectors[1:] @ vectors[0], dtype=np.float64)

    def _vectors(self, engine: Embed, texts: Sequence[str]) -> NDArray[np.float32]:
        with self._lock:
            known = {text: self._known[text] for text in texts if text in self._known}
        missing = list(dict.fromkeys(text for text in texts if text not in known))
        if missing:
            known |= dict(zip(missing, engine.embed(missing), strict=True))
            self._remember({text: known[text] for text in missing})
        return np.stack([known[text] for text in texts])

    def _remember(self, fresh: dict[str, NDArray[np.float32]]) -> None:
        with self._lock:
            self._known |= fresh
            while len(self._known) > KEPT:
                self._known.popitem(last=False)


def _plain(text: str) -> str:
    return text[:LONGEST].strip(" :.").lower() or "-"
