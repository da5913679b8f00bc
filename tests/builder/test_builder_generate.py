"""Domain models by chat models: recorded replies over real HTTP, replies of any shape, small models."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundstone.builder import domain
from groundstone.builder.domain import DomainModel
from groundstone.builder.generate import draft, mended
from groundstone.errors import InvalidInput, ModelError
from groundstone.models.fakes import FakeChat
from groundstone.models.grammar import json_grammar
from groundstone.models.openai import OpenAICompatible
from tests.models.misbehaving_server import STREAM, MisbehavingServer, Reply, word

from . import gold

REPLIES = Path(__file__).parent / "replies"


def streamed(text: str) -> list[Reply]:
    pieces = [text[at : at + 17] for at in range(0, len(text), 17)]
    return [STREAM, *map(word, pieces), word("", "stop"), "data: [DONE]\n\n"]


def drafted(name: str) -> Any:
    with MisbehavingServer(streamed((REPLIES / f"{name}.json").read_text(encoding="utf-8"))) as server:
        chat = OpenAICompatible(server.url, "capable")
        made = draft(gold.load(name)[0], chat)
        chat.close()
        sent = server.requests[0][1]
    assert sent["response_format"]["json_schema"]["schema"]["required"] == ["enumerations", "entities", "associations"]
    return made


def test_the_recorded_replies_of_a_capable_model_are_nearly_the_gold() -> None:
    found = gold.total(gold.score(drafted(name).model, gold.load(name)[1]) for name in gold.JUDGE)
    assert all(one.precision >= 0.9 and one.recall >= 0.9 for one in found.values())


@pytest.mark.parametrize(
    ("name", "note"),
    [
        ("travel", "left out: association 'worksFor' with an entity that is not in the model"),
        ("tickets", "left out: enumeration TicketStatus, which nothing uses"),
    ],
)
def test_what_does_not_fit_together_is_left_out_and_named(name: str, note: str) -> None:
    made = drafted(name)
    assert made.made_by == "capable"
    assert note in made.notes


def test_a_name_in_the_plural_is_still_the_same_entity() -> None:
    made = drafted("rental")
    assert "Property" in {one.name for one in made.model.entities}
    assert len(made.model.associations) == 6


def test_what_the_narrative_does_not_speak_of_is_named() -> None:
    reply = {"entities": [{"name": "Spaceship", "attributes": []}], "associations": [], "enumerations": []}
    made = draft("A customer has a name.", FakeChat([json.dumps(reply)]))
    assert "not in the narrative: entity Spaceship" in made.notes


def test_an_enumeration_named_as_an_entity_gets_a_name_of_its_own() -> None:
    model, notes = mended(
        {
            "enumerations": [{"name": "Status", "values": ["open", "paid"]}],
            "entities": [
                {"name": "Status", "attributes": [{"name": "kind", "type": "enum", "enumeration": "status"}]},
                {"name": "Order", "attributes": [{"name": "age", "type": "int"}, {"name": "x", "type": "odd"}]},
            ],
        }
    )
    assert [one.name for one in model.enumerations] == ["StatusValues"]
    assert [one.type for one in model.entities[1].attributes] == ["integer", "text"]
    assert any("unknown type 'odd'" in note for note in notes)


@pytest.mark.parametrize(
    ("reply", "said"), [("{", "is not JSON"), ("[]", "no entity"), ('{"entities": []}', "no entity")]
)
def test_a_reply_without_a_model_is_an_error_that_says_so(reply: str, said: str) -> None:
    with pytest.raises(ModelError, match=said):
        draft("A customer has a name.", FakeChat([reply]))


def test_a_reply_that_is_cut_off_is_an_error_that_says_so() -> None:
    long = json.dumps({"entities": [{"name": f"Entity{n}", "attributes": []} for n in range(50)]})
    with pytest.raises(ModelError, match="cut off"):
        draft("A customer has a name.", FakeChat([long]), max_tokens=5)


def test_json_between_fences_is_read() -> None:
    reply = '```json\n{"entities": [{"name": "customer"}]}\n```'
    assert draft("A customer has a name.", FakeChat([reply])).model.entities[0].name == "Customer"


def test_empty_and_very_long_narratives_are_refused() -> None:
    for text in ("", "  ", "x" * 20_001):
        with pytest.raises(InvalidInput):
            draft(text)


def test_a_model_that_may_write_little_is_held_to_little() -> None:
    small = domain.schema_within(1000)["properties"]
    assert small["entities"]["maxItems"] == 3
    assert small["entities"]["items"]["properties"]["name"]["maxLength"] == 20
    assert domain.SCHEMA["properties"]["entities"]["items"]["properties"]["name"]["maxLength"] == 40
    assert domain.schema_within(4000) is domain.SCHEMA


@pytest.mark.parametrize("schema", [domain.SCHEMA, domain.schema_within(1000)])
def test_the_embedded_engine_can_hold_a_reply_to_the_schema(schema: Any) -> None:
    assert json_grammar(schema).startswith("%llguidance")


NAMES = st.sampled_from(["order", "Order", "orders", "Status", "status", "x" * 90, "", "1a", "a b", "type", "id", "é"])
MEMBERS = st.sampled_from(
    "entities associations enumerations name attributes type values source target kind required enumeration".split()
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5) | NAMES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(MEMBERS, inner, max_size=6),
    max_leaves=30,
)


@given(st.dictionaries(MEMBERS, VALUES) | VALUES)
@settings(max_examples=80, deadline=None)
def test_any_reply_gives_a_consistent_model_or_an_error(reply: Any) -> None:
    try:
        model, _ = mended(reply)
    except ModelError:
        return
    assert DomainModel.from_json(model.to_json()) == model


ENTITY = st.fixed_dictionaries(
    {
        "name": NAMES,
        "attributes": st.lists(
            st.fixed_dictionaries(
                {"name": NAMES, "type": st.sampled_from(["text", "enumeration", "date", "odd"]), "enumeration": NAMES}
            ),
            max_size=4,
        ),
    }
)
REPLY = st.fixed_dictionaries(
    {
        "entities": st.lists(ENTITY, min_size=1, max_size=5),
        "enumerations": st.lists(
            st.fixed_dictionaries({"name": NAMES, "values": st.lists(NAMES, max_size=3)}), max_size=3
        ),
        "associations": st.lists(
            st.fixed_dictionaries(
                {"name": NAMES, "source": NAMES, "target": NAMES, "kind": st.sampled_from(["many-to-many", "odd", ""])}
            ),
            max_size=4,
        ),
    }
)


@given(REPLY)
@settings(max_examples=80, deadline=None)
def test_replies_that_are_nearly_right_are_mended(reply: Any) -> None:
    try:
        model, _ = mended(reply)
    except ModelError:
        return
    assert DomainModel.from_json(model.to_json()) == model
