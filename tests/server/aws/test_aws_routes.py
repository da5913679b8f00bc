"""Paths that look alike, and the frames of a stream, without a server."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from botocore.eventstream import EventStreamBuffer

from groundstone.server.aws import routes
from groundstone.server.aws.events import frames

TAGS = "/tags/arn%3Aaws%3Abedrock%3Aus-east-1%3A0%3A"


@pytest.mark.parametrize(
    ("path", "service", "name"),
    [
        ("/agents/ABCDEFGHIJ/", "bedrock-agent", "PrepareAgent"),
        ("/agents/ABCDEFGHIJ", "bedrock-agent-runtime", "InvokeInlineAgent"),
        (f"{TAGS}session%2Fabc", "bedrock-agent-runtime", "TagResource"),
        (f"{TAGS}knowledge-base%2Fabc", "bedrock-agent", "TagResource"),
        ("/knowledgebases", "bedrock-agent", "ListKnowledgeBases"),  # its template ends in a slash
        ("/guardrail/abc/version//apply", "bedrock-runtime", "ApplyGuardrail"),
    ],
)
def test_operations_are_told_apart_by_their_raw_path(path: str, service: str, name: str) -> None:
    found = routes.by_path("POST", path)
    assert found is not None
    assert (found.operation.service, found.operation.name) == (service, name)


def test_labels_are_decoded_once() -> None:
    found = routes.by_path("POST", "/model/a%2Fb%253A/converse")
    assert found is not None
    assert found.labels == {"modelId": "a/b%3A"}


def deltas(text: str) -> Iterator[dict[str, Any]]:
    yield {"messageStart": {"role": "assistant"}}
    yield {"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"text": text}}}


def test_a_json_protocol_begins_its_stream_with_the_rest_of_the_reply() -> None:
    found = routes.by_path("POST", "/model/x/converse-stream")
    assert found is not None
    rpc = replace(found.operation, target="Some.ConverseStream")
    _, *sent = frames(rpc, lambda: {"stream": deltas("x")})
    buffer = EventStreamBuffer()
    buffer.add_data(b"".join(part for part in sent if isinstance(part, bytes)))
    kinds = [message.headers[":event-type"] for message in buffer]
    assert kinds == ["initial-response", "messageStart", "contentBlockDelta"]
