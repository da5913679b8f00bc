"""What the question benchmarks share: options, a folder that is kept between runs, a knowledge base in it."""

from __future__ import annotations

import argparse
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from groundstone import config
from groundstone.errors import NotFound
from groundstone.identity import LOCAL
from groundstone.knowledge.base import KnowledgeBase
from groundstone.knowledge.index import Progress
from groundstone.knowledge.questionset import Question
from groundstone.knowledge.spec import KnowledgeSpec
from groundstone.models.base import Embed
from groundstone.models.minilm import MODEL_NAME, MiniLM
from groundstone.models.weights import WeightStore
from groundstone.stores.base import Settings
from groundstone.stores.sqlite import SqliteStore


def parser(description: str | None) -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--home", type=Path, help="folder for the knowledge base; default: in the temporary folder")
    made.add_argument("--weights", type=Path, help="folder of the embedding weights; default: the installed ones")
    made.add_argument("--threads", type=int, default=2)
    made.add_argument("--limit", type=int, help="ask about this many questions, evenly spread")
    made.add_argument("--json", type=Path, help="also write the report here")
    return made


def home(chosen: Path | None, name: str) -> Path:
    folder = chosen or Path(tempfile.gettempdir()) / f"groundstone-{name}"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def app_spec(name: str) -> KnowledgeSpec:
    """The knowledge base of a shipped application."""
    text = (files("groundstone.apps") / name / "app.toml").read_text(encoding="utf-8")
    data = tomllib.loads(text)
    known = ("title", "about", "welcome", "examples", "source", "chunking", "schema", "display", "questions")
    return KnowledgeSpec.from_json({"name": name} | {key: data[key] for key in known if key in data})


def imported_movies(path: Path) -> Iterator[Mapping[str, Any]]:
    from groundstone.apps.movies import importers

    return iter(importers.read(path))


def knowledge_base(folder: Path, spec: KnowledgeSpec, weights: Path | None, threads: int) -> KnowledgeBase:
    """Open the knowledge base in ``folder``, and bring it up to its source."""
    embed = _embed(weights, threads)
    store = SqliteStore(folder / "store")
    try:
        collection = store.open(LOCAL, spec.name)
    except NotFound:
        settings = Settings(spec.schema, embed.dimensions, embed.name, spec.to_json())
        collection = store.create(LOCAL, spec.name, settings)
    kb = KnowledgeBase(LOCAL, collection, spec, embed)
    report = kb.sync(_synced)
    for failure in report.failed[:5]:
        print(f"not read: {failure}", file=sys.stderr)
    return kb


def spread(items: Sequence[Question], count: int | None) -> list[Question]:
    """``count`` of the questions at even distances; all of them when there are not more, or for None."""
    if count is None or count >= len(items):
        return list(items)
    return [items[place * len(items) // count] for place in range(count)]


def progress(done: int, total: int) -> None:
    if sys.stderr.isatty() and (done == total or done % 20 == 0):
        print(f"\r{done} of {total} questions", end="\n" if done == total else "", file=sys.stderr, flush=True)


def _synced(step: Progress) -> None:
    if not sys.stderr.isatty() and step.current:
        return
    end = "" if step.current else "\n"
    print(f"\r{step.done} documents, {step.rate:.0f} a second ", end=end, file=sys.stderr, flush=True)


def _embed(weights: Path | None, threads: int) -> Embed:
    if weights is None:
        weights = WeightStore(config.load().home).path(MODEL_NAME)
    return MiniLM(weights, threads=threads)
