"""The native API of load runs: start, follow, stop, list, compare, keep, take along, and what to deploy."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated, Any

import anyio
from fastapi import APIRouter, FastAPI, Path, Query, Request
from fastapi.responses import Response

from groundstone.endpoints.capacity.accelerators import accelerators, instances, read_prices
from groundstone.endpoints.capacity.advise import Limits
from groundstone.endpoints.capacity.architectures import catalogue
from groundstone.endpoints.capacity.roofline import Workload
from groundstone.endpoints.runs.advice import advised
from groundstone.endpoints.runs.base import Run
from groundstone.endpoints.runs.commands import commands
from groundstone.endpoints.runs.compare import FEWEST, MOST, compare
from groundstone.endpoints.runs.order import WIRES
from groundstone.endpoints.runs.reports import Form, write_report
from groundstone.endpoints.runs.service import Runs
from groundstone.endpoints.runs.targets import Engine
from groundstone.endpoints.runs.theory import beside, probed, with_theory
from groundstone.errors import NotFound
from groundstone.identity import Principal
from groundstone.server import auth
from groundstone.server import load_run_bodies as forms
from groundstone.server import load_run_json as as_json
from groundstone.server.native import ERRORS, PRIVATE, Caller, platform
from groundstone.server.stream import Events, work

if TYPE_CHECKING:
    from groundstone.platform import Platform

LOOK_EVERY = 0.4  # seconds between two looks at a run that goes
ALIVE_EVERY = 15.0
SHOWN = 1200  # looks at a run that a page is sent at once
TYPES = {"html": "text/html", "json": "application/json", "csv": "text/csv", "md": "text/markdown"}
SENT: dict[int | str, dict[str, Any]] = {200: {"content": {name: {"schema": {}} for name in TYPES.values()}}}
EVENTS: dict[int | str, dict[str, Any]] = {200: {"content": {"text/event-stream": {}}}}
Id = Annotated[str, Path(pattern=forms.RUN_ID)]
Ids = Annotated[list[str], Query(alias="run", min_length=FEWEST, max_length=MOST)]
Search = Annotated[str, Query(max_length=200)]


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Runs end with the server, and keep what they have measured."""
    found = _made(app)
    yield
    await anyio.to_thread.run_sync(found.close)


router = APIRouter(prefix="/api/load-runs", responses=ERRORS, lifespan=lifespan)


@router.get("", response_model=forms.LoadRunsBody)
async def runs(request: Request, caller: Caller, search: Search = "") -> Any:
    """The load runs of the caller's tenant, newest first, also those of `groundstone load` in a terminal."""
    found = await work(request, _runs(request).history.runs, caller, search)
    admin = auth.is_admin(platform(request), caller)
    return {"runs": [as_json.run_body(one, caller, admin) for one in found]}


@router.post("", response_model=forms.LoadRunBody, status_code=202)
async def start(request: Request, caller: Caller, wanted: forms.StartLoadRun) -> Any:
    """Start a load run in a process of its own: on this machine's ports, a listed address, an engine, a simulation."""
    admin = auth.is_admin(platform(request), caller)
    run = await work(request, _runs(request).start, caller, wanted.order(), wanted.title, admin)
    return as_json.run_body(run, caller, admin)


@router.post("/import", response_model=forms.LoadRunBody, status_code=201, openapi_extra=forms.IMPORTED)
async def take(
    request: Request, caller: Caller, title: Annotated[str, Query(max_length=forms.LONGEST_TITLE)] = ""
) -> Any:
    """Keep a report that `groundstone load --json` wrote; the body is that file."""
    run = await work(request, _runs(request).history.take, caller, await request.body(), title)
    return as_json.run_body(run, caller, True)


@router.get("/choices", response_model=forms.ChoicesBody)
async def choices(request: Request, caller: Caller) -> Any:
    """What can be chosen: models and instances of the catalogue, wires, engines, addresses, prices of prices.toml."""
    service = _runs(request)
    targets = await work(request, service.targets)
    engines = service.engines(caller) if auth.is_admin(platform(request), caller) else {}
    prices = platform(request).settings.home / "prices.toml"
    return {
        "models": list(catalogue()),
        "instances": {name: place.count for name, place in instances().items()},
        "accelerators": list(accelerators()),
        "wires": list(WIRES),
        "engines": [{"name": name, "models": one.models} for name, one in engines.items()],
        "targets": list(targets.listed),
        "loopback": targets.loopback,
        "prices": await work(request, read_prices, prices) if prices.is_file() else {},
    }


@router.get("/compare", response_model=forms.ComparisonBody)
async def compared(request: Request, caller: Caller, ids: Ids) -> Any:
    """Two to four runs side by side, with ratios to the first."""
    return await work(request, _compared, request, caller, ids)


@router.post("/advice", response_model=forms.AdviceBody)
async def advice(request: Request, caller: Caller, wanted: forms.AskAdvice) -> Any:
    """What to deploy a model on under limits and prices, by theory; and what a measured run says of them."""
    history = _runs(request).history
    report = await work(request, history.report, caller, wanted.run) if wanted.run else None
    limits = Limits(**wanted.limits.model_dump())
    workload = Workload(wanted.read, wanted.write)
    found = await work(request, advised, wanted.model, workload, limits, wanted.prices, report)
    return as_json.advice_body(found, wanted.write)


