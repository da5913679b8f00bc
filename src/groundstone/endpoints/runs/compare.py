"""Two to four runs side by side: their figures at each concurrency, and the ratios to the first of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from groundstone.endpoints.capacity.knee import cost_per_million
from groundstone.endpoints.load.report import Report, Row
from groundstone.errors import InvalidInput

FEWEST, MOST = 2, 4


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure of all runs, in their order; None where a run has none. ``ratios``: to the first run that has it.

    ``less``: whether less is better.
    """

    name: str
    unit: str
    values: tuple[float | None, ...]
    less: bool = False

    @property
    def ratios(self) -> tuple[float | None, ...]:
        base = next((value for value in self.values if value), None)
        return tuple(value / base if base and value is not None else None for value in self.values)


@dataclass(frozen=True, slots=True)
class Comparison:
    """``whole``: figures of whole runs; ``by_concurrency``: throughput and latency where at least two runs have one."""

    whole: tuple[Measure, ...]
    by_concurrency: tuple[tuple[int, Measure, Measure], ...]
    notes: tuple[str, ...]


def compare(reports: Sequence[Report]) -> Comparison:
    """Raises InvalidInput."""
    if not FEWEST <= len(reports) <= MOST:
        raise InvalidInput(f"from {FEWEST} to {MOST} runs are compared at a time, not {len(reports)}")
    counts = sorted({row.concurrency for report in reports for row in _closed(report)})
    lines = []
    for count in counts:
        rows = [_at(report, count) for report in reports]
        if sum(row is not None for row in rows) < 2:
            continue
        rates = tuple(row.figures.tokens_per_second if row else None for row in rows)
        paces = tuple(1000 * row.per_token if row else None for row in rows)
        lines.append((count, Measure("throughput", "tokens/s", rates), Measure("latency", "ms/token", paces, True)))
    return Comparison(tuple(_whole(reports)), tuple(lines), tuple(_notes(reports)))


def _whole(reports: Sequence[Report]) -> list[Measure]:
    def of(name: str, unit: str, values: Sequence[float | None], less: bool = False) -> Measure:
        return Measure(name, unit, tuple(values), less)

    best = [_best(report) for report in reports]
    alone = [next(iter(_closed(report)), None) for report in reports]
    costs = [
        cost_per_million(report.price, row.figures.tokens_per_second) if row and report.price else None
        for report, row in zip(reports, best, strict=True)
    ]
    found = [
        of("greatest throughput", "tokens/s", [row.figures.tokens_per_second if row else None for row in best]),
        of("requests at once there", "", [float(row.concurrency) if row and row.concurrency else None for row in best]),
        of(
            "latency at the least concurrency",
            "ms/token",
            [1000 * row.per_token if row else None for row in alone],
            True,
        ),
        of("first token there, p50", "ms", [1000 * _first(row) if row else None for row in alone], True),
        of("knee", "requests at once", [float(report.knee) if report.knee else None for report in reports]),
        of("goodput", "requests/s", [row.figures.goodput if row else None for row in best]),
        of("least cost of a million tokens", "", costs, True),
        of("requests without a reply", "", [float(_failed(report)) for report in reports], True),
    ]
    return [one for one in found if any(value is not None for value in one.values)]


def _notes(reports: Sequence[Report]) -> list[str]:
    told = [
        f"{report.title} is not valid at every level: its client was the bottleneck."
        for report in reports
        if not report.is_valid
    ]
    for name in ("read", "write"):
        sizes = [report.setting.get(name) for report in reports]
        if len({str(size) for size in sizes}) > 1:
            told.append(f"Their requests {name} different numbers of tokens: {', '.join(map(str, sizes))}.")
    return told


def _closed(report: Report) -> list[Row]:
    """Levels of clients with replies, by concurrency."""
    rows = [row for row in report.rows if row.concurrency and row.figures.good]
    return sorted(rows, key=lambda row: row.concurrency)


def _at(report: Report, count: int) -> Row | None:
    return next((row for row in _closed(report) if row.concurrency == count), None)


def _best(report: Report) -> Row | None:
    rows = [row for row in report.rows if row.figures.good]
    return max(rows, key=lambda row: row.figures.tokens_per_second, default=None)


def _first(row: Row) -> float:
    return row.figures.first_token.at(50.0)


def _failed(report: Report) -> int:
    return sum(row.figures.requests - row.figures.good for row in report.rows)
