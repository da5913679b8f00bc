"""Amazon Bedrock's engine against a server that speaks the real wire, by the real client."""

from __future__ import annotations

import threading
import time
from base64 import b64encode
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from groundstone.errors import (
    ConfigError,
    ContextTooLong,
    EngineTimeout,
    EngineUnavailable,
    InvalidInput,
    ModelError,
    WrongModel,
)
from groundstone.models import bedrock_body
from groundstone.models.base import DEFAULTS, ChatOptions, Delta, DrawOptions, Message, Picture, Tool, ToolCall
from groundstone.models.bedrock import BedrockChat, BedrockDraw, BedrockEmbed, BedrockRerank
from groundstone.models.fakes import FakeDraw
from groundstone.records import Usage

from .bedrock_server import BedrockServer, Step, error, message, until_gone, whole

ASK = [Message("system", "be brief"), Message("user", "hello")]
WEATHER = Tool("weather", "tells the weather", {"type": "object", "properties": {"town": {"type": "string"}}})
SCHEMA = {"type": "object", "properties": {"colour": {"type": "string"}}}
SECRET = "very-secret-key"


@pytest.fixture(scope="module")
def server() -> Iterator[BedrockServer]:
    with BedrockServer() as made:
        yield made


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_PROFILE", "AWS_BEARER_TOKEN_BEDROCK", "AWS_SESSION_TOKEN", "AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture(scope="module")
def shared(server: BedrockServer) -> Iterator[BedrockChat]:
    """One client for most tests: making one takes a while."""
    made = BedrockChat("anthropic.claude-v2:1", region="us-east-1", endpoint=server.url, timeout=3, retries=0)
    yield made
    made.close()


def text(words: str, index: int = 0) -> Step:
    return "contentBlockDelta", {"delta": {"text": words}, "contentBlockIndex": index}


def tool(index: int, id: str, name: str) -> Step:
    return "contentBlockStart", {"start": {"toolUse": {"toolUseId": id, "name": name}}, "contentBlockIndex": index}


def argument(index: int, words: str) -> Step:
    return "contentBlockDelta", {"delta": {"toolUse": {"input": words}}, "contentBlockIndex": index}


def stop(index: int = 0) -> Step:
    return "contentBlockStop", {"contentBlockIndex": index}


def end(reason: str = "end_turn") -> list[Step]:
    usage = {"inputTokens": 11, "outputTokens": 3, "totalTokens": 14}
    return [("messageStop", {"stopReason": reason}), ("metadata", {"usage": usage, "metrics": {"latencyMs": 5}})]


BEGIN: Step = ("messageStart", {"role": "assistant"})
FINE = [BEGIN, text("ok"), stop(), *end()]


def talk(
    server: BedrockServer, chat: BedrockChat, steps: Any, messages: list[Message] = ASK, **options: Any
) -> tuple[list[Delta], dict[str, Any]]:
    server.say(steps)
    pieces = list(chat.chat(messages, ChatOptions(**options)))
    return pieces, server.requests[0][2]


# -- chat --------------------------------------------------------------------------------------------------


def test_a_reply_is_streamed_and_ends_with_usage_reason_and_model(server: BedrockServer, shared: BedrockChat) -> None:
    steps = [BEGIN, text("Good"), text(" day"), stop(), *end("max_tokens")]
    pieces, body = talk(server, shared, steps, max_tokens=9, top_p=0.5, stop=("END",))
    assert [piece.text for piece in pieces] == ["Good", " day", ""]
    assert pieces[-1] == Delta(usage=Usage(11, 3), stop_reason="length", model="anthropic.claude-v2:1")
    assert server.requests[0][:2] == ("anthropic.claude-v2:1", "converse-stream")
    assert body == {
        "system": [{"text": "be brief"}],
        "messages": [{"role": "user", "content": [{"text": "hello"}]}],
        "inferenceConfig": {"maxTokens": 9, "temperature": 0.0, "topP": 0.5, "stopSequences": ["END"]},
        "additionalModelResponseFieldPaths": ["/stop_sequence"],
    }
    assert "Credential=AKIDEXAMPLE/" in server.headers[0]["Authorization"]


def test_settings_that_are_none_are_left_out(server: BedrockServer, shared: BedrockChat) -> None:
    _, body = talk(server, shared, FINE, temperature=None)
    assert body["inferenceConfig"] == {"maxTokens": 512}


