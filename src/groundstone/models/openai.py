"""Chat and embeddings by any server that speaks OpenAI's API: Ollama, vLLM, llama.cpp, OpenAI itself."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from groundstone.errors import ConfigError, EngineUnavailable, InvalidInput, ModelError
from groundstone.models.base import DEFAULTS, ChatOptions, Delta, Message, StopReason, Vectors
from groundstone.models.sse import events
from groundstone.records import Usage

if TYPE_CHECKING:
    import httpx

TRY_AGAIN = {408, 429, 500, 502, 503, 504}
LONGEST_WAIT = 30.0  # seconds between two tries, whatever the server asks for
BODY_SHOWN = 300  # characters of an error body
BATCH = 64  # texts in one request for embeddings
STOP_REASONS: dict[str, StopReason] = {"stop": "stop", "length": "length"}


@dataclass(frozen=True)
class Endpoint:
    """One server: where it is, and how patiently to ask it.

    Args:
        base_url: up to and including the version, such as ``http://localhost:11434/v1``.
        api_key: sent as a bearer token; never part of a message or of ``repr``.
        timeout: seconds without a sign from the server.
        retries: further tries when it is busy or cannot be reached. A reply that has begun is not retried.
    """

    base_url: str
    api_key: str = field(default="", repr=False)
    timeout: float = 60.0
    retries: int = 2

    def __post_init__(self) -> None:
        if not self.base_url.startswith(("http://", "https://")):
            raise ConfigError("the engine's address must begin with http:// or https://")
        if not self.api_key.isascii() or not self.api_key.isprintable():
            raise ConfigError("the engine's key holds signs that cannot be sent; was it copied completely?")
        if self.timeout <= 0 or self.retries < 0:
            raise ConfigError("timeout must be positive and retries must not be negative")

    @cached_property
    def client(self) -> httpx.Client:
        import httpx

        headers = {"Authorization": f"Bearer {self.api_key}"} if self.api_key else {}
        return httpx.Client(headers=headers, timeout=self.timeout, limits=httpx.Limits(max_connections=None))

    def close(self) -> None:
        self.client.close()

    def post(self, path: str, body: dict[str, Any]) -> httpx.Response:
        """Send the body; the response is open and has status 200. Raises ModelError or EngineUnavailable."""
        import httpx

        for tries_left in range(self.retries, -1, -1):
            request = self.client.build_request("POST", self.base_url.rstrip("/") + path, json=body)
            wait = 0.5 * 2 ** (self.retries - tries_left)
            try:
                response = self.client.send(request, stream=True)
            except httpx.TransportError as error:
                if not tries_left:
                    raise self.unavailable(error) from None
            else:
                if response.status_code == 200:
                    return response
                with closing(response):
                    if response.status_code not in TRY_AGAIN or not tries_left:
                        raise self.refused(response)
                    wait = _retry_after(response.headers.get("retry-after", ""), wait)
            time.sleep(min(wait, LONGEST_WAIT))
        raise AssertionError("unreachable: the last try returns or raises")

    def unavailable(self, problem: Exception | str) -> EngineUnavailable:
        """The error to raise: the server's address, what happened, and nothing secret."""
        what = problem if isinstance(problem, str) else f"{type(problem).__name__}: {problem}"
        return EngineUnavailable(self.cleaned(f"the engine at {self.address} cannot be used: {what}"))

    def refused(self, response: httpx.Response) -> ModelError:
        status, said = response.status_code, _error_text(_read_some(response))
        if status in (401, 403):
            return self.unavailable(f"it refuses the API key (status {status}); check the setting")
        if status in (400, 404, 413, 422):
            return ModelError(self.cleaned(f"the engine at {self.address} refuses the request ({status}): {said}"))
        return self.unavailable(f"it answered status {status}: {said}")

    @property
    def address(self) -> str:
        """The address without a user and password that it may hold."""
        scheme, _, rest = self.base_url.partition("://")
        return f"{scheme}://{rest.rpartition('@')[2]}".partition("?")[0]

    def cleaned(self, text: str) -> str:
        return text.replace(self.api_key, "***") if self.api_key else text


