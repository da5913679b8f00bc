"""How well each slide fits a question: its words, its meaning, and what the question names outright.

The score is a weighted mean of shares from 0 to 1, so that it means the same in every search:

- words: what part of the question's words stands on the slide, each word counted by how few slides hold it (the
  inverse document frequency of Robertson and Sparck Jones, 1976); words that name the deck stand on all of its slides;
- together: the same for the best single row, series or group of lines, with the title of the slide;
- title: the same for the title alone;
- label: the same for what stands before a colon, names a row, or heads a column, if the question says all of it;
- meaning: the cosine of the question to the best piece and to the whole slide, between UNLIKE and ALIKE.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from groundstone.models.base import Vectors
from groundstone.slides import lexis
from groundstone.slides.bank import NO_ROWS, BankedDeck
from groundstone.slides.base import SlideHit, Way
from groundstone.slides.named import Named

Floats = NDArray[np.float64]
UNLIKE, ALIKE = 0.1, 0.85  # cosines of MiniLM: texts that have nothing in common, and a question with its answer
NEAR = 0.12  # scores of right slides are seldom below it, those of questions about something else mostly
OUTSTANDING = 3.0
SAME_NAME = 0.5  # decks that are off by less than this share of the most count as of one name
NAMED_LESS = 0.8  # of the weight of a word is not counted where the word names the deck


@dataclass(frozen=True, slots=True)
class Weights:
    words: float = 0.15
    together: float = 0.27
    title: float = 0.07
    label: float = 0.10
    piece: float = 0.27
    whole: float = 0.10
    picture: float = 0.25  # share of the score that the vectors of pictures make up, where there are any
    number: float = 0.5  # added for a slide whose number is named
    deck: float = 0.35  # taken off as far as other decks are named and this one is not
    plain: float = 0.30  # taken off a slide that only opens or closes something
    no_digits: float = 0.10  # taken off the shares of a piece where a number is asked for and the piece has none


WEIGHTS = Weights()


@dataclass(frozen=True, slots=True)
class Asked:
    """A question to rank by: what it names, and its vectors by the models of words and of pictures."""

    named: Named
    way: Way
    model: str = ""
    vector: Vectors | None = None
    picture_model: str = ""
    picture_vector: Vectors | None = None


def ranked(spread: Spread, asked: Asked, limit: int, weights: Weights = WEIGHTS) -> list[SlideHit]:
    """The best slides of the decks, best first; equal ones in the order of the decks and slides."""
    found: list[tuple[float, int, int]] = []
    every: list[dict[str, Floats]] = []
    offs, seen = spread.off().tolist(), _pictures(spread.decks, asked)
    for at, deck in enumerate(spread.decks):
        shares = _shares(deck, asked, spread, weights)
        if seen:
            shares["picture"] = seen[at]
        score = _score(deck, asked, shares, weights) - weights.deck * offs[at]
        best = np.argsort(-score, kind="stable")[:limit]
        found += [(float(score[row]), at, int(row)) for row in best]
        every.append(shares)
    found.sort(key=lambda one: -one[0])
    return [_hit(spread.decks[at], row, score, every[at], offs[at]) for score, at, row in found[:limit]]


def near(hits: Sequence[SlideHit]) -> bool:
    """Whether any slide that was found has something to do with the question; see ``NEAR``."""
    return any(hit.score >= NEAR for hit in hits)


def _hit(deck: BankedDeck, row: int, score: float, shares: Mapping[str, Floats], off: float) -> SlideHit:
    reasons = tuple((name, round(float(values[row]), 3)) for name, values in shares.items())
    bounded = round(min(max(score, 0.0), 1.0), 4)
    return SlideHit(deck.id, int(deck.numbers[row]), bounded, (*reasons, ("other deck", round(off, 3))))


def _score(deck: BankedDeck, asked: Asked, shares: Mapping[str, Floats], weights: Weights) -> Floats:
    """One number a slide, from 0 to about 1 before what is named outright."""
    used = [name for name in ("words", "together", "title", "label", "piece", "whole") if name in shares]
    total = sum(getattr(weights, name) for name in used)
    score: Floats = sum((shares[name] * getattr(weights, name) for name in used), np.zeros(len(deck.records))) / total
    if "picture" in shares:
        score = (1.0 - weights.picture) * score + weights.picture * shares["picture"]
    score = score + weights.number * _numbered(deck, asked.named)
    if not asked.named.wants_front:
        score = score - weights.plain * deck.plain
    return score


def _numbered(deck: BankedDeck, named: Named) -> Floats:
    wanted = {int(deck.numbers[-1]) if number == -1 else number for number in named.numbers}
    return np.isin(deck.numbers, list(wanted)).astype(np.float64)


def _shares(deck: BankedDeck, asked: Asked, spread: Spread, weights: Weights) -> dict[str, Floats]:
    less = weights.no_digits if asked.named.wants_number else 0.0
    lacking = np.where(deck.sheet.digits, 0.0, less)
    shares = spread.shares(deck, lacking)
    if asked.vector is not None and (found := deck.vectors(asked.way, asked.model)) is not None:
        vectors, owner = found
        cosines = _scaled(vectors @ asked.vector)
        if len(lacking) == len(cosines):
            cosines = np.maximum(cosines - lacking, 0.0)
        shares["piece"] = _best(cosines, owner, len(deck.records))
        firsts = np.unique(owner, return_index=True)[1]
        whole = np.zeros(len(deck.records))
        whole[owner[firsts]] = cosines[firsts]
        shares["whole"] = whole
    return shares


def _pictures(decks: Sequence[BankedDeck], asked: Asked) -> list[Floats]:
    """A share for each slide of each deck by the vector of its picture; nothing where none has one.

    Models differ in what cosines mean, so a picture counts by how many standard deviations it is above the mean of
    all; ``OUTSTANDING`` of them are a full share.
    """
    by = {asked.model: asked.vector, asked.picture_model: asked.picture_vector}
    cosines = [np.full(len(deck.records), np.nan) for deck in decks]
    for own, deck in zip(cosines, decks, strict=True):
        for model, vector in by.items():
            if vector is not None and (found := deck.pictures(model)) is not None:
                own[found[1]] = found[0] @ vector
    every = np.concatenate(cosines)
    every = every[~np.isnan(every)]
    if not len(every):
        return []
    if len(every) < 2 or every.std() < 1e-6:
        return [np.nan_to_num(own, nan=0.0).clip(0.0, 1.0) for own in cosines]
    return [
        np.nan_to_num((own - every.mean()) / (OUTSTANDING * every.std()), nan=0.0).clip(0.0, 1.0) for own in cosines
    ]


def _scaled(cosines: Vectors) -> Floats:
    return np.clip((cosines.astype(np.float64) - UNLIKE) / (ALIKE - UNLIKE), 0.0, 1.0)


def _best(values: Floats, owner: NDArray[np.int64], count: int) -> Floats:
    found = np.zeros(count)
    np.maximum.at(found, owner, values)
    return found


class Spread:
    """How the words of a question are spread over the decks that are searched, and which of them name a deck."""

    def __init__(self, decks: Sequence[BankedDeck], words: Sequence[str]) -> None:
        self.decks, self.words = [deck for deck in decks if deck.records], tuple(words)
        self._forms = {word: self._forms_of(word) for word in words}
        shape = (len(self.decks), len(self.words))
        named = [[self._names(deck, word) for word in words] for deck in self.decks]
        held = [[len(self._slides(deck, word)) for word in words] for deck in self.decks]
        self._named = np.array(named, np.float64).reshape(shape)
        self._held = np.array(held, np.float64).reshape(shape)
        slides, counts = sum(len(deck.records) for deck in self.decks), self._held.sum(axis=0)
        self.naming = _naming(self._named, self._held)
        rarity = np.log1p((slides - counts + 0.5) / (counts + 0.5))
        self._weights = rarity * (1.0 - NAMED_LESS * self.naming)
        self._total = float(self._weights.sum()) or 1.0

    def _names(self, deck: BankedDeck, word: str) -> bool:
        return any(form in deck.identity for form in self._forms[word])

    def _forms_of(self, word: str) -> tuple[str, ...]:
        """The word, or what it may be where no slide holds it: another ending, or a slip of the hand."""
        if any(word in deck.sheet.rows_of or word in deck.identity for deck in self.decks):
            return (word,)
        like = {
            other
            for deck in self.decks
            for other in deck.vocabulary.get(word[0], ())
            if abs(len(other) - len(word)) <= 3 and lexis.meets(word, frozenset({other}))
        }
        return tuple(sorted(like))

    def _slides(self, deck: BankedDeck, word: str) -> NDArray[np.int64]:
        return np.unique(deck.sheet.owner[self._rows(deck, word)])

    def _rows(self, deck: BankedDeck, word: str) -> NDArray[np.int64]:
        rows = [deck.sheet.rows_of[form] for form in self._forms[word] if form in deck.sheet.rows_of]
        return np.concatenate(rows) if rows else np.zeros(0, np.int64)

    def off(self) -> Floats:
        """How far each deck is not the one that the question names, from 0 to 1; shape (decks,).

        Decks of one name ("Northwind review 2021", "Northwind review 2022") are told apart by what only some of them
        are called, even where further decks speak of it.
        """
        first = self._off(np.arange(len(self.decks)))
        alike = np.flatnonzero(first <= first.min() + SAME_NAME * (first.max() - first.min()))
        if 1 < len(alike) < len(self.decks):
            first[alike] += (1.0 - first[alike]) * self._off(alike)
        return first

    def _off(self, rows: NDArray[np.int64]) -> Floats:
        """The same among some decks."""
        named, held = self._named[rows], self._held[rows]
        naming = _naming(named, held)
        counts = np.maximum(named.sum(axis=0), 1.0)
        weights = naming * np.log((len(rows) + 0.01) / counts)
        if not weights.sum() > 0.01:
            return np.zeros(len(rows))
        share = named @ weights / weights.sum()
        return np.asarray(naming.max() * (share.max() - share), np.float64)

    def shares(self, deck: BankedDeck, lacking: Floats) -> dict[str, Floats]:
        """Shares of the question's words on each slide, in its best piece, and in its title.

        ``lacking``: what is taken off each piece for not being of the kind that answers.
        """
        count, sheet = len(deck.records), deck.sheet
        held = np.zeros((len(self.words), len(sheet.owner)), np.bool_)
        for at, word in enumerate(self.words):
            held[at, self._rows(deck, word)] = True
        kinds = np.array(sheet.kinds)
        whole, title = kinds == "whole", kinds == "title"
        titles = np.zeros((len(self.words), count), np.bool_)
        titles[:, sheet.owner[title]] = held[:, title]
        pieces = held | titles[:, sheet.owner]
        single = ~whole & ~title
        return {
            "words": _best(self._part(held[:, whole]), sheet.owner[whole], count),
            "together": _best(self._part(pieces[:, single]) - lacking[single], sheet.owner[single], count),
            "title": _best(self._part(held[:, title]), sheet.owner[title], count),
            "label": self._labels(deck),
        }

    def _labels(self, deck: BankedDeck) -> Floats:
        """The share of the question's words in the best label that the question says in full."""
        sheet = deck.sheet
        met, worth = np.zeros(len(sheet.sizes), np.int64), np.zeros(len(sheet.sizes))
        for word, weight in zip(self.words, self._weights, strict=True):
            rows = np.unique(
                np.concatenate([sheet.labels_of.get(form, NO_ROWS) for form in (word, *self._forms[word])])
            )
            met[rows] += 1
            worth[rows] += weight
        full = met >= sheet.sizes
        return _best(worth[full] / self._total, sheet.label_owner[full], len(deck.records))

    def _part(self, held: NDArray[np.bool_]) -> Floats:
        return np.asarray(self._weights @ held / self._total, np.float64)


def _naming(named: Floats, held: Floats) -> Floats:
    """How surely each word names decks: not where other decks speak of it too. Both (decks, words) to (words,)."""
    count = named.sum(axis=0)
    others = ((held > 0) & (named == 0)).sum(axis=0)
    return np.asarray(count / np.maximum(count + others, 1.0), np.float64)
