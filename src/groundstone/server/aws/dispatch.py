"""From a request to its handler and back, in the form of AWS. Requests of other kinds pass on to the application."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import uuid4

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from groundstone.errors import GroundstoneError
from groundstone.identity import Principal
from groundstone.server import auth, stream
from groundstone.server.aws import errors, handlers, parse, recognise, rpc, serialise
from groundstone.server.aws.errors import Refusal
from groundstone.server.aws.events import EventStream, waited
from groundstone.server.aws.operations import AwsCall, Handler
from groundstone.server.aws.routes import Found
from groundstone.server.aws.shapes import Operation

WAITING = frozenset(  # their calls wait for models
    {"bedrock-runtime", "bedrock-agent-runtime", "sagemaker-runtime", "textract"}
)


class AwsWire:
    """ASGI middleware inside the Gate."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not recognise.is_ours(scope):
            return await self.app(scope, receive, send)
        try:
            response = await answered(Request(scope, receive), str(uuid4()))
        except ClientDisconnect:
            return None
        return await response(scope, receive, send)


async def answered(request: Request, request_id: str) -> Response:
    """Unexpected errors pass through; the Gate logs and answers them."""
    form, found = rpc.spoken(request.scope), recognise.find(request.scope)
    try:
        caller = await auth.identify(request)
        if form == "query":
            found = rpc.by_action(request.scope, await request.body())
        response = await _answered(request, caller, found, request_id)
    except GroundstoneError as error:
        refusal = errors.described(error, found.operation if found else None)
        response = refused(request, refusal, request_id)
    except HTTPException as error:
        response = refused(request, errors.of_http(error.status_code, str(error.detail)), request_id)
    return rpc.translated(form, found.operation if found else None, response, request_id)


async def _answered(request: Request, caller: Principal, found: Found | None, request_id: str) -> Response:
    operation = found.operation if found else None
    handler = handlers.find(operation.service, operation.name) if operation else None
    if found is None or handler is None:
        return refused(request, _unknown(request, operation), request_id)
    given = await _params(request, found)
    platform, region = request.app.state.platform, recognise.region(request.scope)
    service, name = found.operation.service, found.operation.name
    return await _handled(request, found, handler, AwsCall(platform, caller, service, name, given, request_id, region))


async def _params(request: Request, found: Found) -> dict[str, Any]:
    sent = parse.Sent(request.scope["query_string"].decode("latin-1"), request.headers, await request.body())
    sent = rpc.as_json(rpc.spoken(request.scope), found, sent)
    if len(sent.body) < auth.LARGE_BODY:
        return parse.params(found, sent)
    return await stream.work(request, parse.params, found, sent)  # pictures, say: reading them takes a while


async def _handled(request: Request, found: Found, handler: Handler, call: AwsCall) -> Response:
    if found.operation.events:
        response: Response = await EventStream.started(request, found.operation, partial(handler, call), call.line)
        response.headers["x-amzn-requestid"] = call.request_id
        return response
    work = partial(_replied, found.operation, handler, call)
    reply = await (waited(request, work, call.line) if call.service in WAITING else stream.work(request, work))
    return Response(reply.body, reply.status, {**reply.headers, "x-amzn-requestid": call.request_id})


def _replied(operation: Operation, handler: Handler, call: AwsCall) -> serialise.Reply:
    return serialise.reply(operation, handler(call))


def refused(request: Request, refusal: Refusal, request_id: str) -> Response:
    return errors.response(refusal, request_id, json_rpc=recognise.is_json_rpc(request.scope))


def _unknown(request: Request, operation: Operation | None) -> Refusal:
    name = f"{operation.service}.{operation.name}" if operation else recognise.named(request.scope)
    return errors.unknown(name)
