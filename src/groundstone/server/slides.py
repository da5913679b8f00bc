"""The native API of slides: decks in, progress, pictures, search, questions, exchange with other installations."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Sequence
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import quote

import anyio
from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response

from groundstone.errors import NotFound
from groundstone.identity import Principal
from groundstone.server import auth, bodies, errors
from groundstone.server import slide_bodies as forms
from groundstone.server.native import ERRORS, STREAM, Caller, platform
from groundstone.server.stream import Events, model_work, wants_events, work
from groundstone.slides import as_json

if TYPE_CHECKING:
    from groundstone.documents.decks.base import Deck, Drawing
    from groundstone.slides.arrivals import Arrived
    from groundstone.slides.base import DeckInfo
    from groundstone.slides.service import Slides

LOOK_EVERY = 0.2  # seconds between two looks at what is being read
ALIVE_EVERY = 15.0  # seconds without news after which a stream says that it is still there
PNG, JSON = "image/png", "application/json"
PRIVATE = {"cache-control": "private, no-store"}
PICTURE: dict[int | str, dict[str, Any]] = {200: {"content": {PNG: {"schema": {"type": "string"}}}}}
FILE: dict[int | str, dict[str, Any]] = {200: {"content": {"*/*": {"schema": {}}}, "description": "the deck"}}
DOCUMENTS: dict[int | str, dict[str, Any]] = {200: {"content": {JSON: {"schema": {"type": "array", "items": {}}}}}}
EVENTS: dict[int | str, dict[str, Any]] = {200: {"content": {"text/event-stream": {}}}}
Number = Annotated[int, Path(ge=1, le=100_000)]
Ids = Annotated[Sequence[str], Query(max_length=1000)]
Width = Annotated[int, Query(ge=50, le=2560)]

router = APIRouter(prefix="/api/slides", responses=ERRORS)


@router.get("/decks", response_model=forms.DecksBody)
async def decks(request: Request, caller: Caller) -> Any:
    """The decks of the caller's tenant, newest first."""
    slides = await _slides(request)
    listed = [as_json.info_json(one) for one in await work(request, slides.decks, caller)]
    room = await work(request, slides.room, caller)
    return {"decks": listed, "room": room, "problems": dict(slides.problems(caller))}


@router.post("/decks", response_model=forms.DeckBody, status_code=202, openapi_extra=forms.SENT)
async def add(request: Request, caller: Caller) -> Any:
    """Add a deck (PPTX, ODP, PDF, pictures) and begin to read it; a newer one of the same name replaces it."""
    name, data = await forms.deck_form(request)
    return as_json.info_json(await model_work(request, (await _slides(request)).add, caller, name, data))


@router.post("/samples", response_model=forms.AddedBody, status_code=202)
async def samples(request: Request, caller: Caller) -> Any:
    """Add the sample decks."""
    added = await model_work(request, (await _slides(request)).add_samples, caller)
    return {"decks": [as_json.info_json(one) for one in added]}


@router.get("/decks/{id}", response_model=forms.DeckBody)
async def deck(request: Request, caller: Caller, id: str, wait: Annotated[float, Query(ge=0, le=60)] = 0.0) -> Any:
    """A deck and how far its reading is; with ``wait`` once that has ended, or after that many seconds."""
    slides = await _slides(request)
    with anyio.move_on_after(wait):
        while (await work(request, slides.info, caller, id)).state == "reading":
            await anyio.sleep(LOOK_EVERY)
    return as_json.info_json(await work(request, slides.info, caller, id))


@router.delete("/decks/{id}", status_code=204)
async def delete(request: Request, caller: Caller, id: str) -> None:
    """Delete a deck for certain, with all that was made of it."""
    await work(request, (await _slides(request)).delete, caller, id)


@router.post("/decks/{id}/retry", response_model=forms.DeckBody)
async def retry(request: Request, caller: Caller, id: str) -> Any:
    """Read a deck again."""
    return as_json.info_json(await work(request, (await _slides(request)).retry, caller, id))


@router.get("/decks/{id}/file", response_class=Response, responses=FILE)
async def file(request: Request, caller: Caller, id: str) -> Response:
    """A deck as it came."""
    data, info = await work(request, (await _slides(request)).original, caller, id)
    headers = {**PRIVATE, "content-disposition": f"attachment; filename*=utf-8''{quote(info.name, safe='')}"}
    return Response(data, media_type=info.media_type or "application/octet-stream", headers=headers)


@router.get("/decks/{id}/slides", response_model=forms.SlidesBody)
async def slides_of(request: Request, caller: Caller, id: str) -> Any:
    """What stands on the slides of a deck that are read so far."""
    found = await _deck(request, caller, id)
    return {"slides": await work(request, lambda: [as_json.slide_json(one) for one in found.slides]) if found else []}


@router.get("/decks/{id}/slides/{number}.png", response_class=Response, responses=PICTURE)
async def picture(request: Request, caller: Caller, id: str, number: Number, width: Width = 1280) -> Response:
    """A slide as a picture; the header x-groundstone-drawing tells how it was made."""
    drawing = await _drawing(request, caller, id, number, width)
    headers = {**PRIVATE, "x-groundstone-drawing": drawing.how}
    return Response(drawing.png, media_type=PNG, headers=headers)


@router.get("/decks/{id}/slides/{number}", response_model=forms.SlideBody)
async def slide(request: Request, caller: Caller, id: str, number: Number) -> Any:
    """What stands on one slide, element by element, with places."""
    found = await _deck(request, caller, id)
    one = found.slide(number) if found else None
    if one is None:
        raise NotFound(f"slide {number} is not there, or not read yet")
    return as_json.slide_json(one)


