"""Which requests are meant for the AWS wire: it shares one address with pages and the other APIs."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl

from starlette.datastructures import Headers
from starlette.types import Scope

from groundstone.server.aws import routes, rpc
from groundstone.server.aws.routes import Found

NATIVE = frozenset({"api", "v1", "mcp", "static", "healthz"})  # first parts of paths that are never AWS's unless exact
SIGNED = "AWS4-"
REGION = re.compile(r"Credential=[^/\s,]{1,128}/\d{8}/([a-z0-9-]{1,32})/")


def is_ours(scope: Scope) -> bool:
    """Whether an AWS SDK sent this, or somebody who speaks like one. Reads a service's model only for its paths."""
    if scope["type"] != "http":
        return False
    headers = Headers(scope=scope)
    if "x-amz-target" in headers or rpc.spoken(scope) != "json":
        return True
    path = raw_path(scope)
    if routes.may_be_ours(path) and find(scope) is not None:
        return "text/html" not in headers.get("accept", "")
    if path[1:].partition("/")[0] in NATIVE:
        return False
    credentials = headers.get("authorization", "")
    signed = credentials.startswith(SIGNED) or b"X-Amz-Algorithm=" in scope["query_string"]
    return signed or (credentials.startswith("Bearer ") and routes.may_be_ours(path))


def find(scope: Scope) -> Found | None:
    """The operation that a request means, or None when no service has it, or only its body tells (the query form)."""
    target = Headers(scope=scope).get("x-amz-target")
    path = raw_path(scope)
    if target is not None:
        return routes.by_target(target) if (scope["method"], path) == ("POST", "/") else None
    if rpc.spoken(scope) != "json":
        return rpc.by_path(path)
    query = scope["query_string"].decode("latin-1")
    names = frozenset(name for name, _ in parse_qsl(query, keep_blank_values=True)) if query else frozenset()
    return routes.by_path(scope["method"], path, names)


def raw_path(scope: Scope) -> str:
    """As it was sent: ARNs of models have encoded slashes."""
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    return raw.partition(b"?")[0].decode("latin-1")


def named(scope: Scope) -> str:
    """What a request asks for, for the message that nothing answers it."""
    target = Headers(scope=scope).get("x-amz-target")
    return (target or f"{scope['method']} {raw_path(scope)}")[:200]


def region(scope: Scope) -> str:
    """The region that the request was signed for, so that ARNs look as the caller expects."""
    found = REGION.search(Headers(scope=scope).get("authorization", ""))
    return found[1] if found else "us-east-1"


def is_json_rpc(scope: Scope) -> bool:
    """Whether errors name themselves in their body."""
    return "x-amz-target" in Headers(scope=scope) or rpc.spoken(scope) != "json"
