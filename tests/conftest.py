"""What the whole suite shares: the real weights, and knowledge bases that are built once a worker."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from groundstone.config import load
from groundstone.errors import WeightsCorrupt, WeightsMissing
from groundstone.knowledge.base import KnowledgeBase
from groundstone.models.weights import WeightStore
from tests import bases

NAME = "all-minilm-l6-v2"


@pytest.fixture(scope="session", autouse=True)
def authorities_read_once() -> Iterator[None]:
    """Clients of httpx read the list of certificate authorities each, which takes longer than most tests."""
    from httpx._transports import default

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(default, "create_ssl_context", cache(default.create_ssl_context))
        yield


@pytest.fixture(scope="session")
def minilm_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The real weights: those of GROUNDSTONE_TEST_MODELS or the user's own, else pulled into pytest's folder."""
    named = os.environ.get("GROUNDSTONE_TEST_MODELS")
    try:
        return WeightStore(Path(named) if named else load().home / "models").path(NAME)
    except (WeightsMissing, WeightsCorrupt):
        store = WeightStore(tmp_path_factory.getbasetemp().parent / "models")  # all workers share it
    try:
        return store.pull(NAME)
    except WeightsMissing as error:
        pytest.skip(f"the embedding model cannot be fetched here: {error}")


@pytest.fixture(scope="session")
def films(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeBase]:
    """The shipped catalogue with the words of the film application; meaning is faked."""
    with bases.built(tmp_path_factory.mktemp("films"), bases.film_spec(), bases.film_rows()) as made:
        yield made


@pytest.fixture(scope="session")
def houses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeBase]:
    """Another domain, without any table of words: only what the schema says."""
    with bases.built(tmp_path_factory.mktemp("houses"), bases.house_spec(), bases.HOUSES) as made:
        yield made


@pytest.fixture(scope="session")
def handbook(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeBase]:
    """Plain texts without fields, as a folder of files gives."""
    with bases.built_from_files(tmp_path_factory.mktemp("handbook"), bases.HANDBOOK) as made:
        yield made


@pytest.fixture(scope="session")
def true_films(tmp_path_factory: pytest.TempPathFactory, minilm_folder: Path) -> Iterator[KnowledgeBase]:
    """A few dozen films with the real embedding model."""
    from groundstone.models.minilm import MiniLM

    rows = [row for row in bases.film_rows() if row["year"] in (1974, 1990, 1993, 1994, 1999, 2001, 2003)]
    with bases.built(
        tmp_path_factory.mktemp("true-films"), bases.film_spec(), rows, MiniLM(minilm_folder, threads=1)
    ) as made:
        yield made
