"""Follow-up questions: the ways to read them, with what they leave out taken from the question and answer before.

The first reading that the slides answer is the one that counts; a question that stands by itself has one reading.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from groundstone.slides import asks, changed, columns, lexis, pronouns
from groundstone.slides import reply as replies
from groundstone.slides.base import Turn
from groundstone.slides.columns import Cells
from groundstone.slides.ground import Ground
from groundstone.slides.reply import Reply

SHORT = 8  # words of a question that may lean on the one before
BARE = 4  # words of one that is nothing but a name
_LEAD = re.compile(r"^\s*(?:(?:and|but|so|ok(?:ay)?|then|also|now|or|right|well|hm+)\b[,\s]*)+", re.I)
_ASKS = re.compile(
    r"^(?:what|which|who|whose|how|when|where|why|is|are|was|were|does|do|did|can|could|has|have|list|name|compare|"
    r"show|tell|give|summari[sz]e|explain|describe)\b",
    re.I,
)
_OF = r"(?:in|for|of|on|at|by|with|during|under|from|the)"
_ABOUT = (
    re.compile(r"^(?:what|how) about\s+(?P<part>.+)$", re.I),
    re.compile(
        r"^(?:(?:what|how (?:much|many|high|large|big|long|low))\s+)?(?:is|was|were|are|did|does|would)\s+"
        r"(?:it|that|this|they|the (?:figure|number|value|same|answer))\s+(?:(?:be|been|look like|come to|stand)\s+)?"
        r"(?P<part>(?:in|for|of|on|at|with|during)\s+.+)$",
        re.I,
    ),
    re.compile(
        r"^(?:.{0,40}\b)?(?:the )?same (?:question |thing |number |figure )?(?:for|in|about|with|at|of|"
        r"on)\s+(?P<part>.+)$",
        re.I,
    ),
    re.compile(
        r"^(?:is|was|are|does) (?:it|that|this)(?: also| any)? (?:different|true|so|differ|similar|higher|lower|"
        r"better|worse|change)"
        r" (?:for|in|at|with|on|during)\s+(?P<part>.+)$",
        re.I,
    ),
    re.compile(r"^(?:does|did) (?:that|this|it) (?:also )?(?:hold|apply|go) (?:for|to)\s+(?P<part>.+)$", re.I),
    re.compile(r"^(?:how|what) (?:is|was) (?:it|that)\s+(?P<part>(?:in|for|at|on)\s+.+)$", re.I),
)
_INDEED = re.compile(r"^(?:(?:and|but|or|so)\b[,\s]*)(?P<part>[^?]{1,80})$", re.I)
_AGAINST = re.compile(
    r"^(?:how does (?:that|this|it) compare|compare (?:that|this|it)|how is (?:that|it) compared)\s+(?:to|with|against)"
    r"\s+(?P<part>.+)$",
    re.I,
)
_THAT = re.compile(r"^(?:the|its|their|his|her)\b", re.I)
_THE = re.compile(  # questions that leave out what they are about, as a rule the row of a table
    r"^(?:what(?:'s| is| was| were| are)|when (?:is|was)|how (?:high|big|large|long) (?:is|was)) the (?:\w+ ?){1,3}$|"
    r"^how (?:many|much) (?:of (?:them|those) )?(?:was|were|is|are|has been|have been) \w+$|"
    r"^(?:at|on|in|by|from|until|to) (?:what|which) \w+$|^(?:until|since|from) when$",
    re.I,
)
_OTHER = re.compile(r"^(?:(?:what|how) about\s+)?the other(?: (?:one|two|ones|\w+))?$|^the (?:rest|others)$", re.I)
_WHY = re.compile(
    r"^(?:why|how come|how so|for what reason|what(?:'s| is| was) the (?:reason|cause))(?:\s+(?:is|was|did|does)?\s*"
    r"(?:that|this|it|so))?(?: (?:the case|so|happen|for that))?$",
    re.I,
)
_WHERE_IS_THAT = re.compile(
    r"\b(?:which|what) (?:slide|page|deck)s?\b.*\b(?:that|this|it|those|these)\b|\bwhere (?:is|was|"
    r"does|did) (?:that|this|it)\b(?!\s+\w+\s+\w+)"
    r"|^\s*(?:on |and |in )*(?:which|what) (?:slide|page|deck|presentation)(?: (?:is|was) (?:that|this|it)(?: on)?)?"
    r"\s*\??\s*$|\bwhere (?:did|do) you (?:find|get|see|have|take|read) (?:that|this|it)\b",
    re.I,
)
NEXT = re.compile(r"\b(?:next|following|previous|preceding|before|this|that|same|current)\s+(?:slide|page)\b", re.I)


@dataclass(frozen=True)
class Reading:
    """One way to understand a question. ``bound``: only the deck that was shown last is asked."""

    text: str
    bound: bool = False
    reply: Reply | None = None  # the answer itself, where the cells that are meant are known


def where_is_that(question: str, history: Sequence[Turn]) -> bool:
    """Whether it asks on which slide the last answer stands."""
    return bool(history and history[-1].shown and _WHERE_IS_THAT.search(question) and len(question.split()) <= 14)


def relative(question: str, history: Sequence[Turn]) -> tuple[str, int] | None:
    """The deck and slide of "the next slide", "that slide", counted from the slide that was shown last."""
    match = NEXT.search(question)
    if not match or not history or not history[-1].shown:
        return None
    deck, number = history[-1].shown[0]
    word = match.group().split()[0].lower()
    step = {"next": 1, "following": 1, "previous": -1, "preceding": -1, "before": -1}.get(word, 0)
    return deck, number + step


def readings(question: str, ground: Ground) -> list[Reading]:
    """How a question may be meant after those before it, the likeliest first; itself where it stands by itself."""
    if not ground.history:
        return [Reading(question)]
    found: dict[str, Reading] = {}
    for meant in _readings(question, ground):
        found.setdefault(f"{meant.bound} {meant.reply is None} {meant.text}", meant)
    return list(found.values()) or [Reading(question)]


def _readings(question: str, ground: Ground) -> Iterator[Reading]:
    led = _LEAD.sub("", question).strip().rstrip("?.! ").strip()
    part = part_of(question)
    if _OTHER.match(led):
        yield from (Reading(text, True) for text in changed.to_others(ground))
    elif (against := _AGAINST.match(led)) is not None:
        yield from (Reading(text, True) for text in changed.against(against["part"], ground))
    elif pronouns.is_next_one(led):
        yield from (Reading(text, True) for text in pronouns.next_one(led, ground))
    elif part:
        yield from _changed(part, ground)
    elif _is_name(led) and not _ASKS.match(led) and not _THE.match(led):
        yield from (Reading(text, True) for text in changed.by_label(ground.last, led, ground))
        yield Reading(question)
    else:
        yield from (_reading(one) for one in pronouns.resolved(question, ground))
        if _LEAD.match(question):
            yield from (_reading(one) for one in columns.with_owner(led, ground))
            yield Reading(question, True)
        elif len(led.split()) <= SHORT and _THE.search(led):
            yield from (_reading(one) for one in columns.with_owner(led, ground))
        yield Reading(question) if not pronouns.leans(question) else Reading(question, True, _unclear(question))


def _unclear(question: str) -> Reply:
    """A polite no to a question that says too little where nothing before it says more."""
    return replies.declined(f"I did not find what “{question}” refers to; please say it in full.")


def _reading(meant: str | Cells) -> Reading:
    return Reading(meant.text, True, meant.reply) if isinstance(meant, Cells) else Reading(meant, True)


def _changed(part: str, ground: Ground) -> Iterator[Reading]:
    """ "What about Shop?": the last question with the piece changed that Shop stands for."""
    other = changed.of_other_deck(ground.last, part, ground)
    if other:
        yield Reading(other)
        return
    plain = asks.read(ground.last).operation in (None, "count")
    cell = next(columns.with_owner(part, ground, guess=False), None) if plain else None
    for at, text in enumerate(changed.replaced(ground.last, part, ground)):
        if at == 0 and cell is not None:
            yield Reading(cell.text if _THAT.match(part) else text, True, cell.reply)
        yield Reading(text, True)
    if plain:
        yield from (_reading(one) for one in columns.with_owner(part, ground, guess=bool(_THAT.match(part))))


def part_of(question: str) -> str:
    """What a question is about that gives nothing but the piece to be changed: "what about X", "and in 2022"."""
    led = _LEAD.sub("", question).strip().rstrip("?.! ").strip()
    for pattern in _ABOUT:
        match = pattern.match(led)
        if match and len(match["part"].split()) <= SHORT and not _ASKS.match(match["part"]):
            return match["part"]
    match = _INDEED.match(question.strip().rstrip("?.! "))
    if match and len(match["part"].split()) <= SHORT and not _ASKS.match(_LEAD.sub("", match["part"])):
        return _LEAD.sub("", match["part"])
    bare = re.match(r"^(?:in|for|during|of|with)\s+[^?]{1,60}$", led, re.I)
    return led if bare and len(led.split()) <= SHORT and not re.search(r"\b(?:is|are|was|did|does)\b", led) else ""


def _is_name(led: str) -> bool:
    return 0 < len(led.split()) <= BARE


def asks_why(question: str) -> bool:
    return bool(_WHY.match(_LEAD.sub("", question).strip().rstrip("?.! ").strip()))


def subject(text: str) -> str:
    """What a question was about, in its own words."""
    words = [word.strip("?,.!:;“”\"'()") for word in text.split()]
    return " ".join(word for word in words if word and (lexis.content(word) or any(map(str.isdigit, word))))
