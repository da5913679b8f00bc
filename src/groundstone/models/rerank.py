"""Relevance of texts to a query by any server with a /rerank call."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Literal, get_args

from groundstone.errors import ConfigError, InvalidInput
from groundstone.models.endpoint import Endpoint
from groundstone.models.vectors import check_texts

Form = Literal["cohere", "jina", "tei"]


class RerankServer:
    """Scores by ``POST {base_url}/rerank``.

    Args:
        base_url: up to and including the version, such as ``https://api.cohere.com/v2``; none for TEI.
        form: "cohere" (v1 and v2; also vLLM, Infinity, LiteLLM), "jina" (also llama.cpp, Voyage's kin), "tei".
        logits: the server gives raw logits, which are brought to [0, 1] by the logistic function. TEI is asked for
            scores of its own between 0 and 1; others that leave [0, 1] without this setting are refused.
    """

    def __init__(
        self,
        base_url: str,
        model: str = "",
        api_key: str = "",
        timeout: float = 60.0,
        retries: int = 2,
        form: Form = "cohere",
        logits: bool = False,
    ) -> None:
        if form not in get_args(Form):
            raise ConfigError(f"form = {form!r} is not known; there are: {', '.join(get_args(Form))}")
        self.endpoint, self.name = Endpoint(base_url, api_key, timeout, retries), model
        self._form, self._logits = form, logits

    def rerank(self, query: str, texts: Sequence[str]) -> list[float]:
        """One relevance in [0, 1] for each text, in their order.

        Raises InvalidInput, ContextTooLong, ModelError; EngineUnavailable when a text has no score or two.
        """
        check_texts(texts, "rerank")
        if not query.strip():
            raise InvalidInput("rerank needs a query")
        if not texts:
            return []
        said = self.endpoint.ask("/rerank", self._body(query, list(texts)))
        try:
            scores = ordered(said, len(texts))
        except ValueError as error:
            raise self.endpoint.unavailable(f"it sent no usable scores: {error}") from None
        return [self._score(value) for value in scores]

    def close(self) -> None:
        self.endpoint.close()

    def _body(self, query: str, texts: list[str]) -> dict[str, Any]:
        if self._form == "tei":
            return {"query": query, "texts": texts, "raw_scores": self._logits, "truncate": True}
        body: dict[str, Any] = {"model": self.name, "query": query, "documents": texts, "top_n": len(texts)}
        return body | ({"return_documents": False} if self._form == "jina" else {})

    def _score(self, value: float) -> float:
        if self._logits and math.isfinite(value):
            return 1 / (1 + math.exp(-value)) if value > -700 else 0.0
        if not -1e-6 <= value <= 1 + 1e-6:  # also for what is not a number
            raise self.endpoint.unavailable(f"a score of {value:g} is not in [0, 1]; does it need logits = true?")
        return min(1.0, max(0.0, value))


def ordered(said: Any, count: int) -> list[float]:
    """Scores by the index of their text, from {"results": [...]}, {"data": [...]} or a bare list. Raises ValueError."""
    try:
        rows = said if isinstance(said, list) else said["results"] if "results" in said else said["data"]
        scores = {row["index"]: float(row.get("relevance_score", row.get("score"))) for row in rows}
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{type(error).__name__}: {error}") from None
    if len(rows) != count or set(scores) != set(range(count)):
        raise ValueError("other texts were scored than were sent")
    return [scores[index] for index in range(count)]
