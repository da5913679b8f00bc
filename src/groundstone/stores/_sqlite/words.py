"""Full-text search by BM25."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sqlalchemy import Connection, bindparam, func, select

from groundstone.stores._sqlite.snapshot import Mask, Snapshot
from groundstone.stores._sqlite.tables import words as index
from groundstone.stores.base import Scored

COMMON_SHARE = 0.1  # of the chunks; words in more of them are left out of a search that has rarer ones
COMMON_LEAST = 1_000  # so many chunks cost nothing, whatever share they are
MAX_WORDS = 64
MAX_LENGTH = 200  # characters; no longer word is in any text
BATCH = 256

_matching = index.c.words.match(bindparam("query"))
_search = select(index.c.rowid, index.c.rank).where(_matching).order_by(index.c.rank)
_counted = select(func.count()).select_from(select(index.c.rowid).where(_matching).limit(bindparam("most")).subquery())


def match(
    connection: Connection, snapshot: Snapshot, words: Sequence[str], limit: int, mask: Mask | None
) -> list[Scored]:
    """Chunks that hold any of the words, in any inflection. A word with blanks in it is a phrase."""
    phrases = _telling(connection, snapshot, list(dict.fromkeys(filter(None, map(_phrase, words)))))
    if not phrases or not limit:
        return []
    found: list[Scored] = []
    statement = _search.limit(limit) if mask is None else _search
    with connection.execute(statement, {"query": " OR ".join(phrases)}) as result:
        # Ranked by FTS5; read on until enough of them pass the mask.
        for batch in result.partitions(BATCH):
            found += _allowed(snapshot, batch, mask)
            if len(found) >= limit:
                break
    return sorted(found, key=lambda item: (-round(item.score, 6), item.chunk_id))[:limit]


def _allowed(snapshot: Snapshot, batch: Sequence[Sequence[float]], mask: Mask | None) -> list[Scored]:
    positions = np.searchsorted(snapshot.chunk_rows, [row for row, _ in batch])
    return [
        snapshot.scored(position, -rank)
        for position, (_, rank) in zip(positions.tolist(), batch, strict=True)
        if mask is None or mask[position]
    ]


def _phrase(word: str) -> str | None:
    """The word as an FTS5 string, in which nothing is syntax."""
    bare = word.replace("\0", " ").strip()
    return '"' + bare.replace('"', '""') + '"' if bare and len(bare) <= MAX_LENGTH else None


def _telling(connection: Connection, snapshot: Snapshot, phrases: list[str]) -> list[str]:
    """The phrases without those in so many chunks that they tell nothing, unless all are like that."""
    common = max(COMMON_LEAST, int(COMMON_SHARE * len(snapshot.chunk_rows)))
    counts = {phrase: _frequency(connection, snapshot, phrase, common + 1) for phrase in phrases}
    present = sorted((phrase for phrase in phrases if counts[phrase]), key=counts.__getitem__)
    rare = [phrase for phrase in present if counts[phrase] <= common]
    return (rare or present)[:MAX_WORDS]


def _frequency(connection: Connection, snapshot: Snapshot, phrase: str, most: int) -> int:
    known = snapshot.frequencies.get(phrase)
    if known is None:
        known = connection.execute(_counted, {"query": phrase, "most": most}).scalar_one()
        if len(snapshot.frequencies) < 100_000:
            snapshot.frequencies[phrase] = known
    return known
