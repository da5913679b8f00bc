"""The words of a knowledge base: which phrases name a field, a value, a comparison, or something it does not hold.

Read from the ``[questions]`` tables of app.toml; docs/questions.md describes them. Whatever is not written
there is derived from the schema, so that a knowledge base without any table understands its own field names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from groundstone import filters
from groundstone.errors import ConfigError
from groundstone.filters import Filter, Sort
from groundstone.questions.common import NOUNS, adjectives, asks, own_names
from groundstone.questions.words import Token, key, keys
from groundstone.schema import FieldSpec, Schema

PhraseKind = Literal[
    "ask", "before", "after", "superlative", "comparative", "value", "meaning", "absent", "unit", "noun", "theme"
]
LONGEST = 7


@dataclass(frozen=True, slots=True)
class Phrase:
    """What a sequence of words may mean."""

    kind: PhraseKind
    field: str = ""
    value: Any = None


@dataclass(frozen=True, slots=True)
class Found:
    """A phrase at tokens[start:end]."""

    start: int
    end: int
    phrase: Phrase


@dataclass(frozen=True, slots=True)
class Meaning:
    """A vague word with a stated meaning."""

    name: str
    note: str
    where: Filter | None = None
    newest: Mapping[str, Any] | None = None  # {"field": "year", "within": 10}


@dataclass(frozen=True, slots=True)
class FieldWords:
    spec: FieldSpec
    says: str = ""
    person: bool = False
    seldom: bool = False  # a role that is only meant when it is named
    values: bool = False  # its values are recognised without a cue
    year: bool = False
    range: tuple[float, float] | None = None
    scale: Mapping[str, float] = field(default_factory=dict)  # unit word -> factor


class Lexicon:
    """All phrases, by their words."""

    def __init__(self, schema: Schema, tables: Mapping[str, Any]) -> None:
        self.schema = schema
        self.plain = "fields" not in tables  # a table without words of its own
        self.noun, self.nouns = _nouns(tables)
        self.fillers = frozenset(tables.get("fillers", ()))  # words that say nothing beside what is recognised
        self.theme_field: str | None = tables.get("theme_field")
        self.best = Sort(**tables["best"]) if "best" in tables else None
        self.fields = {spec.name: _field_words(spec, tables) for spec in schema.fields}
        self.meanings = {name: _meaning(name, table, schema) for name, table in tables.get("meanings", {}).items()}
        self._absent: Mapping[str, Sequence[str]] = tables.get("absent", {})
        self._phrases: dict[tuple[str, ...], list[Phrase]] = {}
        for words, phrase in _phrases(schema, tables, (*self.noun, *self.nouns)):
            if words:  # a unit like "€" has none
                self._phrases.setdefault(words, []).append(phrase)
        # What was found in the question that is being read; another thread may replace the pair, never part of it.
        self._recent: tuple[Sequence[Token], dict[tuple[PhraseKind, ...], list[Found]]] = ((), {})
        self._words = sorted({word for words in self._phrases for word in words if len(word) > 4})

    @property
    def year_field(self) -> str | None:
        return next((name for name, words in self.fields.items() if words.year), None)

    def people(self) -> list[str]:
        return [name for name, words in self.fields.items() if words.person]

    def absent_words(self, name: str) -> Sequence[str]:
        """The words for something that the schema has no field for."""
        return self._absent.get(name, ())

    def is_noun(self, word: str) -> bool:
        """Whether the word means one document or several."""
        return word in self.noun or word in self.nouns

    def seldom(self) -> set[str]:
        return {name for name, words in self.fields.items() if words.seldom}

    def find(self, tokens: Sequence[Token], *kinds: PhraseKind) -> list[Found]:
        """All phrases of these kinds, longest first at each place; a shorter one inside a longer is left out."""
        question, known = self._recent
        if question is not tokens:
            known = {}
            self._recent = (tokens, known)
        if kinds not in known:
            known[kinds] = list(self._find(tokens, kinds))
        return known[kinds]

    def _find(self, tokens: Sequence[Token], kinds: tuple[PhraseKind, ...]) -> Iterator[Found]:
        taken: dict[str, int] = dict.fromkeys(kinds, 0)
        for start in range(len(tokens)):
            for end in range(min(len(tokens), start + LONGEST), start, -1):
                here = [phrase for phrase in self.at(tokens, start, end) if end > taken.get(phrase.kind, end)]
                yield from (Found(start, end, phrase) for phrase in here)
                taken.update((phrase.kind, end) for phrase in here)

    def at(self, tokens: Sequence[Token], start: int, end: int) -> list[Phrase]:
        return self._phrases.get(tuple(token.folded for token in tokens[start:end]), [])

    def knows(self, word: str) -> bool:
        return (word,) in self._phrases

    def _alike(self, left: str, right: str) -> bool:
        """Whether two words mean the same field ("direct", "directed")."""
        meant = [{(item.kind, item.field) for item in self._phrases.get((word,), ())} for word in (left, right)]
        return bool(meant[0] & meant[1])

    def mended(self, token: Token) -> Token:
        """The token with a small spelling mistake in one of the platform's own words put right."""
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        word = token.folded
        allowed = 0 if len(word) < 6 or word in self._words else 1 if len(word) < 9 else 2
        best = process.extract(word, self._words, scorer=OSA.distance, score_cutoff=allowed, limit=2) if allowed else []
        if not best or best[0][0][0] != word[0]:
            return token
        if len(best) > 1 and best[1][1] == best[0][1] and not self._alike(best[0][0], best[1][0]):
            return token
        return replace(token, folded=best[0][0], base=best[0][0])


