"""What is drawn: receipts, statements, letters of this package's own, and the forms of benchmarks/forms.

Splits share no design. "dev" has the item layouts of tills, heads of statements, styles of tables and the faces that
tills.py, accounts.py and letters.py hold out; of form types every tenth by its name; the layouts and Chromium files
that benchmarks/forms itself marks "dev". "train" leaves out Chromium pages in a held-out face.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path

import numpy as np
from benchmarks.forms.form_types import FormType, form_types
from benchmarks.forms.layouts import ALL
from benchmarks.forms.sample import Sample, samples
from benchmarks.forms.typed_bank import Nearest
from benchmarks.forms.typed_forms import type_sample
from benchmarks.forms.typed_values import Values
from benchmarks.genuine.accounts import payslip, statement
from benchmarks.genuine.chromium import Kept, kept_pages
from benchmarks.genuine.leaf import Leaf, Rect
from benchmarks.genuine.papers import invoice, letter, table, ticket
from benchmarks.genuine.tills import receipt
from numpy.typing import NDArray

SPLITS = ("train", "dev")
DENSE = (statement, statement, payslip, payslip, invoice, letter, letter, table)
EVERY = 6  # one number in so many is a kept page
TIMES = 2  # a drawing that is kept is given out this often at most, each time with another look


@dataclass(frozen=True)
class Clean:
    """A drawing that exists as pixels (RGB) only, with its words in pixels."""

    picture: NDArray[np.uint8]
    words: list[Rect]
    source: str
    kind: str
    renderer: str


class Sources:
    """Draws what a page is made of. Raises ValueError for a split that is none of ``SPLITS``."""

    def __init__(self, split: str, seed: int, cache: Path | None = None) -> None:
        if split not in SPLITS:
            raise ValueError(f"split {split!r} is none of {', '.join(SPLITS)}: give one of them")
        self.split, self.seed = split, seed
        self._kept = kept_pages(cache, split) if cache is not None else []
        self._order = list(range(len(self._kept))) * TIMES
        random.Random(f"kept {seed}").shuffle(self._order)

    @cached_property
    def types(self) -> list[FormType]:
        return [kind for kind in form_types() if held_out(kind.name) == (self.split == "dev")]

    @cached_property
    def _values(self) -> Values:
        return Values(Nearest(None))

    def leaf(self, rng: random.Random, kind: str) -> Leaf | Clean:
        """A drawing of kind "till", "dense" or "form"."""
        if kind == "till":
            return receipt(rng, self.split)
        if kind == "dense":
            return rng.choice(DENSE)(rng, self.split)
        return ticket(rng, self.split) if rng.random() < 0.12 else self._form(rng)

    def kept(self, number: int) -> Clean | None:
        """The page of Chromium that a number stands for: one number in ``EVERY``, until all were given ``TIMES``."""
        turn, rest = divmod(number, EVERY)
        if rest or turn >= len(self._order):
            return None
        kept: Kept = self._kept[self._order[turn]]
        return Clean(kept.picture(), kept.words, f"chromium-{kept.name}", "form", "chromium")

    def _form(self, rng: random.Random) -> Clean:
        if rng.random() < 0.25:
            return _clean(self._layout(rng))
        kind = rng.choice(self.types)
        return _clean(type_sample(kind, str(rng.randrange(10**9)), self._values, levels=(0,)))

    def _layout(self, rng: random.Random) -> Sample:
        """A layout of the split: samples of one family show its layouts in turn, and the last is taken."""
        layouts = [one for one in ALL if one.split == self.split]
        family = rng.choice(layouts).family
        turn = rng.randint(1, sum(one.family == family for one in layouts))
        *_, last = samples(self.split, rng.randrange(10**9), turn, levels=(0,), families=(family,))
        return last


def held_out(name: str) -> bool:
    """Whether a form type is for "dev": every tenth, by its name."""
    return int(sha256(name.encode()).hexdigest(), 16) % 10 == 0


def _clean(sample: Sample) -> Clean:
    picture = np.asarray(sample.sheet.picture().convert("RGB"), np.uint8)
    return Clean(picture, [word.rect for word in sample.sheet.words], f"form-{sample.id}", "form", "pillow")
