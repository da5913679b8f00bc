"""The genuine files that a data set is made from, read in limited child processes."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from groundstone.documents.examine import MAX_BYTES, media_type
from groundstone.errors import GroundstoneError, InvalidInput, LimitExceeded
from groundstone.sandbox import Limits, Sandbox

if TYPE_CHECKING:
    from groundstone.forensics.forge.canvas import Picture, Rect

ENDINGS = (".pdf", ".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp", ".heic", ".heif", ".gif", ".bmp")
SHOWN = 20  # files that an error names
_CHILD = "groundstone.forensics.forge.child_page"
_LIMITS = Limits(cpu=120, wall=240.0, memory=3 * 2**30)
_READING = 2**20  # bytes


@dataclass(frozen=True, slots=True)
class Source:
    """A genuine file. ``name``: as the data set tells it. ``pages``: numbers of those that can be used."""

    path: Path
    name: str
    sha256: str
    pages: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Cut:
    """A part of a page (H, W, 3) with its words; ``place``: its box on the page, in pixels.

    ``quality``: of the save as JPEG that the file or its picture was in, None for none.
    """

    pixels: Picture
    words: list[Rect]
    place: Rect
    quality: int | None


class Reader:
    """Reads pages of files, ``at_once`` at a time. Use as a context; it ends its processes at the end."""

    def __init__(self, at_once: int) -> None:
        self._at_once = at_once
        self._sandbox = Sandbox({"page": _CHILD}, _LIMITS, preload=(_CHILD,), at_once=at_once)

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, *_: object) -> None:
        self._sandbox.close()

    def examined(self, sources: Sequence[Source], tick: Callable[[int, int], None]) -> list[Source]:
        """The same with their pages; those without any page to use are left out.

        Raises InvalidInput that names every file which cannot be read, and says why.
        """
        found, wrong = [], []
        with ThreadPoolExecutor(self._at_once, thread_name_prefix="sources") as threads:
            for number, (source, answer) in enumerate(zip(sources, threads.map(self._pages, sources), strict=True), 1):
                if isinstance(answer, str):
                    wrong.append(f"{source.name}: {answer}")
                elif answer:
                    found.append(Source(source.path, source.name, source.sha256, answer))
                tick(number, len(sources))
        if wrong:
            raise InvalidInput(f"{listed(wrong)}; save them anew, or take them out")
        if not found:
            raise InvalidInput(f"none of the {len(sources)} files has a page with text on it; give genuine documents")
        return found

    def cut(self, source: Source, page: int, side: int, seed: tuple[int, ...]) -> Cut:
        """A square of ``side`` pixels around text of a page, the same for the same seed."""
        answer = self._run(source, want="cut", page=page, side=side, seed=list(seed))
        import numpy as np

        left, top, right, bottom = (int(value) for value in answer["place"])
        flat = np.frombuffer(base64.b64decode(answer["pixels"]), np.uint8)
        words = [(int(w[0]), int(w[1]), int(w[2]), int(w[3])) for w in answer["words"]]
        pixels = flat.reshape(bottom - top, right - left, 3)
        return Cut(pixels, words, (left, top, right, bottom), answer["quality"])

    def _pages(self, source: Source) -> tuple[int, ...] | str:
        try:
            return tuple(int(number) for number in self._run(source, want="pages")["usable"])
        except (InvalidInput, LimitExceeded) as error:
            return str(error)

    def _run(self, source: Source, **options: Any) -> dict[str, Any]:
        data = read(source.path)
        if hashlib.sha256(data).hexdigest() != source.sha256:
            raise InvalidInput(f"{source.name} was changed while the data set is made; start again into another folder")
        try:
            return self._sandbox.run("page", data, {"media_type": media_type(data), **options})
        except GroundstoneError as error:
            if options["want"] == "pages":
                raise
            raise type(error)(f"{source.name}: {error}") from error


def find(places: Path | Sequence[Path], besides: Path) -> list[Source]:
    """The files named, and those in the folders named, each content once, in the order of their names.

    Args:
        besides: a folder whose files do not count: the data set, should it lie in one of the folders.

    Raises InvalidInput for a place that is not there, and when there is no file at all.
    """
    known: dict[str, Source] = {}
    for path, name in _files([places] if isinstance(places, Path) else places, besides.resolve()):
        digest = _digest(path)
        known.setdefault(digest, Source(path, name, digest))
    if not known:
        shown = " ".join(ending[1:] for ending in ENDINGS)
        raise InvalidInput(f"there are no documents to make a data set from; give files or folders of them ({shown})")
    return sorted(known.values(), key=lambda source: (source.name, source.sha256))


def read(path: Path) -> bytes:
    """Raises InvalidInput when it cannot be read, LimitExceeded when it is too large."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise LimitExceeded(f"{path} is larger than {MAX_BYTES >> 20} MB; leave it out")
        return path.read_bytes()
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}") from error


def listed(names: Sequence[str]) -> str:
    """The first SHOWN, and how many more there are."""
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return "; ".join(names[:SHOWN]) + more


def _files(places: Sequence[Path], besides: Path) -> Iterator[tuple[Path, str]]:
    for place in places:
        if place.is_dir():
            for path in sorted(place.rglob("*")):
                if _counts(path, place) and not path.resolve().is_relative_to(besides):
                    yield path, path.relative_to(place).as_posix()
        elif place.is_file():
            yield place, place.name
        else:
            raise InvalidInput(f"there is no file or folder {place}")


def _counts(path: Path, folder: Path) -> bool:
    hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
    return path.suffix.lower() in ENDINGS and path.is_file() and not hidden


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while block := file.read(_READING):
                digest.update(block)
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}") from error
    return digest.hexdigest()
