"""The native API of conversations: list, read, rename, delete, export, rate."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import JSONResponse, Response

from groundstone.server import bodies
from groundstone.server.native import ERRORS, Caller, opened, platform
from groundstone.server.stream import work
from groundstone.server.transcript import markdown

router = APIRouter(prefix="/api", responses=ERRORS)

Number = Annotated[int, Path(ge=1, le=2**31)]
About = Annotated[str | None, Query(max_length=63)]


@router.get("/conversations", response_model=list[bodies.ConversationInfo])
async def listing(request: Request, caller: Caller, knowledge_base: About = None) -> Any:
    """Conversations of the caller, the one used last first."""
    found = await work(request, platform(request).conversations.list, caller, knowledge_base)
    return [asdict(item) for item in found]


@router.post("/conversations", response_model=bodies.ConversationInfo, status_code=201)
async def begin(request: Request, caller: Caller, wanted: bodies.ConversationRequest) -> Any:
    """Begin a conversation."""
    await opened(request, wanted.knowledge_base, caller)
    return asdict(await work(request, platform(request).conversations.create, caller, wanted.knowledge_base))


@router.get("/conversations/{conversation}", response_model=bodies.ConversationWithTurns)
async def read(request: Request, caller: Caller, conversation: str) -> Any:
    """A conversation with its turns."""
    return asdict(await work(request, platform(request).conversations.get, caller, conversation))


@router.patch("/conversations/{conversation}", response_model=bodies.ConversationInfo)
async def rename(request: Request, caller: Caller, conversation: str, wanted: bodies.RenameRequest) -> Any:
    """Rename a conversation."""
    renamed = await work(request, platform(request).conversations.rename, caller, conversation, wanted.title)
    return asdict(renamed)


@router.delete("/conversations/{conversation}", status_code=204)
async def delete(request: Request, caller: Caller, conversation: str) -> None:
    """Delete a conversation."""
    await work(request, platform(request).conversations.delete, caller, conversation)


@router.get("/conversations/{conversation}/export", response_class=Response)
async def export(
    request: Request, caller: Caller, conversation: str, format: Literal["markdown", "json"] = "markdown"
) -> Any:
    """A whole conversation as a file, with its sources."""
    found = await work(request, platform(request).conversations.get, caller, conversation)
    if format == "markdown":
        headers = {"content-disposition": 'attachment; filename="conversation.md"'}
        return Response(markdown(found), media_type="text/markdown", headers=headers)
    headers = {"content-disposition": 'attachment; filename="conversation.json"'}
    kept = bodies.ConversationWithTurns.model_validate(asdict(found))
    return JSONResponse(kept.model_dump(mode="json"), headers=headers)


@router.post("/conversations/{conversation}/turns/{number}/feedback", status_code=204)
async def rate(
    request: Request, caller: Caller, conversation: str, number: Number, given: bodies.FeedbackRequest
) -> None:
    """Rate an answer; a rating of null takes it back."""
    rate = platform(request).conversations.rate
    await work(request, rate, caller, conversation, number, given.rating, given.comment)


@router.get("/feedback", response_model=list[bodies.FeedbackInfo])
async def feedback(request: Request, caller: Caller, knowledge_base: About = None) -> Any:
    """Rated answers of the caller, newest first."""
    found = await work(request, platform(request).conversations.feedback, caller, knowledge_base)
    return [asdict(item) for item in found]
