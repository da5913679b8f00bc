"""The forms of a domain model: SQL that runs, JSON Schema that is valid, sample data that satisfies it."""

from __future__ import annotations

import sqlite3
from datetime import date

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundstone.builder import ddl, narrative, render
from groundstone.builder.domain import Association, Attribute, DomainModel, Entity, Enumeration
from groundstone.builder.samples import samples
from groundstone.builder.validity import checked
from groundstone.errors import InvalidInput

from . import gold

NAMES = ["Order", "OrderLine", "Group", "Select", "User", "A1"]
FIELDS = ["id", "name", "from", "orderId", "dateOfBirth", "group", "total", "eMail"]


@st.composite
def models(draw: st.DrawFn) -> DomainModel:
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=5, unique=True))
    values = draw(st.lists(st.sampled_from(["open", "it's", "% a:b", "é"]), min_size=1, max_size=3, unique=True))
    kinds = st.sampled_from(["text", "integer", "decimal", "boolean", "date", "datetime", "binary", "enumeration"])
    entities = []
    for name in names:
        fields = draw(st.lists(st.sampled_from(FIELDS), max_size=4, unique=True))
        made = []
        for field in fields:
            kind = draw(kinds)
            flags = draw(st.tuples(st.booleans(), st.booleans()))
            made.append(Attribute(field, kind, *flags, enumeration="State" if kind == "enumeration" else ""))
        entities.append(Entity(name, tuple(made)))
    ends = st.sampled_from(names)
    kind = st.sampled_from(["one-to-one", "one-to-many", "many-to-many"])
    listed = draw(
        st.lists(st.builds(Association, st.sampled_from(["has", "owns"]), ends, ends, kind, st.booleans()), max_size=5)
    )
    return DomainModel(tuple(entities), tuple(listed), (Enumeration("State", tuple(values)),))


@given(models())
@settings(max_examples=40, deadline=None)
def test_the_sql_of_any_model_runs(model: DomainModel) -> None:
    with sqlite3.connect(":memory:") as database:
        database.executescript(ddl.ddl(model, "sqlite"))
        tables = {row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert {ddl.snake(one.name) for one in model.entities} <= tables
    database.close()
    assert all("CREATE TABLE" in ddl.ddl(model, dialect) for dialect in ddl.DIALECTS)


@given(models(), st.integers(1, 12), st.integers(0, 99))
@settings(max_examples=40, deadline=None)
def test_sample_data_satisfies_the_schema_of_any_model(model: DomainModel, rows: int, seed: int) -> None:
    schema = render.json_schema(model)
    jsonschema.Draft202012Validator.check_schema(schema)
    try:
        data = samples(model, rows, seed)
    except InvalidInput:  # a required and unique choice of three values has no twelve rows
        assert any(a.required and a.unique for one in model.entities for a in one.attributes)
        return
    assert checked(data, schema) == data == samples(model, rows, seed)
    for entity in model.entities:
        assert [row["id"] for row in data[entity.name]] == [*range(1, rows + 1)]
        named = render.property_names(entity)
        for attribute in entity.attributes:
            name = named[attribute.name]
            shown = [str(row[name]) for row in data[entity.name] if name in row]
            assert not attribute.unique or len(set(shown)) == len(shown)


def test_references_of_sample_data_lead_to_rows() -> None:
    data = samples(narrative.read(gold.load("shop")[0])[0], 7)
    assert {row["customerId"] for row in data["Order"] if "customerId" in row} <= {
        row["id"] for row in data["Customer"]
    }


def test_sample_data_looks_like_what_it_stands_for() -> None:
    shop = samples(narrative.read(gold.load("shop")[0])[0], 30)
    people = {row.get("firstName") for row in shop["Customer"]}
    assert all(row["name"].split()[0] not in people for row in shop["Category"] + shop["Product"])
    assert all(row["emailAddress"].endswith("@example.com") for row in shop["Customer"])
    library = samples(narrative.read(gold.load("library")[0])[0], 30)
    assert all(len(row["name"].split()) == 2 for row in library["Author"])
    for row in library["Loan"]:
        known = [date.fromisoformat(row[name]) for name in ("startDate", "dueDate") if name in row]
        assert known == sorted(known)


def test_the_picture_in_words_has_every_entity_and_association() -> None:
    text = render.mermaid(narrative.read(gold.load("fleet")[0])[0])
    assert text.startswith("erDiagram\n")
    assert "    Driver }o--o{ Vehicle : " in text
    assert "        VehicleFuelType fuelType" in text


def test_an_unknown_dialect_is_refused() -> None:
    with pytest.raises(InvalidInput, match="postgresql"):
        ddl.ddl(DomainModel((Entity("A"),)), "dbase")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ([], "JSON object"), ({}, "0 entities"), ({"entities": [{"name": "A"}, {"name": "a"}]}, "two"),
        ({"entities": [{"name": "1"}]}, "letters"), ({"entities": [{"name": "A"}], "x": 1}, "unknown member"),
        ({"entities": [{"name": "A"}], "associations": [{"name": "b", "source": "A", "target": "C"}]}, "no entity"),
        ({"entities": [{"name": "A", "attributes": [{"name": "b", "type": "enumeration"}]}]}, "enumeration"),
        ({"entities": [{"name": "A", "attributes": [{"name": "b", "type": "money"}]}]}, "one of text"),
        ({"entities": [{"name": "A"}], "enumerations": [{"name": "B", "values": []}]}, "values"),
    ],
)  # fmt: skip
def test_a_model_that_is_not_consistent_is_refused_with_its_place(data: object, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        DomainModel.from_json(data)
