"""What every request passes first: host, origin and size are checked, and every response gets its headers."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from groundstone.server import dialects, errors

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
READS = frozenset({"GET", "HEAD", "OPTIONS"})
POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "object-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",  # "no-referrer" would hide the origin of our own forms from us
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


class Gate:
    """ASGI middleware. ``hosts`` are the names this server answers to; None when any name may lead here."""

    def __init__(self, app: ASGIApp, *, hosts: frozenset[str] | None, max_body: int) -> None:
        self.app = app
        self.hosts = hosts
        self.max_body = max_body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        outgoing = _Outgoing(send)
        refusal = self._refusal(scope["method"], Headers(scope=scope))
        if refusal is not None:
            return await dialects.answer(scope, *refusal)(scope, receive, outgoing)
        try:
            await self.app(scope, _limited(receive, self.max_body), outgoing)
        except Exception as error:
            # The last stop: whatever a route did not foresee is logged and answered without its trace.
            described = errors.described(error)
            if outgoing.started:
                raise
            await dialects.answer(scope, 500, **described)(scope, receive, outgoing)

    def _refusal(self, method: str, headers: Headers) -> tuple[int, str, str] | None:
        """Status, code and message, or None for a request that may pass."""
        host = headers.get("host", "")
        if self.hosts is not None and host_name(host) not in self.hosts:
            return 421, "wrong_host", "This server does not answer to that host name."
        if method not in READS and _from_elsewhere(headers, host):
            return 403, "forbidden", "Another site may not change anything here."
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length[:18]) > self.max_body:
            return 413, "too_large", _too_large(self.max_body)
        return None


class _Outgoing:
    """Sends on, adding the headers of every response."""

    def __init__(self, send: Send) -> None:
        self.send = send
        self.started = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await self.send(message)


def host_name(host: str) -> str:
    """The name in a Host header, without port and brackets, in lower case; empty when malformed."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _from_elsewhere(headers: Headers, host: str) -> bool:
    # Browsers say where a request comes from; other clients say nothing and carry no ambient credentials.
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = headers.get("origin")
    return origin is not None and origin.partition("://")[2] != host


def _limited(receive: Receive, limit: int) -> Receive:
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > limit:
            raise HTTPException(413, _too_large(limit))
        return message

    return counted


def _too_large(limit: int) -> str:
    return f"A request may have at most {limit / 2**20:g} MB."
