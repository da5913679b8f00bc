"""Which operation a request means, by its raw path or its X-Amz-Target."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from urllib.parse import unquote

from groundstone.server.aws.model import FIRST, TARGETS, service
from groundstone.server.aws.shapes import Operation


@dataclass(frozen=True, slots=True)
class Route:
    """A path template in parts; a part that is a label has its name in ``labels`` at the same place."""

    service: str
    operation: str
    parts: tuple[str, ...]
    labels: tuple[str, ...]
    query: frozenset[str]

    def matches(self, parts: list[str], query: frozenset[str], empty: bool) -> bool:
        """``empty``: a label may be empty, as a guardrail's version may."""
        for part, label, sent in zip(self.parts, self.labels, parts, strict=True):
            if not (sent or empty if label else part == sent):
                return False
        return self.query <= query


@dataclass(frozen=True, slots=True)
class Found:
    """An operation and the values of the labels in its path, decoded."""

    operation: Operation
    labels: dict[str, str]


def by_target(target: str) -> Found | None:
    """Of X-Amz-Target: "Textract.AnalyzeDocument"."""
    prefix, _, name = target.partition(".")
    if prefix not in TARGETS:
        return None
    operation = service(TARGETS[prefix]).operation(name)
    return Found(operation, {}) if operation else None


def may_be_ours(path: str) -> bool:
    """Whether some service has paths that begin like this one; reads no model."""
    return path[1:].partition("/")[0] in FIRST


@lru_cache(256)  # asked twice for a request, and callers stay with few models
def by_path(method: str, raw_path: str, query: frozenset[str] = frozenset()) -> Found | None:
    """Of a path as it was sent: percent-encoded, where the last slash may decide.

    ``query`` has the names in the query string. A slash too many or too few is forgiven only when nothing else fits.
    """
    other = raw_path[:-1] if raw_path.endswith("/") else raw_path + "/"
    for path, empty in ((raw_path, False), (other, False), (raw_path, True)):
        found = list(_candidates(method, path, query, empty))
        if found:
            return _chosen(found, path)
    return None


def _candidates(method: str, path: str, query: frozenset[str], empty: bool) -> Iterator[Route]:
    parts = path.split("/")[1:]
    for name in FIRST.get(parts[0], ()) if parts else ():
        for route in _table(name).get((method, len(parts)), ()):
            if route.matches(parts, query, empty):
                yield route


def _chosen(found: list[Route], path: str) -> Found:
    # The most literal template wins; /tags/{arn} exists twice, and only sessions and flow runs belong to the runtime.
    runtime_tag = ":session/" in (arn := unquote(path)) or "/execution/" in arn
    best = max(
        found,
        key=lambda route: (
            sum(not label for label in route.labels) + len(route.query),
            route.service.endswith("-runtime") == runtime_tag,
        ),
    )
    operation = service(best.service).operation(best.operation)
    assert operation is not None  # the table was made from this service
    sent = path.split("/")[1:]
    labels = {label: unquote(part) for label, part in zip(best.labels, sent, strict=True) if label}
    return Found(operation, labels)


@cache
def _table(name: str) -> dict[tuple[str, int], tuple[Route, ...]]:
    table: dict[tuple[str, int], tuple[Route, ...]] = {}
    for operation, method, template in service(name).paths if service(name).rest else ():
        path, _, query = template.partition("?")
        parts = tuple(path.split("/")[1:])
        labels = tuple(part[1:-1] if part.startswith("{") else "" for part in parts)
        route = Route(name, operation, parts, labels, frozenset(query.split("&")) if query else frozenset())
        table[method, len(parts)] = (*table.get((method, len(parts)), ()), route)
    return table
