"""Requests as they once were: when each came, how many tokens it read and wrote.

Read are lists of seconds, one number a line; JSON lines as Mooncake published them (timestamp in milliseconds,
input_length, output_length, hash_ids); CSV with a heading, as Azure's (TIMESTAMP, ContextTokens, GeneratedTokens) and
BurstGPT's (Timestamp, Request tokens, Response tokens) are.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from groundstone.errors import InvalidInput

MOST_BYTES = 512 * 2**20
MOST_TOKENS = 1_000_000
BLOCK = 512  # tokens that one of Mooncake's hashes stands for
_AT = ("timestamp", "time", "at", "arrival", "arrived_at")
_READ = ("input_length", "contexttokens", "request tokens", "input_tokens", "prompt_tokens", "num_prefill_tokens")
_WRITE = ("output_length", "generatedtokens", "response tokens", "output_tokens", "completion_tokens",
          "num_decode_tokens")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Arrival:
    """``at``: seconds from the first one. ``read``, ``write``: tokens; 0 where the trace does not say.

    ``blocks``: of BLOCK tokens each, the same number for the same text, so that what requests share is shared again.
    """

    at: float
    read: int = 0
    write: int = 0
    blocks: tuple[int, ...] = ()


def read_trace(file: Path) -> tuple[Arrival, ...]:
    """In the order of time, the first one at 0. Raises InvalidInput, naming the line."""
    try:
        if file.stat().st_size > MOST_BYTES:
            raise InvalidInput(f"{file} has more than {MOST_BYTES // 2**20} MB; cut the trace")
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{file} cannot be read: {error}") from None
    lines = [line for line in text.splitlines() if line.strip()]
    if not lines:
        raise InvalidInput(f"{file} is empty; a trace has a request a line")
    try:
        found = sorted(_read(lines), key=lambda one: one.at)
    except (ValueError, TypeError, OverflowError) as error:
        raise InvalidInput(f"{file} is no trace: {error}") from None
    if not found:
        raise InvalidInput(f"{file} holds no request; a trace has one a line")
    begin = found[0].at
    return tuple(Arrival(one.at - begin, one.read, one.write, one.blocks) for one in found)


def _read(lines: list[str]) -> Iterator[Arrival]:
    if lines[0].lstrip()[:1] == "{":
        return _of_rows((_object(line, number) for number, line in enumerate(lines, 1)), 1)
    if "," in lines[0] or ";" in lines[0]:
        delimiter = ";" if ";" in lines[0] and "," not in lines[0] else ","
        return _of_rows(csv.DictReader(lines, delimiter=delimiter), 2)
    return (Arrival(_seconds(word, False)) for line in lines for word in line.split())


def _object(line: str, number: int) -> Mapping[str, Any]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise ValueError(f"line {number} is no JSON object")
    return found


def _of_rows(rows: Iterable[Mapping[str, Any]], first: int) -> Iterator[Arrival]:
    for number, row in enumerate(rows, first):
        known = {str(name).strip().lower(): value for name, value in row.items()}
        when = next((known[name] for name in _AT if known.get(name) not in (None, "")), None)
        if when is None:
            raise ValueError(f"line {number} has no time; its columns are {', '.join(known)[:120]}")
        blocks = known.get("hash_ids") or ()
        try:
            yield Arrival(
                _seconds(when, "hash_ids" in known), _tokens(known, _READ), _tokens(known, _WRITE),
                tuple(int(one) for one in blocks) if isinstance(blocks, list) else (),
            )  # fmt: skip
        except (ValueError, TypeError) as error:
            raise ValueError(f"line {number}: {error}") from None


def _seconds(when: Any, thousandths: bool) -> float:
    """A number of seconds, or thousandths of them, or a date and time."""
    try:
        found = float(when) / (1000 if thousandths else 1)
    except ValueError:
        head, _, rest = str(when).strip().replace("Z", "+00:00").partition(".")
        digits = len(rest) - len(rest.lstrip("0123456789"))
        fraction = float(f"0.{rest[:digits]}") if digits else 0.0
        found = datetime.fromisoformat(head + rest[digits:]).timestamp() + fraction
    if not -1e12 < found < 1e12:
        raise ValueError(f"{when!r} is no time")
    return found


def _tokens(known: Mapping[str, Any], names: Iterable[str]) -> int:
    value = next((known[name] for name in names if known.get(name) not in (None, "")), 0)
    found = int(float(value))
    if not 0 <= found <= MOST_TOKENS:
        raise ValueError(f"{value!r} is no number of tokens")
    return found
