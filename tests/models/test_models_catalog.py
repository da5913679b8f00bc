"""The catalogue: every name leads to one model, and every mistake in a file is named."""

from __future__ import annotations

from inspect import signature
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundstone.errors import ConfigError, NotFound
from groundstone.models import bedrock, bedrock_draw, bedrock_embed, llamacpp, openai, rerank
from groundstone.models.catalog import Catalog, candidates
from groundstone.models.catalog_file import ANYWHERE, KINDS, TASKS

MINILM, SMOLLM = "all-minilm-l6-v2", "smollm2-135m-instruct"
ENGINE = '[engines.lab]\nkind = "openai"\nurl = "http://127.0.0.1:9/v1"\n'
CHAT = '[models.{}]\nengine = "lab"\ntask = "chat"\n'
SETTINGS: dict[str, Any] = {
    "engines": {"chat": {"kind": "openai", "url": "http://127.0.0.1:9/v1", "api_key": "secret-key", "timeout": 3.0}},
    "models": {"llama": {"engine": "chat", "task": "chat", "abilities": ["grounded"]}},
}


def loaded(tmp_path: Path, text: str, answer_model: str = "", settings: dict[str, Any] | None = None) -> Catalog:
    path = tmp_path / "catalog.toml"
    path.write_text(text, encoding="utf-8")
    return Catalog.load(path, settings, answer_model)


@pytest.mark.parametrize(
    ("name", "model"),
    [
        (MINILM, MINILM),
        ("amazon.titan-embed-text-v1", MINILM),
        ("amazon.titan-embed-image-v1", MINILM),
        ("cohere.embed-english-v3", MINILM),
        ("cohere.command-text-v14", SMOLLM),
        ("anthropic.claude-v1", SMOLLM),
        ("anthropic.claude-v2:1", SMOLLM),
        ("us.anthropic.claude-3-haiku-20240307-v1:0", SMOLLM),
        ("apac.amazon.nova-lite-v1:0", SMOLLM),
        ("arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-v2", SMOLLM),
        ("arn:aws:bedrock:eu-west-1:123456789012:inference-profile/eu.amazon.nova-pro-v1:0", SMOLLM),
        ("arn:aws:bedrock:us-east-1:123456789012:provisioned-model/" + SMOLLM, SMOLLM),
        ("arn:aws:bedrock:us-east-1:123456789012:custom-model/amazon.nova-lite-v1:0/" + SMOLLM, SMOLLM),
        ("default", SMOLLM),
        ("gpt-4o-mini", SMOLLM),
    ],
)
def test_names_that_people_use_lead_to_a_model(name: str, model: str) -> None:
    assert Catalog.load().find(name, "acme").name == model


@pytest.mark.parametrize("name", ["", "unheard-of", "arn:", "arn:aws:bedrock", "xx.anthropic.claude-v2", "us.", "a/b"])
def test_other_names_are_not_found(name: str) -> None:
    with pytest.raises(NotFound, match="models list"):
        Catalog.load().find(name, "acme")


@given(st.text())
def test_any_name_is_looked_up_without_trouble(name: str) -> None:
    assert candidates(name)[0] == name or name.startswith("arn:")


def test_without_a_file_the_settings_name_the_model_that_answers() -> None:
    catalog = Catalog.load(None, SETTINGS)
    assert catalog.find("anthropic.claude-v2", "acme").name == "llama"
    assert catalog.answers == "llama"
    assert "secret-key" not in repr(catalog.engines)


def test_a_file_adds_models_and_takes_names_over(tmp_path: Path) -> None:
    text = ENGINE + CHAT.format("big") + 'aliases = ["gpt-4o-mini"]\nprice_input = 2\n[aliases]\nbig = ["titan"]\n'
    catalog = loaded(tmp_path, text, settings=SETTINGS)
    assert [catalog.find(name, "acme").name for name in ("gpt-4o-mini", "titan", "default")] == ["big", "big", "llama"]
    assert catalog.find("big", "acme").price_input == 2.0
    assert sorted(catalog.aliases("big")) == ["gpt-4o-mini", "titan"]
    assert "gpt-4o-mini" not in catalog.aliases("llama")


