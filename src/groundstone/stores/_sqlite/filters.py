"""Filters as SQLAlchemy expressions over the row of ``documents``.

Every leaf becomes ``documents.row IN (subquery)``, which is true or false and never null, so that
``not`` means what it says.
"""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache

from sqlalchemy import ScalarSelect, Select, false, func, not_, or_, select, true
from sqlalchemy import and_ as all_of
from sqlalchemy.sql.elements import ColumnElement

from groundstone.errors import InvalidFilter, InvalidInput
from groundstone.filters import And, Compare, Filter, Not, Or
from groundstone.identity import EVERYONE
from groundstone.records import Scalar
from groundstone.stores._records import TEXT, Key, key_of
from groundstone.stores._sqlite.tables import documents, field_names, field_values, readers
from groundstone.stores.access import READERS, TENANT

Expression = ColumnElement[bool]


def compiled(where: Filter, tenant: str) -> Expression:
    """``where`` for the collection of ``tenant``. Raises InvalidFilter."""
    match where:
        case And(items):
            return all_of(true(), *(compiled(item, tenant) for item in items))
        case Or(items):
            return or_(false(), *(compiled(item, tenant) for item in items))
        case Not(item):
            return not_(compiled(item, tenant))
        case Compare(field="_tenant", op="eq", value=value):
            return true() if value == tenant else false()
        case Compare(field="_readers", op="in", value=tuple(names)):
            return _readable(names)
        case Compare(field=field) if field in (READERS, TENANT):
            raise InvalidFilter(f"{field} is reserved")
        case Compare():
            return _leaf(where)
    raise InvalidFilter(f"not a filter expression: {where!r}")


def value_rows(field: str) -> Select[tuple[int]]:
    """Select of the documents that have a value of ``field``; conditions on the value are added to it."""
    return select(field_values.c.doc).where(field_values.c.field == field_number(field))


def field_number(field: str) -> ScalarSelect[int]:
    return select(field_names.c.id).where(field_names.c.name == field).scalar_subquery()


@lru_cache(maxsize=256)  # the same few rights stand in every query
def _readable(names: tuple[Scalar, ...]) -> Expression:
    listed = documents.c.row.in_(select(readers.c.doc).where(readers.c.name.in_(names)))
    return or_(documents.c.restricted == 0, listed) if EVERYONE in names else listed


def _leaf(leaf: Compare) -> Expression:
    if leaf.op in ("ne", "not_in"):
        return not_(_leaf(Compare(leaf.field, "eq" if leaf.op == "ne" else "in", leaf.value)))
    having = value_rows(leaf.field)
    if leaf.op != "exists":
        return documents.c.row.in_(having.where(_condition(leaf)))
    return documents.c.row.in_(having) if leaf.value else documents.c.row.not_in(having)


def _condition(leaf: Compare) -> Expression:
    several = isinstance(leaf.value, tuple)
    if several != (leaf.op == "in"):
        raise InvalidFilter(f"{leaf.field}: '{leaf.op}' takes {'one value' if several else 'a list'}")
    keys = [_key(leaf, value) for value in (leaf.value if isinstance(leaf.value, tuple) else (leaf.value,))]
    match leaf.op:
        case "eq" | "in":
            return _one_of(keys)
        case "contains" | "starts_with":
            return _text(leaf, keys[0])
    return _ordered(leaf, keys[0])


def _key(leaf: Compare, value: Scalar) -> Key:
    try:
        return key_of(value)
    except InvalidInput as error:
        raise InvalidFilter(f"{leaf.field}: {error}") from None


def _one_of(keys: list[Key]) -> Expression:
    by_kind: dict[int, list[str | int | float]] = defaultdict(list)
    for kind, value in keys:
        by_kind[kind].append(value)
    column = field_values.c
    return or_(false(), *((column.kind == kind) & column.value.in_(values) for kind, values in by_kind.items()))


def _ordered(leaf: Compare, key: Key) -> Expression:
    value = field_values.c.value
    comparisons = {
        "lt": value < key.value,
        "le": value <= key.value,
        "gt": value > key.value,
        "ge": value >= key.value,
    }
    return (field_values.c.kind == key.kind) & comparisons[leaf.op]


def _text(leaf: Compare, key: Key) -> Expression:
    if not isinstance(key.value, str):
        raise InvalidFilter(f"{leaf.field}: '{leaf.op}' needs a text")
    is_text = field_values.c.kind == TEXT
    if not key.value:
        return is_text
    if leaf.op == "contains":
        return is_text & (func.instr(field_values.c.value, key.value) > 0)
    after = _after(key.value)
    return is_text & (field_values.c.value >= key.value) & (field_values.c.value < after if after else true())


def _after(prefix: str) -> str | None:
    """The smallest text above all that begin with ``prefix``, by code point; None when there is none."""
    shorter = prefix.rstrip("\U0010ffff")
    if not shorter:
        return None
    following = ord(shorter[-1]) + 1
    return shorter[:-1] + chr(0xE000 if following == 0xD800 else following)
