"""Who judges: Groundstone through its narrow door, or the plain error level analysis that it has to beat."""

from __future__ import annotations

import atexit
import hashlib
import io
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from groundstone.forensics.base import Heat, PageReport, Report
from groundstone.records import Box

WINDOW = 32  # pixels, side of a window of the baseline
CELL = 16  # pixels, step between its windows


class Scorer(Protocol):
    def judge(self, paths: Sequence[Path]) -> list[Report]: ...


def scorer(name: str, words: bool = True) -> Scorer:
    """One of ``SCORERS``."""
    return SCORERS[name](words)


def version(name: str, words: bool) -> str:
    """A name for what judges, another one as soon as its code or its network changes: kept answers hang on it."""
    import groundstone.forensics

    code = _hashed((Path(groundstone.forensics.__file__).parent if name == "ours" else Path(__file__),))
    return f"{name}{'' if words or name != 'ours' else '-no-words'}-{code}"


def code_of(*names: str) -> str:
    """The same for the files of this package."""
    return _hashed(tuple(Path(__file__).with_name(name) for name in names))


@cache
def _hashed(paths: tuple[Path, ...]) -> str:
    found = [file for path in paths for file in ([path] if path.is_file() else sorted(path.rglob("*")))]
    told = hashlib.sha256()
    for file in found:
        if file.is_file() and "__pycache__" not in file.parts:
            told.update(file.name.encode() + b"\0" + file.read_bytes())
    return told.hexdigest()[:12]


class Ours:
    """``Platform().forensics``; file names are hidden from it, since they say what is forged."""

    def __init__(self, words: bool = True) -> None:
        from groundstone import Platform

        platform = Platform()
        atexit.register(platform.close)  # ends its child processes
        self._forensics = platform.forensics
        self._words = words

    def judge(self, paths: Sequence[Path]) -> list[Report]:
        return [self._forensics.check(path.read_bytes(), f"page{path.suffix}", words=self._words) for path in paths]


class ErrorLevels:
    """Saved at quality 90 and compared, at full resolution; the brightest window is the score and the place."""

    def __init__(self, words: bool = False) -> None:
        """It knows nothing of words."""

    def judge(self, paths: Sequence[Path]) -> list[Report]:
        return [self._report(path) for path in paths]

    def _report(self, path: Path) -> Report:
        with Image.open(path) as picture:
            pixels = np.array(picture.convert("RGB"))
        height, width = pixels.shape[:2]
        windows = _windows(_levels(pixels))
        row, column = np.unravel_index(int(windows.argmax()), windows.shape)
        probability = float(1 - np.exp(-windows.max() / 12))
        side = (min(1.0, WINDOW / width), min(1.0, WINDOW / height))
        box = Box(min(column * CELL / width, 1 - side[0]), min(row * CELL / height, 1 - side[1]), *side)
        heat = _heat(windows, (height, width))
        said = "forged" if probability > 0.5 else "genuine"
        interval = (probability, probability)
        basis = "error levels at quality 90"
        page = PageReport(1, width, height, said, basis, probability, interval, (), (box,), heat)
        return Report(path.name, "image/*", 1, said, basis, probability, interval, (), (box,), (page,))


SCORERS: dict[str, Callable[[bool], Scorer]] = {"ela": ErrorLevels, "ours": Ours}


def _levels(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "JPEG", quality=90)
    again = np.array(Image.open(io.BytesIO(out.getvalue())).convert("RGB"))
    return np.asarray(np.abs(pixels.astype(np.int16) - again).max(axis=2), np.float32)


def _windows(levels: NDArray[np.float32]) -> NDArray[np.float32]:
    """Means of windows of 32 x 32, one every 16 pixels."""
    height, width = levels.shape
    padded = np.pad(levels, ((0, -height % CELL), (0, -width % CELL)))
    cells = padded.reshape(padded.shape[0] // CELL, CELL, padded.shape[1] // CELL, CELL).mean(axis=(1, 3))
    framed = np.pad(cells, ((0, 1), (0, 1)))
    return np.asarray((framed[:-1, :-1] + framed[1:, :-1] + framed[:-1, 1:] + framed[1:, 1:]) / 4, np.float32)


def _heat(windows: NDArray[np.float32], shape: tuple[int, int]) -> Heat:
    rows, columns = -(-shape[0] // CELL), -(-shape[1] // CELL)
    scaled = np.clip(windows / max(1e-6, float(windows.max())) * 255, 0, 255)
    return Heat(rows, columns, scaled.astype(np.uint8).tobytes())
