"""Which engine of pictures and words a setting names: a folder with a CLIP-like model, or a model of the catalogue."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from groundstone.identity import LOCAL
from groundstone.models.base import Picture, Vectors
from groundstone.slides.clip import ClipEngine
from groundstone.slides.embedding import EmbedSlides, ServerEngine

if TYPE_CHECKING:
    from groundstone.models.service import Models


class Chosen:
    """Gives the engine, made when it is first asked for; None where the setting is empty.

    Args:
        named: the setting ``slides_engine``.
        models: the catalogue's models, asked for when one of them is meant.
    """

    def __init__(self, named: str, models: Callable[[], Models]) -> None:
        self._named, self._models = named, models
        self._made: EmbedSlides | None = None
        self._making = Lock()

    def __call__(self) -> EmbedSlides | None:
        """Raises ConfigError for a folder that lacks files, NotFound for a model that is not there."""
        if not self._named:
            return None
        with self._making:
            if self._made is None:
                folder = Path(self._named).expanduser()
                self._made = (
                    ClipEngine(folder) if folder.is_dir() else ServerEngine(Catalogued(self._models(), self._named))
                )
            return self._made

    def close(self) -> None:
        """End the process of a CLIP-like model."""
        if isinstance(self._made, ClipEngine):
            self._made.close()


class Catalogued:
    """A model of the catalogue that embeds texts and pictures, on the account of this machine's user."""

    def __init__(self, models: Models, name: str) -> None:
        self._models, self.name = models, models.info(LOCAL, name).name
        self._dimensions = 0

    @property
    def dimensions(self) -> int:
        if not self._dimensions:
            self._dimensions = int(self.embed(["length"]).shape[1])
        return self._dimensions

    def embed(self, texts: Sequence[str]) -> Vectors:
        return self.embed_counted(texts)[0]

    def embed_counted(self, texts: Sequence[str]) -> tuple[Vectors, int]:
        found = self._models.embed(LOCAL, self.name, texts)
        return found.vectors, found.tokens

    def embed_pictures(self, pictures: Sequence[Picture]) -> Vectors:
        return self._models.embed_pictures(LOCAL, self.name, pictures).vectors
