"""What a scanner or a telephone makes of a sheet."""

from __future__ import annotations

import io

import cv2
import numpy as np
from PIL import Image, ImageFilter

CONDITIONS = ("clean", "tilted", "blurred", "shadowed", "small", "turned")


def taken(sheet: Image.Image, condition: str, seed: int) -> bytes:
    """JPEG bytes of the sheet under a condition."""
    dice = np.random.default_rng(seed)
    quality = int(dice.integers(55, 90))
    match condition:
        case "clean":
            picture, quality = sheet, 90
        case "tilted":
            picture = sheet.rotate(
                float(dice.uniform(2, 9) * dice.choice([-1, 1])), expand=True, fillcolor=(120, 110, 100)
            )
        case "blurred":
            tilted = sheet.rotate(
                float(dice.uniform(-2, 2)), expand=True, fillcolor=(235, 235, 235), resample=Image.Resampling.BICUBIC
            )
            picture = _noisy(tilted.filter(ImageFilter.GaussianBlur(float(dice.uniform(1.0, 1.8)))), dice, 6)
        case "shadowed":
            picture = _noisy(_lit(_leaning(sheet, dice), dice), dice, 4)
        case "small":
            smaller = sheet.resize((int(sheet.width * 0.5), int(sheet.height * 0.5)), Image.Resampling.BILINEAR)
            picture = _leaning(smaller, dice)
        case _:
            picture = sheet.rotate(int(dice.choice([90, 180, 270])), expand=True)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality)
    return out.getvalue()


def _leaning(sheet: Image.Image, dice: np.random.Generator) -> Image.Image:
    """Perspective, on a dark table."""
    width, height = sheet.size
    edge = 0.06
    corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32)
    moved = edge + corners * (1 - 2 * edge) + dice.uniform(-edge * 0.8, edge * 0.8, (4, 2))
    size = np.array([width, height], np.float32)
    matrix = cv2.getPerspectiveTransform(corners * size, (moved * size * 1.1).astype(np.float32))
    table = tuple(int(value) for value in dice.integers(40, 130, 3))
    out = cv2.warpPerspective(
        np.asarray(sheet), matrix, (int(width * 1.1), int(height * 1.1)), flags=cv2.INTER_AREA, borderValue=table
    )
    return Image.fromarray(out)


def _lit(picture: Image.Image, dice: np.random.Generator) -> Image.Image:
    """Light from one side and the shadow of a hand."""
    pixels = np.asarray(picture).astype(np.float32)
    height, width = pixels.shape[:2]
    across, down = np.meshgrid(np.linspace(-1, 1, width), np.linspace(-1, 1, height))
    angle = dice.uniform(0, 2 * np.pi)
    light = 0.82 + 0.25 * (across * np.cos(angle) + down * np.sin(angle))
    shadow = 1 - 0.35 / (1 + np.exp(-12 * (across * np.sin(angle) - down * np.cos(angle) - dice.uniform(0, 0.6))))
    return Image.fromarray(np.clip(pixels * (light * shadow)[..., None], 0, 255).astype(np.uint8))


def _noisy(picture: Image.Image, dice: np.random.Generator, level: float) -> Image.Image:
    pixels = np.asarray(picture).astype(np.float32)
    return Image.fromarray(np.clip(pixels + dice.normal(0, level, pixels.shape), 0, 255).astype(np.uint8))
