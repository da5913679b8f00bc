from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

import pytest

import groundstone
from groundstone.errors import InvalidInput
from groundstone.knowledge.infer import infer_mapping, infer_schema
from groundstone.knowledge.records_text import embedded_text, record_document
from groundstone.schema import FieldSpec, Schema

SCHEMA = Schema(
    (
        FieldSpec("id", in_text=False, embedded=False),
        FieldSpec("title", label="Title"),
        FieldSpec("original", label="Original title"),
        FieldSpec("year", "integer", embedded=False),
        FieldSpec("genres", many=True),
        FieldSpec("runtime", "integer", unit="min", embedded=False),
        FieldSpec("plot", filterable=False),
    ),
    "id",
    "title",
    "plot",
)
UP = {
    "id": "up",
    "title": "Up",
    "original": "Up",
    "year": "2009",
    "genres": ["Adventure", "Comedy"],
    "runtime": 96,
    "plot": "A man flies.\r\nHe lands.",
}


def test_a_record_is_written_a_field_a_line_and_its_prose_last() -> None:
    document = record_document("up", UP, SCHEMA, "t.csv:2")
    lines = ["Title: Up", "Original title: Up", "Year: 2009", "Genres: Adventure, Comedy", "Runtime: 96 min"]
    assert document.text == "\n".join(lines) + "\n\nA man flies.\nHe lands."
    assert (document.title, document.source) == ("Up", "t.csv:2")
    assert document.fields["genres"] == ("Adventure", "Comedy")


def test_parts_span_the_values_without_their_headings() -> None:
    document = record_document("up", UP, SCHEMA)
    values = {part.field: document.text[part.start : part.end] for part in document.parts}
    assert values["genres"] == "Adventure, Comedy"
    assert values["year"] == "2009"
    assert values["plot"] == "A man flies.\nHe lands."
    assert "id" not in values


def test_search_sees_title_and_prose_first_and_nothing_twice() -> None:
    document = record_document("up", UP, SCHEMA)
    assert embedded_text(document, SCHEMA) == "Up. A man flies. He lands. Genres: Adventure, Comedy."


def test_empty_fields_leave_no_line() -> None:
    document = record_document("up", {"id": "up", "title": "Up", "genres": []}, SCHEMA)
    assert document.text == "Title: Up"


def test_a_value_of_the_wrong_type_is_refused() -> None:
    with pytest.raises(InvalidInput, match="year"):
        record_document("up", {"title": "Up", "year": "soon"}, SCHEMA)


def test_a_typical_film_fits_into_the_window_of_a_small_model() -> None:
    app = Path(groundstone.__path__[0], "apps", "movies")
    schema = Schema.from_json(tomllib.loads((app / "app.toml").read_text())["schema"])
    import json

    lines = (app / "catalogue" / "1966-1989.jsonl").read_text().splitlines()
    texts = [embedded_text(record_document("x", json.loads(line), schema), schema) for line in lines]
    assert sorted(len(text.split()) for text in texts)[len(texts) // 2] * 1.3 < 256


def test_a_schema_is_inferred_from_rows() -> None:
    rows = [
        {
            "Film ID": str(number),
            "Name": f"Film {number}",
            "Release Year": str(1990 + number),
            "Score": f"{number}.5",
            "Seen": "yes",
            "Released": "1999-12-31",
            "Genres": "Drama|Crime",
            "Zip": "0123",
            "Poster": "https://example.org/a.jpg",
            "Plot": "It happens slowly and then at once, and everybody is surprised by it. " * 3,
        }
        for number in range(5)
    ]
    schema = infer_schema(rows)
    types = {spec.name: (spec.type, spec.many) for spec in schema.fields}
    assert types == {
        "film_id": ("integer", False),
        "name": ("text", False),
        "release_year": ("integer", False),
        "score": ("number", False),
        "seen": ("boolean", False),
        "released": ("date", False),
        "genres": ("text", True),
        "zip": ("text", False),
        "poster": ("text", False),
        "plot": ("text", False),
    }
    assert (schema.id_field, schema.title_field, schema.body_field) == ("film_id", "name", "plot")
    plot, poster = schema.get("plot"), schema.get("poster")
    assert plot is not None
    assert not plot.filterable
    assert poster is not None
    assert not poster.embedded
    assert infer_mapping(rows)["release_year"] == "Release Year"


def test_an_inferred_schema_reads_its_own_rows() -> None:
    rows = [
        {"id": 1, "title": "A", "n": 1, "d": date(2020, 1, 1)},
        {"id": 2, "title": "B", "n": 2.5, "d": None},
    ]
    schema = infer_schema(rows)
    assert [record_document(str(row["id"]), row, schema).fields["n"] for row in rows] == [1.0, 2.5]


def test_no_rows_give_no_fields() -> None:
    assert infer_schema([]) == Schema()
