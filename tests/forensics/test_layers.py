"""A page in its layers."""

from __future__ import annotations

import base64
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from groundstone.errors import InvalidInput
from groundstone.forensics import layers
from groundstone.forensics.base import Heat
from groundstone.forensics.child_layer import parse
from groundstone.forensics.layers import layer, paint
from groundstone.forensics.picture import Loaded, load
from tests.documents.pdf_files import Sheet, pdf
from tests.forensics.scanned_page import coloured, drawn, resaved, saved, scanned

_LOADED = Loaded(coloured(scanned()), "image/png")


def _pixels(png: bytes) -> NDArray[np.uint8]:
    with Image.open(BytesIO(png)) as image:
        assert image.format == "PNG"
        return np.asarray(image.convert("RGB"))


@pytest.mark.parametrize("kind", ["picture", "errors", "noise", "copies"])
@pytest.mark.parametrize("width", [1, 333, 1100])
def test_layers_are_as_wide_as_wanted(kind: Any, width: int) -> None:
    shape = _pixels(layer(_LOADED, kind, width)).shape
    assert shape == (max(1, round(700 * width / 900)), width, 3)


def test_picture_at_its_own_width_is_the_page() -> None:
    assert np.array_equal(_pixels(layer(_LOADED, "picture", 900)), _LOADED.rgb)


def test_errors_are_brighter_where_the_page_was_changed() -> None:
    """A page that was saved at quality 60 hardly changes by another save; what was set into it afterwards does."""
    page = resaved(scanned(), 60).copy()
    page[300:340, 500:640] = scanned(6.0, 9)[300:340, 500:640]
    errors = _pixels(layer(Loaded(coloured(page), "image/png"), "errors", 900)).astype(int)
    assert errors[300:340, 500:640].mean() > 1.5 * errors[300:340, 100:240].mean()
    assert errors.max() == 255


def test_noise_is_grey_where_there_is_none() -> None:
    page = scanned().copy()
    page[100:200, 100:300] = 240
    noise = _pixels(layer(Loaded(coloured(page), "image/png"), "noise", 900))
    assert np.ptp(noise[110:190, 110:290]) == 0
    assert noise[650:690, 20:880].std() > 20


def test_copies_are_framed_and_joined() -> None:
    page = scanned().copy()
    page[610:644, 700:790] = page[140:174, 262:352]
    shown = _pixels(layer(Loaded(coloured(page), "image/png"), "copies", 900)).astype(int)
    coloured_ = np.abs(shown[..., 0] - shown[..., 2]) > 60
    assert coloured_[138:176, 255:360].any()
    assert coloured_[380:400, 440:620].any()
    assert not coloured_[20:100].any()


def test_heat_covers_only_hot_places() -> None:
    cells = np.zeros((70, 90), np.uint8)
    cells[30:40, 20:30] = 255
    shown = _pixels(paint(_LOADED.rgb, Heat(70, 90, cells.tobytes()), 900)).astype(int)
    colour = np.ptp(shown, axis=2)
    assert colour[320:380, 220:280].min() > 40
    assert colour[600:, 600:].max() == 0


def test_hotter_is_darker() -> None:
    white = np.full((64, 512, 3), 255, np.uint8)
    cells = np.tile(np.arange(0, 256, 4, dtype=np.uint8), (8, 1))
    level = _pixels(paint(white, Heat(8, 64, cells.tobytes()), 512)).astype(float) @ [0.3, 0.59, 0.11]
    assert (np.diff(level[32, 20:-20:16]) < 0).all()


def test_what_cannot_be_drawn_is_refused() -> None:
    for width in (0, 4001):
        with pytest.raises(InvalidInput, match="wide"):
            layer(_LOADED, "picture", width)
    with pytest.raises(InvalidInput, match="heat"):
        layer(_LOADED, "heat", 100)
    with pytest.raises(InvalidInput, match="cells"):
        paint(_LOADED.rgb, Heat(3, 3, bytes(8)), 100)


@pytest.mark.parametrize("kind", ["picture", "heat", "errors", "noise", "history", "copies"])
def test_child_draws_each_layer_of_each_format(kind: Any) -> None:
    heat = {"rows": 2, "columns": 3, "cells": base64.b64encode(bytes(6)).decode()} if kind == "heat" else None
    for file, media_type in (
        (saved(coloured(scanned()), "JPEG", quality=70), "image/jpeg"),
        (pdf(Sheet(texts=[(40, 300, 20, "Words")])), "application/pdf"),
        (saved(drawn().resize((40, 30)), "PNG"), "image/png"),
    ):
        png = base64.b64decode(parse(file, media_type, page=1, layer=kind, width=200, heat=heat)["png"])
        assert _pixels(png).shape[1] == 200


def test_child_refuses_a_broken_heat_map() -> None:
    with pytest.raises(InvalidInput, match="heat-map"):
        parse(saved(drawn(), "PNG"), "image/png", page=1, layer="heat", width=100, heat={"rows": "x"})


def test_very_long_page_is_drawn_narrower(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layers, "_MOST_PIXELS", 40_000)
    long = load(saved(Image.new("RGB", (70, 6000), "white")), "image/png")
    assert _pixels(layer(long, "picture", 2000)).shape == (1852, 22, 3)
