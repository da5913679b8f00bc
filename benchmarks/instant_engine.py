"""A chat server that answers at once, and a client that asks as fast as it can: what is left is the gateway.

    python benchmarks/instant_engine.py serve PORT
    python benchmarks/instant_engine.py ask PORT MODEL KEY CONCURRENCY REQUESTS stream|whole openai|converse

Both speak just enough HTTP/1.1 to cost as little as possible; the client prints one line of JSON: seconds,
the latency of each request in milliseconds, and how many replies were not what the engine says.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time

WORDS = [f"word{number} " for number in range(20)]
WHOLE = "".join(WORDS)


def _response(content_type: str, body: bytes) -> bytes:
    head = f"HTTP/1.1 200 OK\r\ncontent-type: {content_type}\r\ncontent-length: {len(body)}\r\n\r\n"
    return head.encode() + body


def _chunk(delta: dict[str, str], reason: str | None = None) -> dict[str, object]:
    choice = {"index": 0, "delta": delta, "finish_reason": reason}
    return {"id": "c-1", "object": "chat.completion.chunk", "created": 1, "model": "instant", "choices": [choice]}


def _stream_body() -> bytes:
    usage = {"prompt_tokens": 10, "completion_tokens": len(WORDS), "total_tokens": 10 + len(WORDS)}
    chunks = [_chunk({"role": "assistant", "content": ""}), *(_chunk({"content": word}) for word in WORDS)]
    chunks += [_chunk({}, "stop"), {**_chunk({}), "choices": [], "usage": usage}]
    return b"".join(b"data: %s\n\n" % json.dumps(chunk).encode() for chunk in chunks) + b"data: [DONE]\n\n"


def _whole_body() -> bytes:
    usage = {"prompt_tokens": 10, "completion_tokens": len(WORDS), "total_tokens": 10 + len(WORDS)}
    choice = {"index": 0, "message": {"role": "assistant", "content": WHOLE}, "finish_reason": "stop"}
    reply = {"id": "c-1", "object": "chat.completion", "created": 1, "model": "instant", "choices": [choice]}
    return json.dumps({**reply, "usage": usage}).encode()


STREAM = _response("text/event-stream", _stream_body())
REPLY = _response("application/json", _whole_body())


class Engine(asyncio.Protocol):
    """Reads a request's length, answers with the prepared bytes."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport, self.buffer = transport, b""

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            head = self.buffer[:end].lower()
            at = head.find(b"content-length:")
            length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
            if len(self.buffer) < end + 4 + length:
                return
            body = self.buffer[end + 4 : end + 4 + length]
            self.buffer = self.buffer[end + 4 + length :]
            wants_stream = b'"stream":true' in body or b'"stream": true' in body
            self.transport.write(STREAM if wants_stream else REPLY)


async def serve(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(Engine, "127.0.0.1", port)
    async with server:
        await server.serve_forever()


def request(port: int, model: str, key: str, stream: bool, wire: str) -> bytes:
    if wire == "converse":  # of Amazon Bedrock
        path = f"/model/{model}/converse{'-stream' * stream}"
        said = [{"role": "user", "content": [{"text": "Say twenty words."}]}]
        body = json.dumps({"messages": said, "inferenceConfig": {"maxTokens": 64}}).encode()
    else:
        path = "/v1/chat/completions"
        ask = {"model": model, "messages": [{"role": "user", "content": "Say twenty words."}], "max_tokens": 64}
        body = json.dumps({**ask, "stream": stream}).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nauthorization: Bearer {key}\r\n"
        f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def _reply(reader: asyncio.StreamReader) -> bytes:
    """Head and body of one response, whichever way its length is told."""
    head = await reader.readuntil(b"\r\n\r\n")
    low = head.lower()
    if b"transfer-encoding: chunked" in low:
        parts = [head]
        while (size := int(await reader.readline(), 16)) > 0:
            parts.append(await reader.readexactly(size + 2))
        await reader.readexactly(2)
        return b"".join(parts)
    length = int(low.split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
    return head + await reader.readexactly(length)


async def ask(port: int, sent: bytes, concurrency: int, requests: int) -> dict[str, object]:
    left, latencies, wrong = iter(range(requests)), list[float](), 0

    async def one_client() -> None:
        nonlocal wrong
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _ in left:
            began = time.perf_counter()
            writer.write(sent)
            reply = await _reply(reader)
            latencies.append((time.perf_counter() - began) * 1000)
            wrong += not (reply.startswith(b"HTTP/1.1 200") and b"word19" in reply)
        writer.close()

    began = time.perf_counter()
    await asyncio.gather(*(one_client() for _ in range(concurrency)))
    return {"seconds": time.perf_counter() - began, "latencies": latencies, "wrong": wrong}


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        asyncio.run(serve(int(sys.argv[2])))
    else:
        port, model, key, concurrency, requests, way, wire = sys.argv[2:9]
        sent = request(int(port), model, key, way == "stream", wire)
        done = asyncio.run(ask(int(port), sent, int(concurrency), int(requests)))
        print(json.dumps(done))
