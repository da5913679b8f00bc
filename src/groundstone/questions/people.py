"""People in a question: who is named, in which role, and names that are nowhere here."""

from __future__ import annotations

from collections.abc import Iterable

from groundstone.filters import And, Compare, Filter, Or
from groundstone.questions.names import ARTICLES, Mention, Name
from groundstone.questions.reading import CONNECTORS, NEGATORS, Item, Reading
from groundstone.questions.subjects import list_shaped
from groundstone.questions.values import about_from
from groundstone.questions.words import STOP, keys

_QUALIFIED = ("the", "a", "an", "any", "some", "director", "actor", "actress", "star", "filmmaker", "legend", "films")
_PRONOUNS = frozenset("he she him her his hers they".split())


def find_people(reading: Reading, mentions: Iterable[Mention], *, whole: bool = False) -> None:
    """Add a filter for every person named, in the role that the words around the name give.

    With ``whole`` only full names are taken; surnames come later, when other readings of the word were tried.
    """
    people, about = reading.lexicon.people(), about_from(reading)
    for mention in sorted(mentions, key=lambda item: (-item.length, item.start)):
        names = mention.of(people)
        if whole and (mention.length < 2 or all(name.alias for name in names)):
            continue
        if not names or not reading.free(mention.start, mention.end) or reading.word(mention.start) in ARTICLES:
            continue
        fields, start = _role(reading, mention, {name.field for name in names})
        if reading.word(mention.end) in ("brothers", "sisters") and (item := _siblings(reading, mention, names)):
            reading.add(item)
            continue
        if mention.length == 1 and _ordinary(reading, mention, names, cued=fields is not None):
            continue
        if fields is None and (
            not _strong(reading, mention, names)
            or (mention.length < 2 and mention.start > about and not reading.tokens[mention.start].capital)
        ):
            continue
        if fields is None:
            fields, start = _usual_roles(reading, names), mention.start
        reading.add(_person_item(reading, mention, names, fields, start))


def _siblings(reading: Reading, mention: Mention, names: tuple[Name, ...]) -> Item | None:
    """ "the Coen brothers": all of one surname who are found in one role, together."""
    fields: dict[str, list[str]] = {}
    for name in names:
        fields.setdefault(name.field, []).append(name.value)
    field, values = max(fields.items(), key=lambda item: len(item[1]))
    if not 2 <= len(values) <= 4:
        return None
    where = And(tuple(Compare(field, "eq", value) for value in values))
    label = f"{reading.lexicon.fields[field].spec.heading}: {' and '.join(values)}"
    return Item(mention.start, mention.end + 1, "filter", field, label, where, value=values[0])


def find_person_meant(reading: Reading) -> None:
    """ "what else did he direct": the person whom the last answer named."""
    previous, people = reading.previous, reading.lexicon.people()
    at = next((at for at, word in enumerate(reading.words()) if word in _PRONOUNS and not reading.used[at]), None)
    if at is None or previous is None or previous.asked not in people or not previous.subjects:
        return
    documents = reading.vocabulary.collection.documents(reading.vocabulary.principal, previous.subjects[:1])
    values = [
        value for document in documents.values() if isinstance(value := document.fields.get(previous.asked), tuple)
    ]
    names = tuple(
        name for value in values for text in value[:3] for name in reading.vocabulary.names.lookup(keys(str(text)))
    )
    names = tuple(name for name in names if name.field in people)
    if names:
        mention = Mention(at, at + 1, names)
        fields, start = _role(reading, mention, {name.field for name in names})
        reading.add(_person_item(reading, mention, names, fields or [previous.asked], start))
        title = reading.lexicon.schema.title_field
        if title and reading.has("else", "other"):
            others = tuple(document.title for document in documents.values())
            where = Compare(title, "in", others)
            reading.add(Item(at, at + 1, "filter", title, " and ".join(others), where, negated=True))


def _strong(reading: Reading, mention: Mention, names: tuple[Name, ...]) -> bool:
    """Whether the name needs no cue: a full name, or a surname next to "films" or with a possessive s."""
    if mention.length >= 2 and not all(name.alias and mention.length < 2 for name in names):
        return True
    token = reading.tokens[mention.start]
    after = reading.tokens[mention.end] if mention.end < len(reading.tokens) else None
    if token.possessive and after and after.capital and not reading.lexicon.knows(after.folded):
        return False  # part of a longer name: "Pan's Labirynth"
    if token.folded in STOP or reading.lexicon.knows(token.folded):
        return False
    noun_after = any(
        phrase.kind == "noun" for phrase in reading.lexicon.at(reading.tokens, mention.end, mention.end + 1)
    )
    first = mention.start == 0 and reading.word(mention.end) not in ("or", "and")
    typed = token.capital and not first and not all(item.capital for item in reading.tokens if item.text.isalpha())
    typed = (
        typed
        and not reading.subjects
        and (list_shaped(reading) or reading.has("together", "both") or reading.word(mention.start - 1) in NEGATORS)
    )
    if typed and all(name.alias for name in names) and not mention.of(reading.vocabulary.titles()):
        return True
    return token.possessive or (noun_after and all(name.alias for name in names)) or token.quoted


def _ordinary(reading: Reading, mention: Mention, names: tuple[Name, ...], *, cued: bool) -> bool:
    """Whether a single word is rather a common word than a surname: "zombie", "christmas", "a dog".

    It is, if it stands behind an article in lower case, or if it occurs in far more documents than the
    people of that name are in.
    """
    token = reading.tokens[mention.start]
    if not token.capital and reading.word(mention.start - 1) in ARTICLES:
        return True
    collection, who = reading.vocabulary.collection, reading.vocabulary.principal
    most = max(name.count for name in names)
    bar = most * (8 if token.capital or cued else 3) + 2
    return len({item.document_id for item in collection.match(who, [token.base], limit=int(bar) + 1)}) > bar