def test_a_file_may_change_some_values_of_a_shipped_model(tmp_path: Path) -> None:
    catalog = loaded(tmp_path, f"[models.{MINILM}]\nprice_input = 0.5\n[engines.embedded]\nconcurrency = 2\n")
    info = catalog.find("amazon.titan-embed-text-v1", "acme")
    assert (info.name, info.price_input, info.dimensions) == (MINILM, 0.5, 384)
    assert catalog.engines["embedded"].options == {"concurrency": 2}


def test_an_entry_that_names_its_engine_stands_for_itself(tmp_path: Path) -> None:
    catalog = loaded(tmp_path, ENGINE + f'[models.{MINILM}]\nengine = "lab"\ntask = "embed"\n')
    info = catalog.models[MINILM]
    assert (info.engine, info.dimensions, info.aliases) == ("lab", None, ())


def test_a_real_model_comes_before_an_alias_of_the_same_name() -> None:
    named = {**SETTINGS, "models": {"gpt-4o-mini": SETTINGS["models"]["llama"]}}
    catalog = Catalog.load(None, named)
    assert catalog.find("gpt-4o-mini", "acme").name == "gpt-4o-mini"
    assert catalog.find("gpt-3.5-turbo", "acme").name == "gpt-4o-mini"


def test_the_setting_answer_model_chooses_who_answers(tmp_path: Path) -> None:
    text = ENGINE + CHAT.format("big") + 'abilities = ["grounded"]\n'
    assert loaded(tmp_path, text, "big", SETTINGS).find("default", "acme").name == "big"
    with pytest.raises(ConfigError, match="answer_model is 'huge'"):
        loaded(tmp_path, text, "huge")
    with pytest.raises(ConfigError, match="grounded"):
        loaded(tmp_path, text, SMOLLM)


