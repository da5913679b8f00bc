"""What a picture's file tells beside its pixels: programs, dates, a thumbnail, how it was compressed.

All of it is easily changed or removed, so it hints and proves nothing: odds are modest, and nothing found speaks for
neither side. Private content is not repeated: of a place only that there is one, of a date the day, of a program the
name.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import cv2
import numpy as np
from PIL import Image

from groundstone.errors import InvalidInput, UnreadableDocument
from groundstone.forensics import jpeg_file
from groundstone.forensics.base import Evidence
from groundstone.forensics.dct import standard_table
from groundstone.forensics.jpeg_file import JpegFile
from groundstone.forensics.picture import DAMAGE, Loaded, as_stored, opened
from groundstone.forensics.programs import known, shown

LATER = 60.0  # seconds after which a change is no part of the first save
_EXIF, _GPS, _THUMBNAIL = 0x8769, 0x8825, -1
_SOFTWARE, _PROCESSING, _MAKE, _MODEL, _CHANGED, _TAKEN, _DIGITISED = 0x131, 0x0B, 0x10F, 0x110, 0x132, 0x9003, 0x9004
_COMMENT = 0x9286
_XMP_MOST = 2**20  # bytes of XMP that are read
_TOOL = re.compile(rb"(?:CreatorTool|softwareAgent)(?:=[\"']|>)([^\"'<]{1,200})")
_XMP_DATE = re.compile(rb"xmp:(CreateDate|ModifyDate)(?:=[\"']|>)(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?)")
_MADE_BY_MODEL = re.compile(rb"trainedAlgorithmicMedia|compositeWithTrainedAlgorithmicMedia")
_SCREENS = {
    (750, 1334), (828, 1792), (1080, 1920), (1080, 2220), (1080, 2340), (1080, 2400), (1125, 2436), (1170, 2532),
    (1179, 2556), (1206, 2622), (1242, 2208), (1242, 2688), (1284, 2778), (1290, 2796), (1440, 2560), (1440, 2960),
    (1440, 3040), (1440, 3200), (768, 1366), (900, 1440), (1080, 2560), (1600, 2560), (1800, 2880), (2160, 3840),
}  # fmt: skip
_MOST_THUMBNAIL = 1_000_000  # pixels


@dataclass(slots=True)
class _Facts:
    """``programs`` as texts; ``first`` and ``last``: when it was made and changed, from one source each."""

    programs: list[str] = field(default_factory=list)
    device: str = ""
    dates: list[tuple[datetime, datetime]] = field(default_factory=list)
    place: bool = False
    by_model: bool = False
    thumbnail: bytes = b""


def of_file(data: bytes, media_type: str) -> tuple[Evidence, ...]:
    """Evidence from the file of a picture; PDF has ``pdf.of_file``. Damaged metadata is told, and raises nothing.

    Raises InvalidInput for a type that is no picture.
    """
    if media_type == "application/pdf":
        raise InvalidInput("a PDF's file is read by groundstone.forensics.pdf")
    found: list[Evidence] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            image = opened(data, media_type)
            facts = _facts(image, data)
            found += [*_of_programs(facts), *_of_dates(facts), *_of_thumbnail(facts, data, media_type)]
            found += _of_screen(image, facts, media_type)
        except DAMAGE as error:
            found.append(_told(f"the file's metadata is damaged and was not read in full ({type(error).__name__})"))
    if media_type == "image/jpeg":
        found += _of_compression(jpeg_file.read(data))
    return sentences(found)


def sentences(found: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """Evidence whose words begin with a capital and end with a full stop."""
    return tuple(replace(one, text=f"{one.text[:1].upper()}{one.text[1:]}.") for one in found)


def _told(text: str, odds: float = 0.0) -> Evidence:
    return Evidence("metadata", text, odds)


def _facts(image: Image.Image, data: bytes) -> _Facts:
    exif = image.getexif()
    inner = exif.get_ifd(_EXIF)
    facts = _Facts(place=bool(exif.get_ifd(_GPS)))
    facts.programs = [_text(exif.get(tag)) for tag in (_SOFTWARE, _PROCESSING)]
    facts.programs += [_text(image.info.get(key)) for key in ("Software", "software", "Creator", "comment", "Comment")]
    facts.programs += ["Stable Diffusion"] * any(key in image.info for key in ("parameters", "prompt", "workflow"))
    if "screenshot" in _text(inner.get(_COMMENT)).lower():
        facts.programs.append("screenshot")
    facts.device = " ".join(filter(None, (_text(exif.get(_MAKE)), _text(exif.get(_MODEL)))))
    first, last = _exif_date(inner.get(_TAKEN) or inner.get(_DIGITISED)), _exif_date(exif.get(_CHANGED))
    facts.dates += [(first, last)] if first and last else []
    facts.thumbnail = _thumbnail(image, exif)
    if image.format == "JPEG":
        facts.programs += _marked(jpeg_file.read(data))
    _add_xmp(facts, _xmp(image))
    return facts


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        value = value[:400].decode("utf-8", "replace")
    return value.strip("\0 ") if isinstance(value, str) else ""


def _exif_date(value: Any) -> datetime | None:
    try:
        return datetime.strptime(_text(value)[:19], "%Y:%m:%d %H:%M:%S")
    except ValueError:
        return None


def _thumbnail(image: Image.Image, exif: Image.Exif) -> bytes:
    """The small JPEG that EXIF may hold, b"" where there is none."""
    packed = image.info.get("exif")
    inside = exif.get_ifd(_THUMBNAIL)
    start, size = inside.get(0x201), inside.get(0x202)
    if not isinstance(packed, bytes) or not isinstance(start, int) or not isinstance(size, int) or start < 0:
        return b""
    skip = 6 if packed.startswith(b"Exif\0\0") else 0
    return packed[skip + start : skip + start + max(0, size)]


def _marked(file: JpegFile) -> Iterator[str]:
    """Programs by the segments that only they write."""
    for number, body in file.applications:
        saved = number == 13 and body.startswith(b"Photoshop 3.0\0") and b"8BIM\x04\x06" in body
        if saved or (number == 12 and body.startswith(b"Ducky")):
            yield "Photoshop"
    yield from (_text(comment) for comment in file.comments)


def _xmp(image: Image.Image) -> bytes:
    packed = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp") or b""
    if isinstance(packed, str):
        packed = packed.encode("utf-8", "replace")
    return bytes(packed[:_XMP_MOST]) if isinstance(packed, bytes) else b""


def _add_xmp(facts: _Facts, xmp: bytes) -> None:
    """Read by pattern, not as XML: a hostile file has no parser to attack."""
    facts.programs += [_text(name) for name in _TOOL.findall(xmp)[:20]]
    facts.by_model = bool(_MADE_BY_MODEL.search(xmp))
    dates = {name: value.decode() for name, value in _XMP_DATE.findall(xmp)[:20]}
    first, last = (_iso_date(dates.get(name, "")) for name in (b"CreateDate", b"ModifyDate"))
    facts.dates += [(first, last)] if first and last else []


def _iso_date(value: str) -> datetime | None:
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return None


def _of_programs(facts: _Facts) -> Iterator[Evidence]:
    if facts.by_model:
        yield _told("the file says that a generative model made it, or parts of it", 2.0)
    named = {program.name.lower(): program for program in map(known, filter(None, facts.programs)) if program}
    for program in named.values():
        yield _told(_SAYS[program.kind].format(program.name), program.odds)
    if facts.programs and not named:
        unknown = next(filter(None, map(shown, facts.programs)), "")
        if unknown:
            yield _told(f"the file names the program {unknown!r}, which is not known here")
    if facts.device:
        maker = known(facts.device)
        name = maker.name if maker else shown(facts.device)
        yield _told(f"the file names the device it was taken with: {name}", -0.2)
    if facts.place:
        yield _told("the file says where it was taken")


_SAYS = {
    "generator": "the file was written by {0}, which makes pictures from words",
    "editor": "the file was last written by {0}, a program for changing pictures",
    "office": "the file was written by {0}, an office program; a scan or a photograph is not",
    "pdf editor": "the file was written by {0}, a program for changing PDF files",
    "web": "the file went through {0}, which compresses pictures anew",
    "converter": "the file was written by {0}, which converts pictures",
    "scanner": "the file was written by {0}, a program for scanning",
    "camera": "the file was written by a device of {0}",
    "screen": "the file is a screenshot ({0}): it shows no traces of what happened before",
}


def _of_dates(facts: _Facts) -> Iterator[Evidence]:
    for first, last in facts.dates:
        seconds = (last - first).total_seconds()
        if seconds > LATER:
            yield _told(f"it was made on {first:%Y-%m-%d} and changed later, on {last:%Y-%m-%d}", 0.4)
            return
        if seconds < -86400:
            yield _told(f"it says it was changed on {last:%Y-%m-%d}, before it was made on {first:%Y-%m-%d}", 0.4)
            return


def _of_thumbnail(facts: _Facts, data: bytes, media_type: str) -> Iterable[Evidence]:
    if not facts.thumbnail.startswith(b"\xff\xd8"):
        return ()
    try:
        small = as_stored(facts.thumbnail, "image/jpeg")[0]
        whole = as_stored(data, media_type)[0]
    except UnreadableDocument:
        return ()  # a thumbnail that cannot be read tells nothing; a picture that cannot be is refused elsewhere
    if small.rgb.size > 3 * _MOST_THUMBNAIL or min(small.rgb.shape[:2]) < 32:
        return ()
    return _thumbnail_told(small, whole)


def _thumbnail_told(small: Loaded, whole: Loaded) -> Iterable[Evidence]:
    shape = _without_bars(small.rgb, whole.rgb.shape[1] / whole.rgb.shape[0])
    if shape is None:
        return (_told("the small preview in the file has another shape than the picture: it was cut or replaced", 1.0),)
    size = (shape.shape[1], shape.shape[0])
    drawn = cv2.resize(whole.rgb, size, interpolation=cv2.INTER_AREA)
    one, other = (cv2.GaussianBlur(cv2.cvtColor(part, cv2.COLOR_RGB2GRAY), (0, 0), 1.5) for part in (drawn, shape))
    likeness = _correlation(one.astype(np.float64), other.astype(np.float64))
    if likeness < 0.8:
        return (_told("the small preview in the file shows something else than the picture", 1.5),)
    return (_told("the small preview in the file agrees with the picture", -0.1),)


def _without_bars(small: Any, shape: float) -> Any:
    """The thumbnail without the black bars that cameras add; None where its shape (width / height) is another."""
    high, wide = small.shape[:2]
    if abs(wide / high / shape - 1) < 0.06:
        return small
    rows, columns = max(1, min(high, round(wide / shape))), max(1, min(wide, round(high * shape)))
    top, left = (high - rows) // 2, (wide - columns) // 2
    bars = small.max(axis=2).copy()
    bars[top : top + rows, left : left + columns] = 0
    return small[top : top + rows, left : left + columns] if bars.max() < 40 else None


def _correlation(one: Any, other: Any) -> float:
    one, other = one - one.mean(), other - other.mean()
    scale = float(np.sqrt((one * one).sum() * (other * other).sum()))
    return float((one * other).sum()) / scale if scale > 1 else 1.0


def _of_screen(image: Image.Image, facts: _Facts, media_type: str) -> Iterator[Evidence]:
    size = tuple(sorted(image.size))
    if media_type == "image/png" and size in _SCREENS and not facts.device:
        yield _told(
            "it has the size of a screen: it may be a screenshot, which shows no traces of what happened before"
        )


def _of_compression(file: JpegFile) -> Iterator[Evidence]:
    pair = file.pair()
    if pair is not None:
        quality = quality_of(pair[0])
        if quality:
            yield _told(
                f"it was last saved as JPEG at quality {quality} of the common scale, colour {file.subsampling()}"
            )
        else:
            yield _told(
                f"it was last saved as JPEG with tables of its own, as cameras, scanners and Photoshop have them, "
                f"colour {file.subsampling()}"
            )
    if file.progressive:
        yield _told("it is stored as progressive JPEG, made for the web; cameras and scanners seldom do that", 0.2)
    if file.after > 1024:
        yield _told(f"{file.after} bytes follow the end of the picture")


def quality_of(table: Any) -> int:
    """The quality whose standard table it is, 0 for none. Of equal ones the highest.

    Below 50, programs round the scale differently, which makes steps differ by one.
    """
    for quality in range(100, 0, -1):
        apart = np.abs(table.ravel() - standard_table(quality))
        if apart.max() <= (quality < 50) and apart.mean() < 0.5:
            return quality
    return 0
