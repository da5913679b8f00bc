"""Decks that come into the watched folder or a bucket, change there and go; and messages that say so."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest

from groundstone.errors import InvalidInput, SourceError
from groundstone.identity import LOCAL, Principal
from groundstone.slides.arrivals import Watch
from groundstone.slides.removals import removals
from groundstone.slides.service import Slides

from .shelved import shelf, text_deck, until

PLAN = text_deck("Plan", "Goals\nGrow in Lyon", "Costs\nRent is 12 million")
NEWER = text_deck("Plan 2", "Goals\nGrow in Nantes")


def put(folder: Path, name: str, data: bytes) -> Path:
    """A file that has been there for a while."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    old = time.time() - 60
    os.utime(path, (old, old))
    return path


def names(slides: Slides) -> list[str]:
    return sorted(info.name for info in slides.decks(LOCAL))


def message(event: str, key: str, bucket: str = "slides") -> dict[str, Any]:
    return {"Records": [{"eventName": event, "s3": {"bucket": {"name": bucket}, "object": {"key": key}}}]}


def test_the_folder_is_the_shelf(tmp_path: Path) -> None:
    folder = tmp_path / "buckets" / "slides"
    with shelf(tmp_path, watch=True) as slides:
        path = put(folder, "2026/plan.pptx", PLAN)
        put(folder, "notes.txt", b"hello")
        put(folder, "half.pptx.part", PLAN)
        until(lambda: slides.decks(LOCAL) and slides.decks(LOCAL)[0].state == "ready")
        (info,) = slides.decks(LOCAL)
        assert (info.name, info.origin) == ("plan.pptx", "folder: 2026/plan.pptx")
        until(lambda: "notes.txt" in slides.problems(LOCAL))
        assert slides.problems(Principal("ann", "other")) == {}
        put(folder, "2026/plan.pptx", NEWER)
        until(lambda: [one.title for one in slides.decks(LOCAL)] == ["Plan 2"])
        path.unlink()
        until(lambda: slides.decks(LOCAL) == [])


def look(watch: Watch, times: int = 2) -> None:
    for _ in range(times):
        watch.look()


def test_what_went_while_nobody_looked_leaves_too(tmp_path: Path) -> None:
    folder = tmp_path / "buckets" / "slides"
    path = put(folder, "plan.pptx", PLAN)
    put(folder, "other.pptx", NEWER)
    with shelf(tmp_path) as slides:
        slides.add(LOCAL, "by-hand.pptx", text_deck("Mine", "x"))
        look(Watch(folder, slides._arrivals))
        assert names(slides) == ["by-hand.pptx", "other.pptx", "plan.pptx"]
    path.unlink()
    with shelf(tmp_path) as slides:
        again = Watch(folder, slides._arrivals)
        look(again, 1)
        assert "plan.pptx" in names(slides)  # two looks have to miss it
        look(again, 1)
        assert names(slides) == ["by-hand.pptx", "other.pptx"]


def test_a_folder_that_is_not_there_deletes_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "buckets" / "slides"
    put(folder, "plan.pptx", PLAN)
    with shelf(tmp_path) as slides:
        watch = Watch(folder, slides._arrivals)
        look(watch)
        folder.rename(tmp_path / "elsewhere")
        look(watch, 3)
        assert names(slides) == ["plan.pptx"]


def test_the_same_deck_twice_in_the_folder_goes_with_the_last(tmp_path: Path) -> None:
    folder = tmp_path / "buckets" / "slides"
    first, second = put(folder, "a.pptx", PLAN), put(folder, "b.pptx", PLAN)
    with shelf(tmp_path) as slides:
        watch = Watch(folder, slides._arrivals)
        look(watch)
        assert len(slides.decks(LOCAL)) == 1
        second.unlink()
        look(watch)
        assert names(slides) == ["a.pptx"]
        first.unlink()
        look(watch)
        assert names(slides) == []


def test_deleting_a_deck_deletes_its_file_and_it_does_not_come_back(tmp_path: Path) -> None:
    folder = tmp_path / "buckets" / "slides"
    path = put(folder, "plan.pptx", PLAN)
    with shelf(tmp_path) as slides:
        watch = Watch(folder, slides._arrivals)
        look(watch)
        slides.delete(LOCAL, slides.decks(LOCAL)[0].id)
        assert not path.exists()
        look(watch)
        assert slides.decks(LOCAL) == []


def test_messages_of_a_bucket(tmp_path: Path) -> None:
    stored = {"s3://decks/q1 plan.pptx": PLAN}

    def fetch(uri: str) -> bytes:
        if uri not in stored:
            raise SourceError(f"there is no {uri}")
        return stored[uri]

    with shelf(tmp_path, fetch=fetch) as slides:
        (one,) = slides.arrived(LOCAL, message("ObjectCreated:Put", "q1+plan.pptx", "decks"))
        assert one.deck is not None
        assert (one.deck.name, one.deck.origin) == ("q1 plan.pptx", "s3://decks/q1 plan.pptx")
        slides.wait(LOCAL, one.deck.id, 20)
        stored["s3://decks/q1 plan.pptx"] = NEWER
        slides.arrived(LOCAL, message("ObjectCreated:Put", "q1+plan.pptx", "decks"))
        until(lambda: [info.title for info in slides.decks(LOCAL)] == ["Plan 2"])
        (missing,) = slides.arrived(LOCAL, message("ObjectCreated:Put", "nothing.pptx", "decks"))
        assert isinstance(missing.error, SourceError)
        (gone,) = slides.arrived(LOCAL, message("ObjectRemoved:Delete", "q1+plan.pptx", "decks"))
        assert (gone.uri, gone.removed) == ("s3://decks/q1 plan.pptx", True)
        assert slides.decks(LOCAL) == []
        with pytest.raises(InvalidInput):
            slides.arrived(LOCAL, {"hello": 1})


def test_a_message_of_the_bucket_that_the_folder_stands_for_means_the_file(tmp_path: Path) -> None:
    folder = tmp_path / "buckets" / "slides"
    put(folder, "plan.pptx", PLAN)
    with shelf(tmp_path) as slides:
        slides.arrived(LOCAL, message("ObjectCreated:Put", "plan.pptx"))
        look(Watch(folder, slides._arrivals))
        (info,) = slides.decks(LOCAL)
        assert info.origin == "folder: plan.pptx"
        slides.arrived(LOCAL, message("ObjectRemoved:Delete", "plan.pptx"))
        assert slides.decks(LOCAL) == []


def test_removals_in_every_envelope() -> None:
    plain = message("ObjectRemoved:DeleteMarkerCreated", "a+b%2Fc.pptx")
    wanted = ["s3://slides/a b/c.pptx"]
    notified = {"Type": "Notification", "Message": json.dumps(plain)}
    bridged = {
        "source": "aws.s3",
        "detail-type": "Object Deleted",
        "detail": {"bucket": {"name": "slides"}, "object": {"key": "a b/c.pptx"}},
    }
    for one in (plain, notified, {"Records": [{"body": json.dumps(notified)}]}, {"Body": json.dumps(plain)}, bridged):
        assert removals(one) == wanted
    deep: Any = plain
    for _ in range(20):
        deep = {"Message": json.dumps(deep)}
    for one in (message("ObjectCreated:Put", "a.pptx"), {"Records": [1, None]}, {"Body": "{"}, [], "x", deep):
        assert removals(one) == []
