"""From a question to an answer: complete it, find slides, say what stands on them. The one place that answers."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from groundstone.errors import InvalidQuestion
from groundstone.models.base import Chat, Embed
from groundstone.questions.words import MAX_CHARACTERS
from groundstone.slides import (
    asks,
    beside,
    carried,
    changed,
    contents,
    either,
    elements,
    follow,
    lexis,
    numbered,
    quoting,
    reading,
    sides,
    solve,
    speech,
    where,
    wholes,
)  # fmt: skip
from groundstone.slides import reply as replies
from groundstone.slides.asks import Ask
from groundstone.slides.base import Shelf, SlideAnswer, SlideHit, Turn
from groundstone.slides.desk import Desk
from groundstone.slides.ground import Ground
from groundstone.slides.kinds import kind_of, named_decks, small_talk, without_decks
from groundstone.slides.reply import Reply
from groundstone.slides.seen import Sheet

_AS_TO = re.compile(r"\bwhen it comes to\b|\bas far as\b|\bin terms of\b", re.I)  # adds nothing up
Picture = Callable[[str, int], bytes]  # deck and slide to PNG


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
    desk = Desk(shelf, tuple(decks), tuple(history), embed)
    understood, whole = _understood(desk, checked)
    model = ""
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


def _understood(desk: Desk, question: str) -> tuple[str, Reply]:
    """How a question is understood, and its answer: the first of its readings that the slides answer."""
    if follow.where_is_that(question, desk.history):
        return question, _where_last(desk)
    ground = Ground(desk, lambda text: _whole(desk.afresh(), text, text))
    if desk.history and not small_talk(question):
        built = _carried(question, ground)
        if built is not None:
            asked = [ground.asked(place) for place in range(-min(2, len(desk.history)), 0)]
            return f"{question.rstrip('?. ')}: {' / '.join(asked)}", built
    first: tuple[str, Reply] | None = None
    for meant in follow.readings(question, ground):
        own = desk.led(ground.deck.id) if meant.bound and ground.deck else desk
        found = meant.reply or _set_against(own, meant.text) or _whole(own, question, meant.text)
        if not found.declined and not found.closest and (not meant.text.endswith(")") or _speaks_of(question, found)):
            return meant.text, found
        first = first or (meant.text, found)
    assert first is not None  # there is a reading always
    return first


def _speaks_of(question: str, reply: Reply) -> bool:
    """Whether an answer has a word of a question whose subject was only guessed at."""
    words = [word for word in asks.read(question).words if word not in lexis.SOFT]
    said = lexis.bag(" ".join((*(one.text for one in reply.said), *(one.slide_title for one in reply.citations))))
    return not words or any(lexis.meets(word, said) for word in words)


def _carried(question: str, ground: Ground) -> Reply | None:
    """What is made of the answers before; None for a question that asks the slides."""
    if follow.asks_why(question):
        return carried.reason(ground)
    return carried.calculated(question, ground)


def _set_against(desk: Desk, text: str) -> Reply | None:
    """The answers to two questions that a follow-up sets against each other, with what lies between them."""
    if not text.startswith(changed.AGAINST):
        return None
    asked = [f"{part}?" for part in text.removeprefix(changed.AGAINST).split(" | ")]
    one, other = (_whole(desk, part, part) for part in asked)
    if one.declined or other.declined or one.closest or other.closest:
        return None
    return carried.between(desk, one, other) or replies.together([one, other])


def _whole(desk: Desk, question: str, understood: str) -> Reply:
    talk = small_talk(question)
    if talk:
        return replace(replies.plain(talk), sure=0.0)
    if not desk.infos():
        return replies.declined("There are no decks to ask yet. Add one first.")
    parts = asks.parts(understood)
    made = [_part(desk, part, question) for part in parts]
    kept = [reply for reply in made if not reply.declined]
    return replies.together(kept if kept and _same_matter(parts) else made)


def _same_matter(parts: Sequence[str]) -> bool:
    """Whether the questions of one message turn on the same thing, so that one answer serves them all."""
    first = set(asks.read(parts[0]).words)
    return all(len(first & set(asks.read(part).words)) * 2 >= len(set(asks.read(part).words)) for part in parts[1:])


def _where_last(desk: Desk) -> Reply:
    """On which slide the last answer stands."""
    sheets = [desk.sheet(deck, number) for deck, number in desk.history[-1].shown[:2]]
    names = [speech.where(sheet) for sheet in sheets if sheet is not None]
    if not names:
        return replies.declined("The deck of the last answer is not here any more.")
    return replace(replies.plain(f"On {names[0]}."), shown=desk.history[-1].shown[:1])


def _part(desk: Desk, question: str, asked: str) -> Reply:
    """One question of a message."""
    infos = desk.infos()
    narrowed = replace(desk, decks=named_decks(question, infos) or desk.decks)
    ask = asks.read(without_decks(question, infos) or question)
    near = follow.relative(asked, desk.history)
    if near is not None and not ask.slides:
        sheet = desk.sheet(*near)
        if sheet is None:
            return replies.declined(f"There is no slide {near[1]} in that deck.")
        bare = Ask(ask.asked, follow.NEXT.sub(" ", ask.text), (near[1],))
        return _readable(numbered.on_slides(desk, bare, [sheet]))
    if ask.slides:
        return _readable(numbered.numbered(narrowed, ask, question))
    kind = kind_of(ask)
    if kind == "where":
        return where.where(narrowed, ask) or _no(narrowed, narrowed.found(ask.text))
    reply = wholes.about(narrowed, ask, kind, question) if kind is not None else None
    return reply if reply is not None else _readable(_content(narrowed, ask))


def _readable(reply: Reply) -> Reply:
    """A reply that a model may put into its own words, unless it was calculated."""
    return replace(reply, readable=bool(reply.shown) and not reply.workings)


def _content(desk: Desk, ask: Ask) -> Reply:
    """A question about what stands on the slides."""
    sheets = desk.found(ask.text)
    kind = kind_of(ask)
    if kind == "notes":
        noted = [sheet for sheet in sheets if any(line.kind == "notes" for line in sheet.lines)]
        found = _noted(ask, noted, desk.embed)
        if found is not None:
            return found
    if kind == "elements" and elements.ASKED.search(ask.text):
        shown = elements.about(ask, sheets if set(ask.words) - elements.WORDS - elements.CHART_KINDS else _all(desk))
        if shown is not None:
            return shown
    compared = _compared(desk, ask, sheets) if sides.compares(ask) else None
    if compared is not None:
        return compared
    said = _said(desk, ask, sheets)
    if said is not None and sides.compares(ask) and not beside.speaks_of_both(ask, said):
        said = replace(said, closest=True)
    if said is None or said.closest:
        found = either.either(desk, ask, lambda part: _said(desk, part, desk.found(part.text)))
        said = found or said
    return said or _no(desk, sheets)


def _said(desk: Desk, ask: Ask, sheets: Sequence[Sheet]) -> Reply | None:
    """What some slides say; only near to what was asked where it lacks the measure that was."""
    reply = _found(desk, ask, sheets)
    return replace(reply, closest=True) if reply is not None and _lacks_measure(ask, reply) else reply


def _found(desk: Desk, ask: Ask, sheets: Sequence[Sheet]) -> Reply | None:
    """By numbers and cells where they answer, otherwise in the words of the slides."""
    solved = solve.solved(ask, sheets, desk.embed)
    if solved is not None and not _is_share_of_count(ask, solved):
        return solved
    reply = quoting.quoted(ask, sheets, desk.embed)
    return replace(reply, closest=True) if reply is not None and _lacks_calculation(ask, reply) else reply


def _is_share_of_count(ask: Ask, reply: Reply) -> bool:
    """Whether things were to be counted, and a cell tells only a percentage."""
    counted = re.search(r"\bhow many (?!per ?cent)", ask.folded)
    return bool(counted) and not reply.workings and all(_SHARE.search(one.text) for one in reply.said)


_SHARE = re.compile(r":[^:\d]*[\d.,]+\s?%\W*$")


def _lacks_measure(ask: Ask, reply: Reply) -> bool:
    """Whether an age or a weight was asked for, and what was found has none."""
    wanted = [told for asked, told in _MEASURES if asked.search(ask.folded)]
    return any(not told.search(" ".join(one.text for one in reply.said)) for told in wanted)


_MEASURES = (
    (re.compile(r"\bhow old\b"), re.compile(r"\b(?:old|aged?|born|years?|founded|built|since|established|(?:19|"
                                            r"20)\d\d)\b", re.I)),
    (re.compile(r"\bweigh\w*|\bhow heavy\b"), re.compile(r"\d\s?(?:kg|g|t|tons?|tonnes?|lbs?|pounds?)\b|\b(?:mass|"
                                                         r"weight|weigh\w*)\b", re.I)),
)  # fmt: skip


def _compared(desk: Desk, ask: Ask, sheets: Sequence[Sheet]) -> Reply | None:
    """Two things, decks or slides side by side; one number where one is asked for."""

    def say(part: Ask, among: Sequence[Sheet]) -> Reply | None:
        return _said(desk, part, desk.found(part.text) or among)

    decks = beside.decks(desk, ask, _said)
    if decks is not None:
        return decks
    ask = replace(ask, text=_AS_TO.sub("regarding", ask.text))
    if sides.calculates(ask) or (sides.may_calculate(ask) and not beside.rich(ask, sheets)):
        solved = solve.solved(ask, sheets, desk.embed)
        if solved is not None:
            return solved
    return beside.compared(ask, sheets, desk.embed, say)


def _lacks_calculation(ask: Ask, reply: Reply) -> bool:
    """Whether a number was to be calculated, and the words quoted do not say it as one: "total", "grew by"."""
    if ask.operation not in ("difference", "ratio", "percent", "sum", "average", "share"):
        return False
    text = " ".join(one.text for one in reply.said)
    if ask.operation in ("percent", "share") and "%" in text:
        return False
    said = lexis.bag(text)
    return not (set(ask.order) & asks.CALLED & said)


def _all(desk: Desk) -> list[Sheet]:
    """The slides of the deck that was shown last, or of the only one."""
    infos = desk.focus()
    return desk.sheets(infos[0].id) if len(infos) == 1 or desk.history else []


def _noted(ask: Ask, sheets: Sequence[Sheet], embed: Embed | None) -> Reply | None:
    """The notes of the slide that the question is about."""
    best = quoting.quoted(ask, sheets, embed)
    if best is None or not best.shown:
        return None
    return contents.notes([sheet for sheet in sheets if (sheet.deck, sheet.slide.number) == best.shown[0]])


def _no(desk: Desk, sheets: Sequence[Sheet]) -> Reply:
    name = "the deck" if len(desk.infos()) == 1 else "the decks"
    text = f"I did not find the answer to this question in {name}."
    return replace(replies.declined(text), shown=tuple((sheet.deck, sheet.slide.number) for sheet in sheets[:3]))


def _read(desk: Desk, question: str, whole: Reply, chat: Chat, picture: Picture | None) -> tuple[Reply, str]:
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
