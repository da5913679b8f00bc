"""POST /v1/images/generations."""

from __future__ import annotations

import base64
import re
import time
from typing import TYPE_CHECKING

from fastapi import Request
from starlette.responses import Response

from groundstone.identity import Principal
from groundstone.models.base import DrawOptions
from groundstone.server.openai import door, flow, members
from groundstone.server.openai.errors import Refused
from groundstone.server.openai.members import Members
from groundstone.server.stream import model_work

if TYPE_CHECKING:
    from groundstone.platform import Platform

SIZE = re.compile(r"(\d{2,4})x(\d{2,4})")
ONLY = {
    "response_format": ("b64_json",),
    "quality": ("auto", "standard"),
    "background": ("auto",),
    "moderation": ("auto",),
    "style": (),
    "stream": (False,),
    "output_format": ("png",),
    "partial_images": (0,),
}


async def generate(request: Request) -> Response:
    """Pictures of a description, as base64."""
    caller, platform = await door.caller(request), door.platform(request)
    given = Members(await members.body(request))
    prompt, name = given.text("prompt"), given.text("model")
    if not prompt.strip():
        given.refuse("prompt", "describe the picture", "missing_required_parameter")
    options = _options(given)
    given.only(ONLY)
    given.drop("user")
    given.finish()
    model = door.model(platform, caller, name).name if name else _first(platform, caller)
    pictures = await model_work(request, platform.models.draw, caller, name or model, prompt, options)
    data = [{"b64_json": base64.b64encode(picture.data).decode()} for picture in pictures]
    return flow.as_json({"created": int(time.time()), "data": data})


def _options(given: Members) -> DrawOptions:
    size = given.text("size", "auto")
    match = SIZE.fullmatch("1024x1024" if size == "auto" else size)
    if match is None:
        given.refuse("size", "must look like 1024x1024")
    count, seed = given.whole("n", 1, 10) or 1, given.whole("seed", 0, 2**32 - 1)
    return DrawOptions(int(match[1]), int(match[2]), count, seed, given.text("negative_prompt"))


def _first(platform: Platform, caller: Principal) -> str:
    found = next((info.name for info in platform.models.list(caller) if info.task == "draw"), None)
    if found is None:
        raise Refused("No model that draws is configured here; add one to catalog.toml.", "model", "no_such_model")
    return found
