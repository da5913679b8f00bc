"""Typefaces for sketches: common free ones where they are installed, else the one that comes with Pillow.

Only the limited child process imports this.
"""

from __future__ import annotations

import sys
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

from PIL import ImageFont

Font = Any  # ImageFont.FreeTypeFont

_FOLDERS = {
    "linux": ("/usr/share/fonts", "/usr/local/share/fonts"),
    "darwin": ("/System/Library/Fonts", "/Library/Fonts"),
}
_FACES = {  # by (family, bold): names of files, the best first
    ("sans", False): ("LiberationSans-Regular", "Carlito-Regular", "Arial", "DejaVuSans", "NotoSans-Regular"),
    ("sans", True): ("LiberationSans-Bold", "Carlito-Bold", "Arial Bold", "DejaVuSans-Bold", "NotoSans-Bold"),
    ("narrow", False): ("Carlito-Regular", "Calibri"),
    ("narrow", True): ("Carlito-Bold", "Calibri Bold"),
    ("serif", False): ("LiberationSerif-Regular", "Times New Roman", "DejaVuSerif", "NotoSerif-Regular"),
    ("serif", True): ("LiberationSerif-Bold", "Times New Roman Bold", "DejaVuSerif-Bold", "NotoSerif-Bold"),
    ("mono", False): ("LiberationMono-Regular", "Courier New", "DejaVuSansMono"),
    ("mono", True): ("LiberationMono-Bold", "Courier New Bold", "DejaVuSansMono-Bold"),
}  # fmt: skip
_OTHERS = ("DejaVuSans", "NotoSansCJK-Regular", "NotoSans-Regular", "Arial Unicode")  # for letters that a face lacks
_SERIFS = ("times", "georgia", "cambria", "garamond", "serif", "palatino", "roman")
_NARROWS = ("calibri", "carlito", "aptos", "candara", "lato")
_MONOS = ("courier", "consol", "mono", "menlo", "code")
_SIGNS = {
    "–": "-", "—": "-", "‘": "'", "’": "'", "“": '"', "”": '"', "…": "...", "€": "EUR", "→": "->", "•": "*",
    "×": "x", "≥": ">=", "≤": "<=", "−": "-", "\u00a0": " ", "ß": "ss", "ø": "o", "ł": "l", "æ": "ae",
}  # fmt: skip
_SILENT = ("So", "Sk", "Mn", "Me", "Cf", "Cn", "Co", "Cc", "Cs")


def family_of(typeface: str) -> str:
    """ "sans", "narrow", "serif" or "mono" for the name of a typeface."""
    name = typeface.lower()
    if any(part in name for part in _NARROWS):
        return "narrow"
    if "sans" in name:
        return "sans"
    return "serif" if any(part in name for part in _SERIFS) else "mono" if any(p in name for p in _MONOS) else "sans"


def prepare() -> None:
    """Look for the files of typefaces, which every fork will know then."""
    _files()


@cache
def font(size: int, bold: bool = False, family: str = "sans") -> Font:
    """A face in pixels; that of Pillow when no other is there."""
    for name in _FACES[family, bold]:
        if name in _files():
            return ImageFont.truetype(str(_files()[name]), size)
    return font(size, bold, "sans") if family != "sans" else ImageFont.load_default(size)


def runs(text: str, size: int, bold: bool, family: str) -> list[tuple[str, Font]]:
    """A text cut where another face has to stand in for letters that the first lacks."""
    own = font(size, bold, family)
    if text.isascii():
        return [(text, own)]
    found: list[tuple[str, Font]] = []
    for letter in text:
        said, face = _drawable(letter, size, bold, family)
        if found and found[-1][1] is face:
            found[-1] = (found[-1][0] + said, face)
        else:
            found.append((said, face))
    return found


def _drawable(letter: str, size: int, bold: bool, family: str) -> tuple[str, Font]:
    if _has(_key(bold, family), letter):
        return letter, font(size, bold, family)
    for name in _OTHERS:
        if name in _files() and _has(name, letter):
            return letter, _other(name, size)
    plain = _SIGNS.get(letter) or unicodedata.normalize("NFKD", letter).encode("ascii", "ignore").decode()
    missing = "" if unicodedata.category(letter) in _SILENT else "?"  # emoji and marks that join letters
    return plain or missing, font(size, bold, family)


def _key(bold: bool, family: str) -> str:
    return f"{family}:{int(bold)}"


@cache
def _other(name: str, size: int) -> Font:
    return ImageFont.truetype(str(_files()[name]), size)


@cache
def _has(name: str, letter: str) -> bool:
    """Whether a face has a letter of its own, not the box that stands for all it lacks."""
    if letter.isspace() or letter.isascii():
        return True
    face = font(24, name.endswith("1"), name.partition(":")[0]) if ":" in name else _other(name, 24)
    own, lacking = face.getmask(letter), face.getmask("\U0010fffe")
    return (own.size, bytes(own)) != (lacking.size, bytes(lacking))


@cache
def _files() -> dict[str, Path]:
    """Files of faces by the name of the file."""
    known = {name for names in _FACES.values() for name in names} | set(_OTHERS)
    folders = [Path(folder) for folder in _FOLDERS.get(sys.platform, ())]
    files = (file for folder in folders if folder.is_dir() for file in sorted(folder.rglob("*.[to]t[fc]")))
    return {file.stem: file for file in files if file.stem in known}
