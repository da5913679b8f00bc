"""Run as a process by the crash tests: writes or reads one collection until it is told, or killed.

Version N holds the same documents as every other, each with the text "version N" and vectors made from N.
"""

from __future__ import annotations

import sys
from pathlib import Path

from groundstone.identity import LOCAL
from groundstone.stores.base import Collection, Entry
from tests.stores.conformance import entry, unit
from tests.stores.conftest import ENGINES

BATCHES, SIZE = 3, 8
IDS = [f"{number:02}" for number in range(BATCHES * SIZE)]


def content(id_: str, version: int) -> Entry:
    return entry(id_, f"version {version}", fields={"year": version}, seed=version * 100, content_hash=str(version))


def check(collection: Collection) -> int:
    """The version that is visible; it must be visible as a whole."""
    documents = collection.select(LOCAL, limit=1000)
    if not documents:
        return 0
    assert [document.id for document in documents] == IDS
    (number,) = {int(document.text.split()[1]) for document in documents}
    (value,) = collection.values(LOCAL, "year")
    assert value[1] == len(IDS)
    assert value[0] >= number  # type: ignore[operator]
    hits = collection.nearest(LOCAL, unit(1), limit=1000)
    assert sorted(hit.document_id for hit in hits) == IDS
    assert len({round(hit.score, 5) for hit in hits}) == 1
    assert len(collection.match(LOCAL, ["version"], limit=1000)) == len(IDS)
    return number


def write(collection: Collection, versions: int) -> None:
    with collection.writer(LOCAL) as writer:
        for version in range(collection.version(LOCAL) + 1, versions + 1):
            for batch in range(BATCHES):
                writer.put([content(id_, version) for id_ in IDS[batch * SIZE : (batch + 1) * SIZE]])
                print("put", version, batch, flush=True)
            print("finished", writer.finish().number, flush=True)


def read(collection: Collection, versions: int) -> None:
    seen = {check(collection)}
    print("ready", flush=True)
    while max(seen) < versions:
        latest = check(collection)
        assert latest >= max(seen)
        seen.add(latest)
    print("seen", len(seen), flush=True)


if __name__ == "__main__":
    engine, root, task, last = sys.argv[1:]
    opened = ENGINES[engine](Path(root)).open(LOCAL, "films")
    {"write": write, "read": read}[task](opened, int(last))
