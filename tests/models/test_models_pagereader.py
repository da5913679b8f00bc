"""The page reader: what it says does not hang on where a page lies, how long it is, or what else is asked."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from groundstone.documents.queries.located import page_words
from groundstone.documents.queries.sheet import Sheet
from groundstone.errors import WeightsCorrupt, WeightsMissing
from groundstone.models.base import PageWords
from groundstone.models.pagereader import MOST_TOKENS, PageReader
from groundstone.models.pagereader_places import SIZES, places, relations
from tests.documents.pages import page_of

CARD = """
Hotel Registration

Guest name:        Jane Doe            Room:        214
Arrival:           12 May 2024         Departure:   19 May 2024
Rate per night:    120.00 EUR          Deposit:     50.00 EUR
"""
ARRIVES, LEAVES = "When does the guest arrive?", "When does the stay end?"


@pytest.fixture(scope="module")
def page_reader(minilm_folder: Path) -> PageReader:
    return PageReader(minilm_folder)


@pytest.fixture(scope="module")
def card() -> PageWords:
    return page_words(Sheet(page_of(CARD)))


def likeliest(page: PageWords, odds: np.ndarray) -> str:
    first = int(odds[:, 0].argmax())
    last = first + int(odds[first : first + 4, 1].argmax())
    return " ".join(page.texts[first : last + 1])


def test_questions_find_their_answers_in_other_words(page_reader: PageReader, card: PageWords) -> None:
    arrives, leaves = page_reader.read_page(card, [ARRIVES, LEAVES])
    assert (likeliest(card, arrives), likeliest(card, leaves)) == ("12 May 2024", "19 May 2024")


def test_what_the_page_does_not_say_is_less_likely_than_what_it_says(page_reader: PageReader, card: PageWords) -> None:
    there, absent = page_reader.read_page(card, [ARRIVES, "What is the breed of the dog?"])
    assert there.sum(axis=1).max() > absent.sum(axis=1).max() + 2


def test_a_question_is_answered_alike_alone_and_among_others(page_reader: PageReader, card: PageWords) -> None:
    alone = page_reader.read_page(card, [LEAVES])[0]
    among = page_reader.read_page(card, [ARRIVES, LEAVES, "room"])[1]
    np.testing.assert_allclose(alone, among, atol=1e-4)


def test_the_place_of_a_page_on_the_picture_does_not_matter(page_reader: PageReader, card: PageWords) -> None:
    moved = PageWords(card.texts, card.boxes + np.float32(7), card.lines, card.ticks)
    np.testing.assert_allclose(
        page_reader.read_page(card, [ARRIVES]), page_reader.read_page(moved, [ARRIVES]), atol=1e-3
    )


def test_every_word_of_a_long_page_is_seen(page_reader: PageReader, card: PageWords) -> None:
    times = 30
    long = PageWords(
        [*card.texts] * times,
        np.concatenate([card.boxes + np.float32([0, 12 * k, 0, 12 * k]) for k in range(times)]),
        np.concatenate([card.lines + 100 * k for k in range(times)]),
        np.concatenate([card.ticks] * times),
    )
    looks = page_reader.tokens(long.texts)
    assert len(looks) > 2
    assert max(len(look.ids) for look in looks) <= MOST_TOKENS
    assert {k for look in looks for k in range(look.start, look.end)} == set(range(len(long.texts)))
    assert (page_reader.read_page(long, [ARRIVES])[0] > -1000).all()


@pytest.mark.parametrize("questions", [[], [""], ["?" * 5000]])
def test_odd_questions_have_odds_too(page_reader: PageReader, card: PageWords, questions: list[str]) -> None:
    odds = page_reader.read_page(card, questions)
    assert odds.shape == (len(questions), len(card.texts), 2)
    assert np.isfinite(odds).all()


def test_odd_words_are_words(page_reader: PageReader) -> None:
    words = PageWords(["", "\u200b", "字" * 300], np.ones((3, 4), np.float32), np.arange(3), np.zeros(3, np.int64))
    assert np.isfinite(page_reader.read_page(words, ["name"])).all()


def test_an_empty_page_has_no_words(page_reader: PageReader) -> None:
    nothing = PageWords([], np.zeros((0, 4), np.float32), np.zeros(0, np.int64), np.zeros(0, np.int64))
    assert page_reader.read_page(nothing, ["name"]).shape == (1, 0, 2)


def test_without_weights_it_says_how_to_get_them(tmp_path: Path) -> None:
    words = PageWords(["a"], np.ones((1, 4), np.float32), np.zeros(1, np.int64), np.zeros(1, np.int64))
    with pytest.raises(WeightsMissing, match="groundstone models pull all-minilm-l6-v2"):
        PageReader(tmp_path).read_page(words, ["name"])


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no archive", b"\x93NUMPY"])
def test_a_broken_file_of_changes_is_refused(minilm_folder: Path, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "changes.npz").write_bytes(content)
    words = PageWords(["a"], np.ones((1, 4), np.float32), np.zeros(1, np.int64), np.zeros(1, np.int64))
    with pytest.raises(WeightsCorrupt, match="page reader"):
        PageReader(minilm_folder, tmp_path / "changes.npz").read_page(words, ["name"])


def test_changes_that_lack_a_layer_are_refused(minilm_folder: Path, tmp_path: Path) -> None:
    np.savez(tmp_path / "changes.npz", pos=np.zeros((9, 384), np.float16))
    words = PageWords(["a"], np.ones((1, 4), np.float32), np.zeros(1, np.int64), np.zeros(1, np.int64))
    with pytest.raises(WeightsCorrupt, match="lack"):
        PageReader(minilm_folder, tmp_path / "changes.npz").read_page(words, ["name"])


def test_steps_stay_within_their_tables() -> None:
    rng = np.random.default_rng(1)
    start = rng.uniform(-500, 500, (60, 2)).astype(np.float32)
    boxes = np.concatenate([start, start + rng.uniform(0, 40, (60, 2)).astype(np.float32)], axis=1)
    page = PageWords(["x"] * 60, boxes, rng.integers(0, 9, 60), np.zeros(60, np.int64))
    for name, steps in relations(page).items():
        assert (steps.min() >= 0, steps.max() < SIZES[name] - 1) == (True, True)
    assert (places(page).min() >= 0, places(page).max() < 16) == (True, True)
