"""Ask some 500 questions with computable answers about a large film catalogue.

    python benchmarks/movies_10k.py ../shared/data/movies/catalogue_10k_joined.jsonl --home /tmp/films

The knowledge base is built on the first run and kept in --home. Prints how many answers of each kind are
exactly right, the time to an answer (p50, p99) and the largest memory of the process.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import workbench
from groundstone.knowledge.evaluate import evaluate
from groundstone.knowledge.oracle import Oracle
from groundstone.knowledge.spec import SourceSpec
from movie_questions import generate


def main() -> None:
    options = _options()
    home = workbench.home(options.home, "movies-10k")
    records = _records(options.catalogue, home / "films.jsonl")
    app = workbench.app_spec("movies")
    spec = replace(app, name="films", source=SourceSpec("records", str(home / "films.jsonl")))
    kb = workbench.knowledge_base(home, spec, options.weights, options.threads)
    questions = generate(Oracle.of(records, spec.schema), options.seed, options.per_kind)
    questions = workbench.spread(questions, options.limit)
    before = _memory()
    report = evaluate(kb, questions, records, workbench.progress, name=f"{len(records)} films")
    if options.json:
        options.json.write_text(json.dumps(report.to_json(), ensure_ascii=False, indent=1), encoding="utf-8")
    print(report.table())
    print(f"  largest memory        {_memory()} MiB ({before} MiB before the questions)")


def _options() -> argparse.Namespace:
    parser = workbench.parser(__doc__)
    parser.add_argument("catalogue", type=Path, help="records of films, JSON lines")
    parser.add_argument("--per-kind", type=int, default=32, help="questions of each kind")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def _records(catalogue: Path, kept: Path) -> list[Mapping[str, Any]]:
    """The catalogue in the fields of the movie application, read by its importer once."""
    if not kept.exists():
        _write(workbench.imported_movies(catalogue), kept)
    return [json.loads(line) for line in kept.read_text(encoding="utf-8").splitlines()]


def _write(records: Iterable[Mapping[str, Any]], path: Path) -> None:
    part = path.with_suffix(".part")
    with part.open("w", encoding="utf-8") as file:
        for record in records:
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
    part.rename(path)


def _memory() -> int:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # KiB on Linux, bytes on macOS
    return peak // (1024 * 1024 if sys.platform == "darwin" else 1024)


if __name__ == "__main__":
    main()
