"""The generator of decks: the same for the same seed, true to its own questions, readable in every format."""

from __future__ import annotations

import io
import tomllib
import zipfile
from decimal import Decimal
from pathlib import Path

import pytest
from benchmarks.slides import decks, numbers
from benchmarks.slides.canvas import PdfPage, pdf_file
from benchmarks.slides.plan import Bullet, Diagram, Picture
from pptx import Presentation

from groundstone.slides.matching import says
from groundstone.slides.question_file import load_questions

SEEDS = (1, 2)


def test_a_seed_gives_one_set_and_another_seed_another() -> None:
    assert decks.made("held", 1) == decks.made("held", 1)
    assert decks.made("held", 1).questions != decks.made("held", 2).questions


@pytest.mark.parametrize("seed", SEEDS)
def test_the_set_for_judging_is_as_large_as_it_says(seed: int) -> None:
    made = decks.made("held", seed)
    formats = [plan.format for plan in made.decks]
    absent = [one for one in made.questions if one.absent]
    assert len(made.decks) >= 20
    assert sum(len(plan.slides) for plan in made.decks) >= 400
    assert len(made.questions) >= 300
    assert len(absent) >= 0.2 * len(made.questions)
    assert {"pptx", "pdf", "pictures"} == set(formats)
    assert len({one.id for one in made.questions}) == len(made.questions)
    assert all(1 <= number <= len(plan.slides) for plan in made.decks for number in places(made, plan.name))


def places(made: decks.Set, name: str) -> list[int]:
    return [number for one in made.questions if one.deck == name for number in one.slides]


def test_the_two_sets_share_no_words_of_their_own() -> None:
    dev, held = (tomllib.loads((decks.HERE / "topics" / kind / "wording.toml").read_text()) for kind in decks.SETS)
    for key, wordings in dev.items():
        assert not set(wordings) & set(held[key]), key


def test_written_decks_hold_what_was_planned(tmp_path: Path) -> None:
    made = decks.made("dev", 3)
    paths = decks.write(tmp_path, made)
    asked = load_questions(tmp_path / "questions.jsonl")
    assert {one.id for one in asked} == {one.id for one in made.questions}
    for plan in made.decks:
        path = paths[plan.name]
        if plan.format == "pptx":
            slides = Presentation(str(path)).slides
            assert len(slides) == len(plan.slides)
            diagrams = sum(isinstance(part, Diagram) for slide in plan.slides for part in slide.parts)
            names = zipfile.ZipFile(path).namelist()
            assert sum(name.startswith("ppt/diagrams/data") for name in names) == diagrams
            assert sum(name.startswith("ppt/media/") for name in names) >= any(
                isinstance(part, Picture) for slide in plan.slides for part in slide.parts
            )
            told = [slide.notes_slide.notes_text_frame.text for slide in slides if slide.has_notes_slide]
            assert told == [slide.notes for slide in plan.slides if slide.notes]
        elif plan.format == "pictures":
            assert len(list(path.glob("*.jpg"))) == len(plan.slides)
        else:
            assert path.read_bytes().startswith(b"%PDF-")


def test_what_was_written_is_not_written_again(tmp_path: Path) -> None:
    made = decks.made("dev", 3, 2)
    before = {path: path.stat().st_mtime_ns for path in decks.write(tmp_path, made).values()}
    assert {path: path.stat().st_mtime_ns for path in decks.write(tmp_path, made).values()} == before


def test_pages_of_the_own_pdf_say_their_words() -> None:
    import pypdfium2

    page = PdfPage()
    page.text(40, 40, "Sales (2024) in Malmö", 20, (0, 0, 0))
    page.polygon([(0, 0), (10, 0), (10, 10)], (9, 9, 9))
    read = pypdfium2.PdfDocument(io.BytesIO(pdf_file([page, PdfPage()], "A (title)")))
    try:
        assert len(read) == 2
        text = read[0].get_textpage()
        assert text.get_text_range().strip() == "Sales (2024) in Malmö"
        text.close()
    finally:
        read.close()


@pytest.mark.parametrize(("value", "said"), [("12.345", "12.3"), ("12.345", "12.35"), ("0.5", "0.5"), ("100", "100")])
def test_computed_answers_may_be_rounded(value: str, said: str) -> None:
    assert any(says(f"about {said}", one) for one in numbers.rounded(Decimal(value), 0))


def test_levels_of_bullets_are_kept() -> None:
    plans = [part for plan in decks.made("held", 1).decks for slide in plan.slides for part in slide.parts]
    nodes = [node for part in plans if isinstance(part, Diagram) for node in part.nodes]
    assert Bullet("In the Physics building", 1) in nodes
