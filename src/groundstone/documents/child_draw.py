"""The child's part of showing a page: its picture, with boxes drawn on it and parts painted over."""

from __future__ import annotations

import base64
from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw, ImageFont

_COLOURS = {"answer": (0, 110, 60), "label": (150, 90, 0), "word": (90, 110, 140), "mark": (120, 40, 140)}
_OTHER = (0, 80, 180)
_MOST = 4000  # pixels of a side

Points = list[float]  # x and y of four corners, fractions


def parse(
    data: bytes, media_type: str, page: int, width: int, marks: list[tuple[Points, str, str]], hide: list[Points]
) -> dict[str, Any]:
    """``png``: base64. ``marks`` are corners, label and kind."""
    image = _shown(data, media_type, page, width)
    draw = ImageDraw.Draw(image)
    for points in hide:
        draw.polygon(_pixels(points, image), fill=(0, 0, 0))
    for points, label, kind in marks:
        _mark(draw, _pixels(points, image), label, _COLOURS.get(kind, _OTHER), image)
    out = BytesIO()
    image.save(out, "PNG", compress_level=3)
    return {"png": base64.b64encode(out.getvalue()).decode()}


def _shown(data: bytes, media_type: str, page: int, width: int) -> Image.Image:
    if media_type == "application/pdf":
        from groundstone.documents.decode_pdf import Pdf

        image = Image.fromarray(Pdf(data).page(page).picture(width).pixels)
    else:
        from groundstone.documents.decode import frame

        image = Image.fromarray(frame(data, media_type, page).pixels)
    scale = min(width / image.width, _MOST / image.height)
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return (
        image
        if size == image.size
        else image.resize(size, Image.Resampling.LANCZOS if scale < 1 else Image.Resampling.BICUBIC)
    )


def _pixels(points: Points, image: Image.Image) -> list[tuple[float, float]]:
    return [(x * image.width, y * image.height) for x, y in zip(points[::2], points[1::2], strict=True)]


def _mark(
    draw: ImageDraw.ImageDraw,
    corners: list[tuple[float, float]],
    label: str,
    colour: tuple[int, int, int],
    image: Image.Image,
) -> None:
    thick = max(2, image.width // 500)
    draw.line([*corners, corners[0], corners[1]], fill=colour, width=thick, joint="curve")
    if not label:
        return
    font = ImageFont.load_default(max(12, image.width // 70))
    left, top = min(x for x, _ in corners), min(y for _, y in corners)
    box = draw.textbbox((0, 0), label, font=font)
    wide, high = box[2] + 8, box[3] + 6
    x = max(0, min(left, image.width - wide))
    y = top - high if top >= high else max(y for _, y in corners)
    draw.rectangle((x, y, x + wide, y + high), fill=colour)
    draw.text((x + 4, y + 2), label, font=font, fill=(255, 255, 255))
