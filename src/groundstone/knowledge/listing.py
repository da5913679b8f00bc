"""Answers that are lists: by filter, by theme, by likeness, each item with the words it rests on."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import TYPE_CHECKING

import numpy as np

from groundstone.filters import Filter
from groundstone.knowledge import facts, retrieve, wording
from groundstone.knowledge.answer import Answer, Strength
from groundstone.knowledge.quotes import Evidence, Weights, card, part_of, quote, sentences_of
from groundstone.questions.query import Query
from groundstone.questions.words import STOP, keys, stem
from groundstone.records import Document, Sentence, Value

if TYPE_CHECKING:
    from groundstone.knowledge.base import KnowledgeBase

_OR = re.compile(r"\s+or\s+|\s*/\s*", re.IGNORECASE)
_YES_NO = re.compile(r"\s*(is|was|are|were|does|did)\b", re.IGNORECASE)
PAGE = 10
DEPTH = 200  # documents considered for a theme
READ = 80  # documents whose fields are looked at for a theme
FEW, FILL = 5, 0.6  # a theme with fewer documents takes what comes next, down to this share of the best cosine
KEEP = 0.75  # of the best score: what falls below is not on the theme any more
FLOOR = 0.24  # cosine below which a passage has nothing to do with the theme
HIGH, MEDIUM = 0.5, 0.38  # cosines
_ORDER: tuple[Strength, ...] = ("high", "medium", "low", "none")


@dataclass(frozen=True, slots=True)
class Themed:
    """Documents that fit a theme, best first, and how well the best one does."""

    documents: tuple[Document, ...]
    strength: Strength
    named: bool = False  # the theme is among the keywords of some


def listing(kb: KnowledgeBase, query: Query) -> Answer:
    """The documents of a query, a page of them, with the total."""
    if query.subjects:
        return _ranked(kb, query, facts.documents_of(kb, query))
    if query.theme:
        return _by_theme(kb, query)
    total = kb.collection.count(kb.principal, query.where)
    if not total:
        return facts.nothing(kb, query)
    sort = query.sort or ((kb.lexicon.best,) if kb.lexicon.best else ())
    limit = _limit(query)
    documents = kb.collection.select(
        kb.principal, where=query.where, sort=sort, limit=limit + 5 if query.limit == 1 else limit, offset=query.offset
    )
    if query.limit == 1 and query.sort and not query.offset:
        documents = _ties(documents, query)
    elif query.limit == 1:
        documents = documents[:1]
    return _listed(kb, query, documents, total, "exact")


def _limit(query: Query) -> int:
    return query.limit or PAGE


def _ties(documents: list[Document], query: Query) -> list[Document]:
    """The first document and those that equal it in the field asked for."""
    field = query.sort[0].field
    return [item for item in documents if item.fields.get(field) == documents[0].fields.get(field)]


def _ranked(kb: KnowledgeBase, query: Query, documents: list[Document]) -> Answer:
    """Named documents put in the order of a field: "which is longer, X or Y?"."""
    for sort in reversed(query.sort):
        documents = sorted(documents, key=lambda item: retrieve.sort_key(item, sort))
    if query.limit == 1 and query.sort and documents:
        winners = _ties(documents, query)
        return _compared(kb, query, winners, documents)
    return _listed(kb, query, documents, len(documents), "exact")


def _compared(kb: KnowledgeBase, query: Query, winners: list[Document], documents: list[Document]) -> Answer:
    field = query.sort[0].field
    evidence, spec = Evidence(), kb.lexicon.fields[field].spec
    unit = f" {spec.unit}" if spec.unit else ""
    parts = [
        f"{wording.called(item, kb.lexicon)}: {spec.heading.lower()} {wording.value(item.fields[field], spec)}{unit}"
        for item in documents
        if field in item.fields
    ]
    cited = tuple(evidence.field(item, field) for item in documents)
    names = wording.joined(wording.called(item, kb.lexicon) for item in winners)
    equal = "Equal: " if len(winners) == len(documents) > 1 else ""
    if _YES_NO.match(query.text):
        equal = "No, they are equal: " if equal else "Yes: " if winners[0].id == query.subjects[0] else "No: "
    first = f"{equal}{names} — {'; '.join(parts)}{wording.note(spec)}."
    cards = [card(item, kb.card_fields, evidence.field(item, field)) for item in winners]
    return facts.computed(kb, query, [Sentence(first, cited)], evidence, cards)


def _by_theme(kb: KnowledgeBase, query: Query) -> Answer:
    themed = find_theme(kb, query.theme, query.where)
    documents = list(themed.documents)
    if query.where is not None and not query.strict and not themed.named:
        return _ranked_by_theme(kb, query, documents)
    if not documents and query.where is not None:
        note = f"Nothing here is clearly about {query.theme!r}; these fit the other conditions."
        chips = tuple(chip for chip in query.chips if chip.kind != "theme")
        return listing(kb, replace(query, theme="", chips=chips, notes=(*query.notes, note)))
    if not documents and (keyword := _keyword_in(kb, query.theme)):
        note = f"Nothing here is clearly about “{query.theme}”; these are about “{keyword}”."
        return _by_theme(kb, replace(query, theme=keyword, notes=(*query.notes, note)))
    if not documents:
        return off_theme(kb, query)
    for sort in reversed(query.sort):
        documents = sorted(documents, key=lambda item: retrieve.sort_key(item, sort))
    page = documents[query.offset : query.offset + _limit(query)]
    return _listed(kb, query, page, len(documents), themed.strength)


def _keyword_in(kb: KnowledgeBase, theme: str) -> str | None:
    """A single word of the theme that is a keyword of its own: "heist" in "heist gone wrong"."""
    words = [word for word in keys(theme) if word not in STOP]
    named = (
        word for word in words if any(n.field == kb.lexicon.theme_field for n in kb.vocabulary.names.lookup([word]))
    )
    return next(named, None) if len(words) > 1 else None


def _ranked_by_theme(kb: KnowledgeBase, query: Query, first: Sequence[Document]) -> Answer:
    """All documents that fit the filters, those nearest to the words that no filter explains first."""
    total = kb.collection.count(kb.principal, query.where)
    if not total:
        return facts.nothing(kb, query)
    every = {document.id: document for document in first}
    sort = query.sort or ((kb.lexicon.best,) if kb.lexicon.best else ())
    wanted = query.offset + _limit(query)
    for document in kb.collection.select(kb.principal, where=query.where, sort=sort, limit=wanted + len(every)):
        every.setdefault(document.id, document)
    documents = list(every.values())
    for item in reversed(query.sort):
        documents = sorted(documents, key=lambda document: retrieve.sort_key(document, item))
    note = f"“{query.theme}” puts them in order; it leaves nothing out."
    query = replace(query, notes=(*query.notes, note))
    return _listed(kb, query, documents[query.offset : wanted], total, "medium")


def off_theme(kb: KnowledgeBase, query: Query) -> Answer:
    text = f"Nothing here fits “{query.theme}”. This knowledge base is about {kb.spec.about or kb.spec.title}."
    return Answer(query.text, (Sentence(text),), query, strength="none")


def find_theme(kb: KnowledgeBase, theme: str, where: Filter | None) -> Themed:
    """Documents on a theme: by meaning and words, those that name it among their keywords first."""
    parts = [part for part in _OR.split(theme) if part.strip()]
    if len(parts) > 1:
        return _either(kb, parts, where)
    vector = kb.embed.embed([theme])[0]
    found = retrieve.candidates(kb.principal, kb.collection, vector, retrieve.words(theme), where, DEPTH)
    best: dict[str, retrieve.Candidate] = {}
    for candidate in found:
        best.setdefault(candidate.document_id, candidate)
    likely = _likely(list(best.values()))
    documents = kb.collection.documents(kb.principal, [candidate.document_id for candidate in likely])
    tags = {name: _named(kb, document, theme) for name, document in documents.items()}
    scored = [
        (candidate.score + tags[candidate.document_id], candidate)
        for candidate in _cut([item for item in likely if item.document_id in documents], tags, where is not None)
    ]
    scored.sort(key=lambda item: (-item[0], item[1].document_id))
    ordered = tuple(documents[candidate.document_id] for _, candidate in scored)
    top = max((candidate.cosine for _, candidate in scored[:3]), default=0.0)
    named = bool(scored) and scored[0][0] > scored[0][1].score + 0.2
    strength: Strength = "high" if named or top >= HIGH else "medium" if top >= MEDIUM else "low"
    return Themed(ordered, strength, named or any(tags[item.id] >= 0.4 for item in ordered[:FEW]))


def _either(kb: KnowledgeBase, themes: Sequence[str], where: Filter | None) -> Themed:
    """Documents on one of several themes: the best of each in turn."""
    found = [find_theme(kb, theme, where) for theme in themes]
    turns = zip_longest(*(item.documents for item in found))
    documents = {document.id: document for turn in turns for document in turn if document is not None}
    surest = min(found, key=lambda item: _ORDER.index(item.strength))
    return Themed(tuple(documents.values()), surest.strength, any(item.named for item in found))


def _likely(found: Sequence[retrieve.Candidate]) -> list[retrieve.Candidate]:
    """The best candidates by meaning and by words, few enough to read their fields."""
    near = sorted(found, key=lambda item: -item.cosine)[:READ]
    worded = sorted((item for item in found if item.word_rank), key=lambda item: item.word_rank or 0)[:READ]
    return list({item.document_id: item for item in (*near, *worded)}.values())


def _cut(found: Sequence[retrieve.Candidate], tags: Mapping[str, float], filtered: bool) -> list[retrieve.Candidate]:
    """Keeps what has the theme among its keywords, means nearly the same, or holds its words well.

    A short list is filled up to FEW with what comes next in meaning, if it is not far off or fits other filters.
    """
    if not found:
        return []
    top = max(item.cosine for item in found)
    worded = KEEP * max(item.bm25 for item in found) or 1.0

    def fits(item: retrieve.Candidate) -> bool:
        near = item.cosine >= max(FLOOR, KEEP * top)
        return near or tags[item.document_id] >= 0.4 or (item.bm25 >= worded and item.cosine >= FLOOR / 2)

    kept = [item for item in found if fits(item)]
    left = sorted((item for item in found if not fits(item)), key=lambda item: -item.cosine)
    fill = [item for item in left if filtered or item.cosine >= max(FLOOR, FILL * top)]
    return kept + fill[: max(0, FEW - len(kept))]


def _named(kb: KnowledgeBase, document: Document, theme: str) -> float:
    """What a document gains when the theme is among its keywords: 0.4 for all of it, less for a part."""
    every_word = keys(theme)
    words = {stem(word) for word in every_word if word not in STOP} or {stem(word) for word in every_word}
    held = document.fields.get(kb.lexicon.theme_field or "", ())
    values = held if isinstance(held, tuple) else (held,)
    tags = [{stem(word) for word in keys(str(value))} for value in values]
    if not words or not tags:
        return 0.0
    if any(all(_kin(word, tag) for word in words) for tag in tags):
        return 0.4
    every = set().union(*tags)
    return 0.2 * sum(_kin(word, every) for word in words) / len(words)


def _kin(word: str, others: set[str]) -> bool:
    """Whether the word, or one with nearly the same beginning ("christmassy", "christmas"), is among others."""
    return word in others or any(
        len(word) > 5 and len(other) > 5 and word[: max(6, len(word) - 2)] == other[: max(6, len(word) - 2)]
        for other in others
    )


def similar(kb: KnowledgeBase, query: Query) -> Answer:
    """Documents like the subjects, by the mean of their vectors, without the subjects themselves."""
    subjects = facts.documents_of(kb, query)
    chunks = kb.collection.chunks_of(kb.principal, [item.id for item in subjects])
    if not chunks:
        return facts.nothing(kb, query)
    vector = kb.collection.vectors(kb.principal, [chunk.id for chunk in chunks]).mean(axis=0)
    if query.theme:
        vector = vector + 0.5 * kb.embed.embed([query.theme])[0]
    vector = (vector / (np.linalg.norm(vector) or 1.0)).astype(np.float32)
    near = kb.collection.nearest(kb.principal, vector, limit=DEPTH, where=query.where)
    cosines: dict[str, float] = {}
    for item in near[:READ]:
        cosines.setdefault(item.document_id, item.score)
    found = kb.collection.documents(kb.principal, [name for name in cosines if name not in query.subjects])
    likeness = {name: cosines[name] + _shared(kb, subjects, document) for name, document in found.items()}
    ordered = sorted(found.values(), key=lambda item: (-likeness[item.id], item.id))
    documents = ordered[query.offset : query.offset + _limit(query)]
    if not documents:
        return facts.nothing(kb, query)
    named = wording.joined(wording.called(item, kb.lexicon) for item in subjects)
    return _listed(kb, query, documents, None, "medium", opening=f"Closest to {named}:")


def _shared(kb: KnowledgeBase, subjects: Sequence[Document], document: Document) -> float:
    """How many values (genres, keywords) a document shares with the subjects: 0.25 a field for all of them."""
    fields = [name for name, words in kb.lexicon.fields.items() if words.spec.many and not words.person]
    fields = [name for name in fields if kb.lexicon.fields[name].spec.embedded]
    return sum(0.25 * _overlap(subject.fields.get(name), document.fields.get(name))
               for subject in subjects for name in fields) / max(len(subjects), 1)  # fmt: skip


def _overlap(left: Value | None, right: Value | None) -> float:
    """Jaccard similarity of two lists of values."""
    if not isinstance(left, tuple) or not isinstance(right, tuple):
        return 0.0
    return len(set(left) & set(right)) / len(set(left) | set(right))


def _listed(
    kb: KnowledgeBase,
    query: Query,
    documents: Sequence[Document],
    total: int | None,
    strength: Strength,
    opening: str = "",
) -> Answer:
    if not documents:
        return facts.nothing(kb, query)
    evidence = Evidence()
    fields = wording.fields_shown(query, [spec.name for spec in kb.schema.fields])
    if not fields and not query.theme and kb.lexicon.best and query.kind == "list":
        fields = [kb.lexicon.best.field]
    items = [_item(kb, query, document, fields, evidence) for document in documents]
    every = tuple(mark for item in items for mark in item.citations)
    first = Sentence(opening or _opening(kb, query, len(documents), total), every)
    marks = [item.citations[0] for item in items]
    cards = [card(item, kb.card_fields, mark) for item, mark in zip(documents, marks, strict=True)]
    return Answer(
        query.text,
        (first, *items),
        query,
        tuple(evidence.citations),
        tuple(cards),
        strength=strength,
        total=total,
    )


def _opening(kb: KnowledgeBase, query: Query, shown: int, total: int | None) -> str:
    what = wording.conditions(query)
    if query.theme:
        what = f"“{query.theme}”{'; ' + what if what else ''}"
    if query.limit == 1 and query.sort:
        spec = kb.lexicon.fields[query.sort[0].field].spec
        timely = spec.type == "date" or spec.name == kb.lexicon.year_field
        most, least = ("newest", "oldest") if timely else ("highest", "lowest")
        end = most if query.sort[0].descending else least
        place = f"number {query.offset + 1} by " if query.offset else ""
        named = f"The {end}" if timely else f"The {end} {spec.heading.lower()}"
        named = f"{place.capitalize()}{end[0].lower()}{end[1:]} {spec.heading.lower()}" if place else named
        tied = f", shared by {shown}" if shown > 1 else ""
        return f"{named}{tied}{f' ({what})' if what else ''}:"
    whole = wording.count(total if total is not None else shown, kb.lexicon)
    verb = "fits" if (total or shown) == 1 else "fit"
    text = f"{whole} {verb} {what}" if what else f"{whole} in all"
    if total is not None and (query.offset or shown < total):
        text += f"; here are {query.offset + 1} to {query.offset + shown}"
    return text + ":"


def _item(kb: KnowledgeBase, query: Query, document: Document, fields: Sequence[str], evidence: Evidence) -> Sentence:
    title = wording.called(document, kb.lexicon)
    if query.theme or query.kind == "similar":
        said, start, end = _theme_quote(kb, query.theme or query.text, document)
        marks = (evidence.cite(document, start, end),)
        extra = _field_words(kb, document, fields, evidence)
        return Sentence(f"{title}: {said}{' — ' + extra[0] if extra[0] else ''}", (*marks, *extra[1]))
    words, cited = _field_words(kb, document, fields, evidence)
    if not cited:
        cited = (evidence.field(document, kb.schema.title_field),)
    return Sentence(f"{title} — {words}." if words else f"{title}.", cited)


def _field_words(
    kb: KnowledgeBase, document: Document, fields: Sequence[str], evidence: Evidence
) -> tuple[str, tuple[int, ...]]:
    words, cited = [], []
    for name in fields:
        spec = kb.lexicon.fields[name].spec
        if name in document.fields and name not in (kb.lexicon.year_field, kb.schema.title_field):
            shown = wording.value(document.fields[name], spec, 4)
            words.append(f"{spec.heading.lower()} {shown}{' ' + spec.unit if spec.unit else ''}{wording.note(spec)}")
        if name in document.fields:
            cited.append(evidence.field(document, name))
    return "; ".join(words), tuple(dict.fromkeys(cited))


def _theme_quote(kb: KnowledgeBase, theme: str, document: Document) -> tuple[str, int, int]:
    """The words of a document that show the theme best: its keywords, or a sentence of its body."""
    part = part_of(document, kb.schema.body_field) or part_of(document, kb.schema.title_field)
    start, end = (part.start, part.end) if part else (0, len(document.text))
    passages = sentences_of(document, start, end) or [(document, start, end, "")]
    weights = Weights(theme, passages)
    covered = [weights.coverage(index) for index in range(len(passages))]
    top = max(range(len(passages)), key=lambda index: (covered[index], -index))
    tags = part_of(document, kb.lexicon.theme_field)
    if tags and covered[top] < 0.5 and _named(kb, document, theme) >= 0.2:
        heading = kb.lexicon.fields[tags.field or ""].spec.heading.lower()
        return f"{heading} {document.text[tags.start : tags.end]}.", tags.start, tags.end
    return quote(passages[top]), passages[top][1], passages[top][2]
