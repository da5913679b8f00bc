"""The judgement of forgery detection itself: forgeries as it says, pairs that differ in nothing else, right figures."""

from __future__ import annotations

import ast
import io
import json
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from benchmarks.forensics import main
from benchmarks.judgement.forgery import own, receipts, scorers, work
from benchmarks.judgement.forgery.changes import KINDS, forged
from benchmarks.judgement.forgery.facts import Facts
from benchmarks.judgement.forgery.figures import auc, bootstrap, calibration_error, recall_at, reliability, wilson
from benchmarks.judgement.forgery.judged import Judged, hits, judged_of, window_aucs
from benchmarks.judgement.forgery.page import Area, Dice, Page, Pixels, Word
from benchmarks.judgement.forgery.plan import CONDITIONS, GENUINE, Case, genuine, pairs
from benchmarks.judgement.forgery.published import published
from benchmarks.judgement.forgery.saves import sent
from benchmarks.judgement.forgery.tables import told
from benchmarks.judgement.forgery.totals import missed, totals
from benchmarks.judgement.forgery.work import Setup, Task, tasks, worked
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont

from groundstone.errors import UnreadableDocument
from groundstone.forensics.base import Heat, PageReport, Report
from groundstone.records import Box

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "benchmarks" / "judgement" / "forgery"
LINES = ("Coffee 2 x 3.40 6.80", "Bread 4.25 17/03/2021", "Oil 12 8.19 90412", "Total 31.66 CASH 40.00", "No 77.31")


def picture(seed: int = 0) -> tuple[Pixels, list[tuple[str, Area]]]:
    """A slip of paper with some noise, and its lines with their places."""
    sheet = Image.new("RGB", (420, 330), (246, 244, 238))
    draw, font, lines = ImageDraw.Draw(sheet), ImageFont.load_default(22), []
    shuffled = random.Random(seed).sample(LINES, len(LINES))
    for number, text in enumerate(shuffled):
        at = (30, 30 + 56 * number)
        spaced = text.replace(" ", "   ")
        draw.text(at, spaced, fill=(28, 26, 40), font=font)
        box = draw.textbbox(at, spaced, font=font)
        lines.append((text, Area(int(box[0]) - 2, int(box[1]) - 2, int(box[2]) + 3, int(box[3]) + 3)))
    noise = np.random.default_rng(seed).normal(0, 2, (330, 420, 3))
    return np.clip(np.array(sheet) + noise, 0, 255).astype(np.uint8), lines


@pytest.fixture
def slips(tmp_path: Path) -> Path:
    """A folder like that of the scanned receipts: four slips, 001 to 004."""
    for folder in ("img", "box"):
        (tmp_path / "slips" / folder).mkdir(parents=True)
    for number in range(1, 5):
        pixels, lines = picture(number)
        Image.fromarray(pixels).save(tmp_path / "slips" / "img" / f"00{number}.jpg", quality=98)
        rows = []
        for text, area in lines:
            corners = (area.left, area.top, area.right, area.top, area.right, area.bottom, area.left, area.bottom)
            rows.append(",".join([*map(str, corners), text]))
        (tmp_path / "slips" / "box" / f"00{number}.csv").write_text("\n".join(rows), "utf-8")
    return tmp_path / "slips"


@pytest.fixture
def page(slips: Path) -> Page:
    return receipts.receipt(slips, "001")


def report(probability: float | None, box: Box | None = None, heat: Heat | None = None, size: int = 100) -> Report:
    boxes = (box,) if box else ()
    verdict = "cannot tell" if probability is None else "forged" if probability > 0.5 else "genuine"
    interval = None if probability is None else (max(0, probability - 0.1), min(1, probability + 0.1))
    shown = PageReport(1, size, size, verdict, "", probability, interval, (), boxes, heat)
    return Report("x", "image/png", 1, verdict, "", probability, interval, (), boxes, (shown,))


