"""Trains the network that finds changed places (src/groundstone/forensics/network.npz); needs torch besides.

    python tools/forgery_crops.py PAGES CROPS --count 9000
    python tools/train_forgery.py CROPS --minutes 50 --out src/groundstone/forensics/network.npz

Every step sees genuine and forged crops of the same places, so that only the change can tell them apart. Training goes
on for so many minutes, whatever the machine makes of them; it is not repeatable to the bit.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import zlib
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tools.forgery_crops import SHAPES

from groundstone.forensics.features import MAPS, TEXT

PIXEL = (16, 24, 32, 48)  # channels of the pixel layers, each half as fine as the one before
MAPPED, WIDE = 32, 64
DILATIONS = (1, 2, 4, 1, 2)
TOP = 4  # windows that speak for the page
PAIRS = 12  # of one step
HELD = 16  # one source in so many is not trained on


class Layer(nn.Module):
    """A convolution, normalised over the batch while it learns; ``folded`` is what remains of it afterwards."""

    def __init__(self, into: int, out: int, size: int = 3, stride: int = 1, gap: int = 1) -> None:
        super().__init__()
        self.conv = nn.Conv2d(into, out, size, stride, gap * (size // 2), gap, bias=False)
        self.norm = nn.BatchNorm2d(out, momentum=0.05)

    def forward(self, state: Tensor) -> Tensor:
        return functional.relu(self.norm(self.conv(state)))

    def folded(self) -> tuple[Tensor, Tensor]:
        """Weight and bias of one convolution that does the same."""
        norm = self.norm
        scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
        return self.conv.weight * scale[:, None, None, None], norm.bias - norm.running_mean * scale


class Network(nn.Module):
    """Pixels and maps to the logarithm of the odds of a change in each 8 x 8 cell."""

    def __init__(self) -> None:
        super().__init__()
        one, two, three, four = PIXEL
        self.p1 = Layer(1, one, 5)
        self.p2 = Layer(one + 2, two, stride=2)  # luma is reduced, then chroma joins
        self.p3 = Layer(two, three, stride=2)
        self.p4 = Layer(three, four)
        self.m1 = Layer(MAPS, MAPPED, 1)
        self.join = Layer(four + MAPPED, WIDE)
        self.blocks = nn.ModuleList(Layer(WIDE, WIDE, gap=gap) for gap in DILATIONS)
        self.context = nn.Linear(2 * WIDE, 2 * WIDE)
        self.head = nn.Conv2d(WIDE, 1, 1)
        nn.init.zeros_(self.context.weight)
        nn.init.zeros_(self.context.bias)
        nn.init.constant_(self.head.bias, -3.0)

    def forward(self, luma: Tensor, chroma: Tensor, maps: Tensor) -> Tensor:
        fine = functional.avg_pool2d(self.p1(luma), 2)
        seen = self.p4(self.p3(self.p2(torch.cat([fine, chroma], 1))))
        text = maps[:, TEXT : TEXT + 1]
        state = self.join(torch.cat([seen, self.m1(maps)], 1))
        for number, block in enumerate(self.blocks):
            state = state + block(state)
            if number == 1:
                state = self.against_page(state, text)
        return self.head(state)[:, 0]

    def against_page(self, state: Tensor, text: Tensor) -> Tensor:
        """What is usual on the page scales and shifts every channel."""
        share = text.mean((2, 3)) + 1e-3
        mean = (state * text).mean((2, 3)) / share
        spread = ((state - mean[..., None, None]).abs() * text).mean((2, 3)) / share
        scale, shift = self.context(torch.cat([mean, spread], 1)).chunk(2, 1)
        return functional.relu(state * (1 + scale[..., None, None]) + shift[..., None, None])


def page_score(heat: Tensor, text: Tensor) -> Tensor:
    """The mean of the hottest places, each the mean of 3 x 3 cells."""
    around = functional.avg_pool2d(heat[:, None], 3, stride=1, padding=1)[:, 0]
    near = functional.max_pool2d(text, 3, stride=1, padding=1)[:, 0]
    flat = torch.where(near > 0, around, torch.full_like(around, -20.0)).flatten(1)
    return flat.topk(TOP, 1).values.mean(1)


class Crops:
    def __init__(self, folder: Path) -> None:
        self.parts: list[dict[str, Any]] = []
        self.about: list[dict[str, Any]] = []
        self.rows: list[tuple[int, int]] = []
        for part in sorted(one for one in folder.iterdir() if one.is_dir()):
            notes = [json.loads(line) for line in (part / "about.jsonl").read_text().splitlines()]
            if not notes:
                continue
            arrays = {
                name: np.memmap(part / f"{name}.bin", dtype=kind, mode="r", shape=(len(notes), *shape))
                for name, (shape, kind) in SHAPES.items()
            }
            self.rows += [(len(self.parts), number) for number in range(len(notes))]
            self.parts.append(arrays)
            self.about += notes

    def batch(self, chosen: np.ndarray, turn: int = 0) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Genuine crops, then the forged ones of the same places; ``turn``: 1 mirrored is not used, text has a way."""
        rows = [self.rows[number] for number in chosen]
        get = {name: np.stack([self.parts[part][name][number] for part, number in rows]) for name in SHAPES}
        luma = np.concatenate([get["luma"][:, 0], get["luma"][:, 1]])[:, None]
        chroma = np.concatenate([get["chroma"][:, 0], get["chroma"][:, 1]]).transpose(0, 3, 1, 2)
        maps = np.concatenate([get["maps"][:, 0], get["maps"][:, 1]]).transpose(0, 3, 1, 2)
        mask = get["mask"].astype(np.float32) / 255
        return (
            torch.from_numpy(luma.astype(np.float32)) / 64 - 3,
            torch.from_numpy(chroma.astype(np.float32)) / 32 - 4,
            torch.from_numpy(np.ascontiguousarray(maps.astype(np.float32))),
            torch.from_numpy(np.concatenate([np.zeros_like(mask), mask])),
        )


