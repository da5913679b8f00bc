"""The frame of the AWS wire: what reaches a handler, what comes back, and what every wrong request is told."""

from __future__ import annotations

import http.client
import json
import struct
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest
from botocore.config import Config
from botocore.eventstream import EventStreamBuffer
from botocore.exceptions import ClientError, EventStreamError

from groundstone import errors
from groundstone.server.app import create_app
from groundstone.server.aws.errors import refuse
from groundstone.server.aws.operations import HANDLERS, AwsCall
from tests.server.live import serving
from tests.server.standin import StandInPlatform

SIGNED = {"authorization": "AWS4-HMAC-SHA256 Credential=AKID/20260101/eu-west-1/bedrock/aws4_request"}
JSON = {**SIGNED, "content-type": "application/json"}
HELLO = [{"role": "user", "content": [{"text": "Hello"}]}]
REPLY = {
    "output": {"message": {"role": "assistant", "content": [{"text": "Good day"}]}},
    "stopReason": "end_turn",
    "usage": {"inputTokens": 1, "outputTokens": 2, "totalTokens": 3},
    "metrics": {"latencyMs": 4},
}
Handle = Callable[[str, str, Callable[[AwsCall], Any]], None]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    platform = StandInPlatform(tmp_path_factory.mktemp("frame"), max_upload_mb=1)
    with serving(create_app(platform)) as address:
        yield address
    platform.conversations.close()
    platform.keys.close()


@pytest.fixture
def handle(address: str, monkeypatch: pytest.MonkeyPatch) -> Handle:
    """Puts a function in the place of an operation's handler."""

    def put(service: str, name: str, handler: Callable[[AwsCall], Any]) -> None:
        monkeypatch.setitem(HANDLERS, (service, name), handler)

    return put


@cache
def client(service: str, address: str) -> Any:
    """Kept, because making one takes longer than what the tests do with it."""
    config = Config(retries={"total_max_attempts": 1})
    keys = {"aws_access_key_id": "dummy", "aws_secret_access_key": "dummy"}
    return boto3.client(service, endpoint_url=address, region_name="eu-west-1", config=config, **keys)


def failing(error: Exception) -> Callable[[AwsCall], Any]:
    def handler(call: AwsCall) -> Any:
        raise error

    return handler


