"""The native API of documents: upload, watch the reading, see the boxes, ask, correct, export, delete."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal
from urllib.parse import quote

import anyio
from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response

from groundstone.documents import table
from groundstone.documents.findings import answer_json, layout_json
from groundstone.documents.kept import check_queries
from groundstone.documents.ranges import pages_of
from groundstone.errors import DocumentTooLarge
from groundstone.identity import Principal
from groundstone.server import document_bodies as forms
from groundstone.server.native import ERRORS, Caller, platform
from groundstone.server.stream import model_work, work

if TYPE_CHECKING:
    from groundstone.documents.base import Finding, Place
    from groundstone.documents.base import Query as Asked
    from groundstone.documents.kept import Kept, KeptDocument
    from groundstone.platform import Platform

AT_ONCE = 20  # pages of a document that is read while its sender waits
LOOK_EVERY = 0.1  # seconds between two looks at a reading that somebody waits for
PNG, CSV, JSON = "image/png", "text/csv", "application/json"
PICTURE: dict[int | str, dict[str, Any]] = {200: {"content": {PNG: {"schema": {"type": "string"}}}}}
EXPORT: dict[int | str, dict[str, Any]] = {
    200: {"content": {kind: {"schema": {}} for kind in (PNG, CSV, JSON)}, "description": "the file"}
}
PRIVATE = {"cache-control": "private, no-store"}
Width = Annotated[int, Query(ge=50, le=4000)]
PageNumber = Annotated[int, Path(ge=1, le=100_000)]
OnePage = Annotated[int | None, Query(ge=1, le=100_000)]
Number = Annotated[int, Path(ge=1, le=2**31)]

router = APIRouter(prefix="/api", responses=ERRORS)


@router.post("/documents", response_model=forms.DocumentBody, status_code=202, openapi_extra=forms.SENT)
async def add(request: Request, caller: Caller) -> Any:
    """Keep a document for a while and begin to read it; questions that come along are asked when that is done."""
    data, name, queries, pages = await forms.read_form(request)
    kept = platform(request).kept
    return forms.document(await model_work(request, kept.add, caller, data, name, queries=queries, pages=pages))


@router.get("/documents", response_model=forms.Documents)
async def documents(request: Request, caller: Caller) -> Any:
    """The documents that the caller has here, newest first."""
    return {"documents": [forms.document(one) for one in await work(request, platform(request).kept.mine, caller)]}


@router.get("/documents/{id}", response_model=forms.DocumentBody)
async def document(request: Request, caller: Caller, id: str, wait: Annotated[float, Query(ge=0, le=60)] = 0.0) -> Any:
    """A document and how far its reading is; with ``wait`` once it has ended, or after that many seconds."""
    until = time.monotonic() + wait
    found = await work(request, platform(request).kept.find, caller, id)
    while found.status == "reading" and time.monotonic() < until:
        await anyio.sleep(LOOK_EVERY)
        found = await work(request, platform(request).kept.find, caller, id)
    return forms.document(found)


@router.delete("/documents/{id}", status_code=204)
async def delete(request: Request, caller: Caller, id: str) -> None:
    """Delete a document with its words, questions and answers."""
    await work(request, platform(request).kept.delete, caller, id)


@router.get("/documents/{id}/pages/{page}.png", response_class=Response, responses=PICTURE)
async def picture(
    request: Request, caller: Caller, id: str, page: PageNumber, width: Width = 1200, boxes: bool = False
) -> Response:
    """A page of a document as a picture; with ``boxes`` those of the answers are drawn on it."""
    made = await model_work(request, _picture, platform(request).kept, caller, id, page, width, boxes)
    return Response(made, media_type=PNG, headers=PRIVATE)


@router.get("/documents/{id}/reading", response_model=forms.ReadingBody)
async def reading(request: Request, caller: Caller, id: str, page: OnePage = None) -> Any:
    """The words of a document, or of one page of it, with their places."""
    return forms.reading(await work(request, platform(request).kept.reading, caller, id, page))


@router.get("/documents/{id}/layout", response_model=forms.LayoutBody)
async def layout(request: Request, caller: Caller, id: str, page: OnePage = None) -> Any:
    """The labels with their values, the tables and the check boxes of a document, or of one page of it."""
    return layout_json(await work(request, platform(request).kept.layout, caller, id, page))


@router.post("/documents/{id}/questions", response_model=forms.Answers)
async def ask(request: Request, caller: Caller, id: str, wanted: forms.QuestionsRequest) -> Any:
    """Ask a document; each answer has a confidence, its place, and the candidates that were considered."""
    queries = [one.query() for one in wanted.queries]
    return forms.answers(await model_work(request, platform(request).kept.ask, caller, id, queries))


@router.get("/documents/{id}/answers", response_model=forms.Answers)
async def answers(request: Request, caller: Caller, id: str) -> Any:
    """All answers of a document, in the order in which they were asked; none while it is being read."""
    return forms.answers(await work(request, platform(request).kept.answers, caller, id))


@router.put("/documents/{id}/answers/{number}", response_model=forms.AnswerBody)
async def correct(request: Request, caller: Caller, id: str, number: Number, wanted: forms.CorrectionRequest) -> Any:
    """Correct an answer; what was found, who corrected it and when are kept with it."""
    place = wanted.place.place() if wanted.place else None
    return forms.answer(await work(request, platform(request).kept.correct, caller, id, number, wanted.text, place))


@router.delete("/documents/{id}/answers/{number}", status_code=204)
async def forget(request: Request, caller: Caller, id: str, number: Number) -> None:
    """Delete a question with its answer."""
    await work(request, platform(request).kept.forget, caller, id, number)


@router.get("/documents/{id}/export", response_class=Response, responses=EXPORT)
async def export(
    request: Request,
    caller: Caller,
    id: str,
    form: Literal["json", "csv", "png"] = "json",
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Response:
    """The answers as a file: JSON, CSV in sixteen columns, or a page as a picture with their boxes."""
    kept = platform(request).kept
    found = await work(request, kept.find, caller, id)
    if form == "png":
        data, kind = await model_work(request, _picture, kept, caller, id, page, 1600, True), PNG
    else:
        data, kind = await work(request, _exported, kept, caller, found, form)
    stem = found.name.rpartition(".")[0] or found.name
    name = quote(f"{stem}-{page}.png" if form == "png" else f"{stem}.{form}", safe="")
    return Response(
        data, media_type=kind, headers={**PRIVATE, "content-disposition": f"attachment; filename*=utf-8''{name}"}
    )


@router.post("/read", response_model=forms.Read, openapi_extra=forms.SENT)
async def read(request: Request, caller: Caller) -> Any:
    """Read a document of up to 20 pages and answer questions from it at once; nothing of it is kept."""
    data, name, queries, pages = await forms.read_form(request)
    return await model_work(request, _read, platform(request), caller, data, name, queries, pages)


def _read(
    platform: Platform, caller: Principal, data: bytes, name: str, queries: list[Asked], pages: Sequence[str]
) -> dict[str, Any]:
    check_queries(queries, 0)
    examined = platform.documents.examine(data, name)
    if (count := len(pages_of(pages, examined.page_count))) > AT_ONCE:
        raise DocumentTooLarge(
            f"{count} pages are more than the {AT_ONCE} that are read at once; "
            "name the pages, or send the document to /api/documents"
        )
    found = platform.documents.read(data, name, pages=pages)
    findings = platform.documents.ask(found, queries, data=data, caller=caller) if queries else []
    return {
        "name": name,
        "media_type": found.media_type,
        "page_count": found.page_count,
        "text": found.text,
        "answers": [answer_json(finding) for finding in findings],
    }


def _picture(kept: Kept, caller: Principal, id: str, page: int, width: int, boxes: bool) -> bytes:
    marks = drawn([one.finding for one in kept.answers(caller, id)], page) if boxes else []
    return kept.picture(caller, id, page, width=width, marks=marks)


def drawn(findings: Sequence[Finding], page: int) -> list[tuple[Place, str, str]]:
    """The boxes of the answers on one page, with the names of their questions."""
    places = [(found.answer.region.place, found.query.name) for found in findings if found.answer]
    return [(place, name, "answer") for place, name in places if place.page == page and place.box.width > 0]


def _exported(kept: Kept, caller: Principal, document: KeptDocument, form: str) -> tuple[bytes, str]:
    found = kept.answers(caller, document.id)
    if form == "csv":
        numbers = [page.number for page in kept.reading(caller, document.id).pages]
        rows = table.csv_rows([one.finding for one in found], document.name, datetime.now(UTC), pages=numbers)
        return table.csv_text(rows).encode(), CSV
    said = {"document": forms.document(document), "answers": [forms.answer(one) for one in found]}
    return json.dumps(said, ensure_ascii=False, indent=1).encode("utf-8", "replace"), JSON
