"""The real weights, pulled once into pytest's cache or the folder that GROUNDSTONE_TEST_MODELS names."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from groundstone.errors import WeightsMissing
from groundstone.models.weights import WeightStore


@pytest.fixture(scope="session")
def minilm_folder(request: pytest.FixtureRequest) -> Path:
    cached = request.config.cache.mkdir("models")  # type: ignore[union-attr]
    store = WeightStore(Path(os.environ.get("GROUNDSTONE_TEST_MODELS", cached)))
    try:
        return store.pull("all-minilm-l6-v2")
    except WeightsMissing as error:
        pytest.skip(f"the embedding model cannot be fetched here: {error}")
