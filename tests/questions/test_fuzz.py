"""Whatever is typed: a typed query, or a clear error."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from groundstone import filters
from groundstone.errors import GroundstoneError, InvalidQuestion
from groundstone.knowledge.base import KnowledgeBase
from groundstone.questions import query as queries
from groundstone.questions.understand import Context, understand

TYPED = """films movies about by with and or not without the of in from to between than more less over under best worst
longest first top five 1990 1999 7.5 90 minutes hours 80s nineties horror comedy French English Rome Tom Hanks
Spielberg Jaws Heat It Her Up who what when how many average sorted year rating like similar " ' ? , / > <= –
second one those more shorter only what about oscars budget recent classic old animated"""
WORDS = TYPED.split()
typed = st.one_of(
    st.text(max_size=2000),
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=40).map(" ".join),
    st.lists(st.one_of(st.sampled_from(WORDS), st.text(max_size=8)), min_size=1, max_size=25).map(" ".join),
)
quick = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def sound(kb: KnowledgeBase, question: str, context: Context | None = None) -> queries.Query | None:
    """The query, checked; None when the question was refused as empty."""
    try:
        query = understand(question, kb.lexicon, kb.vocabulary, context)
    except InvalidQuestion:
        return None
    assert query.kind in queries.KINDS
    filters.check(query.where, kb.schema)
    filters.check_sort(query.sort, kb.schema)
    assert query.limit is None or 1 <= query.limit <= 100
    data = json.loads(json.dumps(queries.to_json(query)))
    back = queries.from_json(data, kb.schema)
    assert queries.to_json(back) | {"notes": []} == data | {"notes": []}
    return query


@quick
@given(question=typed)
def test_any_text_gives_a_query_that_can_be_carried_out(films: KnowledgeBase, question: str) -> None:
    sound(films, question)


@quick
@given(question=typed)
def test_so_it_does_where_no_words_are_configured(houses: KnowledgeBase, question: str) -> None:
    sound(houses, question)


@quick
@given(first=typed, second=typed)
def test_and_as_a_follow_up(films: KnowledgeBase, first: str, second: str) -> None:
    query = sound(films, first)
    if query is not None:
        sound(films, second, Context(query, ("jaws-1975", "heat-1995")))


@settings(quick, max_examples=40)
@given(question=typed)
def test_any_text_is_answered(films: KnowledgeBase, question: str) -> None:
    try:
        answer = films.ask(question)
    except InvalidQuestion:
        return
    assert answer.text.strip()
    assert answer.question == question


NASTY = {
    "one word, again and again": "love " * 400,
    "one long word": "a" * 2000,
    "a misspelt word, again and again": "speilberg hichcock " * 100,
    "numbers": "1990 " * 400,
    "numbers that follow each other": " ".join(str(number) for number in range(1, 500)),
    "between": "between 1 and " * 140,
    "unbalanced quotes": "\"'“«" * 500,
    "one quote": '"' + "jaws " * 390,
    "apostrophes": "'" * 2000,
    "dotted": "a." * 1000,
    "apostrophes between letters": "a'" * 1000,
    "emoji": "🎬🍿👩‍🚀" * 300,
    "right to left": "مَنْ أخرج فيلم الفك المفترس؟ " * 60,
    "both directions": "\u202ewho directed\u202c Jaws \u2067ליל\u2069 " * 40,
    "combining marks": "e" + "\u0301" * 1999,
    "control characters": "who\x00directed\x07Jaws\x1b[31m " * 60,
    "commas": "horror, " * 250,
    "ors": "horror or " * 200,
    "nots": "not " * 500,
    "title words": "the of and it up her the " * 80,
    "newlines": "\n\t\r " * 499 + "who",
    "full width": "Ｗｈｏ　ｄｉｒｅｃｔｅｄ　Ｊａｗｓ？",
    "surrogate pairs": "𝓦𝓱𝓸 directed 𝕁𝕒𝕨𝕤",
}


@pytest.mark.parametrize("name", NASTY)
def test_hostile_texts_are_read_in_bounded_time(films: KnowledgeBase, name: str) -> None:
    text = NASTY[name][:2000]
    sound(films, "films")
    started = time.process_time()
    sound(films, text)
    assert time.process_time() - started < 3


@pytest.mark.parametrize("text", ["", "   ", "?!…", "\u200b", "🎬"])
def test_a_question_without_words_is_refused(films: KnowledgeBase, text: str) -> None:
    with pytest.raises(InvalidQuestion, match="empty"):
        films.ask(text)


def test_a_megabyte_is_refused_at_once(films: KnowledgeBase) -> None:
    started = time.process_time()
    with pytest.raises(InvalidQuestion, match="at most 2000"):
        films.ask("why " * 262_144)
    assert time.process_time() - started < 0.2


def test_full_width_letters_are_read_as_letters(films: KnowledgeBase) -> None:
    query = sound(films, NASTY["full width"])
    assert query is not None
    assert (query.subjects, query.asked) == (("jaws-1975",), "directors")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
members = st.sampled_from(["kind", "text", "theme", "subjects", "asked", "measure", "chips", "limit", "offset"])


@quick
@given(changes=st.dictionaries(members, json_values, max_size=4))
def test_an_edited_interpretation_is_used_or_refused(houses: KnowledgeBase, changes: dict[str, object]) -> None:
    data = queries.to_json(understand("price under 500000", houses.lexicon, houses.vocabulary)) | changes
    try:
        query = queries.from_json(data, houses.schema)
        answer = houses.ask("price under 500000", query=query)
    except GroundstoneError:
        return
    assert answer.sentences
