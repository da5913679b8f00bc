"""Pictures by any server that speaks OpenAI's API."""

from __future__ import annotations

import binascii
from base64 import b64decode
from typing import Any

from groundstone.errors import EngineUnavailable, InvalidInput, WrongModel
from groundstone.models.base import DrawOptions, Picture
from groundstone.models.endpoint import Endpoint, Refusal


class OpenAIDraw:
    """Pictures by ``POST {base_url}/images/generations``."""

    def __init__(self, base_url: str, model: str, api_key: str = "", timeout: float = 120.0, retries: int = 2) -> None:
        self.endpoint, self.name = Endpoint(base_url, api_key, timeout, retries), model
        self._form = {"response_format": "b64_json"}  # an address would have to be fetched from wherever it points

    def draw(self, prompt: str, options: DrawOptions) -> list[Picture]:
        """Raises InvalidInput; WrongModel for a seed or a negative prompt, which this API lacks; ModelError."""
        if not prompt.strip():
            raise InvalidInput("drawing needs a description")
        if options.seed is not None or options.negative:
            raise WrongModel(f"{self.name} takes no seed and no negative prompt: OpenAI's API has none; leave them out")
        size = f"{options.width}x{options.height}"
        return self._pictures(self._asked({"model": self.name, "prompt": prompt, "n": options.count, "size": size}))

    def close(self) -> None:
        self.endpoint.close()

    def _asked(self, body: dict[str, Any]) -> Any:
        try:
            return self.endpoint.ask("/images/generations", body | self._form)
        except Refusal as refusal:
            if "response_format" not in refusal.said or not self._form:
                raise
            self._form = {}  # OpenAI's newer models always answer so, and refuse to be told
            return self.endpoint.ask("/images/generations", body)

    def _pictures(self, said: Any) -> list[Picture]:
        try:
            return [decoded(row["b64_json"]) for row in said["data"]]
        except (KeyError, TypeError, ValueError) as error:
            raise self._unusable(error) from None

    def _unusable(self, error: Exception) -> EngineUnavailable:
        return self.endpoint.unavailable(f"it sent no picture of a known form ({type(error).__name__}: {error})")


def decoded(data: str) -> Picture:
    """A picture out of base64. Raises ValueError when it is none of the known kinds."""
    try:
        return Picture.of(b64decode(data, validate=True))
    except binascii.Error:
        raise ValueError("it is not base64") from None
