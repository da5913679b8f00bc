"""What the page reader adds to answers: spans of its own, and features for all claims."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from groundstone.documents.base import Query, Reading
from groundstone.documents.fields import Fields
from groundstone.documents.layout import understand
from groundstone.documents.queries import Answers
from groundstone.documents.queries.bound import Bound
from groundstone.documents.queries.labels import labels
from groundstone.documents.queries.located import NAMES, Located
from groundstone.documents.queries.propose import Proposer
from groundstone.documents.queries.sheet import Sheet
from groundstone.models.base import PageWords, Vectors
from tests.documents.pages import page_of, reading_of_drawing

PAGE = """
Zimmer     Blue Salamander 7
Nummer     4711
"""


class Pointing:
    """Says of every question that "Blue Salamander" answers it; counts how often it is asked."""

    def __init__(self) -> None:
        self.asked: list[int] = []

    def read_page(self, page: PageWords, questions: Sequence[str]) -> Vectors:
        self.asked.append(len(questions))
        odds = np.full((len(questions), len(page.texts), 2), -5, np.float32)
        odds[:, list(page.texts).index("Blue"), 0] = odds[:, list(page.texts).index("Salamander"), 1] = 5
        return odds


def test_the_reader_proposes_what_no_label_leads_to() -> None:
    located = Located(Sheet(page_of(PAGE)), Pointing)
    assert [claim.value.text for claim in located.spans("what lives here?")] == ["Blue Salamander"]


def test_claims_are_described_by_the_odds_of_their_ends() -> None:
    located = Located(Sheet(page_of(PAGE)), Pointing)
    [best] = located.spans("what lives here?")
    whole = next(piece for piece in Sheet(page_of(PAGE)).pieces if "Salamander" in piece.text)
    row = dict(zip(NAMES, located.features("what lives here?", [best])[0].tolist(), strict=True))
    assert whole.text == "Blue Salamander 7"
    assert (row["reader_there"], row["reader_start"], row["reader_end"], row["reader_both"]) == (1, 0.5, 0.5, 1)
    assert (row["reader_behind"], row["reader_rank"]) == (0, 1)
    assert row["reader_share"] > 0.99


def test_a_page_is_read_once_for_all_questions() -> None:
    pointing = Pointing()
    answers = Answers(Fields.load(), lambda: None, lambda: pointing)
    queries = [Query("what lives here?"), Query("Nummer"), Query("Zimmer")]
    assert len(answers.find(reading_of_drawing(PAGE), queries)) == 3
    assert pointing.asked == [3]


@pytest.mark.parametrize("question", ["what lives here?", "Nummer"])
def test_without_a_reader_nothing_is_said(question: str) -> None:
    located = Located(Sheet(page_of(PAGE)), lambda: None)
    assert located.spans(question) == []
    assert located.features(question, []).shape[0] == 0


def test_a_status_is_proposed_with_the_remark_behind_it() -> None:
    page = page_of("""
Name:                 Jane Doe (holder)
Vaccination Status:   Fully Vaccinated (2 Doses)
""")
    sheet = Sheet(page)
    found = labels(sheet)
    proposer = Proposer(sheet, found, Bound(understand(Reading("image/png", (page,), 1)), sheet))
    label = next(k for k, one in enumerate(found) if one.text == "Vaccination Status:")
    assert {claim.value.text for claim in proposer.of_label(label, "status") if claim.way in ("inline", "right")} == {
        "Fully Vaccinated (2 Doses)"
    }
    name = next(k for k, one in enumerate(found) if one.text == "Name:")
    assert "Jane Doe" in {claim.value.text for claim in proposer.of_label(name, "name")}
