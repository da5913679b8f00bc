"""Something to draw slides on, in points: pixels by Pillow, or a page of a PDF file written here (ISO 32000-1)."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from functools import lru_cache
from io import BytesIO
from math import cos, pi, sin
from pathlib import Path
from typing import Protocol

from PIL import Image, ImageDraw, ImageFont

Colour = tuple[int, int, int]
WIDTH, HEIGHT = 960.0, 540.0
FOLDERS = ("/usr/share/fonts/truetype/liberation", "/usr/share/fonts/truetype/croscore")
FACES = {  # widths of these are those of Helvetica, which every reader of PDF has
    "LiberationSans": ("LiberationSans-Regular.ttf", "LiberationSans-Bold.ttf"),
    "Arimo": ("Arimo-Regular.ttf", "Arimo-Bold.ttf"),
}
OTHERS = "lato/Lato-Regular.ttf,lato/Lato-Bold.ttf|open-sans/OpenSans-Regular.ttf,open-sans/OpenSans-Bold.ttf|\
dejavu/DejaVuSerif.ttf,dejavu/DejaVuSerif-Bold.ttf|crosextra/Carlito-Regular.ttf,crosextra/Carlito-Bold.ttf"


class Canvas(Protocol):
    """Origin at the top left, x to the right and y down. ``text`` is placed by its top left corner."""

    def text(self, x: float, y: float, text: str, size: float, colour: Colour, bold: bool = False) -> None: ...
    def width(self, text: str, size: float, bold: bool = False) -> float: ...
    def polygon(self, points: Sequence[tuple[float, float]], fill: Colour) -> None: ...
    def line(self, points: Sequence[tuple[float, float]], colour: Colour, width: float = 1.0) -> None: ...
    def image(self, x: float, y: float, width: float, height: float, picture: Image.Image) -> None: ...


def rect(canvas: Canvas, x: float, y: float, width: float, height: float, fill: Colour) -> None:
    canvas.polygon([(x, y), (x + width, y), (x + width, y + height), (x, y + height)], fill)


def wedge(canvas: Canvas, x: float, y: float, radius: float, start: float, end: float, fill: Colour) -> None:
    """A piece of a pie; angles as shares of a turn from the top, clockwise."""
    steps = max(2, round((end - start) * 90))
    turns = [2 * pi * (start + (end - start) * step / steps) for step in range(steps + 1)]
    canvas.polygon([(x, y), *((x + radius * sin(turn), y - radius * cos(turn)) for turn in turns)], fill)


@lru_cache(512)
def face(file: str, size: float) -> ImageFont.FreeTypeFont:
    """The font of a file; Pillow's own where this machine lacks it."""
    if file and Path(file).is_file():
        return ImageFont.truetype(file, size, layout_engine=ImageFont.Layout.BASIC)
    own = ImageFont.load_default(size)
    assert isinstance(own, ImageFont.FreeTypeFont)  # Pillow from a wheel always has FreeType
    return own


def pair(look: int) -> tuple[str, str]:
    """Files of a regular and a bold face."""
    plain = [f"{folder}/{file}" for folder, (file, _) in zip(FOLDERS, FACES.values(), strict=True)]
    bold = [f"{folder}/{file}" for folder, (_, file) in zip(FOLDERS, FACES.values(), strict=True)]
    pairs = list(zip(plain, bold, strict=True))
    for other in OTHERS.split("|"):
        one, two = other.split(",")
        pairs.append((f"/usr/share/fonts/truetype/{one}", f"/usr/share/fonts/truetype/{two}"))
    return pairs[look % len(pairs)]


class Pixels:
    """A picture; ``scale`` pixels are one point."""

    def __init__(self, width: float, height: float, look: int = 0, scale: float = 1.0, paper: Colour = (255, 255, 255)):
        self.scale, self.faces = scale, pair(look)
        self.picture = Image.new("RGB", (round(width * scale), round(height * scale)), paper)
        self.draw = ImageDraw.Draw(self.picture)

    def _face(self, size: float, bold: bool) -> ImageFont.FreeTypeFont:
        return face(self.faces[bold], size * self.scale)

    def text(self, x: float, y: float, text: str, size: float, colour: Colour, bold: bool = False) -> None:
        self.draw.text((x * self.scale, y * self.scale), text, fill=colour, font=self._face(size, bold))

    def width(self, text: str, size: float, bold: bool = False) -> float:
        return self._face(size, bold).getlength(text) / self.scale

    def polygon(self, points: Sequence[tuple[float, float]], fill: Colour) -> None:
        self.draw.polygon([(x * self.scale, y * self.scale) for x, y in points], fill=fill)

    def line(self, points: Sequence[tuple[float, float]], colour: Colour, width: float = 1.0) -> None:
        thick = max(1, round(width * self.scale))
        self.draw.line([(x * self.scale, y * self.scale) for x, y in points], fill=colour, width=thick)

    def image(self, x: float, y: float, width: float, height: float, picture: Image.Image) -> None:
        size = max(1, round(width * self.scale)), max(1, round(height * self.scale))
        self.picture.paste(
            picture.resize(size, Image.Resampling.LANCZOS), (round(x * self.scale), round(y * self.scale))
        )

    def jpeg(self, quality: int = 85) -> bytes:
        kept = BytesIO()
        self.picture.save(kept, "JPEG", quality=quality)
        return kept.getvalue()


