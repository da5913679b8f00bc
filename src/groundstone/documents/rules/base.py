"""The nouns of deciding: an outcome, and for each rule whether it holds, in words, with the places that show it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, Protocol

from groundstone.documents.base import Finding, Reading, Region
from groundstone.documents.findings import place_json, place_of

Outcome = Literal["verified", "refused", "review"]
OUTCOMES: tuple[Outcome, ...] = ("verified", "refused", "review")


@dataclass(frozen=True, slots=True)
class Reason:
    """What one rule says. ``passed`` is None when the document does not tell; ``text`` is a sentence for people."""

    rule: str
    passed: bool | None
    text: str
    evidence: tuple[Region, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """``outcome``: "verified", "refused", or "review" when a person has to decide."""

    outcome: Outcome
    reasons: tuple[Reason, ...] = ()


class Decide(Protocol):
    """How a decision is made: ``Rules.decide`` of a rule file, or any function of this form.

    ``traveller`` is what is known from elsewhere, by name: "name", "date_of_birth", "travel_date" as ISO days.
    """

    def __call__(
        self, findings: Sequence[Finding], reading: Reading, traveller: Mapping[str, str], today: date
    ) -> Decision: ...


def decision_json(decision: Decision) -> dict[str, Any]:
    """A decision as JSON; ``decision_of`` reads it again. The single words of the evidence are left out."""
    return {
        "outcome": decision.outcome,
        "reasons": [
            {
                "rule": reason.rule,
                "passed": reason.passed,
                "text": reason.text,
                "evidence": [_region_json(region) for region in reason.evidence],
            }
            for reason in decision.reasons
        ],
    }


def decision_of(data: Mapping[str, Any]) -> Decision:
    reasons = tuple(
        Reason(one["rule"], one["passed"], one["text"], tuple(_region_of(region) for region in one["evidence"]))
        for one in data["reasons"]
    )
    return Decision(data["outcome"], reasons)


def _region_json(region: Region) -> dict[str, Any]:
    return {"text": region.text, "confidence": region.confidence, "place": place_json(region.place)}


def _region_of(data: Mapping[str, Any]) -> Region:
    return Region(data["text"], data["confidence"], place_of(data["place"]))
