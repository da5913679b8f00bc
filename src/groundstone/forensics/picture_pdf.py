"""The pixels of a PDF's page: those of its picture where the page is one picture, else a drawing of the page."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import pypdfium2 as pdfium

from groundstone.errors import UnreadableDocument
from groundstone.forensics.pdf_objects import File, Item, Page
from groundstone.forensics.picture import Loaded, Pixels, as_stored, check_size, converted_rgb, turned

_EDGE = 0.02  # of the page that a picture may leave free or reach beyond
_RESOLUTION = 150 / 72  # pixels a point of a drawn page
_LEAST, _MOST = 1200, 3400  # pixels of its longer side
_PROOF = 160  # pixels of the width at which a picture and the drawn page are compared
_ALIKE = 14.0  # mean difference in levels up to which they are the same
_DRAWN = "the page is drawn from text and shapes: it holds no traces of a camera or scanner"
_MIXED = "the page is put together from {0} and more; it was drawn anew, which weakens traces in its pictures"
_ORIENTATIONS = {
    (1, 0, 0, 1): 1, (-1, 0, 0, 1): 2, (-1, 0, 0, -1): 3, (1, 0, 0, -1): 4,
    (0, 1, 1, 0): 5, (0, 1, -1, 0): 6, (0, -1, -1, 0): 7, (0, -1, 1, 0): 8,
}  # fmt: skip  # where the picture's right and down point to on the page: EXIF's number for that turn


def page_picture(data: bytes, number: int) -> Loaded:
    """One page, the first being 1. Raises as ``picture.load`` does."""
    file = File(data)
    try:
        page = file.page(number)
        items = [item for item in page.items() if item.kind != "hidden" and item.area > 0 and not item.blank]
        own = _own(page, items)
        return own or _drawn(page, items)
    finally:
        file.close()


def _own(page: Page, items: list[Item]) -> Loaded | None:
    """The one picture that makes up the page; None where the page is something else or shows it otherwise."""
    if [item.kind for item in items] != ["picture"] or not _covers(items[0]):
        return None
    [picture] = [one for one in page.pictures() if _covers(Item("picture", page.box(one)))][:1]
    across, down, origin = _directions(page, picture)
    orientation = _ORIENTATIONS.get((*across, *down))
    if orientation is None or not np.all((origin >= -_EDGE - 0.001) & (origin <= 1 + _EDGE + 0.001)):
        return None
    check_size(*picture.get_px_size())
    shown = turned(_stored(picture), orientation)
    return shown if _same(shown.rgb, page.render(_PROOF)) else None


def _covers(item: Item) -> bool:
    left, top, right, bottom = item.box
    return max(abs(left), abs(top), abs(right - 1), abs(bottom - 1)) <= _EDGE


def _directions(page: Page, picture: Any) -> tuple[tuple[int, int], tuple[int, int], Any]:
    """Where the picture's right and down point to, as (x, y) of -1, 0, 1; and its top left corner."""
    corner, right, down = page.corners(picture)
    across, below = (tuple(round(float(value)) for value in way) for way in (right - corner, down - corner))
    return (across[0], across[1]), (below[0], below[1]), corner


def _stored(picture: Any) -> Loaded:
    """As the file holds it: a JPEG by its own bytes, anything else unpacked by PDFium."""
    filters = picture.get_filters(skip_simple=True)
    if filters == ["DCTDecode"]:
        loaded, _ = as_stored(bytes(picture.get_data(decode_simple=True)), "image/jpeg")  # viewers ignore its EXIF
        return replace(loaded, media_type="application/pdf", embedded=True)
    try:
        bitmap = picture.get_bitmap(render=False)
    except pdfium.PdfiumError as error:
        raise UnreadableDocument(f"a picture in the PDF is damaged ({error}); send an undamaged copy") from error
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            rgb, levels, notes = converted_rgb(bitmap.to_pil())
    finally:
        bitmap.close()
    levels = 2 if picture.get_metadata().bits_per_pixel == 1 else levels
    return Loaded(rgb, "application/pdf", embedded=False, notes=tuple(notes), levels=levels)


def _same(rgb: Pixels, drawn: Pixels) -> bool:
    """Masks, inverted colours or other surprises make a page look otherwise than its picture."""
    small = cv2.resize(rgb, (drawn.shape[1], drawn.shape[0]), interpolation=cv2.INTER_AREA)
    return float(np.abs(small.astype(np.float32) - drawn).mean()) <= _ALIKE


def _drawn(page: Page, items: list[Item]) -> Loaded:
    longest = max(page.width, page.height)
    scale = min(max(_RESOLUTION, _LEAST / longest), _MOST / longest)
    rgb = page.render(max(1, round(page.width * scale)))
    pictures = sum(item.kind == "picture" and item.area > 0.005 for item in items)
    note = _MIXED.format("a picture" if pictures == 1 else f"{pictures} pictures") if pictures else _DRAWN
    return Loaded(rgb, "application/pdf", notes=(note,))
