"""A domain model read from a narrative by rules: no model is asked, the same text always gives the same result.

The rules know how such narratives are usually written: "An order has a date and a status, which is open or
paid.", "A customer can place many orders.", "Each order belongs to one customer." What they do not
understand is left out and named in the notes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from groundstone.builder import domain, names, phrases
from groundstone.builder.clauses import BE, KNOW, LONGEST, Clause, clauses, values, verb_at
from groundstone.builder.domain import Attribute, DomainModel, Entity, Enumeration
from groundstone.builder.phrases import Item, Quantity
from groundstone.builder.relations import Fact, associations
from groundstone.builder.things import ADVERB, HAS, KNOWN, MODAL, WITH, spelled, things
from groundstone.errors import InvalidInput

NAME = "groundstone-rules"


@dataclass
class _Reading:
    """What has been understood so far. Entities are found first, so that lists can tell them from attributes."""

    entities: dict[str, list[Attribute]] = field(default_factory=dict)
    enumerations: dict[str, Enumeration] = field(default_factory=dict)
    facts: list[Fact] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    last: str = ""  # what "it" stands for

    def entity(self, phrase: str) -> str | None:
        """The known entity that a phrase ends with, or whose words it is made of ("request leave": LeaveRequest)."""
        words = re.findall(r"[A-Za-z][A-Za-z0-9]*", re.sub(r"\([^()]*\)", "", phrase))
        if [word.lower() for word in words] in (["it"], ["they"]):
            return self.last or None
        for start in range(len(words)):
            name = names.pascal(" ".join(words[start:]))
            if name in self.entities:
                return name
        return None

    def subject(self, text: str) -> tuple[str | None, str]:
        """The entity that a clause begins with, and what follows it."""
        at = verb_at(text)
        if at is None:
            return None, text
        return self.entity(text[:at]), text[at:].strip()

    def add(self, owner: str, attribute: Attribute) -> None:
        known = self.entities[owner]
        for number, one in enumerate(known):
            if one.name.lower() == attribute.name.lower():
                known[number] = replace(
                    attribute if one.type == "text" else one,
                    required=one.required or attribute.required,
                    unique=one.unique or attribute.unique,
                )
                return
        known.append(attribute)

    def choose(self, owner: str, item: Item) -> None:
        """An attribute with a list of allowed values."""
        made = phrases.attribute(item)
        if made is None:
            return
        name = (owner + made.name[0].upper() + made.name[1:])[:57]  # leaves room for "Values"
        self.enumerations[name] = Enumeration(name, item.values[: domain.MAX_VALUES])
        self.entities[owner] = [one for one in self.entities[owner] if one.name != made.name]
        self.add(owner, replace(made, type="enumeration", enumeration=name))


def read(narrative: str) -> tuple[DomainModel, list[str]]:
    """The model and notes on what was not understood. Raises InvalidInput when no entity is found."""
    said = list(clauses(narrative))
    reading = _Reading()
    for name in things(said):
        if len(reading.entities) < domain.MAX_ENTITIES:
            reading.entities.setdefault(name, [])
    for clause in said:
        if len(clause.text) > LONGEST:
            reading.notes.append(f"not understood, too long: {clause.text[:80]} …")
        elif not any(rule(reading, clause) for rule in _RULES) and _about(reading, clause.text):
            reading.notes.append(f"not understood: {clause.text}")
        subject = reading.subject(clause.text[:LONGEST])[0]
        reading.last = subject if subject and not clause.story else reading.last
    if not reading.entities:
        raise InvalidInput('no entity was found; write sentences such as "A customer has a name and many orders."')
    return _model(reading), reading.notes


def _about(reading: _Reading, text: str) -> bool:
    """Whether a text says something of an entity; a title such as "A web shop" does not."""
    if verb_at(text) is None and len(text.split()) <= 5:
        return False
    return any(re.search(rf"\b{spelled(name)}\b", text, re.I) for name in reading.entities)


def _model(reading: _Reading) -> DomainModel:
    taken = {name.lower() for name in reading.entities}
    renamed = {name: name if name.lower() not in taken else f"{name}Values" for name in reading.enumerations}
    entities = tuple(
        Entity(
            name,
            tuple(replace(a, enumeration=renamed.get(a.enumeration, "")) for a in attributes[: domain.MAX_ATTRIBUTES]),
        )
        for name, attributes in reading.entities.items()
    )
    used = {attribute.enumeration for entity in entities for attribute in entity.attributes}
    enumerations = tuple(Enumeration(renamed[one.name], one.values) for one in reading.enumerations.values())
    kept = tuple(one for one in enumerations if one.name in used)
    return DomainModel(entities, tuple(associations(reading.facts)), kept)


# --- what the clauses say of them; each rule returns whether it understood the clause


def _known(reading: _Reading, clause: Clause) -> bool:
    """ "For each customer we store the name", "Of every author the name is kept"."""
    found = KNOWN.match(clause.text)
    if not found:
        return _asked(reading, clause)
    owner = reading.entity(next(found[one] for one in "aceg" if found[one]))
    if not owner:
        return False
    _members(reading, owner, next(found[one] for one in "bdfh" if found[one]))
    reading.last = owner
    return True


def _asked(reading: _Reading, clause: Clause) -> bool:
    """ "we need to know whether it has been scanned"."""
    found = re.match(
        rf"^we (?:{MODAL} |also |need to |want to )*{KNOW} ((?:whether|if) (?:it|they) .+)$", clause.text, re.I
    )
    if not found or not reading.last:
        return False
    _members(reading, reading.last, found[1])
    return True


def _stored(reading: _Reading, clause: Clause) -> bool:
    """ "A manager can register employees with their name and salary"."""
    found = WITH.search(clause.text)
    owner = reading.entity(found[1]) if found and names.is_plural(found[1].split()[-1]) else None
    if not found or not owner:
        return False
    _members(reading, owner, found[2])
    return True


def _choices(reading: _Reading, clause: Clause) -> bool:
    """ "The status of an order is open, paid or shipped" and "An order's status can be ..." """
    text = re.sub(r"\s*\(([^()]*)\)$", r" is \1", clause.text) if verb_at(clause.text) is None else clause.text
    for pattern, attribute, owner in (
        (rf"(?:the\s+)?([\w\s-]+?) of (?:an?|each|every|the|all)\s+([\w\s-]+?)\s+{BE}:?\s*\(?(.+?)\)?$", 1, 2),
        (rf"(?:an?|each|every|the)?\s*([\w\s-]+?)['’]s?\s+([\w\s-]+?)\s+{BE}:?\s*\(?(.+?)\)?$", 2, 1),
        (r"(its)\s+([\w\s-]+?)\s+" + BE + r":?\s*\(?(.+?)\)?$", 2, 1),
    ):
        found = re.match(pattern, text, re.I)
        entity = (reading.last if found[1] == "its" else reading.entity(found[owner])) if found else None
        if not found or not entity:
            continue
        listed, word = values(found[3]), found[3].strip().lower()
        if listed:
            reading.choose(entity, Item(phrases.bare(found[attribute]), values=listed))
            return True
        if word in ("unique", "optional", "required", "mandatory"):
            item = Item(
                phrases.bare(found[attribute]),
                required=word[0] in "rm",
                unique=word == "unique",
                optional=word[0] == "o",
            )
            made = phrases.attribute(item)
            if made:
                reading.add(entity, made)
            return True
    return False


def _has(reading: _Reading, clause: Clause) -> bool:
    owner, rest = reading.subject(clause.text)
    found = HAS.match(rest)
    if not found or not owner or clause.story:
        return False
    verb = rest[: found.start(1)].lower()
    _members(
        reading,
        owner,
        found[1],
        required=bool(re.match(r"must|always|has to", verb)),
        unique="identified" in verb,
        several=phrases.quantity(clause.text[: len(clause.text) - len(rest)]) == "many",
    )
    return True


def _does(reading: _Reading, clause: Clause) -> bool:
    """Any other verb between entities: "An order is placed by one customer for one shop"."""
    left, rest = reading.subject(_turned(clause.text))
    if clause.story and re.match(rf"can (?:{KNOW}|see|hold|view|add|enter|create)\b", rest):
        return True  # "a teacher can record grades" says what the application is for
    mentions, known = list(_mentions(reading, rest)), len(reading.facts)
    if not mentions:
        return _typed(reading, left, rest)
    subject_quantity = (
        "each"
        if re.match(r"it\b", clause.text, re.I)
        else phrases.quantity(clause.text[: clause.text.find(rest)])
        if rest in clause.text
        else "many"
    )
    passive = re.match(rf"(?:{MODAL}\s+)?(?:is|are|be|was|were|has been|have been)\b", rest, re.I) is not None
    if left:
        verb = _verb(rest, mentions[0].start)
        first = mentions[0]
        reading.facts.append(
            Fact(
                left,
                first.entity,
                verb,
                subject_quantity,
                first.quantity,
                passive,
                bool(re.match(MODAL, rest)) or clause.story,
                bool(phrases.OPTIONAL.search(rest[: first.start + 12])),
            )
        )
    tying = re.match(rf"(?:{MODAL}\s+)?(?:links?|connects?|joins?|ties?|pairs?)\b", rest, re.I) is not None
    _others(reading, left, mentions, passive or tying)
    return left is not None or len(reading.facts) > known


def _others(reading: _Reading, left: str | None, mentions: Sequence[_Mention], passive: bool) -> None:
    """ "takes orders at a table": an order has a table. "copies of a book": a book has many copies."""
    for before, one in pairwise(mentions):
        holder = left if passive and left else before.entity
        if one.joined == "of":
            reading.facts.append(Fact(one.entity, before.entity, "has", "each", "many"))
        elif one.joined in ("and", "or") and left:
            reading.facts.append(Fact(left, one.entity, "has", "some", one.quantity, passive))
        elif left and one.quantity in ("one", "some", "few", "each") and one.joined and holder != one.entity:
            reading.facts.append(Fact(holder, one.entity, one.joined, "some", "one", True, weak=one.quantity == "few"))


def _typed(reading: _Reading, left: str | None, rest: str) -> bool:
    """ "runs from a start date to an end date": what is no entity but has the type of an attribute is one."""
    found = False
    for part in re.split(r"\b(?:from|to|on|at|and|until|for|with|in|costs?)\b", rest)[1:] if left else []:
        made = phrases.attribute(Item(phrases.bare(part)))
        if (
            left
            and made
            and made.type in ("date", "datetime", "decimal")
            and re.match(r"\s*(?:an?|its|the|one)\s", part)
        ):
            reading.add(left, made)
            found = True
    return found


_RULES = (_choices, _known, _stored, _has, _does)


def _members(
    reading: _Reading, owner: str, listed: str, *, required: bool = False, unique: bool = False, several: bool = False
) -> None:
    """The items of a list: an association where one names an entity, else an attribute."""
    for item in phrases.items(listed):
        target = reading.entity(item.words)
        whole = target is not None and names.pascal(item.words) == target
        joined = re.match(r"^[\w-]+ (?:in|at|with|from|of|to|for|by) ", item.words)
        if target and (whole or (joined and not item.values)) and (target != owner or item.quantity in ("many", "few")):
            many = item.quantity if whole else phrases.quantity(item.words[joined.end() :] if joined else item.words)
            if target != owner or many == "many":
                reading.facts.append(Fact(owner, target, "has", "many" if several else "each", _counted(many)))
        elif item.values:
            reading.choose(owner, item)
        elif made := phrases.attribute(item, required=required, unique=unique):
            reading.add(owner, made)
        else:
            reading.notes.append(f"not understood, of {owner}: {item.words}")


def _counted(quantity: Quantity) -> Quantity:
    return {"few": "many", "many": "many"}.get(quantity, "one")  # type: ignore[return-value]


@dataclass(frozen=True, slots=True)
class _Mention:
    entity: str
    quantity: Quantity
    start: int
    joined: str  # the preposition in front


def _mentions(reading: _Reading, text: str) -> Iterator[_Mention]:
    """The entities that stand in the text, in order, with what is said of their number."""
    known = sorted(reading.entities, key=len, reverse=True)
    pattern = (
        rf"(?:\b(and|or|of|at|for|to|in|under|with|by|on|from|about|into|between|"
        rf"as)\s+)?(?:\b(?P<count>{phrases.MANY}|{phrases.ONE}|each|every|an?|my|our)\s+)?"
        rf"(?:\b[a-z]+ed\s+|\bother\s+|\bsame\s+)?\b(?P<thing>{'|'.join(spelled(name) for name in known) or '(?!)'})\b"
    )
    for found in re.finditer(pattern, text, re.I):
        entity = reading.entity(found["thing"])
        if entity and (found["count"] or "").lower() not in ("my", "our"):
            words = f"{found['count'] or ''} {found['thing']}".strip()
            yield _Mention(entity, phrases.quantity(words), found.start(), (found[1] or "").lower())
    made = _made_of(reading, text)
    if made:
        yield made


def _made_of(reading: _Reading, text: str) -> _Mention | None:
    """ "request leave" is a LeaveRequest, "attached to" has to do with an Attachment."""
    words = {names.singular(word.lower()) for word in re.findall(r"[A-Za-z]+", text)}
    for name in reading.entities:
        parts = [part.lower() for part in re.findall(r"[A-Z][a-z0-9]*", name)]
        if len(parts) > 1 and set(parts) <= words and not re.search(spelled(name), text, re.I):
            return _Mention(name, "few", 0, "")
    return None


def _turned(text: str) -> str:
    """ "On each sample several tests are performed" as "several tests are performed on each sample"."""
    found = re.match(
        r"^((?:on|for|in|at|to|with|from|under|during) (?:each|every|an?|one|all)(?: [\w-]+){1,3}?),? ((?:"
        + phrases.MANY
        + r"|an?|one) .+)$",
        text,
        re.I,
    )
    if not found or verb_at(found[2]) is None:
        return text
    return f"{found[2]} {found[1][0].lower()}{found[1][1:]}"


def _verb(rest: str, end: int) -> str:
    """The words of the verb as a name: "is placed by" -> "placedBy"."""
    text = re.sub(
        rf"^(?:(?:{MODAL}|is|are|be|been|has|have|{ADVERB})\s+)+", "", rest[: max(end, 0)] + " ", flags=re.I
    ).strip()
    text = re.sub(rf"\s*\b(?:{phrases.MANY}|{phrases.ONE}|an?|each|every)$", "", text, flags=re.I)
    joined = re.match(r"\s*(of|at|for|to|in|under|with|by|on|from|about|into)\b", rest[end:])
    return names.camel(" ".join([*text.split()[:3], joined[1] if joined else ""]))[:40] or "has"
