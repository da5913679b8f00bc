"""Prompts out of a file: JSON lines, a list in JSON (ShareGPT's among them), or a text a line."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from groundstone.endpoints.load.heard import Ask
from groundstone.endpoints.load.prompts import Lengths
from groundstone.endpoints.load.vocabulary import Vocabulary
from groundstone.errors import InvalidInput

MOST_BYTES = 512 * 2**20
_TEXTS = ("prompt", "inputs", "input", "question", "instruction", "text", "query")
_READ = ("input_length", "input_tokens", "input_len", "prompt_tokens", "prompt_len")
_WRITE = ("output_length", "output_tokens", "output_len", "max_tokens", "completion_tokens")
_SPEAKERS = {"human": "user", "user": "user", "gpt": "assistant", "assistant": "assistant", "chatgpt": "assistant",
             "system": "system", "bing": "assistant", "bard": "assistant"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """A prompt, alone or as the last of ``turns``; or only its length. ``read``, ``write``: tokens; 0: not told.

    ``reply``: what was once answered, as ShareGPT has it; its length is that of the answer that is asked for.
    """

    prompt: str
    turns: tuple[tuple[str, str], ...] = ()
    read: int = 0
    write: int = 0
    reply: str = ""


def read_prompts(file: Path) -> tuple[Entry, ...]:
    """Raises InvalidInput, naming the entry that is none."""
    try:
        if file.stat().st_size > MOST_BYTES:
            raise InvalidInput(f"{file} has more than {MOST_BYTES // 2**20} MB; take a part of it")
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{file} cannot be read: {error}") from None
    begin = text.lstrip()[:1]
    try:
        found = _listed(text) if begin == "[" else _lines(text) if begin == "{" else _plain(text)
        entries = tuple(found)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"{file} holds no prompts: {error}") from None
    if not entries:
        raise InvalidInput(f"{file} holds no prompt")
    return entries


def asks_of(
    entries: tuple[Entry, ...], write: Lengths, words: Vocabulary, seed: int, first: int = 0, every: int = 1
) -> Iterator[Ask]:
    """Requests without end: the entries over and over, in their order, or by chance with a seed other than 0.

    ``first``, ``every``: which of them, for one of several processes. How much is written: as the entry says, else as
    many tokens as the reply once had (a word counts as one), else ``write``.
    """
    drawn, order = random.Random(seed), list(range(first % len(entries), len(entries), every)) or [first % len(entries)]
    while True:
        if seed:
            drawn.shuffle(order)
        for number in order:
            one = entries[number]
            prompt = one.prompt or words.text(drawn, max(one.read, 1))
            wanted = one.write or (max(1, len(one.reply.split())) if one.reply else write.draw(drawn))
            yield Ask(prompt, wanted, one.turns, one.read)


def _plain(text: str) -> Iterator[Entry]:
    return (Entry(line.strip()) for line in text.splitlines() if line.strip())


def _lines(text: str) -> Iterator[Entry]:
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            try:
                yield _entry(json.loads(line))
            except ValueError as error:
                raise ValueError(f"line {number}: {error}") from None


def _listed(text: str) -> Iterator[Entry]:
    for number, told in enumerate(json.loads(text), 1):
        try:
            yield Entry(told) if isinstance(told, str) else _entry(told)
        except ValueError as error:
            raise ValueError(f"entry {number}: {error}") from None


def _entry(told: Any) -> Entry:
    if not isinstance(told, dict):
        raise ValueError(f"{str(told)[:40]!r} is no JSON object")
    read, write = _number(told, _READ), _number(told, _WRITE)
    said = told.get("messages") or told.get("conversations") or told.get("conversation")
    if isinstance(said, list) and said:
        turns = tuple(_turn(one) for one in said)
        asked = next((place for place, (role, _) in enumerate(turns) if role == "assistant"), len(turns))
        reply = turns[asked][1] if asked < len(turns) and "conversations" in told else ""
        kept = turns[:asked] if "conversations" in told or asked == len(turns) - 1 else turns
        if not kept or kept[-1][0] != "user":
            raise ValueError("a conversation ends with what a user says")
        return Entry(kept[-1][1], kept, read, write, reply)
    prompt = next((told[name] for name in _TEXTS if isinstance(told.get(name), str) and told[name].strip()), "")
    if not prompt and not read:
        raise ValueError(f"neither prompt, messages, conversations nor input_length in {', '.join(told)[:80]}")
    return Entry(prompt, (), read, write)


def _turn(told: Any) -> tuple[str, str]:
    if isinstance(told, dict):
        role = _SPEAKERS.get(str(told.get("role") or told.get("from")))
        text = told.get("content") or told.get("value")
        if isinstance(text, list):  # parts, of which the texts are kept
            text = "\n".join(str(part["text"]) for part in text if isinstance(part, dict) and "text" in part)
        if role and isinstance(text, str) and text.strip():
            return role, text
    raise ValueError("a turn has a role (user, assistant, system) and a text")


def _number(told: Mapping[str, Any], names: tuple[str, ...]) -> int:
    value = next((told[name] for name in names if told.get(name) is not None), 0)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 1_000_000:
        raise ValueError(f"{value!r} is no number of tokens")
    return value
