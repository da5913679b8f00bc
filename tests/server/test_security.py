from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from groundstone.errors import ConfigError
from groundstone.server.app import create_app
from groundstone.server.security import host_name

from .live import serving
from .standin import StandInPlatform

KEY = "correct horse battery"
NEW = {"knowledge_base": "movies"}


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[httpx.Client]:
    platform = StandInPlatform(tmp_path, host="0.0.0.0", access_key=KEY, max_upload_mb=1)
    with serving(create_app(platform)) as address, httpx.Client(base_url=address) as client:
        yield client
    platform.conversations.close()


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "localhost.", "", "[::2]", "10.0.0.1", "]["]
)
def test_other_host_names_are_refused_on_loopback(shared: httpx.Client, host: str) -> None:
    assert shared.get("/api/apps", headers={"host": host}).status_code in (400, 421)


@pytest.mark.parametrize("host", ["localhost:1", "127.0.0.1", "[::1]:8765", "LOCALHOST"])
def test_names_of_loopback_are_accepted(shared: httpx.Client, host: str) -> None:
    assert shared.get("/api/apps", headers={"host": host}).status_code == 200


@pytest.mark.parametrize("headers", [
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"origin": "http://evil.example"},
    {"origin": "null"},
    {"origin": "http://localhost"},
])  # fmt: skip
def test_other_sites_may_not_change_anything(shared: httpx.Client, headers: dict[str, str]) -> None:
    assert shared.post("/api/conversations", json=NEW, headers=headers).status_code == 403
    assert shared.get("/api/conversations").json() == []


def test_the_own_page_may_change_things(shared: httpx.Client) -> None:
    headers = {"sec-fetch-site": "same-origin", "origin": str(shared.base_url).rstrip("/")}
    assert shared.post("/api/conversations", json=NEW, headers=headers).status_code == 201


def test_a_form_of_another_site_cannot_pose_as_json(shared: httpx.Client) -> None:
    sent = shared.post(
        "/api/conversations", content='{"knowledge_base":"movies"}', headers={"content-type": "text/plain"}
    )
    assert sent.status_code == 400


@pytest.mark.parametrize("path", ["/chat/movies", "/api/apps", "/static/chat.js", "/nothing", "/healthz"])
def test_every_response_carries_the_security_headers(shared: httpx.Client, path: str) -> None:
    headers = shared.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "object-src 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"


def test_pages_hold_no_inline_script_or_style(shared: httpx.Client) -> None:
    page = shared.get("/chat/movies").text
    assert "<style" not in page
    assert " style=" not in page
    assert " onclick=" not in page
    assert page.count("<script") == 1
    assert '<script type="module" src="/static/chat.js"></script>' in page


def test_large_bodies_are_refused_with_and_without_a_stated_length(guarded: httpx.Client) -> None:
    headers = {"authorization": f"Bearer {KEY}", "content-type": "application/json"}
    big = b"x" * (2**20 + 1)
    assert guarded.post("/api/conversations", content=big, headers=headers).status_code == 413
    chunks = (big[at : at + 65536] for at in range(0, len(big), 65536))
    assert guarded.post("/api/conversations", content=chunks, headers=headers).status_code == 413


def test_a_server_that_others_reach_needs_an_access_key(tmp_path: Path) -> None:
    platform = StandInPlatform(tmp_path, host="0.0.0.0")
    with pytest.raises(ConfigError, match="access_key"):
        create_app(platform)
    platform.conversations.close()
    short = StandInPlatform(tmp_path, access_key="short")
    with pytest.raises(ConfigError, match="at least 16"):
        create_app(short)
    short.conversations.close()


def test_without_the_key_every_api_route_answers_401(guarded: httpx.Client) -> None:
    paths = guarded.get("/api/openapi.json").json()["paths"]
    for path, verbs in paths.items():
        for verb in verbs:
            address = path.replace("{number}", "1")
            body = {"json": {}} if verb in ("post", "patch") else {}
            assert guarded.request(verb, address, **body).status_code == 401, (verb, path)


@pytest.mark.parametrize("shown", ["", "Bearer", "Bearer wrong", f"Basic {KEY}", f"Bearer {KEY}x", "Bearer ü".encode()])
def test_a_wrong_key_is_refused(guarded: httpx.Client, shown: str | bytes) -> None:
    assert guarded.get("/api/apps", headers={"authorization": shown}).status_code == 401


def test_the_key_is_accepted_as_bearer_and_through_the_sign_in_page(guarded: httpx.Client) -> None:
    assert guarded.get("/api/apps", headers={"authorization": f"Bearer {KEY}"}).status_code == 200
    assert guarded.get("/chat/movies").headers["location"] == "/sign-in"
    assert guarded.post("/sign-in", data={"key": "wrong"}).status_code == 403
    signed = guarded.post("/sign-in", data={"key": KEY})
    assert signed.status_code == 303
    assert KEY not in signed.headers["set-cookie"]
    assert "HttpOnly" in signed.headers["set-cookie"]
    assert guarded.get("/chat/movies").status_code == 200
    guarded.post("/sign-out")
    assert guarded.get("/api/apps").status_code == 401


def test_an_unknown_page_is_a_page_and_an_unknown_address_of_the_api_is_json(shared: httpx.Client) -> None:
    page = shared.get("/chat/nothing", headers={"accept": "text/html"})
    assert page.status_code == 404
    assert "There is nothing at this address" in page.text
    assert shared.get("/api/nothing", headers={"accept": "text/html"}).json()["error"]["code"] == "not_found"


def test_the_start_page_leads_to_the_films(client: httpx.Client) -> None:
    assert client.get("/").headers["location"] == "/chat/movies"
    client.delete("/api/knowledge-bases/movies")
    assert "No documents yet" in client.get("/").text


@pytest.mark.parametrize(("host", "name"), [("a:1", "a"), ("[::1]:2", "::1"), ("", ""), ("[", ""), ("A", "a")])
def test_host_name(host: str, name: str) -> None:
    assert host_name(host) == name
