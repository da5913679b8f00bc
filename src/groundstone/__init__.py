"""Groundstone: a self-hosted platform for generative AI that stands on your own documents."""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

# Name -> module; loaded on first use, so that ``import groundstone`` costs next to nothing.
_EXPORTS = {
    "And": "groundstone.filters",
    "Answer": "groundstone.knowledge.answer",
    "Chunk": "groundstone.records",
    "Chunking": "groundstone.knowledge.spec",
    "Citation": "groundstone.records",
    "Compare": "groundstone.filters",
    "Document": "groundstone.records",
    "FieldSpec": "groundstone.schema",
    "GroundstoneError": "groundstone.errors",
    "Hit": "groundstone.records",
    "KnowledgeBase": "groundstone.knowledge.base",
    "KnowledgeSpec": "groundstone.knowledge.spec",
    "Not": "groundstone.filters",
    "Or": "groundstone.filters",
    "Platform": "groundstone.platform",
    "Principal": "groundstone.identity",
    "Query": "groundstone.questions.query",
    "Schema": "groundstone.schema",
    "Sentence": "groundstone.records",
    "Settings": "groundstone.config",
    "Sort": "groundstone.filters",
    "SourceSpec": "groundstone.knowledge.spec",
    "Turn": "groundstone.knowledge.base",
}
__all__ = sorted(_EXPORTS)


def __getattr__(name: str) -> Any:
    if name not in _EXPORTS:
        raise AttributeError(f"module 'groundstone' has no attribute {name!r}")
    return getattr(import_module(_EXPORTS[name]), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
