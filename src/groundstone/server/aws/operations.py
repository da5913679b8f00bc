"""Which operations exist, and the function that answers each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from groundstone.identity import Principal
from groundstone.server.line import Line

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
    region: str = "us-east-1"  # the one that the request was signed for
    line: Line = field(default_factory=Line, compare=False, repr=False)  # hold an engine's stream here: see Line


# What a boto3 caller reads; of ResponseMetadata only HTTPHeaders, for headers that are no member of the output.
# A member that is an event stream holds an iterator of events, each a dict with one entry:
# {"messageStart": {"role": "assistant"}}. It is closed when the reader goes.
Handler = Callable[[AwsCall], Mapping[str, Any]]

HANDLERS: dict[tuple[str, str], Handler] = {}
DIFFERENCES: dict[tuple[str, str], tuple[str, ...]] = {}  # from the original, one sentence each; docs list them


def operation(service: str, name: str, *, differences: tuple[str, ...] = ()) -> Callable[[Handler], Handler]:
    """Register a function as the answer to an operation. It runs in a worker thread and may block.

    ``differences``: in which ways it does not do what the original does, for the table in the docs.
    """

    def register(handler: Handler) -> Handler:
        HANDLERS[service, name] = handler
        DIFFERENCES[service, name] = differences
        return handler

    return register
