"""Whatever the body: an answer, or a refusal of the caller's own dialect. Never a 500, never a hang."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest
from botocore.eventstream import EventStream
from botocore.exceptions import ClientError, EventStreamError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.server.aws_models import CHAT_IDS, EMBED_IDS, client, served

MODELS = st.sampled_from(
    [*CHAT_IDS, *EMBED_IDS, "cohere.rerank-v3-5:0", "amazon.nova-canvas-v1:0", "scripted", "words"]
)
NAMES = (
    "anthropic_version max_tokens messages system temperature top_p top_k stop_sequences tools tool_choice prompt "
    "max_tokens_to_sample inputText textGenerationConfig maxTokenCount topP stopSequences dimensions normalize "
    "embeddingTypes inputImage embeddingConfig texts images input_type truncate embedding_types query documents top_n "
    "message chat_history preamble p k seed max_gen_len stop schemaVersion inferenceConfig toolConfig role content "
    "type text source data media_type taskType textToImageParams imageGenerationConfig width numberOfImages "
    "output_config response_format n name input_schema parameter_definitions thinking metadata image document toolUse "
    "toolResult json"
).split()
WORDS = st.sampled_from(
    [
        *("bedrock-2023-05-31", "user", "assistant", "text", "image", "tool_use", "tool_result", "USER", "TEXT_IMAGE"),
        *("float", "search_query", "auto", "messages-v1", "\n\nHuman: a\n\nAssistant:", "<s>[INST] a [/INST]"),
        *("", " ", "é\u2028😀"),
    ]
)
SCALARS = st.none() | st.booleans() | st.integers(-2, 2**40) | st.floats() | WORDS | st.text(max_size=20)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=12,
)
BODIES = st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=6)
LIKELY = st.fixed_dictionaries(
    {},
    optional={
        "anthropic_version": st.just("bedrock-2023-05-31"),
        "max_tokens": st.integers(1, 50),
        "prompt": WORDS,
        "inputText": st.text(max_size=30),
        "input_type": st.just("search_query"),
        "texts": st.lists(st.text(max_size=9), max_size=3),
        "query": st.text(max_size=9),
        "documents": st.lists(VALUES, max_size=3),
        "message": st.text(max_size=9),
        "messages": st.lists(
            st.fixed_dictionaries({"role": st.sampled_from(["user", "assistant", "system"]), "content": VALUES}),
            max_size=3,
        ),
        "tools": st.lists(VALUES, max_size=2),
        "inferenceConfig": VALUES,
    },
)


@pytest.fixture(scope="module")
def bedrock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with served(tmp_path_factory.mktemp("fuzz")) as (_, address):
        yield client(address, parameter_validation=False)


def ends_well(call: Callable[..., Any], **params: Any) -> bool:
    """Whether the call is answered to its end, or refused as the caller's mistake."""
    try:
        for value in call(**params).values():
            if isinstance(value, EventStream):
                with closing(value):
                    list(value)
    except EventStreamError as error:
        return bool(error.response["Error"]["Message"])
    except ClientError as error:
        refused = error.response
        return 400 <= refused["ResponseMetadata"]["HTTPStatusCode"] < 500 and bool(refused["Error"]["Message"])
    return True


FUZZ = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@FUZZ
@given(model=MODELS, body=BODIES | LIKELY)
def test_any_body_is_answered_or_refused(bedrock: Any, model: str, body: dict[str, Any]) -> None:
    assert ends_well(bedrock.invoke_model, modelId=model, body=json.dumps(body))
    assert ends_well(bedrock.invoke_model_with_response_stream, modelId=model, body=json.dumps(body))


@FUZZ
@given(model=MODELS, body=st.binary(max_size=40) | st.text(max_size=40).map(str.encode))
def test_any_bytes_are_answered_or_refused(bedrock: Any, model: str, body: bytes) -> None:
    assert ends_well(bedrock.invoke_model, modelId=model, body=body)


BLOCK = st.sampled_from(
    [
        {"text": "Hi"},
        {"text": " "},
        {"image": {"format": "png", "source": {"bytes": b"x"}}},
        {"document": {"format": "txt", "name": "a", "source": {"bytes": b"words"}}},
        {"document": {"name": "b", "source": {"text": "words"}}},
        {"document": {"name": "c?", "source": {"content": []}}},
        {"toolUse": {"toolUseId": "t", "name": "n", "input": {"a": 1}}},
        {"toolResult": {"toolUseId": "t", "content": [{"json": {"a": [1, None]}}, {"text": ""}]}},
        {"searchResult": {"source": "s", "title": "t", "content": [{"text": "words"}]}},
        {"cachePoint": {"type": "default"}},
        {"guardContent": {"text": {"text": "words"}}},
        {"reasoningContent": {"reasoningText": {"text": "hm"}}},
        {"citationsContent": {"content": [{"text": "a"}]}},
    ]
)
SYSTEM = st.sampled_from([{"text": "Hi"}, {"text": " "}, {"cachePoint": {"type": "default"}}])
TURN = st.fixed_dictionaries(
    {"role": st.sampled_from(["user", "assistant", "system"]), "content": st.lists(BLOCK, max_size=3)}
)
CONVERSE = st.fixed_dictionaries(
    {"messages": st.lists(TURN, max_size=4)},
    optional={
        "system": st.lists(SYSTEM, max_size=2),
        "inferenceConfig": st.fixed_dictionaries(
            {},
            optional={"maxTokens": st.integers(-1, 9), "temperature": st.floats(-1, 2), "stopSequences": st.just([])},
        ),
        "toolConfig": st.just({"tools": [{"toolSpec": {"name": "n", "inputSchema": {"json": {"type": "object"}}}}]})
        | st.just({"tools": []}),
        "additionalModelRequestFields": VALUES,
        "additionalModelResponseFieldPaths": st.lists(st.text(max_size=4), max_size=2),
        "promptVariables": st.just({}),
    },
)


@FUZZ
@given(params=CONVERSE)
def test_any_conversation_is_answered_or_refused(bedrock: Any, params: dict[str, Any]) -> None:
    assert ends_well(bedrock.converse, modelId="scripted", **params)
    assert ends_well(bedrock.converse_stream, modelId="scripted", **params)
    counted = {name: params[name] for name in ("messages", "system", "toolConfig") if name in params}
    assert ends_well(bedrock.count_tokens, modelId="scripted", input={"converse": counted})
