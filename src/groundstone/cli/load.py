"""``groundstone load``: how a model endpoint bears up, measured."""

from __future__ import annotations

import asyncio
import json
import math
import os
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from groundstone.endpoints.capacity.joined import Theory
    from groundstone.endpoints.load.plan import Plan
    from groundstone.endpoints.load.report import Report, Row
    from groundstone.endpoints.runs.recorder import Recorder

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
OUT = click.Path(dir_okay=False, writable=True, path_type=Path)


@click.command()
@click.argument("url", metavar="URL|MODEL")
@click.option("--wire", default="openai-chat", show_default=True, help="How the server is asked; see below.")
@click.option("--model", default="", help="The model's name at the server, or the endpoint's of SageMaker.")
@click.option(
    "--input",
    "read",
    default="256",
    show_default=True,
    metavar="TOKENS",
    help="Read: 256, 128-512, or 256~64 (normal).",
)
@click.option(
    "--output", "write", default="256", show_default=True, metavar="TOKENS", help="Written: 256, 128-512, or 256~64."
)
@click.option(
    "--prompts",
    "data",
    type=click.Path(dir_okay=False),
    default="",
    help="Prompts of a file: JSONL, ShareGPT, or lines.",
)
@click.option("--tokenizer", default="auto", show_default=True, help="A tokenizer.json; or auto, server, usage, words.")
@click.option(
    "--region", default="", help="Of AWS, for signatures; that of the address or the environment unless told."
)
@click.option("--shared", default=0, help="Tokens at the beginning that all prompts have in common.")
@click.option(
    "--concurrency",
    "-c",
    type=click.IntRange(1),
    multiple=True,
    help="Clients at once; repeat it. A sweep unless told.",
)
@click.option("--most", default=512, show_default=True, help="Clients at which a sweep ends at the latest.")
@click.option("--rate", type=float, default=0.0, help="Requests a second, answered or not, in place of clients.")
@click.option(
    "--burstiness", type=float, default=0.0, help="1: requests by chance (Poisson); less: clusters. Steady unless told."
)
@click.option("--ramp", type=float, default=0.0, help="The rate rises from --rate to this over --seconds.")
@click.option("--burst", type=click.IntRange(0), default=0, help="So many requests at once, --off-seconds apart.")
@click.option(
    "--on-seconds",
    "on",
    type=click.FloatRange(0),
    default=0.0,
    help="The rate for so long, then --off-seconds of none.",
)
@click.option("--off-seconds", "off", type=click.FloatRange(0), default=0.0, help="Seconds of silence between bursts.")
@click.option("--trace", type=click.Path(dir_okay=False), default="", help="Requests as they were, CSV or JSONL.")
@click.option("--speed", type=click.FloatRange(0.001), default=1.0, show_default=True, help="Times that of the trace.")
@click.option("--requests", type=click.IntRange(0), default=0, help="Requests of a level.")
@click.option("--seconds", type=click.FloatRange(0), default=0.0, help="Seconds of a level.")
@click.option(
    "--until-stable", type=click.FloatRange(0, 50), default=0.0, metavar="PERCENT",
    help="A level of --concurrency ends when its figures are known so well.",
)  # fmt: skip
@click.option(
    "--timeout", type=click.FloatRange(0.1), default=60.0, show_default=True, help="Seconds for a whole reply."
)
@click.option("--seed", default=0, help="The same seed sends the same prompts.")
@click.option("--key-env", default="", help="Name of the environment variable with the key of the server.")
@click.option("--processes", type=click.IntRange(1, 64), default=1, show_default=True, help="That share --concurrency.")
@click.option("--obey", is_flag=True, help="Clients wait as long as Retry-After tells them to.")
@click.option("--insecure", is_flag=True, help="Take any certificate.")
@click.option("--latency", type=click.FloatRange(0), default=0.0, help="Milliseconds a token at which a sweep ends.")
@click.option("--first-token", type=click.FloatRange(0), default=0.0, help="Milliseconds promised to the first token.")
@click.option(
    "--per-token", type=click.FloatRange(0), default=0.0, help="Milliseconds promised for each further token."
)
@click.option("--end-to-end", type=click.FloatRange(0), default=0.0, help="Milliseconds promised for a whole reply.")
@click.option("--price", type=click.FloatRange(0), default=0.0, help="Money for an hour of the endpoint.")
@click.option(
    "--on",
    "theory",
    default="",
    metavar="MODEL@INSTANCE",
    help="Such as llama-2-7b@ml.g5.2xlarge: the theory beside it.",
)
@click.option("--prices", type=FILE, help="Of instances, as for `capacity advise`: what to deploy is advised.")
@click.option("--throughput", type=click.FloatRange(0), default=0.0, help="Tokens a second wanted of that advice.")
@click.option("--per-hour", type=click.FloatRange(0), default=0.0, help="Money for an hour, at most, by that advice.")
@click.option(
    "--per-million", type=click.FloatRange(0), default=0.0, help="Money for a million tokens, at most, by that advice."
)
@click.option("--json", "json_file", type=OUT, help="Write everything there.")
@click.option("--csv", "csv_file", type=OUT, help="Write the levels there.")
@click.option("--markdown", "markdown_file", type=OUT, help="Write the levels there.")
@click.option("--html", "html_file", type=OUT, help="Write a page with curves there.")
@click.option("--no-keep", is_flag=True, help="Keep no run; `groundstone runs` lists those that are kept.")
def load(
    theory: str, price: float, no_keep: bool, json_file: Path | None, csv_file: Path | None, markdown_file: Path | None,
    html_file: Path | None, prices: Path | None, throughput: float, per_hour: float, per_million: float, **given: Any,
) -> None:  # fmt: skip
    """Measure the endpoint at URL, or MODEL of this Groundstone's own catalogue, under load.

    Without more it is asked by 1, 2, 4, ... clients at once until more of them pay no longer. Ctrl-C ends the run; what
    had been measured until then is reported.
    """
    from groundstone.cli.runs import recorder
    from groundstone.endpoints.load.plan import Plan

    for name in ("latency", "first_token", "per_token", "end_to_end"):
        given[name] /= 1000
    numbers = {"price": price, "throughput": throughput, "per_hour": per_hour, "per_million": per_million}
    files = {"json": json_file, "csv": csv_file, "markdown": markdown_file, "html": html_file}
    _usable(numbers, files)
    with _address(given):
        plan = Plan.of(given)
        limits = (given["latency"], throughput, per_hour, per_million)
        beside = _theory(theory, plan, limits, prices)
        price = price or _price(beside)
        kept = None if no_keep else partial(recorder, plan, price, theory)
        report = asyncio.run(_run(plan, beside, price, files, kept))
    _say_notes(report)
    for file in filter(None, files.values()):
        click.echo(f"{file} is written")
    if not any(row.figures.good for row in report.rows):
        raise click.ClickException("not one request was answered")


