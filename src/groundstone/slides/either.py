"""Which of two things has more, each in a line or on a slide of its own: "Does A or B have more loans?"."""

from __future__ import annotations

import re
from collections.abc import Callable

from groundstone.slides import calculate, carried, speech
from groundstone.slides import reply as replies
from groundstone.slides.asks import Ask
from groundstone.slides.calculate import Operand
from groundstone.slides.desk import Desk
from groundstone.slides.evidence import Evidence
from groundstone.slides.reply import Reply

_VERB = (
    r"(?:have|has|had|get|gets|got|cost|costs|need|needs|take|takes|took|use|uses|pay|pays|offer|offers|sell|sells|"
    r"sold|lend|"
    r"lends|lent|serve|serves|employ|employs|hold|holds|make|makes|made|run|runs|the (?:more|higher|larger)|more|"
    r"less|fewer|"
    r"\w+er\b)"
)
_PATTERNS = (
    re.compile(
        rf"^(?:does|do|did|is|are|was|were|has|have|"
        rf"had)\s+(?P<one>.+?)\s+or\s+(?P<other>.+?)\s+(?P<about>{_VERB}\b.*)$",
        re.I,
    ),
    re.compile(r"^(?:which|what|who)\b(?P<about>.+?)[,:–]\s*(?P<one>.+?)\s+or\s+(?P<other>.+)$", re.I),
)
_LESS = re.compile(
    r"\b(?:less|fewer|lower|smaller|cheaper|shorter|slower|younger|lighter|least|lowest|smallest|fewest|"
    r"cheapest)\b",
    re.I,
)
_DEGREE = re.compile(
    r"\b(?:more|most|less|least|fewer|fewest|the|higher|highest|larger|largest|lower|lowest|bigger|"
    r"biggest)\b",
    re.I,
)


def either(desk: Desk, ask: Ask, say: Callable[[Ask], Reply | None]) -> Reply | None:
    """The one of two that has more, or less, with both numbers; None when the slides do not give one for each."""
    plain = " ".join(ask.text.split()).strip(" ?.!")
    match = next((found for pattern in _PATTERNS if (found := pattern.match(plain))), None)
    if match is None:
        return None
    about = " ".join(_DEGREE.sub(" ", match["about"]).split())
    pair = [_number(desk, thing, f"{thing} {about}", ask, say) for thing in (match["one"], match["other"])]
    one, other = pair
    if one is None or other is None or not calculate.addable([one, other]) or _same(one, other):
        return None
    return _told(one, other, bool(_LESS.search(match["about"])))


def _number(desk: Desk, thing: str, text: str, ask: Ask, say: Callable[[Ask], Reply | None]) -> Operand | None:
    reply = say(Ask(ask.asked, f"How many {text}", (), ask.compares))
    if reply is None or reply.closest or reply.declined:
        return None
    found = carried.numbers(desk, reply, text)
    bare = re.sub(r"^(?:the|our|a|an)\s+", "", thing, flags=re.I)
    return Operand(found[0].sheet, found[0].matrix, 0, 0, bare) if found else None


def _same(one: Operand, other: Operand) -> bool:
    """Whether both are the very same number of a slide."""
    return one.sheet.slide is other.sheet.slide and one.matrix == other.matrix


def _told(one: Operand, other: Operand, less: bool) -> Reply:
    evidence = Evidence()
    first, second = calculate.ordered([one, other], least=less)
    marks = [operand.cite(evidence) for operand in (first, second)]
    sign = "<" if less else ">"
    text = f"{first.label} with {first.said}; {second.label} has {second.said}"
    return replies.of(
        [(speech.ended(text), marks)],
        evidence,
        workings=(f"{first.label} {first.said} {sign} {second.label} {second.said}",),
        sheets=(first.sheet, second.sheet),
        sure=0.8,
    )
