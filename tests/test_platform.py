"""The composition root: parts are made once, when they are needed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from groundstone.config import Settings
from groundstone.errors import (
    BudgetExceeded,
    ConfigError,
    Conflict,
    EngineUnavailable,
    NotFound,
    SourceError,
    WeightsMissing,
)
from groundstone.identity import LOCAL, Limits, Principal
from groundstone.knowledge.spec import KnowledgeSpec, SourceSpec
from groundstone.models.base import Message
from groundstone.platform import Platform
from groundstone.records import Window

EVER = datetime(2020, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


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
        changed = replace(app, knowledge=replace(app.spec, title="Other films"))
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


CHAT = {"chat_url": "http://127.0.0.1:9/v1", "chat_model": "small"}


def test_without_a_model_that_can_be_trusted_answers_are_quotes(settings: Settings, spec: KnowledgeSpec) -> None:
    with Platform(settings) as platform:
        assert platform.answer_model is None
        assert platform.create(spec).chat is None
        assert platform.models.info(LOCAL, "default").name == "smollm2-135m-instruct"


@pytest.mark.parametrize("key", ["", "a-key"])
def test_the_configured_chat_model_answers_on_the_callers_account(
    settings: Settings, spec: KnowledgeSpec, key: str
) -> None:
    caller = Principal("ana", "acme", key="k1")
    with Platform(replace(settings, chat_api_key=key, **CHAT)) as platform:
        chat = platform.create(spec, caller).chat
        assert chat is not None
        assert chat.name == "small"
        with pytest.raises(EngineUnavailable):
            list(chat.chat([Message("user", "hello")]))
        (call,) = platform.ledger.calls(Window("acme", *EVER))
        assert (call.user, call.key, call.asked, call.outcome) == ("ana", "k1", "small", "failed")


def test_the_answering_model_may_be_chosen_from_the_catalogue(settings: Settings) -> None:
    own = '[models.better]\nengine = "chat"\ntask = "chat"\nabilities = ["grounded"]\n'
    (settings.home / "catalog.toml").write_text(own, encoding="utf-8")
    with Platform(replace(settings, answer_model="better", **CHAT)) as platform:
        assert platform.answer_model is not None
        assert platform.answer_model.name == "better"
        assert platform.models.info(LOCAL, "anthropic.claude-v2").name == "better"
    with (
        Platform(replace(settings, answer_model="worse", **CHAT)) as platform,
        pytest.raises(ConfigError, match="worse"),
    ):
        _ = platform.answer_model


def test_the_embedded_vectors_are_there_under_the_names_of_others(settings: Settings) -> None:
    with Platform(settings) as platform:
        made = platform.models.embed(LOCAL, "amazon.titan-embed-text-v1", ["hello"])
        assert (made.model, made.vectors.shape) == ("all-minilm-l6-v2", (1, 384))
        assert platform.ledger.totals(Window("local", *EVER))[0].input_tokens == made.tokens == 3


def test_a_key_without_money_is_refused_before_anything_is_loaded(tmp_path: Path) -> None:
    with Platform(Settings(home=tmp_path)) as platform:
        issued = platform.keys.create(limits=Limits(tokens_per_day=0))
        with pytest.raises(BudgetExceeded):
            platform.models.embed(issued.key.principal, "all-minilm-l6-v2", ["hello"])


def test_parts_are_made_once_even_by_many_threads(tmp_path: Path) -> None:
    with Platform(Settings(home=tmp_path)) as platform, ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: platform.ledger, range(32)))
        assert len({id(ledger) for ledger in made}) == 1
