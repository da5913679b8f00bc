"""Which pages are meant: "3", "2-4", "4-*" or "*"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from groundstone.errors import InvalidInput

_NUMBER = "[1-9][0-9]{0,8}"
PATTERN = rf"^(\*|({_NUMBER})(-({_NUMBER}|\*))?)$"  # for schemas; what it cannot tell, that 4-2 is none, ``check`` does
_RANGE = re.compile(PATTERN)
_NO_END = 10**9


def check(ranges: Sequence[str]) -> None:
    """Raises InvalidInput for what is no range."""
    for text in ranges:
        _bounds(text)


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


def missing(ranges: Sequence[str], count: int) -> list[int]:
    """Of each range the first page that a document of ``count`` pages lacks, in order; an open end lacks none.

    Raises InvalidInput for what is no range.
    """
    bounds = [_bounds(text) for text in ranges]
    return sorted({max(first, count + 1) for first, last in bounds if first > count or count < last < _NO_END})


def _bounds(text: str) -> tuple[int, int]:
    match = _RANGE.fullmatch(text.strip())
    if match is None:
        raise InvalidInput(f"{text[:40]!r} names no pages; write 3, 2-4, 4-* or *")
    whole, start, _, end = match.groups()
    first = 1 if whole == "*" else int(start)
    last = _NO_END if "*" in (whole, end) else int(end or start)
    if first > last:
        raise InvalidInput(f"{text!r} names no pages; the first stands before the last, as in {last}-{first}")
    return first, last
