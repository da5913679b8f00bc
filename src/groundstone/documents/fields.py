"""The vocabulary of fields: which field a label on a page names, and which one a question asks for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from groundstone.documents import field_file
from groundstone.documents.field_file import Field
from groundstone.documents.labels import LONGEST, LabelIndex, joined, parts, tokens
from groundstone.documents.questions_asked import Frame, frame, is_idle, is_neutral
from groundstone.errors import InvalidQuestion

__all__ = ["Asked", "Field", "FieldMatch", "Fields"]

LOWEST = 0.3  # likeness; below it a label names something else
LEAST_ASKED = 0.35  # below it a question means no field
_DENIED = 0.1  # what is left of a likeness where a word says that it is another field
_SUITS = {
    "date": ("date", "time"),
    "time": ("time", "date"),
    "name": ("name", "company"),
    "money": ("money", "number", "percent"),
    "number": ("number", "money", "identifier"),
    "text": ("address", "country", "text", "company"),
    "yes_no": ("yes_no", "status", "sex", "text", "number", "date"),
}
_HEADS = {  # words that tell the kind of a value by themselves
    "date": ("date",), "datum": ("date",), "fecha": ("date",), "data": ("date",), "time": ("time", "date"),
    "name": ("name", "company", "text"), "nom": ("name", "company", "text"), "nombre": ("name", "company", "text"),
    "number": ("identifier", "phone", "number", "text"), "id": ("identifier",), "phone": ("phone",),
    "address": ("address", "email", "url"), "adresse": ("address", "email", "url"), "amount": ("money", "number"),
    "email": ("email",), "country": ("country", "text"), "price": ("money",), "cost": ("money",), "fee": ("money",),
    "betrag": ("money",), "montant": ("money",), "importe": ("money",), "percentage": ("percent",),
    "code": ("identifier",), "telephone": ("phone",), "telefon": ("phone",), "website": ("url",),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class FieldMatch:
    """A field that a label may name; ``score`` from 0 to 1 is how alike they are."""

    field: str
    score: float


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question means.

    ``field`` is the field of the vocabulary or None. ``kind`` is one of values.KINDS: the field's, or what the wording
    wants ("when": date), or "text". ``subject`` are the words of the question without its frame, folded: "name insured
    person". ``qualifiers`` are those of them that the field does not account for: they must be found near the answer
    too. ``ordinal``: 1 for the first, 2 for the second, -1 for the last, None. ``confidence`` is that of ``field``.
    ``others`` are further fields it may mean, best first.
    """

    question: str
    field: str | None
    kind: str
    subject: str
    qualifiers: tuple[str, ...] = ()
    ordinal: int | None = None
    confidence: float = 0.0
    others: tuple[FieldMatch, ...] = ()


