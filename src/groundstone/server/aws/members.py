"""JSON bodies read member by member: each with its type and range, and none left unread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from groundstone.errors import InvalidInput
from groundstone.server import strict_json

MISSING: Final = object()
LARGEST = 2**63 - 1
MOST = 1000  # strings in a list that states no limit of its own
_KINDS = {
    str: "a string",
    bool: "a boolean",
    int: "a whole number",
    float: "a number",
    list: "a list",
    dict: "an object",
}


def malformed(where: str, what: str) -> InvalidInput:
    """The error for a body that does not have the form of its family."""
    return InvalidInput(f"Malformed input request: {where or 'body'}: {what}; please reformat your input and try again")


class Members:
    """One JSON object. ``done`` refuses the members that nobody asked for, here and in the objects inside.

    >>> body = Members({"prompt": "Hi", "temprature": 1})
    >>> body.text("prompt")
    'Hi'
    >>> body.done()
    Traceback (most recent call last):
    groundstone.errors.InvalidInput: Malformed input request: body: extraneous key [temprature] is not permitted; \
please reformat your input and try again
    """

    def __init__(self, value: Any, where: str = "") -> None:
        if not isinstance(value, Mapping):
            raise malformed(where, f"must be an object, not {_said(value)}")
        self._value, self.where = value, where
        self._read: set[str] = set()
        self._inside: list[Members] = []

    @classmethod
    def of_json(cls, body: bytes) -> Members:
        """A request body. Raises InvalidInput when it is not one JSON object."""
        try:
            value = strict_json.parsed(body)
        except ValueError as error:
            raise malformed("body", f"it is not valid JSON ({error})") from None
        return cls(value)

    def __contains__(self, name: str) -> bool:
        return self._value.get(name) is not None

    def place(self, name: str) -> str:
        return f"{self.where}.{name}" if self.where else name

    def any(self, name: str, default: Any = MISSING) -> Any:
        """The value as it is. A null counts as absent. Raises InvalidInput when it is absent and has no default."""
        self._read.add(name)
        value = self._value.get(name)
        if value is not None:
            return value
        if default is MISSING:
            raise malformed(self.where, f"required key [{name}] not found")
        return default

    def text(self, name: str, default: Any = MISSING, *, blank: bool = False) -> Any:
        value = self._typed(name, str, default)
        if value is not default and not blank and not value.strip():
            raise malformed(self.place(name), "expected minLength: 1, actual: 0 (blanks do not count)")
        return value

    def whole(self, name: str, default: Any = MISSING, low: int | None = None, high: int = LARGEST) -> Any:
        value = self._typed(name, int, default)
        return value if value is default else self._between(name, value, low, high)

    def number(self, name: str, default: Any = MISSING, low: float = -LARGEST, high: float = LARGEST) -> Any:
        value = self._typed(name, float, default)
        return value if value is default else float(self._between(name, value, low, high))

    def flag(self, name: str, default: Any = MISSING) -> Any:
        return self._typed(name, bool, default)

    def choice(self, name: str, choices: Sequence[str], default: Any = MISSING) -> Any:
        value = self._typed(name, str, default)
        if value is not default and value not in choices:
            raise malformed(self.place(name), f"{value!r} is not one of: {', '.join(choices)}")
        return value

    def peek(self, name: str) -> Any:
        """The value, or None, without taking note that it was read."""
        return self._value.get(name)

    def rest(self) -> dict[str, Any]:
        """All members, for a reader of its own that checks them."""
        self._read |= set(self._value)
        return dict(self._value)

    def items(self, name: str, default: Any = MISSING) -> Any:
        return self._typed(name, list, default)

    def texts(self, name: str, default: Any = MISSING, most: int = MOST) -> tuple[str, ...]:
        """A list of strings that are not empty."""
        values = self._typed(name, list, default)
        if len(values) > most:
            raise malformed(self.place(name), f"expected maxItems: {most}, actual: {len(values)}")
        for index, value in enumerate(values):
            if not isinstance(value, str) or not value:
                raise malformed(f"{self.place(name)}.{index}", f"must be a string with text, not {_said(value)}")
        return tuple(values)

    def object(self, name: str) -> Members:
        """The object of this name; an empty one when it is absent."""
        return self._child(self.any(name, {}), self.place(name))

    def objects(self, name: str, default: Any = MISSING) -> list[Members]:
        values = self._typed(name, list, default)
        return [self._child(value, f"{self.place(name)}.{index}") for index, value in enumerate(values)]

    def only(self, name: str, *allowed: Any, why: str) -> None:
        """Absent, or one of these values, which change nothing here; anything else is refused with the reason."""
        value = self.any(name, None)
        if value is not None and not any(type(value) is type(same) and value == same for same in allowed):
            raise InvalidInput(f"{self.place(name)}: {why}")

    def refuse(self, reasons: Mapping[str, str]) -> None:
        """Members that are known but that nothing here can honour."""
        for name, why in reasons.items():
            if name in self:
                raise InvalidInput(f"{self.place(name)} is not supported: {why}")
            self._read.add(name)

    def done(self) -> None:
        extra = sorted(set(self._value) - self._read)
        if extra:
            raise malformed(self.where, f"extraneous key [{extra[0]}] is not permitted")
        for inside in self._inside:
            inside.done()

    def _child(self, value: Any, where: str) -> Members:
        made = Members(value, where)
        self._inside.append(made)
        return made

    def _typed(self, name: str, kind: type, default: Any) -> Any:
        value = self.any(name, default)
        if value is default:
            return value
        right = isinstance(value, int | float if kind is float else kind)
        if not right or (isinstance(value, bool) and kind is not bool):
            raise malformed(self.place(name), f"expected {_KINDS[kind]}, found {_said(value)}")
        return value

    def _between(self, name: str, value: Any, low: float | None, high: float) -> Any:
        if low is not None and value < low:
            raise malformed(self.place(name), f"{_shown(value)} is not greater or equal to {low}")
        if value > high:
            raise malformed(self.place(name), f"{_shown(value)} is not less or equal to {high}")
        return value


def _said(value: Any) -> str:
    return "null" if value is None else _KINDS.get(type(value), type(value).__name__)


def _shown(number: float) -> str:
    return f"{number}"[:40]
