from __future__ import annotations

import string
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, unquote_to_bytes, urlsplit

import boto3
import pytest
from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from groundstone.errors import Unauthenticated
from groundstone.server.sigv4 import EXCEPTIONS, Wire, is_signed, verify

from .live import serving

KEY, SECRET = "GS0123456789ABCDEFGH", "0123456789abcdefghijABCDEFGHIJ0123456789"
TEST = {KEY: SECRET}
ARN = "arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-v2:1"
quick = settings(deadline=None)


def signed(
    path: str = "/model/x/invoke", query: str = "", body: bytes = b"{}", method: str = "POST",
    headers: dict[str, str] | None = None, service: str = "bedrock", secret: str = SECRET,
    signer: Callable[..., Any] = SigV4Auth, **options: Any,
) -> Wire:  # fmt: skip
    """A request signed by botocore, now."""
    url = f"http://localhost:8765{path}" + (f"?{query}" if query else "")
    request = AWSRequest(method, url, data=body, headers=headers or {})
    signer(Credentials(KEY, secret), service, "eu-west-1", **options).add_auth(request)
    parts = urlsplit(request.url)
    sent = [("host", "localhost:8765")] + [(name.lower(), value) for name, value in request.headers.items()]
    return Wire(method, parts.path.encode(), parts.query.encode(), sent, body)


def reason(wire: Wire, now: datetime | None = None) -> str:
    with pytest.raises(Unauthenticated) as caught:
        verify(wire, TEST.get, now)
    assert SECRET not in str(caught.value)
    assert caught.value.reason in EXCEPTIONS
    return caught.value.reason


def changed(wire: Wire, name: str, value: str | None) -> Wire:
    """With one header replaced or left out."""
    headers = [(key, old if key != name else value) for key, old in wire.headers if key != name or value is not None]
    return replace(wire, headers=headers)


# -- what boto3 really sends -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """Answers every request with the name of the key that signed it, or with the refusal, as an error of AWS."""
    app = FastAPI()

    @app.api_route("/{path:path}", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
    async def answer(request: Request) -> Response:
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers.raw]
        scope = request.scope
        assert is_signed(headers, scope["query_string"])
        wire = Wire(request.method, scope["raw_path"], scope["query_string"], headers, await request.body())
        try:
            found = verify(wire, TEST.get)
        except Unauthenticated as error:
            found = f"{error.reason}: {error}"
        return JSONResponse({"message": found}, 418, {"x-amzn-errortype": "Told"})

    with serving(app) as address:
        yield address


CALLS: list[tuple[str, str, dict[str, Any]]] = [
    ("bedrock", "get_foundation_model", {"modelIdentifier": ARN}),
    ("bedrock", "list_foundation_models", {"byProvider": "Anthropic"}),
    ("bedrock", "list_custom_models", {"nameContains": "a-b", "creationTimeAfter": datetime(2026, 1, 1, tzinfo=UTC)}),
    ("bedrock-runtime", "invoke_model", {"modelId": ARN, "body": b'{"inputText": "\xc3\xa9"}'}),
    ("bedrock-runtime", "invoke_model", {"modelId": "a b/c%2Fd+e~f:g", "body": b"\x00\xff" * 1000}),
    ("bedrock-runtime", "invoke_model_with_response_stream", {"modelId": ARN, "body": b""}),
    ("bedrock-runtime", "converse", {"modelId": ARN, "messages": [{"role": "user", "content": [{"text": "Grüße"}]}]}),
    ("bedrock-runtime", "converse_stream", {"modelId": "é", "messages": []}),
    ("bedrock-agent", "get_knowledge_base", {"knowledgeBaseId": "KB12345678"}),
    ("bedrock-agent", "list_knowledge_bases", {"maxResults": 5, "nextToken": "a/b+c=="}),
    ("bedrock-agent", "delete_data_source", {"knowledgeBaseId": "KB12345678", "dataSourceId": "DS12345678"}),
    (
        "bedrock-agent",
        "untag_resource",
        {"resourceArn": "arn:aws:bedrock:eu-west-1:123456789012:knowledge-base/KB12345678", "tagKeys": ["a b", "ü&=+"]},
    ),
    (
        "bedrock-agent-runtime",
        "retrieve",
        {"knowledgeBaseId": "KB12345678", "retrievalQuery": {"text": "Who directed Jaws?"}},
    ),
    ("bedrock-agent-runtime", "retrieve_and_generate", {"input": {"text": "Who?"}}),
    ("textract", "detect_document_text", {"Document": {"Bytes": b"\x89PNG"}}),
    (
        "sagemaker-runtime",
        "invoke_endpoint",
        {"EndpointName": "e-1", "Body": b"x", "ContentType": "text/plain", "CustomAttributes": "accept_eula=true  x"},
    ),
    (
        "qbusiness",
        "chat_sync",
        {"applicationId": "a" * 36, "userId": "ana@example.org +1", "userMessage": "Hello", "userGroups": ["b c", "a"]},
    ),
]


