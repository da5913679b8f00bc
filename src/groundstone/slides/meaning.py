"""How near a question comes in meaning to what a number is called, where their words differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from groundstone.models.base import Embed
from groundstone.slides.asks import Ask


@dataclass(frozen=True)
class Meaning:
    """Cosines between one question and names of numbers; without an embedding model nothing is near."""

    ask: Ask
    embed: Embed | None = None
    _known: dict[str, float] = field(default_factory=dict)

    def near(self, names: Sequence[str]) -> list[float]:
        """For each name its cosine with the question, 0 without a model."""
        if self.embed is None or not names:
            return [0.0] * len(names)
        new = [name for name in dict.fromkeys(names) if name not in self._known]
        if new:
            vectors = self.embed.embed([self.ask.text or self.ask.asked, *new])
            self._known.update(zip(new, (float(value) for value in vectors[1:] @ vectors[0]), strict=True))
        return [self._known[name] for name in names]
