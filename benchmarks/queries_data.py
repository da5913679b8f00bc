"""Questions to generated forms as the networks of documents/queries learn from them and are measured on them."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from benchmarks.forms.pages import mixed
from benchmarks.forms.sample import Sample
from benchmarks.forms.simulate import simulated
from benchmarks.reader_folds import reader_of
from numpy.typing import NDArray
from rapidfuzz import fuzz

from groundstone.documents.base import Page, Place, Query, Reading, Ruling
from groundstone.documents.fields import LOWEST, Fields
from groundstone.documents.layout import understand
from groundstone.documents.queries.answers import Answers
from groundstone.documents.queries.asked import Wanted
from groundstone.documents.queries.vocabulary import Named, Words
from groundstone.models.base import Embed, PageWords, ReadPage, Vectors

Floats = NDArray[np.float32]
UNKNOWN = 0.3  # of questions that are asked as if their field were in no vocabulary
FLIPPED = 0.12  # of forms that are turned upside down, so that labels come to stand below their values
NEARLY = 82  # likeness in percent of a misread claim to the right answer
_ENDS = re.compile(r"^[\W_]+|[\W_]+$")


@dataclass(frozen=True)
class Posed:
    """One question to one page: a row of features for each claim, which claims are right, and from where it comes.

    ``exact`` claims say the answer; ``right`` ones too, or nearly where it was misread.
    """

    rows: Floats
    keys: tuple[str, ...]
    sources: tuple[tuple[str, int | None], ...]
    exact: NDArray[np.bool_]
    right: NDArray[np.bool_]
    answerable: bool
    group: str
    family: str
    level: int


def same(one: str, other: str) -> bool:
    """Equal apart from case, blanks, and punctuation at the ends."""
    return plain(one) == plain(other)


def plain(text: str) -> str:
    """A text without case, blanks, and punctuation at the ends."""
    return _ENDS.sub("", "".join(text.casefold().split()))


def flipped(reading: Reading) -> Reading:
    """The pages with their last line first, each line readable as before. Pages turned far stay as they are."""
    return replace(
        reading,
        pages=tuple(_flipped(page) if min(page.rotation, 360 - page.rotation) < 20 else page for page in reading.pages),
    )


def _flipped(page: Page) -> Page:
    lines = [
        replace(line, place=_down(line.place), words=tuple(replace(w, place=_down(w.place)) for w in line.words))
        for line in page.lines
    ]
    marks = tuple(replace(mark, place=_down(mark.place)) for mark in page.marks)
    rulings = tuple(Ruling((one.start[0], 1 - one.start[1]), (one.end[0], 1 - one.end[1])) for one in page.rulings)
    return replace(page, lines=tuple(reversed(lines)), marks=marks, rulings=rulings, rotation=-page.rotation % 360)


def _down(place: Place) -> Place:
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = place.points
    return Place(((dx, 1 - dy), (cx, 1 - cy), (bx, 1 - by), (ax, 1 - ay)), place.page)


class Poser:
    """Turns samples into questions. ``embed`` and ``reader`` None leave out what the models say."""

    def __init__(self, fields: Fields, embed: Embed | None = None, reader: ReadPage | None = None) -> None:
        self._fields = fields
        remembering = None if reader is None else Remembering(reader)
        self._reader: Callable[[], ReadPage | None] = lambda: remembering
        self._known = Answers(fields, lambda: embed, self._reader)
        self._unaware: dict[str, Answers] = {}
        self._embed = embed

    def posed(self, sample: Sample, rng: random.Random) -> Iterator[Posed]:
        reading = simulated(sample, rng)
        if sample.family != "receipt" and rng.random() < FLIPPED:
            reading = flipped(reading)
        layout = understand(reading)
        desks = self._known.desks(reading, layout)
        for desk in desks:
            desk.ask([question.text for question in sample.questions])
        for question in sample.questions:
            if rng.random() < UNKNOWN:
                unaware = self._without(question.text)
                seen = unaware.seen(Query(question.text), unaware.desks(reading, layout))
            else:
                seen = self._known.seen(Query(question.text), desks)
            if not seen:
                continue
            texts = [one.claim.value.text for one in seen]
            exact = np.array([question.answer is not None and same(text, question.answer) for text in texts])
            yield Posed(
                np.stack([one.row for one in seen]).astype(np.float32),
                tuple(one.key for one in seen),
                tuple(one.source for one in seen),
                exact,
                exact if exact.any() or question.answer is None else _nearly(texts, question.answer),
                question.answer is not None,
                sample.layout,
                sample.family,
                sample.level,
            )

    def _without(self, question: str) -> Answers:
        """Answers whose vocabulary lacks the field that a question asks for."""
        field = self._fields.ask(question).field or ""
        if field not in self._unaware:
            words = Unaware(self._fields, field)
            self._unaware[field] = Answers(self._fields, lambda: self._embed, self._reader, words=words)
        return self._unaware[field]


class Remembering:
    """A page reader that remembers what it said of the last page."""

    def __init__(self, reader: ReadPage) -> None:
        self._reader, self._texts = reader, list[str]()
        self._said: dict[str, Vectors] = {}

    def read_page(self, page: PageWords, questions: Sequence[str]) -> Vectors:
        if list(page.texts) != self._texts:
            self._texts, self._said = list(page.texts), {}
        fresh = [question for question in questions if question not in self._said]
        if fresh:
            self._said |= dict(zip(fresh, self._reader.read_page(page, fresh), strict=True))
        return np.stack([self._said[question] for question in questions])


class Unaware(Words):
    """The vocabulary as it would be without one field."""

    def __init__(self, fields: Fields, lacking: str) -> None:
        super().__init__(fields)
        self._lacking, self._bare = lacking, Words(Fields({}))

    def _named(self, label: str) -> Named:
        return tuple(named for named in super()._named(label) if named[0] != self._lacking)

    def _wanted(self, question: str) -> Wanted:
        asked = self._fields.ask(question)
        if asked.field != self._lacking:
            return super()._wanted(question)
        if asked.others and asked.others[0].score >= LOWEST:
            next_best = replace(
                asked, field=asked.others[0].field, confidence=asked.others[0].score, others=asked.others[1:]
            )
            return self._of(next_best)
        return self._bare.wanted(question)


def _nearly(texts: Sequence[str], answer: str) -> NDArray[np.bool_]:
    likeness = np.array([fuzz.ratio(plain(text), plain(answer)) for text in texts])
    return (likeness >= NEARLY) & (likeness == likeness.max())


def collected(
    fields: Fields,
    count: int,
    embed: Embed | None = None,
    split: str = "train",
    seed: int = 1,
    families: Sequence[str] = (),
    pages: int = 0,
    readers: Sequence[ReadPage] = (),
) -> list[Posed]:
    """The questions of so many samples, and ``pages`` more of benchmarks/forms/pages.

    Half of the samples are posed without the embedding model. ``readers`` (as many as reader_folds.READERS) are for the
    pages alone, each for those that it has not seen; they have all seen the generator's. One page in eight does without
    any model. The same arguments give the same questions.
    """
    rng, without = random.Random(seed), (Poser(fields), Poser(fields, embed))
    known = [Poser(fields, embed, reader) for reader in readers]
    posed: list[Posed] = []
    for n, sample in enumerate(mixed(split, seed, count, pages, families)):
        read = n >= count and readers and n // 7 % 8
        poser = known[reader_of(sample.layout)] if read else without[n // 7 % 2]
        posed += poser.posed(sample, rng)
    return posed
