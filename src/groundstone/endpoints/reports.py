"""The runner of models that look at a picture and give a report, such as those of forensics.

What they are is the platform's business: it hands in how a folder becomes a function. Endpoints know bodies only.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Generator, Mapping
from pathlib import Path
from typing import Any

from groundstone.endpoints.base import JSON, PICTURES, Answer, Call, Given
from groundstone.errors import InvalidInput, WrongModel

Look = Callable[[bytes, str], Mapping[str, Any]]  # picture or document and its media type -> a report, as JSON
# The folder of a trained model, or None for the one that ships -> the function, and what ends it.
Load = Callable[[Path | None], tuple[Look, Callable[[], None]]]
DOCUMENTS = (*PICTURES, "application/pdf", "image/tiff", "application/octet-stream")
MOST_INSTANCES = 16


class ReportModel:
    """A function from pictures to reports behind an endpoint."""

    def __init__(self, look: Look, end: Callable[[], None]) -> None:
        self._look, self._end = look, end

    def predict(self, call: Call) -> Answer:
        if call.media_type in DOCUMENTS:
            return _answer(self._look(call.body, call.media_type))
        if call.media_type != JSON:
            raise InvalidInput(f"bodies are {', '.join(DOCUMENTS)} or {JSON}, not {call.media_type[:60]!r}")
        return _answer({"predictions": [self._look(data, "") for data in _instances(call.body)]})

    def stream(self, call: Call) -> Generator[bytes, None, None]:
        raise WrongModel("this model answers whole; call InvokeEndpoint, not InvokeEndpointWithResponseStream")

    def close(self) -> None:
        self._end()


class ReportRunner:
    """``load`` makes the function of a folder. Raises what that raises."""

    def __init__(self, load: Load) -> None:
        self._load = load

    def load(self, given: Given) -> ReportModel:
        return ReportModel(*self._load(given.folder))


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
