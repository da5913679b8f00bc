"""Small data sets of files whose truth is known, and a network that measures what is written into them."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from groundstone.forensics.calibration import Calibration, Logistic
from groundstone.forensics.collection import read
from groundstone.forensics.looks import Looks
from groundstone.forensics.training_job import Network

NAMES = ("top", "usual", "past")
SHIPPED = Calibration(NAMES, Logistic((0.5, 0, 0), 0.0, 1.0), Logistic((0.2, 0, 0), -0.1, 1.0), 0.9, 0.1)


def measured(data: bytes, name: str) -> dict[str, float]:
    """What ``data_set`` wrote behind the picture."""
    found: dict[str, float] = json.loads(data.rpartition(b"\n")[2])
    return found


NETWORK = Network(measured, SHIPPED, "n" * 64)


def picture(seed: int, wide: int = 64, high: int = 48) -> bytes:
    """A JPEG of coloured noise in large patches, different for each seed."""
    colours = np.random.default_rng(seed).integers(0, 256, (6, 8, 3), np.uint8)
    out = BytesIO()
    Image.fromarray(colours).resize((wide, high), Image.Resampling.NEAREST).save(out, "JPEG", quality=92)
    return out.getvalue()


def data_set(folder: Path, pairs: int = 30, *, gap: float = 4.0, without: int = 0) -> Path:
    """As forge() writes it: pairs of which the forged file measures about ``gap`` more, one source for two pairs.

    ``without``: how many of the pairs, the last ones, have no history of compression.
    """
    chance, lines = np.random.default_rng(7), []
    for part in ("genuine", "forged", "masks"):
        (folder / part).mkdir(parents=True)
    for number in range(pairs):
        past, shift = number < pairs - without, chance.normal()
        for label in ("genuine", "forged"):
            file = f"{label}/{number:06}.jpg"
            top = shift + chance.normal() + (gap if label == "forged" else 0) * (1 if past else 0.5)
            told = {"top": top, "usual": float(chance.normal()), "past": 1.5 if past else 0.0}
            seed = 2 * number + (label == "forged")
            (folder / file).write_bytes(picture(seed) + b"\n" + json.dumps(told).encode())
            lines.append(_line(file, number, label == "forged", past))
        mask = np.zeros((48, 64), np.uint8)
        mask[8:16, 16:32] = 255
        Image.fromarray(mask).save(folder / "masks" / f"{number:06}.png")
    (folder / "manifest.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    return folder


def unlike(place: Path) -> Looks:
    """As if looked at and found all different, which saves the looking."""
    digests = {item.path: item.digest for item in read(place).items}
    return Looks(digests, {digest: [] for digest in digests.values()})


def _line(file: str, number: int, forged: bool, past: bool) -> dict[str, object]:
    kind = ("copy-move", "retype")[number % 2] if forged else None
    return {
        "file": file, "forged": forged, "source": f"document {number // 2}", "kind": kind,
        "history": 80 if past else None, "last": ("jpeg", "png")[number % 2],
        "mask": f"masks/{number:06}.png" if forged else None,
    }  # fmt: skip
