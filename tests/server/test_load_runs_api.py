"""The native API of load runs, over HTTP: started, followed, stopped, killed, compared, kept and taken along."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundstone.config import Settings
from groundstone.endpoints.load.report import as_json
from groundstone.endpoints.runs.history import History
from groundstone.endpoints.runs.service import Runs
from groundstone.identity import LOCAL
from groundstone.platform import Platform
from groundstone.server.app import create_app
from tests.endpoints import measured

from .live import serving
from .runs_served import SIMULATED, runs_served

QUICK = {"plan": {"read": "16", "write": "8", "concurrency": [1, 2]}, "simulation": SIMULATED}
LONG = {
    "plan": {"read": "16", "write": "64", "concurrency": [2], "seconds": 600.0},
    "simulation": {**SIMULATED, "speed": 5.0},
}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with (
        runs_served(tmp_path_factory.mktemp("load-runs-api")) as address,
        httpx.Client(base_url=f"{address}/api", timeout=60) as client,
    ):
        yield client


def events(client: httpx.Client, id: str) -> list[tuple[str, Any]]:
    """All news of a run until it has ended."""
    with client.stream("GET", f"/load-runs/{id}/events") as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        blocks = "".join(response.iter_text()).strip().split("\n\n")
    lines = [block.split("\n") for block in blocks]
    return [(name.removeprefix("event: "), json.loads(data.removeprefix("data: "))) for name, data in lines]


def waited(client: httpx.Client, id: str, state: str) -> dict[str, Any]:
    for _ in range(600):
        found: dict[str, Any] = client.get(f"/load-runs/{id}").json()
        if found["run"]["state"] == state:
            return found
        time.sleep(0.05)
    raise AssertionError(found)


def started(client: httpx.Client, wanted: dict[str, Any]) -> str:
    response = client.post("/load-runs", json=wanted)
    assert response.status_code == 202, response.text
    return str(response.json()["id"])


def going(client: httpx.Client, wanted: dict[str, Any]) -> str:
    """A run whose first request is under way."""
    id = started(client, wanted)
    for _ in range(600):
        if client.get(f"/load-runs/{id}").json()["points"]:
            return id
        time.sleep(0.05)
    raise AssertionError("nothing is under way")


def test_a_run_is_started_followed_measured_and_taken_along(client: httpx.Client) -> None:
    id = started(client, {**QUICK, "title": "the first", "price": 1.5})
    news = events(client, id)
    assert news[-1] == ("done", {"gone": False})
    assert {"run", "points", "measured"} <= {name for name, _ in news}
    found = client.get(f"/load-runs/{id}").json()
    assert (found["run"]["state"], found["run"]["title"], found["run"]["summary"]["good"]) == ("done", "the first", 9)
    one, two = found["measured"]["levels"]
    assert (one["concurrency"], two["concurrency"]) == (1, 2)
    assert one["first_token"]["p50"]["low"] <= one["first_token"]["p50"]["value"] < one["end_to_end"]["p50"]["value"]
    assert one["cost"] > 0
    assert found["measured"]["predicted"][0]["concurrency"] == 1
    assert "key" not in json.dumps(found["run"]["order"]).replace("key_env", "")
    for form, begin in {"html": "<!doctype html>", "json": "{", "csv": "level,", "md": "# the first"}.items():
        response = client.get(f"/load-runs/{id}/report.{form}")
        assert response.text.startswith(begin)
        assert f'filename="load-{id}.{form}"' in response.headers["content-disposition"]
    assert client.get("/load-runs", params={"search": "FIRST simulated"}).json()["runs"][0]["id"] == id
    assert client.get("/load-runs", params={"search": "nothing of the kind"}).json()["runs"] == []


def test_a_run_that_is_stopped_keeps_what_it_has(client: httpx.Client) -> None:
    id = going(client, LONG)
    assert client.delete(f"/load-runs/{id}").status_code == 409
    assert client.post(f"/load-runs/{id}/stop").status_code == 202
    found = waited(client, id, "stopped")
    assert found["measured"]["levels"][0]["stopped"] is True
    assert client.post(f"/load-runs/{id}/stop").status_code == 409
    assert client.delete(f"/load-runs/{id}").status_code == 204
    assert client.get(f"/load-runs/{id}").status_code == 404


def test_no_more_than_two_runs_disturb_each_other(client: httpx.Client) -> None:
    ids = [started(client, LONG) for _ in range(2)]
    refused = client.post("/load-runs", json=LONG)
    assert (refused.status_code, refused.json()["error"]["code"]) == (429, "limit_exceeded")
    for id in ids:
        client.post(f"/load-runs/{id}/stop")
    for id in ids:
        assert waited(client, id, "stopped")["run"]["ended"]


def test_a_server_that_is_not_there_is_told(client: httpx.Client) -> None:
    id = started(client, {"plan": {"url": "http://127.0.0.1:9", "concurrency": [1], "requests": 1}})
    found = waited(client, id, "failed")
    assert "not one request was answered" in found["run"]["why"]
    assert found["measured"]["levels"][0]["problems"] == {"connect": 1}


@pytest.mark.parametrize(
    ("wanted", "status"),
    [
        ({}, 400),
        ({"plan": {"url": "http://203.0.113.9:8000"}}, 403),
        ({"plan": {"url": "http://169.254.169.254/latest"}}, 403),
        ({"plan": {"url": "file:///etc/passwd"}}, 400),
        ({"plan": {"url": "http://127.0.0.1:9", "key_env": "HOME"}}, 400),
        ({"plan": {"url": "http://127.0.0.1:9", "wire": "bedrock"}}, 400),
        ({"plan": {}, "engine": "none"}, 404),
        ({"plan": {}, "simulation": {"place": {"model": "../x", "instance": "ml.g5.2xlarge"}}}, 404),
    ],
)
def test_what_is_not_allowed_is_refused_before_anything_is_sent(
    client: httpx.Client, wanted: dict[str, Any], status: int
) -> None:
    before = len(client.get("/load-runs").json()["runs"])
    response = client.post("/load-runs", json=wanted)
    assert response.status_code == status, response.text
    assert set(response.json()["error"]) == {"code", "message"}
    assert len(client.get("/load-runs").json()["runs"]) == before


def test_reports_are_imported_compared_and_labelled(client: httpx.Client) -> None:
    ids = []
    for title, slower in (("a", 1.0), ("b", 2.0)):
        response = client.post("/load-runs/import", json=as_json(measured.report(title, slower=slower)))
        assert response.status_code == 201
        ids.append(response.json()["id"])
    found = client.get("/load-runs/compare", params={"run": ids}).json()
    assert [one["run"]["title"] for one in found["runs"]] == ["a", "b"]
    assert found["by_concurrency"][0]["latency"]["ratios"] == [1.0, pytest.approx(2.0)]
    assert client.get("/load-runs/compare", params={"run": ids[:1]}).status_code == 400
    assert client.patch(f"/load-runs/{ids[0]}", json={"title": "renamed", "tags": ["x"]}).json()["tags"] == ["x"]
    assert client.patch(f"/load-runs/{ids[0]}", json={"tags": ["no good tag"]}).status_code == 400
    assert client.post("/load-runs/import", content=b"no json").status_code == 400


def test_advice_joins_the_theory_and_a_run(client: httpx.Client) -> None:
    id = client.post("/load-runs/import", json=as_json(measured.report("measured", price=2.0))).json()["id"]
    prices = {"ml.g5.2xlarge": 1.515, "ml.g5.12xlarge": 7.09}
    wanted = {"model": "llama-2-7b", "prices": prices, "run": id, "limits": {"latency": 0.05, "throughput": 500.0}}
    found = client.post("/load-runs/advice", json=wanted).json()
    assert found["best"]["instance"] in prices
    assert found["settings"][0]["command"]
    assert found["measured"]["endpoints"] >= 1
    impossible = client.post("/load-runs/advice", json={**wanted, "limits": {"latency": 0.00001}}).json()
    assert (impossible["best"], bool(impossible["problem"])) == (None, True)
    assert client.post("/load-runs/advice", json={**wanted, "prices": {"nothing": 1.0}}).status_code == 404


def test_choices_are_offered(client: httpx.Client) -> None:
    found = client.get("/load-runs/choices").json()
    assert "llama-2-7b" in found["models"]
    assert found["instances"]["ml.g5.12xlarge"] == 4
    assert found["loopback"] is True


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_runs_survive_the_end_of_their_process_and_of_their_server(tmp_path: Path) -> None:
    service = Runs(tmp_path)
    from groundstone.server.load_run_bodies import StartLoadRun

    order = StartLoadRun.model_validate(LONG).order()
    killed = service.start(LOCAL, order)
    child = service._children[killed.id]
    child.kill()
    child.wait()
    assert service.history.find(LOCAL, killed.id).state == "interrupted"
    left = service.start(LOCAL, order)
    while not service.history.points(LOCAL, left.id)[0]:
        time.sleep(0.05)
    service.close()
    found = History(tmp_path / "load-runs").find(LOCAL, left.id)
    assert (found.state, found.summary.levels) == ("interrupted", 1)
    assert History(tmp_path / "load-runs").report(LOCAL, left.id).rows[0].stopped


def test_who_has_a_key_sees_and_changes_what_is_theirs(tmp_path: Path) -> None:
    with Platform(Settings(home=tmp_path)) as platform, serving(create_app(platform)) as address:
        keys = {
            name: platform.keys.create(name=name, user=name, tenant=tenant, admin=name == "chief").bearer
            for name, tenant in (("ana", "local"), ("ben", "local"), ("eve", "other"), ("chief", "local"))
        }
        at = {
            name: httpx.Client(base_url=f"{address}/api", headers={"authorization": f"Bearer {key}"})
            for name, key in keys.items()
        }
        id = at["ana"].post("/load-runs/import", json=as_json(measured.report())).json()["id"]
        assert at["eve"].get("/load-runs").json()["runs"] == []
        assert at["eve"].get(f"/load-runs/{id}").status_code == 404
        assert [at[name].get(f"/load-runs/{id}").json()["run"]["mine"] for name in ("ana", "ben", "chief")] == [
            True,
            False,
            True,
        ]
        assert at["ben"].delete(f"/load-runs/{id}").status_code == 403
        assert at["ben"].post("/load-runs", json={"engine": "chat"}).status_code == 403
        assert at["chief"].delete(f"/load-runs/{id}").status_code == 204
        assert httpx.get(f"{address}/api/load-runs").status_code == 401
        for one in at.values():
            one.close()


WORDS = [
    "title", "plan", "url", "read", "concurrency", "rate", "engine", "simulation", "place", "model", "instance",
    "price", "limits", "latency", "prices", "run", "levels", "figures", "ml.g5.2xlarge", "llama-2-7b", "last",
]  # fmt: skip
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9) | st.sampled_from(WORDS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=5),
    max_leaves=15,
)


@pytest.mark.parametrize("path", ["", "/import", "/advice"])
@settings(max_examples=40, deadline=None, derandomize=True)
@given(body=VALUES)
def test_any_json_is_answered(client: httpx.Client, path: str, body: Any) -> None:
    headers = {"content-type": "application/json"}
    response = client.post(f"/load-runs{path}", content=json.dumps(body), headers=headers)
    assert response.status_code < 500, response.text
    if response.status_code >= 400:
        assert set(response.json()["error"]) == {"code", "message"}


def test_an_engine_of_the_catalogue_is_asked_with_its_key_which_is_never_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "catalog.toml").write_text(
        '[engines.gpu]\nkind = "openai"\nurl = "http://127.0.0.1:9/v1"\napi_key_env = "TEST_LOAD_KEY"\n'
        '[models.ours]\nengine = "gpu"\ntask = "chat"\nat_engine = "theirs"\n',
        encoding="utf-8",
    )
    (tmp_path / "prices.toml").write_text('"ml.g5.2xlarge" = 1.5\n', encoding="utf-8")
    wanted = {"engine": "gpu", "plan": {"model": "theirs", "concurrency": [1], "requests": 1}}
    with runs_served(tmp_path) as address, httpx.Client(base_url=f"{address}/api", timeout=60) as client:
        choices = client.get("/load-runs/choices").json()
        assert choices["engines"] == [{"name": "gpu", "models": ["theirs"]}]
        assert choices["prices"] == {"ml.g5.2xlarge": 1.5}
        assert "TEST_LOAD_KEY" in client.post("/load-runs", json=wanted).json()["error"]["message"]
        monkeypatch.setenv("TEST_LOAD_KEY", "sk-very-secret")
        waited(client, started(client, wanted), "failed")
    files = [path for path in (tmp_path / "load-runs").rglob("*") if path.is_file()]
    assert files
    assert all(b"sk-very-secret" not in path.read_bytes() for path in files)
