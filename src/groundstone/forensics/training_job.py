"""One training: its data, its options, and the split that it may be measured on."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from groundstone.forensics.calibration import Calibration
from groundstone.forensics.card import Card
from groundstone.forensics.collection import Collection
from groundstone.forensics.leaks import check_split, groups_of
from groundstone.forensics.looks import Looks, look_at
from groundstone.forensics.model_folder import ModelFolder
from groundstone.forensics.samples import Progress
from groundstone.forensics.splits import Split, at_random, honest

RecipeName = Literal["refit", "article"]
SplitName = Literal["honest", "random"]
Measure = Callable[[bytes, str], Mapping[str, float]]  # see measuring.Measuring
PART = ".part"


@dataclass(frozen=True, slots=True)
class Network:
    """The network that stays as it is: what it measures on a file, its ``calibration``, and its ``digest``."""

    measure: Measure
    calibration: Calibration
    digest: str


@dataclass(frozen=True, slots=True)
class Made:
    """``left_out``: names of files that could not be used, each with the reason."""

    model: ModelFolder
    card: Card
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Job:
    """What every recipe needs. ``part``: the folder that work in progress lies in. ``test``: files to test on.

    ``alarms``: the share of genuine files that may be called forged.
    """

    collection: Collection
    out: Path
    split: SplitName
    test: Collection | None
    alarms: float
    repeat: str
    tick: Progress
    stop: threading.Event | None = None
    looks: Looks | None = None

    @property
    def part(self) -> Path:
        return self.out.with_name(self.out.name + PART)


@dataclass(frozen=True, slots=True)
class Sources:
    """Which files of a job are one document, by what is known of them and by what they look like."""

    groups: tuple[str, ...]
    looks: Looks
    by_path: Mapping[Path, str]

    @classmethod
    def of(cls, job: Job) -> Sources:
        """Raises InvalidInput, which names the files that cannot be read."""
        items = (*job.collection.items, *(job.test.items if job.test else ()))
        looks = job.looks or look_at([item.path for item in items], progress=job.tick, stop=job.stop)
        groups = groups_of(items, looks=looks, progress=job.tick, stop=job.stop)
        by_path = dict(zip((item.path for item in items), groups, strict=True))
        return cls(tuple(groups[: len(job.collection.items)]), looks, by_path)

    def check(self, split: Split) -> None:
        """Raises InvalidInput, which names the files, when the two sides share a document."""
        check_split(split.train, split.held, looks=self.looks)


def split_of(job: Job, sources: Sources) -> Split:
    """What a job learns from and tests on. Raises InvalidInput when the two sides share a document."""
    if job.test is not None:
        made = Split(f"tested on {job.test.place.name}", job.collection.items, job.test.items)
    elif job.split == "random":
        made = at_random(job.collection.items)
    else:
        made = honest(job.collection.items, sources.groups)
    sources.check(made)
    return made
