"""A measured curve and the theory side by side: what a report shows of both, as pictures, tables and sentences.

Nothing is drawn or written here: ``endpoints/load/report.py`` turns it into pages, the command line into text.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from groundstone.endpoints.capacity.advise import Advice, Limits, advise
from groundstone.endpoints.capacity.doubts import doubts
from groundstone.endpoints.capacity.engine import usual
from groundstone.endpoints.capacity.knee import cost_per_million, knee
from groundstone.endpoints.capacity.predict import Deployment, Point, curve
from groundstone.endpoints.capacity.roofline import Workload, arithmetic_intensity, critical_batch, largest_batch
from groundstone.endpoints.capacity.settings import settings
from groundstone.errors import InvalidInput

if TYPE_CHECKING:
    from groundstone.endpoints.capacity.probes import Measured

GRADES = {0: "no probe", 1: "one probe", 3: "three probes"}


@dataclass(frozen=True, slots=True)
class Drawn:
    """A line of a picture: (across, up) in order. ``dashed``: of the theory, not measured."""

    name: str
    points: tuple[tuple[float, float], ...]
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    """``marked``: the knee, where there is one. ``logarithmic``: distances across are doublings."""

    title: str
    across: str
    up: str
    lines: tuple[Drawn, ...]
    marked: float | None = None
    logarithmic: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Cells as they are shown; as many in each row as in the head."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Joined:
    """Everything that is shown, in the order in which it is; ``figures`` is the same as numbers, for JSON."""

    pictures: tuple[Picture, ...]
    tables: tuple[Table, ...]
    sentences: tuple[str, ...]
    advice: tuple[str, ...]
    figures: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Theory:
    """What a measured endpoint stood on, and what one wants of it: see ``joined``, which takes the same."""

    deployment: Deployment
    workload: Workload
    limits: Limits | None = None
    prices: Mapping[str, float] | None = None

    def beside(self, measured: Measured, price: float = 0.0) -> Joined:
        """Raises what ``joined`` raises."""
        return joined(self.deployment, self.workload, measured, price, self.limits, self.prices)


def joined(
    deployment: Deployment,
    workload: Workload,
    measured: Measured,
    price: float = 0.0,
    limits: Limits | None = None,
    prices: Mapping[str, float] | None = None,
) -> Joined:
    """A measured curve beside the theory. ``measured``: tokens a second by concurrency, at least one.

    ``price``: of an hour of everything that was measured. ``limits`` and ``prices``: what to be advised for, and the
    instances to choose among. Raises InvalidInput for no measurement, or a model that does not fit.
    """
    from groundstone.endpoints.capacity.probes import band, corrected

    if not measured:
        raise InvalidInput("nothing was measured that the theory could be laid beside")
    counts = sorted(measured)
    grades: dict[int, dict[int, float]] = {
        0: {},
        1: _first(measured),
        **({3: _three(measured)} if len(measured) > 2 else {}),
    }
    engine = usual(deployment.instance.accelerator.maker)
    found = {
        probes: corrected(deployment, workload, known, counts, engine)
        if known
        else curve(deployment, workload, engine, counts)
        for probes, known in grades.items()
    }
    limit = band(deployment, workload, counts, engine)
    written = workload.output_tokens
    knees = {"measured": knee(counts, [count / measured[count] for count in counts])}
    knees |= {GRADES[probes]: knee(counts, [point.latency for point in points]) for probes, points in found.items()}
    advice = _advice(deployment, workload, measured, limits, prices)
    return Joined(
        tuple(_pictures(counts, measured, found, limit, knees["measured"])),
        tuple(_tables(counts, measured, found, limit, price, written)),
        tuple(_sentences(deployment, workload, measured, found, knees)),
        tuple(advice),
        _figures(deployment, workload, measured, found, limit, knees, price),
    )


def _first(measured: Measured) -> dict[int, float]:
    return {min(measured): measured[min(measured)]}


def _three(measured: Measured) -> dict[int, float]:
    """At the ends, and at the measured knee or beside it."""
    counts = sorted(measured)
    middle = knee(counts, [count / measured[count] for count in counts])
    inner = min(counts[1:-1], key=lambda count: abs(count - middle))
    return {count: measured[count] for count in (counts[0], inner, counts[-1])}


def _pictures(
    counts: Sequence[int], measured: Measured, found: Mapping[int, Sequence[Point]],
    limit: Sequence[tuple[float, float]], marked: int,
) -> Iterator[Picture]:  # fmt: skip
    rates = [measured[count] for count in counts]
    lines = [Drawn("measured", _pairs(counts, rates))]
    lines += [
        Drawn(GRADES[probes], _pairs(counts, [p.throughput for p in points]), True) for probes, points in found.items()
    ]
    shades = [
        Drawn(name, _pairs(counts, [edge[side] for edge in limit]), True) for side, name in ((0, "from"), (1, "to"))
    ]
    yield Picture(
        "Throughput, measured and predicted", "requests at once", "tokens a second", tuple(lines), marked, True
    )
    yield Picture("The band without a probe", "requests at once", "tokens a second", (lines[0], *shades), marked, True)
    paces = [Drawn("measured", _pairs(rates, [1000 * count / rate for count, rate in zip(counts, rates, strict=True)]))]
    for probes, points in found.items():
        pairs = tuple((point.throughput, 1000 * point.concurrency / point.throughput) for point in points)
        paces.append(Drawn(GRADES[probes], pairs, True))
    yield Picture("Latency against throughput", "tokens a second", "milliseconds a token", tuple(paces))


def _tables(
    counts: Sequence[int], measured: Measured, found: Mapping[int, Sequence[Point]],
    limit: Sequence[tuple[float, float]], price: float, written: int,
) -> Iterator[Table]:  # fmt: skip
    head = ("requests at once", *map(str, counts))
    rates = [measured[count] for count in counts]
    rows = [("measured", *_cells(rates))]
    rows += [(GRADES[probes], *_cells([point.throughput for point in points])) for probes, points in found.items()]
    rows.append(("90 % within", *(f"{low:.0f} to {high:.0f}" for low, high in limit)))
    yield Table("Throughput (tokens a second)", head, tuple(rows))
    paces = [("measured", *_cells([1000 * count / measured[count] for count in counts]))]
    for probes, points in found.items():
        paces.append((GRADES[probes], *_cells([1000 * point.per_token(written) for point in points])))
    yield Table("Latency (ms a token)", head, tuple(paces))
    if price:
        costs = [("measured", *(f"{cost_per_million(price, rate):.2f}" for rate in rates))]
        for probes, points in found.items():
            dear = (f"{cost_per_million(price, point.throughput):.2f}" for point in points)
            costs.append((GRADES[probes], *dear))
        yield Table(f"Cost of a million tokens, at {price:.2f} an hour", head, tuple(costs))
    bounds = tuple(point.bound for point in found[max(found)])
    yield Table("What a step waits for", head, (("by the theory", *bounds),))


def _sentences(
    deployment: Deployment, workload: Workload, measured: Measured, found: Mapping[int, Sequence[Point]],
    knees: Mapping[str, int],
) -> Iterator[str]:  # fmt: skip
    from groundstone.endpoints.capacity.probes import familiar

    model, accelerator, degree = deployment.model, deployment.instance.accelerator, deployment.degree
    holds = largest_batch(model, accelerator, degree, workload.total)
    critical = critical_batch(accelerator, model.weight_bytes)
    yield (
        f"{model.name} has {model.parameters / 1e9:.2f} billion parameters and keeps "
        f"{model.cache_per_token / 1024:.0f} KiB of keys and values for each token; the memory of a copy holds {holds} "
        f"requests of {workload.total} tokens."
    )
    first = "memory fills" if holds < critical else "arithmetic becomes the bound"
    intensity = arithmetic_intensity(model, 1, workload.context)
    yield (
        f"A single request does {intensity:.1f} operations for each byte read; from a batch of {critical:.0f} on "
        f"arithmetic is the bound, so that here {first} first."
    )
    yield f"The knee: {', '.join(f'{name} {at}' for name, at in knees.items())}."
    for probes, points in found.items():
        away = _away(measured, points, _known(measured, probes))
        if away:
            median = 100 * statistics.median(away)
            yield (
                f"With {GRADES[probes]}, throughput was predicted to a median error of {median:.1f} %, at most "
                f"{100 * max(away):.0f} %, where it was not measured."
            )
    yield from doubts(deployment, workload, measured)
    if not familiar(deployment):
        yield "No engine was measured on such a machine with such a model: without a probe the theory may be far off."


def _known(measured: Measured, probes: int) -> Mapping[int, float]:
    return {0: {}, 1: _first(measured)}.get(probes) or (_three(measured) if probes == 3 else {})


def _away(measured: Measured, points: Sequence[Point], known: Mapping[int, float]) -> list[float]:
    """Errors, as shares, at the concurrencies that the prediction was not told."""
    rest = [point for point in points if point.concurrency not in known]
    return [abs(point.throughput / measured[point.concurrency] - 1) for point in rest]


def _advice(
    deployment: Deployment, workload: Workload, measured: Measured, limits: Limits | None,
    prices: Mapping[str, float] | None,
) -> Iterator[str]:  # fmt: skip
    """What to deploy, by the losses that the measurements tell; nothing without limits or prices."""
    from groundstone.endpoints.capacity.probes import calibrated

    if not prices or limits is None:
        return
    engine = calibrated(deployment, workload, measured, usual(deployment.instance.accelerator.maker))
    try:
        found: Advice = advise(deployment.model, workload, limits, prices, engine)
    except InvalidInput as error:
        yield f"{str(error)[0].upper()}{str(error)[1:]}."
        return
    yield from found.lines()
    yield from (f"{one.engine}: {one.command}" for one in settings(found.best, deployment.model, workload))


def _figures(
    deployment: Deployment, workload: Workload, measured: Measured, found: Mapping[int, Sequence[Point]],
    limit: Sequence[tuple[float, float]], knees: Mapping[str, int], price: float,
) -> dict[str, Any]:  # fmt: skip
    return {
        "model": asdict(deployment.model),
        "instance": deployment.instance.name,
        "degree": deployment.degree,
        "replicas": deployment.replicas,
        "workload": {"input": workload.input_tokens, "output": workload.output_tokens},
        "price": price,
        "measured": {str(count): rate for count, rate in sorted(measured.items())},
        "predicted": {
            GRADES[probes]: {str(point.concurrency): round(float(point.throughput), 2) for point in points}
            for probes, points in found.items()
        },
        "band": [[round(float(edge), 2) for edge in edges] for edges in limit],
        "knees": dict(knees),
    }


def _pairs(across: Sequence[float], up: Sequence[float]) -> tuple[tuple[float, float], ...]:
    return tuple((float(x), float(y)) for x, y in zip(across, up, strict=True))


def _cells(numbers: Sequence[float]) -> tuple[str, ...]:
    """Three digits are enough for what repeats to 2 %."""
    return tuple(f"{number:.0f}" if number >= 100 else f"{number:.3g}" for number in numbers)
