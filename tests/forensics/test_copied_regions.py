"""Regions that stand twice on a page with noise, and honest repetitions that must not be taken for them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundstone.forensics.copies import Area, blind, evidence, find, noise
from groundstone.forensics.picture import Loaded
from tests.forensics.scanned_page import Grey, coloured, drawn, resaved, scanned

_SOURCE, _TARGET = Area(262, 140, 90, 34), Area(700, 610, 90, 34)


def _cut(area: Area) -> tuple[slice, slice]:
    return slice(area.top, area.top + area.height), slice(area.left, area.left + area.width)


def _forged(page: Grey, gain: int = 0, source: Area = _SOURCE, target: Area = _TARGET) -> Grey:
    made = page.copy()
    made[_cut(target)] = np.clip(page[_cut(source)].astype(np.int16) + gain, 0, 255)
    return made


def _hit(page: Grey, source: Area = _SOURCE, target: Area = _TARGET) -> bool:
    """Whether one of the copies found joins the two places, in either order."""
    pairs = [{one.source, one.target} for one in find(page)]
    return any(any(_meets(one, source) for one in pair) and any(_meets(one, target) for one in pair) for pair in pairs)


def _meets(one: Area, other: Area) -> bool:
    return (
        min(one.left + one.width, other.left + other.width) > max(one.left, other.left)
        and min(one.top + one.height, other.top + other.height) > max(one.top, other.top)
    )  # fmt: skip


@pytest.mark.parametrize("level", [1.5, 2.5, 4.0])
def test_copy_in_a_file_without_loss(level: float) -> None:
    (found,) = find(_forged(scanned(level)))
    assert found.similarity == 1
    assert {found.source, found.target} == {_SOURCE, _TARGET}


def test_copied_paper_that_hides_words() -> None:
    """Paper without any ink, laid over a word: its noise gives it away."""
    paper, word = Area(60, 664, 120, 30), Area(300, 244, 120, 30)
    assert _hit(_forged(scanned(), source=paper, target=word), paper, word)


@pytest.mark.parametrize("quality", [95, 90])
def test_copy_that_was_saved_as_jpeg_afterwards(quality: int) -> None:
    assert _hit(resaved(_forged(scanned()), quality))


def test_copy_that_was_made_lighter() -> None:
    assert _hit(_forged(scanned(), gain=4))


def test_copy_on_a_page_with_a_history_of_jpeg() -> None:
    assert _hit(resaved(_forged(resaved(scanned(), 80)), 92))


@pytest.mark.parametrize("quality", [None, 95, 85, 75])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_scans_that_repeat_words_raise_nothing(seed: int, quality: int | None) -> None:
    page = scanned(2.0, seed, 0.3 * seed)
    assert find(resaved(page, quality) if quality else page) == []


@pytest.mark.parametrize("quality", [None, 90, 60])
def test_pages_that_programs_draw_cannot_be_told(quality: int | None) -> None:
    page = np.asarray(drawn())
    page = resaved(page, quality) if quality else page
    assert find(page) == []
    assert "cannot be told" in blind(page)


def test_strong_compression_of_paper_is_no_copy() -> None:
    assert find(resaved(resaved(scanned(3.0), 50), 75)) == []


def test_pattern_of_paper_is_no_copy() -> None:
    """A tile of noise that covers the whole page repeats itself everywhere."""
    tile = np.random.default_rng(5).integers(225, 246, (50, 60))
    page = np.minimum(np.tile(tile, (14, 15)), np.asarray(drawn())).astype(np.uint8)
    assert find(page) == []


def test_words_limit_where_letters_are_compared() -> None:
    page = resaved(_forged(scanned()), 95)
    assert find(page, np.array([[_SOURCE.left - 5, _SOURCE.top - 5, 100, 45], [690, 600, 120, 50]])) == []


def test_noise_is_measured_on_paper() -> None:
    assert noise(np.asarray(drawn())) == 0
    assert 2 < noise(scanned(2.5)) < 3
    assert noise(np.zeros((200, 200), np.uint8)) == 0


def test_evidence_names_both_places() -> None:
    (one,) = evidence(Loaded(coloured(_forged(scanned())), "image/png"))
    assert one["kind"] == "copied"
    assert one["odds"] > 3
    assert len(one["boxes"]) == 2
    assert evidence(Loaded(coloured(scanned()), "image/png")) == []
    (blank,) = evidence(Loaded(coloured(np.asarray(drawn())), "image/png"))
    assert (blank["odds"], blank["boxes"]) == (0.0, [])


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 200), st.integers(1, 200), st.integers(0, 2**32 - 1), st.booleans())
def test_any_picture_is_searched(height: int, width: int, seed: int, flat: bool) -> None:
    chance = np.random.default_rng(seed)
    grey = chance.integers(0, 4 if flat else 256, (height, width)).astype(np.uint8)
    for one in find(grey):
        assert 0 < one.similarity <= 1
        for area in (one.source, one.target):
            assert 0 <= area.left <= width - area.width
            assert 0 <= area.top <= height - area.height
