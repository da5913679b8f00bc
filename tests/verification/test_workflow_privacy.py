"""What becomes of pictures and answers, and that everything is deleted for certain when its time is over."""

from __future__ import annotations

import os
import sqlite3
import time
from pathlib import Path
from typing import Any

import pytest

from groundstone.errors import NotFound
from groundstone.identity import LOCAL
from groundstone.stores.queue import Queue
from groundstone.verification.service import Verification
from groundstone.verification.spec import Privacy
from tests.verification.standin import CARD, JANE, UNSURE, StandIn, workflow

NAME = b"Jane Q. Example"


def traces(home: Path) -> list[str]:
    """Files that hold the person's name, or bear it."""
    found = []
    for path in home.rglob("*"):
        data = path.read_bytes() if path.is_file() else b""
        if NAME in data or b"Xanthippe" in data or "Xanthippe" in str(path.relative_to(home)):
            found.append(str(path.relative_to(home)))
    return found


def sent(at_work: Verification, data: bytes = CARD) -> Any:
    return at_work.submit(LOCAL, data, "Xanthippe.jpg", traveller=JANE, wait=10)


def test_everything_is_kept_unless_told_otherwise(tmp_path: Path) -> None:
    with workflow(tmp_path, StandIn()) as at_work:
        case = sent(at_work)
        assert at_work.document(LOCAL, case.id) == (CARD, "text/x-doc")
        assert at_work.picture(LOCAL, case.id).startswith(b"\x89PNG")
        assert case.protected == {"images": "keep", "answers": "keep"}


def test_dropped_pictures_are_gone_and_the_answers_stay(tmp_path: Path) -> None:
    with workflow(tmp_path, privacy=Privacy(images="drop")) as at_work:
        case = sent(at_work)
        for call in (at_work.document, at_work.picture):
            with pytest.raises(NotFound):
                call(LOCAL, case.id)
        assert case.findings[0].answer is not None
        assert NAME.decode() in at_work.table(LOCAL, case.id)
        assert [path.name for path in (tmp_path / "verification").rglob("*") if path.is_file()] == []


def test_redacted_pictures_have_the_answers_painted_over(tmp_path: Path) -> None:
    reader = StandIn(tmp_path / "calls.log")
    with workflow(tmp_path, reader, privacy=Privacy(images="redact")) as at_work:
        case = sent(at_work, CARD.replace(b"DOC 1", b"DOC 2"))
        at_work.start()
        while at_work.case(LOCAL, case.id).state != "done":
            time.sleep(0.01)
        assert [call for call in reader.calls() if "picture" in call] == ["picture 1 hide 8", "picture 2 hide 0"]
        assert b"0.125" in at_work.picture(LOCAL, case.id)
        assert at_work.picture(LOCAL, case.id, 2).startswith(b"\x89PNG")
        with pytest.raises(NotFound):
            at_work.document(LOCAL, case.id)


@pytest.mark.parametrize("fate", ["redact", "drop"])
def test_without_answers_only_the_decision_stays(tmp_path: Path, fate: Any) -> None:
    with workflow(tmp_path, privacy=Privacy(images="drop", answers=fate)) as at_work:
        case = sent(at_work)
        assert (case.outcome, case.decided_by, case.name) == ("verified", "rules", f"{case.id}.jpg")
        assert case.decision is not None
        assert [(one.rule, one.passed, one.text) for one in case.decision.reasons] == [
            ("vaccinated", True, ""),
            ("name", True, ""),
        ]
        assert len(case.steps) == 9
        if fate == "drop":
            assert (case.findings, case.traveller) == ((), {})
            with pytest.raises(NotFound):
                at_work.table(LOCAL, case.id)
        else:
            assert [one.answer.text for one in case.findings if one.answer] == ["[redacted]"] * 4
            assert at_work.table(LOCAL, case.id).count("[redacted]") == 4
        assert at_work.purge() == 0  # nothing is over, but the database is rewritten
        assert traces(tmp_path) == []


def test_a_document_under_review_is_whole_until_a_person_has_decided(tmp_path: Path) -> None:
    with workflow(tmp_path, privacy=Privacy(images="drop", answers="drop")) as at_work:
        case = sent(at_work, UNSURE)
        assert case.outcome == "review"
        assert at_work.document(LOCAL, case.id)[0] == UNSURE
        fixed = at_work.correct(LOCAL, case.id, "CERT_VAC_STATUS", "Xanthippe", revision=case.revision)
        done = at_work.decide(LOCAL, case.id, "refused", revision=fixed.revision, note="Xanthippe")
        assert (done.outcome, done.decided_by, done.note) == ("refused", LOCAL.user, "")
        said = [(note.by, note.what, dict(note.data)) for note in at_work.history(LOCAL, case.id)]
        assert (LOCAL.user, "corrected", {}) in said
        at_work.purge()
        assert traces(tmp_path) == []


