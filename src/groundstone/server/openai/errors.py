"""Errors as OpenAI's clients expect them: ``{"error": {"message", "type", "param", "code"}}`` and a status."""

from __future__ import annotations

import math
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from groundstone import errors

REQUEST, SERVER = "invalid_request_error", "server_error"
NO_RETRY = {"x-should-retry": "false"}  # the official client heeds it

# The first class that fits decides, so a subclass stands before its parent: status, type, code (ours when empty).
FORMS: tuple[tuple[type[errors.GroundstoneError], int, str, str], ...] = (
    (errors.ContextTooLong, 400, REQUEST, "context_length_exceeded"),
    (errors.InvalidInput, 400, REQUEST, ""),
    (errors.Unauthenticated, 401, "authentication_error", "invalid_api_key"),
    (errors.Forbidden, 403, "permission_error", "permission_denied"),
    (errors.NotFound, 404, REQUEST, ""),
    (errors.Conflict, 409, REQUEST, ""),
    (errors.NotSupported, 400, REQUEST, ""),
    (errors.BudgetExceeded, 429, "insufficient_quota", "insufficient_quota"),
    (errors.RateLimited, 429, "rate_limit_error", "rate_limit_exceeded"),
    (errors.LimitExceeded, 429, "rate_limit_error", ""),
    (errors.EngineTimeout, 504, SERVER, ""),
    (errors.SourceError, 503, SERVER, ""),
    (errors.StoreError, 503, SERVER, ""),
    (errors.ModelError, 503, SERVER, ""),
)
HTTP = {
    401: ("authentication_error", "invalid_api_key"),
    403: ("permission_error", "permission_denied"),
    404: (REQUEST, "unknown_url"),
    405: (REQUEST, "method_not_allowed"),
    413: (REQUEST, "request_too_large"),
    429: ("rate_limit_error", "rate_limit_exceeded"),
}
INTERNAL = "Something went wrong on the server; its log says what."


class Refused(errors.InvalidInput):
    """A member of the request cannot be used; ``param`` says which."""

    def __init__(self, message: str, param: str | None = None, code: str = "invalid_value") -> None:
        super().__init__(message)
        self.param, self.code = param, code


class ModelNotFound(errors.NotFound):
    """No model or knowledge base of that name, or not for this caller."""

    code = "model_not_found"

    def __init__(self, name: str, known: str = "GET /v1/models") -> None:
        super().__init__(f"The model {name!r} does not exist here; {known} lists those there are.")
        self.param = "model"


def described(error: Exception) -> dict[str, Any]:
    """The error as an object. What was not raised on purpose says nothing of itself."""
    if isinstance(error, errors.GroundstoneError):
        _, kind, code = _form(error)
        return form(str(error), kind, code, getattr(error, "param", None))
    return form(INTERNAL, SERVER, "internal")


def form(message: str, kind: str, code: str | None, param: str | None = None) -> dict[str, Any]:
    return {"message": message, "type": kind, "param": param, "code": code}


def answer(error: errors.GroundstoneError | HTTPException) -> JSONResponse:
    if isinstance(error, HTTPException):
        return _http(error)
    status, _, _ = _form(error)
    headers = {}
    if isinstance(error, errors.RateLimited):
        headers["retry-after"] = str(max(1, math.ceil(error.retry_after)))
    elif _is_final(error):
        headers = NO_RETRY
    elif isinstance(error, errors.Unauthenticated):
        headers["www-authenticate"] = "Bearer"
    return JSONResponse({"error": described(error)}, status, headers)


def _is_final(error: errors.GroundstoneError) -> bool:
    """Whether the same request can only fail again, although its status says otherwise."""
    refused = isinstance(error, errors.ModelError) and not isinstance(error, errors.EngineUnavailable)
    return refused or isinstance(error, errors.BudgetExceeded | errors.Conflict)


def _form(error: errors.GroundstoneError) -> tuple[int, str, str]:
    for kind, status, type_, code in FORMS:
        if isinstance(error, kind):
            return status, type_, code or error.code
    return 500, SERVER, error.code


def _http(error: HTTPException) -> JSONResponse:
    kind, code = HTTP.get(error.status_code, (REQUEST if error.status_code < 500 else SERVER, None))
    return JSONResponse({"error": form(str(error.detail), kind, code)}, error.status_code, error.headers)
