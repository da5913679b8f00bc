"""The layouts of both judgement sets fill, and what they ask is what they say; the measure is fair."""

from __future__ import annotations

import re
from datetime import date

import pytest

pytest.importorskip("PIL")

from benchmarks.documents import Asked, _row, _share, exact
from benchmarks.judgement.sheets import SETS, filled, layouts
from benchmarks.judgement.wider_world import WiderWorld

ALL = [(kind, layout) for kind in SETS for layout in layouts(kind)]
SEEDS = ("one", "two", "three", "four", "five", "six")


def answered(truth: str | None, said: str | None, layout: str = "a") -> Asked:
    return Asked("forms", layout, "clean", "sheet", "question", truth, said, 0.9)


def test_the_unseen_set_has_thirty_layouts_of_every_kind() -> None:
    names = layouts("unseen")
    assert len(names) == 30
    assert sum(name.startswith("receipt_") for name in names) == 8
    assert sum(name.startswith(("vaccination_", "health_")) for name in names) == 8


@pytest.mark.parametrize(("kind", "layout"), ALL)
def test_a_layout_says_each_asked_field_once(kind: str, layout: str) -> None:
    for seed in SEEDS:
        markup, truth, asked = filled(kind, layout, seed)
        fields = [field for field, _ in asked if field != "-"]
        assert fields
        assert len({question for _, question in asked}) == len(asked)
        for field in fields:
            assert markup.count(f'data-f="{field}"') == 1, field
            assert re.search(r"\w", truth[field]), field


@pytest.mark.parametrize(("kind", "layout"), ALL)
def test_a_layout_asks_something_that_it_does_not_answer(kind: str, layout: str) -> None:
    _, _, asked = filled(kind, layout, "seed")
    absent = sum(field == "-" for field, _ in asked)
    assert absent >= 1
    if kind == "unseen":
        assert absent == 2
        assert 5 <= len(asked) <= 9


def test_the_same_seed_fills_the_same_sheet() -> None:
    for kind, layout in ALL:
        assert filled(kind, layout, "same") == filled(kind, layout, "same")


def test_the_sets_have_no_layout_in_common() -> None:
    assert not set(layouts("seen")) & set(layouts("unseen"))


def test_the_machine_readable_zone_of_the_standard() -> None:
    lines = (
        WiderWorld("any")
        .mrz("Eriksson", "Anna Maria", "L898902C3", date(1974, 8, 12), "F", date(2012, 4, 15))
        .split("\n")
    )
    assert lines[0] == "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"
    assert lines[1].startswith("L898902C36UTO7408122F1204159")
    assert {len(line) for line in lines} == {44}


@pytest.mark.parametrize(
    ("said", "truth"),
    [
        ("anna brauer", "Anna Brauer"),
        ("RM9.00", "RM 9.00"),
        ("Velden.", "Velden"),
        ("62-106", "62 – 106"),
        ("O’Sullivan", "O'Sullivan"),
        ("Café", "Cafe\N{COMBINING ACUTE ACCENT}"),
        (": 7 May 2020", "7 May 2020"),
    ],
)
def test_case_blanks_and_end_punctuation_do_not_count(said: str, truth: str) -> None:
    assert exact(said) == exact(truth)


@pytest.mark.parametrize(("said", "truth"), [("0.02", "-0.02"), ("9.00", "90.0"), ("B+", "B"), (None, ""), ("", None)])
def test_what_differs_counts(said: str | None, truth: str | None) -> None:
    assert exact(said) != exact(truth)


def test_a_share_has_an_interval_around_it_that_narrows_with_more_layouts() -> None:
    few = [answered("x", "x" if number % 2 else "y", f"layout {number}") for number in range(10)]
    many = [answered("x", "x" if number % 2 else "y", f"layout {number}") for number in range(200)]
    narrow, wide = _share(many, lambda one: one.right), _share(few, lambda one: one.right)
    assert wide.low < narrow.low < 0.5 < narrow.high < wide.high


def test_answers_to_what_the_page_does_not_say_are_counted_apart() -> None:
    row = _row([answered("x", "X."), answered("a b", "ab"), answered(None, None), answered(None, "something")])
    assert (row.exact.hits, row.printed.hits, row.exact.count) == (2, 1, 2)
    assert (row.false.hits, row.false.count) == (1, 2)