def deltas(*texts: str) -> Iterator[dict[str, Any]]:
    yield {"messageStart": {"role": "assistant"}}
    for text in texts:
        yield {"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"text": text}}}


def test_a_call_has_params_as_a_boto3_caller_gave_them(address: str, handle: Handle) -> None:
    seen: list[AwsCall] = []
    handle("bedrock-runtime", "Converse", lambda call: seen.append(call) or REPLY)
    model = "arn:aws:bedrock:eu-west-1::foundation-model/amazon.nova-lite-v1:0"
    picture = {"image": {"format": "png", "source": {"bytes": b"\x89PNG"}}}
    given = {"messages": [{"role": "user", "content": [{"text": "Höhe?"}, picture]}]}
    got = client("bedrock-runtime", address).converse(modelId=model, **given)
    assert seen[0].params == {"modelId": model, **given}
    assert (seen[0].service, seen[0].operation, seen[0].region) == ("bedrock-runtime", "Converse", "eu-west-1")
    assert got["ResponseMetadata"]["RequestId"] == seen[0].request_id
    assert {name: got[name] for name in REPLY} == REPLY


def test_bearer_tokens_are_recognised_by_their_path(address: str, handle: Handle) -> None:
    handle("bedrock-runtime", "Converse", lambda call: REPLY)
    sent = httpx.post(
        f"{address}/model/x/converse", json={"messages": HELLO}, headers={"authorization": "Bearer token"}
    )
    assert sent.json()["stopReason"] == "end_turn"


def test_pages_and_other_apis_stay_where_they_are(address: str) -> None:
    assert httpx.get(f"{address}/healthz").json() == {"status": "ok"}
    assert httpx.get(f"{address}/", headers={"accept": "text/html"}, follow_redirects=True).is_success
    assert httpx.get(f"{address}/api/nothing", headers=SIGNED).json()["error"]["code"] == "not_found"
    page = httpx.get(f"{address}/sessions/x", headers={"accept": "text/html"})
    assert "text/html" in page.headers["content-type"]


@pytest.mark.parametrize(
    ("path", "name"),
    [("/flows/", "bedrock-agent.CreateFlow"), ("/no/such/path", "POST /no/such/path"), ("//", "POST //")],
)
def test_what_has_no_handler_says_so(address: str, path: str, name: str) -> None:
    answer = httpx.post(f"{address}{path}", headers=JSON, content=b"{}")
    assert (answer.status_code, answer.headers["x-amzn-errortype"]) == (501, "UnknownOperationException")
    assert answer.json()["message"] == f"Groundstone does not support {name}; docs/aws.md lists what it does"


@pytest.mark.parametrize(
    ("service", "method", "given"),
    [
        ("sagemaker", "list_clusters", {}),
        ("qbusiness", "list_applications", {}),
        ("bedrock-agent", "list_flows", {}),
        ("textract", "list_adapters", {}),
    ],
)
def test_boto3_raises_unknown_operations_once(address: str, service: str, method: str, given: Any) -> None:
    keys = {"aws_access_key_id": "dummy", "aws_secret_access_key": "dummy"}
    unlimited = boto3.client(service, endpoint_url=address, region_name="eu-west-1", **keys)
    with pytest.raises(ClientError, match="Groundstone does not support") as caught:
        getattr(unlimited, method)(**given)
    assert caught.value.response["Error"]["Code"] == "UnknownOperationException"
    assert caught.value.response["ResponseMetadata"]["RetryAttempts"] == 0


@pytest.mark.parametrize(
    ("error", "code", "status"),
    [
        (errors.InvalidInput("odd"), "ValidationException", 400),
        (errors.WrongModel("odd"), "ValidationException", 400),
        (errors.ContextTooLong("odd"), "ValidationException", 400),
        (errors.NotSupported("odd"), "ValidationException", 400),
        (errors.Unauthenticated("odd", "signature"), "InvalidSignatureException", 403),
        (errors.Forbidden("odd"), "AccessDeniedException", 403),
        (errors.NotFound("odd"), "ResourceNotFoundException", 404),
        (errors.RateLimited("odd", 7), "ThrottlingException", 429),
        (errors.BudgetExceeded("odd"), "ServiceQuotaExceededException", 400),
        (errors.WeightsMissing("odd"), "ModelNotReadyException", 429),
        (errors.ModelError("odd"), "ModelErrorException", 424),
        (errors.EngineTimeout("odd"), "ModelTimeoutException", 408),
        (errors.EngineUnavailable("odd"), "ServiceUnavailableException", 503),
        (errors.StoreError("odd"), "InternalServerException", 500),
    ],
)
def test_our_errors_become_those_that_the_operation_declares(
    address: str, handle: Handle, error: Exception, code: str, status: int
) -> None:
    handle("bedrock-runtime", "Converse", failing(error))
    with pytest.raises(ClientError) as caught:
        client("bedrock-runtime", address).converse(modelId="x", messages=HELLO)
    answer = caught.value.response
    assert (answer["Error"]["Code"], answer["Error"]["Message"]) == (code, "odd")
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == status
    headers = answer["ResponseMetadata"]["HTTPHeaders"]
    assert headers.get("retry-after") == ("7" if code == "ThrottlingException" else None)


@pytest.mark.parametrize(
    ("service", "name", "method", "given", "error", "code"),
    [
        ("textract", "GetDocumentAnalysis", "get_document_analysis", {"JobId": "x"}, errors.NotFound, "InvalidJobIdE"),
        ("textract", "GetDocumentAnalysis", "get_document_analysis", {"JobId": "x"}, errors.InvalidInput, "InvalidPar"),
        ("sagemaker", "DescribeModel", "describe_model", {"ModelName": "x"}, errors.NotFound, "ResourceNotFound"),
        ("sagemaker-runtime", "InvokeEndpoint", "invoke_endpoint", {"EndpointName": "x"}, errors.NotFound, "Validat"),
        ("sagemaker-runtime", "InvokeEndpoint", "invoke_endpoint", {"EndpointName": "x"}, errors.ModelError, "ModelEr"),
        ("qbusiness", "ListIndices", "list_indices", {"applicationId": "a" * 36}, errors.NotFound, "ResourceNotFound"),
        ("bedrock-agent", "ListAgents", "list_agents", {}, errors.Conflict, "ConflictException"),
    ],
)
def test_each_service_has_its_own_names(
    address: str, handle: Handle, service: str, name: str, method: str, given: Any, error: Any, code: str
) -> None:
    handle(service, name, failing(error("odd")))
    made = client(service, address)
    given = {**given, **({"Body": b"{}"} if method == "invoke_endpoint" else {})}
    with pytest.raises(ClientError) as caught:
        getattr(made, method)(**given)
    assert caught.value.response["Error"]["Code"].startswith(code)
    assert caught.value.response["Error"]["Message"] == "odd"


def test_a_defect_of_a_handler_is_an_internal_error_without_its_trace(address: str, handle: Handle) -> None:
    for broken in (lambda call: {"output": {"nonsense": 1}}, failing(KeyError("secret"))):
        handle("bedrock-runtime", "Converse", broken)
        with pytest.raises(ClientError) as caught:
            client("bedrock-runtime", address).converse(modelId="x", messages=HELLO)
        assert caught.value.response["Error"]["Code"] == "InternalServerException"
        assert "secret" not in caught.value.response["Error"]["Message"]


def test_a_refused_member_is_named(address: str, handle: Handle) -> None:
    handle("bedrock-runtime", "Converse", lambda call: refuse(call, "guardrailConfig", "there are no guardrails"))
    with pytest.raises(ClientError, match="guardrailConfig is not supported here: there are no guardrails"):
        client("bedrock-runtime", address).converse(modelId="x", messages=HELLO)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"messages": [{"role": "bot", "content": []}]}, "messages[0].role must be one of: assistant, system, user"),
        ({"messages": [{"content": [{"text": "x"}]}]}, "messages[0].role is required"),
        ({"messages": [{"role": "user", "content": [{"text": 5}]}]}, "messages[0].content[0].text must be a text, not"),
        ({"messages": "x"}, "messages must be a list"),
        ({"messages": [], "temperature": 1}, "temperature is not a member"),
        ({"inferenceConfig": {"temperature": 3}}, "inferenceConfig.temperature must be at most 1"),
        ({"inferenceConfig": {"maxTokens": 1.5}}, "inferenceConfig.maxTokens must be a whole number"),
        ({"messages": [{"role": "user", "content": [{"text": "a", "image": {}}]}]}, "image.format is required"),
        ({"messages": [{"role": "user", "content": [{}]}]}, "messages[0].content[0] needs exactly one of: text"),
        ([], "must be an object"),
    ],
)
def test_the_message_of_a_validation_error_names_the_path(address: str, handle: Handle, body: Any, says: str) -> None:
    handle("bedrock-runtime", "Converse", lambda call: REPLY)
    answer = httpx.post(f"{address}/model/x/converse", json=body, headers=SIGNED)
    assert (answer.status_code, answer.headers["x-amzn-errortype"]) == (400, "ValidationException")
    assert says in answer.json()["message"]