class Told:
    """A stand-in that says of every file what its name says, and counts how often it is asked."""

    asked = 0

    def judge(self, paths: Sequence[Path]) -> list[Report]:
        self.asked += len(paths)
        return [report(0.9 if path.stem.endswith("forged") else 0.2, Box(0.4, 0.4, 0.2, 0.2)) for path in paths]


def row(**changed: object) -> Judged:
    plain = Judged(
        "k", "own/a", "own", "letter", True, "history", "", "jpeg 75", "png", "png", True, False, "genuine", 0.3, 0.2,
        0.4, (), 0, None, None, None, None, 0.1, 100,
    )  # fmt: skip
    return replace(plain, **changed)  # type: ignore[arg-type]


def test_nothing_is_shared_with_the_generator_that_detection_is_trained_with() -> None:
    for path in [*PACKAGE.glob("*.py"), ROOT / "benchmarks" / "forensics.py"]:
        names = [
            name
            for node in ast.walk(ast.parse(path.read_text("utf-8")))
            if isinstance(node, ast.Import | ast.ImportFrom)
            for name in [getattr(node, "module", None) or "", *(alias.name for alias in node.names)]
        ]
        assert not [name for name in names if "forge" in name.split(".") or "genuine" in name.split(".")[1:2]], path
        assert not [name for name in names if name.startswith("benchmarks.forms")], path


def test_words_of_a_line_are_told_apart_by_the_gaps_in_its_ink(page: Page) -> None:
    assert Counter(word.text for word in page.words) == Counter(" ".join(LINES).split())
    total = next(word for word in page.words if word.text == "31.66")
    cash = next(word for word in page.words if word.text == "CASH")
    assert total.area.right < cash.area.left


@pytest.mark.parametrize("kind", KINDS)
def test_a_forgery_changes_its_places_and_nothing_else(kind: str, page: Page, slips: Path) -> None:
    donor = receipts.receipt(slips, "002")
    pixels, places = forged(page, kind, donor, Dice("a", kind), 2)
    differs = np.abs(pixels.astype(int) - page.pixels).max(axis=2)
    assert 1 <= len(places) <= 2
    for place in places:
        assert (place.of(np.dstack([differs] * 3)) > 24).any()
        differs[place.top : place.bottom, place.left : place.right] = 0
    assert differs.max() <= 8


def test_a_forgery_is_the_same_for_the_same_dice(page: Page) -> None:
    one, other, third = (forged(page, "digits", page, Dice("a", name), 1)[0] for name in ("x", "x", "y"))
    assert np.array_equal(one, other)
    assert not np.array_equal(one, third)


@pytest.mark.parametrize("after", ["jpeg 70", "jpeg 90 4:4:4", "png", "resized 0.8 > jpeg 90", "screenshot > png"])
def test_both_of_a_pair_lived_through_the_same(after: str, slips: Path, tmp_path: Path) -> None:
    case = Case("c", ("receipts", "001"), "history", "removal", "jpeg 60 > cropped", after, True, 1)
    setup = Setup(tmp_path, "ela", False, slips, donors=(("receipts", "002"), ("receipts", "001")))
    honest, changed = work.made(case, tmp_path / "cases", setup.open, list(setup.donors))
    with Image.open(honest.path) as one, Image.open(changed.path) as other:
        assert (one.format, one.size, one.mode) == (other.format, other.size, other.mode)
        assert getattr(one, "quantization", None) == getattr(other, "quantization", None)
        differs = np.abs(np.array(one).astype(int) - np.array(other)).max(axis=2)
    place = changed.places[0]
    assert (honest.forged, honest.places, changed.forged) == (False, (), True)
    rows, columns = np.nonzero(differs > 60)
    assert rows.size
    assert all(place.holds(x, y, 16) for x, y in zip(columns, rows, strict=True))


