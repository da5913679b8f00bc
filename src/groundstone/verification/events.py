"""Messages that say that a document arrived: of S3, alone or inside SQS, SNS or EventBridge, and manifests."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_plus

from groundstone.documents.base import Query
from groundstone.errors import InvalidInput
from groundstone.verification.spec import check_queries, query_of

MOST = 1000  # documents of one message
DEEPEST = 6  # envelopes inside each other


@dataclass(frozen=True, slots=True)
class Reference:
    """A document by its address ``s3://bucket/key``; ``queries`` when the message brings its own."""

    uri: str
    queries: tuple[Query, ...] = ()


def references(message: Any) -> list[Reference]:
    """The documents that a message speaks of. Test messages and messages of deletion speak of none.

    Raises InvalidInput for what is no such message.
    """
    found: list[Reference] = []
    for reference in _unpacked(message, 0):
        if len(found) == MOST:
            raise InvalidInput(f"a message speaks of at most {MOST} documents; send it in parts")
        found.append(reference)
    return found


def manifest(data: Any) -> Reference:
    """The document of a manifest ``{"s3Path", "queriesConfig": [{"text", "alias", "pages"}], "textractFeatures"}``.

    Raises InvalidInput.
    """
    features = data.get("textractFeatures") or ["QUERIES"]
    if not isinstance(features, list) or "QUERIES" not in features:
        raise InvalidInput('textractFeatures of the manifest must hold "QUERIES"; nothing else is written here')
    uri, config = data.get("s3Path"), data.get("queriesConfig") or []
    if not isinstance(config, list):
        raise InvalidInput("queriesConfig of the manifest must be a list of queries")
    try:
        queries = tuple(query_of(one) for one in config)
        if queries:
            check_queries(queries)
    except ValueError as error:
        raise InvalidInput(f"queriesConfig of the manifest: {error}") from None
    return Reference(_address(uri), queries)


def _unpacked(message: Any, depth: int) -> Iterator[Reference]:
    if depth > DEEPEST:
        raise InvalidInput("the message is packed into too many others")
    if isinstance(message, str):
        yield from _unpacked(_json(message), depth + 1)
    elif not isinstance(message, Mapping):
        raise InvalidInput(f"a message is a JSON object, not {type(message).__name__}")
    elif isinstance(message.get("Records"), list):
        for record in message["Records"]:
            yield from _record(record, depth + 1)
    elif message.get("Event") == "s3:TestEvent":
        return
    elif message.get("Type") == "Notification" and "Message" in message:
        yield from _unpacked(message["Message"], depth + 1)
    elif message.get("source") == "aws.s3":
        yield from _bridged(message)
    elif "s3Path" in message:
        yield manifest(message)
    elif isinstance(message.get("Body"), str):  # of SQS's ReceiveMessage
        yield from _unpacked(message["Body"], depth + 1)
    elif isinstance(message.get("bucket"), str) and isinstance(message.get("key"), str):
        yield Reference(_address(f"s3://{message['bucket']}/{message['key']}"))
    else:
        raise InvalidInput(
            "this is no message of S3, SQS, SNS or EventBridge and no manifest; "
            "send one with Records[].s3, detail.object, or s3Path"
        )


def _record(record: Any, depth: int) -> Iterator[Reference]:
    if not isinstance(record, Mapping):
        raise InvalidInput("each of Records must be an object")
    sns = record.get("Sns")
    if isinstance(record.get("s3"), Mapping):
        if str(record.get("eventName", "ObjectCreated")).removeprefix("s3:").startswith("ObjectCreated"):
            bucket, key = _named(record["s3"])
            yield Reference(_address(f"s3://{bucket}/{unquote_plus(key)}"))
    elif isinstance(record.get("body"), str | Mapping):
        yield from _unpacked(record["body"], depth)
    elif isinstance(sns, Mapping) and isinstance(sns.get("Message"), str):
        yield from _unpacked(sns["Message"], depth)
    else:
        raise InvalidInput("each of Records must have s3, body or Sns")


def _bridged(message: Mapping[str, Any]) -> Iterator[Reference]:
    if message.get("detail-type") == "Object Created":
        bucket, key = _named(message.get("detail"))
        yield Reference(_address(f"s3://{bucket}/{key}"))


def _named(data: Any) -> tuple[str, str]:
    try:
        bucket, key = data["bucket"]["name"], data["object"]["key"]
    except (TypeError, KeyError):
        bucket = key = None
    if not isinstance(bucket, str) or not isinstance(key, str):
        raise InvalidInput("the message lacks bucket.name or object.key")
    return bucket, key


def _address(uri: Any) -> str:
    scheme, _, rest = uri.partition("://") if isinstance(uri, str) else ("", "", "")
    bucket, _, key = rest.partition("/")
    if scheme != "s3" or not bucket or not key or len(uri) > 2000 or "\0" in uri:
        raise InvalidInput(f"{str(uri)[:100]!r} is no address s3://bucket/key")
    return f"s3://{bucket}/{key}"


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"the message is no JSON: {error}") from None
