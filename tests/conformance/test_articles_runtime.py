"""The calls of bedrock-runtime that published programs make, with their own bodies, and the members they read."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from langchain_aws import BedrockEmbeddings, BedrockLLM, ChatBedrock, ChatBedrockConverse
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage

from groundstone.models.base import ToolCall
from tests.server.aws_models import ModelsPlatform, client, refusal, said, served
from tests.server.engines import PNG

JPEG = b"\xff\xd8\xff\xe0" + bytes(60)
CLAUDE3 = "anthropic.claude-3-sonnet-20240229-v1:0"
Site = tuple[ModelsPlatform, str]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with served(tmp_path_factory.mktemp("articles")) as (platform, address):
        yield platform, address


@pytest.fixture
def platform(site: Site) -> ModelsPlatform:
    site[0].begin()
    return site[0]


@pytest.fixture
def bedrock(site: Site) -> Any:
    return client(site[1])


@pytest.fixture
def place(site: Site) -> dict[str, Any]:
    """What a LangChain class needs to reach the server."""
    return {
        "endpoint_url": site[1],
        "region_name": "us-east-1",
        "aws_access_key_id": "local",
        "aws_secret_access_key": "local",
    }


def invoke(bedrock: Any, model: str, body: dict[str, Any]) -> Any:
    kind = "application/json"
    return said(bedrock.invoke_model(body=json.dumps(body), modelId=model, accept=kind, contentType=kind))


# -- a chatbot over films: Claude's text completions by LangChain -----------------------------------------


def test_films_claude_by_langchain(platform: ModelsPlatform, place: dict[str, Any]) -> None:
    kwargs = {"max_tokens_to_sample": 300, "temperature": 0, "top_k": 250, "top_p": 1, "stop_sequences": ["Human:"]}
    model = BedrockLLM(model_id="anthropic.claude-v2", model_kwargs=kwargs, **place)
    assert model.invoke("Who directed Jaws?") == "Hello there."
    assert platform.chat.messages == [("user", "Who directed Jaws?")]
    options = platform.chat.options
    assert (options.max_tokens, options.temperature, options.top_p, options.stop) == (300, 0, 1, ("Human:",))


def test_films_claude_streams_by_langchain(platform: ModelsPlatform, place: dict[str, Any]) -> None:
    model = BedrockLLM(model_id="anthropic.claude-v2", streaming=True, **place)
    assert "".join(model.stream("Who directed Jaws?")) == "Hello there."


# -- a low-code connector: Converse, embeddings and pictures ----------------------------------------------


def test_connector_chats_with_history_tools_pictures_and_documents(platform: ModelsPlatform, bedrock: Any) -> None:
    platform.chat.begin(ToolCall("c1", "order_status", '{"order": 7}'))
    spec = {
        "name": "order_status",
        "description": "Looks an order up.",
        "inputSchema": {"json": {"type": "object", "properties": {"order": {"type": "integer"}}}},
    }
    first = {
        "role": "user",
        "content": [
            {"text": "Where is it?"},
            {"image": {"format": "jpeg", "source": {"bytes": JPEG}}},
            {"document": {"format": "txt", "name": "Order", "source": {"bytes": b"Order 7"}}},
        ],
    }
    asked = {
        "modelId": CLAUDE3,
        "system": [{"text": "You help."}],
        "toolConfig": {"tools": [{"toolSpec": spec}]},
        "inferenceConfig": {"maxTokens": 200, "temperature": 0.5, "topP": 0.9, "stopSequences": ["X"]},
        "additionalModelResponseFieldPaths": ["/stop_sequence"],
    }
    reply = bedrock.converse(messages=[first], **asked)
    assert reply["stopReason"] == "tool_use"
    used = reply["output"]["message"]["content"][0]["toolUse"]
    platform.chat.begin("It is on its way.")
    result = {"toolResult": {"toolUseId": used["toolUseId"], "content": [{"text": "shipped"}]}}
    history = [first, reply["output"]["message"], {"role": "user", "content": [result]}]
    reply = bedrock.converse(messages=history, **asked)
    assert reply["output"]["message"]["content"][0]["text"] == "It is on its way."
    assert reply["usage"]["totalTokens"] == 14
    assert reply["metrics"]["latencyMs"] >= 0
    assert [role for role, _ in platform.chat.messages] == ["system", "user", "assistant", "tool"]


def test_connector_embeds(bedrock: Any) -> None:
    titan = invoke(bedrock, "amazon.titan-embed-text-v2:0", {"inputText": "a chunk", "normalize": True})
    assert len(titan["embedding"]) == 64
    body = {"texts": ["a chunk"], "input_type": "search_document", "embedding_types": ["float"], "truncate": "END"}
    assert len(invoke(bedrock, "cohere.embed-english-v3", body)["embeddings"]["float"][0]) == 64


def test_connector_draws(bedrock: Any) -> None:
    body = {
        "taskType": "TEXT_IMAGE",
        "textToImageParams": {"text": "a mountain", "negativeText": "people"},
        "imageGenerationConfig": {"numberOfImages": 1, "height": 1024, "width": 1024, "cfgScale": 8.0, "seed": 0},
    }
    made = invoke(bedrock, "amazon.titan-image-generator-v1", body)
    assert base64.b64decode(made["images"][0]) == PNG


# -- questions about slides: pictures and texts in one space, and a model that sees -----------------------


def test_slides_are_embedded_with_their_questions(bedrock: Any) -> None:
    encoded = base64.b64encode(JPEG).decode("utf-8")
    model = "amazon.titan-embed-image-v2"  # the one whose engine sees pictures
    assert len(invoke(bedrock, model, {"inputImage": encoded})["embedding"]) == 32
    assert len(invoke(bedrock, model, {"inputText": "How does it perform?"})["embedding"]) == 32
    name, _, words = refusal(
        bedrock.invoke_model, modelId="amazon.titan-embed-image-v1", body=json.dumps({"inputImage": encoded})
    )
    assert (name, "cannot see pictures" in words) == ("ValidationException", True)


def test_slides_descriptions_are_embedded(bedrock: Any) -> None:
    assert len(invoke(bedrock, "amazon.titan-embed-text-v1", {"inputText": "A bar chart."})["embedding"]) == 64


def test_slides_are_described_by_claude_3(platform: ModelsPlatform, bedrock: Any) -> None:
    source = {"type": "base64", "media_type": "image/jpeg", "data": base64.b64encode(JPEG).decode()}
    content = [{"type": "image", "source": source}, {"type": "text", "text": "Describe the slide."}]
    body = {
        "anthropic_version": "bedrock-2023-05-31",
        "max_tokens": 1000,
        "temperature": 0,
        "messages": [{"role": "user", "content": content}],
    }
    assert invoke(bedrock, CLAUDE3, body)["content"][0]["text"] == "Hello there."
    assert platform.chat.asked[-1][0][0].pictures[0].media_type == "image/jpeg"


# -- listings told to an audience: what a vector database asks of Bedrock ---------------------------------

CHAT_BODIES: list[tuple[str, dict[str, Any], tuple[Any, ...]]] = [
    ("amazon.titan-text-express-v1", {"inputText": "Write."}, ("results", 0, "outputText")),
    (
        "amazon.nova-lite-v1:0",
        {"messages": [{"role": "user", "content": [{"text": "Write."}]}], "inferenceConfig": {}},
        ("output", "message", "content", 0, "text"),
    ),
    (
        CLAUDE3,
        {
            "anthropic_version": "bedrock-2023-05-31",
            "max_tokens": 50,
            "messages": [{"role": "user", "content": [{"type": "text", "text": "Write."}]}],
        },
        ("content", 0, "text"),
    ),
    (
        "anthropic.claude-v2",
        {"prompt": "\n\nHuman: Write.\n\nAssistant:", "max_tokens_to_sample": 50, "temperature": 0.5, "top_k": 250},
        ("completion",),
    ),
    ("cohere.command-r-v1:0", {"message": "Write."}, ("text",)),
    ("cohere.command-text-v14", {"prompt": "Write.", "max_tokens": 50, "temperature": 0.5}, ("generations", 0, "text")),
    (
        "mistral.mistral-7b-instruct-v0:2",
        {"prompt": "<s>[INST] Write. [/INST]", "max_tokens": 50},
        ("outputs", 0, "text"),
    ),
    ("meta.llama3-8b-instruct-v1:0", {"prompt": "Write.", "max_gen_len": 50}, ("generation",)),
]


@pytest.mark.parametrize(("model", "body", "path"), CHAT_BODIES, ids=[model for model, *_ in CHAT_BODIES])
def test_listings_are_told_in_every_body(
    platform: ModelsPlatform, bedrock: Any, model: str, body: dict[str, Any], path: tuple[Any, ...]
) -> None:
    found = invoke(bedrock, model, body)
    for step in path:
        found = found[step]
    assert found == "Hello there."
    assert platform.chat.messages == [("user", "Write.")]


def test_listings_titan_says_why_it_ended(bedrock: Any, platform: ModelsPlatform) -> None:
    result = invoke(bedrock, "amazon.titan-text-express-v1", {"inputText": "Write."})["results"][0]
    assert result["completionReason"] == "FINISH"  # an empty one is taken for a failure


def test_listings_are_embedded_by_requests_signed_by_hand(site: Site) -> None:
    """Without an SDK: a POST whose model id stands in the path with its colon."""
    for model, body in (
        ("amazon.titan-embed-text-v2:0", {"inputText": "A canal house."}),
        ("cohere.embed-english-v3", {"texts": ["A canal house."], "input_type": "search_document"}),
    ):
        data, headers = json.dumps(body), {"content-type": "application/json", "accept": "application/json"}
        request = AWSRequest("POST", f"{site[1]}/model/{model}/invoke", headers=headers, data=data)
        SigV4Auth(Credentials("local", "local"), "bedrock", "us-east-1").add_auth(request)
        answer = httpx.post(request.url, content=data, headers=dict(request.headers))
        assert answer.status_code == 200
        made = answer.json()
        assert len(made.get("embedding") or made["embeddings"][0]) == 64


# -- LangChain's classes ----------------------------------------------------------------------------------

WEATHER = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "Tells the weather.",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}
CALL = ToolCall("call_1", "weather", '{"city": "Oslo"}')


@pytest.mark.parametrize("model", [CLAUDE3, "amazon.nova-lite-v1:0", "mistral.mistral-large-2407-v1:0"])
def test_langchain_converses(platform: ModelsPlatform, place: dict[str, Any], model: str) -> None:
    chat = ChatBedrockConverse(model=model, temperature=0, max_tokens=50, **place)
    reply = chat.invoke([SystemMessage("Be brief."), HumanMessage("Hi")])
    assert reply.text == "Hello there."
    assert reply.usage_metadata is not None
    assert reply.usage_metadata["total_tokens"] == 14
    assert platform.chat.messages == [("system", "Be brief."), ("user", "Hi")]
    assert "".join(part.text for part in chat.stream("Hi")) == "Hello there."


def test_langchain_uses_tools_by_converse(platform: ModelsPlatform, place: dict[str, Any]) -> None:
    platform.chat.begin(CALL)
    chat = ChatBedrockConverse(model=CLAUDE3, **place).bind_tools([WEATHER])
    reply = chat.invoke("Weather?")
    assert isinstance(reply, AIMessage)
    [call] = reply.tool_calls
    assert (call["name"], call["args"]) == ("weather", {"city": "Oslo"})
    platform.chat.begin("Rain.")
    assert chat.invoke([HumanMessage("Weather?"), reply, ToolMessage("wet", tool_call_id=call["id"])]).text == "Rain."


@pytest.mark.parametrize("model", ["amazon.titan-text-express-v1", "cohere.command-text-v14"])
def test_langchain_completes_by_bodies(platform: ModelsPlatform, place: dict[str, Any], model: str) -> None:
    completion = BedrockLLM(model_id=model, **place)
    assert completion.invoke("Write.") == "Hello there."
    assert "".join(completion.stream("Write.")) == "Hello there."


@pytest.mark.parametrize("model", [CLAUDE3, "meta.llama3-8b-instruct-v1:0", "mistral.mistral-7b-instruct-v0:2"])
def test_langchain_chats_by_bodies(platform: ModelsPlatform, place: dict[str, Any], model: str) -> None:
    chat = ChatBedrock(model=model, **place)
    reply = chat.invoke([HumanMessage("Hi")])
    assert reply.text == "Hello there."
    assert platform.chat.messages[-1][0] == "user"
    assert "Hi" in platform.chat.messages[-1][1]
    assert "".join(part.text for part in chat.stream([HumanMessage("Hi")])) == "Hello there."


def test_langchain_uses_tools_by_claude_bodies(platform: ModelsPlatform, place: dict[str, Any]) -> None:
    platform.chat.begin(CALL)
    reply = ChatBedrock(model=CLAUDE3, **place).bind_tools([WEATHER]).invoke("Weather?")
    assert isinstance(reply, AIMessage)
    assert [(call["name"], call["args"]) for call in reply.tool_calls] == [("weather", {"city": "Oslo"})]
    assert reply.usage_metadata is not None
    assert reply.usage_metadata["input_tokens"] == 11


@pytest.mark.parametrize(
    "model",
    [
        *("amazon.titan-embed-text-v1", "amazon.titan-embed-text-v2:0", "cohere.embed-english-v3"),
        "amazon.nova-2-multimodal-embeddings-v1:0",
    ],
)
def test_langchain_embeds(place: dict[str, Any], model: str) -> None:
    embeddings = BedrockEmbeddings(model_id=model, **place)
    [first, second] = embeddings.embed_documents(["a dog", "a cat"])
    assert len(first) == len(second) == 64
    assert embeddings.embed_query("a dog") == pytest.approx(first)