def losses(heat: Tensor, text: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
    half = len(heat) // 2
    sure = (mask == 0) | (mask > 0.15)
    label = (mask > 0.15).float()
    each = functional.binary_cross_entropy_with_logits(heat, label, reduction="none")
    near = functional.max_pool2d(text, 3, stride=1, padding=1)[:, 0]
    calm = (label == 0) & sure & (near > 0)
    inside = (each * label).sum((1, 2)) / label.sum((1, 2)).clamp(min=1)
    outside = (each * calm).sum((1, 2)) / calm.sum((1, 2)).clamp(min=1)
    cells = inside[half:].mean() * 0.25 + outside.mean() * 4
    score = page_score(heat, text)
    page = functional.softplus(score[:half]).mean() + functional.softplus(-score[half:]).mean()
    pair = functional.softplus(score[:half] - score[half:]).mean()
    return cells + 0.5 * page + 0.5 * pair, score


def auc(genuine: np.ndarray, forged: np.ndarray) -> float:
    order = np.concatenate([genuine, forged]).argsort().argsort() + 1.0
    return float((order[len(genuine) :].sum() - len(forged) * (len(forged) + 1) / 2) / (len(genuine) * len(forged)))


@torch.no_grad()
def measured(network: Network, crops: Crops, chosen: np.ndarray) -> str:
    network.eval()
    groups = defaultdict(list)
    for start in range(0, len(chosen), PAIRS):
        some = chosen[start : start + PAIRS]
        luma, chroma, maps, mask = crops.batch(some)
        with torch.autocast("cpu", torch.bfloat16):
            heat = network(luma, chroma, maps).float()
        score = page_score(heat, maps[:, TEXT : TEXT + 1]).numpy()
        half = len(some)
        around = functional.avg_pool2d(heat[half:, None], 3, stride=1, padding=1)[:, 0].flatten(1)
        near = functional.max_pool2d(mask[half:, None], 3, stride=1, padding=1)[:, 0].flatten(1)
        hit = near.gather(1, around.argmax(1, keepdim=True))[:, 0] > 0
        for k, number in enumerate(some):
            about = crops.about[number]
            known = float(maps[half + k, TEXT + 1].max()) > 0
            keys = ["all", about["kind"], "known" if known else "unknown", "past" if about["history"] else "none"]
            for key in keys:
                groups[key].append((score[k], score[half + k], bool(hit[k])))
    network.train()
    return " ".join(f"{key} {_figures(some)}" for key, some in sorted(groups.items()))


def _figures(some: list[tuple[float, float, bool]]) -> str:
    genuine, forged, hits = (np.array(column) for column in zip(*some, strict=True))
    return f"{auc(genuine, forged):.3f}/{hits.mean():.2f}({len(some)})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("crops", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--init", type=Path, help="the .pt beside an earlier --out")
    parser.add_argument("--minutes", type=float, default=50)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--held", type=int, default=240)
    asked = parser.parse_args()
    torch.manual_seed(0)
    network = Network().to(memory_format=torch.channels_last)
    if asked.init:
        network.load_state_dict(torch.load(asked.init, weights_only=True))
    print(sum(one.numel() for one in network.parameters()), "parameters", flush=True)
    optimiser = torch.optim.AdamW(network.parameters(), lr=asked.rate, weight_decay=1e-3)
    start, rng, step, recent = time.monotonic(), np.random.default_rng(0), 0, []
    while True:
        crops = Crops(asked.crops)
        kept = np.array([zlib.crc32(one["source"].encode()) % HELD == 0 for one in crops.about])
        train, held = np.flatnonzero(~kept), np.flatnonzero(kept)[: asked.held]
        order = rng.permutation(train)
        for at in range(0, len(order) - PAIRS + 1, PAIRS):
            done = (time.monotonic() - start) / 60 / asked.minutes
            if done >= 1:
                break
            rate = asked.rate * min(1, (step + 1) / 100) * (1 - done) ** 1.0
            for group in optimiser.param_groups:
                group["lr"] = rate
            luma, chroma, maps, mask = crops.batch(np.sort(order[at : at + PAIRS]))
            with torch.autocast("cpu", torch.bfloat16):
                heat = network(luma.contiguous(memory_format=torch.channels_last), chroma, maps)
            loss, score = losses(heat.float(), maps[:, TEXT : TEXT + 1], mask)
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 2.0)
            optimiser.step()
            half = len(score) // 2
            recent.append((float(loss.detach()), float((score[half:] > score[:half]).float().mean())))
            step += 1
            if step % 50 == 0:
                some = np.array(recent[-50:]).mean(0)
                print(f"{done:.3f} step {step} loss {some[0]:.3f} pairs {some[1]:.3f} of {len(train)}", flush=True)
            if step % 400 == 0:
                print("held", measured(network, crops, held), flush=True)
                save(network, asked.out)
            if step % 1500 == 0:
                break  # look for more crops
        if (time.monotonic() - start) / 60 >= asked.minutes:
            break
    print("held", measured(network, crops, held), flush=True)
    save(network, asked.out)


@torch.no_grad()
def save(network: Network, out: Path) -> None:
    """What network.py runs, and beside it what training can go on from."""
    layers = {name: one for name, one in network.named_modules() if isinstance(one, Layer)}
    folded = {name: one.folded() for name, one in layers.items()}
    arrays = {
        f"{name}.{part}": one
        for name, both in folded.items()
        for part, one in zip(("weight", "bias"), both, strict=True)
    }
    arrays |= {name: one for name, one in network.state_dict().items() if name.startswith(("context", "head"))}
    np.savez(out, **{name: one.float().numpy() for name, one in arrays.items()})
    torch.save(network.state_dict(), out.with_suffix(".pt"))


if __name__ == "__main__":
    main()
