"""The theory beside a kept run: predicted curves, and what a report says of both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from groundstone.endpoints.capacity.engine import usual
from groundstone.endpoints.capacity.joined import Theory
from groundstone.endpoints.capacity.predict import Deployment, Point, curve
from groundstone.endpoints.capacity.roofline import Workload
from groundstone.endpoints.load.prompts import Lengths
from groundstone.endpoints.load.report import Report
from groundstone.endpoints.runs.order import Place
from groundstone.endpoints.runs.reports import made
from groundstone.errors import InvalidInput, NotFound


@dataclass(frozen=True, slots=True)
class Beside:
    """What a run is held against. ``speed``: of a simulated engine, times life; its prediction is as fast."""

    deployment: Deployment
    workload: Workload
    speed: float = 1.0


def beside(order: Mapping[str, Any] | None) -> Beside | None:
    """By the order of a run as it is kept; None where model and instance are not known, or not here."""
    told = order or {}
    simulation: Mapping[str, Any] = told.get("simulation") or {}
    named = told.get("theory") or simulation.get("place")
    if not named:
        return None
    simulated = named == simulation.get("place")
    lengths = [Lengths.of(told["plan"][name]).mean for name in ("read", "write")]
    try:
        place = made(Place, named, "the theory")
    except (InvalidInput, NotFound):  # a terminal also knows models by their config.json
        return None
    return Beside(place.deployment, Workload(*lengths), float(simulation["speed"]) if simulated else 1.0)


def predicted(known: Beside | None) -> dict[int, float]:
    """Written tokens a second by concurrency, before anything is measured. Raises InvalidInput for what cannot fit."""
    if known is None:
        return {}
    return _rates(known, curve(known.deployment, known.workload, usual(known.deployment.instance.accelerator.maker)))


def probed(known: Beside | None, report: Report) -> dict[int, float]:
    """The same once one client is measured: the losses of the theory are those that explain it; else empty."""
    first = next((row for row in report.rows if row.concurrency == 1 and row.figures.good), None)
    if known is None or first is None:
        return {}
    from groundstone.endpoints.capacity.probes import corrected  # it needs numpy

    engine = usual(known.deployment.instance.accelerator.maker)
    measured = {1: first.figures.tokens_per_second / known.speed}
    return _rates(known, corrected(known.deployment, known.workload, measured, engine=engine))


def with_theory(known: Beside | None, report: Report) -> Report:
    """The report as it is taken along. An engine that is not simulated in the pace of life is not laid beside it."""
    if known is None or known.speed != 1.0:
        return report
    return replace(report, theory=Theory(known.deployment, known.workload))


def _rates(known: Beside, points: list[Point]) -> dict[int, float]:
    return {point.concurrency: round(float(known.speed * point.throughput), 1) for point in points}
