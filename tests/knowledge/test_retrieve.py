from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from groundstone.errors import InvalidFilter, InvalidInput
from groundstone.filters import Compare, Sort
from groundstone.identity import LOCAL
from groundstone.knowledge.chunk import approximate_tokens, chunk
from groundstone.knowledge.retrieve import MAX_LIMIT, MAX_TEXT, MEANING, Request, search, words
from groundstone.knowledge.spec import Chunking
from groundstone.models.fakes import FakeEmbed
from groundstone.records import Document, Hit
from groundstone.schema import FieldSpec, Schema
from groundstone.stores.base import Collection, Entry, Settings
from groundstone.stores.sqlite import SqliteStore

SCHEMA = Schema(
    (FieldSpec("year", "integer"), FieldSpec("town"), FieldSpec("opened", "date")),
)
EMBED = FakeEmbed(256)
STRUCTURE = Chunking("structure")


@dataclass(frozen=True)
class Library:
    collection: Collection

    def put(self, *documents: Document, chunking: Chunking = STRUCTURE) -> None:
        entries = []
        for one in documents:
            chunks = tuple(chunk(one, chunking, approximate_tokens, EMBED))
            entries.append(Entry(one, one.id, chunks, EMBED.embed([item.embedded for item in chunks])))
        with self.collection.writer(LOCAL) as writer:
            writer.put(entries)
            writer.finish()

    def find(self, text: str, **options: object) -> list[Hit]:
        return search(LOCAL, self.collection, EMBED, Request(text, **options))  # type: ignore[arg-type]


@pytest.fixture
def library(tmp_path: Path) -> Library:
    store = SqliteStore(tmp_path)
    return Library(store.create(LOCAL, "library", Settings(SCHEMA, EMBED.dimensions, EMBED.name, {})))


def page(name: str, text: str, **fields: object) -> Document:
    return Document(name, name.title(), text, fields)  # type: ignore[arg-type]


def towns(count: int) -> list[Document]:
    return [page(f"town-{n:02d}", f"Town {n} has a harbour and {n} boats.", year=1900 + n) for n in range(count)]


def names(hits: Sequence[Hit]) -> list[str]:
    return [hit.document.id for hit in hits]


def test_the_passage_about_the_question_comes_first(library: Library) -> None:
    library.put(page("mill", "The mill grinds wheat."), page("port", "Ships rest in the harbour."))
    assert names(library.find("where do ships rest"))[0] == "port"


def test_reasons_say_how_the_score_came_about(library: Library) -> None:
    library.put(page("mill", "The mill grinds wheat."), page("port", "Ships rest in the harbour."))
    for hit in library.find("ships in the harbour", explain=True):
        found = hit.reasons
        best = max(other.reasons["bm25"] for other in library.find("ships in the harbour", explain=True))
        expected = MEANING * max(found["cosine"], 0) + (1 - MEANING) * found["bm25"] / best
        assert hit.score == pytest.approx(expected, abs=1e-3)
    first, last = library.find("ships in the harbour", explain=True)
    assert (first.reasons["meaning_rank"], first.reasons["words_rank"]) == (1, 1)
    assert (last.reasons["meaning_rank"], last.reasons["words_rank"], last.reasons["bm25"]) == (2, None, 0.0)


def test_reasons_are_left_out_unless_asked_for(library: Library) -> None:
    library.put(*towns(2))
    assert all(not hit.reasons for hit in library.find("harbour"))


def test_scores_fall_and_lie_between_nought_and_one(library: Library) -> None:
    library.put(*towns(20))
    scores = [hit.score for hit in library.find("town with 7 boats", limit=20)]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)


def test_a_chunk_that_only_the_words_find_has_its_exact_cosine(library: Library) -> None:
    crowd = [page(f"near-{n:02d}", "boats boats harbour") for n in range(45)]
    library.put(*crowd, page("far", f"zephyr {' '.join(f'word{n}' for n in range(60))}"))
    found = {hit.document.id: hit for hit in library.find("boats harbour zephyr", limit=50, explain=True)}
    far = found["far"]
    wanted = float(EMBED.embed([far.chunk.embedded])[0] @ EMBED.embed(["boats harbour zephyr"])[0])
    assert far.reasons["cosine"] == pytest.approx(wanted, abs=0.01)


def test_the_same_text_is_shown_once(library: Library) -> None:
    library.put(*(page(f"copy-{n}", "Ships rest in the harbour at night.") for n in range(4)))
    assert len(library.find("ships at night")) == 1


def test_short_texts_may_repeat(library: Library) -> None:
    library.put(*(page(f"copy-{n}", "A harbour.") for n in range(3)))
    assert len(library.find("harbour")) == 3


