"""Questions that name slides by number, or by their place: what stands there, or what it says to a question."""

from __future__ import annotations

from dataclasses import replace

from groundstone.slides import compare, contents, elements, lexis, quoting, solve, speech
from groundstone.slides import reply as replies
from groundstone.slides.asks import Ask
from groundstone.slides.desk import Desk
from groundstone.slides.kinds import kind_of
from groundstone.slides.reply import Reply
from groundstone.slides.seen import Sheet

MOST = 4  # slides that are looked at


def numbered(desk: Desk, ask: Ask, question: str) -> Reply:
    """A question that names slides by number."""
    infos = desk.likely(question) or desk.focus()
    sheets: list[Sheet] = []
    for number in ask.slides[:MOST]:
        held = [sheet for info in infos if (sheet := desk.sheet(info.id, number)) is not None]
        sheets.extend(held[:1])
    if len(sheets) < len(ask.slides[:MOST]):
        counts = speech.joined([f"{info.name} has {info.slides} slides" for info in infos[:3]])
        missing = [str(number) for number in ask.slides if number not in {sheet.slide.number for sheet in sheets}]
        if not sheets:
            return replies.declined(f"There is no slide {speech.joined(missing, 'or')}: {counts}.")
    return on_slides(desk, ask, sheets)


def on_slides(desk: Desk, ask: Ask, sheets: list[Sheet]) -> Reply:
    """What these slides say to a question; all that stands on them when nothing else is asked."""
    kind = kind_of(ask)
    if len(sheets) >= 2 and (ask.operation in (None, "difference") or kind == "compare") and not _names(ask, sheets):
        solved = solve.solved(ask, sheets, desk.embed) if _own(ask, sheets) else None
        return solved or compare.slides(sheets)
    first = sheets[0]
    if kind == "title":
        return replies.together([contents.title(sheet) for sheet in sheets])
    if kind == "notes":
        found = contents.notes(sheets)
        return found or replies.declined(f"Slide {first.slide.number} has no notes.")
    if kind == "elements" and not [word for word in _own(ask, sheets) if word not in elements.WORDS]:
        return elements.of(ask, sheets)
    words = [word for word in _own(ask, sheets) if word not in elements.WORDS]
    if kind in ("slide", "summary") or not words:
        return replies.together([contents.slide(sheet) for sheet in sheets])
    reply = solve.solved(ask, sheets, desk.embed) or quoting.quoted(ask, sheets, desk.embed)
    if reply is not None:
        return reply
    if kind == "elements":
        return elements.of(ask, sheets)
    return replace(
        replies.declined(f"Slide {first.slide.number} of {first.deck_name} does not say that."),
        shown=((first.deck, first.slide.number),),
    )


def _own(ask: Ask, sheets: list[Sheet]) -> list[str]:
    """The words of a question that say in what respect, without those that name the deck."""
    words = [word for word in ask.words if not all(lexis.meets(word, sheet.deck_words) for sheet in sheets)]
    return [word for word in words if word not in _DOCUMENTS]


_DOCUMENTS = frozenset(
    lexis.root(word) for word in "review report handbook plan talk document lecture paper consultation pitch".split()
)


def _names(ask: Ask, sheets: list[Sheet]) -> frozenset[str]:
    """The names of a question that are not those of the decks asked."""
    return frozenset(word for word in ask.names if not all(lexis.is_there(word, sheet.deck_words) for sheet in sheets))
