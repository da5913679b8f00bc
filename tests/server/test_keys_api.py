from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from groundstone.server.app import create_app

from .live import serving
from .standin import StandInPlatform

NO_LIMITS = {"money_per_month": None, "tokens_per_day": None, "requests_per_minute": None}


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[StandInPlatform]:
    platform = StandInPlatform(tmp_path)
    yield platform
    platform.conversations.close()
    platform.keys.close()


@pytest.fixture
def client(platform: StandInPlatform) -> Iterator[httpx.Client]:
    with serving(create_app(platform)) as address, httpx.Client(base_url=address) as client:
        yield client


def by(issued: dict[str, Any]) -> dict[str, dict[str, str]]:
    return {"headers": {"authorization": f"Bearer {issued['bearer']}"}}


@pytest.fixture
def admin(client: httpx.Client) -> dict[str, Any]:
    """The first key, made through the open door: an administrator of the tenant acme."""
    made: dict[str, Any] = client.post("/api/keys", json={"tenant": "acme", "user": "ana", "admin": True}).json()
    return made


def test_a_key_is_made_shown_once_and_used(client: httpx.Client, admin: dict[str, Any]) -> None:
    wanted = {"name": "ci", "user": "bot", "groups": ["b", "a"], "limits": {"tokens_per_day": 5}}
    answer = client.post("/api/keys", json=wanted, **by(admin))
    made = answer.json()
    assert answer.status_code == 201
    assert (made["tenant"], made["groups"], made["limits"]) == ("acme", ["a", "b"], NO_LIMITS | {"tokens_per_day": 5})
    me = client.get("/api/me", **by(made)).json()
    assert me == {
        "user": "bot", "tenant": "acme", "groups": ["a", "b"], "key": made["id"], "admin": False,
        "limits": made["limits"],
    }  # fmt: skip
    again = client.get(f"/api/keys/{made['id']}", **by(admin)).json()
    assert "secret" not in again
    assert "bearer" not in again
    assert made["secret"] not in client.get("/api/keys", **by(admin)).text


def test_limits_names_and_the_state_of_a_key_can_be_changed(client: httpx.Client, admin: dict[str, Any]) -> None:
    made = client.post("/api/keys", json={}, **by(admin)).json()
    address = f"/api/keys/{made['id']}"
    changed = client.patch(address, json={"name": "n", "limits": {"money_per_month": 2.5}}, **by(admin)).json()
    assert (changed["name"], changed["limits"]["money_per_month"], changed["disabled"]) == ("n", 2.5, False)
    assert client.patch(address, json={"disabled": True}, **by(admin)).json()["disabled"]
    assert client.get("/api/me", **by(made)).status_code == 401
    assert not client.patch(address, json={"disabled": False}, **by(admin)).json()["disabled"]
    rotated = client.post(f"{address}/rotate", **by(admin)).json()
    assert client.get("/api/me", **by(made)).status_code == 401
    assert client.get("/api/me", **by(rotated)).json()["key"] == made["id"]
    assert client.delete(address, **by(admin)).status_code == 204
    assert client.get(address, **by(admin)).status_code == 404


@pytest.mark.parametrize("body", [
    {"limits": {"money_per_month": -1}}, {"limits": {"money": 1}}, {"user": ""}, {"user": "a\nb"}, {"secret": "mine"},
    {"limits": {"tokens_per_day": 1.5}}, {"groups": "hr"}, {"groups": [""]},
])  # fmt: skip
def test_bodies_that_cannot_be_used_are_refused(client: httpx.Client, admin: dict[str, Any], body: Any) -> None:
    assert client.post("/api/keys", json=body, **by(admin)).status_code == 400


def test_only_administrators_manage_keys(client: httpx.Client, admin: dict[str, Any]) -> None:
    plain = client.post("/api/keys", json={}, **by(admin)).json()
    address = f"/api/keys/{plain['id']}"
    calls = [
        ("GET", "/api/keys", None), ("POST", "/api/keys", {"admin": True}), ("GET", address, None),
        ("PATCH", address, {"limits": {}}), ("POST", f"{address}/rotate", None), ("DELETE", address, None),
    ]  # fmt: skip
    for method, path, body in calls:
        answer = client.request(method, path, json=body, **by(plain))
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "forbidden"), (method, path)


def test_an_administrator_manages_the_own_tenant_only(client: httpx.Client, admin: dict[str, Any]) -> None:
    assert client.post("/api/keys", json={"tenant": "other"}, **by(admin)).status_code == 403


def test_a_key_of_another_tenant_looks_like_an_unknown_one(
    client: httpx.Client, platform: StandInPlatform, admin: dict[str, Any]
) -> None:
    foreign = platform.keys.create(tenant="other").key.id
    for method, tail, body in (("GET", "", None), ("PATCH", "", {}), ("POST", "/rotate", None), ("DELETE", "", None)):
        told = client.request(method, f"/api/keys/{foreign}{tail}", json=body, **by(admin))
        unknown = client.request(method, f"/api/keys/GSNOTHING{tail}", json=body, **by(admin))
        assert told.status_code == unknown.status_code == 404
        assert told.text.replace(foreign, "?") == unknown.text.replace("GSNOTHING", "?")
    assert foreign not in client.get("/api/keys", **by(admin)).text


def test_a_plain_key_cannot_make_the_server_read_its_folders(client: httpx.Client, admin: dict[str, Any]) -> None:
    plain = client.post("/api/keys", json={}, **by(admin)).json()
    spec = client.get("/api/knowledge-bases/movies", **by(admin)).json()["spec"] | {"name": "stolen"}
    answer = client.post("/api/knowledge-bases", json=spec, **by(plain))
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "forbidden")
