"""Fields, their types and roles."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundstone.errors import ConfigError, InvalidInput
from groundstone.schema import FieldSpec, Schema


@pytest.mark.parametrize(
    ("type_", "value", "kept"),
    [
        ("text", "  Heat ", "Heat"), ("text", 7, "7"), ("integer", "1995", 1995), ("integer", 1995.0, 1995),
        ("number", "7.5", 7.5), ("number", 7, 7.0), ("boolean", "Yes", True), ("boolean", 0, False),
        ("boolean", True, True),
        ("date", "2024-05-01", date(2024, 5, 1)), ("date", "2024-05-01T10:00:00Z", date(2024, 5, 1)),
        ("date", date(2024, 5, 1), date(2024, 5, 1)), ("date", datetime(2024, 5, 1, 23, 59), date(2024, 5, 1)),
        ("text", ["one"], "one"),
        ("text", "", None), ("text", "  ", None), ("text", [""], None), ("text", None, None), ("integer", [], None),
    ],
)  # fmt: skip
def test_a_value_takes_the_type_of_its_field(type_: Any, value: object, kept: object) -> None:
    found = FieldSpec("f", type_).coerce(value)
    assert found == kept
    assert type(found) is type(kept)


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        ("integer", "soon"), ("integer", 1.5), ("integer", 2**60), ("number", "nan"), ("number", float("inf")),
        ("boolean", "perhaps"), ("date", "yesterday"), ("date", "2024-13-01"), ("text", {"a": 1}), ("text", ["a", "b"]),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_with_the_field_named(type_: Any, value: object) -> None:
    with pytest.raises(InvalidInput, match="field f"):
        FieldSpec("f", type_).coerce(value)


def test_a_list_field_keeps_each_value_once_in_order() -> None:
    spec = FieldSpec("f", "integer", many=True)
    assert spec.coerce(["3", 1, 3, "", None]) == (3, 1)
    assert spec.coerce(5) == (5,)
    assert spec.coerce([""]) is None
    assert FieldSpec("f", many=True).coerce([" ", "a"]) == ("a",)


@given(st.one_of(st.none(), st.text(), st.integers(), st.floats(), st.booleans(), st.dates(), st.lists(st.text())))
def test_any_value_is_taken_or_refused_by_every_type(value: object) -> None:
    for type_ in ("text", "integer", "number", "boolean", "date"):
        try:
            kept = FieldSpec("f", type_).coerce(value)
        except InvalidInput:
            continue
        assert FieldSpec("f", type_).coerce(kept) == kept


def test_the_json_form_is_read_back_as_it_was() -> None:
    schema = Schema((FieldSpec("id"), FieldSpec("price", "number", unit="EUR")), "id", "id")
    assert Schema.from_json(schema.to_json()) == schema


@pytest.mark.parametrize(
    "data",
    [
        {"fields": [{"name": ""}]}, {"fields": [{"name": "_x"}]}, {"fields": [{"name": "a"}, {"name": "a"}]},
        {"fields": [{"name": "a", "type": "colour"}]}, {"fields": [{"name": "a", "colour": "red"}]}, {"fields": 7},
        {"fields": [], "title_field": "nothing"},
    ],
)  # fmt: skip
def test_a_schema_that_contradicts_itself_is_refused(data: dict[str, Any]) -> None:
    with pytest.raises(ConfigError):
        Schema.from_json(data)


def test_fields_are_added_once() -> None:
    schema = Schema((FieldSpec("a", "integer"),))
    wider = schema.with_fields([FieldSpec("a"), FieldSpec("b")])
    assert [(spec.name, spec.type) for spec in wider.fields] == [("a", "integer"), ("b", "text")]
    assert "b" in wider
    assert schema.with_fields([FieldSpec("a")]) is schema
    assert FieldSpec("release_year").heading == "Release year"
