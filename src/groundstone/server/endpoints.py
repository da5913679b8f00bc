"""The native API of endpoints: deploy a model, share requests between versions, ask, measure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response

from groundstone.endpoints.base import JSON, Call
from groundstone.endpoints.deploy import deploy
from groundstone.endpoints.metrics import Latencies, Tally
from groundstone.errors import DocumentTooLarge
from groundstone.server.endpoint_bodies import (
    NAME,
    DeployRequest,
    EndpointInfo,
    EndpointList,
    MetricsInfo,
    Times,
    VariantInfo,
    VariantMetrics,
    WeightsRequest,
)
from groundstone.server.native import ERRORS, Caller, platform
from groundstone.server.stream import model_work, work

if TYPE_CHECKING:
    from groundstone.stores.resources import Resource

MOST_BODY = 6 * 2**20  # bytes of a request to a model
MOST_MINUTES = 15 * 24 * 60
ANYTHING: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}
ARCHIVE = {"requestBody": {"required": True, "content": {"application/octet-stream": ANYTHING}}}
ASKED = {
    "requestBody": {"required": True, "content": {JSON: {"schema": {}}, "image/jpeg": ANYTHING, "image/png": ANYTHING}}
}
ANSWER: dict[int | str, dict[str, Any]] = {
    200: {"content": {JSON: {"schema": {}}}, "description": "What the model says"}
}
Name = Annotated[str, Path(pattern=NAME)]
Share = Annotated[float, Query(gt=0, le=1)]
Instances = Annotated[int, Query(ge=1, le=64)]
router = APIRouter(prefix="/api/endpoints", responses=ERRORS)


@router.get("", response_model=EndpointList)
async def endpoints(request: Request, caller: Caller) -> Any:
    """The endpoints of the caller's tenant, newest first."""
    found = await work(request, platform(request).endpoints.list, caller)
    return {"endpoints": [_info(one) for one in reversed(found)]}


@router.get("/{name}", response_model=EndpointInfo)
async def endpoint(request: Request, caller: Caller, name: Name) -> Any:
    """An endpoint and the versions behind it."""
    return _info(await work(request, platform(request).endpoints.find, caller, name))


@router.post("/{name}", response_model=EndpointInfo, status_code=202)
async def deploy_model(request: Request, caller: Caller, name: Name, wanted: DeployRequest) -> Any:
    """Deploy a model of the catalogue or a custom model; it is ready when the status is InService."""
    made = await work(
        request,
        deploy,
        platform(request).endpoints,
        caller,
        name,
        model=wanted.model,
        share=wanted.share,
        instances=wanted.instances,
    )
    return _info(made)


@router.put("/{name}/package", response_model=EndpointInfo, status_code=202, openapi_extra=ARCHIVE)
async def deploy_package(
    request: Request, caller: Caller, name: Name, share: Share = 1.0, instances: Instances = 1
) -> Any:
    """Deploy a package (.tar.gz) as the next version, alone or with a share of the requests."""
    data = await request.body()
    service = platform(request).endpoints
    made = await work(request, deploy, service, caller, name, package=data, share=share, instances=instances)
    return _info(made)


@router.post("/{name}/invoke", response_class=Response, responses=ANSWER, openapi_extra=ASKED)
async def invoke(
    request: Request, caller: Caller, name: Name, variant: Annotated[str, Query(max_length=63)] = ""
) -> Response:
    """Ask the model behind an endpoint; the body is what that model takes."""
    body = await request.body()
    if len(body) > MOST_BODY:
        raise DocumentTooLarge(f"the body has {len(body)} bytes; an endpoint takes {MOST_BODY >> 20} MB")
    call = Call(caller, body, request.headers.get("content-type", JSON), request.headers.get("accept", ""))
    made = await model_work(request, platform(request).endpoints.invoke, caller, name, call, variant)
    headers = {"x-groundstone-variant": made.variant, "server-timing": f"model;dur={made.seconds * 1000:.1f}"}
    return Response(made.answer.body, media_type=made.answer.content_type, headers=headers)


@router.post("/{name}/weights", response_model=EndpointInfo)
async def weights(request: Request, caller: Caller, name: Name, wanted: WeightsRequest) -> Any:
    """Change which share of the requests each version answers."""
    changes = {variant: (weight, None) for variant, weight in wanted.weights.items()}
    return _info(await work(request, platform(request).endpoints.weigh, caller, name, changes))


@router.get("/{name}/metrics", response_model=MetricsInfo)
async def metrics(
    request: Request, caller: Caller, name: Name, minutes: Annotated[int, Query(ge=1, le=MOST_MINUTES)] = 60
) -> Any:
    """Requests, failures and latencies of each version in the last minutes; also of an endpoint that was deleted."""
    now = datetime.now(UTC)
    service = platform(request).endpoints
    found = await work(request, service.measured, caller, name, now - timedelta(minutes=minutes), now)
    return {"endpoint": name, "minutes": minutes, "variants": [_measured(each, found[each]) for each in sorted(found)]}


@router.delete("/{name}", status_code=204)
async def delete(request: Request, caller: Caller, name: Name) -> None:
    """Delete an endpoint; the versions stay in the registry."""
    await work(request, platform(request).endpoints.delete, caller, name)


def _info(found: Resource) -> EndpointInfo:
    body = found.body
    variants = [
        VariantInfo(
            name=one["name"],
            model=one["content"]["model"] or one["model"],
            kind=one["content"]["kind"],
            package=one["content"]["package"],
            weight=one["weight"],
            instances=one["count"],
        )
        for one in body["variants"]
    ]
    told = {"name": found.name, "status": body["status"], "reason": body["reason"]}
    return EndpointInfo(**told, variants=variants, created=found.created, updated=found.updated)


def _measured(variant: str, tally: Tally) -> VariantMetrics:
    return VariantMetrics(
        variant=variant,
        invocations=tally.invocations,
        errors=tally.errors,
        model=_times(tally.model),
        overhead=_times(tally.overhead),
    )


def _times(taken: Latencies) -> Times | None:
    if not taken.count:
        return None
    values = {f"p{part}": taken.percentile(part) for part in (50, 90, 99)}
    values |= {"average": taken.sum / taken.count, "low": taken.low, "high": taken.high}
    return Times(**{name: round(value / 1000, 3) for name, value in values.items()})
