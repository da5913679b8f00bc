"""Which operations exist, and the function that answers each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from groundstone.identity import Principal

if TYPE_CHECKING:
    from groundstone.platform import Platform


@dataclass(frozen=True, slots=True)
class AwsCall:
    """One request, validated against botocore's model of the operation.

    ``params`` has the members as a boto3 caller gives them: blobs are bytes, timestamps datetimes, documents plain
    JSON values; members that were not sent are absent. ``service`` is botocore's name ("bedrock-agent-runtime").
    """

    platform: Platform
    caller: Principal
    service: str
    operation: str
    params: Mapping[str, Any]
    request_id: str = ""


# What a boto3 caller reads, without ResponseMetadata. A member that is an event stream holds an iterator of
# events, each a dict with one entry: {"messageStart": {"role": "assistant"}}. It is closed when the reader goes.
Handler = Callable[[AwsCall], Mapping[str, Any]]

HANDLERS: dict[tuple[str, str], Handler] = {}


def operation(service: str, name: str) -> Callable[[Handler], Handler]:
    """Register a function as the answer to an operation. It runs in a worker thread and may block."""

    def register(handler: Handler) -> Handler:
        HANDLERS[service, name] = handler
        return handler

    return register