def _usable(numbers: Mapping[str, float], files: Mapping[str, Path | None]) -> None:
    """Before anything is sent: a run must not end in a file that cannot be written. Raises InvalidInput."""
    from groundstone.errors import InvalidInput

    for name, number in numbers.items():
        if not math.isfinite(number):
            raise InvalidInput(f"--{name.replace('_', '-')} is {number}; give a number")
    for file in filter(None, files.values()):
        if not file.parent.is_dir() or not os.access(file.parent, os.W_OK):
            raise InvalidInput(f"{file} cannot be written: {file.parent} is no folder that may be written to")


@contextmanager
def _address(given: dict[str, Any]) -> Iterator[None]:
    """A name without an address is a model of this Groundstone's own catalogue, which is then served for the run."""
    from groundstone.cli.load_engine import served

    if "://" in given["url"]:
        yield
        return
    given["model"] = given["model"] or given["url"]
    with served() as given["url"]:
        click.echo(f"{given['model']} is served at {given['url']}")
        yield


async def _run(
    plan: Plan, beside: Theory | None, price: float, files: Mapping[str, Path | None],
    recorder: Callable[[], Recorder] | None,
) -> Report:  # fmt: skip
    from groundstone.endpoints.load.measure import measure, setting
    from groundstone.endpoints.load.report import Report
    from groundstone.endpoints.runs.keeping import keeping

    rows: list[Row] = []
    predicted = _predicted(beside)

    def ended(row: Row) -> None:
        """What has been measured is kept at once: nothing that happens later can lose it."""
        rows.append(row)
        _say(row)
        report = Report(f"Load on {plan.url}", setting(plan), tuple(rows), price, predicted, beside)
        _write(report, files)
        kept.level(report)

    stop = asyncio.Event()
    with suppress(NotImplementedError, RuntimeError, ValueError):  # no signals in this loop, or not in this thread
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
    click.echo(
        f"{'level':>16} {'good':>6} {'tokens/s':>9} {'first p50':>10} {'p99':>8} {'token p50':>10} {'p99':>8}  (ms)"
    )
    async with keeping(recorder() if recorder else None, stop) as kept:
        found = await measure(plan, stop, watch=kept.watch, ended=ended)
    report = replace(found, price=price, predicted=predicted, theory=beside)
    _write(report, files)
    return report


