"""A shelf whose decks are plain text, read by a stand-in: "DECK title", then slides between lines of dashes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from types import SimpleNamespace
from typing import Any

from groundstone.applications import APPS
from groundstone.config import Settings
from groundstone.documents.decks.base import Deck, Drawing, Element, Paragraph, Slide
from groundstone.errors import Conflict, EngineUnavailable, UnreadableDocument, UnsupportedDocument
from groundstone.platform import Platform
from groundstone.slides.service import Slides
from groundstone.stores.queue import Queue

PNG = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + (640).to_bytes(4, "big") + (360).to_bytes(4, "big")
TYPE = "text/x-deck"


def text_deck(title: str, *slides: str) -> bytes:
    return "\n---\n".join([f"DECK {title}", *slides]).encode()


class StandInReader:
    """Implements what the shelf needs of ``DeckReader``.

    Args:
        seconds: how long each slide takes.
        log: a file that gets a line for every slide that is read.
    """

    def __init__(self, seconds: float = 0.0, log: Path | None = None) -> None:
        self.seconds, self._log = seconds, log
        self.hold: Event | None = None  # where a reading waits before its second slide

    def examine(self, data: bytes, name: str = "") -> Any:
        if not data.startswith((b"DECK", b"PK\3\4")):
            raise UnsupportedDocument(f"{name} is no deck that is read here")
        return SimpleNamespace(media_type=TYPE, page_count=len(_parts(data)) - 1)

    def read(
        self,
        data: bytes,
        name: str,
        *,
        on_slide: Callable[[Slide], None] | None = None,
        progress: Callable[[int, int], None] | None = None,
        stop: Event | None = None,
        background: bool = False,
    ) -> Deck:
        title, *texts = _parts(data)
        slides = []
        for number, text in enumerate(texts, 1):
            time.sleep(self.seconds)
            while number > 1 and self.hold is not None and not self.hold.wait(0.01):
                if stop is not None and stop.is_set():
                    break
            if stop is not None and stop.is_set():
                raise Conflict("the reading was stopped")
            if text == "BROKEN":
                raise UnreadableDocument(f"slide {number} of {name} is damaged")
            if text == "DOWN":
                raise EngineUnavailable("the model does not answer")
            if text == "BUG":
                raise RuntimeError("nobody thought of this")
            if self._log is not None:
                with self._log.open("a") as log:
                    log.write(f"{name} {number}\n")
            slides.append(_slide(number, text))
            if on_slide is not None:
                on_slide(slides[-1])
            if progress is not None:
                progress(number, len(texts))
        return Deck(name, TYPE, title.removeprefix("DECK "), tuple(slides), len(texts), 960, 540)

    def picture(self, data: bytes, name: str, number: int, width: int = 1280, deck: Deck | None = None) -> Drawing:
        return Drawing(PNG + f"{number} of {name}".encode(), 640, 360, "sketch")


def _parts(data: bytes) -> list[str]:
    return data.decode("utf-8", "replace").split("\n---\n")


def _slide(number: int, text: str) -> Slide:
    if text == "UNREAD":
        return Slide(number, problems=("its picture is damaged",))
    title, *lines = text.split("\n")
    body = tuple(Paragraph(line, bullet=True) for line in lines)
    elements = (Element("title", 1, paragraphs=(Paragraph(title),)), Element("text", 2, paragraphs=body))
    return Slide(number, elements if body else elements[:1])


@contextmanager
def shelf(
    home: Path, reader: StandInReader | None = None, *, start: bool = True, watch: bool = False, **options: Any
) -> Iterator[Slides]:
    """A shelf at work over ``home``, with a queue of its own."""
    made = reader or StandInReader()
    queue = Queue(home / "work.db")
    options = {"folder": home / "buckets" / "slides", "pause": lambda attempt: 0.01, **options}
    slides = Slides(
        queue,
        home / "slides",
        lambda: made,  # type: ignore[arg-type,return-value]
        **options,
    )
    if start:
        slides.start(watch=watch)
    try:
        yield slides
    finally:
        slides.close()
        queue.close()


def until(holds: Callable[[], object], seconds: float = 20.0) -> None:
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it does not come true"
        time.sleep(0.01)


class ShelfPlatform(Platform):
    """A platform whose shelf reads by the stand-in. ``settings`` are those of ``config.Settings``."""

    def __init__(self, home: Path, reader: StandInReader | None = None, **settings: Any) -> None:
        super().__init__(Settings(home=home, threads=1, **settings))
        made = reader or StandInReader()
        self.__dict__["slides"] = Slides(
            self.queue,
            home / "slides",
            lambda: made,  # type: ignore[arg-type,return-value]
            folder=self.buckets / "slides",
            fetch=self._object,
            samples=APPS / "slides" / "samples",
            pause=lambda attempt: 0.01,
        )
