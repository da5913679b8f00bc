"""CPU time that the AWS codec takes for one call and for one event, without any network.

python benchmarks/aws_codec.py
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from groundstone.server.aws import eventstream, model, parse, routes, serialise

ROUNDS = 20_000
PATH = (
    "/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A%3Afoundation-model%2Fanthropic.claude-3-sonnet-20240229-v1%3A0/converse"
)
ASKED = {
    "messages": [
        {"role": "user", "content": [{"text": "Who directed Jaws? " * 20}]},
        {"role": "assistant", "content": [{"text": "Steven Spielberg. " * 20}]},
        {"role": "user", "content": [{"text": "And when was that?"}]},
    ],
    "system": [{"text": "Answer briefly."}],
    "inferenceConfig": {"maxTokens": 256, "temperature": 0.2, "topP": 0.9, "stopSequences": ["Human:"]},
}
REPLY = {
    "output": {"message": {"role": "assistant", "content": [{"text": "In 1975. " * 40}]}},
    "stopReason": "end_turn",
    "usage": {"inputTokens": 120, "outputTokens": 80, "totalTokens": 200},
    "metrics": {"latencyMs": 412},
}
EVENT = {"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"text": " Spielberg"}}}


def main() -> None:
    print("| what | microseconds of CPU |\n|---|---|")
    print(f"| first request for bedrock-runtime: botocore and its model are read | {once(first):.0f} |")
    body = json.dumps(ASKED).encode()
    sent = parse.Sent("", {"content-type": "application/json"}, body)
    found = first()
    stream = model.service("bedrock-runtime").operation("ConverseStream")
    assert stream is not None
    print(f"| find the operation of a path | {each(first):.1f} |")
    read = each(lambda: parse.params(found, sent))
    print(f"| parse and check a Converse request of {len(body)} bytes | {read:.1f} |")
    print(f"| of which json.loads | {each(lambda: json.loads(body)):.1f} |")
    print(f"| write its reply | {each(lambda: serialise.reply(found.operation, REPLY)):.1f} |")
    print(f"| write one event of ConverseStream | {each(lambda: eventstream.event(stream, EVENT)):.1f} |")


def first() -> routes.Found:
    found = routes.by_path("POST", PATH)
    assert found is not None
    return found


def once(work: Callable[[], Any]) -> float:
    start = time.process_time()
    work()
    return (time.process_time() - start) * 1e6


def each(work: Callable[[], Any]) -> float:
    """The best of five runs, for each call."""
    times = []
    for _ in range(5):
        start = time.process_time()
        for _ in range(ROUNDS // 5):
            work()
        times.append((time.process_time() - start) * 1e6 / (ROUNDS // 5))
    return min(times)


if __name__ == "__main__":
    main()