class PdfPage:
    """A page of ``pdf_file``, with Helvetica."""

    def __init__(self, width: float = WIDTH, height: float = HEIGHT) -> None:
        self.size = (width, height)
        self.marks: list[bytes] = []
        self.images: list[bytes] = []
        self.faces = pair(0)

    def text(self, x: float, y: float, text: str, size: float, colour: Colour, bold: bool = False) -> None:
        shown = text.encode("cp1252", "replace").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
        base = self.size[1] - y - size * 0.9
        head = f"BT /F{int(bold)} {size:.2f} Tf {_ink(colour)} rg {x:.2f} {base:.2f} Td ("
        self.marks.append(head.encode() + shown + b") Tj ET")

    def width(self, text: str, size: float, bold: bool = False) -> float:
        return face(self.faces[bold], 100.0).getlength(text) * size / 100

    def polygon(self, points: Sequence[tuple[float, float]], fill: Colour) -> None:
        self.marks.append(f"{_ink(fill)} rg {self._path(points)} f".encode())

    def line(self, points: Sequence[tuple[float, float]], colour: Colour, width: float = 1.0) -> None:
        self.marks.append(f"{_ink(colour)} RG {width:.2f} w {self._path(points)} S".encode())

    def image(self, x: float, y: float, width: float, height: float, picture: Image.Image) -> None:
        kept = BytesIO()
        picture.convert("RGB").save(kept, "JPEG", quality=88)
        head = (
            f"<< /Type /XObject /Subtype /Image /Width {picture.width} /Height {picture.height} /ColorSpace /DeviceRGB"
        )
        self.images.append(_stream(kept.getvalue(), f"{head} /BitsPerComponent 8 /Filter /DCTDecode"))
        bottom = self.size[1] - y - height
        self.marks.append(
            f"q {width:.2f} 0 0 {height:.2f} {x:.2f} {bottom:.2f} cm /I{len(self.images) - 1} Do Q".encode()
        )

    def _path(self, points: Sequence[tuple[float, float]]) -> str:
        first, *others = [f"{x:.2f} {self.size[1] - y:.2f}" for x, y in points]
        return " ".join([f"{first} m", *(f"{point} l" for point in others)])


def pdf_file(pages: Sequence[PdfPage], title: str) -> bytes:
    """A PDF of these pages."""
    objects: list[bytes] = [b"<< /Type /Catalog /Pages 2 0 R >>", b"", *map(_font, ("Helvetica", "Helvetica-Bold"))]
    kids: list[int] = []
    for page in pages:
        names = []
        for at, image in enumerate(page.images):
            objects.append(image)
            names.append(f"/I{at} {len(objects)} 0 R")
        objects.append(_stream(zlib.compress(b"\n".join(page.marks)), "<< /Filter /FlateDecode"))
        box = f"[0 0 {page.size[0]:.0f} {page.size[1]:.0f}]"
        used = f"<< /Font << /F0 3 0 R /F1 4 0 R >> /XObject << {' '.join(names)} >> >>"
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox {box} /Contents {len(objects)} 0 R /Resources {used} >>".encode()
        )
        kids.append(len(objects))
    listed = " ".join(f"{kid} 0 R" for kid in kids)
    objects[1] = f"<< /Type /Pages /Kids [{listed}] /Count {len(kids)} >>".encode()
    shown = title.encode("cp1252", "replace").replace(b"(", b"[").replace(b")", b"]")
    objects.append(b"<< /Title (" + shown + b") >>")
    return _file(objects)


def _font(name: str) -> bytes:
    return f"<< /Type /Font /Subtype /Type1 /BaseFont /{name} /Encoding /WinAnsiEncoding >>".encode()


def _ink(colour: Colour) -> str:
    return " ".join(f"{part / 255:.3f}" for part in colour)


def _stream(data: bytes, head: str) -> bytes:
    return f"{head} /Length {len(data)} >>\nstream\n".encode() + data + b"\nendstream"


def _file(objects: Iterable[bytes]) -> bytes:
    """With a cross-reference table; the last object is the information about the file."""
    made, places = b"%PDF-1.4\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(made))
        made += f"{number} 0 obj\n".encode() + one + b"\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    head = f"xref\n0 {len(places) + 1}\n0000000000 65535 f \n{table}"
    tail = (
        f"trailer\n<< /Size {len(places) + 1} /Root 1 0 R /Info {len(places)} 0 R >>\nstartxref\n{len(made)}\n%%EOF\n"
    )
    return made + head.encode() + tail.encode()
