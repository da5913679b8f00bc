"""The simulated engine behind an endpoint: bodies of text-generation-inference, timed by the theory.

A model of this kind is named ``MODEL@INSTANCE?setting=value``, such as ``llama-2-7b@ml.g5.2xlarge?degree=1&speed=10``.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncGenerator, Coroutine, Generator, Mapping
from contextlib import aclosing
from dataclasses import fields, replace
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlencode

from groundstone.endpoints import generation
from groundstone.endpoints.base import JSON, Answer, Call, Given
from groundstone.endpoints.capacity.accelerators import instance, instances
from groundstone.endpoints.capacity.architectures import catalogue
from groundstone.endpoints.capacity.predict import Deployment
from groundstone.endpoints.simulate import words
from groundstone.endpoints.simulate.batching import Settings, SimulatedEngine
from groundstone.errors import InvalidInput, NotFound
from groundstone.models.base import Delta
from groundstone.records import Usage

KIND = "simulated"
# What containers of text-generation-inference read from their environment, and our settings of the same meaning.
ENVIRONMENT = {
    "SM_NUM_GPUS": "degree",
    "MAX_CONCURRENT_REQUESTS": "max_concurrent_requests",
    "MAX_INPUT_LENGTH": "max_input_tokens",
    "MAX_INPUT_TOKENS": "max_input_tokens",
    "MAX_TOTAL_TOKENS": "max_total_tokens",
    "MAX_BATCH_PREFILL_TOKENS": "max_batch_prefill_tokens",
    "MAX_BATCH_TOTAL_TOKENS": "max_batch_total_tokens",
}
T = TypeVar("T")


def with_environment(name: str, environment: Mapping[str, str]) -> str:
    """The name with the settings that a container's environment has."""
    base, _, told = name.partition("?")
    known = dict(parse_qsl(told)) | {ENVIRONMENT[key]: text for key, text in environment.items() if key in ENVIRONMENT}
    return f"{base}?{urlencode(known)}" if known else base


def on_instance(name: str, place: str) -> str:
    """The name on that instance, where it is one of the catalogue and the name says no other."""
    base, mark, told = name.partition("?")
    return f"{base}@{place}{mark}{told}" if "@" not in base and place in instances() else name


def engine_of(name: str, machines: int = 1) -> SimulatedEngine:
    """The engine that a name means, on so many machines. Raises InvalidInput, NotFound."""
    base, _, told = name.partition("?")
    model, _, place = base.partition("@")
    if model not in catalogue():
        raise NotFound(f"no model {model[:60]!r} to simulate; there are {', '.join(catalogue())}")
    if not place:
        raise InvalidInput(f"{name[:60]!r} names no instance: write {model}@ml.g5.2xlarge, say")
    chosen, wanted = instance(place), _settings(told)
    degree = int(wanted.pop("degree", chosen.count))
    copies = machines * int(wanted.pop("replicas", 1))
    limits = Settings(**wanted)
    limits = replace(limits, max_concurrent_requests=machines * limits.max_concurrent_requests)  # each machine's own
    return SimulatedEngine(Deployment(catalogue()[model], chosen, degree, copies), limits)


def _settings(told: str) -> dict[str, Any]:
    kinds: dict[str, type] = {spec.name: float if spec.name == "speed" else int for spec in fields(Settings)}
    kinds |= {"degree": int, "replicas": int}
    made: dict[str, Any] = {}
    for name, text in parse_qsl(told, keep_blank_values=True):
        if name not in kinds:
            raise InvalidInput(f"a simulated engine has no setting {name[:40]!r}; known are {', '.join(kinds)}")
        try:
            made[name] = kinds[name](text)
        except ValueError:
            raise InvalidInput(f"the setting {name} of a simulated engine is {text[:40]!r}, no number") from None
    return made


class SimulatedModel:
    """One engine in an event loop of its own, asked from many threads."""

    def __init__(self, engine: SimulatedEngine) -> None:
        self._engine = engine
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="simulated-model", daemon=True)
        self._thread.start()

    def predict(self, call: Call) -> Answer:
        told = generation.Told(_asked(call, stream=False))
        for delta in self._run(self._all(told.asked)):
            told.take(delta)
        body = json.dumps(told.whole(), ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace")
        return Answer(body)

    def stream(self, call: Call) -> Generator[bytes, None, None]:
        asked = _asked(call, stream=True)
        return generation.Told(asked).events(self._pieces(asked))

    def close(self) -> None:
        self._run(self._engine.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _all(self, asked: generation.Asked) -> list[Delta]:
        async with aclosing(self._deltas(asked)) as deltas:
            return [delta async for delta in deltas]

    def _pieces(self, asked: generation.Asked) -> Generator[Delta, None, None]:
        deltas = self._deltas(asked)
        try:
            while (delta := self._run(_next(deltas))) is not None:
                yield delta
        finally:
            self._run(deltas.aclose())

    async def _deltas(self, asked: generation.Asked) -> AsyncGenerator[Delta, None]:
        prompt = " ".join(message.content for message in asked.messages)
        read, wanted = words.count(prompt), asked.options.max_tokens or generation.NEW_TOKENS
        drawn = words.reply(prompt, asked.options.seed or 0)
        async with aclosing(self._engine.generate(read, wanted)) as numbers:
            async for number in numbers:
                yield Delta(words.word(drawn, number == 0))
        yield Delta(usage=Usage(read, wanted), stop_reason="length")


class SimulatedRunner:
    """Loads simulated engines by their names; as many machines as the variant has instances."""

    def load(self, given: Given) -> SimulatedModel:
        """Raises InvalidInput, NotFound."""
        return SimulatedModel(engine_of(given.model, given.at_once))


async def _next(deltas: AsyncGenerator[Delta, None]) -> Delta | None:
    return await anext(deltas, None)


def _asked(call: Call, stream: bool) -> generation.Asked:
    if call.media_type not in (JSON, "application/octet-stream"):
        raise InvalidInput(f"a simulated engine takes bodies of {JSON}, not {call.media_type[:60]!r}")
    return generation.parse(generation.sent(call.body), stream=stream)
