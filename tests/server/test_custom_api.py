"""The native API of custom models: as JSON and as a form, with reports, pictures, labels, refusals."""

from __future__ import annotations

import json
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from groundstone.config import Settings
from groundstone.models.fakes import FakeEmbed
from groundstone.platform import EMBEDDING_MODEL, Platform
from groundstone.server.app import create_app

from .live import serving

ROWS = [{"text": f"my {name} the animal eats", "label": "animal"} for name in ("cat", "dog", "cow", "fish", "bird")] + [
    {"text": f"the {name} is a tool of steel", "label": "tool"} for name in ("saw", "hammer", "drill", "rake", "axe")
]
LINES = "\n".join(json.dumps(row) for row in ROWS).encode()


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with Platform(Settings(home=tmp_path_factory.mktemp("custom-api"), threads=1, max_upload_mb=1)) as platform:
        platform.embed = FakeEmbed(384, EMBEDDING_MODEL)
        yield platform


@pytest.fixture(scope="module")
def client(platform: Platform) -> Iterator[httpx.Client]:
    with serving(create_app(platform)) as address, httpx.Client(base_url=address) as client:
        yield client


def ended(client: httpx.Client, job: dict[str, Any]) -> dict[str, Any]:
    for _ in range(400):
        job = client.get(f"/api/custom-model-jobs/{job['id']}").json()
        if job["status"] not in ("InProgress", "Stopping"):
            return job
        time.sleep(0.02)
    raise AssertionError("the job does not end")


@pytest.fixture(scope="module")
def kinds(client: httpx.Client) -> dict[str, Any]:
    started = client.post("/api/custom-models", json={"name": "kinds", "examples": ROWS})
    assert started.status_code == 202
    return ended(client, started.json())


def test_examples_as_json_become_a_model_with_a_report(client: httpx.Client, kinds: dict[str, Any]) -> None:
    assert (kinds["status"], kinds["method"], kinds["progress"]) == ("Completed", "head", None)
    assert kinds["figures"]["accuracy"] == 1.0
    found = client.get("/api/custom-models/kinds").json()
    assert (found["labels"], found["examples"]) == (["animal", "tool"], 10)
    assert found["report"]["confusion"] == [[1, 0], [0, 1]]
    assert found["report"]["labels"][0]["support"] == 1
    assert found["report"]["warnings"]
    (listed,) = [model for model in client.get("/api/custom-models").json()["models"] if model["name"] == "kinds"]
    assert listed == {name: value for name, value in found.items() if name != "report"}
    assert [job["id"] for job in client.get("/api/custom-model-jobs").json()["jobs"]][-1] == kinds["id"]


def test_the_confusion_matrix_is_a_picture(client: httpx.Client, kinds: dict[str, Any]) -> None:
    reply = client.get("/api/custom-models/kinds/confusion.svg")
    assert reply.headers["content-type"] == "image/svg+xml"
    assert ElementTree.fromstring(reply.content).tag == "{http://www.w3.org/2000/svg}svg"


def test_texts_are_classified_and_counted(client: httpx.Client, kinds: dict[str, Any], platform: Platform) -> None:
    reply = client.post("/api/custom-models/kinds/classify", json={"texts": ["an animal that eats", "a steel tool"]})
    first, second = reply.json()["labels"]
    assert (first["label"], second["label"]) == ("animal", "tool")
    assert first["probability"] == first["scores"]["animal"] > 0.5
    (call,) = client.get("/api/usage/calls?limit=1").json()
    assert (call["task"], call["model"], call["input_tokens"]) == ("classify", "kinds", 7)


def test_files_in_a_form_are_taken_as_they_are(client: httpx.Client) -> None:
    files = {"examples": ("all.jsonl", LINES), "tests": ("some.jsonl", b"\xef\xbb\xbf" + LINES.split(b"\n")[0])}
    sent = client.post("/api/custom-models", data={"name": "form", "method": "head", "chat": ""}, files=files)
    assert ended(client, sent.json())["status"] == "Completed"
    assert client.get("/api/custom-models/form").json()["report"]["tested_on"] == 1
    assert client.delete("/api/custom-models/form").status_code == 204
    assert client.get("/api/custom-models/form").status_code == 404
    chat = {"model": "form", "messages": [{"role": "user", "content": "x"}]}
    assert client.post("/v1/chat/completions", json=chat).status_code == 404


def test_a_name_is_replaced_only_when_that_is_asked_for(client: httpx.Client, kinds: dict[str, Any]) -> None:
    again = {"name": "kinds", "examples": ROWS}
    assert client.post("/api/custom-models", json=again).status_code == 409
    assert ended(client, client.post("/api/custom-models", json=again | {"replace": True}).json())["failure"] == ""
    job = client.get("/api/custom-model-jobs").json()["jobs"][0]
    assert client.post(f"/api/custom-model-jobs/{job['id']}/stop").status_code == 409


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (b"", "at least 2 labels"),
        (b"text,label", "line 1: this is no JSON"),
        ("é".encode("latin-1"), "UTF-8"),
        (b'{"text": "a", "label": "x"}\n' * 3, "at least 2 labels"),
        (b'{"text": "a", "label": "x", "more": 1}', "unknown entry"),
        (b"[" * 100_000, "no JSON"),
    ],
)
def test_bad_files_end_with_a_reason(client: httpx.Client, lines: bytes, words: str) -> None:
    sent = client.post("/api/custom-models", data={"name": "bad"}, files={"examples": ("x.jsonl", lines)})
    assert (sent.status_code, words in sent.json()["error"]["message"]) == (400, True)
    assert client.get("/api/custom-models/bad").status_code == 404


