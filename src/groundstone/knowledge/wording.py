"""How answers are worded."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from groundstone.knowledge.records_text import render
from groundstone.questions.lexicon import Lexicon
from groundstone.questions.query import Query
from groundstone.records import Document, Value
from groundstone.schema import FieldSpec

_PLACE = re.compile(r"\{(?:title|value)\}")


def called(document: Document, lexicon: Lexicon) -> str:
    """A document's title, with its year where there is one: "Jaws (1975)"."""
    year = document.fields.get(lexicon.year_field or "")
    return f"{document.title} ({year})" if year is not None else document.title


def joined(items: Iterable[str], last: str = "and") -> str:
    """ "A, B and C"."""
    parts = list(items)
    return ", ".join(parts[:-1]) + f" {last} {parts[-1]}" if len(parts) > 1 else "".join(parts)


def value(value_: Value, spec: FieldSpec, limit: int = 12) -> str:
    """A value within a sentence; long lists end in "and N more"."""
    if isinstance(value_, tuple):
        shown = [render(item) for item in value_[:limit]]
        more = len(value_) - limit
        items = [*shown, f"{more} more"] if more > 0 else shown
        return "; ".join(items) if any("," in item for item in shown) else joined(items)
    if isinstance(value_, int | float) and not isinstance(value_, bool) and abs(value_) >= 10_000:
        return f"{value_:,}".removesuffix(".0")
    return render(value_)


def note(spec: FieldSpec) -> str:
    return f" ({spec.note})" if spec.note else ""


def statement(document: Document, field: str, lexicon: Lexicon) -> str | None:
    """ "Jaws (1975) was directed by Steven Spielberg."; None when the document has no value."""
    words = lexicon.fields[field]
    if field not in document.fields:
        return None
    shown = value(document.fields[field], words.spec)
    template = (
        words.says or f"{words.spec.heading} of {{title}}: {{value}}{' ' + words.spec.unit if words.spec.unit else ''}."
    )
    title = document.title if field == lexicon.year_field else called(document, lexicon)
    places = {"{title}": title, "{value}": shown}
    text = _PLACE.sub(lambda place: places[place.group()], template)
    return text[:-1] + note(words.spec) + text[-1] if text.endswith(".") and words.spec.note else text


def count(number: int, lexicon: Lexicon) -> str:
    return f"{number:,} {lexicon.noun[0] if number == 1 else lexicon.noun[1]}"


def conditions(query: Query) -> str:
    """The filters of a query in words: "Genres: Animation; Rating above 7"."""
    labels = [
        f"{chip.label} ({chip.note})" if chip.note else chip.label for chip in query.chips if chip.where is not None
    ]
    return "; ".join(labels)


def fields_shown(query: Query, fields: Sequence[str]) -> list[str]:
    """The fields that the filters and the sort of a query speak of, in their order."""
    from groundstone.filters import leaves

    named = [leaf.field for leaf in leaves(query.where)] + [sort.field for sort in query.sort]
    return [field for field in dict.fromkeys(named) if field in fields]
