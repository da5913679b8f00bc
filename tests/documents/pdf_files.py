"""PDF files written by hand, small enough to read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from PIL import Image


@dataclass(frozen=True)
class Sheet:
    """A page in points: ``texts`` are (x, y from below, size, text); ``picture`` is (x, y, width, height, image)."""

    texts: Sequence[tuple[float, float, float, str]] = ()
    picture: tuple[float, float, float, float, Image.Image] | None = None
    hidden: bool = False
    turned: int = 0
    field: str = ""
    size: tuple[int, int] = (600, 400)


def pdf(*sheets: Sheet, locked: bool = False) -> bytes:
    """A PDF with these pages; ``locked``: it asks for a password."""
    file = _File()
    file.add(b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [] >> >>")
    pages = file.add(b"")
    file.add(b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>")
    kids = [_page(file, sheet) for sheet in sheets]
    names = b" ".join(b"%d 0 R" % kid for kid in kids)
    file.objects[pages - 1] = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(kids), names)
    return file.bytes(locked)


def _page(file: _File, sheet: Sheet) -> int:
    content = "".join(
        f"BT {'3 Tr ' if sheet.hidden else ''}/F1 {size} Tf {x} {y} Td ({text}) Tj ET\n"
        for x, y, size, text in sheet.texts
    ).encode("cp1252")
    images = b""
    if sheet.picture:
        x, y, wide, high, image = sheet.picture
        images = b"/XObject << /I %d 0 R >>" % _image(file, image)
        content = f"q {wide} 0 0 {high} {x} {y} cm /I Do Q\n".encode() + content
    notes = b"/Annots [%d 0 R]" % _field(file, sheet.field) if sheet.field else b""
    stream = file.add(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
    return file.add(
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Rotate %d /Contents %d 0 R "
        b"/Resources << /Font << /F1 3 0 R >> %s >> %s >>" % (*sheet.size, sheet.turned, stream, images, notes)
    )


def _image(file: _File, image: Image.Image) -> int:
    out = BytesIO()
    image.convert("RGB").save(out, "JPEG", quality=92)
    head = (
        b"<< /Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceRGB /BitsPerComponent 8 "
        % image.size
    )
    return file.add(
        head + b"/Filter /DCTDecode /Length %d >>\nstream\n%s\nendstream" % (len(out.getvalue()), out.getvalue())
    )


def _field(file: _File, value: str) -> int:
    drawn = f"BT /F1 14 Tf 2 4 Td ({value}) Tj ET".encode()
    form = file.add(
        b"<< /Type /XObject /Subtype /Form /BBox [0 0 300 20] /Resources << /Font << /F1 3 0 R >> >> /Length %d >>"
        b"\nstream\n%s\nendstream" % (len(drawn), drawn)
    )
    return file.add(
        b"<< /Type /Annot /Subtype /Widget /FT /Tx /T (name) /V (%s) /Rect [150 100 450 120] /F 4 "
        b"/AP << /N %d 0 R >> >>" % (value.encode(), form)
    )


class _File:
    def __init__(self) -> None:
        self.objects: list[bytes] = []

    def add(self, content: bytes) -> int:
        self.objects.append(content)
        return len(self.objects)

    def bytes(self, locked: bool) -> bytes:
        key = b"/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O (%s) /U (%s) >> /ID [(a) (a)]" % (b"o" * 32, b"u" * 32)
        out, places = bytearray(b"%PDF-1.7\n"), []
        for number, content in enumerate(self.objects, 1):
            places.append(len(out))
            out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
        start = len(out)
        out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1)
        out += b"".join(b"%010d 00000 n \n" % place for place in places)
        out += b"trailer << /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF" % (
            len(places) + 1,
            key if locked else b"",
            start,
        )
        return bytes(out)
