"""The native API of documents: upload, watch, ask, correct, export, delete; and reading at once, with nothing kept."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from groundstone.config import Settings
from groundstone.errors import UnreadableDocument
from groundstone.platform import Platform
from groundstone.server.app import create_app
from tests.documents.card import CardDocuments, picture

from .live import serving

QUERIES = json.dumps([{"text": "What is Name?", "alias": "NAME"}, {"text": "What is the colour?"}])
GONE = "0" * 32


@contextmanager
def platform_at(home: Path, documents: CardDocuments, **more: Any) -> Iterator[Platform]:
    with Platform(Settings(home=home, threads=1, **more)) as platform:
        platform.__dict__["documents"] = documents
        yield platform


@pytest.fixture(scope="module")
def documents() -> CardDocuments:
    return CardDocuments()


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory, documents: CardDocuments) -> Iterator[httpx.Client]:
    home = tmp_path_factory.mktemp("documents-api")
    with (
        platform_at(home, documents, max_upload_mb=1) as platform,
        serving(create_app(platform)) as address,
        httpx.Client(base_url=address) as client,
    ):
        yield client


def send(client: httpx.Client, data: bytes | None = None, **fields: str) -> Any:
    data = picture() if data is None else data
    sent = client.post("/api/documents", files={"file": ("card.png", data)}, data=fields)
    assert sent.status_code == 202, sent.text
    return sent.json()


def ended(client: httpx.Client, document: Any) -> Any:
    found = client.get(f"/api/documents/{document['id']}", params={"wait": 10}).json()
    assert found["status"] != "reading"
    return found


@pytest.fixture(scope="module")
def card(client: httpx.Client) -> str:
    return str(ended(client, send(client, queries=QUERIES))["id"])


def test_a_document_is_read_and_answers(client: httpx.Client) -> None:
    sent = send(client, queries=QUERIES)
    assert (sent["status"], sent["page_count"], sent["media_type"]) == ("reading", 1, "image/png")
    done = ended(client, sent)
    assert (done["status"], done["pages_done"], done["failure"]) == ("ready", 1, None)
    first, second = client.get(f"/api/documents/{done['id']}/answers").json()["answers"]
    assert (first["text"], first["alias"], first["answer"], first["page"]) == ("What is Name?", "NAME", "Major Mary", 1)
    assert first["box"]["left"] == first["polygon"][0][0] == 0.45
    assert first["label"]["text"] == "Name"
    assert [one["reasons"] for one in first["candidates"]] == [["stands right of its label"], ["is near"]]
    assert (second["answer"], second["box"], second["page"]) == (None, None, None)
    assert second["confidence"] == 0.9
    assert done["id"] in [one["id"] for one in client.get("/api/documents").json()["documents"]]
    assert client.delete(f"/api/documents/{done['id']}").status_code == 204
    assert client.get(f"/api/documents/{done['id']}").status_code == 404


def test_words_and_layout_have_their_places(client: httpx.Client, card: str) -> None:
    read = client.get(f"/api/documents/{card}/reading").json()
    assert read["pages"][0]["lines"][0]["text"] == "Name Major Mary"
    assert read["pages"][0]["lines"][0]["words"][0]["polygon"][0] == [0.075, 0.16]
    assert client.get(f"/api/documents/{card}/reading?page=1").json() == read
    assert client.get(f"/api/documents/{card}/reading?page=2").status_code == 404
    layout = client.get(f"/api/documents/{card}/layout").json()
    assert [pair["value"]["text"] for pair in layout["pairs"]] == ["Major Mary", "1980-12-11", "X 123 456"]
    assert len(layout["tables"][0]["cells"]) == 6


def test_a_page_is_a_picture(client: httpx.Client, card: str, documents: CardDocuments) -> None:
    reply = client.get(f"/api/documents/{card}/pages/1.png?width=300")
    assert (reply.headers["content-type"], reply.content[:4]) == ("image/png", b"\x89PNG")
    assert "no-store" in reply.headers["cache-control"]
    assert documents.marks == []
    client.get(f"/api/documents/{card}/pages/1.png?boxes=true")
    assert [(name, kind) for _, name, kind in documents.marks] == [("NAME", "answer")]
    assert client.get(f"/api/documents/{card}/pages/2.png").status_code == 404
    assert client.get(f"/api/documents/{card}/pages/1.png?width=9").status_code == 400


def test_an_answer_is_corrected_and_keeps_what_was_found(client: httpx.Client) -> None:
    id = ended(client, send(client, queries=QUERIES))["id"]
    place = {"page": 1, "left": 0.1, "top": 0.2, "width": 0.3, "height": 0.1}
    fixed = client.put(f"/api/documents/{id}/answers/1", json={"text": "Mary Major", "place": place}).json()
    assert (fixed["answer"], fixed["confidence"], fixed["found"]["answer"]) == ("Mary Major", 1.0, "Major Mary")
    assert fixed["box"] == {name: place[name] for name in ("left", "top", "width", "height")}
    assert fixed["corrections"][0]["by"] == "local"
    nowhere = client.put(f"/api/documents/{id}/answers/1", json={"text": "M."}).json()
    assert (nowhere["answer"], nowhere["page"], len(nowhere["corrections"])) == ("M.", None, 2)
    nothing = client.put(f"/api/documents/{id}/answers/1", json={"text": None}).json()
    assert (nothing["answer"], nothing["found"]["answer"]) == (None, "Major Mary")
    assert client.get(f"/api/documents/{id}/answers").json()["answers"][0] == nothing
    assert client.delete(f"/api/documents/{id}/answers/2").status_code == 204
    assert len(client.get(f"/api/documents/{id}/answers").json()["answers"]) == 1


def test_answers_are_exported(client: httpx.Client, card: str) -> None:
    said = client.get(f"/api/documents/{card}/export")
    assert said.headers["content-disposition"] == "attachment; filename*=utf-8''card.json"
    assert [one["answer"] for one in said.json()["answers"]] == ["Major Mary", None]
    rows = list(csv.reader(io.StringIO(client.get(f"/api/documents/{card}/export?form=csv").text)))
    assert [(len(row), row[4], row[6]) for row in rows] == [(16, "NAME", "Major Mary"), (16, "What is the colour?", "")]
    drawn = client.get(f"/api/documents/{card}/export?form=png")
    assert (drawn.headers["content-type"], drawn.content[:4]) == ("image/png", b"\x89PNG")
    assert client.get(f"/api/documents/{card}/export?form=xls").status_code == 400


def test_a_long_document_tells_how_far_it_is(client: httpx.Client, documents: CardDocuments) -> None:
    documents.go.clear()
    id = send(client, b"%PDF-12 pages", pages="2-4, 6")["id"]
    found = client.get(f"/api/documents/{id}?wait=0.3").json()
    assert (found["status"], found["pages_wanted"], found["page_count"]) == ("reading", 4, 12)
    assert client.get(f"/api/documents/{id}/pages/1.png").status_code == 200
    for call in ("reading", "layout"):
        reply = client.get(f"/api/documents/{id}/{call}")
        assert (reply.status_code, "still being read" in reply.json()["error"]["message"]) == (409, True)
    assert client.post(f"/api/documents/{id}/questions", json={"queries": [{"text": "x"}]}).status_code == 409
    documents.go.set()
    assert ended(client, found)["pages_done"] == 4
    assert [page["number"] for page in client.get(f"/api/documents/{id}/reading").json()["pages"]] == [2, 3, 4, 6]


def test_a_reading_that_fails_says_why(client: httpx.Client, documents: CardDocuments) -> None:
    documents.fails = UnreadableDocument("the file breaks off")
    try:
        failed = ended(client, send(client))
    finally:
        documents.fails = None
    assert failed["failure"] == {"code": "unreadable_document", "message": "the file breaks off"}
    assert client.get(f"/api/documents/{failed['id']}/reading").status_code == 409


def test_one_call_reads_and_answers_and_keeps_nothing(client: httpx.Client) -> None:
    before = client.get("/api/documents").json()
    said = client.post("/api/read", files={"file": ("card.png", picture())}, data={"queries": QUERIES}).json()
    assert [one["answer"] for one in said["answers"]] == ["Major Mary", None]
    assert said["text"].startswith("Name Major Mary")
    assert client.get("/api/documents").json() == before
    long = {"file": ("long.pdf", b"%PDF-50 pages")}
    refused = client.post("/api/read", files=long)
    assert (refused.status_code, refused.json()["error"]["code"]) == (413, "document_too_large")
    assert client.post("/api/read", files=long, data={"pages": "7-9"}).json()["page_count"] == 50


@pytest.mark.parametrize("path", ["/api/documents", "/api/read"])
@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"files": {"file": ("x", b"no picture")}}, "neither a picture nor a PDF"),
        ({"data": {"queries": "[]"}, "files": {"other": ("x", b"")}}, "a form has a file"),
        ({"files": {"file": ("x", picture()), "queries": ("x", b"[]")}}, "Too many files"),
        ({"files": {"file": ("x", picture())}, "data": {"queries": "{"}}, "queries: this is no JSON"),
        ({"files": {"file": ("x", picture())}, "data": {"queries": '[{"text": " "}]'}}, "queries: 0.text"),
        ({"files": {"file": ("x", picture())}, "data": {"queries": '[{"text": "a", "x": 1}]'}}, "queries: 0.x"),
        ({"files": {"file": ("x", picture())}, "data": {"queries": '[{"text": "a", "pages": ["0"]}]'}}, "0.pages.0"),
        ({"files": {"file": ("x", picture())}, "data": {"pages": "a"}}, "pages:"),
        ({"files": {"file": ("x", picture())}, "data": {"pages": "4"}}, "none is meant"),
        ({"files": {"queries": (None, "[]")}}, "file:"),
        ({"json": {"file": "x"}}, "multipart/form-data"),
        ({"content": b"x", "headers": {"content-type": "multipart/form-data"}}, ""),
        ({"content": b"x", "headers": {"content-type": "multipart/form-data; boundary=y"}}, "multipart"),
    ],
)
def test_what_cannot_be_used_is_refused(client: httpx.Client, path: str, sent: dict[str, Any], words: str) -> None:
    reply = client.post(path, **sent)
    assert reply.status_code == 400
    assert words in reply.json()["error"]["message"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "", None),
        ("DELETE", "", None),
        ("GET", "/reading", None),
        ("GET", "/layout", None),
        ("GET", "/answers", None),
        ("GET", "/export", None),
        ("GET", "/pages/1.png", None),
        ("POST", "/questions", {"queries": [{"text": "x"}]}),
        ("PUT", "/answers/1", {"text": "x"}),
        ("DELETE", "/answers/1", None),
    ],
)
def test_a_document_is_there_for_its_owner_only(tmp_path: Path, method: str, path: str, body: Any) -> None:
    with platform_at(tmp_path, CardDocuments()) as platform:
        owner, other, foreign = (
            platform.keys.create(tenant=tenant, user=user) for tenant, user in (("a", "x"), ("a", "y"), ("b", "x"))
        )
        with serving(create_app(platform)) as address, httpx.Client(base_url=address) as client:
            held = {"authorization": f"Bearer {owner.bearer}"}
            sent = client.post(
                "/api/documents", files={"file": ("c", picture())}, data={"queries": QUERIES}, headers=held
            )
            id = client.get(f"/api/documents/{sent.json()['id']}?wait=10", headers=held).json()["id"]
            for key, expected in ((other, 404), (foreign, 404), (owner, None)):
                headers = {"authorization": f"Bearer {key.bearer}"}
                reply = client.request(method, f"/api/documents/{id}{path}", json=body, headers=headers)
                assert reply.status_code == expected if expected else reply.is_success
                listed = client.get("/api/documents", headers=headers).json()["documents"]
                assert bool(listed) == (key is owner and (method, path) != ("DELETE", ""))
            assert client.request(method, f"/api/documents/{id}{path}", json=body).status_code == 401


def test_a_document_outlives_the_server_that_began_to_read_it(tmp_path: Path) -> None:
    documents = CardDocuments()
    documents.go.clear()
    with (
        platform_at(tmp_path, documents) as platform,
        serving(create_app(platform)) as address,
        httpx.Client(base_url=address) as client,
    ):
        sent = send(client, queries=QUERIES)
    documents.go.set()
    with (
        platform_at(tmp_path, documents) as platform,
        serving(create_app(platform)) as address,
        httpx.Client(base_url=address) as client,
    ):
        assert ended(client, sent)["status"] == "ready"
        assert len(client.get(f"/api/documents/{sent['id']}/answers").json()["answers"]) == 2


def test_a_body_that_is_too_large_is_refused(client: httpx.Client) -> None:
    reply = client.post("/api/read", files={"file": ("x", b"x" * 2_000_000)})
    assert (reply.status_code, reply.json()["error"]["code"]) == (413, "too_large")


odd = st.none() | st.booleans() | st.integers(-2, 2) | st.text(max_size=4) | st.floats(-1, 2)
place = st.fixed_dictionaries({}, optional=dict.fromkeys(("page", "left", "top", "width", "height", "x"), odd))


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(body=st.fixed_dictionaries({}, optional={"text": odd, "place": odd | place, "more": odd}))
def test_any_correction_is_answered(client: httpx.Client, card: str, body: Any) -> None:
    reply = client.put(f"/api/documents/{card}/answers/2", json=body)
    assert reply.status_code in (200, 400), reply.text


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(queries=st.text(max_size=30) | st.binary(max_size=10), pages=st.text(max_size=6), data=st.binary(max_size=20))
def test_any_form_is_answered(client: httpx.Client, queries: Any, pages: str, data: bytes) -> None:
    parts = {"file": ("x", data), "queries": (None, queries), "pages": (None, pages)}
    reply = client.post("/api/read", files=parts)
    assert reply.status_code == 400, reply.text
