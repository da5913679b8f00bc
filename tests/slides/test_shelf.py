"""The shelf: decks are read once, can be asked while they are read, are replaced, and go for certain."""

from __future__ import annotations

import hashlib
from pathlib import Path
from threading import Event

import pytest

from groundstone.errors import (
    Conflict,
    DocumentTooLarge,
    InvalidInput,
    InvalidQuestion,
    LimitExceeded,
    NotFound,
    UnreadableDocument,
    UnsupportedDocument,
)
from groundstone.identity import LOCAL, Principal
from groundstone.slides import library
from groundstone.slides.base import Turn
from groundstone.slides.entry import deck_id
from groundstone.slides.service import Slides

from .shelved import StandInReader, shelf, text_deck, until

PLAN = text_deck("Plan", "Goals\nGrow in Lyon", "Costs\nRent is 12 million euros", "People\n214 work in Lyon")
OTHER = Principal("ann", "other")


def read(slides: Slides, name: str, data: bytes, caller: Principal = LOCAL) -> str:
    return slides.wait(caller, slides.add(caller, name, data).id, 20).id


def test_a_deck_is_read_and_found(tmp_path: Path) -> None:
    with shelf(tmp_path) as slides:
        info = slides.wait(LOCAL, slides.add(LOCAL, "plan.pptx", PLAN).id, 20)
        assert (info.state, info.slides, info.ready, info.title) == ("ready", 3, 3, "Plan")
        assert (info.name, info.origin, info.problems) == ("plan.pptx", "upload by local", ())
        assert slides.deck(LOCAL, info.id).slides[1].title == "Costs"
        best = slides.search(LOCAL, "What is the rent?")[0]
        assert (best.deck, best.slide) == (info.id, 2)
        assert slides.original(LOCAL, info.id)[0] == PLAN


