from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from groundstone.errors import EngineUnavailable, SourceError
from groundstone.filters import Compare
from groundstone.identity import LOCAL, Principal
from groundstone.knowledge import index
from groundstone.knowledge.spec import Chunking, KnowledgeSpec, SourceSpec
from groundstone.models.base import Vectors
from groundstone.schema import FieldSpec, Schema
from tests.knowledge import syncing
from tests.knowledge.tiny import TinyEmbed, collection, contents


class Base:
    """A folder of files, a collection, and a way to sync one into the other."""

    def __init__(self, root: Path, spec: KnowledgeSpec | None = None) -> None:
        self.docs = root / "docs"
        self.docs.mkdir()
        self.spec = spec or KnowledgeSpec("kb", source=SourceSpec("folder", "docs"))
        self.root = root
        self.embed = TinyEmbed()
        self.collection = collection(root / "store", self.spec)

    def write(self, name: str, text: str) -> None:
        path = self.docs / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def sync(self) -> index.SyncReport:
        return index.sync(LOCAL, self.collection, self.spec, self.embed, base=self.root)

    def text(self, name: str) -> str:
        return self.collection.documents(LOCAL, [name])[name].text


@pytest.fixture
def base(tmp_path: Path) -> Base:
    return Base(tmp_path)


@pytest.fixture
def rows(tmp_path: Path) -> Base:
    schema = Schema((FieldSpec("id"), FieldSpec("title"), FieldSpec("n", "integer")), "id", "title")
    return Base(tmp_path, KnowledgeSpec("kb", source=SourceSpec("records", "docs"), schema=schema))


def counts(report: index.SyncReport) -> tuple[int, int, int, int, int]:
    return report.new, report.changed, report.deleted, report.unchanged, len(report.failed)


def test_a_sync_does_only_what_changed(base: Base) -> None:
    for name in ("a.txt", "b.md", "sub/c.txt"):
        base.write(name, f"Text of {name}.")
    assert counts(base.sync()) == (3, 0, 0, 0, 0)
    base.write("a.txt", "Other text.")
    (base.docs / "b.md").unlink()
    base.write("d.txt", "New.")
    base.embed.calls.clear()
    report = base.sync()
    assert counts(report) == (1, 1, 1, 1, 0)
    assert report.version == 2
    assert sum(base.embed.batches) == 2
    assert base.collection.ids(LOCAL) == ["a.txt", "d.txt", "sub/c.txt"]
    assert base.text("a.txt") == "Other text."


def test_nothing_new_makes_no_version(base: Base) -> None:
    base.write("a.txt", "Text.")
    first = base.sync()
    assert base.sync().version == first.version
    assert len(base.collection.versions(LOCAL)) == 1


def test_another_chunking_is_a_change(base: Base) -> None:
    base.write("a.txt", "One. Two.")
    base.sync()
    base.spec = replace(base.spec, chunking=Chunking("none"))
    assert counts(base.sync()) == (0, 1, 0, 0, 0)


def test_a_file_that_breaks_keeps_its_earlier_version_and_stops_nothing(base: Base) -> None:
    for name in ("a.txt", "b.txt"):
        base.write(name, "Good.")
    base.sync()
    (base.docs / "a.txt").write_bytes(b"\0\1")
    (base.docs / "bad.pdf").write_bytes(b"%PDF-1.4 damaged")
    base.write("c.txt", "Good too.")
    report = base.sync()
    assert counts(report) == (1, 0, 0, 1, 2)
    assert {failure.name for failure in report.failed} == {"a.txt", "bad.pdf"}
    assert base.text("a.txt") == "Good."


def test_a_side_file_adds_fields_that_can_be_filtered_and_searched(base: Base) -> None:
    base.write("a.txt", "Some rules.")
    base.write("b.txt", "Other rules.")
    attributes = (
        '"team": "law", "author": {"value": {"type": "STRING", "stringValue": "Zoe"}, "includeForEmbedding": true}'
    )
    base.write("a.txt.metadata.json", f'{{"metadataAttributes": {{{attributes}}}}}')
    base.sync()
    assert base.collection.ids(LOCAL, Compare("team", "eq", "law")) == ["a.txt"]
    assert [hit.document_id for hit in base.collection.match(LOCAL, ["zoe"], limit=5)] == ["a.txt"]
    assert base.collection.match(LOCAL, ["law"], limit=5) == []
    base.write("b.txt.metadata.json", '{"metadataAttributes": {"team": "sales"}}')
    assert counts(base.sync()) == (0, 1, 0, 1, 0)


def test_readers_of_a_side_file_are_the_only_readers(base: Base) -> None:
    base.write("a.txt", "Secret.")
    base.write("a.txt.metadata.json", '{"metadataAttributes": {}, "readers": ["group:law"]}')
    base.sync()
    lawyer = Principal("ana", LOCAL.tenant, frozenset({"law"}))
    assert base.collection.ids(LOCAL) == []
    assert base.collection.ids(lawyer) == ["a.txt"]
    assert counts(base.sync()) == (0, 0, 0, 1, 0)


def test_a_file_with_an_unusable_side_file_is_not_indexed(base: Base) -> None:
    base.write("a.txt", "Secret.")
    base.write("a.txt.metadata.json", '{"readers": "group:law"}')
    assert counts(base.sync()) == (0, 0, 0, 0, 1)
    assert base.collection.ids(LOCAL) == []


def test_rows_come_and_go(rows: Base) -> None:
    rows.write("t.csv", "id,title,n\n1,Up,1\n2,Down,2\n3,Out,3\n")
    assert counts(rows.sync()) == (3, 0, 0, 0, 0)
    rows.write("t.csv", "id,title,n\n1,Up,1\n3,Out,4\n")
    assert counts(rows.sync()) == (0, 1, 1, 1, 0)
    assert rows.collection.documents(LOCAL, ["3"])["3"].source == "t.csv:3"