def test_nothing_is_left_when_the_time_is_over(tmp_path: Path) -> None:
    with workflow(tmp_path, retention=3600.0) as at_work:
        uploads = at_work.folder
        assert uploads is not None
        for number in range(12):
            at_work.submit(LOCAL, (CARD, UNSURE, b"Xanthippe")[number % 3], f"Xanthippe{number}.jpg", wait=10)
        assert at_work.purge() == 0
        assert traces(tmp_path)
        expire(tmp_path)
        assert at_work.purge() == 12
        assert traces(tmp_path) == []
        assert at_work.cases(LOCAL) == []
        assert list((tmp_path / "buckets/cards/csv-output").iterdir()) == []
        assert "".join(at_work.export(LOCAL)) == ""
        again = sent(at_work)  # it may come again
        assert again.outcome == "verified"


def test_a_shorter_time_holds_for_what_is_there_already(tmp_path: Path) -> None:
    with workflow(tmp_path) as at_work:  # keeps everything
        sent(at_work)
    with workflow(tmp_path, retention=3600.0) as at_work:
        assert at_work.purge() == 0
    time.sleep(0.06)
    with workflow(tmp_path, retention=0.05) as at_work:
        assert at_work.purge() == 1
        assert traces(tmp_path) == []
        sent(at_work)
    with workflow(tmp_path, retention=3600.0) as at_work:  # a longer time does not hold for what came before
        time.sleep(0.06)
        assert at_work.purge() == 1


def test_the_file_in_the_watched_folder_goes_too(tmp_path: Path) -> None:
    with workflow(tmp_path, retention=3600.0) as at_work:
        assert at_work.folder is not None
        at_work.folder.mkdir(parents=True)
        table = at_work.folder / "travellers.csv"
        table.write_text("file,name\nXanthippe.jpg,Jane Q. Example\nother.jpg,John Other\n", "utf-8")
        for name in ("Xanthippe.jpg", "Xanthippe.jpg.metadata.json"):
            path = at_work.folder / name
            path.write_bytes(b'{"name": "Jane Q. Example"}' if name.endswith("json") else CARD)
            os.utime(path, (time.time() - 60,) * 2)
        at_work.start()
        while not at_work.progress(LOCAL).done:
            time.sleep(0.05)
        expire(tmp_path)
        assert at_work.purge() == 1
        assert traces(tmp_path) == []
        assert table.read_text("utf-8").splitlines() == ["file,name", "other.jpg,John Other"]


def test_another_file_of_the_same_name_is_not_deleted_with_the_one_before(tmp_path: Path) -> None:
    with workflow(tmp_path, retention=3600.0) as at_work:
        assert at_work.folder is not None
        at_work.folder.mkdir(parents=True)
        path = at_work.folder / "card.jpg"
        path.write_bytes(CARD)
        os.utime(path, (time.time() - 60,) * 2)
        at_work.start()
        while not at_work.progress(LOCAL).done:
            time.sleep(0.05)
        (case,) = at_work.cases(LOCAL)
        path.write_bytes(UNSURE)
        at_work.delete(LOCAL, case.id)
        assert path.read_bytes() == UNSURE


def test_a_purge_that_was_interrupted_is_finished_by_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with workflow(tmp_path, retention=3600.0) as at_work:
        sent(at_work)
    expire(tmp_path)
    with workflow(tmp_path, retention=3600.0) as at_work, monkeypatch.context() as patch:
        patch.setattr(Queue, "bury", lambda queue, item: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):  # as if it were killed after the files and before the row
            at_work.purge()
    assert traces(tmp_path)
    with workflow(tmp_path, retention=3600.0) as at_work, monkeypatch.context() as patch:
        patch.setattr(Queue, "scrub", lambda queue: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):  # and then after the row
            at_work.purge()
    with workflow(tmp_path, retention=3600.0, start=True):
        end = time.monotonic() + 10
        while traces(tmp_path) and time.monotonic() < end:
            time.sleep(0.05)
    assert traces(tmp_path) == []


def test_deleted_while_it_is_read_it_leaves_nothing(tmp_path: Path) -> None:
    with workflow(tmp_path, StandIn(seconds=0.4), start=True) as at_work:
        case = at_work.submit(LOCAL, CARD, "Xanthippe.jpg", traveller=JANE)
        while at_work.case(LOCAL, case.id).step != "read":
            time.sleep(0.01)
        at_work.delete(LOCAL, case.id)
        at_work.submit(LOCAL, b"DOC 1\nStatus: Fully", "b.jpg", wait=10)
    with workflow(tmp_path) as at_work:
        assert traces(tmp_path) == []
        with pytest.raises(NotFound):
            at_work.case(LOCAL, case.id)


def test_what_a_killed_process_took_in_halfway_is_swept(tmp_path: Path) -> None:
    with workflow(tmp_path) as at_work:
        case = sent(at_work)
        orphan = tmp_path / "verification/vaccination/cases/00000000-0000-4000-8000-000000000000"
        orphan.mkdir()
        (orphan / "document").write_bytes(NAME)
        at_work.purge()
        assert orphan.is_dir()  # somebody may be about to put it into the queue
        os.utime(orphan, (time.time() - 1000,) * 2)
        at_work.purge()
        assert not orphan.exists()
        assert at_work.document(LOCAL, case.id)[0] == CARD


def expire(home: Path) -> None:
    """As if the time had passed."""
    connection = sqlite3.connect(home / "work.db")
    with connection:
        connection.execute("UPDATE items SET expires = expires - 7200 WHERE state <> 'deleted'")
    connection.close()
