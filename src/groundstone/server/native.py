"""The native API of knowledge bases: make, sync, search, ask, read."""

from __future__ import annotations

import math
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import asdict, is_dataclass
from typing import TYPE_CHECKING, Annotated, Any

import anyio
from anyio import from_thread, to_thread
from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from groundstone import filters
from groundstone.errors import ConfigError, InvalidInput
from groundstone.filters import Filter, Sort
from groundstone.identity import Principal
from groundstone.knowledge.answer import to_json, value_json
from groundstone.knowledge.spec import KnowledgeSpec
from groundstone.questions import query as queries
from groundstone.server import auth, bodies, errors, memory
from groundstone.server.stream import Events, model_work, pulled, wants_events, work

if TYPE_CHECKING:
    from groundstone.applications import App
    from groundstone.knowledge.base import How, KnowledgeBase
    from groundstone.platform import Platform
    from groundstone.records import Document, Hit

Caller = Annotated[Principal, Depends(auth.principal)]
ERRORS: dict[int | str, dict[str, Any]] = {
    "4XX": {"model": bodies.ErrorInfo},
    "5XX": {"model": bodies.ErrorInfo},
}
STREAM: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/event-stream": {}}, "description": "JSON, or events"}
}
PNG: dict[int | str, dict[str, Any]] = {
    200: {"content": {"image/png": {"schema": {"type": "string", "format": "binary"}}}, "description": "PNG"}
}
PRIVATE = {"cache-control": "private, no-store"}

router = APIRouter(prefix="/api", responses=ERRORS)


@router.get("/apps", response_model=list[bodies.AppInfo])
async def apps(request: Request, caller: Caller) -> Any:
    """The applications that ship with this installation."""
    return [app_info(app) for app in platform(request).apps()]


@router.get("/knowledge-bases", response_model=list[str])
async def knowledge_bases(request: Request, caller: Caller) -> Any:
    """Names of the knowledge bases that the caller may see."""
    return await work(request, platform(request).knowledge_bases, caller)


@router.post("/knowledge-bases", response_model=bodies.KnowledgeBaseInfo, status_code=201)
async def create(request: Request, caller: Caller, spec: bodies.Json) -> Any:
    """Make a knowledge base from a specification, in the form that GET shows. Sync it next."""
    auth.need_admin(platform(request), caller, "Making a knowledge base reads folders and buckets of the server; it")
    try:
        wanted = KnowledgeSpec.from_json(spec)
        auth.need_roots(platform(request), caller, (wanted.source, *wanted.sources))
        made = await work(request, platform(request).create, wanted, caller)
    except (ConfigError, TypeError, AttributeError, ValueError) as error:
        # Here the caller wrote what elsewhere stands in a file of ours.
        raise InvalidInput(f"the specification is not valid: {error}") from None
    return await work(request, info, made)


@router.get("/knowledge-bases/{name}", response_model=bodies.KnowledgeBaseInfo)
async def show(request: Request, caller: Caller, name: str) -> Any:
    """A knowledge base: its specification, and how much is in it."""
    return await work(request, info, await opened(request, name, caller))


@router.delete("/knowledge-bases/{name}", status_code=204)
async def delete(request: Request, caller: Caller, name: str) -> None:
    """Delete a knowledge base with its documents and all its versions."""
    await work(request, platform(request).delete, name, caller)


@router.post("/knowledge-bases/{name}/sync", response_model=dict[str, Any], responses=STREAM)
async def sync(request: Request, caller: Caller, name: str) -> Any:
    """Bring a knowledge base up to its source. As events: ``progress`` as it goes, then ``report``."""
    kb = await opened(request, name, caller)
    if wants_events(request):
        return Events(_sync_events(request, kb))
    return plain(await work(request, kb.sync))


@router.get("/knowledge-bases/{name}/versions", response_model=list[bodies.VersionInfo])
async def versions(request: Request, caller: Caller, name: str) -> Any:
    """The versions of a knowledge base."""
    kb = await opened(request, name, caller)
    return [asdict(version) for version in await work(request, kb.versions)]


@router.post("/knowledge-bases/{name}/rollback", response_model=bodies.VersionInfo)
async def rollback(request: Request, caller: Caller, name: str, wanted: bodies.RollbackRequest) -> Any:
    """Roll a knowledge base back: a new version whose content is that of an earlier one."""
    kb = await opened(request, name, caller)
    return asdict(await work(request, kb.rollback, wanted.version))


@router.post("/knowledge-bases/{name}/search", response_model=bodies.Passages)
async def search(request: Request, caller: Caller, name: str, wanted: bodies.SearchRequest) -> Any:
    """Search a knowledge base by meaning and by words together."""
    kb = await opened(request, name, caller)
    where, sort = _checked(kb, wanted)
    hits = await work(
        request,
        kb.search,
        wanted.text,
        where=where,
        sort=sort,
        limit=wanted.limit,
        offset=wanted.offset,
        min_score=wanted.min_score,
        explain=wanted.explain,
    )
    return {"hits": [passage(hit) for hit in hits]}