def test_the_same_bytes_are_the_same_deck(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with shelf(tmp_path, StandInReader(log=log)) as slides:
        first = read(slides, "plan.pptx", PLAN)
        again = slides.add(LOCAL, "plan.pptx", PLAN)
        renamed = slides.add(LOCAL, "final.pptx", PLAN)
        assert first == again.id == renamed.id
        assert [info.name for info in slides.decks(LOCAL)] == ["final.pptx"]
    assert len(log.read_text().splitlines()) == 3


def test_a_deck_can_be_asked_while_it_is_read(tmp_path: Path) -> None:
    reader = StandInReader()
    reader.hold = Event()
    with shelf(tmp_path, reader) as slides:
        id = slides.add(LOCAL, "plan.pptx", PLAN).id
        until(lambda: slides.info(LOCAL, id).ready == 1)
        assert slides.info(LOCAL, id).state == "reading"
        assert [hit.slide for hit in slides.search(LOCAL, "grow in lyon")] == [1]
        reader.hold.set()
        assert slides.wait(LOCAL, id, 20).state == "ready"
        assert slides.search(LOCAL, "How many people work in Lyon?")[0].slide == 3


def test_an_older_deck_answers_until_the_newer_one_is_read(tmp_path: Path) -> None:
    reader = StandInReader()
    with shelf(tmp_path, reader) as slides:
        old = read(slides, "plan.pptx", PLAN)
        reader.hold = Event()
        new = slides.add(LOCAL, "plan.pptx", text_deck("Plan 2", "Goals\nGrow in Nantes", "Costs\nRent is 13")).id
        until(lambda: slides.info(LOCAL, new).ready == 1)
        assert {hit.deck for hit in slides.search(LOCAL, "grow in")} == {old}
        reader.hold.set()
        slides.wait(LOCAL, new, 20)
        until(lambda: [info.id for info in slides.decks(LOCAL)] == [new])
        assert {hit.deck for hit in slides.search(LOCAL, "grow in")} == {new}
        until(lambda: not (tmp_path / "slides" / "decks" / old).exists())


def test_a_newer_deck_that_cannot_be_read_replaces_nothing(tmp_path: Path) -> None:
    with shelf(tmp_path) as slides:
        old = read(slides, "plan.pptx", PLAN)
        new = read(slides, "plan.pptx", text_deck("Plan 2", "Goals", "BROKEN"))
        found = slides.info(LOCAL, new)
        assert (found.state, found.ready) == ("partial", 1)
        assert "slide 2 of plan.pptx is damaged" in found.problems[0]
        assert {hit.deck for hit in slides.search(LOCAL, "goals")} == {old}


def test_an_older_version_that_comes_back_is_the_present_one(tmp_path: Path) -> None:
    newer = text_deck("Plan 2", "Goals\nGrow in Nantes")
    with shelf(tmp_path) as slides:
        read(slides, "plan.pptx", PLAN)
        read(slides, "plan.pptx", newer)
        back = read(slides, "plan.pptx", PLAN)
        until(lambda: [info.id for info in slides.decks(LOCAL)] == [back])
        assert slides.search(LOCAL, "rent")[0].deck == back


def test_slides_that_could_not_be_read_are_told(tmp_path: Path) -> None:
    with shelf(tmp_path) as slides:
        id = read(slides, "plan.pptx", text_deck("Plan", "Goals", "UNREAD"))
        found = slides.info(LOCAL, id)
        assert (found.state, found.ready, found.slides) == ("partial", 1, 2)
        assert found.problems == ("slide 2: its picture is damaged",)


def test_what_may_pass_is_tried_again_and_what_will_not_is_told(tmp_path: Path) -> None:
    with shelf(tmp_path) as slides:
        down = slides.wait(LOCAL, slides.add(LOCAL, "a.pptx", text_deck("A", "Goals", "DOWN")).id, 20)
        assert (down.state, down.problems[0]) == ("partial", "the model does not answer")
        again = slides.retry(LOCAL, down.id)
        assert again.state == "reading"
        with pytest.raises(Conflict):
            slides.retry(LOCAL, down.id)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_mistake_in_the_reader_ends_with_a_plain_word(tmp_path: Path) -> None:
    with shelf(tmp_path) as slides:
        found = slides.wait(LOCAL, slides.add(LOCAL, "a.pptx", text_deck("A", "BUG")).id, 20)
        assert (found.state, found.problems) == (
            "failed",
            ("reading it ended in an unexpected error; the log has it. Read it again when that is mended",),
        )


def test_what_is_no_deck_is_refused_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with shelf(tmp_path) as slides:
        with pytest.raises(UnsupportedDocument, match=r"notes\.txt is no deck"):
            slides.add(LOCAL, "notes.txt", b"hello")
        with pytest.raises(UnreadableDocument, match="empty"):
            slides.add(LOCAL, "plan.pptx", b"")
        monkeypatch.setattr(library, "MOST_BYTES", 10)
        with pytest.raises(DocumentTooLarge):
            slides.add(LOCAL, "plan.pptx", PLAN)
        assert slides.decks(LOCAL) == []


def test_there_is_room_for_so_many_decks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "MOST_DECKS", 2)
    with shelf(tmp_path, start=False) as slides:
        slides.add(LOCAL, "a.pptx", text_deck("A", "x"))
        slides.add(LOCAL, "b.pptx", text_deck("B", "x"))
        assert slides.room(LOCAL) == 0
        assert slides.room(OTHER) == 2
        with pytest.raises(LimitExceeded, match="delete some first"):
            slides.add(LOCAL, "c.pptx", text_deck("C", "x"))
        slides.add(LOCAL, "a.pptx", text_deck("A", "x"))


def test_deleting_leaves_nothing(tmp_path: Path) -> None:
    with shelf(tmp_path) as slides:
        id = read(slides, "secret-plan.pptx", PLAN)
        slides.picture(LOCAL, id, 1)
        made = tmp_path / "slides" / "office" / f"{hashlib.sha256(PLAN).hexdigest()}.pdf"
        made.parent.mkdir()
        made.write_bytes(b"as LibreOffice draws it")
        slides.delete(LOCAL, id)
        assert not made.exists()
        assert slides.decks(LOCAL) == []
        for look in (slides.info, slides.deck, slides.delete, slides.retry, slides.original):
            with pytest.raises(NotFound):
                look(LOCAL, id)  # type: ignore[operator]
        with pytest.raises(NotFound):
            slides.search(LOCAL, "rent", decks=[id])
        assert slides.search(LOCAL, "rent") == []
        assert [path for path in (tmp_path / "slides" / "index").rglob("*") if path.is_file()] == []
    kept = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert [path for path in kept if b"secret-plan" in path.read_bytes() or b"Lyon" in path.read_bytes()] == []


