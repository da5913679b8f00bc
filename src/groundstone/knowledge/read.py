"""From a question to an answer: understand, fetch, and say it with citations. The one place that answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from groundstone.knowledge import courtesy, facts, fit, generate, listing, retrieve, wording
from groundstone.knowledge.answer import Answer, Event, events
from groundstone.knowledge.overview import overview
from groundstone.knowledge.quotes import (
    Evidence,
    Passage,
    Ranked,
    card,
    joined,
    part_of,
    passages_in,
    quote,
    ranked,
    sentences_of,
)
from groundstone.questions.query import Query
from groundstone.questions.understand import Context, understand
from groundstone.records import Card, Document, Hit, Sentence

if TYPE_CHECKING:
    from groundstone.knowledge.base import KnowledgeBase, Turn

QUOTES = 3


def answer(kb: KnowledgeBase, question: str, history: Sequence[Turn] = (), query: Query | None = None) -> Answer:
    """The whole answer. Raises InvalidQuestion."""
    found = extract(kb, question, history, query)
    return generate.rewrite(kb, found) if kb.chat and generate.wanted(found) else found


def stream(
    kb: KnowledgeBase, question: str, history: Sequence[Turn] = (), query: Query | None = None
) -> Iterator[Event]:
    """The answer as events, as soon as each is known."""
    found = extract(kb, question, history, query)
    if kb.chat and generate.wanted(found):
        yield from generate.stream(kb, found)
    else:
        yield from events(found)


def extract(kb: KnowledgeBase, question: str, history: Sequence[Turn], query: Query | None) -> Answer:
    """The extractive answer: verbatim quotes and computed facts only."""
    if query is None:
        last = history[-1] if history else None
        single = [turn.query.subjects[0] for turn in reversed(history[-4:]) if len(turn.query.subjects) == 1]
        recent = tuple(dict.fromkeys(single))
        context = Context(last.query, last.shown, recent) if last else Context()
        query = understand(question, kb.lexicon, kb.vocabulary, context)
    return replace(_dispatch(kb, query), question=question)


def _dispatch(kb: KnowledgeBase, query: Query) -> Answer:
    match query.kind:
        case "reset":
            return _said(query, "All right, we start over. What would you like to know?")
        case "off_topic":
            return off_topic(kb, query)
        case "unknown_field":
            return _unknown_field(kb, query)
        case "fact":
            return _fact(kb, query)
        case "count":
            return _count(kb, query)
        case "aggregate":
            return facts.most_common(kb, query) if query.measure == "most" else facts.aggregate(kb, query)
        case "similar":
            return listing.similar(kb, query)
        case "list":
            return listing.listing(kb, query)
    return _passage(kb, query)


def _said(query: Query, text: str) -> Answer:
    return Answer(query.text, (Sentence(text),), query, strength="none")


def off_topic(kb: KnowledgeBase, query: Query) -> Answer:
    """Small talk is answered; anything else gets a polite no, with what can be asked."""
    return _said(query, courtesy.small_talk(query.text, kb.spec) or courtesy.off_topic(kb.spec))


def _nothing_near(kb: KnowledgeBase, query: Query) -> Answer:
    """Records say what they are about; of plain documents it is enough that they do not say it."""
    if not _is_plain(kb):
        return off_topic(kb, query)
    return _said(query, courtesy.small_talk(query.text, kb.spec) or courtesy.not_found(kb.spec))


def _is_plain(kb: KnowledgeBase) -> bool:
    return not (kb.schema.title_field or kb.schema.id_field)


def _unknown_field(kb: KnowledgeBase, query: Query) -> Answer:
    """Says that there is no such field; quotes the text where it happens to speak of it."""
    subjects = kb.collection.documents(kb.principal, query.subjects).values()
    words = {word.casefold() for word in kb.lexicon.absent_words(query.asked or "")}
    for document in subjects:
        part = part_of(document, kb.schema.body_field)
        for passage in sentences_of(document, part.start, part.end) if part else ():
            if any(f" {word} " in f" {quote(passage).casefold()} " for word in words):
                evidence = Evidence()
                mark = evidence.cite(document, passage[1], passage[2])
                return Answer(
                    query.text, (Sentence(quote(passage), (mark,)),), query, tuple(evidence.citations),
                    (card(document, kb.card_fields, mark),), strength="low", closest=True,
                )  # fmt: skip
    empty = next((spec for spec in kb.schema.fields if spec.heading.lower() == query.asked), None)
    if empty is not None:
        total = wording.count(kb.collection.count(kb.principal), kb.lexicon)
        return _said(query, f"{empty.heading} is recorded for none of the {total} here, so I cannot say.")
    known = wording.joined(spec.heading.lower() for spec in kb.schema.fields if spec.filterable and spec.in_text)
    return _said(query, f"This catalogue has no field for {query.asked}, so I cannot say. It knows: {known}.")


def _fact(kb: KnowledgeBase, query: Query) -> Answer:
    if not query.subjects and query.theme and query.sort and query.asked:
        found = listing.find_theme(kb, query.theme, query.where).documents
        documents = list(found)
        for sort in reversed(query.sort):
            documents = sorted(documents, key=lambda item: retrieve.sort_key(item, sort))
        documents = documents[: query.limit or 1]
    else:
        documents = facts.documents_of(kb, query)
    body = kb.schema.body_field
    if not documents and body and query.where is None and query.asked == kb.schema.title_field:
        return _passage(kb, query)  # "Which article forbids it?": the text may say, though no title does
    if not documents:
        return _not_found(kb, query)
    if query.asked and query.asked == body:
        return _about(kb, query, documents)
    if query.asked:
        return facts.field_fact(kb, query, documents)
    if query.where is not None:
        return facts.yes_or_no(kb, query, documents)
    if len(documents) > 3:
        return _passage(kb, query)  # a name that many documents share does not say which one is meant
    passages = [passage for document in documents for passage in _body_sentences(kb, document)]
    text = _wanted(query)
    return _quoted(kb, query, text, ranked(kb.embed, text, passages), ())


def _body_sentences(kb: KnowledgeBase, document: Document) -> list[Passage]:
    part = part_of(document, kb.schema.body_field)
    start, end = (part.start, part.end) if part else (0, len(document.text))
    return sentences_of(document, start, end)


def _about(kb: KnowledgeBase, query: Query, documents: Sequence[Document]) -> Answer:
    """What a document is about: its body, sentence by sentence."""
    evidence, sentences = Evidence(), []
    for document in documents[:2]:
        for passage in _body_sentences(kb, document)[:6]:
            sentences.append(Sentence(quote(passage), (evidence.cite(document, passage[1], passage[2]),)))
    if not sentences:
        return facts.field_fact(kb, query, documents)
    cards = tuple(card(document, kb.card_fields, 0) for document in documents[:2])
    return Answer(query.text, tuple(sentences), query, tuple(evidence.citations), cards, strength="exact")


def _not_found(kb: KnowledgeBase, query: Query) -> Answer:
    """Names that nothing here has; the nearest titles are offered, as such."""
    if query.where is not None:
        return facts.nothing(kb, query)
    name = query.theme or query.text
    return _said(query, f"Nothing here is called {name!r}, so I cannot say. Check the spelling, or ask what there is.")


def _count(kb: KnowledgeBase, query: Query) -> Answer:
    if query.subjects and query.asked:
        return facts.count_subject_values(kb, query, facts.documents_of(kb, query))
    if query.asked:
        return facts.count_values(kb, query)
    if query.theme:
        return _count_theme(kb, query)
    return facts.count_documents(kb, query)


def _count_theme(kb: KnowledgeBase, query: Query) -> Answer:
    """A theme is counted only as a keyword or as words that occur; the answer says which."""
    from groundstone.filters import Compare
    from groundstone.questions.query import Chip

    name = kb.lexicon.theme_field
    spec = kb.schema.get(name) if name else None
    if spec is None:
        return _passage(kb, query)
    where = Compare(spec.name, "contains", query.theme)
    chips = tuple(chip for chip in query.chips if chip.kind != "theme")
    chip = Chip("filter", f"{spec.heading}: {query.theme}", where, note="counted by keyword")
    return facts.count_documents(kb, replace(query, theme="", chips=(*chips, chip)))


def _passage(kb: KnowledgeBase, query: Query) -> Answer:
    """A free question: the sentences that answer it best, from the chunks that fit it best."""
    text = _wanted(query)
    if not text.strip():
        return off_topic(kb, query)
    if _is_plain(kb) and (whole := overview(kb, query)):
        return whole
    alone = _told(kb, query, text)
    if not alone.closest and not alone.declined:
        return alone
    if _is_plain(kb) and query.theme and query.theme != text:  # it leans on the question before
        return _told(kb, query, query.theme)
    return alone


def _told(kb: KnowledgeBase, query: Query, text: str) -> Answer:
    """What the documents say of a text."""
    hits = retrieve.search(
        kb.principal, kb.collection, kb.embed, retrieve.Request(text, query.where, limit=kb.manner.reads, explain=True)
    )
    near = fit.near_enough(text, hits)
    if not near and not _is_plain(kb):
        return off_topic(kb, query)
    passages, prior = passages_in(hits, kb.schema.body_field)
    found = ranked(kb.embed, text, passages, prior=prior)
    return _quoted(kb, query, text, found, hits) if near or fit.near_sentence(found) else _nothing_near(kb, query)


def _wanted(query: Query) -> str:
    """The words to look for: the whole question, without the words that became its filter."""
    return query.theme if query.where is not None and query.theme else query.text


def _quoted(kb: KnowledgeBase, query: Query, text: str, found: Sequence[Ranked], hits: Sequence[Hit]) -> Answer:
    """The best sentences, verbatim; unsure ones as closest passages, none at all when nothing comes near."""
    if not found:
        return _nothing_near(kb, query)
    best = found[0]
    related = [(item.score, item.passage) for item in found if item is best or item.score >= fit.LOW]
    evidence, sentences = Evidence(), []
    cards: dict[str, Card] = {}
    for _, passage in joined(related, QUOTES):
        mark = evidence.cite(passage[0], passage[1], passage[2])
        named = kb.schema.title_field and passage[0].id not in query.subjects
        opening = f"{wording.called(passage[0], kb.lexicon)}: " if named else ""
        sentences.append(Sentence(opening + quote(passage), (mark,)))
        cards.setdefault(passage[0].id, card(passage[0], kb.card_fields, mark))
    return Answer(
        query.text,
        tuple(sentences),
        query,
        tuple(evidence.citations),
        tuple(cards.values()),
        strength=fit.strength(text, best),
        closest=not fit.sure(text, best),
        hits=tuple(hits),
    )
