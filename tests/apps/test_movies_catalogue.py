"""The shipped film catalogue, and that app.toml speaks of what is in it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from groundstone import filters
from groundstone.filters import leaves
from groundstone.knowledge.records_text import record_document
from groundstone.schema import FieldSpec
from groundstone.text import sentences
from tests import bases

ROWS = bases.film_rows()
SPEC = bases.film_spec()
TABLES: dict[str, Any] = dict(SPEC.lexicon)
PEOPLE = ("directors", "producers", "actors")


def values(name: str) -> Iterator[Any]:
    for row in ROWS:
        held = row.get(name)
        yield from held if isinstance(held, list) else [] if held is None else [held]


def test_there_are_enough_films_of_every_decade_and_many_countries() -> None:
    assert len(ROWS) >= 300
    decades = Counter(row["year"] // 10 * 10 for row in ROWS)
    assert set(range(1900, 2030, 10)) <= set(decades)
    assert len(set(values("countries"))) >= 30


def test_ids_are_unique_and_end_in_the_year() -> None:
    assert len({row["id"] for row in ROWS}) == len(ROWS)
    assert all(row["id"] == row["id"].lower() and row["id"].endswith(f"-{row['year']}") for row in ROWS)
    assert all(re.fullmatch(r"[a-z0-9-]+", row["id"]) for row in ROWS)


def test_title_and_year_together_name_one_film() -> None:
    assert max(Counter((row["title"], row["year"]) for row in ROWS).values()) == 1


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_every_record_is_valid(row: dict[str, Any]) -> None:
    names = {spec.name for spec in SPEC.schema.fields}
    assert set(row) <= names, "a field that the schema does not have"
    document = record_document(row["id"], row, SPEC.schema, "catalogue")
    for spec in SPEC.schema.fields:
        if spec.name in document.fields:
            assert document.fields[spec.name] == spec.coerce(row[spec.name])
    for part in document.parts:
        assert document.text[part.start : part.end].strip()
    assert 1880 <= row["year"] <= 2030
    assert 1.0 <= row["rating"] <= 10.0
    assert round(row["rating"], 1) == row["rating"]
    assert 1 <= row["runtime"] <= 600
    assert row["directors"], "no director"
    assert row["genres"]
    assert row["keywords"]
    assert row["countries"]
    assert row["language"]
    assert 3 <= len(sentences(row["plot"])) <= 5
    for name in (*PEOPLE, "genres", "keywords", "locations", "countries"):
        held = row.get(name, [])
        assert len({filters.fold(item) for item in held}) == len(held), f"{name} names something twice"
        assert all(item == item.strip() and item for item in held)


def test_a_person_is_written_in_one_way() -> None:
    """Two spellings that differ by case or accents alone would be two people to whoever reads."""
    spellings: dict[str, set[str]] = {}
    for name in PEOPLE:
        for person in values(name):
            spellings.setdefault(filters.fold(person), set()).add(person)
    assert [found for found in spellings.values() if len(found) > 1] == []


# -- app.toml ----------------------------------------------------------------------------------------------


def spec_of(name: str) -> FieldSpec:
    spec = SPEC.schema.get(name)
    assert spec is not None, f"there is no field {name!r}"
    return spec


def test_every_table_names_fields_of_the_schema() -> None:
    for name in (
        *TABLES["fields"],
        *TABLES["values"],
        TABLES["theme_field"],
        TABLES["best"]["field"],
        *SPEC.display["card"],
    ):
        spec_of(name)


def test_spoken_values_are_written_as_in_the_catalogue() -> None:
    """Imported catalogues may hold countries and languages that this one lacks; genres are all here."""
    assert set(TABLES["values"]["genres"]) <= set(values("genres"))
    for name, table in TABLES["values"].items():
        held = {filters.fold(value): value for value in values(name)}
        assert [value for value in table if held.get(filters.fold(value), value) != value] == []


def test_genres_and_languages_are_written_with_a_capital() -> None:
    assert all(isinstance(item, str) and item[:1].isupper() for item in (*values("genres"), *values("language")))


@pytest.mark.parametrize("name", sorted(TABLES["meanings"]))
def test_every_meaning_holds_for_some_films_and_not_for_all(name: str) -> None:
    table = TABLES["meanings"][name]
    assert table["words"]
    assert table["note"]
    if "newest" in table:
        assert spec_of(table["newest"]["field"]).type == "integer"
        return
    where = filters.check(filters.from_json(table["where"]), SPEC.schema)
    for leaf in leaves(where):
        wanted = leaf.value if isinstance(leaf.value, tuple) else (leaf.value,)
        if spec_of(leaf.field).type == "text":
            assert set(wanted) <= set(values(leaf.field)), f"{name} names a value that no film has"


def test_sentences_have_the_places_they_need() -> None:
    for name, table in TABLES["fields"].items():
        says = table["says"]
        assert "{value}" in says or name == SPEC.schema.title_field, name
        assert says.format(title="T", value="V")


def test_themes_stand_for_keywords_that_films_have() -> None:
    keywords = set(values("keywords"))
    missing = [theme for theme in TABLES["themes"] if not any(theme in keyword for keyword in keywords)]
    assert missing == []


def test_what_is_absent_is_absent() -> None:
    for name in TABLES["absent"]:
        assert name.replace(" ", "_") not in SPEC.schema


def test_superlatives_and_comparatives_have_an_end_or_an_operation() -> None:
    for table in TABLES["fields"].values():
        assert set(table.get("superlatives", {}).values()) <= {"max", "min"}
        assert set(table.get("comparatives", {}).values()) <= {"gt", "lt"}


def test_the_examples_of_the_welcome_are_answered_from_the_catalogue() -> None:
    assert SPEC.welcome
    assert len(SPEC.examples) >= 3
