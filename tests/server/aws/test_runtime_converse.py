"""Converse, ConverseStream and CountTokens through real boto3."""

from __future__ import annotations

import json
from typing import Any

import pytest

from groundstone.models.base import ToolCall
from tests.server.aws_models import ModelsPlatform, refusal
from tests.server.engines import PNG

MODEL = "anthropic.claude-3-sonnet-20240229-v1:0"
TOOL = {
    "toolSpec": {
        "name": "weather",
        "description": "Tells the weather.",
        "inputSchema": {"json": {"type": "object", "properties": {"city": {"type": "string"}}}},
    }
}
CALL = ToolCall("call_1", "weather", '{"city": "Oslo"}')


def user(*blocks: Any) -> dict[str, Any]:
    return {"role": "user", "content": [{"text": block} if isinstance(block, str) else block for block in blocks]}


def assistant(*blocks: Any) -> dict[str, Any]:
    return user(*blocks) | {"role": "assistant"}


def test_a_reply_has_message_reason_usage_and_latency(platform: ModelsPlatform, bedrock: Any) -> None:
    response = bedrock.converse(modelId=MODEL, messages=[user("Hi")])
    assert response["output"]["message"] == {"role": "assistant", "content": [{"text": "Hello there."}]}
    assert response["stopReason"] == "end_turn"
    assert response["usage"] == {"inputTokens": 11, "outputTokens": 3, "totalTokens": 14}
    assert response["metrics"]["latencyMs"] >= 0
    assert platform.chat.options.stream is False


def test_system_history_and_settings_reach_the_model(platform: ModelsPlatform, bedrock: Any) -> None:
    bedrock.converse(
        modelId=MODEL,
        system=[{"text": "Be brief."}, {"cachePoint": {"type": "default"}}, {"text": "Be kind."}],
        messages=[user("One", "more"), assistant("Two"), user("Three")],
        inferenceConfig={"maxTokens": 33, "temperature": 0.25, "topP": 0.5, "stopSequences": ["END"]},
        additionalModelRequestFields={"seed": 7},
        requestMetadata={"team": "films"},
        performanceConfig={"latency": "standard"},
    )
    assert platform.chat.messages == [
        ("system", "Be brief.\n\nBe kind."),
        ("user", "One\n\nmore"),
        ("assistant", "Two"),
        ("user", "Three"),
    ]
    options = platform.chat.options
    assert (options.max_tokens, options.temperature, options.top_p, options.stop) == (33, 0.25, 0.5, ("END",))
    assert options.seed == 7


def test_a_reply_may_take_a_quarter_of_the_context_when_nobody_says(platform: ModelsPlatform, bedrock: Any) -> None:
    bedrock.converse(modelId=MODEL, messages=[user("Hi")])
    assert platform.chat.options.max_tokens == 2048
    assert platform.chat.options.temperature is None


def test_more_tokens_than_the_model_has_mean_half_of_its_context(platform: ModelsPlatform, bedrock: Any) -> None:
    for asked, given in ((8191, 8191), (8192, 4096), (100_000, 4096)):
        bedrock.converse(modelId=MODEL, messages=[user("Hi")], inferenceConfig={"maxTokens": asked})
        assert platform.chat.options.max_tokens == given


@pytest.mark.parametrize(
    ("stop", "reason"), [("stop", "end_turn"), ("length", "max_tokens"), ("filtered", "content_filtered")]
)
def test_the_reason_of_the_end_is_told(platform: ModelsPlatform, bedrock: Any, stop: str, reason: str) -> None:
    platform.chat.begin("so", stop=stop)
    assert bedrock.converse(modelId=MODEL, messages=[user("Hi")])["stopReason"] == reason
    events = list(bedrock.converse_stream(modelId=MODEL, messages=[user("Hi")])["stream"])
    assert events[-2] == {"messageStop": {"stopReason": reason}}


def test_pictures_reach_the_model(platform: ModelsPlatform, bedrock: Any) -> None:
    picture = {"image": {"format": "png", "source": {"bytes": PNG}}}
    bedrock.converse(modelId=MODEL, messages=[user(picture, "What is it?")])
    [message] = platform.chat.asked[-1][0]
    assert [(seen.media_type, seen.data) for seen in message.pictures] == [("image/png", PNG)]


