"""Language models on this machine: any GGUF file, run inside this process by llama.cpp (package xllamacpp)."""

from __future__ import annotations

import atexit
import threading
import time
import weakref
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from groundstone.errors import ConfigError, InvalidInput, ModelError, WrongModel
from groundstone.models.base import DEFAULTS, Ability, ChatOptions, Delta, Message
from groundstone.models.connections import Line
from groundstone.models.grammar import json_grammar, normalised, tool_grammar
from groundstone.models.llamacpp_engine import LlamaEngine, short
from groundstone.models.llamacpp_wire import Pieces, check, native_tools, settings, turns
from groundstone.models.relay import Relay
from groundstone.models.stream import Stream
from groundstone.models.threads import cores
from groundstone.models.tool_prompt import chosen, in_words
from groundstone.models.turnstile import CORES

UNLOAD = 5.0  # seconds that replies in progress have to stop
PROBE = {"prompt": "x", "n_predict": 1, "temperature": 0, "cache_prompt": False, "logit_bias": [["\n", 100.0]]}


@dataclass(frozen=True, slots=True)
class _Form:
    """What holds a reply to its form: a grammar of JSON, or of ``calls`` of tools; or tools that the model knows."""

    grammar: str = ""
    schema: Mapping[str, Any] | None = None
    calls: bool = False
    native: bool = False


