"""A server whose runs are kept in a folder, and the order of a simulated engine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from groundstone.config import Settings
from groundstone.platform import Platform
from groundstone.server.app import create_app

from .live import serving

SIMULATED = {"place": {"model": "llama-2-7b", "instance": "ml.g5.2xlarge"}, "speed": 50.0}


@contextmanager
def runs_served(home: Path) -> Iterator[str]:
    """The address of the server."""
    with Platform(Settings(home=home)) as platform, serving(create_app(platform)) as address:
        yield address
