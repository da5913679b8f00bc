"""The files of decks: the deck as it came, what was read of it slide by slide, and pictures of its slides.

One folder a deck. A reading adds a line of JSON to its own log for every slide, so that slides can be asked while the
next are read; when it ends, the whole deck is written at once and the log goes. Each reading has a log of its own: a
worker that was taken for dead cannot damage what its successor writes.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from groundstone.documents.decks.base import Deck, Drawing, Slide
from groundstone.documents.decks.base_json import deck_json, deck_of, slide_json, slide_of
from groundstone.errors import NotFound, StoreError
from groundstone.verification.files import Files, write

DECK, STATE, PICTURES = "deck.json.gz", "state.json", "pictures"
LOG = "slides-{}.jsonl"
HOWS = ("pdf", "picture", "libreoffice", "sketch")


@dataclass(frozen=True, slots=True)
class State:
    """How far a deck is: ``ready`` of ``slides`` can be asked. ``log`` is the number of the reading under way."""

    title: str = ""
    media_type: str = ""
    slides: int = 0
    ready: int = 0
    width: float = 0.0
    height: float = 0.0
    whole: bool = False
    log: int = 0
    problems: tuple[str, ...] = ()


class DeckFiles:
    """Safe between threads and processes: what is there was written as a whole, or line by line by one reading.

    Args:
        home: one folder a deck.
    """

    def __init__(self, home: Path) -> None:
        self._files = Files(home)
        self.home = home

    @property
    def free(self) -> int:
        """Bytes that the disk has left. Raises StoreError."""
        return self._files.free

    def keep(self, id: str, data: bytes) -> None:
        self._files.keep(id, data)

    def document(self, id: str) -> bytes:
        """The deck as it came. Raises NotFound."""
        return self._files.document(id)

    def remove(self, id: str) -> None:
        """Delete every file of a deck. Raises StoreError when one stays."""
        self._files.remove(id)

    def all(self) -> Iterator[Path]:
        return self._files.all()

    # -- what was read -----------------------------------------------------------------------------------

    def state(self, id: str) -> State:
        """How far the deck is; an empty state before anybody began with it."""
        try:
            data = json.loads((self.home / id / STATE).read_bytes())
            return State(**{**data, "problems": tuple(data["problems"])})
        except (FileNotFoundError, NotADirectoryError):
            return State()
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise StoreError(f"the state of {id} is damaged ({error}); delete the deck and add it again") from None

    def keep_state(self, id: str, state: State) -> None:
        """Raises NotFound when the deck was deleted meanwhile."""
        if not (self.home / id).is_dir():
            raise NotFound(f"the deck {id} was deleted")
        write(self.home / id / STATE, json.dumps(asdict(state)).encode())

    def log(self, id: str, reading: int) -> SlideLog:
        return SlideLog(self.home / id / LOG.format(reading))

    def keep_deck(self, id: str, deck: Deck) -> None:
        """The whole deck, instead of the logs of its readings."""
        packed = gzip.compress(json.dumps(deck_json(deck)).encode(), 5, mtime=0)
        write(self.home / id / DECK, packed)

    def end_logs(self, id: str, keep: int = -1) -> None:
        """Delete the logs of readings that are over, and drafts of writers that were killed."""
        self._files.tidy(id)
        for path in (self.home / id).glob(LOG.format("*")):
            if path.name != LOG.format(keep):
                with suppress(OSError):  # on a system that lets nobody delete what is being read; gone the next time
                    path.unlink()

    def deck(self, id: str, name: str) -> Deck:
        """What was read so far. Raises NotFound before the first slide, StoreError when it is damaged."""
        state = self.state(id)
        if state.whole:
            return self._whole(id)
        slides = tuple(self.log(id, state.log).slides()) if state.log else ()
        if not slides:
            raise NotFound(f"no slide of {name} is read yet; ask again in a moment")
        size = (state.width, state.height)
        return Deck(name, state.media_type, state.title, slides, state.slides, *size, (), state.problems)

    def _whole(self, id: str) -> Deck:
        path = self.home / id / DECK
        try:
            return deck_of(json.loads(gzip.decompress(path.read_bytes())))
        except (FileNotFoundError, NotADirectoryError):
            raise NotFound("the deck was deleted") from None
        except (OSError, EOFError, ValueError) as error:
            raise StoreError(f"{path} is damaged ({error}); read the deck again") from None

    # -- pictures ------------------------------------------------------------------------------------------

    def picture(self, id: str, number: int, width: int) -> Drawing | None:
        """A drawing that was kept, if there is one."""
        for how in HOWS:
            path = self._picture(id, number, width, how)
            with suppress(FileNotFoundError, NotADirectoryError):
                png = path.read_bytes()
                return Drawing(png, *_size(png), how)  # type: ignore[arg-type]  # one of HOWS
        return None

    def keep_picture(self, id: str, number: int, width: int, drawing: Drawing) -> None:
        """For the next time; where the deck is gone meanwhile nothing is kept."""
        if (self.home / id).is_dir():
            write(self._picture(id, number, width, drawing.how), drawing.png)

    def _picture(self, id: str, number: int, width: int, how: str) -> Path:
        return self.home / id / PICTURES / f"{number}-{width}-{how}.png"


class SlideLog:
    """Slides as lines of JSON, written while somebody else may read; a line counts once its end is there."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def add(self, slide: Slide) -> None:
        line = json.dumps(slide_json(slide), separators=(",", ":")).encode() + b"\n"
        try:
            with self._path.open("ab") as file:
                file.write(line)
        except FileNotFoundError:
            raise NotFound("the deck was deleted") from None
        except OSError as error:
            raise StoreError(f"{self._path} cannot be written: {error.strerror}") from None

    def slides(self) -> Iterator[Slide]:
        """Those whose lines are whole, in their order; of a slide that was added again, as it was added last."""
        try:
            lines = self._path.read_bytes().split(b"\n")[:-1]
        except (FileNotFoundError, NotADirectoryError):
            return
        found: dict[int, dict[str, Any]] = {data["number"]: data for data in map(json.loads, lines)}
        yield from (slide_of(found[number]) for number in sorted(found))


def _size(png: bytes) -> tuple[int, int]:
    """Width and height of a PNG, which stand in its first chunk (PNG specification, section 11.2.2)."""
    return int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")
