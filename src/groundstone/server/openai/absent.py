"""What this API does not offer, said in its own form."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from groundstone.server.openai import door

VERBS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]


def install(router: APIRouter) -> None:
    """Answer every other call below the router's prefix; to be called when all routes are there."""
    offered = [route for route in router.routes if isinstance(route, Route)]

    async def refuse(request: Request) -> Response:
        await door.caller(request)
        path, method = request.url.path, request.method
        verbs = {verb for route in offered if route.path_regex.match(path) for verb in route.methods or ()}
        if verbs:
            allowed = ", ".join(sorted(verbs))
            raise HTTPException(405, f"{method} {path} is not possible; use {allowed}.", {"allow": allowed})
        calls = ", ".join(sorted({route.path for route in offered if "{" not in route.path}))
        raise HTTPException(404, f"{method} {path[:200]} is not offered here. There are: {calls}.")

    router.add_api_route("/{path:path}", refuse, methods=VERBS, include_in_schema=False)
