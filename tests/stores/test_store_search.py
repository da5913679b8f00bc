"""Search by meaning and by words, and texts that try to be more than text."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from groundstone.errors import InvalidInput
from groundstone.filters import Compare
from groundstone.identity import LOCAL
from groundstone.stores.base import Store
from tests.stores.conformance import DIMENSIONS, collection_of, entry, unit, write

HOSTILE = [
    "'; DROP TABLE documents; --",
    '" OR 1=1 --',
    "a\0b",
    "\0",
    "%",
    "_",
    "\\",
    "100%_\\'\"",
    "😀👩‍👩‍👧",
    "NEAR(a b)",
    "a AND NOT b",
    "embedded: x",
    "^a*",
    "{}[]()",
    "\u202ereversed",
    "\U0010ffff",
    "x" * 300,
    "\n\t",
]


def test_nearest_is_exact(store: Store) -> None:
    entries = [entry(str(number), seed=100 + number) for number in range(60)]
    collection = collection_of(store, *entries)
    query = unit(7)
    cosines = {item.document.id: float(item.vectors[0] @ query) for item in entries}
    expected = sorted(cosines, key=cosines.__getitem__, reverse=True)
    found = collection.nearest(LOCAL, query * 3, limit=10)
    assert [hit.document_id for hit in found] == expected[:10]
    assert [hit.score for hit in found] == pytest.approx([cosines[id_] for id_ in expected[:10]], abs=1e-5)
    assert [hit.document_id for hit in collection.nearest(LOCAL, query, limit=1000)] == expected
    assert collection.nearest(LOCAL, query, limit=0) == []


def test_nearest_stays_exact_over_versions(store: Store) -> None:
    collection = collection_of(store, *(entry(str(number)) for number in range(40)))
    for round_ in range(1, 4):
        write(
            collection,
            *(entry(str(number), seed=1000 * round_ + number) for number in range(0, 40, round_ + 1)),
        )
        chunk_ids = [f"{number}#0" for number in range(40)]
        cosines = collection.vectors(LOCAL, chunk_ids) @ unit(3)
        best = [chunk_ids[at] for at in np.argsort(-cosines)[:7]]
        assert [hit.chunk_id for hit in collection.nearest(LOCAL, unit(3), limit=7)] == best


def test_ties_are_in_the_order_of_ids(store: Store) -> None:
    names = ["d", "b", "a", "c", "e"]
    collection = collection_of(store, *(entry(name, "same words", seed=5) for name in names))
    for limit in (1, 2, 5):
        expected = sorted(names)[:limit]
        assert [hit.document_id for hit in collection.nearest(LOCAL, unit(5), limit=limit)] == expected
    assert [hit.document_id for hit in collection.match(LOCAL, ["same"], limit=5)] == sorted(names)


def test_cosines_are_between_minus_one_and_one(store: Store) -> None:
    collection = collection_of(store, entry("a", seed=5))
    assert collection.nearest(LOCAL, unit(5), limit=1)[0].score == pytest.approx(1.0)
    assert -1.0 <= collection.nearest(LOCAL, -unit(5), limit=1)[0].score <= -0.999
    assert collection.nearest(LOCAL, np.zeros(DIMENSIONS, np.float32), limit=1)[0].score == 0.0


def test_unfit_searches_are_refused(store: Store) -> None:
    collection = collection_of(store, entry("a"))
    for vector in (unit(1)[:-1], unit(1).reshape(1, -1), np.full(DIMENSIONS, np.nan, np.float32)):
        with pytest.raises(InvalidInput):
            collection.nearest(LOCAL, vector, limit=1)
    for call in (
        lambda: collection.nearest(LOCAL, unit(1), limit=-1),
        lambda: collection.match(LOCAL, ["a"], limit=-1),
        lambda: collection.select(LOCAL, limit=-1),
        lambda: collection.select(LOCAL, offset=-1),
        lambda: collection.values(LOCAL, "year", limit=-1),
    ):
        with pytest.raises(InvalidInput):
            call()


def test_words_match_in_any_inflection_case_and_accent(store: Store) -> None:
    collection = collection_of(store, entry("a", "The CAFÉ was running late"), entry("b", "nothing here"))
    for word in ("cafe", "Café", "RUN", "runs"):
        assert [hit.document_id for hit in collection.match(LOCAL, [word], limit=5)] == ["a"]
    assert collection.match(LOCAL, ["tea"], limit=5) == collection.match(LOCAL, [], limit=5) == []
    assert collection.match(LOCAL, ["cafe"], limit=0) == []


def test_rare_words_weigh_more(store: Store) -> None:
    texts = {"a": "zebra crossing", "b": "lion crossing", "c": "tiger crossing", "d": "wolf howls"}
    collection = collection_of(store, *(entry(id_, text) for id_, text in texts.items()))
    found = collection.match(LOCAL, ["crossing", "zebra"], limit=5)
    assert [hit.document_id for hit in found] == ["a", "b", "c"]
    assert found[0].score > found[1].score > 0


def test_words_of_texts_that_are_gone_do_not_match_nor_count(store: Store) -> None:
    collection = collection_of(store, entry("a", "alpha beta"), entry("b", "beta gamma"))
    before = collection.match(LOCAL, ["beta", "gamma"], limit=5)
    write(collection, entry("a", "delta"), *(entry(str(number), "gamma gamma") for number in range(5)))
    assert collection.match(LOCAL, ["alpha"], limit=5) == []
    collection.rollback(LOCAL, 1)
    assert collection.match(LOCAL, ["beta", "gamma"], limit=5) == before


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_are_only_texts(store: Store, text: str) -> None:
    item = entry(text, f"{text} wordone", fields={text: text, "title": text, "genres": (text, "other")})
    collection = collection_of(store, item, entry("plain", "plain wordtwo", fields={"title": "plain"}))
    assert collection.documents(LOCAL, [text]) == {text: item.document}
    assert collection.chunks(LOCAL, [f"{text}#0"]) == {f"{text}#0": item.chunks[0]}
    for field in ("title", "genres", text):
        assert collection.ids(LOCAL, Compare(field, "eq", text)) == [text]
    assert [value for value, _ in collection.values(LOCAL, text)] == [text]
    assert "plain" not in {hit.document_id for hit in collection.match(LOCAL, [text], limit=5)}
    assert "plain" in {hit.document_id for hit in collection.match(LOCAL, [text, "wordtwo"], limit=5)}
    write(collection, delete=[text])
    assert collection.ids(LOCAL) == ["plain"]


def test_wildcards_are_plain_characters(store: Store) -> None:
    titles = {"a": "50% off", "b": "50 off", "c": "a_b", "d": "axb", "e": "back\\slash"}
    collection = collection_of(store, *(entry(id_, fields={"title": title}) for id_, title in titles.items()))
    for op, text, ids in (
        ("contains", "%", ["a"]),
        ("contains", "_", ["c"]),
        ("starts_with", "a_", ["c"]),
        ("contains", "\\", ["e"]),
        ("starts_with", "50%", ["a"]),
    ):
        assert collection.ids(LOCAL, Compare("title", op, text)) == ids  # type: ignore[arg-type]


def test_a_very_large_text_is_stored_and_found(store: Store) -> None:
    text = "needle " + "hay " * 250_000
    collection = collection_of(store, entry("big", text, fields={"title": text}), entry("small"))
    assert collection.documents(LOCAL, ["big"])["big"].text == text
    assert [hit.document_id for hit in collection.match(LOCAL, ["needle"], limit=5)] == ["big"]
    assert collection.match(LOCAL, [text], limit=5) == []
    assert collection.ids(LOCAL, Compare("title", "contains", "needle hay")) == ["big"]
    assert collection.ids(LOCAL, Compare("title", "eq", text)) == ["big"]


@pytest.fixture
def small(store: Store):  # type: ignore[no-untyped-def]
    return collection_of(store, entry("a", "some words here"), entry("b", 'quotes " and * stars'))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=12), max_size=80))
def test_any_words_can_be_looked_for(small, words: list[str]) -> None:  # type: ignore[no-untyped-def]
    assert {hit.document_id for hit in small.match(LOCAL, words, limit=9)} <= {"a", "b"}
    assert "a" in {hit.document_id for hit in small.match(LOCAL, [*words[:20], "words"], limit=9)}


def test_common_words_are_left_out_only_beside_rarer_ones(store: Store) -> None:
    entries = [entry(f"{number:04}", "the film" + (" gem" if number == 7 else "")) for number in range(1200)]
    collection = collection_of(store, *entries)
    assert collection.match(LOCAL, ["the", "gem"], limit=3)[0].document_id == "0007"
    assert len(collection.match(LOCAL, ["the", "film"], limit=3)) == 3
    assert len(collection.match(LOCAL, ["the", "unheard"], limit=3)) == 3
