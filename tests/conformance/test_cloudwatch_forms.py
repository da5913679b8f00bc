"""CloudWatch in its three forms: what botocore's own writers send we read, what we send its own readers read."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from botocore import parsers, serialize
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.responses import Response

from groundstone.errors import InvalidInput
from groundstone.server.aws import cbor, errors, model, parse, query, rpc, serialise
from groundstone.server.aws.routes import Found
from tests.examples import examples

from . import wire
from .samples import Sampler

SERVICE = "cloudwatch"
FORMS: dict[rpc.Form, str] = {"query": "query", "cbor": "smithy-rpc-v2-cbor"}
SOME = settings(max_examples=examples(1), deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
SIGNED = "AWS4-HMAC-SHA256 Credential=AKID/20250101/us-east-1/monitoring/aws4_request, SignedHeaders=host, Signature=0"
Values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@pytest.mark.parametrize("form", FORMS)
@given(seed=st.integers(0, 2**32))
@SOME
def test_what_botocore_writes_is_read_and_what_is_written_it_reads(form: rpc.Form, seed: int) -> None:
    fill = 1.0 if form == "query" else 0.3  # a form cannot say that a structure or a map is empty
    sampler, known = Sampler(seed, fill=fill), wire.client(SERVICE).meta.service_model
    for name in known.operation_names:
        operation = known.operation_model(name)
        given = sampler.value(operation.input_shape) if operation.input_shape else {}
        found, params = understood(form, operation, given)
        assert found.operation.name == name
        assert without_empty(params) == without_empty(given)
        due = sampler.value(operation.output_shape) if operation.output_shape else {}
        assert without_empty(replied(form, operation, due)) == without_empty(due)


def understood(form: rpc.Form, operation: Any, given: dict[str, Any]) -> tuple[Found, dict[str, Any]]:
    sent = serialize.SERIALIZERS[FORMS[form]]().serialize_to_request(given, operation)
    body = urlencode(sent["body"]).encode() if form == "query" else sent["body"]
    headers = {name.lower(): value for name, value in sent["headers"].items()} | {"authorization": SIGNED}
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": "POST", "path": sent["url_path"], "headers": raw}
    assert rpc.spoken(scope) == form
    found = rpc.by_path(sent["url_path"]) if form == "cbor" else rpc.by_action(scope, body)
    assert found is not None
    return found, parse.params(found, rpc.as_json(form, found, parse.Sent("", headers, body)))


def replied(form: rpc.Form, operation: Any, due: dict[str, Any]) -> dict[str, Any]:
    ours = model.service(SERVICE).operation(operation.name)
    assert ours is not None
    made = serialise.reply(ours, due)
    response = rpc.translated(form, ours, Response(made.body, made.status, dict(made.headers)), "id")
    read: dict[str, Any] = parsers.PROTOCOL_PARSERS[FORMS[form]]().parse(as_dict(response), operation.output_shape)
    read.pop("ResponseMetadata", None)
    return read


def as_dict(response: Response) -> dict[str, Any]:
    return {"body": bytes(response.body), "headers": dict(response.headers), "status_code": response.status_code}


def without_empty(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: without_empty(one) for name, one in value.items() if one not in ({}, [])}
    return [without_empty(one) for one in value] if isinstance(value, list) else value


@pytest.mark.parametrize("form", ["json", "query", "cbor"])
def test_an_error_has_the_name_that_each_form_knows(form: rpc.Form) -> None:
    ours = model.service(SERVICE).operation("GetMetricStatistics")
    assert ours is not None
    refused = errors.response(errors.described(InvalidInput("no <such> period"), ours), "id", json_rpc=True)
    response = rpc.translated(form, ours, refused, "id")
    reader = parsers.PROTOCOL_PARSERS[FORMS.get(form, "json")]()
    told = reader.parse(as_dict(response), None)
    assert told["Error"]["Message"] == "no <such> period"
    assert told["Error"]["Code"] == "InvalidParameterValue"


@given(Values)
def test_values_of_json_survive_cbor(value: Any) -> None:
    if all(abs(number) < 2**63 for number in numbers(value)):
        assert cbor.loads(cbor.dumps(value)) == value


def numbers(value: Any) -> list[float]:
    if isinstance(value, list):
        return [number for one in value for number in numbers(one)]
    if isinstance(value, dict):
        return numbers(list(value.values()))
    return [value] if isinstance(value, int) else []


@given(st.binary(max_size=60))
def test_any_bytes_are_cbor_or_refused(data: bytes) -> None:
    try:
        cbor.loads(data)
    except ValueError:
        return


@pytest.mark.parametrize(
    "data", [b"\x5f\x41a\x42bc\xff", b"\x7f\x61a\xff", b"\x9f\x01\xff", b"\xbf\x61a\x01\xff", b"\xf9\x3c\x00"]
)
def test_lengths_that_are_not_told_are_read(data: bytes) -> None:
    assert cbor.loads(data) in ("YWJj", "a", [1], {"a": 1}, 1.0)


@pytest.mark.parametrize(
    "data", [b"", b"\xff", b"\x9b" + b"\xff" * 8, b"\x81" * 200 + b"\x01", b"\x01\x01", b"\xa1\x01"]
)
def test_what_is_no_cbor_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        cbor.loads(data)


@given(st.dictionaries(st.text("ABDNaeimnos.123", max_size=20), st.text(max_size=5), max_size=5))
def test_any_form_is_read_or_refused(form: dict[str, str]) -> None:
    ours = model.service(SERVICE).operation("GetMetricStatistics")
    assert ours is not None
    try:
        json.dumps(query.loads(ours.input, form))
    except ValueError:
        return
