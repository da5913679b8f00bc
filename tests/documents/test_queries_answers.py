"""Questions to hand-made pages: the right words, none where there are none, and why."""

from __future__ import annotations

import pytest

from groundstone.documents.base import Finding, Query, Reading
from groundstone.documents.fields import Fields
from groundstone.documents.queries import Answers
from groundstone.errors import InvalidInput
from tests.documents.pages import page_of, reading_of, reading_of_drawing, tilted, turned

CARD = """
CITY CLINIC
Vaccination Certificate

Name:              Jane Doe
Date of Birth:     11/12/1980
Vaccine Name:      Immunorix
Document Number:   X1259666
Status:            Fully Vaccinated
"""

DOSES = """
Name:  Jane Doe

+--------+------------+-----------+--------+
| Dose   | Date       | Vaccine   | Batch  |
+--------+------------+-----------+--------+
| 1st    | 01/07/2021 | Immunorix | AB1234 |
+--------+------------+-----------+--------+
| 2nd    | 02/10/2021 | Immunorix | CD5678 |
+--------+------------+-----------+--------+
"""

RECEIPT = """
            GOLDEN LOTUS SDN BHD
              12 Jalan Ampang
            Tel: 03-5551 2233

25/03/2018   14:02

Tea                             4.50
Noodles                        12.00

Subtotal                       16.50
GST 6%                          0.99
Total                          17.49
Cash                           20.00
Change                          2.51
"""


@pytest.fixture(scope="module")
def answers() -> Answers:
    """Without an embedding model: what is tested here must not need one."""
    return Answers(Fields.load(), lambda: None)


def ask(answers: Answers, drawing: str | Reading, question: str) -> Finding:
    reading = reading_of_drawing(drawing) if isinstance(drawing, str) else drawing
    [finding] = answers.find(reading, [Query(question)])
    return finding


def said(answers: Answers, drawing: str | Reading, question: str) -> str | None:
    found = ask(answers, drawing, question).answer
    return found.text if found else None


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("What is Name?", "Jane Doe"),
        ("What is the patient's name?", "Jane Doe"),
        ("When was the holder born?", "11/12/1980"),
        ("Date of birth", "11/12/1980"),
        ("What is Document Number?", "X1259666"),
        ("What is Vaccination Status?", "Fully Vaccinated"),
        ("Which vaccine was given?", "Immunorix"),
    ],
)
def test_a_card_of_labels_and_values_answers_questions(answers: Answers, question: str, answer: str) -> None:
    assert said(answers, CARD, question) == answer


def test_vaccine_name_is_not_taken_for_the_name(answers: Answers) -> None:
    card = CARD.replace("Name:              Jane Doe", "Beneficiary Name:  Jane Doe")
    swapped = "\n".join(sorted(card.splitlines(), key=lambda line: not line.startswith("Vaccine Name")))
    assert said(answers, swapped, "What is the Name?") == "Jane Doe"


@pytest.mark.parametrize(
    "question",
    ["What is the driving licence number?", "When does it expire?", "What is the IBAN?", "What is the total?"],
)
def test_what_the_card_does_not_say_has_no_answer(answers: Answers, question: str) -> None:
    finding = ask(answers, CARD, question)
    assert finding.answer is None
    assert 0.5 < finding.confidence <= 1


def test_a_label_of_no_vocabulary_is_found_by_its_words(answers: Answers) -> None:
    page = """
    Member:      Jane Doe
    Locker No.:  B-117
    Towel size:  large
    """
    assert said(answers, page, "What is the locker number?") == "B-117"


def test_labels_above_their_values(answers: Answers) -> None:
    page = """
    Surname            Given names
    DOE                JANE

    Date of birth      Nationality
    11 DEC 1980        NORLAND

    Date of expiry     Sex
    01 JAN 2031        F
    """
    assert said(answers, page, "What is Surname?") == "DOE"
    assert said(answers, page, "When was the holder born?") == "11 DEC 1980"
    assert said(answers, page, "When does it expire?") == "01 JAN 2031"


def test_labels_below_their_values(answers: Answers) -> None:
    page = """
    DOE                JANE
    Surname            Given names

    11 DEC 1980        NORLAND
    Date of birth      Nationality

    01 JAN 2031        F
    Date of expiry     Sex
    """
    assert said(answers, page, "When was the holder born?") == "11 DEC 1980"
    assert said(answers, page, "When does it expire?") == "01 JAN 2031"


