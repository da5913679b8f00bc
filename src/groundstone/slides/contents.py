"""Questions about decks and slides themselves: how many, which, titles, what stands on slide 5, who made it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from groundstone.documents.decks.base import Deck
from groundstone.records import Box
from groundstone.slides import reply as replies
from groundstone.slides import speech
from groundstone.slides.base import DeckInfo
from groundstone.slides.evidence import Evidence
from groundstone.slides.reply import Reply
from groundstone.slides.seen import Line, Sheet

TITLES = 60  # titles that are listed
POINTS = 8  # lines that sum a slide up
SUMMED = 12  # slides that sum a deck up


def titles(sheets: Sequence[Sheet]) -> Reply:
    """Every slide of a deck by number and title."""
    evidence = Evidence()
    said = []
    for sheet in sheets[:TITLES]:
        title = sheet.title or "without a title"
        marks = (evidence.cite(sheet, sheet.title, "title", _title_boxes(sheet)),) if sheet.title else ()
        said.append((f"{sheet.slide.number}. {title}", marks))
    if len(sheets) > TITLES:
        said.append((f"and {len(sheets) - TITLES} more.", ()))
    return replies.of(said, evidence, sheets=sheets[:1])


def _title_boxes(sheet: Sheet) -> Sequence[Box]:
    return next((line.boxes for line in sheet.lines if line.kind == "title"), ())


def title(sheet: Sheet) -> Reply:
    evidence = Evidence()
    if not sheet.title:
        return replies.plain(f"Slide {sheet.slide.number} of {sheet.deck_name} has no title.")
    mark = evidence.cite(sheet, sheet.title, "title", _title_boxes(sheet))
    return replies.of([(f"Slide {sheet.slide.number} is titled “{sheet.title}”.", (mark,))], evidence, sheets=(sheet,))


def slide(sheet: Sheet) -> Reply:
    """What stands on a slide: its title and main lines, what tables, charts and pictures it has, its notes."""
    evidence = Evidence()
    main = [line for line in sheet.lines if line.kind not in ("footer", "notes", "title") and not _is_cell(line)]
    outer = [line for line in main if not line.above] or main
    said: list[tuple[str, Sequence[int]]] = []
    if sheet.title:
        mark = evidence.cite(sheet, sheet.title, "title", _title_boxes(sheet))
        said.append((f"Slide {sheet.slide.number}, “{sheet.title}”.", (mark,)))
    lines = main if len(main) <= POINTS else outer
    lines = [line for line in lines if line.text != sheet.title]
    if lines:
        marks = [evidence.line(sheet, line) for line in lines[:POINTS]]
        said.append((speech.ended("; ".join(line.text.rstrip(".;,") for line in lines[:POINTS])), marks))
    for matrix in sheet.matrices[:3]:
        rows = [line for line in sheet.lines if line.element == matrix.element]
        marks = [evidence.line(sheet, line) for line in rows[:6]]
        said.append((speech.ended(_of_matrix(rows)), marks))
    notes = [line for line in sheet.lines if line.kind == "notes"]
    if notes:
        said.append((speech.ended(f"Notes: {notes[0].text}"), (evidence.line(sheet, notes[0]),)))
    if not said:
        return replies.plain(f"Slide {sheet.slide.number} of {sheet.deck_name} has no words.")
    return replies.of(said, evidence, sheets=(sheet,))


def _is_cell(line: Line) -> bool:
    return line.kind in ("table", "chart")


def _of_matrix(rows: Sequence[Line]) -> str:
    kind = rows[0].kind if rows else "table"
    texts = "; ".join(line.text for line in rows[:6])
    more = f"; and {len(rows) - 6} more rows" if len(rows) > 6 else ""
    return f"{kind.capitalize()}: {texts}{more}"


def notes(sheets: Sequence[Sheet]) -> Reply | None:
    """What the notes of these slides say."""
    evidence = Evidence()
    said: list[tuple[str, Sequence[int]]] = []
    for sheet in sheets:
        for line in sheet.lines:
            if line.kind == "notes" and len(said) < POINTS:
                said.append((speech.ended(line.text), (evidence.line(sheet, line),)))
    return replies.of(said, evidence, sheets=sheets[:1]) if said else None


def elements(sheet: Sheet, kinds: Sequence[str]) -> Reply | None:
    """What the charts, tables, diagrams or pictures of a slide say."""
    evidence = Evidence()
    said: list[tuple[str, Sequence[int]]] = []
    for number in dict.fromkeys(line.element for line in sheet.lines if line.kind in kinds):
        lines = [line for line in sheet.lines if line.element == number]
        marks = [evidence.line(sheet, line) for line in lines[:20]]
        said.append((speech.ended("; ".join(line.text for line in lines[:20])), marks))
    return replies.of(said, evidence, sheets=(sheet,)) if said else None


def summary(sheets: Sequence[Sheet]) -> Reply:
    """A deck by its titles, each with its first words."""
    evidence, said = Evidence(), []
    step = max(1, -(-len(sheets) // SUMMED))
    for sheet in sheets[::step]:
        first = next(
            (line for line in sheet.lines if line.kind in ("text", "subtitle", "diagram") and line.text != sheet.title),
            None,
        )
        marks = [evidence.cite(sheet, sheet.title, "title", _title_boxes(sheet))] if sheet.title else []
        if first is not None:
            marks.append(evidence.line(sheet, first))
        words = ": ".join(part for part in (sheet.title, first.text if first else "") if part)
        if words:
            said.append((speech.ended(f"{sheet.slide.number}. {words}"), marks))
    return replies.of(said, evidence, sheets=sheets[:1]) if said else replies.plain("The deck has no words.")


_BY = re.compile(r"\b(?:by|dr|prof|presented|prepared|author|speaker)\b", re.I)
_PERSON = re.compile(
    r"[A-Z][\w’'\-]+(?:\s+(?:de|van|von|der|den|di|da|la|el|bin|al))*(?:\s+[A-Z][\w’'\-]+){1,2}(?:,\s.{3,60})?$"
)


def opening(sheet: Sheet) -> Reply | None:
    """The line of a first slide that says who speaks."""
    evidence = Evidence()
    own = [line for line in sheet.lines if line.kind not in ("title", "notes", "footer")]
    lines = [line for line in own if _BY.search(line.text)]
    lines = lines or [line for line in own if _PERSON.match(line.text) and "," in line.text]
    said = [(speech.ended(line.text), (evidence.line(sheet, line),)) for line in lines[:2]]
    return replies.of(said, evidence, sheets=(sheet,)) if said else None


def made_by(deck: Deck, info: DeckInfo | None) -> str:
    """Who made a deck and when, as its file says."""
    known = dict(deck.properties)
    author = known.get("author") or known.get("creator") or known.get("last_modified_by") or ""
    date = known.get("created") or known.get("date") or known.get("modified") or ""
    name = info.name if info else deck.name
    found = [f"its author is {author}" if author else "", f"it was made on {date[:10]}" if date else ""]
    said = " and ".join(part for part in found if part)
    return f"{name}: {said}." if said else f"The file of {name} does not say who made it or when."


def deck_list(infos: Sequence[DeckInfo]) -> str:
    if not infos:
        return "There are no decks here yet. Add one first."
    names = [
        f"{info.name}{f' (“{info.title}”)' if info.title and info.title != info.name else ''}" for info in infos[:30]
    ]
    more = f" and {len(infos) - 30} more" if len(infos) > 30 else ""
    return f"There {'is' if len(infos) == 1 else 'are'} {len(infos)} {'deck' if len(infos) == 1 else 'decks'}: " + (
        f"{speech.joined(names)}{more}."
    )


KINDS = (
    (re.compile(r"\b(?:chart|graph|plot)s?\b", re.I), ("chart",)),
    (re.compile(r"\btables?\b", re.I), ("table",)),
    (re.compile(r"\b(?:diagram|smartart|flow ?chart)s?\b", re.I), ("diagram", "picture")),
    (re.compile(r"\b(?:picture|image|photo|photograph|screenshot|figure|illustration|drawing|logo)s?\b", re.I),
     ("picture", "diagram", "chart")),
)  # fmt: skip
