"""The applications that ship with Groundstone: folders under ``apps/`` that an app.toml describes."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from groundstone.errors import ConfigError, NotSupported
from groundstone.knowledge.spec import KnowledgeSpec

APPS = Path(__file__).parent / "apps"


@dataclass(frozen=True, slots=True)
class App:
    """An application that ships with Groundstone: a folder under ``apps/`` with an app.toml.

    ``page`` is where people use it. ``knowledge`` describes its knowledge base, of the same name, when it has one.
    """

    name: str
    title: str
    about: str
    welcome: str
    examples: tuple[str, ...]
    page: str
    knowledge: KnowledgeSpec | None = None

    @property
    def knowledge_base(self) -> str:
        return self.knowledge.name if self.knowledge else ""

    @property
    def spec(self) -> KnowledgeSpec:
        """Raises NotSupported for an application without a knowledge base."""
        if self.knowledge is None:
            raise NotSupported(f"the application {self.name!r} has no knowledge base")
        return self.knowledge


def applications() -> list[App]:
    """All of this installation, by name. Raises ConfigError."""
    return [_app(path) for path in sorted(APPS.glob("*/app.toml"))]


def _app(path: Path) -> App:
    """An app.toml with ``page`` describes an application that is a page; any other one a knowledge base."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: {error}") from None
    if "page" in data:
        return _page_app(data, path)
    spec = KnowledgeSpec.from_json(data)
    inside = replace(spec.source, path=str(path.parent / spec.source.path))
    spec = replace(spec, source=inside)
    return App(spec.name, spec.title, spec.about, spec.welcome, spec.examples, f"/chat/{spec.name}", spec)


def _page_app(data: dict[str, Any], path: Path) -> App:
    wanted = {"name", "title", "about", "welcome", "examples", "page"}
    if set(data) != wanted or not all(isinstance(data[name], str) for name in wanted - {"examples"}):
        raise ConfigError(f"{path}: an application with a page has exactly {', '.join(sorted(wanted))}")
    return App(**{**data, "examples": tuple(data["examples"])})