@pytest.mark.parametrize(
    "body",
    [
        b"{", b"\xff\xfe", b'{"messages": NaN}', b'{"messages": 1e999}', b"[" * 100_000, b'{"x":' * 5000,
        b'{"a": "\\ud800"}', b"9" * 5000, b"null", b'{"system": ' + b'{"a":' * 150 + b"1" + b"}" * 151,
    ],
)  # fmt: skip
def test_malformed_json_is_refused(address: str, handle: Handle, body: bytes) -> None:
    handle("bedrock-runtime", "Converse", lambda call: REPLY)
    answer = httpx.post(f"{address}/model/x/converse", content=body, headers=JSON)
    assert answer.status_code == 400
    assert answer.headers["x-amzn-errortype"] in ("SerializationException", "ValidationException")
    assert answer.json()["message"]


def test_a_wrong_content_type_is_refused(address: str, handle: Handle) -> None:
    handle("bedrock-runtime", "Converse", lambda call: REPLY)
    answer = httpx.post(f"{address}/model/x/converse", data={"messages": "x"}, headers=SIGNED)
    assert (answer.status_code, "x-www-form-urlencoded" in answer.json()["message"]) == (400, True)


def test_unknown_parameters_in_the_query_are_refused(address: str) -> None:
    answer = httpx.get(f"{address}/foundation-models?byProvidr=Amazon", headers=SIGNED)
    assert (answer.status_code, answer.json()["message"]) == (
        400,
        "byProvidr is not a parameter of ListFoundationModels",
    )


