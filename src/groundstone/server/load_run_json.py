"""Load runs as the API tells them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from groundstone.endpoints.capacity.advise import Choice
from groundstone.endpoints.capacity.knee import cost_per_million
from groundstone.endpoints.load.figures import Spread
from groundstone.endpoints.load.report import Report, Row, notes
from groundstone.endpoints.runs.advice import Advised
from groundstone.endpoints.runs.base import Run
from groundstone.endpoints.runs.compare import Comparison, Measure
from groundstone.endpoints.runs.measured import Verdict
from groundstone.identity import Principal
from groundstone.server import load_run_bodies as forms


def run_body(run: Run, caller: Principal, admin: bool) -> forms.LoadRunBody:
    told = {name: value for name, value in run.json().items() if name != "tenant"}
    return forms.LoadRunBody(**told, mine=admin or run.owner == caller.user)


def measured_body(report: Report, probed: Mapping[int, float]) -> forms.MeasuredBody:
    return forms.MeasuredBody(
        levels=[level_body(row, report.price) for row in report.rows], predicted=_predicted(report.predicted),
        probed=_predicted(probed), knee=report.knee, valid=report.is_valid, price=report.price,
        notes=list(notes(report)), setting=dict(report.setting),
    )  # fmt: skip


def _predicted(rates: Mapping[int, float]) -> list[forms.PredictedBody]:
    return [
        forms.PredictedBody(
            concurrency=count, tokens_per_second=rate, milliseconds_per_token=round(1000 * count / rate, 2)
        )
        for count, rate in sorted(rates.items())
        if rate > 0
    ]


def level_body(row: Row, price: float) -> forms.LevelBody:
    found = row.figures
    cost = cost_per_million(price, found.tokens_per_second) if price and found.tokens_per_second > 0 else None
    return forms.LevelBody(
        name=row.name, concurrency=row.concurrency, requests=found.requests, good=found.good, seconds=found.seconds,
        tokens_per_second=found.tokens_per_second, requests_per_second=found.requests_per_second, goodput=found.goodput,
        milliseconds_per_token=1000 * row.per_token, first_token=_spread(found.first_token),
        between_tokens=_spread(found.between_tokens), end_to_end=_spread(found.end_to_end), cost=cost,
        problems=dict(found.problems), health=dict(row.health), problem=row.problem, stopped=row.stopped,
        why=list(row.why),
    )  # fmt: skip


def _spread(spread: Spread) -> dict[str, forms.PercentileBody]:
    return {
        f"p{one.rank:g}": forms.PercentileBody(value=1000 * one.value, low=1000 * one.low, high=1000 * one.high)
        for one in spread.percentiles
    }


def comparison_body(found: Comparison, runs: list[forms.LoadRunDetail]) -> forms.ComparisonBody:
    lines = [
        forms.AtConcurrency(concurrency=count, throughput=_measure(rates), latency=_measure(paces))
        for count, rates, paces in found.by_concurrency
    ]
    whole = [_measure(one) for one in found.whole]
    return forms.ComparisonBody(runs=runs, whole=whole, by_concurrency=lines, notes=list(found.notes))


def _measure(one: Measure) -> forms.MeasureBody:
    values, ratios = list(one.values), list(one.ratios)
    return forms.MeasureBody(name=one.name, unit=one.unit, values=values, ratios=ratios, less=one.less)


def advice_body(found: Advised, write: int) -> forms.AdviceBody:
    theory = found.theory
    return forms.AdviceBody(
        best=_choice(theory.best, write) if theory else None,
        considered=[_choice(one, write) for one in theory.considered[:20]] if theory else [],
        reasons=list(theory.reasons) if theory else [],
        settings=[
            forms.EngineSettings(engine=one.engine, command=one.command, environment=dict(one.environment))
            for one in found.settings
        ],
        problem=found.problem,
        measured=_verdict(found.measured) if found.measured else None,
    )


def _choice(one: Choice, write: int) -> forms.ChoiceBody:
    return forms.ChoiceBody(
        instance=one.instance.name, machines=one.machines, degree=one.degree, copies=one.copies,
        concurrency=one.point.concurrency, tokens_per_second=one.point.throughput,
        milliseconds_per_token=1000 * one.point.per_token(write), per_hour=one.per_hour, per_million=one.per_million,
    )  # fmt: skip


def _verdict(one: Verdict) -> forms.VerdictBody:
    told: dict[str, Any] = asdict(one)
    return forms.VerdictBody(milliseconds_per_token=1000 * told.pop("per_token"), **told)