def test_an_ordinal_chooses_the_row_of_a_table(answers: Answers) -> None:
    assert said(answers, DOSES, "When was the first dose given?") == "01/07/2021"
    assert said(answers, DOSES, "What is the date of the second dose?") == "02/10/2021"


def test_a_value_within_a_line_with_other_words(answers: Answers) -> None:
    page = """
    Receipt no: 4711   Date: 25/03/2018 14:02
    Cashier: Ann
    """
    assert said(answers, page, "What is the date?") == "25/03/2018"


def test_a_receipt_gives_total_date_and_company_without_labels_for_all(answers: Answers) -> None:
    assert said(answers, RECEIPT, "What is the total?") == "17.49"
    assert said(answers, RECEIPT, "What is the date?") == "25/03/2018"
    assert said(answers, RECEIPT, "What is the company?") == "GOLDEN LOTUS SDN BHD"


def test_the_ticked_choice_is_the_answer(answers: Answers) -> None:
    page = """
    Name:            Jane Doe
    Marital status:  [ ] Single   [x] Married   [ ] Divorced
    Smoker:          [ ] Yes      [x] No
    """
    assert said(answers, page, "What is the marital status?") == "Married"


@pytest.mark.parametrize("degrees", [0, 3, 90, 180, 270, 355])
def test_a_turned_page_answers_as_an_upright_one(answers: Answers, degrees: float) -> None:
    reading = reading_of(turned(page_of(CARD), degrees))
    assert said(answers, reading, "What is Date of Birth?") == "11/12/1980"


def test_a_page_seen_slantwise_answers_as_a_straight_one(answers: Answers) -> None:
    assert said(answers, reading_of(tilted(page_of(CARD))), "What is Name?") == "Jane Doe"


def test_other_languages(answers: Answers) -> None:
    page = """
    Nachname:       Vogel
    Vorname:        Greta
    Geburtsdatum:   03.05.1971
    """
    assert said(answers, page, "What is Date of Birth?") == "03.05.1971"
    assert said(answers, page, "Wie lautet das Geburtsdatum?") == "03.05.1971"


def test_labels_whose_blanks_were_lost_in_reading(answers: Answers) -> None:
    page = """
    Name:           Jane Doe
    DateofBirth:    11/12/1980
    """
    assert said(answers, page, "What is Date of Birth?") == "11/12/1980"


def test_pages_of_a_query_are_kept_to(answers: Answers) -> None:
    reading = reading_of_drawing("Name:  Jane Doe\nCity:  Norwick", "Name:  John Roe\nCity:  Eastham")
    first, second, none = answers.find(
        reading,
        [Query("What is Name?", pages=("1",)), Query("What is Name?", pages=("2-*",)), Query("Name", pages=("7",))],
    )
    assert first.answer
    assert first.answer.text == "Jane Doe"
    assert first.answer.region.place.page == 1
    assert second.answer
    assert second.answer.text == "John Roe"
    assert second.answer.region.place.page == 2
    assert none.answer is None
    assert none.confidence == 1


def test_pages_that_make_no_sense_are_refused(answers: Answers) -> None:
    with pytest.raises(InvalidInput, match="names no pages"):
        answers.find(reading_of_drawing(CARD), [Query("Name", pages=("two",))])


def test_an_empty_reading_has_no_answer(answers: Answers) -> None:
    finding = ask(answers, Reading("image/png", (), 0), "What is Name?")
    assert finding.answer is None
    assert finding.confidence == 1
    assert finding.candidates == ()


def test_a_finding_tells_its_field_its_reasons_and_its_rivals(answers: Answers) -> None:
    finding = ask(answers, CARD, "When was the holder born?")
    assert finding.field == "date_of_birth"
    assert finding.answer is not None
    assert finding.candidates[0] == finding.answer
    assert finding.answer.kind == "date"
    assert str(finding.answer.value) == "1980-12-11"
    assert finding.answer.label is not None
    assert finding.answer.label.text == "Date of Birth:"
    assert "stands right of 'Date of Birth:'" in finding.answer.reasons
    assert "reads as a date" in finding.answer.reasons
    assert [c.confidence for c in finding.candidates] == sorted(
        (c.confidence for c in finding.candidates), reverse=True
    )
