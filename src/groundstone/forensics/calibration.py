"""What the network measured on a page to the odds of a forgery, as learned from pages whose truth is known.

A file of JSON: ``measures`` names what is used (Found.measures of detect.py); ``past`` and ``none`` are the logistic
functions for pages with and without a history of compression: ``weights``, ``bias``, and ``spread``, the standard
deviation by which kinds of pages differ in the logarithm of the odds; ``forged`` and ``genuine`` are the
probabilities from which, and up to which, a page is called so.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from groundstone.errors import WeightsCorrupt

_OWN = Path(__file__).with_name("calibration.json")
PAST = "past"  # the measure that is above 0 where a history shows


@dataclass(frozen=True, slots=True)
class Logistic:
    weights: tuple[float, ...]
    bias: float
    spread: float


@dataclass(frozen=True, slots=True)
class Calibration:
    measures: tuple[str, ...]
    past: Logistic
    none: Logistic
    forged: float
    genuine: float

    def odds(self, measured: Mapping[str, float]) -> tuple[float, float]:
        """The logarithm of the odds of a forgery, and how far kinds of pages spread around it."""
        one = self.past if measured.get(PAST, 0.0) > 0 else self.none
        value = sum(weight * measured[name] for weight, name in zip(one.weights, self.measures, strict=True))
        return value + one.bias, one.spread

    def to_json(self) -> str:
        return json.dumps(asdict(self), indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Calibration:
        """Raises WeightsCorrupt when it is none."""
        try:
            data = json.loads(text)
            names = tuple(str(name) for name in data["measures"])
            made = cls(
                names, _logistic(data["past"]), _logistic(data["none"]), float(data["forged"]), float(data["genuine"])
            )
        except (ValueError, KeyError, TypeError) as error:
            raise WeightsCorrupt(f"the calibration is damaged ({error}); train the model again") from error
        sizes = {len(made.past.weights), len(made.none.weights), len(names)}
        numbers = (*made.past.weights, *made.none.weights, made.past.bias, made.none.bias, made.forged, made.genuine)
        if len(sizes) > 1 or not all(map(math.isfinite, numbers)) or not 0 < made.genuine < made.forged < 1:
            raise WeightsCorrupt("the calibration does not fit together; train the model again")
        return made


def _logistic(data: Mapping[str, Any]) -> Logistic:
    return Logistic(tuple(float(one) for one in data["weights"]), float(data["bias"]), abs(float(data["spread"])))


@cache
def shipped() -> Calibration:
    """That of the network of the package."""
    return Calibration.from_json(_OWN.read_text(encoding="utf-8"))
