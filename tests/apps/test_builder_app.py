"""The builder as a shipped application: a page and examples, no knowledge base."""

from __future__ import annotations

from pathlib import Path

import pytest

from groundstone.builder import narrative
from groundstone.config import Settings
from groundstone.errors import NotSupported
from groundstone.platform import Platform


def test_the_builder_is_an_application_with_a_page(tmp_path: Path) -> None:
    with Platform(Settings(home=tmp_path)) as platform:
        app = platform.app("builder")
        assert (app.page, app.knowledge_base, platform.app("movies").page) == ("/builder", "", "/chat/movies")
        with pytest.raises(NotSupported, match="no knowledge base"):
            platform.install(app)
        assert platform.knowledge_bases() == []


def test_its_examples_begin_with_a_title_and_are_read_whole(tmp_path: Path) -> None:
    with Platform(Settings(home=tmp_path)) as platform:
        for example in platform.app("builder").examples:
            model, notes = narrative.read(example)
            assert len(model.entities) >= 5
            assert len(model.associations) >= 4
            assert notes == [] or all("application" in note or "lends" in note for note in notes)
