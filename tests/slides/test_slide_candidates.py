"""What may be said of a slide: tiles by where they stand, rows of steps, lists under headings, columns of tables."""

from __future__ import annotations

import pytest

from groundstone.documents.decks.base import Element, Paragraph, Slide
from groundstone.records import Box
from groundstone.slides import asks, frames, scorer
from groundstone.slides.candidates import candidates
from groundstone.slides.clues import NAMES, Clues
from groundstone.slides.seen import Sheet
from tests.slides.asked_decks import slide, table


def framed(*frames: tuple[str, float, float]) -> Sheet:
    """A slide with frames of a fifth of its width: words, left and top edge."""
    elements = [
        Element("text", number, box := Box(left, top, 0.2, 0.1), (Paragraph(text, box=box),))
        for number, (text, left, top) in enumerate(frames, 2)
    ]
    title = Element("title", 1, Box(0.05, 0.03, 0.9, 0.1), (Paragraph("At a glance"),))
    return Sheet("d", "d.pptx", "Deck", Slide(1, (title, *elements)))


def sheet(made: Slide) -> Sheet:
    return Sheet("d", "d.pptx", "Deck", made)


TILES = (("91 %", 0.1, 0.3), ("27 min", 0.4, 0.3), ("bed occupancy", 0.1, 0.42), ("handover time", 0.4, 0.42))


def test_a_number_and_the_caption_under_it_are_a_tile() -> None:
    texts = [one.text for one in candidates(framed(*TILES)) if one.what == "tile"]
    assert texts == ["91 %: bed occupancy", "27 min: handover time"]


def test_tiles_side_by_side_are_a_row_from_left_to_right() -> None:
    found = frames.rows(framed(*reversed(TILES)))
    assert [[frame.lines[0].text for frame in row] for row in found] == [["91 %", "27 min"]]


def test_frames_that_stand_alone_are_no_tiles() -> None:
    assert frames.tiles(framed(("one", 0.1, 0.2), ("other", 0.1, 0.8))) == []


def test_a_row_of_steps_is_a_list_under_the_title() -> None:
    steps = [one for one in candidates(framed(*TILES)) if one.what == "list" and len(one.items) == 2]
    assert steps[0].head == "At a glance"
    assert steps[0].items == ("91 %: bed occupancy", "27 min: handover time")


def test_lines_under_a_heading_are_a_list() -> None:
    made = sheet(slide(1, "Courses", "For adults\n  - Poetry\n  - Memoirs\nFor children\n  - Tales\n  - Chess"))
    lists = {one.head: one.items for one in candidates(made) if one.what == "list"}
    assert lists["For adults"] == ("Poetry", "Memoirs")
    assert lists["For children"] == ("Tales", "Chess")


def test_columns_of_words_are_lists_without_totals() -> None:
    grid = table("Region | Lead | Sales\nNorth | Ann Lee | 4\nSouth | Bo Kim | 5\nTotal | - | 9")
    lists = {one.head: one.items for one in candidates(sheet(slide(1, "Regions", grid))) if one.what == "list"}
    assert lists["Region"] == ("North", "South")
    assert lists["Lead"] == ("Ann Lee", "Bo Kim")
    assert "Sales" not in lists


@pytest.mark.parametrize(
    ("question", "several"),
    [
        ("Which steps does a complaint go through?", True),
        ("In which order should one read it?", True),
        ("What is planned for May?", True),
        ("When does the probe end?", False),
        ("Which process is slow?", False),
    ],
)
def test_questions_for_several_things_are_known(question: str, several: bool) -> None:
    assert asks.read(question).several is several


def test_the_line_that_the_question_describes_scores_best() -> None:
    made = sheet(slide(1, "Staff", "Pension: 9 percent\nHolidays: 27 days\nOffice: Lyon"))
    weigh = Clues(asks.read("How many days of holidays do staff get?"), [made])
    found = candidates(made)
    cosines = [0.7 if "Holidays" in one.text and one.what == "line" else 0.2 for one in found]
    scores = [scorer.score(weigh.of(one, cosine, 0.7)) for one, cosine in zip(found, cosines, strict=True)]
    assert found[scores.index(max(scores))].text == "Holidays: 27 days"


def test_every_clue_has_a_weight_and_the_likelihood_is_a_share() -> None:
    assert 0.0 <= scorer.likelihood([0.0] * len(NAMES), 0.0) <= 1.0
    assert 0.0 <= scorer.likelihood([1e6] * len(NAMES), 1e6) <= 1.0


def test_an_empty_slide_has_nothing_to_say() -> None:
    assert candidates(sheet(Slide(1, ()))) == []
