"""Judges files by a network of the article's recipe, so that it can be evaluated like any other model."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from groundstone.errors import WeightsCorrupt
from groundstone.forensics.article import GRAPH, RECIPE
from groundstone.forensics.article_graph import INPUT
from groundstone.forensics.base import Report, Verdict
from groundstone.forensics.samples import Samples
from groundstone.models.runtime import session

BASIS = "The whole page, shrunk to a small square; it tells no place."


class ArticleChecks:
    """Checks pictures with the model in a folder; see measuring.Checks. Safe to use from several threads."""

    def __init__(self, folder: Path, samples: Samples) -> None:
        self._samples = samples
        self._session = session((folder / GRAPH).read_bytes(), folder)
        try:
            how: dict[str, Any] = json.loads((folder / RECIPE).read_text("utf-8"))["input"]
            self._quality, self._side = int(how["quality"]), int(how["size"][0])
        except (ValueError, KeyError, TypeError) as error:
            raise WeightsCorrupt(f"{folder / RECIPE} is damaged ({error}); train the model again") from error

    def check(self, data: bytes, name: str = "", *, words: bool = True) -> Report:
        """Raises UnreadableDocument, DocumentTooLarge."""
        pixels = np.frombuffer(self._samples.error_levels(data, self._quality, self._side), np.uint8)
        seen = pixels.reshape(1, self._side, self._side, 3).astype(np.float32) / 255
        chance = float(self._session.run(None, {INPUT: seen})[0][0, 1])
        verdict: Verdict = "forged" if chance > 0.5 else "genuine"
        return Report(name, "", 1, verdict, BASIS, chance, None, (), (), ())
