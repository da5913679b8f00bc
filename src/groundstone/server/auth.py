"""Who asks: one person on a machine of their own, or whoever holds the access key."""

from __future__ import annotations

import hashlib
import hmac
from ipaddress import ip_address
from urllib.parse import parse_qs

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from groundstone.config import Settings
from groundstone.errors import ConfigError
from groundstone.identity import LOCAL, Principal

COOKIE = "groundstone"
SHORTEST_KEY = 16
MONTH = 30 * 24 * 3600

router = APIRouter(include_in_schema=False)


def check(settings: Settings) -> None:
    """Raises ConfigError when the server could be reached by others and no access key protects it."""
    if not settings.access_key and not is_loopback(settings.host):
        raise ConfigError(
            f"host {settings.host} can be reached from other machines; set access_key, or listen on 127.0.0.1"
        )
    if settings.access_key and len(settings.access_key) < SHORTEST_KEY:
        raise ConfigError(f"access_key has at least {SHORTEST_KEY} characters")


def is_loopback(host: str) -> bool:
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def principal(request: Request) -> Principal:
    """The caller of an API route. Raises 401 when an access key is set and not shown."""
    if _admitted(request):
        return LOCAL
    raise HTTPException(401, "Show the access key as a bearer token, or sign in.", {"www-authenticate": "Bearer"})


def page_principal(request: Request) -> Principal:
    """The caller of a page; who is not signed in is sent to the sign-in page."""
    if _admitted(request):
        return LOCAL
    raise HTTPException(303, "Sign in first.", {"location": "/sign-in"})


@router.get("/sign-in")
async def form(request: Request) -> Response:
    from groundstone.server.web import pages

    return pages.sign_in(request)


@router.post("/sign-in")
async def sign_in(request: Request) -> Response:
    from groundstone.server.web import pages

    key = _key(request)
    sent = parse_qs((await request.body()).decode("utf-8", "replace")).get("key", [""])[0]
    if not key or not _same(sent.strip(), key):
        return pages.sign_in(request, failed=True)
    response = RedirectResponse("/", status_code=303)
    secure = request.url.scheme == "https"
    response.set_cookie(COOKIE, _token(key), max_age=MONTH, httponly=True, samesite="lax", secure=secure)
    return response


@router.post("/sign-out")
async def sign_out(request: Request) -> Response:
    response = RedirectResponse("/sign-in", status_code=303)
    response.delete_cookie(COOKIE)
    return response


def _admitted(request: Request) -> bool:
    key = _key(request)
    if not key:
        return True
    scheme, _, shown = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and _same(shown.strip(), key):
        return True
    return _same(request.cookies.get(COOKIE, ""), _token(key))


def _key(request: Request) -> str:
    settings: Settings = request.app.state.platform.settings
    return settings.access_key


def _token(key: str) -> str:
    """What the cookie holds: proof of the key, not the key."""
    return hmac.new(key.encode(), b"groundstone sign-in", hashlib.sha256).hexdigest()


def _same(left: str, right: str) -> bool:
    return hmac.compare_digest(left.encode("utf-8", "replace"), right.encode())
