"""The child's part of reading a deck: slides of PPTX, ODP, PDF and pictures to JSON, some at a time.

Ask for the head of a deck and the first slides, then for the next ones: every call opens the file anew and reads only
the slides that it names, so memory is bounded by the largest of them. The answer to a call for slides:

    {"deck": {...}, "pictures": [...], "poor": [...]}

``deck`` is what ``base_json.deck_of`` reads: its ``slides`` are those of ``numbers`` in that order (all when
``numbers`` is None, none when it is empty), ``slide_count`` is how many there are to ask for. A deck of more than
MAX_SLIDES is read up to that number, and ``problems`` say so. The title of the deck is found in every call.

``pictures`` lists what recognition may read: {"slide": 3, "element": 4, "key": "...", "box": [left, top, width, height,
page] or null}. ``element`` is the number of the element on that slide, of kind "picture", which the picture fills. The
same picture on many slides has the same key. ``poor`` are numbers of the slides of a PDF whose words have to be
recognised: have ``documents.Reader`` read these pages and make slides of them by ``recognised.elements_of``. In a deck
of pictures each slide has one picture, which fills it, to be recognised as a page too.

A call with ``pictures`` gives their bytes instead, cropped, turned and mirrored as they are shown, their longer side at
most ``longest`` pixels; the bytes are base64:

    {"pictures": {key: {"data": "...", "media_type": "image/png" or "image/jpeg", "width": 800, "height": 600,
     "tints": {...}}}, "left_out": {key: "why"}}

As many as fit into an answer are given; further ones are in neither: ask for them again. ``tints`` are the colours of a
picture as ``tints.of_json`` reads them. A call with ``tints``, numbers of pages of a PDF, gives those of the pages:
{"tints": {"3": {...}}}.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from groundstone.documents.decks import guard
from groundstone.documents.decks.base import Deck, Slide
from groundstone.documents.decks.base_json import deck_json
from groundstone.documents.decks.found import PictureAt
from groundstone.documents.decks.odp import OdpDeck
from groundstone.documents.decks.pptx import PptxDeck
from groundstone.errors import UnreadableDocument

MAX_SLIDES = 2000


class Opened(Protocol):
    """A deck that was opened, whatever its format."""

    problems: list[str]

    @property
    def slide_count(self) -> int: ...
    @property
    def width(self) -> float: ...
    @property
    def height(self) -> float: ...
    def properties(self) -> list[tuple[str, str]]: ...
    def title(self) -> str: ...
    def slide(self, number: int) -> tuple[Slide, list[PictureAt]]: ...


def prepare() -> None:
    """Load what every fork shares."""
    from groundstone.documents.decks import pdf, pictures

    assert pdf
    assert pictures


def parse(
    data: bytes,
    media_type: str = "",
    name: str = "",
    numbers: Sequence[int] | None = None,
    pictures: Sequence[str] | None = None,
    tints: Sequence[int] | None = None,
    longest: int = 2400,
) -> dict[str, Any]:
    """Slides, or the bytes of pictures; see above. Without ``media_type`` it is found by the content.

    Raises UnreadableDocument, UnsupportedDocument, DocumentTooLarge.
    """
    media_type = media_type or guard.media_type(data)
    if pictures is not None:
        from groundstone.documents.decks.pictures import shown

        return shown(data, media_type, pictures, longest)
    if tints is not None:
        from groundstone.documents.decks.pdf import colours

        return {"tints": colours(data, tints)}
    opened = _opened(data, media_type)
    count = min(opened.slide_count, MAX_SLIDES)
    wanted = range(1, count + 1) if numbers is None else [number for number in numbers if 1 <= number <= count]
    read = [opened.slide(number) for number in wanted]
    return {
        "deck": deck_json(_deck(opened, name, media_type, [slide for slide, _ in read])),
        "pictures": [_at(picture) for _, found in read for picture in found],
        "poor": list(getattr(opened, "poor", ())),
    }


def _opened(data: bytes, media_type: str) -> Opened:
    if media_type == guard.PPTX:
        opened: Opened = PptxDeck(guard.Archive(data))
    elif media_type == guard.ODP:
        opened = OdpDeck(guard.Archive(data))
    elif media_type == guard.PDF:
        from groundstone.documents.decks.pdf import PdfDeck

        opened = PdfDeck(data)
    else:
        from groundstone.documents.decks.pictures import PictureDeck

        opened = PictureDeck(data, media_type)
    if not opened.slide_count:
        raise UnreadableDocument("the deck has no slides")
    return opened


def _deck(opened: Opened, name: str, media_type: str, slides: list[Slide]) -> Deck:
    title, properties = opened.title(), tuple(opened.properties())
    problems = list(opened.problems)
    if opened.slide_count > MAX_SLIDES:
        problems.append(f"the deck has {opened.slide_count} slides; the first {MAX_SLIDES} are read: split it")
    return Deck(
        name,
        media_type,
        title or name.rpartition(".")[0] or name,
        tuple(slides),
        min(opened.slide_count, MAX_SLIDES),
        opened.width,
        opened.height,
        properties,
        tuple(dict.fromkeys(problems)),
    )


def _at(picture: PictureAt) -> dict[str, Any]:
    box = picture.box
    return {
        "slide": picture.slide,
        "element": picture.element,
        "key": picture.key,
        "box": [box.left, box.top, box.width, box.height, box.page] if box else None,
    }
