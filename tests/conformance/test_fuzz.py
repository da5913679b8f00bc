"""Every supported operation under odd but valid input and under damaged requests: an answer or a 4xx, never a 500."""

from __future__ import annotations

import json
from collections.abc import Iterator
from random import Random
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from groundstone.server.app import create_app
from tests.examples import examples
from tests.server.aws_models import ModelsPlatform
from tests.server.live import serving

from . import wire
from .knowledge_case import platform_at
from .samples import Sampler
from .supported import supported

PATIENCE = 20  # seconds until a request counts as hanging
ODD = (None, True, -1, 1e300, 10**30, "", "x" * 70_000, [], {}, [[]], {"a": {}}, "\x00", "ünï😀", "../../etc")
MANY = settings(max_examples=examples(4), deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    home = tmp_path_factory.mktemp("fuzz")
    models = ModelsPlatform(home / "models").models
    with platform_at(home / "home") as platform:
        platform.models = models
        with serving(create_app(platform)) as address, httpx.Client(base_url=address, timeout=PATIENCE) as client:
            yield client


@pytest.mark.parametrize(("service", "operation"), supported())
@given(seed=st.integers(0, 2**32))
@MANY
def test_valid_input_is_answered_or_refused(door: httpx.Client, service: str, operation: str, seed: int) -> None:
    request = wire.prepared(service, operation, sample(service, operation, seed))
    refused_or_answered(send(door, request, request.body))


@pytest.mark.parametrize(("service", "operation"), supported())
@given(seed=st.integers(0, 2**32))
@MANY
def test_damaged_requests_are_refused(door: httpx.Client, service: str, operation: str, seed: int) -> None:
    random = Random(seed)
    request = wire.prepared(service, operation, sample(service, operation, seed))
    body = request.body.read() if hasattr(request.body, "read") else request.body or b""
    body = body.encode() if isinstance(body, str) else bytes(body)
    refused_or_answered(send(door, request, random.choice([cut, noisy, replaced, renamed])(body, random)))


def sample(service: str, operation: str, seed: int) -> dict[str, Any]:
    shape = wire.client(service).meta.service_model.operation_model(operation).input_shape
    return Sampler(seed, fill=0.4).value(shape) if shape else {}


def send(door: httpx.Client, request: Any, body: Any) -> httpx.Response:
    parts = urlsplit(request.url)
    target = f"{parts.path}?{parts.query}" if parts.query else parts.path
    sent = {name: wire.text(value).strip().encode() for name, value in request.headers.items()}
    headers = {name: value for name, value in sent.items() if name.lower() not in ("content-length", "host")}
    return door.request(request.method, target, content=body or b"", headers=headers)


def refused_or_answered(answer: httpx.Response) -> None:
    assert answer.status_code < 500 or answer.status_code in (501, 503), answer.text
    if answer.status_code >= 400:
        assert answer.headers["x-amzn-errortype"]
        told = answer.json()
        assert told.get("message") or told.get("Message")  # by the shape of the service


def cut(body: bytes, random: Random) -> bytes:
    return body[: random.randrange(len(body) + 1)]


def noisy(body: bytes, random: Random) -> bytes:
    place = random.randrange(len(body) + 1)
    return body[:place] + random.randbytes(4) + body[place + 2 :]


def replaced(body: bytes, random: Random) -> bytes:
    """One value anywhere in the JSON is something else."""
    return changed(body, random, lambda holder, key: holder.__setitem__(key, random.choice(ODD)))


def renamed(body: bytes, random: Random) -> bytes:
    def rename(holder: Any, key: Any) -> None:
        if isinstance(holder, dict):
            holder[f"{key}X"] = holder.pop(key)

    return changed(body, random, rename)


def changed(body: bytes, random: Random, change: Any) -> bytes:
    try:
        loaded = json.loads(body or b"{}")
    except ValueError:
        return b"{}"
    places = list(holders(loaded))
    if places:
        change(*random.choice(places))
    return json.dumps(loaded).encode()


def holders(value: Any) -> Iterator[tuple[Any, Any]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, held in inner:
        yield value, key
        yield from holders(held)