@pytest.mark.parametrize(
    ("stops", "fields", "told"),
    [
        (("A", "B"), {"additionalModelResponseFields": {"stop_sequence": "B"}}, "B"),
        (("A", "B"), {}, None),
        (("A",), {}, "A"),
    ],
)
def test_the_stop_sequence_is_told_when_it_is_known(
    server: BedrockServer, shared: BedrockChat, stops: tuple[str, ...], fields: dict[str, Any], told: str | None
) -> None:
    (_, said), used = end("stop_sequence")
    pieces, _ = talk(server, shared, [BEGIN, text("ok"), stop(), ("messageStop", said | fields), used], stop=stops)
    assert (pieces[-1].stop_reason, pieces[-1].stopped_by) == ("stop", told)


def test_each_family_has_its_own_name_for_top_k(server: BedrockServer, shared: BedrockChat) -> None:
    _, body = talk(server, shared, FINE, top_k=9)
    assert body["additionalModelRequestFields"] == {"top_k": 9}
    nova = bedrock_body.settings("us.amazon.nova-lite-v1:0", ChatOptions(top_k=9), ASK)
    assert nova["additionalModelRequestFields"] == {"inferenceConfig": {"topK": 9}}
    with pytest.raises(WrongModel, match="takes no top_k"):
        bedrock_body.settings("amazon.titan-text-lite-v1", ChatOptions(top_k=9), ASK)


def test_pictures_tool_calls_and_results_take_their_form(server: BedrockServer, shared: BedrockChat) -> None:
    calls = (ToolCall("c1", "weather", '{"town": "Orford"}'), ToolCall("c2", "weather", ""))
    messages = [
        Message("user", "where?", pictures=(Picture(b"bytes", "image/png"),)),
        Message("assistant", "", tool_calls=calls),
        Message("tool", "rain", tool_call_id="c1"),
        Message("tool", "sun", tool_call_id="c2"),
        Message("user", "and now?"),
    ]
    _, body = talk(server, shared, FINE, messages, tools=(WEATHER,))
    user, assistant, results = body["messages"]
    assert user["content"][1] == {"image": {"format": "png", "source": {"bytes": b64encode(b"bytes").decode()}}}
    assert [block["toolUse"]["input"] for block in assistant["content"]] == [{"town": "Orford"}, {}]
    assert results["role"] == "user"
    assert [next(iter(block)) for block in results["content"]] == ["toolResult", "toolResult", "text"]


@pytest.mark.parametrize(
    ("choice", "expected"),
    [("auto", {"auto": {}}), ("required", {"any": {}}), ("weather", {"tool": {"name": "weather"}})],
)
def test_the_choice_of_a_tool_is_sent(
    server: BedrockServer, shared: BedrockChat, choice: str, expected: dict[str, Any]
) -> None:
    _, body = talk(server, shared, FINE, tools=(WEATHER,), tool_choice=choice)
    assert body["toolConfig"]["toolChoice"] == expected
    assert body["toolConfig"]["tools"][0]["toolSpec"]["inputSchema"]["json"] == WEATHER.parameters


def test_tool_calls_come_whole_and_may_be_interleaved(server: BedrockServer, shared: BedrockChat) -> None:
    steps = [
        BEGIN,
        text("Wait."),
        stop(),
        tool(1, "c1", "x"),
        tool(2, "c2", "y"),
        argument(1, '{"a"'),
        argument(2, "{}"),
    ]
    pieces, _ = talk(
        server, shared, [*steps, argument(1, ": 1}"), stop(2), stop(1), *end("tool_use")], tools=(WEATHER,)
    )
    assert [piece.tool_call for piece in pieces[1:3]] == [ToolCall("c2", "y", "{}"), ToolCall("c1", "x", '{"a": 1}')]
    assert pieces[-1].stop_reason == "tool_calls"


def test_a_schema_is_imposed_by_a_forced_tool_whose_input_is_the_reply(
    server: BedrockServer, shared: BedrockChat
) -> None:
    steps = [BEGIN, text("Sure:"), tool(1, "c1", "answer"), argument(1, '{"colour":'), argument(1, '"red"}'), stop(1)]
    pieces, body = talk(server, shared, [*steps, *end("tool_use")], schema=SCHEMA)
    assert "".join(piece.text for piece in pieces) == '{"colour":"red"}'
    assert all(piece.tool_call is None for piece in pieces)
    assert pieces[-1].stop_reason == "stop"
    assert body["toolConfig"]["toolChoice"] == {"tool": {"name": "answer"}}


