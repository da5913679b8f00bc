"""A data set of pairs from genuine files, for ``groundstone forensics forge``."""

from __future__ import annotations

import os
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from groundstone.errors import Conflict, InvalidInput
from groundstone.forensics.forge.folder import MANIFEST, Folder
from groundstone.forensics.forge.sources import Cut, Reader, Source, find

if TYPE_CHECKING:
    import numpy as np

    from groundstone.forensics.forge.canvas import Mask
    from groundstone.forensics.forge.changes import Kind
    from groundstone.forensics.forge.last import LastName
    from groundstone.forensics.forge.pair import Pair

Progress = Callable[[str, int, int], None]  # what is being done, steps done, steps in all
History = Literal["both", "with", "without"]
Named = TypeVar("Named", bound=str)
Made = tuple["Pair", bytes, dict[str, Any]]  # with the mask as PNG and what the manifest tells

SIDE = 896  # pixels of a side of the parts that are cut from pages
SIDES = (128, 4096)
TRACES = 95  # quality up to which a save as JPEG leaves traces
MOST = 1_000_000  # pairs
VERSION = 1  # another one makes other bytes of the same seed
_TRIES = 10
_FROM_ELSEWHERE = ("splice", "insertion")  # kinds that may take words from another page


@dataclass(frozen=True, slots=True)
class DataSet:
    """What was made. ``pairs`` in all, ``added`` by this call; ``left_out``: names of files without text to change."""

    path: Path
    manifest: Path
    pairs: int
    added: int
    sources: int
    left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Recipe:
    seed: int
    side: int
    kinds: tuple[Kind, ...]
    lasts: tuple[LastName, ...]
    history: History


def forge(
    pages: Path | Sequence[Path],
    out: Path,
    *,
    count: int,
    seed: int = 5,
    side: int = SIDE,
    kinds: Sequence[str] = (),
    lasts: Sequence[str] = (),
    history: str = "both",
    at_once: int = 0,
    progress: Progress | None = None,
    stop: threading.Event | None = None,
) -> DataSet:
    """Write ``count`` pairs to ``out``: genuine and forged parts of the same pages, masks, and manifest.jsonl.

    Called again with the same arguments (or a larger count) it goes on where it ended. The same seed, files, fonts and
    libraries give the same bytes.

    Args:
        pages: genuine files (pictures, PDFs), or folders of them.
        side: pixels of a side of the parts that are cut from pages.
        kinds, lasts: those of changes.KINDS and last.LASTS that are made; all of them when empty.
        history: whether pages are saved as JPEG before the change: "with", "without", or "both" by chance.
        at_once: pairs made at a time; 0 for as many as there are processors.
        progress: told what is being done, the steps done and the steps in all.

    Raises InvalidInput (nothing to make it from, files that cannot be read, wrong arguments), Conflict (``out`` holds
    something else, or ``stop`` was set), Busy, StoreError.
    """
    recipe = _recipe(count, seed, side, kinds, lasts, history)
    tick = _ticker(progress, stop)
    found = find(pages, out)
    workers = at_once or _processors()
    with Folder(out, _settings(recipe, found)) as folder, Reader(workers) as reader:
        done = folder.written()
        if done > count:
            raise Conflict(
                f"{out} holds {done} pairs already, more than {count}; ask for as many, or name another folder"
            )
        tick("reading the files", 0, len(found))
        sources = reader.examined(found, partial(tick, "reading the files")) if done < count else found
        maker = _Maker(reader, sources, recipe)
        tick("making pairs", done, count)
        for number, (pair, mask, facts) in _in_order(maker.pair, range(done, count), workers):
            folder.add(number, pair, mask, facts)
            tick("making pairs", number + 1, count)
    used = {source.sha256 for source in sources}
    left_out = tuple(source.name for source in found if source.sha256 not in used)
    return DataSet(out, out / MANIFEST, count, count - done, len(sources), left_out)


