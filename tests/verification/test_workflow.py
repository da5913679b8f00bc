"""One document after another: routes, steps, decisions, tables, reviews, failures, progress."""

from __future__ import annotations

import csv
import io
import threading
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from groundstone.documents.base import Finding, Place, Query, Reading, Region
from groundstone.documents.rules.base import Reason
from groundstone.errors import (
    ConfigError,
    Conflict,
    DocumentTooLarge,
    InvalidInput,
    LimitExceeded,
    NotFound,
    UnreadableDocument,
)
from groundstone.identity import LOCAL, Principal
from groundstone.verification.files import Files
from groundstone.verification.service import Verification
from groundstone.verification.spec import Limits
from tests.verification.standin import CARD, JANE, REFUSED, UNSURE, StandIn, until, workflow

BEN = Principal("ben", "south")


@pytest.fixture
def at_work(tmp_path: Path) -> Iterator[Verification]:
    with workflow(tmp_path, start=True) as made:
        yield made


def test_a_card_is_verified_while_the_caller_waits(at_work: Verification) -> None:
    case = at_work.submit(LOCAL, CARD, "docs/vac_card.JPG", traveller=JANE, wait=10)
    assert (case.state, case.outcome, case.decided_by, case.name) == ("done", "verified", "rules", "vac_card.JPG")
    assert case.route[0] == "sync"
    steps = [one.step for one in case.steps]
    assert steps == ["examine", "route", "read", "ask", "decide", "check", "store", "write", "protect"]
    assert case.decision is not None
    assert [(reason.rule, reason.passed) for reason in case.decision.reasons] == [("vaccinated", True), ("name", True)]
    assert case.decision.reasons[0].evidence[0].text == "Fully Vaccinated"
    assert case.decision.reasons[0].evidence[0].place.page == 1
    assert [finding.answer.text for finding in case.findings if finding.answer] == [
        "Jane Q. Example", "Fully Vaccinated", "1980-12-11", "X1259666",
    ]  # fmt: skip


def test_the_table_has_the_sixteen_columns_of_the_article(at_work: Verification, tmp_path: Path) -> None:
    case = at_work.submit(LOCAL, UNSURE, "vac_card.JPG", wait=10)
    assert case.csv == f"s3://cards/csv-output/{case.id}/vac_card.csv"
    path = tmp_path / "buckets" / "cards" / "csv-output" / case.id / "vac_card.csv"
    assert at_work.table(LOCAL, case.id) == path.read_bytes().decode()
    rows = list(csv.reader(io.StringIO(at_work.table(LOCAL, case.id))))
    name, status, born, number = rows
    at = datetime.fromisoformat(name[0])
    assert at.tzinfo is not None
    assert at.microsecond == 0
    assert name[1:] == ["", "vac_card.json", "1", "CERT_BENF_NAME", "1", "Jane Q. Example", "87.5",
                        "0", "0", "0", "0", "0.125", "0.03125", "0.5", "0.125"]  # fmt: skip
    silent = ["1", "", "1", "0", "0", "0", "0", "0", "0", "0", "0 "]
    assert status[3:] == ["1", "CERT_VAC_STATUS", *silent]
    assert number[3:] == ["1", "CERT_PASS_NO", *silent]
    assert len({len(row) for row in rows}) == 1
    assert len(born) == 16


def test_what_came_already_is_the_same_case(at_work: Verification) -> None:
    first = at_work.submit(LOCAL, CARD, "a.jpg", traveller=JANE, wait=10)
    assert at_work.submit(LOCAL, CARD, "a.jpg", traveller=JANE, wait=10) == first
    others = [
        at_work.submit(LOCAL, CARD, "b.jpg", traveller=JANE),
        at_work.submit(LOCAL, CARD, "a.jpg", traveller={"name": "Somebody Else"}),
        at_work.submit(LOCAL, CARD + b" ", "a.jpg", traveller=JANE),
        at_work.submit(BEN, CARD, "a.jpg", traveller=JANE),
    ]
    assert len({first.id, *(case.id for case in others)}) == 5


def test_tenants_see_nothing_of_each_other(at_work: Verification) -> None:
    case = at_work.submit(LOCAL, CARD, "a.jpg", wait=10)
    bens = at_work.submit(BEN, CARD, "a.jpg", wait=10)
    assert [one.id for one in at_work.cases(BEN)] == [bens.id]
    for call in (at_work.case, at_work.table, at_work.document, at_work.history, at_work.delete, at_work.picture):
        with pytest.raises(NotFound):
            call(BEN, case.id)
    assert at_work.progress(BEN).done == 1
    assert "csv-output" not in bens.csv  # the bucket belongs to the local tenant
    assert at_work.table(BEN, bens.id) == "".join(at_work.export(BEN))


