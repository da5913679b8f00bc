"""Answers in the slides' own words: a line, a list under its heading, or the lines that come closest."""

from __future__ import annotations

import re
from collections.abc import Sequence

from groundstone.models.base import Embed
from groundstone.slides import choosing, lexis, pairs, passages, speech
from groundstone.slides import reply as replies
from groundstone.slides.asks import Ask
from groundstone.slides.candidates import Candidate
from groundstone.slides.evidence import Evidence
from groundstone.slides.passages import Ranked
from groundstone.slides.reply import Reply
from groundstone.slides.seen import Line, Sheet

WITH_HEAD = 16  # words below which a line is said behind its heading
NEAR = 0.9  # of the best score: a second line that is said too
MORE = 2
ITEMS = 12  # items said of a list
WHOLE = 0.85  # of the question's words: then the meaning need not be near, as in "Go live on 1 October"
SURE_COVERED, SURE_COSINE = 0.5, 0.3
CLOSE_COVERED, CLOSE_COSINE = 0.45, 0.3
DEGREE = 0.65  # of meaning: "how loud" may be answered by a number
MEANT, AHEAD = 0.55, 0.15  # of meaning: a line that shares no word answers, if no other line comes so near
MEANT_SLIDES, MEANT_LINES, FEWEST = 3, 40, 3  # slides and lines looked at for it; words that such a line has
_SAID = ("text", "diagram", "picture", "notes", "subtitle")
ALIKE = 0.72  # of meaning: one word may be said otherwise


def quoted(ask: Ask, sheets: Sequence[Sheet], embed: Embed | None) -> Reply | None:
    """What the slides say to a question in their own words; None when they do not.

    With an embedding model the weights of ``scorer`` decide, without one the words alone.
    """
    return _by_words(ask, sheets, None) if embed is None else _weighed(ask, sheets, embed)


def _weighed(ask: Ask, sheets: Sequence[Sheet], embed: Embed) -> Reply | None:
    found = choosing.found(ask, sheets, embed)
    if found.how == "none":
        return None
    evidence = Evidence()
    said: list[tuple[str, Sequence[int]]] = []
    told: list[str] = []
    for one in found.best:
        text = _said(one)
        if not any(one.text in other or text in other for other in told):
            told.append(text)
            lines = [*([one.lead] if one.lead is not None else []), *one.lines]
            said.append((speech.ended(text), [evidence.line(one.sheet, line) for line in lines]))
    closest = found.how == "closest" and not (ask.wants in ("who", "when") and _agreed(ask, sheets, embed, found.best))
    return replies.of(said, evidence, sheets=(found.best[0].sheet,), sure=found.likelihood, closest=closest)


def _agreed(ask: Ask, sheets: Sequence[Sheet], embed: Embed, chosen: Sequence[Candidate]) -> bool:
    """Whether the words of the question alone lead to the same line, and say that it is the answer."""
    found = passages.ranked(ask, sheets, embed)
    if not found or fit(ask, found[0]) != "sure":
        return False
    return any(found[0].line in one.lines and found[0].sheet is one.sheet for one in chosen)


def _said(one: Candidate) -> str:
    """Words of a slide behind what they stand under; of a long line, or a row of a table, the words alone."""
    head = one.head.rstrip(" :")
    if not head or (one.kind == "table" and one.what == "line"):
        return one.text
    return f"{head}: {one.text}" if one.items or len(one.text.split()) < WITH_HEAD else one.text


def _by_words(ask: Ask, sheets: Sequence[Sheet], embed: Embed | None) -> Reply | None:
    found = passages.ranked(ask, sheets, embed)
    how = fit(ask, found[0]) if found else "none"
    meant = None if how == "sure" else _meant(ask, sheets, embed)
    if meant is not None:
        found, how = [meant], "sure"
    if how == "none":
        return None
    best = found[0]
    evidence = Evidence()
    listed = _listed(ask, best)
    if listed:
        said = _list(best.sheet, *listed, evidence)
    else:
        said = [_one(ask, item, evidence) for item in _chosen(ask, found)]
    return replies.of(said, evidence, sheets=(best.sheet,), sure=best.covered, closest=how == "closest")


def _meant(ask: Ask, sheets: Sequence[Sheet], embed: Embed | None) -> Ranked | None:
    """The line that means what is asked in other words: near to the question, and nearer than every other line."""
    if embed is None or ask.operation not in (None, "count", "average"):
        return None
    lines = [(sheet, line) for sheet in sheets[:MEANT_SLIDES] for line in sheet.lines[:MEANT_LINES]]
    lines = [(sheet, line) for sheet, line in lines if line.kind in _SAID]
    if not lines:
        return None
    vectors = embed.embed([ask.text, *(speech.under(line) for _, line in lines)])
    near = [float(value) for value in vectors[1:] @ vectors[0]]
    order = sorted(range(len(lines)), key=lambda place: -near[place])
    sheet, line = lines[order[0]]
    others = [near[place] for place in order[1:] if lines[place][1].text != line.text]
    ahead = near[order[0]] - max(others, default=0.0)
    if near[order[0]] < MEANT or (ahead < AHEAD and near[order[0]] < ALIKE) or len(line.text.split()) < FEWEST:
        return None
    found = Ranked(sheet, line, near[order[0]], 0.0, near[order[0]])
    names = all(lexis.is_there(name, sheet.words) for name in ask.names)
    return found if names and _is_kind(ask, found) else None


