"""What genuine pages went through before anybody could have changed them; so that none of it looks like a forgery.

Pictures with a compression of their own are put on office pages, programs of scanners sharpen and stretch what they
read, and pages are saved, cropped and scaled again and again. Both files of a pair get the same.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Box = tuple[int, int, int, int]


def worn(rgb: Bytes, words: list[Box], rng: np.random.Generator) -> tuple[Bytes, list[Box]]:
    """A page (H, W, 3) and its words after what happened to it by chance, in the size it had."""
    if rng.random() < 0.3:
        rgb, words = _with_picture(rgb, words, rng)
    if rng.random() < 0.25:
        rgb = _saved_before(rgb, rng)
    if rng.random() < 0.25:
        rgb = (_sharpened, _stretched, _softened)[rng.integers(3)](rgb, rng)
    return rgb, words


def _jpeg(rgb: Bytes, quality: int) -> Bytes:
    done = cv2.imencode(".jpg", np.ascontiguousarray(rgb[..., ::-1]), [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return np.ascontiguousarray(np.asarray(cv2.imdecode(done, cv2.IMREAD_COLOR), np.uint8)[..., ::-1])


def _with_picture(rgb: Bytes, words: list[Box], rng: np.random.Generator) -> tuple[Bytes, list[Box]]:
    """A photograph or a logo that was a JPEG before it came on the page, where it covers what was there."""
    height, width = rgb.shape[:2]
    wide, high = int(rng.integers(50, max(51, width // 2))), int(rng.integers(40, max(41, height // 3)))
    left, top = int(rng.integers(width - wide)), int(rng.integers(height - high))
    picture = _jpeg(_picture(high, wide, rng), int(rng.integers(40, 96)))
    if rng.random() < 0.5:  # fitted to its place by the program
        scale = rng.uniform(0.5, 1.5)
        size = (max(8, int(wide * scale)), max(8, int(high * scale)))
        picture = np.asarray(cv2.resize(_jpeg(cv2.resize(picture, size), 80), (wide, high)), np.uint8)
    result = rgb.copy()
    result[top : top + high, left : left + wide] = picture
    apart = [box for box in words if box[2] <= left or box[0] >= left + wide or box[3] <= top or box[1] >= top + high]
    return result, apart


def _picture(high: int, wide: int, rng: np.random.Generator) -> Bytes:
    """Colours that run into each other, as in a photograph, or flat shapes and large letters, as in a logo."""
    if rng.random() < 0.5:
        layers = [
            cv2.resize(
                rng.normal(0, 60 / (level + 1), (2 + 2**level, 2 + 2**level, 3)).astype(np.float32),
                (wide, high),
                interpolation=cv2.INTER_CUBIC,
            )
            for level in range(5)
        ]
        return np.asarray(np.clip(sum(layers) + rng.uniform(60, 200, 3), 0, 255), np.uint8)
    drawn = np.full((high, wide, 3), 255 if rng.random() < 0.6 else rng.integers(256, size=3), np.uint8)
    for _ in range(int(rng.integers(1, 5))):
        colour = tuple(int(value) for value in rng.integers(256, size=3))
        centre = (int(rng.integers(wide)), int(rng.integers(high)))
        cv2.circle(drawn, centre, int(rng.integers(4, max(5, high // 2))), colour, -1 if rng.random() < 0.7 else 3)
    text = "".join(chr(65 + int(code)) for code in rng.integers(26, size=int(rng.integers(2, 8))))
    ink = tuple(int(value) for value in rng.integers(256, size=3))
    cv2.putText(
        drawn, text, (4, int(high * 0.7)), cv2.FONT_HERSHEY_DUPLEX, high / 60, ink, max(1, high // 30), cv2.LINE_AA
    )
    return drawn


def _saved_before(rgb: Bytes, rng: np.random.Generator) -> Bytes:
    """An early save on a grid that a crop or a scaling moved afterwards."""
    height, width = rgb.shape[:2]
    down, across = (int(value) for value in rng.integers(8, size=2))
    padded = cv2.copyMakeBorder(rgb, down, 8, across, 8, cv2.BORDER_REPLICATE)
    if rng.random() < 0.5:
        return np.ascontiguousarray(
            _jpeg(np.asarray(padded, np.uint8), int(rng.integers(40, 93)))[down:, across:][:height, :width]
        )
    scale = rng.uniform(0.7, 1.4)
    other = cv2.resize(rgb, (int(width * scale), int(height * scale)), interpolation=cv2.INTER_AREA)
    back = _jpeg(np.asarray(other, np.uint8), int(rng.integers(40, 93)))
    return np.asarray(cv2.resize(back, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)


def _sharpened(rgb: Bytes, rng: np.random.Generator) -> Bytes:
    soft = cv2.GaussianBlur(rgb, (0, 0), rng.uniform(0.6, 2.0))
    amount = float(rng.uniform(0.3, 1.5))
    return np.asarray(cv2.addWeighted(rgb, 1 + amount, soft, -amount, 0), np.uint8)


def _stretched(rgb: Bytes, rng: np.random.Generator) -> Bytes:
    dark, light = rng.uniform(0, 50), rng.uniform(190, 256)
    scaled = np.clip((np.arange(256) - dark) / (light - dark), 0, 1) ** rng.uniform(0.7, 1.4) * 255
    return np.asarray(np.rint(scaled).astype(np.uint8)[rgb], np.uint8)


def _softened(rgb: Bytes, rng: np.random.Generator) -> Bytes:
    if rng.random() < 0.5:
        return np.asarray(cv2.medianBlur(rgb, 3), np.uint8)
    return np.asarray(cv2.GaussianBlur(rgb, (0, 0), rng.uniform(0.4, 0.9)), np.uint8)