def test_deleting_while_it_is_read(tmp_path: Path) -> None:
    reader = StandInReader()
    reader.hold = Event()
    with shelf(tmp_path, reader) as slides:
        id = slides.add(LOCAL, "plan.pptx", PLAN).id
        until(lambda: slides.info(LOCAL, id).ready == 1)
        slides.delete(LOCAL, id)
        reader.hold.set()
        until(lambda: not slides._pool._held)
        assert slides.decks(LOCAL) == []
        assert not (tmp_path / "slides" / "decks" / id).exists()
        again = slides.wait(LOCAL, slides.add(LOCAL, "plan.pptx", PLAN).id, 20)
        assert (again.id, again.state) == (id, "ready")


def test_tenants_never_see_each_others_decks(tmp_path: Path) -> None:
    with shelf(tmp_path) as slides:
        mine, theirs = read(slides, "plan.pptx", PLAN), read(slides, "plan.pptx", PLAN, OTHER)
        assert mine == deck_id("local", PLAN) != theirs
        assert [info.id for info in slides.decks(OTHER)] == [theirs]
        assert {hit.deck for hit in slides.search(OTHER, "rent")} == {theirs}
        for look in (slides.info, slides.deck, slides.delete, slides.retry, slides.original):
            with pytest.raises(NotFound):
                look(OTHER, mine)  # type: ignore[operator]
        with pytest.raises(NotFound):
            slides.picture(OTHER, mine, 1)
        with pytest.raises(NotFound):
            slides.search(OTHER, "rent", decks=[mine])
        with pytest.raises(NotFound):
            slides.ask(OTHER, "What is the rent?", decks=[mine])
        slides.delete(OTHER, theirs)
        assert slides.info(LOCAL, mine).state == "ready"


def test_people_of_one_tenant_share_decks_and_do_not_replace_each_others(tmp_path: Path) -> None:
    bob = Principal("bob", "local")
    with shelf(tmp_path) as slides:
        read(slides, "slides.pptx", PLAN)
        read(slides, "slides.pptx", text_deck("Bob's", "Boats"), bob)
        assert len(slides.decks(LOCAL)) == len(slides.decks(bob)) == 2


def test_pictures_are_drawn_once_at_few_widths(tmp_path: Path) -> None:
    with shelf(tmp_path) as slides:
        id = read(slides, "plan.pptx", PLAN)
        first = slides.picture(LOCAL, id, 2, 400)
        assert (first.how, first.width, first.height) == ("sketch", 640, 360)
        assert slides.picture(LOCAL, id, 2, 640) == first
        assert len(list((tmp_path / "slides" / "decks" / id / "pictures").iterdir())) == 1
        with pytest.raises(NotFound, match="the deck has 3"):
            slides.picture(LOCAL, id, 4)
        with pytest.raises(InvalidInput):
            slides.picture(LOCAL, id, 1, 9999)


def test_what_cannot_be_asked(tmp_path: Path) -> None:
    with shelf(tmp_path, start=False) as slides:
        for wrong in (" ", "x" * 5000):
            with pytest.raises(InvalidQuestion):
                slides.ask(LOCAL, wrong)
        with pytest.raises(InvalidInput, match="together"):
            slides.search(LOCAL, "rent", way="sideways")
        with pytest.raises(InvalidInput):
            slides.search(LOCAL, "rent", limit=0)
        with pytest.raises(NotFound):
            slides.ask(LOCAL, "What is the rent?", decks=["deck-of-nobody"])
        assert slides.search(LOCAL, "rent") == []


def test_turns_may_speak_of_decks_that_are_gone(tmp_path: Path) -> None:
    pytest.importorskip("groundstone.slides.answer")
    with shelf(tmp_path) as slides:
        read(slides, "plan.pptx", PLAN)
        history = [Turn("What is the rent?", "What is the rent?", (("deck-gone", 7),))]
        assert slides.ask(LOCAL, "How many people work in Lyon?", history).question.startswith("How many")
