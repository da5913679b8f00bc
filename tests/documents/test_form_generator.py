"""The generator of forms: the same every time, answers stand where it says, damage keeps everything in sight."""

from __future__ import annotations

import random
from functools import cache

import pytest

pytest.importorskip("cv2")

import itertools

from benchmarks.forms.damage import LEVELS, plan
from benchmarks.forms.layouts import ALL
from benchmarks.forms.sample import Sample, samples
from benchmarks.forms.simulate import simulated
from benchmarks.forms.wording import wording

from groundstone.documents.base import Place, reading_json


@cache
def drawn() -> tuple[Sample, ...]:
    return tuple(samples("all", 11, len(ALL)))


def test_the_same_seed_makes_the_same_samples() -> None:
    first, again = list(samples("train", 5, 4)), list(samples("train", 5, 4))
    assert [one.questions for one in first] == [one.questions for one in again]
    assert [reading_json(one.truth) for one in first] == [reading_json(one.truth) for one in again]
    assert first[3].picture.tobytes() == again[3].picture.tobytes()
    other = list(samples("train", 6, 4))
    assert [one.questions for one in other] != [one.questions for one in first]


def test_layouts_of_training_and_development_are_apart() -> None:
    splits = {layout.name: layout.split for layout in ALL}
    assert len(splits) == len(ALL) >= 30
    assert set(splits.values()) == {"train", "dev"}
    for split in ("train", "dev"):
        made = list(samples(split, 1, 6))
        assert {sample.split for sample in made} == {splits[sample.layout] for sample in made} == {split}


def test_the_layouts_take_turns_until_all_were_seen() -> None:
    assert [sample.layout for sample in drawn()] == [layout.name for layout in ALL]


def test_every_family_has_layouts_for_training_and_development() -> None:
    families = {layout.family for layout in ALL}
    wanted = "vaccination id insurance invoice payslip receipt booking application medical letter bank"
    assert families == set(wanted.split())
    assert {layout.family for layout in ALL if layout.split == "dev"} == families


def test_the_words_of_every_answer_stand_at_its_place() -> None:
    for sample in drawn():
        for question in sample.questions:
            if question.answer is None:
                assert question.place is None
                continue
            assert question.place is not None
            assert words_in(sample, question.place).startswith("".join(question.answer.split()).lower()[:60]), sample.id


def test_questions_are_many_and_some_ask_for_what_is_not_there() -> None:
    questions = [question for sample in drawn() for question in sample.questions]
    missing = sum(question.answer is None for question in questions)
    assert all(2 <= len(sample.questions) <= 10 for sample in drawn())
    assert 0.12 < missing / len(questions) < 0.3
    assert {question.field for question in questions} <= set(wording())
    assert {question.kind for question in questions} >= {"name", "date", "money", "identifier", "text", "company"}
    assert all(question.text.strip() for question in questions)


def test_every_word_lies_within_the_page_at_every_level() -> None:
    assert {sample.level for sample in drawn()} == set(LEVELS)
    for sample in drawn():
        for line in sample.truth.pages[0].lines:
            for x, y in line.place.points:
                assert -0.001 <= x <= 1.001, sample.id
                assert -0.001 <= y <= 1.001, sample.id


@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
def test_places_follow_a_page_that_is_turned(quarters: int) -> None:
    damage = plan(random.Random(1), 0, 1000, 600, quarters)
    assert damage.rotation(1000, 600) == pytest.approx(90 * quarters)
    assert (damage.width, damage.height) == ((600, 1000) if quarters % 2 else (1000, 600))
    corner = damage.place((0, 0, 10, 10)).points[0]
    assert corner == pytest.approx([(0, 0), (1, 0), (1, 1), (0, 1)][quarters])


@pytest.mark.parametrize("level", LEVELS)
def test_ink_is_where_the_truth_says_at_every_level(level: int) -> None:
    sample = next(samples("train", 21, 1, (level,), ("receipt",)))
    grey = sample.picture.convert("L")
    dark = 0
    words = [word for line in sample.truth.pages[0].lines for word in line.words if len(word.text) > 3]
    for word in words:
        box = word.place.box
        left, top = box.left * grey.width, box.top * grey.height
        cut = grey.crop((int(left), int(top), int(left + box.width * grey.width), int(top + box.height * grey.height)))
        lightest, darkest = max(cut.tobytes()), min(cut.tobytes())
        dark += lightest - darkest > 50
    assert dark > 0.9 * len(words)
    assert grey.size == (sample.damage.width, sample.damage.height)


def test_every_layout_can_be_drawn() -> None:
    for sample in drawn():
        assert sample.sheet.picture().size == (sample.sheet.width, sample.sheet.height), sample.layout


def test_a_simulated_reading_is_close_to_the_truth_but_not_the_same() -> None:
    differing = kept_of_all = words_of_all = 0
    for sample in drawn():
        read = simulated(sample, random.Random(sample.id))
        assert read == simulated(sample, random.Random(sample.id))
        truth = sample.truth.text.split()
        kept = sum(word in set(read.text.split()) for word in truth)
        assert kept > 0.5 * len(truth), sample.id
        kept_of_all, words_of_all = kept_of_all + kept, words_of_all + len(truth)
        differing += read.text != sample.truth.text
        assert all(0 < word.confidence <= 1 for line in read.pages[0].lines for word in line.words)
    assert differing > len(drawn()) / 2
    assert kept_of_all > 0.8 * words_of_all


def words_in(sample: Sample, place: Place) -> str:
    """The letters of the words whose middle lies in a place, in reading order, without blanks, in small letters."""
    inside = []
    for line in sample.truth.pages[0].lines:
        for word in line.words:
            middle = sum(x for x, _ in word.place.points) / 4, sum(y for _, y in word.place.points) / 4
            if within(place, *middle):
                inside.append(word.text)
    return "".join(inside).lower()


def within(place: Place, x: float, y: float) -> bool:
    """Whether a point lies on the inner side of all four edges."""
    corners = [*place.points, place.points[0]]
    sides = [(x2 - x1) * (y - y1) - (y2 - y1) * (x - x1) for (x1, y1), (x2, y2) in itertools.pairwise(corners)]
    return all(side >= 0 for side in sides)
