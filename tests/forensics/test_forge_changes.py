"""Changes: visible, told exactly, and possible on any page that has words."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundstone.errors import InvalidInput
from groundstone.forensics.forge.changes import KINDS, Kind, boxes_of, change
from groundstone.forensics.forge.wordboxes import find_words
from tests.forensics.drawn_pages import page

PAGE, WORDS = page(0, noise=2)
DONOR, DONOR_WORDS = page(1, noise=3)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(4))
def test_a_change_is_visible_and_the_mask_holds_all_of_it(kind: Kind, seed: int) -> None:
    made = change(PAGE, WORDS, DONOR, DONOR_WORDS, np.random.default_rng(seed), kind=kind)
    differs = np.abs(made.picture.astype(int) - PAGE).max(axis=2)
    assert made.kind == kind
    assert made.picture.shape == PAGE.shape
    assert (differs > 24).sum() >= 10
    assert differs[~made.mask].max() <= 6
    assert differs[made.mask].max() > 24


def test_the_page_that_was_given_stays_as_it_was() -> None:
    page_before, donor_before = PAGE.copy(), DONOR.copy()
    for seed in range(10):
        change(PAGE, WORDS, DONOR, DONOR_WORDS, np.random.default_rng(seed))
    assert np.array_equal(PAGE, page_before)
    assert np.array_equal(DONOR, donor_before)


def test_the_same_seed_makes_the_same_change() -> None:
    one, other = (change(PAGE, WORDS, DONOR, DONOR_WORDS, np.random.default_rng(7)) for _ in range(2))
    assert np.array_equal(one.picture, other.picture)
    assert one.boxes == other.boxes


def test_changes_are_small_and_of_all_kinds() -> None:
    made = [change(PAGE, WORDS, DONOR, DONOR_WORDS, np.random.default_rng(seed)) for seed in range(36)]
    areas = [float(one.mask.sum()) / 640_000 for one in made]
    assert {one.kind for one in made} == set(KINDS)
    assert 0.0005 < float(np.median(areas)) < 0.005
    assert max(areas) < 0.03


def test_boxes_hold_every_pixel_of_the_mask() -> None:
    made = change(PAGE, WORDS, None, None, np.random.default_rng(3), places=3)
    covered = np.zeros_like(made.mask)
    for left, top, right, bottom in made.boxes:
        assert made.mask[top:bottom, left:right].any()
        covered[top:bottom, left:right] = True
    assert not (made.mask & ~covered).any()


def test_parts_of_a_mask_that_stand_apart_have_boxes_of_their_own() -> None:
    mask = np.zeros((60, 80), bool)
    mask[5:10, 5:12] = mask[40:44, 50:70] = True
    assert sorted(boxes_of(mask)) == [(5, 5, 12, 10), (50, 40, 70, 44)]


def test_a_bare_page_is_changed_where_its_words_are() -> None:
    made = change(PAGE, None, None, None, np.random.default_rng(1), kind="removal")
    grown = np.zeros(PAGE.shape[:2], bool)
    for left, top, right, bottom in WORDS:
        grown[max(0, top - 8) : bottom + 8, max(0, left - 8) : right + 8] = True
    assert not (made.mask & ~grown).any()


def test_words_are_found_on_a_bare_page() -> None:
    found = find_words(PAGE)
    hit = [
        any(one[0] < word[2] and word[0] < one[2] and one[1] < word[3] and word[1] < one[3] for one in found)
        for word in WORDS
    ]
    assert np.mean(hit) > 0.95
    assert len(found) < 2 * len(WORDS)


def test_nothing_is_found_on_blank_paper_or_in_rulings() -> None:
    paper = np.full((300, 300, 3), 250, np.uint8)
    assert find_words(paper) == []
    paper[100:102, 20:280] = paper[20:280, 150:152] = 30
    assert find_words(paper) == []


def test_a_line_given_as_one_box_is_changed_in_part() -> None:
    left, right = min(word[0] for word in WORDS[:4]), max(word[2] for word in WORDS[:4])
    line = (left, WORDS[0][1], right, WORDS[0][3])
    wide = [change(PAGE, [line], None, None, np.random.default_rng(seed), kind="removal").boxes for seed in range(8)]
    assert all(box[2] - box[0] < 0.8 * (right - left) for boxes in wide for box in boxes)


def test_a_blank_page_offers_nothing() -> None:
    with pytest.raises(InvalidInput, match="offers no place"):
        change(np.full((200, 200, 3), 255, np.uint8), None, None, None, np.random.default_rng(0))


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (np.zeros((100, 100), np.uint8), "RGB"),
        (np.zeros((100, 100, 4), np.uint8), "RGB"),
        (np.zeros((100, 100, 3), np.float32), "RGB"),
        (np.zeros((20, 100, 3), np.uint8), "at least 48"),
    ],
)
def test_what_is_no_page_is_refused(wrong: np.ndarray, says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        change(wrong, None, None, None, np.random.default_rng(0))


@pytest.mark.parametrize("box", [(1, 2, 3), (0, 0, float("nan"), 9)])
def test_a_box_that_is_none_is_refused(box: tuple[float, ...]) -> None:
    with pytest.raises(InvalidInput, match="a box of a word"):
        change(PAGE, [box], None, None, np.random.default_rng(0))


def test_boxes_beyond_the_page_are_cut_or_left_out() -> None:
    made = change(PAGE, [(-50, -50, -10, -10), (9e9, 0, 9e9, 5), *WORDS], None, None, np.random.default_rng(2))
    assert made.boxes


@settings(max_examples=25, deadline=None)
@given(
    high=st.integers(48, 150),
    wide=st.integers(48, 150),
    seed=st.integers(0, 2**32),
    scale=st.sampled_from([1, 6, 40]),
    boxes=st.none() | st.lists(st.tuples(*[st.floats(-40, 200)] * 4), max_size=5),
)
def test_any_picture_is_changed_or_refused(
    high: int, wide: int, seed: int, scale: int, boxes: list[tuple[float, ...]] | None
) -> None:
    rng = np.random.default_rng(seed)
    small = rng.integers(0, 256, (-(-high // scale), -(-wide // scale), 3), np.uint8)
    pixels = np.repeat(np.repeat(small, scale, 0), scale, 1)[:high, :wide]
    try:
        made = change(pixels, boxes, None, None, rng)
    except InvalidInput:
        return
    assert made.picture.shape == pixels.shape
    assert made.mask.any()
