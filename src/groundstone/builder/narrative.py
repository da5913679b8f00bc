"""A domain model read from a narrative by rules: no model is asked, the same text always gives the same result.

The rules know how such narratives are usually written: "An order has a date and a status, which is open or
paid.", "A customer can place many orders.", "Each order belongs to one customer." What they do not
understand is left out and named in the notes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from groundstone import text as texts
from groundstone.builder import names
from groundstone.builder.domain import (
    Association,
    Attribute,
    DomainModel,
    Entity,
    Enumeration,
    Kind,
)
from groundstone.errors import InvalidInput

NAME = "groundstone-rules"
_EVERY = r"(?:an?|each|every|the|one|any|all|our|for each|for every)"
_HAS = (
    r"(?:must have|can have|may have|should have|always has|also has|also have|will have|has|have|contains?|includes?|"
    r"consists? of|is made up of|is described by|are described by|is identified by|comes? with|holds?|stores?|records?)"
)
_MANY = (
    r"(?:zero or more|one or more|one or several|at least one|any number of|a number of|a list of|lists? of|a set of|"
    r"a collection of|multiple|several|many|some|various|different|two or more)"
)
_ONE = r"(?:exactly one|only one|at most one|zero or one|a single|one|an?|the|its|their|his or her)"
_BE_ONE_OF = r"(?:is|are|can be|may be|must be|will be)(?: always)?(?: exactly)?(?: either)?(?: one of)?:?"
_RECORD = r"(?:we|the system|it|the application|users?|staff|they)?\s*(?:must |should |can |also )*(?:store|keep|record|track|save|need|know|capture|note|register)s?"
_MANAGES = r"(?:manages?|handles?|sells?|rents?|lends?|offers?|organi[sz]es?|keeps? track of|tracks?)"
_THING = r"([\w-]+(?: [\w-]+)?)"
_OPTIONAL = re.compile(r"\b(optional(?:ly)?|may have|can have|if (?:any|known)|where (?:known|available))\b", re.I)
_LEAD = re.compile(
    r"^(?:and|or|also|optionally|an optional|optional|a unique|unique|its own|its|their|his|her|the|an?|some|own|exactly one|"
    r"one|mandatory|required)\s+",
    re.I,
)
_VERB_END = re.compile(r"^(?:can|may|must|should|will|is|are|could)\s+(?:be\s+|also\s+|only\s+|have\s+)*", re.I)
_STOP = {"it", "they", "this", "that", "these", "those", "there", "which", "who", "following", "system", "application",
         "company", "app", "software", "database", "we", "information", "details", "data", "thing", "things", "user interface"}  # fmt: skip


_GENERAL = {"has", "belongsTo", "contains", "isPartOf", "partOf"}


_MODAL = {"can", "may", "must", "should", "will", "could", "is", "are", "has", "have", "also"}


@dataclass
class _Reading:
    """What has been understood so far. Entities are found first, so that lists can tell them from attributes."""

    entities: dict[str, list[Attribute]] = field(default_factory=dict)
    associations: dict[tuple[str, str, str], Association] = field(default_factory=dict)
    enumerations: dict[str, Enumeration] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def entity(self, phrase: str) -> str | None:
        """The known entity that a phrase names, by its words or its last words."""
        words = re.findall(r"[A-Za-z][A-Za-z0-9]*", phrase)
        for start in range(len(words)):
            name = names.pascal(" ".join(words[start:]))
            if name in self.entities:
                return name
        return None

    def add(self, owner: str, attribute: Attribute) -> None:
        known = self.entities[owner]
        for number, one in enumerate(known):
            if one.name == attribute.name:
                known[number] = attribute if one.type == "text" else one
                return
        known.append(attribute)

    def join(self, name: str, source: str, target: str, kind: Kind, *, required: bool = False) -> None:
        """What is said of one pair from both sides, or in a general word such as "has", is one association."""
        for key, one in self.associations.items():
            same_way = (one.source, one.target) == (source, target)
            if {one.source, one.target} != {source, target} or (same_way and not {name, one.name} & _GENERAL):
                continue
            merged = one.kind if same_way and kind == one.kind else _merged(one.kind, kind, same_way)
            word = name if one.name in _GENERAL else one.name
            ends = (source, target) if one.kind == "one-to-one" else (one.source, one.target)
            need = (one.required or required) and merged != "many-to-many"
            self.associations[key] = Association(word, *ends, merged, need)
            return
        self.associations[source, target, name] = Association(name, source, target, kind, required)


def _merged(left: Kind, right: Kind, same_way: bool) -> Kind:
    """Many on both sides is many-to-many; "one" said after "many" does not take the many back."""
    if "many-to-many" in (left, right) or (left == right == "one-to-many" and not same_way):
        return "many-to-many"
    return "one-to-many" if "one-to-many" in (left, right) else "one-to-one"


def read(narrative: str) -> tuple[DomainModel, list[str]]:
    """The model and notes on what was not understood. Raises InvalidInput when no entity is found."""
    sentences = [narrative[start:end].strip() for start, end in texts.sentences(narrative)]
    sentences = [re.sub(r"\s+", " ", one).rstrip(".!;") for one in sentences if one.strip()]
    reading = _Reading()
    for sentence in sentences:
        for phrase in _subjects(sentence):
            _declare(reading, phrase)
    for sentence in sentences:
        if not any(rule(reading, sentence) for rule in _RULES) and reading.entity(sentence):
            reading.notes.append(f"not understood: {sentence}")
    if not reading.entities:
        raise InvalidInput('no entity was found; write sentences such as "A customer has a name and many orders."')
    return _model(reading), reading.notes


def _model(reading: _Reading) -> DomainModel:
    entities = tuple(Entity(name, tuple(attributes)) for name, attributes in reading.entities.items())
    taken = {entity.name.lower() for entity in entities}
    renamed = {name: name if name.lower() not in taken else f"{name}Values" for name in reading.enumerations}
    enumerations = tuple(Enumeration(renamed[one.name], one.values) for one in reading.enumerations.values())
    entities = tuple(
        Entity(
            entity.name,
            tuple(
                Attribute(a.name, a.type, a.required, a.unique, renamed.get(a.enumeration, a.enumeration))
                for a in entity.attributes
            ),
        )
        for entity in entities
    )
    return DomainModel(entities, tuple(reading.associations.values()), enumerations)


# --- which things there are


def _subjects(sentence: str) -> Iterator[str]:
    """Phrases that must be entities, by their place in the sentence."""
    found = re.match(rf"{_EVERY}\s+([\w\s-]{{2,40}}?)\s+{_HAS}\b", sentence, re.I)
    if found:
        yield found[1]
    found = re.match(rf"([A-Z][\w\s-]{{1,40}}?)\s+{_HAS}\b", sentence)
    if found and names.is_plural(found[1].split()[-1]):
        yield found[1]
    found = re.match(
        rf"(?:{_EVERY}\s+)?([\w\s-]{{2,40}}?)\s+(?:belongs? to|is part of|is assigned to|is owned by)\s+{_ONE}\s+([\w\s-]{{2,40}}?)(?:\s+(?:and|which|that|who)\b|[,;]|$)",
        sentence,
        re.I,
    )
    if found:
        yield from found.groups()
    found = re.search(
        r"\b(?:of|for|about) (?:each|every|all|the|an?) ([\w-]+(?: [\w-]+)?)(?:,|$| we| the system)", sentence, re.I
    )
    if found and re.search(rf"\b{_RECORD}\b", sentence, re.I):
        yield found[1]
    found = re.search(
        rf"\b{_MANAGES}\s+([\w\s,-]+)$",
        sentence,
        re.I,
    )
    if found:
        yield from (item for item in _items(found[1]) if names.is_plural(item.split()[-1]))
    found = re.match(rf"(?:{_EVERY}\s+)?{_THING}\s+([a-z]+)\s+{_MANY}\s+{_THING}$", sentence, re.I)
    if (
        found
        and names.is_plural(found[3].split()[-1])
        and not re.fullmatch(rf"{_HAS}|can|may|must|is|are", found[2], re.I)
    ):
        yield found[1]
        yield found[3]
    found = re.match(
        rf"(?:{_EVERY}\s+)?([\w-]+(?: [\w-]+)?)\s+(?:can|may|must|could|will)\s+([\w]+(?: (?:for|to|on|in|at|by|from))?)\s+(?:{_MANY}|{_ONE})\s+([\w-]+(?: [\w-]+)?)",
        sentence,
        re.I,
    )
    if found and found[2].lower() not in ("be", "have"):
        yield found[1]
        yield found[3]


def _declare(reading: _Reading, phrase: str) -> None:
    phrase = re.sub(rf"^(?:{_EVERY}|{_MANY})\s+", "", phrase.strip(), flags=re.I)
    words = phrase.split()
    if words and len(words) <= 3 and not {phrase.lower(), words[-1].lower()} & (_STOP | _MODAL):
        name = names.pascal(phrase)
        if name and not name[0].isdigit():
            reading.entities.setdefault(name, [])


# --- what the sentences say of them; each rule returns whether it understood the sentence


def _has(reading: _Reading, sentence: str) -> bool:
    found = re.match(rf"(?:{_EVERY}\s+)?([\w\s-]{{2,40}}?)\s+({_HAS})\s+(.+)$", sentence, re.I)
    owner = reading.entity(found[1]) if found else None
    if not found or not owner:
        return False
    unique, optional = "identified" in found[2].lower(), bool(_OPTIONAL.search(found[2]))
    required = found[2].lower().startswith(("must", "always"))
    for item in _items(found[3]):
        _member(reading, owner, item, required=required, optional=optional, unique=unique)
    return True


def _recorded(reading: _Reading, sentence: str) -> bool:
    before = re.match(rf"for (?:each|every|all|an?) ([\w\s-]+?),?\s+{_RECORD}\s+(.+)$", sentence, re.I)
    after = re.match(rf"{_RECORD}\s+(.+?)\s+(?:of|for|about) (?:each|every|all|the|an?) ([\w\s-]+)$", sentence, re.I)
    phrase, members = (before[1], before[2]) if before else (after[2], after[1]) if after else ("", "")
    owner = reading.entity(phrase)
    if not owner:
        return False
    for item in _items(members):
        _member(reading, owner, item)
    return True


def _belongs(reading: _Reading, sentence: str) -> bool:
    found = re.match(
        rf"(?:{_EVERY}\s+)?([\w\s-]+?)\s+(?:(must|can|may)\s+)?(belongs? to|is part of|are part of|is assigned to|is owned by|"
        rf"is written by|is taught by|is made by|is placed by|is created by|is led by|is managed by|refers to)\s+"
        rf"({_MANY}|{_ONE})\s+([\w\s-]+?)(?:,.*)?$",
        sentence,
        re.I,
    )
    child, parent = (reading.entity(found[1]), reading.entity(found[5])) if found else (None, None)
    if not found or not child or not parent:
        return False
    verb = names.camel(re.sub(r"^(is|are)\s+", "", found[3]))
    if re.fullmatch(_MANY, found[4], re.I):
        reading.join(verb, parent, child, "many-to-many")
    else:
        optional = "at most" in found[4].lower() or "zero or" in found[4].lower() or found[2] in ("can", "may")
        reading.join(verb, parent, child, "one-to-many", required=not optional)
    return True


def _does(reading: _Reading, sentence: str) -> bool:
    """ "A customer can place many orders": any verb between two entities."""
    for left in sorted(reading.entities, key=len, reverse=True):
        found = re.match(
            rf"(?:{_EVERY}\s+)?{_spelled(left)}\s+((?:[a-z]+\s+){{1,4}}?)({_MANY}|{_ONE})\s+([\w\s-]+?)(?:[,;].*| (?:and|but|which|that|who) .*)?$",
            sentence,
            re.I,
        )
        right = reading.entity(found[3]) if found else None
        if found and right:
            verb = names.camel(_VERB_END.sub("", found[1].strip() + " ").strip()) or "has"
            many = re.fullmatch(_MANY, found[2], re.I) is not None
            if not many and re.match(r"(is|are)\s", found[1], re.I):  # "a claim is filed under one policy"
                reading.join(verb, right, left, "one-to-many", required=True)
            else:
                reading.join(verb, left, right, "one-to-many" if many else "one-to-one")
            return True
    return False


def _choices(reading: _Reading, sentence: str) -> bool:
    """ "The status of an order is open, paid or shipped" and "An order's status can be ..." """
    found = re.match(rf"(?:the\s+)?([\w\s-]+?) of (?:{_EVERY}\s+)?([\w\s-]+?)\s+{_BE_ONE_OF}\s+(.+)$", sentence, re.I)
    attribute, owner, values = (found[1], found[2], found[3]) if found else ("", "", "")
    if not found:
        found = re.match(rf"(?:{_EVERY}\s+)?([\w\s-]+?)['’]s?\s+([\w\s-]+?)\s+{_BE_ONE_OF}\s+(.+)$", sentence, re.I)
        attribute, owner, values = (found[2], found[1], found[3]) if found else ("", "", "")
    entity = reading.entity(owner)
    wanted = _values(values)
    if not found or not entity or not wanted:
        return False
    _enumerated(reading, entity, attribute, wanted)
    return True


def _unique(reading: _Reading, sentence: str) -> bool:
    found = re.match(
        rf"(?:the\s+)?([\w\s-]+?) of (?:{_EVERY}\s+)?([\w\s-]+?) (?:is|must be) (unique|optional|required|mandatory)$",
        sentence,
        re.I,
    )
    owner = reading.entity(found[2]) if found else None
    if not found or not owner:
        return False
    kind = found[3].lower()
    reading.add(owner, _attribute(found[1], required=kind in ("required", "mandatory"), unique=kind == "unique"))
    return True


def _manages(reading: _Reading, sentence: str) -> bool:
    """ "The clinic manages patients and doctors" only says what there is."""
    found = re.search(rf"\b{_MANAGES}\s+([\w\s,-]+)$", sentence, re.I)
    return found is not None and all(reading.entity(item) for item in _items(found[1]))


_RULES = (_choices, _unique, _recorded, _belongs, _has, _does, _manages)


def _member(
    reading: _Reading, owner: str, item: str, *, required: bool = False, optional: bool = False, unique: bool = False
) -> None:
    """One item of a list: an association when it names an entity, else an attribute."""
    aside = re.search(r"\(([^)]*)\)", item)
    values = _values(aside[1]) if aside else ()
    said = f" {item.lower()} "
    item = re.sub(r"\([^)]*\)", "", item).strip(" ,;:")
    which = re.match(rf"(.+?),? (?:which|that) {_BE_ONE_OF}\s+(.+)$", item, re.I)
    if which:
        item, values = which[1], _values(which[2])
    many = re.match(rf"{_MANY}\s+", item, re.I)
    bare = _bare(item)
    target = reading.entity(bare) if len(bare.split()) <= 3 else None
    if target and target == names.pascal(bare) and (target != owner or many):
        plural = many is not None or names.is_plural(bare.split()[-1])
        if plural:
            reading.join("has", owner, target, "one-to-many")
        else:
            reading.join("has", target, owner, "one-to-many", required=required)
        return
    if not bare or len(bare.split()) > 5:
        reading.notes.append(f"not understood, of {owner}: {item}")
    elif values:
        _enumerated(reading, owner, bare, values)
    else:
        unique = unique or " unique " in said
        required = (required or unique or " required " in said or " mandatory " in said) and not optional
        reading.add(owner, _attribute(bare, required=required and " optional" not in said, unique=unique))


def _bare(item: str) -> str:
    """Without articles and words such as "optional" in front."""
    item = re.sub(rf"^{_MANY}\s+", "", item.strip(), flags=re.I)
    while (shorter := _LEAD.sub("", item)) != item:
        item = shorter
    return re.sub(r"\s+(?:as well|too|if any|where known|if known)$", "", item).strip(" ,;:-")


def _attribute(phrase: str, *, required: bool, unique: bool) -> Attribute:
    return Attribute(names.camel(_bare(phrase)) or "value", names.type_of(phrase), required, unique)


def _enumerated(reading: _Reading, owner: str, phrase: str, values: tuple[str, ...]) -> None:
    phrase = _bare(phrase)
    name = owner + names.pascal(phrase)
    reading.enumerations[name] = Enumeration(name, values)
    known = [one for one in reading.entities[owner] if one.name != names.camel(phrase)]
    before = [one for one in reading.entities[owner] if one.name == names.camel(phrase)]
    required, unique = (before[0].required, before[0].unique) if before else (False, False)
    reading.entities[owner][:] = [*known, Attribute(names.camel(phrase), "enumeration", required, unique, name)]


def _values(listed: str) -> tuple[str, ...]:
    """The values of "open, paid or shipped"; none unless there are two short ones."""
    listed = re.sub(r"^(?:e\.g\.|for example|such as|one of|either|like)[:\s]+", "", listed.strip(), flags=re.I)
    found = [_bare(item).strip("\"'“”‘’") for item in re.split(r",\s*(?:and|or)\s+|,|/|\s+or\s+|\s+and\s+", listed)]
    found = list(dict.fromkeys(item for item in found if item))
    return tuple(found) if len(found) >= 2 and all(len(item.split()) <= 3 for item in found) else ()


def _items(listed: str) -> list[str]:
    """A list in words, cut at commas and "and" outside brackets."""
    pieces = re.split(r",\s*(?:and|as well as)\s+|,\s*|;\s*|\s+and\s+|\s+as well as\s+|\s+plus\s+", _shielded(listed))
    return [
        piece.replace("\x00", ",").replace("\x01", " and ").replace("\x02", " or ") for piece in pieces if piece.strip()
    ]


def _shielded(listed: str) -> str:
    """Commas and "and" that belong together hidden: in brackets, and in "which is a, b or c" up to the end."""

    def hide(found: re.Match[str]) -> str:
        return found[0].replace(",", "\x00").replace(" and ", "\x01")

    listed = re.sub(r"\([^)]*\)", hide, listed)
    return re.sub(rf",? (?:which|that) {_BE_ONE_OF}\s.*$", hide, listed, flags=re.I)


def _spelled(name: str) -> str:
    """A pattern for an entity's name as it stands in the text, singular or plural."""
    words = re.findall(r"[A-Z][a-z0-9]*|[A-Z]+(?![a-z])", name)
    stem = re.escape(words[-1].lower())
    plural = f"(?:{stem}(?:e?s)?|{stem[:-1]}ies)" if stem.endswith("y") else f"{stem}(?:e?s)?"
    people = [word for word, one in names._IRREGULAR.items() if one == words[-1].lower()]
    last = f"(?:{'|'.join([plural, *people])})"
    return r"[\s-]+".join([*(re.escape(word.lower()) for word in words[:-1]), last])
