"""What the API of documents takes and gives. Documents come as files in a form, questions beside them as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from fastapi import Request
from pydantic import BaseModel, Field, TypeAdapter, ValidationError
from starlette.datastructures import UploadFile

from groundstone.documents.base import Line, Page, Place, Query, Reading, Word
from groundstone.documents.findings import answer_json, box_json, mark_json, polygon_json
from groundstone.documents.kept import LONGEST_ANSWER, KeptDocument
from groundstone.documents.kept_answers import Answer
from groundstone.documents.ranges import PATTERN
from groundstone.documents.service import MAX_QUERIES, MAX_QUERY
from groundstone.errors import InvalidInput
from groundstone.server import bodies, strict_json

MOST_PAGES = 50  # parts of a choice of pages
Pages = Annotated[str, Field(pattern=PATTERN)]
Share = Annotated[float, Field(ge=0, le=1)]


class QueryBody(bodies.Request):
    """A question in plain words. ``alias`` is a name for its answer; ``pages`` are "3", "2-4", "4-*" or "*"."""

    text: str = Field(min_length=1, max_length=MAX_QUERY, pattern=r"\S")
    alias: str = Field("", max_length=100)
    pages: list[Pages] = Field(default_factory=lambda: ["*"], min_length=1, max_length=MOST_PAGES)

    def query(self) -> Query:
        return Query(self.text, self.alias, tuple(self.pages))


class QuestionsRequest(bodies.Request):
    queries: list[QueryBody] = Field(min_length=1, max_length=MAX_QUERIES)


class PlaceBody(bodies.Request):
    """A rectangle on a page, in fractions of its width and height."""

    page: int = Field(ge=1, le=100_000)
    left: Share
    top: Share
    width: Share
    height: Share

    def place(self) -> Place:
        return Place.of(self.left, self.top, self.width, self.height, self.page)


class CorrectionRequest(bodies.Request):
    """``text`` null: the document does not tell. ``place`` is where the words stand, when somebody pointed at them."""

    text: str | None = Field(max_length=LONGEST_ANSWER)
    place: PlaceBody | None = None


class Box(BaseModel):
    left: float
    top: float
    width: float
    height: float


class Placed(BaseModel):
    """``box`` and ``polygon`` are fractions of the page; the polygon begins top left as the text is read."""

    page: int | None
    box: Box | None
    polygon: list[list[float]] | None


class RegionBody(Placed):
    text: str


class CandidateBody(RegionBody):
    confidence: float
    value: Any
    kind: str
    label: RegionBody | None
    reader: str
    reasons: list[str]


class FindingBody(Placed):
    """``text`` is the question. ``answer`` null: the document does not tell, and ``confidence`` is that of this."""

    text: str
    alias: str
    answer: str | None
    confidence: float
    value: Any
    kind: str | None
    label: RegionBody | None
    field: str | None
    reasons: list[str]
    candidates: list[CandidateBody]


class CorrectionBody(BaseModel):
    text: str | None
    page: int | None
    box: Box | None
    by: str
    at: str


class AnswerBody(FindingBody):
    """The answer as it counts; where people corrected it, ``found`` is what was found before."""

    number: int
    found: FindingBody | None
    corrections: list[CorrectionBody]


class Answers(BaseModel):
    answers: list[AnswerBody]


class Failure(BaseModel):
    code: str
    message: str


class DocumentBody(BaseModel):
    """``status``: reading, ready, or failed (see ``failure``). It is deleted when it ``expires``."""

    id: str
    name: str
    status: Literal["reading", "ready", "failed"]
    pages_done: int
    pages_wanted: int
    failure: Failure | None
    media_type: str
    page_count: int
    width: int
    height: int
    size: int
    created: str
    expires: str


class Documents(BaseModel):
    documents: list[DocumentBody]


class WordBody(BaseModel):
    text: str
    confidence: float
    polygon: list[list[float]]


class LineBody(WordBody):
    words: list[WordBody]


class MarkBody(BaseModel):
    checked: bool
    confidence: float
    page: int
    polygon: list[list[float]]


class PageBody(BaseModel):
    """``rotation``: how far the text is turned clockwise, in degrees. ``source``: "ocr", or "text" of the file."""

    number: int
    width: int
    height: int
    rotation: float
    source: str
    text: str
    lines: list[LineBody]
    marks: list[MarkBody]


class ReadingBody(BaseModel):
    media_type: str
    page_count: int
    pages: list[PageBody]


class PairBody(BaseModel):
    key: RegionBody
    value: RegionBody | None
    checked: bool | None
    confidence: float


class CellBody(RegionBody):
    row: int
    column: int
    rows: int
    columns: int
    is_header: bool


class TableBody(BaseModel):
    page: int
    box: Box
    rows: int
    columns: int
    title: str
    confidence: float
    cells: list[CellBody]


class LayoutBody(BaseModel):
    pairs: list[PairBody]
    tables: list[TableBody]
    marks: list[MarkBody]


class Read(BaseModel):
    name: str
    media_type: str
    page_count: int
    text: str
    answers: list[FindingBody]


# -- forms ---------------------------------------------------------------------------------------------------

_FORM = {
    "type": "object",
    "required": ["file"],
    "properties": {
        "file": {"type": "string", "format": "binary"},
        "queries": {"type": "string", "description": 'JSON: [{"text": "What is Name?", "alias": "NAME"}]'},
        "pages": {"type": "string", "description": "1, 2-4, 4-* or *, several with commas"},
    },
}
SENT: dict[str, Any] = {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": _FORM}}}}
_QUERIES = TypeAdapter(list[QueryBody])
_PAGES = TypeAdapter(Annotated[list[Pages], Field(min_length=1, max_length=MOST_PAGES)])


async def read_form(request: Request) -> tuple[bytes, str, list[Query], tuple[str, ...]]:
    """The file, its name, the questions and the pages of a form. Raises InvalidInput."""
    data, name, plain = await file_form(request, ("queries", "pages"))
    return data, name, queries_of(plain, MAX_QUERIES), pages_of(plain.get("pages", ""))


async def file_form(request: Request, members: Sequence[str]) -> tuple[bytes, str, dict[str, str]]:
    """The member "file" of a form, its name, and the plain ``members`` that were sent. Raises InvalidInput."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "multipart/form-data":
        raise InvalidInput("a document comes as multipart/form-data, in the member 'file'")
    async with request.form(max_files=1, max_fields=len(members)) as form:
        for name, value in form.multi_items():
            if name not in ("file", *members) or (name == "file") != isinstance(value, UploadFile):
                raise InvalidInput(f"{name[:60]}: a form has a file 'file', and the plain members {', '.join(members)}")
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise InvalidInput("file: a document is needed here")
        plain = {name: value for name, value in form.items() if isinstance(value, str)}
        return await file.read(), file.filename or "", plain


