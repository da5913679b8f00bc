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
    """Lower and upper throughput between which the truth lies with a probability of ``share``, by the spreads.

    To first order in the losses that the probes leave uncertain (those of the posterior after the probes).
    """
    spread = np.array(astuple(SPREAD))
    engine = calibrated(deployment, workload, measured, engine) if measured else engine

    def logs(moved: Floats, counts: Sequence[int]) -> Floats:
        points = curve(deployment, workload, engine.scaled(list(np.exp(moved))), counts)
        return np.log([point.throughput for point in points])

    def slopes(counts: Sequence[int]) -> Floats:
        rest = logs(np.zeros(len(spread)), counts)
        return np.array([(logs(STEP * row, counts) - rest) / STEP for row in np.eye(len(spread))]).T

    known = np.diag(spread**-2)
    if measured:
        at = slopes(sorted(measured))
        known = known + at.T @ at / NOISE**2
    here = slopes(concurrencies)
    deviation = np.sqrt(np.einsum("ij,jk,ik->i", here, np.linalg.inv(known), here) + NOISE**2)
    wide = math.sqrt(2) * _inverse_erf(share)
    middle = logs(np.zeros(len(spread)), concurrencies)
    low, high = np.exp(middle - wide * deviation), np.exp(middle + wide * deviation)
    return list(zip(low.tolist(), high.tolist(), strict=True))


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
