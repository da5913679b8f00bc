"""The fonts of the machine, by kind of letter: what is found of a list of well-known families, else Pillow's own."""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from PIL import ImageFont

FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "/usr/share/texmf/fonts", "/Library/Fonts")
KINDS = {  # kind of letter -> pairs of file stems, regular and bold
    "sans": (
        "DejaVuSans DejaVuSans-Bold|LiberationSans-Regular LiberationSans-Bold|Inter-Regular Inter-Bold|"
        "Roboto-Regular Roboto-Bold|OpenSans-Regular OpenSans-Bold|Lato-Regular Lato-Bold|Carlito-Regular Carlito-Bold|"
        "FreeSans FreeSansBold|Cabin-Regular Cabin-Bold|texgyreheros-regular texgyreheros-bold|"
        "texgyreadventor-regular texgyreadventor-bold|DejaVuSansCondensed DejaVuSansCondensed-Bold|"
        "LiberationSansNarrow-Regular LiberationSansNarrow-Bold|texgyreheroscn-regular texgyreheroscn-bold|"
        "Arimo-Regular Arimo-Bold|Roboto-Medium Roboto-Black|Lato-Medium Lato-Heavy|Dosis-Medium Dosis-Bold"
    ),
    "serif": (
        "DejaVuSerif DejaVuSerif-Bold|LiberationSerif-Regular LiberationSerif-Bold|FreeSerif FreeSerifBold|"
        "texgyretermes-regular texgyretermes-bold|texgyrepagella-regular texgyrepagella-bold|"
        "texgyreschola-regular texgyreschola-bold|texgyrebonum-regular texgyrebonum-bold|"
        "Caladea-Regular Caladea-Bold|EBGaramond-Regular EBGaramond-Bold|Tinos-Regular Tinos-Bold"
    ),
    "mono": (
        "DejaVuSansMono DejaVuSansMono-Bold|LiberationMono-Regular LiberationMono-Bold|FreeMono FreeMonoBold|"
        "texgyrecursor-regular texgyrecursor-bold|Inconsolata Inconsolata-Bold|Hack-Regular Hack-Bold|"
        "FiraCode-Regular FiraCode-Bold|Cousine-Regular Cousine-Bold|CourierPrime-Regular CourierPrime-Bold"
    ),
    "hand": "ComicNeue-Regular ComicNeue-Bold|Breip Breip|ComicNeue-Italic ComicNeue-BoldItalic",
    "ocr": "OCR-B OCR-B|OCRB OCRB|LiberationMono-Regular LiberationMono-Bold",
}
NEEDED = "ąćęłńóśźżäöüßéèêëçñáíúìòãõâåøşğıÇİŁÖÜÉ€£ºª’«»–"


@dataclass(frozen=True)
class Face:
    """A regular and a bold font file; "" stands for Pillow's own font."""

    regular: str
    bold: str


@cache
def _files() -> dict[str, str]:
    found: dict[str, str] = {}
    for folder in FOLDERS:
        for path in sorted(Path(folder).rglob("*")) if Path(folder).is_dir() else ():
            if path.suffix.lower() in {".ttf", ".otf"}:
                found.setdefault(path.stem, str(path))
    return found


@cache
def faces(kind: str) -> tuple[Face, ...]:
    """All faces of one of ``KINDS`` that this machine has; at least one."""
    pairs = [pair.split() for pair in KINDS[kind].split("|")]
    found = [Face(_files()[regular], _files()[bold]) for regular, bold in pairs if {regular, bold} <= set(_files())]
    return tuple(face for face in found if kind == "ocr" or (_whole(face.regular) and _whole(face.bold))) or (
        Face("", ""),
    )


def _whole(file: str) -> bool:
    """Whether the font has the letters of all languages written here: none is drawn as the sign for a missing one."""
    shape = font(file, 40)
    missing = bytes(shape.getmask("\U0010ffff"))
    return all(bytes(shape.getmask(letter)) != missing for letter in NEEDED)


def named(regular: str, bold: str) -> Face:
    """The face of two file stems; Pillow's own font where the machine has not got them."""
    return Face(_files().get(regular, ""), _files().get(bold, ""))


def a_face(rng: random.Random, kind: str) -> Face:
    return rng.choice(faces(kind))


@lru_cache(2000)
def font(file: str, size: int) -> ImageFont.FreeTypeFont:
    """The font of a file at ``size`` pixels; "" is Pillow's own."""
    if file:
        return ImageFont.truetype(file, size)
    own = ImageFont.load_default(size)
    assert isinstance(
        own, ImageFont.FreeTypeFont
    )  # Pillow is built with FreeType everywhere it is installed from a wheel
    return own
