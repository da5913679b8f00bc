"""Asks decks a file of questions in each way of finding slides, and says how often the right one was found and told.

    report = evaluate({"together": one, "described": other}, ask, load_questions(path))
    print(report.table())

``shelves``: for each way to compare, the decks as that way searches them. ``ask(shelf, question, history)`` gives the
answer; it is called from one thread, one question after another.

What is measured: the right deck and slide among the first 1, 3 and 5 of a search; the slide that the answer cites
first; whether the answer says what it should; what it declines; whether every quote stands on its slide word by word.
An answer that only shows the closest passages counts as declined, for questions with and without an answer alike.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path, PurePath
from time import perf_counter

from groundstone.errors import GroundstoneError, InvalidInput
from groundstone.slides.base import DeckInfo, Shelf, SlideAnswer, SlideHit, Turn
from groundstone.slides.figures import LIMIT, Outcome, Report
from groundstone.slides.matching import says_all
from groundstone.slides.question_file import SlideQuestion, load_questions

__all__ = ["Ask", "Outcome", "Report", "SlideQuestion", "evaluate", "load_questions"]

Ask = Callable[[Shelf, str, Sequence[Turn]], SlideAnswer]
_FORMATS = {"presentation": "pptx", "opendocument": "odp", "pdf": "pdf", "image": "pictures", "zip": "pictures"}


def evaluate(
    shelves: Mapping[str, Shelf],
    ask: Ask,
    questions: Sequence[SlideQuestion],
    *,
    kept: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Report:
    """Every question in every way. ``progress(done, all)`` is called after each of them; ``stop`` ends early.

    ``kept``: a file to which each outcome is added at once; what stands there already is not asked again, so that a
    run that was stopped goes on. Questions to a deck that is not on the shelf are left out and counted.
    Raises InvalidInput without questions or ways, when none of the decks asked for is there, and for a damaged file.
    """
    if not shelves or not questions:
        raise InvalidInput("nothing to evaluate: give at least one way and one question")
    known = _kept(kept) if kept else {}
    outcomes: list[Outcome] = []
    left_out = {one.id for one in questions if not _there(next(iter(shelves.values())), one)}
    if len(left_out) == len(questions):
        named = ", ".join(sorted({one.deck for one in questions})[:3])
        raise InvalidInput(f"none of the questions is about a deck that is here ({named}): add the decks first")
    asked = [one for one in questions if one.id not in left_out]
    for way, shelf in shelves.items():
        for question in asked:
            if stop and stop():
                return Report(tuple(outcomes), len(left_out), stopped=True)
            outcome = known.get((way, _digest(question))) or _keep(kept, _outcome(way, shelf, ask, question))
            outcomes.append(outcome)
            if progress:
                progress(len(outcomes), len(asked) * len(shelves))
    return Report(tuple(outcomes), len(left_out))


def _outcome(way: str, shelf: Shelf, ask: Ask, question: SlideQuestion) -> Outcome:
    """One question in one way. An error of the kind that is raised on purpose is an outcome too."""
    info = _deck(shelf, question.deck)
    plain = Outcome(way, question.id, _digest(question), question.kind, _format(info), question.deck, question.absent)
    try:
        history = _history(shelf, ask, question.after)
        began = perf_counter()
        answer = ask(shelf, question.question, history)
        seconds = perf_counter() - began
        hits = shelf.search(answer.understood or question.question, limit=LIMIT)
        return _judged(plain, question, info, shelf, answer, hits, seconds)
    except GroundstoneError as error:
        return plain.replaced(error=f"{error.code}: {error}")


def _judged(
    plain: Outcome,
    question: SlideQuestion,
    info: DeckInfo | None,
    shelf: Shelf,
    answer: SlideAnswer,
    hits: Sequence[SlideHit],
    seconds: float,
) -> Outcome:
    declined = answer.declined or answer.closest
    quotes = " ".join(one.quote for one in answer.citations)
    cited = [(one.deck, one.slide) for one in answer.citations]
    right = _places(question, info)
    return plain.replaced(
        declined=declined,
        known=bool(question.wanted),
        contained=not declined and says_all(_words(answer), question.wanted),
        quoted=not declined and says_all(f"{_words(answer)} {quotes}", question.wanted),
        shown=says_all(f"{_words(answer)} {quotes}", question.wanted),
        deck_rank=_rank([one.deck for one in hits], {info.id} if info and not question.absent else set()),
        rank=_rank([(one.deck, one.slide) for one in hits], right),
        placed=bool(right),
        cited_right=bool(cited) and cited[0] in right,
        cites=len(cited),
        cites_verbatim=sum(_verbatim(shelf, one.deck, one.slide, one.quote) for one in answer.citations),
        cites_on_slide=sum(place in right for place in cited) if right else 0,
        words=len(answer.text.split()),
        said=answer.text,
        seconds=seconds,
    )


def _words(answer: SlideAnswer) -> str:
    """What an answer says: its sentences and its calculations."""
    return "\n".join((answer.text, *answer.workings))


def _places(question: SlideQuestion, info: DeckInfo | None) -> set[tuple[str, int]]:
    return {(info.id, number) for number in question.slides} if info else set()


def _rank(found: Sequence[object], right: Collection[object]) -> int:
    """Place, from 1, of the first that is right; 0 for none. What stands there twice counts once."""
    return next((at for at, one in enumerate(dict.fromkeys(found), 1) if one in right), 0)


def _verbatim(shelf: Shelf, deck: str, number: int, quote: str) -> bool:
    from groundstone.documents.decks.told import told

    slide = shelf.deck(deck).slide(number)
    return slide is not None and bool(quote) and quote in told(slide).text


def _history(shelf: Shelf, ask: Ask, earlier: Sequence[str]) -> list[Turn]:
    """The turns that the earlier questions of a conversation make."""
    from groundstone.slides.service import turn_of

    turns: list[Turn] = []
    for text in earlier:
        turns.append(turn_of(ask(shelf, text, tuple(turns))))
    return turns


def _there(shelf: Shelf, question: SlideQuestion) -> bool:
    """Whether a question can be asked: it names no deck, or one that is on the shelf, or is about none."""
    return question.absent or not question.deck or _deck(shelf, question.deck) is not None


def _deck(shelf: Shelf, name: str) -> DeckInfo | None:
    """The deck of an id, a name with or without its ending, or a title."""
    wanted = name.strip().casefold()
    if not wanted:
        return None
    for said in (_id, _name, _stem, _title):
        for info in shelf.decks():
            if said(info) == wanted:
                return info
    return None


def _id(info: DeckInfo) -> str:
    return info.id.casefold()


def _name(info: DeckInfo) -> str:
    return info.name.casefold()


def _stem(info: DeckInfo) -> str:
    return PurePath(info.name).stem.casefold()


def _title(info: DeckInfo) -> str:
    return info.title.strip().casefold()


def _format(info: DeckInfo | None) -> str:
    if info is None:
        return ""
    return next((name for part, name in _FORMATS.items() if part in info.media_type), "other")


def _kept(path: Path) -> dict[tuple[str, str], Outcome]:
    """The outcomes of an earlier run; a last line that was cut off by a crash is asked again."""
    if not path.exists():
        return {}
    whole = path.read_bytes()
    whole = whole[: whole.rfind(b"\n") + 1]
    path.write_bytes(whole)
    try:
        found = [Outcome(**json.loads(line)) for line in whole.decode("utf-8").splitlines()]
    except (ValueError, TypeError) as error:
        raise InvalidInput(
            f"{path} does not hold outcomes of an evaluation ({error}): delete it to begin anew"
        ) from error
    return {(one.way, one.asked): one for one in found}


def _digest(question: SlideQuestion) -> str:
    """Another one as soon as anything of the question changes: then it is asked again."""
    return sha256(repr(question).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _keep(path: Path | None, outcome: Outcome) -> Outcome:
    if path is not None:
        with path.open("ab") as file:
            file.write(json.dumps(asdict(outcome), ensure_ascii=False).encode("utf-8", "replace") + b"\n")
    return outcome
