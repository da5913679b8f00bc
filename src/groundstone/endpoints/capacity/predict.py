"""The curve of an endpoint before it is measured: throughput and latency at every number of concurrent requests.

A closed queue of clients, each of which sends its next request when the last one is answered, against an engine with
continuous batching: as many requests as memory holds are decoded together, one token each a step; while they live,
every other one is read once; the rest waits. A step takes as long as the slowest of memory, arithmetic and the host
that launches it (joined smoothly, since they overlap), and what the accelerators exchange.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from groundstone.endpoints.capacity.accelerators import Instance
from groundstone.endpoints.capacity.architectures import Architecture
from groundstone.endpoints.capacity.engine import LINK_RATIO, MEASURED_2024, Engine
from groundstone.endpoints.capacity.roofline import (
    Workload,
    bytes_of_step,
    cache_room,
    exchanged,
    operations_of_prefill,
    operations_of_step,
)
from groundstone.errors import InvalidInput

Routing = Literal["fewest", "random"]
SHARP = 4  # how sharply the slowest part rules a step
CELLS = 32  # in which the requests at one copy are told apart
CONCURRENCIES = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)


@dataclass(frozen=True, slots=True)
class Deployment:
    """A model on an instance. ``degree``: accelerators that share one copy of it; ``replicas``: copies behind one door.

    ``routing``: how the door chooses a copy, the one with the fewest requests, or any by chance.

    Raises InvalidInput where it cannot be: more accelerators than there are, or a model that does not fit.
    """

    model: Architecture
    instance: Instance
    degree: int = 1
    replicas: int = 1
    routing: Routing = "fewest"

    def __post_init__(self) -> None:
        if not 1 <= self.degree <= self.instance.count:
            raise InvalidInput(
                f"{self.instance.name} has {self.instance.count} accelerators; "
                f"a copy cannot be spread over {self.degree}"
            )
        if not 1 <= self.replicas <= 10_000:
            raise InvalidInput(f"{self.replicas} copies make no sense; there is at least one")
        if self.routing not in ("fewest", "random"):
            raise InvalidInput(f"requests are routed to the copy with the fewest, or random, not {self.routing[:40]!r}")


@dataclass(frozen=True, slots=True)
class Point:
    """At so many concurrent requests: tokens written a second by all, seconds from a request to its last token.

    ``batch``: requests that one copy decodes together; ``bound``: what a step waits for most, "memory", "arithmetic" or
    "host".
    """

    concurrency: int
    throughput: float
    latency: float
    batch: float
    bound: str

    def per_token(self, output_tokens: int) -> float:
        """Seconds of latency for each token written."""
        return self.latency / output_tokens


def curve(
    deployment: Deployment,
    workload: Workload,
    engine: Engine = MEASURED_2024,
    concurrencies: Sequence[int] = CONCURRENCIES,
) -> list[Point]:
    """What is predicted. Raises InvalidInput when not one request fits into memory."""
    model, accelerator = deployment.model, deployment.instance.accelerator
    room = cache_room(model, accelerator, deployment.degree, engine.reserved)
    batch = room / (model.cache_per_token * workload.total)
    if batch < 1:
        raise InvalidInput(
            f"{model.name} with {workload.total} tokens does not fit on {deployment.degree} {accelerator.name}; "
            "take a higher degree, more memory or fewer bits"
        )
    return [_point(deployment, workload, engine, count, batch) for count in concurrencies]


def _point(deployment: Deployment, workload: Workload, engine: Engine, concurrency: int, most: float) -> Point:
    copies = deployment.replicas
    batch = min(max(1.0, concurrency / copies), most)

    def alone(requests: float) -> float:
        """Tokens a second of one copy with so many requests."""
        served = min(max(requests, 1.0), most)
        step = step_time(deployment, engine, served, workload.context)[0]
        prefill = served * prefill_time(deployment, engine, workload.input_tokens)
        return served * workload.output_tokens / (workload.output_tokens * step + prefill)

    if deployment.routing == "random" and copies > 1:
        throughput = copies * by_chance(alone, concurrency, copies)
    else:
        throughput = min(copies, concurrency) * alone(max(1.0, concurrency / copies))
    bound = step_time(deployment, engine, batch, workload.context)[1]
    return Point(concurrency, throughput, concurrency * workload.output_tokens / throughput, batch, bound)


def by_chance(rate: Callable[[float], float], total: int, copies: int) -> float:
    """Mean of ``rate(n)`` over the requests n at one of several copies, among which ``total`` are dealt by chance.

    A closed network of queues whose rates depend on their length has product form (Gordon and Newell, 1967): n has the
    weight g(n) x G(total - n), where g(n) is one over the product of the rates up to n, and G that of the other copies,
    here taken as if they shared their requests evenly, and corrected so that the mean of n is total / copies.
    """
    cells = min(total, CELLS)
    width = total / cells
    logs = [0.0]  # of g, at every cell's edge
    for cell in range(cells):
        logs.append(logs[-1] - width * math.log(rate((cell + 0.5) * width + 0.5)))

    def others(requests: float) -> float:
        place = requests / (copies - 1) / width
        left = min(int(place), cells - 1)
        return (copies - 1) * (logs[left] + (place - left) * (logs[left + 1] - logs[left]))

    shares = _with_mean([log + others(total - width * index) for index, log in enumerate(logs)], cells / copies)
    rates = [rate(width * index) for index in range(1, cells + 1)]  # an empty copy writes nothing
    return sum(share * one for share, one in zip(shares[1:], rates, strict=True))


def _with_mean(logs: Sequence[float], wanted: float) -> list[float]:
    """Probabilities of 0, 1, 2, ... from the logarithms of weights, tilted until their mean is the wanted one."""
    tilt = 0.0
    for _ in range(50):
        tilted = [log + tilt * index for index, log in enumerate(logs)]
        highest = max(tilted)
        weights = [math.exp(one - highest) for one in tilted]
        whole = sum(weights)
        mean = sum(index * one for index, one in enumerate(weights)) / whole
        variance = sum((index - mean) ** 2 * one for index, one in enumerate(weights)) / whole
        if abs(wanted - mean) < 1e-6 * wanted:
            break
        tilt += min(max((wanted - mean) / max(variance, 1e-9), -1.0), 1.0)
    return [one / whole for one in weights]


def step_time(deployment: Deployment, engine: Engine, batch: float, context: float) -> tuple[float, str]:
    """Seconds of a decoding step over ``batch`` requests, and what bounds it."""
    model, accelerator, degree = deployment.model, deployment.instance.accelerator, deployment.degree
    parts = {
        "memory": bytes_of_step(model, batch, context) / (degree * accelerator.bandwidth * engine.memory_use),
        "arithmetic": operations_of_step(model, batch) / (degree * accelerator.flops * engine.decode_use),
        "host": model.layers * engine.layer_launch * (1 + engine.launch_growth * _doublings(degree)),
    }
    together = sum(seconds**SHARP for seconds in parts.values()) ** (1 / SHARP)
    talk = exchanged(model, batch, degree) / _link(deployment, engine)
    return together + batch * engine.request_cost + talk, max(parts, key=lambda part: parts[part])


def prefill_time(deployment: Deployment, engine: Engine, tokens: int) -> float:
    """Seconds in which a prompt is read, while the others wait."""
    flops = deployment.degree * deployment.instance.accelerator.flops * engine.prefill_use
    talk = exchanged(deployment.model, tokens, deployment.degree) / _link(deployment, engine)
    return operations_of_prefill(deployment.model, tokens) / flops + talk + tokens * engine.token_cost


def _link(deployment: Deployment, engine: Engine) -> float:
    return engine.link * (LINK_RATIO if deployment.instance.accelerator.link == "nvlink" else 1.0)


def _doublings(degree: int) -> float:
    return (degree - 1).bit_length()
