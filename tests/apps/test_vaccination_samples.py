"""The sample cards that ship with the application: small, whole, and described."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from importlib.resources import files
from typing import Any

import pypdfium2
import pytest
from PIL import Image
from tools.draw_sample_cards import cards, expectation

SAMPLES = files("groundstone.apps") / "vaccination" / "samples"
EXPECTED: list[dict[str, Any]] = json.loads((SAMPLES / "expected.json").read_text("utf-8"))
TRAVELLERS = {row["file"]: row for row in csv.DictReader(io.StringIO((SAMPLES / "travellers.csv").read_text("utf-8")))}
NAMES = [entry["file"] for entry in EXPECTED]


def test_every_card_has_a_traveller_and_an_expectation() -> None:
    there = {entry.name for entry in SAMPLES.iterdir()} - {"expected.json", "travellers.csv"}
    assert there == set(NAMES) == set(TRAVELLERS)
    assert len(NAMES) == len(set(NAMES)) >= 14


def test_the_expectations_are_those_of_the_drawn_cards() -> None:
    assert [expectation(card) for card in cards()] == EXPECTED


def test_the_cards_are_small() -> None:
    assert sum(len(entry.read_bytes()) for entry in SAMPLES.iterdir()) < 1_500_000


def test_there_are_cards_for_every_decision() -> None:
    assert {entry["decision"] for entry in EXPECTED} == {"verified", "refused", "review"}
    assert all(entry["reason"] for entry in EXPECTED)


@pytest.mark.parametrize("name", NAMES)
def test_a_card_can_be_opened(name: str) -> None:
    data = (SAMPLES / name).read_bytes()
    if name.endswith(".pdf"):
        document = pypdfium2.PdfDocument(data)
        assert len(document) == 2
        document.close()
        return
    with Image.open(io.BytesIO(data)) as picture:
        picture.load()
        assert picture.format == {"png": "PNG", "jpg": "JPEG"}[name.rsplit(".", 1)[1]]
        assert min(picture.size) >= 500


@pytest.mark.parametrize("entry", EXPECTED, ids=NAMES)
def test_days_are_days_and_doses_are_in_order(entry: dict[str, Any]) -> None:
    traveller = TRAVELLERS[entry["file"]]
    born, travel = (date.fromisoformat(traveller[column]) for column in ("date_of_birth", "travel_date"))
    doses = [date.fromisoformat(day) for day in entry["doses"]]
    assert [born, *doses, travel] == sorted([born, *doses, travel])
    assert set(entry["answers"]) == {"CERT_VAC_STATUS", "CERT_BENF_NAME", "CERT_DOB", "CERT_PASS_NO"}
