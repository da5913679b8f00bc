"""Labels find their values, however a form is arranged and however its picture is turned."""

from __future__ import annotations

from dataclasses import replace

import pytest

from groundstone.documents.base import Layout, Page
from groundstone.documents.layout import understand
from tests.documents.pages import page_of, reading_of, reading_of_drawing, tilted, turned

INLINE = """
      REGISTRATION FORM

Name: Jane Doe            Date of Birth: 12/03/1990
Sex: F  Age: 33           Phone:+49 30 123456
Address: 12 High Street
         Berlin 10115
Passport No: X1234567
"""
RIGHT = """
Beneficiary Details
Beneficiary Name                      John Doe
Date of Birth (YYYY-MM-DD)            1980-12-11
Gender                                Male
Document Number                       X1259666
Vaccination Status (# of doses)       Fully Vaccinated (2 Doses)

Vaccination Details
Vaccine Name                          C19SHIELD
Manufacturer                          Test Pharma Pvt. Ltd.
"""
BELOW = """
Surname               Given names           Sex
DOE                   JANE MARIE            F

Date of birth         Nationality           Document no
12 MAR 1990           Utopian               L898902C
"""
TWO_COLUMNS = """
Last name       Miller              First name      Ann
Street          5 Oak Lane          City            Boston
Zip             02110               State           MA
Phone           617-555-0100        E-mail          ann@example.com
"""
CELLS = """
+--------------------+-------------------+
| 1. Surname         | 2. Given names    |
| DOE                | JANE              |
+--------------------+-------------------+
| 3. Date of birth   | 4. Sex            |
| 02/03/1980         | F                 |
+--------------------+-------------------+
"""
GRID = """
+------------+--------------+-----------+-----------+
| Name       | Jane Doe     | Sex       | F         |
+------------+--------------+-----------+-----------+
| Born       | 1980-01-02   | Country   | Utopia    |
+------------+--------------+-----------+-----------+
| Address    | 12 High Street, Springfield          |
+------------+--------------+-----------+-----------+
"""
COLONS = """
            INTERNATIONAL CERTIFICATE OF VACCINATION

Name of holder        : Maria Schmidt
Date of birth         : 03.04.1985
Administering centre  : Travel Clinic
                        Hamburg
Batch no.             : L5123
"""
ALL = {
    "inline": INLINE,
    "right": RIGHT,
    "below": BELOW,
    "columns": TWO_COLUMNS,
    "cells": CELLS,
    "grid": GRID,
    "colons": COLONS,
}


def layout_of(drawing: str) -> Layout:
    return understand(reading_of_drawing(drawing))


def pairs_of(drawing: str | Page) -> dict[str, str | None]:
    page = page_of(drawing) if isinstance(drawing, str) else drawing
    return {
        pair.key.text: None if pair.value is None else pair.value.text for pair in understand(reading_of(page)).pairs
    }


def test_labels_and_values_in_one_line() -> None:
    assert pairs_of(INLINE) == {
        "Name:": "Jane Doe",
        "Date of Birth:": "12/03/1990",
        "Sex:": "F",
        "Age:": "33",
        "Phone:": "+49 30 123456",
        "Address:": "12 High Street Berlin 10115",
        "Passport No:": "X1234567",
    }


def test_values_far_to_the_right_and_headings_that_are_no_labels() -> None:
    assert pairs_of(RIGHT) == {
        "Beneficiary Name": "John Doe",
        "Date of Birth (YYYY-MM-DD)": "1980-12-11",
        "Gender": "Male",
        "Document Number": "X1259666",
        "Vaccination Status (# of doses)": "Fully Vaccinated (2 Doses)",
        "Vaccine Name": "C19SHIELD",
        "Manufacturer": "Test Pharma Pvt. Ltd.",
    }


def test_values_below_their_labels() -> None:
    assert pairs_of(BELOW) == {
        "Surname": "DOE",
        "Given names": "JANE MARIE",
        "Sex": "F",
        "Date of birth": "12 MAR 1990",
        "Nationality": "Utopian",
        "Document no": "L898902C",
    }


def test_one_column_of_labels_and_values_in_turn() -> None:
    found = pairs_of("Full name\nJane Doe\nDate of birth\n12 March 1990\nPlace of residence\nSpringfield")
    assert found == {"Full name": "Jane Doe", "Date of birth": "12 March 1990", "Place of residence": "Springfield"}


def test_two_columns_of_labels_and_values() -> None:
    assert pairs_of(TWO_COLUMNS) == {
        "Last name": "Miller",
        "First name": "Ann",
        "Street": "5 Oak Lane",
        "City": "Boston",
        "Zip": "02110",
        "State": "MA",
        "Phone": "617-555-0100",
        "E-mail": "ann@example.com",
    }


def test_label_and_value_within_a_drawn_cell() -> None:
    assert pairs_of(CELLS) == {
        "1. Surname": "DOE",
        "2. Given names": "JANE",
        "3. Date of birth": "02/03/1980",
        "4. Sex": "F",
    }


def test_labels_and_values_in_neighbouring_cells() -> None:
    assert pairs_of(GRID) == {
        "Name": "Jane Doe",
        "Sex": "F",
        "Born": "1980-01-02",
        "Country": "Utopia",
        "Address": "12 High Street, Springfield",
    }


