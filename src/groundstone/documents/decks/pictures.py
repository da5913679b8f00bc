"""Pictures of slides as a deck, and the pixels of pictures that are on slides. Used in the limited child process."""

from __future__ import annotations

import base64
import io
import re
import zipfile
from collections.abc import Sequence
from typing import Any

import numpy as np
from PIL import Image

from groundstone.documents import examine
from groundstone.documents.decks import guard
from groundstone.documents.decks.base import Slide
from groundstone.documents.decks.found import Found, Gathered, PictureAt
from groundstone.documents.decks.picture_key import PictureKey, parsed
from groundstone.documents.decks.tints import small, to_json
from groundstone.documents.decode import frame, sizes
from groundstone.errors import DocumentTooLarge, GroundstoneError, UnreadableDocument
from groundstone.records import Box

_WHOLE = (0.0, 0.0, 1.0, 1.0)
_AS_THEY_ARE = {"image/png", "image/jpeg"}
_ANSWER = 48 * 2**20  # bytes of pictures in one answer
_PAGE = "page:"  # before the number of a page of a file that is one picture or several
_STAND = 960.0  # points that the longer side of a picture counts


class PictureDeck:
    """Pictures in an archive, in the order of their names, or one file of pictures."""

    def __init__(self, data: bytes, media_type: str) -> None:
        self.problems: list[str] = []
        self._data, self._media_type = data, media_type
        self._archive = guard.Archive(data) if media_type == guard.PICTURES else None
        self._keys = self._listed()
        self.width, self.height = self._stands()

    @property
    def slide_count(self) -> int:
        return len(self._keys)

    def properties(self) -> list[tuple[str, str]]:
        return []

    def title(self) -> str:
        """Pictures have none."""
        return ""

    def slide(self, number: int) -> tuple[Slide, list[PictureAt]]:
        """One picture that fills the slide."""
        gathered = Gathered(number)
        key = self._keys[number - 1]
        name = key.rpartition("/")[2] if self._archive else ""
        try:
            picture_size(self._archive, self._data, self._media_type, key)
            gathered.found.append(Found("picture", Box(*_WHOLE, number), name=name, key=key))
        except GroundstoneError as error:
            gathered.problem(f"the picture {name or number} is left out: {error}")
        return gathered.finished()

    def _listed(self) -> list[str]:
        if self._archive is None:
            count, _, _ = sizes(self._data, self._media_type)
            return [f"{_PAGE}{number}" for number in range(1, count + 1)]
        names = [name for name in self._archive.names() if guard.is_slide_picture(name)]
        rest = [name for name in self._archive.names() if not name.endswith("/") and name not in names]
        rest = [name for name in rest if not name.rpartition("/")[2].startswith(".") and "__MACOSX" not in name]
        if rest:
            self.problems.append(f"{len(rest)} files in the archive are no pictures and were left out, as {rest[0]}")
        return sorted(names, key=natural)

    def _stands(self) -> tuple[float, float]:
        """Of the first picture that can be read, in points."""
        for key in self._keys[:20]:
            try:
                width, height = picture_size(self._archive, self._data, self._media_type, key)
            except GroundstoneError:
                continue
            scale = _STAND / max(width, height)
            return round(width * scale, 2), round(height * scale, 2)
        return _STAND, _STAND * 9 / 16


def natural(name: str) -> tuple[list[tuple[int, int, str]], str]:
    """For sorting: slide_2 before slide_10."""
    parts = re.findall(r"\d+|\D+", name.casefold())
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts], name


def zipped(pictures: Sequence[tuple[str, bytes]]) -> bytes:
    """Pictures with their names as one archive, which is a deck."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, data in pictures:
            archive.writestr(zipfile.ZipInfo(name), data)
    return out.getvalue()


def picture_size(archive: guard.Archive | None, data: bytes, media_type: str, key: str) -> tuple[int, int]:
    """Pixels across and down, from the header."""
    own, kind, _ = _bytes(archive, data, media_type, parsed(key))
    _, width, height = sizes(own, kind)
    return width, height


def shown(data: bytes, media_type: str, keys: Sequence[str], longest: int) -> dict[str, Any]:
    """The answer to a call for pictures; see ``child_deck``."""
    archive = None if examine_only(media_type) else guard.Archive(data)
    found: dict[str, Any] = {}
    left_out: dict[str, str] = {}
    spent = 0
    for key in keys:
        try:
            answer = _one(archive, data, media_type, parsed(key), max(16, min(longest, 6000)))
        except GroundstoneError as error:
            left_out[key] = str(error)
            continue
        spent += len(answer["data"]) + len(answer["tints"]["rgb"])
        if spent > _ANSWER and found:
            break
        found[key] = answer
    return {"pictures": found, "left_out": left_out}


def examine_only(media_type: str) -> bool:
    """Whether the file is itself a picture."""
    return media_type.startswith("image/")


def _bytes(archive: guard.Archive | None, data: bytes, media_type: str, key: PictureKey) -> tuple[bytes, str, int]:
    """The bytes of the file that a key means, its type and the number of the page in it."""
    if archive is None:
        page = key.part.removeprefix(_PAGE)
        if not page.isdecimal():
            raise UnreadableDocument(f"there is no picture {key.part}")
        return data, media_type, int(page)
    own = archive.read(key.part, guard.MAX_BLOB)
    return own, examine.media_type(own), 1


def _one(archive: guard.Archive | None, data: bytes, media_type: str, key: PictureKey, longest: int) -> dict[str, Any]:
    own, kind, page = _bytes(archive, data, media_type, key)
    if kind == guard.PDF:
        raise UnreadableDocument("a PDF within a slide is not shown")
    count, width, height = sizes(own, kind)
    plain = key == PictureKey(key.part) and count == 1
    pixels = _cut(frame(own, kind, page).pixels, key)
    tints = to_json(small(pixels))
    if plain and kind in _AS_THEY_ARE and max(width, height) <= longest and len(own) <= _ANSWER // 4:
        return _answer(own, kind, width, height, tints)
    image = _fitting(Image.fromarray(pixels), longest)
    out = io.BytesIO()
    jpeg = kind == "image/jpeg"
    image.save(out, "JPEG" if jpeg else "PNG", **({"quality": 92} if jpeg else {"compress_level": 3}))
    if out.tell() > _ANSWER:
        raise DocumentTooLarge("the picture is too large; ask for it smaller")
    return _answer(out.getvalue(), "image/jpeg" if jpeg else "image/png", *image.size, tints)


def _answer(own: bytes, kind: str, width: int, height: int, tints: dict[str, Any]) -> dict[str, Any]:
    data = base64.b64encode(own).decode()
    return {"data": data, "media_type": kind, "width": width, "height": height, "tints": tints}


def _cut(pixels: Any, key: PictureKey) -> Any:
    height, width = pixels.shape[:2]
    left, top, right, bottom = key.crop
    columns = slice(int(left * width), max(int(left * width) + 1, width - int(right * width)))
    rows = slice(int(top * height), max(int(top * height) + 1, height - int(bottom * height)))
    part = pixels[rows, columns]
    part = part[:, ::-1] if key.mirrored else part
    return np.ascontiguousarray(np.rot90(part, -key.quarters))


def _fitting(image: Image.Image, longest: int) -> Image.Image:
    scale = longest / max(image.size)
    if scale >= 1:
        return image
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return image.resize(size, Image.Resampling.LANCZOS)
