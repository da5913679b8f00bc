"""Schemas are read strictly before an engine sees them."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundstone.errors import InvalidInput
from groundstone.models.base import Tool
from groundstone.models.conform import conforms
from groundstone.models.grammar import KNOWN, json_grammar, normalised, tool_grammar
from groundstone.models.tool_prompt import parsed


@pytest.mark.parametrize(
    "keyword",
    [
        "not",
        "if",
        "uniqueItems",
        "contains",
        "dependentRequired",
        "propertyNames",
        "unevaluatedProperties",
        "nullable",
        "zork",
    ],
)
def test_what_cannot_be_enforced_is_named_with_its_place(keyword: str) -> None:
    with pytest.raises(InvalidInput, match=rf"{keyword!r} at #/properties/a"):
        json_grammar({"type": "object", "properties": {"a": {keyword: {}}}})


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "strin"}, {"type": []}, {"type": {"a": 1}}, {"minLength": -1}, {"minLength": "3"}, {"maxItems": 1.5},
        {"multipleOf": 0}, {"minimum": True}, {"format": "zzz"}, {"format": []}, {"pattern": "(?!a)"}, {"pattern": 3},
        {"pattern": r"(a)\1"}, {"enum": []}, {"enum": "ab"}, {"required": "a"}, {"required": [1]}, {"anyOf": []},
        {"anyOf": "a"}, {"properties": []}, {"items": [1]}, {"$ref": "other.json"}, {"$ref": "#/$defs/none"},
        {"$ref": 3}, {"const": float("nan")}, {"const": object()}, [], "x", None, True,
    ],
)  # fmt: skip
def test_a_schema_that_is_not_sound_is_refused(schema: Any) -> None:
    with pytest.raises(InvalidInput, match="schema"):
        json_grammar(schema)


def test_a_schema_that_never_ends_is_refused() -> None:
    deep: dict[str, Any] = {}
    for _ in range(100):
        deep = {"items": deep}
    with pytest.raises(InvalidInput, match="too large"):
        json_grammar(deep)


def test_objects_are_closed_and_integers_end() -> None:
    made = normalised({"title": "T", "properties": {"a": {"type": "integer", "x-note": 1}}, "$schema": "any"})
    assert made["additionalProperties"] is False
    assert made["type"] == "object"
    assert made["properties"]["a"].keys() == {"type", "minimum", "maximum"}
    open_one = {"type": "object", "properties": {}, "additionalProperties": {"type": "string"}}
    assert normalised(open_one) == open_one


def test_what_the_schema_needs_is_not_closed_out() -> None:
    assert "additionalProperties" not in normalised({"properties": {}, "required": ["a"]})
    assert "additionalProperties" not in normalised({"properties": {"a": {}}, "patternProperties": {"^b": {}}})
    assert (
        "additionalProperties"
        not in normalised({"allOf": [{"properties": {"a": {}}}, {"properties": {"b": {}}}]})["allOf"][0]
    )
    large = {"type": "integer", "minimum": 10**16}
    assert normalised(large) == large
    assert normalised({"type": "number"})["multipleOf"] == 1e-6
    tiny = {"type": "number", "minimum": 0, "maximum": 1e-9}
    assert normalised(tiny) == tiny


def test_properties_may_have_the_names_of_keywords() -> None:
    made = normalised({"type": "object", "properties": {"not": {"type": "string"}, "title": {"type": "string"}}})
    assert set(made["properties"]) == {"not", "title"}


@pytest.mark.parametrize(
    ("schema", "good", "bad"),
    [
        ({"type": "integer"}, ["1", "2.0", "-3"], ["1.5", "true", '"1"', "null", "", "{", "[" * 100_000]),
        ({"type": ["number", "null"], "minimum": 1, "exclusiveMaximum": 3}, ["1", "2.9", "null"], ["0.9", "3"]),
        ({"enum": [1, "a", None]}, ["1", '"a"', "null"], ["true", '"b"', "1.5"]),
        ({"const": {"a": [1]}}, ['{"a": [1]}'], ['{"a": [true]}', "{}"]),
        ({"type": "string", "minLength": 2, "maxLength": 3}, ['"ab"', '"äöü"'], ['"a"', '"abcd"']),
        ({"type": "array", "items": {"type": "null"}, "maxItems": 1}, ["[]", "[null]"], ["[1]", "[null, null]"]),
        ({"prefixItems": [{"type": "boolean"}], "items": False}, ["[true]", "[]"], ["[1]", "[true, 1]"]),
        ({"properties": {"a": {}}, "required": ["a"]}, ['{"a": 1}'], ["{}", '{"a": 1, "b": 2}', "[]"]),
        ({"additionalProperties": {"type": "null"}, "minProperties": 1}, ['{"x": null}'], ["{}", '{"x": 1}']),
        ({"anyOf": [{"type": "null"}, {"const": 1}]}, ["1", "null"], ["2"]),
        ({"oneOf": [{"type": "number"}, {"const": 1}]}, ["2"], ["1", "null"]),
        ({"allOf": [{"type": "number"}, {"minimum": 2}]}, ["2"], ["1", '"2"']),
        ({"properties": {"next": {"anyOf": [{"$ref": "#"}, {"type": "null"}]}}, "required": ["next"]},
         ['{"next": {"next": null}}'], ['{"next": {"next": 1}}', '{"next": {}}']),
    ],
)  # fmt: skip
def test_a_finished_reply_is_looked_at_again(schema: dict[str, Any], good: list[str], bad: list[str]) -> None:
    checked = normalised(schema)
    assert [text for text in good if not conforms(text, checked)] == []
    assert [text for text in bad if conforms(text, checked)] == []


def test_every_tool_has_a_schema_of_its_own() -> None:
    own = {"properties": {"a": {"$ref": "#/$defs/t"}}, "$defs": {"t": {"type": "string"}}}
    grammar = tool_grammar([Tool("one", "", own), Tool("two", "", {})], text=True)
    assert grammar.count("%json") == 2
    assert "text |" in grammar
    with pytest.raises(InvalidInput, match="tool one"):
        tool_grammar([Tool("one", "", {"not": {}})], text=False)


def test_a_call_is_read_as_far_as_it_was_written() -> None:
    whole = parsed('{"name": "one", "arguments": {"a": {}}}')
    assert whole is not None
    assert (whole.name, json.loads(whole.arguments)) == ("one", {"a": {}})
    assert parsed('{"name": "on') is None
    cut = parsed('{"name": "one", "arguments": {"a": "b')
    assert cut is not None
    assert cut.arguments == '{"a": "b'


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(sorted(KNOWN)) | st.text(), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(json_values)
def test_any_input_gives_a_grammar_or_a_clear_no(schema: Any) -> None:
    with suppress(InvalidInput):
        assert json_grammar(schema).startswith("%llguidance {}\nstart: %json {")
