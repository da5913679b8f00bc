"""The native API of forensics: check a document at once, or one that is kept, and see it in its layers."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated, Any

import anyio
from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response

from groundstone.documents.ranges import pages_of
from groundstone.errors import DocumentTooLarge
from groundstone.forensics.result import report_json
from groundstone.server import forensics_bodies as forms
from groundstone.server.documents import LOOK_EVERY, PICTURE, PNG, PRIVATE, Width
from groundstone.server.native import ERRORS, Caller, platform
from groundstone.server.stream import model_work, work

if TYPE_CHECKING:
    from groundstone.platform import Platform

AT_ONCE = 20  # pages of a document that is checked while its sender waits

router = APIRouter(prefix="/api", responses=ERRORS)


@router.post("/forensics/check", response_model=forms.ReportBody, openapi_extra=forms.SENT)
async def check(request: Request, caller: Caller) -> Any:
    """Check a document of up to 20 pages for forgery at once; nothing of it is kept.

    The document is the member ``file`` of a form, or the whole body; then ``name``, ``pages`` and ``words`` are
    parameters of the address.
    """
    sent = await forms.read_sent(request)
    return await model_work(request, _check, platform(request), sent)


@router.get("/documents/{id}/forensics", response_model=forms.CheckBody)
async def kept(request: Request, caller: Caller, id: str, wait: Annotated[float, Query(ge=0, le=60)] = 0.0) -> Any:
    """What a kept document shows of changes; the check begins with the first request.

    With ``wait`` the answer comes once the check has ended, or after that many seconds.
    """
    until = time.monotonic() + wait
    checks = platform(request).kept_checks
    found = await work(request, checks.state, caller, id)
    while found.status == "checking" and time.monotonic() < until:
        await anyio.sleep(LOOK_EVERY)
        found = await work(request, checks.state, caller, id)
    return forms.check(found)


@router.get("/documents/{id}/forensics/layers/{layer}.png", response_class=Response, responses=PICTURE)
async def layer(
    request: Request,
    caller: Caller,
    id: str,
    layer: Annotated[forms.LayerName, Path()],
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
    width: Width = 1200,
) -> Response:
    """A page of a kept document in one of its layers: the picture itself, suspicion, errors, noise, history, copies."""
    made = await model_work(request, platform(request).kept_checks.layer, caller, id, page, layer, width)
    return Response(made, media_type=PNG, headers=PRIVATE)


def _check(platform: Platform, sent: forms.Sent) -> dict[str, Any]:
    examined = platform.forensics.examine(sent.data, sent.name)
    if (count := len(pages_of(sent.pages, examined.page_count))) > AT_ONCE:
        raise DocumentTooLarge(
            f"{count} pages are more than the {AT_ONCE} that are checked at once; name the pages, or send the document "
            "to /api/documents and ask for /api/documents/ID/forensics"
        )
    return report_json(platform.forensics.check(sent.data, sent.name, pages=sent.pages, words=sent.words))