def test_a_row_that_breaks_keeps_its_earlier_version(rows: Base) -> None:
    rows.write("t.csv", "id,title,n\n1,Up,1\n2,Down,2\n")
    rows.sync()
    rows.write("t.csv", "id,title,n\n1,Up,soon\n")
    report = rows.sync()
    assert counts(report) == (0, 0, 1, 0, 1)
    assert report.failed[0].name == "t.csv:2"
    assert rows.collection.ids(LOCAL) == ["1"]


def test_rows_of_a_file_that_cannot_be_read_are_not_deleted(rows: Base) -> None:
    rows.write("a.jsonl", '{"id": "1", "title": "Up"}\n')
    rows.write("b.jsonl", '{"id": "2", "title": "Down"}\n')
    rows.sync()
    rows.write("a.jsonl", "[\n")
    (rows.docs / "b.jsonl").unlink()
    report = rows.sync()
    assert counts(report) == (0, 0, 1, 0, 1)
    assert report.kept == 1
    assert rows.collection.ids(LOCAL) == ["1"]


def test_a_source_that_is_gone_deletes_nothing(base: Base) -> None:
    base.write("a.txt", "Text.")
    base.sync()
    (base.docs / "a.txt").unlink()
    base.docs.rmdir()
    with pytest.raises(SourceError, match="does not exist"):
        base.sync()
    assert base.collection.ids(LOCAL) == ["a.txt"]


def test_many_texts_are_embedded_in_one_call(rows: Base) -> None:
    rows.write("t.csv", "id,title,n\n" + "".join(f"{number},Film {number},1\n" for number in range(600)))
    rows.sync()
    assert rows.embed.batches == [256, 256, 88]


def test_progress_says_how_far_it_is(rows: Base) -> None:
    rows.write("t.csv", "id,title,n\n" + "".join(f"{number},Film {number},1\n" for number in range(300)))
    seen: list[index.Progress] = []
    index.sync(LOCAL, rows.collection, rows.spec, rows.embed, seen.append, base=rows.root)
    assert (seen[0].done, seen[0].total, seen[0].current) == (1, 300, "t.csv:2")
    assert (seen[-1].done, seen[-1].total, seen[-1].seconds_left) == (300, 300, 0.0)
    assert all(one.rate > 0 for one in seen)


def test_hierarchical_sections_are_stored_but_never_found(base: Base) -> None:
    base.spec = replace(base.spec, chunking=Chunking("hierarchical", size=64, overlap=0, child=8))
    base.write(
        "a.txt",
        "Cats purr very softly at night. Dogs bark very loudly at noon. Birds sing in the early morning.",
    )
    base.sync()
    chunks = base.collection.chunks_of(LOCAL, ["a.txt"])
    shown = {chunk.id for chunk in chunks if chunk.parent is None}
    assert len(shown) == 1
    assert {chunk.parent for chunk in chunks if chunk.parent} == shown
    best = base.collection.nearest(LOCAL, base.embed.embed(["birds sing"])[0], limit=1)
    assert best[0].chunk_id not in shown
    assert not shown & {hit.chunk_id for hit in base.collection.match(LOCAL, ["birds"], limit=9)}


class Failing(TinyEmbed):
    """Fails in its third call."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        if len(self.batches) == 2:
            raise EngineUnavailable("the model is gone")
        return super().embed(texts)


@pytest.mark.parametrize("error", [EngineUnavailable, KeyboardInterrupt])
def test_an_interrupted_sync_goes_on_where_it_stopped(rows: Base, error: type[BaseException]) -> None:
    rows.write("t.csv", "id,title,n\n" + "".join(f"{number},Film {number},1\n" for number in range(600)))

    def interrupt(progress: index.Progress) -> None:
        if error is KeyboardInterrupt and progress.done > 520:
            raise KeyboardInterrupt

    embed = Failing() if error is EngineUnavailable else TinyEmbed()
    index_every, index.REPORT_EVERY = index.REPORT_EVERY, 0.0
    try:
        with pytest.raises(error):
            index.sync(LOCAL, rows.collection, rows.spec, embed, interrupt, base=rows.root)
    finally:
        index.REPORT_EVERY = index_every
    assert rows.collection.version(LOCAL) == 0
    assert counts(rows.sync()) == (88, 0, 0, 512, 0)
    assert rows.embed.batches == [88]
    assert rows.collection.count(LOCAL) == 600


def test_killed_at_any_point_and_resumed_it_gives_the_same_store(tmp_path: Path) -> None:
    source = tmp_path / "t.csv"
    source.write_text("id,title,n\n" + "".join(f"{number},Film {number} of {number % 7},1\n" for number in range(120)))
    spec = syncing.spec(source)
    whole = collection(tmp_path / "whole", spec)
    index.sync(LOCAL, whole, spec, TinyEmbed())
    dice = random.Random(3)
    for _ in range(4):
        _killed(tmp_path / "killed", source, dice.uniform(0, 0.2))
    killed = collection(tmp_path / "killed", spec)
    report = index.sync(LOCAL, killed, spec, TinyEmbed())
    assert (report.failed, report.new + report.unchanged) == ((), 120)
    assert contents(killed) == contents(whole)


def _killed(store: Path, source: Path, delay: float) -> None:
    paths = [str(Path(__file__).parents[2]), *filter(None, sys.path)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    command = [sys.executable, "-m", "tests.knowledge.syncing", str(store), str(source)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(delay)
        process.kill()
