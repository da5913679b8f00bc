"""A scanner and a printer of this judgement's own: what paper, lamp, lens, sensor and firmware do to a sheet."""

from __future__ import annotations

import cv2
import numpy as np
from benchmarks.judgement.forgery.page import Area, Dice, Pixels
from numpy.typing import NDArray

Matrix = NDArray[np.float64]  # 2 x 3, from the sheet to the scan


def printed(pixels: Pixels, dice: Dice) -> Pixels:
    """What a laser printer puts on paper: a clustered screen for greys at twice the resolution, with some dot gain."""
    height, width = pixels.shape[:2]
    large = cv2.resize(pixels, (2 * width, 2 * height), interpolation=cv2.INTER_CUBIC).astype(np.float32)
    down, across = np.mgrid[0 : 2 * height, 0 : 2 * width].astype(np.float32)
    angle, pitch = np.deg2rad(dice.random.uniform(30, 60)), dice.random.uniform(3.2, 4.4)
    turned = (across * np.cos(angle) + down * np.sin(angle), down * np.cos(angle) - across * np.sin(angle))
    screen = 127 + 63 * (np.cos(2 * np.pi * turned[0] / pitch) + np.cos(2 * np.pi * turned[1] / pitch))
    dots = np.where(large > np.clip(screen, 8, 246)[..., None], 255, 0).astype(np.float32)
    spread = cv2.GaussianBlur(dots, (0, 0), dice.random.uniform(0.8, 1.3))
    small = cv2.resize(spread, (width, height), interpolation=cv2.INTER_AREA)
    return np.clip(np.round(small), 0, 255).astype(np.uint8)


def scanned(pixels: Pixels, dice: Dice) -> tuple[Pixels, Matrix]:
    """The sheet as a flatbed or a feeder gives it, of the same size, and how places moved."""
    matrix = _skew(pixels, dice)
    height, width = pixels.shape[:2]
    sheet = cv2.warpAffine(
        pixels, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_CONSTANT, borderValue=(248,) * 3
    ).astype(np.float32)
    light = sheet / 255 * _paper((height, width), dice)[..., None] * _lamp((height, width), dice)[..., None]
    across, along = dice.random.uniform(0.35, 0.9), dice.random.uniform(0.35, 0.75)
    seen = np.asarray(cv2.GaussianBlur(light, (0, 0), sigmaX=across, sigmaY=along), np.float32)
    return _developed(_sensed(seen, dice), dice), matrix


def moved(area: Area, matrix: Matrix) -> Area:
    """The rectangle around a place after the move."""
    corners = np.array(
        [[area.left, area.top], [area.right, area.top], [area.right, area.bottom], [area.left, area.bottom]], np.float64
    )
    there = corners @ matrix[:, :2].T + matrix[:, 2]
    left, top = np.floor(there.min(axis=0)).astype(int)
    right, bottom = np.ceil(there.max(axis=0)).astype(int)
    return Area(int(left), int(top), int(right), int(bottom))


def _skew(pixels: Pixels, dice: Dice) -> Matrix:
    height, width = pixels.shape[:2]
    turned = cv2.getRotationMatrix2D((width / 2, height / 2), dice.random.gauss(0, 0.35), dice.random.uniform(0.99, 1))
    turned[:, 2] += np.array([dice.random.uniform(-3, 3), dice.random.uniform(-3, 3)])
    return np.asarray(turned, np.float64)


def _paper(shape: tuple[int, int], dice: Dice) -> NDArray[np.float32]:
    """Reflectance from place to place: clouds of the pulp and single fibres."""
    height, width = shape
    clouds = dice.noise.normal(0, 1, (height // 24 + 2, width // 24 + 2)).astype(np.float32)
    fibres = cv2.GaussianBlur(dice.noise.normal(0, 1, shape).astype(np.float32), (0, 0), 0.9)
    cloud = cv2.resize(clouds, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.asarray(1 - 0.006 * dice.random.random() * cloud - 0.012 * dice.random.random() * fibres, np.float32)


def _lamp(shape: tuple[int, int], dice: Dice) -> NDArray[np.float32]:
    """Brightness across the bed: weaker to the ends, a drift along the way, a shadow at the spine now and then."""
    height, width = shape
    across, down = np.linspace(-1, 1, width), np.linspace(0, 1, height)
    beam = 1 - dice.random.uniform(0, 0.05) * (across - dice.random.uniform(-0.3, 0.3)) ** 2
    drift = 1 + dice.random.uniform(-0.02, 0.02) * down
    if dice.chance(0.25):
        beam *= 1 - dice.random.uniform(0.1, 0.3) * np.exp(-(across + 1) * dice.random.uniform(20, 60))
    return np.outer(drift, beam).astype(np.float32)


def _sensed(light: NDArray[np.float32], dice: Dice) -> NDArray[np.float32]:
    """Shot noise, read noise, and lines that differ a little from their neighbours."""
    shot, read = dice.random.uniform(0.002, 0.012), dice.random.uniform(0.001, 0.005)
    deviation = np.sqrt(shot**2 * np.clip(light, 0, 1) + read**2)
    noise = dice.noise.normal(0, 1, light.shape).astype(np.float32) * deviation
    lines = dice.noise.normal(0, dice.random.uniform(0, 0.002), (light.shape[0], 1, 1)).astype(np.float32)
    columns = dice.noise.normal(0, dice.random.uniform(0, 0.003), (1, light.shape[1], 1)).astype(np.float32)
    return np.asarray(light + noise + lines + columns, np.float32)


def _developed(light: NDArray[np.float32], dice: Dice) -> Pixels:
    """Firmware: sharpening, black and white point, tone, grey or a tint."""
    if dice.chance(0.5):
        light = light + dice.random.uniform(0.3, 0.9) * (light - cv2.GaussianBlur(light, (0, 0), 1.1))
    black, white = dice.random.uniform(-0.04, 0.06), dice.random.uniform(0.92, 1.06)
    tone = np.clip((light - black) / (white - black), 0, 1) ** dice.random.uniform(0.85, 1.15)
    tint = np.array([1, dice.random.uniform(0.98, 1), dice.random.uniform(0.94, 1)], np.float32)
    out = tone.mean(axis=2, keepdims=True).repeat(3, axis=2) if dice.chance(0.3) else tone * tint
    return np.asarray(np.clip(np.round(out * 255), 0, 255), np.uint8)