class _Maker:
    """Makes the pair of a number, whatever was made before."""

    def __init__(self, reader: Reader, sources: Sequence[Source], recipe: _Recipe) -> None:
        self._reader, self._recipe = reader, recipe
        self._pages = [(source, page) for source in sources for page in source.pages]

    def pair(self, number: int) -> Made:
        """The pair, its mask as PNG, and what the manifest tells of it."""
        import numpy as np

        order = np.random.default_rng([self._recipe.seed]).permutation(len(self._pages))
        for attempt in range(_TRIES):
            rng = np.random.default_rng([self._recipe.seed, number, attempt])
            at = int(order[number % len(order)]) if attempt < 3 else int(rng.integers(len(order)))
            made = self._attempt(at, number, attempt, rng)
            if made is not None:
                return made
        raise InvalidInput(
            f"pair {number}: {_TRIES} parts of pages offered no place for the change; allow more kinds, larger parts "
            "(side), or give pages with more text"
        )

    def _attempt(self, at: int, number: int, attempt: int, rng: np.random.Generator) -> Made | None:
        from groundstone.forensics.forge.pair import make_pair

        recipe = self._recipe
        source, page = self._pages[at]
        cut = self._reader.cut(source, page, recipe.side, (recipe.seed, number, attempt))
        kind, last = _one_of(recipe.kinds, rng), _one_of(recipe.lasts, rng)
        donor = self._donor(source, kind, number, rng)
        history = {"both": ..., "without": None}.get(recipe.history, int(rng.integers(40, 96)))
        try:
            pair = make_pair(
                cut.pixels,
                cut.words,
                donor.pixels if donor else None,
                donor.words if donor else None,
                rng,
                kind=kind,
                history=history,
                last=last,
            )
        except InvalidInput:  # no place for it in this part of the page
            return None
        return pair, _png(pair.mask), _facts(source, page, cut, pair, (recipe.seed, number, attempt))

    def _donor(self, source: Source, kind: Kind, number: int, rng: np.random.Generator) -> Cut | None:
        """Part of a page of another file where there is one."""
        others = [one for one in self._pages if one[0] is not source] or self._pages
        one, page = others[int(rng.integers(len(others)))]
        if kind not in _FROM_ELSEWHERE:
            return None
        return self._reader.cut(one, page, self._recipe.side, (self._recipe.seed, number, 1000))


def _facts(source: Source, page: int, cut: Cut, pair: Pair, seed: tuple[int, ...]) -> dict[str, Any]:
    """``history``: quality of the last save as JPEG before the change that left traces, ours or the file's; or None."""
    own = cut.quality if cut.quality is not None and cut.quality <= TRACES else None
    return {
        "source": source.sha256,
        "source_file": source.name,
        "source_page": page,
        "place": list(cut.place),
        "source_quality": cut.quality,
        "history": own if pair.history is None else pair.history,
        "seed": list(seed),
    }


def _recipe(count: int, seed: int, side: int, kinds: Sequence[str], lasts: Sequence[str], history: str) -> _Recipe:
    from groundstone.forensics.forge.changes import KINDS
    from groundstone.forensics.forge.last import LASTS

    if not 1 <= count <= MOST:
        raise InvalidInput(f"a data set has from 1 to {MOST} pairs")
    if seed < 0:
        raise InvalidInput("a seed is a whole number from 0 on")
    if not SIDES[0] <= side <= SIDES[1]:
        raise InvalidInput(f"the side of the parts is from {SIDES[0]} to {SIDES[1]} pixels")
    match history:
        case "both" | "with" | "without":
            return _Recipe(seed, side, _chosen("kind", kinds, KINDS), _chosen("last step", lasts, LASTS), history)
        case _:
            raise InvalidInput(f"history is both, with or without, not {history!r}")


def _chosen(what: str, wanted: Sequence[str], known: tuple[Named, ...]) -> tuple[Named, ...]:
    unknown = [one for one in wanted if one not in known]
    if unknown:
        raise InvalidInput(f"there is no {what} {unknown[0]!r}; there are {', '.join(known)}")
    return tuple(one for one in known if one in wanted) or known


def _settings(recipe: _Recipe, sources: Sequence[Source]) -> dict[str, Any]:
    """What decides the bytes of a data set, but for the number of its pairs."""
    return {
        "version": VERSION,
        "seed": recipe.seed,
        "side": recipe.side,
        "kinds": list(recipe.kinds),
        "lasts": list(recipe.lasts),
        "history": recipe.history,
        "files": [[source.name, source.sha256] for source in sources],
    }


def _in_order(work: Callable[[int], Made], numbers: Sequence[int], at_once: int) -> Iterator[tuple[int, Made]]:
    """Results of several threads in the order of the numbers, a few ahead at most."""
    with ThreadPoolExecutor(at_once, thread_name_prefix="forge") as threads:
        ahead: deque[tuple[int, Future[Made]]] = deque()
        try:
            for number in numbers:
                ahead.append((number, threads.submit(work, number)))
                if len(ahead) > 2 * at_once:
                    first, future = ahead.popleft()
                    yield first, future.result()
            while ahead:
                first, future = ahead.popleft()
                yield first, future.result()
        finally:
            threads.shutdown(wait=True, cancel_futures=True)


def _one_of(names: tuple[Named, ...], rng: np.random.Generator) -> Named:
    return names[int(rng.integers(len(names)))]


def _png(mask: Mask) -> bytes:
    from PIL import Image

    out = BytesIO()
    Image.fromarray(mask).save(out, "PNG")
    return out.getvalue()


def _ticker(progress: Progress | None, stop: threading.Event | None) -> Progress:
    """Progress that raises Conflict once ``stop`` is set."""

    def tick(what: str, done: int, total: int) -> None:
        if stop is not None and stop.is_set():
            raise Conflict("it was stopped; what is written is kept, and the same call goes on from there")
        if progress is not None:
            progress(what, done, total)

    return tick


def _processors() -> int:
    """Those that this process may use, where the system tells."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
