"""A flatbed or sheet-fed scanner: paper under a lamp, optics, a line of sensors, and what its software does after."""

from __future__ import annotations

import random

import cv2
import numpy as np
from benchmarks.genuine.fields import Chance, Plane, as_plane, blur, grain, over, sharpened, stripes, tinted
from benchmarks.genuine.geometry import Matrix, carried, turned, warped
from benchmarks.genuine.leaf import Rect
from benchmarks.genuine.pen import marked
from numpy.typing import NDArray

Scan = tuple[NDArray[np.uint8], list[Rect]]
LIDS = (1.0, 1.0, 1.0, 0.97, 0.9, 0.04, 0.3)  # brightness of what lies behind the page


def scanned(rng: random.Random, page: Plane, words: list[Rect], width: int, binary: bool = False) -> Scan:
    """A print (reflectance) as a scan about ``width`` pixels wide: RGB, and the words in it.

    ``binary``: a scan in black and white, whatever else was drawn.
    """
    chance = np.random.default_rng(rng.randrange(2**32))
    work = width / rng.choice((1.0, 1.0, 1.0, 1.0, rng.uniform(0.6, 1.0), rng.uniform(1.0, 1.5)))
    plane, matrix, mask = _laid(rng, page, work)
    coloured = rng.random() < 0.5 and not binary
    plane = _paper(rng, chance, plane, coloured)
    if rng.random() < 0.13:
        plane = marked(rng, chance, plane)
    plane = _wear(rng, chance, plane)
    plane = _lid(rng, chance, plane, mask)
    plane = _sensed(rng, chance, plane)
    words = carried(words, matrix)
    if binary or rng.random() < 0.07:
        plane = _cut(rng, chance, plane)
    factor = width / plane.shape[1]
    if abs(factor - 1) > 0.02:
        shrinking = cv2.INTER_AREA if factor < 1 else cv2.INTER_NEAREST
        how = rng.choice((shrinking, cv2.INTER_LINEAR, cv2.INTER_CUBIC, cv2.INTER_LANCZOS4))
        high = round(plane.shape[0] * factor)
        words = carried(words, np.diag((width / plane.shape[1], high / plane.shape[0], 1.0)))
        plane = as_plane(cv2.resize(plane, (width, high), interpolation=how))
    return _levels(rng, chance, plane), words


def _laid(rng: random.Random, page: Plane, width: float) -> tuple[Plane, Matrix, Plane]:
    """The page on the glass, a little askew, cut close or with some of the lid around."""
    degrees = rng.choice((0.0, rng.gauss(0, 0.4), rng.gauss(0, 0.8), rng.uniform(-3, 3)))
    border = rng.choice((-0.01, 0.0, 0.0, 0.01, 0.03, 0.08, 0.2 if page.shape[0] > page.shape[1] * 1.6 else 0.05))
    scale = width / page.shape[1] / (1 + 2 * border)
    wide, high = round(width), round(page.shape[0] * scale + 2 * border * page.shape[1] * scale * rng.uniform(0.4, 1))
    matrix = turned(rng, page.shape[1], page.shape[0], degrees, scale, wide, high)
    plane, mask = warped(page, matrix, wide, high, rng.random() < 0.4)
    return plane, matrix, mask


def _paper(rng: random.Random, chance: Chance, plane: Plane, coloured: bool) -> Plane:
    """Fibres, clouds and tone of the paper, and what shines through from its back."""
    height, width = plane.shape[:2]
    texture = np.ones((height, width), np.float32)
    for low, high, most in ((0.7, 1.4, 0.02), (1.8, 5, 0.014), (8, 30, 0.012), (60, 300, 0.02)):
        if rng.random() < 0.75:
            texture += grain(chance, height, width, rng.uniform(low, high), rng.uniform(0.7, 1.5)) * np.float32(
                rng.uniform(0, most)
            )
    if rng.random() < 0.14:
        texture -= _through(rng, plane)
    plane = over(plane, texture)
    tone = rng.choice((1.0, 0.98, 0.95, rng.uniform(0.8, 0.95)))
    if not coloured:
        return as_plane(plane * np.float32(tone))
    tint = np.array([1.0, 1 - abs(rng.gauss(0, 0.02)), 1 - abs(rng.gauss(0, 0.05))], np.float32)
    if rng.random() < 0.3:
        tint = tint[::-1].copy()
    ink = np.array([rng.uniform(0, 0.06) for _ in range(3)], np.float32)  # black is seldom neutral
    return as_plane(tinted(plane, as_plane(tint * tone)) * (1 - ink) + ink * np.float32(0.9))


