"""Training on one's own documents: data sets, splits, what is learned, and the folder that comes out."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundstone.errors import Conflict, InvalidInput, UnreadableDocument, WeightsCorrupt, WrongModel
from groundstone.forensics import model_folder
from groundstone.forensics.base import Evidence, Report
from groundstone.forensics.calibration import Calibration
from groundstone.forensics.collection import Item, read
from groundstone.forensics.join import Weigh
from groundstone.forensics.lines import Lines
from groundstone.forensics.logistic import calibrated, fitted, probabilities
from groundstone.forensics.looks import Looks
from groundstone.forensics.measuring import Measuring
from groundstone.forensics.refit import Known, refit
from groundstone.forensics.splits import each_in_turn, folds, honest
from groundstone.forensics.training import train
from groundstone.forensics.training_job import Made, Network
from tests.forensics.labelled import NETWORK, SHIPPED, data_set, measured, picture, unlike


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return data_set(tmp_path_factory.mktemp("pages") / "set")


@pytest.fixture(scope="module")
def looks(pages: Path) -> Looks:
    return unlike(pages)


@pytest.fixture(scope="module")
def made(pages: Path, looks: Looks, tmp_path_factory: pytest.TempPathFactory) -> Made:
    return train(
        read(pages), tmp_path_factory.mktemp("models") / "mine", network=NETWORK, looks=looks, repeat="train it"
    )


# -- data sets -------------------------------------------------------------------------------------------------


def test_a_made_data_set_is_read_with_all_that_it_tells(pages: Path) -> None:
    items = read(pages).items
    assert len(items) == 60
    assert (items[1].kind, items[1].history, items[1].last) == ("copy-move", "with", "jpeg")
    assert items[1].mask == pages / "masks" / "000000.png"
    assert (items[0].forged, items[0].kind, items[0].mask) == (False, "", None)


def test_two_folders_are_a_data_set(tmp_path: Path) -> None:
    for name in ("original/a.jpg", "original/deep/b.PNG", "original/notes.txt", "forged/c.jpeg"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
    found = [(item.name, item.forged) for item in read(tmp_path).items]
    assert found == [("original/a.jpg", False), ("original/deep/b.PNG", False), ("forged/c.jpeg", True)]


@pytest.mark.parametrize("head", ["", "image,class_label\n", "\ufeffpath,label,source\n"])
def test_a_table_of_paths_and_labels_is_a_data_set(tmp_path: Path, head: str) -> None:
    for name in ("a.jpg", "b.jpg"):
        (tmp_path / name).write_bytes(name.encode())
    (tmp_path / "set.csv").write_text(f"{head}a.jpg,0,payslip\n\nb.jpg,1,\n", "utf-8")
    found = [(item.name, item.forged, item.source) for item in read(tmp_path / "set.csv").items]
    assert found == [("a.jpg", False, "payslip"), ("b.jpg", True, "")]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a.jpg,0\na.jpg,maybe\n", "line 2"),
        ("a.jpg,0\ngone.jpg,1\n", "gone.jpg is not there"),
        ("a.jpg,0\n", "of one kind"),
        ("", "0 of one kind"),
        ("a.jpg,0\n\x00,1\n", "set.csv"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused_with_the_place(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "a.jpg").write_bytes(b"a")
    (tmp_path / "set.csv").write_text(text, "utf-8")
    with pytest.raises(InvalidInput, match=says):
        read(tmp_path / "set.csv")


def test_a_damaged_manifest_and_a_missing_data_set_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="no data set"):
        read(tmp_path / "nothing")
    with pytest.raises(InvalidInput, match="forensics forge"):
        read(tmp_path)
    (tmp_path / "manifest.jsonl").write_text('{"file": "a.jpg"\n', "utf-8")
    with pytest.raises(InvalidInput, match="line 1, is damaged"):
        read(tmp_path)


def test_a_mask_that_is_missing_is_noticed_before_any_work(tmp_path: Path) -> None:
    place = data_set(tmp_path / "set", 2)
    (place / "masks" / "000001.png").unlink()
    with pytest.raises(InvalidInput, match=r"000001\.png is not there"):
        read(place)


# -- splits ----------------------------------------------------------------------------------------------------


def _items(groups: list[int]) -> tuple[list[Item], list[str]]:
    both = [(number, forged) for number in groups for forged in (False, True)]
    items = [Item(Path(f"{at}"), f"{at}", forged) for at, (_, forged) in enumerate(both)]
    return items, [str(number) for number, _ in both]


@given(st.lists(st.integers(0, 12), min_size=2, max_size=40).filter(lambda one: len(set(one)) > 1))
def test_an_honest_split_has_no_source_on_both_sides_and_loses_no_file(groups: list[int]) -> None:
    items, names = _items(groups)
    of = dict(zip((item.name for item in items), names, strict=True))
    for split in (honest(items, names), *each_in_turn(items, names)):
        assert {of[item.name] for item in split.train}.isdisjoint(of[item.name] for item in split.held)
        assert sorted(item.name for item in (*split.train, *split.held)) == sorted(of)
        assert {item.forged for item in split.train} == {item.forged for item in split.held} == {False, True}


@given(st.lists(st.sampled_from("abcdefghij"), min_size=1, max_size=60))
def test_folds_share_no_source_and_hold_every_file_once(groups: list[str]) -> None:
    parts = folds(groups)
    assert sorted(at for part in parts for at in part) == list(range(len(groups)))
    seen = [{groups[at] for at in part} for part in parts]
    assert sum(map(len, seen)) == len(set(groups))


def test_one_source_cannot_be_split() -> None:
    items, names = _items([1, 1, 1])
    with pytest.raises(InvalidInput, match="add documents"):
        honest(items, names)
    with pytest.raises(InvalidInput, match="one source document"):
        each_in_turn(items, names)


# -- what is learned -------------------------------------------------------------------------------------------


def test_logistic_regression_finds_the_function_that_made_the_data() -> None:
    chance = np.random.default_rng(3)
    rows = chance.normal(size=(20000, 2))
    labels = (chance.random(20000) < probabilities(rows @ np.array([1.5, -0.5]) + 0.3)).astype(np.int64)
    line = fitted(rows, labels, 1e-6)
    assert line.weights == pytest.approx([1.5, -0.5], abs=0.08)
    assert line.bias == pytest.approx(0.3, abs=0.06)


def test_separable_files_and_useless_scores_are_no_trouble() -> None:
    labels = np.array([0, 0, 0, 1, 1, 1])
    slope, _ = calibrated(np.array([-3.0, -2, -1, 1, 2, 3]), labels)
    assert 0 < slope < 100
    assert calibrated(np.array([3.0, 2, 1, -1, -2, -3]), labels) == (0.0, 0.0)  # the wrong way round tells nothing


def test_the_refitted_model_tells_unseen_documents_apart_and_keeps_to_the_wanted_alarms(made: Made) -> None:
    whole = made.card.whole
    assert whole.area is not None
    assert whole.area.low < 0.85 <= whole.area.value
    assert whole.genuine == whole.forged == 6
    assert made.card.brier is not None
    assert made.card.brier < 0.12
    assert {row.name for row in made.card.kinds} == {"copy-move", "retype"}
    assert {row.name for row in made.card.conditions} == {"with a history of compression", "jpeg", "png"}


def test_thresholds_come_from_files_not_fitted_to_and_hold_elsewhere() -> None:
    def drawn(seed: int, count: int) -> Known:
        chance = np.random.default_rng(seed)
        labels = chance.integers(0, 2, count)
        top = chance.normal(size=count) + 2.0 * labels
        found = [{"top": float(one), "usual": 0.0, "past": 1.0} for one in top]
        return Known(found, labels, [str(number) for number in range(count)], ["jpeg", "png"] * (count // 2))

    known, unseen = drawn(1, 2000), drawn(2, 4000)
    found = refit(known, unseen, SHIPPED, 0.05, lambda done, total: None)
    odds = np.array([found.calibration.odds(one)[0] for one in unseen.measures])
    alarms = probabilities(odds)[unseen.labels == 0] >= found.calibration.forged
    missed = probabilities(odds)[unseen.labels == 1] < found.calibration.genuine
    assert 0.03 < alarms.mean() < 0.07
    assert missed.mean() < 0.07
    assert probabilities(odds)[np.abs(odds) < 0.3].mean() == pytest.approx(
        unseen.labels[np.abs(odds) < 0.3].mean(), abs=0.06
    )
    assert found.curve[-1].held_loss < found.curve[0].held_loss


def test_pages_that_are_too_few_of_their_kind_keep_the_function_that_ships(tmp_path: Path) -> None:
    place = data_set(tmp_path / "set", 40, without=10)
    found = train(read(place), tmp_path / "mine", network=NETWORK, looks=unlike(place))
    text = (found.model.place / "calibration.json").read_text("utf-8")
    calibration = Calibration.from_json(text)
    assert dict(zip(calibration.measures, calibration.none.weights, strict=True)) == dict(
        zip(SHIPPED.measures, SHIPPED.none.weights, strict=True)
    )
    assert calibration.past != SHIPPED.past
    assert any("without a history" in one and "kept" in one for one in found.card.told.warnings)


def test_too_few_files_are_refused(tmp_path: Path) -> None:
    place = data_set(tmp_path / "set", 10)
    with pytest.raises(InvalidInput, match="too few files to learn from"):
        train(read(place), tmp_path / "mine", network=NETWORK, looks=unlike(place))


# -- the folder ------------------------------------------------------------------------------------------------


def test_the_folder_holds_the_model_its_card_and_hashes(made: Made, pages: Path) -> None:
    place = made.model.place
    assert {path.name for path in place.iterdir()} == {
        "calibration.json", "card.html", "card.md", "card.json", "hashes.json",
    }  # fmt: skip
    assert not place.with_name("mine.part").exists()
    assert model_folder.read(place) == made.model
    card = json.loads((place / "card.json").read_text("utf-8"))
    assert card["told"]["repeat"] == "train it"
    assert dict(card["told"]["data"])["SHA-256 of all files and labels"] == read(pages).digest
    assert "loss" in card["curve"][0]


def test_a_changed_file_of_a_model_is_noticed(pages: Path, looks: Looks, tmp_path: Path) -> None:
    found = train(read(pages), tmp_path / "mine", network=NETWORK, looks=looks)
    file = found.model.place / "calibration.json"
    file.write_text(file.read_text("utf-8").replace("0", "1", 1), "utf-8")
    with pytest.raises(WeightsCorrupt, match="train the model again"):
        model_folder.read(found.model.place)
    with pytest.raises(InvalidInput, match="no trained model"):
        model_folder.read(tmp_path)


def test_a_model_judges_only_with_the_network_it_was_trained_for(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = tmp_path / "network.npz"
    network.write_bytes(b"another")
    monkeypatch.setattr(model_folder, "NETWORK", network)
    with pytest.raises(WrongModel, match="another network"):
        made.model.weigh()


def test_a_refitted_model_weighs_pages(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_folder, "network_digest", lambda: NETWORK.digest)
    weigh = made.model.weigh()
    sure = weigh({"measures": {"top": 6.0, "usual": 0.0, "past": 1.5}, "basis": "It shows."}, ())
    clean = weigh({"measures": {"top": -1.0, "usual": 0.0, "past": 1.5}, "basis": "It shows."}, ())
    assert (sure["verdict"], clean["verdict"]) == ("forged", "genuine")
    assert sure["interval"][0] <= sure["probability"] <= sure["interval"][1]


def test_training_into_a_taken_folder_is_refused_before_any_work(pages: Path, tmp_path: Path) -> None:
    def never(data: bytes, name: str) -> dict[str, float]:
        raise AssertionError

    with pytest.raises(Conflict, match="is there already"):
        train(read(pages), tmp_path, network=Network(never, SHIPPED, ""))


def test_a_stopped_training_goes_on_where_it_ended(pages: Path, looks: Looks, tmp_path: Path) -> None:
    stop, seen = threading.Event(), list[str]()

    def slowly(data: bytes, name: str) -> dict[str, float]:
        seen.append(name)
        if len(seen) == 20:
            stop.set()
        return measured(data, name)

    network = Network(slowly, SHIPPED, NETWORK.digest)
    with pytest.raises(Conflict, match="goes on from there"):
        train(read(pages), tmp_path / "mine", network=network, looks=looks, stop=stop)
    assert not (tmp_path / "mine").exists()
    found = train(read(pages), tmp_path / "mine", network=network, looks=looks)
    assert sorted(seen) == sorted(item.name for item in read(pages).items)  # each once
    assert found.model.place.is_dir()


def test_files_that_cannot_be_judged_are_left_out_and_told(pages: Path, looks: Looks, tmp_path: Path) -> None:
    def some(data: bytes, name: str) -> dict[str, float]:
        if name.endswith("000001.jpg"):
            raise UnreadableDocument("the picture is damaged")
        return {} if name.endswith("000002.jpg") else measured(data, name)

    found = train(read(pages), tmp_path / "mine", network=Network(some, SHIPPED, ""), looks=looks)
    assert len(found.left_out) == 4
    assert any("the picture is damaged" in one for one in found.left_out)
    assert any("4 files were left out" in one for one in found.card.told.warnings)


def test_a_split_that_shares_documents_is_refused_with_the_names(tmp_path: Path) -> None:
    pages, other = data_set(tmp_path / "set", 4), data_set(tmp_path / "other", 4)
    for label in ("genuine", "forged"):  # of these one is also learned from
        for path in sorted((other / label).iterdir())[1:]:
            path.write_bytes(picture(500 + int(path.stem) * 2 + (label == "forged"), 80, 60) + b"\n{}")
    with pytest.raises(InvalidInput, match=r"genuine/000000\.jpg"):
        train(read(pages), tmp_path / "mine", test=read(other), network=NETWORK)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"split": "random"}, "known from the training files"),
        ({"split": "sideways"}, "none of honest, random"),
        ({"recipe": "soup"}, "none of refit, article"),
        ({"alarms": 0.7}, "between 0 and 0.5"),
        ({"network": None}, "needs a network"),
    ],
)
def test_options_that_make_no_sense_are_refused(
    pages: Path, looks: Looks, tmp_path: Path, options: dict[str, object], says: str
) -> None:
    with pytest.raises(InvalidInput, match=says):
        train(read(pages), tmp_path / "mine", **{"network": NETWORK, "looks": looks, **options})  # type: ignore[arg-type]


# -- parts -----------------------------------------------------------------------------------------------------


def test_a_line_that_was_cut_off_is_done_again(tmp_path: Path) -> None:
    lines = Lines(tmp_path / "lines.jsonl")
    lines.add("a", {"n": 1})
    lines.add("b", {"n": 2})
    path = tmp_path / "lines.jsonl"
    path.write_bytes(path.read_bytes()[:-5])
    again = Lines(path)
    assert "b" not in again
    again.add("b", {"n": 3})
    assert (Lines(path)["a"], Lines(path)["b"]) == ({"n": 1}, {"n": 3})


class Checked:
    """Checks that hand their pages to ``weigh``."""

    def __init__(self, weigh: Weigh, pages: list[dict[str, float] | None]) -> None:
        self._weigh, self._pages = weigh, pages

    def check(self, data: bytes, name: str = "", *, words: bool = True) -> Report:
        assert not words
        for one in self._pages:
            self._weigh({"measures": one} if one else {}, (Evidence("font", "odd", 1.0),))
        return Report(name, "", 1, "cannot tell", "", None, None, (), (), ())


def test_what_is_measured_is_that_of_the_most_suspicious_page() -> None:
    pages = [{"top": 1.0, "usual": 0.0, "past": 1.0}, None, {"top": 3.0, "usual": 0.0, "past": 1.0}]
    assert Measuring(lambda weigh: Checked(weigh, pages), SHIPPED)(b"", "") == pages[2]
    assert Measuring(lambda weigh: Checked(weigh, [None]), SHIPPED)(b"", "") == {}
