"""A line's picture to characters, each with its probability and its place along the line."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from groundstone.documents.ocr_detect import Picture, Quad, batch_of
from groundstone.documents.ocr_models import Models

HEIGHT = 48  # pixels that the recogniser wants
_STEP = 16  # widths are rounded up to this, which lets the engine use its plans again
_LEAST = 64  # narrower strips are filled up: the network never saw them in training
_LONGEST = 3200


@dataclass(frozen=True, slots=True)
class Strip:
    """A line cut out of the page: ``pixels`` are HEIGHT high; ``quad`` is where it was, starting at its top left."""

    pixels: Picture
    quad: Quad


@dataclass(frozen=True, slots=True)
class Characters:
    """What a strip says. ``places`` are the centres of the characters as fractions of its width."""

    text: str
    chances: tuple[float, ...]
    places: tuple[float, ...]

    @property
    def confidence(self) -> float:
        return sum(self.chances) / len(self.chances) if self.chances else 0.0


def cut(picture: Picture, quad: Quad) -> Strip:
    """The part of the picture inside ``quad``, upright. A strip is at least one pixel wide."""
    across = max(float(np.linalg.norm(quad[1] - quad[0])), float(np.linalg.norm(quad[2] - quad[3])), 1.0)
    down = max(float(np.linalg.norm(quad[3] - quad[0])), float(np.linalg.norm(quad[2] - quad[1])), 1.0)
    wide = min(max(round(HEIGHT * across / down), 8), _LONGEST)
    native = (max(round(across), 2), max(round(down), 2))
    target = np.array([[0, 0], [native[0], 0], [native[0], native[1]], [0, native[1]]], np.float32)
    warp = cv2.getPerspectiveTransform(quad.astype(np.float32), target)
    part = cv2.warpPerspective(picture, warp, native, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    way = cv2.INTER_AREA if native[1] > 2 * HEIGHT else cv2.INTER_LINEAR
    return Strip(np.asarray(cv2.resize(part, (wide, HEIGHT), interpolation=way), np.uint8), quad)


def turned(strip: Strip) -> Strip:
    """The same line, taken as upside down."""
    return Strip(np.ascontiguousarray(strip.pixels[::-1, ::-1]), np.roll(strip.quad, 2, axis=0))


def recognise(models: Models, strip: Strip) -> Characters:
    """One strip at its own width: on one thread a batch is no faster, and what it says depends on nothing else."""
    wide = strip.pixels.shape[1]
    padded = max(-(-wide // _STEP) * _STEP, _LEAST)
    batch = np.zeros((1, 3, HEIGHT, padded), np.float32)
    batch[:, :, :, :wide] = batch_of([strip.pixels])
    return _characters(models.recognise(batch)[0], models.characters, padded / wide)


def upside_down(models: Models, strip: Strip) -> float:
    """The probability that a strip stands on its head."""
    wide = min(strip.pixels.shape[1], 192)
    batch = np.zeros((1, 3, HEIGHT, 192), np.float32)
    batch[:, :, :, :wide] = batch_of([np.asarray(cv2.resize(strip.pixels, (wide, HEIGHT)), np.uint8)])
    return float(models.turn(batch)[0, 1])


def _characters(chances: NDArray[np.float32], names: tuple[str, ...], stretch: float) -> Characters:
    """Greedy CTC: the best class of every column; repeats are one character, class 0 is none."""
    best = chances.argmax(1)
    first = np.ones(len(best), bool)
    first[1:] = best[1:] != best[:-1]
    starts = np.flatnonzero(first)
    ends = np.append(starts[1:], len(best))
    runs = [(int(best[a]), float(chances[a:b, best[a]].max()), (a + b) / 2) for a, b in zip(starts, ends, strict=True)]
    runs = [run for run in runs if run[0]]
    text = "".join(names[code] for code, _, _ in runs)
    places = tuple(min(center / len(best) * stretch, 1.0) for _, _, center in runs)
    return Characters(text, tuple(chance for _, chance, _ in runs), places)
