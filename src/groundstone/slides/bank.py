"""Decks in memory as they are searched: which piece holds which word, and the vectors of the pieces."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundstone.models.base import Vectors
from groundstone.slides import lexis
from groundstone.slides.base import Way
from groundstone.slides.records import Embedding, Record

Rows = NDArray[np.int64]
FRONT_WORDS = 12  # of its title page that name a deck
NO_ROWS: Rows = np.zeros(0, np.int64)
_LABEL = re.compile(r"(?:(?<=\n)|^|(?<=\| ))([^|:\n]{2,80}?)(?=: | \|)")
TITLE_PAGE = 25  # words beside the title that a title page has at most
PLAIN_WORDS = 4  # a slide with fewer of its own, and no figure, only opens or closes a part
_ENDS = frozenset({"agenda", "outline", "content", "thank", "question", "q&a", "any question", "table of content"})


@dataclass(frozen=True, slots=True)
class Sheet:
    """The pieces of one deck one after another. ``owner``: the row of the slide of each; the first is the whole slide.

    ``rows_of``: for every word the pieces that hold it, ascending. ``digits``: which pieces hold a figure.
    ``labels_of``: for every word the labels that hold it; ``sizes`` and ``label_owner`` have an entry for each label,
    how many words it has and the row of its slide.
    """

    owner: Rows
    kinds: tuple[str, ...]
    rows_of: dict[str, Rows]
    digits: NDArray[np.bool_]
    labels_of: dict[str, Rows]
    sizes: Rows
    label_owner: Rows


@dataclass(frozen=True)
class BankedDeck:
    """One deck as it is searched. ``records`` are in the order of their slides."""

    id: str
    records: tuple[Record, ...]
    _kept: dict[str, Any] = field(default_factory=dict, repr=False)

    @cached_property
    def numbers(self) -> Rows:
        return np.array([record.slide for record in self.records], np.int64)

    @cached_property
    def identity(self) -> frozenset[str]:
        """Words that name the deck: of its name, its title and its title page."""
        first = self.records[0]
        words = set(_words_of_name(first.deck_name)) | set(lexis.bag(first.deck_title))
        front = first.pieces[0].text if first.pieces else ""
        if first.slide == 1 and self.plain[0]:
            words |= lexis.bag(" ".join(front.split()[:FRONT_WORDS]))
        return frozenset(words)

    @cached_property
    def sheet(self) -> Sheet:
        texts = [(row, piece.kind, piece.text) for row, one in enumerate(self.records) for piece in one.pieces]
        found: dict[str, list[int]] = defaultdict(list)
        for at, (_, _, text) in enumerate(texts):
            for word in lexis.bag(text):
                found[word].append(at)
        return Sheet(
            np.array([row for row, _, _ in texts], np.int64),
            tuple(kind for _, kind, _ in texts),
            {word: np.array(rows, np.int64) for word, rows in found.items()},
            np.array([any(map(str.isdigit, text)) for _, _, text in texts], np.bool_),
            *_labels((row, text) for row, kind, text in texts if kind == "whole"),
        )

    @cached_property
    def vocabulary(self) -> dict[str, list[str]]:
        """The words of the deck by their first letter."""
        found: dict[str, list[str]] = defaultdict(list)
        for word in self.sheet.rows_of:
            found[word[0]].append(word)
        return dict(found)

    @cached_property
    def plain(self) -> NDArray[np.bool_]:
        """Slides that only open or close something: title pages, agendas, thanks."""
        return np.array([_is_plain(record) for record in self.records], np.bool_)

    def vectors(self, way: Way, model: str) -> tuple[Vectors, Rows] | None:
        """Vectors of a way by a model, and the row of the slide of each; None when a slide lacks them."""
        name = "described" if way == "described" else "words"
        return self._stacked(name, model)

    def pictures(self, model: str) -> tuple[Vectors, Rows] | None:
        """Vectors of pictures by a model, and the row of the slide of each; None when there are none."""
        return self._stacked("picture", model)

    def _stacked(self, name: str, model: str) -> tuple[Vectors, Rows] | None:
        key = f"{name}/{model}"
        if key not in self._kept:
            made: list[tuple[int, Embedding]] = [
                (row, one)
                for row, record in enumerate(self.records)
                if (one := getattr(record, name)) is not None and one.model == model and len(one.vectors)
            ]
            self._kept[key] = (
                (
                    np.concatenate([one.vectors for _, one in made]),
                    np.concatenate([np.full(len(one.vectors), row, np.int64) for row, one in made]),
                )
                if made
                else None
            )
        found: tuple[Vectors, Rows] | None = self._kept[key]
        return found


def _words_of_name(name: str) -> Iterable[str]:
    stem = name.rpartition(".")[0] or name
    return lexis.bag(stem.replace("_", " ").replace("-", " "))


def _labels(texts: Iterable[tuple[int, str]]) -> tuple[dict[str, Rows], Rows, Rows]:
    """What names a value: before a colon, or at the head of a row."""
    found: dict[str, list[int]] = defaultdict(list)
    sizes: list[int] = []
    owners: list[int] = []
    for row, text in texts:
        for label in dict.fromkeys(_LABEL.findall(text)):
            words = lexis.content(label)
            for word in words:
                found[word].append(len(sizes))
            if words:
                sizes.append(len(words))
                owners.append(row)
    rows = {word: np.array(at, np.int64) for word, at in found.items()}
    return rows, np.array(sizes, np.int64), np.array(owners, np.int64)


def _is_plain(record: Record) -> bool:
    own = [piece for piece in record.pieces if piece.kind in ("words", "row")]
    words = sum(len(piece.text.split()) for piece in own)
    ends = " ".join(lexis.content(record.title)) in _ENDS
    return not record.has_figure and (words < (TITLE_PAGE if record.slide == 1 else PLAIN_WORDS) or ends)
