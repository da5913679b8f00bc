"""Which two things a comparison is about, and in what respect: labels of one axis, or what stands round "and"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from groundstone.slides import lexis, mentioned
from groundstone.slides.asks import Ask
from groundstone.slides.axes import is_time
from groundstone.slides.mentioned import Axis, Mention
from groundstone.slides.seen import Sheet

_JOIN = r"(?:and|with|to|against|versus|vs\.?|or|from|compared (?:to|with)|over)"
_RESPECT = (
    r"(?:\s*[,:–—-]?\s+(?:on|in|by|for|as to|regarding|concerning|in terms of|with (?:regard|respect) to|when it comes "
    r"to|with|at|as far as)\s+(?P<about>.+?))?"
)
_CUE = re.compile(
    r"\bcompar\w*|\bdiffer(?:s|ed|ent|ence|ences)?\b|\bversus\b|\bvs\b|\bagainst\b|\bside by side\b|\bin common\b|"
    r"\bset\w*"
    r" .{2,60}\bapart\b|\bdistinguish\w*|\bcontrast\w*|\bstack\w* up\b|\b(?:each|both)\b.*\?*$|\bunlike\b|"
    r"\bopposed to\b|\bvary\b",
    re.I,
)
_CALCULATES = re.compile(
    r"\bhow (?:much|many|far)\b|\bby (?:how|what|which)\b|\bnumerical\w*|\bper ?cent|\bratio\b|\btimes\b|\bfactor\b|"
    r"\bsubtract\w*|\bminus\b|\bpoints?\b|\bgap\b",
    re.I,
)
_COMMON = re.compile(r"\bin common\b|\bshare(?:d)?\b|\balike\b|\bsimilar", re.I)
_PATTERNS = (
    rf"^compare\s+(?:how\s+)?(?P<one>.+?)\s+{_JOIN}\s+(?P<other>.+?)(?:\s+(?:differ|compare|do|perform))?{_RESPECT}$",
    rf"^(?:how|in what(?: way| respect)?s?) (?:do|does|did|are|is|was|were)\s+(?P<one>.+?)\s+(?:and|"
    rf"or)\s+(?P<other>.+?)\s+"
    rf"(?:differ(?:ent)?|compare|stack up|vary)(?: (?:from|against|with) (?:each other|one another))?{_RESPECT}$",
    rf"^(?:how|in what way) (?:do|does|did|is|are)\s+(?P<one>.+?)\s+(?:compare[sd]?|differ(?:s|ent)?|"
    rf"stack(?:s)? up)\s+{_JOIN}\s+"
    rf"(?P<other>.+?){_RESPECT}$",
    r"^(?:how|in what way) (?:do|does|did|is|are)\s+(?P<about>.+?)\s+(?:differ|vary|compare)\s+(?:between|for|"
    r"across)\s+"
    r"(?P<one>.+?)\s+and\s+(?P<other>.+?)$",
    rf"^(?:what(?:'s| is| are| were| was)?\s+)?(?:the\s+)?(?:main |key )?(?:differences?|contrast|"
    rf"distinction)\s+between\s+"
    rf"(?P<one>.+?)\s+and\s+(?P<other>.+?){_RESPECT}$",
    rf"^what\s+(?:sets|distinguishes|separates|tells|makes)\s+(?P<one>.+?)\s+(?:apart |"
    rf"different )?from\s+(?P<other>.+?){_RESPECT}$",
    rf"^what (?:do|does)\s+(?P<one>.+?)\s+and\s+(?P<other>.+?)\s+(?:have in common|share){_RESPECT}$",
    r"^(?P<one>[^:,?]+?)\s+(?:versus|vs\.?|against|or|and|compared (?:to|with))\s+(?P<other>[^:,?]+?)\s*(?:[:,–—]|"
    r"\s-)\s*(?P<about>.+)$",
    r"^(?P<one>[^:,?]+?)\s+(?:versus|vs\.?)\s+(?P<other>[^:,?]+?)$",
)  # fmt: skip
_SIDE_BY_SIDE = (
    rf"^(?:put|set|place|lay|show)\s+(?P<one>.+?)\s+and\s+(?P<other>.+?)\s+"
    rf"(?:side by side|next to each other){_RESPECT}$"
)
_COMPILED = tuple(re.compile(pattern, re.I) for pattern in (*_PATTERNS, _SIDE_BY_SIDE))
_SMALL = r"(?:(?:the|our|its|a|an|in|for|on|of|at|by|those|that|with|how|is|does|do)\s+)*"
_BETWEEN = re.compile(
    rf"^[\s,:;/–—-]*{_SMALL}(?:and|or|versus|vs\.?|against|with|to|from|than|over|unlike|as opposed to|apart from|"
    rf"different from|"
    rf"(?:compare[sd]?|differs?|differ(?:ent|s)?|stacks? up)\s+(?:to|with|from|against))?[\s,:;/–—-]*{_SMALL}$",
    re.I,
)
_TWO = re.compile(
    r"\b(?:the|our|both) (?:two|three|four|both)?\s*(?P<noun>[\w\- ]{3,50}?)\s+(?:differ|compare|stack)|"
    r"\bboth\s+(?P<each>[\w\- ]{3,40})",
    re.I,
)
_CUES = frozenset(lexis.root(word) for word in "compare differ different difference contrast distinguish apart set "
                                               "sets each both side vary stack up versus against common share "
                                               "distinction unlike opposed two three".split())  # fmt: skip


_PREPOSITION = re.compile(
    r"[:,–—?]|\s-\s|\b(?:on|in|by|for|at|as|of|regarding|concerning|with|when|differ\w*|compar\w*|how|what|which|"
    r"where|who)\b",
    re.I,
)


@dataclass(frozen=True)
class Sides:
    """Two or more labels of one axis, and what of them is compared: the other words of the question."""

    axis: Axis
    names: tuple[str, ...]
    about: Ask
    sure: float = 1.0  # how surely the labels are meant


@dataclass(frozen=True)
class Phrases:
    """Two things in the words of the question, and the respect."""

    one: str
    other: str
    about: str


def compares(ask: Ask) -> bool:
    """Whether things are to be set side by side."""
    return bool(_CUE.search(ask.text))


def calculates(ask: Ask) -> bool:
    """Whether one number is wanted of the comparison."""
    return bool(_CALCULATES.search(ask.text)) or ask.operation in ("ratio", "percent", "sum", "average", "share")


def may_calculate(ask: Ask) -> bool:
    """Whether "difference" may mean a number as well as all that sets two things apart."""
    return ask.operation == "difference"


def in_common(ask: Ask) -> bool:
    return bool(_COMMON.search(ask.text))


def found(ask: Ask, sheets: Sequence[Sheet]) -> list[Sides]:
    """The axes of some slides of which a question names two labels beside each other, those named best first."""
    ranked: list[tuple[float, Sides]] = []
    for rank, sheet in enumerate(sheets):
        for axis in mentioned.axes([sheet]):
            sides = _on(ask, axis)
            if sides is not None and _fits(ask, sides):
                ranked.append((_worth(sides, ask) - 0.05 * rank, sides))
    ranked.sort(key=lambda item: -item[0])
    return [sides for _, sides in ranked]


def _on(ask: Ask, axis: Axis) -> Sides | None:
    """The labels of an axis that a question names; all of an axis of two for "the two pathways"."""
    if axis.kind == "values":
        return None
    named = [one for one in mentioned.mentions(axis, ask.text) if one.score >= mentioned.PART]
    named = _joined(sorted(named, key=lambda one: one.start), ask.text)
    if len(named) >= 2:
        sure = sum(one.score for one in named) / len(named)
        return Sides(axis, tuple(dict.fromkeys(one.label for one in named)), _about(ask, named), sure)
    match = _TWO.search(ask.text)
    if match is None or not 2 <= len(axis.labels) <= 4 or is_time(axis.labels) or not _headed(axis):
        return None
    noun = frozenset(lexis.content(match["noun"] or match["each"]))
    known = lexis.bag(
        f"{axis.sheet.title} {axis.matrix.corner if axis.matrix else ''} {axis.matrix.name if axis.matrix else ''}"
    )
    if noun and all(lexis.meets(word, known) for word in noun):
        rest = ask.text[: match.start()] + " " + ask.text[match.start() + len(match[0]) :]
        return Sides(axis, axis.labels, _rest(ask, rest))
    return None


def _headed(axis: Axis) -> bool:
    """Whether labels are those of a table, or headings with lines below them."""
    if axis.kind != "items":
        return axis.kind in ("rows", "columns")
    heads = [line for line in axis.sheet.lines if mentioned.head(line.text) in axis.labels]
    return all(axis.sheet.below(line) for line in heads)


def _joined(named: Sequence[Mention], text: str) -> list[Mention]:
    """The mentions that stand beside each other, with nothing between but what joins two sides."""
    best: list[Mention] = []
    for place, first in enumerate(named):
        run = [first]
        for one in named[place + 1 :]:
            if one.start >= run[-1].end and _BETWEEN.match(text[run[-1].end : one.start]) and one.label != first.label:
                run.append(one)
        best = run if len(run) > len(best) else best
    return best


def _about(ask: Ask, named: Sequence[Mention]) -> Ask:
    """The respect: what stands before the sides, and behind them from the first preposition on."""
    first, last = min(one.start for one in named), max(one.end for one in named)
    behind = _PREPOSITION.search(ask.text, last)
    return _rest(ask, f"{ask.text[:first]} {ask.text[behind.start() :] if behind else ''}")


def _rest(ask: Ask, text: str) -> Ask:
    kept = [word for word in text.split() if not set(lexis.roots(word)) <= _CUES or not lexis.roots(word)]
    return Ask(ask.asked, " ".join(kept), (), ask.compares)


def respect(sides: Sides) -> list[str]:
    """The words that say in what respect, without those of the deck's name and what the two things are."""
    sheet = sides.axis.sheet
    aside = sheet.deck_words | lexis.bag(sides.axis.matrix.corner if sides.axis.matrix else "") | _CUES
    return [word for word in lexis.content(sides.about.text) if not lexis.meets(word, aside) and word not in _THINGS]