def fit(ask: Ask, best: Ranked) -> str:
    """ "sure", "closest" or "none".

    Names and numbers of the question have to stand on the slide, or it does not say it. It is sure where every word
    that an answer has to go with stands there too, or where the meaning is all but the same.
    """
    words = best.sheet.words
    if not all(lexis.is_there(name, words) for name in ask.names):
        return "none"
    missing = [word for word in ask.hard if not lexis.meets(word, words)]
    whole = best.covered >= WHOLE or (best.covered >= SURE_COVERED and best.cosine >= SURE_COSINE)
    if (whole and not missing) or (len(missing) == 1 and best.cosine >= ALIKE and best.covered >= CLOSE_COVERED):
        return "sure" if _is_kind(ask, best) else "closest"
    return "closest" if best.covered >= CLOSE_COVERED and best.cosine >= CLOSE_COSINE and len(missing) < 2 else "none"


def _is_kind(ask: Ask, best: Ranked) -> bool:
    """Whether an answer to "how many" has a number, where it stands or beside it."""
    asked = re.match(
        r"(?:and |so |but )?how (many|much|\w+) (?:is|are|was|were|do|does|did|can|must|should|will)?", ask.folded
    )
    if ask.wants == "who" and not ask.listing:
        return any(passages.is_named(line.text) for line in (best.line, *best.sheet.below(best.line), *_beside(best)))
    if not asked or asked[1] in ("do", "does", "did", "is", "are", "can", "to"):
        return True
    if asked[1] not in _AMOUNT and lexis.root(asked[1]) not in lexis.bag(best.line.text) and best.cosine < DEGREE:
        return False
    lines = (best.line, *best.sheet.below(best.line), *_beside(best))
    return any(any(map(str.isdigit, line.text)) or set(lexis.tokens(line.text)) & _COUNTS for line in lines)


_AMOUNT = frozenset("many much long often high large big fast old far".split())
_COUNTS = frozenset(
    "one two three four five six seven eight nine ten eleven twelve half double twice no none all".split()
)


def _listed(ask: Ask, best: Ranked) -> tuple[Line, list[Line]] | None:
    """A heading with the lines below it, when they are the answer."""
    line, lines = best.line, best.sheet.lines
    if line.kind in ("table", "chart", "notes"):
        return None
    below = best.sheet.below(line)
    if line.kind == "title":
        below = [other for other in lines if other.kind in ("text", "diagram", "picture") and not other.above]
        return (line, below[:ITEMS]) if below and set(lexis.content(line.text)) & set(ask.words) else None
    if below and (_is_heading(line) or set(lexis.content(line.text)) <= ask.bag):
        return line, below[:ITEMS]
    if not ask.listing:
        return None
    beside = [
        other for other in lines
        if other.element == line.element and other.above == line.above and other.level == line.level
    ]  # fmt: skip
    above = lexis.bag(f"{best.sheet.title} {' '.join(line.above)}")
    own = [word for word in ask.words if lexis.meets(word, above) < 1 and lexis.meets(word, lexis.bag(line.text))]
    if len(beside) < 2 or len(own) > len(ask.words) / 3:
        return None
    head = next((other for other in lines if line.above and other.text == line.above[-1]), None)
    return head or line, beside[:ITEMS]


def _is_heading(line: Line) -> bool:
    return line.text.rstrip().endswith(":") or len(line.text.split()) <= 6


def _list(sheet: Sheet, head: Line, items: Sequence[Line], evidence: Evidence) -> list[tuple[str, Sequence[int]]]:
    marks = [evidence.line(sheet, item) for item in items]
    texts = [item.text.strip().rstrip(".;,") for item in items]
    lead = f"{head.text.rstrip(' :')}: " if head not in items else ""
    return [(speech.ended(f"{lead}{'; '.join(texts)}"), marks)]


def _chosen(ask: Ask, found: Sequence[Ranked]) -> list[Ranked]:
    """The best line, and others that come near it."""
    best = found[0]
    more = [item for item in found[1:] if item.score >= NEAR * best.score and item.line.kind not in ("title", "footer")]
    return [best, *more[:MORE]]


def _one(ask: Ask, item: Ranked, evidence: Evidence) -> tuple[str, Sequence[int]]:
    """A line as a sentence; one that says nothing beyond the question with what stands beside it."""
    line, sheet = item.line, item.sheet
    lines = [line]
    if set(lexis.content(line.text)) <= ask.bag:
        lines = sorted([line, *_beside(item)], key=lambda one: one.place)
    marks = [evidence.line(sheet, one) for one in lines]
    text = "; ".join(one.text.rstrip(".;") for one in lines) if len(lines) > 1 else speech.under(line)
    return speech.ended(text), marks


def _beside(item: Ranked) -> list[Line]:
    """What stands nearest to a line: by place on a drawing, otherwise the next line of the same text."""
    line, lines = item.line, item.sheet.lines
    if line.kind in ("picture", "diagram") and line.boxes:
        near = pairs.nearest(line, lines)
        return [near] if near is not None else []
    following = [other for other in lines if other.element == line.element and other.place == line.place + 1]
    if not following and line.boxes and line.kind in ("text", "subtitle"):  # a tile: a number over its name
        near = pairs.nearest(line, lines)
        following = [near] if near is not None else []
    return following if line.kind not in ("title", "table", "chart") else []
