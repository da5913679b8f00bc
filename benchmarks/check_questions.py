"""Check that every expectation of the shipped question sets follows from the shipped catalogue.

    python benchmarks/check_questions.py

Ids exist, filters are valid and match something, values are the record's, phrases stand in the record.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from importlib.resources import files

import workbench
from groundstone.knowledge.oracle import Oracle
from groundstone.knowledge.questionset import faults, load_questions


def main() -> None:
    folder = files("groundstone.apps") / "movies"
    lines = [
        line
        for file in sorted((folder / "catalogue").iterdir(), key=lambda item: item.name)
        for line in file.read_text(encoding="utf-8").splitlines()
    ]
    oracle = Oracle.of(map(json.loads, lines), workbench.app_spec("movies").schema)
    found: list[str] = []
    for name in ("development", "judgement"):
        questions = load_questions(folder / "questions" / f"{name}.jsonl")
        found += faults(questions, oracle)
        kinds = Counter(question.kind for question in questions)
        print(f"{name}: {len(questions)} questions; " + ", ".join(f"{kind} {n}" for kind, n in kinds.items()))
    sys.exit("\n".join(found) if found else None)


if __name__ == "__main__":
    main()
