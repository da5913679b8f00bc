"""Engines without weights that the servers of these tests have behind them."""

from __future__ import annotations

from groundstone.models.base import DrawOptions, Picture

PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)


class Painter:
    """The same picture for everything; remembers what it was asked."""

    name = "painter"

    def __init__(self) -> None:
        self.asked: list[tuple[str, DrawOptions]] = []

    def draw(self, prompt: str, options: DrawOptions) -> list[Picture]:
        self.asked.append((prompt, options))
        return [Picture(PNG, "image/png")] * options.count
