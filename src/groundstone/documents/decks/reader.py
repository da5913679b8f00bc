"""Bytes of a deck to its slides, and to pictures of them. Everything foreign is opened in limited child processes."""

from __future__ import annotations

import base64
import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from groundstone.documents.decks import guard
from groundstone.documents.decks.base import Deck, Drawing
from groundstone.documents.decks.base_json import slide_json
from groundstone.documents.decks.office import Office
from groundstone.documents.decks.pack import pack
from groundstone.documents.decks.reading import OnSlide, Progress, Reading
from groundstone.documents.examine import MAX_BYTES, Examined
from groundstone.errors import DocumentTooLarge, EngineUnavailable, InvalidInput, UnreadableDocument
from groundstone.sandbox import Limits, Sandbox

if TYPE_CHECKING:
    from groundstone.documents.reader import Reader

__all__ = ["DeckReader", "OnSlide", "Progress", "pack"]

_KINDS = {
    "deck": "groundstone.documents.decks.child_deck",
    "sketch": "groundstone.documents.decks.child_sketch",
    "draw": "groundstone.documents.child_draw",
}
_LIMITS = Limits(cpu=60, wall=120.0, memory=2 * 2**30)
_WIDEST = 4000  # pixels
_OFFICE = (guard.PPTX, guard.ODP)
_log = logging.getLogger(__name__)


