"""Slides that come as JSON documents become decks, one for each file that they name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundstone.errors import InvalidInput, NotFound
from groundstone.identity import LOCAL
from groundstone.slides import imported

from .shelved import shelf


def document(number: int, text: str, deck: str = "plan.pptx", model: str = "clip") -> dict[str, Any]:
    return {
        "image_path": f"{deck.rpartition('.')[0] or 'plan'}_image_{number}.png",
        "metadata": {"slide_filename": deck, "model_id": model, "slide_description": text},
        "vector_embedding": [0.1 * number, 1.0, 0.5],
    }


SENT = [
    document(2, "Costs\n  The rent is 12   million euros a year."),
    document(1, "Goals: grow in Lyon."),
    document(1, "The harbour has 40 boats.", "boats.pptx"),
]


def sent(documents: Any = SENT) -> bytes:
    return json.dumps(documents).encode()


def test_each_file_becomes_a_deck_that_can_be_asked(tmp_path: Path) -> None:
    with shelf(tmp_path) as slides:
        decks = {deck.name: slides.wait(LOCAL, deck.id, 20) for deck in slides.import_documents(LOCAL, sent())}
        assert {name: (deck.state, deck.slides) for name, deck in decks.items()} == {
            "plan.pptx": ("ready", 2),
            "boats.pptx": ("ready", 1),
        }
        plan = slides.deck(LOCAL, decks["plan.pptx"].id)
        assert [slide.number for slide in plan.slides] == [1, 2]
        assert [element.source for element in plan.slides[1].elements] == ["described"]
        answer = slides.ask(LOCAL, "How much is the rent?")
        assert "12 million" in answer.text
        assert (answer.citations[0].deck_name, answer.citations[0].slide) == ("plan.pptx", 2)
        assert answer.citations[0].quote in "The rent is 12 million euros a year."
        with pytest.raises(NotFound, match="no pictures"):
            slides.picture(LOCAL, decks["plan.pptx"].id, 1)


def test_what_was_imported_can_be_exported_again(tmp_path: Path) -> None:
    with shelf(tmp_path) as slides:
        ids = [slides.wait(LOCAL, deck.id, 20).id for deck in slides.import_documents(LOCAL, sent())]
        again = slides.export(LOCAL, ids)
    assert {one["metadata"]["slide_filename"] for one in again} == {"plan.pptx", "boats.pptx"}
    assert {one["metadata"]["model_id"] for one in again} == {"clip"}
    assert all(len(one["vector_embedding"]) == 3 for one in again)


def test_a_file_may_also_be_put_on_the_shelf_like_a_deck(tmp_path: Path) -> None:
    with shelf(tmp_path) as slides:
        info = slides.wait(LOCAL, slides.add(LOCAL, "slides.json", sent(SENT[:2])).id, 20)
        assert (info.state, info.slides, info.media_type) == ("ready", 2, "application/json")


@pytest.mark.parametrize("wrong", [[], [1], [{"image_path": "x"}], [document(1, "x"), document(2, "y", model="other")]])
def test_what_is_no_such_list_is_refused(tmp_path: Path, wrong: Any) -> None:
    with shelf(tmp_path, start=False) as slides:
        with pytest.raises(InvalidInput):
            slides.import_documents(LOCAL, sent(wrong))
        assert slides.decks(LOCAL) == []


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_no_bytes_break_it(data: bytes) -> None:
    with pytest.raises(InvalidInput):
        imported.by_deck(b"[" + data)