@pytest.mark.parametrize(("service", "operation", "arguments"), CALLS)
def test_whatever_boto3_signs_is_verified(
    endpoint: str, service: str, operation: str, arguments: dict[str, Any]
) -> None:
    assert call(endpoint, service, operation, arguments) == KEY


@pytest.mark.parametrize("service", ["bedrock-runtime", "bedrock-agent"])
def test_boto3_with_another_secret_is_refused(endpoint: str, service: str) -> None:
    operation, arguments = next((name, given) for known, name, given in CALLS if known == service)
    assert call(endpoint, service, operation, arguments, SECRET[::-1]).startswith("signature: ")


def test_boto3_with_a_session_token_is_told_to_leave_it_out(endpoint: str) -> None:
    told = call(endpoint, *CALLS[0], session="token")
    assert told.startswith("session_token: ")
    assert "AWS_SESSION_TOKEN" in told


def call(
    endpoint: str, service: str, operation: str, arguments: dict[str, Any],
    secret: str = SECRET, session: str | None = None,
) -> str:  # fmt: skip
    config = Config(retries={"max_attempts": 0}, parameter_validation=False)
    client = boto3.client(
        service, region_name="us-east-1", endpoint_url=endpoint, config=config,
        aws_access_key_id=KEY, aws_secret_access_key=secret, aws_session_token=session,
    )  # fmt: skip
    with closing(client), pytest.raises(ClientError) as caught:
        getattr(client, operation)(**arguments)
    message: str = caught.value.response["Error"]["Message"]
    return message


# -- nothing that was signed can be changed ----------------------------------------------------------------

segment = st.text(st.characters(codec="utf-8"), min_size=1, max_size=8).filter(lambda text: text not in (".", ".."))
paths = st.lists(segment, min_size=1, max_size=4).map(lambda parts: "/" + "/".join(quote(part, "") for part in parts))
pairs = st.tuples(st.text(st.characters(codec="utf-8"), min_size=1, max_size=6), st.text(max_size=6, alphabet="aé &=+"))
queries = st.lists(pairs, max_size=3).map(lambda items: "&".join(f"{quote(k, '')}={quote(v, '')}" for k, v in items))
values = st.text(string.ascii_letters + string.digits + " ,;=/é", max_size=12)


@quick
@given(paths, queries, values, st.binary(max_size=40))
@example("/a%2Fb", "b=2&a=1&b=1", " a  b ", b"")
def test_what_botocore_signs_is_verified(path: str, query: str, value: str, body: bytes) -> None:
    wire = signed(path, query, body, headers={"X-Amz-Target": value, "Content-Type": "application/json"})
    assert verify(wire, TEST.get) == KEY


@quick
@given(paths, st.data())
def test_no_byte_of_the_path_can_be_changed(path: str, data: st.DataObject) -> None:
    wire = signed(path)
    assert reason(replace(wire, path=mutated(wire.path, data))) == "signature"


@quick
@given(queries.filter(bool), st.data())
def test_no_meaning_of_the_query_can_be_changed(query: str, data: st.DataObject) -> None:
    wire = signed(query=query)
    other = mutated(wire.query, data)
    assume(decoded(other) != decoded(wire.query))
    assert reason(replace(wire, query=other)) in ("signature", "incomplete")


