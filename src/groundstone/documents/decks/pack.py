"""Several pictures of slides as one deck: an archive of them, as they are, in the natural order of their names."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence

from groundstone.errors import DocumentTooLarge, InvalidInput

MAX_PICTURES = 2000
_ALWAYS = (1980, 1, 1, 0, 0, 0)  # the same pictures give the same bytes
_ODD = re.compile(r"[\x00-\x1f\\/:]+")


def pack(pictures: Sequence[tuple[str, bytes]]) -> bytes:
    """A ZIP of pictures, each with its name, not compressed again. The same pictures in any order give the same bytes.

    Raises InvalidInput for none, or two of the same name, and DocumentTooLarge for more than MAX_PICTURES.
    """
    if not pictures:
        raise InvalidInput("there is no picture; send at least one")
    if len(pictures) > MAX_PICTURES:
        raise DocumentTooLarge(f"there are {len(pictures)} pictures; a deck has at most {MAX_PICTURES}: split it")
    named = sorted(((_ODD.sub("_", name), data) for name, data in pictures), key=lambda pair: natural(pair[0]))
    if len({name for name, _ in named}) < len(named):
        raise InvalidInput("two pictures have the same name; rename one")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, data in named:
            archive.writestr(zipfile.ZipInfo(name, _ALWAYS), data)
    return out.getvalue()


def natural(name: str) -> list[tuple[int, int, str]]:
    """A key that sorts names as people do: "slide 2" before "slide 10".

    >>> sorted(["s10.png", "S2.png", "s1.png"], key=natural)
    ['s1.png', 'S2.png', 's10.png']
    """
    parts = re.split(r"([0-9]{1,18})", name.lower())
    return [(0, int(part), "") if index % 2 else (1, 0, part) for index, part in enumerate(parts)]
