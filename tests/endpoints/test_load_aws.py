"""Bedrock's and SageMaker's wires: signatures, binary streams, and what each reply says."""

from __future__ import annotations

import itertools
import json
import struct
import time
from base64 import b64encode
from binascii import crc32
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundstone.endpoints.load.client import Address, Client, Exchange
from groundstone.endpoints.load.event_stream import messages
from groundstone.endpoints.load.heard import Ask
from groundstone.endpoints.load.outcomes import Outcome, outcome, retry_after
from groundstone.endpoints.load.plan import Plan
from groundstone.endpoints.load.replies import BadReply, Reply
from groundstone.endpoints.load.runner import Target
from groundstone.endpoints.load.sign import Keys, Signer, keys_of, region_of
from groundstone.endpoints.load.target import needed, target_of
from groundstone.endpoints.load.wires import wire
from groundstone.errors import ConfigError
from groundstone.server.aws.eventstream import message
from groundstone.server.sigv4 import Wire, verify

STREAM = {"content-type": "application/vnd.amazon.eventstream"}


def event(kind: str, told: object) -> bytes:
    return message({":message-type": "event", ":event-type": kind}, json.dumps(told).encode())


def exception(kind: str, said: str) -> bytes:
    return message({":message-type": "exception", ":exception-type": kind}, json.dumps({"message": said}).encode())


def chunk(told: object) -> bytes:
    return event("chunk", {"bytes": b64encode(json.dumps(told).encode()).decode(), "p": "abc"})


def streamed(*parts: bytes) -> Reply:
    return Reply(200, STREAM, [(1 + number / 10, part) for number, part in enumerate(parts)], 1.0, True)


def heard(name: str, reply: Reply) -> Outcome:
    return outcome(Exchange(0.0, 0.5, 3.0, reply), wire(name), 0.0)


@given(st.lists(st.binary(max_size=60), max_size=6), st.lists(st.integers(0, 10_000), max_size=10))
def test_messages_are_the_same_however_the_bytes_are_cut(payloads: list[bytes], cuts: list[int]) -> None:
    data = b"".join(message({":message-type": "event", ":event-type": "x"}, payload) for payload in payloads)
    places = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    reply = Reply(200, STREAM, [(1.0, data[a:b]) for a, b in itertools.pairwise(places)], 1.0, True)
    assert [one.payload for one in messages(reply)] == payloads


@given(st.binary(max_size=200))
def test_any_bytes_are_messages_or_refused_by_name(data: bytes) -> None:
    with suppress(BadReply):
        list(messages(Reply(200, STREAM, [(1.0, data)], 1.0, True)))


@given(st.binary(min_size=1, max_size=80))
def test_headers_that_lie_about_their_length_are_refused_by_name(heads: bytes) -> None:
    prelude = struct.pack("!II", 16 + len(heads), len(heads))
    start = prelude + struct.pack("!I", crc32(prelude)) + heads
    with suppress(BadReply):
        list(messages(Reply(200, STREAM, [(1.0, start + struct.pack("!I", crc32(start)))], 1.0, True)))


def test_a_bit_that_was_changed_on_the_way_is_found() -> None:
    data = bytearray(event("contentBlockDelta", {"delta": {"text": "hello"}}))
    data[-8] ^= 1
    found = heard("bedrock", streamed(bytes(data)))
    assert found.problem == "bad reply"
    assert "checksum" in found.why


def test_converse_tells_each_piece_and_counts_at_the_end() -> None:
    usage = {"usage": {"inputTokens": 7, "outputTokens": 2, "totalTokens": 9}}
    pieces = (event("contentBlockDelta", {"delta": {"text": text}}) for text in ("Good", " day"))
    found = heard("bedrock", streamed(event("messageStart", {"role": "assistant"}), *pieces, event("metadata", usage)))
    assert (found.tokens_in, found.tokens_out, found.counted_by) == (7, 2, "server")
    assert found.first_token == pytest.approx(0.6)


