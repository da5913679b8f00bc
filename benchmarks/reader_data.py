"""Pages with questions as the page reader (models/pagereader.py) learns from them: words, places, where answers stand.

The samples are those of benchmarks/forms, read by a simulated OCR.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from benchmarks.forms.form_types import FOLDER, FormType, form_types
from benchmarks.forms.pages import page_samples
from benchmarks.forms.sample import Question, Sample, samples
from benchmarks.forms.simulate import simulated
from benchmarks.forms.typed_forms import type_samples
from benchmarks.queries_data import FLIPPED, flipped, plain
from rapidfuzz import fuzz

from groundstone.documents.base import Place
from groundstone.documents.queries.located import page_words
from groundstone.documents.queries.sheet import Sheet
from groundstone.models.base import PageWords

BY_LABEL = 0.42  # of questions to typed forms: asked by a label of the field, not in the words of an author
LONGEST = 30  # words of an answer
NEARLY = 75  # likeness in percent of a misread answer to the right one


Labels = Sequence[tuple[str, str]]  # section and label, as they may be printed


@dataclass(frozen=True)
class Asked:
    """A question, and the first and last word of its answer; -1 where the page does not say."""

    text: str
    first: int
    last: int


@dataclass(frozen=True)
class Posed:
    page: PageWords
    asked: tuple[Asked, ...]
    layout: str


def posed(
    made: Iterable[Sample], rng: random.Random, labels: Mapping[tuple[str, str], Labels] | None = None
) -> Iterator[Posed]:
    """Samples as pages with questions; a question whose answer was not read at all is left out."""
    for sample in made:
        reading = simulated(sample, rng)
        turned = sample.family != "receipt" and rng.random() < FLIPPED
        reading = flipped(reading) if turned else reading
        if not reading.pages[0].lines:
            continue
        sheet = Sheet(reading.pages[0])
        words = [word for piece in sheet.pieces for word in piece.words]
        page, middles = page_words(sheet), [_middle(word.place) for word in words]
        asked = [
            _asked(_wording(question, rng, labels or {}), question, page.texts, middles, turned)
            for question in sample.questions
        ]
        found = tuple(one for one in asked if one is not None)
        if found:
            yield Posed(page, found, sample.layout)


def collected(generated: int, pages: int, typed: int, seed: int, types: Path = FOLDER) -> list[Posed]:
    """So many samples of the generator, of pages and of form types, in this order. Same arguments, same questions."""
    rng, labels = random.Random(seed), _labels(form_types(types)) if typed else {}
    made = list(posed(samples("all", seed, generated), rng)) if generated else []
    made += posed(page_samples("all", seed, pages), rng) if pages else []
    made += posed(type_samples(seed, typed, folder=types), rng, labels) if typed else []
    return made


def _labels(types: Iterable[FormType]) -> dict[tuple[str, str], Labels]:
    """How a field is labelled, by its number and a question that asks for it; two types may bear one name."""
    fields = [(f"{one.name}/{k}", field) for one in types for k, field in enumerate(one.fields)]
    return {(number, question): field.labels for number, field in fields for question in field.questions}


def _wording(question: Question, rng: random.Random, labels: Mapping[tuple[str, str], Labels]) -> str:
    """Labels themselves are the easiest of questions: without them it takes much longer to learn what a place means."""
    known = labels.get((question.field, question.text))
    if known is None or rng.random() > BY_LABEL:
        return question.text
    section, label = rng.choice(known)
    if section:
        label = rng.choice(
            (f"{section} {label}", f"{section}: {label}", f"{label} ({section})", f"{label} of {section}")
        )
    label = label.rstrip(" :")
    ways = (
        label,
        label,
        f"What is the {label}?",
        f"What is the {label}?",
        f"What is {label}?",
        f"{label}?",
        label.lower(),
    )
    return rng.choice(ways)


def _asked(
    text: str, question: Question, words: Sequence[str], middles: Sequence[tuple[float, float]], turned: bool
) -> Asked | None:
    if question.answer is None or question.place is None:
        return Asked(text, -1, -1)
    x, y = _middle(question.place)
    span = _nearest(plain(question.answer), words, middles, (x, 1 - y if turned else y))
    if span is None and not turned:
        span = _inside(question.place, plain(question.answer), words, middles)
    return None if span is None else Asked(text, *span)


def _nearest(
    wanted: str, words: Sequence[str], middles: Sequence[tuple[float, float]], at: tuple[float, float]
) -> tuple[int, int] | None:
    """The run of words that reads so and lies nearest to a place."""
    best: tuple[float, int, int] | None = None
    for first, word in enumerate(words):
        if not plain(word) or not wanted.startswith(plain(word)[:1]):
            continue
        last, length = first, 0
        while last < min(first + LONGEST, len(words)) and length < len(wanted):
            length += len(plain(words[last]))
            last += 1
        if plain("".join(words[first:last])) == wanted:
            x = (middles[first][0] + middles[last - 1][0]) / 2 - at[0]
            y = (middles[first][1] + middles[last - 1][1]) / 2 - at[1]
            best = min(best or (np.inf, 0, 0), (x * x + y * y, first, last - 1))
    return None if best is None else best[1:]


def _inside(
    place: Place, wanted: str, words: Sequence[str], middles: Sequence[tuple[float, float]]
) -> tuple[int, int] | None:
    """The words within a place, if they are nearly those wanted."""
    there = [k for k, middle in enumerate(middles) if _holds(place, middle)]
    if not there or fuzz.ratio(plain("".join(words[k] for k in there)), wanted) < NEARLY:
        return None
    return there[0], there[-1]


def _middle(place: Place) -> tuple[float, float]:
    xs, ys = zip(*place.points, strict=True)
    return sum(xs) / 4, sum(ys) / 4


def _holds(place: Place, point: tuple[float, float]) -> bool:
    """Whether a point lies on the same side of all four edges."""
    corners = place.points
    sides = [
        (x2 - x1) * (point[1] - y1) - (y2 - y1) * (point[0] - x1)
        for (x1, y1), (x2, y2) in zip(corners, (*corners[1:], corners[0]), strict=True)
    ]
    return all(side >= -1e-5 for side in sides) or all(side <= 1e-5 for side in sides)