@quick
@given(st.binary(max_size=30), st.data())
def test_no_byte_of_the_body_can_be_changed(body: bytes, data: st.DataObject) -> None:
    wire = signed(body=body)
    assert reason(replace(wire, body=mutated(body, data))) == "signature"


@quick
@given(values, st.data())
def test_no_signed_header_can_be_changed(value: str, data: st.DataObject) -> None:
    wire = signed(headers={"X-Amz-Target": value, "Content-Type": "a"})
    name = data.draw(st.sampled_from(["host", "x-amz-target", "x-amz-date", "content-type"]))
    before = wire.values(name)[0]
    after = mutated(before.encode("latin-1"), data).decode("latin-1")
    assume(" ".join(after.replace("\t", " ").split(" ")).split() != before.split())
    assert reason(changed(wire, name, after)) in ("signature", "incomplete", "expired")


@quick
@given(st.data())
def test_no_byte_of_the_authorization_can_be_changed(data: st.DataObject) -> None:
    wire = signed()
    before = wire.values("authorization")[0]
    after = mutated(before.encode(), data).decode("latin-1")
    assume(after.replace(" ", "") != before.replace(" ", ""))
    assume(after.strip() != before)
    reason(changed(wire, "authorization", after))


@pytest.mark.parametrize("method", ["GET", "PUT", "post"])
def test_the_method_cannot_be_changed(method: str) -> None:
    assert reason(replace(signed(), method=method)) == "signature"


@pytest.mark.parametrize(
    "path", [b"//model/x/invoke", b"/model//x/invoke", b"/model/./x/invoke", b"/model/y/../x/invoke"]
)
def test_paths_that_are_signed_alike_are_no_way_around(path: bytes) -> None:
    assert reason(replace(signed(), path=path)) == "signature"


def mutated(before: bytes, data: st.DataObject) -> bytes:
    """One byte replaced, put in or taken out."""
    at = data.draw(st.integers(0, len(before)))
    byte = data.draw(st.integers(33, 126))
    kinds = [before[:at] + bytes([byte]) + before[at:], before[:at] + bytes([byte]) + before[at + 1 :]]
    after = data.draw(st.sampled_from([*kinds, before[:at] + before[at + 1 :]]))
    assume(after != before)
    return after


def decoded(query: bytes) -> list[tuple[bytes, bytes]]:
    split = [pair.partition(b"=") for pair in query.split(b"&")]
    return sorted((unquote_to_bytes(name), unquote_to_bytes(value)) for name, _, value in split)


# -- time, scope, form -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("minutes", "fits"), [(-14.9, True), (0, True), (14.9, True), (15.1, False), (-15.1, False)])
def test_a_signature_holds_for_a_quarter_of_an_hour(minutes: float, fits: bool) -> None:
    now = datetime.now(UTC) + timedelta(minutes=minutes)
    if fits:
        assert verify(signed(), TEST.get, now) == KEY
    else:
        assert reason(signed(), now) == "expired"


def test_an_unknown_key_is_named() -> None:
    with pytest.raises(Unauthenticated, match=KEY) as caught:
        verify(signed(), {}.get)
    assert caught.value.reason == "unknown"


@pytest.mark.parametrize("service", ["textract", "sagemaker", "qbusiness"])
def test_the_services_of_this_server_are_known(service: str) -> None:
    assert verify(signed(service=service), TEST.get) == KEY


def test_a_request_for_another_service_is_refused() -> None:
    assert reason(signed(service="s3")) == "signature"


@pytest.mark.parametrize("value", [
    "AWS4-HMAC-SHA256", "AWS4-HMAC-SHA256 ", "AWS4-HMAC-SHA256 Credential=a", "AWS4-HMAC-SHA256 ,,,", "",
    f"AWS4-HMAC-SHA256 Credential={KEY}/20260301/r/bedrock, SignedHeaders=host, Signature={'0' * 64}",
    f"AWS4-HMAC-SHA256 Credential={KEY}/20260301/r/bedrock/aws4_request, SignedHeaders=host, Signature=0",
    f"AWS4-HMAC-SHA256 Credential=a, Credential={KEY}/20260301/r/bedrock/aws4_request, SignedHeaders=host, Signature=0",
    f"AWS4-ECDSA-P256-SHA256 Credential={KEY}/20260301/bedrock/aws4_request, SignedHeaders=host, Signature=00",
])  # fmt: skip
def test_an_authorization_of_another_form_is_called_incomplete(value: str) -> None:
    assert EXCEPTIONS[reason(changed(signed(), "authorization", value))] == "IncompleteSignatureException"


