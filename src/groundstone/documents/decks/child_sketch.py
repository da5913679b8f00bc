"""The child's part of sketching a slide of PPTX or ODP: its layout, not its rendering, which the picture says."""

from __future__ import annotations

import base64
from typing import Any

from groundstone.documents.decks import child_deck, guard, sketch_fonts, sketch_plain, sketch_pptx
from groundstone.documents.decks.base_json import deck_of, slide_of
from groundstone.documents.decks.pictures import shown
from groundstone.documents.decks.sketch_canvas import Area, Canvas, Passage, Run, opened
from groundstone.errors import UnreadableDocument

_NOTE = "layout sketch"


def prepare() -> None:
    """Find the typefaces once for all forks."""
    sketch_fonts.prepare()


def parse(
    data: bytes, media_type: str, number: int, width: int, slide: dict[str, Any] | None = None, plain: bool = False
) -> dict[str, Any]:
    """``png``: base64. ``slide``: as JSON, when it was read before. ``plain``: without the styles of the file.

    Raises UnreadableDocument, UnsupportedDocument, DocumentTooLarge.
    """
    if media_type == guard.PPTX and not plain:
        canvas = sketch_pptx.sketch(data, number, width)
    else:
        canvas = _plain(data, media_type, number, width, slide)
    _note(canvas)
    return {"png": base64.b64encode(canvas.png()).decode()}


def _plain(data: bytes, media_type: str, number: int, width: int, known: dict[str, Any] | None) -> Canvas:
    read = child_deck.parse(data, media_type, numbers=[number])
    deck = deck_of(read["deck"])
    slide = slide_of(known) if known else deck.slide(number)
    if slide is None:
        raise UnreadableDocument(f"slide {number} is missing in the file")
    keys = {picture["element"]: picture["key"] for picture in read["pictures"]}
    found = shown(data, media_type, sorted(set(keys.values())), 1600)["pictures"]
    images = {element: opened(found[key]["data"]) for element, key in keys.items() if key in found}
    return sketch_plain.sketch(slide, images, width, (deck.width, deck.height))


def _note(canvas: Canvas) -> None:
    """A small mark in the corner, so that nobody takes the sketch for the slide."""
    size = canvas.height * 0.019
    wide = size * 7.2
    pill = Area(canvas.width - wide - size * 0.5, canvas.height - size * 2.1, wide, size * 1.6)
    canvas.rectangle(pill, (255, 255, 255, 190))
    canvas.text([Passage((Run(_NOTE, size, (96, 102, 112, 255)),), "ctr")], pill, "ctr", shrink=False)
