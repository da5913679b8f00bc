"""cloudwatch: the statistics of endpoints, from the figures that are kept of them minute by minute."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from groundstone.endpoints.metrics import MINUTE, Latencies, Tally
from groundstone.endpoints.registry import check_name
from groundstone.errors import InvalidInput
from groundstone.server.aws.operations import AwsCall, operation
from groundstone.server.aws.sagemaker import endpoints

NAMESPACE = "AWS/SageMaker"
ERRORS = {"Invocation4XXErrors": "4XX", "Invocation5XXErrors": "5XX", "InvocationModelErrors": ""}
LATENCIES = {"ModelLatency": "model", "OverheadLatency": "overhead"}
MOST = 1440  # points of one call, as at the original
PERCENTILE = re.compile(r"p(\d{1,2}(\.\d{1,10})?|100)")
DIFFERENCES = (
    "The namespace is AWS/SageMaker, its metrics ModelLatency, OverheadLatency, Invocations and those of errors; "
    "others have no points.",
    "Of ExtendedStatistics percentiles (p90), right to half a percent; other kinds are refused.",
    "Figures are there at once, and for 15 days.",
)


@dataclass(frozen=True, slots=True)
class Values:
    """Values of a metric in one period: those of latencies, or a number of invocations that were something."""

    count: int
    sum: float
    low: float
    high: float
    latencies: Latencies | None = None

    def percentile(self, part: float) -> float:
        if self.latencies is not None:
            return self.latencies.percentile(part)
        return self.high if math.ceil(part / 100 * self.count) > self.count - self.sum else self.low


@operation("cloudwatch", "GetMetricStatistics", differences=DIFFERENCES)
def statistics(call: AwsCall) -> Mapping[str, Any]:
    params = call.params
    name, unit = params["MetricName"], "Microseconds" if params["MetricName"] in LATENCIES else "Count"
    wanted = _percentiles(params.get("ExtendedStatistics", ()))
    if not (params.get("Statistics") or wanted):
        raise InvalidInput("At least one of the parameters Statistics and ExtendedStatistics must be specified.")
    start, period = _times(params)
    known = params["Namespace"] == NAMESPACE and params.get("Unit", unit) == unit
    minutes = _minutes(call, start) if known else {}
    points = [
        _point(values, start + timedelta(seconds=place * period), unit, params.get("Statistics", ()), wanted)
        for place, tally in sorted(_periods(minutes, start, period).items())
        if (values := _values(tally, name)) is not None
    ]
    return {"Label": name, "Datapoints": points}


def _times(params: Mapping[str, Any]) -> tuple[datetime, int]:
    """The first minute and the period. Raises InvalidInput in the original's words."""
    start, end, period = _utc(params["StartTime"]), _utc(params["EndTime"]), params["Period"]
    if start >= end:
        raise InvalidInput("The parameter StartTime must be less than the parameter EndTime.")
    if period % MINUTE:
        raise InvalidInput(f"The parameter Period must be a multiple of {MINUTE}; values are kept by minute.")
    if (end - start).total_seconds() / period > MOST:
        raise InvalidInput(
            f"You have requested more than the limit of {MOST} datapoints. You may reduce the datapoints requested by "
            "increasing Period, or decreasing the time range."
        )
    return start.replace(second=0, microsecond=0), period


def _minutes(call: AwsCall, start: datetime) -> Mapping[int, Tally]:
    """Tallies by minute of the endpoint, or the variant, that the dimensions name."""
    named = {one["Name"]: one["Value"] for one in call.params.get("Dimensions", ())}
    endpoint = named.pop("EndpointName", "")
    variant = named.pop("VariantName", "")
    try:
        check_name(endpoint, "an endpoint")
    except InvalidInput:  # nothing has such a name, therefore nothing was counted under it
        return {}
    if named:
        return {}
    return endpoints(call).by_minute(call.caller, endpoint, start, _utc(call.params["EndTime"]), variant)


def _periods(minutes: Mapping[int, Tally], start: datetime, period: int) -> dict[int, Tally]:
    found: dict[int, Tally] = {}
    for minute, tally in minutes.items():
        found.setdefault(int((minute * MINUTE - start.timestamp()) // period), Tally()).join(tally)
    return found


def _values(tally: Tally, metric: str) -> Values | None:
    """The values of a metric; None where there are none."""
    if metric in LATENCIES:
        one: Latencies = getattr(tally, LATENCIES[metric])
        return Values(one.count, one.sum, one.low, one.high, one) if one.count else None
    if metric == "Invocations":
        hits = tally.invocations
    elif metric in ERRORS:
        hits = sum(count for kind, count in tally.errors.items() if kind.startswith(ERRORS[metric]))
    else:
        return None
    count = tally.invocations
    return Values(count, hits, float(hits == count), float(hits > 0)) if count else None


def _point(
    values: Values, moment: datetime, unit: str, plain: Sequence[str], percentiles: Mapping[str, float]
) -> dict[str, Any]:
    known = {
        "SampleCount": float(values.count),
        "Sum": float(values.sum),
        "Average": values.sum / values.count,
        "Minimum": float(values.low),
        "Maximum": float(values.high),
    }
    made = {"Timestamp": moment, "Unit": unit, **{name: known[name] for name in plain}}
    extended = {name: float(values.percentile(part)) for name, part in percentiles.items()}
    return made | ({"ExtendedStatistics": extended} if extended else {})


def _percentiles(names: Sequence[str]) -> dict[str, float]:
    return dict(_parts(names))


def _parts(names: Sequence[str]) -> Iterator[tuple[str, float]]:
    for name in names:
        if not PERCENTILE.fullmatch(name):
            raise InvalidInput(f"ExtendedStatistics {name[:40]!r} is no percentile such as p90 or p99.9.")
        yield name, float(name[1:])


def _utc(moment: datetime) -> datetime:
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
