"""One refusal in the form that its caller reads: an AWS SDK, a client of OpenAI's API, or one of our own."""

from __future__ import annotations

from uuid import uuid4

from starlette.responses import JSONResponse, Response
from starlette.types import Scope

from groundstone.server import errors
from groundstone.server.aws import errors as aws
from groundstone.server.aws import recognise, rpc
from groundstone.server.openai import errors as openai


def answer(scope: Scope, status: int, code: str, message: str) -> Response:
    """What the gate says to a request that it does not let through, or that failed behind it."""
    if recognise.is_ours(scope):
        refusal = aws.of_http(status, message)
        made = aws.response(refusal, (told := str(uuid4())), json_rpc=recognise.is_json_rpc(scope))
        return rpc.translated(rpc.spoken(scope), None, made, told)
    if scope["path"].startswith(("/v1/", "/v2/")):
        kind = openai.SERVER if status >= 500 else openai.REQUEST
        return JSONResponse({"error": openai.form(message, kind, code)}, status)
    return JSONResponse(errors.body(code, message), status)