def test_a_longer_document_takes_the_long_way(tmp_path: Path) -> None:
    with workflow(tmp_path, StandIn(seconds=0.05), start=True) as at_work:
        long = at_work.submit(LOCAL, CARD.replace(b"DOC 1", b"DOC 3"), "long.tif", wait=10)
        assert not long.is_over
        assert (long.route[0], long.outcome) == ("async", "")
        assert "3 pages (up to 1 at once)" in long.route[1]
        until(lambda: at_work.case(LOCAL, long.id).state == "done")
        rows = list(csv.reader(io.StringIO(at_work.table(LOCAL, long.id))))
        assert [row[3] for row in rows] == ["1"] * 4 + ["2"] * 4 + ["3"] * 4


@pytest.mark.parametrize(
    ("data", "queries", "words"),
    [
        (CARD.replace(b"DOC 1", b"DOC 3001"), 4, "3001 pages are more than the 3000"),
        (CARD, 31, "31 queries on a page are more than the 30"),
        (b"GIF89a", 4, "no document that can be read"),
    ],
)
def test_what_cannot_be_done_is_a_dead_letter_that_says_why(
    at_work: Verification, data: bytes, queries: int, words: str
) -> None:
    asked = [Query(f"What is {number}?") for number in range(queries)]
    case = at_work.submit(LOCAL, data, "x.jpg", queries=asked, wait=10)
    assert (case.state, case.attempts) == ("dead", 1)
    assert words in case.failure
    assert [one.id for one in at_work.cases(LOCAL, state="dead")] == [case.id]
    assert at_work.drop(LOCAL, case.id).state == "dropped"
    with pytest.raises(Conflict):
        at_work.drop(LOCAL, case.id)


def test_up_to_fifteen_queries_are_answered_at_once_and_up_to_thirty_later(at_work: Verification) -> None:
    def way(count: int) -> str:
        asked = [Query(f"What is {number}?") for number in range(count)]
        case = at_work.submit(LOCAL, CARD, f"{count}.jpg", queries=asked)
        until(lambda: at_work.case(LOCAL, case.id).is_over)
        return at_work.case(LOCAL, case.id).route[0]

    assert (way(15), way(16), way(30)) == ("sync", "async", "async")


def test_bad_submissions_are_refused_at_once(tmp_path: Path) -> None:
    with workflow(tmp_path, limits=Limits(bytes=100)) as at_work:
        with pytest.raises(UnreadableDocument, match="is empty"):
            at_work.submit(LOCAL, b"", "a.jpg")
        with pytest.raises(DocumentTooLarge, match="more than the"):
            at_work.submit(LOCAL, b"DOC 1" + bytes(100), "a.jpg")
        for traveller in ({"full name": "x"}, {"name": 3}, {"name": "x" * 501}, {"name": "a\0b"}):
            with pytest.raises(InvalidInput, match="traveller"):
                at_work.submit(LOCAL, CARD, "a.jpg", traveller=traveller)  # type: ignore[arg-type]
        assert at_work.cases(LOCAL) == []


def test_names_are_names_and_no_paths(at_work: Verification) -> None:
    for name in ("../../etc/passwd", "C:\\temp\\passwd", "", "...", "a\0b\n", "x" * 400 + ".jpg", "\ud800"):
        case = at_work.submit(LOCAL, CARD, name, wait=10)
        assert case.outcome == "verified"
        assert "/" not in case.name
        assert "\\" not in case.name
        assert case.csv.split("/")[-2] == case.id
        assert case.csv.count("/") == 5


def test_a_failure_that_passes_is_tried_again(tmp_path: Path) -> None:
    reader = StandIn(tmp_path / "calls.log")
    reader.failing = 2
    with workflow(tmp_path, reader, start=True) as at_work:
        case = at_work.submit(LOCAL, CARD, "a.jpg")
        until(lambda: at_work.case(LOCAL, case.id).outcome == "verified")
        assert reader.calls().count("read a.jpg") == 3
        assert reader.calls().count("examine a.jpg") == 1
        notes = [note for note in at_work.history(LOCAL, case.id) if note.what == "will be tried again"]
        assert [note.data for note in notes] == [{"step": "read", "failure": "the disk is busy"}] * 2


