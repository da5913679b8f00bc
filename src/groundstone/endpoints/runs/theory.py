"""The predicted curve beside a measured one."""

from __future__ import annotations

from groundstone.endpoints.capacity.predict import curve
from groundstone.endpoints.capacity.roofline import Workload
from groundstone.endpoints.load.prompts import Lengths
from groundstone.endpoints.load.report import Report
from groundstone.endpoints.runs.order import Order


def predicted(order: Order) -> dict[int, float]:
    """Written tokens a second by concurrency; empty when model and instance are not known.

    A simulated engine that runs faster than life is predicted as fast. Raises InvalidInput when the model does not fit.
    """
    if (place := order.predicts) is None:
        return {}
    own = order.simulation is not None and place == order.simulation.place
    speed = order.simulation.speed if own and order.simulation else 1.0
    return {
        point.concurrency: round(float(speed * point.throughput), 1)
        for point in curve(place.deployment, workload(order))
    }


def probed(order: Order, report: Report) -> dict[int, float]:
    """The same once the least concurrency is measured: the losses of the theory are those that explain it.

    Empty when model and instance are not known, or no level of one client has replies.
    """
    place = order.predicts
    first = next((row for row in report.rows if row.concurrency == 1 and row.figures.good), None)
    if place is None or first is None:
        return {}
    from groundstone.endpoints.capacity.probes import corrected  # it needs numpy

    speed = _speed(order)
    points = corrected(place.deployment, workload(order), {1: first.figures.tokens_per_second / speed})
    return {point.concurrency: round(float(speed * point.throughput), 1) for point in points}


def _speed(order: Order) -> float:
    """Of the engine whose theory is asked: times life."""
    simulation = order.simulation
    return simulation.speed if simulation is not None and order.predicts == simulation.place else 1.0


def workload(order: Order) -> Workload:
    """Tokens of a request, in the mean."""
    read, write = (Lengths.of(text) for text in (order.plan.read, order.plan.write))
    return Workload(max(1, round(read.mean)), max(1, round(write.mean)))
