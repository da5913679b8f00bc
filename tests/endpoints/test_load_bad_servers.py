"""Servers on bad days: what each does wrong is told as what it is, and nothing that was measured is lost."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from groundstone.endpoints.load.client import Address, Client
from groundstone.endpoints.load.figures import figures
from groundstone.endpoints.load.measure import measure
from groundstone.endpoints.load.plan import Plan
from groundstone.endpoints.load.progress import Progress
from groundstone.endpoints.load.prompts import prompts
from groundstone.endpoints.load.report import Report, Row
from groundstone.endpoints.load.runner import Extent, Level, Target, closed
from groundstone.endpoints.load.wires import wire

from . import looped

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
Reply = Callable[[asyncio.StreamWriter, str, dict[str, object]], Awaitable[None]]


def told(*events: object) -> bytes:
    lines = [b"data: " + (one if isinstance(one, bytes) else json.dumps(one).encode()) + b"\n\n" for one in events]
    return b"".join(b"%x\r\n%s\r\n" % (len(line), line) for line in lines) + b"0\r\n\r\n"


def delta(text: str) -> dict[str, object]:
    return {"choices": [{"delta": {"content": text}}]}


def used(read: int, written: int) -> dict[str, object]:
    return {"choices": [], "usage": {"prompt_tokens": read, "completion_tokens": written}}


def plain(status: str, body: bytes, *headers: bytes) -> bytes:
    lines = b"".join(header + b"\r\n" for header in headers)
    return b"HTTP/1.1 %s\r\ncontent-length: %d\r\n%s\r\n%s" % (status.encode(), len(body), lines, body)


@asynccontextmanager
async def serving(reply: Reply) -> AsyncIterator[str]:
    """The address of a server that keeps its connections and answers each request by ``reply`` (writer, path, body)."""
    under_way: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        under_way.add(task)
        try:
            while not writer.is_closing():
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
                body = json.loads(await reader.readexactly(length))
                await reply(writer, head.split(b" ")[1].decode(), body)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    listening.close()
    for task in under_way:
        task.cancel()
    await asyncio.gather(*under_way, return_exceptions=True)
    await asyncio.sleep(0.01)  # transports end a turn of the loop later


async def run(plan: dict[str, object], reply: Reply, stop_after: float = 0.0) -> tuple[Report, list[Progress]]:
    stop, seen = asyncio.Event(), list[Progress]()
    async with serving(reply) as url:
        if stop_after:
            asyncio.get_running_loop().call_later(stop_after, stop.set)
        told = Plan.of({"url": url, "read": "20", "write": "4", **plan})
        return await measure(told, stop, watch=seen.append), seen


def one_level(reply: Reply, **plan: object) -> Row:
    usual: dict[str, object] = {"concurrency": [1], "requests": 2, "tokenizer": "words", "timeout": 5.0}
    return looped.run(run({**usual, **plan}, reply))[0].rows[0]


def test_counts_that_cannot_be_are_not_believed() -> None:
    async def lies(writer: asyncio.StreamWriter, path: str, body: dict[str, object]) -> None:
        writer.write(HEAD + told(delta("a"), delta(" b"), delta(" c"), used(5, 1), b"[DONE]"))

    found = one_level(lies).figures
    assert (found.tokens_out, found.counted_by) == (6, ("pieces",))
    assert "fewer tokens than it sent pieces" in found.doubts[0][0]


def test_more_tokens_than_were_asked_for_are_told() -> None:
    async def talks(writer: asyncio.StreamWriter, path: str, body: dict[str, object]) -> None:
        writer.write(HEAD + told(delta("a b c d e f"), used(5, 6), b"[DONE]"))

    assert "more tokens than it was asked for" in one_level(talks).figures.doubts[0][0]


def test_a_stream_without_its_end_was_cut_however_clean_its_last_chunk_is() -> None:
    async def proxied(writer: asyncio.StreamWriter, path: str, body: dict[str, object]) -> None:
        writer.write(HEAD + told(delta("a")))

    assert dict(one_level(proxied).figures.problems) == {"cut": 2}


def test_headers_that_never_end_are_a_timeout_that_says_so() -> None:
    async def slow(writer: asyncio.StreamWriter, path: str, body: dict[str, object]) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nx: ")
        await asyncio.sleep(1)

    found = one_level(slow, timeout=0.3, requests=1)
    assert "headers did not end" in found.why[0]


def test_a_stream_that_goes_silent_says_how_far_it_came() -> None:
    async def silent(writer: asyncio.StreamWriter, path: str, body: dict[str, object]) -> None:
        writer.write(HEAD + b"".join(told(delta("a")).partition(b"0\r\n\r\n")[:1]))
        await asyncio.sleep(1)

    found = one_level(silent, timeout=0.3, requests=1)
    assert "timeout" in found.why[0]
    assert "1 pieces came" in found.why[0]


def test_kept_connections_that_end_are_opened_again_and_told() -> None:
    seen: dict[int, int] = {}

    async def forgetful(writer: asyncio.StreamWriter, path: str, body: dict[str, object]) -> None:
        number = seen[id(writer)] = seen.get(id(writer), 0) + 1
        if number == 2:  # the second request of a connection is never read
            writer.close()
            return
        writer.write(HEAD + told(delta("a"), used(5, 1), b"[DONE]"))

    found = one_level(forgetful, requests=4).figures
    assert found.good == 4
    assert "sent once more" in found.doubts[0][0]


def test_clients_wait_as_long_as_they_are_told_to() -> None:
    async def crowded(writer: asyncio.StreamWriter, path: str, body: dict[str, object]) -> None:
        writer.write(plain("429 Too Many Requests", b"slow down", b"retry-after: 0.4"))

    found = one_level(crowded, requests=3, obey=True).figures
    assert dict(found.problems) == {"overloaded": 3}
    assert dict(found.codes) == {"429": 3}
    assert found.retry_after.greatest == 0.4
    assert found.seconds >= 0.8
    assert one_level(crowded, requests=3).figures.seconds < 0.4


def test_servers_that_know_fewer_parameters_are_asked_more_plainly() -> None:
    async def strict(writer: asyncio.StreamWriter, path: str, body: dict[str, object]) -> None:
        if "ignore_eos" in body:
            writer.write(plain("400 Bad Request", b'{"error": {"message": "Unknown parameter: ignore_eos"}}'))
        else:
            writer.write(HEAD + told(delta("a"), used(5, 1), b"[DONE]"))

    report, _ = looped.run(run({"concurrency": [1], "requests": 2}, strict))
    assert report.rows[0].figures.good == 2
    assert "plainer" in str(report.setting["form of the body"])


@pytest.mark.parametrize(("key", "way"), [("prompt", "vLLM"), ("content", "llama.cpp"), ("inputs", "TGI")])
def test_the_servers_own_tokenizer_makes_prompts_exact(key: str, way: str) -> None:
    def count(text: str) -> int:
        return sum(1 + (len(word) > 6) for word in text.split())

    async def engine(writer: asyncio.StreamWriter, path: str, body: dict[str, object]) -> None:
        if path == "/tokenize" and key in body:
            tokens = list(range(count(str(body[key]))))
            answer = {"count": len(tokens)} if key == "prompt" else {"tokens": tokens} if key == "content" else tokens
            writer.write(plain("200 OK", json.dumps(answer).encode()))
        elif path == "/tokenize":
            writer.write(plain("422 Unprocessable", b"{}"))
        else:
            text = body["messages"][0]["content"]  # type: ignore[index]
            writer.write(HEAD + told(delta("a"), used(9 + count(text), 1), b"[DONE]"))  # the form of a chat has 9

    report, _ = looped.run(run({"concurrency": [1], "requests": 5, "read": "50"}, engine))
    assert report.rows[0].figures.tokens_in == 5 * 50
    assert way in str(report.setting["prompts counted by"])
    assert "9 of the request's form" in str(report.setting["prompts counted by"])


def test_whoever_watches_is_told_and_can_stop_the_run() -> None:
    async def steady(writer: asyncio.StreamWriter, path: str, body: dict[str, object]) -> None:
        await asyncio.sleep(0.05)
        writer.write(HEAD + told(delta("a"), delta(" b"), used(5, 2), b"[DONE]"))

    plan: dict[str, object] = {"concurrency": [2], "seconds": 60.0, "tokenizer": "words"}
    report, seen = looped.run(run(plan, steady, stop_after=1.4))
    assert [one.over for one in seen] == [False, True]
    assert json.loads(json.dumps(seen[-1].json()))["concurrency"] == 2
    assert report.rows[0].stopped
    assert report.rows[0].figures.good == seen[-1].ended > 10
    assert seen[-1].tokens == pytest.approx(report.rows[0].figures.tokens_out, rel=0.5)


def test_a_server_that_hangs_does_not_hold_up_who_stops_the_run() -> None:
    async def hang(writer: asyncio.StreamWriter, path: str, body: dict[str, object]) -> None:
        await asyncio.sleep(5)

    begun = time.monotonic()
    report, _ = looped.run(run({"concurrency": [1], "seconds": 60.0, "tokenizer": "words"}, hang, stop_after=0.2))
    assert time.monotonic() - begun < 4
    assert report.rows[0].stopped


def test_a_server_that_hangs_is_asked_twice_and_no_more_before_the_run() -> None:
    asked: list[str] = []

    async def hang(writer: asyncio.StreamWriter, path: str, body: dict[str, object]) -> None:
        asked.append(path)
        await asyncio.sleep(1)

    one_level(hang, timeout=0.2, requests=1, tokenizer="words")
    run_itself = len(asked)
    found = one_level(hang, timeout=0.2, requests=1, tokenizer="auto")
    assert len(asked) == run_itself + run_itself + 2
    assert found.why[0].startswith("timeout")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("processes", [1, 2])
def test_a_signal_keeps_a_valid_partial_result(tmp_path: Path, number: signal.Signals, processes: int) -> None:
    """The command as a process of its own, in a group of its own, as a terminal starts it."""

    answered: list[int] = []

    async def steady(writer: asyncio.StreamWriter, path: str, body: dict[str, object]) -> None:
        answered.append(1)
        writer.write(HEAD + told(delta("a"), used(5, 1), b"[DONE]"))
        await asyncio.sleep(0.01)

    async def whole() -> int:
        async with serving(steady) as url:
            return await interrupted(url)

    async def interrupted(url: str) -> int:
        command = [
            sys.executable, "-m", "groundstone", "load", url, "--no-keep", "-c", "4", "--seconds", "60", "--tokenizer",
            "words", "--processes", str(processes), "--json", str(out),
        ]  # fmt: skip
        environment = {**os.environ, "GROUNDSTONE_HOME": str(tmp_path)}
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True, env=environment)
        while len(answered) < 30 and child.poll() is None:
            await asyncio.sleep(0.05)
        os.killpg(child.pid, number)
        return await asyncio.to_thread(child.wait, 30)

    out = tmp_path / "report.json"
    assert looped.run(whole()) == 0
    level = json.loads(out.read_text())["levels"][0]
    assert level["stopped"]
    assert level["figures"]["good"] > 10
    assert dict(level["figures"]["problems"]) == {}


def test_a_level_can_be_run_until_it_is_stable(monkeypatch: pytest.MonkeyPatch) -> None:
    from groundstone.endpoints.load import runner

    monkeypatch.setattr(runner, "SAMPLED", 0.01)

    async def even(writer: asyncio.StreamWriter, path: str, body: dict[str, object]) -> None:
        await asyncio.sleep(0.005)
        writer.write(HEAD + told(delta("a"), used(5, 1), b"[DONE]"))

    async def level() -> Level:
        async with serving(even) as url:
            client = Client(Address.of(url))
            target = Target(client, wire("openai-chat"))
            found = await closed(target, prompts(8, 1), 2, Extent(seconds=20.0, stable=0.5), asyncio.Event())
            await client.close()
            return found

    found = looped.run(level())
    assert found.told.startswith("stable from")
    assert found.seconds < 15
    assert found.window is not None
    assert figures(found.outcomes, window=found.window).good > 30


def test_addresses_may_end_in_v1_as_openais_clients_have_them() -> None:
    client = Client(Address.of("http://127.0.0.1:9/base/v1"))
    sent = Target(client, wire("openai-chat")).request(next(prompts(4, 4)))
    assert sent.startswith(b"POST /base/v1/chat/completions ")
