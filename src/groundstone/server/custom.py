"""The native API of custom models: examples in, a job that trains, a report to read, a model to use."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from groundstone.errors import InvalidInput
from groundstone.identity import Principal
from groundstone.server import custom_bodies
from groundstone.server.custom_bodies import (
    Classified,
    ClassifyRequest,
    JobInfo,
    Jobs,
    ModelReport,
    Models,
    TrainRequest,
)
from groundstone.server.native import ERRORS, Caller, platform
from groundstone.server.stream import model_work, work
from groundstone.training.order import Order

if TYPE_CHECKING:
    from groundstone.models.base import ModelInfo
    from groundstone.models.custom_files import CustomModel
    from groundstone.platform import Platform
    from groundstone.stores.resources import Resource

SVG = "image/svg+xml"
PICTURE: dict[int | str, dict[str, Any]] = {200: {"content": {SVG: {"schema": {"type": "string"}}}}}
router = APIRouter(prefix="/api", responses=ERRORS)


@router.post("/custom-models", response_model=JobInfo, status_code=202, openapi_extra=custom_bodies.SENT)
async def train(request: Request, caller: Caller) -> Any:
    """Train a custom model on examples, as JSON or as a form with files; the answer is the job to watch."""
    wanted, examples, tests = await custom_bodies.read(request)
    return await work(request, _started, platform(request), caller, wanted, examples, tests)


@router.get("/custom-models", response_model=Models)
async def models(request: Request, caller: Caller) -> Any:
    """The custom models of the caller, with their main figures."""
    return await work(request, _models, platform(request), caller)


@router.get("/custom-models/{name}", response_model=ModelReport)
async def model(request: Request, caller: Caller, name: str) -> Any:
    """A custom model with the report on the examples that it had not seen."""
    return await work(request, _report, platform(request), caller, name)


@router.get("/custom-models/{name}/confusion.svg", response_class=Response, responses=PICTURE)
async def confusion(request: Request, caller: Caller, name: str) -> Response:
    """The confusion matrix of a custom model as a picture: rows are true labels, columns given ones."""
    found = await work(request, platform(request).custom.find, caller, name)
    return Response(await work(request, found.picture), media_type=SVG, headers={"cache-control": "no-store"})


@router.post("/custom-models/{name}/classify", response_model=Classified)
async def classify(request: Request, caller: Caller, name: str, wanted: ClassifyRequest) -> Any:
    """Classify texts by a custom model; the label of each, and the probability of every label."""
    found = await model_work(request, platform(request).models.scores, caller, name, wanted.texts)
    return {"model": name, "labels": [_labelled(scores) for scores in found]}


@router.delete("/custom-models/{name}", status_code=204)
async def delete(request: Request, caller: Caller, name: str) -> None:
    """Delete a custom model."""
    await work(request, platform(request).training.delete, caller, name)


@router.get("/custom-model-jobs", response_model=Jobs)
async def jobs(request: Request, caller: Caller) -> Any:
    """The newest 100 training jobs, newest first."""
    found = await work(request, platform(request).training.list, caller)
    return {"jobs": [_job(job) for job in found[:-101:-1]]}


@router.get("/custom-model-jobs/{job}", response_model=JobInfo)
async def job(request: Request, caller: Caller, job: str) -> Any:
    """A training job and how far it is."""
    return _job(await work(request, platform(request).training.find, caller, job))


@router.post("/custom-model-jobs/{job}/stop", response_model=JobInfo)
async def stop(request: Request, caller: Caller, job: str) -> Any:
    """Stop a training job; nothing of it is kept, and it ends a moment later."""
    return _job(await work(request, platform(request).training.stop, caller, job))


def _started(platform: Platform, caller: Principal, wanted: TrainRequest, examples: bytes, tests: bytes) -> JobInfo:
    chat = _chat(platform.models.info(caller, wanted.chat)) if wanted.chat else ""
    if wanted.method == "head" and chat:
        raise InvalidInput("the method head needs no chat model; leave chat out, or choose auto or few-shot")
    if wanted.method == "few-shot" and not chat:
        raise InvalidInput("the method few-shot needs a chat model; name one in chat, or choose head")
    order = Order(wanted.name, wanted.method, chat, replace=wanted.replace)
    return _job(platform.training.start(caller, order, examples=examples, tests=tests))


def _chat(info: ModelInfo) -> str:
    if info.task != "chat" or info.engine == "custom":
        raise InvalidInput(f"{info.name} is no chat model that could be asked for labels")
    return info.name


def _job(job: Resource) -> JobInfo:
    body, order = job.body, job.body["order"]
    return JobInfo(
        id=job.id,
        name=job.name,
        model=order["model"],
        method=body.get("method", order["method"]),
        status=body["status"],
        phase=body["phase"],
        progress=body["progress"],
        failure=body["failure"],
        notes=body["notes"],
        figures=body.get("figures"),
        created=job.created,
        updated=job.updated,
    )


def _models(platform: Platform, caller: Principal) -> dict[str, Any]:
    return {"models": [_model(model) for model in platform.custom.list(caller)]}


def _model(model: CustomModel) -> dict[str, Any]:
    report = model.report()
    shown = {name: getattr(model, name) for name in ("name", "id", "method", "labels", "embed", "chat", "created")}
    figures = {name: getattr(report, name) for name in ("accuracy", "interval", "baseline", "macro_f1", "tested_on")}
    return {**shown, "examples": model.examples, **figures}


def _report(platform: Platform, caller: Principal, name: str) -> dict[str, Any]:
    model = platform.custom.find(caller, name)
    report = model.report()
    named = ("method", "accuracy", "macro_f1")
    compared = [dict(zip(named, row, strict=True)) for row in report.compared]
    return {**_model(model), "report": asdict(report) | {"compared": compared}}


def _labelled(scores: Any) -> dict[str, Any]:
    label = max(scores, key=scores.__getitem__)
    return {"label": label, "probability": scores[label], "scores": scores}
