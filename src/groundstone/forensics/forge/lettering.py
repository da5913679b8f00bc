"""Text to write into a page: what it says, and its letters as shares of ink."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from groundstone.forensics.forge.colours import Floats
from groundstone.forensics.forge.fonts import BUILT_IN, Look, font, fonts, look_of

_WORDS = (
    "Paid Total Net Gross Bonus Salary Balance Date Due Approved Received Invoice Amount Tax Fee Account Transfer "
    "Holiday Overtime Pension Smith Johnson Brown Miller Garcia Weber Rossi Dubois Street Road Final Payment Credit"
).split()
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


@dataclass(frozen=True, slots=True)
class Letters:
    """``ink``: (H, W) of 0 to 1. ``baseline``: the row that the letters stand on."""

    ink: Floats
    baseline: int


def text_of(length: int, rng: np.random.Generator) -> str:
    """About so many signs as forgers write them: digits, amounts, dates, a word."""
    if length <= 3:
        return _digits(length, rng)
    chance = rng.random()
    if chance < 0.3:
        return _digits(length, rng)
    if chance < 0.7:
        return _amount(length, rng)
    if chance < 0.85:
        return _date(rng)[:length]
    return str(_WORDS[int(rng.integers(len(_WORDS)))])[: length + 1]


def write(text: str, height: int, rng: np.random.Generator, like: Look | None = None) -> Letters | None:
    """Letters whose digits are ``height`` pixels high; None where no font could be loaded.

    ``like``: how the letters nearby look (its height is not used): some forgers take a font that resembles them.
    """
    path = _font(rng, like)
    look = look_of(path)
    if look is None:
        return None
    size = max(5, round(height / look.height))
    chance = rng.random()
    if chance < 0.45:
        return _drawn(text, path, size, 1, rng)
    if chance < 0.55:
        return _drawn(text, path, size, 1, rng, hard=True)
    return _drawn(text, path, size, 4, rng)


def widened(letters: Letters, width: int) -> Letters:
    """The same letters over ``width`` pixels."""
    size = (max(2, width), letters.ink.shape[0])
    return Letters(
        np.asarray(cv2.resize(letters.ink, size, interpolation=cv2.INTER_AREA), np.float32), letters.baseline
    )


def _font(rng: np.random.Generator, like: Look | None) -> str:
    known = fonts()
    if like is None or rng.random() < 0.25:
        return BUILT_IN if rng.random() < 0.2 else known[int(rng.integers(len(known)))]
    some = [known[index] for index in rng.integers(len(known), size=int(rng.integers(3, 16))).tolist()]
    unlike = [_unlike(look_of(path), like) for path in some]
    best: str = some[unlike.index(min(unlike))]
    return best


def _unlike(look: Look | None, like: Look) -> float:
    if look is None:
        return float("inf")
    return abs(float(np.log(look.width / like.width))) + abs(float(np.log(look.ink / like.ink)))


def _drawn(text: str, path: str, size: int, finer: int, rng: np.random.Generator, hard: bool = False) -> Letters | None:
    """Drawn finer and averaged, letters fall between pixels as those of a print do."""
    opened = font(path, size * finer)
    if not isinstance(opened, ImageFont.FreeTypeFont):
        return None
    left, top, right, bottom = opened.getbbox(text, anchor="ls")
    pad = 2 * finer
    wide, high = int(right - left) + 2 * pad, int(bottom - top) + 2 * pad
    if not (0 < wide < 4000 and 0 < high < 2000):
        return None
    wide, high = -(-wide // finer) * finer, -(-high // finer) * finer
    image = Image.new("L", (wide, high), 0)
    draw = ImageDraw.Draw(image)
    draw.fontmode = "1" if hard else "L"
    base = pad - int(top)
    base += -base % finer  # the baseline falls between two pixels
    across = pad - left + (int(rng.integers(finer)) if finer > 1 else 0)
    draw.text((across, base), text, fill=255, font=opened, anchor="ls")
    ink = np.asarray(image, np.float32) / 255
    if finer > 1:
        ink = np.asarray(cv2.resize(ink, (wide // finer, high // finer), interpolation=cv2.INTER_AREA), np.float32)
    columns = np.flatnonzero(ink.max(axis=0) > 0.05)
    if not len(columns):
        return None
    return Letters(np.ascontiguousarray(ink[:, columns[0] : columns[-1] + 1], np.float32), base // finer)


def _digits(length: int, rng: np.random.Generator) -> str:
    return "".join(str(digit) for digit in rng.integers(0, 10, max(1, length)))


def _amount(length: int, rng: np.random.Generator) -> str:
    whole = f"{int(rng.integers(1, 10))}{_digits(max(0, length - 4), rng)}" if length > 4 else _digits(1, rng)
    if len(whole) > 3 and rng.random() < 0.6:
        whole = f"{int(whole):,}"
    mark = "." if rng.random() < 0.8 else ","
    if mark == ",":
        whole = whole.replace(",", ".")
    return f"{whole}{mark}{_digits(2, rng)}"


def _date(rng: np.random.Generator) -> str:
    day, month, year = int(rng.integers(1, 29)), int(rng.integers(1, 13)), int(rng.integers(2009, 2027))
    forms = (f"{day:02}/{month:02}/{year}", f"{day:02}.{month:02}.{year}", f"{day} {_MONTHS[month - 1]} {year}")
    return forms[int(rng.integers(len(forms)))]