@pytest.mark.parametrize(
    "way",
    ["cropped", "resized 0.7", "resized 1.3", "screenshot", "print-scan", "turned 90", "turned 180", "turned 270",
     "turned 2", "brightened", "sharpened"],
)  # fmt: skip
def test_places_go_where_the_picture_goes(way: str) -> None:
    pixels = np.full((200, 300, 3), 240, np.uint8)
    pixels[60:90, 200:240] = 0
    data, _, places = sent(pixels, (Area(200, 60, 240, 90),), f"{way} > png", "seed")
    with Image.open(io.BytesIO(data)) as shown:
        dark = np.array(shown.convert("L")).astype(int)
    place = places[0]
    middle = dark[(place.top + place.bottom) // 2, (place.left + place.right) // 2]
    outside = dark[place.top - 6, place.left - 6]
    assert middle < 70
    assert outside > 120


def test_the_plan_is_balanced_and_the_same_for_a_seed() -> None:
    pages = [("own", name) for name in own.own_names()]
    planned = list(pairs(pages, 3, ["history", "no history"]))
    assert planned == list(pairs(pages, 3, ["history", "no history"]))
    assert planned != list(pairs(pages, 4, ["history", "no history"]))
    history = [case for case in planned if case.condition == "history"]
    kinds = Counter(case.change for case in history)
    assert set(kinds) == set(KINDS)
    assert max(kinds.values()) - min(kinds.values()) <= 1
    assert {case.page for case in history} == set(pages)
    assert {case.last.removesuffix(" 4:4:4") for case in history} == set(CONDITIONS["history"][1])
    assert all(case.before.startswith("jpeg") for case in history)
    assert not any("jpeg" in case.before for case in planned if case.condition == "no history")


def test_genuine_files_go_through_every_family() -> None:
    planned = list(genuine([("own", name) for name in own.own_names()], 0, 3))
    assert {case.condition for case in planned} == {f"genuine: {family}" for family in GENUINE}
    assert not any(case.change for case in planned)


def test_half_of_the_pages_are_unseen() -> None:
    assert [receipts.seen(name) for name in ("000", "019", "X51005-036", "041")] == [False, True, False, True]
    names = own.own_names()
    assert len(names) >= 60
    assert Counter((name.rpartition("-")[0], own.seen(name)) for name in names).keys() == {
        (kind, seen) for kind in own.KINDS for seen in (True, False)
    }
    assert Counter(own.seen(name) for name in names)[True] == len(names) // 2


def test_single_files_of_the_unseen_half_are_kept_back() -> None:
    rows = [row(forged=True, verdict="genuine", seen=False, key="a"), row(verdict="forged", key="b"), row(key="c")]
    assert [wrong.key for wrong in missed(rows, seen_only=True)] == ["b"]
    assert {wrong.key for wrong in missed(rows, seen_only=False)} == {"a", "b"}


@pytest.mark.parametrize("kind", own.KINDS)
def test_our_own_documents_can_be_drawn(kind: str) -> None:
    marked = own.markup(f"{kind}-03")
    assert marked == own.markup(f"{kind}-03")
    assert marked != own.markup(f"{kind}-04")
    assert "{{" not in marked
    assert marked.count("<") == marked.count(">")


def test_amounts_of_our_own_documents_are_written_as_whole_cents() -> None:
    facts = Facts("x")
    facts.symbol, facts.comma = "$", False
    assert (facts.money(123456), facts.money(-5)) == ("$1,234.56", "-$0.05")
    facts.comma = True
    assert facts.money(123456) == "$1.234,56"


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30), st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_auc_counts_the_pairs_in_order(positive: list[float], negative: list[float]) -> None:
    slow = np.mean([(one > other) + 0.5 * (one == other) for one in positive for other in negative])
    assert auc(np.array(positive), np.array(negative)) == pytest.approx(slow)


def test_figures_without_anything_to_compare_are_none() -> None:
    none, one = np.array([]), np.array([0.5])
    assert (auc(none, one), auc(one, none), recall_at(one, none, 0.05)) == (None, None, None)
    assert bootstrap(["a", "a"], lambda rows: float(rows.size)) is None


