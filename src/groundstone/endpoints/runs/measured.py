"""What a measured run says about limits: where on its curve they are kept, and how many such endpoints are needed."""

from __future__ import annotations

import math
from dataclasses import dataclass

from groundstone.endpoints.capacity.advise import Limits
from groundstone.endpoints.capacity.knee import cost_per_million
from groundstone.endpoints.load.report import Report, Row


@dataclass(frozen=True, slots=True)
class Verdict:
    """``concurrency``: requests at once of each of ``endpoints``; 0 where no level keeps the limits (``reason`` why).

    ``per_token`` in seconds. ``per_hour`` and ``per_million`` are of all endpoints; 0 without a price.
    """

    concurrency: int
    endpoints: int
    tokens_per_second: float
    per_token: float
    per_hour: float
    per_million: float
    reason: str


def verdict(report: Report, limits: Limits) -> Verdict:
    """The largest measured concurrency that keeps the latency (the knee without such a limit), as often as needed."""
    rows = sorted((row for row in report.rows if row.concurrency and row.figures.good), key=lambda row: row.concurrency)
    if not rows:
        return _none("the run has no level of clients with replies")
    row = _row(report, rows, limits)
    if row is None:
        least = 1000 * rows[0].per_token
        return _none(f"its quickest level takes {least:.1f} ms a token, the limit is {1000 * limits.latency:g} ms")
    rate = row.figures.tokens_per_second
    count = max(1, math.ceil(limits.throughput / rate)) if limits.throughput else 1
    hour = count * report.price
    million = cost_per_million(report.price, rate) if report.price else 0.0
    made = Verdict(
        row.concurrency, count, count * rate, row.per_token, hour, million, _reason(report, row, limits, count)
    )
    if limits.per_hour and hour > limits.per_hour:
        return _none(f"{count} of it cost {hour:.2f} an hour, the limit is {limits.per_hour:g}")
    if limits.per_million and million > limits.per_million:
        return _none(f"a million tokens cost {million:.2f}, the limit is {limits.per_million:g}")
    return made


def _row(report: Report, rows: list[Row], limits: Limits) -> Row | None:
    if limits.latency:
        return next((row for row in reversed(rows) if row.per_token <= limits.latency), None)
    return next((row for row in rows if row.concurrency == report.knee), rows[-1])


def _reason(report: Report, row: Row, limits: Limits, count: int) -> str:
    where = f"within {1000 * limits.latency:g} ms a token" if limits.latency else "at its knee"
    told = f"{where} it serves {row.concurrency} requests at once, {row.figures.tokens_per_second:.0f} tokens a second"
    if count > 1:
        told += f"; {count} of it give the throughput"
    simulated = report.setting.get("simulation") if isinstance(report.setting, dict) else None
    speed = simulated.get("speed") if isinstance(simulated, dict) else 1
    if speed != 1:
        told += f" (simulated {speed:g} times as fast as life)"
    return told if report.is_valid else f"{told} (of a run whose client was the bottleneck)"


def _none(reason: str) -> Verdict:
    return Verdict(0, 0, 0.0, 0.0, 0.0, 0.0, reason)
