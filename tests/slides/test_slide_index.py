"""Finding the right slide: by words, by meaning, by what the question names; and what is kept of slides on disk."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from groundstone.documents.decks.base import Slide
from groundstone.errors import InvalidInput
from groundstone.models.base import Chat, Embed, Picture, Vectors
from groundstone.models.fakes import FakeChat, FakeEmbed
from groundstone.models.minilm import MiniLM
from groundstone.slides.base import SlideHit, Way
from groundstone.slides.index import SlideIndex
from groundstone.slides.making import Engines
from groundstone.slides.rank import near
from tests.slides.indexed_decks import SHIP, SHIP_SLIDES, TEA, TEA_SLIDES, info, slide
from tests.slides.pictured import png

BOTH = ("tea", "ship")


def filled(home: Path, embed: Embed | None = None, **engines: object) -> SlideIndex:
    made = SlideIndex(home, Engines(lambda: embed, **engines))  # type: ignore[arg-type]
    made.whole("t", TEA, TEA_SLIDES)
    made.whole("t", SHIP, SHIP_SLIDES)
    return made


def first(index: SlideIndex, text: str, way: Way = "together") -> tuple[str, int]:
    hit = index.search("t", text, BOTH, way=way)[0]
    return hit.deck, hit.slide


@pytest.fixture(scope="module")
def true(tmp_path_factory: pytest.TempPathFactory, minilm_folder: Path) -> Iterator[SlideIndex]:
    made = filled(tmp_path_factory.mktemp("true"), MiniLM(minilm_folder, threads=1))
    yield made
    made.close()


@pytest.mark.parametrize(
    ("question", "deck", "number"),
    [
        ("What is the rent?", "tea", 3),
        ("How many baristas work in Bruges?", "tea", 4),
        ("How many cups of black tea were sold in summer?", "tea", 5),
        ("When is the old boiler replaced?", "tea", 6),
        ("How long does the ferry from Kiel to Riga take?", "ship", 2),
        ("How many officers does the Borealis have?", "ship", 3),
        ("What does slide 4 of the tea house plan say?", "tea", 4),
        ("Summarise the last slide of the ferry review.", "ship", 3),
    ],
)
@pytest.mark.parametrize("way", ["together", "described"])
def test_the_right_slide_comes_first(true: SlideIndex, question: str, deck: str, number: int, way: Way) -> None:
    assert first(true, question, way) == (deck, number)


def test_meaning_finds_what_is_worded_otherwise(true: SlideIndex) -> None:
    assert first(true, "How much do we pay to the landlord?") == ("tea", 3)
    assert first(true, "What equipment heats the water?") == ("tea", 6)


def test_a_question_about_something_else_is_near_nothing(true: SlideIndex) -> None:
    assert not near(true.search("t", "Who painted the ceiling of the Sistine Chapel?", BOTH))
    assert near(true.search("t", "How many baristas work in Ghent?", BOTH))


def test_words_alone_find_slides_without_a_model(tmp_path: Path) -> None:
    index = filled(tmp_path)
    assert first(index, "What is the rent?") == ("tea", 3)
    assert first(index, "How many officers are on the Aurora?") == ("ship", 3)


def test_a_slip_of_the_hand_still_finds_its_word(tmp_path: Path) -> None:
    assert first(filled(tmp_path), "How many barristas in Brugess?") == ("tea", 4)


def test_a_deck_that_is_named_comes_before_one_that_says_the_same(tmp_path: Path) -> None:
    index = filled(tmp_path)
    assert first(index, "staff in the ferry review") == ("ship", 3)
    assert first(index, "staff in the tea house plan") == ("tea", 4)


def test_decks_of_one_name_are_told_apart_by_their_year(tmp_path: Path) -> None:
    index = SlideIndex(tmp_path, Engines(lambda: None))
    for year, other in (("2021", "2022"), ("2022", "2021")):
        deck = info(year, f"review_{year}.pptx", f"Northwind review {year}")
        index.whole("t", deck, [slide(1, deck.title), slide(2, "Profit", "12 million", f"Compare {other}")])
    index.whole("t", TEA, TEA_SLIDES)
    for year in ("2021", "2022"):
        hit = index.search("t", f"What was the profit in the Northwind review {year}?", ["2021", "2022", "tea"])[0]
        assert (hit.deck, hit.slide) == (year, 2)


def test_title_pages_and_agendas_come_last_unless_they_are_asked_for(tmp_path: Path) -> None:
    index = filled(tmp_path)
    assert first(index, "tea house staff") == ("tea", 4)
    assert first(index, "What is the agenda of the tea house plan?") == ("tea", 2)


def test_only_the_decks_asked_for_are_searched(tmp_path: Path) -> None:
    index = filled(tmp_path)
    assert {hit.deck for hit in index.search("t", "staff", ["ship"])} == {"ship"}
    assert index.search("t", "staff", []) == index.search("t", "staff", ["unknown"]) == []


def test_scores_are_shares_and_reasons_say_why(true: SlideIndex) -> None:
    hits = true.search("t", "What is the rent?", BOTH, limit=100)
    assert len(hits) == 10
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert all(0.0 <= hit.score <= 1.0 for hit in hits)
    assert {"words", "together", "piece", "whole"} <= {name for name, _ in hits[0].reasons}


@pytest.mark.parametrize("text", ["", "  ", "x" * 5000])
def test_a_question_of_no_or_endless_length_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(InvalidInput, match="characters"):
        SlideIndex(tmp_path, Engines(lambda: None)).search("t", text, BOTH)


def test_limit_and_way_are_checked(tmp_path: Path) -> None:
    index = SlideIndex(tmp_path, Engines(lambda: None))
    with pytest.raises(InvalidInput, match="limit"):
        index.search("t", "rent", BOTH, limit=0)
    with pytest.raises(InvalidInput, match="way"):
        index.search("t", "rent", BOTH, way="sideways")  # type: ignore[arg-type]


def test_an_empty_slide_is_kept_and_never_in_the_way(tmp_path: Path) -> None:
    index = SlideIndex(tmp_path, Engines(lambda: FakeEmbed()))
    index.whole("t", TEA, [Slide(1), slide(2, "Rent", "2,400 euros a month for the shop")])
    assert index.count("t", ["tea"]) == 2
    assert index.search("t", "rent", ["tea"])[0].slide == 2


# -- keeping -------------------------------------------------------------------------------------------------


def test_a_slide_is_found_as_soon_as_it_was_put(tmp_path: Path) -> None:
    index = SlideIndex(tmp_path, Engines(lambda: FakeEmbed()))
    for one in TEA_SLIDES[:3]:
        index.put("t", TEA, [one])
    assert index.count("t", ["tea"]) == 3
    assert index.search("t", "rent", ["tea"])[0].slide == 3


def test_a_slide_that_comes_again_replaces_itself(tmp_path: Path) -> None:
    index = filled(tmp_path)
    index.put("t", TEA, [slide(3, "Parking", "Two places behind the house")])
    assert index.count("t", ["tea"]) == 7
    assert index.search("t", "parking", ["tea"])[0].slide == 3
    assert index.search("t", "lease", ["tea"])[0].score < 0.1


def test_a_whole_deck_has_only_its_own_slides(tmp_path: Path) -> None:
    index = filled(tmp_path)
    index.whole("t", TEA, TEA_SLIDES[:2])
    assert [record.slide for record in index.records("t", "tea")] == [1, 2]


def test_everything_is_there_for_the_next_process(tmp_path: Path) -> None:
    one = filled(tmp_path, FakeEmbed())
    other = SlideIndex(tmp_path, Engines(lambda: FakeEmbed()))
    assert other.search("t", "What is the rent?", BOTH) == one.search("t", "What is the rent?", BOTH)
    one.put("t", TEA, [slide(8, "Parking", "Two places behind the house")])
    assert other.search("t", "parking", BOTH)[0].slide == 8
    one.drop("t", "tea")
    assert other.count("t", ["tea"]) == 0


def test_a_line_that_was_cut_off_harms_no_other(tmp_path: Path) -> None:
    filled(tmp_path)
    for path in tmp_path.rglob("*.jsonl"):
        path.write_bytes(path.read_bytes()[:-40])
    index = SlideIndex(tmp_path, Engines(lambda: None))
    assert index.count("t", ["tea"]) == 6
    index.put("t", TEA, TEA_SLIDES[6:])
    assert index.count("t", ["tea"]) == 7


def test_tenants_see_nothing_of_each_other(tmp_path: Path) -> None:
    index = filled(tmp_path)
    assert index.search("other", "What is the rent?", BOTH) == []
    index.drop("other", "tea")
    assert index.count("t", ["tea"]) == 7


def test_ids_that_look_like_paths_stay_in_the_folder(tmp_path: Path) -> None:
    index = SlideIndex(tmp_path / "in" / "here", Engines(lambda: None))
    index.whole("../..", info("../../../x"), TEA_SLIDES)
    assert all(path.is_relative_to(tmp_path / "in" / "here") for path in tmp_path.rglob("*.jsonl"))


def test_a_dropped_deck_leaves_no_file(tmp_path: Path) -> None:
    index = filled(tmp_path)
    index.drop("t", "tea")
    index.drop("t", "ship")
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_the_whole_deck_embeds_only_what_is_new(tmp_path: Path) -> None:
    embed = FakeEmbed()
    index = SlideIndex(tmp_path, Engines(lambda: embed))
    index.put("t", info("tea", title="tea_2024.pptx"), TEA_SLIDES)
    embed.calls.clear()
    index.whole("t", TEA, TEA_SLIDES)  # its title is known now
    assert all("Tea house plan" in text for call in embed.calls for text in call)
    embed.calls.clear()
    index.whole("t", TEA, TEA_SLIDES)
    assert embed.calls == []


def test_vectors_of_another_model_are_not_current(tmp_path: Path) -> None:
    assert filled(tmp_path, FakeEmbed()).is_current("t", "tea")
    other = SlideIndex(tmp_path, Engines(lambda: FakeEmbed(32, "another")))
    assert not other.is_current("t", "tea")
    assert other.search("t", "What is the rent?", BOTH)[0].slide == 3  # by its words until then
    other.whole("t", TEA, TEA_SLIDES)
    assert other.is_current("t", "tea")


# -- pictures ------------------------------------------------------------------------------------------------


class Colours:
    """Implements ``EmbedSlides``: the colour of a picture's first dot, and of a word."""

    name, dimensions = "colours", 3
    seen = 0

    def embed_slides(self, pictures: Sequence[Picture], texts: Sequence[str]) -> Vectors:
        self.seen += len(pictures)
        return np.eye(3, dtype=np.float32)[[picture.data[0] for picture in pictures]]

    def embed_question(self, text: str) -> Vectors:
        return np.array(["red" in text, "green" in text, "blue" in text], np.float32)