def test_one_each_gives_every_document_once(library: Library) -> None:
    chapters = "\n\n".join(f"Chapter {n} tells of the harbour. {'It was cold. ' * 60}" for n in range(4))
    library.put(page("book", chapters), page("leaf", "A leaf about the harbour wall."))
    assert names(library.find("harbour", limit=10)).count("book") > 1
    assert sorted(names(library.find("harbour", limit=10, one_each=True))) == ["book", "leaf"]


def test_pages_continue_each_other(library: Library) -> None:
    library.put(*towns(30))
    every = names(library.find("harbour boats", limit=30))
    paged = [
        name for offset in range(0, 30, 10) for name in names(library.find("harbour boats", limit=10, offset=offset))
    ]
    assert paged == every
    assert len(set(every)) == 30
    assert library.find("harbour boats", offset=30) == []


def test_weak_hits_are_left_out_by_the_least_score(library: Library) -> None:
    library.put(page("mill", "The mill grinds wheat."), page("port", "Ships rest in the harbour."))
    weak = library.find("ships rest in the harbour")[-1].score
    assert names(library.find("ships rest in the harbour", min_score=weak + 0.01)) == ["port"]
    assert library.find("ships rest in the harbour", min_score=1.01) == []


@pytest.mark.parametrize("field", ["year", "town", "opened"])
@pytest.mark.parametrize("descending", [False, True])
def test_hits_are_sorted_by_a_field_and_those_without_it_come_last(
    library: Library, field: str, descending: bool
) -> None:
    places = ["Bergen", "Ålesund", "Oslo"]
    dated = [
        page(f"p{n}", f"Harbour {name}.", year=1900 + n, town=name, opened=date(1900 + n, 1, 1))
        for n, name in enumerate(places)
    ]
    library.put(*dated, page("none", "Harbour of nowhere."))
    found = names(library.find("harbour", sort=(Sort(field, descending),)))
    ascending = ["p1", "p0", "p2"] if field == "town" else ["p0", "p1", "p2"]
    assert found == [*(reversed(ascending) if descending else ascending), "none"]


def test_hits_obey_the_filter(library: Library) -> None:
    library.put(*towns(30))
    found = library.find("harbour boats", where=Compare("year", "ge", 1925), limit=30)
    assert sorted(names(found)) == [f"town-{n}" for n in range(25, 30)]


def test_a_filter_or_sort_on_a_field_that_is_not_there_is_refused(library: Library) -> None:
    with pytest.raises(InvalidFilter, match="colour"):
        library.find("harbour", where=Compare("colour", "eq", "red"))
    with pytest.raises(InvalidFilter, match="colour"):
        library.find("harbour", sort=(Sort("colour"),))


def test_the_section_is_shown_instead_of_the_sentence_that_was_found(library: Library) -> None:
    text = "# Harbour\nShips rest here. The crane is red. Gulls cry all day.\n\n# Mill\nWheat is ground here."
    library.put(page("guide", text), chunking=Chunking("hierarchical", size=40, overlap=0, child=8))
    hit = library.find("crane is red")[0]
    assert "Ships rest here." in hit.chunk.text
    assert "Gulls cry all day." in hit.chunk.text
    assert hit.chunk.parent is None


def test_a_section_found_by_many_of_its_sentences_leaves_room_for_others(library: Library) -> None:
    busy = " ".join(f"Crane {n} is red and lifts crates." for n in range(12))
    quiet = [page(f"quiet-{n}", f"Port {n} once had a crane that was sold in 19{n}0 for scrap.") for n in range(4)]
    library.put(page("busy", busy), *quiet, chunking=Chunking("hierarchical", size=220, overlap=0, child=10))
    found = library.find("red crane lifts crates", limit=5)
    assert len({hit.chunk.id for hit in found}) == len(found) == 5


@pytest.mark.parametrize(
    "wanted",
    [
        {"text": "  "},
        {"text": "a" * (MAX_TEXT + 1)},
        {"text": "harbour", "limit": 0},
        {"text": "harbour", "limit": MAX_LIMIT + 1},
        {"text": "harbour", "offset": -1},
    ],
)
def test_a_request_out_of_bounds_is_refused(library: Library, wanted: dict[str, object]) -> None:
    with pytest.raises(InvalidInput):
        library.find(**wanted)  # type: ignore[arg-type]


def test_signs_of_a_query_language_are_only_signs(library: Library) -> None:
    library.put(page("port", 'Ships "rest" in the harbour; OR (near) NOT* far.'))
    assert names(library.find('" OR harbour* NOT (x NEAR/2 y):')) == ["port"]


def test_an_empty_collection_has_no_hits(library: Library) -> None:
    assert library.find("harbour") == []
    assert library.find("harbour", sort=(Sort("year"),)) == []


def test_function_words_are_not_searched_unless_nothing_else_is_left() -> None:
    assert words("Where is the harbour?") == ["harbour"]
    assert words("Who is it?") == ["who", "is", "it"]
    assert words("harbour Harbour HARBOUR") == ["harbour"]
    assert len(words(" ".join(f"w{n}" for n in range(200)))) == 64
