"""The machine-readable zone, with the examples that ICAO 9303 itself prints."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundstone.documents.values import mrz

TD3 = ["P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10"]
TD1 = ["I<UTOD231458907<<<<<<<<<<<<<<<", "7408122F1204159UTO<<<<<<<<<<<6", "ERIKSSON<<ANNA<MARIA<<<<<<<<<<"]
TD2 = ["I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "D231458907UTO7408122F1204159<<<<<<<6"]


@pytest.mark.parametrize(
    ("lines", "form", "number"), [(TD3, "TD3", "L898902C3"), (TD1, "TD1", "D23145890"), (TD2, "TD2", "D23145890")]
)
def test_the_examples_of_the_standard_are_read(lines: list[str], form: str, number: str) -> None:
    (zone,) = mrz.find(["PASSPORT", *lines, "Utopia"])
    assert (zone.form, zone.number, zone.name) == (form, number, "ANNA MARIA ERIKSSON")
    assert (zone.birth, zone.expiry, zone.sex) == (date(1974, 8, 12), date(2012, 4, 15), "F")
    assert (zone.issuer, zone.nationality) == ("UTO", "UTO")
    assert zone.is_valid
    assert zone.lines == tuple(range(1, 1 + len(lines)))


def test_blanks_lost_fillers_and_slips_are_mended_by_the_check_digits() -> None:
    first = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<"  # four fillers lost
    (zone,) = mrz.find([first, "L8989O2C36UTO74O8122F12O4159ZE184226B<<<<<10"])
    assert (zone.number, zone.birth, zone.is_valid) == ("L898902C3", date(1974, 8, 12), True)
    (zone,) = mrz.find(["P < UTOERIKSSON << ANNA < MARIA <<<<<<<<<<<<<<<<<<<", TD3[1]])
    assert zone.surname == "ERIKSSON"


def test_a_wrong_check_digit_is_told() -> None:
    (zone,) = mrz.find([TD3[0], "L898902C37UTO7408122F1204159ZE184226B<<<<<10"])
    assert zone.checks == ("birth", "expiry")
    assert not zone.is_valid


@pytest.mark.parametrize("text", ["P<UTO", "", "TOTAL 9.00", "-" * 44, "A" * 44, "John Doe " * 9])
def test_other_lines_are_no_zone(text: str) -> None:
    assert not mrz.is_line(text)
    assert mrz.find([text] * 3) == []


@given(st.lists(st.text(alphabet="PIVA0123456789<OSB «", min_size=26, max_size=48), max_size=4))
def test_no_lines_break_it(lines: list[str]) -> None:
    for zone in mrz.find(lines):
        assert set(zone.lines) <= set(range(len(lines)))


@given(st.text(alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<", max_size=40))
def test_a_check_digit_is_one_digit(text: str) -> None:
    assert mrz.check_digit(text) in "0123456789"
