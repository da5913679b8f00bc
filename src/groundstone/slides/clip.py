"""Slides by a CLIP-like model of the user's own: two ONNX files in a folder, run in a limited child process."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from threading import Lock

import numpy as np

from groundstone.endpoints.worker import MEMORY, Pool
from groundstone.errors import ConfigError, InvalidInput, ModelError
from groundstone.models.base import Picture, Vectors
from groundstone.slides.embedding import check_pairs, mean

CHILD = "groundstone.slides.child_clip"
FILES = ("vision.onnx", "text.onnx", "tokenizer.json", "preprocessor_config.json")
TEXT, PNG = "text/plain", "image/png"


class ClipEngine:
    """Implements ``EmbedSlides``. The process starts with the first call. Safe between threads.

    Args:
        folder: holds ``FILES`` as models of CLIP's kind are exported: the vision graph takes pixels, the text graph
            token ids, and both give vectors of one length; each graph is one file with its weights inside.
        memory: bytes of address space that the process may have.
    """

    def __init__(self, folder: Path, memory: int = MEMORY) -> None:
        lacking = [name for name in FILES if not (folder / name).is_file()]
        if lacking:
            raise ConfigError(f"{folder} lacks {', '.join(lacking)}; a model of pictures and texts has all of {FILES}")
        self.name = f"clip-{folder.name}"
        self._pool: Pool | None = None
        self._task = {"folder": str(folder.absolute()), "memory": memory}
        self._starting = Lock()

    @property
    def dimensions(self) -> int:
        return int(self._started().ready["dimensions"])

    def embed_slides(self, pictures: Sequence[Picture], texts: Sequence[str]) -> Vectors:
        """One vector for each slide. Raises InvalidInput for pictures other than PNG, ModelError and its kinds."""
        check_pairs(pictures, texts)
        if not pictures:
            return np.empty((0, self.dimensions), np.float32)
        if any(picture.media_type != PNG for picture in pictures):
            raise InvalidInput("slides are embedded from PNG pictures; draw them as PNG")
        seen = np.stack([self._vector(PNG, picture.data) for picture in pictures])
        said = [self._vector(TEXT, text.encode()) if text.strip() else np.zeros_like(seen[0]) for text in texts]
        return mean(seen, np.stack(said))

    def embed_question(self, text: str) -> Vectors:
        return self._vector(TEXT, text.encode())

    def close(self) -> None:
        with self._starting:
            if self._pool is not None:
                self._pool.close()
                self._pool = None

    def _started(self) -> Pool:
        with self._starting:
            if self._pool is None:
                self._pool = Pool(CHILD, self._task)
            return self._pool

    def _vector(self, media_type: str, body: bytes) -> Vectors:
        pool = self._started()
        found = np.frombuffer(pool.ask(media_type, body), "<f4").astype(np.float32)
        length = float(np.linalg.norm(found))
        if len(found) != pool.ready["dimensions"] or not np.isfinite(length) or length == 0.0:
            raise ModelError(f"{self.name} gave no usable vector; check that its ONNX files belong together")
        return np.asarray(found / length, np.float32)
