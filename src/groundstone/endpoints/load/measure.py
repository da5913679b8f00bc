"""A run from its plan to its report: what the command line and the console both call."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from contextlib import aclosing
from dataclasses import MISSING, dataclass, fields, replace

from groundstone.endpoints.load import schedules
from groundstone.endpoints.load.counting import WAYS, agreed, answers, of_file, vocabulary
from groundstone.endpoints.load.heard import Ask
from groundstone.endpoints.load.payloads import Payloads
from groundstone.endpoints.load.plan import Plan
from groundstone.endpoints.load.progress import Watching
from groundstone.endpoints.load.report import Report, Row, row
from groundstone.endpoints.load.runner import Extent, Level, Target, closed, opened
from groundstone.endpoints.load.several import Order, together
from groundstone.endpoints.load.sweep import Bounds, sweep
from groundstone.endpoints.load.target import needed, target_of
from groundstone.endpoints.load.vocabulary import PLAIN, Vocabulary

PROBE = 10.0  # seconds that a question before the run may take
ROUNDS = 3  # requests of each client, where nothing is said
LONGEST = 300.0  # seconds that a level may take to become stable, where nothing is said
OPEN_SECONDS = 30.0  # of a schedule, where nothing is said


async def measure(
    plan: Plan, stop: asyncio.Event, *, watch: Watching | None = None, ended: Callable[[Row], None] | None = None,
    environment: Mapping[str, str] | None = None,
) -> Report:  # fmt: skip
    """Run a plan. The report holds every level that has ended, and the one that was stopped as far as it came.

    ``stop``: set it, in the event loop of this call (from another thread ``loop.call_soon_threadsafe(stop.set)``), and
    the run ends within moments with what it has. ``watch``: told about the level once a second (progress.Progress).
    ``ended``: told each level's Row when the level is over. Both are called in this event loop and have to be quick.
    ``environment``: where the key named by the plan is looked up. Raises InvalidInput and ConfigError, before anything
    is sent; what the server does wrong is no error but a figure. Run it in a process of its own where other work in the
    same process could make the client late; ``Row.problem`` tells when that happened.
    """
    known = os.environ if environment is None else environment
    target = target_of(plan, known)
    rows: list[Row] = []
    try:
        run = await _prepared(plan, target, known, stop, watch)
        async with aclosing(run.levels()) as levels:
            async for concurrency, level in levels:
                rows.append(row(level, concurrency, plan.promise))
                if ended is not None:
                    ended(rows[-1])
    finally:
        await target.client.close()
    return Report(f"Load on {plan.url}", setting(plan, run.payloads.words, run.form), tuple(rows))


def setting(plan: Plan, words: Vocabulary | None = None, form: int = 0) -> dict[str, object]:
    """What differs from the plan that says nothing; enough to repeat the run. ``words``, ``form``: what was found."""
    told = {one.name: getattr(plan, one.name) for one in fields(plan)}
    usual = {one.name: one.default for one in fields(plan) if one.default is not MISSING}
    always = ("url", "wire", "model", "read", "write", "seed")
    shown: dict[str, object] = {
        name: value for name, value in told.items() if name in always or value != usual.get(name)
    }
    if words is not None:
        shown["prompts counted by"] = f"{words.way}{' (checked on whole prompts)' if words.exact else ''}"
        shown["form of the body"] = "as the wire has it" if form == 0 else f"plainer, {form}: a reply may end early"
    return shown


async def _prepared(
    plan: Plan, target: Target, known: Mapping[str, str], stop: asyncio.Event, watch: Watching | None
) -> _Measuring:
    """Files are read first: what is wrong with them is told before anything is sent."""
    payloads = Payloads.of(plan)
    local = of_file(plan.tokenizer) if plan.tokenizer not in WAYS else None
    target = replace(target, tokens=local)
    form, words = 0, PLAIN
    if plan.tokenizer != "words":
        patient = replace(target, client=target.client.sooner(PROBE))
        try:
            if await answers(patient, stop):
                patient, form = await agreed(patient, stop)
                words = await vocabulary(patient, plan.tokenizer, stop)
        finally:
            await patient.client.close()
    target = replace(target, wire=target.wire.form(form))
    return _Measuring(plan, target, replace(payloads, words=words), known, form, stop, watch)


@dataclass(frozen=True, slots=True)
class _Measuring:
    """A plan whose server is known; ``form``: of the wire's bodies."""

    plan: Plan
    target: Target
    payloads: Payloads
    known: Mapping[str, str]
    form: int
    stop: asyncio.Event
    watch: Watching | None

    async def levels(self) -> AsyncGenerator[tuple[int, Level]]:
        plan = self.plan
        if plan.rate or plan.burst or plan.trace:
            extent = Extent(plan.requests, self._seconds(), warm=1)
            times, name = _times(plan, self.payloads)
            asks = self._asks(0)
            yield 0, await opened(self.target, asks, times, extent, self.stop, name, self.watch)
        elif plan.concurrency:
            for concurrency in plan.concurrency:
                if self.stop.is_set():
                    return
                yield concurrency, await self._level(concurrency)
        else:
            bounds = Bounds(plan.most, plan.latency, seconds=plan.seconds or 60.0)
            concurrency = 1
            async for level in sweep(self.target, self._asks, bounds, self.stop, self.watch):
                yield concurrency, level
                concurrency *= 2

    async def _level(self, concurrency: int) -> Level:
        plan = self.plan
        requests = plan.requests or (0 if plan.seconds or plan.until_stable else ROUNDS * concurrency)
        seconds = plan.seconds or (LONGEST if plan.until_stable else 0.0)
        extent = Extent(requests, seconds, min(concurrency, 2), plan.until_stable / 100, plan.obey)
        if plan.processes > 1:
            needs = needed(plan, self.known)
            order = Order(plan, concurrency, extent, needs, self._seed(concurrency), self.form, self.payloads.words)
            return await together(order, min(plan.processes, concurrency), self.stop, self.watch)
        return await closed(self.target, self._asks(concurrency), concurrency, extent, self.stop, self.watch)

    def _seed(self, level: int) -> int:
        return 1000 * self.plan.seed + level

    def _asks(self, level: int) -> Iterator[Ask]:
        return self.payloads.asks(self._seed(level))

    def _seconds(self) -> float:
        """Of a schedule: a trace is over when it is, all others have to end."""
        plan = self.plan
        if plan.seconds or plan.requests:
            return plan.seconds
        return self.payloads.arrivals[-1].at / plan.speed + 1.0 if plan.trace else OPEN_SECONDS


def _times(plan: Plan, payloads: Payloads) -> tuple[Iterator[float], str]:
    if plan.trace:
        times = [one.at for one in payloads.arrivals]
        return schedules.replay(times, plan.speed), f"{len(times)} of a trace"
    if plan.burst:
        return schedules.bursts(plan.burst, plan.off), f"{plan.burst} every {plan.off:g} s"
    if plan.ramp:
        return schedules.ramp(plan.rate, plan.ramp, plan.seconds or OPEN_SECONDS), f"{plan.rate:g} to {plan.ramp:g}/s"
    if plan.on:
        return schedules.pulses(plan.rate, plan.on, plan.off), f"{plan.rate:g}/s, {plan.on:g} s on, {plan.off:g} s off"
    if plan.burstiness:
        return schedules.poisson(plan.rate, plan.seed, plan.burstiness), f"{plan.rate:g}/s by chance"
    return schedules.constant(plan.rate), f"{plan.rate:g}/s"
