"""Labels of fields as words that can be compared, and an index that finds which known labels a text resembles.

A label becomes a tuple of folded words: without punctuation, articles and patterns such as (DD/MM/YYYY), with one word
for all the ways to write "number", and without plural. Words weigh by how few fields use them, so "birth" tells more
than "date". A word that no label has is taken for the nearest known one, since OCR slips.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from groundstone.documents.values.base import fold, words

_NUMBER = words(
    "no nr num number numero nummer numer nbr nmr numbr numerus ndeg nro numera numarasi nomor nombor szam cislo"
)
_SKIP = words(
    "of the a an and de du des d la le les l der die das dem den del della dello di do dos van het een el los las lo",
    "il y e et und en our your his her their this that with for o os s your dell ved av i och og oder or ou ve",
)
_CAMEL = re.compile(r"(?<=[a-zà-ÿ])(?=[A-ZÀ-Þ][a-zà-ÿ])|(?<=[^\W\d_]{3})(?=\d)")
_INITIALS = re.compile(r"(?<![^\W_])(?:[^\W\d_]\.\s?){2,5}[^\W\d_]?(?![^\W_])")
_PART = r"(?:d{1,2}|m{1,3}|y{2,4}|t{2}|j{2,4}|a{2,4}|g{2})"
_PATTERN = re.compile(rf"[(\[]?\b{_PART}(?:[-/. ]{{1,2}}{_PART}){{1,2}}\b[)\]]?")  # DD/MM/YYYY, TT.MM.JJJJ
_TOKEN = re.compile(r"[^\W_]+|#")
_PARTS = re.compile(r"\s*(?:/|\||•|·|\n|;|\s[-–—]\s|[()\[\]])\s*")
LONGEST = 120  # characters; a longer text is no label
_COMMON = 14  # fields; a word of more of them does not lead to a label by itself
_LETTERS = str.maketrans("0158", "olsb")
_UNKNOWN = 0.4  # weight of a word that no label has


@lru_cache(maxsize=16_384)
def tokens(text: str) -> tuple[str, ...]:
    """The words that tell something, in order: "Date of Birth (DD/MM/YYYY):" is (date, birth)."""
    plain = fold(_CAMEL.sub(" ", text))
    plain = _PATTERN.sub(" ", plain)
    plain = _INITIALS.sub(lambda hit: hit[0].replace(".", "").replace(" ", "") + " ", plain)
    plain = re.sub(r"'s\b|s'(?=\s|$)", " ", plain)
    found = tuple(_stem(token) for token in _TOKEN.findall(plain))
    return tuple(token for token in found if token not in _SKIP) or found


def joined(text: str) -> str:
    """The letters and digits of a text, folded, without blanks."""
    return re.sub(r"[\W_]+", "", fold(text))


def parts(text: str) -> list[str]:
    """The parts of a label in several languages: "Name / Nom" has two; words in brackets are a part too."""
    return [part for part in _PARTS.split(text) if part]


def _stem(token: str) -> str:
    if "0" in token and not token.isdigit() and not token[0].isdigit() | token[-1].isdigit():
        token = token.replace("0", "o")
    elif token in ("0f", "n0", "0n", "1d"):
        token = {"0f": "of", "n0": "no", "0n": "on", "1d": "id"}[token]
    if token == "#" or token in _NUMBER:
        return "number"
    if (
        len(token) > 4
        and token != "doses"
        and token.endswith("s")
        and not token.endswith(("ss", "us", "is", "as", "os"))
    ):
        return token[:-1]
    return token


@dataclass(frozen=True, slots=True)
class _Label:
    owner: str
    words: frozenset[str]
    weight: float


class LabelIndex:
    """Known labels by their words. ``owners`` gives for every name its labels, ``texts`` whose the joined ones are."""

    def __init__(self, owners: Iterable[tuple[str, Sequence[tuple[str, ...]]]], texts: Mapping[str, str]) -> None:
        pairs = [(owner, label) for owner, labels in owners for label in labels if label]
        users: dict[str, set[str]] = defaultdict(set)
        for owner, label in pairs:
            for word in label:
                users[word].add(owner)
        self._weights = {word: 1 / (0.5 + math.log2(1 + len(names))) for word, names in users.items()}
        self._common = {word for word, names in users.items() if len(names) > _COMMON}
        self._exact: dict[tuple[str, ...], list[str]] = defaultdict(list)
        self._joined: dict[str, list[str]] = defaultdict(list)
        self._by_word: dict[str, list[_Label]] = defaultdict(list)
        for text, owner in texts.items():
            self._joined[text].append(owner)
        self._texts: dict[int, list[str]] = defaultdict(list)
        for text in texts:
            self._texts[len(text)].append(text)
        for owner, label in pairs:
            self._add(owner, label)
        self._by_length: dict[int, list[str]] = defaultdict(list)
        for word in self._weights:
            self._by_length[len(word)].append(word)
        self._mended: dict[str, tuple[str, float]] = {}

    def _add(self, owner: str, label: tuple[str, ...]) -> None:
        if owner not in self._exact[label]:
            self._exact[label].append(owner)
            self._joined["".join(label)].append(owner)
        held = frozenset(label)
        entry = _Label(owner, held, sum(self._weights[word] for word in held))
        for word in held - self._common or held:
            self._by_word[word].append(entry)

    def weight(self, word: str) -> float:
        return self._weights.get(word, _UNKNOWN)

    def exact(self, label: tuple[str, ...]) -> list[str]:
        """The owners of just this label, also where OCR lost the blanks in it."""
        return self._exact.get(label) or self._joined.get("".join(label), [])

    def near(self, text: str) -> tuple[str, float] | None:
        """The owner of the label whose letters, without blanks, are nearest to these, and how alike they are."""
        most = len(text) // 8
        near = [one for size in range(len(text) - most, len(text) + most + 1) for one in self._texts.get(size, ())]
        best = process.extractOne(text, near, scorer=Levenshtein.distance, score_cutoff=most)
        return (self._joined[best[0]][0], 1 - best[1] / len(text)) if best else None

    def mend(self, word: str) -> tuple[str, float]:
        """The known word that a word is or resembles, and how much, from 0.8 to 1; itself and 0.0 if none."""
        if word in self._weights:
            return word, 1.0
        if word not in self._mended:
            if len(self._mended) > 50_000:
                self._mended.clear()
            self._mended[word] = self._nearest(word)
        return self._mended[word]

    def _nearest(self, word: str) -> tuple[str, float]:
        plain = word.translate(_LETTERS)
        if plain in self._weights:
            return plain, 0.95
        if len(word) < 6 or word.isdigit():
            return word, 0.0
        most = 1 if len(word) < 9 else 2
        near = [one for size in range(len(word) - most, len(word) + most + 1) for one in self._by_length.get(size, ())]
        best = process.extractOne(plain, near, scorer=Levenshtein.distance, score_cutoff=most)
        return (best[0], 1 - best[1] / len(word)) if best else (word, 0.0)

    def scores(self, label: Sequence[str]) -> dict[str, tuple[float, frozenset[str]]]:
        """Owner to (likeness 0..1, the words of ``label`` that its best label covers)."""
        mended = {word: self.mend(word) for word in label}
        known = {near: (sure, word) for word, (near, sure) in mended.items() if sure}
        total = sum(self._weights[near] if sure else _UNKNOWN for near, sure in mended.values())
        best: dict[str, tuple[float, frozenset[str]]] = {}
        for entry in {id(one): one for word in known for one in self._by_word.get(word, ())}.values():
            shared = entry.words & known.keys()
            weight = sum(self._weights[word] * known[word][0] for word in shared)
            covered = weight / entry.weight
            score = covered * covered * (0.4 + 0.6 * weight / total)
            if score > best.get(entry.owner, (0.0,))[0]:
                best[entry.owner] = (score, frozenset(known[word][1] for word in shared))
        return best
