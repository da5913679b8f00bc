"""Which engine of pictures and words a setting names, and decks that other models embedded before."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from groundstone.errors import ConfigError, NotFound
from groundstone.identity import LOCAL
from groundstone.models.base import Picture
from groundstone.models.fakes import FakeEmbed
from groundstone.slides.engines import Chosen
from groundstone.slides.service import Slides
from groundstone.stores.queue import Queue

from .shelved import StandInReader, text_deck, until
from .test_slide_clip import folder


class Catalogue:
    """What ``Chosen`` needs of the catalogue's models."""

    def info(self, caller: Any, name: str) -> Any:
        if name != "titan":
            raise NotFound(f"no model {name!r}")
        return SimpleNamespace(name=name)

    def embed(self, caller: Any, name: str, texts: list[str]) -> Any:
        return SimpleNamespace(vectors=np.tile(np.array([[1.0, 0.0]], np.float32), (len(texts), 1)), tokens=3)

    def embed_pictures(self, caller: Any, name: str, pictures: list[Picture]) -> Any:
        return SimpleNamespace(vectors=np.tile(np.array([[0.0, 1.0]], np.float32), (len(pictures), 1)))


def chosen(named: str) -> Chosen:
    return Chosen(named, lambda: Catalogue())  # type: ignore[arg-type, return-value]


def test_no_setting_is_no_engine() -> None:
    assert chosen("")() is None


def test_a_folder_is_a_model_of_the_users_own(tmp_path: Path) -> None:
    made = chosen(str(folder(tmp_path / "colours")))
    engine = made()
    assert engine is made()
    assert engine is not None
    assert engine.name == "clip-colours"
    made.close()


def test_a_folder_that_lacks_files_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="lacks"):
        chosen(str(tmp_path))()


def test_a_model_of_the_catalogue_embeds_pictures_with_their_words() -> None:
    engine = chosen("titan")()
    assert engine is not None
    assert (engine.name, engine.dimensions) == ("titan", 2)
    (row,) = engine.embed_slides([Picture(b"", "image/png")], ["words"])
    np.testing.assert_allclose(row, [0.5**0.5, 0.5**0.5], atol=1e-6)


def test_a_model_that_is_not_there_is_told() -> None:
    with pytest.raises(NotFound):
        chosen("nothing")()


def test_a_deck_that_was_read_without_weights_is_embedded_when_they_are_there(tmp_path: Path) -> None:
    weights: list[FakeEmbed] = []

    def embed() -> FakeEmbed | None:
        return weights[0] if weights else None

    slides = Slides(Queue(tmp_path / "work.db"), tmp_path / "slides", lambda: StandInReader(), embed=embed)  # type: ignore[arg-type, return-value]
    slides.start(watch=False)
    try:
        id = slides.wait(LOCAL, slides.add(LOCAL, "plan.pptx", text_deck("Plan", "Costs\nRent")).id, 20).id
        assert all(record.words is None for record in slides._index.records(LOCAL.tenant, id))
        weights.append(FakeEmbed())
        slides.search(LOCAL, "rent")
        until(lambda: all(record.words is not None for record in slides._index.records(LOCAL.tenant, id)))
    finally:
        slides.close()
