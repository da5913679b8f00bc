"""``groundstone slides``, as it is typed."""

from __future__ import annotations

import io
import json
import os
import sys
from pathlib import Path

import pytest

from groundstone.cli import slide_decks
from groundstone.cli.slides import sources
from groundstone.errors import InvalidInput
from tests.slides.shelved import ShelfPlatform, StandInReader, text_deck

from .conftest import Outcome, Run

PLAN = text_deck("Plan", "Goals\nGrow in Lyon", "Costs\nRent is 12 million euros", "People\n214 people work in Lyon")
BOATS = text_deck("Boats", "Harbour\nThe harbour has 40 boats")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "plan.pptx").write_bytes(PLAN)
    (tmp_path / "boats.pptx").write_bytes(BOATS)
    return tmp_path


@pytest.fixture
def slides(run: Run, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """``groundstone slides`` with the stand-in reader; what it reads is in ``read.log``."""
    reader = StandInReader(log=tmp_path / "read.log")
    monkeypatch.setattr("groundstone.platform.Platform", lambda: ShelfPlatform(home, reader))

    def command(*words: object) -> Outcome:
        return run("slides", *words)

    return command


def test_a_question_is_answered_with_its_slide(slides: Run, folder: Path) -> None:
    done = slides(folder / "plan.pptx", "How many people work in Lyon?")
    assert done.status == 0, done.err
    assert "214" in done.out.splitlines()[0]
    assert "slide 3 (People)" in done.out
    assert done.err == ""
    again = slides(folder / "plan.pptx", "How much is the rent?")
    assert "12 million" in again.out
    assert len((folder / "read.log").read_text().splitlines()) == 3  # it was read once


def test_a_deck_that_changed_is_read_again(slides: Run, folder: Path) -> None:
    slides(folder / "plan.pptx", "How much is the rent?")
    (folder / "plan.pptx").write_bytes(PLAN.replace(b"12 million", b"13 million"))
    assert "13 million" in slides(folder / "plan.pptx", "How much is the rent?").out
    assert len(slides("list").out.splitlines()) == 2


def test_several_decks_and_the_whole_shelf(slides: Run, folder: Path) -> None:
    both = slides(folder / "plan.pptx", folder / "boats.pptx", "How many boats has the harbour?")
    assert "boats.pptx, slide 1" in both.out
    assert "40" in slides("How many boats has the harbour?").out
    only = slides(folder / "plan.pptx", "How many boats has the harbour?")
    assert "40 boats" not in only.out


def test_questions_that_are_piped_in_are_one_conversation(
    slides: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("How much is the rent?\n\nHow many people work in Lyon?\n"))
    done = slides(folder / "plan.pptx")
    assert "12 million" in done.out
    assert "214" in done.out
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    nothing = slides(folder / "plan.pptx")
    assert (nothing.status, "ask something" in nothing.err) == (2, True)


def test_answers_as_json(slides: Run, folder: Path) -> None:
    done = slides("--json", folder / "plan.pptx", "How many people work in Lyon?")
    said = json.loads(done.out)
    assert (said["citations"][0]["slide"], said["citations"][0]["deck_name"]) == (3, "plan.pptx")
    assert said["turn"]["question"] == "How many people work in Lyon?"


def test_the_way_may_be_chosen(slides: Run, folder: Path) -> None:
    for way in ("together", "described"):
        assert "214" in slides("--way", way, folder / "plan.pptx", "How many people work in Lyon?").out
    assert slides("--way", "sideways", folder / "plan.pptx", "x").status == 2


def test_what_is_not_there_or_no_deck(slides: Run, folder: Path) -> None:
    missing = slides(folder / "nothing.pptx", "How much is the rent?")
    assert (missing.status, "nothing.pptx: No such file" in missing.err) == (1, True)
    alone = slides(folder / "nothing.pptx")
    assert (alone.status, "nothing.pptx: No such file" in alone.err) == (1, True)
    (folder / "notes.txt").write_text("hello")
    refused = slides(folder / "notes.txt", "What is it?")
    assert (refused.status, "notes.txt is no deck" in refused.err) == (1, True)
    (folder / "empty.pptx").write_bytes(b"")
    assert "is empty" in slides(folder / "empty.pptx", "What is it?").err


def test_one_deck_that_cannot_be_read_does_not_stop_the_others(slides: Run, folder: Path) -> None:
    (folder / "bad.pptx").write_bytes(b"no deck")
    done = slides(folder / "bad.pptx", folder / "plan.pptx", "How much is the rent?")
    assert (done.status, "12 million" in done.out) == (1, True)
    assert "bad.pptx" in done.err


def test_names_cannot_steer_the_terminal(slides: Run, tmp_path: Path) -> None:
    (tmp_path / "a\x1b[31m.pptx").write_bytes(text_deck("Red", "Costs\nRent is 12 million euros\x1b[2J", "UNREAD"))
    done = slides(tmp_path / "a\x1b[31m.pptx", "How much is the rent?")
    assert "12 million" in done.out
    assert "\x1b" not in done.out + done.err


def test_the_shelf_is_listed_shown_and_emptied(slides: Run, folder: Path) -> None:
    added = slides("add", folder / "plan.pptx", folder / "boats.pptx")
    assert [line.split("  ")[1:] for line in added.out.splitlines()] == [
        ["plan.pptx", "ready", "3 of 3 slides"],
        ["boats.pptx", "ready", "1 of 1 slides"],
    ]
    id = added.out.split()[0]
    assert [one["name"] for one in json.loads(slides("list", "--json").out)] == ["boats.pptx", "plan.pptx"]
    assert "slide 2\nCosts\nRent is 12 million euros" in slides("show", "plan.pptx").out
    shown = json.loads(slides("show", id, "--slide", "3", "--json").out)
    assert (shown["name"], shown["slides"][0]["title"]) == ("plan.pptx", "People")
    picture = slides("show", id, "--slide", "3", "--picture", folder / "three.png")
    assert (picture.status, (folder / "three.png").read_bytes()[:4]) == (0, b"\x89PNG")
    assert slides("show", id, "--picture", folder / "three.png").status == 2
    assert slides("show", id, "--slide", "9").status == 1
    assert slides("delete", "plan.pptx", "boats.pptx").status == 0
    gone = slides("delete", "plan.pptx")
    assert (gone.status, "slides list" in gone.err) == (1, True)


def test_decks_taken_in_now_and_read_later(slides: Run, folder: Path) -> None:
    added = slides("add", "--no-wait", folder / "plan.pptx")
    assert "reading" in added.out
    assert "214" in slides(folder / "plan.pptx", "How many people work in Lyon?").out


def test_the_watched_folder(slides: Run, folder: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bucket = home / "buckets" / "slides"
    bucket.mkdir(parents=True)
    (bucket / "plan.pptx").write_bytes(PLAN)
    os.utime(bucket / "plan.pptx", (1, 1))  # it has been there for long
    monkeypatch.setattr(slide_decks, "QUIET", 2.5)
    done = slides("watch", "--once")
    assert "plan.pptx  ready" in done.out
    assert f"watching {bucket}" in done.err


def test_a_question_file_is_evaluated(slides: Run, folder: Path) -> None:
    slides("add", folder / "plan.pptx")
    questions = folder / "questions.jsonl"
    lines = [
        {"question": "How many people work in Lyon?", "deck": "plan.pptx", "slide": 3, "answers": ["214"]},
        {"question": "What are quarks?", "absent": True},
    ]
    questions.write_text("\n".join(map(json.dumps, lines)))
    assert "measure" in slides("evaluate", questions).out
    report = json.loads(slides("evaluate", questions, "--way", "together", "--json").out)
    assert list(report["ways"]) == ["together"]
    questions.write_text("{")
    assert slides("evaluate", questions).status == 1


def test_pictures_and_folders_become_decks(tmp_path: Path) -> None:
    folder = tmp_path / "talk"
    folder.mkdir()
    for name in ("s1.png", "s2.JPG", "notes.txt", "plan.pptx", ".hidden.png"):
        (folder / name).write_bytes(b"x")
    pictures, deck = sources([folder])
    assert (pictures.name, [path.name for path in pictures.files]) == ("talk", ["s1.png", "s2.JPG"])
    assert deck.name == "plan.pptx"
    together = sources([folder / "s1.png", folder / "plan.pptx", folder / "s2.JPG"])
    assert [(one.name, len(one.files)) for one in together] == [("talk", 2), ("plan.pptx", 1)]
    (alone,) = sources([folder / "s1.png"])
    assert (alone.name, alone.is_pictures) == ("s1.png", False)
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(InvalidInput, match="neither pictures nor decks"):
        sources([empty])