@router.post("/knowledge-bases/{name}/ask", response_model=bodies.AnswerInfo, responses=STREAM)
async def ask(request: Request, caller: Caller, name: str, asked: bodies.AskRequest) -> Any:
    """Ask a knowledge base: an answer with citations. As events: ``understood``, ``citations``, ``cards``,
    ``sentence``, ..., ``done``.
    """
    kb = await opened(request, name, caller)
    edited = queries.from_json(asked.query, kb.schema) if asked.query is not None else None
    thread = await work(request, memory.thread, platform(request), caller, asked.conversation_id, kb)
    how = _how(asked)
    if wants_events(request):
        stream = kb.stream(asked.question, history=thread.history, query=edited, **how)
        return Events(_answer_events(request, stream, thread, asked.question, edited is not None))
    answer = to_json(await work(request, kb.ask, asked.question, history=thread.history, query=edited, **how))
    return await work(request, thread.keep, asked.question, answer, edited is not None)


@router.get("/knowledge-bases/{name}/documents/{document:path}", response_model=bodies.DocumentInfo)
async def document(request: Request, caller: Caller, name: str, document: str) -> Any:
    """One document as it is stored: what every citation quotes from."""
    kb = await opened(request, name, caller)
    return document_info(await work(request, kb.document, document))


@router.get("/knowledge-bases/{name}/pages/{document:path}", response_class=Response, responses=PNG)
async def page_picture(
    request: Request,
    caller: Caller,
    name: str,
    document: str,
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
    width: Annotated[int, Query(ge=50, le=3000)] = 1000,
) -> Response:
    """A page, or slide, of a document as PNG, drawn from its file as the source has it now.

    The header ``x-groundstone-drawing`` says how: ``pdf``, ``picture``, ``libreoffice``, or ``sketch`` for our own
    drawing of a slide's layout.
    """
    kb = await opened(request, name, caller)
    drawn = await model_work(request, kb.picture, document, page, width)
    return Response(drawn.png, media_type="image/png", headers={**PRIVATE, "x-groundstone-drawing": drawn.how})


async def opened(request: Request, name: str, caller: Principal) -> KnowledgeBase:
    return await work(request, platform(request).kb, name, caller)


def platform(request: Request) -> Platform:
    found: Platform = request.app.state.platform
    return found


def info(kb: KnowledgeBase) -> dict[str, Any]:
    known = kb.versions()
    spec = kb.spec.to_json() | {"schema": kb.schema.to_json()}
    return {"name": kb.name, "spec": spec, "version": asdict(known[-1]) if known else None}


def app_info(app: App) -> dict[str, Any]:
    wanted = ("name", "title", "about", "welcome", "examples", "page", "knowledge_base")
    return {name: getattr(app, name) for name in wanted}


def passage(hit: Hit) -> dict[str, Any]:
    chunk, found = hit.chunk, hit.document
    return {
        "chunk_id": chunk.id,
        "document_id": found.id,
        "title": found.title,
        "text": chunk.text,
        "start": chunk.start,
        "end": chunk.end,
        "page": chunk.page,
        "heading": chunk.heading,
        "score": hit.score,
        "reasons": dict(hit.reasons),
        "fields": {name: value_json(value) for name, value in found.fields.items()},
        "source": found.source,
        "boxes": [asdict(box) for box in found.regions.boxes(chunk.start, chunk.end)],
        "page_noun": found.page_noun,
    }


def document_info(found: Document) -> dict[str, Any]:
    return {
        "id": found.id,
        "title": found.title,
        "text": found.text,
        "fields": {name: value_json(value) for name, value in found.fields.items()},
        "parts": [asdict(part) for part in found.parts],
        "source": found.source,
        "media_type": found.media_type,
        "page_noun": found.page_noun,
    }


def plain(value: Any) -> Any:
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else value


def _checked(kb: KnowledgeBase, wanted: bodies.SearchRequest) -> tuple[Filter | None, tuple[Sort, ...]]:
    where = filters.check(filters.from_json(wanted.where), kb.schema) if wanted.where is not None else None
    sort = tuple(Sort(item.field, item.descending) for item in wanted.sort)
    return where, filters.check_sort(sort, kb.schema)


def _how(asked: bodies.AskRequest) -> How:
    how: How = {"where": filters.from_json(asked.where)} if asked.where is not None else {}
    return how if asked.limit is None else {**how, "limit": asked.limit}


async def _answer_events(
    request: Request, stream: Any, thread: memory.Thread, question: str, edited: bool
) -> AsyncGenerator[tuple[str, Any], None]:
    async with aclosing(pulled(request, stream)) as events:
        async for event in events:
            data = event.data
            if event.kind == "done":
                data = {"answer": await work(request, thread.keep, question, data["answer"], edited)}
            yield event.kind, data


async def _sync_events(request: Request, kb: KnowledgeBase) -> AsyncGenerator[tuple[str, Any], None]:
    sender, receiver = anyio.create_memory_object_stream[tuple[str, Any]](math.inf)

    def report(step: Any) -> None:
        from_thread.run_sync(sender.send_nowait, ("progress", plain(step)))

    async def run() -> None:
        async with sender:
            try:
                done = await to_thread.run_sync(kb.sync, report, limiter=request.app.state.limiter)
            except Exception as error:
                await sender.send(("error", errors.described(error)))
            else:
                await sender.send(("report", plain(done)))

    async with anyio.create_task_group() as group, receiver:
        group.start_soon(run)
        async for event in receiver:
            yield event
