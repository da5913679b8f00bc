"""Trains the page reader (src/groundstone/models/pagereader.npz) on generated forms; needs torch besides.

    python tools/train_page_reader.py --generated 4400 --typed 8000 --minutes 36 --out base.npz
    python tools/train_page_reader.py --init base.npz --generated 2000 --typed 4000 --pages 3000 --minutes 8 \\
        --rate 1e-4 --out src/groundstone/models/pagereader.npz

``--without 0`` leaves out the pages of half of the authors (benchmarks/reader_folds.py): what tools/train_queries.py
needs to learn how far the page reader can be trusted on pages that it has not seen. Training starts from
all-MiniLM-L6-v2 and goes on for so many minutes, whatever the machine makes of them; it is not repeatable to the bit.
"""

from __future__ import annotations

import argparse
import math
import random
import sys
import time
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.reader_data import Posed, collected
from benchmarks.reader_folds import reader_of

from groundstone.models.pagereader import MOST_TOKENS, STORED, PageReader, Weights
from groundstone.models.pagereader_graph import EPSILON, HEADS, LAYERS, WIDTH
from groundstone.models.pagereader_places import ACROSS, SIZES, STEPS, places, relations
from groundstone.models.tensors import TensorFile
from groundstone.platform import Platform

MIXED, MET, NONE = 256, 128, 64  # units of the last layers
BATCH_TOKENS, MOST_PAGES, MOST_ASKED = 2000, 26, 10
NEARBY = 60  # pages of about one length come from so many places before and after in the order of lengths
FRESH, BIASES = 5.0, 40.0  # rates of new layers and of biases of places, by that of old layers
WARM = 60  # steps
NEVER = -1e4