class Fields:
    """A vocabulary; frozen once made, safe for several threads."""

    def __init__(self, fields: Mapping[str, Field]) -> None:
        self._fields = dict(fields)
        self._denying = {
            name: tuple(frozenset(tokens(text)) for text in field.not_labels) for name, field in self._fields.items()
        }
        texts = {joined(label): field.name for field in reversed(list(self)) for label in field.labels}
        labels = [(field.name, [tokens(label) for label in field.labels]) for field in self]
        self._labels = LabelIndex(labels, texts)
        self._asked = LabelIndex([(field.name, list(_askable(field))) for field in self], texts)
        self._match = lru_cache(maxsize=16_384)(self._find)
        self._ask = lru_cache(maxsize=2_048)(self._understand)

    @classmethod
    def load(cls, own: Path | None = None) -> Fields:
        """The shipped vocabulary, extended by a user's file where there is one. ConfigError: a mistake in it."""
        shipped = field_file.shipped()
        return cls(shipped if own is None else field_file.own(own, shipped))

    def __iter__(self) -> Iterator[Field]:
        return iter(self._fields.values())

    def __len__(self) -> int:
        return len(self._fields)

    def __contains__(self, name: object) -> bool:
        return name in self._fields

    def get(self, name: str | None) -> Field | None:
        return None if name is None else self._fields.get(name)

    def match(self, label_text: str) -> list[FieldMatch]:
        """The fields that a label on a page may name, the most alike first; empty if it names none."""
        return list(self._match(label_text[: LONGEST + 1]))

    def ask(self, question: str) -> Asked:
        """What a question or keyword means. InvalidQuestion: it holds no letter or digit."""
        if not any(char.isalnum() for char in question):
            raise InvalidQuestion(
                "the question is empty; ask for what the document should say, such as 'date of birth'"
            )
        return self._ask(question)

    def _find(self, text: str) -> tuple[FieldMatch, ...]:
        if len(text) > LONGEST:
            return ()
        best = self._likeness(tokens(text))
        pieces = parts(text)
        for at, piece in enumerate(pieces if len(pieces) > 1 else ()):
            if len(piece) < 3 and not at:
                continue
            for name, score in self._likeness(tokens(piece)).items():
                best[name] = max(best.get(name, 0.0), score * (0.97 if score > 0.9 else 0.8))
        if max(best.values(), default=0.0) < 0.9 and (near := self._labels.near(joined(text))):
            best[near[0]] = max(best.get(near[0], 0.0), near[1])
        found = [FieldMatch(name, round(score, 3)) for name, score in best.items() if score >= LOWEST]
        return tuple(sorted(found, key=lambda match: -match.score))

    def _likeness(self, label: tuple[str, ...]) -> dict[str, float]:
        if not label or len(label) > 12:
            return {}
        scores = {name: score for name, (score, _) in self._labels.scores(label).items()}
        exact = self._labels.exact(label)
        scores = {name: min(score, 0.98) for name, score in scores.items()} | dict.fromkeys(exact, 1.0)
        return {name: score if name in exact else score * self._denied(name, label) for name, score in scores.items()}

    def _denied(self, name: str, label: tuple[str, ...]) -> float:
        held = frozenset(self._labels.mend(word)[0] for word in label) | frozenset(label)
        return _DENIED if any(words <= held for words in self._denying[name] if words) else 1.0

    def _understand(self, question: str) -> Asked:
        framed = frame(question)
        words = tokens(framed.subject) if framed.subject else ()
        scored = self._scored(framed, words)
        best = scored[0] if scored and scored[0].score >= LEAST_ASKED else None
        field = self._fields[best.field] if best else None
        covered = self._covered(field, framed, words)
        qualifiers = tuple(
            word
            for word in words
            if word not in covered
            and not is_idle(word, framed.ordinal)
            and not (field and field.kind in _HEADS.get(word, ()))
        )
        return Asked(
            question=question,
            field=field.name if field else None,
            kind=_kind(field, framed, words),
            subject=" ".join(words) or framed.subject,
            qualifiers=qualifiers if field else (),
            ordinal=framed.ordinal,
            confidence=best.score if best else 0.0,
            others=tuple(scored[1:6]),
        )

    def _scored(self, framed: Frame, words: tuple[str, ...]) -> list[FieldMatch]:
        """Fields by how well they account for the words that ask and the subject, the neutral words left out."""
        core = tuple(word for word in words if not is_neutral(word))
        best: dict[str, float] = {}
        for subject in dict.fromkeys((words, core)):
            for asking in dict.fromkeys(((), framed.asking)):
                whole = (*asking, *subject)
                share = (1.0 if subject == words else 0.97) * (1.0 if asking == framed.asking else 0.97)
                for name, (score, _) in self._asked.scores(whole).items() if whole else ():
                    exact = name in self._asked.exact(whole)
                    score = 1.0 if exact else min(score, 0.98) * max(0.5, self._denied(name, subject))
                    best[name] = max(best.get(name, 0.0), score * share * self._suits(name, framed, words))
        found = [FieldMatch(name, round(score, 3)) for name, score in best.items() if score >= 0.15]
        return sorted(found, key=lambda match: -match.score)

    def _suits(self, name: str, framed: Frame, words: tuple[str, ...]) -> float:
        """How well a field's kind suits the words that ask, and those that name a kind ("date", "address")."""
        kind, wanted = self._fields[name].kind, _SUITS.get(framed.wanted)
        heads = [_HEADS[word] for word in words if word in _HEADS]
        suits_head = not heads or any(kind in head for head in heads) or name in self._asked.exact(words)
        return (1.0 if wanted is None or kind in wanted else 0.55) * (1.0 if suits_head else 0.5)

    def _covered(self, field: Field | None, framed: Frame, words: tuple[str, ...]) -> frozenset[str]:
        if field is None:
            return frozenset()
        if field.name in self._asked.exact(words) or field.name in self._asked.exact((*framed.asking, *words)):
            return frozenset(words)
        _, covered = self._asked.scores((*framed.asking, *words)).get(field.name, (0.0, frozenset[str]()))
        _, plain = (
            self._asked.scores(words).get(field.name, (0.0, frozenset[str]())) if words else (0.0, frozenset[str]())
        )
        return max(covered, plain, key=len)


def _kind(field: Field | None, framed: Frame, words: tuple[str, ...]) -> str:
    """The kind of the answer: by the form of the question, the field, the words that ask or that name a kind."""
    if framed.is_yes_no:
        return "yes_no"
    if field is not None:
        return field.kind
    heads = (_HEADS[word][0] for word in words if word in _HEADS)
    return framed.wanted or next(heads, "text")


def _askable(field: Field) -> Iterator[tuple[str, ...]]:
    """Labels, and questions as the words that ask and the words that tell."""
    for label in field.labels:
        yield tokens(label)
    for question in field.questions:
        framed = frame(question)
        if framed.subject or framed.asking == ("howmuch",):  # "how much is it"; a bare "when" means nothing
            yield (*framed.asking, *(tokens(framed.subject) if framed.subject else ()))
