"""Blocks are those of real answers: their members, their order and how they point to each other."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from botocore.loaders import Loader
from hypothesis import given, settings
from hypothesis import strategies as st

from groundstone.documents.base import (
    Candidate,
    Cell,
    Finding,
    Layout,
    Line,
    Mark,
    Page,
    Pair,
    Place,
    Query,
    Region,
    Table,
    Word,
)
from groundstone.documents.layout import understand
from groundstone.server.aws.textract_blocks import blocks
from tests.documents.drawn import CARD, Labels
from tests.documents.pages import page_of, reading_of, turned
from tests.examples import examples

SEED = UUID("0123456789abcdef0123456789abcdef")
ALL = ("FORMS", "TABLES", "QUERIES")
SAMPLES = Path(__file__).parents[4] / "shared" / "data" / "textract_samples"
CONSOLE_ONLY = {"SearchKey", "childText"}  # the console adds them, the service does not
CONSOLE_TYPES = {"KEY": "KEY_VALUE_SET", "VALUE": "KEY_VALUE_SET"}
ORDER = "PAGE LINE WORD SELECTION_ELEMENT TABLE CELL MERGED_CELL TABLE_TITLE KEY_VALUE_SET QUERY QUERY_RESULT".split()


def made(page: Page, layout: Layout | None = None, queries: tuple[str, ...] = (), **how: Any) -> list[dict[str, Any]]:
    layout = understand(reading_of(page)) if layout is None else layout
    findings = Labels().find(reading_of(page), [Query(text, "") for text in queries], layout=layout)
    return blocks(page, layout, findings, **{"features": ALL, "seed": SEED, "numbered": False, **how})


def card(**how: Any) -> list[dict[str, Any]]:
    return made(page_of(CARD), queries=("What is the name?", "What is the shoe size?"), **how)


def of(found: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [block for block in found if block["BlockType"] == kind]


def text(found: list[dict[str, Any]], block: dict[str, Any], kind: str = "CHILD") -> str:
    known = {one["Id"]: one for one in found}
    ids = [id for relation in block.get("Relationships", ()) if relation["Type"] == kind for id in relation["Ids"]]
    return " ".join(str(known[id].get("Text") or known[id].get("SelectionStatus")) for id in ids)


def test_the_order_is_that_of_real_answers() -> None:
    kinds = [block["BlockType"] for block in card()]
    first = [kinds.index(kind) for kind in ORDER if kind in kinds]
    assert first == sorted(first)
    assert set(kinds) <= set(ORDER)
    assert kinds[-3:] == ["QUERY", "QUERY_RESULT", "QUERY"]


def test_a_key_points_to_its_value_and_to_its_words() -> None:
    found = card()
    pairs = of(found, "KEY_VALUE_SET")
    assert [block["EntityTypes"] for block in pairs[:2]] == [["KEY"], ["VALUE"]]
    key = next(block for block in pairs if text(found, block) == "Name:")
    assert [relation["Type"] for relation in key["Relationships"]] == ["VALUE", "CHILD"]
    value = next(block for block in found if block["Id"] == key["Relationships"][0]["Ids"][0])
    assert text(found, value) == "Jane Doe"


def test_a_check_box_is_the_value_of_its_label() -> None:
    found = card()
    ticked = next(block for block in of(found, "KEY_VALUE_SET") if text(found, block) == "married")
    value = next(block for block in found if block["Id"] == ticked["Relationships"][0]["Ids"][0])
    assert text(found, value) == "SELECTED"


def test_a_label_left_blank_has_an_empty_value_beside_it() -> None:
    page = page_of("Signature:")
    key = Region("Signature:", 0.9, page.lines[0].place, page.lines[0].words)
    found = made(page, Layout(pairs=(Pair(key, None, 0.8),)))
    value = of(found, "KEY_VALUE_SET")[1]
    assert "Relationships" not in value
    assert value["Geometry"]["BoundingBox"]["Left"] >= key.place.box.left + key.place.box.width - 1e-9


def test_a_query_without_an_answer_points_nowhere() -> None:
    asked, unanswered = of(card(), "QUERY")
    assert asked["Query"] == {"Text": "What is the name?"}
    assert [relation["Type"] for relation in asked["Relationships"]] == ["ANSWER"]
    assert "Relationships" not in unanswered


def test_tables_hold_their_cells_by_rows() -> None:
    found = card()
    (table,) = of(found, "TABLE")
    assert table["EntityTypes"] == ["STRUCTURED_TABLE"]
    cells = of(found, "CELL")
    assert table["Relationships"] == [{"Type": "CHILD", "Ids": [cell["Id"] for cell in cells]}]
    places = [(cell["RowIndex"], cell["ColumnIndex"]) for cell in cells]
    assert places == sorted(places)
    assert [text(found, cell) for cell in cells[:3]] == ["Dose", "Date", "Lot"]
    assert [cell.get("EntityTypes") for cell in cells[2:4]] == [["COLUMN_HEADER"], None]


def test_a_merged_cell_is_made_of_single_ones_that_share_its_words() -> None:
    words = [Word(name, 0.9, Place.of(left, 0.1, 0.1, 0.05)) for name, left in (("First", 0.12), ("Second", 0.7))]
    line = Line("First Second", 0.9, Place.of(0.12, 0.1, 0.68, 0.05), tuple(words))
    merged = Cell(1, 1, Region("First Second", 0.9, Place.of(0.1, 0.1, 0.8, 0.1), tuple(words)), columns=2)
    below = [Cell(2, column, Region("", 0.0, Place.of(left, 0.2, 0.4, 0.1))) for column, left in ((1, 0.1), (2, 0.5))]
    title = Region("First", 0.9, words[0].place, (words[0],))
    table = Table(Place.of(0.1, 0.1, 0.8, 0.2), 2, 2, (merged, *below), 0.9, title)
    found = made(Page(1, 100, 100, (line,)), Layout(tables=(table,)))
    (whole,) = of(found, "MERGED_CELL")
    cells = of(found, "CELL")
    assert [text(found, cell) for cell in cells] == ["First", "Second", "", ""]
    assert {(cell["RowSpan"], cell["ColumnSpan"]) for cell in cells} == {(1, 1)}
    assert whole["Relationships"] == [{"Type": "CHILD", "Ids": [cell["Id"] for cell in cells[:2]]}]
    kinds = [relation["Type"] for relation in of(found, "TABLE")[0]["Relationships"]]
    assert kinds == ["CHILD", "MERGED_CELL", "TABLE_TITLE"]
    assert text(found, of(found, "TABLE_TITLE")[0]) == "First"


def test_a_piece_of_a_word_points_to_the_whole_word() -> None:
    word = Word("Name:Jane", 0.9, Place.of(0.1, 0.1, 0.4, 0.1))
    line = Line("Name:Jane", 0.9, word.place, (word,))
    piece = Word("Jane", 0.9, Place.of(0.3, 0.1, 0.2, 0.1))
    key = Word("Name:", 0.9, Place.of(0.1, 0.1, 0.2, 0.1))
    pair = Pair(Region("Name:", 0.9, key.place, (key,)), Region("Jane", 0.9, piece.place, (piece,)), 0.9)
    found = made(Page(1, 100, 100, (line,)), Layout(pairs=(pair,)))
    assert [text(found, block) for block in of(found, "KEY_VALUE_SET")] == ["Name:Jane", "Name:Jane"]


def test_polygons_of_turned_pages_begin_where_the_text_does() -> None:
    found = made(turned(page_of("Name:  Jane"), 90.0), features=())
    first = of(found, "WORD")[0]["Geometry"]
    box = first["BoundingBox"]
    assert first["Polygon"][0]["X"] == pytest.approx(box["Left"] + box["Width"])  # top left of the text is at the right


def test_only_blocks_of_jobs_say_their_page() -> None:
    assert all("Page" not in block for block in card())
    assert {block["Page"] for block in card(numbered=True)} == {1}


def test_the_same_seed_gives_the_same_ids() -> None:
    assert [block["Id"] for block in card()] == [block["Id"] for block in card()]
    other = {block["Id"] for block in card(seed=UUID(int=7))}
    assert not other & {block["Id"] for block in card()}


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the real answers are not on this machine")
@pytest.mark.parametrize("name", ["employment-application.json", "test-query-response.json"])
def test_members_are_those_of_real_answers(name: str) -> None:
    real = json.loads((SAMPLES / name).read_text(encoding="utf-8"))["Blocks"]
    allowed: dict[str, set[str]] = defaultdict(set)
    relations: dict[str, set[str]] = defaultdict(set)
    for block in real:
        kind = CONSOLE_TYPES.get(block["BlockType"], block["BlockType"])
        allowed[kind] |= set(block) - CONSOLE_ONLY
        relations[kind] |= {relation["Type"] for relation in block.get("Relationships", ())}
    optional = {"EntityTypes", "Page"}  # newer than the oldest of the samples
    for block in card():
        kind = block["BlockType"]
        if kind in allowed:
            assert set(block) - optional <= allowed[kind], kind
            assert allowed[kind] - optional - {"Relationships"} <= set(block), kind
            assert {relation["Type"] for relation in block.get("Relationships", ())} <= relations[kind], kind
    (query,) = (block["Query"] for block in of(card(), "QUERY")[:1])
    assert set(query) <= {"Text", "Alias"}


def test_members_are_those_of_the_service_model() -> None:
    shapes = Loader().load_service_model("textract", "service-2")["shapes"]
    for block in card(numbered=True):
        assert set(block) <= set(shapes["Block"]["members"])
        assert block["BlockType"] in shapes["BlockType"]["enum"]
        assert set(block.get("EntityTypes", ())) <= set(shapes["EntityType"]["enum"])
        for relation in block.get("Relationships", ()):
            assert relation["Type"] in shapes["RelationshipType"]["enum"]
            assert relation["Ids"]


# -- whatever is read -----------------------------------------------------------------------------------

numbers = st.floats(-0.5, 1.5)
points = st.tuples(numbers, numbers)
places = st.builds(Place, st.tuples(points, points, points, points), st.just(1))
sure = st.floats(0, 1)
words = st.builds(
    Word, st.text(st.characters(exclude_categories=["Cs", "Z", "C"]), min_size=1, max_size=5), sure, places
)
lines = st.builds(Line, st.text(max_size=9), sure, places, st.lists(words, max_size=4).map(tuple))
marks = st.builds(Mark, st.booleans(), sure, places)
some_words, some_marks = st.lists(words, max_size=3).map(tuple), st.lists(marks, max_size=2).map(tuple)
regions = st.builds(Region, st.text(max_size=9), sure, places, some_words, some_marks)
pairs = st.builds(Pair, regions, st.none() | regions, sure)
answers = st.builds(Candidate, st.text(min_size=1, max_size=9), sure, regions)
findings = st.builds(Finding, st.builds(Query, st.text(min_size=1, max_size=9)), st.none() | answers, sure)


@st.composite
def tables(draw: st.DrawFn) -> Table:
    """A grid whose first row may be one merged cell."""
    rows, columns = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    wide = draw(st.booleans())
    first = (
        [Cell(1, 1, draw(regions), 1, columns, draw(st.booleans()))]
        if wide
        else [Cell(1, column, draw(regions)) for column in range(1, columns + 1)]
    )
    rest = [Cell(row, column, draw(regions)) for row in range(2, rows + 1) for column in range(1, columns + 1)]
    return Table(draw(places), rows, columns, (*first, *rest), draw(sure), draw(st.none() | regions))


layouts = st.builds(
    Layout,
    st.lists(pairs, max_size=3).map(tuple),
    st.lists(tables(), max_size=2).map(tuple),
    st.lists(marks, max_size=3).map(tuple),
)
some_lines = st.lists(lines, max_size=4).map(tuple)
pages = st.builds(lambda found, ticks: Page(1, 100, 100, found, 0.0, ticks), some_lines, some_marks)


@given(page=pages, layout=layouts, found=st.lists(findings, max_size=3))
@settings(max_examples=examples(60), deadline=None)
def test_whatever_is_read_makes_sound_blocks(page: Page, layout: Layout, found: list[Finding]) -> None:
    sent = blocks(page, layout, found, features=ALL, seed=SEED, numbered=True)
    ids = [block["Id"] for block in sent]
    assert len(set(ids)) == len(ids)
    for block in sent:
        for relation in block.get("Relationships", ()):
            assert set(relation["Ids"]) <= set(ids)
            assert len(set(relation["Ids"])) == len(relation["Ids"])
        assert 0 <= block.get("Confidence", 0) <= 100
        if "Geometry" in block:
            sound_box(block["Geometry"])
    assert all(len(cell["Id"]) == 36 for cell in sent)
    for cell in of(sent, "MERGED_CELL"):
        assert len(cell["Relationships"][0]["Ids"]) == cell["RowSpan"] * cell["ColumnSpan"]


def sound_box(geometry: dict[str, Any]) -> None:
    box = geometry["BoundingBox"]
    assert all(0 <= value <= 1 for value in box.values())
    assert box["Left"] + box["Width"] <= 1 + 1e-9
    assert box["Top"] + box["Height"] <= 1 + 1e-9
    assert len(geometry["Polygon"]) == 4
    assert all(0 <= value <= 1 for point in geometry["Polygon"] for value in point.values())
