"""The native API of verification: documents and messages in, cases, progress, review, dead letters, tables out."""

from __future__ import annotations

import csv
import io
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from groundstone.server.app import create_app
from groundstone.verification.spec import Privacy
from tests.verification.standin import CARD, JANE, UNSURE, StandIn
from tests.verification.wiring import VerifyingPlatform

from .live import serving

BASE = "/api/verification/vaccination"


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VerifyingPlatform]:
    with VerifyingPlatform(tmp_path_factory.mktemp("verification-api"), StandIn(), max_upload_mb=1) as made:
        yield made


@pytest.fixture(scope="module")
def client(platform: VerifyingPlatform) -> Iterator[httpx.Client]:
    with serving(create_app(platform)) as address, httpx.Client(base_url=address, timeout=30) as client:
        yield client


def send(client: httpx.Client, data: bytes = CARD, name: str = "vac_card.JPG", **fields: Any) -> httpx.Response:
    form = {key: value if isinstance(value, str) else json.dumps(value) for key, value in fields.items()}
    return client.post(f"{BASE}/cases", files={"file": (name, data)}, data=form)


def ended(client: httpx.Client, case: dict[str, Any]) -> dict[str, Any]:
    for _ in range(500):
        case = client.get(f"{BASE}/cases/{case['id']}").json()
        if case["state"] not in ("waiting", "working"):
            return case
        time.sleep(0.02)
    raise AssertionError("it does not end")


def test_the_applications_say_what_they_ask_and_keep(client: httpx.Client) -> None:
    (found,) = client.get("/api/verification").json()["applications"]
    assert (found["name"], found["bucket"], found["retention"]) == ("vaccination", "cards", 0)
    assert next(query["alias"] for query in found["queries"]) == "CERT_BENF_NAME"
    assert found["limits"]["sync_queries"] == 15
    assert client.get("/api/verification/nothing/progress").status_code == 404


def test_a_card_is_answered_at_once(client: httpx.Client) -> None:
    sent = send(client, traveller=JANE, wait="20")
    assert sent.status_code == 200
    case = sent.json()
    assert (case["outcome"], case["route"]["way"], case["decided_by"]) == ("verified", "sync", "rules")
    assert [answer["answer"] for answer in case["answers"]][1] == "Fully Vaccinated"
    reason = case["decision"]["reasons"][0]
    assert (reason["rule"], reason["passed"]) == ("vaccinated", True)
    assert reason["evidence"][0]["box"] == {"left": 0.125, "top": 0.1875, "width": 0.5, "height": 0.03125}
    assert client.get(f"{BASE}/cases/{case['id']}").json() == case
    said = [note["what"] for note in client.get(f"{BASE}/cases/{case['id']}/history").json()["history"]]
    assert said[0] == "received"
    assert said[-1] == "protect"
    table = client.get(f"{BASE}/cases/{case['id']}/table.csv")
    assert table.headers["content-type"].startswith("text/csv")
    assert [len(row) for row in csv.reader(io.StringIO(table.text))] == [16] * 4
    document = client.get(f"{BASE}/cases/{case['id']}/document")
    assert (document.content, document.headers["content-type"]) == (CARD, "text/x-doc; charset=utf-8")
    assert client.get(f"{BASE}/cases/{case['id']}/pages/1.png").content.startswith(b"\x89PNG")
    assert client.get(f"{BASE}/cases/{case['id']}/pages/2.png").status_code == 404


def test_without_waiting_the_case_is_to_be_looked_at(client: httpx.Client) -> None:
    sent = send(client, name="later.jpg")
    assert sent.status_code == 202
    assert ended(client, sent.json())["outcome"] == "verified"


def test_own_queries_take_the_place_of_the_applications(client: httpx.Client) -> None:
    asked = [{"text": "Number", "alias": "N", "pages": ["1"]}]
    case = send(client, name="own.jpg", queries=asked, wait="20").json()
    assert [query["alias"] for query in case["queries"]] == ["N"]
    assert case["outcome"] == "review"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"traveller": "{"}, "traveller: this is no JSON"),
        ({"traveller": "[]"}, "traveller: an object"),
        ({"traveller": {"a b": "c"}}, "must be a name"),
        ({"queries": [{"text": ""}]}, "queries: 0.text"),
        ({"wait": "-1"}, "wait: seconds from 0 to 60"),
        ({"wait": "nan"}, "wait: seconds"),
        ({"more": "x"}, "more: a form has"),
    ],
)
def test_forms_that_make_no_sense_are_refused(client: httpx.Client, fields: dict[str, Any], words: str) -> None:
    refused = send(client, name="bad.jpg", **fields)
    assert refused.status_code == 400
    assert words in refused.json()["error"]["message"]


def test_what_is_no_document_is_refused_or_dead(client: httpx.Client) -> None:
    assert client.post(f"{BASE}/cases", json={}).status_code == 400
    assert client.post(f"{BASE}/cases", data={"wait": "1"}, files={}).status_code == 400
    empty = send(client, b"")
    assert (empty.status_code, empty.json()["error"]["code"]) == (400, "unreadable_document")
    assert send(client, bytes(2**20 + 1)).status_code == 413
    dead = send(client, b"GIF", name="dead.gif", wait="20").json()
    assert (dead["state"], dead["failure"]) == ("dead", "dead.gif is no document that can be read")
    assert dead["id"] in [one["id"] for one in client.get(f"{BASE}/cases?state=dead").json()["cases"]]
    assert client.post(f"{BASE}/cases/{dead['id']}/cancel").status_code == 409
    assert ended(client, client.post(f"{BASE}/cases/{dead['id']}/retry").json())["state"] == "dead"
    assert client.post(f"{BASE}/cases/{dead['id']}/drop").json()["state"] == "dropped"
    assert client.post(f"{BASE}/cases/{dead['id']}/drop").status_code == 409
    assert client.delete(f"{BASE}/cases/{dead['id']}").status_code == 204
    assert client.get(f"{BASE}/cases/{dead['id']}").status_code == 404


