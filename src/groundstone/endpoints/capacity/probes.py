"""A prediction corrected by what was measured at one or three concurrencies.

One probe moves the engine's losses as far as they are uncertain (the most probable losses given the spread of each
and the noise of a measurement: Gauss-Newton with damping on their logarithms). Three probes do so too, and what then
remains between measured and predicted is carried over to the points between them, along the logarithm of concurrency.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import astuple, replace

import numpy as np
from numpy.typing import NDArray

from groundstone.endpoints.capacity.engine import MEASURED_2024, SPREAD, Engine
from groundstone.endpoints.capacity.knee import knee
from groundstone.endpoints.capacity.predict import CONCURRENCIES, Deployment, Point, curve
from groundstone.endpoints.capacity.roofline import Workload
from groundstone.errors import InvalidInput

NOISE = 0.02  # of a measured throughput, as a share; published repetitions differ by a median of 1.9 %
STEP = 1e-4
TURNS = 60
WILDEST = 0.5  # change of a logarithm in one turn
# Width of the band, set so that 90 % of points hold of which the whole configuration was left out of the fit: shares of
# the losses' spread where curves of the like were fitted, and where they were not (an accelerator left out); and what
# the theory lacks for each doubling of concurrency, from 1 or the only probe on, and away from the nearest of several.
FAMILIAR_SHARE, OTHER_SHARE = 0.3, 0.4
ASTRAY_ONE, ASTRAY = 0.035, 0.068
FITTED_DEGREES = {"a10g": 4, "a100-40gb": 8}  # accelerators, and how many of them shared a copy
FITTED_PARAMETERS = 6.74e9

Measured = Mapping[int, float]  # concurrency to tokens a second
Floats = NDArray[np.float64]


def calibrated(
    deployment: Deployment, workload: Workload, measured: Measured, engine: Engine = MEASURED_2024
) -> Engine:
    """The losses that explain the measurements best, as near to ``engine`` as they allow. Raises InvalidInput."""
    counts, wanted = _checked(measured)
    spread = np.array(astuple(SPREAD))

    def away(moved: Floats) -> Floats:
        points = curve(deployment, workload, engine.scaled(list(np.exp(moved))), counts)
        logs = np.log([point.throughput for point in points])
        return np.concatenate([(logs - wanted) / NOISE, moved / spread])

    moved, damping = np.zeros(len(spread)), 1.0
    now = away(moved)
    for _ in range(TURNS):
        slope = np.array([(away(moved + STEP * row) - now) / STEP for row in np.eye(len(spread))]).T
        turn = np.linalg.solve(slope.T @ slope + damping * np.eye(len(spread)), -slope.T @ now)
        tried = moved + np.clip(turn, -WILDEST, WILDEST)
        then = away(tried)
        better = float(then @ then) < float(now @ now)
        if better:
            small = float(np.abs(tried - moved).max()) < STEP
            moved, now, damping = tried, then, damping * 0.3
            if small:
                break
        else:
            damping *= 3
            if damping > 1e8:
                break
    return engine.scaled(list(np.exp(moved)))


def corrected(
    deployment: Deployment,
    workload: Workload,
    measured: Measured,
    concurrencies: Sequence[int] = CONCURRENCIES,
    engine: Engine = MEASURED_2024,
) -> list[Point]:
    """The curve after probes; it goes through them where there are several. Raises InvalidInput."""
    fitted = calibrated(deployment, workload, measured, engine)
    points = curve(deployment, workload, fitted, concurrencies)
    if len(measured) < 2:
        return points
    counts, wanted = _checked(measured)
    left = wanted - np.log([point.throughput for point in curve(deployment, workload, fitted, counts)])
    factors = np.exp(np.interp(np.log(concurrencies), np.log(counts), left))
    return [
        replace(point, throughput=point.throughput * float(factor), latency=point.latency / float(factor))
        for point, factor in zip(points, factors, strict=True)
    ]


def where_to_probe(
    deployment: Deployment, workload: Workload, most: int, first: float, engine: Engine = MEASURED_2024
) -> tuple[int, int, int]:
    """Three concurrencies worth measuring: 1, near the knee that one probe predicts, and ``most``.

    ``first``: tokens a second that were measured at concurrency 1. Raises InvalidInput.
    """
    if most < 3:
        raise InvalidInput("three probes need at least three different concurrencies; measure all of them instead")
    counts = [count for count in CONCURRENCIES if count < most] + [most]
    points = corrected(deployment, workload, {1: first}, counts, engine)
    found = knee(counts, [point.latency for point in points])
    middle = min(max(found, 2), counts[-2] if counts[-2] > 1 else most - 1)
    return 1, middle, most


def band(
    deployment: Deployment,
    workload: Workload,
    concurrencies: Sequence[int] = CONCURRENCIES,
    engine: Engine = MEASURED_2024,
    measured: Measured | None = None,
    share: float = 0.9,
) -> list[tuple[float, float]]:
    """Lower and upper throughput between which the truth lies with a probability of ``share``, around the prediction.

    To first order in the losses that probes leave uncertain, and what the theory lacks: a random walk along the
    logarithm of concurrency, tied to the probes. How wide both are was set on curves that were left out one by one
    (benchmarks/capacity.py), for ``familiar`` deployments and for others. Another engine than the one that the losses
    were fitted on may lie outside; a probe tells.
    """
    measured = measured or {}
    points = corrected(deployment, workload, measured, concurrencies, engine) if measured else []
    points = points or curve(deployment, workload, engine, concurrencies)
    fitted = calibrated(deployment, workload, measured, engine) if measured else engine
    spread = np.array(astuple(SPREAD)) * (FAMILIAR_SHARE if familiar(deployment) else OTHER_SHARE)
    known = np.diag(spread**-2)
    if measured:
        at = _slopes(deployment, workload, fitted, sorted(measured))
        known = known + at.T @ at / NOISE**2
    here = _slopes(deployment, workload, fitted, concurrencies)
    losses = np.einsum("ij,jk,ik->i", here, np.linalg.inv(known), here)
    walk = np.array([_astray(count, sorted(measured)) for count in concurrencies])
    wide = math.sqrt(2) * _inverse_erf(share) * np.sqrt(losses + walk + NOISE**2)
    return [
        (point.throughput * math.exp(-away), point.throughput * math.exp(away))
        for point, away in zip(points, wide.tolist(), strict=True)
    ]


def familiar(deployment: Deployment) -> bool:
    """Whether curves of its like were fitted on: an accelerator, so many of them, a dense model of about that size."""
    model, accelerator = deployment.model, deployment.instance.accelerator
    near = model.experts == 1 and 1 / 3 <= model.parameters / FITTED_PARAMETERS <= 3
    return near and deployment.degree <= FITTED_DEGREES.get(accelerator.name, 0)


def _slopes(deployment: Deployment, workload: Workload, engine: Engine, counts: Sequence[int]) -> Floats:
    """How the logarithm of throughput changes with that of each loss; a row for each count."""

    def logs(moved: Floats) -> Floats:
        points = curve(deployment, workload, engine.scaled(list(np.exp(moved))), counts)
        return np.log([point.throughput for point in points])

    losses = len(astuple(SPREAD))
    rest = logs(np.zeros(losses))
    return np.array([(logs(STEP * row) - rest) / STEP for row in np.eye(losses)]).T


def _astray(count: int, probes: Sequence[int]) -> float:
    """Variance of the logarithm by which the theory has gone astray at a concurrency.

    A random walk along doublings of concurrency; between two probes it is tied to both (a Brownian bridge).
    """
    probes = probes or [1]  # the losses hold what is not known of a single request
    below = [math.log2(count / probe) for probe in probes if probe <= count]
    above = [math.log2(probe / count) for probe in probes if probe >= count]
    doublings = [min(side) for side in (below, above) if side]
    free = doublings[0] if len(doublings) == 1 else math.prod(doublings) / (sum(doublings) or 1.0)
    return free * (ASTRAY_ONE if len(probes) == 1 else ASTRAY) ** 2


def _checked(measured: Measured) -> tuple[list[int], Floats]:
    if not measured:
        raise InvalidInput("there is no measurement to correct the prediction by")
    for count, throughput in measured.items():
        if count < 1 or not math.isfinite(throughput) or throughput <= 0:
            raise InvalidInput(f"{throughput!r} tokens a second at {count} requests is no measurement")
    counts = sorted(measured)
    return counts, np.log([measured[count] for count in counts])


def _inverse_erf(share: float) -> float:
    """By bisection; the standard library has only the function itself."""
    if not 0 < share < 1:
        raise InvalidInput("a share lies between 0 and 1")
    low, high = 0.0, 6.0
    while high - low > 1e-9:
        middle = (low + high) / 2
        low, high = (middle, high) if math.erf(middle) < share else (low, middle)
    return low
