"""The parts that questions to documents are answered with."""

from __future__ import annotations

import csv
import io
import json
import os
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from groundstone.documents.base import Line, Page, Place, Query, Reading, Word
from groundstone.documents.fields import Fields
from groundstone.documents.queries import Answers, weigh
from groundstone.documents.queries.features import NAMES
from groundstone.documents.queries.labels import labels
from groundstone.documents.queries.sheet import Sheet
from groundstone.documents.queries.typed import is_strict, worth
from groundstone.documents.queries.vocabulary import Words
from groundstone.documents.queries.weigh import EXTRAS
from groundstone.documents.queries.wording import alike, covered, tokens
from groundstone.errors import WeightsCorrupt
from tests.documents.pages import page_of

SROIE = Path(os.environ.get("GROUNDSTONE_DATA", Path(__file__).parents[3] / "shared" / "data")) / "sroie"


def test_the_shipped_weights_fit_the_features_and_hold_no_pickle() -> None:
    weights = weigh.shipped()
    assert weights.names == (*EXTRAS, *NAMES)
    assert len(set(NAMES)) == len(NAMES)
    assert (np.diff(weights.curve) >= 0).all()
    assert 0.2 < weights.threshold(False) < 0.9
    with files("groundstone.documents.queries").joinpath("weights.npz").open("rb") as file:
        assert not any(array.dtype == object for array in np.load(file, allow_pickle=False).values())


def test_weights_are_read_as_they_were_saved(tmp_path: Path) -> None:
    weights = weigh.shipped()
    weigh.saved(str(tmp_path / "again.npz"), weights)
    rows = np.random.default_rng(1).random((5, len(NAMES)))
    with (tmp_path / "again.npz").open("rb") as file:
        assert np.allclose(weigh.loaded(file).rank(rows), weights.rank(rows))


def test_weights_of_other_features_are_refused(tmp_path: Path) -> None:
    weights = weigh.shipped()
    weigh.saved(str(tmp_path / "other.npz"), replace(weights, names=(*weights.names[:-1], "page_smell")))
    with (tmp_path / "other.npz").open("rb") as file, pytest.raises(WeightsCorrupt, match="page_smell"):
        weigh.loaded(file)


def test_weights_of_another_shape_are_refused(tmp_path: Path) -> None:
    weights = weigh.shipped()
    weigh.saved(str(tmp_path / "other.npz"), replace(weights, rankers=weights.judges))
    with (tmp_path / "other.npz").open("rb") as file, pytest.raises(WeightsCorrupt, match="shape"):
        weigh.loaded(file)


@pytest.mark.parametrize("content", [b"", b"PK", b"no archive at all"])
def test_a_broken_file_of_weights_is_refused(content: bytes) -> None:
    with pytest.raises(WeightsCorrupt, match="train_queries"):
        weigh.loaded(io.BytesIO(content))


def test_half_a_file_of_weights_never_takes_the_place_of_a_whole_one(tmp_path: Path) -> None:
    weights = weigh.shipped()
    weigh.saved(str(tmp_path / "kept.npz"), weights)
    broken = replace(weights, about={"threshold": {1, 2}})  # a set cannot be written
    with pytest.raises(TypeError):
        weigh.saved(str(tmp_path / "kept.npz"), broken)
    with (tmp_path / "kept.npz").open("rb") as file:
        assert weigh.loaded(file).names == weights.names


def test_shares_of_claims_with_one_text_add_up() -> None:
    summed = weigh.shares(np.array([0.0, 0.0, 0.0, 0.0]), ["a", "b", "a", "c"])
    assert summed == {"a": 0.5, "b": 0.25, "c": 0.25}
    assert weigh.shares(np.zeros(0), []) == {}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Locker No.", "locker number", True),
        ("D.O.B", "date of birth", False),
        ("Cert. Nr", "certificate number", True),
    ],
)
def test_words_are_compared_in_a_plain_form(one: str, other: str, same: bool) -> None:
    assert (covered(tokens(other), tokens(one)) > 0.8) is same


def test_slips_and_shortened_words_are_forgiven_but_not_other_words() -> None:
    assert alike("certificate", "certifcate") > 0.8
    assert alike("certificate", "cert") > 0.7
    assert alike("birth", "berth") > 0.7
    assert alike("name", "date") == 0


