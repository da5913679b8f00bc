"""The two other forms in which CloudWatch is called: CBOR by newer SDKs, the query form by older ones.

Both are turned into the json form that every operation here has: requests before they are read, replies after they
were written. Nothing behind this file knows of them.
"""

from __future__ import annotations

import json
import re
from typing import Literal

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Scope

from groundstone.server.aws import cbor, query, routes
from groundstone.server.aws.model import service
from groundstone.server.aws.parse import JSON, Malformed, Sent
from groundstone.server.aws.routes import Found
from groundstone.server.aws.shapes import Operation

Form = Literal["json", "cbor", "query"]
CBOR, PROTOCOL, QUERY_ERROR = "rpc-v2-cbor", "smithy-protocol", "x-amzn-query-error"
FORM = "application/x-www-form-urlencoded"
SIGNED = {"monitoring": "GraniteServiceVersion20100801"}  # what query requests are signed for, and its targets
SCOPE = re.compile(r"Credential=[^/\s,]{1,128}/\d{8}/[a-z0-9-]{1,32}/([a-z0-9-]{1,32})/")
PATH = re.compile(r"/service/(\w{1,80})/operation/(\w{1,80})")


def spoken(scope: Scope) -> Form:
    """In which form a request to AWS is made, by its headers."""
    headers = Headers(scope=scope)
    if headers.get(PROTOCOL) == CBOR:
        return "cbor"
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    is_query = kind == FORM and "x-amz-target" not in headers and _signed(headers) in SIGNED
    return "query" if is_query and (scope["method"], scope["path"]) == ("POST", "/") else "json"


def by_path(path: str) -> Found | None:
    """The operation of a path in the form CBOR."""
    found = PATH.fullmatch(path)
    return routes.by_target(f"{found[1]}.{found[2]}") if found else None


def by_action(scope: Scope, body: bytes) -> Found | None:
    """The operation that a request in the query form names. Raises Malformed."""
    action = _form(body).get("Action", "")
    return routes.by_target(f"{SIGNED[_signed(Headers(scope=scope))]}.{action}")


def as_json(form: Form, found: Found, sent: Sent) -> Sent:
    """The same request in the form json. Raises Malformed."""
    if form == "json":
        return sent
    try:
        if form == "cbor":
            value = cbor.loads(sent.body) if sent.body else {}
        else:
            value = query.loads(found.operation.input, _form(sent.body))
    except (ValueError, RecursionError) as error:
        raise Malformed(f"The body is no {form} that can be used: {error}.") from None
    return Sent(sent.query, {**sent.headers, "content-type": JSON[0]}, json.dumps(value).encode())


def translated(form: Form, operation: Operation | None, response: Response, request_id: str) -> Response:
    """A reply in the form of its request."""
    if response.status_code < 300:
        return response if form == "json" or operation is None else _reply(form, operation, response, request_id)
    name = response.headers.get("x-amzn-errortype", "")
    code = service(operation.service).query_code(name) if operation else ""
    if form == "json" and not code:
        return response
    headers = dict(response.headers)
    headers.pop("content-length")
    if code:
        headers[QUERY_ERROR] = f"{code};{'Sender' if response.status_code < 500 else 'Receiver'}"
    body = bytes(response.body)
    if form != "json":
        told = json.loads(body)
        said = str(told.get("message") or told.get("Message", ""))
        headers |= _kind(form)
        body = cbor.dumps(told) if form == "cbor" else query.error(code or name, said, response.status_code, request_id)
    return Response(body, response.status_code, headers)


def _reply(form: Form, operation: Operation, response: Response, request_id: str) -> Response:
    value = json.loads(bytes(response.body) or b"{}")
    if form == "cbor":
        body = cbor.dumps(value, operation.output)
    else:
        space = service(operation.service).namespace
        body = query.dumps(operation.name, space, operation.output, value, request_id)
    return Response(body, response.status_code, {"x-amzn-requestid": request_id, **_kind(form)})


def _kind(form: Form) -> dict[str, str]:
    return {"content-type": "application/cbor", PROTOCOL: CBOR} if form == "cbor" else {"content-type": "text/xml"}


def _form(body: bytes) -> dict[str, str]:
    try:
        return query.form(body)
    except ValueError as error:
        raise Malformed(f"The body is no form: {error}.") from None


def _signed(headers: Headers) -> str:
    """The name of the service that a request is signed for; empty when it is not signed."""
    found = SCOPE.search(headers.get("authorization", ""))
    return found[1] if found else ""
