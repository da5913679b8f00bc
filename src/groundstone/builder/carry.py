"""Runs a mapping: data of the one schema becomes data of the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from groundstone.builder import transforms
from groundstone.builder.mapping import Link, Mapped
from groundstone.builder.validity import check_schema, checked
from groundstone.errors import InvalidInput

Indexes = tuple[int, ...]


def apply(mapping: Mapped, data: Any, target: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The target's data, checked against its schema when that is given. Values that are absent stay absent.

    Raises InvalidInput that names the value which cannot be turned, or the place that does not satisfy the schema.
    """
    if target is not None:
        check_schema(target)
    made: dict[str, Any] = {}
    for link in sorted(mapping.links, key=lambda one: one.transform == "constant"):
        for indexes, values in _found(link, data, made):
            if link.transform != "constant" and all(value is None for value in values):
                continue
            _put(made, link, indexes, _turned(link, values))
    return made if target is None else dict(checked(made, target))


def _turned(link: Link, values: list[Any]) -> Any:
    try:
        return transforms.turned(link.transform, link.options, values)
    except ValueError as error:
        raise transforms.refused(link.sources[0], values[0], link.target, str(error)) from None


def _found(link: Link, data: Any, made: Mapping[str, Any]) -> Iterator[tuple[Indexes, list[Any]]]:
    """Indexes into the target's arrays, and the values of all sources there."""
    depth = link.target.count("[]")
    if not link.sources:  # a constant, for each element that exists by now
        parent = link.target.rpartition("[]")[0]
        for indexes, _ in _values(made, f"{parent}[]") if depth else [((), None)]:
            yield indexes, []
        return
    every = [dict(_values(data, path)) for path in link.sources]
    longest = max(every, key=lambda one: max((len(key) for key in one), default=0))
    for key in longest:
        if len(key) > depth and any(key[depth:]):
            continue  # the target has room for one: the first
        yield (key + (0,) * depth)[:depth], [_at(one, key) for one in every]


def _at(values: Mapping[Indexes, Any], key: Indexes) -> Any:
    """The value for an element; one that stands outside of the array counts for all its elements."""
    if key in values:
        return values[key]
    return next((values[key[:length]] for length in range(len(key), -1, -1) if key[:length] in values), None)


def _values(node: Any, path: str, indexes: Indexes = ()) -> Iterator[tuple[Indexes, Any]]:
    if not path:
        yield indexes, node
    elif path.startswith("[]"):
        for number, item in enumerate(node if isinstance(node, list) else []):
            yield from _values(item, path[2:].removeprefix("."), (*indexes, number))
    else:
        cut = min((at for at in (path.find("."), path.find("[]")) if at >= 0), default=len(path))
        if isinstance(node, dict) and path[:cut] in node:
            yield from _values(node[path[:cut]], path[cut:].removeprefix("."), indexes)


def _put(made: dict[str, Any], link: Link, indexes: Indexes, value: Any) -> None:
    names = [name for name in link.target.replace("[]", ".[]").split(".") if name]
    left, node = list(indexes), made
    for here, after in zip(names, [*names[1:], ""], strict=True):
        fresh: Any = [] if after == "[]" else {}
        if isinstance(node, list) != (here == "[]") or not isinstance(node, list | dict):
            raise InvalidInput(f"{link.target}: another link makes a value of another kind there")
        node = (
            _into_list(node, left.pop(0), after, value, fresh)
            if here == "[]"
            else _into(node, here, after, value, fresh)
        )


def _into_list(node: Any, at: int, after: str, value: Any, fresh: Any) -> Any:
    while len(node) <= at:
        node.append(None if not after else type(fresh)())
    if not after:
        node[at] = value
    return node[at]


def _into(node: Any, name: str, after: str, value: Any, fresh: Any) -> Any:
    if not after:
        node[name] = value
        return value
    return node.setdefault(name, fresh)
