"""The runner of models that look at a picture and give a report, such as those of forensics.

What they are is the platform's business: it hands in how a folder becomes a function. Endpoints know bodies only.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from groundstone.endpoints.base import JSON, PICTURES, Answer, Call, Given
from groundstone.errors import InvalidInput, WrongModel

Look = Callable[[bytes, str], Mapping[str, Any]]  # picture or document and its media type -> a report, as JSON
Load = Callable[[Path | None], Look]  # the folder of a trained model; None for the one that ships
DOCUMENTS = (*PICTURES, "application/pdf", "image/tiff", "application/octet-stream")
MOST_INSTANCES = 16


class ReportModel:
    """A function from pictures to reports behind an endpoint."""

    def __init__(self, look: Look) -> None:
        self._look = look

    def predict(self, call: Call) -> Answer:
        if call.media_type in DOCUMENTS:
            return _answer(self._look(call.body, call.media_type))
        if call.media_type != JSON:
            raise InvalidInput(f"bodies are {', '.join(DOCUMENTS)} or {JSON}, not {call.media_type[:60]!r}")
        return _answer({"predictions": [self._look(data, "") for data in _instances(call.body)]})

    def stream(self, call: Call) -> Iterator[bytes]:
        raise WrongModel("this model answers whole; call InvokeEndpoint, not InvokeEndpointWithResponseStream")

    def close(self) -> None:
        """The function holds nothing of its own."""


class ReportRunner:
    """``load`` makes the function of a folder. Raises what that raises."""

    def __init__(self, load: Load) -> None:
        self._load = load

    def load(self, given: Given) -> ReportModel:
        return ReportModel(self._load(given.folder))


def _instances(body: bytes) -> list[bytes]:
    """{"instances": [{"b64": "..."}]}"""
    try:
        rows = json.loads(body)["instances"]
        found = [base64.b64decode(row["b64"], validate=True) for row in rows]
    except (ValueError, KeyError, TypeError, RecursionError, binascii.Error):
        found = []
    if not 0 < len(found) <= MOST_INSTANCES:
        raise InvalidInput(f'the body is {{"instances": [{{"b64": BASE64}}, ...]}} with 1 to {MOST_INSTANCES} pictures')
    return found


def _answer(value: Mapping[str, Any]) -> Answer:
    return Answer(json.dumps(value, ensure_ascii=False).encode("utf-8", "backslashreplace"))
