"""Writing, versions, and several readers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from groundstone.errors import Busy, Conflict, InvalidInput, NotFound
from groundstone.filters import Compare
from groundstone.identity import LOCAL
from groundstone.records import Value
from groundstone.schema import FieldSpec
from groundstone.stores.base import Store
from tests.stores.conformance import DIMENSIONS, SETTINGS, collection_of, day, entry, everything, unit, write

FIELDS: dict[str, Value] = {
    "title": "Amélie",
    "genres": ("Comedy", "Romance"),
    "year": 2001,
    "rating": 8.0,
    "released": day("2001-04-25"),
    "colour": True,
    "empty": (),
}


def test_a_new_collection_is_empty(store: Store) -> None:
    collection = collection_of(store)
    assert collection.name == "films"
    assert collection.version(LOCAL) == 0
    assert collection.versions(LOCAL) == []
    assert collection.ids(LOCAL) == []
    assert collection.select(LOCAL) == []
    assert collection.nearest(LOCAL, unit(1), limit=5) == collection.match(LOCAL, ["a"], limit=5) == []
    assert collection.vectors(LOCAL, []).shape == (0, DIMENSIONS)
    with collection.writer(LOCAL) as writer:
        assert writer.finish().number == 0


def test_what_is_written_is_read_back_exactly(store: Store) -> None:
    written = entry("a", "first words, second words", fields=FIELDS, pieces=["first words", "second words"])
    collection = collection_of(store, written, entry("no chunks", pieces=[]))
    assert collection.documents(LOCAL, ["a", "b"]) == {"a": written.document}
    read = collection.documents(LOCAL, ["a"])["a"]
    assert [type(value) for value in read.fields.values()] == [type(value) for value in FIELDS.values()]
    assert collection.select(LOCAL) == [
        written.document,
        collection.documents(LOCAL, ["no chunks"])["no chunks"],
    ]
    assert collection.chunks_of(LOCAL, ["no chunks", "a"]) == list(written.chunks)
    assert collection.chunks(LOCAL, ["a#1", "a#0", "a#2"]) == {
        "a#1": written.chunks[1],
        "a#0": written.chunks[0],
    }
    assert collection.vectors(LOCAL, ["a#1", "a#0", "a#1"]).tobytes() == written.vectors[[1, 0, 1]].tobytes()
    with pytest.raises(NotFound):
        collection.vectors(LOCAL, ["a#0", "a#9"])


def test_settings_are_kept_and_replaced(store: Store) -> None:
    collection = collection_of(store)
    assert collection.settings == SETTINGS
    wider = replace(SETTINGS, schema=SETTINGS.schema.with_fields([FieldSpec("new")]), extra={"other": None})
    collection.update_settings(LOCAL, wider)
    assert collection.settings == wider
    for fixed in (replace(wider, dimensions=9), replace(wider, embedding_model="other")):
        with pytest.raises(Conflict):
            collection.update_settings(LOCAL, fixed)


def test_staged_work_is_invisible_until_it_is_finished(store: Store) -> None:
    collection = collection_of(store, entry("a"), entry("b"))
    before = everything(collection)
    with collection.writer(LOCAL) as writer:
        writer.put([entry("a", "changed"), entry("c")])
        writer.delete(["b", "never there"])
        assert everything(collection) == before
        assert collection.version(LOCAL) == 1
        assert set(writer.known()) == {"a", "c"}
        version = writer.finish("spring")
    assert (version.number, version.documents, version.chunks, version.note) == (2, 2, 2, "spring")
    assert collection.versions(LOCAL)[-1] == version
    assert collection.ids(LOCAL) == ["a", "c"]
    assert collection.documents(LOCAL, ["a"])["a"].text == "changed"
    assert [hit.document_id for hit in collection.match(LOCAL, ["changed"], limit=9)] == ["a"]


def test_putting_a_document_twice_keeps_the_last(store: Store) -> None:
    collection = collection_of(store)
    with collection.writer(LOCAL) as writer:
        writer.put([entry("a", "one"), entry("a", "two")])
        assert writer.known() == {"a": "hash of two"}
        writer.put([entry("a", "three", pieces=["th", "ree"])])
        writer.delete(["a"])
        assert writer.known() == {}
        writer.put([entry("a", "four", pieces=["fo", "ur"])])
        writer.finish()
    assert collection.documents(LOCAL, ["a"])["a"].text == "four"
    assert [chunk.text for chunk in collection.chunks_of(LOCAL, ["a"])] == ["fo", "ur"]


def test_abandoned_work_is_gone(store: Store) -> None:
    collection = collection_of(store, entry("a"), entry("b"))
    before = everything(collection)
    with collection.writer(LOCAL) as writer:
        writer.put([entry("a", "changed"), entry("c")])
        writer.delete(["b"])
        writer.abandon()
        assert set(writer.known()) == {"a", "b"}
        assert writer.finish().number == 1
        writer.put([entry("d")])
        writer.finish()
    assert collection.ids(LOCAL) == ["a", "b", "d"]
    assert collection.vectors(LOCAL, ["d#0"]).tobytes() == entry("d").vectors.tobytes()
    write(collection, delete=["d"])
    assert everything(collection) == before


def test_the_next_writer_finds_what_was_staged(store: Store, open_store: Callable[[], Store]) -> None:
    collection = collection_of(store, entry("a"))
    with collection.writer(LOCAL) as writer:
        writer.put([entry("b", content_hash="h")])
    again = open_store().open(LOCAL, "films")
    assert again.ids(LOCAL) == ["a"]
    with again.writer(LOCAL) as writer:
        assert writer.known()["b"] == "h"
        writer.finish()
    assert collection.ids(LOCAL) == again.ids(LOCAL) == ["a", "b"]


def test_only_one_writes_at_a_time(store: Store, open_store: Callable[[], Store]) -> None:
    collection = collection_of(store, entry("a"))
    other = open_store().open(LOCAL, "films")
    with collection.writer(LOCAL) as writer:
        for busy in (
            lambda: other.writer(LOCAL),
            lambda: collection.writer(LOCAL),
            lambda: other.rollback(LOCAL, 1),
        ):
            with pytest.raises(Busy):
                busy()
        with pytest.raises(Busy):
            store.drop(LOCAL, "films")
    with pytest.raises(Conflict):
        writer.put([entry("b")])
    other.writer(LOCAL).close()


def test_rollback_restores_the_earlier_version_exactly(store: Store) -> None:
    collection = collection_of(store, entry("a", fields=FIELDS), entry("b", pieces=["text", "of b"]), entry("c"))
    first = everything(collection)
    write(collection, entry("a", "other text"), entry("d"), delete=["b"])
    second = everything(collection)
    assert second != first
    assert collection.rollback(LOCAL, 1).number == 3
    assert everything(collection) == first
    write(collection, entry("e"), delete=["a", "c"])
    collection.rollback(LOCAL, 2)
    assert everything(collection) == second
    collection.rollback(LOCAL, 3)
    assert everything(collection) == first
    collection.rollback(LOCAL, 6)
    assert everything(collection) == first
    assert [version.number for version in collection.versions(LOCAL)] == [1, 2, 3, 4, 5, 6, 7]
    assert [version.documents for version in collection.versions(LOCAL)] == [3, 3, 3, 2, 3, 3, 3]


def test_rollback_needs_a_version_and_nothing_staged(store: Store) -> None:
    collection = collection_of(store, entry("a"))
    for absent in (0, 2, -1):
        with pytest.raises(NotFound):
            collection.rollback(LOCAL, absent)
    with collection.writer(LOCAL) as writer:
        writer.put([entry("b")])
    with pytest.raises(Conflict):
        collection.rollback(LOCAL, 1)
    with collection.writer(LOCAL) as writer:
        writer.abandon()
    assert collection.rollback(LOCAL, 1).number == 2


def test_open_collections_see_new_versions_on_the_next_call(store: Store, open_store: Callable[[], Store]) -> None:
    collection = collection_of(store, entry("a"))
    reader = open_store().open(LOCAL, "films")
    for number in range(5):
        id_ = f"new {number}"
        write(collection, entry(id_, seed=1), delete=[f"new {number - 1}"])
        assert reader.version(LOCAL) == number + 2
        assert [hit.document_id for hit in reader.nearest(LOCAL, unit(1), limit=1)] == [id_]
        assert reader.match(LOCAL, [id_], limit=5)[0].document_id == id_


def test_dropped_collections_are_gone_for_everybody(store: Store, open_store: Callable[[], Store]) -> None:
    collection = collection_of(store, entry("a"))
    reader = open_store().open(LOCAL, "films")
    assert reader.ids(LOCAL) == ["a"]
    store.drop(LOCAL, "films")
    assert store.names(LOCAL) == []
    for gone in (
        lambda: reader.ids(LOCAL),
        lambda: collection.ids(LOCAL),
        lambda: store.open(LOCAL, "films"),
    ):
        with pytest.raises(NotFound):
            gone()
    collection_of(store, entry("b"))
    assert store.open(LOCAL, "films").ids(LOCAL) == ["b"]


def test_a_collection_is_created_once(store: Store) -> None:
    collection_of(store, entry("a"))
    with pytest.raises(Conflict):
        store.create(LOCAL, "films", SETTINGS)
    store.create(LOCAL, "another", SETTINGS)
    assert store.names(LOCAL) == ["another", "films"]


def test_unfit_entries_are_refused_and_leave_nothing(store: Store) -> None:
    collection = collection_of(store, entry("a"))
    good = entry("b")
    unfit = [
        replace(good, vectors=np.zeros((1, DIMENSIONS + 1), np.float32)),
        replace(good, vectors=np.zeros((2, DIMENSIONS), np.float32)),
        replace(good, vectors=np.full((1, DIMENSIONS), np.nan, np.float32)),
        replace(good, chunks=entry("c").chunks),
        replace(good, chunks=good.chunks * 2, vectors=good.vectors.repeat(2, axis=0)),
        replace(good, document=replace(good.document, fields={"year": float("nan")})),
        replace(good, document=replace(good.document, fields={"year": 2**70})),
        replace(good, document=replace(good.document, text="half \ud800 of a pair")),
    ]
    with collection.writer(LOCAL) as writer:
        for item in unfit:
            with pytest.raises(InvalidInput):
                writer.put([entry("c"), item])
            assert set(writer.known()) == {"a"}
        assert writer.finish().number == 1


def test_pruning_forgets_old_versions_and_keeps_the_newest_exactly(store: Store, engine: str) -> None:
    collection = collection_of(store, *(entry(str(number)) for number in range(20)))
    write(collection, *(entry(str(number), "text of nineteen") for number in range(15)))
    write(collection, delete=["19"])
    reader = everything(collection)
    collection.prune(LOCAL, keep=2)  # type: ignore[attr-defined]
    assert everything(collection) == reader
    assert [version.number for version in collection.versions(LOCAL)] == [2, 3]
    with pytest.raises(NotFound):
        collection.rollback(LOCAL, 1)
    collection.rollback(LOCAL, 2)
    assert collection.count(LOCAL, Compare("year", "exists", False)) == 20
    collection.prune(LOCAL, keep=1)  # type: ignore[attr-defined]
    write(collection, entry("more"))
    assert collection.count(LOCAL) == 21
    assert collection.vectors(LOCAL, ["more#0", "3#0"]).tobytes() == (
        entry("more").vectors.tobytes() + entry("3").vectors.tobytes()
    )
