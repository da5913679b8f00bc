"""The native API of tasks over chat: summaries and translations."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from groundstone.server import bodies
from groundstone.server.native import ERRORS, Caller, platform
from groundstone.server.stream import model_work

if TYPE_CHECKING:
    from groundstone.models.tasks import Written

Text = Annotated[str, Field(min_length=1, max_length=1_000_000)]
Model = Annotated[str, Field(max_length=200, description="without one, the model that words answers")]
Language = Annotated[str, Field(max_length=60, description="in English or as a code: German, de")]
router = APIRouter(prefix="/api/tasks", responses=ERRORS)


class SummariseRequest(bodies.Request):
    text: Text
    words: int = Field(150, ge=1, le=5000)
    model: Model = ""


class TranslateRequest(bodies.Request):
    text: Text
    target: Language
    source: Language = ""
    model: Model = ""


class WrittenBody(BaseModel):
    """``model`` made the text. An ``extractive`` one is made of sentences of the text, word for word."""

    text: str
    model: str
    extractive: bool
    input_tokens: int
    output_tokens: int


@router.post("/summarise", response_model=WrittenBody)
async def summarise(request: Request, caller: Caller, wanted: SummariseRequest) -> Any:
    """Summarise a text by a model that can be trusted to; without one: the most central sentences, verbatim."""
    tasks = platform(request).tasks
    made = await model_work(request, tasks.summarise, caller, wanted.text, words=wanted.words, model=wanted.model)
    return _body(made)


@router.post("/translate", response_model=WrittenBody)
async def translate(request: Request, caller: Caller, wanted: TranslateRequest) -> Any:
    """Translate a text by a model that can be trusted to; without one this is refused."""
    tasks = platform(request).tasks
    options = {"source": wanted.source, "model": wanted.model}
    return _body(await model_work(request, tasks.translate, caller, wanted.text, wanted.target, **options))


def _body(made: Written) -> WrittenBody:
    return WrittenBody(text=made.text, model=made.model, extractive=made.extractive, **asdict(made.usage))
