"""The cost of standing between a caller and a chat engine: Groundstone beside LiteLLM's proxy.

    python benchmarks/gateway.py --prepare             # once: an environment with LiteLLM, by pip
    python benchmarks/gateway.py [--rounds 5] [--requests 400] [--json FILE]

Both stand, one process each, in front of the same engine, which answers at once with twenty words
(instant_engine.py), streamed or whole. They are asked in turns, so whatever else the machine does falls on
both alike. Measured are

    requests a second        at the given number of callers at once
    per core                 requests for each second of processor time that the gateway's processes used
    added                    median latency through the gateway less the median straight at the engine
    p99                      the same for the 99th percentile, of all rounds together

Groundstone writes each call to its ledger; LiteLLM runs as its documentation starts it, without a database,
and so keeps none. LiteLLM checks its master key. Groundstone is measured as it starts on loopback, without keys;
with an access key that has all three limits; and with that key by Amazon Bedrock's Converse instead of OpenAI's
API. Replies that differ from what the engine says fail the run.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import measuring

HERE = Path(__file__).resolve().parent
ENGINE = HERE / "instant_engine.py"
ENVIRONMENT = Path(tempfile.gettempdir()) / "groundstone-peers" / "litellm"
KEY = "sk-" + secrets.token_hex(32)  # LiteLLM wants one; Groundstone on loopback without keys of its own takes any
LIMITS = ("--budget", "1000000", "--tokens-per-day", "1000000000", "--requests-per-minute", "10000000")
COMMAND = str(Path(sys.executable).with_name("groundstone"))
WAYS = ("whole", "stream")
CONCURRENCIES = (1, 16)
PATIENCE = 120.0  # seconds until a server that does not answer is given up


@dataclass
class Gateway:
    """One server under test, and what was measured of it: by way and concurrency."""

    name: str
    port: int
    process: int
    key: str = KEY
    wire: str = "openai"
    latencies: dict[tuple[str, int], list[float]] = field(default_factory=dict)
    seconds: dict[tuple[str, int], float] = field(default_factory=dict)
    processor: dict[tuple[str, int], float] = field(default_factory=dict)


def main() -> None:
    options = _options()
    if options.prepare:
        return _prepare()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        engine = stack.enter_context(_started([sys.executable, str(ENGINE), "serve"], {}, folder / "engine.log"))
        straight = Gateway("straight at the engine", *engine)
        gateways = [straight, *_gateways(stack, folder, straight.port, options.only)]
        for gateway in gateways[1:]:
            print(f"{gateway.name} is ready", file=sys.stderr)
        for concurrency in CONCURRENCIES:
            for way in WAYS:
                _measure(gateways, way, concurrency, options)
    _report(gateways, options)


def _measure(gateways: Sequence[Gateway], way: str, concurrency: int, options: argparse.Namespace) -> None:
    for number in range(options.rounds + 1):
        for gateway in gateways:
            requests = options.requests if number else max(50, options.requests // 8)  # the first round warms up
            before = _processor_seconds(gateway.process)
            done = _asked(gateway, way, concurrency, requests)
            used = _processor_seconds(gateway.process) - before
            if number:
                what = (way, concurrency)
                gateway.latencies.setdefault(what, []).extend(done["latencies"])
                gateway.seconds[what] = gateway.seconds.get(what, 0.0) + done["seconds"]
                gateway.processor[what] = gateway.processor.get(what, 0.0) + used


def _asked(gateway: Gateway, way: str, concurrency: int, requests: int) -> dict[str, Any]:
    command = [sys.executable, str(ENGINE), "ask", str(gateway.port), "instant", gateway.key]
    command += [str(concurrency), str(requests), way, gateway.wire]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    if found["wrong"]:
        raise SystemExit(f"{gateway.name}: {found['wrong']} of {requests} replies ({way}) were not the engine's")
    return found


def _gateways(stack: ExitStack, folder: Path, engine: int, only: str) -> Iterator[Gateway]:
    if only in ("", "groundstone"):
        yield Gateway("Groundstone", *_groundstone(stack, _home(folder / "open", engine)))
        home = _home(folder / "keyed", engine)
        key = _key(home)
        keyed = _groundstone(stack, home)
        yield Gateway("Groundstone, key and limits", *keyed, key)
        yield Gateway("Groundstone, Converse", *keyed, key, "converse")
    litellm = ENVIRONMENT / "bin" / "litellm"
    if only in ("", "litellm") and litellm.exists():
        config = folder / "litellm.yaml"
        config.write_text(
            "model_list:\n  - model_name: instant\n    litellm_params:\n      model: openai/instant\n"
            f"      api_base: http://127.0.0.1:{engine}/v1\n      api_key: none\n"
        )
        command = [str(litellm), "--config", str(config), "--host", "127.0.0.1", "--num_workers", "1", "--port"]
        environ = {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_LOG": "ERROR", "LITELLM_MASTER_KEY": KEY}
        yield Gateway("LiteLLM", *stack.enter_context(_started(command, environ, folder / "litellm.log")))


def _home(home: Path, engine: int) -> Path:
    home.mkdir()
    (home / "catalog.toml").write_text(
        f'[engines.instant]\nkind = "openai"\nurl = "http://127.0.0.1:{engine}/v1"\n\n'
        '[models.instant]\nengine = "instant"\ntask = "chat"\nabilities = ["stream"]\n'
    )
    return home


def _groundstone(stack: ExitStack, home: Path) -> tuple[int, int]:
    return stack.enter_context(_started([COMMAND, "serve", "--port"], {"GROUNDSTONE_HOME": str(home)}, home / "log"))


def _key(home: Path) -> str:
    environ = {**os.environ, "GROUNDSTONE_HOME": str(home)}
    made = subprocess.run([COMMAND, "keys", "create", *LIMITS], env=environ, capture_output=True, text=True, check=True)
    return next(word for word in made.stdout.split() if word.startswith("gs-"))


@contextmanager
def _started(command: list[str], environ: Mapping[str, str], log: Path) -> Iterator[tuple[int, int]]:
    """A server on a free port: port and process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with log.open("wb") as out:
        process = subprocess.Popen(
            [*command, str(port)], env={**os.environ, **environ}, stdout=out, stderr=out, start_new_session=True
        )
    try:
        _wait(port, process, log)
        yield port, process.pid
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _wait(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if process.poll() is not None:
            raise SystemExit(f"a server ended early:\n{log.read_text()[-2000:]}")
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.2)
    raise SystemExit(f"a server does not answer:\n{log.read_text()[-2000:]}")