@pytest.mark.parametrize(
    ("messages", "options"),
    [
        ([], {}),
        ([Message("system", "only")], {}),
        ([Message("user", " ")], {}),
        ([Message("user", "x", pictures=(Picture(b"", "image/tiff"),))], {}),
        ([*ASK, Message("assistant", "", tool_calls=(ToolCall("c", "n", "[1]"),))], {}),
        (ASK, {"seed": 1}),
        (ASK, {"schema": {"type": "array"}}),
        (ASK, {"schema": SCHEMA, "tools": (WEATHER,)}),
        ([*ASK, Message("tool", "x", tool_call_id="c")], {"tools": (WEATHER,), "tool_choice": "none"}),
    ],
)
def test_what_the_service_lacks_is_refused_at_once(shared: BedrockChat, messages: list[Message], options: Any) -> None:
    with pytest.raises(InvalidInput):
        shared.chat(messages, ChatOptions(**options))


@pytest.mark.parametrize("reason", ["guardrail_intervened", "content_filtered"])
def test_a_filtered_reply_says_so(server: BedrockServer, shared: BedrockChat, reason: str) -> None:
    pieces, _ = talk(server, shared, [BEGIN, text("no"), stop(), *end(reason)])
    assert pieces[-1].stop_reason == "filtered"


@pytest.mark.parametrize(
    "steps",
    [
        [BEGIN, text("half")],
        [BEGIN, text("half"), message(*text("torn"))[:-7]],  # type: ignore[misc]
        [BEGIN, b"\x00" * 64],
        [BEGIN, ("contentBlockDelta", {}), *end()],
        [BEGIN, ("contentBlockStart", {"start": {"toolUse": {}}, "contentBlockIndex": 0}), *end()],
        [BEGIN, ("metadata", {"usage": {"inputTokens": 1}}), ("messageStop", {"stopReason": "end_turn"})],
        [BEGIN, ("messageStop", {})],
        whole(b""),
        whole({"output": {}}),
        whole(b"<html>", Content_Type="text/html"),
        [BEGIN, *end("malformed_tool_use")],
        [BEGIN, text("half"), ("modelStreamErrorException", {"message": "lost it"})],
    ],
)
def test_a_stream_that_breaks_off_is_an_error_and_not_a_short_answer(
    server: BedrockServer, shared: BedrockChat, steps: Any
) -> None:
    with pytest.raises(EngineUnavailable):
        talk(server, shared, steps)


def test_an_iterator_that_is_closed_closes_the_connection(server: BedrockServer, shared: BedrockChat) -> None:
    server.say([BEGIN, text("Good"), until_gone])
    stream = shared.chat(ASK)
    assert next(stream).text == "Good"
    threading.Timer(0.1, stream.close).start()  # type: ignore[attr-defined]
    began = time.monotonic()
    assert list(stream) == []
    assert time.monotonic() - began < 2
    assert server.hung_up.wait(2)


def test_tokens_are_counted(server: BedrockServer, shared: BedrockChat) -> None:
    server.say(whole({"inputTokens": 17}))
    assert shared.count_chat(ASK) == 17
    _, operation, body = server.requests[0]
    assert operation == "count-tokens"
    assert body["input"]["converse"]["system"] == [{"text": "be brief"}]
    server.say(whole({}))
    with pytest.raises(EngineUnavailable, match="no count"):
        shared.count_chat(ASK)


# -- errors ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "kind", "words"),
    [
        (error("ValidationException", "Input is too long for requested model."), ContextTooLong, "do not fit"),
        (error("ValidationException", "temperature: 3 is greater than 1"), InvalidInput, "temperature"),
        (error("AccessDeniedException", "not authorized", 403), EngineUnavailable, "bedrock:InvokeModel"),
        (error("UnrecognizedClientException", "bad token", 403), EngineUnavailable, "credentials"),
        (error("ResourceNotFoundException", "no such model", 404), ModelError, "no such model"),
        (error("ModelTimeoutException", "slow", 408), EngineTimeout, "slow"),
        (error("ThrottlingException", "too many requests", 429), EngineUnavailable, "too many requests"),
        (error("ServiceUnavailableException", "later", 503), EngineUnavailable, "later"),
        (whole(b"<html>", 500), EngineUnavailable, "500"),
    ],
)
def test_errors_of_the_service_become_ours(
    server: BedrockServer, shared: BedrockChat, said: Any, kind: type[Exception], words: str
) -> None:
    with pytest.raises(kind, match=words) as caught:
        talk(server, shared, said)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("throttlingException", EngineUnavailable),
        ("validationException", InvalidInput),
        ("modelStreamErrorException", EngineUnavailable),
    ],
)
def test_errors_in_mid_stream_become_ours(
    server: BedrockServer, shared: BedrockChat, kind: str, expected: type[Exception]
) -> None:
    with pytest.raises(expected, match="sorry"):
        talk(server, shared, [BEGIN, text("half"), (kind, {"message": "sorry"})])


