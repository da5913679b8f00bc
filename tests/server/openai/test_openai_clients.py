"""Programs that people already have: LangChain, LlamaIndex, and what Open WebUI sends."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from groundstone.models.base import ToolCall
from tests.server.openai_home import Home


@pytest.fixture
def url(world: tuple[Home, str]) -> str:
    return f"{world[1]}/v1"


def langchain(url: str, **options: Any) -> Any:
    from langchain_openai import ChatOpenAI

    return ChatOpenAI(model="scripted", base_url=url, api_key="any", max_retries=0, **options)


@pytest.mark.parametrize("responses", [False, True])
def test_langchain_asks_and_streams(home: Home, url: str, responses: bool) -> None:
    model = langchain(url, use_responses_api=responses, stream_usage=True, temperature=0)
    reply = model.invoke([("system", "Be brief."), ("human", "hi")])
    assert reply.text == "Hello world"
    assert reply.usage_metadata["total_tokens"] == 12
    assert [message.role for message in home.scripted.messages] == ["system", "user"]
    chunks = list(model.stream("hi"))
    assert "".join(chunk.text for chunk in chunks) == "Hello world"
    assert sum(chunk.usage_metadata["total_tokens"] for chunk in chunks if chunk.usage_metadata) == 12


@pytest.mark.parametrize("responses", [False, True])
def test_langchain_calls_tools(home: Home, url: str, responses: bool) -> None:
    from langchain_core.messages import HumanMessage, ToolMessage
    from langchain_core.tools import tool

    @tool
    def weather(town: str) -> str:
        """The weather of a town."""
        return f"rain in {town}"

    model = langchain(url, use_responses_api=responses).bind_tools([weather], tool_choice="weather")
    home.scripted.say(ToolCall("c1", "weather", '{"town": "Orford"}'))
    asked = HumanMessage("rain?")
    reply = model.invoke([asked])
    (call,) = reply.tool_calls
    assert (call["name"], call["args"], home.scripted.options.tool_choice) == ("weather", {"town": "Orford"}, "weather")
    home.scripted.say("It rains.")
    last = langchain(url, use_responses_api=responses).invoke(
        [asked, reply, ToolMessage(weather.invoke(call["args"]), tool_call_id=call["id"])]
    )
    assert last.text == "It rains."
    assert home.scripted.messages[-1].content == "rain in Orford"


def test_langchain_gets_structured_output(home: Home, url: str) -> None:
    from pydantic import BaseModel

    class Town(BaseModel):
        name: str

    home.scripted.say('{"name": "Orford"}')
    assert langchain(url).with_structured_output(Town).invoke("a town") == Town(name="Orford")
    assert home.scripted.options.schema is not None


def test_langchain_asks_a_knowledge_base(url: str) -> None:
    from langchain_openai import ChatOpenAI

    model = ChatOpenAI(model="kb/houses", base_url=url, api_key="any", max_retries=0)  # type: ignore[arg-type]
    assert "Kingsport" in model.invoke("Which town is Harbour Loft in?").text
    assert "Kingsport" in "".join(chunk.text for chunk in model.stream("Which town is Harbour Loft in?"))


def test_langchain_embeds_texts(url: str) -> None:
    import openai
    from langchain_openai import OpenAIEmbeddings

    options: Any = {"model": "vectors", "base_url": url, "api_key": "any", "max_retries": 0}
    embeddings = OpenAIEmbeddings(check_embedding_ctx_length=False, **options)
    assert [len(row) for row in embeddings.embed_documents(["a", "b"])] == [16, 16]
    assert len(embeddings.embed_query("a")) == 16
    # With the length check on it sends numbers of another model's tokenizer; the error says which switch to set.
    told = pytest.raises(openai.BadRequestError, match="check_embedding_ctx_length=False")
    with openai.OpenAI(base_url=url, api_key="any", max_retries=0) as client, told:
        client.embeddings.create(model="vectors", input=[[9906, 1917]])


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_llamaindex_asks_and_streams(home: Home, url: str) -> None:
    from llama_index.core.llms import ChatMessage
    from llama_index.llms.openai_like import OpenAILike

    options: Any = {"model": "scripted", "api_base": url, "api_key": "any", "context_window": 4096, "max_retries": 0}
    chat = OpenAILike(is_chat_model=True, **options)
    assert chat.chat([ChatMessage(role="user", content="hi")]).message.content == "Hello world"
    assert "".join(chunk.delta or "" for chunk in chat.stream_chat([ChatMessage(role="user", content="hi")])) == (
        "Hello world"
    )
    plain = OpenAILike(is_chat_model=False, **options)
    assert plain.complete("hi").text == "Hello world"
    assert "".join(chunk.delta or "" for chunk in plain.stream_complete("hi")) == "Hello world"


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_llamaindex_embeds_texts(url: str) -> None:
    from llama_index.embeddings.openai_like import OpenAILikeEmbedding

    embeddings = OpenAILikeEmbedding(model_name="vectors", api_base=url, api_key="any", max_retries=0)
    assert len(embeddings.get_text_embedding("a house")) == 16
    assert [len(row) for row in embeddings.get_text_embedding_batch(["a", "b"])] == [16, 16]


def test_open_webui_finds_models_and_streams(home: Home, url: str) -> None:
    headers = {"authorization": "Bearer any", "x-openwebui-user-name": "Ann", "content-type": "application/json"}
    listed = httpx.get(f"{url}/models", headers=headers).json()["data"]
    assert all({"id", "object", "created", "owned_by"} <= set(model) for model in listed)
    body = {
        "stream": True,
        "model": "kb/houses",
        "messages": [{"role": "user", "content": "Which town is Harbour Loft in?"}],
        "stream_options": {"include_usage": True},
        "temperature": 0.7,
        "max_tokens": 1000,
        "stop": [],
        "frequency_penalty": 0,
        "user": "ann",
    }
    with httpx.stream("POST", f"{url}/chat/completions", json=body, headers=headers) as response:
        lines = [line.removeprefix("data: ") for line in response.iter_lines() if line]
    assert lines[-1] == "[DONE]"
    chunks = [json.loads(line) for line in lines[:-1]]
    text = "".join(chunk["choices"][0]["delta"].get("content") or "" for chunk in chunks if chunk["choices"])
    assert "Kingsport" in text


def test_open_webui_names_a_chat(home: Home, url: str) -> None:
    home.scripted.say('{"title": "Houses"}')
    body = {
        "model": "scripted",
        "messages": [{"role": "user", "content": "### Task: a title"}],
        "stream": False,
        "max_completion_tokens": 1000,
    }
    reply = httpx.post(f"{url}/chat/completions", json=body).json()
    assert json.loads(reply["choices"][0]["message"]["content"]) == {"title": "Houses"}
