"""Mappings: proposed, explained, run on data and checked; what nothing fits is named."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundstone.builder.carry import apply
from groundstone.builder.instances import instances
from groundstone.builder.leaves import leaves
from groundstone.builder.mapping import Link, Mapped
from groundstone.builder.propose import propose
from groundstone.builder.suggest import suggested
from groundstone.errors import InvalidInput, ModelError
from groundstone.models.fakes import FakeChat

from . import pairs


def found(pair: pairs.Pair) -> dict[str, tuple[tuple[str, ...], str]]:
    return {link.target: (link.sources, link.transform) for link in propose(pair.source, pair.target).links}


@pytest.mark.parametrize("name", pairs.DEVELOP)
def test_the_pairs_on_which_the_rules_were_written_are_mapped_without_a_fault(name: str) -> None:
    assert found(pairs.DEVELOP[name]) == pairs.DEVELOP[name].gold


def test_pairs_that_the_rules_never_saw_are_mapped_without_wrong_links() -> None:
    right = wanted = 0
    for pair in pairs.JUDGE.values():
        links = found(pair)
        assert links.items() <= pair.gold.items()
        right, wanted = right + len(links), wanted + len(pair.gold)
    assert (right, wanted) == (32, 41)


def test_a_mapping_explains_itself_and_names_what_is_left() -> None:
    made = propose(pairs.ORDERS.source, pairs.ORDERS.target)
    assert made.missing == ("warehouse",)
    assert made.unused == ("buyer.newsletter",)
    assert made.notes == (
        "sample data carried over does not satisfy the target: $: 'warehouse' is a required property",
    )
    link = next(link for link in made.links if link.target == "status")
    assert (link.transform, link.options["map"]["canceled"], link.reason) == (
        "values", "CANCELLED", "the names say the same; one of its values becomes one of its values",
    )  # fmt: skip
    assert Mapped.from_json(json.loads(json.dumps(made.to_json()))).links[0].sources == made.links[0].sources


def test_data_is_carried_over_and_checked() -> None:
    data = {
        "emp_id": 7, "name": "Ana Maria Costa", "hired": "03.02.2020", "dept": "Sales",
        "annual_salary": "52.300,50 EUR",
        "active": "Yes", "phone_no": "123", "manager_email": "bo@example.com", "sex": "f", "shoe_size": 40,
    }  # fmt: skip
    made = apply(propose(pairs.STAFF.source, pairs.STAFF.target), data, pairs.STAFF.target)
    assert made == {
        "employeeId": 7, "givenName": "Ana", "familyName": "Maria Costa", "hireDate": "2020-02-03",
        "departmentName": "Sales",
        "salary": 52300.5, "isActive": True, "telephone": "123", "gender": "female",
        "supervisor": {"email": "bo@example.com"},
    }  # fmt: skip


def test_arrays_are_carried_element_by_element() -> None:
    (data,) = instances(pairs.BOOKS.source, 1)
    made = apply(propose(pairs.BOOKS.source, pairs.BOOKS.target), data)
    assert [item["isbn"] for item in made["items"]] == [item["isbn13"] for item in data["books"]]
    assert [item["addedOn"] for item in made["items"]] == [item["createdAt"][:10] for item in data["books"]]


def test_a_text_is_not_copied_into_a_date_unread() -> None:
    source, target = pairs.schema({"birthday": "str"}), pairs.schema({"date_of_birth": "str:date"})
    made = propose(source, target)
    assert [(link.transform, link.confidence) for link in made.links] == [("to_date", 0.9)]
    assert apply(made, {"birthday": "5 March 1990"}, target) == {"date_of_birth": "1990-03-05"}
    with pytest.raises(InvalidInput, match="birthday: 'soon' is not a date in a known form, which date_of_birth needs"):
        apply(made, {"birthday": "soon"}, target)


def test_formats_that_have_nothing_in_common_are_never_linked() -> None:
    made = propose(pairs.schema({"contact": "str:email"}), pairs.schema({"contact": "str:date"}))
    assert (made.links, made.missing, made.unused) == ((), ("contact",), ("contact",))


def test_constants_and_elements_outside_of_arrays() -> None:
    links = [
        {"target": "rows[].a", "sources": ["list[].x"]},
        {"target": "rows[].all", "sources": ["whole"]},
        {"target": "rows[].by", "transform": "constant", "options": {"value": "import"}},
        {"target": "first", "sources": ["list[].x"]},
        {"target": "text", "sources": ["whole", "list[].x"], "transform": "join", "options": {"separator": "-"}},
    ]
    made = apply(Mapped.from_json({"links": links}), {"list": [{"x": 1}, {"x": 2}], "whole": "w"})
    assert made == {"rows": [{"a": 1, "by": "import", "all": "w"}, {"a": 2, "by": "import"}], "first": 1, "text": "w-1"}


@pytest.mark.parametrize(
    "item",
    [
        None, {}, {"target": ""}, {"target": "a"}, {"target": "a", "sources": [1]},
        {"target": "a", "sources": ["b"], "transform": "eval"},
        {"target": "a", "sources": ["b"], "options": []}, {"target": "a", "sources": ["b"], "transform": "values"},
        {"target": "a", "sources": ["b"], "transform": "part", "options": {"index": "x"}},
        {"target": "a", "sources": ["b"], "options": {"code": "1"}},
    ],
)  # fmt: skip
def test_what_is_no_mapping_is_refused(item: Any) -> None:
    with pytest.raises(InvalidInput, match=r"links\[0\]"):
        Mapped.from_json({"links": [item]})


def test_links_that_want_a_list_and_a_value_at_one_place_are_refused() -> None:
    mapping = Mapped((Link("a", ("x",)), Link("a.b", ("x",))))
    with pytest.raises(InvalidInput, match="another kind"):
        apply(mapping, {"x": 1})


PATHS = st.text(alphabet="ab.[]", min_size=1, max_size=6)
DATA = st.recursive(
    st.none() | st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b", ""]), inner, max_size=3),
    max_leaves=8,
)
STEPS = st.sampled_from(
    ["copy", "to_text", "to_number", "to_integer", "to_boolean", "to_date", "to_datetime", "join", "part"]
)


@given(st.lists(st.tuples(PATHS, st.lists(PATHS, min_size=1, max_size=2), STEPS), max_size=4), DATA)
@settings(max_examples=100, deadline=None)
def test_no_mapping_and_no_data_break_it(links: list[tuple[str, list[str], str]], data: Any) -> None:
    items = [{"target": target, "sources": sources, "transform": step} for target, sources, step in links]
    try:
        made = apply(Mapped.from_json({"links": items}), data)
    except InvalidInput:
        return
    assert isinstance(made, dict)
    json.dumps(made)


def test_a_chat_model_fills_what_the_rules_left_open() -> None:
    pair = pairs.GUESTS
    made = propose(pair.source, pair.target)
    assert "check_in" in made.missing
    reply = {
        "links": [
            {"target": "check_in", "sources": ["arrival"]},
            {"target": "citizenship", "sources": ["guest.nationality"]},
            {"target": "loyalty_card", "sources": ["nowhere"]},
            {"target": "check_out", "sources": ["adults"]},
        ]
    }
    chat = FakeChat([json.dumps(reply)], name="capable")
    more = suggested(made, pair.source, pair.target, chat)
    added = {link.target: link for link in more.links if link.made_by == "capable"}
    assert {target: link.sources for target, link in added.items()} == {
        "check_in": ("arrival",), "citizenship": ("guest.nationality",),
    }  # fmt: skip
    assert sum("left out, from capable" in note for note in more.notes) == 2
    allowed = chat.schemas[0]["properties"]["links"]["items"]["properties"]  # type: ignore[index]
    assert "guest.nationality" in allowed["sources"]["items"]["enum"]
    assert set(allowed["target"]["enum"]) == set(made.missing)


def test_a_reply_that_is_no_json_is_an_error() -> None:
    made = propose(pairs.GUESTS.source, pairs.GUESTS.target)
    with pytest.raises(ModelError):
        suggested(made, pairs.GUESTS.source, pairs.GUESTS.target, FakeChat(["no"]))


def test_leaves_follow_references_and_branches() -> None:
    schema = {
        "$defs": {"price": {"type": "number"}},
        "properties": {"a": {"anyOf": [{"type": "null"}, {"$ref": "#/$defs/price"}]}, "b": {"items": {"const": "x"}}},
    }
    assert [(leaf.path, leaf.type) for leaf in leaves(schema)] == [("a", "number"), ("b[]", "string")]


@pytest.mark.parametrize(
    "schema", [{"properties": 3}, {"$ref": "#/x"}, {"$ref": "#"}, {"properties": {"a": {"enum": [[]]}}}]
)
def test_schemas_that_cannot_be_followed_are_refused(schema: Any) -> None:
    with pytest.raises(InvalidInput):
        propose(schema, pairs.schema({"a": "str"}))


def test_numbers_in_other_units_are_to_be_checked() -> None:
    def of(name: str) -> dict[str, Any]:
        return {"type": "object", "properties": {name: {"type": "number"}, "name": {"type": "string"}}}

    for ours, theirs, doubtful in (("total_price_cents", "total_price", True), ("weightKg", "weight_kg", False)):
        link = next(one for one in propose(of(ours), of(theirs)).links if one.target == theirs)
        assert ("units may differ" in link.reason) is doubtful


def test_short_forms_of_the_names_of_people_are_known() -> None:
    texts = {name: {"type": "string"} for name in ("fname", "lname")}
    target = {"type": "object", "properties": {"customerName": {"type": "string"}}}
    (link,) = propose({"type": "object", "properties": {"cust": {"type": "object", "properties": texts}}}, target).links
    assert (link.sources, link.transform) == (("cust.fname", "cust.lname"), "join")
