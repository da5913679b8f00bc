"""What charts, tables and pictures say, asked for by their kind: "What does the chart on slide 3 show?"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from groundstone.slides import contents, lexis
from groundstone.slides import reply as replies
from groundstone.slides.asks import Ask
from groundstone.slides.reply import Reply
from groundstone.slides.seen import Sheet

WORDS = frozenset(
    lexis.root(word)
    for word in "chart graph plot table diagram picture image photo figure screenshot illustration".split()
)
CHART_KINDS = frozenset("bar column line pie doughnut area scatter bubble radar".split())
ASKED = re.compile(
    r"\bwhat (?:does|do|is|can be seen|are)\b.*\b(?:show|shows|say|depict|illustrate|seen|in|on|about|contain)\b|"
    r"^\s*(?:describe|explain|read|list)\b",
    re.I,
)


def of(ask: Ask, sheets: Sequence[Sheet]) -> Reply:
    """Those of the slides that a question names."""
    kinds = next(
        (kinds for pattern, kinds in contents.KINDS if pattern.search(ask.text)), ("chart", "table", "picture")
    )
    found = [reply for sheet in sheets if (reply := contents.elements(sheet, kinds)) is not None]
    if found:
        return replies.together(found)
    return replies.declined(f"Slide {sheets[0].slide.number} has no {kinds[0]} with words that can be read.")


def about(ask: Ask, sheets: Sequence[Sheet]) -> Reply | None:
    """What the chart, table or picture says that the question describes by the words on its slide."""
    kinds = next((kinds for pattern, kinds in contents.KINDS if pattern.search(ask.text)), ("chart",))
    words = [word for word in ask.words if word not in WORDS]
    if not set(words) - CHART_KINDS:
        wanted = set(words) & CHART_KINDS
        held = [sheet for sheet in sheets if _has(sheet, kinds, wanted)]
        return contents.elements(held[0], kinds) if held else None
    for sheet in sheets:
        own = " ".join(line.text for line in sheet.lines if line.kind in kinds)
        near = lexis.bag(f"{sheet.title} {sheet.deck_title} {own}")
        if words and all(lexis.meets(word, near) for word in words if word not in lexis.SOFT):
            return contents.elements(sheet, kinds)
    return None


def _has(sheet: Sheet, kinds: Sequence[str], wanted: set[str]) -> bool:
    """Whether a slide has such an element: a chart of the kind that the question names, if it names one."""
    charts = {element.chart.kind for element in sheet.slide.elements if element.chart is not None}
    return bool(charts & wanted) if wanted else any(line.kind in kinds for line in sheet.lines)
