"""Finding names (titles, people, places, values) in a question, despite case, accents, articles and misspelling."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from groundstone.questions.words import STOP, Token, keys

ARTICLES = frozenset("the a an le la les el los las il lo der die das l un une".split())
_NUMBERS = {
    word: str(number)
    for number, word in enumerate("zero one two three four five six seven eight nine ten eleven twelve".split())
}
_ROMAN = {"ii": "2", "iii": "3", "iv": "4", "vi": "6", "vii": "7", "viii": "8", "ix": "9"}
_PARTS = re.compile(r"\s*(?::| - | – |\bor: )\s*")
LONGEST = 14


@dataclass(frozen=True, slots=True)
class Name:
    """A value of a field. ``alias``: reached by a part of the value (a surname, what stands before a colon)."""

    field: str
    value: str
    count: int
    alias: bool = False


@dataclass(frozen=True, slots=True)
class Mention:
    """Names that tokens[start:end] may mean. ``corrected``: the spelling was mended to this."""

    start: int
    end: int
    names: tuple[Name, ...]
    corrected: str | None = None

    @property
    def length(self) -> int:
        return self.end - self.start

    def of(self, fields: Iterable[str]) -> tuple[Name, ...]:
        wanted = set(fields)
        return tuple(name for name in self.names if name.field in wanted)


def canonical(words: Sequence[str]) -> tuple[str, ...]:
    """Words with numbers as digits, without 'and', 'the' and a leading article."""
    start = 1 if len(words) > 1 and words[0] in ARTICLES else 0
    kept = [_NUMBERS.get(word, word) for word in words[start:] if word not in ("and", "the")] or list(words[start:])
    return tuple(kept[:1] + [_ROMAN.get(word, word) for word in kept[1:]])


class NameIndex:
    """Maps folded words to names. Built once for a version of a collection."""

    def __init__(self) -> None:
        self._names: dict[str, list[Name]] = {}
        self._squashed: dict[str, str] = {}
        self._words: set[str] = set()
        self._by_length: dict[int, list[str]] = {}

    def add(self, name: Name, *, person: bool = False, title: bool = False, parts: bool = False) -> None:
        """``person``: also by surname; ``title``: also by the part before or after a colon; ``parts``: by commas."""
        words = canonical(keys(name.value))
        if not words:
            return
        self._put(words, name)
        alias = Name(name.field, name.value, name.count, alias=True)
        for part in _aliases(name.value, words, person, title, parts):
            if part and part != words and not all(word.isdigit() for word in part):
                self._put(part, alias)

    def _put(self, words: tuple[str, ...], name: Name) -> None:
        text = " ".join(words)
        known = self._names.setdefault(text, [])
        if not any(other.field == name.field and other.value == name.value for other in known):
            known.append(name)
        self._squashed.setdefault("".join(words), text)
        self._words.update(words)

    def add_series(self, field: str) -> None:
        """Two or three words with which several titles begin also mean all of these: "harry potter"."""
        starts: dict[tuple[str, ...], list[Name]] = {}
        for text, names in self._names.items():
            words = tuple(text.split())
            whole = [name for name in names if name.field == field and not name.alias]
            for length in (2, 3):
                if len(words) > length and whole and not all(word in STOP for word in words[:length]):
                    starts.setdefault(words[:length], []).extend(whole)
        for words, names in starts.items():
            if len(names) > 1 and " ".join(words) not in self._names and words[-1] not in STOP:
                for name in names:
                    self._put(words, Name(name.field, name.value, name.count, alias=True))

    def __len__(self) -> int:
        return len(self._names)

    def knows_word(self, word: str) -> bool:
        return word in self._words

    def lookup(self, words: Sequence[str]) -> tuple[Name, ...]:
        """Names with exactly these folded words, whole names before aliases."""
        wanted = canonical(words)
        found = self._names.get(" ".join(wanted))
        if found is None:
            squashed = "".join(wanted)
            found = self._names.get(self._squashed.get(squashed, ""), []) if len(squashed) > 4 else []
        whole = tuple(name for name in found if not name.alias)
        held = {name.field for name in whole}
        return whole + tuple(name for name in found if name.alias and name.field not in held)

    def series(self, words: Sequence[str], field: str) -> tuple[Name, ...]:
        """All values of a field that begin with these words, as the films of a series do."""
        wanted = " ".join(canonical(words))
        found = (
            name
            for text, names in self._names.items()
            if text == wanted or text.startswith(wanted + " ")
            for name in names
            if name.field == field
        )
        return tuple(dict.fromkeys(found))

    def containing(self, words: Sequence[str], field: str) -> tuple[Name, ...]:
        """Values of a field that hold these words side by side."""
        wanted = f" {' '.join(canonical(words))} "
        found = (
            name
            for text, names in self._names.items()
            if wanted in f" {text} "
            for name in names
            if name.field == field and not name.alias
        )
        return tuple(dict.fromkeys(found))

    def mentions(self, tokens: Sequence[Token]) -> list[Mention]:
        """All spans that are names, overlapping ones included, longest first."""
        found = []
        for start in range(len(tokens)):
            if tokens[start].folded == "and":
                continue
            for end in range(min(len(tokens), start + LONGEST), start, -1):
                if tokens[end - 1].folded != "and" and (names := self._at(tokens, start, end)):
                    found.append(Mention(start, end, names))
        return sorted(found, key=lambda mention: (-mention.length, mention.start))

    def _at(self, tokens: Sequence[Token], start: int, end: int) -> tuple[Name, ...]:
        words = [token.folded for token in tokens[start:end]]
        if end - start > 1 and words[0] in ARTICLES and end - start == 2 and words[1] in STOP:
            return ()
        names = self.lookup(words)
        last = tokens[end - 1]
        return names or (self.lookup([*words[:-1], last.base]) if last.possessive else ())

    def corrected(self, tokens: Sequence[Token], start: int, end: int) -> Mention | None:
        """The name that tokens[start:end] most likely misspell, or None."""
        words = canonical([*(token.folded for token in tokens[start : end - 1]), tokens[end - 1].base])
        unknown = [at for at, word in enumerate(words) if word not in self._words]
        if not words or len(unknown) > 2:
            return None
        for place in unknown:
            for near in self._near(words[place]):
                if names := self.lookup((*words[:place], near, *words[place + 1 :])):
                    return Mention(start, end, names, names[0].value)
        return self._whole(tokens, start, end, " ".join(words))

    def _near(self, word: str) -> list[str]:
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        allowed = 0 if len(word) < 4 else 1 if len(word) < 8 else 2
        if not allowed or word.isdigit():
            return []
        pool = self._pool(len(word), allowed)
        best = process.extract(word, pool, scorer=OSA.distance, score_cutoff=allowed, limit=8)
        return [text for text, _, _ in sorted(best, key=lambda item: (item[1], item[0][:1] != word[:1], item[0]))]

    def _pool(self, length: int, allowed: int) -> list[str]:
        if not self._by_length:
            for word in sorted(self._words):
                self._by_length.setdefault(len(word), []).append(word)
        return [
            word for near in range(length - allowed, length + allowed + 1) for word in self._by_length.get(near, ())
        ]

    def _whole(self, tokens: Sequence[Token], start: int, end: int, text: str) -> Mention | None:
        """Nearest whole name, for several small mistakes at once or a missing word."""
        from rapidfuzz import fuzz, process

        if len(text) < 5:
            return None
        pool = [name for name in self._names if abs(len(name) - len(text)) <= 3]
        best = process.extractOne(text, pool, scorer=fuzz.ratio, score_cutoff=84 if len(text) > 7 else 80)
        if best is None:
            return None
        names = self.lookup(best[0].split())
        return Mention(start, end, names, names[0].value) if names else None


def _aliases(value: str, words: tuple[str, ...], person: bool, title: bool, parts: bool) -> Iterable[tuple[str, ...]]:
    if person and len(words) > 1:
        yield words[-1:] if words[-1] not in STOP else ()
        if len(words) > 2:
            yield (words[0], words[-1])
            yield words[-2:]
            if all(len(word) == 1 for word in words[:-1]):
                yield ("".join(words[:-1]), words[-1])
    if title and len(words) > 2 and words[-2] == "part":
        yield (*words[:-2], words[-1])
    if title:
        pieces = _PARTS.split(value)
        if len(pieces) > 1:
            yield from (canonical(keys(piece)) for piece in pieces)
        if match := re.match(r"(?:\w\.){2,}(?=\s)", value):
            yield canonical(keys(match.group()))
        if "," in value and len(first := canonical(keys(value.split(",")[0]))) > 1:
            yield first
    if parts and "," in value:
        yield from (canonical(keys(piece)) for piece in value.split(","))