def test_a_longer_label_covers_the_question_but_not_the_other_way_round() -> None:
    asked, label = tokens("name"), tokens("Vaccine Name")
    assert covered(asked, label) == 1
    assert covered(label, asked) < 0.5


def test_the_end_of_a_label_is_no_label() -> None:
    sheet = Sheet(page_of("Vaccine Name: Immunorix"))
    assert {label.text for label in labels(sheet)} == {"Vaccine", "Vaccine Name:"}


def test_a_second_label_in_a_line_is_one() -> None:
    sheet = Sheet(page_of("Receipt no: 4711 Date: 25/03/2018"))
    assert "Date:" in {label.text for label in labels(sheet)}


def test_a_label_over_two_lines() -> None:
    sheet = Sheet(page_of("Date of\nBirth          11/12/1980"))
    assert "Date of Birth" in {label.text for label in labels(sheet)}


def test_neighbours_are_nearest_first() -> None:
    sheet = Sheet(page_of("Name      Jane Doe      Norwick\nBorn      1980"))
    assert [sheet.pieces[k].text for k in sheet.near(0, "right")] == ["Jane Doe", "Norwick"]
    assert [sheet.pieces[k].text for k in sheet.near(0, "below")] == ["Born"]
    assert sheet.near(0, "above") == ()


def test_words_around_a_date_are_no_part_of_it() -> None:
    assert is_strict("date", "25/03/2018 14:02")
    assert not is_strict("name", "Jane Doe 25/03/2018")


@pytest.mark.parametrize(
    ("text", "order", "meant"), [("11/12/1980", "day-first", "1980-12-11"), ("11/12/1980", "month-first", "1980-11-12")]
)
def test_the_order_of_a_page_decides_what_a_date_means(text: str, order: str, meant: str) -> None:
    assert str(worth("date", text, "birth", order)) == meant  # type: ignore[arg-type]


def test_a_question_of_no_vocabulary_keeps_its_words() -> None:
    wanted = Words(Fields({})).wanted("What is the locker number?")
    assert wanted.field is None
    assert wanted.words == ("locker", "number")


def test_another_vocabulary_of_ones_own_is_used() -> None:
    fields = Fields.load()
    own = fields.get("date_of_birth")
    assert own is not None
    page = page_of("Hatched:   11/12/1980\nMolted:    03/04/1990")
    [found] = Answers(fields, lambda: None).find(Reading("image/png", (page,), 1), [Query("When was it hatched?")])
    assert found.candidates[0].text == "11/12/1980"


@pytest.mark.skipif(not SROIE.is_dir(), reason="the receipts are not on this machine")
def test_receipts_of_the_real_world_give_their_date() -> None:
    answers = Answers(Fields.load(), lambda: None)
    names = sorted(path.stem for path in (SROIE / "box").glob("*.csv"))[:20]
    right = 0
    for name in names:
        [found] = answers.find(_receipt(name), [Query("What is the date?")])
        right += (
            bool(found.answer) and found.answer.text == json.loads((SROIE / "key" / f"{name}.json").read_text())["date"]
        )
    assert right >= 17


def _receipt(name: str) -> Reading:
    """The receipt as its lines were written down by people; the size of its picture is guessed from them."""
    with (SROIE / "box" / f"{name}.csv").open(errors="replace", newline="") as file:
        rows = [",".join(row).split(",", 8) for row in csv.reader(file, quoting=csv.QUOTE_NONE) if len(row) > 8]
    width, height = max(int(row[2]) for row in rows) + 10, max(int(row[5]) for row in rows) + 10
    lines = []
    for row in rows:
        left, top, right, bottom = int(row[0]) / width, int(row[1]) / height, int(row[2]) / width, int(row[5]) / height
        words, text, at = [], row[8].strip(), 0
        for word in text.split():
            at = text.index(word, at)
            share = (right - left) / len(text)
            words.append(Word(word, 0.97, Place.of(left + at * share, top, len(word) * share, bottom - top)))
            at += len(word)
        if words:
            lines.append(
                Line(" ".join(text.split()), 0.97, Place.of(left, top, right - left, bottom - top), tuple(words))
            )
    return Reading("image/jpeg", (Page(1, width, height, tuple(lines)),), 1)