class Block(nn.Module):
    """One layer of the transformer (Devlin et al. 2019, arXiv:1810.04805), with a bias for attention."""

    def __init__(self) -> None:
        super().__init__()
        self.qkv, self.out = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
        self.up, self.down = nn.Linear(WIDTH, 4 * WIDTH), nn.Linear(4 * WIDTH, WIDTH)
        self.n1, self.n2 = nn.LayerNorm(WIDTH, eps=EPSILON), nn.LayerNorm(WIDTH, eps=EPSILON)

    def forward(self, states: Tensor, bias: Tensor) -> Tensor:
        rows, tokens, _ = states.shape
        query, key, value = self.qkv(states).view(rows, tokens, 3, HEADS, WIDTH // HEADS).permute(2, 0, 3, 1, 4)
        # The fused attention of torch is slower on a processor for pages and questions as short as these.
        share = torch.softmax(query @ key.transpose(-1, -2) * (WIDTH // HEADS) ** -0.5 + bias.to(query.dtype), -1)
        states = self.n1(states + self.out((share @ value).transpose(1, 2).reshape(rows, tokens, WIDTH)))
        return self.n2(states + self.down(functional.gelu(self.up(states))))


class Network(nn.Module):
    """The page reader as models/pagereader.py runs it, many pages at a time."""

    def __init__(self, base: TensorFile) -> None:
        super().__init__()
        self.word = nn.Embedding.from_pretrained(torch.tensor(base["embeddings.word_embeddings.weight"]), freeze=True)
        self.pos = nn.Parameter(torch.tensor(base["embeddings.position_embeddings.weight"][: MOST_TOKENS + 2]))
        self.kind = nn.Parameter(torch.tensor(base["embeddings.token_type_embeddings.weight"]))
        self.norm = nn.LayerNorm(WIDTH, eps=EPSILON)
        self.blocks = nn.ModuleList(Block() for _ in range(LAYERS))
        self.bias_joint, self.bias_left, self.bias_right = (
            nn.Parameter(torch.zeros(SIZES[name], HEADS)) for name in ("joint", "left", "right")
        )
        self.across, self.down, self.tall = (nn.Parameter(torch.zeros(STEPS, WIDTH)) for _ in range(3))
        self.tick = nn.Parameter(torch.zeros(4, WIDTH))
        self.A, self.B, self.P, self.R = (nn.Linear(WIDTH, MIXED) for _ in range(4))
        self.head = nn.Linear(MIXED, 2)
        self.dot, self.dotq = nn.Linear(WIDTH, 2 * MET), nn.Linear(WIDTH, 2 * MET)
        self.null0, self.null2 = nn.Linear(2 * WIDTH, NONE), nn.Linear(NONE, 2)
        self._take(base)
        self._lean()

    def _take(self, base: TensorFile) -> None:
        """The layers of MiniLM."""
        with torch.no_grad():
            for name in ("weight", "bias"):
                getattr(self.norm, name).copy_(torch.tensor(base[f"embeddings.LayerNorm.{name}"]))
            for number, block in enumerate(self.blocks):
                prefix = f"encoder.layer.{number}."
                for layer, parts in (
                    *STORED.items(),
                    ("n1", ("attention.output.LayerNorm",)),
                    ("n2", ("output.LayerNorm",)),
                ):
                    for name in ("weight", "bias"):
                        stored = np.concatenate([base[f"{prefix}{part}.{name}"] for part in parts])
                        getattr(getattr(block, layer), name).copy_(torch.tensor(stored))

    def _lean(self) -> None:
        """Where to begin: some heads look left, up, right and down, and questions meet words in one space."""
        level, above = _level(), ACROSS - 1
        with torch.no_grad():
            for head, rows, columns, bias in (
                (0, [level], range(5, 9), 3.0), (0, [level], range(2, 5), 1.5), (1, [level], range(1, 7), 3.0),
                (2, range(3, 8), [above], 3.0), (3, range(5), [above], 3.0), (4, [level], range(8, 15), 2.5),
                (5, range(10, 15), [above], 2.5),
            ):  # fmt: skip
                for row in rows:
                    for column in columns:
                        self.bias_joint[row * ACROSS + column, head] = bias
            self.bias_left[1::2, 6] = 2.0
            nn.init.orthogonal_(self.dot.weight)
            self.dotq.weight.copy_(self.dot.weight)
            nn.init.zeros_(self.dot.bias)
            nn.init.zeros_(self.dotq.bias)

    def groups(self, rate: float) -> list[dict[str, object]]:
        """Parameters by how fast they learn."""
        biases = [self.bias_joint, self.bias_left, self.bias_right]
        fresh = [self.across, self.down, self.tall, self.tick]
        for layer in (self.A, self.B, self.P, self.R, self.head, self.dot, self.dotq, self.null0, self.null2):
            fresh += layer.parameters()
        known = {id(one) for one in (*biases, *fresh)}
        old = [one for one in self.parameters() if id(one) not in known and one.requires_grad]
        return [
            {"params": old, "lr": rate},
            {"params": fresh, "lr": rate * FRESH},
            {"params": biases, "lr": rate * BIASES, "weight_decay": 0.0},
        ]

    def forward(self, batch: dict[str, Tensor]) -> Tensor:
        """(questions, 1 + words, 2): scores of no answer, and of each word to begin or end it."""
        words, whole = self._pages(batch)
        question, page = self._questions(batch["asked"], batch["asked_there"]), batch["of_page"]
        mixed = self.A(words)[page] + self.B(question)[:, None] + self.P(words)[page] * self.R(question)[:, None]
        scores = self.head(functional.gelu(mixed))
        met = self.dot(words)[page].view(*scores.shape[:2], 2, MET) * self.dotq(question).view(-1, 1, 2, MET)
        scores = (scores + met.sum(-1)).float().masked_fill(~batch["words_there"][page][..., None], NEVER)
        none = self.null2(functional.gelu(self.null0(torch.cat([whole[page], question], -1)))).float()
        return torch.cat([none[:, None], scores], 1)

    def _pages(self, batch: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
        states = self.word(batch["ids"]) + self.pos[: batch["ids"].shape[1]] + self.kind[0]
        for table, steps in zip((self.across, self.down, self.tall), batch["places"].unbind(-1), strict=True):
            states = states + functional.embedding(steps, table)
        states = self.norm(states + functional.embedding(batch["ticks"], self.tick))
        biases = (self.bias_joint, self.bias_left, self.bias_right)
        bias = sum(functional.embedding(batch[name], table) for name, table in zip(SIZES, biases, strict=True))
        bias = bias.permute(0, 3, 1, 2) + torch.where(batch["there"], 0.0, NEVER)[:, None, None, :]
        for block in self.blocks:
            states = block(states, bias)
        return torch.bmm(batch["shares"].to(states.dtype), states), states[:, 0]

    def _questions(self, ids: Tensor, there: Tensor) -> Tensor:
        states = self.norm(self.word(ids) + self.pos[: ids.shape[1]] + self.kind[1])
        for block in self.blocks:
            states = block(states, torch.where(there, 0.0, NEVER)[:, None, None, :])
        inside = there[..., None].float()
        return (states * inside).sum(1) / inside.sum(1)

    def load(self, weights: Weights) -> None:
        """Goes on from a file of changes."""
        with torch.no_grad():
            for name, kept in self.named_parameters():
                parts = name.split(".")
                if parts[0] == "blocks":
                    found = weights.block(int(parts[1]), parts[2])[parts[3] == "bias"]
                elif parts[0] != "word":
                    found = weights[name]
                else:
                    continue
                kept.copy_(torch.tensor(found))

    def save(self, path: Path, base: TensorFile) -> None:
        """What models/pagereader.py reads: changes of linear layers in 8 bits, the rest in 16."""
        made: dict[str, np.ndarray] = {}
        for name, kept in self.named_parameters():
            found, parts = kept.detach().float().numpy(), name.split(".")
            if parts[0] == "blocks" and parts[2] in STORED and parts[3] == "weight":
                key = ".".join(parts[:3])
                stored = [base[f"encoder.layer.{parts[1]}.{part}.weight"] for part in STORED[parts[2]]]
                change = found - np.concatenate(stored)
                size = np.abs(change).max(axis=1) / 127 + 1e-12
                made[f"{key}.steps"] = np.rint(change / size[:, None]).astype(np.int8)
                made[f"{key}.size"] = size.astype(np.float32)
            elif parts[0] != "word":
                made[name] = found.astype(np.float16)
        fresh = path.with_suffix(".fresh.npz")
        np.savez_compressed(fresh, **made)  # type: ignore[arg-type]
        fresh.replace(path)


def _level() -> int:
    """The row of steps down for two words in one line."""
    return (SIZES["joint"] - 1) // ACROSS // 2


@dataclass(frozen=True)
class Page:
    """One page as numbers; questions as tokens with the first and last word of the answer, counted from 1."""

    ids: np.ndarray
    owners: np.ndarray
    words: int
    steps: dict[str, np.ndarray]
    places: np.ndarray
    ticks: np.ndarray
    asked: list[tuple[list[int], int, int]]


def prepared(one: Posed, reader: PageReader) -> Page:
    """What the reader sees of a page at its first look; questions that are answered beyond it are left out."""
    some = reader.tokens(one.page.texts)[0]
    page, there = one.page.part(some.start, some.end), some.owners >= 0
    owners = np.where(there, some.owners, 0)
    asked = [
        (reader.question(asked.text), asked.first + 1, asked.last + 1) for asked in one.asked if asked.last < some.end
    ]
    steps = {name: found.astype(np.int16) for name, found in relations(page).items()}
    return Page(
        some.ids, some.owners, some.end, steps, np.where(there[:, None], places(page)[owners], 0),
        np.where(there, page.ticks[owners], 0), asked,
    )  # fmt: skip


def batch(pages: Sequence[Page], rng: random.Random | None = None) -> dict[str, Tensor]:
    """Pages side by side; of many questions ``rng`` picks some."""
    count, tokens, words = len(pages), max(len(one.ids) for one in pages), max(one.words for one in pages)
    made = {
        "ids": np.zeros((count, tokens), np.int64), "there": np.zeros((count, tokens), bool),
        "places": np.zeros((count, tokens, 3), np.int64), "ticks": np.zeros((count, tokens), np.int64),
        "shares": np.zeros((count, words, tokens), np.float32), "words_there": np.zeros((count, words), bool),
        **{name: np.full((count, tokens, tokens), size - 1, np.int64) for name, size in SIZES.items()},
    }  # fmt: skip
    asked: list[tuple[int, tuple[list[int], int, int]]] = []
    for k, one in enumerate(pages):
        long, inside = len(one.ids), np.flatnonzero(one.owners >= 0)
        made["ids"][k, :long], made["there"][k, :long] = one.ids, True
        made["places"][k, :long], made["ticks"][k, :long] = one.places, one.ticks
        made["shares"][k, one.owners[inside], inside] = 1 / np.bincount(one.owners[inside])[one.owners[inside]]
        made["words_there"][k, : one.words] = True
        for name, steps in one.steps.items():
            made[name][k][np.ix_(inside, inside)] = steps[np.ix_(one.owners[inside], one.owners[inside])]
        some = rng.sample(one.asked, MOST_ASKED) if rng and len(one.asked) > MOST_ASKED else one.asked
        asked += [(k, question) for question in some]
    longest = max(len(ids) for _, (ids, _, _) in asked)
    made["asked"] = np.array([ids + [0] * (longest - len(ids)) for _, (ids, _, _) in asked])
    made["asked_there"] = np.array([[k < len(ids) for k in range(longest)] for _, (ids, _, _) in asked])
    made["of_page"] = np.array([k for k, _ in asked])
    made["answers"] = np.array([[first, last] for _, (_, first, last) in asked])
    return {name: torch.from_numpy(array) for name, array in made.items()}


class Pool:
    """Pages in the order of their lengths, so that those of one batch are about as long."""

    def __init__(self, made: Sequence[Posed], reader: PageReader, rng: random.Random) -> None:
        pages = (prepared(one, reader) for one in made)
        self._pages = sorted((one for one in pages if one.asked), key=lambda one: len(one.ids))
        self._lengths, self._rng = [len(one.ids) for one in self._pages], rng

    def __len__(self) -> int:
        return len(self._pages)

    def length(self) -> int:
        return self._rng.choice(self._lengths)

    def near(self, length: int) -> Page:
        place = bisect_left(self._lengths, length) + self._rng.randrange(-NEARBY, NEARBY)
        return self._pages[min(max(place, 0), len(self._pages) - 1)]


def batches(pools: Sequence[Pool], shares: Sequence[float], rng: random.Random) -> Iterator[dict[str, Tensor]]:
    while True:
        length = rng.choices(pools, shares)[0].length()
        count = max(2, min(MOST_PAGES, BATCH_TOKENS // length))
        yield batch([pool.near(length) for pool in rng.choices(pools, shares, k=count)], rng)


def trained(network: Network, pools: Sequence[Pool], shares: Sequence[float], minutes: float, rate: float) -> None:
    rng, began = random.Random(1), time.monotonic()
    optimizer = torch.optim.AdamW(network.groups(rate), weight_decay=0.01, betas=(0.9, 0.98), fused=True)
    rates, smooth = [group["lr"] for group in optimizer.param_groups], math.nan
    network.train()
    for step, made in enumerate(batches(pools, shares, rng), 1):
        gone = (time.monotonic() - began) / 60 / minutes
        if gone >= 1:
            return
        for group, most in zip(optimizer.param_groups, rates, strict=True):
            group["lr"] = most * min(1.0, step / WARM) * max(0.02, 1 - gone)
        with torch.autocast("cpu", torch.bfloat16):
            scores = network(made)
        loss = functional.cross_entropy(scores, made["answers"])
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        smooth = loss.item() if math.isnan(smooth) else 0.98 * smooth + 0.02 * loss.item()
        if step % 50 == 0:
            print(f"{step} steps, {gone:.0%} of the time, loss {smooth:.3f}", flush=True)


def share_right(network: Network, pages: Sequence[Page]) -> tuple[float, float]:
    """Of answerable questions those whose answer begins and ends right; of others those with any answer."""
    right: list[bool] = []
    vain: list[bool] = []
    network.eval()
    with torch.no_grad():
        for page in pages:
            made = batch([page])
            said = network(made).argmax(1)
            for found, wanted in zip(said.tolist(), made["answers"].tolist(), strict=True):
                (right if wanted[0] else vain).append(found == wanted if wanted[0] else found[0] > 0)
    return float(np.mean(right or [0])), float(np.mean(vain or [0]))


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--generated", type=int, default=0, help="samples of the generator")
    options.add_argument("--pages", type=int, default=0, help="samples of benchmarks/forms/pages; Chromium draws")
    options.add_argument("--typed", type=int, default=0, help="samples of form types")
    options.add_argument("--minutes", type=float, required=True)
    options.add_argument("--rate", type=float, default=3e-4)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--init", type=Path, help="goes on from this file")
    options.add_argument("--without", type=int, help="leaves out the layouts of this reader, and is measured on them")
    options.add_argument("--out", type=Path, required=True)
    given = options.parse_args()
    torch.manual_seed(given.seed)
    folder = Platform().weights.path("all-minilm-l6-v2")
    base, reader, rng = TensorFile(folder / "model.safetensors"), PageReader(folder), random.Random(given.seed)
    pools, held = [], []
    for counts in ((0, 0, given.typed), (given.generated, 0, 0), (0, given.pages, 0)):
        made = collected(*counts, seed=given.seed) if any(counts) else []
        if counts[1] and given.without is not None:
            held = [one for one in made if reader_of(one.layout) == given.without]
            made = [one for one in made if reader_of(one.layout) != given.without]
        pools.append(Pool(made, reader, rng))
    shares = (5.0 if given.typed else 0.0, 2.0 if given.generated else 0.0, 5.0 if given.pages else 0.0)
    print(f"typed, generated, pages: {', '.join(str(len(pool)) for pool in pools)}", flush=True)
    network = Network(base)
    if given.init:
        network.load(Weights(base, given.init))
    trained(
        network, [pool for pool in pools if len(pool)], [share for share in shares if share], given.minutes, given.rate
    )
    network.save(given.out, base)
    if held:
        right, vain = share_right(network, [page for one in held[:300] if (page := prepared(one, reader)).asked])
        print(f"pages left out: {right:.3f} right, {vain:.3f} answered in vain")


if __name__ == "__main__":
    main()
