"""The real weights: those of GROUNDSTONE_TEST_MODELS or the user's own, else pulled into pytest's folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from groundstone.config import load
from groundstone.errors import WeightsCorrupt, WeightsMissing
from groundstone.models.weights import WeightStore

NAME = "all-minilm-l6-v2"


@pytest.fixture(scope="session")
def minilm_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    named = os.environ.get("GROUNDSTONE_TEST_MODELS")
    try:
        return WeightStore(Path(named) if named else load().home / "models").path(NAME)
    except (WeightsMissing, WeightsCorrupt):
        store = WeightStore(tmp_path_factory.getbasetemp().parent / "models")  # all workers share it
    try:
        return store.pull(NAME)
    except WeightsMissing as error:
        pytest.skip(f"the embedding model cannot be fetched here: {error}")
