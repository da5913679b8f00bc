"""One deck on its way: the words of the file first, all slides; then what has to be recognised, slide by slide."""

from __future__ import annotations

import base64
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import TYPE_CHECKING, Any

from groundstone.documents.decks import guard
from groundstone.documents.decks.base import Deck, Slide
from groundstone.documents.decks.base_json import deck_of, slide_json
from groundstone.documents.decks.recognition import Seen, Wanted, recognised_slide, wanted, with_pictures, with_problem
from groundstone.documents.decks.tints import Tints, of_json
from groundstone.errors import Conflict, LimitExceeded, UnreadableDocument, WeightsMissing

if TYPE_CHECKING:
    from groundstone.documents.reader import Reader

OnSlide = Callable[[Slide], None]
Progress = Callable[[int, int], None]  # slides that are done, slides in all
Run = Callable[[dict[str, Any]], dict[str, Any]]  # child_deck's options to its answer

_FIRST, _AT_A_TIME = 40, 100  # slides that one child reads
_HEAVY = 16 * 2**20  # bytes of a deck that is worth sending for more slides at a time
_MANY = 4  # slides from which each picture is read by one process; fewer are shared by several
_AHEAD = 2  # tasks that wait for each that runs; their pictures are in memory
_NATIVE = (guard.PPTX, guard.ODP, guard.PDF)
_UNREAD = "its pictures could not be read: {}"


