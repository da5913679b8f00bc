"""Pages written as HTML become samples: their heads are read, their words stand where a browser puts them."""

from __future__ import annotations

import json
import random
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("cv2")

from benchmarks.forms.drawn import BROWSERS, Drawn, _kept, browser_page, drawn_of, merged, taken
from benchmarks.forms.page_file import PageFile, page_files
from benchmarks.forms.pages import page_sample, page_samples
from benchmarks.forms.simulate import simulated

EXTRACT = json.loads((Path(__file__).parent / "page_extract.json").read_text("utf-8"))
TEXT = """name | Who is it? || Name
number | Invoice number? || Rechnungsnummer
state | Is it paid?
absent | What is absent?
- | When is it due? || Fällig am
---
<p style="text-transform:uppercase">Name: {{ v('name', person()) }}</p>
<p>No.{{ v('number', code('99-9999')) }} <span class="box ticked"></span>yes &#9744; no</p>
<p style="width:60px">{{ v('state', 'paid in cash today') }}</p><hr>
"""
FILE = PageFile("slip", TEXT)


@pytest.fixture
def page() -> Drawn:
    return drawn_of(EXTRACT)


def test_a_head_gives_fields_and_all_wordings() -> None:
    assert [asking.field for asking in FILE.askings] == ["name", "number", "state", "absent", "-"]
    assert FILE.askings[4].wordings == ("When is it due?", "Fällig am")
    assert FILE.body.startswith("<p style")


@pytest.mark.parametrize(("text", "said"), [("name | Who?\n<p>", "no line ---"), ("name\n---\n<p>", "not of the form")])
def test_a_broken_head_is_refused(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        _ = PageFile("broken", text).askings


def test_the_same_seed_fills_the_same_page() -> None:
    assert FILE.filled("1") == FILE.filled("1")
    assert FILE.filled("1").truth != FILE.filled("2").truth


def test_an_extract_is_scaled_and_tells_what_stands_outside(page: Drawn) -> None:
    assert (page.width, page.height) == (800, 400)
    assert (page.words[0].text, page.words[0].rect, page.words[0].size) == ("Name", (40, 40, 120, 64), 28)
    assert page.answers["name"] == ("Ines Brauer", (40, 80, 200, 104))
    assert page.outside == ["off"]


def test_a_filled_circle_without_empty_ones_is_no_mark(page: Drawn) -> None:
    assert [tick.checked for tick in page.ticks] == [True, False]


def test_pieces_of_rulings_are_joined_and_short_ones_left_out() -> None:
    assert merged(EXTRACT["rulings"]) == [(10, 60, 390, 60), (10, 60, 10, 140)]
    assert merged([[0, 0, 50, 0], [60, 0, 99, 0]]) == [(0, 0, 50, 0), (60, 0, 99, 0)]


def test_a_sample_asks_every_line_of_the_head_once(page: Drawn) -> None:
    sample = page_sample(FILE, "1", page, levels=(0,))
    asked = {question.field: question for question in sample.questions}
    assert sorted(asked) == ["-", "name", "number", "state"]
    assert (asked["name"].answer, asked["name"].kind) == ("Ines Brauer", "name")
    assert (asked["-"].answer, asked["-"].place) == (None, None)
    text = simulated(sample, random.Random(1)).text
    assert "#A-778" in text
    assert "Ines Brauer" in sample.truth.text


def test_a_page_that_was_drawn_needs_no_browser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "slip.html").write_text(TEXT, "utf-8")
    for n in range(3):
        _kept(FILE, f"4-{n}", tmp_path).write_text(json.dumps(EXTRACT), "utf-8")
    monkeypatch.setattr(shutil, "which", lambda _: None)
    made = list(page_samples("all", 4, 3, cache=tmp_path, folder=tmp_path))
    assert [sample.id for sample in made] == ["page-slip-4-0", "page-slip-4-1", "page-slip-4-2"]
    with pytest.raises(ValueError, match="there is none"):
        list(page_samples("all", 5, 1, cache=tmp_path, folder=tmp_path))


def test_training_and_development_have_files_of_their_own() -> None:
    train, dev = ({file.name for file in page_files(split)} for split in ("train", "dev"))
    assert not train & dev
    assert train | dev == {file.name for file in page_files()}


def _looked_at(filled: Any) -> Any:
    with browser_page() as browser:
        return taken(browser, filled)


def test_a_browser_tells_words_marks_lines_and_answers() -> None:
    pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if not any(shutil.which(name) for name in BROWSERS):
        pytest.skip("no Chromium on this machine")
    filled = FILE.filled("1")
    with ThreadPoolExecutor(1) as aside:  # a browser of another test may hold this thread's loop
        found = aside.submit(_looked_at, filled).result()
    made, words = drawn_of(found), [word[0] for word in found["words"]]
    assert made.answers["name"][0] == filled.truth["name"].upper()
    assert made.answers["state"][0] == "paid in cash today"
    assert made.answers["number"][0] == filled.truth["number"]
    assert f"No.{filled.truth['number']}" in words
    assert sorted(tick.checked for tick in made.ticks) == [False, True]
    assert any(right - left > 50 for left, _, right, _ in made.rulings)
    assert made.outside == []
