"""Decks as everything else sees them: put on a shelf, read in the background, searched, asked, shown, deleted."""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from threading import Event, Lock
from typing import TYPE_CHECKING, Any

from groundstone.documents.decks.base import Deck, Drawing
from groundstone.documents.decks.pack import pack
from groundstone.errors import InvalidInput, InvalidQuestion, NotFound, NotSupported, StoreError
from groundstone.identity import LOCAL, Principal
from groundstone.jobs import Workers
from groundstone.models.base import Chat, Embed, Picture
from groundstone.slides import imported
from groundstone.slides.arrivals import Arrivals, Arrived, Fetch, Watch
from groundstone.slides.base import WAYS, DeckInfo, Shelf, SlideAnswer, SlideHit, Turn
from groundstone.slides.deck_files import DeckFiles, State
from groundstone.slides.engines import Chosen
from groundstone.slides.entry import UPLOAD, Entry, Place
from groundstone.slides.index import SlideIndex
from groundstone.slides.library import QUEUE, Library, now
from groundstone.slides.making import Engines
from groundstone.slides.shelf import CallersShelf, Opened, checked_way
from groundstone.slides.work import Work, pause
from groundstone.verification.arrivals import documents_in
from groundstone.verification.pool import Pool

if TYPE_CHECKING:
    from groundstone.documents.decks.reader import DeckReader
    from groundstone.slides.embedding import EmbedSlides
    from groundstone.slides.figures import Report
    from groundstone.stores.queue import Item, Queue

log = logging.getLogger(__name__)

LONGEST_QUESTION = 4000  # characters
MOST_TURNS = 50  # of a conversation that are heeded
MOST_HITS = 100
WIDTHS = (320, 640, 960, 1280, 1920, 2560)  # pixels; few, so that pictures are drawn once
PURGE_EVERY = 3600.0  # seconds
LOOK_EVERY = 0.1
IMPORT = "import"  # the origin of decks that came as JSON documents
OFFICE = "office"  # the folder in which platform.py lets LibreOffice keep what it draws
SAMPLES = "samples"  # the origin of decks that ship with the application