def test_colons_that_stand_in_a_column_of_their_own_and_a_wrapped_value() -> None:
    assert pairs_of(COLONS) == {
        "Name of holder :": "Maria Schmidt",
        "Date of birth :": "03.04.1985",
        "Administering centre :": "Travel Clinic Hamburg",
        "Batch no. :": "L5123",
    }


def test_dots_lead_from_a_label_to_its_value() -> None:
    found = pairs_of("Name..................John Doe\nDate of birth ........ 1980-02-03")
    assert found == {"Name": "John Doe", "Date of birth": "1980-02-03"}


def test_lines_to_write_on_are_labels_left_blank() -> None:
    found = pairs_of("Signature: ____________   Date: __________\nName ______________   Phone ______________")
    assert found == {"Signature:": None, "Date:": None, "Name": None, "Phone": None}


def test_a_blank_in_a_column_of_labels() -> None:
    drawing = RIGHT + "Lot Number\nExpiry Date                           2030-01-01\n"
    found = pairs_of(drawing)
    assert found["Lot Number"] is None
    assert found["Expiry Date"] == "2030-01-01"


def test_a_number_behind_the_words_that_name_it_needs_no_colon() -> None:
    found = pairs_of("     VACCINATION CERTIFICATE\n     Certificate ID 123456789\n     Total RM 12.50")
    assert found == {"Certificate ID": "123456789", "Total": "RM 12.50"}


def test_times_and_addresses_of_pages_are_not_cut_at_their_colons() -> None:
    found = pairs_of("Opens: 10:30\nWebsite: https://example.org/a")
    assert found == {"Opens:": "10:30", "Website:": "https://example.org/a"}


def test_a_form_in_another_language_with_values_below() -> None:
    drawing = """
    Name, Vorname                  Geburtsdatum
    Müller, Hans                   01.05.1970
    Straße, Hausnummer             PLZ, Ort
    Hauptstr. 5                    10115 Berlin
    """
    assert pairs_of(drawing) == {
        "Name, Vorname": "Müller, Hans",
        "Geburtsdatum": "01.05.1970",
        "Straße, Hausnummer": "Hauptstr. 5",
        "PLZ, Ort": "10115 Berlin",
    }


def test_prose_is_no_form() -> None:
    drawing = """
    This certificate is issued under the terms of the act and
    it confirms that the person named below has received the
    vaccine described. Please keep it in a safe place.
    """
    assert pairs_of(drawing) == {}


def test_pairs_come_in_reading_order_with_their_page_and_place() -> None:
    layout = understand(reading_of_drawing("Name: Jane", "City: Rome"))
    assert [(pair.key.text, pair.key.place.page) for pair in layout.pairs] == [("Name:", 1), ("City:", 2)]
    key, value = layout.pairs[0].key, layout.pairs[0].value
    assert value is not None
    assert key.place.box.left < value.place.box.left
    assert abs(key.place.box.top - value.place.box.top) < 1e-6
    assert all(0 < pair.confidence < 1 for pair in layout.pairs)


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("degrees", [90, 180, 270, 3, -4])
def test_a_turned_picture_gives_the_same_pairs(name: str, degrees: float) -> None:
    assert pairs_of(turned(page_of(ALL[name]), degrees)) == pairs_of(ALL[name])


@pytest.mark.parametrize("name", ALL)
def test_a_tilted_picture_and_a_missing_rotation_give_the_same_pairs(name: str) -> None:
    assert pairs_of(tilted(turned(page_of(ALL[name]), 5), 0.1)) == pairs_of(ALL[name])
    assert pairs_of(replace(turned(page_of(ALL[name]), 2), rotation=0.0)) == pairs_of(ALL[name])


def test_labels_under_the_lines_that_were_written_on() -> None:
    drawing = """
    DOE                 JANE
    ----------------    ----------------
    Surname             Given names


    1980-02-03          X1234567
    ----------------    ----------------
    Date of birth       Document no
    """
    page = page_of(drawing)
    found = {pair.key.text: pair.value and pair.value.text for pair in understand(reading_of(page)).pairs}
    assert found == {
        "Surname": "DOE",
        "Given names": "JANE",
        "Date of birth": "1980-02-03",
        "Document no": "X1234567",
    }


def test_numbered_labels_that_run_into_their_values() -> None:
    drawing = """
    1. Surname Ruiz
    2. Given name(s) Alvaro Pablo
    3. DOB 09.05.55
    4. Sex M
    5. Nationality Malaysian
    """
    found = {pair.key.text: pair.value and pair.value.text for pair in understand(reading_of_drawing(drawing)).pairs}
    assert found == {
        "1. Surname": "Ruiz",
        "2. Given name(s)": "Alvaro Pablo",
        "3. DOB": "09.05.55",
        "4. Sex": "M",
        "5. Nationality": "Malaysian",
    }


@pytest.mark.parametrize(
    ("title", "is_pair"),
    [("Vaccination  Record", False), ("HEALTH - IMMUNISATION  RECORD", False), ("Vaccination:  Record", True)],
)
def test_a_title_whose_words_stand_apart_is_no_pair(title: str, is_pair: bool) -> None:
    layout = understand(reading_of_drawing(title + "\n\nName:     Jane Doe\nStatus:   Fully vaccinated\n"))
    assert any(pair.value and "record" in pair.value.text.lower() for pair in layout.pairs) is is_pair
