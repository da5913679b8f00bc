"""The description of the API, in 3.1 and 3.0: valid, complete, and fit to be imported by tools."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundstone.server.openapi import downgraded, schema_3_0


@pytest.mark.parametrize(("path", "version"), [("/api/openapi.json", "3.1.0"), ("/api/openapi-3.0.json", "3.0.3")])
def test_the_description_is_valid_and_complete(shared: httpx.Client, path: str, version: str) -> None:
    validator = pytest.importorskip("openapi_spec_validator")
    document = shared.get(path).json()
    assert document["openapi"] == version
    validator.validate(document)
    assert document["servers"] == [{"url": str(shared.base_url).rstrip("/")}]
    assert document["components"]["securitySchemes"]["accessKey"]["scheme"] == "bearer"
    assert document["security"] == [{"accessKey": []}]
    operations = [one for methods in document["paths"].values() for one in methods.values()]
    names = [one["operationId"] for one in operations]
    assert len(set(names)) == len(names) > 40
    assert all(name.isalnum() for name in names)
    for one in operations:
        assert one["summary"]
        assert one["tags"]
        assert {"4XX", "5XX"} <= set(one["responses"])
        assert any(status.startswith("2") for status in one["responses"])


def test_the_older_description_has_no_word_of_the_newer(shared: httpx.Client) -> None:
    text = json.dumps(shared.get("/api/openapi-3.0.json").json())
    for word in ('"const":', '"type": "null"', '"type": [', '"$defs"', '"prefixItems"', '"contentMediaType"'):
        assert word not in text


@pytest.mark.parametrize(
    ("newer", "older"),
    [
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, {"type": "string", "nullable": True}),
        ({"anyOf": [{"$ref": "#/a"}, {"type": "null"}]}, {"nullable": True, "allOf": [{"$ref": "#/a"}]}),
        ({"type": ["integer", "null"]}, {"type": "integer", "nullable": True}),
        ({"type": ["integer", "string"]}, {"anyOf": [{"type": "integer"}, {"type": "string"}]}),
        ({"const": "a"}, {"enum": ["a"]}),
        ({"exclusiveMinimum": 0, "type": "number"}, {"minimum": 0, "exclusiveMinimum": True, "type": "number"}),
        ({"$ref": "#/a", "description": "b"}, {"allOf": [{"$ref": "#/a"}], "description": "b"}),
        ({"type": "array", "prefixItems": [{}]}, {"type": "array", "items": {}}),
        ({"type": "string", "contentMediaType": "application/pdf"}, {"type": "string", "format": "binary"}),
        ({"properties": {"const": {"const": 1}}}, {"properties": {"const": {"enum": [1]}}}),
        ({"required": [], "examples": [1, 2]}, {"example": 1}),
        (True, {}),
    ],
)
def test_words_are_rewritten(newer: Any, older: Any) -> None:
    assert schema_3_0(newer) == older


SCHEMAS = st.recursive(
    st.sampled_from(
        [{"type": "null"}, {"type": ["string", "null"]}, {"const": 1}, {"$ref": "#/components/schemas/a"}, {}]
    ),
    lambda inner: (
        st.fixed_dictionaries({"anyOf": st.lists(inner, min_size=1, max_size=3)})
        | st.fixed_dictionaries(
            {"type": st.just("object"), "properties": st.dictionaries(st.sampled_from("abc"), inner)}
        )
        | st.fixed_dictionaries({"type": st.just("array"), "items": inner})
    ),
    max_leaves=8,
)


@given(SCHEMAS)
@settings(max_examples=40, deadline=None)
def test_any_schema_becomes_a_valid_older_one(schema: dict[str, Any]) -> None:
    validator = pytest.importorskip("openapi_spec_validator")
    reply = {"200": {"description": "", "content": {"application/json": {"schema": schema}}}}
    paths = {"/a": {"get": {"operationId": "a", "responses": reply}}}
    info = {"title": "a", "version": "1"}
    validator.validate(
        downgraded({"openapi": "3.1.0", "info": info, "paths": paths, "components": {"schemas": {"a": {}}}})
    )


def test_no_two_calls_of_the_native_api_are_called_the_same(shared: httpx.Client) -> None:
    paths = shared.get("/api/openapi.json").json()["paths"]
    said = [one["summary"] for path, calls in paths.items() if path.startswith("/api/") for one in calls.values()]
    assert len(said) == len(set(said))
