from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from groundstone.errors import ConfigError, InvalidInput, NotFound, SourceError
from groundstone.identity import LOCAL
from groundstone.knowledge import index
from groundstone.knowledge.bucket import bucket_folder, read_object
from groundstone.knowledge.direct import Direct, DirectSource, ending
from groundstone.knowledge.source import Failure, Item, open_source
from groundstone.knowledge.spec import Chunking, KnowledgeSpec, SourceSpec
from groundstone.stores.base import Collection
from tests.knowledge.tiny import TinyEmbed, collection


@pytest.fixture
def spec(tmp_path: Path) -> KnowledgeSpec:
    """An unnamed folder, and two named ones beside it."""
    for name in ("own", "left", "right"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.txt").write_text(f"A of {name}.", encoding="utf-8")
    named = tuple(SourceSpec("folder", str(tmp_path / name), name=name) for name in ("left", "right"))
    return KnowledgeSpec("kb", "Kb", source=SourceSpec("folder", str(tmp_path / "own")), sources=named)


@pytest.fixture
def one(tmp_path: Path, spec: KnowledgeSpec) -> Collection:
    return collection(tmp_path / "store", spec)


def sync(one: Collection, spec: KnowledgeSpec, **how: object) -> index.SyncReport:
    return index.sync(LOCAL, one, spec, TinyEmbed(), **how)  # type: ignore[arg-type]


def test_a_spec_with_several_sources_is_written_and_read(spec: KnowledgeSpec) -> None:
    detailed = SourceSpec("s3", "s3://b", name="b", prefixes=("x/",), chunking=Chunking("fixed", 100, 10, 50))
    spec = replace(spec, sources=(*spec.sources, detailed))
    assert KnowledgeSpec.from_json(json.loads(json.dumps(spec.to_json()))) == spec


def test_every_further_source_has_a_name_of_its_own() -> None:
    for sources in ((SourceSpec("folder", "x"),), (SourceSpec(name="a"), SourceSpec(name="a"))):
        with pytest.raises(ConfigError, match="name of its own"):
            KnowledgeSpec("kb", sources=sources)
    with pytest.raises(ConfigError, match="letters, digits"):
        SourceSpec(name="a/b")


def test_all_sources_are_synced_together_or_one_alone(one: Collection, spec: KnowledgeSpec, tmp_path: Path) -> None:
    assert sync(one, spec).new == 3
    assert one.ids(LOCAL) == ["@left/a.txt", "@right/a.txt", "a.txt"]
    for name in ("own", "left", "right"):
        (tmp_path / name / "a.txt").unlink()
        (tmp_path / name / "b.txt").write_text(f"B of {name}.", encoding="utf-8")
    report = sync(one, spec, only="left")
    assert (report.new, report.deleted, report.unchanged) == (1, 1, 0)
    assert one.ids(LOCAL) == ["@left/b.txt", "@right/a.txt", "a.txt"]
    report = sync(one, spec, only="")
    assert (report.new, report.deleted) == (1, 1)
    assert one.ids(LOCAL) == ["@left/b.txt", "@right/a.txt", "b.txt"]
    with pytest.raises(NotFound, match="no source 'middle'"):
        sync(one, spec, only="middle")


def test_a_file_cannot_take_the_id_of_another_sources_document(
    one: Collection, spec: KnowledgeSpec, tmp_path: Path
) -> None:
    (tmp_path / "own" / "@left").mkdir()
    (tmp_path / "own" / "@left" / "a.txt").write_text("An impostor.", encoding="utf-8")
    report = sync(one, spec)
    assert [failure.name for failure in report.failed] == ["@left/a.txt"]
    assert one.documents(LOCAL, ["@left/a.txt"])["@left/a.txt"].text == "A of left."


def test_only_some_documents_of_a_source_may_be_synced(one: Collection, spec: KnowledgeSpec, tmp_path: Path) -> None:
    sync(one, spec)
    for name in ("a", "b", "c"):
        (tmp_path / "left" / f"{name}.txt").write_text(f"New {name}.", encoding="utf-8")
    report = sync(one, spec, only="left", documents={"b.txt", "gone.txt"})
    assert (report.new, report.changed, report.deleted) == (1, 0, 0)
    (tmp_path / "left" / "b.txt").unlink()
    assert sync(one, spec, only="left", documents={"b.txt"}).deleted == 1
    assert one.documents(LOCAL, ["@left/a.txt"])["@left/a.txt"].text == "A of left."


def test_failures_of_a_source_are_kept_while_another_is_synced(
    one: Collection, spec: KnowledgeSpec, tmp_path: Path
) -> None:
    (tmp_path / "left" / "empty.txt").touch()
    sync(one, spec)
    assert sync(one, spec, only="right").failed == ()
    assert [name for name, _ in index.failures(one)[1]] == ["empty.txt"]
    (tmp_path / "left" / "empty.txt").write_text("Full.", encoding="utf-8")
    sync(one, spec, only="left", documents={"empty.txt"})
    assert index.failures(one) == (0, [])


def test_a_dropped_source_takes_its_documents_along_and_a_kept_one_does_not(
    one: Collection, spec: KnowledgeSpec
) -> None:
    sync(one, spec)
    assert index.drop(LOCAL, one, spec, "left") == 1
    kept = replace(spec, sources=(spec.sources[0], SourceSpec("kept", name="right")))
    sync(one, kept)
    assert one.ids(LOCAL) == ["@left/a.txt", "@right/a.txt", "a.txt"]


def test_each_source_may_be_cut_in_its_own_way(tmp_path: Path, spec: KnowledgeSpec) -> None:
    text = " ".join(f"Sentence number {number} stands here." for number in range(60))
    (tmp_path / "left" / "a.txt").write_text(text, encoding="utf-8")
    (tmp_path / "right" / "a.txt").write_text(text, encoding="utf-8")
    left, right = spec.sources
    small = Chunking("fixed", 40, 5, 8)
    spec = replace(spec, sources=(replace(left, chunking=Chunking("none")), replace(right, chunking=small)))
    one = collection(tmp_path / "cut", spec)
    sync(one, spec)
    assert len(one.chunks_of(LOCAL, ["@left/a.txt"])) == 1
    assert len(one.chunks_of(LOCAL, ["@right/a.txt"])) > 3


def test_documents_handed_over_last_and_are_replaced(tmp_path: Path) -> None:
    store = DirectSource(tmp_path / "direct")
    with pytest.raises(SourceError, match="does not exist"):  # not the same as an empty one
        list(store.items())
    (tmp_path / "direct").mkdir()
    assert list(store.items()) == []
    store.put(Direct("a/b ü", b"First.", attributes={"year": 1999}, readers=("user:ana",)))
    store.put(Direct("a/b ü", b"Second."))
    (item,) = DirectSource(tmp_path / "direct").items()
    assert isinstance(item, Item)
    assert (item.id, item.read(), item.side) == ("a/b ü", b"Second.", None)
    store.put(Direct("other", b"Third."))
    assert [one.id for one in DirectSource(tmp_path / "direct", {"other", "nobody"}).items()] == ["other"]
    assert store.delete("a/b ü")
    assert not store.delete("a/b ü")
    for bad in ("", " ", "x" * 2000, "a\nb"):
        with pytest.raises(InvalidInput):
            store.put(Direct(bad, b"x"))
    with pytest.raises(InvalidInput, match="video/mp4"):
        ending("video/mp4")


def test_a_damaged_document_is_named_and_stops_nothing(tmp_path: Path) -> None:
    store = DirectSource(tmp_path)
    store.put(Direct("good", b"Good."))
    (tmp_path / "00").mkdir(exist_ok=True)
    (tmp_path / "00" / "bad.doc").write_bytes(b"no json\nrest")
    found = list(store.items())
    assert {type(one) for one in found} == {Item, Failure}


def test_a_folder_stands_for_a_bucket_and_nothing_outside_it_is_read(tmp_path: Path) -> None:
    (tmp_path / "buckets" / "mine" / "in").mkdir(parents=True)
    (tmp_path / "buckets" / "mine" / "in" / "a.txt").write_text("A", encoding="utf-8")
    (tmp_path / "secret.txt").write_text("S", encoding="utf-8")
    (tmp_path / "buckets" / "mine" / "link.txt").symlink_to(tmp_path / "secret.txt")
    buckets = tmp_path / "buckets"
    found = list(open_source(SourceSpec("s3", "s3://mine", name="m"), buckets=buckets).items())
    assert [(one.id, one.name) for one in found if isinstance(one, Item)] == [("in/a.txt", "s3://mine/in/a.txt")]
    assert [one.name for one in found if isinstance(one, Failure)] == ["s3://mine/link.txt"]

    def fetch(uri: str) -> bytes:
        raise SourceError(f"no {uri}")

    assert read_object("s3://mine/in/a.txt", buckets, fetch) == b"A"
    for outside in ("s3://mine/../../secret.txt", "s3://mine/link.txt", "s3://mine/in", "s3://other/a.txt"):
        with pytest.raises(SourceError):
            read_object(outside, buckets, fetch)
    for name in ("..", "a/../..", "UPPER", "m\0ne"):
        assert bucket_folder(f"s3://{name}", buckets) is None