def test_a_body_beyond_the_limit_is_refused_with_and_without_a_length(address: str, handle: Handle) -> None:
    handle("bedrock-runtime", "InvokeModel", lambda call: {"body": b"", "contentType": "text/plain"})
    big = b"x" * (2**20 + 1)
    for content in (big, iter([big[: 2**19], big[: 2**19], b"xx"])):
        answer = httpx.post(f"{address}/model/x/invoke", content=content, headers=JSON)
        assert (answer.status_code, answer.headers["x-amzn-errortype"]) == (413, "RequestEntityTooLargeException")
        assert answer.json() == {"message": "A request may have at most 1 MB."}


def test_the_gate_refuses_in_the_dialect_of_the_caller(address: str) -> None:
    elsewhere = {"host": "evil.example"}
    aws = httpx.post(f"{address}/model/x/invoke", headers={**JSON, **elsewhere}, content=b"{}")
    openai = httpx.post(f"{address}/v1/chat/completions", headers=elsewhere, json={})
    native = httpx.post(f"{address}/api/kb", headers=elsewhere, json={})
    rpc = httpx.post(f"{address}/", headers={**elsewhere, "x-amz-target": "Textract.AnalyzeDocument"})
    assert [answer.status_code for answer in (aws, openai, native, rpc)] == [421] * 4
    assert aws.json() == {"message": "This server does not answer to that host name."}
    assert set(openai.json()["error"]) == {"message", "type", "param", "code"}
    assert native.json()["error"]["code"] == "wrong_host"
    assert rpc.json()["__type"] == "MisdirectedRequestException"


def test_a_chunked_body_arrives_whole(address: str, handle: Handle) -> None:
    handle("bedrock-runtime", "InvokeModel", lambda call: {"body": call.params["body"], "contentType": "text/plain"})
    answer = httpx.post(f"{address}/model/x/invoke", content=iter([b"ab", b"", b"cd"]), headers=JSON)
    assert answer.content == b"abcd"


def test_json_rpc_has_its_own_form(address: str, handle: Handle) -> None:
    seen: list[Any] = []
    handle("textract", "DetectDocumentText", lambda call: seen.append(call.params) or {"Blocks": []})
    assert client("textract", address).detect_document_text(Document={"Bytes": b"\x00"})["Blocks"] == []
    assert seen == [{"Document": {"Bytes": b"\x00"}}]
    target = {"x-amz-target": "Textract.Nonsense", "content-type": "application/x-amz-json-1.1"}
    answer = httpx.post(f"{address}/", content=b"{}", headers=target)
    assert (answer.status_code, answer.json()["__type"]) == (501, "UnknownOperationException")
    assert httpx.post(f"{address}/elsewhere", content=b"{}", headers=target).status_code == 501


