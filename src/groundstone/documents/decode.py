"""Picture files to pixels as a viewer shows them. Imported only in the limited child process.

The only file that imports Pillow's readers and pi_heif. Sizes are checked from the header before anything is decoded.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from groundstone.documents.examine import MAX_JPEG_PIXELS, MAX_PAGES, MAX_PIXELS
from groundstone.errors import DocumentTooLarge, UnreadableDocument

if TYPE_CHECKING:
    from groundstone.documents.ocr_detect import Picture

WORKING_PIXELS = 32_000_000  # larger pictures are read from a smaller copy
_NAMES = {
    "image/png": "PNG", "image/jpeg": "JPEG", "image/tiff": "TIFF", "image/webp": "WEBP", "image/heic": "HEIF",
    "image/gif": "GIF", "image/bmp": "BMP",
}  # fmt: skip
_TURNED = (5, 6, 7, 8)  # EXIF orientations that exchange width and height
_DAMAGE = (UnidentifiedImageError, OSError, SyntaxError, ValueError, KeyError, IndexError, EOFError, TypeError)

Image.MAX_IMAGE_PIXELS = None  # checked here, by format


@dataclass(frozen=True, slots=True)
class Frame:
    """One page: ``pixels`` to work on, of a picture that is ``width`` x ``height`` in full."""

    pixels: Picture
    width: int
    height: int


def sizes(data: bytes, media_type: str) -> tuple[int, int, int]:
    """Number of pages, and width and height of the first as it is shown."""
    try:
        image = _opened(data, media_type)
        width, height = _shown_size(image)
        _check(image, media_type)
        count = _pages(data) if media_type == "image/tiff" else 1
    except _DAMAGE as error:
        raise _damaged(error) from error
    return count, width, height


def _pages(data: bytes) -> int:
    """Pages of a TIFF. They are a chain, which is not followed further than pages are read."""
    try:
        _opened(data, "image/tiff").seek(MAX_PAGES)
    except EOFError:
        return int(getattr(_opened(data, "image/tiff"), "n_frames", 1))
    raise DocumentTooLarge(f"it has more than {MAX_PAGES} pages, the most that are read: split it")


def frame(data: bytes, media_type: str, page: int) -> Frame:
    """The picture of one page, the first being 1. Of an animation, its first picture."""
    try:
        image = _opened(data, media_type)
        if media_type == "image/tiff":
            image.seek(page - 1)
        _check(image, media_type)
        width, height = _shown_size(image)
        if media_type == "image/jpeg":
            _draft(image)
        pixels = _rgb(_reduced(ImageOps.exif_transpose(_squared(image))))
    except _DAMAGE as error:
        raise _damaged(error) from error
    return Frame(pixels, width, height)


def _opened(data: bytes, media_type: str) -> Image.Image:
    if media_type == "image/heic":
        import pi_heif

        pi_heif.register_heif_opener()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # odd metadata is no news
        return Image.open(BytesIO(data), formats=[_NAMES[media_type]])


def _check(image: Image.Image, media_type: str) -> None:
    width, height = image.size
    limit = MAX_JPEG_PIXELS if media_type == "image/jpeg" else MAX_PIXELS
    if width * height > limit:
        raise DocumentTooLarge(
            f"its picture has {width} x {height} pixels; at most {limit // 1_000_000} million are read: make it smaller"
        )
    if width < 1 or height < 1:
        raise UnreadableDocument("its picture has no pixels")


def _shown_size(image: Image.Image) -> tuple[int, int]:
    width, height = image.size
    return (height, width) if image.getexif().get(0x0112) in _TURNED else (width, height)


def _draft(image: Image.Image) -> None:
    """Let a JPEG be decoded at a half, a quarter or an eighth where that still leaves enough."""
    width, height = image.size
    for part in (8, 4, 2):
        if width * height > WORKING_PIXELS * (part / 2) ** 2:
            image.draft("RGB", (max(1, width // part), max(1, height // part)))
            return


def _squared(image: Image.Image) -> Image.Image:
    """A fax has fewer lines than columns to an inch; its letters are made as high as they were."""
    across, down = (float(value) for value in (*image.info.get("dpi", (1, 1)), 1, 1)[:2])
    if across <= 0 or down <= 0 or not 1.3 < max(across / down, down / across) < 4:
        return image
    width, height = image.size
    taller = across > down
    size = (width, round(height * across / down)) if taller else (round(width * down / across), height)
    return image.convert("L" if image.mode == "1" else image.mode).resize(size)


def _reduced(image: Image.Image) -> Image.Image:
    width, height = image.size
    part = 1
    while width * height / part**2 > WORKING_PIXELS:
        part += 1
    if part == 1:
        return image
    averaged = image.mode in ("L", "RGB", "RGBA", "LA", "CMYK", "YCbCr")  # first made smaller: it takes less memory
    return (image if averaged else image.convert("L") if image.mode == "1" else _plain(image)).reduce(part)


def _rgb(image: Image.Image) -> Picture:
    image.load()
    return np.ascontiguousarray(np.asarray(_plain(image).convert("RGB"), np.uint8))


def _plain(image: Image.Image) -> Image.Image:
    """Eight bits a channel, no transparency: what is transparent lies on white."""
    if image.mode.startswith(("I", "F")):
        return Image.fromarray(_eight_bits(np.asarray(image)))
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        clear = image.convert("RGBA")
        ground = Image.new("RGBA", clear.size, "white")
        ground.alpha_composite(clear)
        return ground.convert("RGB")
    return image.convert("RGB") if image.mode in ("P", "1", "LAB", "HSV", "YCbCr", "CMYK") else image


def _eight_bits(values: Any) -> Any:
    """Sixteen bits are shortened; other scales are stretched from the least to the greatest value."""
    finite = np.nan_to_num(values.astype(np.float32))
    low, high = float(finite.min()), float(finite.max())
    if low >= 0 and high > 4095:
        low, high = 0.0, max(high, 65535.0)
    return np.clip((finite - low) * (255.0 / max(high - low, 1.0)), 0, 255).astype(np.uint8)


def _damaged(error: BaseException) -> UnreadableDocument:
    known = str(error) and not isinstance(error, UnidentifiedImageError)  # whose text is about our own memory
    return UnreadableDocument(
        f"the picture is damaged or cut short ({str(error)[:120] if known else 'no valid header'})"
    )
