"""Files of fields: TOML with one table a field, checked so that every mistake names its file and entry."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Any

from groundstone.documents.values.base import KINDS
from groundstone.errors import ConfigError

PURPOSES = ("", "birth", "issue", "event", "expiry")
PREFERENCES = ("", "largest", "smallest", "latest", "earliest", "first", "last", "top", "bottom")
_LISTS = ("labels", "not", "questions", "values")
_KEYS = frozenset({"kind", "group", "purpose", "prefer", "replace", *_LISTS})
LARGEST = 2_000_000  # bytes of a file


@dataclass(frozen=True, slots=True)
class Field:
    """One field that papers have.

    ``labels`` are how papers name it; ``not_labels`` are words that make a label another field's; ``questions`` are how
    people ask for it beyond its labels; ``values`` are typical values. ``purpose`` of a date: "birth", "issue",
    "event", "expiry". ``prefer``: which of several plausible values to take, such as "largest" or "top" (of the page).
    """

    name: str
    kind: str
    labels: tuple[str, ...]
    not_labels: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    group: str = "own"
    purpose: str = ""
    prefer: str = ""


@cache
def shipped() -> Mapping[str, Field]:
    """The fields that come with Groundstone."""
    text = files("groundstone.documents").joinpath("fields.toml").read_text(encoding="utf-8")
    return MappingProxyType(read(text, "fields.toml", {}))


def own(path: Path, base: Mapping[str, Field]) -> dict[str, Field]:
    """The fields of ``base`` with those of a user's file: new ones, and more labels for those there are.

    Without such a file, ``base`` as it is. ConfigError: the file cannot be read, is too large or has a mistake.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return dict(base)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror}); mend or remove it") from error
    if len(data) > LARGEST:
        raise ConfigError(f"{path}: {len(data)} bytes are more than the {LARGEST} of a vocabulary; make it smaller")
    try:
        return read(data.decode("utf-8"), str(path), base)
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: is not UTF-8 (byte {error.start}); save it as UTF-8") from error


def read(text: str, source: str, base: Mapping[str, Field]) -> dict[str, Field]:
    """``base`` and the fields of a TOML text. ConfigError names ``source`` and the entry."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{source}: is no TOML ({error})") from error
    merged = dict(base)
    for name, table in tables.items():
        where = f"{source}, [{name}]"
        if not isinstance(table, dict):
            raise ConfigError(f"{where}: every entry is a table with kind and labels, not {type(table).__name__}")
        if not name.replace("_", "").isalnum() or name != name.lower():
            raise ConfigError(f"{where}: names of fields are small letters, digits and _")
        merged[name] = _field(name, table, merged.get(name), where)
    return merged


def _field(name: str, table: dict[str, Any], known: Field | None, where: str) -> Field:
    unknown = sorted(table.keys() - _KEYS)
    if unknown:
        raise ConfigError(f"{where}: {unknown[0]!r} is no key of a field; use {', '.join(sorted(_KEYS))}")
    replace = table.get("replace", False)
    if not isinstance(replace, bool):
        raise ConfigError(f"{where}: replace is true or false")
    base = None if replace else known
    lists = {key: _strings(table.get(key, []), f"{where}, {key}") for key in _LISTS}
    kind = _one_of(table.get("kind", base.kind if base else None), KINDS, f"{where}, kind")
    purpose = _one_of(table.get("purpose", base.purpose if base else ""), PURPOSES, f"{where}, purpose")
    prefer = _one_of(table.get("prefer", base.prefer if base else ""), PREFERENCES, f"{where}, prefer")
    group = table.get("group", base.group if base else "own")
    if not isinstance(group, str):
        raise ConfigError(f"{where}, group: must be a text")
    labels = _more(base.labels if base else (), lists["labels"])
    if not labels:
        raise ConfigError(f"{where}: a field needs labels, a list of at least one text")
    return Field(
        name, kind, labels, _more(base.not_labels if base else (), lists["not"]),
        _more(base.questions if base else (), lists["questions"]), _more(base.values if base else (), lists["values"]),
        group, purpose, prefer,
    )  # fmt: skip


def _more(held: tuple[str, ...], added: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*held, *added)))


def _one_of(value: object, allowed: tuple[str, ...], where: str) -> str:
    if not isinstance(value, str) or value not in allowed:
        raise ConfigError(f"{where}: {value!r} is none of {', '.join(repr(one) for one in allowed)}")
    return value


def _strings(value: object, where: str) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise ConfigError(f"{where}: must be a list of texts")
    for at, one in enumerate(value, 1):
        if not isinstance(one, str) or not one.strip() or len(one) > 200:
            raise ConfigError(f"{where}, entry {at}: {one!r:.80} is no text of 1 to 200 characters")
    return tuple(one.strip() for one in value)
