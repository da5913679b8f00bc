"""From a question to an answer: complete it, find slides, say what stands on them. The one place that answers."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from groundstone.errors import InvalidQuestion, NotFound
from groundstone.filters import fold
from groundstone.models.base import Chat, Embed
from groundstone.questions.words import MAX_CHARACTERS
from groundstone.slides import asks, compare, contents, follow, lexis, quoting, reading, seen, solve, speech
from groundstone.slides import reply as replies
from groundstone.slides.asks import Ask
from groundstone.slides.base import DeckInfo, Shelf, SlideAnswer, SlideHit, Turn
from groundstone.slides.kinds import Kind, kind_of, named_decks, small_talk, without_decks
from groundstone.slides.reply import Reply
from groundstone.slides.seen import Sheet

LOOKED_AT = 8  # slides that an answer is looked for on
Picture = Callable[[str, int], bytes]  # deck and slide to PNG


@dataclass(frozen=True)
class _Desk:
    """What one question is answered with."""

    shelf: Shelf
    decks: tuple[str, ...]
    history: tuple[Turn, ...]
    embed: Embed | None

    def info(self, id: str) -> DeckInfo | None:
        return next((info for info in self.shelf.decks() if info.id == id), None)

    def infos(self) -> list[DeckInfo]:
        return [info for info in self.shelf.decks() if not self.decks or info.id in self.decks]

    def sheets(self, id: str) -> list[Sheet]:
        """All slides of a deck."""
        deck, info = self.shelf.deck(id), self.info(id)
        return [seen.sheet(info, id, deck, slide, 1.0) for slide in deck.slides]

    def sheet(self, id: str, number: int) -> Sheet | None:
        deck = self.shelf.deck(id)
        number = deck.slide_count if number == -1 else number
        slide = deck.slide(number)
        return seen.sheet(self.info(id), id, deck, slide, 1.0) if slide else None

    def found(self, text: str) -> list[Sheet]:
        """The slides that the search finds, best first."""
        sheets = []
        for hit in self.shelf.search(text, decks=self.decks, limit=LOOKED_AT):
            try:
                deck = self.shelf.deck(hit.deck)
            except NotFound:  # removed while it was asked
                continue
            slide = deck.slide(hit.slide)
            if slide is not None:
                sheets.append(seen.sheet(self.info(hit.deck), hit.deck, deck, slide, hit.score))
        return sheets


def answer(
    shelf: Shelf,
    question: str,
    history: Sequence[Turn] = (),
    *,
    decks: Sequence[str] = (),
    embed: Embed | None = None,
    chat: Chat | None = None,
    picture: Picture | None = None,
) -> SlideAnswer:
    """What the decks of a shelf say to a question, cited; ``declined`` when they do not say it.

    Args:
        decks: ids of the decks to ask; all of the shelf without.
        embed: vectors by which lines are compared with the question; without, words alone decide.
        chat: a model that reads the slides that were found, with ``picture`` to show them to it. What it says is
            checked against the words on them, and stands before what is quoted from them, never instead of it.

    Raises InvalidQuestion for a question that is empty or too long, NotFound for an unknown deck in ``decks``.
    """
    checked = _checked(question)
    for id in decks:
        shelf.deck(id)
    leads_back = follow.where_is_that(checked, history)
    understood = checked if leads_back else follow.completed(checked, history)
    desk = _Desk(shelf, tuple(decks), tuple(history), embed)
    whole, model = _whole(desk, checked, understood), ""
    if chat is not None and whole.readable:
        whole, model = _read(desk, understood, whole, chat, picture)
    return _finished(checked, understood, whole, model)


def _checked(question: str) -> str:
    if len(question) > MAX_CHARACTERS:
        raise InvalidQuestion(f"the question has {len(question)} characters; at most {MAX_CHARACTERS} are read")
    bare = " ".join(question.split())
    if not any(map(str.isalnum, bare)):
        raise InvalidQuestion("the question is empty; ask something about the slides")
    return bare


def _whole(desk: _Desk, question: str, understood: str) -> Reply:
    talk = small_talk(question)
    if talk:
        return replace(replies.plain(talk), sure=0.0)
    if not desk.infos():
        return replies.declined("There are no decks to ask yet. Add one first.")
    if follow.where_is_that(question, desk.history):
        return _where_last(desk)
    parts = asks.parts(understood)
    made = [_part(desk, part, question) for part in parts]
    kept = [reply for reply in made if not reply.declined]
    return replies.together(kept if kept and _same_matter(parts) else made)


def _same_matter(parts: Sequence[str]) -> bool:
    """Whether the questions of one message turn on the same thing, so that one answer serves them all."""
    first = set(asks.read(parts[0]).words)
    return all(len(first & set(asks.read(part).words)) * 2 >= len(set(asks.read(part).words)) for part in parts[1:])


def _where_last(desk: _Desk) -> Reply:
    """On which slide the last answer stands."""
    sheets = [desk.sheet(deck, number) for deck, number in desk.history[-1].shown[:2]]
    names = [speech.where(sheet) for sheet in sheets if sheet is not None]
    if not names:
        return replies.declined("The deck of the last answer is not here any more.")
    return replace(replies.plain(f"On {names[0]}."), shown=desk.history[-1].shown[:1])


def _part(desk: _Desk, question: str, asked: str) -> Reply:
    """One question of a message."""
    infos = desk.infos()
    narrowed = replace(desk, decks=named_decks(question, infos) or desk.decks)
    ask = asks.read(without_decks(question, infos) or question)
    near = follow.relative(asked, desk.history)
    if near is not None and not ask.slides:
        sheet = desk.sheet(*near)
        if sheet is None:
            return replies.declined(f"There is no slide {near[1]} in that deck.")
        return _readable(_on_slides(desk, Ask(ask.asked, follow.NEXT.sub(" ", ask.text), (near[1],)), [sheet]))
    if ask.slides:
        return _readable(_numbered(narrowed, ask))
    kind = kind_of(ask)
    if kind is not None:
        reply = _about(narrowed, ask, kind)
        if reply is not None:
            return reply
    return _readable(_content(narrowed, ask))


def _readable(reply: Reply) -> Reply:
    """A reply that a model may put into its own words, unless it was calculated."""
    return replace(reply, readable=bool(reply.shown) and not reply.workings)


def _numbered(desk: _Desk, ask: Ask) -> Reply:
    """A question that names slides by number."""
    infos = _focus(desk)
    sheets: list[Sheet] = []
    for number in ask.slides[:4]:
        held = [sheet for info in infos if (sheet := desk.sheet(info.id, number)) is not None]
        sheets.extend(held[:1])
    if len(sheets) < len(ask.slides[:4]):
        counts = speech.joined([f"{info.name} has {info.slides} slides" for info in infos[:3]])
        missing = [str(number) for number in ask.slides if number not in {sheet.slide.number for sheet in sheets}]
        if not sheets:
            return replies.declined(f"There is no slide {speech.joined(missing, 'or')}: {counts}.")
    return _on_slides(desk, ask, sheets)


def _focus(desk: _Desk) -> list[DeckInfo]:
    """The decks asked, the one that was shown last in front."""
    last = desk.history[-1].shown[0][0] if desk.history and desk.history[-1].shown else ""
    return sorted(desk.infos(), key=lambda info: info.id != last)


def _on_slides(desk: _Desk, ask: Ask, sheets: list[Sheet]) -> Reply:
    """What these slides say to a question; all that stands on them when nothing else is asked."""
    kind = kind_of(ask)
    if len(sheets) >= 2 and (ask.operation in (None, "difference") or kind == "compare") and not ask.names:
        solved = solve.solved(ask, sheets) if len(ask.words) > 1 else None
        return solved or compare.slides(sheets)
    first = sheets[0]
    if kind == "title":
        return replies.together([contents.title(sheet) for sheet in sheets])
    if kind == "notes":
        found = contents.notes(sheets)
        return found or replies.declined(f"Slide {first.slide.number} has no notes.")
    if kind == "elements" and not [word for word in ask.words if word not in _ELEMENT_WORDS]:
        return _elements(ask, sheets)
    words = [word for word in ask.words if word not in _ELEMENT_WORDS]
    if kind in ("slide", "summary") or not words:
        return replies.together([contents.slide(sheet) for sheet in sheets])
    reply = solve.solved(ask, sheets) or quoting.quoted(ask, sheets, desk.embed)
    if reply is not None:
        return reply
    if kind == "elements":
        return _elements(ask, sheets)
    return replace(
        replies.declined(f"Slide {first.slide.number} of {first.deck_name} does not say that."),
        shown=((first.deck, first.slide.number),),
    )


_ELEMENT_WORDS = frozenset(
    lexis.root(word)
    for word in "chart graph plot table diagram picture image photo figure screenshot illustration".split()
)


def _elements(ask: Ask, sheets: Sequence[Sheet]) -> Reply:
    kinds = next(
        (kinds for pattern, kinds in contents.KINDS if pattern.search(ask.text)), ("chart", "table", "picture")
    )
    found = [reply for sheet in sheets if (reply := contents.elements(sheet, kinds)) is not None]
    if found:
        return replies.together(found)
    return replies.declined(f"Slide {sheets[0].slide.number} has no {kinds[0]} with words that can be read.")


def _about(desk: _Desk, ask: Ask, kind: Kind) -> Reply | None:
    """Questions about the decks themselves; None when what they ask for stands on slides after all."""
    infos = _focus(desk)
    match kind:
        case "decks":
            return replies.plain(contents.deck_list(infos))
        case "count":
            each = [f"{info.name} has {info.slides} {'slide' if info.slides == 1 else 'slides'}" for info in infos[:20]]
            return replies.plain(f"{speech.joined(each)}.")
        case "titles":
            return _agenda(desk, infos[0]) if "agenda" in ask.folded else contents.titles(desk.sheets(infos[0].id))
        case "made":
            return _made(desk, ask, infos)
        case "summary":
            return contents.summary(desk.sheets(infos[0].id)) if _only_deck(ask) else None
        case "where":
            return _where(desk, ask)
    return None


def _made(desk: _Desk, ask: Ask, infos: Sequence[DeckInfo]) -> Reply:
    """Who made a deck: as its file says, and its first slide; the deck that the question is about in front."""
    found = [sheet.deck for sheet in desk.found(ask.text)[:1]] if len(infos) > 1 else []
    chosen = [info for info in infos if info.id in found] or infos[:5]
    made = [replies.plain(contents.made_by(desk.shelf.deck(info.id), info)) for info in chosen]
    first = [sheet for info in chosen if (sheet := desk.sheet(info.id, 1)) is not None]
    return replies.together([*(reply for sheet in first if (reply := contents.opening(sheet))), *made])


def _only_deck(ask: Ask) -> bool:
    return len([word for word in ask.words if word not in _DECK_WORDS]) <= 1


_DECK_WORDS = frozenset(
    lexis.root(word) for word in "summary overview takeaway takeaways message key whole entire content".split()
)


def _agenda(desk: _Desk, info: DeckInfo) -> Reply:
    sheets = desk.sheets(info.id)
    for sheet in sheets:
        if re.search(r"\b(?:agenda|contents|outline|overview)\b", fold(sheet.title)):
            return contents.slide(sheet)
    return contents.titles(sheets)


def _where(desk: _Desk, ask: Ask) -> Reply:
    """On which slide, or in which deck, something stands."""
    bare = Ask(ask.asked, _BARE.sub(" ", ask.text))
    sheets = desk.found(bare.text)
    if _SEVERAL.search(ask.text):
        held = [sheet for sheet in sheets if all(lexis.meets(word, lexis.bag(sheet.told.text)) for word in bare.hard)]
        each = [_said_where(bare, sheet, reply) for sheet in held if (reply := quoting.quoted(bare, [sheet], None))]
        if each:
            return replies.together(each)
    reply = quoting.quoted(bare, sheets, desk.embed)
    if reply is None or not reply.shown:
        return _no(desk, sheets)
    deck, number = reply.shown[0]
    sheet = next(sheet for sheet in sheets if (sheet.deck, sheet.slide.number) == (deck, number))
    return _said_where(bare, sheet, reply)


def _said_where(ask: Ask, sheet: Sheet, reply: Reply) -> Reply:
    lead = f"{speech.where(sheet)}:"
    said = (replace(reply.said[0], text=f"{lead[0].upper()}{lead[1:]} {reply.said[0].text}"), *reply.said[1:2])
    return replace(reply, said=said[:1] if _SEVERAL.search(ask.asked) else said)


_SEVERAL = re.compile(r"\b(?:which|what) (?:slides|pages|decks|presentations|files)\b", re.I)
_BARE = re.compile(
    r"\b(?:on |in |at )?(?:which|what) (?:slide|page|deck|presentation|file)s?\b|\b(?:slide|deck|presentation)s?\b",
    re.I,
)


def _content(desk: _Desk, ask: Ask) -> Reply:
    """A question about what stands on the slides."""
    sheets = desk.found(ask.text)
    kind = kind_of(ask)
    if kind == "notes":
        noted = [sheet for sheet in sheets if any(line.kind == "notes" for line in sheet.lines)]
        found = _noted(ask, noted, desk.embed)
        if found is not None:
            return found
    if kind == "elements" and _ELEMENTS.search(ask.text):
        shown = _elements_about(ask, sheets if set(ask.words) - _ELEMENT_WORDS - _CHART_KINDS else _all(desk))
        if shown is not None:
            return shown
    solved = solve.solved(ask, sheets)
    if solved is not None:
        return solved
    reply = quoting.quoted(ask, sheets, desk.embed)
    if reply is None:
        return _no(desk, sheets)
    return replace(reply, closest=True) if _lacks_calculation(ask, reply) else reply


def _lacks_calculation(ask: Ask, reply: Reply) -> bool:
    """Whether a number was to be calculated, and the words quoted do not say it as one: "total", "grew by"."""
    if ask.operation not in ("difference", "ratio", "percent", "sum", "average", "share"):
        return False
    text = " ".join(one.text for one in reply.said)
    if ask.operation in ("percent", "share") and "%" in text:
        return False
    said = lexis.bag(text)
    return not (set(ask.order) & asks.CALLED & said)


def _all(desk: _Desk) -> list[Sheet]:
    """The slides of the deck that was shown last, or of the only one."""
    infos = _focus(desk)
    return desk.sheets(infos[0].id) if len(infos) == 1 or desk.history else []


_ELEMENTS = re.compile(
    r"\bwhat (?:does|do|is|can be seen|are)\b.*\b(?:show|shows|say|depict|illustrate|seen|in|on|about|contain)\b|"
    r"^\s*(?:describe|explain|read|list)\b",
    re.I,
)


def _elements_about(ask: Ask, sheets: Sequence[Sheet]) -> Reply | None:
    """What the chart, table or picture says that the question describes by the words on its slide."""
    kinds = next((kinds for pattern, kinds in contents.KINDS if pattern.search(ask.text)), ("chart",))
    words = [word for word in ask.words if word not in _ELEMENT_WORDS]
    if not set(words) - _CHART_KINDS:
        wanted = set(words) & _CHART_KINDS
        held = [sheet for sheet in sheets if _has(sheet, kinds, wanted)]
        return contents.elements(held[0], kinds) if held else None
    for sheet in sheets:
        own = " ".join(line.text for line in sheet.lines if line.kind in kinds)
        near = lexis.bag(f"{sheet.title} {sheet.deck_title} {own}")
        if words and all(lexis.meets(word, near) for word in words if word not in lexis.SOFT):
            return contents.elements(sheet, kinds)
    return None


_CHART_KINDS = frozenset("bar column line pie doughnut area scatter bubble radar".split())


def _has(sheet: Sheet, kinds: Sequence[str], wanted: set[str]) -> bool:
    """Whether a slide has such an element: a chart of the kind that the question names, if it names one."""
    charts = {element.chart.kind for element in sheet.slide.elements if element.chart is not None}
    return bool(charts & wanted) if wanted else any(line.kind in kinds for line in sheet.lines)


def _noted(ask: Ask, sheets: Sequence[Sheet], embed: Embed | None) -> Reply | None:
    """The notes of the slide that the question is about."""
    best = quoting.quoted(ask, sheets, embed)
    if best is None or not best.shown:
        return None
    return contents.notes([sheet for sheet in sheets if (sheet.deck, sheet.slide.number) == best.shown[0]])


def _no(desk: _Desk, sheets: Sequence[Sheet]) -> Reply:
    name = "the deck" if len(desk.infos()) == 1 else "the decks"
    text = f"I did not find the answer to this question in {name}."
    return replace(replies.declined(text), shown=tuple((sheet.deck, sheet.slide.number) for sheet in sheets[:3]))


def _read(desk: _Desk, question: str, whole: Reply, chat: Chat, picture: Picture | None) -> tuple[Reply, str]:
    """The model's answer from the slides that the quoted one speaks of, then from those that the search finds."""
    sheets = [sheet for deck, number in whole.shown[:1] if (sheet := desk.sheet(deck, number)) is not None]
    known = {(sheet.deck, sheet.slide.number) for sheet in sheets}
    sheets += [sheet for sheet in desk.found(question) if (sheet.deck, sheet.slide.number) not in known]
    return reading.read(question, whole, sheets, chat, picture)


def _finished(question: str, understood: str, whole: Reply, model: str) -> SlideAnswer:
    count = len(whole.shown)
    hits = tuple(SlideHit(deck, number, (count - place) / count) for place, (deck, number) in enumerate(whole.shown))
    return SlideAnswer(
        question, understood, whole.said, whole.citations, whole.workings, hits, whole.declined, whole.closest, model
    )
