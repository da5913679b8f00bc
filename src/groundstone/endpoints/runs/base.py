"""A load run as it is kept: what it is, how far it is, and the few figures by which one finds it again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from groundstone.errors import StoreError

State = Literal["running", "done", "stopped", "interrupted", "failed"]
Origin = Literal["page", "command", "import"]
STATES: tuple[State, ...] = ("running", "done", "stopped", "interrupted", "failed")


@dataclass(frozen=True, slots=True)
class Summary:
    """``best``: written tokens a second at most, at ``best_at`` requests at once (0 for an open schedule).

    ``alone``: seconds of latency for each written token at the least concurrency; ``knee`` 0 where there is none.
    """

    levels: int = 0
    requests: int = 0
    good: int = 0
    best: float = 0.0
    best_at: int = 0
    alone: float = 0.0
    knee: int = 0
    valid: bool = True


@dataclass(frozen=True, slots=True)
class Run:
    """``created`` and ``ended`` are ISO 8601 in UTC; ``ended`` is empty while it runs or when nobody was there to say.

    ``state``: "interrupted" when its process ended before it did. ``why``: what went wrong. ``target``: where requests
    went, as people are told it. ``order``: what was asked for, without any key.
    """

    id: str
    title: str
    owner: str
    tenant: str
    created: str
    target: str
    origin: Origin = "page"
    state: State = "running"
    ended: str = ""
    why: str = ""
    tags: tuple[str, ...] = ()
    order: Mapping[str, Any] | None = None
    summary: Summary = Summary()

    def json(self) -> dict[str, Any]:
        return asdict(self)


def run_of(told: Any) -> Run:
    """Raises StoreError for what is no run."""
    try:
        summary = Summary(**told["summary"])
        return Run(**{**told, "summary": summary, "tags": tuple(map(str, told["tags"]))})
    except (TypeError, KeyError, ValueError) as error:
        raise StoreError(f"the file of a load run is damaged ({error}); delete its folder") from None
