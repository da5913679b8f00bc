"""Decks of slides for assistants that speak the Model Context Protocol: four tools."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

from mcp.server.mcpserver import Context
from pydantic import BaseModel, Field

from groundstone.errors import NotFound
from groundstone.identity import Principal
from groundstone.server import slide_bodies as forms
from groundstone.slides import as_json
from groundstone.slides.service import MOST_HITS

if TYPE_CHECKING:
    from groundstone.platform import Platform
    from groundstone.slides.service import Slides

Ids = Annotated[list[forms.DeckId], Field(max_length=1000, description="Ids from list_decks; none for all decks.")]
Deck = Annotated[str, Field(min_length=1, max_length=64, description="An id from list_decks.")]


class DeckEntry(BaseModel):
    """``state``: reading, ready, partial or failed. ``ready`` of ``slides`` can be asked."""

    id: str
    name: str
    title: str
    slides: int
    ready: int
    state: str
    problems: list[str]


class DeckList(BaseModel):
    decks: list[DeckEntry]


class SlideText(BaseModel):
    """``text`` is what every quote of the slide is a part of."""

    deck: str
    number: int
    title: str
    hidden: bool
    text: str
    problems: list[str]


class OfferedDecks:
    """What an assistant may ask of decks. Docstrings and descriptions here are what its model reads."""

    def __init__(self, platform: Platform, caller: Callable[[Context], Principal]) -> None:
        self._platform, self._caller = platform, caller

    def list_decks(self, context: Context) -> DeckList:
        """The decks of slides there are: name, title, number of slides, and whether they are read."""
        found = [as_json.info_json(one) for one in self._slides().decks(self._caller(context))]
        return DeckList(decks=[DeckEntry.model_validate(one) for one in found])

    def search_slides(
        self,
        context: Context,
        text: forms.Question,
        decks: Ids = [],  # noqa: B006 - read, never changed; the schema shows it
        limit: Annotated[int, Field(ge=1, le=MOST_HITS)] = 5,
    ) -> forms.FoundSlides:
        """Find slides by meaning and by words together, best first, each with its text."""
        slides, caller = self._slides(), self._caller(context)
        hits = slides.search(caller, text, decks=decks, limit=limit)
        opened = slides.opened(caller, {one.deck for one in hits})
        return forms.FoundSlides(slides=[forms.SlideRead(**as_json.read_json(one, opened)) for one in hits])

    def ask_decks(
        self,
        context: Context,
        question: forms.Question,
        decks: Ids = [],  # noqa: B006
        history: Annotated[
            list[forms.TurnBody],
            Field(max_length=20, description="The `turn` of each earlier answer, so that follow-ups are understood."),
        ] = [],  # noqa: B006
    ) -> forms.SlideAnswerBody:
        """Answer a question from slides, with quotes and their places; numbers are calculated and the working shown."""
        slides, caller = self._slides(), self._caller(context)
        found = slides.ask(caller, question, [one.turn() for one in history], decks=decks)
        opened = slides.opened(caller, {one.deck for one in found.slides})
        return forms.SlideAnswerBody.model_validate(as_json.answer_json(found, opened))

    def read_slide(
        self,
        context: Context,
        deck: Deck,
        number: Annotated[int, Field(ge=1, le=100_000, description="From 1.")],
    ) -> SlideText:
        """Read all that stands on one slide: titles, bullets, tables, charts, notes, words in pictures."""
        found = self._slides().deck(self._caller(context), deck).slide(number)
        if found is None:
            raise NotFound(f"slide {number} is not there, or not read yet")
        told: dict[str, Any] = as_json.slide_json(found)
        return SlideText(deck=deck, **{name: told[name] for name in SlideText.model_fields if name != "deck"})

    def _slides(self) -> Slides:
        found = self._platform.slides
        found.start(watch=False)
        return found
