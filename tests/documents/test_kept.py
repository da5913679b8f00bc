"""Documents that are kept: read in the background, for their owner only, for a while, through the end of a process."""

from __future__ import annotations

import json
import os
import stat
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundstone.documents import kept as kept_module
from groundstone.documents.base import Candidate, Finding, Mark, Place, Query, Region, Word
from groundstone.documents.findings import finding_json, finding_of
from groundstone.documents.kept import Kept, KeptDocument
from groundstone.errors import (
    Conflict,
    InvalidInput,
    LimitExceeded,
    ModelError,
    NotFound,
    StoreError,
    UnreadableDocument,
)
from groundstone.identity import Principal
from groundstone.stores.resources import Resources

from .card import CardDocuments, picture

ANN, BOB = Principal("ann", "acme"), Principal("bob", "acme")
STRANGER = Principal("ann", "other")
NAME = Query("What is Name?", "NAME")


@contextmanager
def running(home: Path, documents: CardDocuments, hours: float = 1.0) -> Iterator[Kept]:
    """A process with kept documents."""
    resources = Resources(home / "resources.db")
    kept = Kept(home / "documents", lambda: documents, resources, hours)  # type: ignore[arg-type, return-value]
    try:
        yield kept
    finally:
        kept.close()
        resources.close()


@pytest.fixture
def documents() -> CardDocuments:
    return CardDocuments()


@pytest.fixture
def kept(tmp_path: Path, documents: CardDocuments) -> Iterator[Kept]:
    with running(tmp_path, documents) as kept:
        yield kept


def ended(kept: Kept, document: KeptDocument, caller: Principal = ANN) -> KeptDocument:
    for _ in range(500):
        document = kept.find(caller, document.id)
        if document.status != "reading":
            return document
        time.sleep(0.01)
    raise AssertionError("the reading does not end")


def test_a_document_is_read_and_asked_what_came_along(kept: Kept) -> None:
    added = kept.add(ANN, picture(), "a/b\\ca\x00rd.png", queries=[NAME])
    assert (added.status, added.name, added.page_count, added.media_type) == ("reading", "card.png", 1, "image/png")
    done = ended(kept, added)
    assert (done.status, done.pages_done, done.pages_wanted, done.failure) == ("ready", 1, 1, None)
    assert kept.reading(ANN, done.id).pages[0].lines[0].text == "Name Major Mary"
    (answer,) = kept.answers(ANN, done.id)
    assert (answer.number, answer.finding.query, answer.finding.answer and answer.finding.answer.text) == (
        1,
        NAME,
        "Major Mary",
    )
    assert kept.mine(ANN) == [done]
    assert kept.layout(ANN, done.id).tables[0].rows == 3


def test_questions_get_numbers_and_can_be_forgotten(kept: Kept) -> None:
    id = ended(kept, kept.add(ANN, picture(), "card.png")).id
    assert [one.number for one in kept.ask(ANN, id, [NAME, Query("Colour?")])] == [1, 2]
    kept.forget(ANN, id, 1)
    assert [one.number for one in kept.ask(ANN, id, [NAME])] == [3]
    assert [one.number for one in kept.answers(ANN, id)] == [2, 3]
    with pytest.raises(NotFound, match="no answer 1"):
        kept.forget(ANN, id, 1)


def test_a_correction_counts_and_what_was_found_stays(kept: Kept) -> None:
    id = ended(kept, kept.add(ANN, picture(), "card.png", queries=[NAME])).id
    place = Place.of(0.1, 0.2, 0.3, 0.1)
    kept.correct(ANN, id, 1, "Mary Major", place)
    kept.correct(ANN, id, 1, None, None)
    (answer,) = kept.answers(ANN, id)
    assert answer.finding.answer is None
    assert answer.found.answer is not None
    assert answer.found.answer.text == "Major Mary"
    first, second = answer.corrections
    assert (first.text, first.place, first.by) == ("Mary Major", place, "ann")
    assert datetime.fromisoformat(first.at) <= datetime.fromisoformat(second.at)
    corrected = kept.correct(ANN, id, 1, "M. Major", None).finding.answer
    assert corrected is not None
    assert (corrected.text, corrected.reader) == ("M. Major", "person")


@pytest.mark.parametrize(
    ("number", "text", "place", "error"),
    [
        (9, "x", None, NotFound),
        (1, " ", None, InvalidInput),
        (1, "x" * 3000, None, InvalidInput),
        (1, "x", Place.of(0, 0, 1, 1, 2), InvalidInput),
        (1, None, Place.of(0, 0, 1, 1), InvalidInput),
    ],
)
def test_corrections_that_make_no_sense_are_refused(
    kept: Kept, number: int, text: str | None, place: Place | None, error: type[Exception]
) -> None:
    id = ended(kept, kept.add(ANN, picture(), "card.png", queries=[NAME])).id
    with pytest.raises(error):
        kept.correct(ANN, id, number, text, place)