CLAUDE = ({"type": "message_start", "message": {"usage": {"input_tokens": 5}}},
          {"type": "content_block_delta", "delta": {"type": "text_delta", "text": "a"}},
          {"type": "message_delta", "delta": {}, "usage": {"output_tokens": 1}},
          {"type": "message_stop"})  # fmt: skip


@pytest.mark.parametrize(
    "told",
    [
        CLAUDE,
        ({"outputText": "a", "inputTextTokenCount": 5, "totalOutputTextTokenCount": 1, "completionReason": "FINISH"},),
        ({"contentBlockDelta": {"delta": {"text": "a"}}},
         {"metadata": {"usage": {"inputTokens": 5, "outputTokens": 1}}, "messageStop": {"stopReason": "x"}}),
        ({"generation": "a", "prompt_token_count": 5, "generation_token_count": 1, "stop_reason": "length"},),
        ({"choices": [{"delta": {"content": "a"}}]},
         {"choices": [], "amazon-bedrock-invocationMetrics": {"inputTokenCount": 5, "outputTokenCount": 1}}),
    ],
)  # fmt: skip
def test_chunks_of_every_family_are_understood(told: tuple[object, ...]) -> None:
    found = heard("bedrock-invoke", streamed(*map(chunk, told)))
    assert (found.problem, found.tokens_in, found.tokens_out) == ("", 5, 1)


@pytest.mark.parametrize(
    ("kind", "problem"),
    [("throttlingException", "overloaded"), ("serviceUnavailableException", "overloaded"),
     ("modelStreamErrorException", "refused"), ("internalServerException", "refused")],
)  # fmt: skip
@pytest.mark.parametrize("name", ["bedrock", "bedrock-invoke", "sagemaker"])
def test_exceptions_within_a_stream_are_errors_by_kind(name: str, kind: str, problem: str) -> None:
    found = heard(name, streamed(exception(kind, "no more")))
    assert (found.problem, found.code) == (problem, kind)
    assert "no more" in found.why


def test_a_stream_that_ends_within_a_message_was_cut() -> None:
    data = event("contentBlockDelta", {"delta": {"text": "hello"}})
    assert heard("bedrock", streamed(data + data[:20])).problem == "cut"
    assert heard("bedrock", streamed(data)).problem == "cut"


def test_throttling_before_the_stream_is_overload_with_its_wait() -> None:
    headers = {"x-amzn-errortype": "ThrottlingException:", "retry-after": "3"}
    found = heard("bedrock", Reply(400, headers, [(1.0, b"{}")], 1.0, True))
    assert (found.problem, found.code, found.retry_after) == ("overloaded", "ThrottlingException", 3.0)


def test_a_date_in_retry_after_is_so_many_seconds_from_now() -> None:
    when = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + 30))
    assert 25 < retry_after(Reply(429, {"retry-after": when})) < 31
    assert retry_after(Reply(429, {"retry-after": "soon"})) == 0.0


def test_the_container_behind_sagemaker_is_read_however_its_parts_are_cut() -> None:
    lines = b"".join(
        b"data:" + json.dumps(one).encode() + b"\n\n"
        for one in ({"token": {"text": "a"}}, {"token": {"text": " b"}, "generated_text": "a b",
                                               "details": {"generated_tokens": 2, "input_length": 4}})
    )  # fmt: skip
    parts = [message({":message-type": "event", ":event-type": "PayloadPart"}, lines[at : at + 11])
             for at in range(0, len(lines), 11)]  # fmt: skip
    found = heard("sagemaker", streamed(*parts))
    assert (found.problem, found.tokens_in, found.tokens_out) == ("", 4, 2)


@pytest.mark.parametrize(
    ("model", "member"),
    [("anthropic.claude-3-haiku-20240307-v1:0", "anthropic_version"), ("us.amazon.nova-lite-v1:0", "schemaVersion"),
     ("amazon.titan-text-express-v1", "inputText"), ("meta.llama3-8b-instruct-v1:0", "max_gen_len"),
     ("arn:aws:bedrock:us-east-1::foundation-model/cohere.command-r-v1:0", "message"),
     ("smollm2-135m-instruct", "messages")],
)  # fmt: skip
def test_bodies_have_the_form_of_the_models_family(model: str, member: str) -> None:
    assert member in json.loads(wire("bedrock-invoke").body(Ask("hello", 7), model))