def _processor_seconds(process: int) -> float:
    """Of a process and all its children, those that ended included."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == process:  # the session, which every child inherits
            ticks += sum(int(value) for value in fields[11:15])
    return ticks / os.sysconf("SC_CLK_TCK")


def _report(gateways: Sequence[Gateway], options: argparse.Namespace) -> None:
    straight, rows, figures = gateways[0], [], []
    for way, concurrency in [(way, number) for number in CONCURRENCIES for way in WAYS]:
        for gateway in gateways[1:]:
            what = (way, concurrency)
            times, requests = gateway.latencies[what], len(gateway.latencies[what])
            figure = {
                "gateway": gateway.name,
                "way": way,
                "callers": concurrency,
                "a_second": requests / gateway.seconds[what],
                "per_core": requests / max(gateway.processor[what], 1e-3),
                "added_ms": statistics.median(times) - statistics.median(straight.latencies[what]),
                "p99_ms": measuring.percentile(times, 0.99),
            }
            figures.append(figure)
            rows.append(
                (
                    gateway.name,
                    way,
                    concurrency,
                    f"{figure['a_second']:.0f}",
                    f"{figure['per_core']:.0f}",
                    f"{figure['added_ms']:.2f}",
                    f"{figure['p99_ms']:.1f}",
                )
            )
    print(measuring.table(("", "reply", "callers", "a second", "per core", "added ms p50", "p99 ms"), rows))
    for way, concurrency in [(way, number) for number in CONCURRENCIES for way in WAYS]:
        found = {f["gateway"]: f for f in figures if (f["way"], f["callers"]) == (way, concurrency)}
        other = found.pop("LiteLLM", None)
        if other and found:
            ratios = (f"{name} {figure['per_core'] / other['per_core']:.1f}" for name, figure in found.items())
            print(f"times LiteLLM's requests per core, {way}, {concurrency} callers: {'; '.join(ratios)}")
    print(measuring.machine())
    if options.json:
        Path(options.json).write_text(json.dumps({"machine": measuring.machine(), "figures": figures}, indent=1))


def _prepare() -> None:
    if ENVIRONMENT.exists():
        shutil.rmtree(ENVIRONMENT)
    venv.create(ENVIRONMENT, with_pip=True)
    subprocess.run([ENVIRONMENT / "bin" / "python", "-m", "pip", "install", "--quiet", "litellm[proxy]"], check=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Groundstone beside LiteLLM's proxy, before the same engine.")
    parser.add_argument("--prepare", action="store_true", help="make LiteLLM's environment")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--requests", type=int, default=400, help="in each round")
    parser.add_argument("--only", choices=("", "groundstone", "litellm"), default="")
    parser.add_argument("--json", help="write the figures to this file")
    return parser.parse_args()


if __name__ == "__main__":
    main()
