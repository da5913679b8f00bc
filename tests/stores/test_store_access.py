"""Nobody reads what they may not read, by any method."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from groundstone.errors import InvalidInput, NotFound
from groundstone.filters import Compare, Not, Or
from groundstone.identity import LOCAL, Principal
from groundstone.stores.base import Collection, Store
from tests.stores.conformance import ANN, BOB, SETTINGS, STRANGER, collection_of, entry, unit, write

ENTRIES = (
    entry("open", "text for all", fields={"year": 1}),
    entry("staff", "text for staff", fields={"year": 2}, readers=("group:staff",)),
    entry("bob", "text for bob", fields={"year": 3}, readers=("user:bob", "group:board")),
    entry("nobody", "text for nobody", fields={"year": 4}, readers=()),
)


@pytest.fixture
def shared(store: Store) -> Collection:
    return collection_of(store, *ENTRIES)


@pytest.mark.parametrize(
    ("principal", "visible"),
    [
        (ANN, {"open", "staff"}),
        (BOB, {"open", "bob"}),
        (LOCAL, {"open"}),
        (Principal("BOB", "local"), {"open"}),
    ],
)
def test_every_read_shows_only_what_the_principal_may_read(
    shared: Collection, principal: Principal, visible: set[str]
) -> None:
    all_ids = [item.document.id for item in ENTRIES]
    chunk_ids = [f"{id_}#0" for id_ in all_ids]
    assert set(shared.ids(principal)) == visible
    assert {document.id for document in shared.select(principal)} == visible
    assert shared.count(principal) == len(visible)
    assert {hit.document_id for hit in shared.nearest(principal, unit(1), limit=9)} == visible
    assert {hit.document_id for hit in shared.match(principal, ["text"], limit=9)} == visible
    assert set(shared.documents(principal, all_ids)) == visible
    assert {chunk.document_id for chunk in shared.chunks(principal, chunk_ids).values()} == visible
    assert {chunk.document_id for chunk in shared.chunks_of(principal, all_ids)} == visible
    years = {item.document.fields["year"] for item in ENTRIES if item.document.id in visible}
    assert {year for year, _ in shared.values(principal, "year")} == years
    aggregate = shared.aggregate(principal, "year")
    assert (aggregate.count, aggregate.maximum) == (len(visible), max(years))
    for id_ in all_ids:
        if id_ in visible:
            assert shared.vectors(principal, [f"{id_}#0"]).shape == (1, 8)
        else:
            with pytest.raises(NotFound):
                shared.vectors(principal, ["open#0", f"{id_}#0"])


def test_no_filter_widens_the_rights(shared: Collection) -> None:
    for where in (Or((Compare("year", "exists", True),)), Not(Compare("year", "eq", 99))):
        assert shared.ids(LOCAL, where) == ["open"]
        assert [hit.document_id for hit in shared.nearest(LOCAL, unit(1), limit=9, where=where)] == ["open"]


def test_rights_are_those_of_the_newest_version(shared: Collection) -> None:
    assert shared.ids(LOCAL) == ["open"]
    write(shared, entry("open", readers=("user:bob",)), entry("nobody", readers=("*",)))
    assert shared.ids(LOCAL) == ["nobody"]
    assert [hit.document_id for hit in shared.nearest(LOCAL, unit(1), limit=9)] == ["nobody"]
    shared.rollback(LOCAL, 1)
    assert shared.ids(LOCAL) == ["open"]
    assert shared.ids(BOB) == ["bob", "open"]


def test_another_tenant_sees_nothing(store: Store, shared: Collection) -> None:
    with pytest.raises(NotFound):
        store.open(STRANGER, "films")
    with pytest.raises(NotFound):
        store.drop(STRANGER, "films")
    assert store.names(STRANGER) == []
    calls: list[Callable[[], object]] = [
        lambda: shared.version(STRANGER),
        lambda: shared.versions(STRANGER),
        lambda: shared.writer(STRANGER),
        lambda: shared.rollback(STRANGER, 1),
        lambda: shared.update_settings(STRANGER, SETTINGS),
        lambda: shared.nearest(STRANGER, unit(1), limit=1),
        lambda: shared.match(STRANGER, ["text"], limit=1),
        lambda: shared.select(STRANGER),
        lambda: shared.ids(STRANGER),
        lambda: shared.count(STRANGER),
        lambda: shared.aggregate(STRANGER, "year"),
        lambda: shared.values(STRANGER, "year"),
        lambda: shared.documents(STRANGER, ["open"]),
        lambda: shared.chunks(STRANGER, ["open#0"]),
        lambda: shared.chunks_of(STRANGER, ["open"]),
        lambda: shared.vectors(STRANGER, ["open#0"]),
    ]
    for call in calls:
        with pytest.raises(NotFound):
            call()


def test_tenants_have_collections_of_the_same_name(store: Store, shared: Collection) -> None:
    theirs = collection_of(store, entry("theirs"), principal=STRANGER)
    assert theirs.ids(STRANGER) == ["theirs"]
    store.drop(STRANGER, "films")
    assert store.names(LOCAL) == ["films"]
    assert shared.ids(LOCAL) == ["open"]


@pytest.mark.parametrize(
    "tenant", ["..", ".", "", "/", "a/../b", "A", "a", "a\0b", "\\", "C:", "con", "é", "e\u0301", "x" * 500]
)
def test_no_name_of_a_tenant_leaves_its_place(store: Store, tenant: str) -> None:
    tenants = [tenant, "b", "local", "a/b"]
    for number, name in enumerate(tenants):
        collection_of(store, entry(str(number)), principal=Principal("u", name))
    for number, name in enumerate(tenants):
        principal = Principal("u", name)
        assert store.names(principal) == ["films"]
        assert store.open(principal, "films").ids(principal) == [str(number)]


@pytest.mark.parametrize("name", ["", "A", "-a", "a_b", "..", "a/b", "a" * 64, "a\n", "é", "a.db", "a\0"])
def test_unsafe_names_of_collections_are_refused(store: Store, name: str) -> None:
    with pytest.raises(InvalidInput):
        store.create(LOCAL, name, SETTINGS)
    with pytest.raises(NotFound):
        store.open(LOCAL, name)
    with pytest.raises(NotFound):
        store.drop(LOCAL, name)