def test_nobody_else_sees_it(kept: Kept) -> None:
    id = ended(kept, kept.add(ANN, picture(), "card.png", queries=[NAME])).id
    for other in (BOB, STRANGER):
        assert kept.mine(other) == []
        for call in (kept.find, kept.data, kept.reading, kept.layout, kept.answers, kept.delete):
            with pytest.raises(NotFound):
                call(other, id)
        with pytest.raises(NotFound):
            kept.ask(other, id, [NAME])
        with pytest.raises(NotFound):
            kept.correct(other, id, 1, "x", None)
        with pytest.raises(NotFound):
            kept.picture(other, id, 1)


@pytest.mark.parametrize("id", ["", ".", "..", "../x", "a" * 32, "A" * 32, "é" * 32, "gone-" + "a" * 27])
def test_names_that_are_no_ids_lead_nowhere(kept: Kept, id: str) -> None:
    with pytest.raises(NotFound):
        kept.find(ANN, id)


def test_files_are_for_the_owner_of_the_process_only(kept: Kept, tmp_path: Path) -> None:
    ended(kept, kept.add(ANN, picture(), "card.png", queries=[NAME]))
    files = [path for path in (tmp_path / "documents").rglob("*") if path.is_file()]
    assert {path.name for path in files} == {"file", "state.json", "reading.json", "answers.json"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert {stat.S_IMODE(path.parent.stat().st_mode) for path in files} == {0o700}


def test_what_is_over_is_gone_for_certain(tmp_path: Path, documents: CardDocuments) -> None:
    with running(tmp_path, documents, hours=0.5 / 3600) as kept:
        id = ended(kept, kept.add(ANN, picture(), "card.png")).id
        time.sleep(0.6)
        with pytest.raises(NotFound):
            kept.find(ANN, id)
        assert list((tmp_path / "documents").rglob("file")) == []
        kept.add(ANN, picture(), "card.png")
    time.sleep(0.6)
    with running(tmp_path, documents) as kept:
        kept.begin()
        assert list((tmp_path / "documents").rglob("file")) == []


def test_what_was_half_made_or_half_removed_is_swept_away(kept: Kept, tmp_path: Path) -> None:
    added = ended(kept, kept.add(ANN, picture(), "card.png"))
    home = next((tmp_path / "documents").iterdir())
    half, doomed = home / ("a" * 32), home / ("gone-" + "b" * 32)
    for folder in (half, doomed):
        folder.mkdir()
        (folder / "file").write_bytes(b"x")
    old = (datetime.now(UTC) - timedelta(hours=2)).timestamp()
    os.utime(half, (old, old))
    kept.purge()
    assert [folder.name for folder in home.iterdir()] == [added.id]


def test_deleting_while_it_is_read_leaves_nothing(kept: Kept, documents: CardDocuments, tmp_path: Path) -> None:
    documents.go.clear()
    id = kept.add(ANN, picture(), "card.png").id
    kept.delete(ANN, id)
    documents.go.set()
    kept.close()
    assert list((tmp_path / "documents").rglob("*.json")) == []
    with pytest.raises(NotFound):
        kept.find(ANN, id)


def test_a_reading_goes_on_after_the_process_ended(tmp_path: Path, documents: CardDocuments) -> None:
    documents.go.clear()
    with running(tmp_path, documents) as kept:
        added = kept.add(ANN, picture(), "card.png", queries=[NAME])
    documents.go.set()
    with running(tmp_path, documents) as kept:
        kept.begin()
        assert ended(kept, added).status == "ready"
        assert len(kept.answers(ANN, added.id)) == 1


def test_a_document_that_ends_the_process_again_and_again_is_given_up(tmp_path: Path, documents: CardDocuments) -> None:
    documents.go.clear()
    with running(tmp_path, documents) as kept:
        id = kept.add(ANN, picture(), "card.png").id
    for _ in range(2):
        with running(tmp_path, documents) as kept:
            assert kept.find(ANN, id).status == "reading"
    with running(tmp_path, documents) as kept:
        found = kept.find(ANN, id)
        assert found.status == "failed"
        assert found.failure is not None
        assert "each time" in found.failure[1]


def test_progress_is_told_while_it_is_read(
    kept: Kept, documents: CardDocuments, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_module, "TELL_EVERY", 0.0)
    steps = threading.Semaphore(0)

    class Stepwise:
        def wait(self, seconds: float) -> bool:
            return steps.acquire(timeout=seconds)

    monkeypatch.setattr(documents, "go", Stepwise())
    id = kept.add(ANN, b"%PDF-12 pages", "long.pdf", pages=("2-4",)).id
    assert (kept.find(ANN, id).pages_done, kept.find(ANN, id).pages_wanted) == (0, 3)
    steps.release()
    for _ in range(500):
        if kept.find(ANN, id).pages_done == 1:
            break
        time.sleep(0.01)
    assert kept.find(ANN, id).pages_done == 1
    with pytest.raises(Conflict, match="1 of 3 pages"):
        kept.reading(ANN, id)
    with pytest.raises(Conflict, match="still being read"):
        kept.ask(ANN, id, [NAME])
    steps.release(2)
    assert ended(kept, kept.find(ANN, id)).pages_done == 3


def test_failures_are_told(kept: Kept, documents: CardDocuments) -> None:
    with pytest.raises(UnreadableDocument):
        kept.add(ANN, b"no picture", "x")
    assert kept.mine(ANN) == []
    with pytest.raises(InvalidInput, match="names no pages"):
        kept.add(ANN, picture(), "x", pages=("x",))
    documents.fails = UnreadableDocument("the file breaks off")
    failed = ended(kept, kept.add(ANN, picture(), "card.png"))
    assert (failed.status, failed.failure) == ("failed", ("unreadable_document", "the file breaks off"))
    with pytest.raises(Conflict, match="the file breaks off"):
        kept.reading(ANN, failed.id)
    assert kept.answers(ANN, failed.id) == []


def test_questions_that_fail_do_not_spoil_the_reading(
    kept: Kept, documents: CardDocuments, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> list[Finding]:
        raise ModelError("the model is away")

    monkeypatch.setattr(documents, "ask", fail)
    document = ended(kept, kept.add(ANN, picture(), "card.png", queries=[NAME]))
    assert document.status == "ready"
    assert document.failure is not None
    assert "the model is away" in document.failure[1]
    assert kept.answers(ANN, document.id) == []
    assert kept.reading(ANN, document.id).pages


def test_limits_are_stated(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_module, "MOST", 1)
    id = ended(kept, kept.add(ANN, picture(), "card.png")).id
    with pytest.raises(LimitExceeded, match="1 documents are kept"):
        kept.add(BOB, picture(), "card.png")
    kept.add(STRANGER, picture(), "card.png")
    monkeypatch.setattr(kept_module, "MOST_ANSWERS", 2)
    with pytest.raises(LimitExceeded, match="at most 2 questions"):
        kept.ask(ANN, id, [NAME] * 3)
    with pytest.raises(InvalidInput, match="between 1 and"):
        kept.ask(ANN, id, [Query(" ")])
    kept.delete(ANN, id)
    monkeypatch.setattr(kept_module, "MOST_BYTES", 10)
    with pytest.raises(LimitExceeded, match="MB of documents"):
        kept.add(ANN, picture(), "card.png")


def test_damaged_files_say_so(kept: Kept, tmp_path: Path) -> None:
    id = ended(kept, kept.add(ANN, picture(), "card.png")).id
    next((tmp_path / "documents").rglob("answers.json")).write_text("{")
    with pytest.raises(StoreError, match="damaged"):
        kept.answers(ANN, id)


def test_a_page_that_is_not_there_has_no_picture(kept: Kept) -> None:
    id = ended(kept, kept.add(ANN, picture(), "card.png")).id
    assert kept.picture(ANN, id, 1, width=100).startswith(b"\x89PNG")
    with pytest.raises(NotFound, match="no page 2"):
        kept.picture(ANN, id, 2)


shares = st.floats(0, 1)
texts = st.text(max_size=8)
places = st.builds(
    lambda a, b, c, d, page: Place.of(a, b, c, d, page), shares, shares, shares, shares, st.integers(1, 9)
)
words = st.builds(Word, texts, shares, places)
marks = st.builds(Mark, st.booleans(), shares, places)
regions = st.builds(
    Region, texts, shares, places, st.lists(words, max_size=2).map(tuple), st.lists(marks, max_size=1).map(tuple)
)
values = (
    st.none()
    | st.dates()
    | texts
    | st.integers(-9, 9)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.booleans()
)
candidates = st.builds(
    Candidate, texts, shares, regions, values, texts, st.none() | regions, texts, st.lists(texts, max_size=2).map(tuple)
)
queries = st.builds(Query, texts, texts, st.lists(texts, max_size=2).map(tuple))
findings = st.builds(
    Finding,
    queries,
    st.none() | candidates,
    shares,
    st.lists(candidates, max_size=2).map(tuple),
    st.none() | texts,
    st.lists(texts, max_size=2).map(tuple),
)


@given(findings)
def test_any_finding_is_read_again_as_it_was(finding: Finding) -> None:
    assert finding_of(json.loads(json.dumps(finding_json(finding)))) == finding