@given(st.lists(st.sampled_from([0.1, 0.2, 0.5, 0.9]), min_size=1, max_size=40), st.sampled_from([0.01, 0.05, 0.2]))
def test_recall_keeps_the_rate_of_false_alarms(negative: list[float], share: float) -> None:
    honest = np.array(negative)
    at = [level for level in (0.1, 0.2, 0.5, 0.9, 1.0) if (honest >= level).mean() <= share]
    positive = np.array([0.1, 0.2, 0.5, 0.9, 1.0])
    assert recall_at(positive, honest, share) == pytest.approx(np.mean(positive >= min(at)))


def test_the_bootstrap_draws_sources_not_files() -> None:
    values = np.array([0.0] * 50 + [1.0] * 50)
    together = bootstrap(["a"] * 50 + ["b"] * 50, lambda rows: float(values[rows].mean()))
    apart = bootstrap([str(number) for number in range(100)], lambda rows: float(values[rows].mean()))
    assert together == (0.0, 1.0)
    assert apart is not None
    assert 0.35 < apart[0] < 0.5 < apart[1] < 0.65


def test_calibration_of_who_is_always_right_by_half() -> None:
    table = reliability(np.array([0.05] * 10 + [0.75] * 4), np.array([0.0] * 10 + [1, 1, 1, 0]))
    assert [(bin["count"], bin["forged"]) for bin in table] == [(10, 0.0), (4, 0.75)]
    assert calibration_error(table) == pytest.approx(0.5 / 14)
    low, high = wilson(0, 60)
    assert (low, round(high, 3)) == (0.0, 0.06)


def test_a_hit_is_at_most_eight_pixels_beside_the_change() -> None:
    place = (Area(50, 50, 60, 60),)
    near, far = Box(0.66, 0.54, 0.02, 0.02), Box(0.68, 0.54, 0.02, 0.02)
    assert hits(report(0.9, near), (100, 100), place) == (1.0, None)
    assert hits(report(0.9, far), (100, 100), place) == (0.0, None)
    assert hits(report(0.9), (100, 100), place) == (0.0, None)


def test_cells_that_are_as_hot_share_the_hit() -> None:
    heat = np.zeros((10, 10), np.uint8)
    heat[5, 5] = heat[0, 0] = 200
    found = report(0.9, None, Heat(10, 10, heat.tobytes()))
    pixels = np.full((100, 100, 3), 255, np.uint8)
    pixels[50:60, 50:60] = 0
    assert hits(found, (100, 100), (Area(50, 50, 60, 60),)) == (0.0, 0.5)
    everywhere, written = window_aucs(found, pixels, (Area(50, 50, 60, 60),))
    assert everywhere == pytest.approx((98 + 0.5) / 99)
    assert written is None


def test_files_are_judged_once_and_the_answers_kept(slips: Path, tmp_path: Path) -> None:
    pages = [("receipts", name) for name in receipts.receipt_names(slips)]
    setup = Setup(tmp_path / "scratch", "ela", True, slips, donors=tuple(pages))
    todo = list(tasks(setup, pages, 0, ["history"], 1, 1))
    judge = Told()
    first = worked(setup, todo[:6], 1, judge=judge)
    asked = judge.asked
    everything = worked(setup, todo, 1, judge=judge)
    assert len(first) == asked
    assert judge.asked == len(everything) == 4 * 2 + 4 + 4
    assert [found for found in everything if found.key in {known.key for known in first}] == first
    figures = totals(everything)
    assert figures["conditions"]["history"]["auc"]["value"] == 1.0
    assert figures["conditions"]["history"]["pairs right"]["value"] == 1.0
    assert figures["genuine"]["all"]["alarms"] == 0
    assert figures["calibration"]["brier"] == pytest.approx((0.01 + 0.04) / 2)
    assert "| history | 4 | 1.000" in told(figures)
    json.dumps(figures)