def test_a_chain_holds_each_model_once(tmp_path: Path) -> None:
    chat = [CHAT.format(name) for name in "abc"]
    text = ENGINE + chat[0] + 'fallback = ["b", "c"]\n' + chat[1] + 'fallback = ["c"]\n' + chat[2]
    catalog = loaded(tmp_path, text)
    assert [info.name for info in catalog.chain(catalog.models["a"])] == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("currency = 7", "currency is a text"),
        ("colour = 1", "unknown entry 'colour'"),
        ("[engines.x]\nkind = 'teapot'", r"\[engines.x\] has kind 'teapot'"),
        ("[engines.x]\nurl = 'http://a/v1'", r"\[engines.x\] has kind None"),
        ("[engines.x]\nkind = 'openai'", r"\[engines.x\] needs 'url'"),
        ("[engines.x]\nkind = 'llamacpp'", r"\[engines.x\] needs 'path'"),
        (ENGINE + "api_key = 'sk'", r"\[engines.lab\] holds a key; .* 'api_key_env'"),
        ("[engines.x]\nkind = 'openai'\nurl = 'localhost:8000'", "url is 'localhost:8000', which is not an address"),
        ("[engines.x]\nkind = 'bedrock'\nendpoint = 'ftp://x'", "endpoint is 'ftp://x', which is not an address"),
        ("[engines.x]\nkind = 'rerank'\nurl = 'http://a'\nform = 'tea'", "form is 'tea', which is not one of: cohere"),
        (ENGINE + "pictures = 'oil'", "pictures is 'oil', which is not one of: jina, vllm"),
        (ENGINE + CHAT.format("'kb/x'"), "does not begin with kb/"),
        (ENGINE + CHAT.format("''"), "a name is one line"),
        (ENGINE + "timeout = 'long'", r"\[engines.lab\]: timeout is 'long', which is no number"),
        (ENGINE + "timeout = 0", "timeout is 0.0; it must be positive"),
        (ENGINE + "retries = -1", "retries is -1; it must be zero or more"),
        (ENGINE + "retries = true", "retries is True, which is no whole number"),
        (ENGINE + "timeout = inf", "timeout is inf"),
        ("engines = 3", r"\[engines\] is a table"),
        ("[models]\nx = 3", r"\[models.x\] is a table"),
        ("[models.x]\ntask = 'chat'", r"\[models.x\] needs 'engine' and 'task'"),
        ("[models.x]\nengine = 'lab'\ntask = 'chat'", r"\[models.x\] runs on engine 'lab'; there are: embedded"),
        (ENGINE + "[models.x]\nengine = 'lab'\ntask = 'sing'", "task 'sing' is unknown"),
        (ENGINE + "[models.x]\nengine = 'lab'\ntask = 'rerank'", "engines of kind openai can: chat, embed, draw"),
        (ENGINE + CHAT.format("x") + "abilities = ['fly']", "abilities 'fly' is unknown"),
        (ENGINE + CHAT.format("x") + "abilities = 'tools'", "abilities is a list of texts"),
        (ENGINE + CHAT.format("x") + "price = 1", r"\[models.x\] has an unknown entry 'price'"),
        (ENGINE + CHAT.format("x") + "price_input = -1", "price_input is -1.0"),
        (ENGINE + CHAT.format("x") + "context = 2.5", "context is 2.5, which is no whole number"),
        (ENGINE + CHAT.format("x") + "fallback = ['y']", r"\[models.x\] falls back to 'y', which is no model"),
        (ENGINE + CHAT.format("x") + f"fallback = ['{MINILM}']", "its fallback 'all-minilm-l6-v2' for embed"),
        (ENGINE + CHAT.format("x") + "fallback = ['x']", "in a circle: x -> x"),
        (
            ENGINE + CHAT.format("x") + "fallback = ['y']\n" + CHAT.format("y") + "fallback = ['x']",
            "in a circle: x -> y -> x",
        ),
        (
            ENGINE + f"[models.x]\nengine = 'lab'\ntask = 'embed'\ndimensions = 9\nfallback = ['{MINILM}']",
            "differ in length",
        ),
        (
            ENGINE + CHAT.format("x") + "aliases = ['n']\n" + CHAT.format("y") + "aliases = ['n']",
            "takes the alias 'n', which 'x' has already",
        ),
        (ENGINE + CHAT.format("x") + "aliases = ['y']\n" + CHAT.format("y"), "which is the name of a model"),
        (ENGINE + CHAT.format("x") + f"aliases = ['{SMOLLM}']", "which is the name of a model"),
        ("[aliases]\nnobody = ['n']", "names 'nobody', which is no model"),
        (f"[aliases]\n{SMOLLM} = 'n'", "is a list of texts"),
        ("[models.x", "catalog.toml"),
    ],
)
def test_every_mistake_is_named_with_its_place(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        loaded(tmp_path, text)
    assert str(tmp_path / "catalog.toml") in str(caught.value)


ENGINES: dict[str, dict[str, Any]] = {
    "openai": {"chat": openai.OpenAICompatible, "embed": openai.OpenAIPictureEmbed, "draw": openai.OpenAIDraw},
    "rerank": {"rerank": rerank.RerankServer},
    "bedrock": {
        "chat": bedrock.BedrockChat,
        "embed": bedrock_embed.BedrockEmbed,
        "rerank": bedrock_embed.BedrockRerank,
        "draw": bedrock_draw.BedrockDraw,
    },
    "llamacpp": {"chat": llamacpp.LlamaCpp},
}


@pytest.mark.parametrize("kind", sorted(ENGINES))
def test_the_options_of_a_kind_are_those_that_its_engines_take(kind: str) -> None:
    assert set(ENGINES[kind]) == set(TASKS[kind])
    taken = {name for made in ENGINES[kind].values() for name in signature(made).parameters}
    renamed = {"url": "base_url", "api_key_env": "api_key"}
    options = {renamed.get(name, name) for name in KINDS[kind]}
    assert options <= taken
    assert taken - options <= {"name", "model", "context", "dimensions", *ANYWHERE}
