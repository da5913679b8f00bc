"""``groundstone load``: how a model endpoint bears up, measured."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from groundstone.endpoints.load.figures import Promise
    from groundstone.endpoints.load.report import Report, Row
    from groundstone.endpoints.load.runner import Extent, Level, Target
    from groundstone.endpoints.load.wires import Ask

OUT = click.Path(dir_okay=False, writable=True, path_type=Path)


@dataclass(frozen=True)
class _Order:
    """What is to be run, as it was typed."""

    url: str
    wire: str
    model: str
    input_tokens: int
    output_tokens: int
    shared: int
    seed: int
    timeout: float
    concurrency: tuple[int, ...]
    most: int
    rate: float
    burstiness: float
    ramp: float
    trace: Path | None
    requests: int
    seconds: float
    key_env: str
    insecure: bool
    latency: float
    processes: int


@click.command()
@click.argument("url")
@click.option(
    "--wire", default="openai-chat", show_default=True, help="openai-chat, openai, tgi, tgi-whole, invocations."
)
@click.option("--model", default="", help="The model's name at the server.")
@click.option("--input", "input_tokens", default=256, show_default=True, help="Tokens that a request reads.")
@click.option("--output", "output_tokens", default=256, show_default=True, help="Tokens that a request writes.")
@click.option("--shared", default=0, help="Tokens at the beginning that all prompts have in common.")
@click.option(
    "--concurrency",
    "-c",
    type=click.IntRange(1),
    multiple=True,
    help="Clients at once; repeat it. A sweep unless told.",
)
@click.option("--most", default=512, show_default=True, help="Clients at which a sweep ends at the latest.")
@click.option(
    "--rate", type=float, default=0.0, help="Requests a second, whether answered or not, in place of clients."
)
@click.option(
    "--burstiness", type=float, default=0.0, help="1: requests by chance (Poisson); less: clusters. Steady unless told."
)
@click.option("--ramp", type=float, default=0.0, help="The rate rises from --rate to this over --seconds.")
@click.option(
    "--trace", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Times of requests, a number a line."
)
@click.option("--requests", type=click.IntRange(0), default=0, help="Requests of a level.")
@click.option("--seconds", type=click.FloatRange(0), default=0.0, help="Seconds of a level.")
@click.option(
    "--timeout", type=click.FloatRange(0.1), default=60.0, show_default=True, help="Seconds for a whole reply."
)
@click.option("--seed", default=0, help="The same seed sends the same prompts.")
@click.option("--key-env", default="", help="Name of the environment variable with the key of the server.")
@click.option(
    "--processes", type=click.IntRange(1, 64), default=1, show_default=True, help="That send, for levels of clients."
)
@click.option("--insecure", is_flag=True, help="Take any certificate.")
@click.option("--latency", type=click.FloatRange(0), default=0.0, help="Milliseconds a token at which a sweep ends.")
@click.option("--first-token", type=click.FloatRange(0), default=0.0, help="Milliseconds promised to the first token.")
@click.option(
    "--per-token", type=click.FloatRange(0), default=0.0, help="Milliseconds promised for each further token."
)
@click.option("--end-to-end", type=click.FloatRange(0), default=0.0, help="Milliseconds promised for a whole reply.")
@click.option("--price", type=click.FloatRange(0), default=0.0, help="Money for an hour of the endpoint.")
@click.option(
    "--on", "theory", default="", help="MODEL@INSTANCE, such as llama-2-7b@ml.g5.2xlarge: the theory beside it."
)
@click.option("--json", "json_file", type=OUT, help="Write everything there.")
@click.option("--csv", "csv_file", type=OUT, help="Write the levels there.")
@click.option("--markdown", "markdown_file", type=OUT, help="Write the levels there.")
@click.option("--html", "html_file", type=OUT, help="Write a page with curves there.")
def load(
    url: str, first_token: float, per_token: float, end_to_end: float, price: float, theory: str,
    json_file: Path | None, csv_file: Path | None, markdown_file: Path | None, html_file: Path | None, **order: Any,
) -> None:  # fmt: skip
    """Measure the endpoint at URL under load.

    Without more it is asked by 1, 2, 4, ... clients at once until more of them pay no longer. Ctrl-C ends the run; what
    had been measured until then is reported.
    """
    from groundstone.endpoints.load.figures import Promise
    from groundstone.endpoints.load.report import Report, as_csv, as_html, as_json, as_markdown

    order["latency"] /= 1000
    wanted = _Order(url, **order)
    promise = Promise(first_token / 1000, per_token / 1000, end_to_end / 1000)
    predicted = _predicted(theory, wanted)
    rows = tuple(asyncio.run(_run(wanted, promise)))
    setting = {"address": url, **{name: value for name, value in order.items() if name != "key_env" and value}}
    setting |= {"promise": str(promise)}
    report = Report(f"Load on {url}", setting, rows, price, predicted)
    _say_notes(report)
    whole = json.dumps(as_json(report), indent=1, default=str)
    texts = ((json_file, whole), (csv_file, as_csv(report)), (markdown_file, as_markdown(report)))
    for file, text in (*texts, (html_file, as_html(report))):
        if file is not None:
            file.write_text(text, encoding="utf-8")
            click.echo(f"{file} is written")
    if not any(row.figures.good for row in rows):
        raise click.ClickException("not one request was answered")


async def _run(order: _Order, promise: Promise) -> list[Row]:
    from groundstone.endpoints.load.client import Address, Client
    from groundstone.endpoints.load.report import row
    from groundstone.endpoints.load.runner import Target
    from groundstone.endpoints.load.wires import wire

    stop = asyncio.Event()
    rows: list[Row] = []
    with suppress(
        NotImplementedError, RuntimeError, ValueError
    ):  # no signals in this event loop, or not in this thread
        asyncio.get_running_loop().add_signal_handler(signal.SIGINT, stop.set)
    client = Client(Address.of(order.url), order.timeout, not order.insecure)
    target = Target(client, wire(order.wire), order.model, _headers(order))
    click.echo(
        f"{'level':>16} {'good':>6} {'tokens/s':>9} {'first p50':>10} {'p99':>8} {'token p50':>10} {'p99':>8}  (ms)"
    )
    try:
        async for concurrency, level in _levels(order, target, stop):
            rows.append(row(level, concurrency, promise))
            _say(rows[-1])
    finally:
        await client.close()
    return rows


async def _levels(order: _Order, target: Target, stop: asyncio.Event) -> AsyncIterator[tuple[int, Level]]:
    from groundstone.endpoints.load.runner import Extent, closed, opened
    from groundstone.endpoints.load.sweep import Bounds, sweep

    if order.processes > 1 and not order.concurrency:
        raise click.UsageError("--processes goes with --concurrency")
    if order.rate or order.trace:
        extent = Extent(order.requests, order.seconds or (0.0 if order.requests else 30.0), warm=1)
        times, name = _times(order)
        yield 0, await opened(target, _asks(order, 0), times, extent, stop, name)
    elif order.concurrency:
        for concurrency in order.concurrency:
            if stop.is_set():
                return
            requests = order.requests or (0 if order.seconds else 3 * concurrency)
            extent = Extent(requests, order.seconds, warm=min(concurrency, 2))
            if order.processes > 1:
                yield concurrency, await _several(order, concurrency, extent, stop)
            else:
                yield concurrency, await closed(target, _asks(order, concurrency), concurrency, extent, stop)
    else:
        bounds = Bounds(order.most, order.latency, seconds=order.seconds or 60.0)
        concurrency = 1
        async for level in sweep(target, lambda count: _asks(order, count), bounds, stop):
            yield concurrency, level
            concurrency *= 2


async def _several(order: _Order, concurrency: int, extent: Extent, stop: asyncio.Event) -> Level:
    from groundstone.endpoints.load.several import Order, together

    wanted = Order(
        order.url, order.wire, order.model, order.input_tokens, order.output_tokens, concurrency, extent.requests,
        extent.seconds, order.timeout, order.shared, order.seed, not order.insecure, tuple(_headers(order).items()),
    )  # fmt: skip
    return await together(wanted, min(order.processes, concurrency), stop)


def _times(order: _Order) -> tuple[Iterator[float], str]:
    from groundstone.endpoints.load import schedules
    from groundstone.errors import InvalidInput

    if order.trace is not None:
        try:
            times = [float(line) for line in order.trace.read_text(encoding="utf-8").split()]
        except (ValueError, OSError) as error:
            raise InvalidInput(f"{order.trace} is no trace, which has seconds, one number a line: {error}") from None
        return schedules.replay(times), f"{len(times)} of a trace"
    if order.ramp:
        return schedules.ramp(order.rate, order.ramp, order.seconds or 30.0), f"{order.rate:g} to {order.ramp:g}/s"
    if order.burstiness:
        return schedules.poisson(order.rate, order.seed, order.burstiness), f"{order.rate:g}/s by chance"
    return schedules.constant(order.rate), f"{order.rate:g}/s"


def _asks(order: _Order, level: int) -> Iterator[Ask]:
    from groundstone.endpoints.load.prompts import prompts

    return prompts(order.input_tokens, order.output_tokens, seed=1000 * order.seed + level, shared=order.shared)


def _headers(order: _Order) -> dict[str, str]:
    import os

    from groundstone.errors import ConfigError

    if not order.key_env:
        return {}
    if not (key := os.environ.get(order.key_env)):
        raise ConfigError(f"{order.key_env} is not set; --key-env names the variable that holds the server's key")
    return {"authorization": f"Bearer {key}"}


def _predicted(theory: str, order: _Order) -> dict[int, float]:
    if not theory:
        return {}
    from groundstone.endpoints.capacity.accelerators import instance
    from groundstone.endpoints.capacity.architectures import architecture
    from groundstone.endpoints.capacity.predict import Deployment, curve
    from groundstone.endpoints.capacity.roofline import Workload
    from groundstone.errors import InvalidInput

    model, at, place = theory.partition("@")
    if not at:
        raise InvalidInput(f"{theory!r} is not like llama-2-7b@ml.g5.2xlarge")
    machine = instance(place)
    deployment = Deployment(architecture(model), machine, machine.count)
    points = curve(deployment, Workload(order.input_tokens, order.output_tokens))
    return {point.concurrency: round(point.throughput, 1) for point in points}


def _say(row: Row) -> None:
    found = row.figures
    first, between = found.first_token, found.between_tokens
    click.echo(
        f"{row.name:>16} {found.good:>6} {found.tokens_per_second:>9.1f} {1000 * first.at(50.0):>10.1f} "
        f"{1000 * first.at(99.0):>8.1f} {1000 * between.at(50.0):>10.2f} {1000 * between.at(99.0):>8.2f}"
    )


def _say_notes(report: Report) -> None:
    from groundstone.endpoints.load.report import notes

    for note in notes(report):
        click.echo(note)
