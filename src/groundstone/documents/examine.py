"""What a file is, by its content: never by its name, and without parsing more than its first bytes."""

from __future__ import annotations

from dataclasses import dataclass

from groundstone.errors import UnreadableDocument, UnsupportedDocument

MAX_BYTES = 500 * 2**20
MAX_PAGES = 3000
MAX_PIXELS = 120_000_000  # of one picture; it has to be decoded in full
MAX_JPEG_PIXELS = 250_000_000  # a JPEG is made smaller while it is decoded
READ_HERE = "PDF, PNG, JPEG, TIFF, WebP, HEIC, GIF and BMP"

_HEIF = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
_OTHERS = {
    b"PK\x03\x04": "a ZIP archive or an Office document",
    b"\xd0\xcf\x11\xe0": "an old Office document",
    b"{\\rtf": "an RTF text",
    b"%!PS": "PostScript",
    b"8BPS": "a Photoshop picture",
    b"<svg": "an SVG drawing",
    b"\x7fELF": "a program",
    b"MZ": "a program",
}


@dataclass(frozen=True, slots=True)
class Examined:
    """``width`` and ``height`` of the first page as a viewer shows it: pixels, or points for a PDF. ``size``: bytes."""

    media_type: str
    page_count: int
    width: int
    height: int
    size: int


def media_type(data: bytes) -> str:
    """The type that the first bytes show. Raises UnreadableDocument (empty), UnsupportedDocument (not read here).

    >>> media_type(b"GIF89a" + bytes(20))
    'image/gif'
    """
    if not data:
        raise UnreadableDocument("the file is empty; send it again")
    found = _picture(data[:32]) or ("application/pdf" if b"%PDF-" in data[:1024] else None)
    if found is None:
        what = next((name for start, name in _OTHERS.items() if data.lstrip()[:8].startswith(start)), None)
        seen = f"it looks like {what}" if what else "its first bytes fit none of them"
        raise UnsupportedDocument(f"the file is in no format that is read here ({READ_HERE}): {seen}")
    return found


def _picture(head: bytes) -> str | None:
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
        return "image/tiff"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:8] == b"ftyp" and head[8:12] in _HEIF:
        return "image/heic"
    if head[:6] in (b"GIF87a", b"GIF89a"):
        return "image/gif"
    return "image/bmp" if head[:2] == b"BM" and head[6:10] == bytes(4) else None
