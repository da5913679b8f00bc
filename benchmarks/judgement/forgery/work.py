"""Working through the plan: files are made and judged, in several processes, and every answer is kept as it comes."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from functools import lru_cache
from multiprocessing import get_context
from pathlib import Path

import cv2
import numpy as np
from benchmarks.judgement.forgery import own, receipts
from benchmarks.judgement.forgery.changes import NotForgeable
from benchmarks.judgement.forgery.judged import Judged, hits, judged_of, pixels_of, size_of, window_aucs
from benchmarks.judgement.forgery.make import Made, made
from benchmarks.judgement.forgery.page import Dice, Page
from benchmarks.judgement.forgery.plan import Case, genuine, pairs
from benchmarks.judgement.forgery.published import PLACES, published
from benchmarks.judgement.forgery.scorers import Scorer, code_of, scorer, version
from PIL import Image

from groundstone.errors import GroundstoneError

DRAWERS = ("own.py", "facts.py", "scanner.py", "layouts")
MAKERS = ("changes.py", "ink.py", "lettering.py", "make.py", "page.py", "plan.py", "receipts.py", "saves.py")


@dataclass(frozen=True, slots=True)
class Setup:
    """What a run needs; sent to every process."""

    scratch: Path
    scorer: str
    words: bool
    receipts: Path | None = None
    tampering: Path | None = None
    donors: tuple[tuple[str, str], ...] = ()

    @property
    def own(self) -> Path:
        """Where our own pages are kept, by the code that draws them."""
        return self.scratch / f"own-{code_of(*DRAWERS)}"

    @property
    def cases(self) -> Path:
        """Where the files of the cases are kept, by the code that makes them."""
        return self.scratch / f"cases-{code_of(*DRAWERS, *MAKERS)}"

    def open(self, page: tuple[str, str]) -> Page:
        """Page (part, name)."""
        part, name = page
        if part == "own":
            return own.own(self.own, name)
        if part == "receipts":
            assert self.receipts  # such pages are only in the plan of a run with a folder
            return receipts.receipt(self.receipts, name)
        assert self.tampering
        with Image.open(self.tampering / name) as picture:
            return Page(name, "tampering", "published", True, np.array(picture.convert("RGB")))


@dataclass(frozen=True, slots=True)
class Task:
    """A case whose files are made, or files that are there."""

    key: str
    page: tuple[str, str]
    condition: str
    case: Case | None = None
    files: tuple[Made, ...] = ()


def tasks(setup: Setup, pages: Sequence[tuple[str, str]], seed: int, conditions: Sequence[str], rounds: int,
          each: int) -> Iterator[Task]:  # fmt: skip
    """All that is to be judged: pairs, genuine files, receipts as they came, published pairs."""
    forgeable = [page for page in pages if page[0] != "tampering"]
    for case in (*pairs(forgeable, seed, conditions, rounds), *genuine(pages, seed, each)):
        yield Task(case.key.replace("/", "_"), case.page, case.condition, case)
    for part, name in pages:
        if part == "receipts" and setup.receipts:
            file = Made(setup.receipts / "img" / f"{name}.jpg", False, "", ())
            yield Task(f"untouched-{name}", (part, name), "genuine: untouched", files=(file,))
    if setup.tampering and any(part == "tampering" for part, _ in pages):
        for pair in published(setup.tampering):
            key = f"published-{pair.name.replace('/', '_')}"
            yield Task(key, ("tampering", pair.name), "published", files=(pair.genuine, pair.forged))


def pages_of(setup: Setup, parts: Sequence[str], limit: int | None) -> list[tuple[str, str]]:
    """The pages of the parts, ``limit`` of each at most, spread over all. Draws those of our own that are missing."""
    named: list[tuple[str, str]] = []
    if "receipts" in parts and setup.receipts:
        named += [("receipts", name) for name in _spread(receipts.receipt_names(setup.receipts), limit)]
    if "own" in parts:
        names = own.own_names()
        own.draw(setup.own, names)
        named += [("own", name) for name in _spread(names, limit)]
    if "tampering" in parts and setup.tampering and (setup.tampering / PLACES).exists():
        originals = {pair.genuine.path.relative_to(setup.tampering).as_posix() for pair in published(setup.tampering)}
        named += [("tampering", name) for name in sorted(originals)]
    return named


def _spread(names: list[str], limit: int | None) -> list[str]:
    if not limit or limit >= len(names):
        return names
    return sorted(Dice("limit").random.sample(names, limit))


def worked(
    setup: Setup, todo: Sequence[Task], jobs: int, fresh: bool = False, judge: Scorer | None = None
) -> list[Judged]:
    """Every answer, from the file of kept answers if what judges has not changed since. ``judge``: a stand-in."""
    kept_at = setup.scratch / "answers" / f"{version(setup.scorer, setup.words)}-{setup.cases.name}.jsonl"
    kept_at.parent.mkdir(parents=True, exist_ok=True)
    if fresh:
        kept_at.unlink(missing_ok=True)
    kept = _kept(kept_at)
    wanted = {task.key for task in todo}
    missing = [task for task in todo if task.key not in kept]
    out = [row for key in wanted & kept.keys() for row in kept[key]]
    progress = _Progress(len(missing), len(todo))
    with kept_at.open("a", encoding="utf-8") as lines:
        for key, rows in _answers(setup, missing, jobs, judge):
            lines.write(json.dumps([key, [row.json() for row in rows]]) + "\n")
            lines.flush()
            out += rows
            progress.step()
    return sorted(out, key=lambda row: (row.key, row.forged))


def _kept(path: Path) -> dict[str, list[Judged]]:
    if not path.exists():
        return {}
    out = {}
    for line in path.read_text("utf-8").splitlines():
        try:
            key, rows = json.loads(line)
        except json.JSONDecodeError:  # the last line of a run that was ended
            continue
        out[key] = [judged_of(row) for row in rows]
    return out


def _answers(
    setup: Setup, missing: Sequence[Task], jobs: int, judge: Scorer | None
) -> Iterable[tuple[str, list[Judged]]]:
    if judge or jobs == 1:
        judge = judge or (scorer(setup.scorer, setup.words) if missing else None)
        for task in missing:
            assert judge
            yield task.key, answered(setup, task, judge)
        return
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # processes share the cores, threads would get in their way
    with ProcessPoolExecutor(jobs, get_context("spawn"), _start, (setup,)) as pool:
        waiting: dict[Future[list[Judged]], str] = {pool.submit(_work, task): task.key for task in missing}
        for done in as_completed(waiting):
            yield waiting[done], done.result()


_here: list[tuple[Setup, Scorer]] = []  # what a process of the pool works with


def _start(setup: Setup) -> None:
    cv2.setNumThreads(1)
    _here.append((setup, scorer(setup.scorer, setup.words)))


def _work(task: Task) -> list[Judged]:
    setup, judge = _here[0]
    return answered(setup, task, judge)


def answered(setup: Setup, task: Task, judge: Scorer) -> list[Judged]:
    """The files of a task, judged; none where the page took no forgery."""
    opened = lru_cache(2)(setup.open)
    try:
        files = made(task.case, setup.cases, opened, list(setup.donors)) if task.case else list(task.files)
    except NotForgeable:
        return []
    return [_judged(task, file, judge) for file in files]


def _judged(task: Task, file: Made, judge: Scorer) -> Judged:
    part, name = task.page
    kind, seen = _about(part, name)
    pixels, began, error = pixels_of(file.path), time.perf_counter(), ""
    try:
        report = judge.judge([file.path])[0]
    except GroundstoneError as refused:
        report, error = None, str(refused)
    seconds = time.perf_counter() - began
    hit = hot = windows = inked = None
    if file.places:
        hit = 0.0
    if report and file.places:
        hit, hot = hits(report, size_of(pixels), file.places)
        windows, inked = window_aucs(report, pixels, file.places)
    low, high = (report.interval if report else None) or (None, None)
    case = task.case
    return Judged(
        task.key, f"{part}/{name}", part, kind, seen, task.condition, file.kind, case.before if case else "",
        case.after if case else "", case.last if case else file.path.suffix.lstrip("."), case.aligned if case else True,
        file.forged, report.verdict if report else "error", report.probability if report else None, low, high,
        tuple(f"{item.kind}: {item.text}" for item in report.evidence) if report else (),
        len(report.boxes) if report else 0, hit, hot, windows, inked, seconds, pixels.shape[0] * pixels.shape[1], error,
        sum(place.width * place.height for place in file.places) / (pixels.shape[0] * pixels.shape[1]),
    )  # fmt: skip


def _about(part: str, name: str) -> tuple[str, bool]:
    """The kind of a page, and whether it is seen."""
    if part == "receipts":
        return "receipt", receipts.seen(name)
    if part == "own":
        return own.kind_of(name), own.seen(name)
    return "published", True


class _Progress:
    """A line on the error stream every ten seconds."""

    def __init__(self, missing: int, total: int) -> None:
        self._began = self._told = time.monotonic()
        self._done, self._missing, self._total = 0, missing, total

    def step(self) -> None:
        self._done += 1
        now = time.monotonic()
        if now - self._told < 10 and self._done < self._missing:
            return
        self._told = now
        left = (now - self._began) / self._done * (self._missing - self._done)
        done = self._total - self._missing + self._done
        print(f"  {done} of {self._total}, {left / 60:.1f} minutes left", file=sys.stderr, flush=True)
