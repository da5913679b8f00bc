"""Encoded pictures as callers send them."""

from __future__ import annotations

import base64
import binascii

from groundstone.errors import InvalidInput
from groundstone.models.base import Picture

_BEGINNINGS = {"png": b"\x89PNG\r\n\x1a\n", "jpeg": b"\xff\xd8\xff", "gif": b"GIF8", "webp": b"RIFF"}


def picture(data: bytes, said: str, where: str) -> Picture:
    """Raises InvalidInput when the bytes do not begin as a picture of the kind that they are said to be.

    Args:
        said: "png", "jpeg", "gif" or "webp", also with "image/" before it.
        where: the member, for the error.
    """
    kind = "jpeg" if (kind := said.removeprefix("image/")) == "jpg" else kind
    if kind not in _BEGINNINGS:
        raise InvalidInput(f"{where}: {said!r} is not a kind of picture that is read: png, jpeg, gif, webp")
    if found_kind(data) != kind:
        raise InvalidInput(f"{where}: could not process image: its bytes are not those of a {kind} file")
    return Picture(data, f"image/{kind}")


def found_kind(data: bytes) -> str | None:
    """What the first bytes say: "png", "jpeg", "gif", "webp" or None."""
    kind = next((kind for kind, start in _BEGINNINGS.items() if data.startswith(start)), None)
    return None if kind == "webp" and data[8:12] != b"WEBP" else kind


def from_base64(text: str, where: str) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise InvalidInput(f"{where}: it is not base64") from None
    if not data:
        raise InvalidInput(f"{where}: it is empty")
    return data


def guessed(text: str, where: str) -> Picture:
    """A base64 picture whose kind its first bytes tell."""
    data = from_base64(text, where)
    kind = found_kind(data)
    if kind is None:
        raise InvalidInput(f"{where}: could not process image: it is neither PNG, JPEG, GIF nor WebP")
    return Picture(data, f"image/{kind}")
