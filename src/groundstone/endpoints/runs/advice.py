"""What to deploy, by theory and by a measured run at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from groundstone.endpoints.capacity.advise import Advice, Limits, advise
from groundstone.endpoints.capacity.roofline import Workload
from groundstone.endpoints.capacity.settings import Settings, settings
from groundstone.endpoints.load.report import Report
from groundstone.endpoints.runs.measured import Verdict, verdict
from groundstone.endpoints.runs.order import known_model
from groundstone.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Advised:
    """``theory`` is None where ``problem`` says which limit cannot be kept, or what is missing."""

    theory: Advice | None
    settings: tuple[Settings, ...]
    problem: str
    measured: Verdict | None


def advised(
    model: str, workload: Workload, limits: Limits, prices: Mapping[str, float], report: Report | None = None
) -> Advised:
    """``model``: of the catalogue of capacity, "" for none. Raises NotFound for an unknown model or instance."""
    measured = verdict(report, limits) if report is not None else None
    if not model:
        return Advised(None, (), "name the model to learn what the theory says of other instances", measured)
    if not prices:
        return Advised(None, (), "give the price of an hour of at least one instance", measured)
    try:
        found = advise(known_model(model), workload, limits, prices)
    except InvalidInput as error:  # limits that cannot be kept are an answer
        return Advised(None, (), str(error), measured)
    return Advised(found, tuple(settings(found.best, known_model(model), workload)), "", measured)