@pytest.mark.parametrize(
    ("kind", "data", "words"),
    [
        ("txt", b"The leave is 14 weeks.", "The leave is 14 weeks."),
        ("md", b"# Leave\n\nIt is **14** weeks.", "It is 14 weeks."),
        ("csv", b"what,weeks\nleave,14\n", "what: leave; weeks: 14"),
        ("html", b"<html><body><p>It is 14 weeks.</p><script>x()</script></body></html>", "It is 14 weeks."),
    ],
)
def test_documents_are_read_into_the_prompt(
    platform: ModelsPlatform, bedrock: Any, kind: str, data: bytes, words: str
) -> None:
    document = {"document": {"format": kind, "name": "Staff handbook", "source": {"bytes": data}}}
    bedrock.converse(modelId=MODEL, messages=[user(document, "How long?")])
    [(_, prompt)] = platform.chat.messages
    assert "Document 'Staff handbook':" in prompt
    assert words in prompt
    assert prompt.endswith("How long?")


def test_a_tool_is_asked_for_and_its_result_goes_back(platform: ModelsPlatform, bedrock: Any) -> None:
    platform.chat.begin("Let me look.", CALL)
    config = {"tools": [TOOL, {"cachePoint": {"type": "default"}}], "toolChoice": {"any": {}}}
    response = bedrock.converse(modelId=MODEL, messages=[user("Weather?")], toolConfig=config)
    used = {"toolUseId": "call_1", "name": "weather", "input": {"city": "Oslo"}}
    assert response["stopReason"] == "tool_use"
    assert response["output"]["message"]["content"] == [{"text": "Let me look."}, {"toolUse": used}]
    assert platform.chat.options.tool_choice == "required"
    assert [tool.name for tool in platform.chat.options.tools] == ["weather"]

    platform.chat.begin("Rain.")
    results = [{"json": {"sky": "grey"}}, {"text": "wet"}]
    result = {"toolResult": {"toolUseId": "call_1", "content": results, "status": "success"}}
    bedrock.converse(
        modelId=MODEL,
        messages=[user("Weather?"), response["output"]["message"], user(result)],
        toolConfig={"tools": [TOOL], "toolChoice": {"tool": {"name": "weather"}}},
    )
    assert platform.chat.messages == [
        ("user", "Weather?"),
        ("assistant", "Let me look."),
        ("tool", '{"sky": "grey"}\n\nwet'),
    ]
    assert platform.chat.asked[-1][0][1].tool_calls == (CALL,)
    assert platform.chat.asked[-1][0][2].tool_call_id == "call_1"
    assert platform.chat.options.tool_choice == "weather"


def test_events_of_text_come_in_order(platform: ModelsPlatform, bedrock: Any) -> None:
    events = list(bedrock.converse_stream(modelId=MODEL, messages=[user("Hi")])["stream"])
    assert events[:5] == [
        {"messageStart": {"role": "assistant"}},
        {"contentBlockDelta": {"delta": {"text": "Hello"}, "contentBlockIndex": 0}},
        {"contentBlockDelta": {"delta": {"text": " there."}, "contentBlockIndex": 0}},
        {"contentBlockStop": {"contentBlockIndex": 0}},
        {"messageStop": {"stopReason": "end_turn"}},
    ]
    assert events[5]["metadata"]["usage"] == {"inputTokens": 11, "outputTokens": 3, "totalTokens": 14}
    assert len(events) == 6
    assert platform.chat.options.stream is True
    assert platform.chat.closed == 1


def test_events_of_tools_come_in_order(platform: ModelsPlatform, bedrock: Any) -> None:
    platform.chat.begin("Let me look.", CALL, ToolCall("", "weather", '{"city": "Rome"}'))
    config = {"tools": [TOOL]}
    events = list(bedrock.converse_stream(modelId=MODEL, messages=[user("?")], toolConfig=config)["stream"])
    assert [next(iter(event)) for event in events] == [
        *("messageStart", "contentBlockDelta", "contentBlockStop"),
        *("contentBlockStart", "contentBlockDelta", "contentBlockStop") * 2,
        *("messageStop", "metadata"),
    ]
    first, second = (event["contentBlockStart"] for event in events if "contentBlockStart" in event)
    assert first == {"start": {"toolUse": {"toolUseId": "call_1", "name": "weather"}}, "contentBlockIndex": 1}
    assert second["contentBlockIndex"] == 2
    assert second["start"]["toolUse"]["toolUseId"].startswith("tooluse_")  # the engine gave none
    assert json.loads(events[4]["contentBlockDelta"]["delta"]["toolUse"]["input"]) == {"city": "Oslo"}
    assert events[-2] == {"messageStop": {"stopReason": "tool_use"}}