def test_events_arrive_as_they_are_made(address: str, handle: Handle) -> None:
    go_on = threading.Event()

    def events() -> Iterator[dict[str, Any]]:
        yield from deltas("one")
        assert go_on.wait(5)
        yield {"messageStop": {"stopReason": "end_turn"}}

    handle("bedrock-runtime", "ConverseStream", lambda call: {"stream": events()})
    got = client("bedrock-runtime", address).converse_stream(modelId="x", messages=HELLO)
    assert got["ResponseMetadata"]["HTTPHeaders"]["content-type"] == "application/vnd.amazon.eventstream"
    reader = iter(got["stream"])
    assert [next(reader), next(reader)] == list(deltas("one"))
    go_on.set()
    assert list(reader) == [{"messageStop": {"stopReason": "end_turn"}}]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.ModelError("odd"), "modelStreamErrorException"),
        (errors.EngineUnavailable("odd"), "serviceUnavailableException"),
        (errors.InvalidInput("odd"), "validationException"),
        (errors.RateLimited("odd"), "throttlingException"),
        (errors.StoreError("odd"), "internalServerException"),
        (KeyError("secret"), "internalServerException"),
    ],
)
def test_what_fails_in_the_middle_is_the_last_event(address: str, handle: Handle, error: Exception, code: str) -> None:
    def events() -> Iterator[dict[str, Any]]:
        yield from deltas("one")
        raise error

    handle("bedrock-runtime", "ConverseStream", lambda call: {"stream": events()})
    with closing(client("bedrock-runtime", address).converse_stream(modelId="x", messages=HELLO)["stream"]) as stream:
        reader = iter(stream)
        assert [next(reader), next(reader)] == list(deltas("one"))
        with pytest.raises(EventStreamError) as caught:
            next(reader)
    assert caught.value.response["Error"]["Code"] == code
    assert "secret" not in str(caught.value)


def test_what_fails_before_the_first_event_has_a_status(address: str, handle: Handle) -> None:
    def events() -> Iterator[dict[str, Any]]:
        raise errors.NotFound("no such model")
        yield {}

    handle("bedrock-runtime", "ConverseStream", lambda call: {"stream": events()})
    with pytest.raises(ClientError) as caught:
        client("bedrock-runtime", address).converse_stream(modelId="x", messages=HELLO)
    assert caught.value.response["Error"]["Code"] == "ResourceNotFoundException"


def test_the_iterator_is_closed_when_the_reader_goes(address: str, handle: Handle) -> None:
    closed = threading.Event()

    def events() -> Iterator[dict[str, Any]]:
        try:
            while True:
                yield from deltas("again")
                time.sleep(0.01)
        finally:
            closed.set()

    handle("bedrock-runtime", "ConverseStream", lambda call: {"stream": events()})
    got = client("bedrock-runtime", address).converse_stream(modelId="x", messages=HELLO)["stream"]
    next(iter(got))
    got.close()
    assert closed.wait(5)


def test_a_silent_engine_is_cut_off_when_the_reader_goes(address: str, handle: Handle) -> None:
    class Silent:
        closed = threading.Event()

        def close(self) -> None:
            self.closed.set()

    def events(call: AwsCall) -> Iterator[dict[str, Any]]:
        call.line.hold(Silent())
        yield from deltas()
        Silent.closed.wait(20)

    handle("bedrock-runtime", "ConverseStream", lambda call: {"stream": events(call)})
    got = client("bedrock-runtime", address).converse_stream(modelId="x", messages=HELLO)["stream"]
    next(iter(got))
    got.close()
    assert Silent.closed.wait(5)


def test_a_whole_reply_is_cut_off_too(address: str, handle: Handle) -> None:
    begun, closed = threading.Event(), threading.Event()

    class Silent:
        def close(self) -> None:
            closed.set()

    def waits(call: AwsCall) -> Any:
        call.line.hold(Silent())
        begun.set()
        closed.wait(20)
        return REPLY

    handle("bedrock-runtime", "Converse", waits)
    connection = http.client.HTTPConnection(address.removeprefix("http://"))
    connection.request("POST", "/model/x/converse", json.dumps({"messages": HELLO}), JSON)
    assert begun.wait(5)
    connection.close()
    assert closed.wait(5)


