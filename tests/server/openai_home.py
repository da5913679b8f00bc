"""A platform with models that always say the same, and one small knowledge base: what the OpenAI wire is tested on."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from groundstone.config import Settings
from groundstone.identity import LOCAL
from groundstone.knowledge.spec import SourceSpec
from groundstone.models.base import DEFAULTS, ChatOptions, Delta, Message, ModelInfo, ToolCall
from groundstone.models.catalog import Catalog
from groundstone.models.fakes import FakeChat, FakeEmbed, FakeRerank
from groundstone.models.service import Models
from groundstone.platform import Platform
from groundstone.records import Usage
from groundstone.server.app import create_app
from tests import bases

from .engines import Painter
from .live import serving

ALL = frozenset({"stream", "tools", "schema", "images"})


class Scripted:
    """Replies with the given deltas; remembers what it was given and whether its streams were closed."""

    name = "scripted"

    def __init__(self) -> None:
        self.deltas: list[Delta | Exception] = []
        self.messages: list[Message] = []
        self.options = DEFAULTS
        self.closed = 0

    def chat(self, messages: Sequence[Message], options: ChatOptions = DEFAULTS) -> Iterator[Delta]:
        self.messages, self.options = list(messages), options
        return self._stream()

    def _stream(self) -> Iterator[Delta]:
        try:
            for delta in self.deltas:
                if isinstance(delta, Exception):
                    raise delta
                yield delta
        finally:
            self.closed += 1

    def say(self, *pieces: str | ToolCall | Exception, stop: Any = "stop") -> None:
        made: list[Delta | Exception] = []
        for piece in pieces:
            if isinstance(piece, Exception):
                made.append(piece)
            else:
                made.append(Delta(piece) if isinstance(piece, str) else Delta(tool_call=piece))
        self.deltas = [*made, Delta(usage=Usage(7, 5), stop_reason=stop)]


class Home:
    """The platform and its engines, by name."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.scripted, self.echo, self.painter = Scripted(), FakeChat(), Painter()
        self.engines: dict[str, Any] = {
            "scripted": self.scripted,
            "echo": self.echo,
            "vectors": FakeEmbed(16, "vectors"),
            "overlap": FakeRerank(),
            "painter": self.painter,
        }
        models = [
            ModelInfo("scripted", "chat", "fake", abilities=ALL, aliases=("gpt-test",)),
            ModelInfo("echo", "chat", "fake", abilities=frozenset({"stream"}), context=64),
            ModelInfo("vectors", "embed", "fake", dimensions=16, aliases=("text-embedding-3-small",)),
            ModelInfo("overlap", "rerank", "fake"),
            ModelInfo("painter", "draw", "fake"),
            ModelInfo("secret", "chat", "fake", tenant="somebody-else"),
        ]
        self.platform = Platform(Settings(home=folder, **settings))
        catalog = Catalog({}, {info.name: info for info in models}, "USD", answers="echo")
        made = Models(catalog, lambda info: self.engines[info.name])
        self.platform.__dict__ |= {"models": made, "embed": FakeEmbed(384)}
        self._houses(folder)

    def _houses(self, folder: Path) -> None:
        rows = folder / "houses.jsonl"
        rows.write_text("".join(json.dumps(row) + "\n" for row in bases.HOUSES), encoding="utf-8")
        spec = replace(bases.house_spec(), source=SourceSpec("records", str(rows)))
        self.platform.create(spec, LOCAL).sync()


@contextmanager
def served(folder: Path, **settings: Any) -> Iterator[tuple[Home, str]]:
    """The home and the address at which it is served."""
    home = Home(folder, **settings)
    with serving(create_app(home.platform)) as address:
        yield home, address
    home.platform.close()