@router.get("/{id}", response_model=forms.LoadRunDetail)
async def run(request: Request, caller: Caller, id: Id) -> Any:
    """A run with what it has measured so far."""
    return await work(request, _detail, request, caller, id)


@router.get("/{id}/events", response_class=Response, responses=EVENTS)
async def follow(request: Request, caller: Caller, id: Id) -> Any:
    """What a run does, as events: ``run`` at first and when it changes, ``measured``, ``points``, and ``done``."""
    await work(request, _runs(request).history.find, caller, id)
    return Events(_news(request, caller, id))


@router.get("/{id}/report.{form}", response_class=Response, responses=SENT)
async def report(request: Request, caller: Caller, id: Id, form: Form) -> Response:
    """The report, to take along: one page that opens without a network, JSON, CSV or Markdown."""
    text = await work(request, _written, _runs(request), caller, id, form)
    headers = {**PRIVATE, "content-disposition": f'attachment; filename="load-{id}.{form}"'}
    return Response(text, media_type=TYPES[form], headers=headers)


@router.patch("/{id}", response_model=forms.LoadRunBody)
async def label(request: Request, caller: Caller, id: Id, wanted: forms.LabelLoadRun) -> Any:
    """Give a run another title, or other tags; one with tags is never removed for newer ones."""
    admin = auth.is_admin(platform(request), caller)
    history = _runs(request).history
    run = await work(request, history.label, caller, id, title=wanted.title, tags=wanted.tags, admin=admin)
    return as_json.run_body(run, caller, admin)


@router.post("/{id}/stop", response_model=forms.LoadRunBody, status_code=202)
async def stop(request: Request, caller: Caller, id: Id) -> Any:
    """Ask a run to end, also one of a terminal; what it has measured is kept."""
    admin = auth.is_admin(platform(request), caller)
    return as_json.run_body(await work(request, _runs(request).history.stop, caller, id, admin), caller, admin)


@router.delete("/{id}", status_code=204)
async def delete(request: Request, caller: Caller, id: Id) -> None:
    """Delete a run that has ended."""
    await work(request, _runs(request).history.delete, caller, id, auth.is_admin(platform(request), caller))


def _made(app: FastAPI) -> Runs:
    held: Platform = app.state.platform
    app.state.load_runs = Runs(held.settings.home, lambda caller: _engines(held, caller))
    found: Runs = app.state.load_runs
    return found


def _runs(request: Request) -> Runs:
    found: Runs | None = getattr(request.app.state, "load_runs", None)
    return found or _made(request.app)  # an application that is used without being started begins here


def _engines(held: Platform, caller: Principal) -> Mapping[str, Engine]:
    """Those of the catalogue with OpenAI's interface and an address, and what they call their chat models."""
    catalog = held.models.catalog
    found = {}
    for name, spec in catalog.engines.items():
        if spec.kind != "openai" or not spec.options.get("url"):
            continue
        models = (one for one in catalog.models.values() if one.engine == name and one.task == "chat")
        names = tuple(one.at_engine or one.name for one in models if one.tenant in (None, caller.tenant))
        options = spec.options
        found[name] = Engine(options["url"], names, options.get("api_key_env", ""), options.get("api_key", ""))
    return found


def _detail(request: Request, caller: Principal, id: str) -> forms.LoadRunDetail:
    history = _runs(request).history
    found = history.find(caller, id)
    points, _ = history.points(caller, found.id)
    admin = auth.is_admin(platform(request), caller)
    body, measured = as_json.run_body(found, caller, admin), _measured(request, caller, found)
    return forms.LoadRunDetail(run=body, measured=measured, points=points[-SHOWN:], commands=commands(found.order))


def _measured(request: Request, caller: Principal, run: Run) -> forms.MeasuredBody | None:
    try:
        report = _runs(request).history.report(caller, run.id)
    except NotFound:  # before the first level
        return None
    return as_json.measured_body(report, probed(beside(run.order), report))


def _written(service: Runs, caller: Principal, id: str, form: Form) -> str:
    order = service.history.find(caller, id).order
    return write_report(with_theory(beside(order), service.history.report(caller, id)), form)


def _compared(request: Request, caller: Principal, ids: list[str]) -> forms.ComparisonBody:
    history = _runs(request).history
    found = compare([history.report(caller, id) for id in ids])
    return as_json.comparison_body(found, [_detail(request, caller, id) for id in ids])


async def _news(request: Request, caller: Principal, id: str) -> AsyncGenerator[tuple[str, Any], None]:
    history, admin = _runs(request).history, auth.is_admin(platform(request), caller)
    known: Run | None = None
    read, quiet = 0, 0.0
    while True:
        try:
            found = await work(request, history.find, caller, id)
            points, read = await work(request, history.points, caller, id, read)
        except NotFound:
            yield "done", {"gone": True}
            return
        if points:
            yield "points", {"points": points[-SHOWN:]}
        if found != known:
            yield "run", as_json.run_body(found, caller, admin).model_dump()
        if known is None or found.summary != known.summary:
            measured = await work(request, _measured, request, caller, found)
            if measured is not None:
                yield "measured", measured.model_dump()
        if found.state != "running":
            yield "done", {"gone": False}
            return
        quiet = 0.0 if points or found != known else quiet + LOOK_EVERY
        known = found
        if quiet >= ALIVE_EVERY:
            yield "alive", {}
            quiet = 0.0
        await anyio.sleep(LOOK_EVERY)
