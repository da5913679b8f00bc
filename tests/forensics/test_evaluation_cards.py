"""Evaluation: figures with their intervals, scores that are taken up again, and the model card."""

from __future__ import annotations

import base64
import json
import re
import threading
import xml.etree.ElementTree as ElementTree
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from groundstone.errors import Conflict, UnreadableDocument, WeightsMissing
from groundstone.forensics.base import Heat, PageReport, Report, Verdict
from groundstone.forensics.card import Card, Outcome, Told, card_of
from groundstone.forensics.card_page import page
from groundstone.forensics.card_pictures import pictures
from groundstone.forensics.card_text import markdown
from groundstone.forensics.child_sample import parse
from groundstone.forensics.collection import Item, read
from groundstone.forensics.curve import Epoch
from groundstone.forensics.evaluation import evaluate
from groundstone.forensics.localise import hit_and_area
from groundstone.forensics.rates import (
    area,
    area_figure,
    brier,
    calibration_error,
    recall_at,
    reliability,
    roc,
    threshold,
    wilson,
)
from groundstone.forensics.subjects import Subject
from groundstone.records import Box
from tests.forensics.labelled import data_set, measured, picture

SUBJECT = Subject(
    "A stand-in", "d" * 64, (("network", "none"),), (Epoch(1, 0.7, 0.5, 0.7, 0.5), Epoch(2, 0.3, 1, 0.4, 0.9))
)
ROWS, COLUMNS = 6, 8
SCORED = st.lists(st.tuples(st.integers(0, 6), st.booleans()), min_size=2, max_size=40).filter(
    lambda some: {label for _, label in some} == {False, True}
)


# -- figures ---------------------------------------------------------------------------------------------------


@given(SCORED)
def test_the_area_is_the_share_of_pairs_in_the_right_order(scored: list[tuple[int, bool]]) -> None:
    forged = [score for score, label in scored if label]
    genuine = [score for score, label in scored if not label]
    pairs = [(high > low) + 0.5 * (high == low) for high in forged for low in genuine]
    scores, labels = np.array([float(one) for one, _ in scored]), np.array([int(label) for _, label in scored])
    assert area(scores, labels) == pytest.approx(np.mean(pairs))
    steps = roc(scores, labels)
    under = sum((b[0] - a[0]) * (a[1] + b[1]) / 2 for a, b in pairwise(steps))
    assert under == pytest.approx(np.mean(pairs))
    assert (steps[0], steps[-1]) == ((0.0, 0.0), (1.0, 1.0))


@given(SCORED, st.sampled_from([0.01, 0.05, 0.3]))
def test_no_more_genuine_files_give_an_alarm_than_are_allowed(scored: list[tuple[int, bool]], alarms: float) -> None:
    scores, labels = np.array([float(one) for one, _ in scored]), np.array([int(label) for _, label in scored])
    limit = threshold(scores[labels == 0], alarms)
    assert (scores[labels == 0] >= limit).mean() <= alarms
    found = recall_at(scores, labels, alarms)
    assert found is not None
    assert found.low <= found.value <= found.high


