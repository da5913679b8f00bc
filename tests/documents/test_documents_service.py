"""Documents as everything else sees them: what is refused, who looks, and what silence is worth."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from groundstone.documents.base import Candidate, Finding, Layout, Query, Reading
from groundstone.documents.seeing import found_on
from groundstone.documents.service import MAX_QUERIES, MAX_QUERY, Documents
from groundstone.errors import InvalidInput
from tests.documents.pages import page_of, reading_of
from tests.documents.test_seeing import PNG, Says

PAGE = page_of("""
    Surname        VAN DYKE
    Passport no    X1234567
    Nationality    NRL
""")


class Reads:
    """A reader that only draws."""

    def picture(self, data: bytes, page: int, **options: Any) -> bytes:
        return PNG

    def close(self) -> None: ...


class Knows:
    """Answers surnames."""

    def find(self, reading: Reading, queries: Sequence[Query], *, layout: Layout | None = None) -> list[Finding]:
        return [self._one(reading, query) for query in queries]

    def _one(self, reading: Reading, query: Query) -> Finding:
        region = found_on(reading.pages[0], "VAN DYKE") if "urname" in query.text else None
        answer = Candidate(region.text, 0.7, region) if region else None
        return Finding(query, answer, 0.7 if answer else 0.9, (answer,) if answer else ())


def documents(chat: Says | None = None) -> Documents:
    return Documents(Reads(), lambda: Knows(), lambda caller: chat)  # type: ignore[arg-type, return-value]


@pytest.mark.parametrize("text", ["", "   ", "x" * (MAX_QUERY + 1)])
def test_a_question_that_cannot_be_asked_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="between 1 and"):
        documents().ask(reading_of(PAGE), [Query(text)])


def test_too_many_questions_are_refused() -> None:
    with pytest.raises(InvalidInput, match="at once"):
        documents().ask(reading_of(PAGE), [Query("What is it?")] * (MAX_QUERIES + 1))


def test_that_a_page_does_not_say_it_is_as_sure_as_the_page_was_readable() -> None:
    [full] = documents().ask(reading_of(PAGE), [Query("What is the height?")])
    [poor] = documents().ask(reading_of(page_of("  smudge  ")), [Query("What is the height?")])
    [blank] = documents().ask(reading_of(page_of("   ")), [Query("What is the height?")])
    assert full.confidence > 0.8 > 0.3 > poor.confidence > blank.confidence == 0
    assert blank.reasons == ("nothing could be read there",)


def test_a_model_that_sees_is_asked_only_with_the_document_at_hand() -> None:
    chat = Says(json.dumps({"answers": ["VAN DYKE", "X1234567"]}))
    queries = [Query("What is the surname?"), Query("What is the passport number?")]
    assert documents(chat).ask(reading_of(PAGE), queries)[1].answer is None
    assert not chat.messages
    surname, number = documents(chat).ask(reading_of(PAGE), queries, data=b"file")
    assert surname.confidence > 0.9
    assert number.answer is not None
    assert (number.answer.text, number.answer.reader) == ("X1234567", "watcher")


def test_it_is_asked_only_what_its_page_may_hold() -> None:
    chat = Says(json.dumps({"answers": [None]}))
    documents(chat).ask(
        reading_of(PAGE), [Query("What is the surname?", pages=("1",)), Query("And?", pages=("2",))], data=b""
    )
    assert "surname" in chat.messages[-1].content
    assert "And?" not in chat.messages[-1].content
