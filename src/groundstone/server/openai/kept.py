"""Responses that are kept, so that the next one can go on from them. Only their own caller finds them."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from groundstone.errors import NotFound
from groundstone.identity import Principal
from groundstone.server.openai.errors import Refused

if TYPE_CHECKING:
    from groundstone.stores.resources import Resources

KIND = "response"
DAYS = 30  # as the original keeps them
SWEPT = 10  # old ones that are forgotten whenever a new one is kept
LONGEST = 100  # responses that one conversation may go back


def keep(resources: Resources, caller: Principal, response: dict[str, Any], sent: list[Any]) -> None:
    """Keep a finished response with the items that it was asked with; forget some that are too old."""
    body = {"owner": caller.user, "response": response, "input": sent, "previous": response["previous_response_id"]}
    resources.put(caller, KIND, response["id"], body)
    before = datetime.now(UTC) - timedelta(days=DAYS)
    for old in resources.list(caller, KIND, limit=SWEPT):
        if old.created >= before:
            break
        with suppress(NotFound):  # another request may be sweeping too
            resources.delete(caller, KIND, old.id)


def find(resources: Resources, caller: Principal, id: str) -> dict[str, Any]:
    """What ``keep`` kept. Raises NotFound, also for the response of somebody else."""
    body = dict(resources.get(caller, KIND, id).body) if len(id) <= 100 else {}
    if body.get("owner") != caller.user:
        raise NotFound(f"no response {id[:100]!r}")
    return body


def forget(resources: Resources, caller: Principal, id: str) -> None:
    """Raises NotFound, also for the response of somebody else."""
    find(resources, caller, id)
    resources.delete(caller, KIND, id)


def conversation(resources: Resources, caller: Principal, id: str | None) -> list[Any]:
    """All items up to and including that response. Raises Refused when one of them is gone."""
    links: list[list[Any]] = []
    while id is not None:
        if len(links) == LONGEST:
            raise Refused(f"The conversation is longer than {LONGEST} responses.", "previous_response_id")
        try:
            found = find(resources, caller, id)
        except NotFound:
            message = f"There is no response {id[:100]!r}; it was never kept, or was deleted."
            raise Refused(message, "previous_response_id", "previous_response_not_found") from None
        links.append([*found["input"], *found["response"]["output"]])
        id = found["previous"]
    return [item for link in reversed(links) for item in link]
