"""A narrative cut into clauses of one statement each: headings, lists, user stories and long sentences resolved.

"A book, which has a title, is written by an author." becomes "each book has a title" and "A book is written by an
author". Lists of values stand in brackets afterwards: "a status, which is open or paid" is "a status (open, paid)".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from groundstone import text as texts
from groundstone.builder import names

BE = r"(?:is|are|can be|may be|must be|will be|could be|should be)"
KNOW = r"(?:store|keep|record|track|save|need|know|capture|note|register|document|maintain|manage|list|log)"
_ADVERBS = r"(?:(?:also|always|usually|then|either|only|often|further|typically|normally|already|each|both|now)\s+)*"
_AUX = set(
    "has have had is are was were be can may must should will could might shall does do contains contain includes "
    "include consists consist comprises comprise belongs belong refers refer holds stores".split()
)
_NOT_VERBS = set(
    "and or of that which who whose with for by to in on at from under into over about per as if when so than not also "
    "whether flag indication the a an each every one its their only both usually always often including such".split()
)
_SINGULAR = {"a", "an", "each", "every", "the", "one", "any"}
_PRONOUNS = {"it", "they", "he", "she", "we", "these", "those", "this"}
_QUANTITIES = (
    r"(?:one or more|zero or more|one or several|at least one|at most one|exactly one|any number of|a number of)"
)
LONGEST = 1200  # characters of a sentence that is looked at: the rules take time that grows with its square
DETERMINER = re.compile(rf"(?:{_QUANTITIES}|each|every|an?|the|all|most|several|many|some|one|any|our|other)\s+", re.I)
_LEAD = re.compile(
    r"^(?:(?:after|before|during|over|within|throughout)(?: (?:the|each|every|a) [a-z]+| time)|finally|then|"
    r"also|in addition|"
    r"additionally|moreover|furthermore|usually|normally|of course|however|and|but|there(?:fore)?,)[, ]+",
    re.I,
)
_STORY = re.compile(
    r"^As (?:an? |the )?([\w\s-]+?),? I (?:want|need|wish|would like|must be able|should be able)(?: to)? (.+?)"
    r"(?:,? so that .+|,? in order to .+)?$",
    re.I,
)
_BULLET = re.compile(r"^\s*(?:[-*•‣–]|\d{1,3}[.)])\s+(.+)$")
_HEADING = re.compile(r"^\s*#+\s*(.+?)\s*:?\s*$")
_LABEL = re.compile(r"^([A-Z][\w-]*(?: [\w-]+){0,2}):\s+(.+)$")
_OR_LIST = r"((?:[\w'’/-]+(?: [\w'’-]+){0,2}, )*[\w'’/-]+(?: [\w'’-]+){0,2},? or [\w'’/-]+(?: [\w'’-]+){0,1}?)"


@dataclass(frozen=True, slots=True)
class Clause:
    """``story``: its subject is the role of a user story, which need not be a thing that is kept."""

    text: str
    story: bool = False


def clauses(narrative: str) -> Iterator[Clause]:
    """Every statement, in order."""
    plain = re.sub(r"[\x00-\x08\x0b-\x1f]|\*\*|__", "", narrative)
    for line in _lines(plain):
        for start, end in texts.sentences(line):
            sentence = re.sub(r"\s+", " ", line[start:end]).strip().rstrip(".!;")
            yield from _statements(sentence) if len(sentence) <= LONGEST else [Clause(sentence)]


def verb_at(text: str) -> int | None:
    """Where the verb of a clause begins that starts with its subject; None when it does not look like a clause."""
    start = DETERMINER.match(text)
    determiner = start[0].strip().lower() if start else ""
    begin = start.end() if start else 0
    words = list(re.finditer(r"[\w'’\x00-]+|[,(]", text[begin:]))[:6]
    if words and words[0][0].lower() in _PRONOUNS and not start:
        return begin + words[1].start() if len(words) > 1 else None
    for before, word in pairwise(words):
        low, left = word[0].lower(), before[0].lower()
        if low in _AUX:
            return begin + word.start()
        if low in _NOT_VERBS or low in ",(" or "\x00" in low:
            return None
        many = names.is_plural(left) and determiner not in _SINGULAR - {"the"}
        if (many and not names.is_plural(low)) or (_third(low) and determiner in _SINGULAR):
            return begin + word.start()
    return None


def _third(word: str) -> bool:
    """Whether a word looks like "writes": after a singular subject that is a verb."""
    return len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")) and names.is_plural(word)


def values(listed: str) -> tuple[str, ...]:
    """The values of "open, paid or shipped"; none unless there are two short ones."""
    listed = re.sub(
        r"^(?:e\.g\.|for example|such as|one of|either|like|i\.e\.|the values?)[:,\s]+", "", listed.strip(), flags=re.I
    )
    found = [item.strip(" \"'“”‘’.;:") for item in re.split(r",\s*(?:and|or)\s+|,|/|\||\s+or\s+|\s+and\s+", listed)]
    found = list(dict.fromkeys(re.sub(r"^(?:an?|the|or|and) ", "", item) for item in found if item))
    short = all(item and len(item.split()) <= 3 and len(item) <= 40 for item in found)
    return tuple(found) if len(found) >= 2 and short else ()


# --- lines


def _lines(narrative: str) -> Iterator[str]:
    """Paragraphs and list items as prose; a list under a heading becomes "Each patient has a, b"."""
    heading, bullets, paragraph = "", list[str](), list[str]()
    for line in [*narrative.splitlines(), "", ""]:
        bullet, title = _BULLET.match(line), _HEADING.match(line)
        if bullets and not bullet and line.strip():
            yield from _listed(heading, bullets)
            heading, bullets = "", []
        if paragraph and (bullet or title or not line.strip() or _ends(paragraph[-1], line)):
            text = " ".join(paragraph)
            paragraph = []
            if bullet and not re.search(r"[.!?]$", text):
                heading = text.rstrip(": ")
            else:
                yield text
        if bullet:
            bullets.append(bullet[1].strip())
        elif title:
            heading = title[1]
        elif line.strip():
            paragraph.append(line.strip())
    if bullets:
        yield from _listed(heading, bullets)


def _ends(before: str, after: str) -> bool:
    """Whether a line ends a paragraph though no blank line follows."""
    return before.endswith((".", "!", "?", ":", ";")) or (len(before) < 60 and after.strip()[:1].isupper())


def _listed(heading: str, bullets: list[str]) -> Iterator[str]:
    plain = [_valued(item.rstrip(".,;")) for item in bullets]
    words = [re.sub(r"\([^)]*\)", "", item).split() for item in plain]
    thing = re.sub(r"^(?:an?|the|each|every)\s+|\s+(?:has|have)(?: the following.*)?$", "", heading, flags=re.I)
    if thing and len(thing.split()) <= 3 and all(0 < len(item) <= 6 for item in words) and not any(map(verb_at, plain)):
        yield f"Each {names.singular_phrase(thing.lower())} has {', '.join(plain)}."
        return
    for item in bullets:
        label = _LABEL.match(item)
        if label and verb_at(label[2]) is None:
            yield f"Each {names.singular_phrase(label[1].lower())} has {label[2].rstrip('.')}."
        else:
            yield item if item.endswith((".", "!", "?")) else f"{item}."


def _valued(item: str) -> str:
    """ "status: planned, done" as "status (planned, done)"."""
    name, colon, listed = item.partition(":")
    if not colon:
        name, colon, listed = item.partition(" – ")
    return f"{name.strip()} ({listed.strip()})" if colon and values(listed) else item


# --- sentences


def _statements(sentence: str) -> Iterator[Clause]:
    story = _STORY.match(sentence)
    if story:
        told = re.match(r"(every|each|an?|all) (.+?) to (be|have|belong|refer|contain|include) (.+)$", story[2], re.I)
        if told:
            sentence, story = f"{told[1]} {told[2]} {'is' if told[3] == 'be' else told[3]} {told[4]}", None
        else:
            sentence = f"A {story[1]} can {story[2]}"
    hidden: list[str] = []
    text = _hide(_bracketed(_LEAD.sub("", sentence)), hidden)
    for piece in _pieces(text):
        shown = re.sub(r"\x00(\d+)\x00", lambda found: hidden[int(found[1])], piece).strip(" ,;")
        if shown:
            yield Clause(shown, story is not None and shown.startswith("A " + (story[1] if story else "")))


def _hide(text: str, hidden: list[str]) -> str:
    """Brackets as marks, so that nothing is cut inside them."""

    def mark(found: re.Match[str]) -> str:
        hidden.append(found[0])
        return f"\x00{len(hidden) - 1}\x00"

    return re.sub(r"\([^()]*\)", mark, text)


def _bracketed(text: str) -> str:
    """Lists of values in brackets, however they are introduced."""
    text = re.sub(
        r",? (?:which|that) (?:is|must be|has to be|should be) (unique|optional|required|mandatory)\b", r" (\1)", text
    )
    text = re.sub(r"\s[–—-]\s([^–—()]+?)(?:\s[–—-](?=\s)|$)", lambda m: f" ({m[1]})" if values(m[1]) else m[0], text)
    which = rf",? (?:which|that) {BE} {_ADVERBS}(?:one of |any of )?(?:the values )?"
    for lead in (which, r",? such as ", r",? (?:i\.e\.|e\.g\.|namely|either|one of) ", r": "):
        pattern = rf"{lead}{_OR_LIST}(?=$|[,;.]| and )"
        text = re.sub(pattern, lambda m: f" ({m[1]})" if values(m[1]) else m[0], text)
    found = re.search(rf"(?:{which}|: |,? such as )([^:;()]+)$", text)
    if found and values(found[1]) and verb_at(found[1]) is None and " (" not in found[1]:
        text = f"{text[: found.start()]} ({found[1]})"
    return re.sub(r",? if (?:the|it|any|known|applicable|available|there|needed)[^,()]*,?", " ", text)


def _pieces(text: str) -> Iterator[str]:
    """One statement each, with its subject."""
    subject = ""
    for part in re.split(r"\s*;\s*|:\s+(?=(?:an?|each|every|the|it|most|all|in|for)\s)", text, flags=re.I):
        for piece in _coordinated(_LEAD.sub("", part)):
            at = verb_at(piece)
            if (
                at is None
                and subject
                and re.match(r"(?:has|have|is|are|can|may|must|belong|refer|consist|\w+s)\s", piece)
            ):
                piece = f"{subject} {piece}"
                at = verb_at(piece)
            subject = piece[:at].strip() if at is not None else subject
            yield from _relatives(piece)


def _coordinated(text: str) -> list[str]:
    """Cut at "and" where a new statement begins, of the same subject or another."""
    found, begin = list[str](), 0
    for mark in re.finditer(r",? (?:and|but|while|whereas) (?=\w)|, (?=(?:it|they|we) )", text):
        after = text[mark.end() :]
        same = re.match(
            rf"(?:also |then |it |they )?(?:has|have|is|are|can|may|must|will|belongs?|refers?|consists?|"
            rf"[a-z]+s)\s+{_ADVERBS}"
            r"(?:been |be )?(?:an?|one|the|exactly|at|to|in|by|on|for|from|several|many|up|access|place|with|"
            r"under|about|all|"
            r"[a-z]+ed|[a-z]+en|[a-z]+ (?:one|several|many|an?|by|to|for|in))\b",
            after,
        )
        another = DETERMINER.match(after) or re.match(r"(?:it|they|we|over|in|for)\s", after)
        named = re.match(r"[a-z]+s (?:can|may|must|have|are)\b", after)
        if same and verb_at(text[begin : mark.start()]) is None:
            continue
        if same or named or (another and verb_at(_LEAD.sub("", after)) is not None):
            found.append(text[begin : mark.start()])
            begin = mark.end()
    return [_LEAD.sub("", piece) for piece in [*found, text[begin:]]]


_LAST_THING = re.compile(
    r"(?:^|\b(?:an?|the|one|every|each|several|many|some|more|of|into|from|by|to|in|with|at|for|on|under|and|has|have|"
    r"[a-z]+s)\s+)((?:[\w-]+ )?[\w-]+)$"
)


def _relatives(piece: str) -> Iterator[str]:
    """ "a shop, which has a name" also says "each shop has a name"."""
    known = re.match(rf"^(.+?), (?:of|for) (?:whom|which|each of which) we {KNOW} (.+?), (?=[a-z]+ )([^,]+)$", piece)
    if known:
        yield f"for each {names.singular_phrase(_bare(known[1]).lower())} we store {known[2]}"
        yield f"{known[1]} {known[3]}"
        return
    piece = re.sub(r"\b(?:an? |the )?[\w-]+(?: [\w-]+)? (?:that|which) (?:consists? of|is made up of) ", "", piece)
    found = re.search(
        r",? (?:(each|every one|all) of (?:which|whom)|which|who|that) (?=(?:also |can |may |must )?(?:has|have|"
        r"consists?|"
        r"contains?|includes?|belongs?|is \w+ed|are \w+ed)\b)",
        piece,
    )
    thing = _LAST_THING.search(piece[: found.start()]) if found else None
    if not found or not thing:
        yield piece
        return
    yield piece[: found.start()]
    yield f"each {names.singular_phrase(_bare(thing[1]).lower())} {piece[found.end() :]}"


def _bare(phrase: str) -> str:
    return DETERMINER.sub("", phrase).strip()
