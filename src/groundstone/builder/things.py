"""Which things a narrative speaks of: what has attributes, and what stands in relations."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from groundstone.builder import names, phrases
from groundstone.builder.clauses import DETERMINER, KNOW, LONGEST, Clause, verb_at

MODAL = r"(?:can|may|must|should|will|could|might|shall)"
ADVERB = r"(?:also|always|usually|only|then|either|both|often|further|typically|normally|already|never|later)"
HAS = re.compile(
    rf"^(?:{MODAL}\s+)?(?:{ADVERB}\s+)*(?:has|have|contains?|includes?|consists? of|comprises?|is made up of|"
    rf"is composed of|"
    r"(?:is|are) (?:described|characteri[sz]ed|identified|defined) by|(?:is|are) divided into|comes? with|"
    r"holds?|stores?|records?|"
    rf"carr(?:y|ies)|bears?|needs?|requires?|gets?|shows?|lists?)\s+(?:{ADVERB}\s+)*(.+)$",
    re.I,
)
KNOWN = re.compile(
    rf"^(?:(?:for|of|about) (?:each|every|all|an?|the) (?P<a>[\w\s-]+?),? (?:we|the \w+|it|they|users?|"
    rf"staff)?\s*(?:{MODAL} |also |need to |want to )*{KNOW}s? (?P<b>.+)"
    rf"|(?:of|for) (?:each|every|all|an?|the) (?P<c>[\w\s-]+?),? (?P<d>the .+?) (?:is|are) (?:kept|stored|"
    rf"recorded|registered|saved|known|needed)"
    rf"|(?:we|the system|it|they|users?|staff)?\s*(?:{MODAL} |also |need to |want to )*{KNOW}s? (?:for|of|"
    rf"about) (?:each|every|all|an?) (?P<e>[\w-]+(?: [\w-]+)??),? (?P<f>(?:the|its|an?|one|their) .+)"
    rf"|(?:we|the system|it|they|users?|staff)?\s*(?:{MODAL} |also |need to |want to )*{KNOW}s? (?P<h>.+?) "
    rf"(?:of|for|about) (?:each|every|all|an?) (?P<g>[\w\s-]+))$",
    re.I,
)
WITH = re.compile(
    rf"\b(?:{KNOW}|register|add|enter|create|see|have|are|is|be) (?:{phrases.MANY} )?([\w-]+(?: [\w-]+)??) "
    rf"(?:with|that have|having) (.+)$",
    re.I,
)
_PLACE = r"(?:to|for|by|in|of|on|at|from|about|with|under|as|into|over)"
_OBJECT = re.compile(  # the first thing behind the verb, with its count in group 1
    rf"^(?:{MODAL}\s+)?(?:{ADVERB}\s+)*(?:(?:be|is|are|been)\s+(?:{ADVERB}\s+)*(?:(?!{_PLACE}\b)\w+\s+)?|\w+\s+)"
    rf"(?:(?:out|up|off|place|part)\s+)?(?:{_PLACE}\s+)?((?:{phrases.MANY}|{phrases.ONE}|an?|each|every)\s+)?"
    rf"([\w-]+(?: [\w-]+)??)(?=$|[,;.(]| (?:{_PLACE}|and)\b)",
    re.I,
)
_STOP = {"it", "they", "this", "that", "these", "those", "there", "which", "who", "following", "system", "application",
         "company", "app", "software", "database", "we", "information", "detail", "data", "thing", "interface",
         "user interface",
         "time", "rest", "number", "everything", "something", "each", "other", "more", "way", "list", "platform",
         "website"}  # fmt: skip


def things(said: Sequence[Clause]) -> list[str]:
    """The entities, in the order in which they are named: what has attributes, and what stands in relations."""
    sure, perhaps = dict[str, int](), dict[str, int]()
    for clause in (one for one in said if len(one.text) <= LONGEST):
        for phrase in _described(clause):
            _note(sure, phrase)
        for phrase in _related(clause):
            _note(perhaps, phrase)
    found = {name: 0 for name, count in perhaps.items() if count > 1 or not sure} | sure
    order = " ".join(clause.text for clause in said).lower()
    places = {name: match.start() if (match := re.search(spelled(name), order)) else len(order) for name in found}
    return sorted(found, key=lambda name: places[name])


def _note(found: dict[str, int], phrase: str) -> None:
    phrase = re.sub(r"\([^()]*\)", "", DETERMINER.sub("", phrase.strip())).strip()
    words = phrase.split()
    if not 0 < len(words) <= 3 or {phrase.lower(), words[-1].lower(), names.singular(words[-1].lower())} & _STOP:
        return
    name = names.pascal(phrase)
    if name and name[0].isalpha() and len(name) <= 40:
        found[name] = found.get(name, 0) + 1


def _described(clause: Clause) -> Iterator[str]:
    """Phrases that must be entities: attributes are told of them."""
    text = clause.text
    known = KNOWN.match(text)
    if known:
        yield next(known[one] for one in "aceg" if known[one])
        return
    stored = WITH.search(text)
    if stored and names.is_plural(stored[1].split()[-1]):
        yield stored[1]
        return
    at = verb_at(text)
    if clause.story or at is None or re.match(r"(?:it|they|he|she|we|there)\b", text, re.I):
        return
    has = HAS.match(text[at:])
    phrase = text[:at].strip()
    if has and not re.match(r"(?:our|my|this|that)\b", phrase, re.I):
        told = [item for item in phrases.items(has[1]) if item.quantity not in ("few", "many")]
        if not re.match(r"the\b", phrase, re.I) or len(told) > 1:
            yield phrase


def _related(clause: Clause) -> Iterator[str]:
    """Phrases that are entities when they come back: two things with a verb between them."""
    at = verb_at(clause.text)
    if at is None or re.match(r"(?:it|they|he|she|we|there|the|our)\b", clause.text, re.I):
        return
    rest = clause.text[at:]
    has = HAS.match(rest)
    if has:
        for item in phrases.items(has[1]):
            plain = names.is_plural(item.words) and names.type_of(item.words) == "text"
            if (
                plain
                and item.quantity == "many"
                and not re.search(rf"(?:list|set)s? of {re.escape(item.words)}", has[1])
            ):
                yield from (item.words, item.words)
        return
    seen = _OBJECT.match(rest)
    if seen is None:
        return
    many = bool(seen[1] and phrases.quantity(seen[1] + seen[2]) == "many" and names.is_plural(seen[2].split()[-1]))
    plural = names.is_plural(seen[2].split()[-1])
    if not (many or seen[1] or plural) or names.type_of(seen[2]) != "text":
        return
    if not clause.story:
        yield clause.text[:at].strip()
    yield seen[2]
    if many and not clause.story:  # said in so many words
        yield clause.text[:at].strip()
        yield seen[2]


def spelled(name: str) -> str:
    """A pattern for an entity's name as it stands in the text, singular or plural."""
    words = re.findall(r"[A-Z][a-z0-9]*|[A-Z]+(?![a-z])", name) or [name]
    last = words[-1].lower()
    forms = {last, *names.plurals(last)}
    return r"[\s-]+".join(
        [
            *(re.escape(word.lower()) for word in words[:-1]),
            f"(?:{'|'.join(sorted(map(re.escape, forms), key=len, reverse=True))})",
        ]
    )
