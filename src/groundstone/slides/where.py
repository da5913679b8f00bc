"""On which slide, or in which deck, something stands: found by its words, and by its meaning where they differ."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from groundstone.models.base import Embed
from groundstone.slides import lexis, quoting, speech
from groundstone.slides import reply as replies
from groundstone.slides.asks import Ask
from groundstone.slides.desk import Desk
from groundstone.slides.evidence import Evidence
from groundstone.slides.reply import Reply
from groundstone.slides.seen import Line, Sheet

_SLIDE = r"(?:slides?|pages?|decks?|presentations?|files?|slide ?shows?|folien?|pictures?(?= (?:of|says?|shows?)))"
SEVERAL = re.compile(r"\b(?:which|what|all) (?:the )?(?:slides|pages|decks|presentations|files)\b", re.I)
_DECK = re.compile(
    r"\b(?:which|what|any|a) (?:of (?:the|these|my|our) )?(?:decks?|presentations?|files?|slide ?shows?)\b", re.I
)
_OWN = r"(?P<own>(?:[\w'’&.\-]+ ){0,4}?)"
_LEADS = (
    r"^\s*(?:(?:and|so|but|ok|please)\b[,\s]*)*(?:(?:can|could|would|will) you (?:please )?)?(?:(?:show|tell|give|"
    r"find|point|"
    r"direct|take|bring|get)(?: (?:me|us))?(?: (?:to|at))?|do you know|i(?: would|'d)? (?:need|want|"
    r"like)(?: to (?:see|know|find))?|"
    r"i am looking for|i'm looking for|looking for|go to|jump to|open|look for|locate)\s+(?=the\b|a\b|which\b|"
    r"what\b|where\b|on\b|in\b)",
    rf"^\s*(?:in|on|of) (?:the|this|my|our|your) {_OWN}{_SLIDE}\W+(?=where|which|what|on|is)",
    rf"^\s*(?:at|on|in) (?:which|what) (?:point|place|part) (?:of|in) (?:the|this|our|your) {_OWN}(?:{_SLIDE}|talk|"
    rf"report)\b",
    rf"^\s*(?:on|in|at|from|of)?\s*(?:which|what) (?:of (?:the|these|my|our) {_SLIDE}|{_OWN}{_SLIDE}(?: numbers?)?)\b",
    rf"^\s*(?:is|are|was) there (?:any|an?|some) {_SLIDE}\b",
    rf"^\s*(?:does|do) any(?: of (?:the|these))? {_SLIDE}\b",
    rf"^\s*(?:the |a )?{_SLIDE}(?: numbers?)?\b",
    rf"^\s*where (?:in|on) (?:the|this|these|my|our|your) {_OWN}(?:{_SLIDE}|plan|talk|report|review|handbook)\b",
    r"^\s*where(?: exactly)?\b",
    r"^\s*(?:(?:do|does|did|can|could|should|would|is|are|was|were|has|have|will|i|we|you|one|they|find|see|read|"
    r"look|looks?|"
    r"it|that|this|what|which|where|to|about|at|of|on|with|for|up|says?|said|mentions?|mentioned|shows?|shown|"
    r"showing|covers?|"
    r"covered|covering|contains?|contained|discuss(?:es|ed)?|describes?|described|explains?|explained|explaining|"
    r"talks?|"
    r"deals?|dealing|lists?|listed|gives?|given|presents?|presented|holds?|tells?|states?|stated|the one|me|us|open|"
    r"use|check|"
    r"consult|something|anything)\b\s*)+",
)  # fmt: skip
_FRAMES = tuple(re.compile(pattern, re.I) for pattern in _LEADS)
_TAIL = re.compile(
    rf"\b(?:is |are |was |were |being )?(?:mentioned|discussed|described|shown|explained|covered|talked about|"
    rf"listed|found|"
    rf"stated|given|presented|spoken of|dealt with|addressed|located|documented|written|introduced)(?: (?:on|in|"
    rf"at))?\s*\??$|"
    rf"\b(?:is|are|was|were) (?:it|that|this|there)?\s*(?:on|in)?\s*\??$|\b(?:in|on|among) (?:the|these|my|our|this|"
    rf"any) "
    rf"{_SLIDE}\s*\??$|\b(?:on|in)\s*\??$",
    re.I,
)
NEAR, CLEAR = 0.5, 0.08  # cosine: a slide that means what is sought, and its lead over the next one
TITLED = 0.99  # of the words sought: a title that has them all
NAMED = 0.35  # cosine that is enough where the deck is named
LINES = 60  # lines of a slide that are compared by meaning
LOOKED_AT = 4
ALL = 6  # slides that are listed


def where(desk: Desk, ask: Ask) -> Reply | None:
    """The slide or deck that a question seeks; None when nothing on the slides is near."""
    bare = sought(ask)
    sheets = desk.found(bare.text)
    if SEVERAL.search(ask.text):
        each = _every(bare, sheets)
        if each:
            return replies.together(each)
    titled = _titled(bare, sheets)
    reply = titled or quoting.quoted(bare, sheets, desk.embed)
    if reply is None or not reply.shown or reply.closest or reply.declined:
        reply = _meant(desk, bare, sheets) or reply
    if reply is None or not reply.shown:
        return None
    deck, number = reply.shown[0]
    sheet = next((one for one in sheets if (one.deck, one.slide.number) == (deck, number)), None)
    return _said(ask, sheet, reply) if sheet is not None else None


def sought(ask: Ask) -> Ask:
    """What is to be found, without the words that ask for a slide; the name of a deck is kept, behind it."""
    text, own = ask.text, ""
    for frame in _FRAMES:
        match = frame.match(text)
        if match:
            own = (match.groupdict().get("own") or own).strip()
            text = text[match.end() :]
    text = _TAIL.sub(" ", text.strip(" ,"))
    text = re.sub(rf"\b(?:on |in )?(?:which|what) {_SLIDE}\b|\b{_SLIDE}(?: numbers?)?\b", " ", text, flags=re.I)
    bare = " ".join(f"{text.strip(' ?.,')} {own}".split())
    return Ask(ask.asked, bare or ask.text, (), ask.compares)


def _every(bare: Ask, sheets: Sequence[Sheet]) -> list[Reply]:
    """Every slide that has all the words sought."""
    held = [sheet for sheet in sheets if all(lexis.meets(word, lexis.bag(sheet.told.text)) for word in bare.hard)]
    found = []
    for sheet in held[:ALL]:
        reply = _titled(bare, [sheet]) or quoting.quoted(bare, [sheet], None)
        if reply is not None:
            found.append(replace(_said(bare, sheet, reply), closest=False))
    return found


def _titled(bare: Ask, sheets: Sequence[Sheet]) -> Reply | None:
    """The slide whose title says what is sought."""
    for sheet in sheets:
        title = lexis.bag(sheet.title)
        words = [word for word in bare.words if not lexis.meets(word, sheet.deck_words)]
        if words and sheet.title and all(lexis.meets(word, title) for word in words):
            evidence = Evidence()
            line = next((one for one in sheet.lines if one.kind == "title"), None)
            mark = evidence.line(sheet, line) if line else evidence.cite(sheet, sheet.title, "title")
            return replies.of([(speech.ended(sheet.title), (mark,))], evidence, sheets=(sheet,))
    return None


def _meant(desk: Desk, bare: Ask, sheets: Sequence[Sheet]) -> Reply | None:
    """The slide that means what is sought, though it says it in other words: the nearest, and clearly so.

    In a deck that is named, it is enough to be the best by the search and by the meaning.
    """
    if desk.embed is None:
        return None
    near = [sheet for sheet in sheets[:LOOKED_AT] if all(lexis.is_there(name, sheet.words) for name in bare.names)]
    ranked = _by_meaning(desk.embed, bare, near)
    if not ranked:
        return None
    cosine, sheet, line = ranked[0]
    ahead = cosine - (ranked[1][0] if len(ranked) > 1 else 0.0)
    missing = [word for word in bare.hard if not lexis.meets(word, sheet.words)]
    named = any(lexis.meets(word, sheet.deck_words) for word in bare.words) and sheet is sheets[0]
    if not (cosine >= NEAR and (ahead >= CLEAR or len(missing) < 2)) and not (named and cosine >= NAMED):
        return None
    evidence = Evidence()
    mark = evidence.line(sheet, line)
    return replies.of([(speech.ended(line.text), (mark,))], evidence, sheets=(sheet,), sure=cosine)


def _by_meaning(embed: Embed, bare: Ask, sheets: Sequence[Sheet]) -> list[tuple[float, Sheet, Line]]:
    """The best line of each slide with its cosine, best first; the name of the deck is left out of the question."""
    items = [(sheet, line) for sheet in sheets for line in sheet.lines[:LINES] if line.kind != "footer"]
    if not items:
        return []
    own = [word for word in bare.text.split() if not set(lexis.content(word)) & sheets[0].deck_words]
    vectors = embed.embed([" ".join(own) or bare.text, *(_in_context(sheet, line) for sheet, line in items)])
    best: dict[int, tuple[float, Sheet, Line]] = {}
    for (sheet, line), cosine in zip(items, (float(value) for value in vectors[1:] @ vectors[0]), strict=True):
        if id(sheet) not in best or cosine > best[id(sheet)][0]:
            best[id(sheet)] = (cosine, sheet, line)
    return sorted(best.values(), key=lambda item: -item[0])


def _in_context(sheet: Sheet, line: Line) -> str:
    return ": ".join(dict.fromkeys(part[:200] for part in (sheet.title, *line.above[-1:], line.text) if part))


def _said(ask: Ask, sheet: Sheet, reply: Reply) -> Reply:
    """The slide by number, title and deck, then the words that stand there."""
    lead = f"{speech.where(sheet)}:"
    if _DECK.search(ask.text):
        title = f" (“{sheet.title}”)" if sheet.title else ""
        lead = f"In {sheet.deck_name}{_title_of(sheet)}, slide {sheet.slide.number}{title}:"
    said = (replace(reply.said[0], text=f"{lead[0].upper()}{lead[1:]} {reply.said[0].text}"), *reply.said[1:2])
    shown = ((sheet.deck, sheet.slide.number), *(one for one in reply.shown if one != (sheet.deck, sheet.slide.number)))
    return replace(reply, said=said[:1] if SEVERAL.search(ask.asked) else said, shown=shown)


def _title_of(sheet: Sheet) -> str:
    shown = sheet.deck_title and sheet.deck_title not in sheet.deck_name
    return f" (“{sheet.deck_title}”)" if shown else ""
