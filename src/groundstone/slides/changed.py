"""The question before with one piece changed: a label for a label, a period for a period, a name for a name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from groundstone.slides import lexis, mentioned
from groundstone.slides.base import DeckInfo
from groundstone.slides.desk import names
from groundstone.slides.ground import Ground
from groundstone.slides.mentioned import Axis, Mention

PERIOD = re.compile(
    r"(?<!\w)(?:(?:fy|cy)\s?(?:(?:19|20)\d\d|\d\d)|(?:19|20)\d\d(?:[/–-]\d\d)?|[qh][1-4](?:[\s']+(?:19|20)?\d\d)?|"
    r"(?:first|second|"
    r"third|fourth) (?:quarter|half)|(?:january|february|march|april|may|june|july|august|september|october|november|"
    r"december)(?:\s+(?:19|20)\d\d)?|spring|summer|autumn|winter)(?!\w)",
    re.I,
)
AGAINST = "Compare: "  # in front of two questions that are set against each other, with a bar between
_ARTICLE = re.compile(r"^(?:(?:in|for|of|on|at|by|with|during|under|from|the|our|a|an)\s+)+", re.I)
_LATER = re.compile(
    r"\b(?:a|one|the)?\s*(?P<unit>year|quarter|half)\s+(?:later|earlier|before|after|prior|ago|on)\b|"
    r"\b(?:the\s+)?(?:next|following|previous|"
    r"prior|preceding|last)\s+(?P<what>year|quarter|half)\b",
    re.I,
)
_CAPITALS = re.compile(r"[A-Z][\w&.\-]*(?:\s+(?:of|and|&)?\s*[A-Z0-9][\w&.\-]*)*")
_TAIL = re.compile(
    r"\b(?:of|for|in|by|with|does|did|is|was|has|have)\s+(?:the\s+)?([\w&.\-]+(?:\s+[\w&.\-]+)?)\s*"
    r"(?=\?|$|\b(?:in|have|has|cost|need|take|of)\b)"
)


def replaced(last: str, part: str, ground: Ground) -> Iterator[str]:
    """The question before with a piece of it changed to ``part``, the likeliest first."""
    moved = later(last, part, ground)
    if moved:
        yield moved
        return
    bare = _ARTICLE.sub("", part.strip()).strip() or part.strip()
    found = False
    for text in by_label(last, bare, ground):
        found = True
        yield text
    period = _by_period(last, bare, ground)
    if period:
        found = True
        yield period
    if not found or not period:
        yield _by_name(last, part, bare, ground)


def by_label(last: str, part: str, ground: Ground) -> Iterator[str]:
    """With labels changed for others of their axis: on the slides shown, otherwise on others of the deck."""
    text = _swapped(last, part, ground.axes, ground) or _swapped(last, part, ground.far(part), ground)
    if text:
        yield text


def _swapped(last: str, part: str, axes: Sequence[Axis], ground: Ground) -> str:
    """Each axis once, those first whose labels both texts name best; "NVMe with 50 clients" changes two of them."""
    pairs: list[tuple[float, Mention, Mention]] = []
    for axis in axes:
        new = mentioned.mention(axis, part, ground.naming)
        old = mentioned.mention(axis, last, ground.naming) if new else None
        if new and old and new.label != old.label and not _within(old.label, new.label):
            pairs.append((new.score + old.score, new, old))
    pairs.sort(key=lambda item: -item[0])
    text = last
    used: list[Mention] = []
    taken: list[Mention] = []
    for _, new, old in pairs:
        if any(new.meets(other) for other in used) or any(old.meets(other) for other in taken):
            continue
        used.append(new)
        taken.append(old)
    for new, old in sorted(zip(used, taken, strict=True), key=lambda item: -item[1].start):
        text = text[: old.start] + _said(new, part) + text[old.end :]
    return _with_rest(text, part, used) if used else ""


def _within(one: str, other: str) -> bool:
    return set(lexis.content(one)) == set(lexis.content(other))


def _said(new: Mention, part: str) -> str:
    """The label, or the words of the question where they say more or the label is long."""
    label = lexis.bare(new.label)
    return label if len(label.split()) <= 4 else part[new.start : new.end]


def _with_rest(text: str, part: str, used: Sequence[Mention]) -> str:
    """With the words of the part that no label took, where they are new."""
    rest = part
    for one in sorted(used, key=lambda mention: -mention.start):
        rest = rest[: one.start] + " " + rest[one.end :]
    known = lexis.bag(f"{text} {' '.join(one.label for one in used)}")
    new = [
        word for word in rest.split()
        if any(not lexis.meets(root, known) and root not in lexis.SOFT for root in lexis.content(word))
    ]  # fmt: skip
    return text if not new or len(new) > 3 else f"{_open(text)} {' '.join(new)}?"


def _by_period(last: str, bare: str, ground: Ground) -> str:
    """A period changed for one of its shape: a year for a year, a quarter for a quarter; not one that names a deck."""
    new = PERIOD.search(bare)
    if new is None:
        return ""
    spans = ground.deck_spans(last)
    found = [match for match in PERIOD.finditer(last) if match.start()]
    free = [match for match in found if match.span() not in spans] or found
    rest = " ".join(
        word for word in lexis.content(bare[: new.start()] + bare[new.end() :]) if word not in lexis.bag(last)
    )
    if not free:
        return f"{_open(last)} in {bare}?"
    fitting = [match for match in free if _shape(match.group()) == _shape(new.group())]
    if not fitting:
        part = _year_only(new.group(), free)
        return f"{last[: part[0]]}{new.group()}{last[part[1] :]}" if part else f"{_open(last)} in {bare}?"
    match = fitting[-1]
    return last[: match.start()] + (new.group() if not rest else bare) + last[match.end() :]


def _year_only(new: str, found: Sequence[re.Match[str]]) -> tuple[int, int] | None:
    """Where only the year of "Q3 2023" is to be changed, or only its quarter."""
    for match in reversed(found):
        for piece in re.finditer(r"(?:19|20)\d\d|[qh][1-4]|[a-z]{3,}", match.group(), re.I):
            if _shape(piece.group()) == _shape(new):
                return match.start() + piece.start(), match.start() + piece.end()
    return None


def _shape(text: str) -> str:
    tokens = lexis.tokens(text)
    return " ".join("m" if token.isalpha() else re.sub(r"\d+", "9", token) for token in tokens)


def _by_name(last: str, part: str, bare: str, ground: Ground) -> str:
    """A role for a role, a name for a name; what has neither is asked for besides."""
    role = re.search(r"\b(?:the|our)\s+([\w\-]+(?:\s+[\w\-]+)?)\s+(?:of|for|in|on)\b", last, re.I)
    if role and re.match(r"the\s", part.strip(), re.I) and bare[:1].islower():
        return last[: role.start(1)] + bare + last[role.end(1) :]
    place = _name_in(last, bare, ground)
    if place is not None:
        return last[: place[0]] + bare + last[place[1] :]
    return f"{_open(last)} for {bare}?"


def _name_in(question: str, part: str, ground: Ground) -> tuple[int, int] | None:
    """Where the name stands that a question is about: the last run of words with a capital, or after "of" or "for".

    The name of the deck is none of them.
    """
    spans = ground.deck_spans(question)
    start = re.match(r"\s*\W*\w+", question)
    offset = start.end() if start else 0
    runs = [
        match.span() for match in _CAPITALS.finditer(question, offset)
        if not PERIOD.fullmatch(match.group()) and not any(_touch(match.span(), span) for span in spans)
    ]  # fmt: skip
    if runs:
        return runs[-1]
    match = _TAIL.search(question)
    return match.span(1) if match and not any(_touch(match.span(1), span) for span in spans) else None


def _touch(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _open(text: str) -> str:
    return text.strip().rstrip("?.! ").rstrip()


def later(last: str, part: str, ground: Ground) -> str:
    """ "A year earlier", "the quarter after": the period so far from that of the last question; empty for others."""
    match = _LATER.search(part)
    if match is None:
        return ""
    step = -1 if re.search(r"earl|before|prev|prior|last|preced", match[0], re.I) else 1
    unit = (match["unit"] or match["what"] or "").lower()
    spans = ground.deck_spans(last)
    found = [one for one in PERIOD.finditer(last) if one.span() not in spans]
    for one in reversed(found):
        for piece in re.finditer(r"(?:19|20)\d\d|(?<=[ '])\d\d$|(?<=[qh])[1-4]", one[0], re.I):
            year = len(piece[0]) > 1
            if year == (unit.startswith("year") or unit == ""):
                start = one.start() + piece.start()
                new = str(int(piece[0]) + step)
                return last[:start] + new + last[start + len(piece[0]) :] if year or new in "1234" else ""
    return ""


def of_other_deck(last: str, part: str, ground: Ground) -> str:
    """The question before, asked of another deck that ``part`` names; empty when it names none."""
    words = frozenset(lexis.content(part))
    here = {word for axis in ground.axes for label in axis.labels for word in lexis.content(label)}
    if ground.deck is None or not words or words <= here:
        return ""
    others = [info for info in ground.decks if info.id != ground.deck.id and words <= names(info)]
    others = [info for info in others if words - ground.naming]
    return _of_deck(last, part, ground, others[0]) if len(others) == 1 else ""


def _of_deck(last: str, part: str, ground: Ground, other: DeckInfo) -> str:
    """The words of the deck shown last that the other does not share, changed for its own."""
    own = ground.naming - names(other)
    spans = [span for span in ground.deck_spans(last) if set(lexis.content(last[slice(*span)])) & own]
    new = " ".join(word for word in part.split() if set(lexis.content(word)) - ground.naming)
    if not spans:
        return f"{_open(last)} in {_ARTICLE.sub('', part)}?"
    text = last
    for place, span in reversed(list(enumerate(spans))):
        text = text[: span[0]] + (new if place == 0 else "") + text[span[1] :]
    return " ".join(text.split())


def to_others(ground: Ground) -> Iterator[str]:
    """ "And the other one?": the other labels of an axis, where the last question named one of them."""
    for axis in ground.axes:
        old = mentioned.mention(axis, ground.last, ground.naming)
        others = [label for label in axis.labels if old and label != old.label]
        if old and old.score >= mentioned.WHOLE and 1 <= len(others) <= 8:
            yield ground.last[: old.start] + " and ".join(others) + ground.last[old.end :]


def against(part: str, ground: Ground) -> Iterator[str]:
    """ "How does that compare to 2021?": the last question's label and the new one, side by side."""
    bare = _ARTICLE.sub("", part.strip()).strip()
    for text in replaced(ground.last, bare, ground):
        yield f"{AGAINST}{ground.last.rstrip('?. ')} | {text.rstrip('?. ')}"
