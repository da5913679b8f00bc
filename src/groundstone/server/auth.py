"""The door: who sends a request, told from its credentials, once and for every API alike.

Beyond loopback nobody is anonymous. On loopback, until a first access key is made or set, whatever is shown stands
for the one local user, so that programs written for a cloud run with the dummy credentials they have.
"""

from __future__ import annotations

import hmac
import logging
from collections.abc import Iterable
from functools import lru_cache
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING

from anyio import to_thread
from fastapi import Request
from starlette.exceptions import HTTPException

from groundstone.config import Settings
from groundstone.errors import Busy, ConfigError, Forbidden, StoreError, Unauthenticated
from groundstone.identity import LOCAL, Principal
from groundstone.server import cookies, sigv4
from groundstone.server.attempts import Attempts

if TYPE_CHECKING:
    from groundstone.knowledge.spec import SourceSpec
    from groundstone.platform import Platform
    from groundstone.stores.keys import AccessKey

log = logging.getLogger(__name__)

SHORTEST_KEY = 16
LARGE_BODY = 256 * 1024  # bytes whose hash would hold up other requests
MISSING = "Show an access key: as a bearer token, by signing the request (AWS Signature V4), or by signing in."


def check(platform: Platform) -> None:
    """Raises ConfigError when the server could be reached by others and nothing protects it."""
    settings = platform.settings
    if not settings.access_key and not is_loopback(settings.host) and not platform.keys.any():
        raise ConfigError(
            f"host {settings.host} can be reached from other machines; make a key (groundstone keys create --admin), "
            "set access_key, or listen on 127.0.0.1"
        )
    if settings.access_key and len(settings.access_key) < SHORTEST_KEY:
        raise ConfigError(f"access_key has at least {SHORTEST_KEY} characters")
    if settings.access_key.startswith("gs-"):
        raise ConfigError("access_key may not begin with 'gs-': keys that were made look like that")


@lru_cache(64)  # it is asked for with every request
def is_loopback(host: str) -> bool:
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def is_open(platform: Platform) -> bool:
    """Whether anybody who reaches this server is the one local user."""
    settings: Settings = platform.settings
    return not settings.access_key and is_loopback(settings.host) and not platform.keys.any()


async def identify(request: Request) -> Principal:
    """The caller. Every API asks here, and nowhere else.

    For a signed request the body is read; read it again from this same ``request``.

    Raises Unauthenticated, its ``reason`` one of ``sigv4.EXCEPTIONS``, and RateLimited.
    """
    platform: Platform = request.app.state.platform
    if is_open(platform):
        return LOCAL
    try:
        caller = await _shown(request, platform)
    except Unauthenticated as error:
        if error.reason != "missing":
            await _attempts(request).pause()
        raise
    if caller.key and platform.keys.is_due(caller.key):
        await to_thread.run_sync(_note_use, platform, caller.key, limiter=request.app.state.limiter)
    return caller


async def principal(request: Request) -> Principal:
    """The caller of a route of the native API. Answers 401 to whom ``identify`` does not know."""
    try:
        return await identify(request)
    except Unauthenticated as error:
        raise HTTPException(401, str(error), {"www-authenticate": "Bearer"}) from None


async def page_principal(request: Request) -> Principal:
    """The caller of a page; who is not signed in is sent to the sign-in page."""
    try:
        return await identify(request)
    except Unauthenticated:
        raise HTTPException(303, "Sign in first.", {"location": "/sign-in"}) from None


def is_owner(caller: Principal) -> bool:
    """Whether the caller runs this installation: by the setting ``access_key``, or where no key exists yet."""
    return not caller.key


def is_admin(platform: Platform, caller: Principal) -> bool:
    """Whether the caller may manage the keys of their tenant and see all its usage."""
    key = platform.keys.find(caller.key) if caller.key else None
    return is_owner(caller) or (key is not None and key.admin)


def need_admin(platform: Platform, caller: Principal, what: str = "This") -> None:
    """Raises Forbidden."""
    if not is_admin(platform, caller):
        raise Forbidden(f"{what} needs an administrator's access key.")


def recognised(request: Request, shown: str) -> Principal:
    """Whom a bearer token stands for: the holder of a key, or of the setting ``access_key``."""
    platform: Platform = request.app.state.platform
    key = platform.keys.by_bearer(shown)
    if key is not None:
        return _usable(key)
    chosen = platform.settings.access_key
    if chosen and not shown.startswith("gs-"):
        address = request.client.host if request.client else ""
        _attempts(request).admit(address)
        if hmac.compare_digest(shown.encode("utf-8", "replace"), chosen.encode()):
            return LOCAL
        _attempts(request).failed(address)
    raise Unauthenticated("That is not a valid access key of this server.", "secret")


def need_roots(platform: Platform, caller: Principal, sources: Iterable[SourceSpec]) -> None:
    """That who has an access key names only folders for that: others may hold what is not theirs. Raises Forbidden."""
    if is_owner(caller):
        return
    roots = [root.resolve() for root in platform.source_roots]
    for source in sources:
        path = Path(source.path).expanduser().resolve()
        if source.path and source.kind != "s3" and not any(path.is_relative_to(root) for root in roots):
            raise Forbidden(
                f"The folder {source.path} may not be read for an access key; the setting source_roots names those "
                "that may."
            )


async def _shown(request: Request, platform: Platform) -> Principal:
    headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers.raw]
    query: bytes = request.scope["query_string"]
    if sigv4.is_signed(headers, query):
        return await _signed(request, platform, headers, query)
    scheme, _, shown = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return recognised(request, shown.strip())
    cookie = request.cookies.get(cookies.NAME)
    if cookie is None:
        raise Unauthenticated(MISSING)
    return _of_cookie(platform, cookie)


async def _signed(request: Request, platform: Platform, headers: sigv4.Headers, query: bytes) -> Principal:
    body = await request.body()
    wire = sigv4.Wire(request.method, request.scope["raw_path"], query, headers, body)
    if len(body) < LARGE_BODY:
        shown = sigv4.verify(wire, platform.keys.secret)
    else:
        shown = await to_thread.run_sync(sigv4.verify, wire, platform.keys.secret, limiter=request.app.state.limiter)
    return _usable(platform.keys.find(shown))


def _of_cookie(platform: Platform, cookie: str) -> Principal:
    shown = cookies.key_of(cookie)
    is_owners = shown == cookies.OWNER
    secret = platform.settings.access_key if is_owners else platform.keys.secret(shown)
    if not secret or not cookies.holds(cookie, secret):
        raise Unauthenticated("You are no longer signed in.", "expired")
    return LOCAL if is_owners else _usable(platform.keys.find(shown))


def _note_use(platform: Platform, key: str) -> None:
    try:
        platform.keys.touch(key)
    except (Busy, StoreError) as error:
        # A full disk or a busy file is no reason to refuse a valid key.
        log.warning("the use of the access key %s could not be noted: %s", key, error)


def _usable(key: AccessKey | None) -> Principal:
    if key is None:
        raise Unauthenticated("The access key was deleted.", "unknown")
    if key.disabled:
        raise Unauthenticated(f"The access key {key.id} is disabled.", "disabled")
    return key.principal


def _attempts(request: Request) -> Attempts:
    found: Attempts = request.app.state.attempts
    return found
