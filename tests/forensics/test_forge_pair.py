"""Pairs: nothing but the change tells the two files apart."""

from __future__ import annotations

from io import BytesIO

import cv2
import numpy as np
import pytest
from PIL import Image

from groundstone.errors import InvalidInput
from groundstone.forensics.forge.changes import KINDS, Kind
from groundstone.forensics.forge.last import LASTS, LastName, draw_last
from groundstone.forensics.forge.pair import make_pair, make_pixels
from groundstone.forensics.forge.saves import Save, jpeg
from tests.forensics.drawn_pages import page

PAGE, WORDS = page(0, noise=2)
DONOR, DONOR_WORDS = page(1, noise=3)


@pytest.mark.parametrize("last", LASTS)
@pytest.mark.parametrize("seed", range(3))
def test_both_files_have_the_same_form(last: LastName, seed: int) -> None:
    made = make_pair(PAGE, WORDS, DONOR, DONOR_WORDS, np.random.default_rng(seed), last=last)
    with Image.open(BytesIO(made.genuine)) as genuine, Image.open(BytesIO(made.forged)) as forged:
        assert genuine.format == forged.format == {".jpg": "JPEG", ".png": "PNG"}[made.suffix]
        assert (genuine.mode, genuine.size) == (forged.mode, forged.size)
        assert made.mask.shape == (genuine.height, genuine.width)
        if genuine.format == "JPEG":
            assert genuine.quantization == forged.quantization  # type: ignore[attr-defined]
            assert genuine.layer == forged.layer  # type: ignore[attr-defined]
    assert made.genuine != made.forged
    assert made.last == last


@pytest.mark.parametrize("last", LASTS)
@pytest.mark.parametrize("kind", KINDS)
def test_they_differ_where_the_mask_is_and_nowhere_else(last: LastName, kind: Kind) -> None:
    made = make_pixels(PAGE, WORDS, DONOR, DONOR_WORDS, np.random.default_rng(11), kind=kind, history=None, last=last)
    differs = np.abs(made.genuine.astype(int) - made.forged).max(axis=2)
    near = cv2.dilate(made.mask.astype(np.uint8), np.ones((35, 35), np.uint8)) > 0  # blocks of a save before reach far
    assert differs[made.mask].max() > 12
    assert differs[~near].max() <= 2
    assert all(made.mask[top:bottom, left:right].any() for left, top, right, bottom in made.boxes)


@pytest.mark.parametrize("quality", [None, 55, 90])
def test_both_share_the_history_that_was_asked_for(quality: int | None) -> None:
    made = make_pixels(PAGE, WORDS, None, None, np.random.default_rng(4), history=quality, last="png")
    assert made.history == quality
    same = np.array_equal(made.genuine, PAGE)
    assert same == (quality is None)


def test_histories_are_there_and_absent_by_chance() -> None:
    made = [make_pixels(PAGE, WORDS, None, None, np.random.default_rng(seed), last="png").history for seed in range(30)]
    known = [one for one in made if one is not None]
    assert 8 <= len(known) <= 28
    assert all(40 <= one <= 95 for one in known)


def test_every_last_step_comes_by_chance() -> None:
    rng = np.random.default_rng(0)
    assert {draw_last(rng, (600, 500)).name for _ in range(200)} == set(LASTS)


def test_the_same_seed_makes_the_same_bytes() -> None:
    one, other = (make_pair(PAGE, WORDS, DONOR, DONOR_WORDS, np.random.default_rng(5)) for _ in range(2))
    assert (one.genuine, one.forged, one.suffix) == (other.genuine, other.forged, other.suffix)
    assert np.array_equal(one.mask, other.mask)


def test_opened_pictures_are_those_of_the_files() -> None:
    one, other = (np.random.default_rng(6) for _ in range(2))
    pixels = make_pixels(PAGE, WORDS, None, None, one)
    pair = make_pair(PAGE, WORDS, None, None, other)
    for opened, data in zip(pixels.opened(), (pair.genuine, pair.forged), strict=True):
        with Image.open(BytesIO(data)) as image:
            assert np.array_equal(opened, np.asarray(image.convert("RGB")))


def test_a_crop_moves_the_grid_of_blocks() -> None:
    for seed in range(40):
        left, top, _, _ = draw_last(np.random.default_rng(seed), (600, 500), "crop").crop
        assert left % 8 or top % 8


def test_the_mask_follows_the_page_through_its_last_step() -> None:
    marked = np.full((400, 400, 3), 255, np.uint8)
    marked[180:230, 90:160] = 0
    mask = (marked == 0).any(axis=2)
    for name in ("resize", "rotate", "crop", "screenshot", "scan", "twice"):
        for seed in range(4):
            last = draw_last(np.random.default_rng(seed), (400, 400), name)  # type: ignore[arg-type]
            shown, carried = last.apply(marked)[..., 1] < 140, last.carry(mask)
            assert (shown & carried).sum() > 0.9 * (shown | carried).sum(), (name, seed)


def test_tables_of_other_encoders_are_used_and_are_valid() -> None:
    made = [jpeg(np.random.default_rng(seed), 75) for seed in range(60)]
    foreign = [save for save in made if save.tables is not None]
    assert 5 <= len(foreign) <= 30
    for save in foreign:
        assert save.tables is not None
        assert all(len(table) == 64 and 1 <= min(table) <= max(table) <= 255 for table in save.tables)
        with Image.open(BytesIO(save.encode(PAGE))) as image:
            assert tuple(image.quantization[0]) == save.tables[0]  # type: ignore[attr-defined]


def test_a_save_in_grey_has_one_channel() -> None:
    for save in (Save("jpeg", 80, grey=True), Save("png", grey=True), jpeg(np.random.default_rng(3), 70, grey=True)):
        with Image.open(BytesIO(save.encode(PAGE))) as image:
            assert image.mode == "L"
        assert save.apply(PAGE).shape == PAGE.shape


def test_a_page_without_words_makes_no_pair() -> None:
    with pytest.raises(InvalidInput, match="offers no place"):
        make_pair(np.full((100, 100, 3), 255, np.uint8), None, None, None, np.random.default_rng(0))


def test_the_least_page_goes_through_every_last_step() -> None:
    small = np.ascontiguousarray(PAGE[20:68, 20:110])
    for last in LASTS:
        made = make_pair(small, None, None, None, np.random.default_rng(1), kind="removal", last=last)
        assert made.mask.any()
