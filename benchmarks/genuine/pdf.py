"""A leaf as a PDF of one page and its picture by pdfium, so that not all clean letters come from one renderer.

The file is written as ISO 32000-1 says (7.5 file structure, 9.6 simple fonts): TrueType fonts embedded whole, widths of
Windows code page 1252, text that needs other letters is drawn without them.
"""

from __future__ import annotations

import zlib
from functools import lru_cache
from pathlib import Path

import numpy as np
import pypdfium2
from benchmarks.genuine.leaf import BEFORE, Area, Colour, Leaf, Run
from benchmarks.genuine.letters import face_at
from numpy.typing import NDArray

STANDARD = "Courier"  # where a face is no TrueType file


@lru_cache(300)
def _widths(file: str) -> tuple[int, ...]:
    """Advance of each code from 32 to 255, in thousandths of the size."""
    shape = face_at(file, 1000.0)
    letters = bytes(range(32, 256)).decode("cp1252", "replace")
    return tuple(round(shape.getlength(letter)) for letter in letters)


def embeddable(leaf: Leaf) -> bool:
    """Whether all of its faces can be put into a file by :func:`pdf_of`."""
    return all(Path(run.file).suffix.lower() == ".ttf" for run in leaf.runs)


def pdf_of(leaf: Leaf) -> bytes:
    """The leaf as a PDF whose points are its units. Raises OSError for a font file that cannot be read."""
    files = sorted({run.file for run in leaf.runs})
    names = {file: f"F{n}" for n, file in enumerate(files)}
    content = "\n".join([*(_area(leaf, area) for area in leaf.areas), *(_run(leaf, run, names) for run in leaf.runs)])
    objects: list[bytes] = [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"]
    fonts = " ".join(f"/{names[file]} {5 + 3 * n} 0 R" for n, file in enumerate(files))
    box = f"[0 0 {leaf.width:.2f} {leaf.height:.2f}]"
    objects.append(
        f"<< /Type /Page /Parent 2 0 R /MediaBox {box} /Contents 4 0 R /Resources << /Font << {fonts} >> >> >>".encode()
    )
    objects.append(_stream(content.encode("cp1252", "ignore")))
    for n, file in enumerate(files):
        objects += _font(file, 5 + 3 * n)
    return _file(objects)


def _area(leaf: Leaf, area: Area) -> str:
    ink = " ".join(f"{value / 255:.3f}" for value in area.colour)
    rects = [
        f"{left:.2f} {leaf.height - bottom:.2f} {right - left:.2f} {bottom - top:.2f} re"
        for left, top, right, bottom in area.pieces()
    ]
    return f"{ink} rg {' '.join(rects)} f" if rects else ""


def _run(leaf: Leaf, run: Run, names: dict[str, str]) -> str:
    ink: Colour = run.colour
    colour = " ".join(f"{value / 255:.3f}" for value in ink)
    text = run.text.encode("cp1252", "ignore").decode("cp1252")
    for sign in "\\()":
        text = text.replace(sign, "\\" + sign)
    x = run.x - BEFORE[run.align] * width_of(run, run.text)
    return f"BT {colour} rg /{names[run.file]} {run.size:.3f} Tf {x:.3f} {leaf.height - run.y:.3f} Td ({text}) Tj ET"


def width_of(run: Run, text: str) -> float:
    """How wide a text of the run is in the PDF."""
    widths = _widths(run.file)
    return sum(widths[code - 32] for code in text.encode("cp1252", "ignore") if code >= 32) * run.size / 1000


def _font(file: str, number: int) -> list[bytes]:
    widths = " ".join(str(width) for width in _widths(file))
    name = f"/{Path(file).stem.replace(' ', '')}"
    font = (
        f"<< /Type /Font /Subtype /TrueType /BaseFont {name} /FirstChar 32 /LastChar 255 /Widths [{widths}] "
        f"/Encoding /WinAnsiEncoding /FontDescriptor {number + 1} 0 R >>"
    )
    described = (
        f"<< /Type /FontDescriptor /FontName {name} /Flags 32 /FontBBox [-500 -300 1500 1200] /ItalicAngle 0 "
        f"/Ascent 900 /Descent -250 /CapHeight 700 /StemV 80 /FontFile2 {number + 2} 0 R >>"
    )
    return [font.encode(), described.encode(), _stream(Path(file).read_bytes())]


def _stream(data: bytes) -> bytes:
    packed = zlib.compress(data, 1)
    return (
        b"<< /Length %d /Length1 %d /Filter /FlateDecode >>\nstream\n" % (len(packed), len(data))
        + packed
        + b"\nendstream"
    )


def _file(objects: list[bytes]) -> bytes:
    made, places = bytearray(b"%PDF-1.4\n"), []
    for n, content in enumerate(objects, 1):
        places.append(len(made))
        made += b"%d 0 obj\n" % n + content + b"\nendobj\n"
    start = len(made)
    made += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    made += b"".join(b"%010d 00000 n \n" % place for place in places)
    made += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(made)


def drawn_by_pdfium(leaf: Leaf, scale: float, lcd: bool = False) -> NDArray[np.uint8]:
    """The leaf's PDF as RGB, ``scale`` pixels to the unit. ``lcd``: letters smoothed for the stripes of a screen."""
    document = pypdfium2.PdfDocument(pdf_of(leaf))
    try:
        bitmap = document[0].render(scale=scale, rev_byteorder=True, optimize_mode="lcd" if lcd else None)
        return np.ascontiguousarray(bitmap.to_numpy()[..., :3]).copy()
    finally:
        document.close()


def words_by_pdfium(leaf: Leaf, scale: float) -> list[tuple[float, float, float, float]]:
    """Where the words stand in the picture of ``drawn_by_pdfium``."""
    found = []
    for run in (one for one in leaf.runs if not one.mark):
        shape, start = face_at(run.file, 100.0), 0
        x = run.x - BEFORE[run.align] * width_of(run, run.text)
        for word in run.text.split():
            start = run.text.index(word, start)
            left = x + width_of(run, run.text[:start])
            _, top, _, bottom = shape.getbbox(word, anchor="ls")
            start += len(word)
            if word.strip("-=*_.~#"):
                rect = (left, run.y + top * run.size / 100, left + width_of(run, word), run.y + bottom * run.size / 100)
                found.append((rect[0] * scale, rect[1] * scale, rect[2] * scale, rect[3] * scale))
    return found