def unknown_person(reading: Reading) -> str | None:
    """A name after "starring", "directed by" or the like that nobody here has; as it was typed."""
    for found in reading.lexicon.find(reading.tokens, "before"):
        if not reading.lexicon.fields[found.phrase.field].person or not reading.free(found.start, found.end):
            continue
        end = found.end
        while end < len(reading.tokens) and not reading.used[end] and _name_like(reading, end):
            end += 1
        clear = reading.word(found.end - 1) == "by" and found.end - found.start > 1
        clear = clear or reading.word(found.start) in ("starring", "featuring")
        length = end - found.end
        if length >= 2 or (length == 1 and clear) or (clear and found.end < len(reading.tokens) and not length):
            last = end if length else min(found.end + 2, len(reading.tokens))
            first = reading.tokens[found.end]
            if first.folded in STOP or reading.used[found.end] or reading.lexicon.knows(first.folded):
                continue
            reading.use(found.start, last)
            return " ".join(token.text for token in reading.tokens[found.end : last])
    return None


def _name_like(reading: Reading, at: int) -> bool:
    token = reading.tokens[at]
    return token.capital and not reading.lexicon.knows(token.folded) and token.folded not in STOP


def _role(reading: Reading, mention: Mention, fields: set[str]) -> tuple[list[str] | None, int]:
    """The fields that a phrase before or after the name calls for, and where that phrase begins."""
    linked = _linked(reading, mention.start)
    if linked and (shared := [field for field in linked.field.split("|") if field in fields]):
        return shared, mention.start
    at = mention.start
    for _ in range(3):
        for length in (4, 3, 2, 1):
            begin = at - length
            if begin < 0 or not reading.free(begin, at):
                continue
            cued = [
                phrase.field
                for phrase in reading.lexicon.at(reading.tokens, begin, at)
                if phrase.kind == "before" and phrase.field in fields
            ]
            if cued:
                return cued, begin
            if stated := _stated_role(reading, begin, at):
                return stated, begin
        if reading.word(at - 1) not in _QUALIFIED:
            break
        at -= 1
    return _role_after(reading, mention, fields), mention.start


def _stated_role(reading: Reading, begin: int, end: int) -> list[str] | None:
    """A role said outright ("directed by") holds, also for a person who is here in another one."""
    words = reading.text(begin, end)
    if not (words.endswith(" by") or words in ("starring", "featuring")):
        return None
    people = reading.lexicon.people()
    return [
        phrase.field
        for phrase in reading.lexicon.at(reading.tokens, begin, end)
        if phrase.kind == "before" and phrase.field in people
    ][:1] or None


def _role_after(reading: Reading, mention: Mention, fields: set[str]) -> list[str] | None:
    """ "did Spielberg direct", "Tom Hanks starred in"."""
    as_role = _as_role(reading, mention.end, fields)
    if as_role:
        return as_role
    for at in range(mention.end, len(reading.tokens)):
        for length in (2, 1):
            for phrase in reading.lexicon.at(reading.tokens, at, at + length):
                if phrase.kind == "ask" and phrase.field in fields:
                    reading.use(at, min(at + length, len(reading.tokens)))
                    return [phrase.field]
        if reading.word(at) not in ("has", "have", "had", "also", "ever", "both", "been"):
            return None
    return None


def _as_role(reading: Reading, end: int, fields: set[str]) -> list[str] | None:
    """ "Kevin Costner movies, as director"."""
    for at in range(end, min(end + 4, len(reading.tokens))):
        if reading.word(at) == "as":
            after = at + 1 + (reading.word(at + 1) in ("a", "an", "the"))
            for phrase in reading.lexicon.at(reading.tokens, after, after + 1):
                if phrase.kind == "ask" and phrase.field in fields:
                    reading.use(at, after + 1)
                    return [phrase.field]
    return None


def _linked(reading: Reading, start: int) -> Item | None:
    """The person before this one in "A, B and C"."""
    at = start
    while at > 0 and reading.word(at - 1) in (*CONNECTORS, "both", "also", "either", "but", *NEGATORS):
        at -= 1
    if at == start:
        return None
    people = set(reading.lexicon.people())
    return next(
        (
            item
            for item in reading.items
            if item.end == at and item.kind == "filter" and set(item.field.split("|")) & people
        ),
        None,
    )


def _usual_roles(reading: Reading, names: tuple[Name, ...]) -> list[str]:
    """Without a cue: the roles in which the person is mostly found; producing only if nothing else."""
    counts: dict[str, int] = {}
    for name in names:
        counts[name.field] = max(counts.get(name.field, 0), name.count)
    usual = {field: count for field, count in counts.items() if field not in reading.lexicon.seldom()} or counts
    top = max(usual.values())
    return [field for field, count in usual.items() if count * 3 >= top]


def _person_item(reading: Reading, mention: Mention, names: tuple[Name, ...], fields: list[str], start: int) -> Item:
    kept = [name for name in names if name.field in fields]
    kept = kept or [Name(field, name.value, 0) for field in fields for name in names]
    values = list(dict.fromkeys(name.value for name in kept))[:8]
    parts: list[Filter] = [Compare(name.field, "eq", name.value) for name in kept if name.value in values]
    headings = " or ".join(reading.lexicon.fields[field].spec.heading for field in dict.fromkeys(fields))
    label = f"{headings}: {' or '.join(values)}"
    if mention.corrected:
        reading.notes.append(f"Read as {mention.corrected}.")
    where = parts[0] if len(parts) == 1 else Or(tuple(parts))
    return Item(start, mention.end, "filter", "|".join(dict.fromkeys(fields)), label, where, value=values[0])
