"""What the tests of models share: the embedded language model."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from groundstone.config import load
from groundstone.errors import WeightsCorrupt, WeightsMissing
from groundstone.models.llamacpp import LlamaCpp
from groundstone.models.weights import WeightStore

NAME = "smollm2-135m-instruct"


@pytest.fixture(scope="session")
def gguf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The real weights: those of GROUNDSTONE_TEST_MODELS or the user's own, else pulled into pytest's folder."""
    named = os.environ.get("GROUNDSTONE_TEST_MODELS")
    try:
        folder = WeightStore(Path(named) if named else load().home / "models").path(NAME)
    except (WeightsMissing, WeightsCorrupt):
        store = WeightStore(tmp_path_factory.getbasetemp().parent / "models")  # all workers share it
        try:
            folder = store.pull(NAME)
        except WeightsMissing as error:
            pytest.skip(f"the language model cannot be fetched here: {error}")
    return next(folder.glob("*.gguf"))


@pytest.fixture(scope="session")
def smollm(gguf: Path) -> Iterator[LlamaCpp]:
    """The embedded language model, on one thread."""
    model = LlamaCpp(gguf, NAME, threads=1)
    yield model
    model.close()
