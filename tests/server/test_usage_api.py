"""What was used: the catalogue, totals, calls and limits as the API tells them, to those who may know."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from groundstone.config import Settings
from groundstone.identity import Limits
from groundstone.platform import Platform
from groundstone.records import Call
from groundstone.server.app import create_app


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[Platform]:
    with Platform(Settings(home=tmp_path)) as made:
        yield made


@pytest.fixture
def client(platform: Platform) -> TestClient:
    return TestClient(create_app(platform), base_url="http://127.0.0.1", raise_server_exceptions=False)


def spend(platform: Platform, **changes: Any) -> None:
    plain = {"time": datetime.now(UTC), "tenant": "local", "user": "local", "key": "", "task": "chat", "asked": "gpt"}
    platform.meter.record(Call(**{**plain, "model": "m", "seconds": 0.5, **changes}))


def test_the_catalogue_is_listed_with_names_and_prices(client: TestClient) -> None:
    body = client.get("/api/models").json()
    assert body["currency"] == "USD"
    embed = next(model for model in body["models"] if model["name"] == "all-minilm-l6-v2")
    assert embed["task"] == "embed"
    assert "amazon.titan-embed-text-v1" in embed["aliases"]
    assert not any(model["answers"] or model["private"] for model in body["models"])


def test_nothing_used_is_an_empty_answer(client: TestClient) -> None:
    body = client.get("/api/usage").json()
    assert (body["totals"], body["latency"], body["scope"], body["by"]) == ([], [], "tenant", "model")
    assert client.get("/api/usage/calls").json() == []
    assert client.get("/api/usage/keys").json() == []


def test_totals_are_those_of_the_time_and_group_asked_for(client: TestClient, platform: Platform) -> None:
    spend(platform, input_tokens=10, output_tokens=5, cost=0.25, first=0.1)
    spend(platform, model="n", outcome="failed", error="engine_timeout")
    spend(platform, time=datetime.now(UTC) - timedelta(days=70))
    body = client.get("/api/usage").json()
    assert [(total["name"], total["calls"], total["failed"]) for total in body["totals"]] == [("m", 1, 0), ("n", 1, 1)]
    assert body["totals"][0]["cost"] == 0.25
    assert body["latency"] == [{"model": "m", "calls": 1, "p50": 0.5, "p95": 0.5, "first_p50": 0.1, "first_p95": 0.1}]
    by_day = client.get("/api/usage", params={"from": "2020-01-01", "by": "day"}).json()["totals"]
    assert [total["calls"] for total in by_day] == [1, 2]
    first, second = client.get("/api/usage/calls", params={"limit": 2}).json()
    assert (first["outcome"], first["error"], second["model"]) == ("failed", "engine_timeout", "m")


@pytest.mark.parametrize(
    "query",
    ["by=colour", "from=soon", "to=1e400", "from=2026-02-02&to=2026-02-01", "from=0000-01-01"],
)
def test_odd_questions_are_refused(client: TestClient, query: str) -> None:
    assert client.get(f"/api/usage?{query}").status_code == 400


@pytest.mark.parametrize("limit", ["0", "-1", "100000", "x"])
def test_odd_limits_are_refused(client: TestClient, limit: str) -> None:
    assert client.get(f"/api/usage/calls?limit={limit}").status_code == 400


def test_far_away_times_are_fine(client: TestClient) -> None:
    for when in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"):
        assert client.get("/api/usage", params={"from": when, "to": when}).status_code == 200


def test_who_is_no_administrator_sees_only_the_own_calls(client: TestClient, platform: Platform) -> None:
    ana = platform.keys.create(name="ana's", user="ana", limits=Limits(1.5, 100, 10))
    boss = platform.keys.create(name="boss", user="bo", admin=True)
    other = platform.keys.create(user="eve", tenant="elsewhere", admin=True)
    spend(platform, user="ana", key=ana.key.id, input_tokens=30, cost=0.5)
    spend(platform, user="bo", key=boss.key.id, input_tokens=1)

    def get(path: str, bearer: str) -> Any:
        return client.get(path, headers={"authorization": f"Bearer {bearer}"}).json()

    own = get("/api/usage?by=key", ana.bearer)
    assert (own["scope"], [total["label"] for total in own["totals"]]) == ("user", ["ana's"])
    assert [row["user"] for row in get("/api/usage/calls", ana.bearer)] == ["ana"]
    (limits,) = get("/api/usage/keys", ana.bearer)
    assert (limits["name"], limits["money"], limits["money_per_month"], limits["tokens"], limits["tokens_per_day"]) == (
        "ana's", 0.5, 1.5, 30, 100,
    )  # fmt: skip
    assert len(get("/api/usage?by=key", boss.bearer)["totals"]) == 2
    assert [row["name"] for row in get("/api/usage/keys", boss.bearer)] == ["ana's", "boss"]
    assert get("/api/usage", other.bearer)["totals"] == []
    assert client.get("/api/usage").status_code == 401
