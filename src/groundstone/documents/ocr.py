"""A picture of a page to lines of words: find the text, see how it is turned, read it, put it in order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from groundstone.documents import ocr_scale
from groundstone.documents.ocr_detect import Patch, Picture, Quad, detect
from groundstone.documents.ocr_models import Models
from groundstone.documents.ocr_order import reading_order
from groundstone.documents.ocr_read import Characters, Strip, cut, recognise, turned
from groundstone.documents.ocr_turn import direction, slope, stands_on_head, upright
from groundstone.documents.ocr_words import Piece, lines_of, quad_of

_KEPT = 0.5  # lines read with less confidence are noise, or a script that the model does not know
_UNSURE = 0.85  # lines below are read a second time, from a better picture
_TURNED = 6.0  # degrees off level or upright from which the detector sees better on a copy that is turned back


@dataclass(frozen=True, slots=True)
class ReadLine:
    """One line; places are pixels of the picture. ``words`` are (text, confidence, quad)."""

    quad: Quad
    words: tuple[tuple[str, float, Quad], ...]

    @property
    def text(self) -> str:
        return " ".join(word[0] for word in self.words)

    @property
    def confidence(self) -> float:
        letters = [len(word[0]) for word in self.words]
        return sum(word[1] * count for word, count in zip(self.words, letters, strict=True)) / sum(letters)


@dataclass(frozen=True, slots=True)
class ReadPage:
    """Lines in reading order and how far they are turned clockwise, from 0 to below 360 degrees."""

    lines: tuple[ReadLine, ...]
    rotation: float


@dataclass(frozen=True, slots=True)
class Found:
    """Where text stands, not yet read: quads with ordered corners, and the direction of their lines in degrees."""

    quads: tuple[Quad, ...]
    angle: float


def read_page(models: Models, picture: Picture) -> ReadPage:
    """Everything that is written on a picture (RGB, one byte a channel)."""
    found = find(models, picture)
    return ordered(read_lines(models, picture, found), found.angle)


def find(models: Models, picture: Picture) -> Found:
    """Where something is written, and which way is up."""
    patches = _detected(models, picture)
    angle = slope([patch.quad for patch in patches])
    quads = [upright(patch.quad, angle) for patch in patches]
    along = [quad for quad in quads if abs((direction(quad) - angle + 180) % 360 - 180) < 45]
    if stands_on_head(models, picture, along):
        angle += 180
        quads = [np.roll(quad, 2, axis=0) for quad in quads]
    return Found(tuple(quads), angle)


def read_lines(models: Models, picture: Picture, found: Found) -> list[ReadLine]:
    """What stands at the places, in their order; each is read by itself."""
    return [line for quad in found.quads for line in _read(models, picture, quad, found.angle)]


def ordered(lines: Sequence[ReadLine], angle: float) -> ReadPage:
    order = reading_order([line.quad for line in lines], angle)
    return ReadPage(tuple(lines[index] for index in order), _rotation(lines, angle))


def _detected(models: Models, picture: Picture) -> list[Patch]:
    """Patches found as the text needs it: a second look is taken where it proves small or turned."""
    scale = ocr_scale.first(picture)
    patches = detect(models, picture, scale)
    angle = slope([patch.quad for patch in patches])
    better = ocr_scale.better(picture, scale, [patch.height for patch in patches])
    if abs(angle) > _TURNED:
        return _detected_turned(models, picture, angle, better or scale)
    return detect(models, picture, better) if better else patches


def _detected_turned(models: Models, picture: Picture, angle: float, scale: float) -> list[Patch]:
    """Patches found on a copy that is turned back by ``angle``; the detector sees short words better when level."""
    height, width = picture.shape[:2]
    small = cv2.resize(
        picture, (max(1, round(width * scale)), max(1, round(height * scale))), interpolation=cv2.INTER_AREA
    )
    high, wide = small.shape[:2]
    turn = cv2.getRotationMatrix2D((0, 0), angle, 1.0)
    corners = np.array([[0, 0], [wide, 0], [wide, high], [0, high]]) @ turn[:, :2].T
    turn[:, 2] = -corners.min(0)
    size = np.ceil(np.ptp(corners, axis=0)).astype(int)
    ground = [int(value) for value in np.median(small.reshape(-1, 3)[::97], axis=0)]
    level = cv2.warpAffine(small, turn, (int(size[0]), int(size[1])), borderValue=ground)
    back = cv2.invertAffineTransform(turn)
    factors = np.array([width / wide, height / high], np.float32)
    found = detect(models, np.asarray(level, np.uint8), 1.0)
    return [
        replace(patch, quad=((patch.quad @ back[:, :2].T + back[:, 2]) * factors).astype(np.float32)) for patch in found
    ]


def _read(models: Models, picture: Picture, quad: Quad, angle: float) -> list[ReadLine]:
    strip = cut(picture, quad)
    said = recognise(models, strip)
    if abs((direction(quad) - angle + 180) % 360 - 180) > 45:  # stands across the page: either end may be its start
        strip, said = max((strip, said), _again(models, turned(strip)), key=lambda pair: pair[1].confidence)
    if said.confidence < _UNSURE:
        strip, said = max((strip, said), *_second_tries(models, picture, strip), key=lambda pair: pair[1].confidence)
    if said.confidence < _KEPT or not said.text.strip():
        return []
    return [_line(strip, pieces) for pieces in lines_of(strip, said)]


def _again(models: Models, strip: Strip) -> tuple[Strip, Characters]:
    return strip, recognise(models, strip)


def _second_tries(models: Models, picture: Picture, strip: Strip) -> list[tuple[Strip, Characters]]:
    """The same line with its contrast evened out, and cut out with a little more room around it."""
    grey = cv2.cvtColor(strip.pixels, cv2.COLOR_RGB2GRAY)
    even = cv2.createCLAHE(2.0, (1, max(1, strip.pixels.shape[1] // 48))).apply(grey)
    clearer = replace(strip, pixels=np.asarray(cv2.cvtColor(even, cv2.COLOR_GRAY2RGB), np.uint8))
    return [_again(models, clearer), _again(models, cut(picture, _roomier(strip.quad)))]


def _roomier(quad: Quad) -> Quad:
    """A quad that is a tenth of its height larger on every side."""
    across, down = quad[1] - quad[0], quad[3] - quad[0]
    high = float(np.hypot(*down))
    x = across / max(float(np.hypot(*across)), 1.0) * high * 0.1
    y = down * 0.1
    return np.asarray(quad + np.array([-x - y, x - y, x + y, y - x]), np.float32)


def _line(strip: Strip, pieces: list[Piece]) -> ReadLine:
    words = tuple((piece.text, piece.confidence, quad_of(strip, piece.left, piece.right)) for piece in pieces)
    return ReadLine(quad_of(strip, pieces[0].left, pieces[-1].right), words)


def _rotation(lines: Sequence[ReadLine], angle: float) -> float:
    """The angle, rounded to a tenth of a degree; 0 where nothing was read."""
    return round(angle % 360, 1) % 360 if lines else 0.0