@pytest.mark.parametrize(
    "model", ["anthropic.claude-v2:1", "arn:aws:bedrock:us-east-1:1:inference-profile/us.x.y-v1:0"]
)
@pytest.mark.parametrize("token", ["", "session"])
def test_the_server_accepts_what_is_signed(model: str, token: str) -> None:
    signer = Signer(Keys("AKID", "secret"), "bedrock", "eu-west-1")
    target = Target(Client(Address.of("http://127.0.0.1:9/base")), wire("bedrock"), model, signer=signer)
    head, _, body = target.request(Ask("hello", 7)).partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    method, path, _ = first.split(" ")
    headers = [(name.lower(), value) for name, _, value in (line.partition(": ") for line in lines)]
    sent = Wire(method, path.encode(), b"", headers, body)
    assert verify(sent, {"AKID": "secret"}.get) == "AKID"


def test_signatures_are_those_of_the_sdk() -> None:
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    path, body = "/model/anthropic.claude-v2%3A1/converse-stream", b'{"a": 1}'
    request = AWSRequest("POST", f"https://x.example{path}", {"content-type": "application/json"}, body)
    SigV4Auth(Credentials("AKID", "secret", "session"), "bedrock", "us-east-1").add_auth(request)
    when = time.mktime(time.strptime(request.context["timestamp"], "%Y%m%dT%H%M%SZ")) - time.timezone
    signer = Signer(Keys("AKID", "secret", "session"), "bedrock", "us-east-1")
    made = signer.headers("x.example", path, body, {"content-type": "application/json"}, when)
    assert made["authorization"] == request.headers["Authorization"]


def test_keys_come_from_the_environment_and_are_never_shown(tmp_path: Path) -> None:
    file = tmp_path / "credentials"
    file.write_text("[work]\naws_access_key_id = P\naws_secret_access_key = hidden\n")
    profile = {"AWS_PROFILE": "work", "AWS_SHARED_CREDENTIALS_FILE": str(file)}
    assert keys_of(profile) == Keys("P", "hidden")
    named = keys_of({"ONE": "A", "TWO": "hidden"}, "ONE,TWO")
    assert named == Keys("A", "hidden")
    assert "hidden" not in repr(named)
    assert keys_of({}) is None
    for wrong in ({"AWS_PROFILE": "none", "AWS_SHARED_CREDENTIALS_FILE": str(file)}, {"TWO": "hidden"}):
        with pytest.raises(ConfigError) as error:
            keys_of(wrong, "" if "AWS_PROFILE" in wrong else "ONE,TWO")
        assert "hidden" not in str(error.value)


def test_the_region_is_that_of_the_address_unless_told() -> None:
    assert region_of("bedrock-runtime.eu-west-1.amazonaws.com", {}) == "eu-west-1"
    assert region_of("127.0.0.1", {"AWS_REGION": "us-west-2"}) == "us-west-2"
    assert region_of("127.0.0.1", {}, "ap-south-1") == "ap-south-1"


def test_requests_that_must_be_signed_need_keys() -> None:
    with pytest.raises(ConfigError, match="AWS_ACCESS_KEY_ID"):
        target_of(Plan("https://bedrock-runtime.eu-west-1.amazonaws.com", "bedrock", "m"), {})
    assert target_of(Plan("http://127.0.0.1:9", "bedrock", "m"), {}).signer is None
    bearer = target_of(Plan("http://127.0.0.1:9", "bedrock", "m", key_env="T"), {"T": "t"})
    assert bearer.headers == {"authorization": "Bearer t"}
    assert needed(Plan("http://127.0.0.1:9", key_env="T"), {"T": "t", "OTHER": "x"}) == {"T": "t"}
