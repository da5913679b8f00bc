"""Forms made of types that people wrote as text: read right, the same every time, answers where they are said to be."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("cv2")

from benchmarks.forms.form_types import FormType, form_types, parsed
from benchmarks.forms.sample import Sample
from benchmarks.forms.typed_forms import sound, type_samples
from benchmarks.forms.typed_kinds import fits, kind_of, shape_of

from groundstone.documents.base import Place, reading_json

TYPES = """\
# dinghy launch permit | en
Skipper > Name ; Skipper's name => Who sails? | name of the sailor
Owner > Name ; Boat owner => Who does the boat belong to? | name of the owner
Skipper > Phone ; Tel. => Under which number is the sailor reached? | sailor's telephone
Owner > Phone ; Tel. => Under which number is the owner reached? | owner's telephone
Launch date ; To be launched on => When does it go into the water? | day of launching
Fee (EUR) ; Harbour due => How much must be paid? | price of the permit
Hull weight (kg) ; Displacement => How heavy is the boat? | weight of the hull
Insured? ; Liability cover (Y/N) => Is the boat insured? | Does an insurance cover it?
Permit no. ; No. => Which number does the paper carry? | identifier
! When does the season end? | Who is the harbour master? | colour of the sails

# Liegeplatzvertrag | de
Mieter ; Name des Mieters => Who rents the berth? | Wer mietet?
Steg ; Steg-Nr. => At which jetty is it? | An welchem Steg?
Beginn ; Mietbeginn => When does the lease begin? | Ab wann gilt der Vertrag?
Ende ; Mietende => When does the lease end? | Bis wann gilt der Vertrag?
Miete ; Jahresmiete => How much is the rent? | Was kostet der Platz?
! Wer ist der Hafenmeister? | What is the deposit?
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("types")
    (made / "harbour.txt").write_text(TYPES, "utf-8")
    return made


@pytest.fixture(scope="module")
def drawn(folder: Path) -> list[Sample]:
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("GROUNDSTONE_HOME", raising=False)
        return list(type_samples(5, 24, folder=folder))


@pytest.fixture
def permit(folder: Path) -> FormType:
    return form_types(folder)[0]


def test_a_section_holds_for_the_later_labels_of_its_field(permit: FormType) -> None:
    assert (permit.name, permit.language, len(permit.fields)) == ("dinghy launch permit", "en", 9)
    assert permit.fields[0].labels == (("Skipper", "Name"), ("Skipper", "Skipper's name"))
    assert permit.fields[4].labels == (("", "Launch date"), ("", "To be launched on"))
    assert permit.fields[0].questions == ("Who sails?", "name of the sailor")
    assert permit.absent[1] == "Who is the harbour master?"


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("Name => Who?\n", 1, "before the first form type"),
        ("\n# slip\nName => Who?\n", 2, "# name | language"),
        ("# slip | en\nName = Who?\n", 2, "no =>"),
        ("# slip | en\n => Who?\n", 2, "no label"),
        ("# slip | en\nName =>\n", 2, "no question"),
        ("# slip | en\n! Who?\n", 1, "no field"),
        ("# a | en\nX => Y?\n# a | de\nX => Y?\n", 3, "stands above already"),
    ],
)
def test_a_mistake_is_told_with_its_file_and_line(tmp_path: Path, text: str, line: int, says: str) -> None:
    path = tmp_path / "wrong.txt"
    path.write_text(text, "utf-8")
    with pytest.raises(ValueError, match=says) as told:
        parsed(path)
    assert str(told.value).startswith(f"{path}:{line}: ")


def test_the_same_seed_makes_the_same_samples(folder: Path, drawn: list[Sample]) -> None:
    again = list(type_samples(5, 6, folder=folder))
    assert [one.questions for one in again] == [one.questions for one in drawn[:6]]
    assert [reading_json(one.truth) for one in again] == [reading_json(one.truth) for one in drawn[:6]]
    assert again[0].picture.tobytes() == drawn[0].picture.tobytes()
    other = list(type_samples(6, 6, folder=folder))
    assert [one.questions for one in other] != [one.questions for one in again]


def test_the_form_types_take_turns(drawn: list[Sample]) -> None:
    assert {one.layout for one in drawn[:2]} == {"dinghy launch permit", "Liegeplatzvertrag"}
    assert {(one.family, one.split) for one in drawn} == {("form", "train")}
    assert {one.language for one in drawn} == {"en", "de"}


def test_the_words_at_the_place_are_the_answer(drawn: list[Sample]) -> None:
    answered = [(one, question) for one in drawn for question in one.questions if question.answer is not None]
    assert len(answered) > 60
    for one, question in answered:
        assert question.place is not None
        assert words_in(one, question.place) == question.answer, (one.id, question)


def test_what_is_blank_or_absent_has_no_answer(drawn: list[Sample], folder: Path) -> None:
    missing = [question for one in drawn for question in one.questions if question.answer is None]
    everything = sum(len(one.questions) for one in drawn)
    assert 0.1 < len(missing) / everything < 0.26
    assert all(question.place is None for question in missing)
    absent = {text.lower().strip("?") for kind in form_types(folder) for text in kind.absent}
    texts = {question.text.lower().strip("?") for question in missing if question.field == "-"}
    assert texts
    assert texts <= absent
    assert any(question.field != "-" for question in missing)


def test_nothing_overlaps_or_leaves_the_sheet(drawn: list[Sample]) -> None:
    assert all(sound(one.sheet) for one in drawn)


def test_labels_and_questions_tell_the_kind_of_value(permit: FormType) -> None:
    kinds = [kind_of(field) for field in permit.fields]
    assert kinds == ["person", "person", "phone", "phone", "date", "money", "measure", "yes", "code"]


@pytest.mark.parametrize(
    ("value", "shape"),
    [
        ("12.05.2024", "date"),
        ("May 12, 2024", "date"),
        ("14:05", "time"),
        ("€ 1,200.00", "money"),
        ("12 kg", "measure"),
        ("+44 20 7946 0000", "phone"),
        ("AB-1234", "code"),
        ("Rosa Klein", "text"),
    ],
)
def test_the_shape_of_a_value(value: str, shape: str) -> None:
    assert shape_of(value) == shape
    assert fits(shape, value)


def words_in(sample: Sample, place: Place) -> str:
    """The words of the sample whose middles lie in a place, line by line."""
    xs, ys = [x for x, _ in place.points], [y for _, y in place.points]
    found = []
    for word in (word for line in sample.truth.pages[0].lines for word in line.words):
        x = sum(point[0] for point in word.place.points) / 4
        y = sum(point[1] for point in word.place.points) / 4
        if inside(x, y, list(zip(xs, ys, strict=True))):
            found.append(word.text)
    return " ".join(found)


def inside(x: float, y: float, corners: list[tuple[float, float]]) -> bool:
    """Whether a point lies within a convex figure."""
    turns = []
    for (ax, ay), (bx, by) in zip(corners, [*corners[1:], corners[0]], strict=True):
        turns.append((bx - ax) * (y - ay) - (by - ay) * (x - ax))
    return all(turn >= 0 for turn in turns) or all(turn <= 0 for turn in turns)
