"""A shorter way to the calls of this API than through the router, whose machinery costs more than a call's own work."""

from __future__ import annotations

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from groundstone.server.openai import door
from groundstone.server.openai.routes import routers

ENDPOINTS: dict[str, door.Endpoint] = {
    route.path: route.endpoint
    for router in routers
    for route in router.routes
    if isinstance(route, door.Wire) and route.methods == {"POST"} and "{" not in route.path
}


class Direct:
    """ASGI middleware, the innermost. What it does not know, and every other method, goes on to the router."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        endpoint = ENDPOINTS.get(scope["path"]) if scope["type"] == "http" and scope["method"] == "POST" else None
        if endpoint is None:
            return await self.app(scope, receive, send)
        response = await door.answered(endpoint, Request(scope, receive))
        return await response(scope, receive, send)
