"""One HTTP server of models: where it is, how patiently to ask it, and what its refusals mean."""

from __future__ import annotations

import json
import math
import random
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from groundstone.errors import (
    ConfigError,
    ContextTooLong,
    EngineTimeout,
    EngineUnavailable,
    GroundstoneError,
    InvalidInput,
    ModelError,
)
from groundstone.models.connections import TROUBLE, Connections, Line, Reply, basic

TRY_AGAIN = {408, 429, 500, 502, 503, 504}
FIRST_WAIT = 0.5  # seconds before the second try, at most; doubled for each further one
LONGEST_WAIT = 30.0  # seconds; a server that asks for more is not waited for
BODY_SHOWN = 300  # characters of an error body
ERROR_READ = 65536  # bytes of an error body; a server in trouble may send megabytes
BODY_LIMIT = 256 << 20  # bytes of a reply in one piece
_TOO_LONG = re.compile(
    r"context_length_exceeded|exceed_context_size|maximum context length"
    r"|(?:available|model'?s?) context (?:size|length)"
    r"|exceeds the context length|inputs.{0,3} tokens \+ .{0,3}max_new_tokens|prompt is too long: \d",
    re.IGNORECASE,
)


class Refusal(ModelError):
    """The server refuses what was asked (400, 404, 413, 422); ``said`` are its words."""

    def __init__(self, message: str, said: str) -> None:
        super().__init__(message)
        self.said = said