class Slides:
    """The shelf. Decks belong to a tenant, and everybody of the tenant may ask them; so with knowledge bases.

    Safe to use from several threads, and from several processes on one home.

    >>> from groundstone import Platform                                              # doctest: +SKIP
    >>> slides = Platform().slides                                                    # doctest: +SKIP
    >>> deck = slides.add(LOCAL, "plan.pptx", open("plan.pptx", "rb").read())         # doctest: +SKIP
    >>> deck = slides.wait(LOCAL, deck.id)                                            # doctest: +SKIP
    >>> slides.ask(LOCAL, "How many people work in Lyon?", decks=[deck.id]).text      # doctest: +SKIP
    'In Lyon work 214 people.'

    Args:
        home: decks lie in ``decks`` there.
        reader: what reads decks and draws slides.
        embed: the embedding model of words, if there is one.
        engine: a model whose vectors of pictures and words can be compared, if there is one.
        chat: a model that sees slides and words answers, on a caller's account, if there is one.
        way: how slides are found unless told otherwise; when that is "described", ``chat`` also describes each slide
            that is read, on the account of the local user.
        folder: watched, where decks arrive; it stands for the bucket ``slides``.
        fetch: reads objects of S3 that messages speak of.
        samples: a folder of decks that ship with the application.
        threads: how many decks are read at the same time.
    """

    def __init__(
        self,
        queue: Queue,
        home: Path,
        reader: Callable[[], DeckReader],
        *,
        embed: Callable[[], Embed | None] = lambda: None,
        engine: Callable[[], EmbedSlides | None] = lambda: None,
        chat: Callable[[Principal], Chat | None] = lambda _: None,
        way: str = "together",
        folder: Path | None = None,
        fetch: Fetch | None = None,
        samples: Path | None = None,
        threads: int = 2,
        pause: Callable[[int], float] = pause,
    ) -> None:
        self.folder, self._way, self._samples = folder, checked_way(way, "together"), samples
        self._reader, self._embed, self._chat = reader, embed, chat
        self._home, self._files = home, DeckFiles(home / "decks")
        self._opened = Opened(self._files)
        describing = way == "described"
        self._engine, self._fresh = engine, set[tuple[str, str]]()
        engines = Engines(embed, engine, lambda: chat(LOCAL) if describing else None, self._shown)
        self._index = SlideIndex(home / "index", engines)
        self._library = Library(queue, self._files, self._examined, self._forgotten, folder)
        self._work = Work(queue, self._files, reader, self._index, lost=self._lost, done=self._whole, pause=pause)
        self._queue = queue
        self._pool = Pool(queue, QUEUE, self._work.run, threads)
        self._arrivals = Arrivals(self._library, folder, fetch, self._pool.wake)
        self._threads = Workers("slides")
        self._watched: Watch | None = None
        self._starting = Lock()

    # -- running -------------------------------------------------------------------------------------------

    def start(self, *, watch: bool = True) -> None:
        """Begin to read what waits, to watch the folder, and to end deletions; each in the background, each once."""
        with self._starting:
            if not self._pool.is_running:
                self._pool.start()
                self._threads.start("purge", self._purge_now_and_then)
            if watch and self.folder is not None and self._watched is None:
                self.folder.mkdir(parents=True, exist_ok=True)
                self._watched = Watch(self.folder, self._arrivals)
                self._threads.start("watch", self._watched.run)

    def close(self) -> None:
        """Stop; whoever starts next goes on with what was being read."""
        self._threads.stop_all()
        self._pool.stop()
        self._threads.wait()
        self._index.close()
        if isinstance(self._engine, Chosen):
            self._engine.close()

    def _purge_now_and_then(self, stop: Event) -> None:
        while not stop.is_set():
            try:
                self._library.tidy(LOCAL)
                self._library.purge()
            except StoreError as error:  # tried again in an hour, and at the next start
                log.error("what was deleted could not be ended: %s", error)
            stop.wait(PURGE_EVERY)

    def _shown(self, id: str, number: int) -> Picture | None:
        """A slide for a model that sees; None when it cannot be drawn."""
        try:
            drawing = self._reader().picture(self._files.document(id), id, number, width=WIDTHS[3])
        except (NotFound, InvalidInput) as error:
            log.warning("slide %d of %s is indexed without its picture: %s", number, id, error)
            return None
        return Picture(drawing.png, "image/png")

    def _examined(self, data: bytes, name: str) -> State:
        if imported.is_documents(data):
            return State(media_type=imported.MEDIA_TYPE, slides=imported.count(data))
        found = self._reader().examine(data, name)
        return State(media_type=found.media_type, slides=found.page_count)

    def _forgotten(self, tenant: str, id: str) -> None:
        self._opened.forget(id)
        with suppress(NotFound):  # what LibreOffice made of it lies under the hash of its bytes
            digest = hashlib.sha256(self._files.document(id)).hexdigest()
            (self._home / OFFICE / f"{digest}.pdf").unlink(missing_ok=True)
        self._index.drop(tenant, id)

    def _lost(self, item: Item) -> None:
        """A deck was taken away while it was read: what was written of it since goes too, if it is gone."""
        try:
            self._library.entry(Principal("", item.tenant), item.id)
        except NotFound:
            self._forgotten(item.tenant, item.id)
            self._files.remove(item.id)

    def _whole(self, item: Item) -> None:
        self._opened.forget(item.id)
        self._library.tidy(Principal("", item.tenant))

    # -- the shelf -----------------------------------------------------------------------------------------

    def add(
        self, caller: Principal, name: str, data: bytes | Sequence[tuple[str, bytes]], *, origin: str = ""
    ) -> DeckInfo:
        """Take a deck (or several pictures, name and bytes of each) and begin to read it; it is safe on return.

        The same bytes are the deck of before. Other bytes of the same name from the same origin take its place as soon
        as they are read; until then the older deck answers. Raises UnreadableDocument, UnsupportedDocument,
        DocumentTooLarge, LimitExceeded.
        """
        taken = data if isinstance(data, bytes) else pack(data)
        place = Place(origin or f"{UPLOAD} by {caller.user}", name, now())
        found = self._library.add(caller, taken, place)
        self._pool.wake()
        return found.info

    def import_documents(self, caller: Principal, data: bytes) -> list[DeckInfo]:
        """Take slides that another installation exported, a JSON list of documents; one deck for each file named there.

        They are found by their descriptions, and by their vectors where the model that made them is here too. Raises
        InvalidInput that says which document is wrong.
        """
        return [
            self.add(caller, name, documents, origin=f"{IMPORT} by {caller.user}")
            for name, documents in imported.by_deck(data)
        ]

    def export(self, caller: Principal, decks: Sequence[str] = (), way: str = "") -> list[dict[str, Any]]:
        """The slides of these decks, or of all, as JSON documents: image_path, metadata and vector_embedding.

        Raises NotFound, and Conflict for slides that have no vectors.
        """
        shelf, wanted = self.shelf(caller, way), checked_way(way, self._way)
        ids = [shelf.entry(id).id for id in decks] or [info.id for info in shelf.decks()]
        return imported.written([self._index.records(caller.tenant, id) for id in ids], wanted)

    def add_samples(self, caller: Principal) -> list[DeckInfo]:
        """Take the decks that ship with the application. Raises NotSupported where there are none."""
        paths = documents_in(self._samples) if self._samples else ()
        found = [self.add(caller, path.name, path.read_bytes(), origin=SAMPLES) for path in paths]
        if not found:
            raise NotSupported("no sample decks ship with this installation; add one of your own")
        return found

    def hurry(self, caller: Principal, id: str) -> None:
        """Read this deck now, in this process, before those that wait; nothing when somebody reads it already."""
        item = self._queue.claim_one(caller, QUEUE, id)
        if item is not None:
            self._threads.start(f"hurry-{id}", lambda stop: self._pool.now(item))

    def decks(self, caller: Principal) -> list[DeckInfo]:
        """Newest first."""
        return [entry.info for entry in self._library.entries(caller)]

    def info(self, caller: Principal, id: str) -> DeckInfo:
        """Raises NotFound, also for a deck of another tenant."""
        return self._library.entry(caller, id).info

    def room(self, caller: Principal) -> int:
        """How many more decks may come."""
        return self._library.room(caller)

    def size(self, caller: Principal, id: str) -> int:
        """Bytes of the deck as it came. Raises NotFound."""
        return int(self._library.entry(caller, id).item.body["size"])

    def problems(self, caller: Principal) -> Mapping[str, str]:
        """Files of the watched folder that cannot be taken, and why; for the local tenant, whose folder it is."""
        return self._watched.problems if self._watched and caller.tenant == LOCAL.tenant else {}

    def wait(
        self, caller: Principal, id: str, seconds: float = 600.0, told: Callable[[DeckInfo], None] | None = None
    ) -> DeckInfo:
        """The deck once its reading has ended, or after so many seconds; ``told`` hears how it goes. NotFound."""
        until = time.monotonic() + seconds
        while True:
            found = self.info(caller, id)
            if told is not None:
                told(found)
            if found.state != "reading" or time.monotonic() >= until:
                return found
            time.sleep(LOOK_EVERY)

    def retry(self, caller: Principal, id: str) -> DeckInfo:
        """Read a deck again that could not be read. Raises NotFound, Conflict."""
        found = self._library.retry(caller, id)
        self._pool.wake()
        return found.info

    def delete(self, caller: Principal, id: str) -> None:
        """Delete a deck for certain: its file (also in the watched folder), its slides, their index. NotFound."""
        self._library.delete(caller, id)

    def leave(self, caller: Principal, name: str, origin: str) -> None:
        """Nothing is at this place any more; a deck that is nowhere else is deleted."""
        self._library.leave(caller, [(origin, name)])

    def arrived(self, caller: Principal, message: Any) -> list[Arrived]:
        """Do what a message of S3 (alone, or of SQS, SNS, EventBridge) says. Raises InvalidInput for other ones."""
        return self._arrivals.arrived(caller, message)

    # -- what stands on it ---------------------------------------------------------------------------------

    def deck(self, caller: Principal, id: str) -> Deck:
        """What is read of a deck so far. Raises NotFound."""
        return self._opened.deck(self._library.entry(caller, id))

    def opened(self, caller: Principal, ids: Iterable[str]) -> dict[str, Deck]:
        """What is read of several decks, by id; those that are gone by now are left out."""
        found: dict[str, Deck] = {}
        for id in ids:
            with suppress(NotFound):
                found[id] = self.deck(caller, id)
        return found

    def original(self, caller: Principal, id: str) -> tuple[bytes, DeckInfo]:
        """The deck as it came. Raises NotFound."""
        found = self.info(caller, id)
        return self._files.document(id), found

    def picture(self, caller: Principal, id: str, number: int, width: int = 1280) -> Drawing:
        """A slide as PNG. ``width``, in pixels, is rounded up to the next of WIDTHS. Raises NotFound, InvalidInput."""
        if not 1 <= width <= WIDTHS[-1]:
            raise InvalidInput(f"a picture of a slide is 1 to {WIDTHS[-1]} pixels wide, not {width}")
        entry = self._library.entry(caller, id)
        if not 1 <= number <= entry.state.slides:
            raise NotFound(f"no slide {number}: the deck has {entry.state.slides}")
        wide = next(step for step in WIDTHS if step >= width)
        kept = self._files.picture(id, number, wide)
        return kept or self._drawn(entry, number, wide)

    def _drawn(self, entry: Entry, number: int, width: int) -> Drawing:
        if entry.state.media_type == imported.MEDIA_TYPE:
            raise NotFound("slides that were imported have no pictures; add the deck itself to see them")
        data = self._files.document(entry.id)
        try:
            deck = self._opened.deck(entry)
        except NotFound:
            deck = None
        drawing = self._reader().picture(data, entry.name, number, width=width, deck=deck)
        if entry.state.whole:  # before, a sketch may lack what is read next
            self._files.keep_picture(entry.id, number, width, drawing)
        return drawing

    def shelf(self, caller: Principal, way: str = "") -> CallersShelf:
        """The decks of the caller as answers see them. Raises InvalidInput for a way that does not exist."""
        wanted = checked_way(way, self._way)

        def search(text: str, decks: Sequence[str], limit: int) -> Sequence[SlideHit]:
            for id in decks:
                self._freshen(caller, shelf.entry(id))
            return self._index.search(caller.tenant, text, decks, limit, wanted)

        shelf = CallersShelf(self._library, self._opened, caller, search)
        return shelf

    def _freshen(self, caller: Principal, entry: Entry) -> None:
        """Embed a deck anew in the background where other models than those of now did, once in a process."""
        key = (caller.tenant, entry.id)
        if key in self._fresh or not entry.state.whole or self._embed() is None:
            return
        self._fresh.add(key)
        if self._index.is_current(*key):
            return

        def again(stop: Event) -> None:
            if entry.state.media_type == imported.MEDIA_TYPE:
                self._index.take(*key, self._index.records(*key))
            else:
                self._index.whole(caller.tenant, entry.info, self._opened.deck(entry).slides)

        self._threads.start(f"index {entry.id}", again)

    def search(
        self, caller: Principal, text: str, *, decks: Sequence[str] = (), way: str = "", limit: int = 10
    ) -> list[SlideHit]:
        """Slides for a text, best first. Raises NotFound for a deck, InvalidInput."""
        if not 1 <= limit <= MOST_HITS:
            raise InvalidInput(f"limit is 1 to {MOST_HITS}, not {limit}")
        _check_question(text)
        return list(self.shelf(caller, way).search(text, decks=decks, limit=limit))

    def ask(
        self,
        caller: Principal,
        question: str,
        history: Sequence[Turn] = (),
        *,
        decks: Sequence[str] = (),
        way: str = "",
    ) -> SlideAnswer:
        """What the decks say, of all that are here or of these.

        ``history``: the turns before, which a follow-up builds on; see ``turn_of``. Raises InvalidQuestion, NotFound,
        and ModelError when the model that words answers fails.
        """
        _check_question(question)
        shelf = self.shelf(caller, way)
        for id in decks:
            shelf.entry(id)
        there = {info.id for info in shelf.decks()}
        turns = [_without_gone(turn, there) for turn in history[-MOST_TURNS:]]
        return self._answered(caller, shelf, question, turns, decks)

    def _answered(
        self, caller: Principal, shelf: Shelf, question: str, history: Sequence[Turn], decks: Sequence[str] = ()
    ) -> SlideAnswer:
        from groundstone.slides.answer import answer

        def picture(deck: str, number: int) -> bytes:
            return self.picture(caller, deck, number).png

        chat, embed = self._chat(caller), self._embed()
        return answer(shelf, question, history, decks=decks, embed=embed, chat=chat, picture=picture)

    def evaluate(
        self,
        caller: Principal,
        questions: Path,
        *,
        ways: Sequence[str] = WAYS,
        kept: Path | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> Report:
        """How well each way finds slides and answers a file of questions; see ``slides.question_file``.

        ``kept``: a file of outcomes that is gone on with. Raises InvalidInput for a file that cannot be used.
        """
        from groundstone.slides.evaluate import evaluate, load_questions

        def ask(shelf: Shelf, question: str, history: Sequence[Turn]) -> SlideAnswer:
            return self._answered(caller, shelf, question, history)

        shelves = {way: self.shelf(caller, way) for way in ways}
        return evaluate(shelves, ask, load_questions(questions), kept=kept, progress=progress)


def turn_of(answer: SlideAnswer) -> Turn:
    """What the next question of a conversation has to know of this answer."""
    shown = dict.fromkeys((one.deck, one.slide) for one in answer.citations)
    shown |= dict.fromkeys((one.deck, one.slide) for one in answer.slides[:1])
    return Turn(answer.question, answer.understood or answer.question, tuple(shown))


def _without_gone(turn: Turn, there: set[str]) -> Turn:
    """A turn may have shown decks that were deleted since."""
    return replace(turn, shown=tuple(one for one in turn.shown if one[0] in there))


def _check_question(text: str) -> None:
    if not text.strip():
        raise InvalidQuestion("the question is empty; ask something about the slides")
    if len(text) > LONGEST_QUESTION:
        raise InvalidQuestion(f"a question has at most {LONGEST_QUESTION} characters, not {len(text)}")
