"""InvokeModel and its stream in the body of every family, through real boto3."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from groundstone.models.base import ToolCall
from groundstone.server.aws.bodies_cohere import citations
from groundstone.server.aws.families import FAMILIES
from tests.server.aws_models import CHAT_IDS, ModelsPlatform, chunks, refusal, said
from tests.server.engines import PNG

VERSION = {"anthropic_version": "bedrock-2023-05-31"}
CLAUDE = "anthropic.claude-3-sonnet-20240229-v1:0"
B64 = base64.b64encode(PNG).decode()
METRICS = "amazon-bedrock-invocationMetrics"


HISTORY = [("system", "Be brief."), ("user", "One"), ("assistant", "Two"), ("user", "Three")]
CLAUDE2 = "Be brief.\n\nHuman: One\n\nAssistant: Two\n\nHuman: Three\n\nAssistant:"
LLAMA2 = "<s>[INST] <<SYS>>\nBe brief.\n<</SYS>>\n\nOne [/INST] Two </s><s>[INST] Three [/INST]"
LLAMA3 = "<|begin_of_text|>" + "".join(
    f"<|start_header_id|>{role}<|end_header_id|>\n\n{text}<|eot_id|>" for role, text in HISTORY
)
ROLES = [{"role": role, "content": text} for role, text in HISTORY]
BLOCKS = [{"role": role, "content": [{"text": text}]} for role, text in HISTORY[1:]]

CHOICE, CHOICE_PIECE = ("choices", 0, "message", "content"), ("choices", 0, "delta", "content")

# id, body that says the history, path to the words in the reply, path to the words of a chunk
CONVERSATIONS: list[tuple[str, dict[str, Any], tuple[Any, ...], tuple[Any, ...]]] = [
    (
        "anthropic.claude-v2",
        {"prompt": CLAUDE2, "max_tokens_to_sample": 9},
        ("completion",),
        ("completion",),
    ),
    (
        CLAUDE,
        VERSION | {"max_tokens": 9, "system": "Be brief.", "messages": ROLES[1:]},
        ("content", 0, "text"),
        ("delta", "text"),
    ),
    (
        "amazon.titan-text-express-v1",
        {"inputText": "Be brief.\nUser: One\nBot: Two\nUser: Three\nBot:"},
        ("results", 0, "outputText"),
        ("outputText",),
    ),
    (
        "amazon.nova-lite-v1:0",
        {"schemaVersion": "messages-v1", "system": [{"text": "Be brief."}], "messages": BLOCKS},
        ("output", "message", "content", 0, "text"),
        ("contentBlockDelta", "delta", "text"),
    ),
    (
        "cohere.command-r-v1:0",
        {
            "preamble": "Be brief.",
            "chat_history": [{"role": "USER", "message": "One"}, {"role": "CHATBOT", "message": "Two"}],
            "message": "Three",
        },
        ("text",),
        ("text",),
    ),
    ("meta.llama2-13b-chat-v1", {"prompt": LLAMA2}, ("generation",), ("generation",)),
    (
        "meta.llama3-8b-instruct-v1:0",
        {"prompt": LLAMA3 + "<|start_header_id|>assistant<|end_header_id|>\n\n"},
        ("generation",),
        ("generation",),
    ),
    ("mistral.mistral-7b-instruct-v0:2", {"prompt": LLAMA2}, ("outputs", 0, "text"), ("outputs", 0, "text")),
    (
        "mistral.mistral-large-2407-v1:0",
        {"messages": ROLES, "max_tokens": 9},
        CHOICE,
        CHOICE_PIECE,
    ),
    ("ai21.jamba-1-5-mini-v1:0", {"messages": ROLES}, CHOICE, CHOICE_PIECE),
    ("openai.gpt-oss-20b-1:0", {"messages": ROLES}, CHOICE, CHOICE_PIECE),
    ("scripted", {"messages": ROLES}, CHOICE, CHOICE_PIECE),
    (
        "scripted",
        {"system": [{"text": "Be brief."}], "messages": BLOCKS},
        ("output", "message", "content", 0, "text"),
        ("contentBlockDelta", "delta", "text"),
    ),
    (
        "scripted",
        VERSION | {"max_tokens": 9, "system": "Be brief.", "messages": ROLES[1:]},
        ("content", 0, "text"),
        ("delta", "text"),
    ),
]
NAMES = [f"{index}-{model}" for index, (model, *_) in enumerate(CONVERSATIONS)]


def at(value: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        value = value[step] if isinstance(step, int) else value.get(step, {})
    return value or ""


@pytest.mark.parametrize(("model", "body", "whole", "piece"), CONVERSATIONS, ids=NAMES)
def test_every_family_says_a_conversation_and_hears_the_reply(
    platform: ModelsPlatform,
    bedrock: Any,
    model: str,
    body: dict[str, Any],
    whole: tuple[Any, ...],
    piece: tuple[Any, ...],
) -> None:
    response = bedrock.invoke_model(modelId=model, body=json.dumps(body))
    assert platform.chat.messages == HISTORY
    assert at(said(response), whole) == "Hello there."
    headers = response["ResponseMetadata"]["HTTPHeaders"]
    assert headers["x-amzn-bedrock-input-token-count"] == "11"
    assert headers["x-amzn-bedrock-output-token-count"] == "3"
    assert int(headers["x-amzn-bedrock-invocation-latency"]) >= 0

    streamed = chunks(bedrock.invoke_model_with_response_stream(modelId=model, body=json.dumps(body)))
    assert platform.chat.messages == HISTORY
    assert "".join(at(chunk, piece) for chunk in streamed if isinstance(at(chunk, piece), str)) == "Hello there."
    assert [METRICS in chunk for chunk in streamed] == [False] * (len(streamed) - 1) + [True]
    assert streamed[-1][METRICS]["inputTokenCount"] == 11
    assert streamed[-1][METRICS]["outputTokenCount"] == 3


def test_every_chat_family_is_tried_here() -> None:
    tried = {model for model, *_ in CONVERSATIONS} | {"cohere.command-text-v14", "anthropic.claude-instant-v1"}
    assert set(CHAT_IDS) - tried == {"anthropic.claude-v2:1"}
    assert len({form.name for _, task, form, _, _ in FAMILIES if task == "chat"}) == 7


def test_every_row_of_the_table_is_described() -> None:
    page = (Path(__file__).parents[3] / "docs" / "aws-bedrock-runtime.md").read_text(encoding="utf-8")
    assert [pattern for pattern, *_ in FAMILIES if f"`{pattern}`" not in page] == []


def invoke(bedrock: Any, model: str, **body: Any) -> Any:
    return said(bedrock.invoke_model(modelId=model, body=json.dumps(body)))


def test_ids_may_be_arns_and_groups_of_regions(platform: ModelsPlatform, bedrock: Any) -> None:
    body = VERSION | {"max_tokens": 9, "messages": [{"role": "user", "content": "Hi"}]}
    for model in (f"arn:aws:bedrock:us-east-1::foundation-model/{CLAUDE}", f"us.{CLAUDE}"):
        assert invoke(bedrock, model, **body)["content"] == [{"type": "text", "text": "Hello there."}]


# -- claude -----------------------------------------------------------------------------------------------

TOOL = {"name": "weather", "description": "Tells it.", "input_schema": {"type": "object", "properties": {}}}
CALL = ToolCall("call_1", "weather", '{"city": "Oslo"}')


def test_claude_tools_pictures_and_results(platform: ModelsPlatform, bedrock: Any) -> None:
    platform.chat.begin("Looking.", CALL)
    picture = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": B64}}
    first = {"role": "user", "content": [picture, {"type": "text", "text": "Weather?"}]}
    body = VERSION | {"max_tokens": 9, "tools": [TOOL], "tool_choice": {"type": "any"}}
    reply = invoke(bedrock, CLAUDE, messages=[first], **body)
    used = {"type": "tool_use", "id": "call_1", "name": "weather", "input": {"city": "Oslo"}}
    assert reply["content"] == [{"type": "text", "text": "Looking."}, used]
    assert (reply["stop_reason"], reply["usage"]) == ("tool_use", {"input_tokens": 11, "output_tokens": 3})
    assert platform.chat.asked[-1][0][0].pictures[0].data == PNG
    assert platform.chat.options.tool_choice == "required"

    result = {"type": "tool_result", "tool_use_id": "call_1", "content": [{"type": "text", "text": "Rain"}]}
    history = [first, {"role": "assistant", "content": reply["content"]}, {"role": "user", "content": [result]}]
    platform.chat.begin()
    invoke(bedrock, CLAUDE, messages=history, **(body | {"tool_choice": {"type": "tool", "name": "weather"}}))
    assert platform.chat.messages == [("user", "Weather?"), ("assistant", "Looking."), ("tool", "Rain")]
    assert platform.chat.options.tool_choice == "weather"


def test_claude_events_come_in_order(platform: ModelsPlatform, bedrock: Any) -> None:
    platform.chat.begin("Looking", " up.", CALL)
    body = VERSION | {"max_tokens": 9, "tools": [TOOL], "messages": [{"role": "user", "content": "Weather?"}]}
    events = chunks(bedrock.invoke_model_with_response_stream(modelId=CLAUDE, body=json.dumps(body)))
    assert [event["type"] for event in events] == [
        *("message_start", "content_block_start", "content_block_delta", "content_block_delta", "content_block_stop"),
        *("content_block_start", "content_block_delta", "content_block_stop", "message_delta", "message_stop"),
    ]
    assert events[0]["message"]["content"] == []
    assert events[5]["content_block"] == {"type": "tool_use", "id": "call_1", "name": "weather", "input": {}}
    assert json.loads(events[6]["delta"]["partial_json"]) == {"city": "Oslo"}
    assert events[8]["delta"]["stop_reason"] == "tool_use"
    assert events[8]["usage"] == {"input_tokens": 11, "output_tokens": 3}


def test_claude_merges_neighbours_reads_documents_and_holds_to_a_schema(platform: ModelsPlatform, bedrock: Any) -> None:
    document = {"type": "document", "title": "Rules", "source": {"type": "text", "data": "Be on time."}}
    schema = {"type": "object", "properties": {}}
    invoke(
        bedrock,
        CLAUDE,
        max_tokens=9,
        system=[{"type": "text", "text": "Be kind.", "cache_control": {"type": "ephemeral"}}],
        messages=[{"role": "user", "content": "One"}, {"role": "user", "content": [document]}],
        output_config={"format": {"type": "json_schema", "schema": schema}},
        temperature=0,
        top_k=5,
        **VERSION,
    )
    [system, (_, words)] = platform.chat.messages
    assert system == ("system", "Be kind.")
    assert words.startswith("One\n\nDocument 'Rules':")
    assert platform.chat.options.schema == schema


def test_claude_completions_end_where_the_next_human_would_speak(platform: ModelsPlatform, bedrock: Any) -> None:
    body = {"prompt": "\n\nHuman: Hi\n\nAssistant:", "max_tokens_to_sample": 300, "temperature": 1, "top_k": 250}
    reply = invoke(bedrock, "anthropic.claude-v2:1", stop_sequences=["\n\nHuman:"], **body)
    assert (reply["stop_reason"], reply["stop"]) == ("stop_sequence", "\n\nHuman:")
    assert platform.chat.options.max_tokens == 300
    platform.chat.begin("so", stop="length")
    assert invoke(bedrock, "anthropic.claude-instant-v1", **body)["stop_reason"] == "max_tokens"


def test_the_stop_sequence_is_named_where_the_form_has_a_place_for_it(platform: ModelsPlatform, bedrock: Any) -> None:
    platform.chat.begin("so", stopped_by="END")
    asked = VERSION | {"max_tokens": 9, "messages": [{"role": "user", "content": "Hi"}]}
    reply = invoke(bedrock, CLAUDE, **asked)
    assert (reply["stop_reason"], reply["stop_sequence"]) == ("stop_sequence", "END")
    streamed = chunks(bedrock.invoke_model_with_response_stream(modelId=CLAUDE, body=json.dumps(asked)))
    assert streamed[-2]["delta"] == {"stop_reason": "stop_sequence", "stop_sequence": "END"}
    old = {"prompt": "\n\nHuman: Hi\n\nAssistant:", "max_tokens_to_sample": 9}
    assert invoke(bedrock, "anthropic.claude-v2", **old)["stop"] == "END"
    titan = invoke(bedrock, "amazon.titan-text-express-v1", inputText="Hi")
    assert titan["results"][0]["completionReason"] == "STOP_CRITERIA_MET"
    nova = invoke(bedrock, "amazon.nova-lite-v1:0", messages=[{"role": "user", "content": [{"text": "Hi"}]}])
    assert nova["stopReason"] == "stop_sequence"


TOP_K: list[tuple[str, dict[str, Any]]] = [
    (CLAUDE, VERSION | {"max_tokens": 9, "messages": [{"role": "user", "content": "Hi"}], "top_k": 20}),
    (
        "amazon.nova-lite-v1:0",
        {"messages": [{"role": "user", "content": [{"text": "Hi"}]}], "inferenceConfig": {"topK": 20}},
    ),
    ("cohere.command-text-v14", {"prompt": "Hi", "k": 20}),
    ("mistral.mistral-7b-instruct-v0:2", {"prompt": "<s>[INST] Hi [/INST]", "top_k": 20}),
    ("mistral.mistral-large-2407-v1:0", {"messages": [{"role": "user", "content": "Hi"}], "top_k": 20}),
]


@pytest.mark.parametrize(("model", "body"), TOP_K, ids=[model for model, _ in TOP_K])
def test_top_k_is_sent_on(platform: ModelsPlatform, bedrock: Any, model: str, body: dict[str, Any]) -> None:
    invoke(bedrock, model, **body)
    assert platform.chat.options.top_k == 20


# -- the others -------------------------------------------------------------------------------------------


def test_titan_text_counts_its_tokens(platform: ModelsPlatform, bedrock: Any) -> None:
    config = {"maxTokenCount": 64, "temperature": 0.1, "topP": 0.9, "stopSequences": ["User:"]}
    reply = invoke(bedrock, "amazon.titan-text-express-v1", inputText="Hi", textGenerationConfig=config)
    result = {"tokenCount": 3, "outputText": "Hello there.", "completionReason": "FINISH"}
    assert reply == {"inputTextTokenCount": 11, "results": [result]}
    assert platform.chat.messages == [("user", "Hi")]
    assert (platform.chat.options.max_tokens, platform.chat.options.stop) == (64, ("User:",))


def test_nova_settings_and_tools(platform: ModelsPlatform, bedrock: Any) -> None:
    platform.chat.begin(CALL)
    spec = {"name": "weather", "inputSchema": {"json": {"type": "object"}}}
    image = {"image": {"format": "png", "source": {"bytes": B64}}}
    reply = invoke(
        bedrock,
        "amazon.nova-lite-v1:0",
        messages=[{"role": "user", "content": [image, {"text": "Hi"}]}],
        inferenceConfig={"max_new_tokens": 77, "temperature": 0, "topK": 20},
        toolConfig={"tools": [{"toolSpec": spec}], "toolChoice": {"auto": {}}},
    )
    used = {"toolUseId": "call_1", "name": "weather", "input": {"city": "Oslo"}}
    assert reply["output"]["message"]["content"] == [{"toolUse": used}]
    assert reply["stopReason"] == "tool_use"
    assert platform.chat.options.max_tokens == 77
    assert platform.chat.asked[-1][0][0].pictures[0].data == PNG


def test_cohere_command_generates_and_streams(platform: ModelsPlatform, bedrock: Any) -> None:
    body = {"prompt": "Write.", "max_tokens": 50, "temperature": 0.5, "p": 0.9, "k": 0, "return_likelihoods": "NONE"}
    reply = invoke(bedrock, "cohere.command-text-v14", **body)
    assert reply["generations"][0]["text"] == "Hello there."
    assert reply["generations"][0]["finish_reason"] == "COMPLETE"
    assert reply["prompt"] == "Write."
    streamed = chunks(
        bedrock.invoke_model_with_response_stream(
            modelId="cohere.command-text-v14", body=json.dumps(body | {"stream": True})
        )
    )
    assert [chunk["text"] for chunk in streamed] == ["Hello", " there.", ""]
    assert streamed[-1]["is_finished"]


def test_command_r_cites_words_that_stand_in_its_documents(platform: ModelsPlatform, bedrock: Any) -> None:
    platform.chat.begin("As far as I know, new parents have 14 weeks of paid leave.")
    documents = [
        {"id": "a", "title": "Leave", "snippet": "New parents have 14 weeks of paid leave, in two parts."},
        {"title": "Travel", "snippet": "Trains are second class."},
    ]
    reply = invoke(bedrock, "cohere.command-r-v1:0", message="How long?", documents=documents)
    [cited] = reply["citations"]
    assert cited["text"] == "new parents have 14 weeks of paid leave"
    assert reply["text"][cited["start"] : cited["end"]] == cited["text"]
    assert cited["document_ids"] == ["a"]
    assert "Document 'Travel':" in platform.chat.messages[-1][1]


def test_citations_are_none_where_nothing_is_taken() -> None:
    assert citations("One two three four five.", [("a", "Six seven eight nine ten.")]) == []
    assert citations("", [("a", "b")]) == []


def test_command_r_asks_for_tools(platform: ModelsPlatform, bedrock: Any) -> None:
    platform.chat.begin(CALL)
    definition = {"city": {"type": "str", "description": "Where", "required": True}}
    tool = {"name": "weather", "description": "Tells it.", "parameter_definitions": definition}
    reply = invoke(bedrock, "cohere.command-r-v1:0", message="Weather?", tools=[tool])
    assert reply["tool_calls"] == [{"name": "weather", "parameters": {"city": "Oslo"}}]
    [known] = platform.chat.options.tools
    assert known.parameters["required"] == ["city"]


def test_llama_and_mistral_tell_why_they_end(platform: ModelsPlatform, bedrock: Any) -> None:
    platform.chat.begin("so", stop="length")
    llama = invoke(bedrock, "meta.llama3-8b-instruct-v1:0", prompt="Hi", max_gen_len=5, temperature=0.5, top_p=0.9)
    assert llama == {
        "generation": "so",
        "prompt_token_count": 11,
        "generation_token_count": 3,
        "stop_reason": "length",
    }
    mistral = invoke(bedrock, "mistral.mistral-7b-instruct-v0:2", prompt="<s>[INST] Hi [/INST]", stop=["x"])
    assert mistral == {"outputs": [{"text": "so", "stop_reason": "length"}]}


def test_openai_tools_come_back_in_their_form(platform: ModelsPlatform, bedrock: Any) -> None:
    platform.chat.begin(CALL)
    tool = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}
    reply = invoke(
        bedrock, "openai.gpt-oss-20b-1:0", messages=[{"role": "user", "content": "?"}], tools=[tool], max_tokens=9
    )
    [call] = reply["choices"][0]["message"]["tool_calls"]
    assert call["function"] == {"name": "weather", "arguments": '{"city": "Oslo"}'}
    assert reply["choices"][0]["finish_reason"] == "tool_calls"


# -- vectors, ranks, pictures -----------------------------------------------------------------------------


def test_titan_embeddings(bedrock: Any) -> None:
    first = invoke(bedrock, "amazon.titan-embed-text-v1", inputText="two words")
    assert (len(first["embedding"]), first["inputTextTokenCount"]) == (64, 2)
    second = invoke(
        bedrock,
        "amazon.titan-embed-text-v2:0",
        inputText="two words",
        dimensions=64,
        normalize=True,
        embeddingTypes=["float", "binary"],
    )
    assert second["embedding"] == first["embedding"] == second["embeddingsByType"]["float"]
    assert second["embeddingsByType"]["binary"] == [int(value > 0) for value in first["embedding"]]


def test_titan_embeds_pictures_where_the_engine_can(bedrock: Any) -> None:
    asked = {"inputText": "a dog", "inputImage": B64, "embeddingConfig": {"outputEmbeddingLength": 32}}
    made = invoke(bedrock, "amazon.titan-embed-image-v2", **asked)["embedding"]
    assert len(made) == 32
    assert sum(value * value for value in made) == pytest.approx(1, abs=1e-5)
    name, status, words = refusal(
        bedrock.invoke_model, modelId="amazon.titan-embed-image-v1", body=json.dumps({"inputImage": B64})
    )
    assert (name, status) == ("ValidationException", 400)
    assert "words cannot see pictures" in words


def test_cohere_embeddings_in_every_type(bedrock: Any) -> None:
    body = {"texts": ["a b", "c"], "input_type": "search_document"}
    plain = invoke(bedrock, "cohere.embed-english-v3", **body)
    assert [len(row) for row in plain["embeddings"]] == [64, 64]
    assert plain["response_type"] == "embeddings_floats"
    kinds = ["float", "int8", "uint8", "binary", "ubinary"]
    typed = invoke(bedrock, "cohere.embed-english-v3", embedding_types=kinds, truncate="END", **body)
    assert typed["response_type"] == "embeddings_by_type"
    sizes = {kind: len(rows[0]) for kind, rows in typed["embeddings"].items()}
    assert sizes == {"float": 64, "int8": 64, "uint8": 64, "binary": 8, "ubinary": 8}
    assert max(map(abs, typed["embeddings"]["int8"][0])) == 127
    assert typed["embeddings"]["float"] == plain["embeddings"]


def test_nova_embeddings(bedrock: Any) -> None:
    asked = {"embeddingPurpose": "GENERIC_INDEX", "text": {"truncationMode": "END", "value": "a b"}}
    model = "amazon.nova-2-multimodal-embeddings-v1:0"
    made = invoke(bedrock, model, taskType="SINGLE_EMBEDDING", singleEmbeddingParams=asked)
    assert made["embeddings"][0]["embeddingType"] == "TEXT"
    assert len(made["embeddings"][0]["embedding"]) == 64


@pytest.mark.parametrize("model", ["cohere.rerank-v3-5:0", "amazon.rerank-v1:0", "word-rerank"])
def test_rerank_orders_and_keeps_the_indexes(bedrock: Any, model: str) -> None:
    documents = ["nothing", {"text": "a dog and a cat"}, "a dog"]
    body = {"query": "dog cat", "documents": documents, "top_n": 2}
    results = invoke(bedrock, model, **body)["results"]
    assert results == [{"index": 1, "relevance_score": 1.0}, {"index": 2, "relevance_score": 0.5}]


def test_pictures_are_drawn(platform: ModelsPlatform, bedrock: Any) -> None:
    body = {
        "taskType": "TEXT_IMAGE",
        "textToImageParams": {"text": "a dog", "negativeText": "cats"},
        "imageGenerationConfig": {"numberOfImages": 2, "width": 512, "height": 256, "cfgScale": 8.0, "seed": 3},
    }
    made = invoke(bedrock, "amazon.titan-image-generator-v1", **body)
    assert [base64.b64decode(one) for one in made["images"]] == [PNG, PNG]
    [(prompt, options)] = platform.drawing.asked
    assert (prompt, options.negative, options.width, options.height, options.seed) == ("a dog", "cats", 512, 256, 3)


# -- refusals ---------------------------------------------------------------------------------------------

HI = [{"role": "user", "content": "Hi"}]
REFUSED: list[tuple[str, dict[str, Any], str]] = [
    (CLAUDE, {"max_tokens": 9, "messages": HI}, "required key [anthropic_version] not found"),
    (CLAUDE, VERSION | {"messages": HI}, "required key [max_tokens] not found"),
    (CLAUDE, VERSION | {"max_tokens": 9, "messages": HI, "stream": True}, "extraneous key [stream] is not permitted"),
    (CLAUDE, VERSION | {"max_tokens": 0, "messages": HI}, "max_tokens: 0 is not greater or equal to 1"),
    (CLAUDE, VERSION | {"max_tokens": 9, "messages": HI, "top_k": -2}, "top_k"),
    (CLAUDE, VERSION | {"max_tokens": 9, "messages": HI, "anthropic_beta": ["x"]}, "anthropic_beta is not supported"),
    (CLAUDE, VERSION | {"max_tokens": 9, "messages": []}, "must start with a user message"),
    (CLAUDE, VERSION | {"max_tokens": 9, "messages": [{"role": "user", "content": 5}]}, "expected a list"),
    (CLAUDE, {"prompt": "\n\nHuman: a\n\nAssistant:", "max_tokens_to_sample": 5}, "[anthropic_version] not found"),
    ("anthropic.claude-v2", {"prompt": "Hi", "max_tokens_to_sample": 5}, "it must begin with"),
    (
        "anthropic.claude-v2",
        {"prompt": "\n\nHuman: a\n\nAssistant: So", "max_tokens_to_sample": 5},
        "would begin the reply for the model",
    ),
    ("amazon.titan-text-express-v1", {"inputText": " "}, "inputText: expected minLength: 1"),
    ("amazon.titan-text-express-v1", {"inputText": "a", "x": 1}, "extraneous key [x] is not permitted"),
    (
        "amazon.titan-text-express-v1",
        {"inputText": "a", "textGenerationConfig": {"zoom": 1}},
        "textGenerationConfig: extraneous key [zoom] is not permitted",
    ),
    ("amazon.titan-embed-text-v1", {"inputText": "a", "dimensions": 64}, "extraneous key [dimensions]"),
    ("amazon.titan-embed-text-v2:0", {"inputText": "a", "dimensions": 256}, "words has 64 dimensions, not 256"),
    ("amazon.titan-embed-text-v2:0", {"inputText": "a", "normalize": False}, "always have length 1"),
    ("amazon.titan-embed-image-v1", {}, "inputText, inputImage or both are needed"),
    ("amazon.titan-embed-image-v1", {"inputImage": "%%"}, "it is not base64"),
    ("cohere.embed-english-v3", {"texts": ["a"]}, "required key [input_type] not found"),
    ("cohere.embed-english-v3", {"texts": [], "input_type": "search_query"}, "either texts or images"),
    (
        "cohere.embed-english-v3",
        {"texts": ["a"], "input_type": "search_query", "truncate": "START"},
        "the beginning of a text is never cut off",
    ),
    ("cohere.command-text-v14", {"prompt": "a", "num_generations": 2}, "one reply is written for each request"),
    ("cohere.command-r-v1:0", {"message": "a", "raw_prompting": True}, "raw_prompting is not supported"),
    ("meta.llama3-8b-instruct-v1:0", {"prompt": "a", "temperature": 3}, "temperature: 3 is not less or equal to 1"),
    ("meta.llama3-8b-instruct-v1:0", {"prompt": "a", "temperature": 10**400}, "is not less or equal to 1"),
    ("openai.gpt-oss-20b-1:0", {"messages": HI, "temperature": 10**400}, "is not less or equal to"),
    ("meta.llama3-8b-instruct-v1:0", {"prompt": "[INST] a"}, "[INST] is not closed"),
    ("mistral.mistral-7b-instruct-v0:2", {"prompt": "a", "logprobs": 1}, "extraneous key [logprobs]"),
    ("amazon.nova-lite-v1:0", {"messages": [{"role": "user", "content": "Hi"}]}, "must be a list, not a text"),
    ("amazon.nova-lite-v1:0", {"messages": [], "zoom": 1}, "must start with a user message"),
    ("openai.gpt-oss-20b-1:0", {"messages": HI, "n": 2}, "n: 2 is not supported"),
    ("openai.gpt-oss-20b-1:0", {"messages": HI, "zoom": 2}, "Unknown parameter: 'zoom'"),
    ("cohere.rerank-v3-5:0", {"query": "a", "documents": []}, "expected 1 to 1000 documents"),
    ("cohere.rerank-v3-5:0", {"query": "a", "documents": [{"title": "x"}]}, "an object with a text and nothing else"),
    ("amazon.titan-image-generator-v1", {"taskType": "INPAINTING"}, "'INPAINTING' is not supported"),
    (
        "amazon.titan-image-generator-v1",
        {"taskType": "TEXT_IMAGE", "textToImageParams": {"text": "a"}, "imageGenerationConfig": {"cfgScale": 3}},
        "imageGenerationConfig.cfgScale: how closely the text is followed cannot be set",
    ),
]


REFUSALS = [f"{index}-{words}" for index, (_, _, words) in enumerate(REFUSED)]


@pytest.mark.parametrize(("model", "body", "words"), REFUSED, ids=REFUSALS)
def test_what_a_family_does_not_know_is_refused_by_name(
    platform: ModelsPlatform, bedrock: Any, model: str, body: dict[str, Any], words: str
) -> None:
    name, status, message = refusal(bedrock.invoke_model, modelId=model, body=json.dumps(body))
    assert (name, status) == ("ValidationException", 400)
    assert words in message
    assert platform.chat.asked == []
