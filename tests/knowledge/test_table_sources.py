from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundstone.errors import SourceError
from groundstone.knowledge.lists import Splitter, split_cell
from groundstone.knowledge.rows import read_rows, rows_of_text
from groundstone.knowledge.source import Failure, Item, open_source
from groundstone.knowledge.spec import SourceSpec
from groundstone.schema import FieldSpec, Schema

SCHEMA = Schema(
    (FieldSpec("id"), FieldSpec("title"), FieldSpec("year", "integer"), FieldSpec("tags", many=True)),
    "id",
    "title",
)


def listed(path: Path, mapping: dict[str, str] | None = None, schema: Schema = SCHEMA) -> list[Item | Failure]:
    return list(open_source(SourceSpec("records", str(path), mapping or {}), schema=schema).items())


def records(path: Path, mapping: dict[str, str] | None = None) -> list[Any]:
    found = listed(path, mapping)
    assert all(isinstance(item, Item) for item in found), found
    return [item.read() for item in found if isinstance(item, Item)]


EXPECTED = {"id": "1", "title": "Up, up", "year": "2009", "tags": ["a", "b"]}


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_csv_in_any_dialect_and_encoding(tmp_path: Path, delimiter: str, encoding: str) -> None:
    rows = [["id", "title", "year", "tags"], ["1", '"Up, up"', "2009", '"[""a"", ""b""]"']]
    file = tmp_path / "t.csv"
    file.write_text("\r\n".join(delimiter.join(row) for row in rows), encoding=encoding)
    assert records(file) == [EXPECTED]


def test_a_csv_of_windows_is_read_as_such(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes("id,title\n1,Amélie\n".encode("cp1252"))
    assert records(tmp_path / "t.csv")[0]["title"] == "Amélie"


@pytest.mark.parametrize(
    "content",
    [
        [{"id": 1, "title": "Up", "year": 2009, "tags": ["a"]}],
        {"id": [1], "title": ["Up"], "year": [2009], "tags": [["a"]]},
        {"films": [{"id": 1, "title": "Up", "year": 2009, "tags": ["a"]}]},
    ],
)
def test_json_as_an_array_or_an_object_of_arrays(tmp_path: Path, content: Any) -> None:
    (tmp_path / "t.json").write_text(json.dumps(content))
    assert records(tmp_path / "t.json") == [{"id": 1, "title": "Up", "year": 2009, "tags": ["a"]}]


def test_parquet_with_missing_numbers(tmp_path: Path) -> None:
    arrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    table = {"id": ["1", "2"], "title": ["Up", "Down"], "year": [2009.0, float("nan")], "tags": [["a"], None]}
    parquet.write_table(arrow.table(table), tmp_path / "t.parquet")
    assert [(row["year"], row["tags"]) for row in records(tmp_path / "t.parquet")] == [
        (2009.0, ["a"]),
        (None, None),
    ]


def test_a_damaged_parquet_file_is_one_failure(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    (tmp_path / "t.parquet").write_bytes(b"PAR1 nothing")
    (failure,) = listed(tmp_path / "t.parquet")
    assert isinstance(failure, Failure)
    assert failure.container == "t.parquet"


def test_columns_are_renamed_by_the_mapping(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("Key,Name\n7,Up\n")
    (item,) = listed(tmp_path / "t.csv", {"id": "Key", "title": "Name"})
    assert isinstance(item, Item)
    assert (item.id, item.name) == ("7", "t.csv:2")
    assert item.read()["title"] == "Up"  # type: ignore[call-overload]


def test_a_mapping_to_no_field_is_refused(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a\n1\n")
    with pytest.raises(SourceError, match="no field of the schema"):
        listed(tmp_path / "t.csv", {"nope": "a"})


def test_malformed_rows_are_named_and_the_rest_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('id,title\n1,Up\n2,Down,extra\n3,"never closed\n4,Out\n5,In\n')
    (tmp_path / "b.jsonl").write_text('{"id": 6}\n{"id": 7, "title": \n[8]\n\n{"id": 9}\n')
    found = listed(tmp_path)
    assert [item.id for item in found if isinstance(item, Item)] == ["1", "4", "5", "6", "9"]
    failed = {item.name: (item.id, item.reason) for item in found if isinstance(item, Failure)}
    assert failed["a.csv:3"] == ("2", "has 3 cells, the header has 2")
    assert failed["a.csv:4"][0] == "3"
    assert failed["b.jsonl:2"][0] == "7"
    assert failed["b.jsonl:3"] == (None, "is a JSON list, not an object of columns")


def test_the_second_row_with_an_id_is_reported(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("id,title\n1,Up\n1,Down\n")
    first, second = listed(tmp_path / "t.csv")
    assert isinstance(first, Item)
    assert isinstance(second, Failure)
    assert second.reason == "the id '1' is already that of t.csv:2"


def test_a_row_without_id_is_reported(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("id,title\n,Up\n")
    (failure,) = listed(tmp_path / "t.csv")
    assert isinstance(failure, Failure)
    assert "empty" in failure.reason


def test_without_an_id_field_ids_do_not_depend_on_the_order(tmp_path: Path) -> None:
    schema = Schema((FieldSpec("title"),), None, "title")
    (tmp_path / "t.csv").write_text("title\nUp\nDown\n")
    before = {item.id for item in listed(tmp_path / "t.csv", schema=schema) if isinstance(item, Item)}
    (tmp_path / "t.csv").write_text("title\nNew\nDown\nUp\n")
    after = {item.id for item in listed(tmp_path / "t.csv", schema=schema) if isinstance(item, Item)}
    assert before < after


def test_a_comma_separates_only_where_nothing_better_does() -> None:
    places = [{"places": "Rome, Italy|Burgos, Spain"}, {"places": "Oslo, Norway"}]
    splitter = Splitter({"places": "places"}, places, csv=True)
    assert [splitter.split(row)["places"] for row in places] == [
        ["Rome, Italy", "Burgos, Spain"],
        ["Oslo, Norway"],
    ]


@pytest.mark.parametrize("cell", ['["a", "b"]', "['a', 'b']", "a|b", " a | b |"])
def test_lists_in_one_cell(cell: str) -> None:
    assert split_cell(cell, "|") == ["a", "b"]


def test_a_cell_is_never_executed() -> None:
    assert split_cell("[__import__('os').getcwd()]", None) == ["[__import__('os').getcwd()]"]


@given(st.sampled_from([".csv", ".tsv", ".json", ".jsonl"]), st.text(max_size=400))
def test_any_text_gives_rows_or_errors_and_never_raises(suffix: str, text: str) -> None:
    for row in rows_of_text(suffix, text):
        assert row.error or row.values


@given(st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=8), min_size=2, max_size=2)))
def test_csv_written_by_python_is_read_back(rows: list[list[str]]) -> None:
    import csv
    import io

    out = io.StringIO()
    csv.writer(out).writerows([["first", "second"], *rows])
    read = list(rows_of_text(".csv", out.getvalue()))
    expected = [row for row in rows if any(cell.strip() for cell in row)]
    assert [list(row.values.values()) for row in read] == expected


def test_no_tables_is_an_error_of_the_source(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="has no tables"):
        listed(tmp_path)


def test_rows_come_lazily(tmp_path: Path) -> None:
    file = tmp_path / "t.jsonl"
    file.write_text("".join(f'{{"id": {number}}}\n' for number in range(5000)))
    rows = read_rows(file)
    assert next(rows).values == {"id": 0}
    rows.close()  # type: ignore[attr-defined]
