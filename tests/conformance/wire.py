"""boto3 and our codec joined without a network: what a client would send is parsed, what we would send it reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import botocore.session
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.config import Config
from botocore.exceptions import ClientError

from groundstone.server.aws import parse, recognise, serialise
from groundstone.server.aws.routes import Found

Answer = Callable[[Found, dict[str, Any]], tuple[serialise.Reply, bytes]]


class Raw:
    """The part of urllib3's response that botocore reads."""

    def __init__(self, body: bytes) -> None:
        self.body = body

    def stream(self, *_: Any, **__: Any) -> Iterator[bytes]:
        yield self.body

    def read(self, *_: Any, **__: Any) -> bytes:
        body, self.body = self.body, b""
        return body

    def close(self) -> None:
        pass


@cache
def session() -> botocore.session.Session:
    made = botocore.session.Session()
    made.set_credentials("AKIDEXAMPLE", "secret")
    return made


@cache
def client(service: str) -> Any:
    config = Config(retries={"total_max_attempts": 1}, parameter_validation=False)
    return session().create_client(service, "us-east-1", endpoint_url="http://localhost:1", config=config)


def call(service: str, operation: str, given: Mapping[str, Any], answer: Answer) -> dict[str, Any]:
    """What boto3 returns for the operation when ``answer`` is the server."""
    made = client(service)

    def sent(request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        found, params = understood(request)
        reply, body = answer(found, params)
        return AWSResponse(request.url, reply.status, dict(reply.headers), Raw(body))

    made.meta.events.register_first("before-send", sent, unique_id="wire")
    try:
        result: dict[str, Any] = made._make_api_call(operation, dict(given))
        return result
    finally:
        made.meta.events.unregister("before-send", unique_id="wire")


def prepared(service: str, operation: str, given: Mapping[str, Any]) -> AWSPreparedRequest:
    """The request that boto3 would send."""
    kept: list[AWSPreparedRequest] = []

    def sent(request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        kept.append(request)
        return AWSResponse(request.url, 400, {}, Raw(b"{}"))

    made = client(service)
    made.meta.events.register_first("before-send", sent, unique_id="wire")
    try:
        made._make_api_call(operation, dict(given))
    except ClientError:
        return kept[0]
    finally:
        made.meta.events.unregister("before-send", unique_id="wire")
    raise AssertionError("an answer with status 400 is an error")


def understood(request: AWSPreparedRequest) -> tuple[Found, dict[str, Any]]:
    """Our reading of a request that boto3 has prepared."""
    parts = urlsplit(request.url)
    headers = {name.lower(): text(value) for name, value in request.headers.items()}
    scope = {
        "type": "http",
        "method": request.method,
        "path": parts.path,
        "raw_path": parts.path.encode(),
        "query_string": parts.query.encode(),
        "headers": [(name.encode(), value.encode("latin-1", "replace")) for name, value in headers.items()],
    }
    assert recognise.is_ours(scope)
    found = recognise.find(scope)
    assert found is not None, f"no operation for {request.method} {request.url}"
    body = request.body.read() if hasattr(request.body, "read") else request.body or b""
    body = body.encode() if isinstance(body, str) else bytes(body)
    return found, parse.params(found, parse.Sent(parts.query, headers, body))


def text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value
