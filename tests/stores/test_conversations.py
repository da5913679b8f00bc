from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundstone.errors import InvalidInput, NotFound
from groundstone.identity import LOCAL, Principal
from groundstone.stores.conversations import SHORT_TITLE, Conversations, shortened

ANSWER = {"text": "Yes.", "citations": []}
OTHER_USER = Principal("other", LOCAL.tenant)
OTHER_TENANT = Principal(LOCAL.user, "other")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Conversations]:
    store = Conversations(tmp_path / "deep" / "conversations.sqlite")
    yield store
    store.close()


def test_a_turn_is_kept_as_it_was_given(store: Conversations) -> None:
    made = store.create(LOCAL, "movies")
    assert store.append(LOCAL, made.id, "Who?", ANSWER | {"é": "🎬"}, edited=True) == 1
    (turn,) = store.get(LOCAL, made.id).turns
    assert (turn.number, turn.question, turn.answer, turn.edited) == (1, "Who?", ANSWER | {"é": "🎬"}, True)


def test_the_conversation_used_last_comes_first(store: Conversations) -> None:
    first, second = store.create(LOCAL, "movies"), store.create(LOCAL, "papers")
    store.append(LOCAL, first.id, "Who?", ANSWER)
    assert [item.id for item in store.list(LOCAL)] == [first.id, second.id]
    assert [item.id for item in store.list(LOCAL, "papers")] == [second.id]
    assert len(store.list(LOCAL, limit=1)) == 1


def test_the_first_question_names_a_conversation_and_a_new_name_stays(store: Conversations) -> None:
    made = store.create(LOCAL, "movies")
    store.append(LOCAL, made.id, "First?", ANSWER)
    store.append(LOCAL, made.id, "Second?", ANSWER)
    assert store.get(LOCAL, made.id).title == "First?"
    store.rename(LOCAL, made.id, " A  name ")
    store.append(LOCAL, made.id, "Third?", ANSWER)
    assert store.get(LOCAL, made.id).title == "A name"


@pytest.mark.parametrize("title", ["", "  \n", "x" * 201])
def test_an_unusable_title_is_refused(store: Conversations, title: str) -> None:
    made = store.create(LOCAL, "movies")
    with pytest.raises(InvalidInput, match="1 to 200"):
        store.rename(LOCAL, made.id, title)


@pytest.mark.parametrize("stranger", [OTHER_USER, OTHER_TENANT])
def test_strangers_see_and_change_nothing(store: Conversations, stranger: Principal) -> None:
    made = store.create(LOCAL, "movies")
    store.append(LOCAL, made.id, "Who?", ANSWER)
    store.rate(LOCAL, made.id, 1, "up")
    attempts = (
        lambda: store.get(stranger, made.id),
        lambda: store.append(stranger, made.id, "Mine?", ANSWER),
        lambda: store.rename(stranger, made.id, "mine"),
        lambda: store.rate(stranger, made.id, 1, "down"),
        lambda: store.delete(stranger, made.id),
    )
    for attempt in attempts:
        with pytest.raises(NotFound):
            attempt()
    assert store.list(stranger) == []
    assert store.feedback(stranger) == []
    kept = store.get(LOCAL, made.id)
    assert (kept.title, len(kept.turns), kept.turns[0].rating) == ("Who?", 1, "up")


def test_deleting_takes_turns_and_feedback_along(store: Conversations) -> None:
    made = store.create(LOCAL, "movies")
    store.append(LOCAL, made.id, "Who?", ANSWER)
    store.rate(LOCAL, made.id, 1, "up", "good")
    store.delete(LOCAL, made.id)
    assert store.feedback(LOCAL) == []
    with pytest.raises(NotFound):
        store.delete(LOCAL, made.id)


def test_feedback_is_changed_and_taken_back(store: Conversations) -> None:
    made = store.create(LOCAL, "movies")
    store.append(LOCAL, made.id, "Who?", ANSWER)
    store.rate(LOCAL, made.id, 1, "down", "wrong film")
    (given_back,) = store.feedback(LOCAL, "movies")
    assert (given_back.turn.rating, given_back.turn.comment) == ("down", "wrong film")
    assert store.feedback(LOCAL, "papers") == []
    store.rate(LOCAL, made.id, 1, None)
    assert store.get(LOCAL, made.id).turns[0].comment == ""
    with pytest.raises(NotFound):
        store.rate(LOCAL, made.id, 2, "up")
    with pytest.raises(InvalidInput, match="2000"):
        store.rate(LOCAL, made.id, 1, "up", "x" * 2001)


def test_many_threads_append_without_losing_a_turn(store: Conversations) -> None:
    made = store.create(LOCAL, "movies")
    with ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(lambda i: store.append(LOCAL, made.id, f"{i}?", ANSWER), range(40)))
    assert sorted(numbers) == list(range(1, 41))
    assert len(store.get(LOCAL, made.id).turns) == 40


def test_another_process_sees_what_was_written(store: Conversations, tmp_path: Path) -> None:
    made = store.create(LOCAL, "movies")
    again = Conversations(tmp_path / "deep" / "conversations.sqlite")
    assert again.get(LOCAL, made.id).id == made.id
    again.close()


@given(st.text())
def test_a_title_is_one_line_and_short(question: str) -> None:
    title = shortened(question)
    assert len(title) <= SHORT_TITLE
    assert "\n" not in title
    assert title.rstrip("…") == "" or " ".join(question.split()).startswith(title.removesuffix("…"))
