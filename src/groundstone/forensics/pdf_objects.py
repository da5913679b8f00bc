"""What PDFium tells of a page's objects: text, shapes and pictures in the order in which they are drawn.

The only file of forensics that calls pypdfium2. Imported only in limited child processes.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as raw
from numpy.typing import NDArray

from groundstone.documents.decode_pdf import refusal, to_shown
from groundstone.errors import InvalidInput, UnreadableDocument

MAX_OBJECTS = 20_000  # of a page; what comes after is not looked at
_DEPTH = 3  # forms within forms
_INVISIBLE = (3, 7)  # modes in which text is there to be found, not to be seen

Kind = Literal["text", "hidden", "shape", "picture", "other"]
_KINDS: dict[int, Kind] = {
    raw.FPDF_PAGEOBJ_TEXT: "text",
    raw.FPDF_PAGEOBJ_PATH: "shape",
    raw.FPDF_PAGEOBJ_IMAGE: "picture",
}


@dataclass(frozen=True, slots=True)
class Item:
    """An object: left, top, right, bottom in fractions of the page as shown.

    ``solid``: a shape filled with one opaque colour, whose ``colour`` is red, green, blue. ``blank``: text of blanks.
    """

    kind: Kind
    box: tuple[float, float, float, float]
    solid: bool = False
    colour: tuple[int, int, int] = (0, 0, 0)
    blank: bool = False

    @property
    def area(self) -> float:
        """Share of the page."""
        left, top, right, bottom = (min(1.0, max(0.0, value)) for value in self.box)
        return max(0.0, right - left) * max(0.0, bottom - top)


class File:
    """An opened PDF. Raises UnsupportedDocument (password) and UnreadableDocument. To be closed after use."""

    def __init__(self, data: bytes) -> None:
        try:
            self._file = pdfium.PdfDocument(data)
            self._file.init_forms()  # else fields of forms are not drawn
        except pdfium.PdfiumError as error:
            raise refusal(str(error)) from error

    def __len__(self) -> int:
        return len(self._file)

    def page(self, number: int) -> Page:
        """One page, the first being 1."""
        if not 1 <= number <= len(self):
            raise InvalidInput(f"there is no page {number}; the document has {len(self)}")
        try:
            return Page(self._file[number - 1])
        except pdfium.PdfiumError as error:
            raise UnreadableDocument(f"page {number} of the PDF is damaged ({error})") from error

    def facts(self) -> dict[str, str]:
        """Title, author, creator, producer and dates as the file gives them; what is missing is ""."""
        return dict(self._file.get_metadata_dict(skip_empty=False))

    def close(self) -> None:
        self._file.close()


class Page:
    """A page as it is shown: crop and rotation are taken into account."""

    def __init__(self, page: Any) -> None:
        self._page = page
        width, height = page.get_size()
        if width < 1 or height < 1:
            raise UnreadableDocument("a page of the PDF has no size")
        self.width, self.height = float(width), float(height)  # points
        self._to_shown = to_shown(page)

    def items(self) -> list[Item]:
        """What is drawn, first to last, up to MAX_OBJECTS."""
        text = self._page.get_textpage()
        try:
            return [self._item(one, text) for one in self._objects()]
        finally:
            text.close()

    def pictures(self) -> list[Any]:
        """PDFium's own objects of the pictures, first to last."""
        return [one for one in self._objects() if one.type == raw.FPDF_PAGEOBJ_IMAGE]

    def box(self, item: Any) -> tuple[float, float, float, float]:
        """Left, top, right, bottom of one of PDFium's objects in fractions of the page as shown."""
        left, bottom, right, top = item.get_bounds()
        corners = np.array([[left, top, 1], [right, bottom, 1]]) @ self._to_shown
        (x1, y1), (x2, y2) = corners.min(0), corners.max(0)
        return float(x1), float(y1), float(x2), float(y2)

    def corners(self, item: Any) -> NDArray[np.float64]:
        """Where the top left, top right and bottom left corners of a picture come to lie: (3, 2), fractions."""
        a, b, c, d, e, f = item.get_matrix().get()
        points = [(c + e, d + f, 1), (a + c + e, b + d + f, 1), (e, f, 1)]
        return np.asarray(np.array(points) @ self._to_shown, np.float64)

    def render(self, width: int, notes: bool = True) -> NDArray[np.uint8]:
        """RGB pixels, ``width`` wide and at most 10 times as high; ``notes``: with annotations and form fields."""
        scale = min(width / self.width, 10 * width / self.height)
        bitmap = self._page.render(scale=scale, rev_byteorder=True, may_draw_forms=notes, draw_annots=notes)
        try:
            return np.ascontiguousarray(bitmap.to_numpy()[:, :, :3], np.uint8)
        finally:
            bitmap.close()

    def _objects(self) -> Iterator[Any]:
        for count, one in enumerate(self._page.get_objects(max_depth=_DEPTH)):
            if count >= MAX_OBJECTS:
                return
            yield one

    def _item(self, one: Any, text: Any) -> Item:
        kind = _KINDS.get(one.type, "other")
        try:
            box = self.box(one)
        except pdfium.PdfiumError:
            return Item("other", (0, 0, 0, 0))
        colour = _fill(one)
        if kind == "text":
            hidden = raw.FPDFTextObj_GetTextRenderMode(one.raw) in _INVISIBLE or (colour and colour[3] == 0)
            return Item("hidden" if hidden else "text", box, colour=_rgb(colour), blank=_blank(one, text))
        if kind == "shape":
            return Item(kind, box, _is_filled(one) and colour is not None and colour[3] == 255, _rgb(colour))
        return Item(kind, box)


def _fill(one: Any) -> tuple[int, int, int, int] | None:
    parts = [ctypes.c_uint() for _ in range(4)]
    known = raw.FPDFPageObj_GetFillColor(one.raw, *(ctypes.byref(part) for part in parts))
    return (parts[0].value, parts[1].value, parts[2].value, parts[3].value) if known else None


def _rgb(colour: tuple[int, int, int, int] | None) -> tuple[int, int, int]:
    return colour[:3] if colour else (0, 0, 0)


def _is_filled(one: Any) -> bool:
    mode, stroke = ctypes.c_int(), ctypes.c_int()
    known = raw.FPDFPath_GetDrawMode(one.raw, ctypes.byref(mode), ctypes.byref(stroke))
    segments: int = raw.FPDFPath_CountSegments(one.raw)
    return bool(known and mode.value != raw.FPDF_FILLMODE_NONE) and 4 <= segments <= 6


def _blank(one: Any, text: Any) -> bool:
    size = raw.FPDFTextObj_GetText(one.raw, text.raw, None, 0)
    if not 2 < size < 4096:
        return bool(size <= 2)
    buffer = (ctypes.c_ushort * (size // 2 + 1))()
    raw.FPDFTextObj_GetText(one.raw, text.raw, buffer, size)
    return not any(code not in (0, 9, 10, 13, 32, 160) for code in buffer)