class OpenAICompatible:
    """Chat by ``POST {base_url}/chat/completions``, streamed."""

    def __init__(self, base_url: str, model: str, api_key: str = "", timeout: float = 60.0, retries: int = 2) -> None:
        self.endpoint, self.name = Endpoint(base_url, api_key, timeout, retries), model

    def chat(self, messages: Sequence[Message], options: ChatOptions = DEFAULTS) -> Iterator[Delta]:
        """Stream the reply. Closing the iterator closes the connection, which stops the engine.

        Raises InvalidInput at once; ModelError or EngineUnavailable while it is read.
        """
        if not messages:
            raise InvalidInput("chat needs at least one message")
        return self._stream(_chat_body(self.name, messages, options))

    def close(self) -> None:
        self.endpoint.close()

    def _stream(self, body: dict[str, Any]) -> Iterator[Delta]:
        response = self.endpoint.post("/chat/completions", body)
        with closing(response):
            if "text/event-stream" not in response.headers.get("content-type", ""):
                said = _error_text(_read_some(response))
                raise self.endpoint.unavailable(f"it answered with something else than a stream: {said}")
            yield from self._deltas(response)

    def _deltas(self, response: httpx.Response) -> Iterator[Delta]:
        usage, stop_reason, finished = Usage(), None, False
        for data in self._events(response):
            if data == "[DONE]":
                finished = True
                break
            chunk = self._parsed(data)
            usage = _usage(chunk) or usage
            text, reason = _choice(chunk)
            stop_reason = reason or stop_reason
            if text:
                yield Delta(text)
        if not finished and stop_reason is None:
            raise self.endpoint.unavailable("the stream broke off before the reply was complete; ask again")
        yield Delta(usage=usage, stop_reason=stop_reason or "stop")

    def _events(self, response: httpx.Response) -> Iterator[str]:
        """The stream's data. Comments keep a connection alive, but not for longer than ``timeout``."""
        import httpx

        heard = time.monotonic()
        try:
            for data in events(response.iter_bytes()):
                if data:
                    heard = time.monotonic()
                    yield data
                elif time.monotonic() - heard > self.endpoint.timeout:
                    raise self.endpoint.unavailable(f"it sent no word in {self.endpoint.timeout:g} s")
        except (httpx.TransportError, httpx.DecodingError, httpx.StreamError) as error:
            raise self.endpoint.unavailable(f"the stream broke off ({type(error).__name__}); ask again") from None

    def _parsed(self, data: str) -> dict[str, Any]:
        try:
            chunk = json.loads(data)
        except ValueError:
            raise self.endpoint.unavailable(f"it sent something else than JSON: {data[:BODY_SHOWN]!r}") from None
        if not isinstance(chunk, dict):
            raise self.endpoint.unavailable(f"it sent an unknown kind of event: {data[:BODY_SHOWN]!r}")
        if chunk.get("error"):
            raise self.endpoint.unavailable(f"it reports an error: {_error_text(data)}")
        return cast("dict[str, Any]", chunk)


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
        """Float32 array (len(texts), dimensions), rows of length 1. Raises InvalidInput or ModelError."""
        if isinstance(texts, str) or not all(isinstance(text, str) for text in texts):
            raise InvalidInput("embed takes a list of strings")
        if not texts:
            return np.empty((0, self.dimensions), np.float32)
        parts = [self._embed_batch(list(texts[start : start + BATCH])) for start in range(0, len(texts), BATCH)]
        return np.concatenate(parts)

    def embed_counted(self, texts: Sequence[str]) -> tuple[Vectors, int]:
        return self.embed(texts), sum(len(text) // 4 + 1 for text in texts)

    def close(self) -> None:
        self.endpoint.close()

    def _embed_batch(self, texts: list[str]) -> Vectors:
        import httpx

        try:
            with closing(self.endpoint.post("/embeddings", {"model": self.name, "input": texts})) as response:
                body = response.read()
        except (httpx.TransportError, httpx.DecodingError) as error:
            raise self.endpoint.unavailable(error) from None
        vectors = self._vectors(body, len(texts))
        if vectors.shape[1] != (self._dimensions or vectors.shape[1]):
            raise self.endpoint.unavailable(f"its vectors have {vectors.shape[1]} numbers, not {self._dimensions}")
        self._dimensions = vectors.shape[1]
        return vectors

    def _vectors(self, body: bytes, count: int) -> Vectors:
        try:
            rows = sorted(json.loads(body)["data"], key=lambda row: int(row["index"]))
            if [row["index"] for row in rows] != list(range(count)):
                raise ValueError("it answered for other texts than were sent")
            vectors = np.array([row["embedding"] for row in rows], np.float32).reshape(count, -1)
            lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
            if not np.isfinite(lengths).all() or not lengths.all():
                raise ValueError("a vector is zero or not finite")
        except (ValueError, KeyError, TypeError, IndexError) as error:
            raise self.endpoint.unavailable(f"it sent no usable vectors ({type(error).__name__}: {error})") from None
        return np.asarray(vectors / lengths, np.float32)


def _chat_body(model: str, messages: Sequence[Message], options: ChatOptions) -> dict[str, Any]:
    body: dict[str, Any] = {
        "model": model,
        "messages": [{"role": message.role, "content": message.content} for message in messages],
        "max_tokens": options.max_tokens,
        "temperature": options.temperature,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    if options.schema is not None:
        wanted = {"name": "answer", "strict": True, "schema": options.schema}
        body["response_format"] = {"type": "json_schema", "json_schema": wanted}
    return body


def _choice(chunk: dict[str, Any]) -> tuple[str, StopReason | None]:
    """Text and stop reason of the first choice; both are empty in chunks that carry other things."""
    choices = chunk.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices and isinstance(choices[0], dict) else {}
    delta = choice.get("delta")
    text = delta.get("content") if isinstance(delta, dict) else None
    reason = choice.get("finish_reason")
    return text if isinstance(text, str) else "", STOP_REASONS.get(reason, "stop") if reason else None


def _usage(chunk: dict[str, Any]) -> Usage | None:
    usage = chunk.get("usage")
    if not isinstance(usage, dict):
        return None
    counts = [usage.get(key) for key in ("prompt_tokens", "completion_tokens")]
    return Usage(*(count if isinstance(count, int) else 0 for count in counts))


def _retry_after(value: str, otherwise: float) -> float:
    """Seconds that the header asks for: a number, or a date. ``otherwise`` when it is neither."""
    try:
        seconds = float(value)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(value).timestamp() - time.time()
        except ValueError:
            return otherwise
    return max(0.0, seconds) if math.isfinite(seconds) else otherwise


def _read_some(response: httpx.Response) -> str:
    """The beginning of the body; a server in trouble may send megabytes, or break off."""
    import httpx

    body = b""
    try:
        for piece in response.iter_bytes():
            body += piece
            if len(body) > 65536:
                break
    except (httpx.TransportError, httpx.DecodingError):
        pass  # what arrived is enough for a message
    return body.decode("utf-8", "replace")


def _error_text(body: str) -> str:
    """The server's own words, from {"error": {"message": ...}} if it has that shape."""
    try:
        error = json.loads(body)["error"]
        said = error["message"] if isinstance(error, dict) else error
    except (ValueError, KeyError, TypeError):
        said = body
    return " ".join(str(said).split())[:BODY_SHOWN] or "nothing"
