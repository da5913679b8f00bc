"""What was understood of a question: the typed query and the chips that show it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from groundstone import filters
from groundstone.errors import InvalidInput
from groundstone.filters import Filter, Sort
from groundstone.schema import Schema

Kind = Literal["fact", "list", "count", "aggregate", "similar", "passage", "unknown_field", "off_topic", "reset"]
KINDS = ("fact", "list", "count", "aggregate", "similar", "passage", "unknown_field", "off_topic", "reset")
Measure = Literal["mean", "minimum", "maximum", "total", "most"]
MAX_CHIPS = 50
ChipKind = Literal["subject", "filter", "sort", "limit", "theme", "measure", "meaning"]


@dataclass(frozen=True, slots=True)
class Chip:
    """One thing that was understood, in words, with the part of the query that it stands for.

    Removing a filter chip removes its expression; editing replaces it. ``note`` states the meaning of a
    vague word ("classic: released before 1980").
    """

    kind: ChipKind
    label: str
    where: Filter | None = None
    sort: Sort | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Query:
    """A question as the platform understands it.

    kind:
        fact           field ``asked`` of the documents ``subjects``; asked None: what the text says of them
        list           documents by filter, theme and sort
        count          how many documents match (or, with ``asked``, how many distinct values they hold)
        aggregate      ``measure`` of field ``asked`` over the matching documents
        similar        documents like ``subjects``, within the filter
        passage        free question to the text
        unknown_field  asks for something that the schema has no field for (named in ``asked``)
        off_topic      greeting, or nothing that these documents are about
        reset          "start over"
    """

    kind: Kind
    text: str  # the question, with what a follow-up inherits written out
    theme: str = ""  # what is left for semantic search
    subjects: tuple[str, ...] = ()  # document ids
    asked: str | None = None
    also: tuple[str, ...] = ()  # further fields asked for in the same breath
    measure: Measure | None = None
    chips: tuple[Chip, ...] = ()
    limit: int | None = None
    offset: int = 0
    strict: bool = False  # the theme was said to be what they are about: nothing else is shown
    notes: tuple[str, ...] = ()  # said to the user, e.g. a corrected spelling

    @property
    def where(self) -> Filter | None:
        """The conjunction of the filter chips."""
        result: Filter | None = None
        for chip in self.chips:
            result = filters.both(result, chip.where)
        return result

    @property
    def sort(self) -> tuple[Sort, ...]:
        return tuple(chip.sort for chip in self.chips if chip.sort is not None)


def chip_json(chip: Chip) -> dict[str, Any]:
    return {
        "kind": chip.kind,
        "label": chip.label,
        "where": filters.to_json(chip.where) if chip.where is not None else None,
        "sort": {"field": chip.sort.field, "descending": chip.sort.descending} if chip.sort else None,
        "note": chip.note,
    }


def to_json(query: Query) -> dict[str, Any]:
    """The form in which APIs show an interpretation, and take it back after the user edited it."""
    return {
        "kind": query.kind,
        "text": query.text,
        "theme": query.theme,
        "subjects": list(query.subjects),
        "asked": query.asked,
        "also": list(query.also),
        "measure": query.measure,
        "chips": [chip_json(chip) for chip in query.chips],
        "strict": query.strict,
        "limit": query.limit,
        "offset": query.offset,
        "notes": list(query.notes),
    }


def from_json(data: Mapping[str, Any], schema: Schema) -> Query:
    """Inverse of ``to_json``, for an edited interpretation. Filters are checked against the schema."""
    try:
        if data["kind"] not in KINDS or data.get("measure") not in (
            None,
            "mean",
            "minimum",
            "maximum",
            "total",
            "most",
        ):
            raise InvalidInput(f"unknown kind or measure in the interpretation: {data['kind']!r}")
        return Query(
            kind=data["kind"],
            text=_limited(data["text"]),
            theme=_limited(data.get("theme") or ""),
            subjects=tuple(str(item) for item in data.get("subjects") or ())[:50],
            asked=None if data.get("asked") is None else str(data["asked"]),
            also=tuple(str(item) for item in data.get("also") or ())[:10],
            measure=data.get("measure"),
            chips=tuple(_chip(item, schema) for item in (data.get("chips") or ())[:MAX_CHIPS]),
            strict=bool(data.get("strict")),
            limit=_bounded(data.get("limit"), 1, 100),
            offset=_bounded(data.get("offset"), 0, 100_000) or 0,
        )
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise InvalidInput(f"the interpretation is not well-formed: {error}") from None


def _chip(data: Mapping[str, Any], schema: Schema) -> Chip:
    where = data.get("where")
    sort = data.get("sort")
    if sort is not None:
        sort = Sort(str(sort["field"]), bool(sort.get("descending")))
        filters.check_sort((sort,), schema)
    checked = filters.check(filters.from_json(where), schema) if where is not None else None
    return Chip(data["kind"], _limited(data["label"]), checked, sort, _limited(data.get("note") or ""))


def _limited(text: Any) -> str:
    if not isinstance(text, str) or len(text) > 4000:
        raise ValueError("a text is missing or longer than 4000 characters")
    return text


def _bounded(value: Any, low: int, high: int) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise ValueError(f"{value!r} is not a number from {low} to {high}")
    return value
