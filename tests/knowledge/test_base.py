"""A knowledge base: its documents, versions and what one principal sees of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from groundstone.errors import InvalidFilter, InvalidInput, NotFound
from groundstone.filters import Compare, Sort
from groundstone.knowledge.base import KnowledgeBase
from tests import bases


def test_answers_follow_the_newest_version_and_a_rollback(tmp_path: Path) -> None:
    with bases.built(tmp_path, bases.house_spec(), bases.HOUSES) as kb:
        assert kb.ask("highest price").cards[0].document_id == "h3"
        (tmp_path / "rows.jsonl").write_text(
            '{"id": "h9", "title": "Hut", "price": 5, "town": "Elsewhere"}\n', encoding="utf-8"
        )
        assert kb.sync().deleted == 5
        assert kb.ask("highest price").cards[0].document_id == "h9"
        assert kb.ask("houses in Elsewhere").total == 1
        kb.rollback(1)
        assert kb.ask("highest price").cards[0].document_id == "h3"
        assert kb.ask("houses in Orford").total == 2
        assert [version.documents for version in kb.versions()] == [5, 1, 5]


def test_an_empty_knowledge_base_answers_that_there_is_nothing(tmp_path: Path) -> None:
    with bases.opened(tmp_path, bases.house_spec()) as kb:
        for question in (
            "highest price",
            "houses in Orford",
            "how many houses are there?",
            "average price",
            "a garden",
        ):
            assert kb.ask(question).declined, question
        assert kb.search("garden") == []


def test_a_document_is_fetched_by_id(houses: KnowledgeBase) -> None:
    assert houses.document("h1").title == "Mill Cottage"
    with pytest.raises(NotFound, match="nothing-like-it"):
        houses.document("nothing-like-it")


def test_a_search_filters_sorts_and_pages(houses: KnowledgeBase) -> None:
    found = houses.search("house with a view", limit=5)
    assert len(found) == 5
    assert all(0 <= hit.score <= 1 for hit in found)
    scores = [hit.score for hit in found]
    assert scores == sorted(scores, reverse=True)
    pages = [
        hit.document.id for offset in range(5) for hit in houses.search("house with a view", limit=1, offset=offset)
    ]
    assert pages == [hit.document.id for hit in found]
    sold = houses.search("house", where=Compare("town", "eq", "Orford"), sort=[Sort("price", True)])
    assert [hit.document.id for hit in sold] == ["h3", "h1"]


@pytest.mark.parametrize("text", ["Sørensen", "sørensen,", "Paweł", "Munster", "Münster"])
def test_a_word_with_an_accent_is_found_by_full_text_search(houses: KnowledgeBase, text: str) -> None:
    hits = houses.search(text, limit=5, explain=True)
    assert any(hit.reasons["words_rank"] == 1 for hit in hits)


@pytest.mark.parametrize(
    "wrong",
    [
        {"text": "  "},
        {"text": "x" * 20_001},
        {"text": "x", "limit": 0},
        {"text": "x", "limit": 1001},
        {"text": "x", "offset": -1},
    ],
)
def test_a_search_that_asks_for_too_much_is_refused(houses: KnowledgeBase, wrong: dict[str, object]) -> None:
    with pytest.raises(InvalidInput):
        houses.search(**wrong)  # type: ignore[arg-type]


def test_a_search_by_an_unknown_field_is_refused(houses: KnowledgeBase) -> None:
    with pytest.raises(InvalidFilter):
        houses.search("x", where=Compare("colour", "eq", "red"))
    with pytest.raises(InvalidFilter):
        houses.search("x", sort=[Sort("agents")])


def test_cards_show_the_fields_of_the_spec_or_the_first_ones(houses: KnowledgeBase, films: KnowledgeBase) -> None:
    assert films.card_fields == list(films.spec.display["card"])
    assert set(houses.ask("highest price").cards[0].fields) <= set(houses.card_fields)
    assert len(houses.card_fields) <= 6


def test_what_one_may_not_read_is_neither_named_nor_counted(tmp_path: Path) -> None:
    """Documents of other readers take no part in understanding, counting or answering."""
    from groundstone.identity import LOCAL, Principal
    from groundstone.stores.base import Entry

    ana = Principal("ana", LOCAL.tenant)
    with bases.built(tmp_path, bases.house_spec(), bases.HOUSES) as kb:
        secret = replace(kb.document("h2"), readers=("user:ana",))
        (chunk,) = kb.collection.chunks_of(LOCAL, ["h2"])
        with kb.collection.writer(LOCAL) as writer:
            writer.put([Entry(secret, "secret", (chunk,), kb.collection.vectors(LOCAL, [chunk.id]))])
            writer.finish()
        assert kb.ask("how many houses are there?").total == 4
        assert kb.ask("What is the price of Harbour Loft?").declined
        hers = KnowledgeBase(ana, kb.collection, kb.spec, kb.embed)
        assert hers.ask("how many houses are there?").total == 5
        assert "615,000" in hers.ask("What is the price of Harbour Loft?").text
