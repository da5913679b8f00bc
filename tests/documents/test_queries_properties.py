"""What holds for any page and any question."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundstone.documents.base import Finding, Query, Reading
from groundstone.documents.fields import Fields
from groundstone.documents.queries import Answers
from tests.documents.pages import page_of, page_of_words, reading_of, reading_of_drawing
from tests.documents.test_queries_answers import CARD, DOSES, RECEIPT

ANSWERS = Answers(Fields.load(), lambda: None)
QUESTIONS = [
    Query("What is Name?"), Query("When was the holder born?"), Query("total"),
    Query("What is the second dose's date?"),
    Query("company"), Query("Is the person married?"), Query("¿Cuál es el número de documento?"),
]  # fmt: skip
WORDS = st.text(st.characters(exclude_categories=("Cs", "Zs", "Zl", "Zp", "Cc")), min_size=1, max_size=12).filter(
    str.strip
)
TELLING = st.sampled_from(
    ["Name:", "Date", "of", "Birth", "Total", "12.50", "11/12/1980", "Jane", "X123", "No.", ":", "[x]", "Yes", "<<"]
)
PLACED = st.tuples(st.lists(WORDS | TELLING, min_size=1, max_size=5), st.integers(0, 1200), st.integers(0, 2000))


def _reading(lines: list[tuple[list[str], int, int]]) -> Reading:
    made = []
    for words, left, top in lines:
        at, line = float(left), []
        for word in words:
            line.append((word, at, float(top), at + 12.0 * len(word), top + 24.0))
            at += 12.0 * len(word) + 12
        made.append(line)
    return reading_of(page_of_words(made))


def _bare(text: str) -> str:
    return "".join(text.split())


@settings(max_examples=60, deadline=None)
@given(st.lists(PLACED, max_size=14))
def test_answers_are_words_of_the_page_and_confidence_is_a_probability(lines: list[tuple[list[str], int, int]]) -> None:
    reading = _reading(lines)
    letters = [_bare(word.text) for page in reading.pages for line in page.lines for word in line.words]
    for finding in ANSWERS.find(reading, QUESTIONS):
        assert 0 <= finding.confidence <= 1
        for candidate in finding.candidates:
            assert 0 <= candidate.confidence <= 1
            assert candidate.text.strip()
            assert candidate.region.words
            assert _bare(candidate.text) in "".join(_bare(word.text) for word in candidate.region.words)
            assert all(any(_bare(word.text) in whole for whole in letters) for word in candidate.region.words)


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=300).filter(lambda text: any(char.isalnum() for char in text)))
def test_any_question_is_answered_or_not_without_failing(question: str) -> None:
    [finding] = ANSWERS.find(reading_of_drawing(CARD), [Query(question)])
    assert 0 <= finding.confidence <= 1


@pytest.mark.parametrize("drawing", [CARD, DOSES, RECEIPT])
def test_neither_order_nor_company_of_queries_matters(drawing: str) -> None:
    reading = reading_of_drawing(drawing)
    together = ANSWERS.find(reading, QUESTIONS)
    assert list(reversed(ANSWERS.find(reading, QUESTIONS[::-1]))) == together
    assert [ANSWERS.find(reading, [query])[0] for query in QUESTIONS] == together


@pytest.mark.parametrize("drawing", [CARD, RECEIPT])
def test_the_order_of_lines_does_not_matter(drawing: str) -> None:
    page = page_of(drawing)
    turned = reading_of(replace(page, lines=tuple(reversed(page.lines))))
    assert [_text(found) for found in ANSWERS.find(turned, QUESTIONS)] == [
        _text(found) for found in ANSWERS.find(reading_of(page), QUESTIONS)
    ]


def test_the_same_document_gets_the_same_findings_from_another_instance() -> None:
    reading = reading_of_drawing(CARD)
    assert Answers(Fields.load(), lambda: None).find(reading, QUESTIONS) == ANSWERS.find(reading, QUESTIONS)


def test_a_page_full_of_hostile_text_is_answered_in_time() -> None:
    rows = [
        [
            (
                "a" * 400 if k % 7 == 0 else "Name:" * 20 if k % 5 == 0 else f"Date: {k}",
                50.0,
                20.0 * k,
                900.0,
                20.0 * k + 16,
            )
        ]
        for k in range(400)
    ]
    words = [[(part, x1, y1, x2, y2) for part in text.split()] for [(text, x1, y1, x2, y2)] in rows]
    findings = ANSWERS.find(reading_of(page_of_words(words, height=9000)), QUESTIONS)
    assert len(findings) == len(QUESTIONS)


def _text(finding: Finding) -> str | None:
    return finding.answer.text if finding.answer else None
