"""Every error raises the class of the official client that fits it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import openai
import pytest

from groundstone import errors
from groundstone.identity import LOCAL
from tests.server.openai_home import Home, served

ASKED: Any = [{"role": "user", "content": "hello"}]
KEY = "a-key-of-my-own-choice"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Home, str]]:
    with served(tmp_path_factory.mktemp("errors"), max_upload_mb=1) as made:
        yield made


@pytest.fixture
def home(world: tuple[Home, str]) -> Home:
    return world[0]


@pytest.mark.parametrize(
    ("raised", "kind", "code"),
    [
        (errors.ContextTooLong("too long"), openai.BadRequestError, "context_length_exceeded"),
        (errors.InvalidInput("bad"), openai.BadRequestError, "invalid_input"),
        (errors.WrongModel("cannot"), openai.BadRequestError, "wrong_model"),
        (errors.NotSupported("no"), openai.BadRequestError, "not_supported"),
        (errors.Unauthenticated("who?", "unknown"), openai.AuthenticationError, "invalid_api_key"),
        (errors.Forbidden("no"), openai.PermissionDeniedError, "permission_denied"),
        (errors.NotFound("none"), openai.NotFoundError, "model_not_found"),
        (errors.Busy("later"), openai.ConflictError, "busy"),
        (errors.BudgetExceeded("spent"), openai.RateLimitError, "insufficient_quota"),
        (errors.LimitExceeded("full"), openai.RateLimitError, "limit_exceeded"),
        (errors.WeightsCorrupt("broken"), openai.InternalServerError, "weights_corrupt"),
        (errors.EngineUnavailable("down"), openai.InternalServerError, "engine_unavailable"),
        (errors.EngineTimeout("slow"), openai.InternalServerError, "engine_timeout"),
        (errors.StoreError("disk"), openai.InternalServerError, "store_error"),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_each_error_has_its_class(
    home: Home, client: openai.OpenAI, raised: Exception, kind: Any, code: str, stream: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    def chat(*_: Any) -> Any:
        raise raised

    monkeypatch.setattr(home.platform.models, "chat", chat)
    with pytest.raises(kind) as caught:
        client.chat.completions.create(model="scripted", messages=ASKED, stream=stream)
    assert caught.value.code == code


@pytest.mark.parametrize("stream", [False, True])
def test_who_is_too_fast_is_told_when_to_come_back(home: Home, client: openai.OpenAI, stream: bool) -> None:
    home.scripted.say(errors.RateLimited("slowly", 2.2))
    with pytest.raises(openai.RateLimitError) as caught:
        client.chat.completions.create(model="scripted", messages=ASKED, stream=stream)
    assert caught.value.code == "rate_limit_exceeded"
    assert caught.value.response.headers["retry-after"] == "3"


@pytest.mark.parametrize("path", ["chat/completions", "responses", "completions"])
def test_a_mistake_of_ours_tells_nothing_of_itself(
    home: Home, world: tuple[Home, str], path: str, caplog: pytest.LogCaptureFixture
) -> None:
    home.scripted.say(RuntimeError("a secret detail"))
    body = {"model": "scripted", "messages": ASKED, "input": "x", "prompt": "x"}
    wanted = {"chat/completions": "messages", "responses": "input", "completions": "prompt"}[path]
    sent = {name: body[name] for name in ("model", wanted)}
    response = httpx.post(f"{world[1]}/v1/{path}", json=sent)
    assert response.status_code == 500
    assert "secret" not in response.text
    assert response.json()["error"]["type"] == "server_error"


def test_other_methods_and_paths(world: tuple[Home, str]) -> None:
    response = httpx.get(f"{world[1]}/v1/chat/completions")
    assert (response.status_code, response.headers["allow"]) == (405, "POST")
    assert response.json()["error"]["code"] == "method_not_allowed"
    for path in ("/v1/", "/v1/nothing", "/v1/chat", "/v1/models/", "/v1/chat/completions/x/y"):
        response = httpx.get(world[1] + path)
        assert response.status_code == 404, path
        assert set(response.json()["error"]) == {"message", "type", "param", "code"}


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b'{"a": NaN}', b"[" * 5000, b'{"model": "\\ud800"}',
     b'{"a":' * 300 + b"1" + b"}" * 300, b'{"n": ' + b"9" * 5000 + b"}"],
)  # fmt: skip
@pytest.mark.parametrize("path", ["chat/completions", "responses", "embeddings", "rerank"])
def test_broken_json_is_refused(world: tuple[Home, str], path: str, body: bytes) -> None:
    response = httpx.post(f"{world[1]}/v1/{path}", content=body)
    assert response.status_code == 400
    assert response.json()["error"]["code"] == "invalid_json"


def test_too_large_a_body_is_refused(world: tuple[Home, str]) -> None:
    body = b'{"model": "' + b"x" * 2**20 + b'"}'
    for content in (body, iter([body])):  # with its length in front, and without
        response = httpx.post(f"{world[1]}/v1/chat/completions", content=content)
        assert response.status_code == 413
        assert "1 MB" in response.json()["error"]["message"]


def test_the_content_type_does_not_matter(home: Home, world: tuple[Home, str]) -> None:
    home.scripted.say("ok")
    body = b'{"model": "scripted", "messages": [{"role": "user", "content": "x"}]}'
    response = httpx.post(f"{world[1]}/v1/chat/completions", content=body, headers={"content-type": "text/plain"})
    assert response.status_code == 200


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(tmp_path_factory.mktemp("locked"), access_key=KEY) as (home, address):
        home.scripted.say("welcome")
        yield address


def test_a_key_is_needed_where_there_is_one(locked: str) -> None:
    with openai.OpenAI(base_url=f"{locked}/v1", api_key=KEY, max_retries=0) as client:
        assert client.chat.completions.create(model="scripted", messages=ASKED).choices[0].message.content == "welcome"
    with openai.OpenAI(base_url=f"{locked}/v1", api_key="wrong", max_retries=0) as client:
        with pytest.raises(openai.AuthenticationError) as caught:
            client.models.list()
        assert (caught.value.code, caught.value.type) == ("invalid_api_key", "authentication_error")
        with pytest.raises(openai.AuthenticationError):
            client.files.list()
    for call in ("GET /v1/models", "GET /v1/models/x", "POST /v1/chat/completions", "POST /v1/completions",
                 "POST /v1/responses", "GET /v1/responses/x", "DELETE /v1/responses/x", "POST /v1/embeddings",
                 "POST /v1/images/generations", "POST /v1/rerank", "POST /v2/rerank", "GET /v1/nothing"):  # fmt: skip
        verb, path = call.split()
        assert httpx.request(verb, locked + path).status_code == 401, call


def test_the_local_user_is_who_asks(home: Home, client: openai.OpenAI, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def chat(caller: Any, *_: Any) -> Any:
        seen.append(caller)
        raise errors.InvalidInput("enough")

    monkeypatch.setattr(home.platform.models, "chat", chat)
    with pytest.raises(openai.BadRequestError):
        client.chat.completions.create(model="scripted", messages=ASKED, user="somebody-else")
    assert seen == [LOCAL]
