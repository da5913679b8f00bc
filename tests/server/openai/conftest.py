from __future__ import annotations

from collections.abc import Iterator

import openai
import pytest

from tests.server.openai_home import Home, served


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Home, str]]:
    """A platform whose models always say the same, and the address at which it is served."""
    with served(tmp_path_factory.mktemp("openai")) as made:
        yield made


@pytest.fixture
def home(world: tuple[Home, str]) -> Home:
    world[0].scripted.say("Hello", " world")
    return world[0]


@pytest.fixture
def client(world: tuple[Home, str]) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{world[1]}/v1", api_key="any", max_retries=0) as client:
        yield client