def test_pictures_find_slides_that_have_no_words_for_it(tmp_path: Path) -> None:
    engine = Colours()
    index = SlideIndex(
        tmp_path,
        Engines(lambda: None, lambda: engine, show=lambda deck, number: Picture(bytes([number % 3]), "image/png")),
    )
    slides = [slide(number, f"Photo {number}", "taken by the garden team in May") for number in range(2, 8)]
    index.whole("t", TEA, slides)
    assert {hit.slide for hit in index.search("t", "a green door", ["tea"], limit=2)} == {4, 7}
    assert {hit.slide for hit in index.search("t", "a red door", ["tea"], limit=2)} == {3, 6}
    index.whole("t", TEA, slides)
    assert engine.seen == 6


def test_a_model_that_sees_describes_slides_once(tmp_path: Path) -> None:
    chat = FakeChat(["A lighthouse stands on a cliff."])
    picture = Picture(png((4, 4), (1, 2, 3)), "image/png")
    asked = 0

    def show(deck: str, number: int) -> Picture:
        nonlocal asked
        asked += 1
        return picture

    def seeing() -> Chat:
        return chat

    index = SlideIndex(tmp_path, Engines(lambda: FakeEmbed(), chat=seeing, show=show))
    slides = [slide(1, "Cover of the book"), slide(2, "Prices", "A ticket costs 4 euros for children")]
    index.put("t", TEA, slides[:1])
    index.whole("t", TEA, slides)
    assert [record.description.by for record in index.records("t", "tea")] == ["fake-chat", "fake-chat"]
    assert asked == 2


def test_hits_are_frozen_and_plain(tmp_path: Path) -> None:
    assert all(
        isinstance(hit, SlideHit) and type(hit.slide) is int for hit in filled(tmp_path).search("t", "rent", BOTH)
    )
