"""The history of compression: found on its grid and at its quality through later saves, and never made up."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundstone.forensics.dct import dct, standard_table
from groundstone.forensics.history import agreement, blocks, ghosts, histories
from tests.forensics.drawn_page import saved, scanned


def grey(pixels: Any) -> Any:
    return pixels.astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32)


@pytest.mark.parametrize("quality", [50, 60, 75, 85, 90])
@pytest.mark.parametrize("crop", [(0, 0), (3, 6)])
def test_one_save_is_found_with_its_grid_and_quality(quality: int, crop: tuple[int, int]) -> None:
    left, top = crop
    pixels = saved(scanned(), quality)[top:, left:]
    found = histories(grey(pixels))[0]
    assert (found.left, found.top) == ((8 - left) % 8, (8 - top) % 8)
    assert abs(found.quality - quality) <= 1


@pytest.mark.parametrize("first", [60, 75])
def test_a_save_before_the_last_one_is_found(first: int) -> None:
    twice = saved(saved(scanned(2), first)[2:, 5:], 90)
    found = histories(grey(twice), standard_table(90))[0]
    assert (found.left, found.top) == (3, 6)
    assert abs(found.quality - first) <= 1


@pytest.mark.parametrize("quality", [70, 80, 90, 95])
def test_a_page_that_was_saved_once_shows_no_earlier_save(quality: int) -> None:
    assert histories(grey(saved(scanned(3), quality)), standard_table(quality)) == []


@pytest.mark.parametrize("grain", [0.0, 1.0, 6.0])
def test_a_page_that_was_never_saved_as_jpeg_shows_none(grain: float) -> None:
    assert histories(grey(scanned(4, grain=grain))) == []


def test_a_changed_place_does_not_follow_the_history() -> None:
    pixels = saved(scanned(5), 70).copy()
    pixels[200:232, 304:368] = scanned(6)[200:232, 304:368]
    (first, *_) = histories(grey(pixels))
    told = agreement(blocks(grey(pixels)).reshape(-1, 64), first).reshape(70, 80, 2)
    changed = told[25:29, 38:46]
    assert told[..., 0][told[..., 1] > 2].mean() > 0.8
    assert changed[..., 0][changed[..., 1] > 2].mean() < 0.1


def test_error_levels_are_least_at_the_quality_of_the_last_save() -> None:
    levels = ghosts((blocks(grey(saved(scanned(7), 80))).reshape(-1, 64) - 128) @ dct().T).mean(axis=0)
    assert levels[4] < 0.5 * min(levels[3], levels[5])  # 80 stands between 75 and 85


def test_the_transform_keeps_lengths() -> None:
    assert np.allclose(dct() @ dct().T, np.eye(64), atol=1e-5)


def test_standard_tables_are_those_of_the_encoder() -> None:
    from io import BytesIO

    from PIL import Image

    for quality in (10, 50, 75, 95):
        out = BytesIO()
        Image.new("L", (8, 8)).save(out, "JPEG", quality=quality)
        tables = Image.open(BytesIO(out.getvalue())).quantization  # type: ignore[attr-defined]
        assert list(tables[0]) == standard_table(quality).tolist()


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**31), st.integers(1, 90), st.integers(1, 90), st.sampled_from(["noise", "flat", "steps"]))
def test_any_picture_is_answered(seed: int, width: int, height: int, kind: str) -> None:
    chance = np.random.default_rng(seed)
    picture = {
        "noise": chance.integers(0, 256, (height, width)),
        "flat": np.full((height, width), seed % 256),
        "steps": np.indices((height, width)).sum(0) % 2 * 255,
    }[kind].astype(np.float32)
    for one in histories(picture):
        assert 0 <= one.left < 8
        assert 0 <= one.top < 8
        assert np.isfinite(one.strength)
