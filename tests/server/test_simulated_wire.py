"""The simulated engine as OpenAI's client and as callers of Text Generation Inference see it, over a real socket."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator

import httpx
import openai
import pytest
import uvicorn

from groundstone.endpoints.capacity.accelerators import instance
from groundstone.endpoints.capacity.architectures import catalogue
from groundstone.endpoints.capacity.predict import Deployment
from groundstone.endpoints.simulate.batching import Settings, SimulatedEngine
from groundstone.server.simulated import create_simulation


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    deployment = Deployment(catalogue()["llama-2-7b"], instance("ml.g5.2xlarge"))
    app = create_simulation(SimulatedEngine(deployment, Settings(speed=1e5)))
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(10)


def test_openais_client_gets_a_reply_of_the_length_it_asked_for(address: str) -> None:
    with openai.OpenAI(base_url=f"{address}/v1", api_key="none") as client:
        told = client.chat.completions.create(
            model="llama-2-7b", messages=[{"role": "user", "content": "one two three"}], max_tokens=12
        )
        assert told.usage is not None
        assert (told.usage.prompt_tokens, told.usage.completion_tokens) == (3, 12)
        assert len((told.choices[0].message.content or "").split()) == 12
        assert [model.id for model in client.models.list()] == ["llama-2-7b"]


def test_openais_client_gets_a_chunk_for_each_token(address: str) -> None:
    with openai.OpenAI(base_url=f"{address}/v1", api_key="none") as client:
        stream = client.completions.create(
            model="llama-2-7b", prompt="why", max_tokens=7, stream=True, stream_options={"include_usage": True}
        )
        chunks = list(stream)
    pieces = [chunk.choices[0].text for chunk in chunks if chunk.choices and chunk.choices[0].text]
    assert len(pieces) == 7
    assert chunks[-1].usage is not None
    assert chunks[-1].usage.completion_tokens == 7


def test_generate_answers_as_text_generation_inference_does(address: str) -> None:
    body = {"inputs": "I believe the meaning of life is to", "parameters": {"max_new_tokens": 9, "details": True}}
    told = httpx.post(f"{address}/generate", json=body).json()
    assert told["details"]["generated_tokens"] == 9
    listed = httpx.post(f"{address}/invocations", json=body).json()
    assert listed[0]["generated_text"] == told["generated_text"]


def test_a_stream_of_generate_ends_with_the_whole_text(address: str) -> None:
    body = {"inputs": "why", "parameters": {"max_new_tokens": 4}}
    lines = httpx.post(f"{address}/generate_stream", json=body).text.split("\n\n")
    events = [json.loads(line.removeprefix("data: ")) for line in lines if line]
    assert len(events) == 4
    assert events[-1]["generated_text"] == "".join(event["token"]["text"] for event in events)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/generate", b"{"), ("/generate", b"[]"), ("/generate", b'{"inputs": 3}'),
        ("/generate", b'{"inputs": "x", "parameters": {"max_new_tokens": "many"}}'),
        ("/generate", b'{"inputs": "x", "parameters": {"max_new_tokens": 9000}}'),
        ("/v1/chat/completions", b'{"messages": []}'), ("/v1/chat/completions", b'{"messages": [3]}'),
        ("/v1/completions", b'{"prompt": "x", "max_tokens": true}'),
    ],
)  # fmt: skip
def test_bad_requests_are_refused_in_words(address: str, path: str, body: bytes) -> None:
    refused = httpx.post(f"{address}{path}", content=body)
    assert refused.status_code == 422
    assert refused.json()["error"]["message"]


def test_settings_and_load_can_be_read(address: str) -> None:
    assert httpx.get(f"{address}/info").json()["max_concurrent_requests"] == 128
    assert httpx.get(f"{address}/health").status_code == 200
    assert "tgi_queue_size 0" in httpx.get(f"{address}/metrics").text
