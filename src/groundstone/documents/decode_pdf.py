"""PDF files: pages, the words that they hold themselves, and their pictures.

Imported only in the limited child process; the only file here that imports pypdfium2. Pages are opened one at a time.
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from typing import Any

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as raw

from groundstone.documents.decode import Frame
from groundstone.documents.examine import MAX_PAGES
from groundstone.documents.ocr_detect import Picture
from groundstone.errors import DocumentTooLarge, UnreadableDocument, UnsupportedDocument

_RESOLUTION = 200 / 72  # pixels a point
_LEAST, _MOST = 1600, 4000  # pixels of the longer side
_FINE = 1_000_000  # steps of the grid on which places are measured


@dataclass(frozen=True, slots=True)
class Letter:
    """A character that the page holds: its box in fractions of the page as shown, and how far it is turned."""

    text: str
    box: tuple[float, float, float, float]  # left, top, right, bottom
    angle: float  # degrees clockwise as shown
    size: float  # height as a fraction of the page's height


class Pdf:
    """An opened file. Raises UnsupportedDocument (password), UnreadableDocument, DocumentTooLarge (pages)."""

    def __init__(self, data: bytes) -> None:
        try:
            self._file = pdfium.PdfDocument(data)
            self._file.init_forms()
        except pdfium.PdfiumError as error:
            raise refusal(str(error)) from error
        if not len(self._file):
            raise UnreadableDocument("the PDF has no pages")
        if len(self._file) > MAX_PAGES:
            raise DocumentTooLarge(f"it has {len(self._file)} pages; at most {MAX_PAGES} are read: split it")

    def __len__(self) -> int:
        return len(self._file)

    def page(self, number: int) -> PdfPage:
        """One page, the first being 1."""
        try:
            flat = self._file[number - 1]
            raw.FPDFPage_Flatten(flat.raw, raw.FLAT_NORMALDISPLAY)  # values of form fields become text of the page
            flat.close()
            return PdfPage(self._file[number - 1])
        except pdfium.PdfiumError as error:
            raise UnreadableDocument(f"page {number} of the PDF is damaged ({error})") from error


class PdfPage:
    """A page with the values of its form filled in."""

    def __init__(self, page: Any) -> None:
        self._page = page
        width, height = page.get_size()
        if width < 1 or height < 1:
            raise UnreadableDocument("a page of the PDF has no size")
        self.width, self.height = float(width), float(height)
        self._to_shown = to_shown(page)

    def pictures(self) -> list[tuple[float, float, float, float]]:
        """Left, top, right, bottom of the pictures on it, as fractions."""
        images = self._page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=4)
        boxes = (self._box(*image.get_bounds()) for image in images)
        return [box for box in boxes if box[2] > box[0] and box[3] > box[1]]

    def is_drawn(self) -> bool:
        """Whether there is more on it than text."""
        kinds = {item.type for item in self._page.get_objects(max_depth=2)}
        return bool(kinds - {raw.FPDF_PAGEOBJ_TEXT})

    def letters(self) -> list[Letter]:
        """Visible characters in the order of the file; blanks, and "\\n" where a line ends, without a box."""
        text = self._page.get_textpage()
        try:
            found = (self._letter(text.raw, index) for index in range(raw.FPDFText_CountChars(text.raw)))
            return [letter for letter in found if letter]
        finally:
            text.close()

    def picture(self, width: int = 0) -> Frame:
        """Its rendering, ``width`` pixels wide; 0 for as many as its letters need."""
        longest = max(self.width, self.height)
        scale = width / self.width if width else max(_RESOLUTION, _LEAST / longest)
        scale = min(scale, _MOST / longest)
        bitmap = self._page.render(scale=scale, rev_byteorder=True)
        pixels = np.array(bitmap.to_numpy()[:, :, :3], np.uint8)
        bitmap.close()
        return Frame(_whole(pixels), pixels.shape[1], pixels.shape[0])

    def _letter(self, text: Any, index: int) -> Letter | None:
        code = raw.FPDFText_GetUnicode(text, index)
        if code in (10, 13):
            return Letter("\n", (0, 0, 0, 0), 0.0, 0.0)
        if raw.FPDFText_IsGenerated(text, index) or code in (0, 32, 9, 160):
            return Letter(" ", (0, 0, 0, 0), 0.0, 0.0)
        if _hidden(text, index):
            return None
        rect = raw.FS_RECTF()
        if not raw.FPDFText_GetLooseCharBox(text, index, ctypes.byref(rect)):
            return None
        box = self._box(rect.left, rect.bottom, rect.right, rect.top)
        if box[2] <= 0 or box[3] <= 0 or box[0] >= 1 or box[1] >= 1 or box[3] - box[1] < 1e-4:
            return None
        unmapped = raw.FPDFText_HasUnicodeMapError(text, index) == 1
        return Letter("\ufffd" if unmapped else _character(code), box, self._angle(text, index), box[3] - box[1])

    def _box(self, left: float, bottom: float, right: float, top: float) -> tuple[float, float, float, float]:
        corners = np.array([[left, top, 1], [right, bottom, 1]]) @ self._to_shown
        (x1, y1), (x2, y2) = corners.min(0), corners.max(0)
        return float(x1), float(y1), float(x2), float(y2)

    def _angle(self, text: Any, index: int) -> float:
        """PDFium counts in radians; the page may be turned as well."""
        angle = float(np.degrees(raw.FPDFText_GetCharAngle(text, index)))
        turned: int = raw.FPDFPage_GetRotation(self._page.raw)
        return (angle + 90 * turned) % 360


def to_shown(page: Any) -> Any:
    """The matrix (3 x 2) from points of the page to fractions of what is shown: crop and rotation are in it."""
    x, y = ctypes.c_int(), ctypes.c_int()
    shown = []
    for point in ((0.0, 0.0), (1000.0, 0.0), (0.0, 1000.0)):
        raw.FPDF_PageToDevice(page.raw, 0, 0, _FINE, _FINE, 0, *point, ctypes.byref(x), ctypes.byref(y))
        shown.append((x.value / _FINE, y.value / _FINE))
    origin, right, up = (np.array(point) for point in shown)
    return np.array([(right - origin) / 1000, (up - origin) / 1000, origin])


def _hidden(text: Any, index: int) -> bool:
    """Whether a character is there to be found and not to be seen, as in scans with a layer of recognised text."""
    item = raw.FPDFText_GetTextObject(text, index)
    if item and raw.FPDFTextObj_GetTextRenderMode(item) in (3, 7):
        return True
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    known = raw.FPDFText_GetFillColor(text, index, *(ctypes.byref(part) for part in (red, green, blue, alpha)))
    return bool(known) and alpha.value == 0


def _character(code: int) -> str:
    if code in (0xFFFE, 0x02):
        return "-"  # PDFium marks a hyphen at the end of a line with these
    return chr(code) if not 0xD800 <= code < 0xE000 else "\ufffd"


def _whole(pixels: Picture) -> Picture:
    return np.ascontiguousarray(pixels)


def refusal(error: str) -> UnreadableDocument:
    if "assword" in error:
        return UnsupportedDocument("the PDF is locked by a password; save it without one and send it again")
    return UnreadableDocument(f"the PDF is damaged or cut short ({error[:120]})")
