"""What the load client costs: streamed chunks that one process takes in, for each second of its processor.

    python benchmarks/load_client.py [--streams 32] [--seconds 5]

A server in a process of its own writes server-sent events as fast as they are read, one chunk a write, in OpenAI's
form. httpx reads the same streams in turn, in the same run.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from pathlib import Path
from subprocess import PIPE, Popen

import httpx

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.measuring import table

from groundstone.endpoints.load.client import Address, Client
from groundstone.endpoints.load.outcomes import outcome
from groundstone.endpoints.load.wires import wire

CHUNKS = 400  # of a stream
EVENT = b'data: {"id":"x","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":" word"}}]}\n\n'


async def serve() -> None:
    """Streams with a pause after every chunk, so that each is read by itself."""

    async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                await reader.readexactly(int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0]))
                writer.write(
                    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
                )
                for _ in range(CHUNKS):
                    writer.write(b"%x\r\n%s\r\n" % (len(EVENT), EVENT))
                    await asyncio.sleep(0.001)
                writer.write(b"0\r\n\r\n")
        except (ConnectionError, asyncio.IncompleteReadError):
            writer.close()

    server = await asyncio.start_server(one, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


async def ours(url: str, streams: int, seconds: float) -> tuple[int, float, float]:
    client, found, stop = Client(Address.of(url)), 0, time.perf_counter() + seconds
    data = client.request("/v1/chat/completions", b"{}")
    exchanges = []

    async def stream() -> None:
        while time.perf_counter() < stop:
            exchanges.append(await client.send(data))

    spent = time.process_time()
    await asyncio.gather(*(stream() for _ in range(streams)))
    spent = time.process_time() - spent
    found = sum(len(exchange.reply.pieces) for exchange in exchanges)
    read = time.process_time()
    for exchange in exchanges:
        outcome(exchange, wire("openai-chat"), 0.0)
    await client.close()
    return found, spent, time.process_time() - read


async def with_httpx(url: str, streams: int, seconds: float) -> tuple[int, float, float]:
    found, stop = 0, time.perf_counter() + seconds

    async def stream() -> None:
        nonlocal found
        while time.perf_counter() < stop:
            async with client.stream("POST", f"{url}/v1/chat/completions", content=b"{}") as reply:
                async for line in reply.aiter_lines():
                    found += line.startswith("data:")

    spent = time.process_time()
    async with httpx.AsyncClient(timeout=60, limits=httpx.Limits(max_connections=None)) as client:
        await asyncio.gather(*(stream() for _ in range(streams)))
    return found, time.process_time() - spent, 0.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--streams", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        asyncio.run(serve())
        return 0
    with Popen([sys.executable, __file__, "--serve"], stdout=PIPE) as child:
        try:
            assert child.stdout  # a pipe
            url = f"http://127.0.0.1:{int(child.stdout.readline())}"
            rows = []
            for name, client in (("groundstone", ours), ("httpx", with_httpx), ("groundstone, again", ours)):
                found, spent, read = asyncio.run(client(url, options.streams, options.seconds))
                rows.append(
                    [
                        name,
                        found,
                        f"{found / options.seconds:.0f}",
                        f"{found / spent:.0f}",
                        f"{read / max(found, 1) * 1e6:.1f}",
                    ]
                )
        finally:
            child.kill()
    heads = ["client", "chunks", "chunks a second", "chunks a second of its processor", "us a chunk to read afterwards"]
    print(table(heads, rows))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