@dataclass(frozen=True)
class Endpoint:
    """One server: where it is, and how patiently to ask it.

    Args:
        base_url: up to and including the version, such as ``http://localhost:11434/v1``.
        api_key: sent as a bearer token; never part of a message or of ``repr``.
        timeout: seconds without a sign from the server.
        retries: further tries when it is busy or cannot be reached. Neither a reply that has begun nor a request
            that timed out is repeated.
    """

    base_url: str
    api_key: str = field(default="", repr=False)
    timeout: float = 60.0
    retries: int = 2

    def __post_init__(self) -> None:
        if not self.base_url.startswith(("http://", "https://")) or not urlsplit(self.base_url).hostname:
            raise ConfigError("the engine's address must begin with http:// or https:// and name a host")
        if not self.base_url.isascii() or not self.base_url.isprintable() or " " in self.base_url:
            raise ConfigError("the engine's address holds signs that cannot be sent")
        if not self.api_key.isascii() or not self.api_key.isprintable():
            raise ConfigError("the engine's key holds signs that cannot be sent; was it copied completely?")
        if self.timeout <= 0 or self.retries < 0:
            raise ConfigError("timeout must be positive and retries must not be negative")

    def close(self) -> None:
        """Close idle connections; those in use end with their replies."""
        self._connections.close()

    def post(self, path: str, body: Mapping[str, Any], line: Line | None = None) -> Reply:
        """Send the body as JSON; the reply is open and has status 200. ``path`` that begins with // is the server's.

        Raises ContextTooLong, Refusal, EngineTimeout or EngineUnavailable, InvalidInput for what is no JSON.
        """
        line = line or Line()
        message = self._message(path, body)
        for number in range(self.retries + 1):
            wait = FIRST_WAIT * 2**number * random.uniform(0.5, 1.0)
            try:
                reply = self._connections.send(message, line)
            except TimeoutError:
                raise self.late() from None
            except TROUBLE as error:
                if number == self.retries or line.is_cut:
                    raise self.unavailable(error) from None
            else:
                if reply.status == 200:
                    return reply
                with closing(reply):
                    wait = self._wait_or_raise(reply, wait, number == self.retries)
            line.wait(wait)
        raise AssertionError("unreachable: the last try returns or raises")

    def ask(self, path: str, body: Mapping[str, Any]) -> Any:
        """The reply as parsed JSON. Raises what ``post`` does."""
        with closing(self.post(path, body)) as reply:
            return self.parsed(self.read(reply))

    def read(self, reply: Reply) -> bytes:
        with self.trouble("the reply broke off"):
            body = reply.read(BODY_LIMIT)
        if len(body) > BODY_LIMIT:
            raise self.unavailable(f"its reply is larger than {BODY_LIMIT >> 20} MiB")
        return body

    def parsed(self, data: bytes | str) -> Any:
        try:
            return json.loads(data)
        except (ValueError, RecursionError):
            shown = data[:BODY_SHOWN] if isinstance(data, str) else data[:BODY_SHOWN].decode("utf-8", "replace")
            raise self.unavailable(f"it sent something else than JSON: {shown!r}") from None

    @contextmanager
    def trouble(self, what: str) -> Iterator[None]:
        """Turns a connection's failures into errors of ours."""
        try:
            yield
        except TimeoutError:
            raise self.late() from None
        except TROUBLE as error:
            raise self.unavailable(f"{what} ({type(error).__name__}); ask again") from None

    def late(self) -> EngineTimeout:
        return EngineTimeout(f"the engine at {self.address} sent no word in {self.timeout:g} s")

    def unavailable(self, problem: Exception | str) -> EngineUnavailable:
        """The error to raise: the server's address, what happened, and nothing secret."""
        what = problem if isinstance(problem, str) else f"{type(problem).__name__}: {problem}"
        return EngineUnavailable(self.cleaned(f"the engine at {self.address} cannot be used: {what}"))

    def refused(self, status: int, body: bytes | str) -> GroundstoneError:
        """What an answer other than 200, or an error inside a stream, means."""
        text = body.decode("utf-8", "replace") if isinstance(body, bytes) else body
        said = self.cleaned(error_text(text))
        if status in (401, 403):
            return self.unavailable(f"it refuses the API key (status {status}); check the setting")
        if _TOO_LONG.search(text[:ERROR_READ]):
            return ContextTooLong(f"prompt and reply do not fit into the model's context: {said}")
        if status in (400, 404, 413, 422):
            return Refusal(f"the engine at {self.address} refuses the request ({status}): {said}", said)
        if status in (408, 504):
            return EngineTimeout(f"the engine at {self.address} did not answer in time ({status}): {said}")
        return self.unavailable(f"it answered status {status}: {said}")

    @property
    def address(self) -> str:
        """The address without a user and password that it may hold."""
        scheme, _, rest = self.base_url.partition("://")
        return f"{scheme}://{rest.rpartition('@')[2]}".partition("?")[0]

    def cleaned(self, text: str) -> str:
        hidden = len(self.api_key) > 4  # shorter ones guard nothing, and may be part of any word
        return text.replace(self.api_key, "***") if hidden else text

    def _wait_or_raise(self, reply: Reply, wait: float, is_last: bool) -> float:
        """Seconds until the next try. Raises when there is none, or when the server asks for too long a wait."""
        wait = _retry_after(reply.header("retry-after"), wait)
        if reply.status not in TRY_AGAIN or is_last or wait > LONGEST_WAIT:
            raise self.refused(reply.status, _read_some(reply))
        return wait

    @cached_property
    def _connections(self) -> Connections:
        return Connections(urlsplit(self.base_url), self.timeout)

    @cached_property
    def _headers(self) -> bytes:
        url = self._connections.url
        headers = {"Host": url.netloc.rpartition("@")[2], "User-Agent": "groundstone", "Accept": "*/*"}
        headers |= {"Accept-Encoding": "identity", "Content-Type": "application/json"}
        if self.api_key:
            headers["Authorization"] = f"Bearer {self.api_key}"
        elif url.username is not None:
            headers["Authorization"] = basic(url)
        headers |= self._connections.proxy_headers
        return "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode("ascii")

    def _message(self, path: str, body: Mapping[str, Any]) -> bytes:
        try:
            data = json.dumps(body, allow_nan=False).encode()
        except (ValueError, TypeError, RecursionError) as error:
            raise InvalidInput(f"the request cannot be written as JSON: {error}") from None
        return b"%s%sContent-Length: %d\r\n\r\n%s" % (self._first_line(path), self._headers, len(data), data)

    def _first_line(self, path: str) -> bytes:
        url = self._connections.url
        whole = path[1:] if path.startswith("//") else url.path.rstrip("/") + path
        query = f"?{url.query}" if url.query else ""
        return f"POST {self._connections.target}{whole}{query} HTTP/1.1\r\n".encode("ascii")


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


def _read_some(reply: Reply) -> bytes:
    try:
        return reply.read(ERROR_READ)
    except TROUBLE:
        return b""  # the status is enough for a message


def error_text(body: str) -> str:
    """The server's own words, from {"error": {"message": ...}}, {"message": ...} or {"detail": ...}."""
    said: Any = body
    with suppress(ValueError, RecursionError):
        said = json.loads(body)
    for name in ("error", "message", "detail"):
        if isinstance(said, dict) and said.get(name):
            said = said[name]
    if not isinstance(said, str):
        said = json.dumps(said, ensure_ascii=False)
    return " ".join(said.split())[:BODY_SHOWN] or "nothing"
