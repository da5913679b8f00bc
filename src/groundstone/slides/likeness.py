"""Vectors of the words of slides that are looked through, kept so that a question costs little more than its own."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock

from groundstone.models.base import Embed, Vectors

KEPT = 20_000  # texts of all models together; some 30 MB


class _Kept:
    """Vectors by model and text; those that were not asked for longest go first. Safe between threads."""

    def __init__(self, most: int) -> None:
        self._most, self._guard = most, Lock()
        self._vectors: OrderedDict[tuple[str, str], Vectors] = OrderedDict()

    def get(self, embed: Embed, texts: Sequence[str]) -> list[Vectors]:
        name = embed.name
        with self._guard:
            known = {text: self._vectors[name, text] for text in texts if (name, text) in self._vectors}
        new = [text for text in dict.fromkeys(texts) if text not in known]
        if new:
            known |= dict(zip(new, embed.embed(new), strict=True))
        with self._guard:
            for text in known:
                self._vectors[name, text] = known[text]
                self._vectors.move_to_end((name, text))
            while len(self._vectors) > self._most:
                self._vectors.popitem(last=False)
        return [known[text] for text in texts]


_kept = _Kept(KEPT)


def cosines(embed: Embed, question: str, texts: Sequence[str]) -> list[float]:
    """The cosine of each text to the question. Raises ModelError and its kinds."""
    if not texts:
        return []
    asked = embed.embed([question])[0]
    return [float(vector @ asked) for vector in _kept.get(embed, texts)]
