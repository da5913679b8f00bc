"""Signing in and out of the pages: a key in a form becomes a cookie that is tied to it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from groundstone.errors import Unauthenticated
from groundstone.server import auth, cookies
from groundstone.server.web import pages

if TYPE_CHECKING:
    from groundstone.platform import Platform

router = APIRouter(include_in_schema=False)


@router.get("/sign-in")
async def form(request: Request) -> Response:
    return pages.sign_in(request)


@router.post("/sign-in")
async def sign_in(request: Request) -> Response:
    """Takes the bearer form of a key, or the setting ``access_key``."""
    sent = parse_qs((await request.body()).decode("utf-8", "replace")).get("key", [""])[0].strip()
    try:
        caller = auth.recognised(request, sent)
    except Unauthenticated:
        await request.app.state.attempts.pause()
        return pages.sign_in(request, failed=True)
    platform: Platform = request.app.state.platform
    shown = caller.key or cookies.OWNER
    secret = (platform.keys.secret(shown) if caller.key else platform.settings.access_key) or ""
    response = RedirectResponse("/", status_code=303)
    response.set_cookie(
        cookies.NAME,
        cookies.sealed(shown, secret),
        max_age=cookies.MONTH,
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
    return response


@router.post("/sign-out")
async def sign_out(request: Request) -> Response:
    response = RedirectResponse("/sign-in", status_code=303)
    response.delete_cookie(cookies.NAME)
    return response