@pytest.mark.parametrize(
    ("wanted", "status"),
    [
        ({"name": "default"}, 409),
        ({"name": "../x"}, 400),
        ({"name": ""}, 400),
        ({"name": "x", "method": "magic"}, 400),
        ({"name": "x", "method": "few-shot"}, 400),
        ({"name": "x", "method": "head", "chat": "smollm2-135m-instruct"}, 400),
        ({"name": "x", "chat": "nobody"}, 404),
        ({"name": "x", "chat": "minilm-rerank"}, 400),
        ({"name": "x", "chat": "kinds"}, 400),
        ({"name": "x", "colour": "red"}, 400),
    ],
)
def test_what_cannot_be_used_is_refused(
    client: httpx.Client, kinds: dict[str, Any], wanted: dict[str, Any], status: int
) -> None:
    reply = client.post("/api/custom-models", json={"examples": ROWS, **wanted})
    assert reply.status_code == status
    assert reply.json()["error"]["message"]


def test_forms_that_are_no_such_forms_are_refused(client: httpx.Client) -> None:
    cases: list[dict[str, Any]] = [
        {"data": {"name": "x", "examples": "no file"}, "files": {"tests": ("x", b"")}},
        {"data": {"name": "x"}, "files": {"name": ("x", b"")}},
        {"data": {"name": "x"}, "files": {"a": ("x", b""), "b": ("x", b""), "c": ("x", b"")}},
        {"content": b"nonsense", "headers": {"content-type": "multipart/form-data; boundary=x"}},
        {"content": b"nonsense", "headers": {"content-type": "multipart/form-data"}},
        {"content": b"a=1", "headers": {"content-type": "application/x-www-form-urlencoded"}},
        {"content": b"{", "headers": {"content-type": "application/json"}},
    ]
    for case in cases:
        assert client.post("/api/custom-models", **case).status_code == 400, case


def test_too_large_a_file_is_refused(client: httpx.Client) -> None:
    sent = client.post("/api/custom-models", data={"name": "x"}, files={"examples": ("x", LINES * 3000)})
    assert (sent.status_code, sent.json()["error"]["code"]) == (413, "too_large")


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(
    body=st.fixed_dictionaries(
        {},
        optional={
            "name": st.text(max_size=5) | st.none() | st.just("../x"),
            "method": st.sampled_from(["auto", "head", 3, None]),
            "chat": st.text(max_size=5),
            "examples": st.lists(st.dictionaries(st.sampled_from(["text", "label"]), st.text(max_size=3)), max_size=3),
            "replace": st.booleans() | st.text(max_size=3),
        },
    )
)
def test_any_order_is_answered(client: httpx.Client, body: Any) -> None:
    headers = {"content-type": "application/json"}
    reply = client.post("/api/custom-models", content=json.dumps(body), headers=headers)
    assert reply.status_code in (202, 400, 404, 409, 429), reply.text


def test_two_tenants_have_models_of_their_own(tmp_path: Path) -> None:
    with Platform(Settings(home=tmp_path, threads=1)) as platform:
        platform.embed = FakeEmbed(384, EMBEDDING_MODEL)
        keys = [platform.keys.create(tenant=name) for name in ("acme", "bolt")]
        with serving(create_app(platform)) as address:
            acme, bolt = (
                httpx.Client(base_url=address, headers={"authorization": f"Bearer {key.bearer}"}) for key in keys
            )
            job = ended(acme, acme.post("/api/custom-models", json={"name": "kinds", "examples": ROWS}).json())
            assert job["status"] == "Completed"
            for path in ("custom-models/kinds", "custom-models/kinds/confusion.svg", f"custom-model-jobs/{job['id']}"):
                assert acme.get(f"/api/{path}").status_code == 200
                assert bolt.get(f"/api/{path}").status_code == 404
            assert bolt.delete("/api/custom-models/kinds").status_code == 404
            assert bolt.post("/api/custom-models/kinds/classify", json={"texts": ["x"]}).status_code == 404
            assert bolt.post(f"/api/custom-model-jobs/{job['id']}/stop").status_code == 404
            assert bolt.get("/api/custom-models").json() == {"models": []}
            assert bolt.get("/api/custom-model-jobs").json() == {"jobs": []}
            assert "kinds" not in bolt.get("/api/models").text
            for each in (acme, bolt):
                each.close()


def test_a_form_without_examples_says_what_is_missing(client: httpx.Client) -> None:
    reply = client.post("/api/custom-models", files={"name": (None, "nothing")})
    assert (reply.status_code, reply.json()["error"]["message"][:9]) == (400, "examples:")


@pytest.mark.parametrize(
    ("body", "kind", "said"),
    [
        (b'{"texts": ["a"]}', "text/plain", "content-type: application/json"),
        (b"{", "application/json", "the body is not JSON"),
        (b"", "application/json", "the body: Field required"),
    ],
)
def test_a_body_that_cannot_be_read_is_refused_with_the_reason(
    client: httpx.Client, body: bytes, kind: str, said: str
) -> None:
    reply = client.post("/api/custom-models/kinds/classify", content=body, headers={"content-type": kind})
    assert reply.status_code == 400
    assert said in reply.json()["error"]["message"]
