"""What is to be run: every choice of a run as plain data that can be kept as JSON and run again."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from groundstone.endpoints.load.client import Address
from groundstone.endpoints.load.figures import Promise
from groundstone.endpoints.load.prompts import Lengths
from groundstone.endpoints.load.runner import MOST_OPEN
from groundstone.endpoints.load.wires import wire
from groundstone.errors import InvalidInput

MOST_PROCESSES = 64


@dataclass(frozen=True, slots=True)
class Plan:
    """A run. Which levels it has: those of ``concurrency``, else a schedule by ``rate`` or ``trace``, else a sweep.

    ``url``, ``wire``, ``model``: who is asked and how. ``read``, ``write``: tokens of a request, as ``Lengths.of`` has
    them ("256", "128-512", "256~64"); ``shared``: tokens at the beginning that all have in common. ``data``: a file of
    prompts, in place of made ones. ``tokenizer``: a tokenizer.json, or "auto", "usage", "words". ``requests``,
    ``seconds``: of a level; ``until_stable``: percent by which its figures may still move, 0 for a fixed level.
    ``rate``: requests a second; with ``burstiness``, ``ramp`` (the last rate) or ``on`` and ``off`` (seconds).
    ``burst``: so many at once, every ``off`` seconds. ``trace``: a file, ``speed`` times as fast. ``latency``: seconds
    a token at which a sweep ends. ``first_token``, ``per_token``, ``end_to_end``: seconds that are promised.
    ``key_env``: the name of the environment variable that holds the key, never the key; ``region``: of AWS.
    ``obey``: clients wait as long as Retry-After says. All 0 or "": not set.
    """

    url: str
    wire: str = "openai-chat"
    model: str = ""
    read: str = "256"
    write: str = "256"
    shared: int = 0
    data: str = ""
    tokenizer: str = "auto"
    seed: int = 0
    timeout: float = 60.0
    concurrency: tuple[int, ...] = ()
    most: int = 512
    requests: int = 0
    seconds: float = 0.0
    until_stable: float = 0.0
    rate: float = 0.0
    burstiness: float = 0.0
    ramp: float = 0.0
    burst: int = 0
    on: float = 0.0
    off: float = 0.0
    trace: str = ""
    speed: float = 1.0
    latency: float = 0.0
    first_token: float = 0.0
    per_token: float = 0.0
    end_to_end: float = 0.0
    key_env: str = ""
    region: str = ""
    obey: bool = False
    insecure: bool = False
    processes: int = 1

    def __post_init__(self) -> None:
        """Raises InvalidInput, before anything is sent."""
        Address.of(self.url)
        wire(self.wire)
        Lengths.of(self.read), Lengths.of(self.write)
        for one in fields(self):
            value = getattr(self, one.name)
            if isinstance(value, float) and not math.isfinite(value):
                raise InvalidInput(f"{one.name} is {value}; give a number")
            if isinstance(value, int | float) and not isinstance(value, bool) and value < 0 and one.name != "seed":
                raise InvalidInput(f"{one.name} is {value}, which is below 0")
        if any(not 1 <= count <= MOST_OPEN for count in self.concurrency) or not 1 <= self.most <= MOST_OPEN:
            raise InvalidInput(f"from 1 to {MOST_OPEN} requests are under way at the same time")
        if not 1 <= self.processes <= MOST_PROCESSES:
            raise InvalidInput(f"from 1 to {MOST_PROCESSES} processes send requests, not {self.processes}")
        if self.processes > 1 and not self.concurrency:
            raise InvalidInput("several processes share the clients of --concurrency; give it, or use one process")
        if self.until_stable and (self.processes > 1 or not self.concurrency):
            raise InvalidInput("levels of --concurrency run until they are stable, in one process")
        if self.timeout <= 0 or self.speed <= 0:
            raise InvalidInput("the timeout and the speed of a trace are above 0")
        self._one_schedule()

    def _one_schedule(self) -> None:
        kinds = {"concurrency": self.concurrency, "rate": self.rate, "burst": self.burst, "trace": self.trace}
        given = [name for name, value in kinds.items() if value]
        if len(given) > 1:
            raise InvalidInput(f"a run has one kind of load, not {' and '.join(given)}")
        if (self.burstiness or self.ramp or self.on) and not self.rate:
            raise InvalidInput("burstiness, ramp, and on and off shape a rate; give --rate")
        if sum(map(bool, (self.burstiness, self.ramp, self.on))) > 1:
            raise InvalidInput("a rate has one shape: burstiness, ramp, or on and off")
        if self.burst and not self.off:
            raise InvalidInput("bursts are some seconds apart; say how many")

    @property
    def promise(self) -> Promise:
        return Promise(self.first_token, self.per_token, self.end_to_end)

    def json(self) -> dict[str, Any]:
        """Holds no secret: keys are named, never held."""
        return asdict(self)

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Plan:
        """From what ``json`` gave, or a form was filled with. Raises InvalidInput."""
        known = {one.name: one for one in fields(cls)}
        if unknown := sorted(set(told) - set(known)):
            raise InvalidInput(f"a run has no {', '.join(unknown)[:100]}; it has {', '.join(known)}")
        if "url" not in told:
            raise InvalidInput("a run needs the url of a server")
        return cls(**{name: _as(name, value, known[name].type) for name, value in told.items()})


def _as(name: str, value: Any, kind: Any) -> Any:
    """A value of a field's type; whole numbers do where others are wanted."""
    if name == "concurrency" and isinstance(value, list | tuple):
        return tuple(_as("clients", one, "int") for one in value)
    if kind == "float" and isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    wanted = {"str": str, "int": int, "bool": bool}.get(str(kind))
    if wanted is None or type(value) is not wanted:
        raise InvalidInput(f"{name} is {str(value)[:40]!r}, which is no {kind}")
    return value