def test_the_interval_of_an_area_widens_when_files_share_sources() -> None:
    chance = np.random.default_rng(1)
    labels = np.tile([0, 1], 100)
    scores = chance.normal(size=200) + labels + np.repeat(chance.normal(size=10), 20) * 2 * (labels - 0.5)
    alone = area_figure(scores, labels, [str(number) for number in range(200)])
    shared = area_figure(scores, labels, [str(number // 20) for number in range(200)])
    assert alone is not None
    assert shared is not None
    assert alone.value == shared.value
    assert shared.high - shared.low > 1.5 * (alone.high - alone.low)


def test_a_perfect_area_is_not_certain() -> None:
    labels = np.tile([0, 1], 10)
    found = area_figure(labels.astype(float), labels, [str(number // 2) for number in range(20)])
    assert found is not None
    assert (found.value, found.high) == (1.0, 1.0)
    assert found.low == pytest.approx(wilson(10, 10)[0])
    one = area_figure(np.array([0.1, 0.4, 0.3, 0.9]), np.array([0, 0, 1, 1]), ["a"] * 4)
    assert one is not None
    assert (one.value, one.low, one.high) == (0.75, 0.0, 1.0)
    assert area_figure(np.ones(3), np.ones(3, np.int64), ["a", "b", "c"]) is None


def test_calibration_is_zero_for_what_is_said_rightly() -> None:
    said = np.repeat([0.2, 0.8], 10)
    labels = np.array([1] * 2 + [0] * 8 + [1] * 8 + [0] * 2)
    bins = reliability(said, labels)
    assert [(one.count, one.forged.value) for one in bins] == [(10, 0.2), (10, 0.8)]
    assert calibration_error(bins) == pytest.approx(0.0)
    assert brier(said, labels) == pytest.approx(0.16)
    assert calibration_error(reliability(np.ones(4), np.array([0, 0, 1, 1]))) == pytest.approx(0.5)


def _heat(hot: tuple[int, int], value: int = 250) -> Heat:
    cells = np.full((ROWS, COLUMNS), 10, np.uint8)
    cells[hot] = value
    return Heat(ROWS, COLUMNS, cells.tobytes())


def test_the_hottest_window_is_on_the_forgery_or_not() -> None:
    changed = np.zeros((ROWS, COLUMNS), np.uint8)
    changed[1, 2:4] = 1
    hit, under = hit_and_area(_heat((1, 2)), changed.tobytes(), None)
    assert hit is True
    assert under is not None
    assert under > 0.9
    assert hit_and_area(_heat((5, 7)), changed.tobytes(), None)[0] is False
    assert hit_and_area(_heat((1, 2)), bytes(ROWS * COLUMNS), None) == (None, None)
    flat = Heat(ROWS, COLUMNS, bytes([200]) * ROWS * COLUMNS)  # the box decides among equals
    assert hit_and_area(flat, changed.tobytes(), Box(2 / 8, 1 / 6, 1 / 8, 1 / 6))[0] is True


# -- the child -------------------------------------------------------------------------------------------------


def test_a_mask_is_told_by_cells() -> None:
    mask = np.zeros((48, 64), np.uint8)
    mask[8, 63] = 1  # one faint pixel
    out = BytesIO()
    Image.fromarray(mask).save(out, "PNG")
    cells = np.frombuffer(base64.b64decode(parse(out.getvalue(), "mask", rows=6, columns=8)["cells"]), np.uint8)
    assert np.argwhere(cells.reshape(6, 8)).tolist() == [[1, 7]]


def test_an_example_is_small_and_may_have_heat() -> None:
    heat = base64.b64encode(bytes(range(48))).decode()
    found = parse(picture(1, 640, 480), "example", width=100, heat=heat, rows=6, columns=8)
    assert (found["width"], found["height"]) == (100, 75)
    drawn = Image.open(BytesIO(base64.b64decode(found["heat"])))
    assert (drawn.size, drawn.mode) == ((100, 75), "RGBA")
    assert parse(picture(1), "example", width=100)["heat"] == ""


@pytest.mark.parametrize("data", [b"", b"no picture", picture(1)[:200]])
def test_what_is_no_picture_is_told(data: bytes) -> None:
    with pytest.raises(UnreadableDocument, match="cannot be read"):
        parse(data, "example", width=50)


# -- evaluation ------------------------------------------------------------------------------------------------


class Scripted:
    """Judges files by what was written into them, and counts how often it is asked."""

    def __init__(self, stop: threading.Event | None = None, after: int = 0) -> None:
        self.asked: list[str] = []
        self._stop, self._after, self._lock = stop, after, threading.Lock()

    def check(self, data: bytes, name: str = "", *, words: bool = True) -> Report:
        with self._lock:
            self.asked.append(name)
            if self._stop and len(self.asked) == self._after:
                self._stop.set()
        if name.endswith("000003.jpg"):
            raise UnreadableDocument("the picture is <damaged>")
        chance = float(1 / (1 + np.exp(-(measured(data, name)["top"] - 2))))
        verdict: Verdict = "forged" if chance > 0.8 else "genuine" if chance < 0.2 else "cannot tell"
        heat = _heat((1, 2) if "forged" in name else (4, 4))
        one = PageReport(1, 64, 48, verdict, "", chance, None, heat=heat)
        return Report(name, "image/jpeg", 1, verdict, "", chance, None, (), (), (one,))


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return data_set(tmp_path_factory.mktemp("pages") / "pages & more", 12)


@pytest.fixture(scope="module")
def out(pages: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cards") / "card"


@pytest.fixture(scope="module")
def card(pages: Path, out: Path) -> Card:
    return evaluate(read(pages), _groups(pages), Scripted(), SUBJECT, out, at_once=2, repeat="run <this>")


def _groups(place: Path) -> list[str]:
    return [item.source for item in read(place).items]


def test_an_evaluation_writes_a_card_that_stands_alone(card: Card, out: Path) -> None:
    assert (card.whole.genuine, card.whole.forged, card.whole.unjudged) == (12, 12, 2)
    assert card.whole.hits is not None
    assert card.whole.hits.value == 1.0
    assert len(card.examples) == 4
    html = (out / "card.html").read_text("utf-8")
    assert not re.search(r"""(src|href)=["'](?!data:)|<script|@import|url\(""", html)
    assert "pages &amp; more" in html
    assert "the picture is &lt;damaged&gt;" in html
    assert html.count("<svg") == 5
    assert html.count("data:image/png;base64,") == 4
    text = (out / "card.md").read_text("utf-8")
    assert "run <this>" in text
    assert r"the picture is \<damaged\>" in text
    told = json.loads((out / "card.json").read_text("utf-8"))
    assert told["whole"]["area"]["value"] == pytest.approx(card.whole.area.value if card.whole.area else 0)


def test_the_pictures_are_sound_and_said_in_words(card: Card) -> None:
    titles = []
    for one in pictures(card):
        root = ElementTree.fromstring(one)
        titles.append(root.findtext("{http://www.w3.org/2000/svg}title"))
        assert len(root.findtext("{http://www.w3.org/2000/svg}desc") or "") > 30
    assert titles == ["ROC curve", "Reliability", "Confusion matrix", "Loss curve", "Accuracy curve"]


def test_every_row_of_a_markdown_table_has_as_many_cells_as_its_head(card: Card) -> None:
    text = markdown(card)
    for table in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}) == 1


def test_a_stopped_evaluation_goes_on_where_it_ended(pages: Path, tmp_path: Path) -> None:
    stop = threading.Event()
    first = Scripted(stop, after=8)
    with pytest.raises(Conflict, match="goes on from there"):
        evaluate(read(pages), _groups(pages), first, SUBJECT, tmp_path / "card", at_once=2, stop=stop)
    second = Scripted()
    evaluate(read(pages), _groups(pages), second, SUBJECT, tmp_path / "card", at_once=2)
    assert len(first.asked) + len(second.asked) == 24 + 4  # each once, and the examples
    third = Scripted()
    evaluate(read(pages), _groups(pages), third, SUBJECT, tmp_path / "card", at_once=2)
    assert len(third.asked) == 4
    other = Scripted()
    evaluate(read(pages), _groups(pages), other, Subject("Another", "e" * 64), tmp_path / "card", at_once=2)
    assert len(other.asked) == 28  # scores of another model are its own


def test_a_missing_model_ends_the_evaluation(pages: Path, tmp_path: Path) -> None:
    class Missing(Scripted):
        def check(self, data: bytes, name: str = "", *, words: bool = True) -> Report:
            raise WeightsMissing("the network is not there")

    with pytest.raises(WeightsMissing):
        evaluate(read(pages), _groups(pages), Missing(), SUBJECT, tmp_path / "card")


# -- cards -----------------------------------------------------------------------------------------------------

TOLD = Told("A card", ("To try.",), ("Few.",), (("a", "b"),), (("c", "d"),), "again")
ODD = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=12)


def _outcome(number: int, forged: bool, chance: float | None, kind: str = "") -> Outcome:
    item = Item(Path(f"{number}.jpg"), f"{number}.jpg", forged, kind=kind)
    return Outcome(
        item, str(number), chance, "cannot tell" if chance is None else "forged" if chance > 0.5 else "genuine"
    )


def test_files_that_were_not_judged_count_as_not_found() -> None:
    outcomes = [_outcome(0, False, 0.1), _outcome(1, False, 0.2), _outcome(2, True, 0.9), _outcome(3, True, None)]
    row = card_of(TOLD, outcomes).whole
    assert row.unjudged == 1
    assert row.area is not None
    assert row.area.value == 1.0
    assert row.recall5 is not None
    assert row.recall5.value == 0.5


def test_a_card_without_anything_judged_is_a_card() -> None:
    card = card_of(TOLD, [_outcome(0, False, None), _outcome(1, True, None)])
    assert (card.whole.area, card.brier, card.roc) == (None, None, ())
    assert "A card" in page(card)
    assert "| all files | 1 | 1 | 2 | – |" in markdown(card)


@given(ODD, ODD)
def test_names_from_outside_break_neither_page_nor_table(kind: str, name: str) -> None:
    outcomes = [_outcome(0, False, 0.1), _outcome(1, True, 0.8, kind)]
    card = card_of(Told(name, (name,), (name,), ((name, name),), (), name), outcomes)
    found = page(card)
    body = found.partition("<body>")[2].removesuffix("</html>\n").removesuffix("</body>")
    ElementTree.fromstring(f"<body>{body}</body>")
    for table in re.findall(r"(?:^\|.*\n)+", markdown(card), re.MULTILINE):
        assert len({len(re.findall(r"(?<!\\)(?:\\\\)*\|", line)) for line in table.splitlines()}) == 1
