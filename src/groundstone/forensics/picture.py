"""A page as pixels exactly as its file stores them, and why nothing can be told from some pictures.

Nothing is made smaller or larger here: every such step wipes out the traces that are looked for. Only the turn that
EXIF asks for is done, which moves pixels and changes none. Imported only in limited child processes.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from groundstone.documents.examine import MAX_PAGES, MAX_PIXELS
from groundstone.errors import DocumentTooLarge, InvalidInput, UnreadableDocument
from groundstone.forensics import jpeg_file
from groundstone.forensics.jpeg_file import Table

Pixels = NDArray[np.uint8]  # height x width x 3, RGB

_NAMES = {
    "image/png": "PNG", "image/jpeg": "JPEG", "image/tiff": "TIFF", "image/webp": "WEBP", "image/heic": "HEIF",
    "image/gif": "GIF", "image/bmp": "BMP",
}  # fmt: skip
DAMAGE = (
    UnidentifiedImageError, OSError, SyntaxError, ValueError, KeyError, IndexError, EOFError, TypeError,
    OverflowError, AttributeError, RuntimeError, AssertionError, ZeroDivisionError,
)  # fmt: skip  # what Pillow's readers raise for damaged files
_ORIENTATION = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_270, 7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}  # fmt: skip
_TIFF_TABLES = 347

LEAST_SIDE = 64  # pixels
LEAST_CONTENT = 4000  # pixels of blocks that hold anything
_CONTRAST = 24  # levels within a block of 8 x 8, noise averaged away
_FEW = 4  # levels of brightness, up to which no fine traces are left


@dataclass(frozen=True, slots=True)
class Loaded:
    """The pixels of a page, upright.

    ``quantisation``: the tables of brightness and of colour with which the file itself was saved, if by JPEG, turned as
    the picture was; ``grid``: left and top of the first whole 8 x 8 block of that save (0 to 7; a turn may move it).
    ``subsampling``: "4:2:0" and the like, "" where it is no JPEG. ``embedded``: it was taken as it is out of a PDF
    page. ``notes``: what was converted, and how that weakens what can be told.
    """

    rgb: Pixels
    media_type: str
    quantisation: tuple[Table, Table] | None = None
    subsampling: str = ""
    embedded: bool = False
    notes: tuple[str, ...] = ()
    grid: tuple[int, int] = (0, 0)
    levels: int = 256  # different values that the file can hold in a channel, 2 for black and white
    four_colours: bool = False  # a JPEG of cyan, magenta, yellow and black

    @property
    def luminance(self) -> NDArray[np.float64] | None:
        """The table of brightness, 64 steps row by row; None if it is no JPEG."""
        return None if self.quantisation is None else self.quantisation[0].astype(np.float64).reshape(-1)

    @property
    def on_grid(self) -> Pixels:
        """The pixels from where blocks of the file's own save begin."""
        left, top = self.grid
        return np.ascontiguousarray(self.rgb[top:, left:])

    def cells(self, found: Pixels) -> Pixels:
        """What was found in the blocks of ``on_grid`` as cells of 8 x 8 that cover the whole page; others are 0."""
        height, width = self.rgb.shape[:2]
        full = np.zeros((-(-height // 8), -(-width // 8)), np.uint8)
        across, down = (round(side / 8) for side in self.grid)
        part = found[: full.shape[0] - down, : full.shape[1] - across]
        full[down : down + part.shape[0], across : across + part.shape[1]] = part
        return full


def load(data: bytes, media_type: str, page: int = 1) -> Loaded:
    """The picture of one page, the first being 1. Of an animation, its first picture.

    Raises UnreadableDocument (damaged, cut short), UnsupportedDocument (a locked PDF), DocumentTooLarge, and
    InvalidInput for a page that is not there.
    """
    if page < 1:
        raise InvalidInput("pages are counted from 1")
    if media_type == "application/pdf":
        from groundstone.forensics.picture_pdf import page_picture

        return page_picture(data, page)
    return turned(*as_stored(data, media_type, page))


def as_stored(data: bytes, media_type: str, page: int = 1) -> tuple[Loaded, int]:
    """The picture before it is turned, and the EXIF orientation (1 to 8) in which it is to be shown. Raises as load."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # odd metadata is no news
        try:
            return _stored(data, media_type, page)
        except DAMAGE as error:
            raise _damaged(error) from error


def _stored(data: bytes, media_type: str, page: int) -> tuple[Loaded, int]:
    image = opened(data, media_type)
    _seek(image, media_type, page)
    check_size(*image.size)
    notes = _format_notes(image, media_type)
    pair, subsampling = _tables(image, data, media_type)
    image.load()
    orientation = image.getexif().get(_ORIENTATION)
    four = image.mode == "CMYK" and pair is not None
    rgb, levels, converted = converted_rgb(image)
    loaded = Loaded(rgb, media_type, pair, subsampling, notes=(*notes, *converted), levels=levels, four_colours=four)
    return loaded, orientation if isinstance(orientation, int) else 1


def opened(data: bytes, media_type: str) -> Image.Image:
    """The file with its header read and no pixel decoded. Raises one of DAMAGE, or InvalidInput for an unknown type."""
    if media_type not in _NAMES:
        raise InvalidInput(f"no picture is read from {media_type[:40]!r}; there are {', '.join(_NAMES)}")
    if media_type == "image/heic":
        import pi_heif

        pi_heif.register_heif_opener()
    Image.MAX_IMAGE_PIXELS = None  # checked here
    return Image.open(BytesIO(data), formats=[_NAMES[media_type]])


def _seek(image: Image.Image, media_type: str, page: int) -> None:
    if media_type != "image/tiff" and page > 1:
        raise InvalidInput(f"there is no page {page}; the picture is one page")
    if page > MAX_PAGES:
        raise InvalidInput(f"there is no page {page}; at most {MAX_PAGES} are read")
    try:
        image.seek(page - 1)
    except EOFError:
        raise InvalidInput(f"there is no page {page} in the TIFF") from None


def check_size(width: int, height: int) -> None:
    """Raises DocumentTooLarge or UnreadableDocument before pixels are decoded."""
    if width * height > MAX_PIXELS:
        raise DocumentTooLarge(
            f"its picture has {width} x {height} pixels; at most {MAX_PIXELS // 1_000_000} million are judged, since "
            "they must not be made smaller: cut it into parts"
        )
    if width < 1 or height < 1:
        raise UnreadableDocument("its picture has no pixels")


def _format_notes(image: Image.Image, media_type: str) -> list[str]:
    notes = []
    if media_type != "image/tiff" and getattr(image, "n_frames", 1) > 1:
        notes.append("it is an animation: its first picture was judged, the others were not")
    if media_type == "image/gif":
        notes.append("GIF keeps 256 colours at most, which hides traces of earlier saves")
    if media_type == "image/webp":
        notes.append("WebP compresses in another way than JPEG, which may hide traces of earlier saves")
    if media_type == "image/heic":
        notes.append("HEIC compresses in another way than JPEG, which may hide traces of earlier saves")
    return notes


def _tables(image: Image.Image, data: bytes, media_type: str) -> tuple[tuple[Table, Table] | None, str]:
    """Tables and subsampling of a JPEG, or of the JPEG strips of a TIFF."""
    if media_type == "image/jpeg":
        found = jpeg_file.read(data)
        return found.pair(), found.subsampling()
    tags: Any = getattr(image, "tag_v2", {})
    packed = tags.get(_TIFF_TABLES)
    if image.info.get("compression") != "jpeg" or not isinstance(packed, bytes):
        return None, ""
    tables = jpeg_file.tables_of(packed)
    first = tables.get(0)
    return ((first, tables.get(1, first)), "") if first is not None else (None, "")


def converted_rgb(image: Image.Image) -> tuple[Pixels, int, list[str]]:
    """Eight bits of red, green and blue, what is transparent on white; values a channel can hold; what was changed."""
    notes: list[str] = []
    levels = 2 if image.mode == "1" else 256
    if image.mode == "1":
        notes.append("it holds only black and white")
    elif image.mode.startswith(("I", "F")):
        image = Image.fromarray(_eight_bits(np.asarray(image)))
        notes.append("its 16 or 32 bits a channel were shortened to 8")
    elif image.mode in ("CMYK", "LAB", "HSV", "YCbCr"):
        notes.append(f"its colours ({image.mode}) were converted to RGB, which weakens traces of earlier saves")
    elif image.mode in ("P", "PA"):
        notes.append("its colours come from a palette of 256 at most, which hides traces of earlier saves")
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        image = _on_white(image, notes)
    pixels = np.ascontiguousarray(np.asarray(image if image.mode == "RGB" else image.convert("RGB"), np.uint8))
    return pixels, levels, notes


def _on_white(image: Image.Image, notes: list[str]) -> Image.Image:
    clear = image.convert("RGBA")
    low, high = clear.getchannel("A").getextrema()
    if (low, high) == (255, 255):
        return clear.convert("RGB")
    notes.append("parts of it are transparent; they were laid on white")
    ground = Image.new("RGBA", clear.size, "white")
    ground.alpha_composite(clear)
    return ground.convert("RGB")


def _eight_bits(values: NDArray[Any]) -> Pixels:
    """The upper eight of sixteen bits; other scales are stretched from the least to the greatest value."""
    finite = np.nan_to_num(values.astype(np.float32))
    low, high = float(finite.min()), float(finite.max())
    if low >= 0 and high > 255 and values.dtype.kind in "iu":
        low, high = 0.0, max(high, 65535.0)
    eight: Pixels = np.clip((finite - low) * (255.0 / max(high - low, 1.0)), 0, 255).astype(np.uint8)
    return eight


def turned(loaded: Loaded, orientation: int) -> Loaded:
    """The picture as an EXIF orientation (1 to 8) wants it shown, with its tables and its grid moved along."""
    turn = _TURNS.get(orientation)
    if turn is None:
        return loaded
    height, width = loaded.rgb.shape[:2]
    rgb = np.ascontiguousarray(np.asarray(Image.fromarray(loaded.rgb).transpose(turn)))
    exchanged = orientation in (5, 6, 7, 8)
    pair = loaded.quantisation
    if pair is not None and exchanged:
        pair = (np.ascontiguousarray(pair[0].T), np.ascontiguousarray(pair[1].T))
    from_right, from_bottom = width % 8, height % 8
    grid = {
        2: (from_right, 0), 3: (from_right, from_bottom), 4: (0, from_bottom), 5: (0, 0), 6: (from_bottom, 0),
        7: (from_bottom, from_right), 8: (0, from_right),
    }[orientation]  # fmt: skip
    return replace(loaded, rgb=rgb, quantisation=pair, grid=grid)


def reasons(loaded: Loaded) -> list[str]:
    """Reasons in words why nothing can be told from the pixels; empty where they can be judged."""
    height, width = loaded.rgb.shape[:2]
    if min(height, width) < LEAST_SIDE:
        return [f"the picture is too small: {width} x {height} pixels, at least {LEAST_SIDE} x {LEAST_SIDE} are needed"]
    content = content_pixels(loaded.rgb)
    if content == 0:
        return ["the page is blank or of one colour"]
    found = []
    if loaded.four_colours:
        found.append("its JPEG has four colours: converted, its own save cannot be told from an earlier one")
    if content < LEAST_CONTENT:
        found.append(f"the page is nearly blank: about {content} pixels hold anything, {LEAST_CONTENT} are needed")
    if loaded.levels <= 2 or _levels(loaded.rgb) <= _FEW:
        found.append("the page holds only black and white or a few shades, which leaves no traces of earlier saves")
    return found


def content_pixels(rgb: Pixels) -> int:
    """Pixels of the 8 x 8 blocks that hold more than noise."""
    smooth = cv2.blur(rgb, (3, 3))
    block, corner = np.ones((8, 8), np.uint8), (0, 0)
    rows, columns = (side // 8 * 8 for side in rgb.shape[:2])
    highest = cv2.dilate(smooth, block, anchor=corner)[:rows:8, :columns:8].astype(np.int16)
    lowest = cv2.erode(smooth, block, anchor=corner)[:rows:8, :columns:8]
    return int(((highest - lowest).max(axis=2) > _CONTRAST).sum()) * 64


def _levels(rgb: Pixels) -> int:
    """Different levels of green that come up more than by accident."""
    counts = np.bincount(rgb[..., 1].ravel(), minlength=256)
    return int((counts > rgb.shape[0] * rgb.shape[1] * 1e-5).sum())


def _damaged(error: BaseException) -> UnreadableDocument:
    known = str(error) and not isinstance(error, UnidentifiedImageError)  # whose text is about our own memory
    why = str(error)[:120] if known else "no valid header"
    return UnreadableDocument(f"the picture is damaged or cut short ({why}); send an undamaged copy")