class DeckReader:
    """Reads decks: PPTX, ODP, PDF, a picture, or a ZIP of pictures (``pack``). Safe to share between threads.

    Args:
        documents: gives the reader that recognises pictures and scanned pages; called when the first one is met.
        at_once: how many pictures of one deck are recognised at a time; it should be that of the reader.
        limits: of each child process.
        office: LibreOffice, which draws slides of PPTX and ODP as they are; without it their layout is sketched.
    """

    def __init__(
        self,
        documents: Callable[[], Reader],
        at_once: int = 2,
        limits: Limits = _LIMITS,
        *,
        office: Office | None = None,
        max_bytes: int = MAX_BYTES,
    ) -> None:
        if at_once < 1:
            raise InvalidInput("at_once counts pictures; it is at least 1")
        self._documents, self._at_once, self._office, self._max_bytes = documents, at_once, office, max_bytes
        self._sandbox = Sandbox(_KINDS, limits, preload=(_KINDS["deck"], _KINDS["sketch"]), at_once=at_once + 1)

    def examine(self, data: bytes, name: str = "") -> Examined:
        """What a deck is, by its content; ``page_count`` is how many slides are read, sizes are points.

        Raises UnreadableDocument, UnsupportedDocument and DocumentTooLarge.
        """
        deck = self._child(data, name, {"numbers": []})["deck"]
        return Examined(
            deck["media_type"], deck["slide_count"], round(deck["width"]), round(deck["height"]), len(data)
        )  # fmt: skip

    def read(
        self,
        data: bytes,
        name: str = "",
        *,
        on_slide: OnSlide | None = None,
        progress: Progress | None = None,
        stop: threading.Event | None = None,
        background: bool = False,
    ) -> Deck:
        """All slides of a deck.

        ``on_slide`` is called in the order of the slides as soon as the words of the file are known, and once more
        for a slide in whose pictures words were looked for. A slide that is nothing but a picture is told only then.
        ``progress``: slides of which all is known, and how many there are. ``background`` lets others be recognised
        first.

        Raises UnreadableDocument, UnsupportedDocument, DocumentTooLarge, and Conflict when ``stop`` was set before
        the end. What could not be read of a slide stands in its ``problems``.
        """
        work = Reading(
            lambda options: self._child(data, name, options), self._documents, data, self._at_once, on_slide, progress,
            stop or threading.Event(), background,
        )  # fmt: skip
        return work.deck()

    def picture(self, data: bytes, name: str, number: int, width: int = 1280, deck: Deck | None = None) -> Drawing:
        """A slide as PNG, ``width`` pixels wide. ``deck``: as it was read, which saves reading the slide again.

        Raises InvalidInput for a width or slide that there is not, and what ``examine`` raises.
        """
        if not 1 <= width <= _WIDEST:
            raise InvalidInput(f"a picture is from 1 to {_WIDEST} pixels wide")
        kind, count = (deck.media_type, deck.slide_count) if deck else self._kind(data, name)
        if not 1 <= number <= count:
            raise InvalidInput(f"there is no slide {number}; the deck has {count}")
        if kind == guard.PDF:
            return self._drawn(data, kind, number, width, "pdf")
        if kind in _OFFICE:
            return self._by_office(data, kind, number, width, count) or self._sketch(data, kind, number, width, deck)
        return self._of_picture(data, name, kind, number, width)

    def close(self) -> None:
        """End the child processes."""
        self._sandbox.close()

    def _kind(self, data: bytes, name: str) -> tuple[str, int]:
        seen = self.examine(data, name)
        return seen.media_type, seen.page_count

    def _child(self, data: bytes, name: str, options: dict[str, Any]) -> dict[str, Any]:
        if not data:
            raise UnreadableDocument("the file is empty; send it again")
        if len(data) > self._max_bytes:
            raise DocumentTooLarge(
                f"{name or 'the file'} has {len(data) >> 20} MB; at most {self._max_bytes >> 20} MB are read"
            )
        return self._sandbox.run("deck", data, {"name": Path(name).name, **options})

    def _drawn(self, data: bytes, kind: str, page: int, width: int, how: Any) -> Drawing:
        options = {"media_type": kind, "page": page, "width": width, "marks": [], "hide": []}
        return _drawing(base64.b64decode(self._sandbox.run("draw", data, options)["png"]), how)

    def _of_picture(self, data: bytes, name: str, kind: str, number: int, width: int) -> Drawing:
        """A slide that is a picture: a member of an archive, or a page of the file itself."""
        if kind != guard.PICTURES:
            return self._drawn(data, kind, number, width, "picture")
        (at, *_) = self._child(data, name, {"numbers": [number]})["pictures"] or [None]
        found = self._child(data, name, {"pictures": [at["key"]], "longest": max(width, 640) * 2}) if at else {}
        shown = found.get("pictures", {}).get(at["key"]) if at else None
        if shown is None:
            raise UnreadableDocument(f"the picture of slide {number} cannot be shown; it is damaged")
        return self._drawn(base64.b64decode(shown["data"]), shown["media_type"], 1, width, "picture")

    def _by_office(self, data: bytes, kind: str, number: int, width: int, count: int) -> Drawing | None:
        """None when there is no LibreOffice, or when it does not manage this deck."""
        if self._office is None:
            return None
        try:
            pdf = self._office.pdf(data, ".pptx" if kind == guard.PPTX else ".odp")
            if self._sandbox.run("deck", pdf, {"numbers": []})["deck"]["slide_count"] != count:
                raise EngineUnavailable("LibreOffice left slides out")
            return self._drawn(pdf, guard.PDF, number, width, "libreoffice")
        except (EngineUnavailable, UnreadableDocument, DocumentTooLarge) as error:
            _log.warning("slide %d is sketched, as LibreOffice did not draw it: %s", number, error)
            return None

    def _sketch(self, data: bytes, kind: str, number: int, width: int, deck: Deck | None) -> Drawing:
        slide = deck.slide(number) if deck else None
        options = {
            "media_type": kind, "number": number, "width": width, "slide": slide_json(slide) if slide else None,
        }  # fmt: skip
        try:
            answer = self._sandbox.run("sketch", data, options)
        except UnreadableDocument as error:
            _log.warning("slide %d is sketched without its styles: %s", number, error)
            answer = self._sandbox.run("sketch", data, {**options, "plain": True})
        return _drawing(base64.b64decode(answer["png"]), "sketch")


def _drawing(png: bytes, how: Any) -> Drawing:
    """Width and height stand in the header of every PNG."""
    return Drawing(png, int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big"), how)
