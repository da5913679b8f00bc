"""One interface over all models: every call, whatever API it came by, passes here."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

from groundstone.errors import EngineTimeout, EngineUnavailable, InvalidInput, ModelError, NotFound, WrongModel
from groundstone.identity import Principal
from groundstone.models import checks
from groundstone.models.base import (
    DEFAULTS,
    Ability,
    ChatOptions,
    Delta,
    DrawOptions,
    Embedded,
    Message,
    ModelInfo,
    Picture,
    Task,
)
from groundstone.models.catalog import Catalog, candidates
from groundstone.models.gate import WAIT, Gate
from groundstone.models.meter import Meter, Unmetered
from groundstone.models.reply import CANNOT_BE_USED, Reply, all_failed
from groundstone.models.use import Use, guessed
from groundstone.records import Usage

log = logging.getLogger(__name__)
T = TypeVar("T")
# In the class below, "list" is a method.
Infos = list[ModelInfo]
Scores = list[float]
Pictures = list[Picture]
Labelled = list[Mapping[str, float]]
CUSTOM = "custom"  # the engine of models that tenants trained


class Models:
    """The models of an installation, for whoever asks.

    Every call is checked against the catalogue and the caller's limits, tried on the model and then on those that
    stand in for it, and recorded once by the meter, however it ends.

    Args:
        engine: makes or finds the engine object of a model: a Chat, Embed, Rerank or Draw. Closed with this object.
        private: the models that only one tenant has, by tenant.
    """

    def __init__(
        self,
        catalog: Catalog,
        engine: Callable[[ModelInfo], Any],
        meter: Meter | None = None,
        private: Callable[[str], Iterable[ModelInfo]] | None = None,
    ) -> None:
        self.catalog, self.meter = catalog, meter or Unmetered()
        self._engine, self._private = engine, private or _none
        self._gates: dict[str, Gate] = {}

    def list(self, caller: Principal) -> Infos:
        shared = [info for info in self.catalog.models.values() if info.tenant in (None, caller.tenant)]
        return [*shared, *self._private(caller.tenant)]

    def info(self, caller: Principal, name: str) -> ModelInfo:
        """By name, alias or ARN. Raises NotFound."""
        try:
            return self.catalog.find(name, caller.tenant)
        except NotFound:
            wanted = candidates(name)
            own = next(
                (info for info in self._private(caller.tenant) if not {info.name, *info.aliases}.isdisjoint(wanted)),
                None,
            )
            if own is None:
                raise
            return own

    def chat(
        self, caller: Principal, name: str, messages: Sequence[Message], options: ChatOptions = DEFAULTS
    ) -> Iterator[Delta]:
        """Stream the reply; close it to cancel. Its last piece names the model that replied.

        Raises NotFound, InvalidInput with WrongModel and ContextTooLong, and LimitExceeded at once; ModelError and
        its kinds while it is read.
        """
        use = Use(self.meter, caller, "chat", name)
        try:
            if not messages:
                raise InvalidInput("chat needs at least one message")
            abilities = checks.needed(messages, options)
            models = self._admitted(caller, name, "chat", abilities)
            self._check_context(models[0], messages, options)
        except BaseException as error:
            use.fail(error)
            raise
        sent = sum(len(message.content) for message in messages)
        return Reply(use, models, lambda info: self._on_account(info, caller).chat(messages, options), self._gate, sent)

    def embed(self, caller: Principal, name: str, texts: Sequence[str]) -> Embedded:
        """Vectors of texts. Raises NotFound, InvalidInput, LimitExceeded, ModelError."""
        with Use(self.meter, caller, "embed", name) as use:
            models = self._admitted(caller, name, "embed")
            info, (vectors, tokens) = self._asked(use, models, lambda engine: engine.embed_counted(texts))
            use.end(info, Usage(tokens))
            return Embedded(vectors, tokens, info.name)

    def embed_pictures(self, caller: Principal, name: str, pictures: Sequence[Picture]) -> Embedded:
        """Vectors of pictures, comparable with the model's vectors of texts. Tokens are not counted."""
        with Use(self.meter, caller, "embed", name) as use:
            models = self._admitted(caller, name, "embed", frozenset({"images"}))
            info, vectors = self._asked(use, models, lambda engine: engine.embed_pictures(pictures))
            use.end(info)
            return Embedded(vectors, 0, info.name)

    def rerank(self, caller: Principal, name: str, query: str, texts: Sequence[str]) -> Scores:
        """A relevance in [0, 1] for each text, in their order."""
        with Use(self.meter, caller, "rerank", name) as use:
            models = self._admitted(caller, name, "rerank")
            info, scores = self._asked(use, models, lambda engine: engine.rerank(query, texts))
            read = guessed(sum(len(text) for text in texts) + len(query) * len(texts))
            use.end(info, Usage(read), estimated=True)
            found: Scores = scores
            return found

    def scores(self, caller: Principal, name: str, texts: Sequence[str]) -> Labelled:
        """The probability of every label for each text, by a model that sorts texts. Raises WrongModel for another."""
        with Use(self.meter, caller, "classify", name) as use:
            models = self._admitted(caller, name, "chat")[:1]
            if models[0].engine != CUSTOM:
                raise WrongModel(f"{name} gives no probabilities of labels; custom models do")
            info, (found, tokens) = self._asked(
                use, models, lambda engine: engine.on_account(caller).scores_counted(texts)
            )
            use.end(info, Usage(tokens))
            labelled: Labelled = found
            return labelled

    def draw(self, caller: Principal, name: str, prompt: str, options: DrawOptions) -> Pictures:
        with Use(self.meter, caller, "draw", name) as use:
            models = self._admitted(caller, name, "draw")
            info, pictures = self._asked(use, models, lambda engine: engine.draw(prompt, options))
            use.end(info, Usage(guessed(len(prompt))), estimated=True)
            drawn: Pictures = pictures
            return drawn

    def count_tokens(self, caller: Principal, name: str, messages: Sequence[Message]) -> int:
        """Tokens that a conversation takes as a prompt. Costs nothing."""
        with Use(self.meter, caller, "count", name) as use:
            info = self._admitted(caller, name, "chat", frozenset({"count"}))[0]
            info, count = self._asked(use, [info], lambda engine: engine.count_chat(messages))
            use.end(info)
            return int(count)

    def bound(self, caller: Principal, name: str) -> BoundChat:
        """The model as a plain Chat on the caller's account, for what knows nothing of callers."""
        return BoundChat(self, caller, self.info(caller, name).name)

    def close(self) -> None:
        if hasattr(self._engine, "close"):
            self._engine.close()

    def _admitted(self, caller: Principal, name: str, task: Task, abilities: frozenset[Ability] = frozenset()) -> Infos:
        """The model and those that stand in for it and can do the same, once the caller may go on."""
        info = self.info(caller, name)
        checks.check_task(info, task, lambda: self.list(caller))
        checks.check_abilities(info, abilities, lambda: self.list(caller))
        self.meter.admit(caller)
        return [model for model in self.catalog.chain(info) if abilities <= model.abilities]

    def _on_account(self, info: ModelInfo, caller: Principal) -> Any:
        """The engine; one that asks other models in turn does so on the caller's account."""
        engine = self._engine(info)
        return engine.on_account(caller) if info.engine == CUSTOM else engine

    def _check_context(self, info: ModelInfo, messages: Sequence[Message], options: ChatOptions) -> None:
        if checks.surely_fits(info, messages, options) or "count" not in info.abilities:
            return
        checks.check_length(info, messages)
        try:
            prompt = self._engine(info).count_chat(messages)
        except (*CANNOT_BE_USED, ModelError, WrongModel):
            return  # nobody asked for a count: the engine itself refuses what it cannot take, or another stands in
        checks.check_context(info, prompt, options)

    def _asked(self, use: Use, models: Sequence[ModelInfo], ask: Callable[[Any], Any]) -> tuple[ModelInfo, Any]:
        """What the first model said whose engine can be used. Raises what the last one raised."""
        failures: list[str] = []
        for number, info in enumerate(models, 1):
            use.engine_asked = True
            try:
                return info, self._ask(info, ask)
            except CANNOT_BE_USED as error:
                failures.append(str(error))
                if number == len(models):
                    raise all_failed(error, failures) from None
                log.warning("%s cannot be used (%s); %s stands in", info.name, error, models[number].name)
        raise AssertionError("unreachable: there is a model, and the last one returns or raises")

    def _ask(self, info: ModelInfo, ask: Callable[[Any], T]) -> T:
        gate, failed = self._gate(info), None
        gate.enter()
        try:
            result = _within(info.time_limit, lambda: ask(self._engine(info)), info.name)
            failed = False
            return result
        except EngineUnavailable:
            failed = True
            raise
        finally:
            gate.leave(failed)

    def _gate(self, info: ModelInfo) -> Gate:
        gate = self._gates.get(info.engine)
        if gate is None:
            spec = self.catalog.engines.get(info.engine)
            options = spec.options if spec else {}
            made = Gate(info.engine, options.get("concurrency"), options.get("wait", WAIT))
            gate = self._gates.setdefault(info.engine, made)
        return gate


class BoundChat:
    """A model on the account of one caller, as the seam Chat."""

    def __init__(self, models: Models, caller: Principal, name: str) -> None:
        self._models, self._caller, self.name = models, caller, name

    def chat(self, messages: Sequence[Message], options: ChatOptions = DEFAULTS) -> Iterator[Delta]:
        return self._models.chat(self._caller, self.name, messages, options)


def _none(_tenant: str) -> Iterable[ModelInfo]:
    return ()


def _within(limit: float | None, call: Callable[[], T], name: str) -> T:
    """The result, or EngineTimeout after ``limit`` seconds; the engine is then left to its own time limit."""
    if limit is None:
        return call()
    with _unattended(ThreadPoolExecutor(1, f"{name}-limited")) as pool:
        try:
            return pool.submit(call).result(limit)
        except TimeoutError:
            raise EngineTimeout(f"{name} gave no answer within {limit:g} s") from None


@contextmanager
def _unattended(pool: ThreadPoolExecutor) -> Iterator[ThreadPoolExecutor]:
    """A pool that is not waited for: its thread ends when its work does."""
    try:
        yield pool
    finally:
        pool.shutdown(wait=False)
