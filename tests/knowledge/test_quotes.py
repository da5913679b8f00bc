from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundstone.knowledge.chunk import approximate_tokens, chunk
from groundstone.knowledge.quotes import (
    LONGEST,
    Evidence,
    Passage,
    Weights,
    best,
    card,
    joined,
    passages_in,
    passages_of,
    quote,
    sentences_of,
)
from groundstone.knowledge.spec import Chunking
from groundstone.models.base import Vectors
from groundstone.models.fakes import FakeEmbed
from groundstone.records import Chunk, Document, Hit, Span

STORY = (
    "The mill stood by the river. It was built in 1604 by Hanna Brand. Nobody lived there. "
    "The bridge was washed away by a flood in 1702. A new bridge of stone took its place."
)
WORDS = st.text(alphabet=st.sampled_from("ab .!?\n-éß。“”😀"), max_size=300)


def document(text: str = STORY, name: str = "d", parts: tuple[Span, ...] = ()) -> Document:
    return Document(name, "The mill", text, parts=parts, source=f"{name}.txt")


def hit(source: Document, score: float = 1.0, start: int = 0, end: int | None = None) -> Hit:
    end = len(source.text) if end is None else end
    text = source.text[start:end]
    return Hit(Chunk(f"{source.id}#{start}", source.id, text, start, end, text), source, score)


def record() -> Document:
    text = f"Title: The mill\nPlot: {STORY}"
    start = text.index("The mill stood")
    parts = (Span(7, 15, field="title"), Span(start, len(text), field="plot"))
    return document(text, "r", parts)


def rank(question: str, passages: Sequence[Passage], **options: object) -> list[str]:
    return [quote(item) for _, item in best(FakeEmbed(), question, passages, **options)]  # type: ignore[arg-type]


@settings(max_examples=100)
@given(WORDS, WORDS, st.sampled_from(["none", "fixed", "structure", "hierarchical"]), st.integers(1, 4))
def test_every_quote_is_cited_exactly_whatever_the_text(text: str, question: str, method: str, count: int) -> None:
    source = document(text)
    chunks = chunk(source, Chunking(method, size=16, overlap=3, child=8), approximate_tokens, FakeEmbed())  # type: ignore[arg-type]
    passages, prior = passages_in([Hit(one, source, 0.5) for one in chunks], None)
    ranked = best(FakeEmbed(), question, passages, prior=prior)
    evidence = Evidence()
    for _, passage in joined(ranked, count):
        evidence.cite(passage[0], passage[1], passage[2])
    assert len(evidence.citations) <= count
    for cited in evidence.citations:
        assert cited.quote == text[cited.start : cited.end]
        assert cited.quote.strip() == cited.quote != ""


@settings(max_examples=60)
@given(WORDS, st.integers(0, 60))
def test_joined_quotes_never_overlap_and_keep_their_length(text: str, longest: int) -> None:
    passages = sentences_of(document(text), 0, len(text))
    kept = [item for _, item in joined([(1.0, item) for item in passages], 3, longest)]
    spans = sorted(item[1:3] for item in kept)
    assert all(one[1] <= other[0] for one, other in pairwise(spans))
    single = {item[1:3] for item in passages}
    assert all(span in single or span[1] - span[0] <= longest for span in spans)


@given(WORDS, WORDS)
def test_covered_words_are_a_share(question: str, text: str) -> None:
    passages = sentences_of(document(text), 0, len(text))
    weights = Weights(question, passages)
    for index in range(len(passages)):
        assert 0.0 <= weights.coverage(index, unseen=1) <= weights.coverage(index) <= 1.0 + 1e-9


def test_the_sentence_with_the_words_of_the_question_comes_first() -> None:
    passages = sentences_of(document(), 0, len(STORY))
    assert rank("Which flood washed the bridge away?", passages)[0].startswith("The bridge was washed away")


def test_endings_do_not_keep_words_apart() -> None:
    passages = sentences_of(document("They conquered Sicily. They sailed home."), 0, 40)
    weights = Weights("conquest of Sicily", passages)
    assert weights.coverage(0) == pytest.approx(1.0)
    assert weights.coverage(1) == 0.0


def test_a_rare_word_weighs_more_than_a_common_one() -> None:
    text = "The bridge was old. The bridge was red. The bridge fell. A flood came."
    weights = Weights("bridge flood", sentences_of(document(text), 0, len(text)))
    assert weights.coverage(3) > weights.coverage(0)


def test_one_word_found_counts_less_than_several_when_unseen_words_are_assumed() -> None:
    passages = sentences_of(document(), 0, len(STORY))
    one, several = Weights("mill", passages), Weights("mill stood river", passages)
    assert one.coverage(0) == several.coverage(0) == pytest.approx(1.0)
    assert one.coverage(0, unseen=2) < several.coverage(0, unseen=2)


def test_a_question_of_function_words_covers_nothing() -> None:
    assert Weights("who is it", sentences_of(document(), 0, len(STORY))).coverage(0) == 0.0


def test_a_heading_counts_as_words_of_its_sentences() -> None:
    passages = sentences_of(document(), 0, len(STORY), heading="Opening hours")
    assert Weights("opening hours", passages).coverage(2) == pytest.approx(1.0)


