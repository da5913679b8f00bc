"""The vocabulary of fields as questions and labels meet in it; what was looked up is remembered."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from groundstone.documents.fields import Asked, Field, Fields
from groundstone.documents.queries.asked import ORDINALS, Wanted
from groundstone.documents.queries.wording import joined, tokens

MOST_GLUED = 60  # labels of a field that are compared by their letters
CERTAIN = 0.85  # score of a label that names a field beyond doubt
Named = tuple[tuple[str, float], ...]  # fields that a label may name with how surely, best first


class Words:
    """``named`` gives the fields that a label may name; ``wanted`` understands a question."""

    def __init__(self, fields: Fields) -> None:
        self._fields = fields
        self.named: Callable[[str], Named] = lru_cache(maxsize=50_000)(self._named)
        self.wanted: Callable[[str], Wanted] = lru_cache(maxsize=2_000)(self._wanted)

    def known(self, label: str) -> float:
        """How surely a label names any field."""
        named = self.named(label)
        return named[0][1] if named else 0.0

    def kind(self, label: str) -> str:
        """The kind of what a label most likely names."""
        named = self.named(label)
        field = self._fields.get(named[0][0]) if named else None
        return field.kind if field is not None else "text"

    def group(self, label: str) -> str:
        """The group of fields that a label most likely belongs to; "" for a label that names none."""
        named = self.named(label)
        field = self._fields.get(named[0][0]) if named and named[0][1] > CERTAIN else None
        return field.group if field is not None else ""

    def _named(self, label: str) -> Named:
        return tuple((found.field, found.score) for found in self._fields.match(label))

    def _wanted(self, question: str) -> Wanted:
        return self._of(self._fields.ask(question))

    def _of(self, asked: Asked) -> Wanted:
        field = self._fields.get(asked.field)
        words = tokens(asked.subject) or tokens(asked.question)
        nth = (ORDINALS[asked.ordinal],) if asked.ordinal in ORDINALS else ()
        left_over = tokens(" ".join(asked.qualifiers)) if asked.qualifiers else ()
        extra = left_over if field is not None else words
        return Wanted(
            text=asked.question,
            subject=asked.subject,
            kind=asked.kind,
            field=asked.field,
            sure=asked.confidence,
            words=words,
            extra=tuple(dict.fromkeys((*extra, *nth))),
            glued=_glued(asked.subject or asked.question, field),
            ordinal=asked.ordinal,
            typical=frozenset(joined(value) for value in field.values) if field is not None else frozenset(),
            purpose=field.purpose if field is not None else "",
            prefer=field.prefer if field is not None else "",
            group=field.group if field is not None else "",
            rivals=tuple((other.field, other.score) for other in asked.others),
        )


def _glued(subject: str, field: Field | None) -> tuple[str, ...]:
    labels = field.labels[:MOST_GLUED] if field is not None else ()
    return tuple(dict.fromkeys(glued for glued in map(joined, (subject, *labels)) if glued)) or ("",)