def _nouns(tables: Mapping[str, Any]) -> tuple[tuple[str, str], tuple[str, ...]]:
    singular, plural = tables.get("noun", ("document", "documents"))
    return (singular, plural), tuple(tables.get("also", NOUNS))


def _field_words(spec: FieldSpec, tables: Mapping[str, Any]) -> FieldWords:
    table = tables.get("fields", {}).get(spec.name, {})
    scale = dict.fromkeys([*table.get("units", ()), *([spec.unit] if spec.unit else ())], 1.0)
    scale |= {unit: float(factor) for unit, factor in table.get("scales", {}).items()}
    scale = {key(unit): factor for unit, factor in scale.items()}
    low_high = table.get("range")
    return FieldWords(
        spec,
        says=table.get("says", ""),
        person=bool(table.get("person")),
        seldom=bool(table.get("seldom")),
        values=bool(table.get("values", spec.type == "text" and "fields" not in tables)),
        year=table.get("kind") == "year" or (spec.name == "year" and spec.type == "integer"),
        range=(float(low_high[0]), float(low_high[1])) if low_high else None,
        scale=scale,
    )


def _meaning(name: str, table: Mapping[str, Any], schema: Schema) -> Meaning:
    if "where" not in table and "newest" not in table:
        raise ConfigError(f"questions.meanings.{name}: give it 'where' or 'newest'")
    where = filters.check(filters.from_json(table["where"]), schema) if "where" in table else None
    return Meaning(name, table.get("note", name), where, table.get("newest"))


def _phrases(
    schema: Schema, tables: Mapping[str, Any], nouns: Sequence[str]
) -> Iterator[tuple[tuple[str, ...], Phrase]]:
    for noun in nouns:
        yield keys(noun), Phrase("noun")
    for spec in schema.fields:
        yield from _field_phrases(spec, tables.get("fields", {}).get(spec.name, {}))
    for word, name, kind, meant in adjectives(schema, tables.get("fields", {})):
        yield keys(word), Phrase("superlative" if kind == "superlative" else "comparative", name, meant)
    for name, values in tables.get("values", {}).items():
        for value, words in values.items():
            for word in words:
                yield keys(word), Phrase("value", name, value)
    for name, table in tables.get("meanings", {}).items():
        for word in table["words"]:
            yield keys(word), Phrase("meaning", value=name)
    for name, words in tables.get("themes", {}).items():
        for word in words:
            yield keys(word), Phrase("theme", value=name)
    for name, words in tables.get("absent", {}).items():
        for word in words:
            yield keys(word), Phrase("absent", value=name)


def _field_phrases(spec: FieldSpec, table: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], Phrase]]:
    own = [*own_names(spec), *(() if table else asks(spec))] if spec.filterable or table else []
    for word in dict.fromkeys(keys(word) for word in [*table.get("ask", ()), *own]):
        yield word, Phrase("ask", spec.name)
    for kind in ("before", "after"):
        for word in table.get(kind, ()):
            yield keys(word), Phrase("before" if kind == "before" else "after", spec.name)
    for word, end in table.get("superlatives", {}).items():
        yield keys(word), Phrase("superlative", spec.name, end)
    for word, op in table.get("comparatives", {}).items():
        yield keys(word), Phrase("comparative", spec.name, op)
    for unit in [*table.get("units", ()), *table.get("scales", {}), *([spec.unit] if spec.unit else ())]:
        yield keys(unit), Phrase("unit", spec.name, unit)
