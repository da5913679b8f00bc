"""Requests read member by member, without a model class: it is the hot path, and every refusal names its member."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any, NoReturn

from starlette.requests import Request

from groundstone.errors import InvalidInput
from groundstone.server import strict_json
from groundstone.server.openai.errors import Refused

LONGEST_NAME = 512


async def body(request: Request) -> dict[str, Any]:
    """The JSON object that was sent. Raises Refused."""
    try:
        data = strict_json.parsed(await request.body())
    except ValueError as error:
        raise Refused(f"The body is not JSON that can be used: {error}", code="invalid_json") from None
    if not isinstance(data, dict):
        raise Refused("The body must be a JSON object.", code="invalid_json")
    return data


class Members:
    """The members of one object, taken one by one; ``finish`` refuses what nobody took.

    A member that is null counts as left out. ``where`` is the path of the object, for messages.
    """

    def __init__(self, data: Any, where: str = "") -> None:
        if not isinstance(data, dict):
            raise Refused(f"{where or 'The body'} must be an object.", where or None, "invalid_type")
        self._left = {name: value for name, value in data.items() if value is not None}
        self._where = where

    def path(self, name: str) -> str:
        return f"{self._where}.{name}" if self._where else name

    def take(self, name: str) -> Any:
        return self._left.pop(name, None)

    def refuse(self, name: str, message: str, code: str = "invalid_value") -> NoReturn:
        raise Refused(f"{self.path(name)}: {message}", self.path(name), code)

    def needed(self, name: str) -> Any:
        if name not in self._left:
            self.refuse(name, "this member is required", "missing_required_parameter")
        return self._left.pop(name)

    def text(self, name: str, default: str = "") -> str:
        value = self._left.pop(name, default)
        if not isinstance(value, str):
            self.refuse(name, "must be a string", "invalid_type")
        return value

    def name(self, name: str) -> str:
        """A string that is required, not empty and not long."""
        value = self.needed(name)
        if not isinstance(value, str) or not 0 < len(value) <= LONGEST_NAME:
            self.refuse(name, f"must be a string of 1 to {LONGEST_NAME} characters", "invalid_type")
        return value

    def flag(self, name: str, default: bool = False) -> bool:
        value = self._left.pop(name, default)
        if not isinstance(value, bool):
            self.refuse(name, "must be true or false", "invalid_type")
        return value

    def number(self, name: str, low: float, high: float) -> float | None:
        value = self._left.pop(name, None)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            self.refuse(name, f"must be a number from {low:g} to {high:g}")
        return float(value)

    def whole(self, name: str, low: int, high: int) -> int | None:
        value = self._left.pop(name, None)
        if value is None:
            return None
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            self.refuse(name, f"must be a whole number from {low} to {high}")
        return value

    def choice(self, name: str, among: Collection[str], default: str) -> str:
        value = self._left.pop(name, default)
        if not isinstance(value, str) or value not in among:
            self.refuse(name, f"must be one of: {', '.join(sorted(among))}")
        return value

    def items(self, name: str) -> list[Any]:
        """A list; empty when left out."""
        value = self._left.pop(name, ())
        if not isinstance(value, list | tuple):
            self.refuse(name, "must be a list", "invalid_type")
        return list(value)

    def inner(self, name: str) -> Members:
        """An object; empty when left out."""
        return Members(self._left.pop(name, {}), self.path(name))

    def strings(self, name: str, most: int) -> tuple[str, ...]:
        """One string or a list of them."""
        value = self._left.pop(name, ())
        if isinstance(value, str):
            return (value,)
        if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
            self.refuse(name, "must be a string or a list of strings", "invalid_type")
        if len(value) > most:
            self.refuse(name, f"holds at most {most} strings")
        return tuple(value)

    def drop(self, *names: str) -> None:
        """Members whose documented meaning is that they change nothing here."""
        for name in names:
            self._left.pop(name, None)

    def only(self, allowed: Mapping[str, tuple[Any, ...]]) -> None:
        """Members that may be sent as long as they ask for nothing but what happens anyway."""
        for name, values in allowed.items():
            value = self._left.pop(name, None)
            if value is not None and not any(value == one and isinstance(value, type(one)) for one in values):
                self.refuse(name, f"{_shown(value)} is not supported", "unsupported_value")

    def finish(self) -> None:
        if self._left:
            name = next(iter(self._left))
            shown = name if len(name) <= 60 else name[:60] + "…"
            raise Refused(f"Unknown parameter: {self.path(shown)!r}.", self.path(shown), "unknown_parameter")


def _shown(value: Any) -> str:
    try:
        text = json.dumps(value)
    except (ValueError, RecursionError):
        raise InvalidInput("a value cannot be shown") from None
    return text if len(text) <= 60 else text[:60] + "…"
