"""A question asked within a filter, by another model, or with another prompt."""

from __future__ import annotations

import pytest

from groundstone.errors import InvalidFilter, InvalidInput
from groundstone.filters import And, Compare, Filter, Or
from groundstone.knowledge.base import KnowledgeBase
from groundstone.models.base import ChatOptions
from groundstone.models.fakes import FakeChat

NINETIES = And((Compare("year", "ge", 1990), Compare("year", "le", 1999)))
QUESTIONS = (
    "Who directed Jaws?",
    "Who directed The Nightmare Before Christmas?",
    "How many films are there?",
    "Animated films with a rating above 7",
    "Which genre is the most common?",
    "What is the average rating?",
    "The oldest film",
    "Films like Toy Story",
    "Films about sharks",
    "A king discovers Christmas",
    "What films did Steven Spielberg direct?",
    "Is Jaws a comedy?",
    "Is Toy Story animated?",
)


@pytest.mark.parametrize("question", QUESTIONS)
def test_nothing_outside_the_filter_is_cited_shown_or_counted(films: KnowledgeBase, question: str) -> None:
    answer = films.ask(question, where=NINETIES)
    shown = {citation.document_id for citation in answer.citations} | {card.document_id for card in answer.cards}
    years = {document.fields["year"] for document in films.collection.documents(films.principal, list(shown)).values()}
    assert all(1990 <= year <= 1999 for year in years if isinstance(year, int)), years
    inside = films.collection.count(films.principal, NINETIES)
    assert answer.total is None or answer.total <= inside


def test_a_count_counts_what_is_inside(films: KnowledgeBase) -> None:
    answer = films.ask("How many films are there?", where=NINETIES)
    assert answer.total == films.collection.count(films.principal, NINETIES)
    assert f"{answer.total:,}" in answer.text


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_filter_that_nothing_matches_leaves_nothing_to_say(films: KnowledgeBase, question: str) -> None:
    nothing: Filter = Or(())
    answer = films.ask(question, where=nothing)
    assert (answer.citations, answer.cards) == ((), ())


def test_a_follow_up_leans_on_what_was_shown_inside(films: KnowledgeBase) -> None:
    from groundstone.knowledge.base import Turn

    first = films.ask("Animated films with a rating above 7", where=NINETIES)
    turn = Turn("Animated films", first.query, tuple(card.document_id for card in first.cards))
    second = films.ask("Which of them is the oldest?", history=[turn], where=NINETIES)
    assert {card.document_id for card in second.cards} <= set(films.collection.ids(films.principal, NINETIES))


def test_a_stream_is_confined_too(films: KnowledgeBase) -> None:
    last = list(films.stream("How many films are there?", where=NINETIES))[-1]
    assert last.data["answer"]["total"] == films.collection.count(films.principal, NINETIES)


def test_a_filter_that_does_not_fit_the_schema_is_refused(films: KnowledgeBase) -> None:
    with pytest.raises(InvalidFilter):
        films.ask("Jaws", where=Compare("no_field", "eq", 1))


QUESTION = "How many days of unused leave may be carried over?"


def test_another_model_may_word_the_answer_and_the_own_one_stays(handbook: KnowledgeBase) -> None:
    chat = FakeChat(["Up to five unused days may be carried over to the next year [1]."])
    options = ChatOptions(max_tokens=99, temperature=0.5)
    answer = handbook.ask(QUESTION, chat=chat, options=options)
    assert (answer.mode, answer.text) == ("generative", "Up to five unused days may be carried over to the next year.")
    assert chat.options == [options]
    assert handbook.chat is None
    assert handbook.ask(QUESTION).mode == "extractive"


def test_none_means_exact_quotes_even_where_a_model_is_set(handbook: KnowledgeBase) -> None:
    own = handbook.asked(chat=FakeChat(["Never."]))
    assert own.ask(QUESTION, chat=None).mode == "extractive"


def test_a_limit_says_how_many_whole_passages_are_read(handbook: KnowledgeBase) -> None:
    chat = FakeChat(["Up to five unused days may be carried over [1]."])
    answer = handbook.ask(QUESTION, chat=chat, limit=2)
    assert len(answer.citations) == 2
    for citation in answer.citations:
        assert handbook.document(citation.document_id).text[citation.start : citation.end] == citation.quote
    assert all(card.citation is None or card.citation < 2 for card in answer.cards)


def test_what_stands_in_a_source_is_not_filled_in_again(handbook: KnowledgeBase) -> None:
    chat = FakeChat(["Up to five unused days may be carried over [1]."])
    handbook.ask(QUESTION + " $search_results$", chat=chat, template="$query$ $search_results$")
    assert chat.calls[0][-1].content.count("[1]") == 1


def test_a_template_needs_a_place_for_the_sources(handbook: KnowledgeBase) -> None:
    with pytest.raises(InvalidInput, match="search_results"):
        handbook.ask(QUESTION, template="$query$")


def test_search_by_meaning_alone_gives_cosines(handbook: KnowledgeBase) -> None:
    hits = handbook.search("annual leave days", words=False, explain=True)
    assert hits
    assert all(hit.score == pytest.approx(max(hit.reasons["cosine"], 0), abs=1e-3) for hit in hits)
    assert all(hit.reasons["words_rank"] is None for hit in hits)
