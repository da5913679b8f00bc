"""The native API of endpoints: deployed, asked, shared, measured and deleted over HTTP."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from groundstone.endpoints.service import Endpoints
from groundstone.server.app import create_app
from tests.conformance.sagemaker_case import platform_at
from tests.endpoints.packed import adder, package

from .live import serving


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with (
        platform_at(tmp_path_factory.mktemp("endpoints-api")) as platform,
        serving(create_app(platform)) as address,
        httpx.Client(base_url=f"{address}/api/endpoints", timeout=30) as client,
    ):
        yield client


def ready(client: httpx.Client, name: str) -> dict[str, Any]:
    for _ in range(1000):
        found: dict[str, Any] = client.get(f"/{name}").json()
        if found["status"] not in ("Creating", "Updating"):
            return found
        time.sleep(0.01)
    raise AssertionError("the endpoint is never ready")


def test_a_package_is_deployed_asked_measured_and_deleted(client: httpx.Client) -> None:
    assert client.put("/sums/package", content=package(adder())).status_code == 202
    found = ready(client, "sums")
    assert (found["status"], found["reason"]) == ("InService", "")
    (version,) = found["variants"]
    assert (version["name"], version["kind"], len(version["package"])) == ("v1", "onnx", 64)
    answer = client.post("/sums/invoke", json={"instances": [[1, 2]]})
    assert answer.json() == {"predictions": [[2, 3]]}
    assert answer.headers["x-groundstone-variant"] == "v1"
    assert client.put("/sums/package?share=0.5", content=package(adder(2))).status_code == 202
    assert [one["weight"] for one in ready(client, "sums")["variants"]] == [0.5, 0.5]
    given = [client.post("/sums/invoke", json={"instances": [[0, 0]]}).json()["predictions"][0][0] for _ in range(4)]
    assert sorted(given) == [1, 1, 2, 2]
    assert client.post("/sums/invoke?variant=v2", json={"instances": [[0, 0]]}).json() == {"predictions": [[2, 2]]}
    assert client.post("/sums/weights", json={"weights": {"v1": 0}}).json()["variants"][0]["weight"] == 0
    assert client.post("/sums/invoke", json={"instances": [[0]]}).status_code == 400
    one, two = client.get("/sums/metrics").json()["variants"]
    assert one["invocations"] + two["invocations"] == 7
    assert two["errors"] == {"4XX": 1}
    assert one["model"]["p50"] >= one["model"]["low"] > 0
    assert [each["name"] for each in client.get(str(client.base_url).rstrip("/")).json()["endpoints"]] == ["sums"]
    assert client.delete("/sums").status_code == 204
    assert client.get("/sums").status_code == 404


def test_a_model_of_the_catalogue_is_deployed(client: httpx.Client) -> None:
    assert client.post("/talk", json={"model": "scripted"}).status_code == 202
    assert ready(client, "talk")["variants"][0]["model"] == "scripted"
    assert client.post("/talk/invoke", json={"inputs": "Hi"}).json() == [{"generated_text": "Hello there."}]


def test_one_that_cannot_be_loaded_says_why(client: httpx.Client) -> None:
    client.post("/none", json={"model": "no-such-model"})
    found = ready(client, "none")
    assert found["status"] == "Failed"
    assert "no-such-model" in found["reason"]
    assert client.post("/none/invoke", json={}).status_code == 409


@pytest.mark.parametrize(
    ("method", "path", "options", "status"),
    [
        ("GET", "/absent", {}, 404),
        ("DELETE", "/absent", {}, 404),
        ("GET", "/-wrong-", {}, 400),
        ("POST", "/absent/invoke", {"json": {}}, 404),
        ("POST", "/absent/weights", {"json": {"weights": {"v1": 1}}}, 404),
        ("POST", "/wrong", {"json": {"model": "scripted", "share": 0}}, 400),
        ("POST", "/wrong", {"json": {"model": "scripted", "share": 0.5}}, 400),
        ("POST", "/wrong", {"json": {"model": "scripted", "more": 1}}, 400),
        ("PUT", "/wrong/package", {"content": b"no archive" * 100}, 400),
        ("PUT", "/wrong/package", {"content": b""}, 400),
        ("POST", "/absent/invoke", {"content": b"x" * (6 * 2**20 + 1)}, 413),
        ("GET", "/absent/metrics?minutes=0", {}, 400),
    ],
)
def test_what_makes_no_sense_is_refused(
    client: httpx.Client, method: str, path: str, options: dict[str, Any], status: int
) -> None:
    assert client.request(method, path, **options).status_code == status


def test_the_service_is_closed_with_its_models(tmp_path: Path) -> None:
    with platform_at(tmp_path) as platform:
        assert isinstance(platform.endpoints, Endpoints)
