"""Leaks between what is learned from and what is tested on: the same bytes, the same page, the same source document.

A network that was tested on pages it has learned by heart looks far better than it is. Files leak when they are equal
byte for byte (SHA-256), when they show the same page (saved again, resized, slightly turned, forged in a place), or
when they are known to come from one document.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from groundstone.errors import InvalidInput
from groundstone.forensics.looks import Looks, look_at

LeakKind = Literal["same source", "same bytes", "same page"]
Progress = Callable[[str, int, int], None]  # what is being done, steps done, steps in all
SHOWN = 20  # leaks that an error names


class File(Protocol):
    """A file of a data set. ``source``: the document it comes from, "" where that is not known."""

    @property
    def path(self) -> Path: ...
    @property
    def name(self) -> str: ...
    @property
    def source(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Plain:
    """A bare file."""

    path: Path
    name: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Leak:
    """Two files, by their names, that must stand on the same side of a split."""

    kind: LeakKind
    one: str
    other: str

    def __str__(self) -> str:
        return f"{self.one} and {self.other} ({_WORDS[self.kind]})"


_WORDS = {
    "same source": "from one source document",
    "same bytes": "equal byte for byte",
    "same page": "the same page",
}


def files_of(paths: Sequence[Path]) -> list[File]:
    """Bare files, named by their paths."""
    return [Plain(path, str(path)) for path in paths]


def find_leaks(
    files: Sequence[File],
    *,
    looks: Looks | None = None,
    progress: Progress | None = None,
    stop: threading.Event | None = None,
) -> list[Leak]:
    """Which files belong together: each is named once with the first file of its group that it is like.

    Args:
        looks: what is known of the files from ``looks.look_at``; looked at now without it.

    Raises InvalidInput for files that cannot be read, and Conflict once ``stop`` is set.
    """
    known = looks or look_at([file.path for file in files], progress=progress, stop=stop)
    return _Groups(files, known, progress, stop).leaks


def groups_of(
    files: Sequence[File],
    *,
    looks: Looks | None = None,
    progress: Progress | None = None,
    stop: threading.Event | None = None,
) -> list[str]:
    """The source of each file: one name for all that belong together by source, bytes or page. Raises as find_leaks."""
    known = looks or look_at([file.path for file in files], progress=progress, stop=stop)
    return _Groups(files, known, progress, stop).names()


def check_split(
    train: Sequence[File],
    test: Sequence[File],
    *,
    looks: Looks | None = None,
    progress: Progress | None = None,
    stop: threading.Event | None = None,
) -> None:
    """Raises InvalidInput, which names the files, when one side holds what the other one holds."""
    both = [*train, *test]
    known = looks or look_at([file.path for file in both], progress=progress, stop=stop)
    leaks = _Groups(both, known, progress, stop).across(len(train))
    if leaks:
        shown = "; ".join(map(str, leaks[:SHOWN]))
        more = f"; and {len(leaks) - SHOWN} more" if len(leaks) > SHOWN else ""
        raise InvalidInput(
            f"{len(leaks)} test files are known from the training files, so that the test would measure memory: {shown}"
            f"{more}. Split by source document, or leave these files out of one side"
        )


def split_by_source(
    manifest: Path | Sequence[File], share: float = 0.2, seed: int = 5, *, looks: Looks | None = None
) -> tuple[list[str], list[str]]:
    """Names of the files to learn from and to test on: about ``share`` of the sources, each whole, on the second side.

    Args:
        manifest: manifest.jsonl of a data set that ``forge`` made, or files.

    Raises InvalidInput for a damaged manifest, or when all files come from one source.
    """
    if not 0 < share < 1:
        raise InvalidInput("the share to test on lies between 0 and 1")
    files = _of_manifest(manifest) if isinstance(manifest, Path) else list(manifest)
    groups = groups_of(files, looks=looks)
    names = sorted(set(groups))
    if len(names) < 2:
        raise InvalidInput(
            f"all {len(files)} files come from one source document: nothing is left to test on; add documents"
        )
    import numpy as np

    order = np.random.default_rng(seed).permutation(len(names)).tolist()
    tested = {names[index] for index in order[: min(len(names) - 1, max(1, round(share * len(names))))]}
    learned, held = (
        [file.name for file, group in zip(files, groups, strict=True) if (group in tested) == side]
        for side in (False, True)
    )
    return learned, held


def _of_manifest(manifest: Path) -> list[File]:
    try:
        lines = manifest.read_text("utf-8").splitlines()
        told = [json.loads(line) for line in lines if line.strip()]
        return [Plain(manifest.parent / str(one["file"]), str(one["file"]), str(one["source"])) for one in told]
    except OSError as error:
        raise InvalidInput(f"{manifest} cannot be read: {error.strerror}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise InvalidInput(f"{manifest} is damaged ({error}); make the data set anew") from error


class _Groups:
    """Files that belong together, found by union of what two of them share."""

    def __init__(
        self, files: Sequence[File], looks: Looks, progress: Progress | None, stop: threading.Event | None
    ) -> None:
        self._files, self._looks = files, looks
        self._parents = list(range(len(files)))
        self._pairs: list[tuple[int, int, LeakKind]] = []
        self._join_keys([file.source for file in files], "same source")
        self._join_keys([looks.digest(file.path) for file in files], "same bytes")
        for one, other in looks.same_pages([file.path for file in files], self._together, progress, stop):
            self._join(one, other, "same page")

    @property
    def leaks(self) -> list[Leak]:
        return [Leak(kind, self._files[one].name, self._files[other].name) for one, other, kind in self._pairs]

    def names(self) -> list[str]:
        """Of each file's group: the source of its first file, or else that file's own name."""
        return [
            self._files[root].source or f"file {self._files[root].name}"
            for root in map(self._root, range(len(self._files)))
        ]

    def across(self, count: int) -> list[Leak]:
        """Of the files from ``count`` on, each that has a like before it."""
        found = []
        first: dict[int, int] = {}
        for index in range(count):
            first.setdefault(self._root(index), index)
        for index in range(count, len(self._files)):
            like = first.get(self._root(index))
            if like is not None:
                kind, at = self._nearest(index, count, like)
                found.append(Leak(kind, self._files[at].name, self._files[index].name))
        return found

    def _nearest(self, index: int, count: int, like: int) -> tuple[LeakKind, int]:
        """The plainest reason, and the file before ``count`` that it is about."""
        mine = self._files[index]
        digest = self._looks.digest(mine.path)
        for at in range(count):
            if self._looks.digest(self._files[at].path) == digest:
                return "same bytes", at
        for at in range(count):
            if mine.source and self._files[at].source == mine.source:
                return "same source", at
        return "same page", like

    def _join_keys(self, keys: Sequence[str], kind: LeakKind) -> None:
        first: dict[str, int] = {}
        for index, key in enumerate(keys):
            if key and first.setdefault(key, index) != index:
                self._join(first[key], index, kind)

    def _join(self, one: int, other: int, kind: LeakKind) -> None:
        roots = sorted((self._root(one), self._root(other)))
        if roots[0] != roots[1]:
            self._parents[roots[1]] = roots[0]
            self._pairs.append((min(one, other), max(one, other), kind))

    def _together(self, one: int, other: int) -> bool:
        return self._root(one) == self._root(other)

    def _root(self, index: int) -> int:
        while self._parents[index] != index:
            self._parents[index] = self._parents[self._parents[index]]
            index = self._parents[index]
        return index
