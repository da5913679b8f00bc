"""``groundstone deploy``: starts a model behind one address, or writes what starts it elsewhere."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from groundstone.endpoints.capacity.advise import Choice, Limits
    from groundstone.endpoints.capacity.architectures import Architecture
    from groundstone.endpoints.capacity.roofline import Workload
    from groundstone.endpoints.fleet import Fleet

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
HERE = ("embedded", "simulated")
LOOPBACK = ("127.0.0.1", "localhost", "::1")


@click.command()
@click.argument("model")
@click.option(
    "--engine", type=click.Choice([*HERE, "tgi", "vllm", "llama.cpp"]), default="embedded", show_default=True,
    help="The first two are started here; for the others you get what starts them.",
)  # fmt: skip
@click.option("--instances", type=click.IntRange(1, 64), help="Machines, or processes of the embedded engine.")
@click.option("--on", "on", metavar="INSTANCE", help="Such as ml.g5.12xlarge, or '4 x l4'; advised unless told.")
@click.option("--degree", type=click.IntRange(1, 64), help="Accelerators that share a copy; advised unless told.")
@click.option("--prices", type=FILE, help="TOML with the price of an hour by instance, to be advised from.")
@click.option("--latency", type=click.FloatRange(0), default=0.0, help="Milliseconds a written token, at most.")
@click.option("--throughput", type=click.FloatRange(0), default=0.0, help="Written tokens a second, at least.")
@click.option("--per-hour", type=click.FloatRange(0), default=0.0, help="Money for an hour, at most.")
@click.option("--per-million", type=click.FloatRange(0), default=0.0, help="Money for a million tokens, at most.")
@click.option("--input", "input_", default=256, show_default=True, help="Tokens that a request reads.")
@click.option("--output", default=256, show_default=True, help="Tokens that a request writes.")
@click.option(
    "--as", "form", type=click.Choice(["command", "compose", "kubernetes"]), default="command", show_default=True,
    help="What is written for an engine that is started elsewhere.",
)  # fmt: skip
@click.option("--write", "target", type=click.Path(dir_okay=False, path_type=Path), help="File for it; else printed.")
@click.option("--weights", default="", help="Repository or path of the weights; the model's name unless told.")
@click.option("--image", default="", help="Of the container; the engine's own unless told.")
@click.option("--speed", type=click.FloatRange(0.001, 1e6), default=1.0, help="Of simulated engines, times life.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8090, show_default=True, help="Port; 0 takes a free one."
)
def deploy(
    model: str, engine: str, instances: int | None, on: str | None, degree: int | None, prices: Path | None,
    latency: float, throughput: float, per_hour: float, per_million: float, input_: int, output: int, form: str,
    target: Path | None, weights: str, image: str, speed: float, host: str, port: int,
) -> None:  # fmt: skip
    """Start MODEL behind one address, or write what starts it.

    The embedded engine and the simulated one start here: so many processes behind one address, looked at every second,
    started again when one ends, all ended by Ctrl-C. For Text Generation Inference, vLLM and llama.cpp you get a
    script, a Compose file or a Kubernetes manifest with their settings.

    MODEL is a chat model of `groundstone models list` for the embedded engine, else a model of `groundstone capacity
    models` or a config.json. Say where with --on, or give --prices and limits to be advised.
    """
    if engine == "embedded":
        _deploy_embedded(model, instances or 1, host, port)
        return
    from groundstone.endpoints.capacity.advise import Limits
    from groundstone.endpoints.capacity.architectures import architecture
    from groundstone.endpoints.capacity.roofline import Workload

    chosen, workload = architecture(model), Workload(input_, output)
    limits = Limits(latency / 1000, throughput, per_hour, per_million)
    choice = _choice(chosen, workload, limits, on, degree, instances, prices)
    if engine == "simulated":
        arguments = _simulated(choice, model, workload, speed)
        _run(_fleet(arguments, choice.machines), host, port, f"{chosen.name}, simulated")
    else:
        _write(_manifest(choice, chosen, workload, engine, form, weights, image), target)


def _choice(
    model: Architecture, workload: Workload, limits: Limits, on: str | None, degree: int | None,
    instances: int | None, prices: Path | None,
) -> Choice:  # fmt: skip
    from groundstone.endpoints.capacity.accelerators import read_prices
    from groundstone.endpoints.capacity.advise import advise, placed

    costs = read_prices(prices) if prices else {}
    if on:
        return placed(model, workload, limits, on, degree, instances or 1, costs.get(on, 0.0))
    if not costs:
        raise click.UsageError("say where with --on INSTANCE, or give --prices and limits to be advised")
    found = advise(model, workload, limits, costs)
    for line in found.lines():
        click.echo(line, err=True)
    return found.best


def _simulated(choice: Choice, model: str, workload: Workload, speed: float) -> list[str]:
    """Of ``groundstone simulate``, for one machine."""
    most = max(1, choice.point.concurrency // choice.machines)
    return [
        "simulate", "--model", model, "--instance", choice.instance.name, "--degree", str(choice.degree),
        "--replicas", str(choice.copies), "--max-concurrent-requests", str(max(most, 128)),
        "--max-input-tokens", str(max(4095, workload.input_tokens)),
        "--max-total-tokens", str(max(4096, workload.total)), "--speed", f"{speed:g}",
    ]  # fmt: skip


def _manifest(
    choice: Choice, model: Architecture, workload: Workload, engine: str, form: str, weights: str, image: str
) -> str:
    from groundstone.endpoints.capacity.manifests import Plan, written
    from groundstone.endpoints.capacity.settings import settings

    one = next(found for found in settings(choice, model, workload, weights) if found.engine == engine)
    return written(Plan(choice, one, image), form)  # type: ignore[arg-type]


def _write(text: str, target: Path | None) -> None:
    from groundstone.errors import ConfigError

    if target is None:
        click.echo(text, nl=False)
        return
    try:
        target.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{target} cannot be written: {error.strerror}") from None
    click.echo(f"{target} is written")


def _deploy_embedded(model: str, count: int, host: str, port: int) -> None:
    """So many servers of this home; each with its share of the processors."""
    import os

    from groundstone.errors import ConfigError, WrongModel
    from groundstone.identity import LOCAL
    from groundstone.platform import Platform

    if host not in LOOPBACK:
        raise ConfigError("the embedded engine is deployed on loopback only; `groundstone serve --host` has the locks")
    with Platform() as platform:
        info = platform.models.info(LOCAL, model)
        if info.task != "chat":
            raise WrongModel(f"{info.name} is a model for: {info.task}; deploy a chat model")
        if info.engine == "embedded":
            platform.weights.path(info.name)  # told here when they are missing, not by every instance
    threads = max(1, (os.cpu_count() or 1) // count)
    fleet = _fleet(["embedded"], count, "/healthz", {"GROUNDSTONE_THREADS": str(threads)})
    _run(fleet, host, port, f"{info.name}, {threads} threads each")


def _fleet(
    arguments: Sequence[str], count: int, health: str = "/health", environment: dict[str, str] | None = None
) -> Fleet:
    from groundstone.endpoints.fleet import Fleet

    return Fleet(arguments, count, health, environment or {}, lambda line: click.echo(line, err=True))


def _run(fleet: Fleet, host: str, port: int, what: str) -> None:
    asyncio.run(_serve(fleet, host, port, what))


async def _serve(fleet: Fleet, host: str, port: int, what: str) -> None:
    from groundstone.errors import ConfigError

    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError):  # systems without signals in their event loop
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
    starting = asyncio.create_task(fleet.start(host, port))
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait((starting, stopping), return_when=asyncio.FIRST_COMPLETED)
    if not starting.done():
        starting.cancel()
        await asyncio.gather(starting, return_exceptions=True)
        return
    try:
        found = starting.result()
    except OSError as error:
        raise ConfigError(f"cannot listen on {host}:{port}: {error.strerror}") from None
    many = f"{fleet.count} instances" if fleet.count > 1 else "one instance"
    click.echo(f"{what}: {many} at http://{host}:{found}  (Ctrl-C stops all)")
    await stopping
    await fleet.close()
    for one in fleet.balancer.instances:
        click.echo(f"{one.name} served {one.served} connections")
