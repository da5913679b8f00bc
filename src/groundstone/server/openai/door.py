"""What every call of this API shares: its route class with OpenAI's errors, the caller, the platform, the model."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from typing import TYPE_CHECKING, Any

from fastapi import Request
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from groundstone.errors import GroundstoneError, NotFound
from groundstone.identity import Principal
from groundstone.models.base import ModelInfo
from groundstone.server import auth
from groundstone.server.openai import errors

if TYPE_CHECKING:
    from groundstone.platform import Platform

BASES = "kb/"  # a knowledge base as a model
Endpoint = Callable[[Request], Awaitable[Response]]
GONE = 499  # the caller went away; nobody reads this


class Wire(APIRoute):
    """A route whose endpoint reads the request itself, and whose errors are OpenAI's.

    FastAPI's own reading of parameters and bodies is left out: it would cost more than all the rest of a call.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        return partial(answered, self.endpoint)


async def answered(endpoint: Endpoint, request: Request) -> Response:
    """What an endpoint answers, or its error in OpenAI's form."""
    try:
        return await endpoint(request)
    except (GroundstoneError, HTTPException) as error:
        return errors.answer(error)
    except ClientDisconnect:
        return Response(status_code=GONE)


async def caller(request: Request) -> Principal:
    """Who asks. Raises Unauthenticated."""
    return await auth.identify(request)


def platform(request: Request) -> Platform:
    found: Platform = request.app.state.platform
    return found


def model(platform: Platform, caller: Principal, name: str) -> ModelInfo:
    """By name or alias. Raises ModelNotFound."""
    try:
        return platform.models.info(caller, name)
    except NotFound:
        raise errors.ModelNotFound(name) from None


def new_id(prefix: str) -> str:
    return f"{prefix}{secrets.token_hex(12)}"
