"""The composition root: parts are made once, when they are needed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from groundstone.config import Settings
from groundstone.errors import Conflict, NotFound, SourceError, WeightsMissing
from groundstone.identity import Principal
from groundstone.knowledge.spec import KnowledgeSpec, SourceSpec
from groundstone.models.openai import OpenAICompatible
from groundstone.platform import Platform


@pytest.fixture
def settings(tmp_path: Path, minilm_folder: Path) -> Settings:
    home = tmp_path / "home"
    home.mkdir()
    (home / "models").symlink_to(minilm_folder.parent, target_is_directory=True)
    return Settings(home=home, threads=1)


@pytest.fixture
def spec(tmp_path: Path) -> KnowledgeSpec:
    (tmp_path / "rows.csv").write_text("id,title,price\na,Mill,3\n", encoding="utf-8")
    return KnowledgeSpec("houses", source=SourceSpec("records", str(tmp_path / "rows.csv")))


def test_a_knowledge_base_outlives_the_platform(settings: Settings, spec: KnowledgeSpec) -> None:
    with Platform(settings) as platform:
        platform.create(spec).sync()
    with Platform(settings) as platform:
        assert platform.knowledge_bases() == ["houses"]
        assert platform.kb("houses").ask("highest price").cards[0].document_id == "a"
        assert platform.kb("houses").schema.title_field == "title"


def test_a_name_is_given_once_and_freed_by_deleting(settings: Settings, spec: KnowledgeSpec) -> None:
    with Platform(settings) as platform:
        platform.create(spec)
        with pytest.raises(Conflict):
            platform.create(spec)
        platform.delete("houses")
        with pytest.raises(NotFound):
            platform.kb("houses")
        platform.create(spec)


def test_tenants_do_not_see_each_other(settings: Settings, spec: KnowledgeSpec) -> None:
    other = Principal("ana", "acme")
    with Platform(settings) as platform:
        platform.create(spec)
        assert platform.knowledge_bases(other) == []
        with pytest.raises(NotFound):
            platform.kb("houses", other)


def test_an_application_is_installed_once_and_follows_its_spec(settings: Settings) -> None:
    with Platform(settings) as platform:
        app = platform.app("movies")
        platform.install(app)
        assert platform.knowledge_bases() == ["movies"]
        changed = replace(app, spec=replace(app.spec, title="Other films"))
        assert platform.install(changed).spec.title == "Other films"
        assert platform.kb("movies").spec.title == "Other films"
        with pytest.raises(NotFound, match="movies"):
            platform.app("unheard-of")


def test_a_source_that_is_not_there_is_said_before_anything_is_made(settings: Settings, spec: KnowledgeSpec) -> None:
    gone = replace(spec, source=SourceSpec("records", "/nowhere/rows.csv"))
    with Platform(settings) as platform:
        with pytest.raises(SourceError):
            platform.create(gone)
        assert platform.knowledge_bases() == []


def test_without_weights_it_says_how_to_fetch_them(tmp_path: Path) -> None:
    with Platform(Settings(home=tmp_path)) as platform, pytest.raises(WeightsMissing, match="models pull"):
        _ = platform.embed


@pytest.mark.parametrize("key", ["", "a-key"])
def test_a_chat_model_is_there_when_it_is_configured(tmp_path: Path, key: str) -> None:
    with Platform(Settings(home=tmp_path)) as platform:
        assert platform.chat is None
    configured = Settings(home=tmp_path, chat_url="http://127.0.0.1:9/v1", chat_model="small", chat_api_key=key)
    with Platform(configured) as platform:
        assert isinstance(platform.chat, OpenAICompatible)
        assert platform.chat is platform.chat
