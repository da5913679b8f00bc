"""Vectors and relevance by Amazon Bedrock's InvokeModel."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from groundstone.errors import ConfigError, WrongModel
from groundstone.models import openai_body
from groundstone.models.base import Picture, Vectors
from groundstone.models.bedrock_client import BedrockClient
from groundstone.models.rerank import ordered
from groundstone.models.vectors import check_texts, unit

COHERE_BATCH = 96  # texts in one request
AT_ONCE = 8  # requests to models that take one text each
_FAMILY = re.compile(
    r"(?:^|[./])(amazon\.titan-embed-(?:g1-text|text|image)|cohere\.embed|amazon\.rerank|cohere\.rerank)[\w.-]*"
)
Json = dict[str, Any]


class BedrockEmbed:
    """Vectors by Titan text (v1 and v2), Titan image, or Cohere Embed.

    Args:
        model: the service's id, an inference profile's, or an ARN that ends with one.
        dimensions: asked of Titan text v2 and Titan image, which have a choice; of the others just checked.
        input_type: of Cohere's models, which tell stored texts from questions.
    """

    def __init__(
        self,
        model: str,
        region: str = "",
        endpoint: str = "",
        profile: str = "",
        timeout: float = 60.0,
        retries: int = 2,
        dimensions: int | None = None,
        input_type: str = "search_document",
    ) -> None:
        self._family = family(model, "embed")
        self.name, self._client = model, BedrockClient(region, endpoint, profile, timeout, retries)
        self._dimensions, self._input_type = dimensions, input_type

    @property
    def dimensions(self) -> int:
        if self._dimensions is None:
            self._dimensions = self.embed(["dimensions"]).shape[1]
        return self._dimensions

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Float32 array (len(texts), dimensions), rows of length 1. Raises InvalidInput, ContextTooLong, ModelError."""
        return self.embed_counted(texts)[0]

    def embed_counted(self, texts: Sequence[str]) -> tuple[Vectors, int]:
        """The same, with the service's count of tokens; about four characters each where it tells none."""
        check_texts(texts, "embed")
        if not texts:
            return np.empty((0, self.dimensions), np.float32), 0
        if self._family == "cohere.embed":
            batches = [list(texts[start : start + COHERE_BATCH]) for start in range(0, len(texts), COHERE_BATCH)]
            bodies: list[Json] = [{"texts": batch, "input_type": self._input_type} for batch in batches]
        else:
            bodies = [{"inputText": text, **self._wish()} for text in texts]
        rows, tokens = self._all(bodies)
        return self._unit(rows, len(texts)), tokens or sum(len(text) // 4 + 1 for text in texts)

    def embed_pictures(self, pictures: Sequence[Picture]) -> Vectors:
        """The same of pictures, by Titan image or Cohere Embed. Raises WrongModel for models of text."""
        if self._family == "amazon.titan-embed-image":
            bodies: list[Json] = [
                {"inputImage": b64encode(picture.data).decode("ascii"), **self._wish()} for picture in pictures
            ]
        elif self._family == "cohere.embed":
            bodies = [{"images": [openai_body.data_url(picture)], "input_type": "image"} for picture in pictures]
        else:
            raise WrongModel(f"{self.name} embeds texts, not pictures")
        if not bodies:
            return np.empty((0, self.dimensions), np.float32)
        return self._unit(self._all(bodies)[0], len(pictures))

    def close(self) -> None:
        self._client.close()

    def _wish(self) -> Json:
        """How Titan is told the length of its vectors."""
        if self._dimensions is None:
            return {}
        if self._family == "amazon.titan-embed-image":
            return {"embeddingConfig": {"outputEmbeddingLength": self._dimensions}}
        return {"dimensions": self._dimensions} if "text-v2" in self.name else {}

    def _all(self, bodies: Sequence[Json]) -> tuple[list[Any], int]:
        if len(bodies) == 1:
            replies = [self._client.invoke(self.name, bodies[0])]
        else:
            with ThreadPoolExecutor(AT_ONCE) as pool:
                replies = list(pool.map(lambda body: self._client.invoke(self.name, body), bodies))
        found = [(self._rows(said), counted or _tokens(said)) for said, counted in replies]
        return [row for rows, _ in found for row in rows], sum(tokens for _, tokens in found)

    def _rows(self, said: Any) -> list[Any]:
        if isinstance(said, dict) and isinstance(said.get("embedding"), list):
            return [said["embedding"]]
        rows = said.get("embeddings") if isinstance(said, dict) else None
        rows = rows.get("float") if isinstance(rows, dict) else rows  # Cohere's form when kinds are named
        if not isinstance(rows, list):
            raise self._client.unavailable(f"{self.name} sent no vectors")
        return rows

    def _unit(self, rows: list[Any], count: int) -> Vectors:
        try:
            vectors = unit(rows, count)
            if vectors.shape[1] != (self._dimensions or vectors.shape[1]):
                raise ValueError(f"they have {vectors.shape[1]} numbers, not {self._dimensions}")
        except (ValueError, TypeError) as error:
            raise self._client.unavailable(f"{self.name} sent no usable vectors: {error}") from None
        self._dimensions = vectors.shape[1]
        return vectors


class BedrockRerank:
    """Relevance by Amazon Rerank or Cohere Rerank."""

    def __init__(
        self,
        model: str,
        region: str = "",
        endpoint: str = "",
        profile: str = "",
        timeout: float = 60.0,
        retries: int = 2,
    ) -> None:
        self._family = family(model, "rerank")
        self.name, self._client = model, BedrockClient(region, endpoint, profile, timeout, retries)

    def rerank(self, query: str, texts: Sequence[str]) -> list[float]:
        """One relevance in [0, 1] for each text, in their order. Raises InvalidInput, ModelError."""
        check_texts(texts, "rerank")
        if not texts:
            return []
        body: Json = {"query": query, "documents": list(texts)}
        if self._family == "cohere.rerank":
            body |= {"api_version": 2, "top_n": len(texts)}
        said, _ = self._client.invoke(self.name, body)
        try:
            return [min(1.0, max(0.0, score)) for score in ordered(said, len(texts))]
        except ValueError as error:
            raise self._client.unavailable(f"{self.name} sent no usable scores: {error}") from None

    def close(self) -> None:
        self._client.close()


def family(model: str, task: str) -> str:
    """The part of a model's id that decides the form of its bodies. Raises ConfigError, WrongModel."""
    found = _FAMILY.search(model)
    if found is None:
        raise ConfigError(f"the bodies of {model!r} are not known; name an {task} model of Titan, Amazon or Cohere")
    if task not in found.group(1):
        raise WrongModel(f"{model} cannot {task}")
    return found.group(1)


def _tokens(said: Json) -> int:
    count = said.get("inputTextTokenCount")
    return count if isinstance(count, int) else 0