def _through(rng: random.Random, plane: Plane) -> Plane:
    """The print on the other side, mirrored and blurred."""
    grey = plane if plane.ndim == 2 else as_plane(plane.mean(2))
    back = np.roll(1 - grey[:, ::-1], (rng.randrange(grey.shape[0]), rng.randrange(-40, 40)), (0, 1))
    return as_plane(
        blur(as_plane(np.ascontiguousarray(back)), rng.uniform(1.2, 3.5)) * np.float32(rng.uniform(0.015, 0.1))
    )


def _wear(rng: random.Random, chance: Chance, plane: Plane) -> Plane:
    """Falling light, creases, folds, shadows of staples, dust and hairs."""
    height, width = plane.shape[:2]
    y, x = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j].astype(np.float32)
    light = np.ones((height, width), np.float32)
    if rng.random() < 0.4:
        light *= 1 + np.float32(rng.uniform(-0.09, 0.09)) * (x - 0.5) + np.float32(rng.uniform(-0.09, 0.09)) * (y - 0.5)
    if rng.random() < 0.25:
        edge, deep = rng.choice((x, 1 - x, y, 1 - y)), rng.uniform(0.05, 0.5)
        light *= 1 - np.float32(deep) * np.exp(-edge * np.float32(rng.uniform(12, 60)))
    for _ in range(rng.choice((0, 0, 0, 1, 1, 2, 4))):
        light += _crease(rng, chance, x, y)
    plane = over(plane, light)
    if rng.random() < 0.12:
        plane = over(plane, 1 - _staple(rng, height, width))
    return _dust(rng, plane) if rng.random() < 0.55 else plane


def _crease(rng: random.Random, chance: Chance, x: Plane, y: Plane) -> Plane:
    """A line that is bright on one side and dark on the other, with a broad shade beside it."""
    along, across = (x, y) if rng.random() < 0.65 else (y, x)
    bend = grain(chance, 3, 400, 60)[1] * np.float32(rng.uniform(0, 0.003))
    place = np.interp(along, np.linspace(0, 1, 400), bend).astype(np.float32)
    far = across - np.float32(rng.uniform(0.05, 0.95)) - along * np.float32(rng.gauss(0, 0.03)) - place
    sharp, broad = np.float32(rng.uniform(200, 900)), np.float32(rng.uniform(10, 60))
    line = far * sharp * np.exp(-((far * sharp) ** 2)) * np.float32(rng.uniform(-0.3, 0.3))
    return as_plane(line - np.float32(rng.uniform(0, 0.07)) * np.exp(-abs(far) * broad) * (far > 0))


