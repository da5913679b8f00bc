"""What "it", "they", "she", "the second one" and "which of them" stand for after the last question and its answer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from groundstone.slides import asks, columns, lexis, mentioned, speech
from groundstone.slides.columns import Cells
from groundstone.slides.ground import Ground
from groundstone.slides.mentioned import Mention
from groundstone.slides.reply import Reply

LONGEST = 16  # words of a question with a pronoun
OWN = 2  # telling words by which a question with a pronoun may stand by itself
MOST = 8  # things that "them" stands for
_PRONOUN = re.compile(
    r"\b(?P<owned>its|their|whose)\b|\b(?P<person>he|she|him|his|her|hers)\b|\b(?P<several>they|them|those|these|"
    r"both|all "
    r"of (?:them|these|those))\b|\b(?P<one>it|that one|this one|the (?:former|latter|same one))\b|\b(?P<there>there)\b|"
    r"\b(?P<that>that|this)\b",
    re.I,
)
_EXPLETIVE = re.compile(
    r"\bit (?:takes?|cost|costs|possible|necessary|allowed|required|true|important|mean)\b.*\b(?:to|that)\b|"
    r"\b(?:is|was) it (?:possible|true|correct|right|necessary|allowed|required|important|planned|known|said)\b|"
    r"\b(?:are|is|was|were|be|been) there\b|\bthere (?:is|are|was|were)\b",
    re.I,
)
_PART = re.compile(r"\b(?:of|from|among) (?:those|these|them|that)\b", re.I)
_ASKING = re.compile(r"^\W*(?:and |so |but )*(?:how (?:many|much)|what (?:share|part))\b", re.I)
_VERBS = frozenset(
    "is are was were be been has have had do does did can could will would should must may might mean means include "
    "includes cost costs work works start starts end ends begin begins happen happens take takes took compare change "
    "changed come comes go goes look looks apply applies hold holds run runs need needs get gets make makes say "
    "says in "
    "of on for at by to with from per than as and or the a an not also still now so due left available located based "
    "called given made done used paid planned expected higher lower more less".split()
)
_SUBJECTS = frozenset("the a an we they you i he she our their".split())
_AWAY = frozenset("slide slides page deck presentation talk document file year quarter month week time way".split())
_PLURAL = re.compile(
    r"\b(?!(?:is|was|has|does|this|its|his|us|as|always|plus|less|across|versus)\b)(?:[a-z]{3,}s|"
    r"people|staff|children|women|men)\b",
    re.I,
)
_NEXT_ONE = re.compile(
    r"^(?:(?:what|how|who) (?:about|is|was|comes?|came)\s+)?(?:the\s+|in\s+)*(?P<rank>second|third|fourth|fifth|2nd|"
    r"3rd|"
    r"4th|5th|first|last|next|runner[- ]?up|number (?:two|three|2|3)|no\.? ?[23])(?:\s+(?:one|place|best|\w+est|most|"
    r"(?:\w+\s+)?(?:item|point|step|entry|phase|rank|bullet)))?(?:\s+(?:after that|then|about|on the list))?$",
    re.I,
)
_SUPERLATIVE = re.compile(
    r"\b(?:highest|lowest|largest|smallest|biggest|greatest|fewest|most|least|best|worst|\w{3,}est)\b", re.I
)
_RANKS = {
    "first": 1,
    "second": 2,
    "next": 2,
    "2nd": 2,
    "third": 3,
    "3rd": 3,
    "fourth": 4,
    "4th": 4,
    "fifth": 5,
    "5th": 5,
}
_NAMES = ("first", "second", "third", "fourth", "fifth")
_PERSON = re.compile(r"\b(?:(?:Dr|Prof|Mr|Ms|Mrs)\.?\s+)?[A-Z][\w’'\-]+\.?(?:\s+(?:de|van|von|der|di|da|la|el|bin|"
                     r"al))*(?:\s+[A-Z][\w’'\-]+\.?)+")  # fmt: skip


def resolved(question: str, ground: Ground) -> Iterator[str | Cells]:
    """The question with its pronouns changed for what they stand for; nothing where it has none that look back."""
    if len(question.split()) > LONGEST or _EXPLETIVE.search(question):
        return
    match: re.Match[str] | None = next((one for one in _PRONOUN.finditer(question) if _looks_back(question, one)), None)
    if match is None:
        return
    if _PART.search(question):
        yield f"{ground.last.rstrip('?.! ')} {_PART.sub(' ', _ASKING.sub('', question)).strip()}"
    found = False
    for things in _candidates(match, question, ground):
        yield from columns.of(question, things, ground)
        yield _told(question, match, things, ground)
        found = True
    rest = "" if found or match["person"] else _subject(ground.last)
    if rest:
        yield f"{question.strip()} ({rest})"


def leans(question: str) -> bool:
    """Whether a question means little without the one before: a pronoun, and hardly a word of its own."""
    if len(question.split()) > LONGEST or _EXPLETIVE.search(question):
        return False
    back = any(_looks_back(question, one) for one in _PRONOUN.finditer(question))
    own = [word for word in asks.read(question).words if word not in lexis.SOFT]
    return back and len(own) < OWN


def _looks_back(question: str, match: re.Match[str]) -> bool:
    """Whether a pronoun stands for something said before, and not for a word of its own question."""
    if match[0] == "IT" and not question.isupper():  # information technology
        return False
    before, after = question[: match.start()].split(), question[match.end() :].split()
    following = re.sub(r"\W", "", after[0]).lower() if after else ""
    if match["several"] or match["that"] or match["owned"]:
        if following in _AWAY:
            return False
        inside = _PLURAL.search(question[: match.start()])
        if inside and (match["owned"] or match["several"].lower() == "them" if match["several"] else match["owned"]):
            return False
    if match["owned"] and match["owned"].lower() == "whose":
        return False
    if match["several"] and match["several"].lower() == "both":
        return not following or following in _VERBS
    if match["that"] and before and re.sub(r"\W", "", before[-1]).lower() not in lexis.STOP | {"with", "about"}:
        return False  # "the team that won"
    if match["that"] and following in _SUBJECTS:
        return False  # "events that the consumers drop"
    return not (match["there"] and not before)


def _candidates(match: re.Match[str], question: str, ground: Ground) -> Iterator[list[str]]:
    """What a pronoun may stand for, the likeliest first."""
    found: list[list[str]] = []
    if match["person"]:
        people = _people(ground)
        if people:
            yield people
        return
    if match["several"]:
        listed = _listed(ground)
        found.append(listed if len(listed) > 1 else [])
    answered, asked = _answered(ground), _asked(ground)
    found += [answered, asked] if _asks_for_thing(ground.last) else [asked, answered]
    seen: list[list[str]] = []
    for things in found:
        if things and things not in seen:
            seen.append(things)
            yield things[:MOST]


def _asks_for_thing(last: str) -> bool:
    """Whether the last question asked which thing it is, so that "it" is the answer."""
    ask = asks.read(last)
    if ask.operation in ("most", "least", "grew", "fell", "which"):
        return True
    return bool(
        re.match(
            r"(?:and |so |but )?(?:(?:in|on|for|at|by|with) )?(?:which|what) (?!is|was|are|were|do|does|did)\w+",
            last,
            re.I,
        )
    )


def _asked(ground: Ground) -> list[str]:
    """The thing that the last question names: a row or an item rather than a column, a name rather than a word."""
    found = ground.named(ground.last)
    order = {"rows": 0, "items": 0, "titles": 1, "values": 1, "columns": 2}
    found.sort(key=lambda one: (order.get(one.axis.kind, 2), not _is_name(one, ground.last), -len(one.label)))
    if not found:
        return []
    first = found[0]
    same = [one for one in found if one.axis is first.axis and not one.meets(first)]
    return [first.label, *(one.label for one in same)] if first.axis.kind == "rows" else [first.label]


def _is_name(one: Mention, text: str) -> bool:
    said = text[one.start : one.end]
    return said[:1].isupper() or any(map(str.isdigit, said))


def _answered(ground: Ground) -> list[str]:
    """The thing that the last answer names first, and the question did not."""
    reply = ground.reply()
    if reply.declined or not reply.said:
        return []
    text = reply.said[0].text
    known = {one.label for one in ground.named(ground.last)}
    found: list[Mention] = []
    for axis in ground.axes:
        found += [one for one in mentioned.named(axis, text, ground.naming) if one.label not in known]
    found.sort(key=lambda one: (one.start, -len(one.label)))
    return [found[0].label] if found else []


def _listed(ground: Ground) -> list[str]:
    """The things that the last answer lists, or those that the last question named."""
    reply = ground.reply()
    best: list[str] = []
    text = " ".join(one.text for one in reply.said[:MOST]) if not reply.declined else ""
    for axis in ground.axes:
        for source in (text, ground.last):
            found = [one.label for one in mentioned.named(axis, source, ground.naming)] if source else []
            if len(found) > len(best) and axis.kind != "columns":
                best = found
    return best


def _people(ground: Ground) -> list[str]:
    """The person that the last answer or question names."""
    own = {word for one in ground.named(ground.last) for word in lexis.content(one.label)}
    for text in (_text(ground.reply()), ground.last):
        for match in _PERSON.finditer(text):
            words = set(lexis.content(match[0]))
            if not words <= ground.naming and not words <= own:
                return [match[0].rstrip(".")]
    found = _PERSON.search(ground.last)
    return [found[0].rstrip(".")] if found else []


def _text(reply: Reply) -> str:
    return "" if reply.declined else " ".join(one.text for one in reply.said)


def _told(question: str, match: re.Match[str], things: Sequence[str], ground: Ground) -> str:
    """The question with the things in place of the pronoun, and of the noun behind "that"."""
    said = speech.joined([lexis.bare(thing) for thing in things])
    before, after = question[: match.start()], question[match.end() :]
    if match["that"] or match["several"]:
        noun = re.match(r"\s+([a-z][\w\-]*)", after)
        if noun and noun[1] not in _VERBS and not noun[1].endswith(("ed", "ing")):
            said, after = f"{noun[1]} {said}", after[noun.end() :]
    owned = match["owned"] or (match["person"] and match["person"].lower() in ("his", "her", "hers"))
    if owned and after.strip(" ?.!"):
        said += "'s"
    if match["there"]:
        said = f"in {said}"
    phrase = ground.deck_phrase()
    text = f"{before}{said}{after}".strip()
    return f"{text.rstrip('?.! ')} {phrase}?" if phrase and phrase.lower() not in text.lower() else text


def _subject(last: str) -> str:
    words = [word.strip("?,.!:;“”\"'()") for word in last.split()]
    return " ".join(word for word in words if word and (lexis.content(word) or any(map(str.isdigit, word))))


def is_next_one(led: str) -> bool:
    """Whether it asks for another rank or place of what was answered last: "the second one"."""
    return bool(_NEXT_ONE.match(led))


def next_one(led: str, ground: Ground) -> Iterator[str]:
    """ "And the second one?": the second highest of a ranking, or the second of the things that were listed."""
    match = _NEXT_ONE.match(led)
    assert match is not None
    rank = _rank(match["rank"].lower())
    best = _SUPERLATIVE.search(ground.last)
    if best and asks.read(ground.last).operation in ("most", "least"):
        already = asks.read(ground.last).rank
        rank = already + 1 if match["rank"].lower() == "next" else rank
        bare = re.sub(r"\b(?:second|third|fourth|fifth)[ -](?=\w+est\b)", "", ground.last, flags=re.I)
        yield _SUPERLATIVE.sub(lambda one: _ranked(one[0], rank), bare, count=1)
    listed = _listed(ground)
    place = -1 if match["rank"].lower() == "last" else rank - 1
    if listed and place < len(listed):
        yield f"What about {listed[place]}?"


def _rank(word: str) -> int:
    if word.startswith("runner"):
        return 2
    digit = re.search(r"[23]|two|three", word)
    return {"2": 2, "two": 2, "3": 3, "three": 3}[digit[0]] if digit else _RANKS.get(word, 1)


def _ranked(word: str, rank: int) -> str:
    plain = {"most": "highest", "least": "lowest", "worst": "lowest", "best": "highest"}.get(word.lower(), word)
    return f"{_NAMES[rank - 1]} {plain}" if 1 < rank <= len(_NAMES) else plain
