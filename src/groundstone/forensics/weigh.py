"""Evidence to a probability with an interval, and to a verdict: the one place where that is decided.

The network's measures become odds by a calibration (calibration.py). The interval is not that of its function, which
thousands of pages determine well, but of how far kinds of pages differ from each other: it holds the odds of nine in
ten of them. Other evidence adds its odds, at most LIMIT in all.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from groundstone.forensics.base import Evidence, Verdict
from groundstone.forensics.calibration import PAST, Calibration, shipped

LIMIT = 4.0  # logarithm of odds that evidence beside the pixels can add or take
NINE_IN_TEN = 1.645  # standard deviations to each side


def weigh(
    found: Mapping[str, Any], evidence: tuple[Evidence, ...], calibration: Calibration | None = None
) -> dict[str, Any]:
    """``verdict``, ``basis``, ``probability`` and ``interval`` of a page whose pixels said ``found``."""
    calibration = calibration or shipped()
    added = max(-LIMIT, min(LIMIT, sum(one.odds for one in evidence)))
    measured, basis = found.get("measures"), str(found.get("basis", ""))
    if not measured:  # the picture says nothing; what the file or its words say can still be plain
        sure = probability(added) >= calibration.forged
        return {
            "verdict": "forged" if sure else "cannot tell", "basis": basis, "probability": None, "interval": None
        }  # fmt: skip
    odds, spread = calibration.odds(measured)
    low, middle, high = (probability(odds + added + step * spread) for step in (-NINE_IN_TEN, 0.0, NINE_IN_TEN))
    return {
        "verdict": _verdict(middle, measured.get(PAST, 0.0) > 0, calibration),
        "basis": basis,
        "probability": round(middle, 8),
        "interval": (round(low, 8), round(high, 8)),
    }


def _verdict(value: float, telling: bool, calibration: Calibration) -> Verdict:
    """``telling``: whether the page would show a change, so that the absence of traces means something."""
    if value >= calibration.forged:
        return "forged"
    return "genuine" if telling and value <= calibration.genuine else "cannot tell"


def probability(odds: float) -> float:
    """Of the logarithm of odds.

    >>> probability(0.0)
    0.5
    """
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, odds))))
