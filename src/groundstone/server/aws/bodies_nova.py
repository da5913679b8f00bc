"""The bodies of Amazon's Nova: those of Converse, as JSON, with the bytes in base64."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from groundstone.models.base import Delta, ModelInfo
from groundstone.server.aws import converse, values
from groundstone.server.aws.forms import ChatForm, Json
from groundstone.server.aws.members import Members, malformed
from groundstone.server.aws.model import service
from groundstone.server.aws.prompts import Asked, Reply
from groundstone.server.aws.shapes import Shape

MEMBERS = ("messages", "system", "toolConfig", "inferenceConfig", "additionalModelRequestFields", "outputConfig")


def parse(body: Members, info: ModelInfo) -> Asked:
    body.choice("schemaVersion", ("messages-v1",), None)
    config = body.object("inferenceConfig")
    temperature = config.number("temperature", None, 0, 1)
    chosen = [converse.top_k(config, name, temperature) for name in ("topK", "top_k")]
    sent = {name: body.any(name, None) for name in MEMBERS}
    sent["inferenceConfig"] = {
        "maxTokens": config.whole("maxTokens", config.whole("max_new_tokens", None, low=1), low=1),
        "temperature": temperature,
        "topP": config.number("topP", config.number("top_p", None, 0, 1), 0, 1),
        "stopSequences": list(config.texts("stopSequences", ())),
    }
    asked = converse.parse(params("Converse", sent), info)
    given = next((value for value in chosen if value is not None), asked.options.top_k)
    return replace(asked, options=replace(asked.options, top_k=given))


def params(operation: str, sent: Any) -> dict[str, Any]:
    """JSON read by the shapes of an operation of bedrock-runtime. Raises InvalidInput."""
    found = service("bedrock-runtime").operation(operation)
    if found is None:
        raise LookupError(operation)
    try:
        return values.structure(Shape("body", "structure", body=found.input.body), sent)
    except values.Wrong as wrong:
        raise malformed(wrong.path, wrong.why) from None


def render(asked: Asked, reply: Reply) -> Json:
    made = converse.render(asked, reply, 0)
    return {name: made[name] for name in ("output", "stopReason", "usage")}


def stream(asked: Asked, deltas: Iterator[Delta]) -> Iterator[Json]:
    for event in converse.stream(asked, deltas, lambda: 0):
        if "metadata" in event:
            event = {"metadata": {"usage": event["metadata"]["usage"], "metrics": {}}}
        yield event


MESSAGES = ChatForm("Nova messages", parse, render, stream)
