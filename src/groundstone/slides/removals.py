"""Messages that say that a document is gone from a bucket: the other half of ``verification.events``."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote_plus

from groundstone.errors import InvalidInput

MOST = 1000
DEEPEST = 6  # envelopes inside each other
GONE = ("ObjectRemoved", "LifecycleExpiration")


def removals(message: Any) -> list[str]:
    """The addresses s3://bucket/key that a message of S3 (alone, or inside SQS, SNS, EventBridge) says are gone.

    What is no such message has none. Raises InvalidInput for more than can be worked on at once.
    """
    found = list(dict.fromkeys(_walked(message, 0)))
    if len(found) > MOST:
        raise InvalidInput(f"a message speaks of at most {MOST} documents; send it in parts")
    return found


def _walked(message: Any, depth: int) -> Iterator[str]:
    if depth > DEEPEST:
        return
    if isinstance(message, str):
        yield from _walked(_json(message), depth + 1)
    elif isinstance(message, Mapping):
        if isinstance(message.get("s3"), Mapping):
            yield from _of_s3(message)
        elif message.get("source") == "aws.s3":
            if message.get("detail-type") == "Object Deleted":
                yield from _address(message.get("detail"), plain=True)
        else:
            for name in ("Records", "Sns", "Message", "Body", "body"):
                yield from _walked(message.get(name), depth + 1)
    elif isinstance(message, list):
        for one in message[: MOST + 1]:
            yield from _walked(one, depth)


def _of_s3(record: Mapping[str, Any]) -> Iterator[str]:
    if str(record.get("eventName", "")).removeprefix("s3:").startswith(GONE):
        yield from _address(record["s3"], plain=False)


def _address(data: Any, *, plain: bool) -> Iterator[str]:
    """Keys are written as in a query string by S3 itself, and plainly by EventBridge."""
    try:
        bucket, key = data["bucket"]["name"], data["object"]["key"]
    except (TypeError, KeyError):
        return
    if isinstance(bucket, str) and isinstance(key, str) and bucket and key:
        yield f"s3://{bucket}/{key if plain else unquote_plus(key)}"


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
