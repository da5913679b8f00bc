"""A model that looks at the page as well: it is heard where the page bears it out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

import pytest

from groundstone.documents.base import Candidate, Finding, Line, Page, Place, Query, Region, Word
from groundstone.documents.seeing import found_on, seen, weighed
from groundstone.errors import EngineUnavailable
from groundstone.models.base import DEFAULTS, ChatOptions, Delta, Message

PNG = b"\x89PNG\r\n\x1a\n"
QUERY = Query("What is the surname?")


class Says:
    """A chat model with one reply; keeps what it was sent."""

    name = "watcher"

    def __init__(self, reply: str) -> None:
        self.reply = reply
        self.messages: Sequence[Message] = ()
        self.options = DEFAULTS

    def chat(self, messages: Sequence[Message], options: ChatOptions = DEFAULTS) -> Iterator[Delta]:
        self.messages, self.options = messages, options
        yield Delta(self.reply[:5])
        yield Delta(self.reply[5:])


def line(text: str, top: float) -> Line:
    words = tuple(Word(word, 0.9, Place.of(0.1 + 0.2 * at, top, 0.15, 0.04)) for at, word in enumerate(text.split()))
    return Line(text, 0.9, Place.of(0.1, top, 0.8, 0.04), words)


PAGE = Page(1, 1000, 600, (line("Surname: VAN DYKE", 0.1), line("Passport No. X12-3456", 0.2), line("12 March", 0.3)))


def finding(text: str | None, confidence: float) -> Finding:
    region = found_on(PAGE, text) if text else None
    answer = Candidate(text, confidence, region) if text and region else None
    return Finding(QUERY, answer, confidence, (answer,) if answer else ())


def test_the_model_gets_picture_questions_and_a_schema() -> None:
    chat = Says(json.dumps({"answers": ["VAN DYKE", None]}))
    assert seen(chat, PNG, [QUERY, Query("What is the height?")]) == ["VAN DYKE", None]
    assert chat.messages[-1].pictures[0].media_type == "image/png"
    assert "1. What is the surname?\n2. What is the height?" in chat.messages[-1].content
    assert chat.options.schema is not None


@pytest.mark.parametrize("reply", ["", "no", "[]", '{"answers": 3}', '{"answers": ["a", "b"]}'])
def test_a_reply_that_is_no_answer_is_an_error_of_the_engine(reply: str) -> None:
    with pytest.raises(EngineUnavailable, match="watcher"):
        seen(Says(reply), PNG, [QUERY])


@pytest.mark.parametrize("said", ["Van Dyke", "X12-3456", "x123456", "Surname: VAN", "3456 12 March"])
def test_words_are_found_whatever_their_case_and_punctuation(said: str) -> None:
    region = found_on(PAGE, said) if said != "3456 12 March" else found_on(PAGE, "X12-3456 12 March")
    assert region is not None
    assert all(word in [w for row in PAGE.lines for w in row.words] for word in region.words)


@pytest.mark.parametrize("said", ["YKE", "Smith", "", "...", "123456", "VANDY"])
def test_parts_of_words_and_other_words_are_not_found(said: str) -> None:
    assert found_on(PAGE, said) is None


def test_agreement_makes_surer() -> None:
    heard = weighed(finding("VAN DYKE", 0.7), "van dyke", PAGE, "watcher")
    assert heard.answer is not None
    assert 0.9 < heard.confidence == heard.answer.confidence < 1
    assert "watcher reads the same" in heard.answer.reasons


def test_words_that_the_page_does_not_hold_change_nothing() -> None:
    before = finding("VAN DYKE", 0.7)
    assert weighed(before, "Johnson", PAGE, "watcher") == before
    assert weighed(before, None, PAGE, "watcher") == before


def test_a_doubtful_answer_gives_way_to_a_better_one_and_stays_among_the_candidates() -> None:
    heard = weighed(finding("X12-3456", 0.4), "VAN DYKE", PAGE, "watcher")
    assert heard.answer is not None
    assert (heard.answer.text, heard.answer.reader) == ("VAN DYKE", "watcher")
    assert [candidate.text for candidate in heard.candidates] == ["VAN DYKE", "X12-3456"]


def test_a_sure_answer_stays() -> None:
    heard = weighed(finding("VAN DYKE", 0.97), "X12-3456", PAGE, "watcher")
    assert heard.answer is not None
    assert heard.answer.text == "VAN DYKE"
    assert len(heard.candidates) == 2


def test_an_answer_where_none_was_found_counts_with_less_trust() -> None:
    heard = weighed(finding(None, 0.6), "VAN DYKE", PAGE, "watcher")
    assert heard.answer is not None
    assert heard.confidence < 0.7
    assert isinstance(heard.answer.region, Region)
