"""Labelled examples are read strictly and split fairly."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundstone.errors import GroundstoneError, InvalidInput, LimitExceeded
from groundstone.models import examples as module
from groundstone.models.examples import Example, folds, parse_examples, prepared, read_examples, same, split

TWO = [Example("a cat", "pet"), Example("a dog", "pet"), Example("a car", "thing"), Example("a cup", "thing")]


def test_both_forms_are_read(tmp_path: Path) -> None:
    path = tmp_path / "examples.jsonl"
    path.write_text(
        '\ufeff{"text": " a cat ", "label": "pet"}\r\n\n{"prompt": "a car", "completion": " thing"}\n', "utf-8"
    )
    assert read_examples(path) == [Example("a cat", "pet", 1), Example("a car", "thing", 3)]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "no JSON"), ("[]", "an example is an object"), ("3", "an example is an object"),
        ('{"text": "a"}', "an example is"), ('{"text": "a", "label": "b", "extra": 1}', "unknown entry 'extra'"),
        ('{"text": "", "label": "b"}', "text must be words"), ('{"text": 1, "label": "b"}', "text must be words"),
        ('{"text": "\\ud800", "label": "b"}', "text must be words"), ('{"text": "a", "label": null}', "label must be"),
        ('{"text": "a", "label": "b\\nc"}', "label must be one line"), ("[" * 100_000, "no JSON"),
        (json.dumps({"text": "a", "label": "b" * 101}), "at most 100"),
        (json.dumps({"text": "a" * 20_001, "label": "b"}), "at most 20,000"),
    ],
)  # fmt: skip
def test_a_line_that_cannot_be_used_is_named(line: str, said: str) -> None:
    with pytest.raises(InvalidInput, match="line 2") as caught:
        parse_examples(['{"text": "a", "label": "b"}', line])
    assert said in str(caught.value)


def test_files_that_cannot_be_read_are_refused(tmp_path: Path) -> None:
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\x00")
    for path in (tmp_path / "absent", tmp_path / "bytes", tmp_path):
        with pytest.raises(InvalidInput, match="cannot be read"):
            read_examples(path)


def test_limits_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_EXAMPLES", 2)
    with pytest.raises(LimitExceeded, match="more than 2"):
        parse_examples(['{"text": "a", "label": "b"}'] * 3)
    monkeypatch.setattr(module, "MOST_LABELS", 2)
    with pytest.raises(LimitExceeded, match="3 labels"):
        prepared([Example(f"{label}{number}", label) for label in "abc" for number in range(2)])


def test_repeats_and_contradictions_are_left_out_and_told() -> None:
    made = prepared([*TWO, Example("A  CAT", "pet"), Example("odd", "pet"), Example("Odd", "thing")])
    assert made.duplicates == 1
    assert made.contradictions == (("odd", ("pet", "thing")),)
    assert len(made.items) == 4


def test_too_little_is_refused_after_taking_out_repeats() -> None:
    with pytest.raises(InvalidInput, match="at least 2 labels"):
        prepared([Example("a", "x"), Example("b", "x")])
    with pytest.raises(InvalidInput, match="too few of: thing"):
        prepared([*TWO[:3], Example("A CAR ", "thing")])


texts = st.text("abc xyz", min_size=1, max_size=6).filter(str.strip)
many = st.lists(st.builds(Example, texts, st.sampled_from(["one", "two", "three"])), max_size=60)


@given(many, st.randoms())
def test_the_split_is_fair_and_does_not_depend_on_the_order(found: list[Example], chance: object) -> None:
    try:
        made = prepared(found)
    except GroundstoneError:
        return
    train, held = split(made)
    assert {same(item.text) for item in train}.isdisjoint({same(item.text) for item in held})
    assert len(train) + len(held) == len(made.items)
    for side in (train, held):
        assert {item.label for item in side} == set(made.labels)
    shuffled = list(found)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert {same(item.text) for item in split(prepared(shuffled))[1]} == {same(item.text) for item in held}


@given(st.lists(st.integers(0, 4), max_size=50), st.integers(2, 5))
def test_folds_hold_every_row_once(labels: list[int], count: int) -> None:
    parts = folds(labels, count)
    assert sorted(row for part in parts for row in part) == list(range(len(labels)))
    for label in set(labels):
        sizes = [sum(labels[row] == label for row in part) for part in parts]
        assert max(sizes) - min(sizes) <= 1
