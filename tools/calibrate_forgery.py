"""Learns what the network's measures mean (src/groundstone/forensics/calibration.json), on pages it was not trained on.

    python tools/calibrate_forgery.py PAGES --count 1500 --work FOLDER

PAGES is a folder that benchmarks/genuine wrote. Half of the pairs are as large as phone pictures of receipts, half are
whole pages. What was measured is kept in FOLDER, so that an interrupted run goes on.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tools.forgery_crops import Pages, last_table

from groundstone.errors import InvalidInput
from groundstone.forensics.calibration import Calibration, Logistic
from groundstone.forensics.detect import detect
from groundstone.forensics.forge.pair import make_pixels
from groundstone.forensics.network import Network

MEASURES = ("hottest", "top", "fifth", "usual", "high", "cells", "past", "quality")
TARGET = Path(__file__).resolve().parents[1] / "src/groundstone/forensics/calibration.json"
ALARMS = 0.01  # of genuine pages that may be called forged
LEAST = 0.95  # probability from which a page may be called so at all: real scanners are stranger than ours
MISSED = 0.10  # of forged pages with a history that may be called genuine


def measured(pages: Pages, network: Network, seed: int) -> list[dict[str, Any]]:
    """A genuine page and its forged twin: measures, and how they were made."""
    rng = np.random.default_rng(seed)
    size = (500, 900) if rng.random() < 0.5 else (900, 2300)
    page, donor = pages.crop(rng, size), pages.crop(rng, size)
    try:
        pair = make_pixels(page.rgb, page.words, donor.rgb, donor.words, rng)
    except InvalidInput:  # the page offers no place for a change
        return []
    rows = []
    for label, pixels in enumerate(pair.opened()):
        found = detect(network, pixels, last_table(pair))
        spot = found.spots[0] if found.spots else None
        hit = bool(spot and pair.mask[spot.top : spot.bottom, spot.left : spot.right].any())
        about = {"kind": pair.kind, "history": pair.history, "last": pair.last, "source": page.source}
        rows.append({"label": label, "seed": seed, "hit": hit, "measures": found.measures, **about})
    return rows


def work(folder: Path, out: Path, seeds: range) -> None:
    cv2.setNumThreads(1)
    pages, network = Pages(folder), Network()
    done = {json.loads(line)["seed"] for line in out.read_text().splitlines()} if out.is_file() else set()
    with out.open("a", encoding="utf-8") as file:
        for seed in seeds:
            if seed not in done:
                file.write("".join(json.dumps(row) + "\n" for row in measured(pages, network, seed)))
                file.flush()


def fitted(rows: np.ndarray, labels: np.ndarray, weak: float = 1e-2) -> tuple[np.ndarray, float]:
    """Logistic regression by Newton's method on standardised columns; weights and bias for the columns as they are."""
    mean, spread = rows.mean(0), rows.std(0) + 1e-6
    columns = np.hstack([(rows - mean) / spread, np.ones((len(rows), 1))])
    weights = np.zeros(columns.shape[1])
    for _ in range(50):
        chance = 1 / (1 + np.exp(-columns @ weights))
        slope = columns.T @ (chance - labels) / len(rows) + weak * np.append(weights[:-1], 0)
        curve = (columns * (chance * (1 - chance))[:, None]).T @ columns / len(rows)
        weights -= np.linalg.solve(curve + weak * np.eye(len(weights)), slope)
    return weights[:-1] / spread, float(weights[-1] - (weights[:-1] * mean / spread).sum())


def offsets(odds: np.ndarray, labels: np.ndarray, groups: list[str]) -> float:
    """How far kinds of pages lie from the calibration: the standard deviation of what has to be added to their odds."""
    found = []
    for group in set(groups):
        here = np.array([one == group for one in groups])
        if here.sum() < 20:
            continue
        added = 0.0
        for _ in range(30):
            chance = 1 / (1 + np.exp(-(odds[here] + added)))
            slope = (labels[here] - chance).sum() - added / 4  # drawn to 0: few pages prove little
            added += slope / ((chance * (1 - chance)).sum() + 0.25)
        found.append(added)
    return float(np.std(found)) if len(found) > 2 else 1.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", type=Path)
    parser.add_argument("--count", type=int, default=1500)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    asked = parser.parse_args()
    asked.work.mkdir(parents=True, exist_ok=True)
    files = [asked.work / f"{k}.jsonl" for k in range(asked.processes)]
    workers = [
        multiprocessing.Process(target=work, args=(asked.pages, file, range(k, asked.count, asked.processes)))
        for k, file in enumerate(files)
    ]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    rows = [json.loads(line) for file in files for line in file.read_text().splitlines()]
    rows = [row for row in rows if row["measures"]]
    made = {
        name: _class([row for row in rows if (row["measures"]["past"] > 0) == known])
        for name, known in (("past", True), ("none", False))
    }
    both = [_odds(made["past" if row["measures"]["past"] > 0 else "none"], row) for row in rows]
    chance = 1 / (1 + np.exp(-np.array(both)))
    labels = np.array([row["label"] for row in rows])
    told = np.array([row["measures"]["past"] > 0 for row in rows])
    forged = float(np.clip(np.quantile(chance[labels == 0], 1 - ALARMS), LEAST, 0.99))
    genuine = float(np.clip(np.quantile(chance[(labels == 1) & told], MISSED), 0.05, 0.45))
    result = Calibration(MEASURES, made["past"], made["none"], round(forged, 3), round(genuine, 3))
    TARGET.write_text(result.to_json(), encoding="utf-8")
    _report(rows, chance, labels)
    print(result.to_json())


def _class(rows: list[dict[str, Any]]) -> Logistic:
    columns = np.array([[row["measures"][name] for name in MEASURES] for row in rows])
    labels = np.array([row["label"] for row in rows], float)
    weights, bias = fitted(columns, labels)
    spread = offsets(columns @ weights + bias, labels, [f"{row['last']}" for row in rows])
    return Logistic(tuple(round(float(one), 5) for one in weights), round(bias, 5), round(max(spread, 0.2), 3))


def _odds(one: Logistic, row: dict[str, Any]) -> float:
    return sum(w * row["measures"][name] for w, name in zip(one.weights, MEASURES, strict=True)) + one.bias


def _report(rows: list[dict[str, Any]], chance: np.ndarray, labels: np.ndarray) -> None:
    groups: dict[str, list[int]] = defaultdict(list)
    for number, row in enumerate(rows):
        known = "known" if row["measures"]["past"] > 0 else "unknown"
        for key in (
            "all",
            known,
            f"kind {row['kind']}",
            f"last {row['last']}",
            "saved before" if row["history"] else "not saved before",
        ):
            groups[key].append(number)
    for key, numbers in sorted(groups.items()):
        some, truth = chance[numbers], labels[numbers]
        hits = [rows[number]["hit"] for number in numbers if rows[number]["label"]]
        print(f"{key:24} n {len(numbers):5} AUC {auc(some[truth == 0], some[truth == 1]):.3f} hits {np.mean(hits):.2f}")
    for low in np.arange(0, 1, 0.1):
        here = (chance >= low) & (chance < low + 0.1)
        if here.any():
            print(f"said {low:.1f}-{low + 0.1:.1f}: {labels[here].mean():.2f} of {here.sum()}")


def auc(genuine: np.ndarray, forged: np.ndarray) -> float:
    if not len(genuine) or not len(forged):
        return float("nan")
    return float((forged[:, None] > genuine[None]).mean() + 0.5 * (forged[:, None] == genuine[None]).mean())


if __name__ == "__main__":
    main()