class LlamaCpp:
    """Chat by the GGUF file at ``path``. Nothing is loaded before the first request; ``close`` unloads.

    Args:
        context: tokens of one prompt and its reply together.
        slots: requests that are computed at once; further ones wait in line.
        threads: processor threads; None leaves one core to everything else.
        timeout: seconds that a request waits in line, and then for each sign of progress.
        projector: the GGUF file of a model that sees, which turns pictures into its input.
        template: a Jinja chat template to use instead of the one in the file.

    Engines of one process take turns: requests of different models never compute at the same time.
    One object may be used from many threads. The engine also opens a port on the loopback address, closed to
    everyone by a random key; it serves to count tokens.
    """

    def __init__(
        self,
        path: Path,
        name: str,
        *,
        context: int = 2048,
        slots: int = 2,
        threads: int | None = None,
        timeout: float = 120.0,
        projector: Path | None = None,
        template: str = "",
    ) -> None:
        if context < 64 or slots < 1 or timeout <= 0 or (threads is not None and threads < 1):
            raise ConfigError("a llamacpp engine needs context >= 64, and slots, threads and timeout above zero")
        self.path, self.name, self.context, self.slots, self.timeout = path, name, context, slots, timeout
        self.threads, self.projector, self.template = threads or max(1, cores() - 1), projector, template
        self._loading = threading.Lock()
        self._loaded: LlamaEngine | None = None
        self._replies: weakref.WeakSet[Relay] = weakref.WeakSet()
        self._proven: set[str] = set()  # grammars that the engine has taken
        _ALIVE.add(self)

    @property
    def abilities(self) -> frozenset[Ability]:
        """What it can do. Tools are there for every model: see ``tools_by``."""
        always: frozenset[Ability] = frozenset({"stream", "schema", "count", "tools"})
        return always | {"images"} if self.projector else always

    @property
    def tools_by(self) -> str:
        """How it calls tools when it may choose: "template" if it was taught to, else "grammar".

        By grammar every call is well-formed and its arguments satisfy the tool's schema; whether the right tool is
        called depends on the model. A call that is required is always made by grammar.
        """
        return "template" if self._engine().knows_tools else "grammar"

    def chat(self, messages: Sequence[Message], options: ChatOptions = DEFAULTS) -> Iterator[Delta]:
        """Stream the reply; closing the iterator, from any thread, stops the engine at its next token.

        Raises InvalidInput at once, also for a schema with something that cannot be enforced, and WrongModel for
        pictures; ContextTooLong, EngineTimeout and ModelError while it is read. A reply under a schema is valid
        unless its stop reason is "length".
        """
        check(messages, options)
        if self.projector is None and any(message.pictures for message in messages):
            raise WrongModel(f"{self.name} reads text, not pictures; ask a model that has a projector")
        form = self._form(options)
        return Stream(lambda line: self._stream(line, messages, options, form))

    def count_chat(self, messages: Sequence[Message]) -> int:
        """Tokens of the conversation as the engine reads it, with the marks of the chat template."""
        check(messages, DEFAULTS)
        if any(message.pictures for message in messages):
            raise WrongModel(f"{self.name} counts the tokens of texts, not of pictures")
        engine = self._engine()
        shown = messages if engine.knows_tools else in_words(messages, (), True)
        return engine.count(turns(shown, engine.knows_system, engine.defused))

    def load(self) -> None:
        """Read the weights now instead of at the first request. Raises WeightsMissing or ModelError."""
        self._engine()

    def close(self) -> None:
        """Stop every reply and free the memory. The next request would load the model again."""
        replies = list(self._replies)
        for reply in replies:
            reply.cancel()
        end = time.monotonic() + UNLOAD
        for reply in replies:
            reply.wait(max(0.0, end - time.monotonic()))
        with self._loading:
            loaded, self._loaded = self._loaded, None
        if loaded is not None:
            loaded.close()

    def _engine(self) -> LlamaEngine:
        with self._loading:
            if self._loaded is None:
                self._loaded = LlamaEngine(
                    self.path, self.name, self.context, self.slots, self.threads, self.projector, self.template
                )
            return self._loaded

    def _form(self, options: ChatOptions) -> _Form:
        if options.schema is not None:
            return _Form(json_grammar(options.schema), normalised(options.schema))
        tools = chosen(options)
        if not tools:
            return _Form()
        if options.tool_choice == "auto" and self._engine().knows_tools:
            return _Form(native=True)
        return _Form(tool_grammar(tools, options.tool_choice == "auto"), calls=True)

    def _stream(
        self, line: Line, messages: Sequence[Message], options: ChatOptions, form: _Form
    ) -> Generator[Delta, None, None]:
        CORES.enter(self, self.slots, self.timeout, lambda: line.is_cut)
        try:
            engine = self._engine()
            body = self._body(engine, messages, options, form)
            reply = Relay(lambda each: engine.chat(body, each), CORES.leave, lambda: line.is_cut)
            self._replies.add(reply)
        except BaseException:
            CORES.leave()
            raise
        yield from self._deltas(reply, Pieces(self.name, form.schema, form.calls))

    def _body(
        self, engine: LlamaEngine, messages: Sequence[Message], options: ChatOptions, form: _Form
    ) -> dict[str, Any]:
        body = settings(options)
        if form.native:
            body |= native_tools(options)
        if form.grammar:
            self._prove(engine, form.grammar)
            body["grammar"] = form.grammar
        if form.calls or not engine.knows_tools:
            messages = in_words(messages, chosen(options), options.tool_choice == "auto")
        body["messages"] = turns(messages, engine.knows_system, engine.defused)
        return body

    def _deltas(self, reply: Relay, pieces: Pieces) -> Iterator[Delta]:
        try:
            for piece in reply.pieces(self.timeout):
                yield from pieces.read(piece)
        except (ValueError, TypeError) as error:
            raise InvalidInput(f"{self.name} cannot take this conversation: {short(error)}") from None
        except RuntimeError as error:
            raise ModelError(f"{self.name} failed: {short(error)}") from None
        yield from pieces.end()

    def _prove(self, engine: LlamaEngine, grammar: str) -> None:
        """The engine ignores a grammar that it cannot use. So ask for one token that no grammar of ours allows."""
        if grammar in self._proven:
            return
        if engine.complete(PROBE | {"grammar": grammar}) == "\n":
            raise InvalidInput(
                "the schema cannot be enforced by this engine, or nothing can satisfy it; simplify its patterns, "
                "bounds and alternatives"
            )
        if len(self._proven) > 1000:
            self._proven.clear()
        self._proven.add(grammar)


_ALIVE: weakref.WeakSet[LlamaCpp] = weakref.WeakSet()


@atexit.register
def _unload() -> None:
    """A thread that still computes when the interpreter goes away would take the process down."""
    for model in list(_ALIVE):
        model.close()
