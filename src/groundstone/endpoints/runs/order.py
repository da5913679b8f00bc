"""What a load run of the server is to do: a plan, who is asked in its name, and the theory it is held against."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from groundstone.endpoints.capacity.accelerators import instance
from groundstone.endpoints.capacity.architectures import Architecture, catalogue
from groundstone.endpoints.capacity.predict import Deployment
from groundstone.endpoints.load.plan import Plan
from groundstone.endpoints.runs.reports import made
from groundstone.errors import InvalidInput, NotFound

NOWHERE = "http://127.0.0.1"  # stands in a plan whose address is not known yet
WIRES = ("openai-chat", "openai", "tgi", "tgi-whole", "invocations")  # those that sign with no account of the server
MOST_CLIENTS = 1024
MOST_SECONDS = 3600.0
MOST_REQUESTS = 100_000
MOST_RATE = 1000.0
MOST_SPEED = 100.0
MOST_PROCESSES = 16
MOST_LEVELS = 30
_BOUNDS = (
    ("requests", MOST_REQUESTS), ("seconds", MOST_SECONDS), ("rate", MOST_RATE), ("ramp", MOST_RATE),
    ("burst", MOST_CLIENTS), ("most", MOST_CLIENTS), ("timeout", MOST_SECONDS), ("processes", MOST_PROCESSES),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """A model of the capacity catalogue on an instance. ``degree`` 0: all accelerators of it share a copy.

    Raises NotFound and InvalidInput where there is no such thing.
    """

    model: str
    instance: str
    degree: int = 0
    replicas: int = 1

    def __post_init__(self) -> None:
        if self.deployment.replicas > 64:
            raise InvalidInput(f"from 1 to 64 copies can be chosen here, not {self.replicas}")

    @property
    def deployment(self) -> Deployment:
        place = instance(self.instance)
        return Deployment(known_model(self.model), place, self.degree or place.count, self.replicas)


def known_model(name: str) -> Architecture:
    """By name only: files of the server are not for those who ask over HTTP. Raises NotFound."""
    if name not in catalogue():
        raise NotFound(f"no model {name[:60]!r} in the catalogue of capacity; there are {', '.join(catalogue())}")
    return catalogue()[name]


@dataclass(frozen=True, slots=True)
class Simulation:
    """An engine that is started for the run and ended with it. ``speed``: how many times faster than life.

    ``most``: requests at once, beyond which it refuses.
    """

    place: Place
    speed: float = 1.0
    most: int = 128

    def __post_init__(self) -> None:
        if not 0.01 <= self.speed <= MOST_SPEED or not 1 <= self.most <= 10_000:
            raise InvalidInput(f"a simulated engine has a speed up to {MOST_SPEED:g} and takes up to 10000 requests")


@dataclass(frozen=True, slots=True)
class Order:
    """``plan`` asks its own address, unless an ``engine`` of the catalogue of models or a ``simulation`` stands for it.

    ``price`` is of an hour, 0 when unknown. ``theory``: whose predicted curve stands beside the measured one; that of
    the simulated engine when nothing is named. Raises InvalidInput beyond what a server takes on for somebody.
    """

    plan: Plan
    engine: str = ""
    simulation: Simulation | None = None
    price: float = 0.0
    theory: Place | None = None

    def __post_init__(self) -> None:
        if self.engine and self.simulation:
            raise InvalidInput("an engine of the catalogue or a simulated one is asked, not both")
        if not self.engine and not self.simulation and self.plan.url == NOWHERE:
            raise InvalidInput("say who is asked: an address, an engine of the catalogue, or a simulated engine")
        if not 0 <= self.price < 1e6:
            raise InvalidInput("a price is money for an hour, 0 when unknown")
        _check(self.plan)

    @property
    def told(self) -> dict[str, Any]:
        """What a report says beside the plan."""
        kept = ("engine", "simulation", "price", "theory")
        return {name: value for name, value in asdict(self).items() if name in kept and value}

    def at(self, url: str, key_env: str = "") -> Plan:
        """The plan with the address of who is really asked."""
        return replace(self.plan, url=url, key_env=key_env)

    def json(self) -> dict[str, Any]:
        return {**asdict(self), "plan": self.plan.json()}


def order_of(told: Mapping[str, Any]) -> Order:
    """From what ``json`` gave, or a page sent. Raises InvalidInput, NotFound."""
    plan = Plan.of({"url": NOWHERE, **told.get("plan", {})})
    rest = {name: value for name, value in told.items() if name != "plan"}
    places = {"simulation": Simulation, "theory": Place}
    for name, kind in places.items():
        if rest.get(name) is not None:
            rest[name] = made(kind, rest[name], name)
    return Order(plan, **rest)


def _check(plan: Plan) -> None:
    """That a plan reads no file of the server, uses no key of it, and ends some day."""
    if plan.data or plan.trace or plan.tokenizer not in ("auto", "usage", "words"):
        raise InvalidInput("files of prompts, traces and tokenizers are for `groundstone load` in a terminal")
    if plan.wire not in WIRES:
        raise InvalidInput(f"the server asks by {', '.join(WIRES)}; `groundstone load` in a terminal knows {plan.wire}")
    if plan.key_env or plan.region:
        raise InvalidInput("keys are not named here: those of the catalogue and of load.toml go along")
    for name, most in _BOUNDS:
        value = getattr(plan, name)
        if not math.isfinite(value) or value > most:
            raise InvalidInput(f"{name} is at most {most:g} here, not {value:g}")
    if len(plan.concurrency) > MOST_LEVELS or any(count > MOST_CLIENTS for count in plan.concurrency):
        raise InvalidInput(f"up to {MOST_LEVELS} levels of up to {MOST_CLIENTS} clients are run here")
    if plan.processes > 1 and plan.processes > min(plan.concurrency):
        raise InvalidInput("each process has one client at least, at every level")
