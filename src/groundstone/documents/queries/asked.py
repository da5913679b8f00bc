"""What a question wants, in the form that labels and values are compared with."""

from __future__ import annotations

from dataclasses import dataclass

ORDINALS = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", -1: "last"}


@dataclass(frozen=True)
class Wanted:
    """A question, understood.

    ``kind`` is one of values.KINDS, ``field`` one of the vocabulary or None, ``sure`` how certain the field is.
    ``words`` are the question's own, in the plain form of ``wording.tokens``; ``extra`` those of them that the field
    does not account for, to be found near the answer. ``glued`` are the field's labels and the words, without blanks.
    ``ordinal`` is 1 for the first, 2 for the second, -1 for the last of several, None when the question does not say.
    ``typical`` are values that the field often has. ``rivals`` are other fields that the question may mean.
    """

    text: str
    subject: str
    kind: str
    field: str | None
    sure: float
    words: tuple[str, ...]
    extra: tuple[str, ...]
    glued: tuple[str, ...]
    ordinal: int | None = None
    typical: frozenset[str] = frozenset()
    purpose: str = ""
    prefer: str = ""
    group: str = ""
    rivals: tuple[tuple[str, float], ...] = ()
