"""Groundstone's errors as those that AWS operations declare, and the form in which each protocol sends them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, Any, NoReturn

from starlette.responses import Response

from groundstone import errors as ours
from groundstone.server import errors as common
from groundstone.server.aws import eventstream
from groundstone.server.aws.model import service
from groundstone.server.aws.parse import Malformed
from groundstone.server.aws.serialise import dumps
from groundstone.server.aws.shapes import Failure, Operation, Shape
from groundstone.server.sigv4 import EXCEPTIONS

if TYPE_CHECKING:
    from groundstone.server.aws.operations import AwsCall

HELP = "docs/aws.md lists what it does"

# The first class that fits decides, then the first of its names that the operation declares or its service knows;
# failing that, the first name with the status that stands beside it. Names of events begin with a small letter.
NAMES: tuple[tuple[type[Exception], int, str], ...] = (
    (
        Malformed,
        400,
        "SerializationException ValidationException ValidationError InvalidParameterException "
        "InvalidParameterValueException",
    ),
    (ours.UnsupportedDocument, 400, "ValidationException UnsupportedDocumentException ValidationError"),
    (ours.UnreadableDocument, 400, "ValidationException BadDocumentException ValidationError"),
    (
        ours.InvalidInput,
        400,
        "ValidationException ValidationError InvalidParameterException InvalidParameterValueException",
    ),
    (ours.Unauthenticated, 403, "UnrecognizedClientException"),
    (
        ours.NotFound,
        404,
        "ResourceNotFoundException ResourceNotFound InvalidJobIdException ValidationError NotFoundException",
    ),
    (ours.Busy, 409, "ConflictException ResourceInUse ThrottlingException"),
    (
        ours.Conflict,
        409,
        "ConflictException ResourceInUse ResourceInUseException IdempotentParameterMismatchException",
    ),
    (ours.NotSupported, 400, "ValidationException ValidationError InvalidParameterException"),
    (ours.Forbidden, 403, "AccessDeniedException"),
    (ours.RateLimited, 429, "ThrottlingException ProvisionedThroughputExceededException"),
    (ours.DocumentTooLarge, 400, "ValidationException DocumentTooLargeException ValidationError"),
    (
        ours.LimitExceeded,
        400,
        "ServiceQuotaExceededException LimitExceededException ResourceLimitExceeded",
    ),
    (
        ours.SourceError,
        503,
        "DependencyFailedException ExternalResourceException ServiceUnavailableException InvalidS3ObjectException",
    ),
    (ours.WeightsMissing, 503, "ModelNotReadyException ServiceUnavailableException DependencyFailedException"),
    (
        ours.EngineTimeout,
        503,
        "ModelTimeoutException ServiceUnavailableException ModelError DependencyFailedException BadGatewayException "
        "ModelStreamErrorException",
    ),
    (
        ours.EngineUnavailable,
        503,
        "ServiceUnavailableException ServiceUnavailable BadGatewayException DependencyFailedException ModelError "
        "ModelErrorException ModelStreamErrorException",
    ),
    (
        ours.ModelError,
        500,
        "ModelErrorException ModelStreamErrorException ModelError DependencyFailedException InternalServerException",
    ),
)
HTTP = {
    401: "MissingAuthenticationTokenException",
    403: "AccessDeniedException",
    413: "RequestEntityTooLargeException",
    421: "MisdirectedRequestException",
}
INTERNAL = "InternalServerException InternalServerError InternalFailure InternalStreamFailure"


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error before it is written: its name and status on the wire, and more members when the model has them."""

    name: str
    status: int
    message: str
    headers: Mapping[str, str] = field(default_factory=dict)
    shape: Shape | None = None
    more: Mapping[str, Any] = field(default_factory=dict)


class Detailed(ours.ModelError):
    """A model that failed, with further members of the error on the wire."""

    def __init__(self, message: str, more: Mapping[str, Any]) -> None:
        super().__init__(message)
        self.more = more


