"""Decks, slides and answers as JSON, the same on every wire. Places are fractions of a slide, from its top left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from groundstone.documents.decks.told import told
from groundstone.slides.service import turn_of

if TYPE_CHECKING:
    from groundstone.documents.decks.base import Deck, Element, Slide
    from groundstone.records import Box
    from groundstone.slides.base import DeckInfo, SlideAnswer, SlideHit

Json = dict[str, Any]
Decks = Mapping[str, "Deck"]  # by id


def info_json(info: DeckInfo) -> Json:
    return {**asdict(info), "problems": list(info.problems)}


def slide_json(slide: Slide) -> Json:
    """A slide with its text, of which every quote is a part, and its elements."""
    return {
        "number": slide.number,
        "title": slide.title,
        "hidden": slide.hidden,
        "text": told(slide).text,
        "problems": list(slide.problems),
        "elements": [_element(element) for element in slide.elements],
    }


def hit_json(hit: SlideHit, decks: Decks) -> Json:
    """A slide that was found. ``decks`` are those that are known still."""
    deck = decks.get(hit.deck)
    slide = deck.slide(hit.slide) if deck else None
    return {
        "deck": hit.deck,
        "deck_name": deck.name if deck else "",
        "slide": hit.slide,
        "slide_title": slide.title if slide else "",
        "score": hit.score,
        "reasons": dict(hit.reasons),
    }


def read_json(hit: SlideHit, decks: Decks) -> Json:
    """A slide that was found, with its text."""
    slide = decks[hit.deck].slide(hit.slide) if hit.deck in decks else None
    return {**hit_json(hit, decks), "text": told(slide).text if slide else ""}


def answer_json(answer: SlideAnswer, decks: Decks) -> Json:
    """An answer; its ``turn`` goes into the history of the next question."""
    turn = turn_of(answer)
    return {
        "question": answer.question,
        "understood": answer.understood,
        "text": answer.text,
        "said": [{**asdict(one), "citations": list(one.citations)} for one in answer.said],
        "citations": [{**asdict(one), "boxes": [box_json(box) for box in one.boxes]} for one in answer.citations],
        "workings": list(answer.workings),
        "slides": [hit_json(hit, decks) for hit in answer.slides],
        "declined": answer.declined,
        "closest": answer.closest,
        "model": answer.model,
        "turn": {
            "question": turn.question,
            "understood": turn.understood,
            "shown": [{"deck": deck, "slide": number} for deck, number in turn.shown],
        },
    }


def box_json(box: Box) -> dict[str, float]:
    return {"left": box.left, "top": box.top, "width": box.width, "height": box.height}


def _element(element: Element) -> Json:
    grid = element.grid
    paragraphs = [{**asdict(one), "box": _box(one.box)} for one in element.paragraphs]
    return {
        **{name: getattr(element, name) for name in ("number", "kind", "source", "text", "alt", "name")},
        "group": list(element.group),
        "box": _box(element.box),
        "paragraphs": paragraphs,
        "grid": {**asdict(grid), "boxes": [[box_json(box) for box in row] for row in grid.boxes]} if grid else None,
        "chart": asdict(element.chart) if element.chart else None,
    }


def _box(box: Box | None) -> dict[str, float] | None:
    return box_json(box) if box else None
