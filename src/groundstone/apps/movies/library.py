"""A film catalogue of other origin as a knowledge base of its own, with the words of the movie chatbot."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from groundstone.apps.movies import importers
from groundstone.filters import fold
from groundstone.knowledge.index import Progress, SyncReport
from groundstone.knowledge.spec import SourceSpec

if TYPE_CHECKING:
    from groundstone.platform import Platform

PEOPLE = ("directors", "producers", "actors")  # fields that hold lists of names


def build(
    platform: Platform,
    path: Path,
    name: str,
    importer: str | None = None,
    limit: int | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> SyncReport:
    """Read the films at ``path`` and sync them into the knowledge base ``name``, made if it is not there."""
    target = platform.settings.home / "imports" / f"{name}.jsonl"
    spec = platform.app("movies").spec
    real = tuple(replace(field, note="") for field in spec.schema.fields)  # the notes are on the shipped samples
    spec = replace(spec, schema=replace(spec.schema, fields=real))
    spec = replace(spec, name=name, title=name.capitalize(), source=SourceSpec("records", str(target)), examples=())
    kb = platform.kb(name) if name in platform.knowledge_bases() else platform.create(spec)
    write(importers.read(path, importer, limit=limit), target)
    return kb.sync(progress)


def write(records: Iterable[Mapping[str, Any]], target: Path) -> None:
    """Write records as JSON lines; the file appears whole or not at all.

    A person whose name is spelled in several ways ("Timothee", "Timothée") gets the most frequent spelling.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    raw, partial = (target.with_name(target.name + ending) for ending in (".raw", ".partial"))
    spellings: dict[str, Counter[str]] = {}
    try:
        with raw.open("w", encoding="utf-8") as file:
            for record in records:
                _count_names(record, spellings)
                file.write(json.dumps(record, ensure_ascii=False) + "\n")
        chosen = _chosen(spellings)
        with raw.open(encoding="utf-8", newline="\n") as lines, partial.open("w", encoding="utf-8") as file:
            for line in lines:
                file.write(json.dumps(_respelled(json.loads(line), chosen), ensure_ascii=False) + "\n")
        os.replace(partial, target)
    finally:
        raw.unlink(missing_ok=True)


def _count_names(record: Mapping[str, Any], spellings: dict[str, Counter[str]]) -> None:
    for name in (name for field in PEOPLE for name in record.get(field) or ()):
        spellings.setdefault(fold(name), Counter())[name] += 1


def _chosen(spellings: Mapping[str, Counter[str]]) -> dict[str, str]:
    """Spelling -> the one to use, for those that change. Of two as frequent, the one with its accents."""
    chosen: dict[str, str] = {}
    for counted in spellings.values():
        best = max(counted, key=lambda name: (counted[name], not name.isascii(), name))
        chosen.update({name: best for name in counted if name != best})
    return chosen


def _respelled(record: dict[str, Any], chosen: Mapping[str, str]) -> dict[str, Any]:
    respelled = {
        field: list(dict.fromkeys(chosen.get(name, name) for name in record[field]))
        for field in PEOPLE
        if field in record
    }
    return {**record, **respelled}
