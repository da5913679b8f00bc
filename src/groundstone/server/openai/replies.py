"""Where replies come from: a model of the catalogue or a knowledge base, as one stream of pieces."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

from groundstone.errors import NotFound
from groundstone.identity import Principal
from groundstone.models.base import ChatOptions, Delta, ModelInfo
from groundstone.server.line import Line
from groundstone.server.openai import door, grounded
from groundstone.server.openai.chat_request import DEFAULT_TOKENS, Asked
from groundstone.server.openai.errors import ModelNotFound
from groundstone.server.openai.grounded import Evidence

if TYPE_CHECKING:
    from groundstone.platform import Platform

Piece = Delta | Evidence


def pieces(platform: Platform, caller: Principal, asked: Asked, base_url: str, line: Line) -> Iterator[Piece]:
    """The reply. Runs in a worker thread; every error of the models comes out of it."""
    if asked.model.startswith(door.BASES):
        yield from grounded.replies(platform, caller, asked, base_url)
        return
    options = asked.options if asked.limit else _within(door.model(platform, caller, asked.model), asked.options)
    try:
        stream = platform.models.chat(caller, asked.model, asked.messages, options)
    except NotFound:
        raise ModelNotFound(asked.model) from None
    line.hold(stream)
    with closing(stream):  # type: ignore[type-var]  # an iterator that the service promises can be closed
        yield from _one_call(stream) if asked.one_call else stream


def _within(info: ModelInfo, options: ChatOptions) -> ChatOptions:
    """A reply of unstated length leaves at least half of the context to the prompt."""
    if info.context is None or info.context // 2 >= DEFAULT_TOKENS:
        return options
    return replace(options, max_tokens=max(1, info.context // 2))


def _one_call(stream: Iterator[Delta]) -> Iterator[Delta]:
    """Without the tool calls after the first."""
    called = False
    for delta in stream:
        if delta.tool_call is not None:
            if called:
                delta = replace(delta, tool_call=None)
            called = True
        yield delta
