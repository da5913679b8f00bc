"""A server with load runs, and the address of its API."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fastapi import FastAPI

from groundstone.config import Settings
from groundstone.platform import Platform
from groundstone.server import load_runs
from groundstone.server.app import create_app

from .live import serving

SIMULATED = {"place": {"model": "llama-2-7b", "instance": "ml.g5.2xlarge"}, "speed": 50.0}


def application(platform: Platform) -> FastAPI:
    app = create_app(platform)
    if not any(str(getattr(route, "path", "")).startswith("/api/load-runs") for route in app.routes):
        app.include_router(load_runs.router)
    return app


@contextmanager
def runs_served(home: Path) -> Iterator[str]:
    with Platform(Settings(home=home)) as platform, serving(application(platform)) as address:
        yield address
