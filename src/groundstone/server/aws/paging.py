"""Pages of a listing: opaque tokens that say after which entry the next page begins."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from groundstone.errors import InvalidInput

Item = TypeVar("Item")
Place = tuple[int, int | str]  # entries of a listing are in the order of their places
PAGE = 100


def page(kind: str, entries: Sequence[tuple[Place, Item]], params: Mapping[str, Any]) -> tuple[list[Item], str | None]:
    """The entries after ``params["nextToken"]``, at most ``maxResults``, and the token of the next page, if any.

    Args:
        kind: of the listing; a token of another one is refused.
        entries: all of them, in the order of their places.
    """
    after = opened(kind, params["nextToken"]) if params.get("nextToken") else None
    rest = [(place, item) for place, item in entries if after is None or place > after]
    size = int(params.get("maxResults") or PAGE)
    shown = rest[:size]
    token = sealed(kind, shown[-1][0]) if len(rest) > size else None
    return [item for _, item in shown], token


def with_token(reply: dict[str, Any], token: str | None) -> dict[str, Any]:
    return reply | ({"nextToken": token} if token else {})


def sealed(kind: str, place: Place) -> str:
    return base64.urlsafe_b64encode(json.dumps([kind, *place]).encode()).decode()


def opened(kind: str, token: str) -> Place:
    """Raises InvalidInput for what is no token of this listing."""
    try:
        found = json.loads(base64.b64decode(token.encode(), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, RecursionError):
        found = None
    if not isinstance(found, list) or len(found) != 3 or found[0] != kind or type(found[1]) is not int:
        raise InvalidInput("the nextToken is not one that this listing gave")
    if not isinstance(found[2], int | str) or isinstance(found[2], bool):
        raise InvalidInput("the nextToken is not one that this listing gave")
    return found[1], found[2]