def test_messages_of_the_stream_carry_valid_checksums(address: str, handle: Handle) -> None:
    handle("bedrock-runtime", "ConverseStream", lambda call: {"stream": deltas("ü")})
    answer = httpx.post(f"{address}/model/x/converse-stream", json={"messages": HELLO}, headers=SIGNED)
    buffer = EventStreamBuffer()
    buffer.add_data(answer.content)
    messages = list(buffer)  # raises on a wrong checksum
    assert [message.headers[":event-type"] for message in messages] == ["messageStart", "contentBlockDelta"]
    assert json.loads(messages[1].payload)["delta"] == {"text": "ü"}
    assert sum(struct.unpack("!I", answer.content[:4])) < len(answer.content)


def test_a_hundred_slow_models_do_not_hold_up_anything_else(address: str, handle: Handle) -> None:
    release = threading.Event()
    waiting = threading.Semaphore(0)

    def slow(call: AwsCall) -> Any:
        waiting.release()
        release.wait(20)
        return REPLY

    handle("bedrock-runtime", "Converse", slow)
    with ThreadPoolExecutor(100) as pool:
        calls = [pool.submit(post, address, "/model/x/converse") for _ in range(100)]
        try:
            for _ in calls:
                assert waiting.acquire(timeout=10)
            started = time.perf_counter()
            assert httpx.get(f"{address}/api/knowledge-bases").status_code == 200
            assert time.perf_counter() - started < 2
        finally:
            release.set()
        assert {call.result() for call in calls} == {200}


def post(address: str, path: str) -> int:
    connection = http.client.HTTPConnection(address.removeprefix("http://"), timeout=30)
    connection.request("POST", path, json.dumps({"messages": HELLO}), {**JSON})
    status = connection.getresponse().status
    connection.close()
    return status


def test_a_full_house_says_when_to_come_back(tmp_path: Path, handle: Handle, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("groundstone.server.app.MODEL_CALLS", 1)
    platform = StandInPlatform(tmp_path)
    release, begun = threading.Event(), threading.Event()

    def events() -> Iterator[dict[str, Any]]:
        begun.set()
        release.wait(20)
        yield from deltas("late")

    handle("bedrock-runtime", "ConverseStream", lambda call: {"stream": events()})
    handle("bedrock-runtime", "Converse", lambda call: REPLY)
    with serving(create_app(platform)) as address, ThreadPoolExecutor(1) as pool:
        first = pool.submit(post, address, "/model/x/converse-stream")
        assert begun.wait(5)
        for method in ("converse", "converse_stream"):
            with pytest.raises(ClientError) as caught:
                getattr(client("bedrock-runtime", address), method)(modelId="x", messages=HELLO)
            assert caught.value.response["Error"]["Code"] == "ThrottlingException"
            assert caught.value.response["ResponseMetadata"]["HTTPHeaders"]["retry-after"] == "1"
        release.set()
        assert first.result() == 200
        assert client("bedrock-runtime", address).converse(modelId="x", messages=HELLO)["stopReason"] == "end_turn"
    platform.conversations.close()


def test_large_bodies_are_read_too(tmp_path: Path, handle: Handle) -> None:
    seen: list[Any] = []
    handle("bedrock-runtime", "Converse", lambda call: seen.append(call.params) or REPLY)
    picture = {"image": {"format": "png", "source": {"bytes": bytes(500_000)}}}
    platform = StandInPlatform(tmp_path)
    with serving(create_app(platform)) as address:
        client("bedrock-runtime", address).converse(modelId="x", messages=[{"role": "user", "content": [picture]}])
    platform.conversations.close()
    assert seen[0]["messages"][0]["content"] == [picture]


def test_qbusiness_is_told_a_reason(address: str, handle: Handle) -> None:
    handle("qbusiness", "ListIndices", failing(errors.InvalidInput("odd")))
    with pytest.raises(ClientError) as caught:
        client("qbusiness", address).list_indices(applicationId="a" * 36)
    assert caught.value.response["reason"] == "FIELD_VALIDATION_FAILED"