def test_the_prior_decides_between_equal_sentences_but_is_no_part_of_the_score() -> None:
    one, other = document("The bridge fell.", "one"), document("The bridge fell.", "other")
    passages = [*sentences_of(one, 0, 16), *sentences_of(other, 0, 16)]
    ranked = best(FakeEmbed(), "bridge", passages, prior=[0.2, 0.9])
    assert [item[0].id for _, item in ranked] == ["other", "one"]
    assert ranked[0][0] == pytest.approx(ranked[1][0])


def test_only_the_most_promising_sentences_are_embedded() -> None:
    text = " ".join(f"Bridge number {number} fell." for number in range(50))
    embed = FakeEmbed()
    ranked = best(embed, "bridge 7", sentences_of(document(text), 0, len(text)), prefilter=4)
    assert len(ranked) == 4
    assert sum(len(call) for call in embed.calls) == 5  # the question too


def test_opposite_meaning_is_no_less_than_none() -> None:
    class Opposite(FakeEmbed):
        def embed(self, texts: Sequence[str]) -> Vectors:
            found = super().embed(["same"] * len(texts))
            return -found if len(texts) == 1 else found

    ranked = best(Opposite(), "question", sentences_of(document(), 0, len(STORY)))
    assert {score for score, _ in ranked} == {0.0}


def test_nothing_to_choose_from_is_no_answer() -> None:
    embed = FakeEmbed()
    assert best(embed, "question", []) == []
    assert embed.calls == []
    assert joined([], 3) == []


def test_neighbours_become_one_quote_and_leave_room_for_another() -> None:
    first, second, third, fourth, _ = sentences_of(document(), 0, len(STORY))
    kept = joined([(0.9, second), (0.8, fourth), (0.7, first), (0.6, third)], 2)
    assert [quote(item) for _, item in kept] == [STORY[first[1] : third[2]], quote(fourth)]
    assert [score for score, _ in kept] == [0.9, 0.8]


def test_long_neighbours_stay_apart() -> None:
    text = f"One {'a ' * 100}end. Two {'b ' * 100}end."
    passages = [(1.0, item) for item in sentences_of(document(text), 0, len(text))]
    assert len(text) > LONGEST
    assert len(joined(passages, 3)) == 2


@pytest.mark.parametrize(
    "text", ["One fell.\n\nTwo fell.", "Name: A thing\nPlace: Bern", "- one thing\n- another thing"]
)
def test_sentences_of_different_lines_stay_apart(text: str) -> None:
    passages = [(1.0, item) for item in sentences_of(document(text), 0, len(text))]
    assert len(joined(passages, 3)) == 2


def test_sentences_of_different_documents_stay_apart() -> None:
    one, other = document("It fell. Then.", "one"), document("It fell. Then.", "other")
    kept = joined([(1.0, sentences_of(one, 0, 14)[0]), (0.9, sentences_of(other, 0, 14)[1])], 3)
    assert [(item[0].id, quote(item)) for _, item in kept] == [("one", "It fell."), ("other", "Then.")]


def test_overlapping_hits_give_each_sentence_once_with_its_best_score() -> None:
    source = document()
    middle = STORY.index("Nobody")
    passages, prior = passages_in([hit(source, 0.9, 0, middle), hit(source, 0.4)], None)
    assert [item[1] for item in passages] == [item[1] for item in sentences_of(source, 0, len(STORY))]
    assert prior == [0.9, 0.9, 0.4, 0.4, 0.4]


def test_of_a_record_only_the_body_is_quoted() -> None:
    source = record()
    quoted = [quote(item) for item in passages_of(source, hit(source).chunk, "plot")]
    assert quoted == [quote(item) for item in sentences_of(document(), 0, len(STORY))]


def test_of_a_long_body_only_the_part_in_the_chunk_is_quoted() -> None:
    source = record()
    tail = hit(source, start=source.text.index("The bridge was")).chunk
    assert [quote(item)[:10] for item in passages_of(source, tail, "plot")] == ["The bridge", "A new brid"]


def test_a_chunk_without_body_stands_for_the_whole_body() -> None:
    source = record()
    assert len(passages_of(source, hit(source, end=15).chunk, "plot")) == 5


def test_the_same_words_are_cited_once() -> None:
    evidence, source = Evidence(), document()
    assert [evidence.cite(source, 0, 8), evidence.cite(source, 9, 14), evidence.cite(source, 0, 8)] == [0, 1, 0]
    assert [cited.quote for cited in evidence.citations] == ["The mill", "stood"]


def test_a_citation_names_field_page_and_source() -> None:
    source = document(parts=(Span(0, len(STORY), field="plot", page=3),))
    evidence = Evidence()
    evidence.cite(source, 4, 8)
    cited = evidence.citations[0]
    assert (cited.field, cited.page, cited.source, cited.title) == ("plot", 3, "d.txt", "The mill")


def test_a_field_without_text_cites_the_title() -> None:
    evidence = Evidence()
    evidence.field(record(), "director")
    assert evidence.citations[0].quote == "The mill"


def test_a_card_shows_only_fields_that_the_document_has() -> None:
    source = Document("d", "The mill", STORY, {"year": 1604})
    shown = card(source, ["director", "year"], 2)
    assert (dict(shown.fields), shown.citation, shown.title) == ({"year": 1604}, 2, "The mill")
