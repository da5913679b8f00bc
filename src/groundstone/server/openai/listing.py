"""GET /v1/models: what can be named as ``model``, models and knowledge bases alike."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from fastapi import Request
from starlette.responses import Response

from groundstone.errors import NotFound
from groundstone.identity import Principal
from groundstone.models.base import ModelInfo
from groundstone.server.openai import door, flow, grounded
from groundstone.server.stream import work

if TYPE_CHECKING:
    from groundstone.platform import Platform

UNKNOWN = 0  # when a model was made; the form demands a number


async def every(request: Request) -> Response:
    """All models of the catalogue, then the caller's knowledge bases."""
    caller = await door.caller(request)
    data = await work(request, _all, door.platform(request), caller)
    return flow.as_json({"object": "list", "data": data})


async def one(request: Request) -> Response:
    """One of them, by name or alias."""
    caller = await door.caller(request)
    found = await work(request, _one, door.platform(request), caller, request.path_params["model"])
    return flow.as_json(found)


def _all(platform: Platform, caller: Principal) -> list[dict[str, Any]]:
    models = [_model(info, info.name) for info in platform.models.list(caller)]
    for name in platform.knowledge_bases(caller):
        with suppress(NotFound):  # deleted meanwhile
            models.append(_base(name, platform.kb(name, caller).spec.title))
    return models


def _one(platform: Platform, caller: Principal, name: str) -> dict[str, Any]:
    if not name.startswith(door.BASES):
        return _model(door.model(platform, caller, name), name)
    short = name.removeprefix(door.BASES)
    return _base(short, grounded.opened(platform, caller, short).spec.title)


def _model(info: ModelInfo, name: str) -> dict[str, Any]:
    more = {
        "name": info.name,
        "task": info.task,
        "title": info.title or info.name,
        "abilities": sorted(info.abilities),
        "context": info.context,
        "dimensions": info.dimensions,
    }
    return {"id": name, "object": "model", "created": UNKNOWN, "owned_by": info.provider, "groundstone": more}


def _base(name: str, title: str) -> dict[str, Any]:
    more = {"name": name, "task": "knowledge", "title": title or name}
    return {"id": door.BASES + name, "object": "model", "created": UNKNOWN, "owned_by": "you", "groundstone": more}
