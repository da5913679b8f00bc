"""Who counts the tokens of a prompt: a tokenizer's file, the server's own tokenizer, or its count of what it read."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from groundstone.endpoints.load.client import Exchange
from groundstone.endpoints.load.heard import Ask, Heard, count, member
from groundstone.endpoints.load.runner import Target
from groundstone.endpoints.load.vocabulary import PLAIN, Counting, Vocabulary, learned
from groundstone.errors import InvalidInput
from groundstone.models import runtime

WAYS = ("auto", "server", "usage", "words")
AT_ONCE = 4  # questions to the server at the same time
_EMPTY = "river"


class Uncounted(Exception):
    """Nobody counted; the next way is tried."""


@dataclass(frozen=True, slots=True)
class _Way:
    """A question to a server: ``body`` of a text, ``tokens`` of what it answers."""

    name: str
    path: str
    body: Callable[[str], Mapping[str, Any]]
    tokens: Callable[[Any], int]


def of_file(place: str) -> Callable[[str], int]:
    """Counts by a tokenizer.json, or the folder that holds one. Raises InvalidInput."""
    file = Path(place)
    file = file / "tokenizer.json" if file.is_dir() else file
    try:
        told = member(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{file} cannot be read as a tokenizer.json: {error}") from None
    if not isinstance(told.get("model"), dict):
        raise InvalidInput(f"{file} is no tokenizer.json, which is an object of JSON with a model")
    read = runtime.tokenizer(file)
    return lambda text: len(read.encode(text, add_special_tokens=False).ids)


async def vocabulary(target: Target, tokenizer: str, stop: asyncio.Event) -> Vocabulary:
    """The words out of which prompts for this server are made, counted in the best way that ``tokenizer`` allows.

    A file's name: by that file. "auto": by the server's tokenizer, else by what it counts of a few short requests, else
    a word is a token. "server", "usage", "words": by that way alone, or by words. What the request's form adds (a
    chat's marks) is learned from one more request. Raises InvalidInput for a file that is no tokenizer.
    """
    if tokenizer not in WAYS:
        return await _with_form(target, await learned(_local(of_file(tokenizer)), f"the tokenizer in {tokenizer}"))
    tried: list[Callable[[Target], Awaitable[Vocabulary]]] = []
    if tokenizer in ("auto", "server"):
        tried.append(_by_server)
    if tokenizer in ("auto", "usage"):
        tried.append(_by_usage)
    for way in tried:
        if stop.is_set():
            break
        try:
            return await way(target)
        except Uncounted:
            continue
    return PLAIN


def _local(counted: Callable[[str], int]) -> Counting:
    async def tokens(text: str) -> int:
        return counted(text)

    return tokens


async def _by_server(target: Target) -> Vocabulary:
    for way in _ways(target):
        counting = _asking(target, way)
        try:
            await counting(_EMPTY)
        except Uncounted:
            continue
        return await _with_form(target, await learned(counting, way.name))
    raise Uncounted


def _ways(target: Target) -> tuple[_Way, ...]:
    if target.wire.service == "bedrock":
        return (
            _Way(
                "Bedrock's CountTokens",
                "/model/{model}/count-tokens",
                _converse,
                lambda told: count(told, "inputTokens"),
            ),
        )
    if target.wire.service:
        return ()
    model = {"model": target.model} if target.model else {}
    return (
        _Way("the server's /tokenize (vLLM)", "/tokenize", lambda text: {**model, "prompt": text}, _counted),
        _Way("the server's /tokenize (llama.cpp)", "/tokenize", lambda text: {"content": text}, _counted),
        _Way("the server's /tokenize (TGI)", "/tokenize", lambda text: {"inputs": text}, _counted),
    )


def _converse(text: str) -> Mapping[str, Any]:
    return {"input": {"converse": {"messages": [{"role": "user", "content": [{"text": text}]}]}}}


def _counted(told: Any) -> int:
    if isinstance(told, dict):
        return count(told, "count", "inputTokens") or _counted(told.get("tokens"))
    return len(told) if isinstance(told, list) else 0


def _asking(target: Target, way: _Way) -> Counting:
    gate = asyncio.Semaphore(AT_ONCE)

    async def tokens(text: str) -> int:
        path = replace(target.wire, path=way.path).place(target.model)
        async with gate:
            exchange = await target.client.send(target.post(path, json.dumps(way.body(text)).encode()))
        try:
            told = json.loads(exchange.reply.body) if exchange.reply.status == 200 else None
        except (ValueError, RecursionError):
            told = None
        if exchange.failure or not (found := way.tokens(told)):
            raise Uncounted
        return found

    return tokens


async def _by_usage(target: Target) -> Vocabulary:
    gate = asyncio.Semaphore(AT_ONCE)

    async def tokens(text: str) -> int:
        async with gate:
            found = (await probe(target, text)).tokens_in
        if not found:
            raise Uncounted
        return found

    return await learned(tokens, "the server's own count of what it read", firsts=4)


async def _with_form(target: Target, made: Vocabulary) -> Vocabulary:
    """What the server counts beyond the words belongs to the request's form, and is there in each."""
    text = f"{made.firsts[0]} {made.costs[-1][0]}"
    found = (await probe(target, text)).tokens_in
    form = found - made.tokens(text) if found else 0
    if form and form + made.overhead >= 0:
        return replace(made, overhead=made.overhead + form, way=f"{made.way}, with {form} of the request's form")
    return made


async def probe(target: Target, text: str) -> Heard:
    """One short request, outside of the measurement; an empty Heard when it fails."""
    return _heard(target, await target.client.send(target.request(Ask(text, 1))))


def _heard(target: Target, exchange: Exchange) -> Heard:
    reply = exchange.reply
    if exchange.failure or not 200 <= reply.status < 300:
        return Heard((), refused=str(member(reply.body))[:500] if reply.status in (400, 422) else "")
    return target.wire.read(reply)


async def answers(target: Target, stop: asyncio.Event) -> bool:
    """Whether it is worth asking for more; False when two short requests, one after the other, took too long."""
    for _ in range(2):
        if stop.is_set() or (await target.client.send(target.request(Ask(_EMPTY, 1)))).failure != "timeout":
            return True
    return False


async def agreed(target: Target, stop: asyncio.Event) -> tuple[Target, int]:
    """The target with the first form of its wire that the server takes, and the form's number.

    Servers that know fewer parameters refuse a request with 400 or 422; then the plainer forms are tried. What is wrong
    otherwise stays for the run to tell.
    """
    for number in range(len(target.wire.others) + 1):
        if stop.is_set():
            break
        tried = replace(target, wire=target.wire.form(number))
        heard = await probe(tried, _EMPTY)
        if not heard.refused:
            return tried, number
    return target, 0