def test_a_failure_that_stays_becomes_a_dead_letter_that_can_be_retried(tmp_path: Path) -> None:
    reader = StandIn(tmp_path / "calls.log")
    reader.failing = 5
    with workflow(tmp_path, reader, start=True) as at_work:
        case = at_work.submit(LOCAL, CARD, "a.jpg")
        until(lambda: at_work.case(LOCAL, case.id).state == "dead")
        assert at_work.case(LOCAL, case.id).failure == "the disk is busy"
        at_work.retry(LOCAL, case.id)
        until(lambda: at_work.case(LOCAL, case.id).outcome == "verified")
        with pytest.raises(Conflict):
            at_work.retry(LOCAL, case.id)


def test_a_reader_that_crashed_gets_a_second_try_only(tmp_path: Path) -> None:
    reader = StandIn(tmp_path / "calls.log")
    with workflow(tmp_path, reader, start=True) as at_work:
        case = at_work.submit(LOCAL, CARD + b"BROKEN", "a.jpg")
        until(lambda: at_work.case(LOCAL, case.id).state == "dead")
        assert reader.calls().count("read a.jpg") == 2
        assert at_work.submit(LOCAL, CARD, "b.jpg", wait=10).outcome == "verified"  # the queue goes on


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_an_error_that_nobody_foresaw_does_not_stop_the_queue(tmp_path: Path) -> None:
    class Odd(StandIn):
        def ask(self, reading: Reading, queries: Sequence[Query], **more: Any) -> list[Finding]:
            if "ODD" in reading.text:
                raise ZeroDivisionError
            return super().ask(reading, queries, **more)

    with workflow(tmp_path, Odd(), start=True) as at_work:
        odd = at_work.submit(LOCAL, CARD + b"ODD", "odd.jpg", wait=0.5)  # whoever waits gets the case, not the error
        until(lambda: at_work.case(LOCAL, odd.id).state == "dead")
        assert "unexpected error" in at_work.case(LOCAL, odd.id).failure
        assert at_work.submit(LOCAL, CARD, "b.jpg", wait=10).outcome == "verified"


def test_a_full_queue_refuses_and_takes_more_later(tmp_path: Path) -> None:
    with workflow(tmp_path, backlog=3) as at_work:
        for number in range(3):
            at_work.submit(LOCAL, CARD, f"{number}.jpg")
        assert at_work.progress(LOCAL).room == 0
        with pytest.raises(LimitExceeded, match="send more when some are done"):
            at_work.submit(LOCAL, CARD, "4.jpg")
        assert at_work.submit(LOCAL, CARD, "1.jpg").state == "waiting"  # known already
        at_work.start()
        until(lambda: at_work.progress(LOCAL).room == 3)
        assert at_work.submit(LOCAL, CARD, "4.jpg", wait=10).outcome == "verified"


def test_a_disk_that_is_nearly_full_refuses(at_work: Verification, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Files, "free", 1000)
    with pytest.raises(LimitExceeded, match="the disk is nearly full"):
        at_work.submit(LOCAL, CARD, "a.jpg")


def test_hundreds_at_once_with_progress(tmp_path: Path) -> None:
    with workflow(tmp_path, threads=4) as at_work:
        for number in range(60):
            at_work.submit(LOCAL, (CARD, UNSURE, REFUSED, b"junk")[number % 4], f"{number}.jpg")
        before = at_work.progress(LOCAL)
        assert (before.waiting, before.done, before.eta) == (60, 0, None)
        at_work.start()
        until(lambda: not at_work.progress(LOCAL).waiting and not at_work.progress(LOCAL).working, 60)
        after = at_work.progress(LOCAL)
        assert (after.done, after.verified, after.refused, after.review, after.dead) == (30, 15, 15, 15, 15)
        assert (after.rate, after.eta) == (60, 0)
        assert "".join(at_work.export(LOCAL)).count("\r\n") == 45 * 4
        assert len(list((tmp_path / "buckets/cards/csv-output").glob("*/*.csv"))) == 45
        listed, page = [], at_work.cases(LOCAL, limit=25)
        while page:
            listed += page
            page = at_work.cases(LOCAL, limit=25, after=page[-1].number)
        assert [case.name for case in listed] == [f"{number}.jpg" for number in range(60)]


def test_what_is_cancelled_ends_also_while_it_is_read(tmp_path: Path) -> None:
    with workflow(tmp_path, StandIn(seconds=0.3), start=True) as at_work:
        case = at_work.submit(LOCAL, CARD, "a.jpg")
        until(lambda: at_work.case(LOCAL, case.id).step == "read")
        assert at_work.cancel(LOCAL, case.id).state == "cancelled"
        at_work.submit(LOCAL, CARD, "b.jpg", wait=10)
        assert at_work.case(LOCAL, case.id).state == "cancelled"
        assert not at_work.case(LOCAL, case.id).csv


# -- people ----------------------------------------------------------------------------------------------


