"""The content of messages: texts and pictures. Nothing is fetched, so a picture comes as a data: address."""

from __future__ import annotations

import base64
from typing import Any

from groundstone.models.base import Picture
from groundstone.server.openai.errors import Refused
from groundstone.server.openai.members import Members

TEXTS = frozenset({"text", "input_text", "output_text", "refusal"})
PICTURES = frozenset({"image_url", "input_image"})


def content(value: Any, where: str) -> tuple[str, tuple[Picture, ...]]:
    """Text and pictures of a message's content: a string, or a list of parts, whose texts are joined by line ends."""
    if isinstance(value, str):
        return value, ()
    if not isinstance(value, list) or not value:
        raise Refused(f"{where}: must be a string or a list of parts", where, "invalid_type")
    texts: list[str] = []
    pictures: list[Picture] = []
    for number, part in enumerate(value):
        _read(Members(part, f"{where}[{number}]"), texts, pictures)
    return "\n".join(texts), tuple(pictures)


def _read(part: Members, texts: list[str], pictures: list[Picture]) -> None:
    kind = part.name("type")
    if kind in TEXTS:
        name = "refusal" if kind == "refusal" else "text"
        if not isinstance(text := part.needed(name), str):
            part.refuse(name, "must be a string", "invalid_type")
        texts.append(text)
        part.drop("annotations", "logprobs", "cache_control", "prompt_cache_breakpoint")
    elif kind in PICTURES:
        pictures.append(_picture(part, kind))
    else:
        part.refuse("type", f"parts of type {kind!r} are not supported; send text or pictures", "unsupported_value")
    part.finish()


def _picture(part: Members, kind: str) -> Picture:
    holder = part.inner("image_url") if kind == "image_url" else part
    name = "url" if kind == "image_url" else "image_url"
    address = holder.text(name)
    holder.choice("detail", ("auto", "low", "high", "original"), "auto")
    if holder is not part:
        holder.finish()
    head, comma, data = address.partition(",")
    if not head.startswith("data:") or not comma or not head.endswith(";base64"):
        holder.refuse(name, "send the picture itself as data:image/png;base64,...; nothing is fetched from addresses")
    try:
        decoded = base64.b64decode(data, validate=True)
    except ValueError:
        holder.refuse(name, "this is not valid base64", "invalid_base64")
    try:
        return Picture.of(decoded)
    except ValueError as error:
        holder.refuse(name, f"this picture cannot be read: {error}", "invalid_image_format")
