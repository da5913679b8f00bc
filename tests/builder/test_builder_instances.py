"""Sample data for any JSON Schema of the subset, and clear words for the rest."""

from __future__ import annotations

import json
import random
import re
import socket
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundstone.builder.instances import instances, written
from groundstone.builder.patterns import matching
from groundstone.builder.validity import check_schema, checked
from groundstone.errors import InvalidInput, LimitExceeded, ModelError
from groundstone.models.fakes import FakeChat

PLAIN = st.one_of(
    st.builds(
        lambda low, more: {"type": "integer", "minimum": low, "maximum": low + more},
        st.integers(-99, 99),
        st.integers(0, 50),
    ),
    st.builds(lambda low: {"type": "number", "exclusiveMinimum": low}, st.integers(-99, 99)),
    st.builds(lambda step: {"type": "integer", "multipleOf": step}, st.integers(1, 9)),
    st.builds(
        lambda low, more: {"type": "string", "minLength": low, "maxLength": low + more},
        st.integers(0, 60),
        st.integers(0, 60),
    ),
    st.sampled_from(["date", "date-time", "email", "uri", "uuid", "ipv4", "time"]).map(
        lambda form: {"type": "string", "format": form}
    ),
    st.sampled_from(
        [{"type": "boolean"}, {"enum": ["a", 1, None]}, {"const": 7}, {"type": ["null", "string"]}, True, {}]
    ),
    st.sampled_from(
        [{"$ref": "#/$defs/name"}, {"anyOf": [{"type": "null"}, {"type": "integer"}]}, {"pattern": "^[A-Z]{2}-\\d{3}$"}]
    ),
)
NAMES = st.sampled_from("name email price qty createdAt dueDate isPaid city url notes tags x".split())


def nested(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(
        st.builds(
            lambda members, needed: {"type": "object", "properties": members, "required": sorted(members)[:needed]},
            st.dictionaries(NAMES, inner, max_size=5), st.integers(0, 5),
        ),
        st.builds(lambda item, least: {"type": "array", "items": item, "minItems": least}, inner, st.integers(0, 3)),
    )  # fmt: skip


@given(st.recursive(PLAIN, nested, max_leaves=12), st.integers(0, 9))
@settings(max_examples=40, deadline=None)
def test_what_is_made_satisfies_the_schema(shape: Any, seed: int) -> None:
    schema = {
        "type": "object",
        "properties": {"value": shape},
        "required": ["value"],
        "$defs": {"name": {"type": "string"}},
    }
    made = instances(schema, 3, seed)
    assert len(made) == 3
    assert all(checked(item, schema) == item for item in made)
    assert made == instances(schema, 3, seed)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from(["object", "string", "array", "#/x", "#", "^a"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                "type properties items required enum $ref anyOf minimum pattern format minItems const".split()
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(ANYTHING)
@settings(max_examples=80, deadline=None)
def test_no_schema_breaks_it(schema: Any) -> None:
    try:
        made = instances(schema, 1)
    except InvalidInput:
        return
    checked(made[0], schema)


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ({"type": "object", "properties": {"a": {"not": {}}}, "required": ["a"]}, r"\$\.a: 'not' is not understood"),
        ({"type": "object", "required": ["a"]}, "'a' is required but not described"),
        (
            {"$ref": "#/$defs/a", "$defs": {"a": {"properties": {"b": {"$ref": "#/$defs/a"}}, "required": ["b"]}}},
            "without end",
        ),
        ({"type": "integer", "minimum": 5, "maximum": 4}, "no number lies between"),
        ({"type": "strin"}, "not valid at"),
        ({"type": "string", "pattern": "(?=a)b"}, "not simple enough"),
        ({"$ref": "https://example.com/a"}, "leads out of the schema"),
        ([], "a JSON object"),
    ],
)
def test_what_cannot_be_made_is_said_with_its_place(schema: Any, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        instances(schema, 1)


@pytest.mark.parametrize(
    "pattern",
    [
        r"^[A-Z]{3}\d{2,4}$",
        r"(red|green)-x?",
        r"^\+\d+( \d{2}){2}$",
        r"[^a-z]{2}",
        r"^(?:a|b)*c+$",
        r"\w+@\w+\.com",
        "",
        "a|b",
        r"^.{5}$",
    ],
)
def test_texts_match_simple_patterns(pattern: str) -> None:
    for seed in range(20):
        assert re.search(pattern, matching(pattern, random.Random(seed)))


@given(st.text(alphabet="ab[]()*+?{}|\\dwz^$.-,0129", max_size=12))
@settings(max_examples=100, deadline=None)
def test_no_pattern_breaks_it(pattern: str) -> None:
    try:
        made = matching(pattern, random.Random(1))
    except InvalidInput:
        return
    assert re.search(pattern, made)


PERSON = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "age": {"type": "integer", "minimum": 0}},
    "required": ["name"],
}


def test_a_chat_model_writes_samples_that_are_checked() -> None:
    reply = {"samples": [{"name": "Ana", "age": 40}, {"name": "Bo"}]}
    assert written(PERSON, 2, FakeChat([json.dumps(reply)], name="writer")) == (reply["samples"], "writer")


@pytest.mark.parametrize(
    "reply", [{"samples": [{"age": 1}]}, {"samples": []}, [], {"samples": [{"name": "A", "age": -1}]}]
)
def test_what_a_chat_model_writes_wrongly_is_an_error(reply: Any) -> None:
    with pytest.raises(ModelError):
        written(PERSON, 1, FakeChat([json.dumps(reply)]))


def test_a_huge_schema_is_refused() -> None:
    with pytest.raises(InvalidInput, match="at most"):
        check_schema({"description": "x" * 300_000})


def test_a_schema_cannot_demand_without_end() -> None:
    row: dict[str, Any] = {"type": "integer"}
    for _ in range(4):
        row = {"type": "array", "minItems": 900, "items": row}
    with pytest.raises(LimitExceeded, match="fewer samples"):
        instances(row, 1)
    doubled = {f"a{n}": {"oneOf": [{"$ref": f"#/$defs/a{n + 1}"}, {"$ref": f"#/$defs/a{n + 1}"}]} for n in range(40)}
    with pytest.raises(InvalidInput, match="written out"):
        check_schema({"$ref": "#/$defs/a0", "$defs": {**doubled, "a40": {"type": "string"}}})


def test_branches_that_double_at_each_level_are_refused() -> None:
    branch = {"type": "object", "properties": {"a": {"$ref": "#/$defs/n"}}}
    doubling = {"$ref": "#/$defs/n", "$defs": {"n": {"oneOf": [branch, {**branch, "required": ["a"]}]}}}
    with pytest.raises(InvalidInput, match="lead back"):
        check_schema(doubling)
    tree = {
        "type": "object",
        "properties": {"left": {"$ref": "#"}, "right": {"anyOf": [{"type": "null"}, {"$ref": "#"}]}},
    }
    check_schema(tree)


def test_nothing_is_fetched_for_a_schema() -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.2)
    schema = {"allOf": [{"$ref": f"http://127.0.0.1:{listener.getsockname()[1]}/x"}]}
    with listener:
        with pytest.raises(InvalidInput, match="cannot be used"):
            checked({}, schema)
        with pytest.raises(TimeoutError):
            listener.accept()
