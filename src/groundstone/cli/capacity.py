"""``groundstone capacity``: what an endpoint can carry, by theory and probes, and what to deploy."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

if TYPE_CHECKING:
    from groundstone.endpoints.capacity.advise import Choice
    from groundstone.endpoints.capacity.predict import Deployment, Point
    from groundstone.endpoints.capacity.roofline import Workload

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def _probe(value: str) -> tuple[int, float]:
    """``CONCURRENCY=TOKENS_PER_SECOND``, as was measured."""
    count, _, rate = value.partition("=")
    try:
        return int(count), float(rate)
    except ValueError:
        raise click.BadParameter(f"{value!r} is not like 16=343: a concurrency and tokens a second") from None


def _of_requests(command: Callable[..., None]) -> Callable[..., None]:
    for option in (
        click.option("--json", "as_json", is_flag=True, help="Print JSON."),
        click.option("--output", "output", default=256, show_default=True, help="Tokens that a request writes."),
        click.option("--input", "input_", default=256, show_default=True, help="Tokens that a request reads."),
    ):
        command = option(command)
    return command


@click.group()
def capacity() -> None:
    """What a model endpoint can carry, before it is measured and after a few probes."""


@capacity.command()
@click.argument("model")
@click.option("--instance", "-i", "instance_", required=True, help="Such as ml.g5.12xlarge, or '4 x l4'.")
@click.option("--degree", type=click.IntRange(1, 64), help="Accelerators that share a copy; all of them unless told.")
@click.option("--replicas", type=click.IntRange(1, 10_000), default=1, show_default=True, help="Copies of the model.")
@click.option(
    "--routing", type=click.Choice(["fewest", "random"]), default="fewest", show_default=True,
    help="Which copy gets a request: the one with the fewest, or any by chance.",
)  # fmt: skip
@_of_requests
@click.option("--probe", "probes", multiple=True, metavar="N=TOKENS", help="What was measured, such as 16=343.")
@click.option("--prices", type=FILE, help="TOML with the price of an hour by instance.")
def curve(
    model: str, instance_: str, degree: int | None, replicas: int, routing: Literal["fewest", "random"],
    input_: int, output: int, as_json: bool, probes: Sequence[str], prices: Path | None,
) -> None:  # fmt: skip
    """The curve of throughput and latency of MODEL on an instance.

    MODEL is a name of the catalogue (`groundstone capacity models`), a config.json, or a folder with one. Without a
    probe the figures lie in a wide band; one probe at concurrency 1 narrows it, three (at 1, near the knee, at the
    greatest) make them good.
    """
    from groundstone.endpoints.capacity.accelerators import instance, read_prices
    from groundstone.endpoints.capacity.architectures import architecture
    from groundstone.endpoints.capacity.doubts import doubts
    from groundstone.endpoints.capacity.engine import usual
    from groundstone.endpoints.capacity.predict import CONCURRENCIES, Deployment
    from groundstone.endpoints.capacity.predict import curve as predicted
    from groundstone.endpoints.capacity.probes import band, corrected
    from groundstone.endpoints.capacity.roofline import Workload

    place = instance(instance_)
    deployment = Deployment(architecture(model), place, degree or place.count, replicas, routing)
    engine = usual(place.accelerator.maker)
    workload = Workload(input_, output)
    measured = dict(map(_probe, probes))
    points = corrected(deployment, workload, measured, engine=engine) if measured else None
    points = points or predicted(deployment, workload, engine)
    limits = band(deployment, workload, CONCURRENCIES, engine, measured or None)
    price = read_prices(prices).get(place.name, 0.0) if prices else 0.0
    machines = -(-replicas * deployment.degree // place.count)
    told = _report(deployment, workload, points, limits, price * machines)
    told["doubts"] = list(doubts(deployment, workload, measured))
    click.echo(json.dumps(told, indent=1) if as_json else _curve_text(told))


@capacity.command()
@click.argument("model")
@click.option("--prices", type=FILE, required=True, help="TOML with the price of an hour by instance.")
@_of_requests
@click.option("--latency", type=click.FloatRange(0), default=0.0, help="Milliseconds a written token, at most.")
@click.option("--throughput", type=click.FloatRange(0), default=0.0, help="Written tokens a second, at least.")
@click.option("--per-hour", type=click.FloatRange(0), default=0.0, help="Money for an hour, at most.")
@click.option("--per-million", type=click.FloatRange(0), default=0.0, help="Money for a million tokens, at most.")
def advise(
    model: str, prices: Path, input_: int, output: int, as_json: bool, latency: float, throughput: float,
    per_hour: float, per_million: float,
) -> None:  # fmt: skip
    """What to deploy MODEL on: the cheapest instances that keep the limits, and the settings of the engine."""
    from groundstone.endpoints.capacity.accelerators import read_prices
    from groundstone.endpoints.capacity.advise import Limits
    from groundstone.endpoints.capacity.advise import advise as advised
    from groundstone.endpoints.capacity.architectures import architecture
    from groundstone.endpoints.capacity.roofline import Workload
    from groundstone.endpoints.capacity.settings import settings

    workload, chosen = Workload(input_, output), architecture(model)
    limits = Limits(latency / 1000, throughput, per_hour, per_million)
    found = advised(chosen, workload, limits, read_prices(prices))
    engines = settings(found.best, chosen, workload)
    if as_json:
        told: dict[str, Any] = {
            "best": _choice_json(found.best),
            "second": _choice_json(found.second) if found.second else None,
            "reasons": list(found.reasons),
            "settings": [asdict(one) for one in engines],
        }
        click.echo(json.dumps(told, indent=1))
        return
    for line in found.lines():
        click.echo(line)
    for one in engines:
        click.echo(f"\n{one.engine}: {one.command}")


@capacity.command()
def models() -> None:
    """The models and instances that are known without files."""
    from groundstone.endpoints.capacity.accelerators import instances
    from groundstone.endpoints.capacity.architectures import catalogue

    for name, model in catalogue().items():
        cache = model.cache_per_token / 1024
        click.echo(f"{name:16} {model.parameters / 1e9:7.2f} billion parameters, {cache:6.0f} KiB of cache a token")
    click.echo()
    for name, place in instances().items():
        click.echo(f"{name:16} {place.count} x {place.accelerator.name}")


def _report(
    deployment: Deployment, workload: Workload, points: Sequence[Point], limits: Sequence[tuple[float, float]],
    price: float,
) -> dict[str, Any]:  # fmt: skip
    from groundstone.endpoints.capacity.knee import cost_per_million, knee
    from groundstone.endpoints.capacity.roofline import arithmetic_intensity, critical_batch, largest_batch

    model, accelerator = deployment.model, deployment.instance.accelerator
    rows = [
        {
            "concurrency": point.concurrency,
            "tokens_per_second": round(point.throughput, 1),
            "from": round(low, 1),
            "to": round(high, 1),
            "milliseconds_per_token": round(1000 * point.per_token(workload.output_tokens), 1),
            "bound": point.bound,
            **({"per_million": round(cost_per_million(price, point.throughput), 2)} if price else {}),
        }
        for point, (low, high) in zip(points, limits, strict=True)
    ]
    return {
        "model": model.name,
        "instance": deployment.instance.name,
        "degree": deployment.degree,
        "replicas": deployment.replicas,
        "parameters": model.parameters,
        "cache_bytes_per_token": model.cache_per_token,
        "largest_batch": largest_batch(model, accelerator, deployment.degree, workload.total),
        "critical_batch": round(critical_batch(accelerator, model.weight_bytes)),
        "operations_per_byte": round(arithmetic_intensity(model, 1, workload.context), 2),
        "knee": knee([point.concurrency for point in points], [point.latency for point in points]),
        "curve": rows,
    }


def _curve_text(told: dict[str, Any]) -> str:
    several = "s" if told["degree"] > 1 else ""
    head = (
        f"{told['model']} on {told['instance']}, {told['replicas']} x {told['degree']} accelerator{several}\n"
        f"{told['parameters'] / 1e9:.2f} billion parameters; memory holds {told['largest_batch']} requests a copy; "
        f"arithmetic is the bound from {told['critical_batch']} on\n"
    )
    lines = [
        f"{row['concurrency']:>11} {row['tokens_per_second']:>9.0f} {row['from']:>9.0f} to {row['to']:<8.0f}"
        f"{row['milliseconds_per_token']:>9.0f}  {row['bound']:10}"
        + (f"{row['per_million']:>9.2f}" if "per_million" in row else "")
        + ("  knee" if row["concurrency"] == told["knee"] else "")
        for row in told["curve"]
    ]
    priced = "a million" if "per_million" in told["curve"][0] else ""
    title = f"{'concurrency':>11} {'tokens/s':>9} {'90 % within':^21} {'ms/token':>8}  {'bound':10}{priced:>9}"
    return "\n".join([head, title, *lines, *(f"\n{doubt}" for doubt in told["doubts"])])


def _choice_json(choice: Choice) -> dict[str, Any]:
    return {
        "instance": choice.instance.name, "machines": choice.machines, "degree": choice.degree,
        "copies": choice.copies, "concurrency": choice.point.concurrency,
        "tokens_per_second": round(choice.point.throughput, 1), "per_hour": choice.per_hour,
        "per_million": round(choice.per_million, 3),
    }  # fmt: skip