def refuse(call: AwsCall, path: str, why: str) -> NoReturn:
    """Say no to a member of the input that is valid, but that Groundstone cannot honour. ``path``: "filter.andAll"."""
    raise ours.InvalidInput(f"{call.operation}: {path} is not supported here: {why}")


def unknown(name: str) -> Refusal:
    """The answer to an operation that has no handler. 501 is a status that SDKs do not try again."""
    return Refusal("UnknownOperationException", 501, f"Groundstone does not support {name}; {HELP}")


def of_http(status: int, message: str) -> Refusal:
    """An error of HTTP itself, such as a body that is too large."""
    other = "InternalServerException" if status >= 500 else "ValidationException"
    return Refusal(HTTP.get(status, other), status, message)


def described(error: Exception, operation: Operation | None) -> Refusal:
    """The error as this operation would send it. What was not raised on purpose is logged and told to nobody."""
    message = common.described(error)["message"]
    headers = {"retry-after": str(max(1, math.ceil(error.retry_after)))} if isinstance(error, ours.RateLimited) else {}
    names, status = _names(error)
    if isinstance(error, ours.Unauthenticated):
        names = [EXCEPTIONS.get(error.reason, names[0])]
    found = _declared(operation, names) if operation else None
    if found is None:
        return Refusal(names[0], status, message, headers)
    more = error.more if isinstance(error, Detailed) else {}
    return Refusal(found.name, found.status, message, headers, found.shape, more)


def _declared(operation: Operation, names: list[str]) -> Failure | None:
    """The first that the operation declares, else the first that its service knows."""
    own = (operation.failure(name) for name in names)
    others = (service(operation.service).failure(name) for name in names)
    return next((failure for failure in chain(own, others) if failure), None)


def _names(error: Exception) -> tuple[list[str], int]:
    for kind, status, names in NAMES:
        if isinstance(error, kind):
            return names.split(), status
    return INTERNAL.split(), 500


def response(refusal: Refusal, request_id: str, *, json_rpc: bool) -> Response:
    media_type = "application/x-amz-json-1.1" if json_rpc else "application/json"
    headers = {"x-amzn-requestid": request_id, "x-amzn-errortype": refusal.name, **refusal.headers}
    return Response(body(refusal, json_rpc=json_rpc), refusal.status, headers, media_type)


def body(refusal: Refusal, *, json_rpc: bool) -> bytes:
    """{"message": ...} in rest-json; json 1.1 has the name beside it."""
    made: dict[str, Any] = {"__type": refusal.name} if json_rpc else {}
    made |= {_message_member(refusal.shape): refusal.message, **refusal.more}
    if refusal.shape is not None and "reason" in refusal.shape.required:
        made["reason"] = _reason(refusal.shape.members["reason"].shape)
    return dumps(made)


def _reason(shape: Shape) -> str:
    """Some services want to know why beside the message."""
    return next(
        (reason for reason in ("FIELD_VALIDATION_FAILED", "OTHER") if reason in shape.enum), min(shape.enum, default="")
    )


def _message_member(shape: Shape | None) -> str:
    members = shape.members if shape else {}
    return next((member.wire for name, member in members.items() if name.lower() == "message"), "message")


def in_stream(error: Exception, operation: Operation) -> bytes:
    """The error as the last event of a stream: an exception of the operation's union where one fits."""
    refusal = described(error, operation)
    union = eventstream.union(operation).members
    known = {member.shape.name: wire for wire, member in union.items() if member.shape.exception}
    for name in _stream_names(error, refusal):
        if name in known:
            shape = union[known[name]].shape
            sent = body(Refusal(name, 0, refusal.message, shape=shape), json_rpc=False)
            return eventstream.exception(known[name], sent)
    return eventstream.error(refusal.name, refusal.message)


def _stream_names(error: Exception, refusal: Refusal) -> Iterator[str]:
    """A model that breaks off in the middle has a name of its own; others keep theirs."""
    if type(error) is ours.ModelError:
        yield from ("ModelStreamErrorException", "ModelStreamError")
    yield refusal.name
    yield from _names(error)[0]
    yield from INTERNAL.split()