def test_a_busy_service_is_asked_again(server: BedrockServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    server.say(error("ThrottlingException", "busy", 429), FINE)
    chat = BedrockChat("m", region="us-east-1", endpoint=server.url, timeout=3, retries=1)
    assert next(chat.chat(ASK)).text == "ok"
    chat.close()
    assert len(server.requests) == 2


def test_silence_ends_after_the_timeout(server: BedrockServer) -> None:
    server.say([BEGIN, text("Good"), until_gone])
    chat = BedrockChat("m", region="us-east-1", endpoint=server.url, timeout=0.3, retries=0)
    stream = chat.chat(ASK)
    assert next(stream).text == "Good"
    with pytest.raises(EngineTimeout):
        next(stream)
    chat.close()


def test_missing_credentials_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    chat = BedrockChat("m", region="us-east-1", endpoint="http://127.0.0.1:9", retries=0)
    with pytest.raises(EngineUnavailable, match="AWS_ACCESS_KEY_ID"):
        next(chat.chat(ASK))


def test_a_missing_region_or_profile_is_a_mistake_of_the_configuration() -> None:
    with pytest.raises(ConfigError, match="region"):
        next(BedrockChat("m").chat(ASK))
    with pytest.raises(ConfigError, match="no-such"):
        next(BedrockChat("m", region="us-east-1", profile="no-such").chat(ASK))
    with pytest.raises(ConfigError, match="timeout"):
        BedrockChat("m", timeout=0)
    with pytest.raises(ConfigError, match="http"):
        BedrockChat("m", endpoint="bedrock.example")


def test_nobody_listening_is_reported() -> None:
    with pytest.raises(EngineUnavailable, match=r"127\.0\.0\.1:9"):
        next(BedrockChat("m", region="us-east-1", endpoint="http://127.0.0.1:9", retries=0).chat(ASK, DEFAULTS))


# -- vectors, relevance, pictures --------------------------------------------------------------------------


def embedder(server: BedrockServer, model: str, dimensions: int | None = 2) -> BedrockEmbed:
    return BedrockEmbed(model, region="us-east-1", endpoint=server.url, timeout=3, retries=0, dimensions=dimensions)


def of_text(body: dict[str, Any]) -> Any:
    row = [3.0, 4.0] if body["inputText"] == "a" else [0.0, 2.0]
    return whole({"embedding": row, "inputTextTokenCount": 5})


def test_titan_embeds_each_text_and_counts_its_tokens(server: BedrockServer) -> None:
    model = embedder(server, "amazon.titan-embed-text-v2:0")
    server.say(of_text)
    vectors, tokens = model.embed_counted(["a", "b", "a"])
    np.testing.assert_allclose(vectors, [[0.6, 0.8], [0, 1], [0.6, 0.8]], atol=1e-6)
    assert tokens == 15
    assert all(body["dimensions"] == 2 for _, _, body in server.requests)
    model.close()


def test_titan_of_the_first_version_is_not_told_a_length(server: BedrockServer) -> None:
    model = embedder(server, "us.amazon.titan-embed-text-v1", None)
    server.say(of_text)
    assert model.dimensions == 2
    assert server.requests[0][2] == {"inputText": "dimensions"}
    assert model.embed([]).shape == (0, 2)
    with pytest.raises(WrongModel, match="not pictures"):
        model.embed_pictures([Picture(b"", "image/png")])
    model.close()


def test_titan_embeds_pictures_beside_texts(server: BedrockServer) -> None:
    model = embedder(server, "amazon.titan-embed-image-v1")
    server.say(whole({"embedding": [3.0, 4.0], "inputTextTokenCount": 0}))
    np.testing.assert_allclose(model.embed_pictures([Picture(b"bytes", "image/png")]), [[0.6, 0.8]], atol=1e-6)
    expected = {"inputImage": b64encode(b"bytes").decode(), "embeddingConfig": {"outputEmbeddingLength": 2}}
    assert server.requests[0][2] == expected
    model.close()


@pytest.mark.parametrize("named", [False, True])
def test_cohere_embeds_many_texts_at_once_and_pictures(server: BedrockServer, named: bool) -> None:
    def rows(body: dict[str, Any]) -> Any:
        found = [[0.0, 2.0]] * len(body.get("texts") or body["images"])
        return whole({"embeddings": {"float": found} if named else found}, x_amzn_bedrock_input_token_count="7")

    model = embedder(server, "arn:aws:bedrock:us-east-1::foundation-model/cohere.embed-multilingual-v3")
    server.say(rows)
    vectors, tokens = model.embed_counted(["text"] * 100)
    assert (vectors.shape, tokens) == ((100, 2), 14)
    assert sorted(len(body["texts"]) for _, _, body in server.requests) == [4, 96]
    model.embed_pictures([Picture(b"bytes", "image/png")])
    assert server.requests[-1][2]["images"][0].startswith("data:image/png;base64,")
    model.close()


@pytest.mark.parametrize("said", [{}, [], {"embedding": [0, 0]}, {"embedding": [1]}, {"embedding": ["x", "y"]}])
def test_unusable_vectors_are_reported(server: BedrockServer, said: Any) -> None:
    model = embedder(server, "amazon.titan-embed-text-v1")
    server.say(whole(said))
    with pytest.raises(EngineUnavailable):
        model.embed(["a"])
    model.close()


def test_models_whose_bodies_are_not_known_are_refused() -> None:
    for make in (BedrockEmbed, BedrockRerank, BedrockDraw):
        with pytest.raises(ConfigError, match="not known"):
            make("acme.thing-v1", region="us-east-1")
    with pytest.raises(WrongModel):
        BedrockEmbed("amazon.rerank-v1:0", region="us-east-1")


@pytest.mark.parametrize("model", ["amazon.rerank-v1:0", "cohere.rerank-v3-5:0"])
def test_relevance_is_given_in_the_order_of_the_texts(server: BedrockServer, model: str) -> None:
    rank = BedrockRerank(model, region="us-east-1", endpoint=server.url, timeout=3, retries=0)
    server.say(whole({"results": [{"index": 1, "relevance_score": 0.9}, {"index": 0, "relevance_score": 0.2}]}))
    assert rank.rerank("fruit", ["apple", "pear"]) == [0.2, 0.9]
    assert rank.rerank("fruit", []) == []
    assert ("api_version" in server.requests[0][2]) == model.startswith("cohere")
    server.say(whole({"results": []}))
    with pytest.raises(EngineUnavailable):
        rank.rerank("fruit", ["apple"])
    rank.close()


def painter(server: BedrockServer, model: str) -> BedrockDraw:
    return BedrockDraw(model, region="us-east-1", endpoint=server.url, timeout=3, retries=0)


PNG = FakeDraw().draw("x", DrawOptions(width=2, height=2))[0]


def test_titan_and_nova_draw(server: BedrockServer) -> None:
    model = painter(server, "amazon.nova-canvas-v1:0")
    server.say(whole({"images": [b64encode(PNG.data).decode()] * 2, "error": None}))
    assert model.draw("a stone", DrawOptions(512, 256, 2, 7, "rain")) == [PNG, PNG]
    assert server.requests[0][2] == {
        "taskType": "TEXT_IMAGE",
        "textToImageParams": {"text": "a stone", "negativeText": "rain"},
        "imageGenerationConfig": {"numberOfImages": 2, "width": 512, "height": 256, "seed": 7},
    }
    server.say(whole({"images": [], "error": "blocked by our filters"}))
    with pytest.raises(ModelError, match="blocked"):
        model.draw("a stone", DrawOptions())
    for said in ([], {}, {"images": ["PGh0bWw+"]}, {"images": 7}):
        server.say(whole(said))  # type: ignore[arg-type]
        with pytest.raises(EngineUnavailable):
            model.draw("a stone", DrawOptions())
    model.close()


def test_stability_draws_one_picture_a_request_in_shapes_that_it_knows(server: BedrockServer) -> None:
    model = painter(server, "stability.stable-image-core-v1:1")
    server.say(whole({"images": [b64encode(PNG.data).decode()], "finish_reasons": [None], "seeds": [7]}))
    assert model.draw("a stone", DrawOptions(1920, 1080, 2, 7)) == [PNG, PNG]
    assert [(body["aspect_ratio"], body["seed"]) for _, _, body in server.requests] == [("16:9", 7), ("16:9", 8)]
    with pytest.raises(InvalidInput, match="1000:999"):
        model.draw("a stone", DrawOptions(1000, 999))
    server.say(whole({"images": [], "finish_reasons": ["Filter reason: prompt"]}))
    with pytest.raises(ModelError, match="Filter reason"):
        model.draw("a stone", DrawOptions())
    with pytest.raises(InvalidInput):
        model.draw("", DrawOptions())
    model.close()
