from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from groundstone.server.app import create_app

from .live import serving
from .standin import StandInPlatform


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[StandInPlatform]:
    platform = StandInPlatform(tmp_path)
    yield platform
    platform.conversations.close()


@pytest.fixture
def client(platform: StandInPlatform) -> Iterator[httpx.Client]:
    with serving(create_app(platform)) as address, httpx.Client(base_url=address) as client:
        yield client


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """One server for all tests of a file, for those that only look."""
    platform = StandInPlatform(tmp_path_factory.mktemp("shared"))
    with serving(create_app(platform)) as address, httpx.Client(base_url=address) as client:
        yield client
    platform.conversations.close()
