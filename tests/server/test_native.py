from __future__ import annotations

import json
import subprocess
import sys
import time
from typing import Any

import httpx
import pytest

from groundstone.filters import Compare
from groundstone.knowledge.answer import to_json
from groundstone.server import bodies

from .standin import StandInPlatform

ASK = "/api/knowledge-bases/movies/ask"


def events(text: str) -> list[tuple[str, Any]]:
    blocks = [block.split("\n") for block in text.split("\n\n") if block]
    return [(block[0].removeprefix("event: "), json.loads(block[1].removeprefix("data: "))) for block in blocks]


def error(response: httpx.Response) -> dict[str, str]:
    assert set(response.json()) == {"error"}
    assert set(response.json()["error"]) == {"code", "message"}
    return response.json()["error"]


def test_healthz_answers_without_a_platform_call(shared: httpx.Client) -> None:
    assert shared.get("/healthz").json() == {"status": "ok"}


def test_importing_the_server_loads_no_engine() -> None:
    code = (
        "import sys, groundstone.server.app; print([m for m in ('onnxruntime', 'jinja2', 'boto3') if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"


def test_apps_are_listed_with_their_examples(shared: httpx.Client) -> None:
    (app,) = shared.get("/api/apps").json()
    assert (app["name"], app["knowledge_base"], len(app["examples"])) == ("movies", "movies", 4)


def test_a_knowledge_base_is_made_shown_and_deleted(client: httpx.Client) -> None:
    made = client.post("/api/knowledge-bases", json={"name": "papers", "title": "Papers"})
    assert made.status_code == 201
    assert made.json()["spec"]["title"] == "Papers"
    assert client.get("/api/knowledge-bases").json() == ["movies", "papers"]
    assert client.post("/api/knowledge-bases", json={"name": "papers"}).status_code == 409
    assert client.delete("/api/knowledge-bases/papers").status_code == 204
    assert error(client.get("/api/knowledge-bases/papers"))["code"] == "not_found"


def test_a_specification_with_an_unknown_entry_is_refused(shared: httpx.Client) -> None:
    refused = shared.post("/api/knowledge-bases", json={"name": "papers", "colour": "red"})
    assert refused.status_code == 400
    assert "colour" in error(refused)["message"]


def test_sync_reports_as_json_and_as_events(shared: httpx.Client) -> None:
    address = "/api/knowledge-bases/movies/sync"
    assert shared.post(address).json() == {"added": 3, "version": 2}
    streamed = shared.post(address, headers={"accept": "text/event-stream"})
    assert [kind for kind, _ in events(streamed.text)] == ["progress"] * 3 + ["report"]


def test_a_busy_sync_answers_409_and_as_events_with_an_error(client: httpx.Client) -> None:
    client.post("/api/knowledge-bases", json={"name": "busy"})
    address = "/api/knowledge-bases/busy/sync"
    assert client.post(address).status_code == 409
    streamed = events(client.post(address, headers={"accept": "text/event-stream"}).text)
    assert [(kind, data["code"]) for kind, data in streamed] == [("error", "busy")]


def test_versions_and_rollback(shared: httpx.Client) -> None:
    assert shared.get("/api/knowledge-bases/movies/versions").json()[0]["number"] == 1
    address = "/api/knowledge-bases/movies/rollback"
    assert shared.post(address, json={"version": 1}).json()["number"] == 2
    assert shared.post(address, json={"version": 9}).status_code == 404


def test_search_takes_a_filter_and_checks_it(shared: httpx.Client) -> None:
    address = "/api/knowledge-bases/movies/search"
    where = {"field": "year", "op": "lt", "value": 1930}
    hits = shared.post(address, json={"text": "", "where": where, "limit": 50}).json()["hits"]
    assert hits
    assert all(hit["fields"]["year"] < 1930 for hit in hits)
    wrong = {"field": "colour", "op": "eq", "value": "red"}
    assert error(shared.post(address, json={"where": wrong}))["code"] == "invalid_filter"


def test_an_answer_is_exactly_what_the_knowledge_base_said(client: httpx.Client, platform: StandInPlatform) -> None:
    answer = client.post(ASK, json={"question": "Who directed it?"}).json()
    said = json.loads(json.dumps(to_json(platform._kbs["movies"].ask("Who directed it?"))))
    assert {name: answer[name] for name in said} == said


def test_the_described_answer_has_every_member_of_the_real_one(platform: StandInPlatform) -> None:
    said = to_json(platform._kbs["movies"].ask("Christmas films"))
    assert set(said) | {"turn"} == set(bodies.AnswerInfo.model_fields)
    for name, model in [
        ("citations", bodies.CitationInfo),
        ("cards", bodies.CardInfo),
        ("sentences", bodies.SentenceInfo),
    ]:
        assert set(said[name][0]) == set(model.model_fields)


def test_a_streamed_answer_ends_with_the_same_answer(shared: httpx.Client) -> None:
    plain = shared.post(ASK, json={"question": "Christmas films"}).json()
    streamed = events(
        shared.post(ASK, json={"question": "Christmas films"}, headers={"accept": "text/event-stream"}).text
    )
    kinds = [kind for kind, _ in streamed]
    assert kinds[:3] == ["understood", "citations", "cards"]
    assert kinds[-1] == "done"
    assert streamed[-1][1]["answer"] | {"turn": None} == plain


def test_an_edited_interpretation_replaces_the_understanding(client: httpx.Client, platform: StandInPlatform) -> None:
    query = client.post(ASK, json={"question": "classic animated films"}).json()["query"]
    query["chips"] = query["chips"][:1]
    answer = client.post(ASK, json={"question": "classic animated films", "query": query}).json()
    assert len(answer["query"]["chips"]) == 1
    assert platform._kbs["movies"].asked[-1]["query"].where is not None


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
def test_a_question_may_be_confined_to_some_documents(
    client: httpx.Client, platform: StandInPlatform, accept: str
) -> None:
    where = {"field": "year", "op": "ge", "value": 1990}
    asked = {"question": "Christmas films", "where": where, "limit": 2}
    assert client.post(ASK, json=asked, headers={"accept": accept}).status_code == 200
    assert platform._kbs["movies"].asked[-1]["how"] == {"where": Compare("year", "ge", 1990), "limit": 2}
    for wrong in ({"where": {"field": "year"}}, {"where": []}, {"limit": 0}):
        assert client.post(ASK, json=asked | wrong, headers={"accept": accept}).status_code == 400


def test_errors_have_one_form_and_hide_what_was_not_meant_for_people(shared: httpx.Client) -> None:
    failed = shared.post(ASK, json={"question": "fail"})
    assert failed.status_code == 503
    assert error(failed)["code"] == "engine_unavailable"
    broken = shared.post(ASK, json={"question": "break"})
    assert broken.status_code == 500
    assert "secret" not in broken.text
    assert error(broken)["code"] == "internal"
    streamed = shared.post(ASK, json={"question": "break"}, headers={"accept": "text/event-stream"}).text
    assert events(streamed)[-1][0] == "error"
    assert "secret" not in streamed
    assert error(shared.get("/api/nothing"))["code"] == "not_found"
    assert shared.put("/api/apps").status_code == 405
    assert "question" in error(shared.post(ASK, json={"question": ""}))["message"]
    assert shared.post(ASK, json={"question": "x", "principal": "root"}).status_code == 400


def test_a_reader_who_goes_away_closes_the_stream(client: httpx.Client, platform: StandInPlatform) -> None:
    kb = platform._kbs["movies"]
    with client.stream("POST", ASK, json={"question": "slow"}, headers={"accept": "text/event-stream"}) as response:
        next(response.iter_lines())
        assert not kb.closed.is_set()
    assert kb.closed.wait(5)


def test_a_document_is_shown_with_its_parts(shared: httpx.Client) -> None:
    answer = shared.post(ASK, json={"question": "Who directed it?"}).json()
    cited = answer["citations"][0]
    found = shared.get(f"/api/knowledge-bases/movies/documents/{cited['document_id']}").json()
    assert found["text"][cited["start"] : cited["end"]] == cited["quote"]
    assert any(part["field"] == "directors" for part in found["parts"])
    assert shared.get("/api/knowledge-bases/movies/documents/a/b%00").status_code == 404


def test_slow_answers_do_not_hold_up_others(shared: httpx.Client) -> None:
    with shared.stream("POST", ASK, json={"question": "slow"}, headers={"accept": "text/event-stream"}) as response:
        next(response.iter_lines())
        begun = time.monotonic()
        shared.get("/healthz")
        assert time.monotonic() - begun < 2


@pytest.mark.parametrize("path", ["/api/openapi.json", "/static/groundstone.css", "/static/chat.js"])
def test_what_a_client_needs_is_served(shared: httpx.Client, path: str) -> None:
    assert shared.get(path).status_code == 200


def test_every_route_of_the_api_is_described(shared: httpx.Client) -> None:
    paths = shared.get("/api/openapi.json").json()["paths"]
    described = [(path, verb) for path, verbs in paths.items() for verb in verbs]
    assert len(described) >= 18
    assert all(path.startswith(("/api/", "/v1/", "/v2/")) for path, _ in described)