def _write(report: Report, files: Mapping[str, Path | None]) -> None:
    from groundstone.endpoints.load.report import as_csv, as_html, as_json, as_markdown

    made: dict[str, Callable[[Report], str]] = {
        "json": lambda one: json.dumps(as_json(one), indent=1, default=str), "csv": as_csv, "markdown": as_markdown,
        "html": as_html,
    }  # fmt: skip
    for kind, file in files.items():
        if file is not None:
            whole = file.with_name(f".{file.name}.part")
            whole.write_text(made[kind](report), encoding="utf-8")
            whole.replace(file)


def _theory(named: str, plan: Plan, limits: tuple[float, float, float, float], prices: Path | None) -> Theory | None:
    """``named``: MODEL@INSTANCE. Raises InvalidInput, NotFound, ConfigError."""
    if not named:
        return None
    from groundstone.endpoints.capacity.accelerators import instance, read_prices
    from groundstone.endpoints.capacity.advise import Limits
    from groundstone.endpoints.capacity.architectures import architecture
    from groundstone.endpoints.capacity.joined import Theory
    from groundstone.endpoints.capacity.predict import Deployment
    from groundstone.endpoints.capacity.roofline import Workload
    from groundstone.endpoints.load.prompts import Lengths
    from groundstone.errors import InvalidInput

    model, at, place = named.partition("@")
    if not at:
        raise InvalidInput(f"{named!r} is not like llama-2-7b@ml.g5.2xlarge")
    machine = instance(place)
    deployment = Deployment(architecture(model), machine, machine.count)
    workload = Workload(Lengths.of(plan.read).mean, Lengths.of(plan.write).mean)
    return Theory(deployment, workload, Limits(*limits), read_prices(prices) if prices else None)


def _predicted(beside: Theory | None) -> dict[int, float]:
    """Tokens a second by concurrency. Raises InvalidInput where the model does not fit."""
    if beside is None:
        return {}
    from groundstone.endpoints.capacity.engine import usual
    from groundstone.endpoints.capacity.predict import curve

    engine = usual(beside.deployment.instance.accelerator.maker)
    points = curve(beside.deployment, beside.workload, engine)
    return {point.concurrency: round(point.throughput, 1) for point in points}


def _price(beside: Theory | None) -> float:
    """Of an hour of the instance that was measured, where the file of prices has it."""
    return (beside.prices or {}).get(beside.deployment.instance.name, 0.0) if beside else 0.0


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
