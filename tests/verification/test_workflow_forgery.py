"""The check for forgery in the workflow: what it changes, what it does not, and what stays of it."""

from __future__ import annotations

from pathlib import Path
from threading import Event
from typing import Any

import pytest

from groundstone.documents.base import Reading, Region
from groundstone.documents.rules.base import Reason
from groundstone.errors import StoreError
from groundstone.identity import LOCAL
from groundstone.verification.case import Case
from groundstone.verification.spec import Privacy
from tests.verification.standin import CARD, REFUSED, UNSURE, StandIn, until, workflow

SAYS: dict[bytes, tuple[bool | None, str]] = {
    b"FORGED": (False, "the document looks forged"),
    b"GENUINE": (True, "the document looks genuine"),
    b"UNCLEAR": (None, "it cannot be told"),
}


class Checker:
    """Takes the document's word for it; notes what it was given."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.failing = 0

    def __call__(self, data: bytes, name: str, reading: Reading, stop: Event) -> Reason:
        self.names.append(name)
        if self.failing:
            self.failing -= 1
            raise StoreError("the disk is busy")
        passed, text = next(said for word, said in SAYS.items() if word in data)
        line = reading.pages[0].lines[0]
        return Reason("another name", passed, text, (Region("letters", 1.0, line.place),) if passed is False else ())


def sent(home: Path, data: bytes, checker: Checker | None = None, **changes: Any) -> Case:
    with workflow(home, start=True, checker=checker or Checker(), forgery=True, **changes) as at_work:
        return at_work.submit(LOCAL, data, "card.jpg", wait=20)


def told(case: Case) -> Reason:
    assert case.decision is not None
    (found,) = [reason for reason in case.decision.reasons if reason.rule == "forgery"]
    return found


def test_what_looks_forged_goes_to_a_person_with_the_evidence(tmp_path: Path) -> None:
    case = sent(tmp_path, CARD + b"FORGED")
    assert case.outcome == "review"
    reason = told(case)
    assert (reason.passed, reason.text) == (False, "the document looks forged")
    assert [(region.text, region.place.page) for region in reason.evidence] == [("letters", 1)]


@pytest.mark.parametrize(("word", "passed"), [(b"UNCLEAR", None), (b"GENUINE", True)])
@pytest.mark.parametrize(("card", "outcome"), [(CARD, "verified"), (UNSURE, "review"), (REFUSED, "refused")])
def test_any_other_verdict_is_told_and_changes_nothing(
    tmp_path: Path, card: bytes, outcome: str, word: bytes, passed: bool | None
) -> None:
    case = sent(tmp_path, card + word)
    assert case.outcome == outcome
    assert told(case).passed is passed


def test_what_the_rules_refuse_stays_refused(tmp_path: Path) -> None:
    case = sent(tmp_path, REFUSED + b"FORGED")
    assert (case.outcome, told(case).passed) == ("refused", False)


def test_an_application_that_does_not_ask_for_it_is_not_checked(tmp_path: Path) -> None:
    checker = Checker()
    with workflow(tmp_path, start=True, checker=checker) as at_work:
        case = at_work.submit(LOCAL, CARD + b"FORGED", "card.jpg", wait=20)
    assert (case.outcome, checker.names) == ("verified", [])


def test_a_correction_keeps_what_the_check_said_and_the_person_decides(tmp_path: Path) -> None:
    checker = Checker()
    with workflow(tmp_path, start=True, checker=checker, forgery=True) as at_work:
        case = at_work.submit(LOCAL, CARD + b"FORGED", "card.jpg", wait=20)
        fixed = at_work.correct(LOCAL, case.id, "CERT_BENF_NAME", "Jane Example", revision=case.revision)
        assert told(fixed) == told(case)
        assert fixed.outcome == "review"
        again = at_work.case(LOCAL, case.id)
        again = at_work.correct(LOCAL, case.id, "CERT_BENF_NAME", "J. Example", revision=again.revision)
        assert told(again) == told(case)
        until(lambda: at_work.case(LOCAL, case.id).is_over)
        done = at_work.decide(LOCAL, case.id, "verified", revision=at_work.case(LOCAL, case.id).revision)
        assert (done.outcome, told(done).passed) == ("verified", False)
    assert checker.names == ["card.jpg"]


def test_a_check_that_fails_for_a_reason_that_passes_is_done_again(tmp_path: Path) -> None:
    checker = Checker()
    checker.failing = 2
    case = sent(tmp_path, CARD + b"FORGED", checker)
    assert (case.outcome, len(checker.names)) == ("review", 3)


def test_the_sentences_of_the_check_go_with_the_answers(tmp_path: Path) -> None:
    with workflow(
        tmp_path, StandIn(), start=True, checker=Checker(), forgery=True, privacy=Privacy("keep", "redact")
    ) as w:
        case = w.submit(LOCAL, CARD + b"GENUINE", "card.jpg", wait=20)
        until(lambda: w.case(LOCAL, case.id).protected)
        reason = told(w.case(LOCAL, case.id))
    assert (reason.passed, reason.text, reason.evidence) == (True, "", ())
