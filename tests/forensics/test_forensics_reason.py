"""A report as a reason of a decision."""

from __future__ import annotations

from threading import Event
from typing import Any

import pytest

from groundstone.documents.base import Page, Reading
from groundstone.errors import Conflict, DocumentTooLarge, GroundstoneError, UnreadableDocument, WeightsMissing
from groundstone.forensics.base import Evidence, Report, Verdict
from groundstone.forensics.reason import MOST_PLACES, checked, reason_of
from groundstone.records import Box

PLACE = Box(0.5, 0.2, 0.1, 0.05, 2)
READING = Reading("image/tiff", (Page(2, 10, 10), Page(4, 10, 10)), 5)
HISTORY = Evidence("history", "One place does not follow the compression of the rest.", 0.0, (PLACE,))
FONT = Evidence("font", "A word stands in other letters.", 1.2, (Box(0.1, 0.1, 0.1, 0.1, 2),))
AGAINST = Evidence("metadata", "A scanner made it.", -0.7)


def report(verdict: Verdict, *evidence: Evidence, probability: float | None = 0.97) -> Report:
    interval = None if probability is None else (0.9, 1.0)
    return Report("a.jpg", "image/jpeg", 1, verdict, "It was saved before.", probability, interval, evidence, (), ())


def test_a_forged_document_fails_with_what_speaks_for_it_and_where() -> None:
    reason = reason_of(report("forged", HISTORY, FONT, AGAINST))
    assert (reason.rule, reason.passed) == ("forgery", False)
    assert reason.text == (
        "the document looks forged (probability of forgery 97%, between 90% and 99%). "
        "One place does not follow the compression of the rest. A word stands in other letters."
    )
    assert [(one.text, one.place.page) for one in reason.evidence] == [("compression", 2), ("letters", 2)]
    box = reason.evidence[0].place.box
    assert (box.left, box.top, box.page) == (0.5, 0.2, 2)


def test_a_genuine_document_passes_and_an_unclear_one_is_open() -> None:
    genuine = reason_of(report("genuine", AGAINST, probability=0.03))
    assert (genuine.passed, genuine.evidence) == (True, ())
    assert genuine.text.endswith("It was saved before.")
    unclear = reason_of(report("cannot tell", FONT, probability=None))
    assert (unclear.passed, unclear.evidence) == (None, ())
    assert unclear.text == "it cannot be told whether the document was changed. It was saved before."


def test_very_many_places_are_cut() -> None:
    many = Evidence("copied", "Much was copied.", 3.0, (PLACE,) * 40)
    assert len(reason_of(report("forged", many)).evidence) == MOST_PLACES


class Service:
    """Gives a report, or fails."""

    def __init__(self, outcome: Report | GroundstoneError) -> None:
        self.outcome = outcome
        self.asked: dict[str, Any] = {}

    def check(self, data: bytes, name: str, **how: Any) -> Report:
        self.asked = how
        if isinstance(self.outcome, GroundstoneError):
            raise self.outcome
        return self.outcome


def test_the_pages_that_were_read_are_checked_with_the_words_that_are_there() -> None:
    service = Service(report("forged", FONT))
    assert checked(service, b"", "a.tif", READING, Event()).passed is False  # type: ignore[arg-type]
    assert service.asked["pages"] == ["2", "4"]
    assert service.asked["reading"](Event()) is READING
    assert service.asked["background"] is True


@pytest.mark.parametrize("error", [UnreadableDocument("it took too long"), DocumentTooLarge("it is too large")])
def test_a_document_that_cannot_be_checked_cannot_be_told(error: GroundstoneError) -> None:
    reason = checked(Service(error), b"", "a.tif", READING, Event())  # type: ignore[arg-type]
    assert (reason.passed, reason.text) == (None, f"the document could not be checked for changes: {error}")


@pytest.mark.parametrize("error", [WeightsMissing("none"), Conflict("stopped")])
def test_other_failures_are_no_verdict(error: GroundstoneError) -> None:
    with pytest.raises(type(error)):
        checked(Service(error), b"", "a.tif", READING, Event())  # type: ignore[arg-type]
