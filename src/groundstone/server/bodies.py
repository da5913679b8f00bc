"""What the native API takes and gives, as OpenAPI describes it. Requests with unknown members are refused."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


def _storable(value: Any) -> Any:
    """JSON that can be written again: no lone surrogates, no NaN. They would fail later, deep in a store."""
    try:
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except (UnicodeEncodeError, RecursionError, ValueError):
        raise ValueError("holds a broken character, an infinite number or too deep a nesting") from None
    return value


Json = Annotated[dict[str, Any], AfterValidator(_storable)]
Question = Annotated[str, Field(min_length=1, max_length=4000)]
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]


class Request(BaseModel):
    model_config = ConfigDict(extra="forbid")


class SortBy(Request):
    field: str
    descending: bool = False


class SearchRequest(Request):
    text: str = Field("", max_length=4000)
    where: Json | None = None
    sort: list[SortBy] = Field(default_factory=list, max_length=5)
    limit: int = Field(10, ge=1, le=100)
    offset: int = Field(0, ge=0, le=100_000)
    min_score: float = Field(0.0, ge=0, le=1)
    explain: bool = False


class AskRequest(Request):
    """``query`` is an interpretation as an earlier answer gave it, changed by the reader.

    where: a filter; documents that do not match do not exist for this answer.
    limit: how many passages are read for a free question.
    """

    question: Question
    conversation_id: str | None = Field(None, max_length=64)
    query: Json | None = None
    where: Json | None = None
    limit: int | None = Field(None, ge=1, le=100)


class RollbackRequest(Request):
    version: int = Field(ge=1, le=2**53)


class ConversationRequest(Request):
    knowledge_base: Name


class RenameRequest(Request):
    title: str = Field(min_length=1, max_length=200)


class FeedbackRequest(Request):
    rating: Literal["up", "down"] | None
    comment: str = Field("", max_length=2000)


class AppInfo(BaseModel):
    """``page`` is where people use it. ``knowledge_base`` is empty for an application that has none."""

    name: str
    title: str
    about: str
    welcome: str
    examples: list[str]
    page: str
    knowledge_base: str


class VersionInfo(BaseModel):
    number: int
    created: datetime
    documents: int
    chunks: int
    note: str


class KnowledgeBaseInfo(BaseModel):
    """``spec`` is what it was made from, its schema with the fields that documents brought along since.

    ``version`` is null before the first sync.
    """

    name: str
    spec: dict[str, Any]
    version: VersionInfo | None


class BoxInfo(BaseModel):
    """A place on a page: fractions of its width and height, from its top left corner."""

    left: float
    top: float
    width: float
    height: float
    page: int


class Passage(BaseModel):
    """``boxes``: where its words stand on the page, or slide, as far as that is known; ``page_noun`` says which."""

    chunk_id: str
    document_id: str
    title: str
    text: str
    start: int
    end: int
    page: int | None
    heading: str | None
    score: float
    reasons: dict[str, Any]
    fields: dict[str, Any]
    source: str
    boxes: list[BoxInfo] = []
    page_noun: str = "page"


class Passages(BaseModel):
    hits: list[Passage]


class PartInfo(BaseModel):
    start: int
    end: int
    field: str | None
    page: int | None
    label: str | None


class DocumentInfo(BaseModel):
    """Offsets of ``parts`` and of citations count Unicode code points of ``text``."""

    id: str
    title: str
    text: str
    fields: dict[str, Any]
    parts: list[PartInfo]
    source: str
    media_type: str
    page_noun: str = "page"


class SentenceInfo(BaseModel):
    text: str
    citations: list[int]
    supported: bool


class CitationInfo(BaseModel):
    """``boxes``: where the quoted words stand on the page, or slide, as far as that is known."""

    document_id: str
    title: str
    start: int
    end: int
    quote: str
    field: str | None
    page: int | None
    source: str
    boxes: list[BoxInfo] = []
    page_noun: str = "page"


class CardInfo(BaseModel):
    document_id: str
    title: str
    fields: dict[str, Any]
    citation: int | None


class AnswerInfo(BaseModel):
    """``turn`` is the number under which a conversation keeps the answer."""

    question: str
    text: str
    sentences: list[SentenceInfo]
    citations: list[CitationInfo]
    cards: list[CardInfo]
    query: dict[str, Any]
    mode: Literal["extractive", "generative"]
    strength: Literal["exact", "high", "medium", "low", "none"]
    closest: bool
    total: int | None
    model: str | None
    usage: dict[str, int] | None
    turn: int | None = None


class TurnInfo(BaseModel):
    number: int
    question: str
    answer: dict[str, Any]
    created: datetime
    edited: bool
    rating: Literal["up", "down"] | None
    comment: str


class ConversationInfo(BaseModel):
    id: str
    knowledge_base: str
    title: str
    created: datetime
    updated: datetime


class ConversationWithTurns(ConversationInfo):
    turns: list[TurnInfo]


class FeedbackInfo(BaseModel):
    conversation: str
    knowledge_base: str
    turn: TurnInfo


class ErrorDetail(BaseModel):
    code: str
    message: str


class ErrorInfo(BaseModel):
    error: ErrorDetail
