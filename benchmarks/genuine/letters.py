"""Faces for genuine pages, by kind of letter: some for training pages only, others for the pages of a judge ("dev").

The faces held out for "dev" are none of those that benchmarks/forms/fonts.py knows, so forms never show them either.
"""

from __future__ import annotations

import random
from functools import cache, lru_cache

from benchmarks.forms.fonts import Face, faces, named
from PIL import ImageFont

TRAIN = {  # kind of letter -> pairs "regular,bold" of file stems, beside those of benchmarks/forms/fonts.py
    "mono": "FiraCode-Light,FiraCode-SemiBold|FiraCode-Retina,FiraCode-Bold|OCRB,OCRBS|OCRBL,OCRBL|"
    "DejaVuSansMono-Oblique,DejaVuSansMono-BoldOblique|Inconsolata,Inconsolata|Hack-Regular,Hack-Bold",
    "sans": "Inter-Light,Inter-SemiBold|Inter-Medium,Inter-ExtraBold|Lato-Light,Lato-Bold|Lato-Semibold,Lato-Black|"
    "Roboto-Light,Roboto-Medium|OpenSans-Light,OpenSans-Semibold|FreeSansOblique,FreeSansBoldOblique|"
    "Cabin-Medium,Cabin-SemiBold|Dosis-Book,Dosis-SemiBold|Arimo-Italic,Arimo-BoldItalic",
    "serif": "Tinos-Italic,Tinos-BoldItalic|LiberationSerif-Italic,LiberationSerif-BoldItalic|"
    "texgyrepagella-italic,texgyrepagella-bolditalic",
}
DEV = {
    "mono": "Courier Prime,Courier Prime Bold|Courier Prime Code,Courier Prime Bold|Courier Prime Sans,"
    "Courier Prime Sans Bold",
    "sans": "Quicksand-Regular,Quicksand-Bold|RobotoCondensed-Regular,RobotoCondensed-Bold|"
    "OpenSans-CondLight,OpenSans-CondBold|InterDisplay-Regular,InterDisplay-Bold",
    "serif": "EBGaramond12-Regular,EBGaramond12-Bold|DejaVuSerifCondensed,DejaVuSerifCondensed-Bold",
}
DEV_FAMILIES = ("Courier Prime", "Quicksand", "Roboto Condensed", "Open Sans Condensed", "EB Garamond")  # CSS names


@cache
def choices(kind: str, split: str) -> tuple[Face, ...]:
    """Faces of a kind ("mono", "sans", "serif") for a split ("train" or "dev"); Pillow's own where there are none."""
    pairs = [pair.split(",") for pair in (DEV if split == "dev" else TRAIN)[kind].split("|")]
    found = [face for regular, bold in pairs if (face := named(regular, bold)).regular and face.bold]
    if split == "train":
        found += [face for face in faces(kind) if face.regular]
    return tuple(found) or (Face("", ""),)


def a_face(rng: random.Random, kind: str, split: str) -> Face:
    return rng.choice(choices(kind, split))


@lru_cache(4000)
def face_at(file: str, size: float) -> ImageFont.FreeTypeFont:
    """The font of a file at ``size`` pixels, which need not be whole; "" is Pillow's own."""
    if file:
        return ImageFont.truetype(file, size, layout_engine=ImageFont.Layout.BASIC)
    own = ImageFont.load_default(size)
    assert isinstance(own, ImageFont.FreeTypeFont)  # Pillow from a wheel always has FreeType
    return own