def _staple(rng: random.Random, height: int, width: int) -> Plane:
    made = np.zeros((height, width), np.float32)
    left, top = rng.randint(4, max(5, width // 5)), rng.randint(4, max(5, height // 12))
    end = (left + rng.randint(18, 50), top + rng.randint(-12, 12))
    cv2.line(made, (left, top), end, rng.uniform(0.4, 0.9), rng.randint(1, 3), cv2.LINE_AA)
    return as_plane(np.minimum(blur(made, rng.uniform(0.5, 1)) + blur(made, 5) * 0.8, 0.95))


def _dust(rng: random.Random, plane: Plane) -> Plane:
    """Specks and hairs, dark or bright, of all sizes."""
    height, width = plane.shape[:2]
    marks = np.zeros((height, width), np.float32)
    for _ in range(int(10 ** rng.uniform(0, 2.3))):
        centre, size = (rng.randrange(width), rng.randrange(height)), max(0.3, rng.gauss(0.6, 0.6))
        axes = (max(0, round(size * rng.uniform(0.5, 1.6))), max(0, round(size)))
        cv2.ellipse(
            marks, centre, axes, rng.uniform(0, 180), 0, 360, rng.uniform(0.1, 0.9) * rng.choice((1, 1, 1, -1)), -1
        )
    for _ in range(rng.choice((0, 0, 1, 3))):
        at, points = np.array([rng.randrange(width), rng.randrange(height)], float), []
        turn = rng.uniform(0, 6.3)
        for _ in range(rng.randint(5, 25)):
            turn += rng.gauss(0, 0.5)
            at = at + 3 * np.array([np.cos(turn), np.sin(turn)])
            points.append(at.copy())
        cv2.polylines(marks, [np.array(points, np.int32)], False, rng.uniform(0.15, 0.7), 1, cv2.LINE_AA)
    return over(plane, as_plane(1 - blur(marks, rng.uniform(0.3, 0.8))))


def _lid(rng: random.Random, chance: Chance, plane: Plane, mask: Plane) -> Plane:
    """What lies behind the page, with a thin shadow along its edge."""
    if mask.min() > 0.99:
        return plane
    lid = np.float32(rng.choice(LIDS)) + grain(chance, mask.shape[0], mask.shape[1], 2.0) * np.float32(0.004)
    shade = 1 - blur(as_plane(mask > 0.5), rng.uniform(2, 6)) * (1 - mask) * np.float32(rng.uniform(0, 0.5))
    behind = as_plane(lid * shade)
    if plane.ndim == 3:
        return as_plane(plane * mask[..., None] + (behind * (1 - mask))[..., None])
    return as_plane(plane * mask + behind * (1 - mask))


def _sensed(rng: random.Random, chance: Chance, plane: Plane) -> Plane:
    """Optics, sensors and the software of the scanner, its steps in one of several orders."""
    plane = blur(plane, rng.choice((0.0, rng.uniform(0.3, 0.8), rng.uniform(0.5, 1.2))), rng.uniform(0.0, 0.9))
    if plane.ndim == 3 and rng.random() < 0.6:
        plane = _fringes(rng, plane)
    steps = rng.choice(("ns", "ns", "nbs", "sn", "snb", "bsn", "n", "nb", "bns", "nn"))
    for step in steps:
        if step == "n":
            plane = _noisy(rng, chance, plane)
        elif step == "b":
            plane = blur(plane, rng.uniform(0.3, 0.8))
        else:
            plane = sharpened(plane, rng.choice((rng.uniform(0.5, 1.0), rng.uniform(0.8, 2.2))), rng.uniform(0.2, 1.8))
    return plane


def _fringes(rng: random.Random, plane: Plane) -> Plane:
    """Red and blue lie a part of a pixel off, for the line moves on between the colours."""
    made = plane.copy()
    for channel in (0, 2):
        shift = np.array([[1, 0, rng.gauss(0, 0.1)], [0, 1, rng.gauss(0, 0.45)]])
        size = (plane.shape[1], plane.shape[0])
        made[..., channel] = cv2.warpAffine(
            plane[..., channel], shift, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
    return made


def _noisy(rng: random.Random, chance: Chance, plane: Plane) -> Plane:
    """Noise of light and of the electronics, stripes of single sensors, noise of colour."""
    height, width = plane.shape[:2]
    level = 10 ** rng.uniform(-2.9, -1.5)
    size = rng.choice((0.0, rng.uniform(0.8, 1.4), rng.uniform(1.2, 2.4)))
    noise = grain(chance, height, width, size) if size else chance.standard_normal((height, width), np.float32)
    if rng.random() < 0.45:
        noise = noise + stripes(chance, height, width, rng.choice((1.0, 2.0)), "down") * np.float32(
            rng.uniform(0.1, 0.9)
        )
    if rng.random() < 0.25:
        noise = noise + stripes(chance, height, width, 1.0, "across") * np.float32(rng.uniform(0.1, 0.7))
    made = plane + (noise[..., None] if plane.ndim == 3 else noise) * np.sqrt(np.clip(plane, 0.05, 1)) * np.float32(
        level
    )
    if plane.ndim == 3 and rng.random() < 0.8:
        colour = chance.standard_normal((height, width, 3), np.float32)
        made = made + blur(colour, rng.choice((0.0, 0.7, 1.5))) * np.float32(level * rng.uniform(0.3, 1.2))
    return as_plane(made)


def _cut(rng: random.Random, chance: Chance, plane: Plane) -> Plane:
    """Black and white: a fixed level or one that follows its surroundings; rarely with a little grey left."""
    grey = plane if plane.ndim == 2 else as_plane(plane.mean(2))
    level = as_plane(rng.uniform(0.5, 0.78))
    if rng.random() < 0.4:
        level = as_plane(blur(grey, rng.uniform(10, 30)) * np.float32(rng.uniform(0.8, 0.93)))
    made = np.clip((grey - level) * rng.choice((1000.0, 1000.0, 30.0, 12.0)) + 0.5, 0, 1)
    if rng.random() < 0.3:
        made = cv2.medianBlur(as_plane(made), 3)
    return as_plane(made)


def _levels(rng: random.Random, chance: Chance, plane: Plane) -> NDArray[np.uint8]:
    """Black point, white point and gamma, often with white burnt out; eight bits, rarely fewer."""
    white = rng.choice((1.0, 1.0, rng.uniform(0.85, 1.05), rng.uniform(0.78, 0.95)))
    black = rng.choice((0.0, rng.uniform(-0.1, 0.05), rng.uniform(0.05, 0.3)))
    made = np.clip((plane - black) / (white - black), 0, 1) ** np.float32(rng.choice((1.0, rng.uniform(0.7, 1.5))))
    steps = rng.choice((255,) * 14 + (15, 31, 63))
    dither = chance.random(made.shape[:2], np.float32) - 0.5 if rng.random() < 0.2 else np.zeros((1, 1), np.float32)
    made = np.clip(np.round(made * steps + (dither[..., None] if made.ndim == 3 else dither)), 0, steps) * (255 / steps)
    eight = np.round(made).astype(np.uint8)
    return eight if eight.ndim == 3 else np.repeat(eight[..., None], 3, axis=2)
