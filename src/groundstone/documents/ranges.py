"""Which pages are meant: "3", "2-4", "4-*" or "*"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from groundstone.errors import InvalidInput

_RANGE = re.compile(r"(?:(\d{1,5})(?:-(\d{1,5}|\*))?|\*)")


def holds(ranges: Sequence[str], page: int) -> bool:
    """Whether a page (the first is 1) is meant. Raises InvalidInput for what is no range."""
    return any(first <= page <= last for first, last in map(_bounds, ranges))


def pages_of(ranges: Sequence[str], count: int) -> list[int]:
    """The pages meant of ``count``, in order, each once. Raises InvalidInput when that is none of them."""
    bounds = [_bounds(text) for text in ranges]
    meant = sorted({page for first, last in bounds for page in range(first, min(last, count) + 1)})
    if not meant:
        raise InvalidInput(f"of its {count} pages none is meant by {', '.join(map(repr, ranges)) or 'no range'}")
    return meant


def _bounds(text: str) -> tuple[int, int]:
    match = _RANGE.fullmatch(text.strip())
    if match is None:
        raise InvalidInput(f"{text[:40]!r} names no pages; write 3, 2-4, 4-* or *")
    first = int(match[1] or 1)
    last = first if match[1] and not match[2] else int(match[2]) if match[2] and match[2] != "*" else 100_000
    if not 1 <= first <= last:
        raise InvalidInput(f"{text!r} names no pages: they count from 1, and the first stands before the last")
    return first, last
