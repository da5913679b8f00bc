"""Follow-up questions: what they leave out is taken from the question before."""

from __future__ import annotations

import re
from collections.abc import Sequence

from groundstone.filters import fold
from groundstone.slides import lexis
from groundstone.slides.base import Turn

SHORT = 8  # words of a question that may lean on the one before
_LEAD = re.compile(r"^\s*(?:and|but|so|ok(?:ay)?|then|also|now|or)\b[,\s]*", re.I)
_ABOUT = re.compile(
    r"^\s*(?:(?:and|but|so|ok(?:ay)?|then|also|now)[,\s]+)*(?:what|how) about\s+(?P<about>.+?)\s*\??\s*$"
    r"|^\s*(?:and|but|so|or)[,\s]+(?:(?:what|how) (?:about|is it|was it)\s+)?(?P<only>(?:(?:in|for|of|on|at|by|"
    r"the|during)\s+)?[^?]{1,60}?)\s*\??\s*$"
    r"|^\s*(?P<bare>(?:in|for|during|of)\s+[^?]{1,40}?)\s*\??\s*$"
    r"|^\s*(?:the )?same (?:question )?(?:for|in|about)\s+(?P<same>[^?]{1,60}?)\s*\??\s*$",
    re.I,
)
_WHERE_IS_THAT = re.compile(
    r"\b(?:which|what) (?:slide|page|deck)s?\b.*\b(?:that|this|it|those|these)\b|\bwhere (?:is|was|"
    r"does) (?:that|this|it)\b"
    r"|^\s*(?:on |and )?(?:which|what) (?:slide|page|deck)\s*\??\s*$|\bwhere did you (?:find|get|see) (?:that|"
    r"this|it)\b",
    re.I,
)
NEXT = re.compile(r"\b(?:next|following|previous|preceding|before|this|that|same|current)\s+(?:slide|page)\b", re.I)
_DIFFERENCE = re.compile(
    r"^\s*(?:and |so |but )?(?:what(?:'s| is| was) )?(?:the |by how much|how much more|how many more)?\s*"
    r"(?:difference|ratio|sum|total|average|change|growth|percentage change|percent change|increase|decrease|"
    r"by how much|how much more|"
    r"how many more)(?: between (?:them|the two|those|these|both))?\s*\??\s*$",
    re.I,
)
_THAN_BEFORE = re.compile(
    r"^\s*(?:and |so |but )?(?:how (?:many|much) (?:times )?(?:more|less|\w+er)|by (?:how much|what factor))\b.{0,20}"
    r"\b(?:it|that|this|the (?:second|latter|first|former))\b.{0,12}$",
    re.I,
)
_PRONOUN = re.compile(r"\b(?:it|its|they|them|their|theirs|that one|those|these|this|that|he|she|his|her)\b", re.I)
_PERIOD = re.compile(r"^(?:q[1-4]|h[12]|(?:19|20)\d\d|january|february|march|april|may|june|july|august|"
                     r"september|october|"
                     r"november|december)$")  # fmt: skip


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


def completed(question: str, history: Sequence[Turn]) -> str:
    """The question with what it leaves out filled in from those before; as it is when it stands by itself."""
    if not history:
        return question
    last = history[-1].understood or history[-1].question
    if _DIFFERENCE.match(question) or (len(history) > 1 and _THAN_BEFORE.match(question)):
        return _with_operation(question, history)
    match = _ABOUT.match(question)
    if match:
        part = next(group for group in match.groups() if group)
        if len(part.split()) <= SHORT and not re.match(
            r"(?:what|which|who|how|when|where|why|is|are|does|do|list|compare)\b", part, re.I
        ):
            return replaced(last, part)
    words = question.split()
    if len(words) <= 14 and _PRONOUN.search(question) and not _named(question):
        return f"{question.strip()} ({_subject(last)})" if _subject(last) else question
    return question


