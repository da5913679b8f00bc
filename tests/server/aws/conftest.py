from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.server.aws_models import ModelsPlatform, client, served


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ModelsPlatform, Any]]:
    """A platform whose models say what a test tells them, and boto3's client of it."""
    with served(tmp_path_factory.mktemp("runtime")) as (platform, address):
        yield platform, client(address)


@pytest.fixture
def platform(site: tuple[ModelsPlatform, Any]) -> ModelsPlatform:
    site[0].begin()
    return site[0]


@pytest.fixture
def bedrock(site: tuple[ModelsPlatform, Any]) -> Any:
    return site[1]
