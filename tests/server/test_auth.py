from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from groundstone.errors import ConfigError, RateLimited, StoreError
from groundstone.identity import LOCAL
from groundstone.server import attempts, cookies
from groundstone.server.app import create_app
from groundstone.stores.keys import IssuedKey
from tests import looping

from .live import serving
from .standin import StandInPlatform

CHOSEN = "correct horse battery"
Start = Callable[..., tuple[StandInPlatform, httpx.Client]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts one server with the given settings; wrong credentials are answered at once."""
    opened: list[Any] = []

    def started(pause: float = 0.0, **settings: Any) -> tuple[StandInPlatform, httpx.Client]:
        platform = StandInPlatform(tmp_path, **settings)
        app = create_app(platform)
        app.state.attempts = attempts.Attempts(delay=pause)
        server = serving(app)
        client = httpx.Client(base_url=server.__enter__())
        opened.extend((platform, server, client))
        return platform, client

    yield started
    for thing in reversed(opened):
        match thing:
            case httpx.Client():
                thing.close()
            case StandInPlatform():
                thing.conversations.close()
                thing.keys.close()
            case _:
                thing.__exit__(None, None, None)


def bearer(issued: IssuedKey) -> dict[str, str]:
    return {"authorization": f"Bearer {issued.bearer}"}


def sigv4(issued: IssuedKey, address: str, method: str = "GET", body: bytes = b"") -> dict[str, str]:
    request = AWSRequest(method, address, data=body)
    SigV4Auth(Credentials(issued.key.id, issued.secret), "bedrock", "us-east-1").add_auth(request)
    return dict(request.headers.items())


def who(client: httpx.Client, headers: dict[str, str] | None = None) -> Any:
    answer = client.get("/api/me", headers=headers)
    return answer.json() if answer.status_code == 200 else answer.status_code


# -- loopback before the first key -------------------------------------------------------------------------


@pytest.mark.parametrize("headers", [
    {}, {"authorization": "Bearer anything"}, {"authorization": "Bearer gs-GS0-x"}, {"cookie": "groundstone=x"},
    {"authorization": "AWS4-HMAC-SHA256 Credential=test/20200101/us-east-1/bedrock/aws4_request, "
     "SignedHeaders=host, Signature=00", "x-amz-security-token": "dummy"},
])  # fmt: skip
def test_on_loopback_before_the_first_key_whatever_is_shown_is_the_local_user(
    start: Start, headers: dict[str, str]
) -> None:
    _, client = start()
    found = who(client, headers)
    assert (found["user"], found["tenant"], found["key"], found["admin"]) == (LOCAL.user, LOCAL.tenant, "", True)


def test_the_first_key_closes_the_door_at_once_and_deleting_it_opens_it_again(start: Start) -> None:
    platform, client = start()
    issued = platform.keys.create()
    assert who(client) == 401
    platform.keys.disable(issued.key.id)
    assert who(client) == 401
    platform.keys.delete(issued.key.id)
    assert who(client)["admin"]


# -- with keys ---------------------------------------------------------------------------------------------


def test_each_kind_of_credential_stands_for_the_same_principal(start: Start) -> None:
    platform, client = start()
    issued = platform.keys.create(user="ana", tenant="acme", groups=["hr"])
    client.post("/sign-in", data={"key": issued.bearer})
    cookie = {"cookie": f"{cookies.NAME}={client.cookies[cookies.NAME]}"}
    client.cookies.clear()
    signed = sigv4(issued, f"{client.base_url}/api/me")
    for headers in (bearer(issued), signed, cookie):
        found = who(client, headers)
        assert (found["user"], found["tenant"], found["groups"]) == ("ana", "acme", ["hr"])
        assert (found["key"], found["admin"]) == (issued.key.id, False)


def test_each_kind_of_credential_dies_with_its_key(start: Start) -> None:
    platform, client = start()
    platform.keys.create(name="another")

    def kinds(issued: IssuedKey) -> list[Any]:
        return [who(client, headers) for headers in (bearer(issued), sigv4(issued, address), cookie)]

    address = f"{client.base_url}/api/me"
    changes = (platform.keys.disable, platform.keys.rotate, platform.keys.delete)
    for change in changes:
        issued = platform.keys.create()
        client.post("/sign-in", data={"key": issued.bearer})
        cookie = {"cookie": f"{cookies.NAME}={client.cookies[cookies.NAME]}"}
        client.cookies.clear()
        assert [found["key"] for found in kinds(issued)] == [issued.key.id] * 3
        change(issued.key.id)
        assert kinds(issued) == [401, 401, 401], change.__name__


def test_a_signed_body_is_verified_and_still_there_for_the_route(start: Start) -> None:
    platform, client = start()
    issued = platform.keys.create()
    address, body = f"{client.base_url}/api/conversations", b'{"knowledge_base": "movies"}'
    headers = sigv4(issued, address, "POST", body) | {"content-type": "application/json"}
    assert client.post("/api/conversations", content=body, headers=headers).status_code == 201
    assert client.post("/api/conversations", content=body.replace(b"s", b"t"), headers=headers).status_code == 401


def test_large_signed_bodies_are_verified_too(start: Start) -> None:
    platform, client = start()
    issued = platform.keys.create()
    address = f"{client.base_url}/api/knowledge-bases/movies/ask"
    body = b'{"question": "%s"}' % (b"x" * 2**19)
    headers = sigv4(issued, address, "POST", body) | {"content-type": "application/json"}
    assert client.post(address, content=body, headers=headers).status_code == 400  # too long, but let in


def test_wrong_credentials_are_refused_even_beside_a_good_cookie(start: Start) -> None:
    platform, client = start()
    issued = platform.keys.create()
    client.post("/sign-in", data={"key": issued.bearer})
    assert who(client)["key"] == issued.key.id
    assert who(client, {"authorization": "Bearer wrong"}) == 401
    assert who(client, {"authorization": "Basic of-a-proxy"})["key"] == issued.key.id


def test_refusals_name_the_cause_and_never_a_secret(start: Start) -> None:
    platform, client = start()
    issued = platform.keys.create()
    platform.keys.disable(issued.key.id)
    for headers, said in (
        ({}, "Show an access key"),
        ({"authorization": "Bearer wrong-secret"}, "not a valid access key"),
        (bearer(issued), "is disabled"),
        (sigv4(issued, f"{client.base_url}/api/me"), "is disabled"),
        (sigv4(issued, f"{client.base_url}/api/other"), "signature does not fit"),
    ):
        answer = client.get("/api/me", headers=headers)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
        assert answer.json()["error"]["code"] == "sign_in_needed"
        assert said in answer.json()["error"]["message"]
        assert issued.secret not in answer.text
        assert "wrong-secret" not in answer.text


def test_use_is_noted(start: Start) -> None:
    platform, client = start()
    issued = platform.keys.create()
    assert issued.key.last_used is None
    who(client, bearer(issued))
    assert platform.keys.get(issued.key.id).last_used is not None


def test_a_use_that_cannot_be_noted_is_no_reason_to_refuse(
    start: Start, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(_: str) -> None:
        raise StoreError("the disk is full")

    platform, client = start()
    issued = platform.keys.create()
    monkeypatch.setattr(platform.keys, "touch", full)
    assert who(client, bearer(issued))["key"] == issued.key.id
    assert "the disk is full" in caplog.text
    assert issued.secret not in caplog.text


# -- beyond loopback, and the setting ----------------------------------------------------------------------


def test_beyond_loopback_a_key_lets_the_server_start_and_nobody_is_ever_anonymous(start: Start, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="keys create"):
        start(host="0.0.0.0")
    keeper = StandInPlatform(tmp_path)
    issued = keeper.keys.create()
    platform, client = start(host="0.0.0.0")
    assert who(client) == 401
    assert who(client, bearer(issued))["key"] == issued.key.id
    platform.keys.delete(issued.key.id)
    assert who(client) == 401
    keeper.keys.close()
    keeper.conversations.close()


def test_the_setting_stays_valid_as_the_administrator_beside_keys(start: Start) -> None:
    platform, client = start(access_key=CHOSEN)
    issued = platform.keys.create()
    found = who(client, {"authorization": f"Bearer {CHOSEN}"})
    assert (found["user"], found["key"], found["admin"]) == (LOCAL.user, "", True)
    assert not who(client, bearer(issued))["admin"]
    client.post("/sign-in", data={"key": CHOSEN})
    assert who(client)["admin"]


def test_a_setting_that_looks_like_a_made_key_is_refused(start: Start) -> None:
    with pytest.raises(ConfigError, match="gs-"):
        start(access_key="gs-GS0123456789ABCDEFGH-x")


# -- the cookie --------------------------------------------------------------------------------------------


def test_the_cookie_is_closed_to_scripts_and_other_sites_and_holds_no_secret(start: Start) -> None:
    platform, client = start()
    issued = platform.keys.create()
    answer = client.post("/sign-in", data={"key": f" {issued.bearer} "})
    sent = answer.headers["set-cookie"]
    assert answer.status_code == 303
    assert "HttpOnly" in sent
    assert "samesite=lax" in sent.lower()
    assert issued.secret not in sent


def test_a_cookie_expires_and_cannot_be_changed() -> None:
    cookie = cookies.sealed("GSA", "secret", now=1000)
    assert cookies.holds(cookie, "secret", now=1000 + cookies.MONTH)
    assert not cookies.holds(cookie, "secret", now=1001 + cookies.MONTH)
    assert not cookies.holds(cookie, "other", now=1000)
    later = cookie.replace(str(1000 + cookies.MONTH), str(2000 + cookies.MONTH))
    assert not cookies.holds(later, "secret", now=1000)
    assert not cookies.holds(cookie.replace("GSA", "GSB"), "secret", now=1000)
    for broken in ("", ".", "..", "a.b.c", "GSA.1.", f"GSA.{'9' * 20}.{'0' * 64}", cookie + "0", "é.1.x"):
        assert not cookies.holds(broken, "secret", now=1000)


def test_pages_lead_to_the_sign_in_page_and_offer_to_sign_out(start: Start) -> None:
    platform, client = start()
    assert 'action="/sign-out"' not in client.get("/chat/movies").text
    issued = platform.keys.create()
    assert client.get("/chat/movies").headers["location"] == "/sign-in"
    client.post("/sign-in", data={"key": issued.bearer})
    assert 'action="/sign-out"' in client.get("/chat/movies").text


# -- guessing ----------------------------------------------------------------------------------------------


def test_a_wrong_credential_is_answered_late_and_a_missing_one_at_once(start: Start) -> None:
    platform, client = start(pause=0.3)
    platform.keys.create()
    began = time.monotonic()
    assert who(client) == 401
    missing = time.monotonic() - began
    assert who(client, {"authorization": "Bearer wrong"}) == 401
    assert time.monotonic() - began - missing >= 0.3


def test_guessing_the_setting_is_slowed_and_never_locks_out_who_holds_a_made_key(start: Start) -> None:
    platform, client = start(access_key=CHOSEN)
    issued = platform.keys.create()
    answers = [who(client, {"authorization": f"Bearer guess {n}"}) for n in range(attempts.BURST + 5)]
    assert answers[: attempts.BURST] == [401] * attempts.BURST
    assert 429 in answers[attempts.BURST :]
    late = client.get("/api/me", headers={"authorization": f"Bearer {CHOSEN}"})
    assert late.status_code in (200, 429)
    assert who(client, bearer(issued))["key"] == issued.key.id


def test_tries_come_back_by_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [1000.0]
    monkeypatch.setattr(attempts.time, "monotonic", lambda: clock[0])
    tries = attempts.Attempts()
    for _ in range(attempts.BURST):
        tries.admit("10.0.0.1")
        tries.failed("10.0.0.1")
    with pytest.raises(RateLimited) as caught:
        tries.admit("10.0.0.1")
    tries.admit("10.0.0.2")
    clock[0] += caught.value.retry_after
    tries.admit("10.0.0.1")


def test_the_memory_of_failures_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts, "MOST_ADDRESSES", 10)
    tries = attempts.Attempts()
    for number in range(100):
        tries.failed(str(number))
    assert len(tries._left) == 10


# -- every route -------------------------------------------------------------------------------------------

PUBLIC = {
    "/healthz",
    "/api/openapi.json",
    "/api/openapi-3.0.json",
    "/sign-in",
    "/sign-out",
    "/favicon.ico",
    "/static",
}  # hold nothing of anybody
CALLS_OF_AWS = [
    ("GET", "/foundation-models"), ("POST", "/model/x/invoke"), ("POST", "/model/x/converse-stream"),
    ("POST", "/knowledgebases/KB12345678/retrieve"), ("PUT", "/knowledgebases/"),
]  # fmt: skip


def every_route(app: Any) -> Iterator[tuple[str, str]]:
    yield from CALLS_OF_AWS
    for path, verbs in app.openapi()["paths"].items():
        yield from ((verb.upper(), path) for verb in verbs)
    for route in flat(app.routes):
        for method in sorted(getattr(route, "methods", None) or {"POST"}):
            yield method, route.path


def flat(routes: Any) -> Iterator[Any]:
    for route in routes:
        inner = getattr(getattr(route, "original_router", None), "routes", None)
        yield from flat(inner) if inner else [route]


def test_no_route_but_the_public_ones_answers_without_valid_credentials(platform: StandInPlatform) -> None:
    disabled, rotated = platform.keys.create(), platform.keys.create()
    platform.keys.disable(disabled.key.id)
    platform.keys.rotate(rotated.key.id)
    bad = {
        "none": {},
        "wrong bearer": {"authorization": "Bearer wrong"},
        "disabled bearer": bearer(disabled),
        "rotated bearer": bearer(rotated),
        "old cookie": {"cookie": f"{cookies.NAME}={cookies.sealed(rotated.key.id, rotated.secret)}"},
        "expired cookie": {"cookie": f"{cookies.NAME}={cookies.sealed(disabled.key.id, disabled.secret, now=0)}"},
        "wrong signature": sigv4(rotated, "http://127.0.0.1/"),
        "basic": {"authorization": "Basic eDp5"},
    }
    app = create_app(platform)
    app.state.attempts = attempts.Attempts(delay=0.0)
    routes = sorted({item for item in every_route(app) if item[1] not in PUBLIC})
    assert len(routes) > 40
    assert {"/mcp", "/v1/chat/completions", "/api/keys", "/", "/chat/{name}"} <= {path for _, path in routes}

    async def run() -> None:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as client:
            for method, path in routes:
                address = path.replace("{number}", "1").replace("{name:path}", "x").replace("{document:path}", "x")
                for kind, headers in bad.items():
                    answer = await client.request(method, address, headers=headers, json={})
                    expected = (401, 403) if answer.headers.get("location") is None else (303,)
                    assert answer.status_code in expected, (method, path, kind, answer.status_code)

    looping.run(run())


def test_a_refusal_speaks_the_language_of_the_caller(start: Start) -> None:
    platform, client = start()
    issued = platform.keys.create()
    wrong = {"authorization": "Bearer wrong"}
    native = client.get("/api/me", headers=wrong)
    assert (native.status_code, native.json()["error"]["code"]) == (401, "sign_in_needed")
    openai = client.get("/v1/models", headers=wrong)
    assert (openai.status_code, openai.json()["error"]["code"]) == (401, "invalid_api_key")
    assert openai.json()["error"]["type"] == "authentication_error"
    mcp = client.post("/mcp", headers=wrong, json={})
    assert (mcp.status_code, mcp.json()["jsonrpc"]) == (401, "2.0")
    page = client.get("/chat/movies", headers=wrong)
    assert (page.status_code, page.headers["location"]) == (303, "/sign-in")
    unsigned = {"user-agent": "Boto3/1.44"}
    for headers, name in (
        (unsigned, "MissingAuthenticationTokenException"),
        (wrong | unsigned, "AccessDeniedException"),
        (sigv4(issued, f"{client.base_url}/elsewhere"), "InvalidSignatureException"),
    ):
        aws = client.get("/foundation-models", headers=headers)
        assert (aws.status_code, aws.headers["x-amzn-errortype"]) == (403, name)
