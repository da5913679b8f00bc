"""Encoded pictures as callers send them."""

from __future__ import annotations

import base64
import binascii

from groundstone.errors import InvalidInput
from groundstone.models.base import Picture

KINDS = ("png", "jpeg", "gif", "webp")


def picture(data: bytes, said: str, where: str) -> Picture:
    """Raises InvalidInput when the bytes do not begin as a picture of the kind that they are said to be.

    Args:
        said: "png", "jpeg", "gif" or "webp", also with "image/" before it.
        where: the member, for the error.
    """
    kind = "jpeg" if (kind := said.removeprefix("image/")) == "jpg" else kind
    if kind not in KINDS:
        raise InvalidInput(f"{where}: {said!r} is not a kind of picture that is read: {', '.join(KINDS)}")
    found = _read(data, where)
    if found.media_type != f"image/{kind}":
        raise InvalidInput(f"{where}: could not process image: its bytes are not those of a {kind} file")
    return found


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
    return _read(from_base64(text, where), where)


def _read(data: bytes, where: str) -> Picture:
    try:
        return Picture.of(data)
    except ValueError as error:
        raise InvalidInput(f"{where}: could not process image: {error}") from None
