"""Vectors by any server that speaks OpenAI's API; of pictures too, where the server has a form for them."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from typing import Any

import numpy as np

from groundstone.errors import ConfigError
from groundstone.models import openai_body
from groundstone.models.base import Picture, Vectors
from groundstone.models.endpoint import Endpoint
from groundstone.models.vectors import check_texts, unit

BATCH = 64  # texts in one request
Json = dict[str, Any]


class OpenAIEmbed:
    """Vectors by ``POST {base_url}/embeddings``.

    Args:
        dimensions: of the model's vectors; asked of the server when not given.
    """

    def __init__(
        self,
        base_url: str,
        model: str,
        api_key: str = "",
        timeout: float = 60.0,
        retries: int = 2,
        dimensions: int | None = None,
    ) -> None:
        self.endpoint, self.name = Endpoint(base_url, api_key, timeout, retries), model
        self._dimensions = dimensions

    @property
    def dimensions(self) -> int:
        if self._dimensions is None:
            self.embed(["dimensions"])
        assert self._dimensions is not None  # embed() has set it
        return self._dimensions

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Float32 array (len(texts), dimensions), rows of length 1. Raises InvalidInput, ContextTooLong, ModelError."""
        return self.embed_counted(texts)[0]

    def embed_counted(self, texts: Sequence[str]) -> tuple[Vectors, int]:
        """The same, with the server's count of tokens; about four characters each where it tells none."""
        check_texts(texts, "embed")
        if not texts:
            return np.empty((0, self.dimensions), np.float32), 0
        parts, tokens = [], 0
        for start in range(0, len(texts), BATCH):
            batch = list(texts[start : start + BATCH])
            vectors, counted = self._asked({"input": batch}, len(batch))
            parts.append(vectors)
            tokens += counted or sum(len(text) // 4 + 1 for text in batch)
        return np.concatenate(parts), tokens

    def close(self) -> None:
        self.endpoint.close()

    def _asked(self, inputs: Json, count: int) -> tuple[Vectors, int]:
        """Vectors for one request, and the tokens that it took; 0 when the server does not tell."""
        said = self.endpoint.ask("/embeddings", {"model": self.name, **inputs})
        vectors = self._vectors(said, count)
        if vectors.shape[1] != (self._dimensions or vectors.shape[1]):
            raise self.endpoint.unavailable(f"its vectors have {vectors.shape[1]} numbers, not {self._dimensions}")
        self._dimensions = vectors.shape[1]
        usage = said.get("usage")
        tokens = usage.get("prompt_tokens") if isinstance(usage, dict) else None
        return vectors, tokens if isinstance(tokens, int) and tokens > 0 else 0

    def _vectors(self, said: Any, count: int) -> Vectors:
        try:
            rows = sorted(said["data"], key=lambda row: int(row["index"]))
            if [row["index"] for row in rows] != list(range(count)):
                raise ValueError("it answered for other inputs than were sent")
            return unit([row["embedding"] for row in rows], count)
        except (ValueError, KeyError, TypeError, IndexError, OverflowError) as error:
            raise self.endpoint.unavailable(f"it sent no usable vectors ({type(error).__name__}: {error})") from None


class OpenAIPictureEmbed(OpenAIEmbed):
    """The same for a model whose vectors of pictures and of texts can be compared.

    Args:
        pictures: how the server takes them: "jina" ({"input": [{"image": base64}]}: Jina, Infinity and others) or
            "vllm" (a chat message for each picture).
    """

    def __init__(
        self,
        base_url: str,
        model: str,
        api_key: str = "",
        timeout: float = 60.0,
        retries: int = 2,
        dimensions: int | None = None,
        pictures: str = "jina",
    ) -> None:
        super().__init__(base_url, model, api_key, timeout, retries, dimensions)
        if pictures not in ("jina", "vllm"):
            raise ConfigError(f'pictures = {pictures!r} is not known; there are "jina" and "vllm"')
        self._form = pictures

    def embed_pictures(self, pictures: Sequence[Picture]) -> Vectors:
        """Float32 array (len(pictures), dimensions), rows of length 1. Raises ContextTooLong, ModelError."""
        if not pictures:
            return np.empty((0, self.dimensions), np.float32)
        if self._form == "jina":
            inputs = [{"image": b64encode(picture.data).decode("ascii")} for picture in pictures]
            return self._asked({"input": inputs}, len(inputs))[0]
        return np.concatenate([self._asked(_as_message(picture), 1)[0] for picture in pictures])


def _as_message(picture: Picture) -> Json:
    return {"messages": [{"role": "user", "content": [openai_body.picture_json(picture)]}], "encoding_format": "float"}
