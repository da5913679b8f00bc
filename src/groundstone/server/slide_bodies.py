"""What the API of slides takes and gives. Places are fractions of a slide's width and height, from its top left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from fastapi import Request
from pydantic import BaseModel, Field
from starlette.datastructures import UploadFile

from groundstone.documents.decks.pack import MAX_PICTURES
from groundstone.errors import InvalidInput
from groundstone.server import bodies
from groundstone.slides.base import Turn
from groundstone.slides.service import LONGEST_QUESTION, MOST_HITS, MOST_TURNS

DeckId = Annotated[str, Field(min_length=1, max_length=64)]
Decks = Annotated[list[DeckId], Field(default_factory=list, max_length=1000)]
Question = Annotated[str, Field(min_length=1, max_length=LONGEST_QUESTION)]
Way = Literal["together", "described"]


class ShownSlide(bodies.Request):
    deck: DeckId
    slide: int = Field(ge=1, le=100_000)


class TurnBody(bodies.Request):
    """One exchange of a conversation, as an answer gives it in ``turn``."""

    question: Question
    understood: str = Field("", max_length=2 * LONGEST_QUESTION)
    shown: list[ShownSlide] = Field(default_factory=list, max_length=100)

    def turn(self) -> Turn:
        shown = tuple((one.deck, one.slide) for one in self.shown)
        return Turn(self.question, self.understood or self.question, shown)


class AskSlides(bodies.Request):
    """``decks``: their ids; none for all. ``way``: how slides are found. ``history``: the turns so far, oldest first.

    Nothing of a conversation is kept here: whoever asks sends back the ``turn`` of each answer.
    """

    question: Question
    decks: Decks
    way: Way | None = None
    history: list[TurnBody] = Field(default_factory=list, max_length=4 * MOST_TURNS)

    def turns(self) -> list[Turn]:
        return [one.turn() for one in self.history]


class SearchSlides(bodies.Request):
    text: Question
    decks: Decks
    way: Way | None = None
    limit: int = Field(10, ge=1, le=MOST_HITS)


class BoxBody(BaseModel):
    left: float
    top: float
    width: float
    height: float


class DeckBody(BaseModel):
    """``state``: reading, ready, partial (some of it could not be read) or failed; ``problems`` say what and why.

    ``ready`` of ``slides`` can be asked. ``origin``: where it came from.
    """

    id: str
    name: str
    title: str
    media_type: str
    slides: int
    ready: int
    state: Literal["reading", "ready", "partial", "failed"]
    origin: str
    added: str
    problems: list[str]


class DecksBody(BaseModel):
    """``room``: how many more may come. ``problems``: files of the watched folder that cannot be taken, and why."""

    decks: list[DeckBody]
    room: int
    problems: dict[str, str]


class AddedBody(BaseModel):
    decks: list[DeckBody]


class ParagraphBody(BaseModel):
    text: str
    level: int
    bullet: bool
    confidence: float
    box: BoxBody | None


class GridBody(BaseModel):
    rows: list[list[str]]
    header_rows: int
    header_columns: int
    boxes: list[list[BoxBody]]


class SeriesBody(BaseModel):
    name: str
    values: list[float | None]
    format: str


class ChartBody(BaseModel):
    kind: str
    title: str
    categories: list[str]
    series: list[SeriesBody]
    category_axis: str
    value_axis: str


class ElementBody(BaseModel):
    """``source``: native (the file's own words), ocr, or described (by a model that sees)."""

    number: int
    kind: str
    source: str
    text: str
    alt: str
    name: str
    group: list[str]
    box: BoxBody | None
    paragraphs: list[ParagraphBody]
    grid: GridBody | None
    chart: ChartBody | None


class SlideBody(BaseModel):
    """``text`` is what every quote is a part of."""

    number: int
    title: str
    hidden: bool
    text: str
    problems: list[str]
    elements: list[ElementBody]


class SlidesBody(BaseModel):
    slides: list[SlideBody]


class DrawingBody(BaseModel):
    """``how``: pdf, picture, libreoffice, or sketch for a drawing of the layout that is not the slide itself."""

    how: str
    width: int
    height: int


class SlideFound(BaseModel):
    """``score`` from 0 to 1, comparable within one search. ``reasons``: why it ranks there."""

    deck: str
    deck_name: str
    slide: int
    slide_title: str
    score: float
    reasons: dict[str, float]


class SlideRead(SlideFound):
    text: str


class FoundSlides(BaseModel):
    slides: list[SlideRead]


class SlideCitationBody(BaseModel):
    """``quote`` stands in the text of the slide word for word, at ``boxes`` on it."""

    deck: str
    deck_name: str
    slide: int
    slide_title: str
    quote: str
    kind: str
    boxes: list[BoxBody]


class SaidBody(BaseModel):
    """``citations``: indexes, from 0. ``supported`` false: worded by a model, and not borne out by the slide."""

    text: str
    citations: list[int]
    supported: bool


class TurnGiven(BaseModel):
    question: str
    understood: str
    shown: list[ShownSlide]


class SlideAnswerBody(BaseModel):
    """``workings``: each calculation in full. ``declined``: the decks do not say it. ``closest``: what comes nearest.

    ``turn`` goes into the ``history`` of the next question of a conversation.
    """

    question: str
    understood: str
    text: str
    said: list[SaidBody]
    citations: list[SlideCitationBody]
    workings: list[str]
    slides: list[SlideFound]
    declined: bool
    closest: bool
    model: str
    turn: TurnGiven


class ErrorBody(BaseModel):
    code: str
    message: str


class ArrivedBody(BaseModel):
    uri: str
    deck: DeckBody | None
    removed: bool
    error: ErrorBody | None


class ArrivedSlides(BaseModel):
    documents: list[ArrivedBody]


# -- forms ---------------------------------------------------------------------------------------------------

_FORM = {
    "type": "object",
    "required": ["file"],
    "properties": {
        "file": {
            "type": "array",
            "items": {"type": "string", "format": "binary"},
            "description": "one deck, or several pictures that are one deck together",
        },
        "name": {"type": "string", "description": "of the deck, instead of the name of its file"},
    },
}
SENT: dict[str, Any] = {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": _FORM}}}}
_LIST = {"type": "array", "items": {"type": "object"}}
IMPORTED: dict[str, Any] = {"requestBody": {"required": True, "content": {"application/json": {"schema": _LIST}}}}
PICTURES = "pictures"  # the name of a deck of pictures when nobody gave one


async def deck_form(request: Request) -> tuple[str, bytes | list[tuple[str, bytes]]]:
    """The name of a deck and its bytes, or the names and bytes of its pictures. Raises InvalidInput."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "multipart/form-data":
        raise InvalidInput("a deck comes as multipart/form-data, in the member 'file'")
    async with request.form(max_files=MAX_PICTURES, max_fields=1) as form:
        for member, value in form.multi_items():
            if member not in ("file", "name") or (member == "file") != isinstance(value, UploadFile):
                raise InvalidInput(f"{member[:60]}: a form has files 'file' and the plain member name")
        files = [one for one in form.getlist("file") if isinstance(one, UploadFile)]
        if not files:
            raise InvalidInput("file: a deck is needed here")
        name = str(form.get("name") or "")
        if len(files) == 1:
            return name or files[0].filename or "deck", await files[0].read()
        return name or PICTURES, [(one.filename or "picture", await one.read()) for one in files]


# -- what is given -------------------------------------------------------------------------------------------


def events(answer: Mapping[str, Any]) -> Sequence[tuple[str, Any]]:
    """An answer in parts, in the order in which a page shows them; the last has it as a whole."""
    sentences = [("sentence", one) for one in answer["said"]]
    return [
        ("understood", {name: answer[name] for name in ("understood", "declined", "closest", "model")}),
        ("slides", {"slides": answer["slides"]}),
        ("citations", {"citations": answer["citations"]}),
        *sentences,
        ("workings", {"workings": answer["workings"]}),
        ("done", {"answer": answer}),
    ]
