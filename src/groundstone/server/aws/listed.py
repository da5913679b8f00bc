"""Lists of service bedrock: filters by time and name, order by time of creation, pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from groundstone.server.aws.operations import AwsCall
from groundstone.server.aws.paging import Place, page, with_token

Thing = TypeVar("Thing")
PAGING = ("maxResults", "nextToken")  # these may change from page to page


def listed(
    call: AwsCall,
    member: str,
    entries: Sequence[tuple[datetime, str, str, Thing]],
    shown: Callable[[Thing], dict[str, Any]],
) -> dict[str, Any]:
    """The page that a call asks for, newest first unless it says otherwise.

    Args:
        entries: time of creation, name, id and thing of each that passes the filters of its own.
    """
    params = call.params
    after, before = params.get("creationTimeAfter"), params.get("creationTimeBefore")
    part = params.get("nameContains", "").lower()
    sign = 1 if params.get("sortOrder") == "Ascending" else -1
    kept: list[tuple[Place, Thing]] = [
        ((sign * round(time.timestamp() * 1e6), id), thing)
        for time, name, id, thing in entries
        if part in name.lower() and (not after or time > _aware(after)) and (not before or time < _aware(before))
    ]
    kept.sort(key=lambda entry: entry[0])
    kind = f"{member} {sorted((name, str(value)) for name, value in params.items() if name not in PAGING)}"
    found, token = page(kind, kept, params)
    return with_token({member: [shown(thing) for thing in found]}, token)


def _aware(time: datetime) -> datetime:
    return time if time.tzinfo else time.replace(tzinfo=UTC)
