"""Times of the stores on made-up, clustered vectors and fields, beside a bare matrix product of the same run.

    python benchmarks/stores.py [--large] [--engine sqlite] [--size 10000] [--json FILE]

Latencies are milliseconds, median and 99th percentile of single calls from one thread.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from groundstone.filters import And, Compare, Sort
from groundstone.identity import LOCAL
from groundstone.models.base import Vectors
from groundstone.records import Chunk, Document, Value
from groundstone.schema import Schema
from groundstone.stores.base import Collection, Entry, Settings, Store

DIMENSIONS = 384
BATCH = 256
CALLS = 100
VOCABULARY = 20_000
WORDS_A_TEXT = 60


class Made:
    """Documents that look like films: 17 fields with 24 values, 60 words of a natural distribution."""

    def __init__(self, size: int) -> None:
        self._random = np.random.default_rng(0)
        self.size = size
        weights = 1 / np.arange(1, VOCABULARY + 1) ** 0.9
        self._shares = weights / weights.sum()
        self._centres = self._random.standard_normal((1000, DIMENSIONS)).astype(np.float32)

    def batches(self) -> Iterator[list[Entry]]:
        for start in range(0, self.size, BATCH):
            count = min(BATCH, self.size - start)
            vectors = self.vectors(count)
            yield [self._entry(start + number, vectors[number : number + 1]) for number in range(count)]

    def vectors(self, count: int) -> Vectors:
        centres = self._centres[self._random.integers(0, len(self._centres), count)]
        rows = centres + 0.7 * self._random.standard_normal((count, DIMENSIONS)).astype(np.float32)
        lengths: Vectors = np.linalg.norm(rows, axis=1, keepdims=True)
        return (rows / lengths).astype(np.float32)

    def words(self, count: int) -> list[str]:
        return [f"word{number}" for number in self._random.choice(VOCABULARY, count, p=self._shares)]

    def _entry(self, number: int, vectors: Vectors) -> Entry:
        id_, text = f"film {number}", " ".join(self.words(WORDS_A_TEXT))
        document = Document(id_, f"Film {number}", text, _fields(number))
        return Entry(document, str(number), (Chunk(f"{id_}#0", id_, text, 0, len(text), text),), vectors)


def _fields(number: int) -> dict[str, Value]:
    fields: dict[str, Value] = {f"number {column}": float(number * column % 1000) for column in range(8)}
    fields |= {f"text {column}": f"Value {number * column % 500}" for column in range(6)}
    cast = tuple(f"Actor {number * column % 3000}" for column in range(1, 9))
    return fields | {
        "tenth": number % 10,
        "released": date.fromordinal(700_000 + number % 9000),
        "cast": cast,
    }


def _open(engine: str, root: Path) -> Store:
    if engine == "sqlite":
        from groundstone.stores.sqlite import SqliteStore

        return SqliteStore(root)
    from groundstone.stores.lance import LanceStore

    return LanceStore(root)


def _timed(call: Callable[[int], object]) -> list[float]:
    """Median and 99th percentile, in milliseconds."""
    call(0)
    times = []
    for number in range(CALLS):
        start = time.perf_counter()
        call(number + 1)
        times.append((time.perf_counter() - start) * 1000)
    return [round(float(value), 3) for value in np.percentile(times, [50, 99])]


def _write(collection: Collection, made: Made) -> dict[str, float]:
    """Seconds in the store, without the time to make the documents."""
    put = 0.0
    with collection.writer(LOCAL) as writer:
        for batch in made.batches():
            start = time.perf_counter()
            writer.put(batch)
            put += time.perf_counter() - start
        start = time.perf_counter()
        writer.finish()
        return {"put s": round(put, 2), "finish s": round(time.perf_counter() - start, 2)}


def _reads(collection: Collection, made: Made) -> dict[str, Callable[[int], object]]:
    queries = made.vectors(CALLS + 1)
    words = [made.words(6) for _ in range(CALLS + 1)]
    tenth = Compare("tenth", "eq", 3)

    def fresh(number: int) -> And:  # a filter that was never asked before
        return And((tenth, Compare("number 1", "ne", float(-number))))

    ids = [f"film {number}" for number in range(10)]
    return {
        "nearest": lambda n: collection.nearest(LOCAL, queries[n], limit=10),
        "nearest, new filter 10 %": lambda n: collection.nearest(LOCAL, queries[n], limit=10, where=fresh(n)),
        "nearest, same filter 10 %": lambda n: collection.nearest(LOCAL, queries[n], limit=10, where=tenth),
        "match 6 words": lambda n: collection.match(LOCAL, words[n], limit=10),
        "match, same filter 10 %": lambda n: collection.match(LOCAL, words[n], limit=10, where=tenth),
        "select sorted": lambda n: collection.select(LOCAL, sort=[Sort("number 1", True)], limit=20),
        "select 10 % sorted": lambda n: collection.select(LOCAL, where=tenth, sort=[Sort("text 1")], limit=20),
        "count 10 %": lambda n: collection.count(LOCAL, tenth),
        "10 documents": lambda n: collection.documents(LOCAL, ids),
    }


def _recall(collection: Collection, made: Made, rows: Vectors, ids: list[str]) -> float:
    found = 0
    for query in made.vectors(30):
        best = {ids[at] for at in np.argsort(-(rows @ query))[:10]}
        found += len(best & {hit.document_id for hit in collection.nearest(LOCAL, query, limit=10)})
    return found / 300


def measure(engine: str, size: int) -> dict[str, Any]:
    """All figures of one engine and size, in this process."""
    made = Made(size)
    with tempfile.TemporaryDirectory() as folder:
        store = _open(engine, Path(folder))
        collection = store.create(LOCAL, "films", Settings(Schema(), DIMENSIONS, "made-up", {}))
        result: dict[str, Any] = {"engine": engine, "size": size, **_write(collection, made)}
        start = time.perf_counter()
        collection.nearest(LOCAL, made.vectors(1)[0], limit=10)
        result["first search s"] = round(time.perf_counter() - start, 3)
        for name, call in _reads(collection, made).items():
            result[name] = _timed(call)
        result["MB on disk"] = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file()) // 10**6
        result["MB resident at most"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1000
        ids = collection.ids(LOCAL)
        rows = collection.vectors(LOCAL, [f"{id_}#0" for id_ in ids])
        result["recall at 10"] = _recall(collection, made, rows, ids)
        result["bare product"] = _timed(lambda n: np.einsum("ij,j->i", rows, rows[n]))
        store.close()
    return result


def _table(results: list[dict[str, Any]]) -> str:
    heads = [f"{result['engine']} {result['size']:,}" for result in results]
    lines = [f"| | {' | '.join(heads)} |", "|---" * (len(heads) + 1) + "|"]
    for name in list(results[0])[2:]:
        cells = [result[name] for result in results]
        shown = [f"{cell[0]} ({cell[1]})" if isinstance(cell, list) else str(cell) for cell in cells]
        lines.append(f"| {name} | {' | '.join(shown)} |")
    return "\n".join(lines)


def _in_own_process(engine: str, size: int) -> dict[str, Any]:
    # So that the memory of one measurement is not counted in the next.
    command = [sys.executable, __file__, "--one", engine, str(size)]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)  # type: ignore[no-any-return]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--large", action="store_true", help="also a million documents")
    parser.add_argument("--engine", action="append", choices=["sqlite", "lance"])
    parser.add_argument("--size", action="append", type=int)
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(measure(options.one[0], int(options.one[1]))))
        return
    sizes = options.size or [10_000, 100_000, *([1_000_000] if options.large else [])]
    results = [_in_own_process(engine, size) for engine in options.engine or ["sqlite"] for size in sizes]
    print(_table(results))
    if options.json:
        options.json.write_text(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()
