"""A film catalogue of other origin as a knowledge base of its own, with the words of the movie chatbot."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from groundstone.apps.movies import importers
from groundstone.knowledge.index import Progress, SyncReport
from groundstone.knowledge.spec import SourceSpec

if TYPE_CHECKING:
    from groundstone.platform import Platform


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
    spec = replace(spec, name=name, title=name.capitalize(), source=SourceSpec("records", str(target)), examples=())
    kb = platform.kb(name) if name in platform.knowledge_bases() else platform.create(spec)
    write(importers.read(path, importer, limit=limit), target)
    return kb.sync(progress)


def write(records: Iterable[Mapping[str, Any]], target: Path) -> None:
    """Write records as JSON lines; the file appears whole or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(target.name + ".partial")
    with partial.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
    os.replace(partial, target)
