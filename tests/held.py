"""An embedding model that waits, so that a test can look at what is in the middle of its work."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from groundstone.models.base import Vectors
from groundstone.models.fakes import FakeEmbed
from groundstone.platform import EMBEDDING_MODEL

PATIENCE = 20.0  # seconds until a test that never lets it go fails


class HeldEmbed(FakeEmbed):
    """Stands in for the platform's own; waits with texts that hold ``mark``, by default with all, until ``go`` is set.

    ``reached`` is set as soon as it waits.
    """

    def __init__(self, mark: str = "") -> None:
        super().__init__(384, EMBEDDING_MODEL)
        self.mark = mark
        self.reached, self.go = threading.Event(), threading.Event()

    def embed(self, texts: Sequence[str]) -> Vectors:
        if not self.mark or any(self.mark in text for text in texts):
            self.reached.set()
            assert self.go.wait(PATIENCE)
        return super().embed(texts)