def test_a_person_corrects_and_decides(client: httpx.Client) -> None:
    case = send(client, UNSURE, "unsure.jpg", traveller=JANE, wait="20").json()
    assert case["outcome"] == "review"
    assert case["id"] in [one["id"] for one in client.get(f"{BASE}/cases?outcome=review").json()["cases"]]
    place = {"page": 1, "left": 0.1, "top": 0.1, "width": 0.2, "height": 0.1}
    fix = {"query": "CERT_VAC_STATUS", "text": "Fully Vaccinated", "revision": case["revision"], "place": place}
    fixed = client.post(f"{BASE}/cases/{case['id']}/corrections", json=fix).json()
    assert fixed["answers"][1]["answer"] == "Fully Vaccinated"
    assert fixed["answers"][1]["box"]["left"] == 0.1
    assert fixed["decision"]["outcome"] == "verified"
    late = client.post(f"{BASE}/cases/{case['id']}/corrections", json=fix)
    assert (late.status_code, late.json()["error"]["code"]) == (409, "conflict")
    decision = {"outcome": "verified", "revision": fixed["revision"], "note": "seen"}
    done = client.post(f"{BASE}/cases/{case['id']}/decision", json=decision).json()
    assert (done["outcome"], done["decided_by"], done["note"]) == ("verified", "local", "seen")
    assert client.post(f"{BASE}/cases/{case['id']}/decision", json=decision).status_code == 409
    assert client.post(f"{BASE}/cases/{case['id']}/decision", json={"outcome": "review"}).status_code == 400


def test_messages_bring_documents(client: httpx.Client, platform: VerifyingPlatform) -> None:
    uploads = platform.buckets / "cards" / "uploads"
    uploads.mkdir(parents=True, exist_ok=True)
    (uploads / "by event.jpg").write_bytes(CARD)
    os.utime(uploads / "by event.jpg", (time.time() - 60,) * 2)
    where = {"bucket": {"name": "cards"}, "object": {"key": "uploads/by+event.jpg"}}
    reply = client.post(f"{BASE}/events", json={"Records": [{"eventSource": "aws:s3", "s3": where}]})
    assert reply.status_code == 202
    (found,) = reply.json()["documents"]
    assert (found["uri"], found["error"]) == ("s3://cards/uploads/by event.jpg", None)
    assert ended(client, found["case"])["outcome"] == "verified"
    refused = client.post(f"{BASE}/events", json={"hello": "world"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "invalid_input")
    assert client.post(f"{BASE}/events", json={"Event": "s3:TestEvent"}).json() == {"documents": []}


def test_pages_of_the_list_progress_and_export(client: httpx.Client) -> None:
    for number in range(3):
        send(client, name=f"page{number}.jpg", wait="20")
    first = client.get(f"{BASE}/cases?limit=2&newest=true").json()
    second = client.get(f"{BASE}/cases?limit=2&newest=true&after={first['after']}").json()
    names = [case["name"] for case in (*first["cases"], *second["cases"])]
    assert names[:3] == ["page2.jpg", "page1.jpg", "page0.jpg"]
    assert client.get(f"{BASE}/cases?state=strange").status_code == 400
    progress = client.get(f"{BASE}/progress").json()
    assert progress["done"] >= 3
    assert progress["rate"] >= 3
    rows = list(csv.reader(io.StringIO(client.get(f"{BASE}/export.csv?header=true").text)))
    assert rows[0][:3] == ["timestamp", "classification", "filename"]
    assert {len(row) for row in rows} == {16}


def test_with_keys_tenants_are_apart_and_messages_need_an_administrator(tmp_path: Path) -> None:
    with VerifyingPlatform(
        tmp_path, StandIn(), access_key="the-owner-of-this-house", privacy=Privacy(images="drop")
    ) as platform:
        key = platform.keys.create(tenant="south", user="ben")
        bens = {"authorization": f"Bearer {key.bearer}"}
        mine = {"authorization": "Bearer the-owner-of-this-house"}
        with serving(create_app(platform)) as address, httpx.Client(base_url=address, timeout=30) as client:
            assert client.get("/api/verification").status_code == 401
            sent = client.post(f"{BASE}/cases", files={"file": ("a.jpg", CARD)}, data={"wait": "20"}, headers=bens)
            case = sent.json()
            assert case["outcome"] == "verified"
            assert client.get(f"{BASE}/cases/{case['id']}", headers=mine).status_code == 404
            assert client.get(f"{BASE}/cases/{case['id']}", headers=bens).status_code == 200
            refused = client.post(f"{BASE}/events", json={"Event": "s3:TestEvent"}, headers=bens)
            assert refused.status_code == 403
            assert client.post(f"{BASE}/events", json={"Event": "s3:TestEvent"}, headers=mine).status_code == 202
            assert client.get(f"{BASE}/cases/{case['id']}/document", headers=bens).status_code == 404


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=60), st.text(max_size=20), st.text(max_size=20))
def test_any_upload_is_answered(client: httpx.Client, data: bytes, name: str, traveller: str) -> None:
    form = {"traveller": traveller.encode("utf-8", "replace").decode()}
    reply = client.post(f"{BASE}/cases", files={"file": (name.encode("utf-8", "replace").decode(), data)}, data=form)
    assert reply.status_code in (200, 202, 400)