@quick
@given(st.text(st.characters(max_codepoint=255), max_size=60), st.binary(max_size=30))
def test_any_bytes_are_refused_in_our_own_words(value: str, query: bytes) -> None:
    wire = replace(changed(signed(), "authorization", f"AWS4-HMAC-SHA256 {value}"), query=query)
    reason(wire)


@pytest.mark.parametrize("date", ["", "20260301", "20261301T000000Z", "２０２６0301T000000Z"])
def test_a_date_of_another_form_is_called_incomplete(date: str) -> None:
    assert reason(changed(signed(), "x-amz-date", date)) == "incomplete"


@pytest.mark.parametrize("name", ["x-amz-date", "host"])
def test_what_every_signature_needs_cannot_be_left_out(name: str) -> None:
    assert reason(changed(signed(), name, None)) in ("incomplete", "signature")


@pytest.mark.parametrize("name", ["x-amz-target", "x-amz-anything"])
def test_a_header_of_aws_that_was_not_signed_is_refused(name: str) -> None:
    wire = signed()
    assert reason(replace(wire, headers=[*wire.headers, (name, "x")])) == "signature"


def test_a_repeated_header_is_another_request() -> None:
    wire = signed(headers={"X-Amz-Target": "a"})
    assert reason(replace(wire, headers=[*wire.headers, ("x-amz-target", "b")])) == "signature"
    assert reason(
        replace(wire, headers=[*wire.headers, *[pair for pair in wire.headers if pair[0] == "authorization"]])
    )


@pytest.mark.parametrize(("stated", "expected"), [
    ("UNSIGNED-PAYLOAD", "unsupported"),
    ("STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "unsupported"),
    ("0" * 64, "signature"),
    ("", "signature"),
])  # fmt: skip
def test_a_body_that_is_not_signed_as_a_whole_is_refused(stated: str, expected: str) -> None:
    assert reason(signed(headers={"X-Amz-Content-SHA256": stated})) == expected


def test_a_stated_hash_that_is_true_is_accepted() -> None:
    true = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
    assert verify(signed(headers={"X-Amz-Content-SHA256": true}), TEST.get) == KEY


# -- presigned addresses -----------------------------------------------------------------------------------


def presigned(**options: Any) -> Wire:
    given = {"method": "GET", "body": b"", "query": "maxResults=5&a=b%20c", **options}
    return signed("/foundation-models", signer=SigV4QueryAuth, expires=given.pop("expires", 60), **given)


def test_a_presigned_address_is_verified_until_it_expires() -> None:
    wire = presigned()
    assert is_signed(wire.headers, wire.query)
    assert verify(wire, TEST.get) == KEY
    assert reason(wire, datetime.now(UTC) + timedelta(seconds=61)) == "expired"
    assert reason(wire, datetime.now(UTC) - timedelta(minutes=16)) == "expired"


@quick
@given(st.data())
def test_nothing_in_a_presigned_address_can_be_changed(data: st.DataObject) -> None:
    wire = presigned()
    other = mutated(wire.query, data)
    assume(decoded(other) != decoded(wire.query))
    reason(replace(wire, query=other))


@pytest.mark.parametrize("expires", [0, 604_801, 10**7])
def test_a_presigned_address_lives_a_week_at_most(expires: int) -> None:
    assert reason(presigned(expires=expires)) == "incomplete"


def test_signing_twice_is_refused() -> None:
    wire = presigned()
    both = [*wire.headers, *[pair for pair in signed().headers if pair[0] != "host"]]
    assert reason(replace(wire, headers=both)) == "incomplete"
    assert reason(replace(wire, query=wire.query + b"&X-Amz-Signature=" + b"0" * 64)) == "incomplete"
