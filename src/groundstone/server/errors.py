"""Errors on the wire: ``{"error": {"code": ..., "message": ...}}`` with the status that fits, never a trace."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

from groundstone import errors

log = logging.getLogger(__name__)

# The first class that fits decides, so a subclass stands before its parent.
STATUS: tuple[tuple[type[errors.GroundstoneError], int], ...] = (
    (errors.InvalidInput, 400),
    (errors.Unauthenticated, 401),
    (errors.NotFound, 404),
    (errors.Conflict, 409),
    (errors.NotSupported, 501),
    (errors.Forbidden, 403),
    (errors.DocumentTooLarge, 413),
    (errors.LimitExceeded, 429),
    (errors.SourceError, 503),
    (errors.StoreError, 503),
    (errors.ModelError, 503),
)
CODES = {401: "sign_in_needed", 403: "forbidden", 404: "not_found", 405: "not_supported", 413: "too_large"}
INTERNAL = "Something went wrong on the server; its log says what."


def status_of(error: errors.GroundstoneError) -> int:
    return next((status for kind, status in STATUS if isinstance(error, kind)), 500)


def described(error: Exception) -> dict[str, str]:
    """Code and message for the caller. What was not raised on purpose goes to the log, not to the caller."""
    if isinstance(error, errors.GroundstoneError):
        return {"code": error.code, "message": str(error)}
    log.error("unexpected error", exc_info=error)
    return {"code": "internal", "message": INTERNAL}


def body(code: str, message: str) -> dict[str, Any]:
    return {"error": {"code": code, "message": message}}


def install(app: FastAPI) -> None:
    app.add_exception_handler(errors.GroundstoneError, _ours)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(HTTPException, _http)


async def _ours(request: Request, error: Exception) -> Response:
    status = status_of(error) if isinstance(error, errors.GroundstoneError) else 500
    return answer(request, status, **described(error))


async def _validation(request: Request, error: Exception) -> Response:
    first = error.errors()[0] if isinstance(error, RequestValidationError) else {}
    return answer(request, 400, "invalid_input", _wrong(first))


def _wrong(first: Mapping[str, Any]) -> str:
    """What is wrong with a request, by the first error of the validation."""
    where = ".".join(str(part) for part in first.get("loc", ()) if part != "body")
    what = str(first.get("msg", "the request is not valid")).removeprefix("Value error, ")
    if first.get("type") == "json_invalid":
        return f"the body is not JSON: {first.get('ctx', {}).get('error', what)}, at character {where or 0}"
    if first.get("type") == "model_attributes_type" and isinstance(first.get("input"), bytes | str) and not where:
        return "the body is not read as JSON; send it with content-type: application/json"
    return f"{where or 'the body'}: {what}"


async def _http(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    if error.status_code == 303:
        return RedirectResponse((error.headers or {})["location"], status_code=303)
    code = CODES.get(error.status_code, "invalid_input" if error.status_code < 500 else "internal")
    response = answer(request, error.status_code, code, str(error.detail))
    response.headers.update(error.headers or {})
    return response


def answer(request: Request, status: int, code: str, message: str) -> Response:
    """As JSON; as a page when a browser asked for a page."""
    if wants_page(request):
        from groundstone.server.web import pages

        return pages.error_page(request, status, message)
    return JSONResponse(body(code, message), status_code=status)


def wants_page(request: Request) -> bool:
    path = request.scope["path"]
    return not path.startswith(("/api", "/static")) and "text/html" in request.headers.get("accept", "")
