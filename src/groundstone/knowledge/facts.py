"""Answers computed from fields: facts, yes or no, counts, averages. Nothing here is guessed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from groundstone import filters
from groundstone.filters import And, Compare, leaves
from groundstone.knowledge import wording
from groundstone.knowledge.answer import Answer
from groundstone.knowledge.quotes import Evidence, card
from groundstone.questions.query import Query
from groundstone.records import Card, Document, Scalar, Sentence, Value

if TYPE_CHECKING:
    from groundstone.knowledge.base import KnowledgeBase

SHOWN = 10  # documents cited for a count or an average
EXAMPLES = 50  # documents looked at for one that holds each value
VALUES = 5  # values listed of a field


def documents_of(kb: KnowledgeBase, query: Query) -> list[Document]:
    """The subjects of a query, in order; without subjects, what its filter and sort select."""
    if query.subjects:
        found = kb.collection.documents(kb.principal, query.subjects)
        return [found[name] for name in query.subjects if name in found]
    if query.where is None and not query.sort:
        return []
    return kb.collection.select(kb.principal, where=query.where, sort=query.sort, limit=query.limit or 5)


def field_fact(kb: KnowledgeBase, query: Query, documents: Sequence[Document]) -> Answer:
    """The asked field of each document. ``query.asked`` is a field of the schema."""
    assert query.asked is not None
    evidence, sentences, cards = Evidence(), [], []
    for document in documents[:5]:
        for asked in (query.asked, *(name for name in query.also if name in kb.schema)):
            sentences.append(_stated(kb, query, document, asked, evidence))
        cards.append(card(document, kb.card_fields, sentences[-1].citations[0]))
    return computed(kb, query, sentences, evidence, cards)


def _stated(kb: KnowledgeBase, query: Query, document: Document, asked: str, evidence: Evidence) -> Sentence:
    """One field of one document in a sentence, or that it has no value."""
    text = wording.statement(document, asked, kb.lexicon)
    if text is None:
        heading = kb.lexicon.fields[asked].spec.heading.lower()
        text = f"The record of {wording.called(document, kb.lexicon)} has no value for {heading!r}."
        return Sentence(text, (evidence.field(document, kb.schema.title_field),))
    cited = [evidence.field(document, asked)]
    if query.where is not None or query.sort:
        cited += [evidence.field(document, name) for name in _fields(kb, query)]
    return Sentence(text, tuple(dict.fromkeys(cited)))


def yes_or_no(kb: KnowledgeBase, query: Query, documents: Sequence[Document]) -> Answer:
    """Whether the filter of the query holds for its subjects, with the fields that decide it."""
    evidence, sentences, cards = Evidence(), [], []
    fields = _fields(kb, query)
    for document in documents[:5]:
        same = Compare(kb.schema.title_field or "", "eq", document.title)
        assert query.where is not None
        holds = document.id in kb.collection.ids(kb.principal, And((same, query.where)))
        cited = tuple(evidence.field(document, name) for name in fields)
        said = " ".join(_said(kb, document, name) for name in fields)
        sentences.append(Sentence(f"{'Yes' if holds else 'No'}: {said}", cited))
        cards.append(card(document, kb.card_fields, cited[0] if cited else None))
    return computed(kb, query, sentences, evidence, cards)


def _said(kb: KnowledgeBase, document: Document, name: str) -> str:
    heading = kb.lexicon.fields[name].spec.heading.lower()
    none = f"{wording.called(document, kb.lexicon)} has nothing under {heading!r}."
    return wording.statement(document, name, kb.lexicon) or none


def _fields(kb: KnowledgeBase, query: Query) -> list[str]:
    return wording.fields_shown(query, [spec.name for spec in kb.schema.fields])


def count_documents(kb: KnowledgeBase, query: Query) -> Answer:
    """How many documents match; cites the first of them and can list them (``total``)."""
    total = kb.collection.count(kb.principal, query.where)
    if not total:
        return nothing(kb, query)
    sort = query.sort or ((kb.lexicon.best,) if kb.lexicon.best else ())
    documents = kb.collection.select(kb.principal, where=query.where, sort=sort, limit=SHOWN)
    evidence = Evidence()
    cited = [_proof(kb, query, document, evidence) for document in documents]
    what = wording.conditions(query)
    text = (
        f"{wording.count(total, kb.lexicon)} {'matches' if total == 1 else 'match'}: {what}."
        if what
        else (f"There are {wording.count(total, kb.lexicon)} here.")
    )
    cards = [card(item, kb.card_fields, marks[0]) for item, marks in zip(documents, cited, strict=True)]
    sentence = Sentence(text, tuple(mark for marks in cited for mark in marks))
    return computed(kb, query, [sentence], evidence, cards, total)


def _proof(kb: KnowledgeBase, query: Query, document: Document, evidence: Evidence) -> tuple[int, ...]:
    """Citations of the fields for which a document was counted; its title if there was no filter."""
    names = [name for name in _fields(kb, query) if name in document.fields] or [kb.schema.title_field or ""]
    return tuple(dict.fromkeys(evidence.field(document, name) for name in names))


def count_subject_values(kb: KnowledgeBase, query: Query, documents: Sequence[Document]) -> Answer:
    """ "How many actors are in X?": the values of a list field."""
    assert query.asked is not None
    evidence, sentences, spec = Evidence(), [], kb.lexicon.fields[query.asked].spec
    for document in documents[:5]:
        held = document.fields.get(query.asked, ())
        values: tuple[Scalar, ...] = held if isinstance(held, tuple) else (held,)
        listed = f": {wording.value(values, spec)}" if values else ""
        text = f"{wording.called(document, kb.lexicon)} lists {len(values)} under {spec.heading.lower()!r}{listed}."
        sentences.append(Sentence(text, (evidence.field(document, query.asked),)))
    return computed(kb, query, sentences, evidence, [card(item, kb.card_fields) for item in documents[:5]])


def count_values(kb: KnowledgeBase, query: Query) -> Answer:
    """How many distinct values a field has among the matching documents."""
    assert query.asked is not None
    values = kb.collection.values(kb.principal, query.asked, where=query.where)
    if not values:
        return nothing(kb, query)
    spec, evidence = kb.lexicon.fields[query.asked].spec, Evidence()
    what = f" among those with {wording.conditions(query)}" if query.where is not None else ""
    text = (
        f"There are {len(values):,} different values of {spec.heading.lower()!r}{what}; "
        f"the most frequent: {_tallied(values[:VALUES])}."
    )
    cited, cards = _examples(kb, query, query.asked, [item for item, _ in values[:VALUES]], evidence)
    return computed(kb, query, [Sentence(text, cited)], evidence, cards, None)


def most_common(kb: KnowledgeBase, query: Query) -> Answer:
    """The values of a field by the number of matching documents that hold each."""
    assert query.asked is not None
    values = kb.collection.values(kb.principal, query.asked, where=query.where)
    if query.where is not None:  # "the most common language besides English" must not name English
        banned = {leaf.value for leaf in leaves(query.where) if leaf.field == query.asked}
        values = [pair for pair in values if pair[0] not in banned] if len(values) > 1 else values
    values = values[query.offset :]
    if not values:
        return nothing(kb, query)
    spec, evidence = kb.lexicon.fields[query.asked].spec, Evidence()
    top = [pair for pair in values if pair[1] == values[0][1]]
    what = f" ({wording.conditions(query)})" if query.where is not None else ""
    named = wording.joined(str(item) for item, _ in top[:VALUES])
    first = (
        f"{spec.heading}{what}: {named}, with {wording.count(top[0][1], kb.lexicon)}{' each' if len(top) > 1 else ''}."
    )
    cited, cards = _examples(kb, query, query.asked, [item for item, _ in top[:VALUES]], evidence)
    sentences = [Sentence(first, cited)]
    if rest := values[len(top[:VALUES]) : len(top[:VALUES]) + VALUES]:
        cited, _ = _examples(kb, query, query.asked, [item for item, _ in rest], evidence)
        sentences.append(Sentence(f"Then come {_tallied(rest)}.", cited))
    return computed(kb, query, sentences, evidence, cards)


def _tallied(values: Sequence[tuple[Scalar, int]]) -> str:
    return wording.joined(f"{value} ({number:,})" for value, number in values)


def _examples(
    kb: KnowledgeBase, query: Query, field: str, values: Sequence[Scalar], evidence: Evidence
) -> tuple[tuple[int, ...], list[Card]]:
    """One document for each value, cited in that field."""
    cited: list[int] = []
    cards: list[Card] = []
    several = kb.collection.select(
        kb.principal, where=filters.both(query.where, Compare(field, "in", tuple(values))), limit=EXAMPLES
    )
    for value in values:
        found = next((document for document in several if _holds(document, field, value)), None)
        same = filters.both(query.where, Compare(field, "eq", value))
        for document in [found] if found else kb.collection.select(kb.principal, where=same, limit=1):
            cited.append(evidence.field(document, field))
            cards.append(card(document, kb.card_fields, cited[-1]))
    return tuple(dict.fromkeys(cited)), cards


def _holds(document: Document, field: str, value: Scalar) -> bool:
    held = document.fields.get(field)
    return value in held if isinstance(held, tuple) else held == value


def aggregate(kb: KnowledgeBase, query: Query) -> Answer:
    """Mean, total or extreme of a numeric field."""
    assert query.asked is not None
    assert query.measure is not None
    spec = kb.lexicon.fields[query.asked].spec
    where = query.where
    if query.subjects:
        return _over_subjects(kb, query)
    found = kb.collection.aggregate(kb.principal, query.asked, where)
    values = {"mean": found.mean, "total": found.total, "minimum": found.minimum, "maximum": found.maximum}
    number = values.get(query.measure)
    if number is None or isinstance(number, str):
        return nothing(kb, query)
    documents = kb.collection.select(kb.principal, where=where, sort=query.sort, limit=SHOWN)
    evidence = Evidence()
    cited = tuple(evidence.field(item, query.asked) for item in documents if query.asked in item.fields)
    what = f" ({wording.conditions(query)})" if query.where is not None else ""
    over = f"over {wording.count(found.count, kb.lexicon)}{what}"
    text = _measured(query.measure, number, spec.heading, spec.unit, over, wording.note(spec))
    cards = [card(item, kb.card_fields) for item in documents]
    answer = computed(kb, query, [Sentence(text, cited)], evidence, cards, found.count)
    return replace(answer, strength="low") if query.theme else answer


def _over_subjects(kb: KnowledgeBase, query: Query) -> Answer:
    assert query.asked is not None
    assert query.measure is not None
    spec, evidence = kb.lexicon.fields[query.asked].spec, Evidence()
    documents = [item for item in documents_of(kb, query) if query.asked in item.fields]
    values = [float(value) for item in documents if isinstance(value := item.fields[query.asked], int | float)]
    if not values:
        return nothing(kb, query)
    number = {"mean": sum(values) / len(values), "total": sum(values), "minimum": min(values), "maximum": max(values)}
    cited = tuple(evidence.field(item, query.asked) for item in documents)
    over = f"over {wording.joined(wording.called(item, kb.lexicon) for item in documents)}"
    text = _measured(
        query.measure, number.get(query.measure, sum(values)), spec.heading, spec.unit, over, wording.note(spec)
    )
    return computed(kb, query, [Sentence(text, cited)], evidence, [card(item, kb.card_fields) for item in documents])


def _measured(measure: str, number: Value, heading: str, unit: str, over: str, note: str) -> str:
    words = {"mean": "average", "total": "total", "minimum": "lowest", "maximum": "highest"}[measure]
    shown = f"{number:,.2f}".rstrip("0").rstrip(".") if isinstance(number, float) else str(number)
    return f"The {words} {heading.lower()} {over} is {shown}{' ' + unit if unit else ''}{note}."


def nothing(kb: KnowledgeBase, query: Query) -> Answer:
    """No document matches: said so, with what each single condition would find without the others."""
    what = wording.conditions(query)
    text = f"No {kb.lexicon.noun[0]} here matches {what}." if what else f"There are no {kb.lexicon.noun[1]} here."
    alone = [
        f"{chip.label} alone matches {wording.count(kb.collection.count(kb.principal, chip.where), kb.lexicon)}"
        for chip in query.chips
        if chip.where is not None
    ]
    sentences = [Sentence(text)]
    if len(alone) > 1:
        sentences.append(Sentence(f"{wording.joined(alone)}."))
    return Answer(query.text, tuple(sentences), query, strength="none", total=0)


def computed(
    kb: KnowledgeBase,
    query: Query,
    sentences: Sequence[Sentence],
    evidence: Evidence,
    cards: Sequence[Card],
    total: int | None = None,
) -> Answer:
    if not sentences:
        return nothing(kb, query)
    return Answer(
        query.text, tuple(sentences), query, tuple(evidence.citations), tuple(cards), strength="exact", total=total
    )
