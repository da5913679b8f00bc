"""The operations of bedrock-runtime."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from groundstone.errors import InvalidInput
from groundstone.models.base import Delta
from groundstone.records import Usage
from groundstone.server.aws import converse, families
from groundstone.server.aws.forms import ChatForm, Form, Json, Model
from groundstone.server.aws.members import Members
from groundstone.server.aws.operations import AwsCall, operation
from groundstone.server.aws.pieces import Pieces, Watch, limits_named
from groundstone.server.aws.prompts import Asked, collected, fitted

SERVICE = "bedrock-runtime"
JSON = "application/json"
UNSTATED = "application/octet-stream"  # what botocore sends for a body whose type the caller did not say


_SETTINGS = "Guardrails, prompt variables, levels of effort and other tiers are refused by name."
_ENDS = "A reply that ended at a stop sequence has the reason of a natural end where the engine does not name it."
_CITED = "Documents become part of the prompt; citations on them are refused."
_BODIES = "Members that engines cannot honour are refused by name; docs/aws-bedrock-runtime.md lists them."


@operation(SERVICE, "Converse", differences=(_SETTINGS, _ENDS, _CITED))
def converse_whole(call: AwsCall) -> Mapping[str, Any]:
    watch = Watch()
    asked = converse.parse(call.params, _model(call).info)
    with limits_named():
        return converse.render(asked, collected(_chat(call, asked, stream=False)), watch())


@operation(SERVICE, "ConverseStream", differences=(_SETTINGS, _ENDS, _CITED))
def converse_stream(call: AwsCall) -> Mapping[str, Any]:
    watch = Watch()
    asked = converse.parse(call.params, _model(call).info)
    pieces = Pieces(lambda: _chat(call, asked), watch)
    return {"stream": pieces.into(converse.stream(asked, pieces, watch))}


@operation(SERVICE, "InvokeModel", differences=(_BODIES,))
def invoke_model(call: AwsCall) -> Mapping[str, Any]:
    watch = Watch()
    form, body = _form(call)
    model = _model(call)
    if isinstance(form, ChatForm):
        asked = form.parse(body, model.info)
        body.done()
        with limits_named():
            reply = collected(_chat(call, asked, stream=False))
        answer, used = form.render(asked, reply), reply.usage
    else:
        work = form.parse(body, model.info)
        body.done()
        with limits_named():
            answer, used = work(model)
    return {"body": _encoded(answer), "contentType": JSON, "ResponseMetadata": {"HTTPHeaders": _headers(used, watch())}}


@operation(SERVICE, "InvokeModelWithResponseStream", differences=(_BODIES,))
def invoke_model_stream(call: AwsCall) -> Mapping[str, Any]:
    watch = Watch()
    form, body = _form(call)
    form = families.chat_form(form, call.params["modelId"])
    asked = form.parse(body, _model(call).info)
    body.done()
    pieces = Pieces(lambda: _chat(call, asked), watch)
    parts = _parts(pieces.measured(form.stream(asked, pieces)))
    return {"body": pieces.into(parts), "contentType": JSON}


@operation(SERVICE, "CountTokens", differences=("Only for models whose engine counts.",))
def count_tokens(call: AwsCall) -> Mapping[str, Any]:
    model = _model(call)
    said = call.params["input"]
    if "converse" in said:
        asked = converse.parse(said["converse"], model.info)
    else:
        body = Members.of_json(said["invokeModel"].get("body", b""))
        form = families.form_of(model.name, model.info, body)
        if not isinstance(form, ChatForm):
            raise InvalidInput(f"{model.name} has no prompts of which tokens could be counted")
        asked = form.parse(body, model.info)
        body.done()
    return {"inputTokens": model.models.count_tokens(call.caller, model.name, asked.messages)}


# -- requests ---------------------------------------------------------------------------------------------


def _model(call: AwsCall) -> Model:
    return Model(call.platform.models, call.caller, call.params["modelId"])


def _form(call: AwsCall) -> tuple[Form, Members]:
    """The body of InvokeModel and its form. Raises InvalidInput."""
    params = call.params
    model = _model(call)
    info = model.info  # NotFound comes before complaints about the body
    _check_headers(params)
    body = Members.of_json(params.get("body", b""))
    return families.form_of(model.name, info, body), body


def _check_headers(params: Mapping[str, Any]) -> None:
    """The members that travel as headers. Those that would change the reply are refused."""
    if params.get("guardrailIdentifier") or params.get("trace", "DISABLED") != "DISABLED":
        raise InvalidInput("guardrailIdentifier and trace are not supported: there are no guardrails here")
    if params.get("performanceConfigLatency", "standard") != "standard":
        raise InvalidInput("performanceConfigLatency: this model runs with standard latency only")
    if params.get("serviceTier", "default") != "default":
        raise InvalidInput("serviceTier: there is the default tier only")
    _check_media("contentType", params.get("contentType", JSON), (JSON, UNSTATED))
    _check_media("accept", params.get("accept", JSON), (JSON, "*/*"))


def _check_media(name: str, value: str, known: tuple[str, ...]) -> None:
    kinds = [one.partition(";")[0].strip().lower() for one in value.split(",")]
    if not set(kinds) & {*known}:
        raise InvalidInput(f"{name}: {value[:100]!r} is not supported: bodies are {JSON}")


def _chat(call: AwsCall, asked: Asked, *, stream: bool = True) -> Iterator[Delta]:
    model = _model(call)
    options = fitted(asked.options, model.info, stream=stream)
    reply = model.models.chat(call.caller, model.name, asked.messages, options)
    call.line.hold(reply)
    return reply


# -- replies ----------------------------------------------------------------------------------------------


def _parts(chunks: Iterator[Json]) -> Iterator[Json]:
    return ({"chunk": {"bytes": _encoded(chunk)}} for chunk in chunks)


def _headers(used: Usage, milliseconds: int) -> dict[str, str]:
    return {
        "x-amzn-bedrock-input-token-count": str(used.input_tokens),
        "x-amzn-bedrock-output-token-count": str(used.output_tokens),
        "x-amzn-bedrock-invocation-latency": str(milliseconds),
    }


def _encoded(answer: Json) -> bytes:
    return json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace")
