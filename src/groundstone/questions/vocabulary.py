"""What the fields of a collection hold: the names that questions can mention and the ranges of its numbers."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Mapping
from threading import Lock
from typing import Any, TypeVar

from groundstone.filters import Compare
from groundstone.identity import Principal
from groundstone.questions.lexicon import Lexicon
from groundstone.questions.names import Name, NameIndex
from groundstone.records import Scalar
from groundstone.schema import FieldSpec, Schema
from groundstone.stores.base import Aggregate, Collection

K = TypeVar("K")
V = TypeVar("V")
MAX_VALUES = 400_000  # of one field; beyond, rare values can only be found by search


class Vocabulary:
    """Names and ranges as one principal may see them, for one version."""

    def __init__(self, principal: Principal, collection: Collection, lexicon: Lexicon) -> None:
        self.principal, self.collection = principal, collection
        self.schema: Schema = collection.settings.schema
        self.names = NameIndex()
        self.ranges: dict[str, Aggregate] = {}
        self.present: dict[str, int] = {}  # field -> number of distinct values
        for spec in self.schema.fields:
            if spec.filterable:
                self._read(spec, lexicon)

    def _read(self, spec: FieldSpec, lexicon: Lexicon) -> None:
        if spec.type in ("integer", "number"):
            span = self.collection.aggregate(self.principal, spec.name)
            self.ranges[spec.name] = span
            self.present[spec.name] = span.count
            return
        if spec.type != "text" or (spec.name == self.schema.id_field and spec.name != self._spoken_id(lexicon)):
            return
        values = self.collection.values(self.principal, spec.name, limit=MAX_VALUES)
        self.present[spec.name] = len(values)
        title = spec.name == self.schema.title_field
        self._add(spec, values, title, lexicon)
        if title:
            self.names.add_series(spec.name)

    def _add(self, spec: FieldSpec, values: list[tuple[Scalar, int]], title: bool, lexicon: Lexicon) -> None:
        for value, count in values:
            if isinstance(value, str) and len(value) <= 200:
                self.names.add(
                    Name(spec.name, value, count), person=lexicon.fields[spec.name].person, title=title, parts=spec.many
                )

    def _spoken_id(self, lexicon: Lexicon) -> str | None:
        """The field of ids, where people may name documents by them: in tables without words of their own."""
        return self.schema.id_field if lexicon.plain else None

    def titles(self) -> tuple[str, ...]:
        """The fields by which a document is called: the title and other forms of it."""
        main = self.schema.title_field
        if main is None:
            return ()
        named = [spec.name for spec in self.schema.fields if spec.name == main or spec.name.endswith(f"_{main}")]
        spoken = self.schema.id_field if self.schema.id_field in self.present else None
        return (*named, spoken) if spoken and spoken not in named else tuple(named)

    def documents_named(self, names: tuple[Name, ...]) -> tuple[str, ...]:
        """Ids of the documents with one of these titles, in the order of the names; at most 20."""
        found: dict[str, None] = {}
        for name in names:
            for document_id in self.collection.ids(self.principal, Compare(name.field, "eq", name.value)):
                found[document_id] = None
        return tuple(found)[:20]

    def newest(self, field: str) -> int | None:
        """The largest value of a numeric field."""
        top = self.ranges[field].maximum if field in self.ranges else None
        return int(top) if isinstance(top, int | float) else None

    def fits(self, field: str, number: float) -> bool:
        """Whether the number lies in or near the range that the field holds."""
        span = self.ranges.get(field)
        if span is None or not isinstance(span.minimum, int | float) or not isinstance(span.maximum, int | float):
            return False
        slack = (float(span.maximum) - float(span.minimum)) * 0.2 + 1e-9
        return float(span.minimum) - slack <= number <= float(span.maximum) + slack


class Vocabularies:
    """Lexicons, and vocabularies by collection, version and rights; the least recently used ones are let go."""

    def __init__(self, keep: int = 16) -> None:
        self._kept: OrderedDict[tuple[object, ...], Vocabulary] = OrderedDict()
        self._lexicons: OrderedDict[str, Lexicon] = OrderedDict()
        self._keep, self._lock = keep, Lock()

    def lexicon(self, schema: Schema, tables: Mapping[str, Any]) -> Lexicon:
        key = json.dumps([schema.to_json(), tables], sort_keys=True, default=str)
        with self._lock:
            if key not in self._lexicons:
                self._lexicons[key] = Lexicon(schema, tables)
            return _fresh(self._lexicons, key, self._keep)

    def get(self, principal: Principal, collection: Collection, lexicon: Lexicon) -> Vocabulary:
        version = collection.version(principal)
        key = (principal.tenant, collection.name, version, principal.reader_names(), id(lexicon))
        with self._lock:
            if key in self._kept:
                return _fresh(self._kept, key, self._keep)
        made = Vocabulary(principal, collection, lexicon)
        with self._lock:
            self._kept[key] = made
            return _fresh(self._kept, key, self._keep)


def _fresh(kept: OrderedDict[K, V], key: K, keep: int) -> V:
    """The entry, marked as the most recently used; the oldest ones beyond ``keep`` are dropped."""
    kept.move_to_end(key)
    while len(kept) > keep:
        kept.popitem(last=False)
    return kept[key]
