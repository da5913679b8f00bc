"""Questions about decks as such: which there are, how long, what titles, who made them, what they say in short."""

from __future__ import annotations

import re
from collections.abc import Sequence

from groundstone.filters import fold
from groundstone.slides import contents, lexis, speech
from groundstone.slides import reply as replies
from groundstone.slides.asks import Ask
from groundstone.slides.base import DeckInfo
from groundstone.slides.desk import Desk
from groundstone.slides.kinds import Kind
from groundstone.slides.reply import Reply
from groundstone.slides.seen import Sheet

FEW = 3  # decks that are summed up or listed one after the other
_ALL = re.compile(r"\b(?:decks|presentations|files|each|every|all)\b")


def about(desk: Desk, ask: Ask, kind: Kind, question: str) -> Reply | None:
    """The answer to a question about decks; None when what it asks for stands on slides after all.

    ``question``: as it was asked, with the name of the deck.
    """
    likely = [] if kind == "decks" else desk.likely(question)
    infos = likely or desk.focus()
    match kind:
        case "decks":
            return replies.plain(contents.deck_list(infos))
        case "count":
            return _count(infos)
        case "having":
            return _having(desk, ask, infos)
        case "titles":
            return _agenda(desk, infos[0]) if "agenda" in ask.folded else contents.titles(desk.sheets(infos[0].id))
        case "made":
            return _made(desk, ask, infos, bool(likely))
        case "summary":
            return _summary(desk, ask, question, infos)
    return None


def _count(infos: Sequence[DeckInfo]) -> Reply:
    each = [f"{info.name} has {info.slides} {'slide' if info.slides == 1 else 'slides'}" for info in infos[:20]]
    return replies.plain(f"{speech.joined(each)}.")


def _having(desk: Desk, ask: Ask, infos: Sequence[DeckInfo]) -> Reply | None:
    """ "How many charts does the deck have?", "Which slides have a table?": counted over the elements of each slide."""
    kinds = next((kinds for pattern, kinds in contents.KINDS if pattern.search(ask.text)), ())
    kinds = ("notes",) if not kinds and re.search(r"\bnotes?\b", ask.folded) else kinds[:1]
    if not kinds:
        return None
    found = []
    for info in infos[:20]:
        held = [(sheet, _elements(sheet, kinds[0])) for sheet in desk.sheets(info.id)]
        held = [(sheet, count) for sheet, count in held if count]
        total = sum(count for _, count in held)
        name = kinds[0] if total == 1 or kinds[0] == "notes" else f"{kinds[0]}s"
        where = f", on {_numbers([sheet for sheet, _ in held])}" if held else ""
        many = "notes" if kinds[0] == "notes" and held else f"{total} {name}" if total else f"no {name}"
        found.append((f"{info.name} has {many}{where}.", held))
    shown = tuple((sheet.deck, sheet.slide.number) for _, held in found for sheet, _ in held)
    reply = replies.together([replies.plain(text) for text, _ in found])
    return Reply(reply.said, shown=shown[:8])


def _elements(sheet: Sheet, kind: str) -> int:
    return sum(element.kind == kind for element in sheet.slide.elements)


def _numbers(sheets: Sequence[Sheet]) -> str:
    numbers = [str(sheet.slide.number) for sheet in sheets]
    return f"{'slide' if len(numbers) == 1 else 'slides'} {speech.joined(numbers)}"


def _made(desk: Desk, ask: Ask, infos: Sequence[DeckInfo], named: bool) -> Reply:
    """Who made a deck: as its file says, and its first slide; the deck that the question is about in front."""
    found = [sheet.deck for sheet in desk.found(ask.text)[:1]] if len(infos) > 1 and not named else []
    chosen = [info for info in infos if info.id in found] or infos[:5]
    made = [replies.plain(contents.made_by(desk.shelf.deck(info.id), info)) for info in chosen]
    first = [sheet for info in chosen if (sheet := desk.sheet(info.id, 1)) is not None]
    return replies.together([*(reply for sheet in first if (reply := contents.opening(sheet))), *made])


def _summary(desk: Desk, ask: Ask, question: str, infos: Sequence[DeckInfo]) -> Reply | None:
    """A deck in short: the one that is named, shown last, or the only one; few of them one after the other.

    None for a question about more than the deck: "a summary of the risks".
    """
    words = [word for word in lexis.content(question) if word not in _DECK_WORDS]
    rest = [word for word in words if not lexis.meets(word, desk.called(infos[0]))] if infos else words
    if not infos or len(rest) > 1:
        return None
    several = bool(_ALL.search(ask.folded)) and len(infos) <= FEW and not words
    return replies.together([contents.summary(desk.sheets(info.id)) for info in (infos if several else infos[:1])])


_DECK_WORDS = frozenset(
    lexis.root(word)
    for word in "summary overview gist nutshell takeaway takeaways message messages key whole entire content contents "
    "main point points idea ideas short brief briefly sum tldr topic topics cover covered covers conclusion summarize "
    "summarise purpose talk report review handbook document lecture pitch deck presentation".split()
)


def _agenda(desk: Desk, info: DeckInfo) -> Reply:
    sheets = desk.sheets(info.id)
    for sheet in sheets:
        if re.search(r"\b(?:agenda|contents|outline|overview)\b", fold(sheet.title)):
            return contents.slide(sheet)
    return contents.titles(sheets)