def test_a_person_corrects_and_decides_and_all_is_recorded(at_work: Verification) -> None:
    case = at_work.submit(LOCAL, UNSURE, "a.jpg", traveller=JANE, wait=10)
    assert case.outcome == "review"
    anna = Principal("anna", LOCAL.tenant)
    place = Place.of(0.1, 0.2, 0.3, 0.1)
    fixed = at_work.correct(anna, case.id, "CERT_VAC_STATUS", " Fully Vaccinated ", revision=case.revision, place=place)
    assert fixed.outcome == "review"  # the rules alone do not close it
    assert fixed.decision is not None
    assert fixed.decision.outcome == "verified"
    assert fixed.findings[1].answer is not None
    assert fixed.findings[1].answer.reader == "person"
    rows = list(csv.reader(io.StringIO(at_work.table(LOCAL, case.id))))
    assert rows[1][6:8] == ["Fully Vaccinated", "100.0"]
    done = at_work.decide(anna, case.id, "verified", revision=fixed.revision, note="the stamp is genuine")
    assert (done.state, done.outcome, done.decided_by, done.note) == (
        "done",
        "verified",
        "anna",
        "the stamp is genuine",
    )
    assert [(one["alias"], one["text"], one["by"]) for one in done.corrections] == [
        ("CERT_VAC_STATUS", " Fully Vaccinated ", "anna")
    ]
    said = [(note.by, note.what) for note in at_work.history(LOCAL, case.id) if note.by == "anna"]
    assert said == [("anna", "corrected"), ("anna", "decided: verified")]


def test_of_two_reviewers_the_second_is_told(at_work: Verification) -> None:
    case = at_work.submit(LOCAL, UNSURE, "a.jpg", wait=10)
    outcomes: list[object] = []

    def decide(outcome: str) -> None:
        try:
            outcomes.append(at_work.decide(LOCAL, case.id, outcome, revision=case.revision).outcome)
        except Conflict as error:
            outcomes.append(error)

    threads = [threading.Thread(target=decide, args=(outcome,)) for outcome in ("verified", "refused")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(isinstance(one, Conflict) for one in outcomes) == 1
    assert at_work.case(LOCAL, case.id).outcome in outcomes
    with pytest.raises(Conflict, match="does not wait for a person"):
        at_work.correct(LOCAL, case.id, "CERT_DOB", "x", revision=case.revision)


def test_a_decision_needs_sense(at_work: Verification) -> None:
    case = at_work.submit(LOCAL, UNSURE, "a.jpg", wait=10)
    revision = case.revision
    with pytest.raises(InvalidInput, match="decides verified or refused"):
        at_work.decide(LOCAL, case.id, "maybe", revision=revision)
    with pytest.raises(NotFound, match="was not asked 'NOTHING'"):
        at_work.correct(LOCAL, case.id, "NOTHING", "x", revision=revision)
    with pytest.raises(InvalidInput, match="1 to 2000 characters"):
        at_work.correct(LOCAL, case.id, "CERT_DOB", " ", revision=revision)
    with pytest.raises(InvalidInput, match="a place belongs to a text"):
        at_work.correct(LOCAL, case.id, "CERT_DOB", "x", revision=revision, place=Place.of(0, 0, 1, 1, 2))
    with pytest.raises(Conflict, match="changed by somebody else"):
        at_work.decide(LOCAL, case.id, "verified", revision=revision - 1)
    silent = at_work.correct(LOCAL, case.id, "CERT_DOB", None, revision=revision)
    assert silent.findings[2].answer is None


def test_a_suspicion_of_forgery_goes_to_a_person_and_never_decides(tmp_path: Path) -> None:
    def check(data: bytes, name: str, reading: Reading, stop: Event) -> Reason:
        line = reading.pages[0].lines[0]
        found = Region(line.text, line.confidence, line.place)
        return Reason("forgery", b"1259666" not in data, "the number was changed", (found,))

    with workflow(tmp_path, start=True, checker=check, forgery=True) as at_work:
        doubted = at_work.submit(LOCAL, CARD, "a.jpg", wait=10)
        assert doubted.outcome == "review"
        assert doubted.decision is not None
        assert doubted.decision.reasons[-1].rule == "forgery"
        assert at_work.submit(LOCAL, CARD.replace(b"1259666", b"77"), "b.jpg", wait=10).outcome == "verified"
        assert at_work.submit(LOCAL, REFUSED + b"1259666", "c.jpg", wait=10).outcome == "refused"


def test_a_check_for_forgery_that_is_not_there_is_no_silent_pass(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="asks for a check for forgery"), workflow(tmp_path, forgery=True):
        pass
