"""A page printed and scanned, simulated: blur, tones, light that falls off, grain."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from groundstone.forensics.forge.canvas import Picture


@dataclass(frozen=True, slots=True)
class Scan:
    """One scanner with all its numbers. Applied to two pictures of a size, it does the very same to both.

    ``blur``: pixels. ``gamma``, ``black``, ``white``: the curve of tones (grey levels of full ink and of paper).
    ``light``: grey levels by which the page darkens across and down. ``grain``: standard deviation in grey levels,
    and ``coarse`` its blur in pixels. ``tint``: factors of red, green and blue.
    """

    blur: float
    gamma: float
    black: float
    white: float
    light: tuple[float, float]
    grain: float
    coarse: float
    tint: tuple[float, float, float]
    seed: int

    def apply(self, pixels: Picture) -> Picture:
        """The scanned picture (H, W, 3)."""
        soft = cv2.GaussianBlur(pixels, (0, 0), self.blur)
        tones = self._tones()
        made = np.stack([tones[channel][soft[..., channel]] for channel in range(3)], axis=-1)
        made += self._uneven(pixels.shape[0], pixels.shape[1])[..., None]
        return np.asarray(np.clip(np.rint(made), 0, 255), np.uint8)

    def _tones(self) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
        curve = (np.arange(256) / 255) ** self.gamma * (self.white - self.black) + self.black
        return np.stack([curve * factor for factor in self.tint]).astype(np.float32)

    def _uneven(self, high: int, wide: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
        rng = np.random.default_rng(self.seed)
        across = np.linspace(0, self.light[0], wide, dtype=np.float32)[None, :]
        down = np.linspace(0, self.light[1], high, dtype=np.float32)[:, None]
        grain = rng.standard_normal((high, wide), dtype=np.float32)
        if self.coarse:
            grain = np.asarray(cv2.GaussianBlur(grain, (0, 0), self.coarse), np.float32)
            grain /= max(float(grain.std()), 1e-6)
        return np.asarray(grain * np.float32(self.grain) - across - down, np.float32)


def draw_scan(rng: np.random.Generator) -> Scan:
    """A scanner by chance."""
    tint = rng.uniform(0.97, 1.0, 3) if rng.random() < 0.7 else np.ones(3)
    light = rng.uniform(-10, 10, 2) if rng.random() < 0.7 else np.zeros(2)
    return Scan(
        blur=float(rng.uniform(0.4, 1.1)),
        gamma=float(rng.uniform(0.75, 1.3)),
        black=float(rng.uniform(0, 45)),
        white=float(rng.uniform(232, 256)),
        light=(float(light[0]), float(light[1])),
        grain=float(rng.uniform(0.5, 5)),
        coarse=float(rng.choice((0.0, 0.5, 0.8))),
        tint=(float(tint[0]), float(tint[1]), float(tint[2])),
        seed=int(rng.integers(2**31)),
    )
