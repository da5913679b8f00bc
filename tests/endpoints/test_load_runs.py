"""Load on real sockets: a simulated engine, and servers that do what servers do on bad days."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from itertools import islice
from pathlib import Path

import pytest
import uvicorn
from click.testing import CliRunner

from groundstone.cli.load import load
from groundstone.endpoints.capacity.accelerators import instance
from groundstone.endpoints.capacity.architectures import catalogue
from groundstone.endpoints.capacity.predict import Deployment
from groundstone.endpoints.load import schedules
from groundstone.endpoints.load.client import Address, Client
from groundstone.endpoints.load.figures import figures
from groundstone.endpoints.load.plan import Plan
from groundstone.endpoints.load.prompts import prompts
from groundstone.endpoints.load.runner import Extent, Level, Target, closed, opened
from groundstone.endpoints.load.several import Order, together
from groundstone.endpoints.load.sweep import Bounds, sweep
from groundstone.endpoints.load.wires import wire
from groundstone.endpoints.runs.history import History
from groundstone.endpoints.simulate.batching import Settings, SimulatedEngine
from groundstone.errors import InvalidInput
from groundstone.identity import LOCAL
from groundstone.server.simulated import create_simulation

from . import looped

HELP = ["-h", "--help"]  # as the whole command has them; click keeps the first it is told
Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
EVENT = b'data: {"choices": [{"delta": {"content": "word"}}]}\n\n'
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"


@asynccontextmanager
async def simulated(**settings: float) -> AsyncIterator[str]:
    deployment = Deployment(catalogue()["llama-2-7b"], instance("ml.g5.2xlarge"))
    engine = SimulatedEngine(deployment, Settings(**{"speed": 1000, **settings}))  # type: ignore[arg-type]
    server = uvicorn.Server(uvicorn.Config(create_simulation(engine), port=0, log_level="error", lifespan="off"))
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.005)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    await serving
    await engine.close()


@asynccontextmanager
async def server(handler: Handler) -> AsyncIterator[str]:
    async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
            await reader.readexactly(length)
            await handler(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    listening = await asyncio.start_server(once, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    listening.close()


async def level(
    url: str, concurrency: int = 2, requests: int = 4, timeout: float = 5.0, name: str = "openai-chat"
) -> Level:
    client = Client(Address.of(url), timeout)
    try:
        return await closed(
            Target(client, wire(name)), prompts(8, 4), concurrency, Extent(requests=requests), asyncio.Event()
        )
    finally:
        await client.close()


async def problem(handler: Handler, timeout: float = 5.0) -> tuple[str, str]:
    async with server(handler) as url:
        found = (await level(url, 1, 1, timeout)).outcomes[0]
        return found.problem, found.why


@pytest.mark.parametrize("name", ["openai-chat", "openai", "tgi", "tgi-whole", "invocations"])
def test_every_wire_counts_the_tokens_that_were_written(name: str) -> None:
    async def run() -> Level:
        async with simulated() as url:
            return await level(url, 3, 9, name=name)

    found = figures(looped.run(run()).outcomes)
    assert (found.good, found.tokens_out, found.tokens_in) == (9, 36, 72)
    assert found.counted_by == ("server",)


def test_a_sweep_doubles_until_it_stops_paying() -> None:
    async def run() -> list[Level]:
        async with simulated(speed=50) as url:
            client = Client(Address.of(url))
            target = Target(client, wire("tgi"))
            bounds = Bounds(most=8, rounds=1)
            found = [one async for one in sweep(target, lambda count: prompts(8, 8), bounds, asyncio.Event())]
            await client.close()
            return found

    levels = looped.run(run())
    assert [one.name for one in levels] == ["1 at once", "2 at once", "4 at once", "8 at once"]
    assert [len(one.outcomes) for one in levels] == [1, 2, 4, 8]


def test_refusals_of_a_crowded_server_are_counted_apart() -> None:
    async def run() -> Level:
        async with simulated(speed=20, max_concurrent_requests=2) as url:
            return await level(url, 8, 16)

    found = figures(looped.run(run()).outcomes)
    assert dict(found.problems)["overloaded"] > 0
    assert found.good + dict(found.problems)["overloaded"] == 16


def test_a_schedule_goes_on_while_the_server_is_slow() -> None:
    async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.3)
        writer.write(HEAD + b"connection: close\r\n\r\n" + EVENT + b"data: [DONE]\n\n")

    async def run() -> Level:
        async with server(slow) as url:
            client = Client(Address.of(url))
            times = islice(schedules.constant(100), 10)
            extent = Extent(requests=10)
            return await opened(Target(client, wire("openai-chat")), prompts(8, 4), times, extent, asyncio.Event(), "x")

    found = looped.run(run())
    assert len(found.outcomes) == 10
    assert found.seconds < 1.5  # one after the other would take 3
    assert figures(found.outcomes).good == 10


def test_a_server_that_hangs_is_a_timeout() -> None:
    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(1)

    assert looped.run(problem(hang, timeout=0.2))[0] == "timeout"


def test_a_stream_that_is_cut_is_told() -> None:
    async def cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD + b"transfer-encoding: chunked\r\n\r\n%x\r\n%s\r\n" % (len(EVENT), EVENT))

    assert looped.run(problem(cut))[0] == "cut"


def test_a_web_page_instead_of_an_answer_is_told() -> None:
    page = b"<!doctype html><title>Sign in</title>"

    async def html(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(page), page))

    found = looped.run(problem(html))
    assert found[0] == "empty"
    assert "web page" in found[1]


def test_bytes_that_are_no_http_are_told() -> None:
    async def noise(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"SSH-2.0-OpenSSH\r\n\r\n\r\n")

    assert looped.run(problem(noise))[0] == "bad reply"


def test_a_server_that_is_not_there_is_told() -> None:
    assert looped.run(level("http://127.0.0.1:9", 1, 1)).outcomes[0].problem == "connect"


def test_a_run_that_is_stopped_keeps_what_it_has() -> None:
    async def run() -> Level:
        async with simulated(speed=20) as url:
            client, stop = Client(Address.of(url)), asyncio.Event()
            asyncio.get_running_loop().call_later(0.5, stop.set)
            found = await closed(Target(client, wire("tgi")), prompts(8, 4), 2, Extent(seconds=60), stop)
            await client.close()
            return found

    found = looped.run(run())
    assert found.stopped
    assert figures(found.outcomes).good > 0


@pytest.mark.parametrize("url", ["", "nothing", "ftp://x", "http://", "http://x:notaport"])
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(InvalidInput):
        Address.of(url)


def test_headers_cannot_carry_line_breaks() -> None:
    with pytest.raises(InvalidInput):
        Client(Address.of("http://x")).request("/", b"", {"authorization": "a\r\nx: y"})


def test_the_command_writes_its_reports(tmp_path: Path) -> None:
    """In a process of its own the command would be slower; the server runs in a thread here."""
    import threading

    ready, over = threading.Event(), threading.Event()
    found: list[str] = []

    async def serve() -> None:
        async with simulated(speed=200) as url:
            found.append(url)
            ready.set()
            while not over.is_set():
                await asyncio.sleep(0.02)

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    assert ready.wait(10)
    files = {kind: tmp_path / f"report.{kind}" for kind in ("json", "csv", "html", "markdown")}
    words = [found[0], "--input", "8", "--output", "4", "-c", "1", "-c", "2", "--on", "llama-2-7b@ml.g5.2xlarge"]
    for kind, file in files.items():
        words += [f"--{kind}", str(file)]
    at_home = CliRunner(env={"GROUNDSTONE_HOME": str(tmp_path)})
    result = looped.apart(lambda: at_home.invoke(load, words, catch_exceptions=False, help_option_names=HELP))
    over.set()
    thread.join(10)
    assert result.exit_code == 0, result.output
    assert len(json.loads(files["json"].read_text())["levels"]) == 2
    assert "<svg" in files["html"].read_text()
    (run,) = History(tmp_path / "load-runs").runs(LOCAL)
    assert (run.state, run.origin, run.summary.levels) == ("done", "command", 2)


def test_the_command_fails_when_nobody_answers() -> None:
    words = ["http://127.0.0.1:9", "-c", "1", "--requests", "1", "--no-keep"]
    result = looped.apart(lambda: CliRunner().invoke(load, words, help_option_names=HELP))
    assert result.exit_code == 1
    assert "connect" in result.output


def test_several_processes_add_up() -> None:
    async def run() -> Level:
        async with simulated(speed=50) as url:
            order = Order(Plan(url, "tgi", read="8", write="4"), 5, Extent(requests=11))
            return await together(order, 2, asyncio.Event())

    found = looped.run(run())
    assert figures(found.outcomes).good == 11
    assert found.seconds > 0


def test_several_processes_can_be_stopped() -> None:
    async def run() -> Level:
        async with simulated(speed=20) as url:
            stop = asyncio.Event()
            asyncio.get_running_loop().call_later(3.5, stop.set)
            return await together(Order(Plan(url, "tgi", read="8", write="4"), 2, Extent(seconds=60)), 2, stop)

    found = looped.run(run())
    assert found.stopped
    assert figures(found.outcomes).good > 0


def test_fewer_clients_than_processes_are_refused() -> None:
    with pytest.raises(InvalidInput, match="too few"):
        looped.run(together(Order(Plan("http://127.0.0.1:9"), 1, Extent(requests=1)), 2, asyncio.Event()))
