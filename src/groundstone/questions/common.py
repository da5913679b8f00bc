"""Words that every table understands: adjectives that go with the names of fields, nouns from its own name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from groundstone.questions.words import stem
from groundstone.schema import FieldSpec, Schema

# Words within a field's name -> (largest, smallest, more, less)
_ADJECTIVES: tuple[tuple[str, tuple[str, str, str, str]], ...] = (
    ("price cost rent fee amount salary", ("most expensive,dearest,priciest",
    "cheapest,least expensive,most affordable",
                                           "more expensive,dearer,pricier", "cheaper,less expensive,more affordable")),
    ("year date published created released built listed updated", ("newest,latest,most recent", "oldest,earliest",
                                                                   "newer,later,more recent", "older,earlier")),
    ("rating score stars", ("best,best rated,highest rated,top rated", "worst,worst rated,lowest rated",
                            "better,better rated,higher rated", "worse,lower rated")),
    ("length duration runtime minutes hours pages", ("longest", "shortest", "longer", "shorter")),
    ("size area sqm squaremetres capacity population", ("biggest,largest", "smallest", "bigger,larger", "smaller")),
    ("height", ("tallest,highest", "lowest", "taller", "lower")),
    ("weight", ("heaviest", "lightest", "heavier", "lighter")),
    ("age", ("oldest", "youngest", "older", "younger")),
    ("distance", ("farthest,furthest", "nearest,closest", "farther,further", "nearer,closer")),
    ("speed", ("fastest", "slowest", "faster", "slower")),
)  # fmt: skip


def adjectives(schema: Schema, written: Mapping[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    """(words, field, "superlative" or "comparative", end or operation) for fields whose own table says nothing."""
    taken: set[str] = set()
    for spec in schema.fields:
        if spec.many or not spec.filterable or spec.type not in ("integer", "number", "date"):
            continue
        own = written.get(spec.name, {})
        for words, kind, meant in () if "superlatives" in own or "comparatives" in own else _words_for(spec):
            if words not in taken:
                taken.add(words)
                yield words, spec.name, kind, meant


def _words_for(spec: FieldSpec) -> Iterator[tuple[str, str, str]]:
    parts = set(spec.name.split("_")) | ({"date"} if spec.type == "date" else set())
    for names, (most, least, more, less) in _ADJECTIVES:
        if parts & set(names.split()):
            for group, kind, meant in (
                (most, "superlative", "max"),
                (least, "superlative", "min"),
                (more, "comparative", "gt"),
                (less, "comparative", "lt"),
            ):
                yield from ((words, kind, meant) for words in group.split(","))


def own_names(spec: FieldSpec) -> Iterator[str]:
    """How a field is called when nothing else is written: its name and heading, in singular and plural."""
    for name in (spec.name.replace("_", " "), spec.heading):
        yield name
        *first, last = name.lower().split()
        single = stem(last)
        plural = single[:-1] + "ies" if single.endswith("y") and single[-2:-1] not in tuple("aeiou") else single + "s"
        yield " ".join([*first, single])
        yield " ".join([*first, plural])


NOUNS = ("property", "properties", "listing", "listings", "item", "items", "record", "records", "entry", "entries",
    "row", "rows",
         "thing", "things")  # fmt: skip


def asks(spec: FieldSpec) -> tuple[str, ...]:
    """Other ways to ask for a field of a table without words of its own."""
    parts = set(spec.name.split("_"))
    if parts & set("price cost rent fee".split()):
        return ("how much", "how expensive", "cost", "costs")
    if spec.type == "integer" and spec.name.endswith("rooms"):
        return (spec.name.removesuffix("rooms"), spec.name.removesuffix("rooms") + "s")
    return ()


def noun(name: str) -> tuple[str, str]:
    """Singular and plural of what a table holds, from its name: "houses" -> ("house", "houses")."""
    word = name.replace("-", " ")
    single = " ".join([*word.split()[:-1], stem(word.split()[-1])])
    return (single, word) if single != word else (word, word + "s")