_THINGS = frozenset(
    lexis.root(word)
    for word in "option options route routes version versions project programme plan plans company deck report review "
    "handbook talk case cases each term terms regard respect comparison that those".split()
)


def _fits(ask: Ask, sides: Sides) -> bool:
    """Whether the slide has every name of the question."""
    return all(lexis.is_there(name, sides.axis.sheet.words) for name in ask.names)


def _worth(sides: Sides, ask: Ask) -> float:
    """How much of the question the axis and its slide hold."""
    sheet, words = sides.axis.sheet, respect(sides)
    near = lexis.bag(f"{sheet.title} {sides.axis.matrix.words if sides.axis.matrix else ''}")
    share = sum(bool(lexis.meets(word, near)) for word in words) / len(words) if words else 1.0
    deck = [word for word in ask.words if lexis.meets(word, sheet.deck_words)]
    kind = {"rows": 0.2, "columns": 0.2, "upper": 0.3, "lower": 0.3, "items": 0.1}.get(sides.axis.kind, 0.0)
    return share + 0.1 * len(deck) + kind + sides.sure


_IN_FRONT = re.compile(r"^(?:in terms of|regarding|concerning|as to|on|in)\s+(?P<about>[^,]{2,60}),\s*", re.I)
_EACH = re.compile(
    r"^(?:how (?:do|does|did|is|are) (?:they|each|both)(?: \w+)? (?:on|in|by|for)?|what (?:does|is|do) (?:each|they|"
    r"both))\s*",
    re.I,
)


def phrases(ask: Ask) -> Phrases | None:
    """The two things and the respect as the question words them."""
    plain = " ".join(ask.text.split()).strip(" ?.!")
    front = _IN_FRONT.match(plain)
    plain = plain[front.end() :] if front else plain
    for pattern in _COMPILED:
        match = pattern.match(plain)
        if match:
            about = _EACH.sub("", match.groupdict().get("about") or (front["about"] if front else ""))
            return Phrases(match["one"].strip(), match["other"].strip(), about.strip())
    return None
