"""The application: routes, error forms and the gate that every request passes, around one platform."""

from __future__ import annotations

from typing import TYPE_CHECKING

from anyio import CapacityLimiter
from fastapi import FastAPI

from groundstone.config import Settings
from groundstone.server import auth, errors, native, talks
from groundstone.server.security import LOOPBACK, Gate
from groundstone.server.stream import THREADS
from groundstone.server.web import pages

if TYPE_CHECKING:
    from groundstone.platform import Platform


def create_app(platform: Platform) -> FastAPI:
    """Raises ConfigError when others could reach the server and no access key protects it."""
    auth.check(platform.settings)
    app = FastAPI(
        title="Groundstone",
        description="Answers that stand on your own documents.",
        docs_url=None,  # both pages would load scripts from elsewhere
        redoc_url=None,
        openapi_url="/api/openapi.json",
    )
    app.state.platform = platform
    app.state.limiter = CapacityLimiter(THREADS)
    errors.install(app)
    app.add_middleware(Gate, hosts=hosts(platform.settings), max_body=platform.settings.max_upload_mb * 2**20)
    app.add_api_route("/healthz", healthz, include_in_schema=False)
    for router in (native.router, talks.router, auth.router, pages.router):
        app.include_router(router)
    app.mount("/static", pages.static())
    return app


def hosts(settings: Settings) -> frozenset[str] | None:
    """Host names to answer to. On loopback any other name means DNS rebinding: a foreign page that asks us."""
    if not auth.is_loopback(settings.host):
        return None
    return LOOPBACK | {settings.host.strip("[]").lower()}


async def healthz() -> dict[str, str]:
    return {"status": "ok"}
