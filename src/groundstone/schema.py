"""What the fields of a knowledge base are: their names, types, and the part each plays."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from typing import Any, Literal, get_args

from groundstone.errors import ConfigError, InvalidInput
from groundstone.records import Scalar, Value

FieldType = Literal["text", "integer", "number", "boolean", "date"]


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field.

    Args:
        name: as in the records; lower case with underscores.
        type: of each single value.
        many: the field holds a list.
        in_text: it is written into the document's text, so that it can be cited.
        embedded: it is part of what the embedding model and the full-text index see.
        filterable: filters, sorts and counts may use it.
        label: how people see it ("Directed by"); the name when empty.
        unit: for numbers ("min").
        note: a remark that belongs to every value ("sample value").
    """

    name: str
    type: FieldType = "text"
    many: bool = False
    in_text: bool = True
    embedded: bool = True
    filterable: bool = True
    label: str = ""
    unit: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        if not self.name or self.name.startswith("_"):
            raise ConfigError(f"a field's name may not be empty or begin with an underscore: {self.name!r}")
        if self.type not in get_args(FieldType):
            raise ConfigError(f"field {self.name}: unknown type {self.type!r}; use one of {get_args(FieldType)}")

    @property
    def heading(self) -> str:
        return self.label or self.name.replace("_", " ").capitalize()

    def coerce(self, value: Any) -> Value | None:
        """The value in this field's type; None when it is empty. Raises InvalidInput if it does not fit."""
        if value is None or value == "" or value == []:
            return None
        if self.many:
            items = value if isinstance(value, list | tuple | set) else [value]
            kept = [self._scalar(item) for item in items if item not in (None, "")]
            return tuple(item for item in dict.fromkeys(kept) if item != "") or None
        if isinstance(value, list | tuple):
            if len(value) != 1:
                raise InvalidInput(f"field {self.name} holds one value, got a list of {len(value)}")
            value = value[0]
        found: Scalar | None = None if value in (None, "") else self._scalar(value)
        return None if found == "" else found  # blanks alone are no value

    def _scalar(self, value: Any) -> Scalar:
        try:
            return _SCALARS[self.type](value)
        except (TypeError, ValueError, OverflowError):
            raise InvalidInput(f"field {self.name}: {str(value)[:80]!r} is not a valid {self.type}") from None


def _text(value: Any) -> str:
    if isinstance(value, dict | list | tuple):
        raise TypeError
    return str(value).strip()


def _integer(value: Any) -> int:
    if isinstance(value, float) and not value.is_integer():
        raise ValueError
    number = int(value)
    if abs(number) > 2**53:
        raise ValueError
    return number


def _number(value: Any) -> float:
    number = float(value)
    if number != number or number in (float("inf"), float("-inf")):
        raise ValueError
    return number


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    return {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}[str(value).strip().lower()]


def _date(value: Any) -> date:
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else date.fromisoformat(str(value).strip()[:10])


def _boolean_or_error(value: Any) -> bool:
    try:
        return _boolean(value)
    except KeyError:
        raise ValueError from None


_SCALARS: dict[str, Callable[[Any], Scalar]] = {
    "text": _text,
    "integer": _integer,
    "number": _number,
    "boolean": _boolean_or_error,
    "date": _date,
}


@dataclass(frozen=True, slots=True)
class Schema:
    """The fields of a knowledge base and which of them is the identifier, the title and the body.

    A knowledge base of plain files has the schema ``Schema()``: no fields but what side files add.
    """

    fields: tuple[FieldSpec, ...] = ()
    id_field: str | None = None
    title_field: str | None = None
    body_field: str | None = None  # the long prose, e.g. "plot"
    _by_name: Mapping[str, FieldSpec] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_name = {spec.name: spec for spec in self.fields}
        if len(by_name) != len(self.fields):
            raise ConfigError("two fields of the schema have the same name")
        for role in (self.id_field, self.title_field, self.body_field):
            if role is not None and role not in by_name:
                raise ConfigError(f"the schema gives a role to {role!r}, which is none of its fields")
        object.__setattr__(self, "_by_name", by_name)

    def __contains__(self, name: str) -> bool:
        return name in self._by_name

    def get(self, name: str) -> FieldSpec | None:
        return self._by_name.get(name)

    def with_fields(self, extra: Iterable[FieldSpec]) -> Schema:
        """This schema and the fields of ``extra`` that it does not have yet."""
        new = tuple(spec for spec in extra if spec.name not in self._by_name)
        return replace(self, fields=self.fields + new) if new else self

    def to_json(self) -> dict[str, Any]:
        return {
            "fields": [asdict(spec) for spec in self.fields],
            "id_field": self.id_field,
            "title_field": self.title_field,
            "body_field": self.body_field,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Schema:
        """Inverse of ``to_json``; also the form of ``[schema]`` in app.toml. Raises ConfigError."""
        try:
            specs = tuple(FieldSpec(**item) for item in data.get("fields", ()))
            return cls(specs, data.get("id_field"), data.get("title_field"), data.get("body_field"))
        except TypeError as error:
            raise ConfigError(f"schema: {error}") from None
