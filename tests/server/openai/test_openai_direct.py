"""The short way to the calls of the OpenAI wire leads where the router leads."""

from __future__ import annotations

from typing import Any

from groundstone.server.openai import chat
from groundstone.server.openai.direct import ENDPOINTS, Direct
from groundstone.server.openai.routes import routers
from tests import looping


def passed_on(scope: dict[str, Any]) -> bool:
    seen: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope)

    async def unused(*_: Any) -> Any:
        raise AssertionError("the request was not passed on")

    looping.run(Direct(app)(scope, unused, unused))
    return seen == [scope]


def test_every_call_that_makes_something_is_there() -> None:
    posted = {route.path for router in routers for route in router.routes if route.methods == {"POST"}}  # type: ignore[attr-defined]
    assert set(ENDPOINTS) == posted
    assert ENDPOINTS["/v1/chat/completions"] is chat.complete
    assert "/v2/rerank" in ENDPOINTS


def test_other_methods_paths_and_protocols_go_on_to_the_router() -> None:
    assert passed_on({"type": "http", "method": "GET", "path": "/v1/chat/completions"})
    assert passed_on({"type": "http", "method": "POST", "path": "/v1/chat/completions/"})
    assert passed_on({"type": "http", "method": "POST", "path": "/v1/models"})
    assert passed_on({"type": "lifespan"})
    assert passed_on({"type": "websocket", "path": "/v1/chat/completions"})
