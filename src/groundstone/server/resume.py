"""What a server takes up when it starts: work in the background that an earlier process left, and times of deletion."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import anyio
from anyio.to_thread import run_sync
from fastapi import FastAPI

from groundstone.errors import GroundstoneError
from groundstone.server import mcp_http

if TYPE_CHECKING:
    from groundstone.platform import Platform

log = logging.getLogger("groundstone")


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Requests are served at once; what was left is taken up beside them."""
    async with mcp_http.lifespan(app), anyio.create_task_group() as tasks:
        tasks.start_soon(run_sync, _resume, app.state.platform)
        yield


def _resume(platform: Platform) -> None:
    """Only what has left something behind: its parts take time to load."""
    home = platform.settings.home
    if (home / "document-jobs").is_dir():
        _begun("reading jobs", lambda: _document_jobs(platform))
    if (home / "documents").is_dir():
        _begun("kept documents", lambda: platform.kept.begin())
    _begun("verification", lambda: platform.resume_verifications())
    if (home / "slides").is_dir() or Path(platform.settings.buckets or home / "buckets").is_dir():
        _begun("slides", lambda: platform.slides.start())


def _document_jobs(platform: Platform) -> None:
    from groundstone.server.aws import textract_jobs

    textract_jobs.begin(platform)


def _begun(what: str, begin: Callable[[], object]) -> None:
    """A part that cannot be taken up says so in the log and to whoever asks for it; the others go on."""
    try:
        begin()
    except GroundstoneError as error:
        log.error("%s cannot be taken up: %s", what, error)
    except Exception:  # a mistake in one part must not end the server for all others
        log.exception("%s cannot be taken up", what)
