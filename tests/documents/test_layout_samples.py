"""A page that Amazon Textract read: the same pairs and the same table from its words alone, without its own layout."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from groundstone.documents.base import Line, Page, Place, Reading, Word
from groundstone.documents.layout import understand
from groundstone.documents.layout.drawn import find_drawn

DATA = Path(os.environ.get("GROUNDSTONE_DATA", Path(__file__).parents[3] / "shared" / "data")) / "textract_samples"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the Textract samples are not on this machine")


@pytest.fixture(scope="module")
def blocks() -> dict[str, dict[str, Any]]:
    response = json.loads((DATA / "employment-application.json").read_text())
    return {block["Id"]: block for block in response["Blocks"]}


def children(blocks: dict[str, dict[str, Any]], block: dict[str, Any], kind: str = "CHILD") -> list[dict[str, Any]]:
    related = block.get("Relationships", [])
    return [blocks[key] for relation in related if relation["Type"] == kind for key in relation["Ids"]]


def text_of(blocks: dict[str, dict[str, Any]], block: dict[str, Any]) -> str:
    return " ".join(child["Text"] for child in children(blocks, block) if child["BlockType"] == "WORD")


def place_of(block: dict[str, Any]) -> Place:
    first, second, third, fourth = ((point["X"], point["Y"]) for point in block["Geometry"]["Polygon"])
    return Place((first, second, third, fourth))


def page_of_textract(blocks: dict[str, dict[str, Any]]) -> Page:
    image = Image.open(DATA / "employmentapp.png").convert("RGB")
    marks, rulings = find_drawn(np.asarray(image))
    lines = []
    for block in blocks.values():
        if block["BlockType"] == "LINE":
            words = tuple(
                Word(child["Text"], child["Confidence"] / 100, place_of(child)) for child in children(blocks, block)
            )
            lines.append(Line(block["Text"], block["Confidence"] / 100, place_of(block), words))
    return Page(1, image.width, image.height, tuple(lines), 0.0, tuple(marks), tuple(rulings))


def test_the_pairs_and_the_table_that_textract_found(blocks: dict[str, dict[str, Any]]) -> None:
    layout = understand(Reading("image/png", (page_of_textract(blocks),), 1))
    keys = [b for b in blocks.values() if b["BlockType"] == "KEY_VALUE_SET" and "KEY" in b["EntityTypes"]]
    wanted = {
        text_of(blocks, key): " ".join(text_of(blocks, value) for value in children(blocks, key, "VALUE"))
        for key in keys
    }
    assert {pair.key.text: pair.value and pair.value.text for pair in layout.pairs} == wanted
    (table,) = [block for block in blocks.values() if block["BlockType"] == "TABLE"]
    cells = {(c["RowIndex"], c["ColumnIndex"]): text_of(blocks, c) for c in children(blocks, table)}
    (found,) = layout.tables
    assert {(cell.row, cell.column): cell.content.text for cell in found.cells} == cells
