"""Names, companies, identifiers, contact data, words of small sets, and what holds for every kind."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundstone.documents import values
from groundstone.documents.values import names
from groundstone.errors import InvalidInput


@pytest.mark.parametrize(
    ("text", "tidy"),
    [
        ("John Doe", "John Doe"), ("JOHN DOE", "John Doe"), ("john doe", "John Doe"), ("DOE, John", "John Doe"),
        ("Dr. John A. Doe", "John A. Doe"), ("Mr. J. Smith", "J. Smith"), ("van der Berg, Maria", "Maria van der Berg"),
        ("Ahmad bin Abdullah", "Ahmad bin Abdullah"), ("TAN WOON YANN", "Tan Woon Yann"),
        ("José García López", "José García López"),
        ("Anne-Marie O'Neill", "Anne-Marie O'Neill"), ("MÜLLER Hans", "Müller Hans"), ("Łukasz Nowak", "Łukasz Nowak"),
    ],
)  # fmt: skip
def test_a_person_s_name_is_recognised_and_put_in_order(text: str, tidy: str) -> None:
    spot = values.whole("name", text)
    assert spot is not None
    assert spot.value == tidy
    assert spot.plausibility > 0.5


@pytest.mark.parametrize(
    "text", ["Vaccine Name", "Date of Birth", "Fully Vaccinated", "TOTAL", "12345", "Passport No", "", "Yes"]
)
def test_words_of_forms_are_no_names(text: str) -> None:
    assert [spot for spot in values.spot("name", text) if spot.plausibility > 0.3] == []


def test_a_name_is_found_behind_its_label() -> None:
    text = "Patient Name: John Doe"
    best = values.spot("name", text)[0]
    assert text[best.start : best.end] == "John Doe"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("DOE, John", "John Doe"), ("JOHN DOE", "john doe"), ("Müller", "MUELLER"), ("José García", "JOSE GARCIA"),
        ("Dr. Jane Roe", "Jane Roe"), ("Anne-Marie Roe", "Anne Marie Roe"), ("Jørgen Ås", "Jorgen Aas"),
        ("Weiß", "Weiss"),
    ],
)  # fmt: skip
def test_one_person_written_in_two_ways_is_the_same(one: str, other: str) -> None:
    assert values.same("name", one, other)
    assert names.likeness(one, other) == 1.0


def test_other_persons_differ_and_near_ones_are_told_by_likeness() -> None:
    assert not values.same("name", "John Doe", "Jane Doe")
    assert names.likeness("John Doe", "Jane Doe") < 0.75
    assert names.likeness("John Albert Doe", "John Doe") == 0.9
    assert names.likeness("J. Doe", "John Doe") == 0.8
    assert names.likeness("Jonathan Dow", "Jonathan Doe") == 0.85


@pytest.mark.parametrize(
    "text",
    ["ACME TRADING SDN BHD", "AEON CO. (M) BHD", "Müller GmbH", "Example Ltd.", "99 CORNER MART S/B",
    "Test Pharma Pvt. Ltd.",
     "Dupont S.A.R.L.", "Esempio S.p.A.", "Voorbeeld B.V.", "Przykład Sp. z o.o.", "Restaurant Sonne",
     "BLUE HARDWARE STORE"],
)  # fmt: skip
def test_companies_are_recognised(text: str) -> None:
    spot = values.whole("company", text)
    assert spot is not None
    assert spot.plausibility > 0.7


def test_companies_are_the_same_without_their_legal_form() -> None:
    assert values.same("company", "Müller GmbH", "MULLER")
    assert values.same("company", "A & B Trading Sdn. Bhd.", "A AND B TRADING")
    assert not values.same("company", "Alpha Ltd", "Beta Ltd")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Passport No: AB 123 456", "AB 123 456"), ("Document No X1259666", "X1259666"),
        ("INV-2018/0034", "INV-2018/0034"),
        ("Lot:AB123C", "AB123C"), ("Card 4012 8888 8888 1881", "4012 8888 8888 1881"), ("Batch # 111X083", "111X083"),
        ("URN:UVCI:01:DE:ABC123#4", "URN:UVCI:01:DE:ABC123#4"), ("GST ID : 000306020352", "000306020352"),
    ],
)  # fmt: skip
def test_identifiers_are_found(text: str, said: str) -> None:
    best = values.spot("identifier", text)[0]
    assert text[best.start : best.end] == said


def test_identifiers_are_the_same_but_for_separators() -> None:
    assert values.same("identifier", "ab-123 456", "AB123456")
    assert not values.same("identifier", "AB123456", "AB123457")


def test_a_date_or_an_amount_is_hardly_an_identifier() -> None:
    for text in ("25/12/2018", "1,234.56", "14:02"):
        assert all(spot.plausibility < 0.3 for spot in values.spot("identifier", text))


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("phone", "Tel: +49 (30) 123 45-67", "+49301234567"), ("phone", "(555) 123-4567", "5551234567"),
        ("phone", "0049 30 1234567", "+49301234567"), ("email", "Mail: John.Doe@Example.com", "john.doe@example.com"),
        ("email", "info © example . org", "info@example.org"), ("url", "see www.example.com/a.", "www.example.com/a"),
        ("time", "8:13:39 PM", "20:13:39"), ("time", "2:05 pm", "14:05"), ("time", "12:10 AM", "00:10"),
        ("time", "14h30", "14:30"),
        ("sex", "Male", "male"), ("sex", "F / weiblich", "female"), ("sex", "Gender: M", "male"),
        ("country", "DEU", "Germany"),
        ("country", "Nationality: FRANCE", "France"), ("country", "British", "United Kingdom"),
        ("country", "España", "Spain"),
        ("yes_no", "Yes", True), ("yes_no", "Nein", False), ("yes_no", "oui", True),
        ("status", "Fully Vaccinated (2 Doses)", "fully vaccinated"),
        ("status", "vollständig geimpft", "fully vaccinated"),
        ("status", "teilweise geimpft", "partially vaccinated"), ("status", "Not vaccinated", "not vaccinated"),
        ("status", "non vacciné", "not vaccinated"), ("status", "vacciné", "vaccinated"),
        ("status", "pauta completa", "fully vaccinated"),
        ("status", "2/2", "fully vaccinated"), ("status", "1 of 2", "partially vaccinated"),
        ("status", "NEGATIVE", "negative"),
        ("status", "EXPIRED", "expired"), ("status", "paid", "paid"),
        ("status", "Impfserie abgeschlossen", "fully vaccinated"),
    ],
)  # fmt: skip
def test_values_of_the_other_kinds(kind: str, text: str, value: object) -> None:
    assert values.spot(kind, text)[0].value == value


def test_a_vaccine_is_no_status() -> None:
    assert values.spot("status", "Vaccine Name") == []


@pytest.mark.parametrize(
    "text",
    ["12 JALAN EXAMPLE 3, TAMAN CONTOH, 81100 JOHOR BAHRU", "Hauptstr. 5, 10115 Berlin",
    "12 High Street, London SW1A 1AA",
     "10 rue de la Paix, 75002 Paris", "Calle Mayor 5, 28013 Madrid", "ul. Długa 3, 00-238 Warszawa"],
)  # fmt: skip
def test_addresses_are_recognised(text: str) -> None:
    assert values.looks_like(text)[0] == "address"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("1980-12-11", "date"), ("RM 9.00", "money"), ("X1259666", "identifier"), ("John Doe", "name"),
        ("Acme Ltd", "company"),
        ("a.b@example.com", "email"), ("+49 30 1234567", "phone"), ("Fully Vaccinated", "status"), ("14:02", "time"),
        ("6 %", "percent"), ("lorem ipsum dolor sit amet", "text"), ("", "text"),
    ],
)  # fmt: skip
def test_the_kind_of_a_text_is_told(text: str, kind: str) -> None:
    assert values.looks_like(text)[0] == kind


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(InvalidInput, match="there is no kind of values 'colour'"):
        values.spot("colour", "red")


def test_phones_are_the_same_with_and_without_the_country() -> None:
    assert values.same("phone", "+49 30 1234567", "030 1234567")
    assert not values.same("phone", "030 1234567", "030 1234568")


@given(st.text(max_size=80))
def test_no_text_breaks_any_kind(text: str) -> None:
    for kind in values.KINDS:
        for spot in values.spot(kind, text):
            assert 0 <= spot.start < spot.end <= len(text)
            assert 0 < spot.plausibility <= 1
        values.parse(kind, text)
        assert values.same(kind, text, text) or not text.strip()
    kind, plausibility = values.looks_like(text)
    assert kind in values.KINDS
    assert 0 < plausibility <= 1


@given(st.text(alphabet="0123456789OlISABLoisbzZ/-.,: $€RM()%+@½²", max_size=50))
def test_no_noise_of_figures_breaks_any_kind(text: str) -> None:
    for kind in values.KINDS:
        for spot in values.spot(kind, text):
            assert 0 <= spot.start < spot.end <= len(text)


@pytest.mark.parametrize(
    "piece", ["1 ", "A ", "RM ", "1,234,", "John, ", "a.b", "@a.", "(1", "A1 B2 ", "é", "Doe-", "x@", "a:"]
)
def test_long_texts_take_little_time_for_every_kind(piece: str) -> None:
    text = piece * (values.LONGEST // len(piece) + 10)
    started = time.perf_counter()
    for kind in values.KINDS:
        values.spot(kind, text)
    assert time.perf_counter() - started < 6
