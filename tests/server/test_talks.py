from __future__ import annotations

import json

import httpx
from markdown_it import MarkdownIt

from groundstone.identity import LOCAL, Principal

from .standin import HOSTILE, StandInPlatform

ASK = "/api/knowledge-bases/movies/ask"


def begun(client: httpx.Client) -> str:
    return client.post("/api/conversations", json={"knowledge_base": "movies"}).json()["id"]


def ask(client: httpx.Client, conversation: str, question: str) -> dict[str, object]:
    return client.post(ASK, json={"question": question, "conversation_id": conversation}).json()


def test_a_conversation_keeps_its_turns_and_takes_the_first_question_as_title(client: httpx.Client) -> None:
    conversation = begun(client)
    assert ask(client, conversation, "Christmas films")["turn"] == 1
    assert ask(client, conversation, "Who directed it?")["turn"] == 2
    kept = client.get(f"/api/conversations/{conversation}").json()
    assert kept["title"] == "Christmas films"
    assert [turn["question"] for turn in kept["turns"]] == ["Christmas films", "Who directed it?"]
    assert client.get("/api/conversations?knowledge_base=movies").json()[0]["id"] == conversation
    assert client.get("/api/conversations?knowledge_base=other").json() == []


def test_history_is_rebuilt_from_the_stored_turns(client: httpx.Client, platform: StandInPlatform) -> None:
    conversation = begun(client)
    first = ask(client, conversation, "Christmas films")
    ask(client, conversation, "and before 1990?")
    (turn,) = platform._kbs["movies"].asked[-1]["history"]
    assert (turn.question, turn.query.theme) == ("Christmas films", "Christmas")
    assert list(turn.shown) == [card["document_id"] for card in first["cards"]]  # type: ignore[attr-defined]


def test_a_turn_whose_filters_no_longer_fit_the_schema_is_left_out_of_the_history(
    client: httpx.Client, platform: StandInPlatform
) -> None:
    conversation = begun(client)
    answer = ask(client, conversation, "classic films")
    answer["query"]["chips"][0]["where"]["field"] = "gone"  # type: ignore[index]
    platform.conversations.append(LOCAL, conversation, "older", answer)
    ask(client, conversation, "Christmas films")
    assert len(platform._kbs["movies"].asked[-1]["history"]) == 1


def test_a_streamed_turn_is_kept_when_it_is_complete(client: httpx.Client) -> None:
    conversation = begun(client)
    body = {"question": "Christmas films", "conversation_id": conversation}
    streamed = client.post(ASK, json=body, headers={"accept": "text/event-stream"}).text
    assert json.loads(streamed.rstrip().rsplit("data: ", 1)[1])["answer"]["turn"] == 1
    client.post(ASK, json=body | {"question": "fail"}, headers={"accept": "text/event-stream"})
    assert len(client.get(f"/api/conversations/{conversation}").json()["turns"]) == 1


def test_rename_and_delete(client: httpx.Client) -> None:
    conversation = begun(client)
    address = f"/api/conversations/{conversation}"
    assert client.patch(address, json={"title": "  Tonight "}).json()["title"] == "Tonight"
    assert client.patch(address, json={"title": "   "}).status_code == 400
    assert client.delete(address).status_code == 204
    assert client.get(address).status_code == 404


def test_feedback_is_stored_taken_back_and_listed(client: httpx.Client) -> None:
    conversation = begun(client)
    ask(client, conversation, "Christmas films")
    address = f"/api/conversations/{conversation}/turns/1/feedback"
    assert client.post(address, json={"rating": "down", "comment": "too sweet"}).status_code == 204
    (kept,) = client.get("/api/feedback").json()
    assert (kept["turn"]["rating"], kept["turn"]["comment"]) == ("down", "too sweet")
    client.post(address, json={"rating": None})
    assert client.get("/api/feedback").json() == []
    assert client.post(address, json={"rating": "up", "comment": "x" * 2001}).status_code == 400
    assert client.post(address.replace("turns/1", "turns/7"), json={"rating": "up"}).status_code == 404


def test_export_as_markdown_holds_no_markup_from_documents(client: httpx.Client) -> None:
    conversation = begun(client)
    ask(client, conversation, "a *hostile* [link](http://example.org)")
    exported = client.get(f"/api/conversations/{conversation}/export?format=markdown")
    assert exported.headers["content-disposition"].startswith("attachment")
    rendered = MarkdownIt("commonmark").render(exported.text)
    assert "<img" not in rendered
    assert "<script" not in rendered
    assert "<a " not in rendered
    assert "<em>" not in rendered
    assert "Sources:" in exported.text


def test_export_as_markdown_says_how_a_refined_turn_was_understood(client: httpx.Client) -> None:
    conversation = begun(client)
    query = dict(ask(client, conversation, "classic films")["query"])  # type: ignore[call-overload]
    query["chips"] = query["chips"][:2]
    body = {"question": "classic films", "conversation_id": conversation, "query": query}
    client.post(ASK, json=body)
    exported = client.get(f"/api/conversations/{conversation}/export?format=markdown").text
    assert exported.count("Refined, understood as: ") == 1
    assert "Refined, understood as: Genres: Animation; classic\n" in exported


def test_export_as_json_holds_the_turns(client: httpx.Client) -> None:
    conversation = begun(client)
    ask(client, conversation, "hostile")
    exported = client.get(f"/api/conversations/{conversation}/export?format=json").json()
    assert HOSTILE in exported["turns"][0]["answer"]["citations"][0]["title"]
    assert client.get(f"/api/conversations/{conversation}/export?format=pdf").status_code == 400


def test_a_foreign_conversation_looks_like_an_unknown_one(client: httpx.Client, platform: StandInPlatform) -> None:
    foreign = platform.conversations.create(Principal("someone", "elsewhere"), "movies").id
    for path in ("", "/export"):
        seen = client.get(f"/api/conversations/{foreign}{path}")
        unknown = client.get(f"/api/conversations/{'x' * len(foreign)}{path}")
        assert seen.status_code == unknown.status_code == 404
        assert seen.text.replace(foreign, "x" * len(foreign)) == unknown.text
    asked = client.post(ASK, json={"question": "x", "conversation_id": foreign})
    assert asked.status_code == 404


def test_a_conversation_stays_with_its_knowledge_base(client: httpx.Client) -> None:
    client.post("/api/knowledge-bases", json={"name": "papers"})
    body = {"question": "x", "conversation_id": begun(client)}
    assert client.post("/api/knowledge-bases/papers/ask", json=body).status_code == 404