def json_member(plain: Mapping[str, str], name: str, otherwise: Any) -> Any:
    """What a plain member of a form says in JSON; ``otherwise`` where it is missing or blank. Raises InvalidInput."""
    sent = plain.get(name, "")
    if not sent.strip():
        return otherwise
    try:
        return strict_json.parsed(sent.encode("utf-8", "surrogatepass"))
    except ValueError as error:
        raise InvalidInput(f"{name}: this is no JSON: {error}") from None


def queries_of(plain: Mapping[str, str], most: int | None = None) -> list[Query]:
    """The questions of a form. Raises InvalidInput."""
    try:
        found = _QUERIES.validate_python(json_member(plain, "queries", []))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InvalidInput(f"queries: {where or 'the list'}: {first['msg']}") from None
    if most is not None and len(found) > most:
        raise InvalidInput(f"queries: at most {most} are answered at once")
    return [one.query() for one in found]


def pages_of(sent: str) -> tuple[str, ...]:
    """The choice of pages in a form, all of them when it is blank. Raises InvalidInput."""
    if not sent.strip():
        return ("*",)
    try:
        return tuple(_PAGES.validate_python([part.strip() for part in sent.split(",")]))
    except ValidationError:
        raise InvalidInput("pages: 1, 2-4, 4-* or *, several with commas") from None


# -- what is given -------------------------------------------------------------------------------------------


def document(kept: KeptDocument) -> dict[str, Any]:
    shown = {name: getattr(kept, name) for name in DocumentBody.model_fields if name != "failure"}
    code, message = kept.failure or ("", "")
    return {**shown, "failure": {"code": code, "message": message} if kept.failure else None}


def answer(one: Answer) -> dict[str, Any]:
    corrections = [
        {
            "text": each.text,
            "page": each.place.page if each.place else None,
            "box": box_json(each.place.box) if each.place else None,
            "by": each.by,
            "at": each.at,
        }
        for each in one.corrections
    ]
    shown = answer_json(one.finding)
    if one.corrections and one.corrections[-1].place is None:
        shown |= {"page": None, "box": None, "polygon": None}
    found = answer_json(one.found) if one.corrections else None
    return {**shown, "number": one.number, "found": found, "corrections": corrections}


def answers(all_of_them: Sequence[Answer]) -> dict[str, Any]:
    return {"answers": [answer(one) for one in all_of_them]}


def reading(read: Reading) -> dict[str, Any]:
    pages = [_page(page) for page in read.pages]
    return {"media_type": read.media_type, "page_count": read.page_count, "pages": pages}


def _page(page: Page) -> dict[str, Any]:
    shown = {name: getattr(page, name) for name in ("number", "width", "height", "rotation", "source", "text")}
    lines = [{**_word(line), "words": [_word(word) for word in line.words]} for line in page.lines]
    return {**shown, "lines": lines, "marks": [mark_json(mark) for mark in page.marks]}


def _word(word: Word | Line) -> dict[str, Any]:
    return {"text": word.text, "confidence": round(word.confidence, 3), "polygon": polygon_json(word.place)}
