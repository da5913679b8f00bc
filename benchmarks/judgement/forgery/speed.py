"""How long a page of 1700 x 2200 pixels takes, by number of processes."""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from benchmarks.judgement.forgery.page import Dice
from benchmarks.judgement.forgery.saves import file_of, saved
from benchmarks.judgement.forgery.scorers import Scorer, scorer

WIDTH, HEIGHT = 1700, 2200
_judge: list[Scorer] = []


def page(folder: Path) -> Path:
    """A page of that size full of lines of figures and words, saved at quality 75, then at 90."""
    path = folder / "speed.jpg"
    if path.exists():
        return path
    dice, sheet = Dice("speed"), np.full((HEIGHT, WIDTH, 3), 250, np.uint8)
    for top in range(140, HEIGHT - 120, 42):
        words = ("".join(dice.random.choices("abcdefghij0123456789.", k=dice.random.randint(2, 9))) for _ in range(9))
        cv2.putText(sheet, " ".join(words), (120, top), cv2.FONT_HERSHEY_SIMPLEX, 0.85, (30, 30, 30), 2, cv2.LINE_AA)
    noisy = np.clip(sheet + dice.noise.normal(0, 1.5, sheet.shape), 0, 255).astype(np.uint8)
    folder.mkdir(parents=True, exist_ok=True)
    path.write_bytes(file_of(saved(noisy, "jpeg 75"), "jpeg 90")[0])
    return path


def measured(path: Path, name: str, words: bool, processes: Sequence[int], pages: int) -> list[dict[str, Any]]:
    """For each number of processes: seconds a page from start to answer, and what all get through in a second."""
    return [_measured(path, name, words, count, pages) for count in processes]


def _measured(path: Path, name: str, words: bool, count: int, pages: int) -> dict[str, Any]:
    with ProcessPoolExecutor(count, get_context("spawn"), _start, (name, words)) as pool:
        list(pool.map(_one, [path] * 2 * count))  # starting, loading and the first page are not counted
        began = time.perf_counter()
        single = list(pool.map(_one, [path] * pages * count))
        wall = time.perf_counter() - began
    rate = pages * count / wall
    return {
        "processes": count,
        "pages": pages * count,
        "milliseconds a page": 1000 * statistics.median(single),
        "pages a second": rate,
        "megapixels a second": rate * WIDTH * HEIGHT / 1e6,
        "windows a second": rate * (WIDTH // 8) * (HEIGHT // 8),
    }


def _start(name: str, words: bool) -> None:
    cv2.setNumThreads(1)
    _judge.append(scorer(name, words))


def _one(path: Path) -> float:
    began = time.perf_counter()
    _judge[0].judge([path])
    return time.perf_counter() - began
