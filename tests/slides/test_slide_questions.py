"""Files of questions about decks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundstone.errors import InvalidInput
from groundstone.slides.question_file import load_questions, question_of


def written(folder: Path, *lines: Any) -> Path:
    path = folder / "questions.jsonl"
    path.write_text("\n".join(one if isinstance(one, str) else json.dumps(one) for one in lines), "utf-8")
    return path


def test_both_forms_are_read(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        {"question": "How many?", "deck": "plan.pptx", "slide": 7, "answers": ["214", 215]},
        {
            "question": "And?",
            "after": "How many?",
            "slides": [7, 8],
            "must_contain": ["96", ["a", "b"]],
            "kind": "more",
        },
        "",
        {"question": "Dividends?", "absent": True, "id": 12},
        {"question": "When?", "answer": "2003", "evidence_pages": [7], "deck_name": "roadshow", "image_urls": ["x"]},
    )
    one, two, three, four = load_questions(path)
    assert (one.deck, one.slides, one.wanted) == ("plan.pptx", (7,), (("214", "215"),))
    assert (two.after, two.slides, two.wanted, two.kind) == (("How many?",), (7, 8), (("96",), ("a", "b")), "more")
    assert three.absent
    assert three.id == "12"
    assert (four.deck, four.slides, four.wanted) == ("roadshow", (7,), (("2003",),))
    assert len({one.id, two.id, three.id, four.id}) == 4


@pytest.mark.parametrize(
    "line",
    [
        "no json",
        "[1]",
        {},
        {"question": " "},
        {"question": "?" * 3000, "absent": True},
        {"question": "How many?"},
        {"question": "How many?", "slide": 0},
        {"question": "How many?", "slide": True},
        {"question": "How many?", "answers": [""]},
        {"question": "How many?", "answers": {"a": 1}},
        {"question": "How many?", "must_contain": [[[]]]},
        {"question": "How many?", "absent": "yes"},
        {"question": "How many?", "absent": True, "slide": 3},
        {"question": "How many?", "slide": 3, "deck": 4},
        "[" * 100_000,
    ],
)
def test_a_line_that_cannot_be_used_is_named(tmp_path: Path, line: Any) -> None:
    path = written(tmp_path, {"question": "Fine?", "slide": 1}, line)
    with pytest.raises(InvalidInput, match="line 2"):
        load_questions(path)


def test_nothing_missing_and_twice_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="cannot read"):
        load_questions(tmp_path / "none.jsonl")
    with pytest.raises(InvalidInput, match="holds no questions"):
        load_questions(written(tmp_path, "", " "))
    with pytest.raises(InvalidInput, match="two questions"):
        load_questions(written(tmp_path, {"question": "A?", "slide": 1}, {"question": "A?", "slide": 2}))


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists))
def test_any_value_is_read_or_refused(value: Any) -> None:
    for key in ("question", "slide", "answers", "must_contain", "absent", "after", "deck", "kind", "id"):
        try:
            question_of({"question": "How many?", "slide": 2, key: value})
        except InvalidInput:
            continue
