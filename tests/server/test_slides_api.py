"""The native API of slides: decks in, progress, pictures, search, questions and conversations, messages, tenants."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from groundstone.identity import Principal
from groundstone.server.app import create_app
from tests.slides.shelved import ShelfPlatform, StandInReader, text_deck, until

from .live import serving

BASE = "/api/slides"
PLAN = text_deck("Plan", "Goals\nGrow in Lyon", "Costs\nRent is 12 million euros", "People\n214 people work in Lyon")


@pytest.fixture
def reader() -> StandInReader:
    return StandInReader()


@pytest.fixture
def platform(tmp_path: Path, reader: StandInReader) -> Iterator[ShelfPlatform]:
    with ShelfPlatform(tmp_path, reader, max_upload_mb=1) as made:
        yield made


@pytest.fixture
def client(platform: ShelfPlatform) -> Iterator[httpx.Client]:
    with serving(create_app(platform)) as address, httpx.Client(base_url=address, timeout=30) as client:
        yield client


def send(client: httpx.Client, name: str = "plan.pptx", data: bytes = PLAN, **fields: str) -> httpx.Response:
    return client.post(f"{BASE}/decks", files={"file": (name, data)}, data=fields)


def added(client: httpx.Client, name: str = "plan.pptx", data: bytes = PLAN) -> dict[str, Any]:
    sent = send(client, name, data)
    assert sent.status_code == 202
    deck: dict[str, Any] = client.get(f"{BASE}/decks/{sent.json()['id']}?wait=20").json()
    return deck


def events(text: str) -> list[tuple[str, Any]]:
    blocks = [block.split("\n") for block in text.strip().split("\n\n")]
    return [(name.removeprefix("event: "), json.loads(data.removeprefix("data: "))) for name, data in blocks]


def test_a_deck_is_added_shown_asked_and_deleted(client: httpx.Client) -> None:
    deck = added(client)
    assert (deck["state"], deck["slides"], deck["ready"], deck["title"]) == ("ready", 3, 3, "Plan")
    listed = client.get(f"{BASE}/decks").json()
    assert (listed["decks"], listed["room"], listed["problems"]) == ([deck], 999, {})
    address = f"{BASE}/decks/{deck['id']}"
    slide = client.get(f"{address}/slides/2").json()
    assert (slide["title"], slide["text"]) == ("Costs", "Costs\nRent is 12 million euros")
    assert [one["kind"] for one in slide["elements"]] == ["title", "text"]
    assert len(client.get(f"{address}/slides").json()["slides"]) == 3
    picture = client.get(f"{address}/slides/2.png?width=500")
    assert (picture.headers["content-type"], picture.headers["x-groundstone-drawing"]) == ("image/png", "sketch")
    assert client.get(f"{address}/slides/2/drawing").json() == {"how": "sketch", "width": 640, "height": 360}
    original = client.get(f"{address}/file")
    assert (original.content, "plan.pptx" in original.headers["content-disposition"]) == (PLAN, True)
    found = client.post(f"{BASE}/search", json={"text": "How much is the rent?"}).json()["slides"][0]
    assert (found["slide"], found["slide_title"], found["text"]) == (2, "Costs", slide["text"])
    answer = client.post(f"{BASE}/ask", json={"question": "How many people work in Lyon?"}).json()
    assert "214" in answer["text"]
    cited = answer["citations"][0]
    assert (cited["deck"], cited["deck_name"], cited["slide"]) == (deck["id"], "plan.pptx", 3)
    assert client.delete(address).status_code == 204
    for path in ("", "/slides", "/slides/1", "/slides/1.png", "/slides/1/drawing", "/file"):
        assert client.get(address + path).status_code == 404, path
    assert client.delete(address).status_code == 404
    assert client.post(f"{address}/retry").status_code == 404
    assert client.get(f"{BASE}/decks").json()["decks"] == []


def test_a_conversation_is_carried_by_its_turns(client: httpx.Client) -> None:
    deck = added(client)
    first = client.post(f"{BASE}/ask", json={"question": "How much is the rent?", "decks": [deck["id"]]}).json()
    assert first["turn"]["question"] == "How much is the rent?"
    assert {"deck": deck["id"], "slide": 2} in first["turn"]["shown"]
    second = client.post(f"{BASE}/ask", json={"question": "On which slide is that?", "history": [first["turn"]]})
    assert second.status_code == 200


def test_an_answer_as_events_is_the_same_answer(client: httpx.Client) -> None:
    added(client)
    asked = {"question": "How many people work in Lyon?"}
    whole = client.post(f"{BASE}/ask", json=asked).json()
    told = events(client.post(f"{BASE}/ask", json=asked, headers={"accept": "text/event-stream"}).text)
    names = [name for name, _ in told]
    assert names == ["understood", "slides", "citations", *["sentence"] * len(whole["said"]), "workings", "done"]
    assert told[-1][1]["answer"] == whole
    failed = client.post(
        f"{BASE}/ask", json={**asked, "decks": ["deck-nobody"]}, headers={"accept": "text/event-stream"}
    )
    assert events(failed.text)[-1][0] == "error"


def test_progress_tells_each_change(client: httpx.Client, reader: StandInReader) -> None:
    reader.hold = Event()
    id = send(client).json()["id"]
    with client.stream("GET", f"{BASE}/progress") as stream:
        seen: list[tuple[str, Any]] = []
        name = ""
        for line in stream.iter_lines():
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            elif line.startswith("data: "):
                seen.append((name, json.loads(line.removeprefix("data: "))))
                if seen[-1][1].get("ready") == 1:
                    reader.hold.set()
    assert {one[1]["id"] for one in seen[:-1]} == {id}
    assert (seen[-2][1]["state"], seen[-2][1]["ready"]) == ("ready", 3)
    assert seen[-1] == ("done", {})


def test_several_pictures_are_one_deck(client: httpx.Client) -> None:
    files = [("file", ("s10.png", b"ten")), ("file", ("s2.png", b"two"))]
    sent = client.post(f"{BASE}/decks", files=files, data={"name": "Holiday"})
    assert (sent.status_code, sent.json()["name"]) == (202, "Holiday")
    same = [("file", ("a.png", b"1")), ("file", ("a.png", b"2"))]
    refused = client.post(f"{BASE}/decks", files=same)
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "invalid_input")


def test_the_sample_decks_are_offered(client: httpx.Client, platform: ShelfPlatform, tmp_path: Path) -> None:
    folder = tmp_path / "samples"
    folder.mkdir()
    (folder / "one.pptx").write_bytes(PLAN)
    platform.slides._samples = folder
    assert [deck["name"] for deck in client.post(f"{BASE}/samples").json()["decks"]] == ["one.pptx"]
    platform.slides._samples = None
    assert client.post(f"{BASE}/samples").status_code == 501


@pytest.mark.parametrize(
    ("name", "data", "status", "code"),
    [
        ("notes.txt", b"hello", 400, "unsupported_document"),
        ("empty.pptx", b"", 400, "unreadable_document"),
        ("large.pptx", b"DECK" + bytes(2**20), 413, "too_large"),
    ],
)
def test_what_is_no_deck_is_refused(client: httpx.Client, name: str, data: bytes, status: int, code: str) -> None:
    sent = send(client, name, data)
    assert (sent.status_code, sent.json()["error"]["code"]) == (status, code)


def test_requests_that_make_no_sense(client: httpx.Client) -> None:
    deck = added(client)
    wrong: list[tuple[str, Any]] = [
        ("ask", {"question": ""}),
        ("ask", {"question": " "}),
        ("ask", {"question": "x" * 5000}),
        ("ask", {"question": "x", "way": "sideways"}),
        ("ask", {"question": "x", "unknown": 1}),
        ("ask", {"question": "x", "history": [{"question": "y", "shown": [{"deck": "z"}]}]}),
        ("search", {"text": "x", "limit": 0}),
        ("events", {"hello": 1}),
    ]
    for path, body in wrong:
        assert client.post(f"{BASE}/{path}", json=body).status_code == 400, body
    assert client.post(f"{BASE}/decks", json={}).status_code == 400
    assert client.post(f"{BASE}/decks", data={"name": "x"}, files={"other": b"x"}).status_code == 400
    assert client.get(f"{BASE}/decks/{deck['id']}/slides/0").status_code == 400
    assert client.get(f"{BASE}/decks/{deck['id']}/slides/4").status_code == 404
    assert client.get(f"{BASE}/decks/{deck['id']}/slides/1.png?width=9999").status_code == 400
    assert client.post(f"{BASE}/ask", json={"question": "x", "decks": ["nobody"]}).status_code == 404


def test_a_message_of_a_bucket_adds_and_removes(client: httpx.Client, tmp_path: Path) -> None:
    bucket = tmp_path / "buckets" / "decks"
    bucket.mkdir(parents=True)
    (bucket / "plan.pptx").write_bytes(PLAN)
    record = {"s3": {"bucket": {"name": "decks"}, "object": {"key": "plan.pptx"}}}
    put = client.post(f"{BASE}/events", json={"Records": [{"eventName": "ObjectCreated:Put", **record}]})
    (one,) = put.json()["documents"]
    assert (put.status_code, one["error"], one["removed"]) == (202, None, False)
    assert client.get(f"{BASE}/decks/{one['deck']['id']}?wait=20").json()["origin"] == "s3://decks/plan.pptx"
    gone = client.post(f"{BASE}/events", json={"Records": [{"eventName": "ObjectRemoved:Delete", **record}]})
    assert gone.json()["documents"][0]["removed"] is True
    assert client.get(f"{BASE}/decks").json()["decks"] == []
    again = client.post(f"{BASE}/events", json={"Records": [{"eventName": "ObjectCreated:Put", **record}]})
    assert again.status_code == 202
    (bucket / "plan.pptx").unlink()
    missing = {"s3": {"bucket": {"name": "decks"}, "object": {"key": "nothing.pptx"}}}
    sent = client.post(f"{BASE}/events", json={"Records": [{"eventName": "ObjectCreated:Put", **missing}]})
    assert sent.json()["documents"][0]["error"]["code"] in ("source_error", "not_found")


def test_tenants_see_their_own_decks_only(tmp_path: Path) -> None:
    with ShelfPlatform(tmp_path) as platform:
        ann = platform.keys.create(user="ann", tenant="acme").bearer
        bob = platform.keys.create(user="bob", tenant="blue").bearer
        with serving(create_app(platform)) as address, httpx.Client(base_url=address, timeout=30) as client:
            mine = {"authorization": f"Bearer {ann}"}
            sent = client.post(f"{BASE}/decks", files={"file": ("plan.pptx", PLAN)}, headers=mine)
            id = sent.json()["id"]
            client.get(f"{BASE}/decks/{id}?wait=20", headers=mine)
            theirs = {"authorization": f"Bearer {bob}"}
            assert client.get(f"{BASE}/decks", headers=theirs).json()["decks"] == []
            for path in ("", "/slides", "/slides/1", "/slides/1.png", "/slides/1/drawing", "/file"):
                assert client.get(f"{BASE}/decks/{id}{path}", headers=mine).status_code == 200, path
                assert client.get(f"{BASE}/decks/{id}{path}", headers=theirs).status_code == 404, path
                assert client.get(f"{BASE}/decks/{id}{path}").status_code == 401, path
            assert client.delete(f"{BASE}/decks/{id}", headers=theirs).status_code == 404
            assert client.post(f"{BASE}/decks/{id}/retry", headers=theirs).status_code == 404
            asked = {"question": "How much is the rent?", "decks": [id]}
            assert client.post(f"{BASE}/ask", json=asked, headers=theirs).status_code == 404
            assert "12" not in client.post(f"{BASE}/ask", json={"question": asked["question"]}, headers=theirs).text
            assert client.post(f"{BASE}/search", json={"text": "rent"}, headers=theirs).json() == {"slides": []}
            assert id not in client.get(f"{BASE}/progress", headers=theirs).text
            assert client.post(f"{BASE}/events", json={"Records": []}, headers=theirs).status_code == 403


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=8,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=JSON, path=st.sampled_from(["ask", "search", "events"]))
def test_no_body_breaks_the_server(client: httpx.Client, body: Any, path: str) -> None:
    assert client.post(f"{BASE}/{path}", json=body).status_code in (200, 202, 400, 404)


def test_a_server_takes_up_what_another_left(tmp_path: Path) -> None:
    with ShelfPlatform(tmp_path) as platform:
        id = platform.slides.add(Principal("local", "local"), "plan.pptx", PLAN).id
    with ShelfPlatform(tmp_path) as platform, serving(create_app(platform)):
        until(lambda: platform.slides.info(Principal("local", "local"), id).state == "ready")
