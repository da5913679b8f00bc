"""A service over stand-in children, and the pages it is tried on."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from groundstone.documents.base import Line, Page, Place, Reading, Word
from groundstone.forensics.base import Evidence
from groundstone.forensics.service import Forensics
from tests.documents.card import CardDocuments

CHILD = "tests.forensics.standin_children"
CHILDREN = {
    "examine": "groundstone.documents.child_examine", "pixels": CHILD, "file": CHILD, "words": CHILD, "layer": CHILD,
}  # fmt: skip


class StandInDocuments:
    """Reads one word on every page asked for."""

    def __init__(self, failing: Exception | None = None) -> None:
        self.failing = failing
        self.asked: list[tuple[Sequence[str], bool]] = []

    def read(self, data: bytes, name: str = "", *, pages: Sequence[str], stop: Any, background: bool) -> Reading:
        self.asked.append((pages, background))
        if self.failing:
            raise self.failing
        return Reading("image/png", tuple(_read_page(int(number)) for number in pages), len(pages))

    def close(self) -> None: ...


class Uploads(CardDocuments):
    """Documents that people upload: any file that the service knows, in which the words of the card are read."""

    def __init__(self, service: Forensics) -> None:
        super().__init__()
        self.service = service

    def examine(self, data: bytes, name: str = "") -> Any:
        return self.service.examine(data, name)

    def picture(self, data: bytes, page: int = 1, *, width: int = 1200, marks: Any = (), hide: Any = ()) -> bytes:
        return self.service.layer(data, page, "picture", width)


def _read_page(number: int) -> Page:
    place = Place.of(0.1, 0.1, 0.2, 0.05, number)
    return Page(number, 400, 300, (Line("Salary", 0.9, place, (Word("Salary", 0.9, place),)),))


def weigh(found: Mapping[str, Any], evidence: tuple[Evidence, ...]) -> dict[str, Any]:
    """Adds up the odds; without a score of the pixels it cannot tell."""
    if found["score"] is None:
        return {"verdict": "cannot tell", "basis": found["basis"], "probability": None, "interval": None}
    odds = sum(one.odds for one in evidence) - 1.0
    low, middle, high = (1 / (1 + math.exp(-value)) for value in (odds - 1, odds, odds + 1))
    verdict = "forged" if middle > 0.7 else "genuine" if middle < 0.4 else "cannot tell"
    return {"verdict": verdict, "basis": found["basis"], "probability": middle, "interval": (low, high)}


def forensics(documents: Callable[[], Any] = StandInDocuments, at_once: int = 2) -> Forensics:
    return Forensics(documents, at_once, weigh=weigh, kinds=CHILDREN, preload=(CHILD,))


def drawn(red: bool = False, *, corner: tuple[int, int, int] | None = None) -> Image.Image:
    """A page with a line of text; its figure is red where it was "changed"."""
    page = Image.new("RGB", (400, 304), "white")
    pen = ImageDraw.Draw(page)
    pen.text((40, 40), "Salary", fill="black", font=ImageFont.load_default(24))
    pen.text((200, 40), "2,400.00", fill=(220, 20, 20) if red else "black", font=ImageFont.load_default(24))
    if corner:
        page.putpixel((0, 0), corner)
    return page


def file_of(*pages: Image.Image, form: str = "PNG", **options: Any) -> bytes:
    """The pages as one file; several make a TIFF or a PDF."""
    out = BytesIO()
    more = {"save_all": True, "append_images": list(pages[1:])} if len(pages) > 1 else {}
    pages[0].save(out, form, **more, **options)
    return out.getvalue()