@dataclass
class Reading:
    """``run`` runs the child for this deck; ``documents`` gives the reader of pictures, which is made when needed."""

    run: Run
    documents: Callable[[], Reader]
    data: bytes
    at_once: int
    on_slide: OnSlide | None = None
    progress: Progress | None = None
    stop: threading.Event = field(default_factory=threading.Event)
    background: bool = False
    _slides: dict[int, Slide] = field(default_factory=dict)
    _pictures: list[dict[str, Any]] = field(default_factory=list)
    _poor: set[int] = field(default_factory=set)
    _pages: dict[str, Seen | str] = field(default_factory=dict)  # pictures that stand on several slides
    _often: set[str] = field(default_factory=set)  # their keys
    _done: int = 0

    def deck(self) -> Deck:
        """Raises what the child raises for the deck as a whole, and Conflict when it was stopped."""
        head = self._native()
        self._pictures = [picture for picture in self._pictures if picture["slide"] in self._slides]
        self._recognise(head)
        return replace(head, slides=tuple(self._slides[number] for number in sorted(self._slides)))

    def _native(self) -> Deck:
        head = self._batch(range(1, _FIRST + 1))
        step = _AT_A_TIME * (1 + len(self.data) // _HEAVY)
        for start in range(_FIRST + 1, head.slide_count + 1, step):
            later = self._batch(range(start, min(start + step, head.slide_count + 1)))
            head = replace(head, problems=tuple(dict.fromkeys((*head.problems, *later.problems))))
        return head

    def _batch(self, numbers: Sequence[int]) -> Deck:
        """The slides of some numbers; where the child ends before its time, half of them at a time."""
        self._check()
        try:
            return self._taken(self.run({"numbers": list(numbers)}))
        except UnreadableDocument as error:
            head = self.run({"numbers": []})  # raises when it is the deck that cannot be read
            left = [number for number in numbers if number <= head["deck"]["slide_count"]]
            if len(left) > 1:
                first, rest = self._batch(left[: len(left) // 2]), self._batch(left[len(left) // 2 :])
                return replace(first, problems=tuple(dict.fromkeys((*first.problems, *rest.problems))))
            problem = f"the slide could not be read: {error}"
            head["deck"]["slides"] = [slide_json(Slide(number, problems=(problem,))) for number in left]
            return self._taken(head)

    def _taken(self, answer: dict[str, Any]) -> Deck:
        """Slides that were read; those without words that wait for recognition are told later."""
        deck = deck_of(answer["deck"])
        self._pictures += answer["pictures"]
        self._poor |= set(answer["poor"])
        waiting = {picture["slide"] for picture in answer["pictures"]}
        for slide in deck.slides:
            self._slides[slide.number] = slide
            left = slide.number in self._poor or slide.number in waiting
            if not left or any(element.text or element.grid or element.chart for element in slide.elements):
                self._tell(slide)
            self._done += not left
        self._said(deck.slide_count)
        return deck

    def _recognise(self, head: Deck) -> None:
        """Pages and pictures one after the other, several at a time; each slide is told when all of it was read."""
        if head.media_type in _NATIVE:
            pictures = wanted(self._pictures, self._slides)
        else:
            pictures = [Wanted(picture["slide"], picture["element"], picture["key"]) for picture in self._pictures]
        slides = Counter(key for key, _ in {(picture.key, picture.slide) for picture in pictures})
        self._often = {key for key, count in slides.items() if count > 1}
        left = {picture.slide for picture in pictures} | (self._poor & self._slides.keys())
        self._done = len(self._slides) - len(left)
        self._said(head.slide_count)
        if not left:
            return
        self.background = self.background or len(left) >= _MANY
        whole = head.media_type not in _NATIVE
        with ThreadPoolExecutor(self.at_once, thread_name_prefix="recognising") as threads:
            try:
                for slide in self._in_order(threads, left, pictures, whole):
                    self._slides[slide.number] = slide
                    self._tell(slide)
                    self._done += 1
                    self._said(head.slide_count)
            finally:
                threads.shutdown(wait=True, cancel_futures=True)

    def _in_order(
        self, threads: ThreadPoolExecutor, left: set[int], pictures: list[Wanted], whole: bool
    ) -> Iterator[Slide]:
        """Slides as they are finished, in the order of their numbers, with few more at work than are wanted."""
        by_slide = {number: list(group) for number, group in groupby(pictures, key=lambda picture: picture.slide)}
        open_: deque[Future[Slide]] = deque()
        for number in sorted(left):
            self._check()
            open_.append(threads.submit(self._one, self._slides[number], by_slide.get(number, []), whole))
            if len(open_) > self.at_once * _AHEAD:
                yield open_.popleft().result()
        while open_:
            yield open_.popleft().result()

    def _one(self, slide: Slide, pictures: list[Wanted], whole: bool) -> Slide:
        self._check()
        try:
            if slide.number in self._poor:
                asked = [str(slide.number)]
                reading = self.documents().read(self.data, pages=asked, stop=self.stop, background=self.background)
                plain = self.run({"tints": [slide.number]})["tints"].get(str(slide.number))
                return recognised_slide(slide, reading.pages[0], of_json(plain))
            pages = self._read(pictures)
        except (UnreadableDocument, LimitExceeded, WeightsMissing) as error:
            return with_problem(slide, _UNREAD.format(error))
        read = {picture.element: page for picture in pictures if not isinstance(page := pages[picture.key], str)}
        slide = _whole(slide, read) if whole else with_pictures(slide, read)
        for page in pages.values():
            slide = with_problem(slide, _UNREAD.format(page)) if isinstance(page, str) else slide
        return slide

    def _read(self, pictures: list[Wanted]) -> Mapping[str, Seen | str]:
        """What pictures of a slide say by key, or why one is not read."""
        found = {key: self._pages[key] for picture in pictures if (key := picture.key) in self._pages}
        missing = list(dict.fromkeys(picture.key for picture in pictures if picture.key not in found))
        while missing:
            self._check()
            answer = self.run({"pictures": missing})
            for key, why in answer["left_out"].items():
                found[key] = str(why)
            for key, picture in answer["pictures"].items():
                found[key] = self._page(base64.b64decode(picture["data"]), of_json(picture.get("tints")))
            left = [key for key in missing if key not in found]
            if len(left) == len(missing):
                found.update((key, "the file does not give them") for key in left)
                left = []
            missing = left
        self._pages.update((key, page) for key, page in found.items() if key in self._often)
        return found

    def _page(self, data: bytes, tints: Tints | None) -> Seen | str:
        try:
            return self.documents().read(data, stop=self.stop, background=self.background).pages[0], tints
        except (UnreadableDocument, LimitExceeded) as error:
            return str(error)

    def _tell(self, slide: Slide) -> None:
        if self.on_slide:
            self.on_slide(slide)

    def _said(self, total: int) -> None:
        if self.progress:
            self.progress(self._done, total)

    def _check(self) -> None:
        if self.stop.is_set():
            raise Conflict("the reading was stopped")


def _whole(slide: Slide, read: Mapping[int, Seen]) -> Slide:
    """A slide that is one picture."""
    for page, tints in read.values():
        return recognised_slide(slide, page, tints)
    return slide
