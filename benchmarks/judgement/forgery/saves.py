"""How a picture is saved and sent on: chains of steps such as ``jpeg 75 > cropped > png``, the same for both of a pair.

A step takes pixels and the places on them and gives both back; a chain ends in the bytes of a file. ``4:4:4`` or
``progressive`` after a quality of JPEG says how it is written.
"""

from __future__ import annotations

import io
from collections.abc import Callable

import cv2
import numpy as np
from benchmarks.judgement.forgery.page import Area, Dice, Pixels
from benchmarks.judgement.forgery.scanner import Matrix, moved, printed, scanned
from PIL import Image, ImageFilter

Places = tuple[Area, ...]
SUFFIXES = {"jpeg": ".jpg", "png": ".png", "webp": ".webp", "grey-jpeg": ".jpg", "grey-png": ".png"}


def file_of(pixels: Pixels, step: str) -> tuple[bytes, str]:
    """The bytes of a save, and the end of its name. ``step``: ``jpeg 90``, ``jpeg 85 4:4:4``, ``png``, ``webp 80``."""
    name, *options = step.split()
    picture, out = Image.fromarray(pixels), io.BytesIO()
    if name.startswith("grey-"):
        picture, name = picture.convert("L"), name.removeprefix("grey-")
    if name == "jpeg":
        more = {"subsampling": 0} if "4:4:4" in options else {}
        picture.save(out, "JPEG", quality=int(options[0]), progressive="progressive" in options, **more)
    elif name == "webp":
        picture.save(out, "WEBP", **({"quality": int(options[0])} if options else {"lossless": True}))
    else:
        picture.save(out, "PNG", compress_level=3)
    return out.getvalue(), SUFFIXES[step.split()[0]]


def saved(pixels: Pixels, step: str) -> Pixels:
    """What a program sees that opens the save."""
    with Image.open(io.BytesIO(file_of(pixels, step)[0])) as picture:
        return np.array(picture.convert("RGB"))


def passed(pixels: Pixels, places: Places, chain: str, seed: object) -> tuple[Pixels, Places]:
    """Pixels and places after all steps of a chain. The same seed, the same chance; an empty chain changes nothing."""
    for number, step in enumerate(step.strip() for step in chain.split(">") if step.strip()):
        if step.split()[0] in SUFFIXES:
            pixels = saved(pixels, step)
        else:
            pixels, places = WAYS[step.split()[0]](pixels, places, step, Dice(seed, number, step))
    return pixels, places


def sent(pixels: Pixels, places: Places, chain: str, seed: object) -> tuple[bytes, str, Places]:
    """The file that the last step of a chain writes, the end of its name, and where the places are on it."""
    before, _, last = chain.rpartition(">")
    pixels, places = passed(pixels, places, before, seed)
    return *file_of(pixels, last.strip()), places


def _resized(pixels: Pixels, places: Places, step: str, dice: Dice) -> tuple[Pixels, Places]:
    """``resized 0.75``"""
    methods = (Image.Resampling.LANCZOS, Image.Resampling.BICUBIC, Image.Resampling.BILINEAR)
    return _scaled(pixels, places, float(step.split()[1]), dice.random.choice(methods))


def _scaled(pixels: Pixels, places: Places, scale: float, method: Image.Resampling) -> tuple[Pixels, Places]:
    size = (max(8, round(pixels.shape[1] * scale)), max(8, round(pixels.shape[0] * scale)))
    matrix = np.array([[size[0] / pixels.shape[1], 0, 0], [0, size[1] / pixels.shape[0], 0]])
    return np.array(Image.fromarray(pixels).resize(size, method)), _moved(places, matrix)


def _screenshot(pixels: Pixels, places: Places, step: str, dice: Dice) -> tuple[Pixels, Places]:
    """The page in a window of a viewer: scaled, on a grey desk, below a bar of buttons."""
    scale = dice.random.uniform(0.55, 0.95)
    page, there = _scaled(pixels, places, scale, dice.random.choice((Image.Resampling.BILINEAR, Image.Resampling.BOX)))
    bar, left, right, below = (dice.random.randint(low, high) for low, high in ((28, 70), (0, 90), (0, 90), (0, 30)))
    height, width = page.shape[:2]
    desk = np.full((height + bar + below, width + left + right, 3), dice.random.randint(60, 235), np.uint8)
    desk[:bar] = dice.random.randint(30, 245)
    for at in range(10, desk.shape[1] - 26, dice.random.randint(40, 90)):
        desk[bar // 3 : bar // 3 + 12, at : at + 14] = dice.random.randint(40, 210)
    desk[bar : bar + height, left : left + width] = page
    return desk, _moved(there, np.array([[1, 0, left], [0, 1, bar]]))


def _printscan(pixels: Pixels, places: Places, step: str, dice: Dice) -> tuple[Pixels, Places]:
    scan, matrix = scanned(printed(pixels, dice), dice)
    return scan, _moved(places, matrix)


def _cropped(pixels: Pixels, places: Places, step: str, dice: Dice) -> tuple[Pixels, Places]:
    """Some pixels off at the left and the top, so that the grid of 8 x 8 starts elsewhere."""
    across, down = dice.random.randint(1, 7), dice.random.randint(1, 7)
    return pixels[down:, across:].copy(), tuple(area.moved(-across, -down) for area in places)


def _turned(pixels: Pixels, places: Places, step: str, dice: Dice) -> tuple[Pixels, Places]:
    """``turned 90``: quarter turns to the right, without a trace; ``turned 1.5``: anything else, with new pixels."""
    angle = float(step.split()[1])
    height, width = pixels.shape[:2]
    if angle == 90:
        return np.rot90(pixels, -1).copy(), _moved(places, np.array([[0, -1, height], [1, 0, 0]]))
    if angle == 270:
        return np.rot90(pixels, 1).copy(), _moved(places, np.array([[0, 1, 0], [-1, 0, width]]))
    if angle == 180:
        return np.rot90(pixels, 2).copy(), _moved(places, np.array([[-1, 0, width], [0, -1, height]]))
    matrix = np.asarray(cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1), np.float64)
    around = cv2.warpAffine(pixels, matrix, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(around, np.uint8), _moved(places, matrix)


def _brightened(pixels: Pixels, places: Places, step: str, dice: Dice) -> tuple[Pixels, Places]:
    gain, lift = dice.random.uniform(0.9, 1.12), dice.random.uniform(-12, 12)
    return np.clip(np.round(pixels * gain + lift), 0, 255).astype(np.uint8), places


def _sharpened(pixels: Pixels, places: Places, step: str, dice: Dice) -> tuple[Pixels, Places]:
    mask = ImageFilter.UnsharpMask(dice.random.uniform(0.8, 2), dice.random.randint(40, 120), 2)
    return np.array(Image.fromarray(pixels).filter(mask)), places


def _moved(places: Places, matrix: Matrix) -> Places:
    return tuple(moved(area, np.asarray(matrix, np.float64)) for area in places)


WAYS: dict[str, Callable[[Pixels, Places, str, Dice], tuple[Pixels, Places]]] = {
    "resized": _resized,
    "screenshot": _screenshot,
    "print-scan": _printscan,
    "cropped": _cropped,
    "turned": _turned,
    "brightened": _brightened,
    "sharpened": _sharpened,
}
