"""``/mcp``: the MCP server over streamable HTTP, behind the same door as every other API."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import anyio
from anyio import to_thread
from anyio.abc import TaskStatus
from fastapi import FastAPI, Request
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

from groundstone.errors import Unauthenticated
from groundstone.server import auth

if TYPE_CHECKING:
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

    from groundstone.platform import Platform

PATH = "/mcp"
CALLER = "groundstone.caller"  # where the principal stands in a request's scope
LARGEST = 2**20  # bytes of a request
UNAUTHENTICATED = -32001  # of the range that JSON-RPC leaves to servers


def route() -> Route:
    return Route(PATH, Endpoint(), include_in_schema=False)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Keeps what the endpoint starts with its first request, and ends it with the application."""
    async with anyio.create_task_group() as tasks:
        app.state.tasks = tasks
        yield
        tasks.cancel_scope.cancel()


class Endpoint:
    """One request, one answer, no sessions: any process of several may answer the next one."""

    def __init__(self) -> None:
        self._manager: StreamableHTTPSessionManager | None = None
        self._starting = anyio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        if request.method != "POST":
            # A stream of the server's own news, or the end of a session: there is neither.
            refusal = _refused(405, "Send requests with POST.", allow="POST")
            return await refusal(scope, receive, send)
        try:
            caller = await auth.identify(request)
            body = await request.body()
        except Unauthenticated as error:
            refusal = _refused(401, str(error), **{"www-authenticate": "Bearer"})
            return await refusal(scope, receive, send)
        except ClientDisconnect:
            return None
        manager = await self._started(request.app)
        await manager.handle_request({**scope, CALLER: caller}, _replayed(body, receive), send)

    async def _started(self, app: FastAPI) -> StreamableHTTPSessionManager:
        async with self._starting:
            if self._manager is None:
                manager = await to_thread.run_sync(_manager, app.state.platform)
                await app.state.tasks.start(_run, manager)
                self._manager = manager
        return self._manager


def _manager(platform: Platform) -> StreamableHTTPSessionManager:
    from mcp.server.transport_security import TransportSecuritySettings

    from groundstone.server.mcp import build

    server = build(platform)
    # The Gate has checked host and origin of every request before it comes here.
    checked = TransportSecuritySettings(enable_dns_rebinding_protection=False)
    server.streamable_http_app(
        json_response=True, stateless_http=True, max_request_body_size=LARGEST, transport_security=checked
    )
    return server.session_manager


async def _run(manager: StreamableHTTPSessionManager, *, task_status: TaskStatus[None]) -> None:
    async with manager.run():
        task_status.started()
        await anyio.sleep_forever()


def _replayed(body: bytes, receive: Receive) -> Receive:
    """The body was read to verify a signature; it is handed on once more."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


def _refused(status: int, message: str, **headers: str) -> JSONResponse:
    body = {"jsonrpc": "2.0", "id": None, "error": {"code": UNAUTHENTICATED, "message": message}}
    return JSONResponse(body, status, headers)
