"""Random values that a service's model allows, from a seed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from random import Random
from re import _constants as c  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

DEEPEST = 6
LETTERS = 'abcXYZ019 -_.é語😀"\\/%?&='
DOCUMENTS: tuple[Any, ...] = ({"a": [1, 2.5, None, {"b": "ü"}]}, {}, {"": False}, {"x": "y"})


class Sampler:
    """Draws values of botocore shapes. ``fill`` is how likely an optional member is there."""

    def __init__(self, seed: int, fill: float = 0.5) -> None:
        self.random = Random(seed)
        self.fill = fill
        self.greedy = False  # repeats in patterns as long as they may be

    def value(self, shape: Any, depth: int = 0) -> Any:
        if getattr(shape, "is_document_type", False):
            return self.random.choice(DOCUMENTS)
        kind = {"long": "integer", "double": "float", "character": "string"}.get(shape.type_name, shape.type_name)
        return getattr(self, kind)(shape, depth)

    def structure(self, shape: Any, depth: int) -> dict[str, Any]:
        members = {name: member for name, member in shape.members.items() if not is_stream(member)}
        names = self._union(members, depth) if shape.is_tagged_union else self._members(shape, members, depth)
        return {name: self.value(members[name], depth + 1) for name in names}

    def _union(self, members: Mapping[str, Any], depth: int) -> list[str]:
        flat = [name for name, member in members.items() if is_flat(member)]
        return [self.random.choice(flat if flat and depth >= DEEPEST else list(members))]

    def _members(self, shape: Any, members: Mapping[str, Any], depth: int) -> list[str]:
        required = set(shape.required_members)
        fill = self.fill if depth < DEEPEST else 0
        return [name for name in members if name in required or self.random.random() < fill]

    def list(self, shape: Any, depth: int) -> list[Any]:
        return [self.value(shape.member, depth + 1) for _ in range(self._size(shape, depth))]

    def map(self, shape: Any, depth: int) -> dict[str, Any]:
        size = self._size(shape, depth)
        return {self.value(shape.key, depth + 1): self.value(shape.value, depth + 1) for _ in range(size)}

    def _size(self, shape: Any, depth: int) -> int:
        low = shape.metadata.get("min", 0)
        more = self.random.randint(0, 2) if depth < DEEPEST else 0
        return min(low + more, shape.metadata.get("max", low + more))

    def string(self, shape: Any, depth: int) -> str:
        if shape.enum:
            return self.random.choice(shape.enum)
        low = shape.metadata.get("min", 0)
        high = min(shape.metadata.get("max", low + 12), low + 12)
        pattern = shape.metadata.get("pattern")
        if pattern and is_enforced(pattern):
            return self.matching(pattern, low, shape.metadata.get("max", 10**6))
        return "".join(self.random.choice(LETTERS) for _ in range(self.random.randint(max(low, 1), max(high, 1))))

    def matching(self, pattern: str, low: int, high: int) -> str:
        if "\\b" in pattern:  # word boundaries are beyond this; only IP addresses have them
            return next(text for text in ("10.0.0.1", "ip-10-0-0-1.x", "TSTALIASID") if re.fullmatch(pattern, text))
        short, long = [(size, False) for size in range(20)], [(size, True) for size in (*range(90), low)]
        for longest, self.greedy in short + long:
            made = "".join(self._regex(parsed(pattern), longest))
            if low <= len(made) <= high and re.fullmatch(pattern, made):
                return made
        raise AssertionError(f"no text for {pattern}")

    def _regex(self, nodes: Any, longest: int) -> list[str]:
        return [self._node(operator, argument, longest) for operator, argument in nodes]

    def _node(self, operator: Any, argument: Any, longest: int) -> str:
        if operator is c.LITERAL:
            return chr(argument)
        if operator in (c.ANY, c.NOT_LITERAL):
            return self.random.choice("abc19")
        if operator is c.IN:
            return self._set(argument)
        if operator in (c.MAX_REPEAT, c.MIN_REPEAT):
            low, high, inner = argument
            most = min(int(high), low + longest)
            count = most if self.greedy else self.random.randint(low, most)
            return "".join("".join(self._regex(inner, longest)) for _ in range(count))
        if operator is c.BRANCH:
            return "".join(self._regex(self.random.choice(argument[1]), longest))
        if operator is c.SUBPATTERN:
            return "".join(self._regex(argument[3], longest))
        return ""  # anchors and what looks ahead: the result is checked as a whole

    def _set(self, choices: Any) -> str:
        if choices[0][0] is c.NEGATE:
            refused = {chr(argument) for operator, argument in choices[1:] if operator is c.LITERAL}
            return self.random.choice([letter for letter in "abcxyz189" if letter not in refused])
        operator, argument = self.random.choice(choices)
        if operator is c.RANGE:
            return chr(self.random.randint(argument[0], argument[1]))
        if operator is c.CATEGORY:
            classes = {c.CATEGORY_DIGIT: "0123456789", c.CATEGORY_SPACE: " ", c.CATEGORY_NOT_WORD: "-"}
            return self.random.choice(classes.get(argument, "abcxyz189"))
        return chr(argument)

    def integer(self, shape: Any, depth: int) -> int:
        low = int(shape.metadata.get("min", -5))
        return self.random.randint(low, int(shape.metadata.get("max", max(low, 0) + 1000)))

    def float(self, shape: Any, depth: int) -> float:
        low, high = shape.metadata.get("min", -5.0), shape.metadata.get("max", 1000.0)
        return float(self.random.choice([low, high, round(self.random.uniform(low, high), 3)]))

    def boolean(self, shape: Any, depth: int) -> bool:
        return self.random.random() < 0.5

    def blob(self, shape: Any, depth: int) -> bytes:
        low = shape.metadata.get("min", 0)
        return self.random.randbytes(self.random.randint(max(low, 1), max(low, 1) + 20))

    def timestamp(self, shape: Any, depth: int) -> datetime:
        return datetime(2024, 2, 29, tzinfo=UTC) + timedelta(seconds=self.random.randint(-(10**8), 10**8))


def is_stream(shape: Any) -> bool:
    return bool(shape.serialization.get("eventstream") or getattr(shape, "is_eventstream", False))


def is_flat(shape: Any) -> bool:
    return shape.type_name not in ("structure", "list", "map")


def is_enforced(pattern: str) -> bool:
    return not any(part in pattern for part in ("arn:", "\\p", "\\P", "\\u"))


@cache
def parsed(pattern: str) -> Any:
    return _parser.parse(pattern)
