"""Which way a document goes: answered while the caller waits, through the queue of long ones, or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from groundstone.documents.base import Query
from groundstone.errors import DocumentTooLarge, LimitExceeded
from groundstone.verification.spec import MB, Limits

Way = Literal["sync", "async"]


@dataclass(frozen=True, slots=True)
class Route:
    """``reason`` is a sentence: the limits that decided."""

    way: Way
    reason: str


def route(size: int, pages: int, queries: Sequence[Query], limits: Limits) -> Route:
    """The way of a document of ``size`` bytes. Raises DocumentTooLarge or LimitExceeded for what has none."""
    asked = len(queries)
    if size > limits.bytes:
        raise DocumentTooLarge(f"{_mb(size)} are more than the {_mb(limits.bytes)} that are read; send it in parts")
    if pages > limits.pages:
        raise DocumentTooLarge(f"{pages} pages are more than the {limits.pages} that are read; send it in parts")
    if asked > limits.queries:
        raise LimitExceeded(f"{asked} queries on a page are more than the {limits.queries} that are answered; ask less")
    longer = [
        words
        for words, is_over in (
            (f"{pages} pages (up to {limits.sync_pages} at once)", pages > limits.sync_pages),
            (f"{asked} queries (up to {limits.sync_queries} at once)", asked > limits.sync_queries),
            (f"{_mb(size)} (up to {_mb(limits.sync_bytes)} at once)", size > limits.sync_bytes),
        )
        if is_over
    ]
    if longer:
        return Route("async", "; ".join(longer))
    return Route("sync", f"{pages} page, {asked} queries, {_mb(size)}: within the limits for an answer at once")


def _mb(size: int) -> str:
    return f"{size / MB:.1f} MB"
