"""The application: routes, error forms and the gate that every request passes, around one platform."""

from __future__ import annotations

from typing import TYPE_CHECKING

from anyio import CapacityLimiter
from fastapi import FastAPI

from groundstone.config import Settings
from groundstone.server import (
    auth,
    builder,
    custom,
    documents,
    endpoints,
    errors,
    forensics,
    keys,
    load_runs,
    mcp_http,
    native,
    openapi,
    resume,
    sign_in,
    slides,
    talks,
    tasks,
    usage,
    verification,
)
from groundstone.server.attempts import Attempts
from groundstone.server.aws import handlers
from groundstone.server.aws.dispatch import AwsWire
from groundstone.server.openai import routes as openai
from groundstone.server.openai.direct import Direct
from groundstone.server.security import LOOPBACK, Gate
from groundstone.server.stream import MODEL_CALLS, THREADS
from groundstone.server.web import pages

if TYPE_CHECKING:
    from groundstone.platform import Platform


def create_app(platform: Platform) -> FastAPI:
    """Raises ConfigError when others could reach the server and no access key protects it."""
    auth.check(platform)
    app = FastAPI(
        title="Groundstone",
        description="Answers that stand on your own documents.",
        docs_url=None,  # both pages would load scripts from elsewhere
        redoc_url=None,
        openapi_url=None,  # openapi.py serves it
        generate_unique_id_function=openapi.operation_id,
        lifespan=resume.lifespan,
    )
    app.state.platform = platform
    app.state.limiter = CapacityLimiter(THREADS)
    app.state.model_limiter = CapacityLimiter(MODEL_CALLS)
    app.state.attempts = Attempts()
    errors.install(app)
    handlers.load()
    app.add_middleware(Direct)
    app.add_middleware(AwsWire)  # the one added last is the outermost
    app.add_middleware(Gate, hosts=hosts(platform.settings), max_body=platform.settings.max_upload_mb * 2**20)
    app.add_api_route("/healthz", healthz, include_in_schema=False)
    for router in (
        *openai.routers,  # first: routes are tried in order, and here every microsecond is counted
        native.router,
        talks.router,
        keys.router,
        tasks.router,
        usage.router,
        builder.router,
        custom.router,
        documents.router,
        forensics.router,
        endpoints.router,
        load_runs.router,
        slides.router,
        verification.router,
        sign_in.router,
        pages.router,
    ):
        app.include_router(router)
    openapi.install(app)
    app.router.routes.append(mcp_http.route())
    app.mount("/static", pages.static())
    return app


def hosts(settings: Settings) -> frozenset[str] | None:
    """Host names to answer to. On loopback any other name means DNS rebinding: a foreign page that asks us."""
    if not auth.is_loopback(settings.host):
        return None
    return LOOPBACK | {settings.host.strip("[]").lower()}


async def healthz() -> dict[str, str]:
    return {"status": "ok"}