def test_a_schema_reaches_the_model(platform: ModelsPlatform, bedrock: Any) -> None:
    schema = {"type": "object", "properties": {"a": {"type": "integer"}}}
    form = {"type": "json_schema", "structure": {"jsonSchema": {"schema": json.dumps(schema), "name": "a"}}}
    bedrock.converse(modelId=MODEL, messages=[user("Hi")], outputConfig={"textFormat": form})
    assert platform.chat.options.schema == schema


def test_a_stop_sequence_that_the_engine_names_is_the_reason_of_the_end(platform: ModelsPlatform, bedrock: Any) -> None:
    platform.chat.begin("so", stopped_by="END")
    asked = {"messages": [user("Hi")], "additionalModelResponseFieldPaths": ["/stop_sequence"]}
    response = bedrock.converse(modelId=MODEL, **asked)
    ended = {"stopReason": "stop_sequence", "additionalModelResponseFields": {"stop_sequence": "END"}}
    assert {name: response[name] for name in ended} == ended
    assert list(bedrock.converse_stream(modelId=MODEL, **asked)["stream"])[-2] == {"messageStop": ended}


def test_the_model_that_replied_can_be_asked_for(platform: ModelsPlatform, bedrock: Any) -> None:
    asked = {"messages": [user("Hi")], "additionalModelResponseFieldPaths": ["/model", "/stop_sequence"]}
    response = bedrock.converse(modelId=MODEL, **asked)
    assert response["additionalModelResponseFields"] == {"model": "scripted"}
    events = list(bedrock.converse_stream(modelId=MODEL, **asked)["stream"])
    assert events[-2]["messageStop"]["additionalModelResponseFields"] == {"model": "scripted"}


def test_tokens_are_counted_in_both_forms(platform: ModelsPlatform, bedrock: Any) -> None:
    conversation = {"messages": [user("one two three")], "system": [{"text": "four five"}]}
    assert bedrock.count_tokens(modelId=MODEL, input={"converse": conversation})["inputTokens"] == 5
    body = {"anthropic_version": "bedrock-2023-05-31", "max_tokens": 5, "messages": conversation["messages"]}
    body["messages"] = [{"role": "user", "content": "one two"}]
    counted = bedrock.count_tokens(modelId=MODEL, input={"invokeModel": {"body": json.dumps(body)}})
    assert counted["inputTokens"] == 2


