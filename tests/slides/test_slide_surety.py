"""Whether words are said as the answer: of the thing that is asked about, and with what is counted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundstone.slides import asks, operations, surety
from groundstone.slides.candidates import Candidate, candidates
from groundstone.slides.clues import NAMES, Clues
from groundstone.slides.seen import Sheet
from tests.slides.asked_decks import slide

LEADS = slide(1, "Who leads what", "Ada Marsh: harbour works\nBen Okoro: timetable, 40 ships a week\nParking is free")


def said(words: str) -> Candidate:
    made = Sheet("d", "d.pptx", "Port", LEADS)
    return next(one for one in candidates(made) if one.what == "line" and one.text.startswith(words))


def signs(question: str, words: str, likely: float = 0.5) -> list[float]:
    ask, best = asks.read(question), said(words)
    return surety.signs(ask, best, Clues(ask, [best.sheet]).of(best, 0.4, 0.4), likely)


def test_words_that_stand_near_another_person_are_not_about_the_one_asked_for() -> None:
    assert surety.of_another(asks.read("What is the salary of Ada Marsh?"), said("Parking"))
    assert not surety.of_another(asks.read("What does Ada Marsh lead?"), said("Ada"))


def test_what_is_counted_has_to_stand_in_the_words() -> None:
    at = surety.SIGNS.index("uncounted")
    assert signs("How many ships come in a week?", "Ben")[at] == 0
    assert signs("How many trains come in a week?", "Ben")[at] == 1
    assert signs("Who leads the timetable?", "Ben")[at] == 0


def test_the_more_likely_the_surer() -> None:
    values = [surety.surety(signs("How many ships come in a week?", "Ben", likely)) for likely in (0, 0.2, 0.8, 1)]
    assert values == sorted(values)


@given(st.lists(st.floats(-50, 50), min_size=len(surety.SIGNS), max_size=len(surety.SIGNS)))
def test_surety_is_a_probability(found: list[float]) -> None:
    assert 0 <= surety.surety(found) <= 1


def test_every_clue_that_is_weighed_exists() -> None:
    assert {"hard missing", "hard far", "names near", "label", "cosine", "own", "new"} <= set(NAMES)


@pytest.mark.parametrize(
    ("question", "operation"),
    [
        ("What does churn mean in the sales deck?", None),
        ("What is meant by headroom?", None),
        ("What is the mean delay per line?", "average"),
        ("How many suppliers were dropped last year?", "count"),
        ("How many jobs were lost between 2022 and 2023?", "difference"),
        ("Night trains, drop from 2023 to 2024", "difference"),
        ("What is the drop-out rate in physics?", None),
    ],
)
def test_words_of_calculations_that_mean_something_else(question: str, operation: str | None) -> None:
    assert operations.operation_of(question) == operation