@router.get("/decks/{id}/slides/{number}/drawing", response_model=forms.DrawingBody)
async def drawing(request: Request, caller: Caller, id: str, number: Number, width: Width = 1280) -> Any:
    """How the picture of a slide is made, and its size."""
    found = await _drawing(request, caller, id, number, width)
    return {"how": found.how, "width": found.width, "height": found.height}


@router.get("/progress", response_class=Response, responses=EVENTS)
async def progress(request: Request, caller: Caller, follow: bool = False) -> Any:
    """Events: ``deck`` at first and at every change of one, ``gone``, and ``done`` once none is being read."""
    return Events(_news(request, await _slides(request), caller, follow))


@router.post("/search", response_model=forms.FoundSlides)
async def search(request: Request, caller: Caller, wanted: forms.SearchSlides) -> Any:
    """Find slides for a text."""
    return await model_work(request, _found, await _slides(request), caller, wanted)


@router.post("/ask", response_model=forms.SlideAnswerBody, responses=STREAM)
async def ask(request: Request, caller: Caller, asked: forms.AskSlides) -> Any:
    """Ask decks: an answer with citations and places. As events: ``understood``, ``slides``, ``citations``,
    ``sentence``, ..., ``workings``, ``done``.
    """
    slides = await _slides(request)
    if wants_events(request):
        return Events(_told(request, slides, caller, asked))
    return await model_work(request, _answered, slides, caller, asked)


@router.get("/export", response_class=Response, responses=DOCUMENTS)
async def export(request: Request, caller: Caller, deck: Ids = (), way: forms.Way | None = None) -> Response:
    """The slides of decks, or of all, as JSON documents: image_path, metadata, vector_embedding."""
    documents = await work(request, (await _slides(request)).export, caller, deck, way or "")
    headers = {**PRIVATE, "content-disposition": 'attachment; filename="slides.json"'}
    return Response(json.dumps(documents, ensure_ascii=False), media_type=JSON, headers=headers)


@router.post("/import", response_model=forms.AddedBody, status_code=202, openapi_extra=forms.IMPORTED)
async def import_documents(request: Request, caller: Caller) -> Any:
    """Take slides as JSON documents, as another installation exported them; one deck for each file named there."""
    data = await request.body()
    added = await model_work(request, (await _slides(request)).import_documents, caller, data)
    return {"decks": [as_json.info_json(one) for one in added]}


@router.post("/events", response_model=forms.ArrivedSlides, status_code=202)
async def event(request: Request, caller: Caller, message: bodies.Json, response: Response) -> Any:
    """Do what a message of S3 (alone, or of SQS, SNS, EventBridge) says: decks were put into a bucket, or removed."""
    auth.need_admin(platform(request), caller, "An event makes the server read buckets; it")
    arrived = await model_work(request, (await _slides(request)).arrived, caller, message)
    if any(one.error is not None and errors.status_of(one.error) in (409, 429, 503) for one in arrived):
        response.status_code = 503
    return {"documents": [_arrived(one) for one in arrived]}


async def _slides(request: Request) -> Slides:
    """The shelf, at work: what was added before may still have to be read."""
    found = await work(request, lambda: platform(request).slides)
    await work(request, found.start)
    return found


async def _deck(request: Request, caller: Principal, id: str) -> Deck | None:
    """What is read of a deck; None before the first slide. Raises NotFound for no such deck."""
    slides = await _slides(request)
    await work(request, slides.info, caller, id)
    try:
        return await work(request, slides.deck, caller, id)
    except NotFound:
        return None


async def _drawing(request: Request, caller: Principal, id: str, number: int, width: int) -> Drawing:
    return await model_work(request, (await _slides(request)).picture, caller, id, number, width)


async def _news(
    request: Request, slides: Slides, caller: Principal, follow: bool
) -> AsyncGenerator[tuple[str, Any], None]:
    known: dict[str, DeckInfo] = {}
    quiet = 0.0
    while True:
        found = {info.id: info for info in await work(request, slides.decks, caller)}
        news = [("deck", as_json.info_json(info)) for id, info in found.items() if known.get(id) != info]
        news += [("gone", {"id": id}) for id in known.keys() - found.keys()]
        for one in news:
            yield one
        known, quiet = found, 0.0 if news else quiet + LOOK_EVERY
        if not follow and all(info.state != "reading" for info in found.values()):
            yield "done", {}
            return
        if quiet >= ALIVE_EVERY:
            yield "alive", {}
            quiet = 0.0
        await anyio.sleep(LOOK_EVERY)


async def _told(
    request: Request, slides: Slides, caller: Principal, asked: forms.AskSlides
) -> AsyncGenerator[tuple[str, Any], None]:
    for one in forms.events(await model_work(request, _answered, slides, caller, asked)):
        yield one


def _answered(slides: Slides, caller: Principal, asked: forms.AskSlides) -> dict[str, Any]:
    found = slides.ask(caller, asked.question, asked.turns(), decks=asked.decks, way=asked.way or "")
    return as_json.answer_json(found, slides.opened(caller, {one.deck for one in found.slides}))


def _found(slides: Slides, caller: Principal, wanted: forms.SearchSlides) -> dict[str, Any]:
    hits = slides.search(caller, wanted.text, decks=wanted.decks, way=wanted.way or "", limit=wanted.limit)
    decks = slides.opened(caller, {one.deck for one in hits})
    return {"slides": [as_json.read_json(one, decks) for one in hits]}


def _arrived(one: Arrived) -> dict[str, Any]:
    error = errors.described(one.error) if one.error is not None else None
    return {
        "uri": one.uri,
        "deck": as_json.info_json(one.deck) if one.deck else None,
        "removed": one.removed,
        "error": error,
    }
