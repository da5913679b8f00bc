"""Pages made for finding forgeries: the same for the same seed, words where their ink is, splits that share nothing."""

from __future__ import annotations

import json
import random
from pathlib import Path

import cv2
import numpy as np
import pypdfium2
import pytest
from benchmarks.genuine import GenuinePage, pages
from benchmarks.genuine.__main__ import write
from benchmarks.genuine.accounts import payslip, statement
from benchmarks.genuine.camera import photographed
from benchmarks.genuine.fax import faxed
from benchmarks.genuine.fields import as_plane, grain, is_grey
from benchmarks.genuine.geometry import tightened
from benchmarks.genuine.leaf import Leaf, Run
from benchmarks.genuine.letters import DEV, TRAIN
from benchmarks.genuine.papers import invoice, letter, table, ticket
from benchmarks.genuine.pdf import drawn_by_pdfium, embeddable, pdf_of, words_by_pdfium
from benchmarks.genuine.press import PRINTERS, printed
from benchmarks.genuine.scanner import scanned
from benchmarks.genuine.sources import Sources
from benchmarks.genuine.tills import receipt


@pytest.fixture(scope="module")
def some() -> list[GenuinePage]:
    return list(pages(seed=5, count=6))


def small_leaf() -> Leaf:
    """Three words on an empty leaf, in Pillow's own face."""
    leaf = Leaf(300.0, 120.0, "test", "till")
    leaf.write(Run(20.0, 40.0, "TOTAL", "", 22.0))
    leaf.write(Run(280.0, 40.0, "12.80", "", 22.0, align="right"))
    leaf.write(Run(150.0, 90.0, "thanks", "", 18.0, align="middle"))
    return leaf


def test_the_same_seed_gives_the_same_pages_wherever_one_starts(some: list[GenuinePage]) -> None:
    again = next(pages(seed=5, count=1, start=3))
    assert np.array_equal(again.picture, some[3].picture)
    assert (again.words, again.source, again.look) == (some[3].words, some[3].source, some[3].look)


def test_pages_are_rgb_with_words_inside_and_differ(some: list[GenuinePage]) -> None:
    for page in some:
        height, width, channels = page.picture.shape
        assert page.picture.dtype == np.uint8
        assert channels == 3
        assert 600 <= width <= 2200
        assert len(page.words) >= 3
        for left, top, right, bottom in page.words:
            assert 0 <= left < right <= width
            assert 0 <= top < bottom <= height
    assert len({page.source for page in some}) == len(some)


def test_words_lie_on_ink(some: list[GenuinePage]) -> None:
    for page in some:
        for left, top, right, bottom in page.words:
            part = page.picture[top:bottom, left:right].min(2)
            assert int(part.max()) - int(part.min()) >= 40


def test_another_split_is_refused() -> None:
    with pytest.raises(ValueError, match="train, dev"):
        next(pages(seed=1, count=1, split="test"))


def test_splits_share_no_faces_and_no_form_types() -> None:
    for kind, faces in TRAIN.items():
        assert not set(faces.split("|")) & set(DEV[kind].split("|"))
    train, dev = ({kind.name for kind in Sources(split, 1).types} for split in ("train", "dev"))
    assert dev
    assert not train & dev


@pytest.mark.parametrize("draw", [receipt, statement, payslip, invoice, letter, table, ticket])
@pytest.mark.parametrize("split", ["train", "dev"])
def test_every_drawing_has_words_where_pillow_put_ink(draw: object, split: str) -> None:
    assert callable(draw)
    leaf = draw(random.Random(3), split)
    picture = np.asarray(leaf.picture(), np.uint8)
    words = leaf.words()
    assert len(tightened(words, picture)) >= 0.9 * len([box for box in words if box[3] - box[1] > 3])


def test_words_of_pdfium_lie_on_the_ink_of_its_picture() -> None:
    leaves = (statement(random.Random(seed), "train") for seed in range(60))
    leaf = next((one for one in leaves if embeddable(one)), None)
    if leaf is None:
        pytest.skip("this machine has no TrueType faces")
    document = pypdfium2.PdfDocument(pdf_of(leaf))
    assert len(document) == 1
    document.close()
    picture, words = drawn_by_pdfium(leaf, 2.0), words_by_pdfium(leaf, 2.0)
    assert picture.shape[1] == pytest.approx(leaf.width * 2, abs=2)
    assert len(tightened(words, picture)) >= 0.95 * len(words)


@pytest.mark.parametrize("printer", sorted(set(PRINTERS)))
def test_a_printed_and_scanned_word_is_found_at_its_place(printer: str) -> None:
    leaf = small_leaf()
    picture = np.asarray(leaf.picture(2.0), np.uint8)
    words = tightened(leaf.words(2.0), picture)
    assert len(words) == 3
    ink = printed(random.Random(1), picture, printer)
    scaled = [(a * ink.scale, b * ink.scale, c * ink.scale, d * ink.scale) for a, b, c, d in words]
    for look in (scanned, photographed, faxed):
        made, found = look(random.Random(2), ink.plane, scaled, 640)
        assert made.shape[1:] == (640, 3)
        for left, top, right, bottom in found:
            inner = made[round(top) : round(bottom), round(left) : round(right)].min(2).astype(float)
            around = made[max(0, round(top) - 12) : round(top) - 6, round(left) : round(right)].min(2)
            assert np.percentile(inner, 10) < np.median(around) - 15


def test_grain_has_mean_0_and_deviation_1_and_spots_of_its_size() -> None:
    fine, coarse = (grain(np.random.default_rng(1), 200, 300, size) for size in (1.0, 6.0))
    for field in (fine, coarse):
        assert field.shape == (200, 300)
        assert abs(float(field.mean())) < 0.05
        assert float(field.std()) == pytest.approx(1, abs=0.1)
    neighbours = [float(np.corrcoef(field[:, 1:].ravel(), field[:, :-1].ravel())[0, 1]) for field in (fine, coarse)]
    assert neighbours[1] > 0.9 > neighbours[0]


def test_a_scan_in_black_and_white_is_grey() -> None:
    page = as_plane(np.asarray(small_leaf().picture(2.0).convert("L"))) / 255
    made, _ = scanned(random.Random(4), as_plane(page), [], 600, binary=True)
    assert is_grey(made)


def test_a_page_is_written_without_loss(tmp_path: Path, some: list[GenuinePage]) -> None:
    write(tmp_path, 7, some[0])
    line = json.loads((tmp_path / "index.jsonl").read_text("utf-8"))
    again = cv2.imread(str(tmp_path / line["file"]))[..., ::-1]
    assert np.array_equal(again, some[0].picture)
    assert [tuple(box) for box in line["words"]] == some[0].words
    assert (line["height"], line["width"]) == some[0].picture.shape[:2]
