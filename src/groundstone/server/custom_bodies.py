"""What the native API of custom models takes and gives. Examples come as JSON, or as files in a form."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Request
from pydantic import BaseModel, Field, ValidationError
from starlette.datastructures import FormData, UploadFile

from groundstone.errors import InvalidInput
from groundstone.server import bodies, strict_json

Text = Annotated[str, Field(min_length=1, max_length=20_000)]
Method = Literal["auto", "head", "few-shot"]
FILES = ("examples", "tests")


class ExampleBody(bodies.Request):
    text: Text
    label: str = Field(min_length=1, max_length=100)


class TrainRequest(bodies.Request):
    """``tests`` are examples to test on; without any, one in five of each label is held out.

    ``chat`` names the chat model of the method few-shot; auto then tries both and keeps the better.
    """

    name: str = Field(min_length=1, max_length=63)
    method: Method = "auto"
    chat: str = Field("", max_length=200)
    replace: bool = False
    examples: list[ExampleBody] = Field(default_factory=list, max_length=100_000)
    tests: list[ExampleBody] = Field(default_factory=list, max_length=100_000)


class ClassifyRequest(bodies.Request):
    texts: list[Text] = Field(min_length=1, max_length=100)


class Labelled(BaseModel):
    label: str
    probability: float
    scores: dict[str, float]


class Classified(BaseModel):
    model: str
    labels: list[Labelled]


class ProgressBody(BaseModel):
    what: str
    done: int
    total: int


class Figures(BaseModel):
    accuracy: float
    macro_f1: float
    log_loss: float
    training_loss: float | None


class JobInfo(BaseModel):
    """``status``: InProgress, Completed, Failed, Stopping, Stopped. ``phase``: waiting, data, training, validation."""

    id: str
    name: str
    model: str
    method: str
    status: str
    phase: str
    progress: ProgressBody | None
    failure: str
    notes: list[str]
    figures: Figures | None
    created: datetime
    updated: datetime


class Jobs(BaseModel):
    jobs: list[JobInfo]


class ModelInfo(BaseModel):
    """``baseline`` is the accuracy of always giving the most frequent label."""

    name: str
    id: str
    method: str
    labels: list[str]
    embed: str
    chat: str
    created: datetime
    examples: int
    accuracy: float
    interval: tuple[float, float]
    baseline: float
    macro_f1: float
    tested_on: int


class Models(BaseModel):
    models: list[ModelInfo]


class LabelBody(BaseModel):
    label: str
    precision: float
    recall: float
    f1: float
    support: int


class MistakeBody(BaseModel):
    text: str
    label: str
    said: str
    probability: float


class Tried(BaseModel):
    method: str
    accuracy: float
    macro_f1: float


class ReportBody(BaseModel):
    """``confusion``: rows are true labels, columns given ones, in the order of ``labels``."""

    method: str
    trained_on: int
    tested_on: int
    accuracy: float
    interval: tuple[float, float]
    macro_f1: float
    baseline: float
    baseline_label: str
    log_loss: float
    calibration_error: float
    training_loss: float | None
    labels: list[LabelBody]
    confusion: list[list[int]]
    mistakes: list[MistakeBody]
    warnings: list[str]
    compared: list[Tried]


class ModelReport(ModelInfo):
    report: ReportBody


_FORM = {
    "type": "object",
    "required": ["name", "examples"],
    "properties": {
        "name": {"type": "string"},
        "method": {"type": "string", "enum": ["auto", "head", "few-shot"]},
        "chat": {"type": "string"},
        "replace": {"type": "string", "enum": ["true", "false"]},
        "examples": {"type": "string", "format": "binary"},
        "tests": {"type": "string", "format": "binary"},
    },
}


def _json_form() -> dict[str, Any]:
    """The schema of TrainRequest in one piece: OpenAPI looks for definitions elsewhere."""
    schema = TrainRequest.model_json_schema()
    example = schema.pop("$defs")["ExampleBody"]
    for name in FILES:
        schema["properties"][name]["items"] = example
    return schema


_CONTENT = {"application/json": {"schema": _json_form()}, "multipart/form-data": {"schema": _FORM}}
SENT: dict[str, Any] = {"requestBody": {"required": True, "content": _CONTENT}}


async def read(request: Request) -> tuple[TrainRequest, bytes, bytes]:
    """What is wanted, and the two files as JSON lines; empty bytes for one that is absent. Raises InvalidInput."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        async with request.form(max_files=2, max_fields=4) as form:
            wanted = _checked(dict(_fields(form)))
            if "examples" not in form:
                raise InvalidInput("examples: a file of JSON lines is needed here")
            return wanted, await _file(form, "examples"), await _file(form, "tests")
    if kind not in ("application/json", ""):
        raise InvalidInput(f"examples come as application/json or multipart/form-data, not {kind[:60]!r}")
    try:
        sent = strict_json.parsed(await request.body())
    except ValueError as error:
        raise InvalidInput(f"the body is not JSON that can be used: {error}") from None
    wanted = _checked(sent)
    return wanted, _lines(wanted.examples), _lines(wanted.tests)


def _checked(sent: Any) -> TrainRequest:
    try:
        return TrainRequest.model_validate(sent)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InvalidInput(f"{where or 'the body'}: {first['msg']}") from None


def _fields(form: FormData) -> list[tuple[str, Any]]:
    """The fields of a form that are no files."""
    for name, value in form.multi_items():
        if (name in FILES) != isinstance(value, UploadFile):
            raise InvalidInput(f"{name[:60]}: {'a file' if name in FILES else 'a plain field'} is needed here")
    return [(name, value) for name, value in form.multi_items() if name not in FILES]


async def _file(form: FormData, name: str) -> bytes:
    found = form.get(name)
    return await found.read() if isinstance(found, UploadFile) else b""


def _lines(examples: list[ExampleBody]) -> bytes:
    return "\n".join(json.dumps(example.model_dump()) for example in examples).encode()