def _with_operation(question: str, history: Sequence[Turn]) -> str:
    """ "And the difference?": between what the last two questions asked for."""
    asked = [turn.understood or turn.question for turn in history[-2:]]
    bare = _LEAD.sub("", question).strip().rstrip("?").strip()
    bare = re.sub(r"\s+(?:is|was|are|were) (?:it|that|this)\b", "", bare, flags=re.I)
    bare = re.sub(r"\s*between (?:them|the two|those|these|both)$", "", bare, flags=re.I)
    if len(asked) == 1:
        return f"{bare}: {asked[0]}"
    own = _apart(asked[1], asked[0])
    other = _apart(asked[0], asked[1])
    rest = " ".join(word for word in _plain(asked[1]).split() if not _roots(word) <= _roots(own))
    return f"{bare} between {other} and {own}: {rest}?" if own and other else f"{bare}: {asked[1]}"


def _roots(text: str) -> set[str]:
    return set(lexis.roots(text))


def _plain(question: str) -> str:
    return re.sub(
        r"^\s*(?:what|which|how (?:many|much|high|large)|who|when|where)\b(?:\s+(?:is|are|was|were|did|does|do)\b)?",
        "",
        question,
        flags=re.I,
    ).strip(" ?")


def _apart(one: str, other: str) -> str:
    """The words of one question that the other lacks."""
    theirs = _roots(other)
    return " ".join(
        word for word in _plain(one).split() if not _roots(word) <= theirs and word.lower() not in lexis.STOP
    )


def replaced(last: str, part: str) -> str:
    """The last question with one piece changed: a period for a period, otherwise the name that fits best."""
    bare = re.sub(r"^(?:in|for|of|on|at|by|during|the)\s+", "", part.strip(), flags=re.I)
    periods = [word for word in lexis.tokens(bare) if _PERIOD.match(word)]
    found = list(
        re.finditer(
            r"(?<!\w)(?:(?:fy|cy)?\s?(?:19|20)\d\d|[qh][1-4](?:[\s']+(?:19|20)?\d\d)?|(?:first|second|third|"
            r"fourth) (?:quarter|half))(?!\w)",
            last,
            re.I,
        )
    )
    if periods:
        if not found:
            return f"{last.strip().rstrip('?').rstrip()} in {bare}?"
        fitting = [match for match in found if _shape(match.group()) == _shape(bare)] or found[-1:]
        match = fitting[-1]
        return last[: match.start()] + bare + last[match.end() :]
    role = re.search(r"\b(?:the|our)\s+([\w\-]+(?:\s+[\w\-]+)?)\s+(?:of|for|in|on)\b", last, re.I)
    if role and re.match(r"the\s", part.strip(), re.I) and bare[:1].islower():
        return last[: role.start(1)] + bare + last[role.end(1) :]
    name = _name_in(last)
    if name is not None:
        return last[: name[0]] + bare + last[name[1] :]
    return f"{last.strip().rstrip('?').rstrip()} for {bare}?"


def _shape(text: str) -> str:
    return re.sub(r"\d+", "9", " ".join(lexis.tokens(text)))


def _name_in(question: str) -> tuple[int, int] | None:
    """Where the name stands that a question is about: the last run of words with a capital, or after "of" or "for"."""
    start = re.match(r"\s*\W*\w+", question)
    offset = start.end() if start else 0
    runs = [
        match for match in re.finditer(r"[A-Z][\w&.\-]*(?:\s+(?:of|and|&)?\s*[A-Z][\w&.\-]*)*", question[offset:])
        if not _PERIOD.match(match.group().lower()) and not re.fullmatch(r"[QH][1-4]", match.group())
    ]  # fmt: skip
    if runs:
        return offset + runs[-1].start(), offset + runs[-1].end()
    match = re.search(
        r"\b(?:of|for|in|by|does|did|is|was)\s+(?:the\s+)?([\w&.\-]+(?:\s+[\w&.\-]+)?)\s*(?=\?|$|\bin\b)", question
    )
    return match.span(1) if match else None


def _subject(last: str) -> str:
    """What the last question was about, in its own words."""
    words = [word.strip("?,.!:;“”\"'()") for word in last.split()]
    return " ".join(word for word in words if word and (lexis.content(word) or any(map(str.isdigit, word))))


def _named(question: str) -> bool:
    return any(word[:1].isupper() for word in question.split()[1:] if fold(word) not in ("i",))