CITED = {"format": "txt", "name": "a", "source": {"bytes": b"x"}, "citations": {"enabled": True}}
WITH_TOOL = {"toolConfig": {"tools": [TOOL]}}
REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"messages": []}, "must start with a user message"),
    ({"messages": [assistant("Hi")]}, "must start with a user message"),
    (
        {"messages": [user("a"), user("b")]},
        "must alternate between user and assistant roles: messages.0 and messages.1",
    ),
    ({"messages": [user("a"), assistant("b")]}, "must end with a user message"),
    ({"messages": [{"role": "user", "content": []}]}, "content at messages.0 is empty"),
    ({"messages": [user("  ")]}, "text at messages.0.content.0.text is blank"),
    ({"messages": [user({"cachePoint": {"type": "default"}})]}, "content at messages.0 is empty"),
    ({"messages": [user({"image": {"format": "gif", "source": {"bytes": PNG}}})]}, "could not process image"),
    (
        {"messages": [user({"image": {"format": "png", "source": {"s3Location": {"uri": "s3://bucket/key"}}}})]},
        "messages.0.content.0.image.source: a place in a bucket is not read here",
    ),
    ({"messages": [user({"document": CITED}, "a")]}, "citations on blocks are not supported"),
    ({"messages": [user({"document": CITED | {"citations": {"enabled": False}}})]}, "a text block must stand beside"),
    (
        {"messages": [user({"document": {"format": "pdf", "name": "a", "source": {"bytes": b"no pdf"}}}, "a")]},
        "the document 'a' cannot be read",
    ),
    (
        {"messages": [user({"document": {"format": "xlsx", "name": "a", "source": {"bytes": b"x"}}}, "a")]},
        "is not a kind that can be read",
    ),
    (
        {"messages": [user({"video": {"format": "mp4", "source": {"bytes": b"x"}}})]},
        "a video block is not supported",
    ),
    ({"messages": [user({"toolUse": {"toolUseId": "a", "name": "b", "input": {}}})]} | WITH_TOOL, "of the user"),
    (
        {"messages": [user({"toolResult": {"toolUseId": "a", "content": [{"text": "b"}]}})]} | WITH_TOOL,
        "no tool use of the turn before has the id 'a'",
    ),
    (
        {
            "messages": [
                user("a"),
                assistant({"toolUse": {"toolUseId": "t1", "name": "weather", "input": {}}}),
                user("b"),
            ]
        }
        | WITH_TOOL,
        "expected tool results for these ids: t1",
    ),
    (
        {"messages": [user("a"), assistant({"toolUse": {"toolUseId": "t1", "name": "w", "input": {}}}), user("b")]},
        "toolConfig must be defined",
    ),
    (
        {"messages": [user("a")], "toolConfig": {"tools": [TOOL], "toolChoice": {"tool": {"name": "other"}}}},
        "names 'other', which is not among the tools",
    ),
    ({"messages": [user("a")], "toolConfig": {"tools": [TOOL, TOOL]}}, "each name once"),
    (
        {"messages": [user("a")], "toolConfig": {"tools": [{"systemTool": {"name": "x"}}]}},
        "systemTool is not supported",
    ),
    ({"messages": [user("a")], "promptVariables": {"a": {"text": "b"}}}, "promptVariables is not supported"),
    ({"messages": [user("a")], "performanceConfig": {"latency": "optimized"}}, "standard latency only"),
    ({"messages": [user("a")], "serviceTier": {"type": "priority"}}, "default tier only"),
    ({"messages": [user("a")], "outputConfig": {"effort": "high"}}, "outputConfig.effort is not supported"),
    ({"messages": [user("a")], "additionalModelRequestFields": {"top_k": "5"}}, "additionalModelRequestFields.top_k"),
    ({"messages": [user("a")], "additionalModelRequestFields": {"zoom": 5}}, "extraneous key [zoom] is not permitted"),
    (
        {
            "messages": [user("a")],
            "additionalModelRequestFields": {"thinking": {"type": "enabled", "budget_tokens": 1}},
        },
        "thinking.type: reasoning that is shown is not supported",
    ),
    ({"messages": [user("a")], "additionalModelResponseFieldPaths": ["model"]}, "is not a JSON Pointer"),
    (
        {"messages": [user("a")], "guardrailConfig": {"guardrailIdentifier": "abc", "guardrailVersion": "1"}},
        "guardrailConfig is not supported: there are no guardrails here",
    ),
]


@pytest.mark.parametrize(("params", "words"), REFUSED, ids=[words for _, words in REFUSED])
def test_what_cannot_be_done_is_refused_with_its_name(
    platform: ModelsPlatform, bedrock: Any, params: dict[str, Any], words: str
) -> None:
    for call in (bedrock.converse, bedrock.converse_stream):
        if call == bedrock.converse_stream and "guardrailConfig" in params:
            continue
        name, status, message = refusal(call, modelId=MODEL, **params)
        assert (name, status) == ("ValidationException", 400)
        assert words in message
    assert platform.chat.asked == []


def test_settings_that_change_nothing_are_accepted(platform: ModelsPlatform, bedrock: Any) -> None:
    bedrock.converse(
        modelId=MODEL,
        messages=[user("a")],
        inferenceConfig={"temperature": 0},
        additionalModelRequestFields={"top_k": 250, "thinking": {"type": "disabled"}},
        serviceTier={"type": "default"},
    )
    assert (platform.chat.options.temperature, platform.chat.options.top_k) == (0, None)


@pytest.mark.parametrize("fields", [{"top_k": 200}, {"topK": 200}, {"k": 200}, {"inferenceConfig": {"topK": 200}}])
def test_top_k_is_sent_on_under_the_name_of_any_family(
    platform: ModelsPlatform, bedrock: Any, fields: dict[str, Any]
) -> None:
    bedrock.converse(modelId=MODEL, messages=[user("a")], additionalModelRequestFields=fields)
    assert platform.chat.options.top_k == 200
