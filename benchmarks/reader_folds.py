"""Which page reader has not seen a layout: what is learnt about its answers must come from pages that are new to it."""

from __future__ import annotations

from zlib import crc32

READERS = 2  # that are trained beside the shipped one, each without the pages of some authors


def reader_of(layout: str) -> int:
    """The reader that was trained without a layout. Pages of one author (their first letter) are never divided."""
    author, found, _ = layout.partition("_")
    return (ord(author) - ord("a")) // 2 % READERS if found and len(author) == 1 else crc32(layout.encode()) % READERS
