"""JSON of requests, read so strictly that whatever gets it, a store or an engine, can write it again."""

from __future__ import annotations

import json
import math
import re
from typing import Any

DEEPEST = 100  # levels of lists and objects
_HALF = re.compile(r"\\u[dD][89a-fA-F]")  # may be half of a surrogate pair


def parsed(data: bytes) -> Any:
    """The value of a JSON text.

    Raises ValueError, whose words say what is wrong: bytes that are not UTF-8, a text that is not JSON, numbers that
    are not finite, half of a surrogate pair, more than DEEPEST levels.
    """
    text = data.decode("utf-8")
    try:
        value = json.loads(text, parse_float=_finite, parse_constant=_finite)
        if text.count("[") + text.count("{") > DEEPEST and _depth(value) > DEEPEST:
            raise RecursionError
        if _HALF.search(text):
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except RecursionError:
        raise ValueError(f"it nests more than {DEEPEST} levels deep") from None
    except UnicodeEncodeError:
        raise ValueError("it has half of a surrogate pair") from None
    return value


def _finite(text: str) -> float:
    if not math.isfinite(number := float(text)):
        raise ValueError(f"{text[:40]} is no finite number")
    return number


def _depth(value: Any) -> int:
    """Levels of lists and objects, counted up to one more than DEEPEST."""
    depth, level = 0, [value]
    while depth <= DEEPEST and (level := [item for item in level if isinstance(item, dict | list)]):
        level = [inner for item in level for inner in (item.values() if isinstance(item, dict) else item)]
        depth += 1
    return depth
