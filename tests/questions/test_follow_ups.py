"""Questions that lean on the conversation."""

from __future__ import annotations

import pytest

from groundstone.filters import And, Compare, Sort
from groundstone.knowledge.base import KnowledgeBase, Turn
from groundstone.questions.query import Query


def talk(kb: KnowledgeBase, *questions: str) -> list[Turn]:
    """The turns of a conversation, each asked with those before it."""
    turns: list[Turn] = []
    for question in questions:
        answer = kb.ask(question, history=turns)
        turns.append(Turn(question, answer.query, tuple(card.document_id for card in answer.cards)))
    return turns


def last(kb: KnowledgeBase, *questions: str) -> Query:
    return talk(kb, *questions)[-1].query


WESTERN = Compare("genres", "eq", "Western")
SIXTIES = And((Compare("year", "ge", 1960), Compare("year", "le", 1969)))


@pytest.mark.parametrize(
    "narrower", ["only from the sixties", "just the ones from the 60s", "which of those are from the 1960s?"]
)
def test_a_narrower_question_keeps_the_conditions_before_it(films: KnowledgeBase, narrower: str) -> None:
    query = last(films, "Show me westerns", narrower)
    assert query.kind == "list"
    assert query.where == And((WESTERN, *SIXTIES.items))


def test_the_same_field_replaces_its_earlier_condition(films: KnowledgeBase) -> None:
    query = last(films, "westerns from the sixties", "what about the fifties?")
    assert query.where == And((WESTERN, Compare("year", "ge", 1950), Compare("year", "le", 1959)))


def test_counting_what_was_listed(films: KnowledgeBase) -> None:
    query = last(films, "westerns from the sixties", "how many are there?")
    assert (query.kind, query.where) == ("count", And((WESTERN, *SIXTIES.items)))


def test_sorting_what_was_listed(films: KnowledgeBase) -> None:
    query = last(films, "westerns", "sort them by year")
    assert (query.where, query.sort) == (WESTERN, (Sort("year"),))


def test_more_turns_the_page_until_everything_was_shown_once(films: KnowledgeBase) -> None:
    turns = talk(films, "Show me westerns", "more", "show me more", "next")
    total = films.collection.count(films.principal, WESTERN)
    shown = [name for turn in turns for name in turn.shown]
    assert len(shown) == len(set(shown)) == min(total, 40)
    assert set(shown) <= set(films.collection.ids(films.principal, WESTERN))


@pytest.mark.parametrize(
    ("words", "index"), [("the second one", 1), ("the first film", 0), ("number 3", 2), ("the last one", -1)]
)
def test_an_ordinal_points_at_what_was_shown(films: KnowledgeBase, words: str, index: int) -> None:
    first, second = talk(films, "Show me westerns", f"Who directed {words}?")
    assert second.query.subjects == (first.shown[index],)
    assert second.query.asked == "directors"


def test_a_pronoun_points_at_the_document_before(films: KnowledgeBase) -> None:
    query = last(films, "Who directed Jaws?", "When was it released?")
    assert (query.subjects, query.asked) == (("jaws-1975",), "year")


def test_and_what_about_asks_the_same_of_another(films: KnowledgeBase) -> None:
    query = last(films, "Who directed Jaws?", "and Alien?")
    assert (query.kind, query.subjects, query.asked) == ("fact", ("alien-1979",), "directors")


def test_shorter_is_compared_with_what_was_shown(films: KnowledgeBase) -> None:
    query = last(films, "How long is Gandhi?", "anything shorter?")
    assert query.where == Compare("runtime", "lt", 191)
    assert any("191" in chip.note for chip in query.chips)


def test_a_question_of_its_own_inherits_nothing(films: KnowledgeBase) -> None:
    query = last(films, "westerns from the sixties", "Show me films directed by Hayao Miyazaki")
    assert query.where == Compare("directors", "eq", "Hayao Miyazaki")


def test_starting_over_forgets(films: KnowledgeBase) -> None:
    query = last(films, "westerns", "start over", "only from the sixties")
    assert query.where == SIXTIES


def test_an_ordinal_beyond_what_was_shown_is_said(films: KnowledgeBase) -> None:
    query = last(films, "top 3 westerns", "Who directed number 9?")
    assert query.subjects == ()
    assert "Only 3 were shown." in query.notes
