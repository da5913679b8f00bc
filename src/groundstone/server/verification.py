"""The native API of verification: documents in, decisions out, and what people do about them."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response, StreamingResponse

from groundstone.errors import GroundstoneError
from groundstone.identity import Principal
from groundstone.server import auth, bodies, errors
from groundstone.server import verification_bodies as forms
from groundstone.server.native import ERRORS, Caller, platform
from groundstone.server.stream import model_work, pulled, work
from groundstone.verification.case import Case, case_json, queries_json, summary_json

if TYPE_CHECKING:
    from groundstone.verification.intake import Arrived
    from groundstone.verification.service import Verification

PNG, CSV = "image/png", "text/csv"
PRIVATE = {"cache-control": "private, no-store"}
PICTURE: dict[int | str, dict[str, Any]] = {200: {"content": {PNG: {"schema": {"type": "string"}}}}}
TABLE: dict[int | str, dict[str, Any]] = {200: {"content": {CSV: {"schema": {"type": "string"}}}}}
FILE: dict[int | str, dict[str, Any]] = {200: {"content": {"*/*": {"schema": {}}}, "description": "the document"}}
WAITS: dict[int | str, dict[str, Any]] = {202: {"model": forms.CaseBody, "description": "taken; not decided yet"}}
SOME_FAILED: dict[int | str, dict[str, Any]] = {503: {"model": forms.EventReply, "description": "send it again"}}
router = APIRouter(prefix="/api/verification", responses=ERRORS)


@router.get("", response_model=forms.Applications)
async def applications(request: Request, caller: Caller) -> Any:
    """The applications that verify documents."""
    specs = await work(request, platform(request).verifications)
    shown = ("name", "retention", "bucket", "forgery")
    return {
        "applications": [
            {name: getattr(spec, name) for name in shown}
            | {
                "queries": queries_json(spec.all_queries),
                "limits": asdict(spec.limits),
                "privacy": asdict(spec.privacy),
            }
            for spec in specs
        ]
    }


@router.post("/{app}/cases", response_model=forms.CaseBody, openapi_extra=forms.SENT, responses=WAITS)
async def submit(request: Request, caller: Caller, app: str, response: Response) -> Any:
    """Take a document. With ``wait``, a short one is answered at once (200); otherwise look at its case (202)."""
    sent = await forms.read_form(request)
    found = await _opened(request, app)
    options = {"traveller": sent.traveller, "queries": sent.queries, "wait": sent.wait}
    case = await model_work(request, found.submit, caller, sent.data, sent.name, **options)
    response.status_code = 200 if case.is_over else 202
    return case_json(case)


@router.post("/{app}/events", response_model=forms.EventReply, status_code=202, responses=SOME_FAILED)
async def event(request: Request, caller: Caller, app: str, message: bodies.Json, response: Response) -> Any:
    """Take the documents that a message of S3 (alone, or of SQS, SNS, EventBridge) or a manifest speaks of."""
    auth.need_admin(platform(request), caller, "An event makes the server read buckets; it")
    arrived = await model_work(request, (await _opened(request, app)).arrived, caller, message)
    if any(one.error is not None and _may_pass(one.error) for one in arrived):
        response.status_code = 503
    return {"documents": [_arrived(one) for one in arrived]}


@router.get("/{app}/cases", response_model=forms.Cases)
async def cases(
    request: Request,
    caller: Caller,
    app: str,
    state: forms.State | None = None,
    outcome: forms.Outcome | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    after: Annotated[int, Query(ge=0, le=2**62)] = 0,
    newest: bool = False,
) -> Any:
    """Documents, oldest or newest first; dead letters are those of the state dead, reviews of the outcome review."""
    options = {"state": state or "", "outcome": outcome, "limit": limit, "after": after, "newest": newest}
    found = await work(request, (await _opened(request, app)).cases, caller, **options)
    return {"cases": [summary_json(case) for case in found], "after": found[-1].number if len(found) == limit else None}


@router.get("/{app}/progress", response_model=forms.ProgressBody)
async def progress(request: Request, caller: Caller, app: str) -> Any:
    """How many documents wait, are worked on, decided, under review or dead, and how fast it goes."""
    return asdict(await work(request, (await _opened(request, app)).progress, caller))


@router.get("/{app}/export.csv", response_class=Response, responses=TABLE)
async def export(request: Request, caller: Caller, app: str, header: bool = False) -> Response:
    """The tables of all decided documents as one."""
    found = await _opened(request, app)

    async def encoded() -> AsyncGenerator[bytes, None]:
        async for piece in pulled(request, found.export(caller, header=header)):
            yield piece.encode("utf-8", "backslashreplace")

    headers = {**PRIVATE, "content-disposition": f'attachment; filename="{found.spec.name}.csv"'}
    return StreamingResponse(encoded(), media_type=CSV, headers=headers)


@router.get("/{app}/cases/{id}", response_model=forms.CaseBody)
async def case(request: Request, caller: Caller, app: str, id: str) -> Any:
    """A document with its answers, its decision and the evidence."""
    return case_json(await work(request, (await _opened(request, app)).case, caller, id))


@router.delete("/{app}/cases/{id}", status_code=204)
async def delete(request: Request, caller: Caller, app: str, id: str) -> None:
    """Delete everything of a document for certain."""
    await work(request, (await _opened(request, app)).delete, caller, id)


@router.get("/{app}/cases/{id}/history", response_model=forms.History)
async def history(request: Request, caller: Caller, app: str, id: str) -> Any:
    """Who did what with a document, and when."""
    notes = await work(request, (await _opened(request, app)).history, caller, id)
    return {"history": [{"at": one.at, "by": one.by, "what": one.what, "data": one.data} for one in notes]}


@router.get("/{app}/cases/{id}/table.csv", response_class=Response, responses=TABLE)
async def table(request: Request, caller: Caller, app: str, id: str) -> Response:
    """The table of a document, in sixteen columns."""
    found = await work(request, (await _opened(request, app)).table, caller, id)
    return Response(found.encode("utf-8", "backslashreplace"), media_type=CSV, headers=PRIVATE)


@router.get("/{app}/cases/{id}/document", response_class=Response, responses=FILE)
async def document(request: Request, caller: Caller, app: str, id: str) -> Response:
    """The document as it came, for as long as it is kept."""
    found = await _opened(request, app)
    data, kind = await work(request, found.document, caller, id)
    name = quote((await work(request, found.case, caller, id)).name, safe="")
    headers = {**PRIVATE, "content-disposition": f"attachment; filename*=utf-8''{name}"}
    return Response(data, media_type=kind or "application/octet-stream", headers=headers)


@router.get("/{app}/cases/{id}/pages/{page}.png", response_class=Response, responses=PICTURE)
async def picture(
    request: Request, caller: Caller, app: str, id: str, page: int, width: Annotated[int, Query(ge=50, le=4000)] = 1200
) -> Response:
    """A page as a picture; redacted where that is the policy."""
    made = await model_work(request, (await _opened(request, app)).picture, caller, id, page, width=width)
    return Response(made, media_type=PNG, headers=PRIVATE)


@router.post("/{app}/cases/{id}/corrections", response_model=forms.CaseBody)
async def correct(request: Request, caller: Caller, app: str, id: str, wanted: forms.CorrectionRequest) -> Any:
    """Correct an answer of a document under review; the rules look at it again."""
    options = {"revision": wanted.revision, "place": wanted.place.place() if wanted.place else None}
    found = await _opened(request, app)
    return case_json(await model_work(request, found.correct, caller, id, wanted.query, wanted.text, **options))


@router.post("/{app}/cases/{id}/decision", response_model=forms.CaseBody)
async def decide(request: Request, caller: Caller, app: str, id: str, wanted: forms.DecisionRequest) -> Any:
    """Decide a document under review; who and when are recorded."""
    options = {"revision": wanted.revision, "note": wanted.note}
    found = await _opened(request, app)
    return case_json(await model_work(request, found.decide, caller, id, wanted.outcome, **options))


@router.post("/{app}/cases/{id}/retry", response_model=forms.CaseBody)
async def retry(request: Request, caller: Caller, app: str, id: str) -> Any:
    """Try a dead letter again."""
    return await _acted(request, caller, app, id, lambda found: found.retry)


@router.post("/{app}/cases/{id}/drop", response_model=forms.CaseBody)
async def drop(request: Request, caller: Caller, app: str, id: str) -> Any:
    """Give a dead letter up."""
    return await _acted(request, caller, app, id, lambda found: found.drop)


@router.post("/{app}/cases/{id}/cancel", response_model=forms.CaseBody)
async def cancel(request: Request, caller: Caller, app: str, id: str) -> Any:
    """End a document that waits or is worked on."""
    return await _acted(request, caller, app, id, lambda found: found.cancel)


async def _acted(
    request: Request, caller: Principal, app: str, id: str, act: Callable[[Verification], Callable[..., Case]]
) -> dict[str, Any]:
    return case_json(await work(request, act(await _opened(request, app)), caller, id))


async def _opened(request: Request, app: str) -> Verification:
    """The application, at work: what was taken in before may still have to be done."""
    found = await work(request, platform(request).verification, app)
    await work(request, found.start, watch=False)
    return found


def _arrived(one: Arrived) -> dict[str, Any]:
    error = errors.described(one.error) if one.error is not None else None
    return {"uri": one.uri, "case": summary_json(one.case) if one.case else None, "error": error}


def _may_pass(error: GroundstoneError) -> bool:
    """Whether the sender of a message should send it again."""
    return errors.status_of(error) in (409, 429, 503)