def test_a_refusal_is_a_row_and_no_end(slips: Path, tmp_path: Path) -> None:
    class Refuses:
        def judge(self, paths: Sequence[Path]) -> list[Report]:
            raise UnreadableDocument("its parser ended")

    setup = Setup(tmp_path / "scratch", "ela", True, slips)
    found = worked(setup, list(tasks(setup, [("receipts", "001")], 0, [], 1, 0)), 1, judge=Refuses())
    assert [(one.verdict, one.probability, one.error) for one in found] == [("error", None, "its parser ended")]
    assert "1 x its parser ended" in told(totals(found))


def test_a_kept_answer_reads_back_as_it_was() -> None:
    kept = row(evidence=("pixels: a", "amount: b"), hit=1.0)
    assert judged_of(json.loads(json.dumps(kept.json()))) == kept


def test_published_pairs_with_and_without_places(tmp_path: Path) -> None:
    for name in ("a.jpg", "b.jpg", "predict/Slip.jpg", "predict/TamperedSlip.jpg"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        Image.fromarray(picture()[0]).save(tmp_path / name)
    (tmp_path / "localisation_boxes.csv").write_text(
        "original,forged,width,height,left,top,right,bottom,changed_px_in_box\na.jpg,b.jpg,9,9,1,2,3,4,5\n", "utf-8"
    )
    found = published(tmp_path)
    assert [(pair.name, pair.genuine.path.name, pair.forged.places) for pair in found] == [
        ("b.jpg", "a.jpg", (Area(1, 2, 3, 4),)),
        ("predict/TamperedSlip.jpg", "Slip.jpg", ()),
    ]
    setup = Setup(tmp_path / "scratch", "ela", True, None, tmp_path)
    rows = worked(setup, list(tasks(setup, [("tampering", "a.jpg")], 0, [], 1, 0)), 1, judge=Told())
    assert len(totals(rows)["published"]) == 2


def test_the_baseline_sees_what_was_never_compressed(tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).normal(200, 12, (256, 256, 3)).clip(0, 255).astype(np.uint8)
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "JPEG", quality=90)
    again = np.array(Image.open(out))
    again[96:160, 96:160] = pixels[96:160, 96:160]
    Image.fromarray(again).save(tmp_path / "a.png")
    found = scorers.scorer("ela").judge([tmp_path / "a.png"])[0]
    assert hits(found, (256, 256), (Area(96, 96, 160, 160),)) == (1.0, 1.0)


def test_the_command_measures_the_baseline(slips: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "figures.json"
    given = ["--receipts", str(slips), "--part", "receipts", "--scorer", "ela", "--limit", "2", "--each", "1"]
    kept = ["--scratch", str(tmp_path / "scratch"), "--json", str(target), "--jobs", "1", "--condition", "no history"]
    assert main([*given, *kept]) == 0
    assert "| no history | 2 |" in capsys.readouterr().out
    rows = json.loads(target.read_text("utf-8"))["scorers"]["ela"]["rows"]
    assert {row["source"] for row in rows} <= {"receipts/001", "receipts/003"}
    assert main(["--part", "receipts"]) == 1


def test_tasks_of_a_published_document_are_genuine_files_only(tmp_path: Path) -> None:
    setup = Setup(tmp_path, "ela", True)
    planned = list(tasks(setup, [("tampering", "training/original/A.jpg")], 0, list(CONDITIONS), 1, 3))
    assert [task.key for task in planned] == [
        f"0-genuine-{turn}-tampering-training_original_A.jpg" for turn in range(3)
    ]
    assert all(isinstance(task, Task) and task.case and not task.case.change for task in planned)


def test_a_word_that_stands_over_the_edge_of_a_cut_is_left_out() -> None:
    words = (Word("in", Area(12, 12, 20, 18)), Word("over", Area(25, 12, 35, 18)))
    cut = Page("a", "own", "letter", True, np.zeros((60, 60, 3), np.uint8), words).cut(Area(10, 10, 30, 30))
    assert cut.words == (Word("in", Area(2, 2, 10, 8)),)
    assert cut.pixels.shape == (20, 20, 3)
