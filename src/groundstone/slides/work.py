"""Reading one deck: slide by slide onto the shelf, until it is whole, cannot be read, or is taken away."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from threading import Event
from typing import TYPE_CHECKING

from groundstone import errors
from groundstone.documents.decks.base import Deck, Slide
from groundstone.errors import Conflict, GroundstoneError, UnreadableDocument, UnsupportedDocument
from groundstone.slides import imported
from groundstone.slides.deck_files import DeckFiles, SlideLog, State
from groundstone.slides.entry import entry_of

if TYPE_CHECKING:
    from groundstone.documents.decks.reader import DeckReader
    from groundstone.slides.index import SlideIndex
    from groundstone.stores.queue import Item, Queue

PUT_EVERY = 0.5  # seconds after which what was read is made findable
BEAT_EVERY = 1.0  # seconds between two looks whether the deck is still there
MOST_TRIES = 5
MOST_TOLD = 100  # problems of slides that the deck lists; each slide has its own in any case
SECOND_TRY = 2  # a deck that could be examined and then not read: its reader may have been killed
FIRST_PAUSE, LONGEST_PAUSE = 2.0, 600.0  # seconds
BROKEN = "reading it ended in an unexpected error; the log has it. Read it again when that is mended"
FINAL = (
    errors.InvalidInput, errors.NotFound, errors.NotSupported, errors.Forbidden, errors.ConfigError,
    errors.DocumentTooLarge,
)  # fmt: skip


def pause(attempt: int) -> float:
    """Seconds before another try, after so many."""
    return float(min(LONGEST_PAUSE, FIRST_PAUSE * 4 ** (attempt - 1)))


class Gone(Event):
    """Set when the process is told to stop, or when the deck was taken away while it is read."""

    def __init__(self, stop: Event) -> None:
        super().__init__()
        self._stop = stop

    def is_set(self) -> bool:
        return self._stop.is_set() or super().is_set()


class Work:
    """Reads decks of the queue. Safe to use from several threads.

    Args:
        index: makes slides findable.
        lost: told of a deck that was taken away or deleted while it was read.
        done: told of a deck that is whole.
        pause: seconds before another try, by the number of tries.
    """

    def __init__(
        self,
        queue: Queue,
        files: DeckFiles,
        reader: Callable[[], DeckReader],
        index: SlideIndex,
        *,
        lost: Callable[[Item], None],
        done: Callable[[Item], None],
        pause: Callable[[int], float] = pause,
    ) -> None:
        self._queue, self._files, self._reader, self._index = queue, files, reader, index
        self._lost, self._done, self._pause = lost, done, pause

    def run(self, item: Item, stop: Event) -> None:
        """Read until that ends one way or the other; what becomes of it is saved."""
        over = False
        try:
            self._try(item, stop)
            over = True
        except Conflict:
            over = True
            self._lost(item)
        finally:
            if not over:  # an error that nobody foresaw is on its way up
                self._failed(item, BROKEN, is_final=False, most=MOST_TRIES)

    def _try(self, item: Item, stop: Event) -> None:
        try:
            _Reading(self._queue, self._files, self._index, item, Gone(stop)).read(self._reader())
        except GroundstoneError as error:
            self._went_wrong(item, error, stop)
            return
        self._queue.finish(item, item.body, entry=("reader", "read", {}))
        self._files.end_logs(item.id)
        self._done(item)

    def _went_wrong(self, item: Item, error: GroundstoneError, stop: Event) -> None:
        if not self._queue.beat([item]):
            raise Conflict(f"{item.id} was taken away while it was read")
        if stop.is_set():
            self._queue.release(item)
            return
        unsure = isinstance(error, UnreadableDocument) and not isinstance(error, UnsupportedDocument)
        is_final = isinstance(error, FINAL) or (
            isinstance(error, errors.LimitExceeded) and not isinstance(error, errors.RateLimited)
        )
        self._failed(item, str(error), is_final=is_final and not unsure, most=SECOND_TRY if unsure else MOST_TRIES)

    def _failed(self, item: Item, failure: str, *, is_final: bool, most: int) -> None:
        if is_final or item.attempts >= most:
            self._queue.give_up(item, failure, ("reader", "failed", {"failure": failure}))
        else:
            entry = ("reader", "will be tried again", {"failure": failure})
            self._queue.retry_later(item, failure, self._pause(item.attempts), entry)


class _Reading:
    """One reading of one deck. ``gone`` is set as soon as the deck is another's or nobody's."""

    def __init__(self, queue: Queue, files: DeckFiles, index: SlideIndex, item: Item, gone: Gone) -> None:
        self._queue, self._files, self._index, self._item, self._gone = queue, files, index, item, gone
        self._log: SlideLog = files.log(item.id, item.claim)
        self._state = State()
        self._held: list[Slide] = []  # read, and not findable yet
        self._ready: set[int] = set()  # a slide comes again once the words in its pictures are known
        self._beaten, self._put_last = time.monotonic(), float("-inf")  # the first slide is put at once

    def read(self, reader: DeckReader) -> None:
        """Raises Conflict when the deck was taken away, and what the reader and the models of the index raise."""
        id, data = self._item.id, self._files.document(self._item.id)
        known = self._files.state(id)
        self._files.end_logs(id, keep=self._item.claim)
        self._tell(replace(known, ready=0, whole=False, log=self._item.claim, problems=()))
        name = entry_of(self._item, known).name
        deck = self._imported(data, name) if known.media_type == imported.MEDIA_TYPE else self._deck(reader, data, name)
        self._check(now=True)
        self._files.keep_deck(id, deck)
        whole = _finished(self._state, deck)
        self._index.whole(self._item.tenant, entry_of(self._item, whole).info, deck.slides)
        self._check(now=True)
        self._tell(whole)

    def _deck(self, reader: DeckReader, data: bytes, name: str) -> Deck:
        try:
            return reader.read(data, name, on_slide=self._on_slide, progress=self._progress, stop=self._gone)
        except UnreadableDocument:  # what was read before can be asked all the same
            self._put()
            raise

    def _imported(self, data: bytes, name: str) -> Deck:
        deck, records = imported.opened(data, name)
        self._index.take(self._item.tenant, self._item.id, records)
        return deck

    def _on_slide(self, slide: Slide) -> None:
        self._check()
        self._log.add(slide)
        self._held.append(slide)
        if slide.number == 1:  # most decks are called so, and what they are called is indexed with every slide
            self._state = replace(self._state, title=slide.title)
        self._put_now_and_then()

    def _progress(self, done: int, total: int) -> None:
        self._check()
        if total and total != self._state.slides:
            self._tell(replace(self._state, slides=total))
        self._put_now_and_then()

    def _put_now_and_then(self) -> None:
        """Slides become findable together, as that is quicker; nobody waits long for it."""
        if time.monotonic() - self._put_last >= PUT_EVERY:
            self._put()

    def _put(self) -> None:
        if self._held:
            self._index.put(self._item.tenant, entry_of(self._item, self._state).info, self._held)
            self._ready |= {slide.number for slide in self._held}
            self._held, self._put_last = [], time.monotonic()
            self._tell(replace(self._state, ready=len(self._ready)))

    def _check(self, now: bool = False) -> None:
        """Raises Conflict when somebody deleted the deck, or another worker has it."""
        if self._gone.is_set():
            raise Conflict("the reading was stopped")
        if now or time.monotonic() - self._beaten >= BEAT_EVERY:
            self._beaten = time.monotonic()
            if not self._queue.beat([self._item]):
                self._gone.set()
                raise Conflict(f"{self._item.id} was taken away while it was read")

    def _tell(self, state: State) -> None:
        self._state = state
        self._files.keep_state(self._item.id, state)


def _finished(state: State, deck: Deck) -> State:
    """A slide that says nothing and has problems could not be read."""
    unread = [slide for slide in deck.slides if slide.problems and not slide.elements]
    told = [f"slide {slide.number}: {problem}" for slide in deck.slides for problem in slide.problems]
    return replace(
        state,
        title=deck.title,
        media_type=deck.media_type,
        slides=deck.slide_count,
        ready=len(deck.slides) - len(unread),
        width=deck.width,
        height=deck.height,
        whole=True,
        problems=(*deck.problems, *told[:MOST_TOLD]),
    )
