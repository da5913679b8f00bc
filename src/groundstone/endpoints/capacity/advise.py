"""Which instance, how many, and how a model is spread over it: the cheapest way that keeps given limits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from groundstone.endpoints.capacity.accelerators import Instance, instance
from groundstone.endpoints.capacity.architectures import Architecture
from groundstone.endpoints.capacity.engine import MEASURED_2024, Engine
from groundstone.endpoints.capacity.knee import cost_per_million, knee
from groundstone.endpoints.capacity.predict import Deployment, Point, curve
from groundstone.endpoints.capacity.roofline import Workload
from groundstone.errors import InvalidInput

GRID = tuple(sorted({round(2 ** (step / 4)) for step in range(0, 41)}))  # 1 to 1,024, four steps a doubling
MOST_INSTANCES = 64
WAITS = {"memory": "the accelerators' memory", "arithmetic": "their arithmetic", "host": "the host that launches it"}


@dataclass(frozen=True, slots=True)
class Limits:
    """What has to hold; 0 leaves a limit out.

    ``latency``: seconds for each written token at most. ``throughput``: written tokens a second, of all together, at
    least. ``per_hour`` and ``per_million``: money for an hour and for a million written tokens, at most.
    """

    latency: float = 0.0
    throughput: float = 0.0
    per_hour: float = 0.0
    per_million: float = 0.0

    def __post_init__(self) -> None:
        for name in ("latency", "throughput", "per_hour", "per_million"):
            if not 0 <= getattr(self, name) < float("inf"):
                raise InvalidInput(f"the limit {name} is {getattr(self, name)}; it is a number, or 0 for none")


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to serve: ``machines`` of an instance, each with copies of the model over ``degree`` accelerators.

    ``point`` is where it runs: the largest concurrency that keeps the latency, or the knee. ``prices`` are for all
    machines.
    """

    instance: Instance
    machines: int
    degree: int
    point: Point
    per_hour: float
    per_million: float

    @property
    def copies(self) -> int:
        """Copies of the model on one machine."""
        return self.instance.count // self.degree

    def told(self) -> str:
        """In one sentence."""
        copies = f"{self.copies} copies" if self.copies > 1 else "one copy"
        over = f"{self.degree} accelerators" if self.degree > 1 else "one accelerator"
        money = f" for {self.per_hour:.2f} an hour, {self.per_million:.2f} a million" if self.per_hour else ""
        each = "each with " if self.machines > 1 else ""
        return (
            f"{self.machines} x {self.instance.name}, {each}{copies} over {over}: "
            f"{self.point.throughput:.0f} tokens a second{money}"
        )


@dataclass(frozen=True, slots=True)
class Advice:
    """The cheapest choice for an hour that keeps all limits, the next best on another instance or spread, and why."""

    best: Choice
    second: Choice | None
    reasons: tuple[str, ...]
    considered: tuple[Choice, ...]

    def lines(self) -> list[str]:
        """The best choice and the reasons, as sentences."""
        return [self.best.told(), *self.reasons]


def advise(
    model: Architecture,
    workload: Workload,
    limits: Limits,
    prices: Mapping[str, float],
    engine: Engine = MEASURED_2024,
) -> Advice:
    """What to deploy. ``prices``: of an hour, by instance. Raises InvalidInput, saying which limit cannot be kept."""
    if not prices:
        raise InvalidInput("there are no prices to choose among; give a file with a line for each instance")
    places = [replace(instance(name), price=price) for name, price in prices.items()]
    found = [choice for place in places for choice in _choices(model, workload, limits, place, engine)]
    if not found:
        raise InvalidInput(_too_strict(model, workload, limits, places, engine))
    kept = sorted((one for one in found if _affordable(one, limits)), key=lambda one: (one.per_hour, one.per_million))
    if not kept:
        raise InvalidInput(_too_dear(found, limits))
    best = kept[0]
    second = next((one for one in kept if (one.instance.name, one.degree) != (best.instance.name, best.degree)), None)
    return Advice(best, second, tuple(_reasons(best, second, limits, workload)), tuple(kept))


def placed(
    model: Architecture, workload: Workload, limits: Limits, name: str, degree: int | None = None, machines: int = 1,
    price: float = 0.0, engine: Engine = MEASURED_2024,
) -> Choice:  # fmt: skip
    """The choice on an instance that is given; over so many accelerators, or as gives the most tokens a second.

    Raises InvalidInput where the model does not fit, or no concurrency keeps the latency; NotFound for an instance.
    """
    place = replace(instance(name), price=price)
    found = []
    for one in [degree] if degree else _degrees(place.count):
        point = _one_machine(model, workload, limits, place, one, engine)
        if point is not None:
            found.append(_choice(place, machines, one, point))
    if not found:
        raise InvalidInput(_too_strict(model, workload, limits, [place], engine))
    return max(found, key=lambda choice: choice.point.throughput)


def _choices(
    model: Architecture, workload: Workload, limits: Limits, place: Instance, engine: Engine
) -> Iterator[Choice]:
    """The least number of machines that gives the throughput, for every way to spread the model."""
    for degree in _degrees(place.count):
        point = _one_machine(model, workload, limits, place, degree, engine)
        if point is None:
            continue
        machines = max(1, -(-limits.throughput // point.throughput)) if limits.throughput else 1
        if machines <= MOST_INSTANCES:
            yield _choice(place, int(machines), degree, point)


def _one_machine(
    model: Architecture, workload: Workload, limits: Limits, place: Instance, degree: int, engine: Engine
) -> Point | None:
    """Where one machine runs; None where the model does not fit or no concurrency keeps the latency."""
    deployment = Deployment(model, place, degree, place.count // degree)
    try:
        points = curve(deployment, workload, engine, GRID)
    except InvalidInput:  # it does not fit
        return None
    if not limits.latency:
        at = knee(GRID, [point.latency for point in points])
        return next(point for point in points if point.concurrency == at)
    return next((one for one in reversed(points) if one.per_token(workload.output_tokens) <= limits.latency), None)


def _choice(place: Instance, machines: int, degree: int, point: Point) -> Choice:
    all_together = replace(point, concurrency=point.concurrency * machines, throughput=point.throughput * machines)
    per_hour = place.price * machines
    return Choice(place, machines, degree, all_together, per_hour, cost_per_million(per_hour, all_together.throughput))


def _degrees(count: int) -> list[int]:
    """Powers of two that divide the accelerators of a machine."""
    return [degree for degree in (1, 2, 4, 8, 16, 32, 64) if count % degree == 0]


def _affordable(one: Choice, limits: Limits) -> bool:
    return (not limits.per_hour or one.per_hour <= limits.per_hour) and (
        not limits.per_million or one.per_million <= limits.per_million
    )


def _too_strict(
    model: Architecture, workload: Workload, limits: Limits, places: Sequence[Instance], engine: Engine
) -> str:
    """Which limit no instance keeps, and how near the nearest comes."""
    easy = Limits()
    quickest: list[tuple[float, str]] = []
    for place in places:
        for degree in _degrees(place.count):
            if _one_machine(model, workload, easy, place, degree, engine) is not None:
                deployment = Deployment(model, place, degree, place.count // degree)
                alone = curve(deployment, workload, engine, (1,))[0].per_token(workload.output_tokens)
                quickest.append((alone, f"{place.name} over {degree}"))
    if not quickest:
        return f"{model.name} with {workload.total} tokens fits on none of the instances that have a price"
    seconds, name = min(quickest)
    if limits.latency and seconds > limits.latency:
        return (
            f"no instance writes a token in {1000 * limits.latency:g} ms; the quickest, {name}, takes about "
            f"{1000 * seconds:.0f} ms for a single request"
        )
    most, where = max(_most(model, workload, limits, place, engine) for place in places)
    return (
        f"more than {MOST_INSTANCES} machines would be needed for {limits.throughput:g} tokens a second; "
        f"{MOST_INSTANCES} x {where} give about {MOST_INSTANCES * most:.0f}"
    )


def _most(
    model: Architecture, workload: Workload, limits: Limits, place: Instance, engine: Engine
) -> tuple[float, str]:
    """The most tokens a second of one such machine, however the model is spread, and its name."""
    points = [_one_machine(model, workload, limits, place, degree, engine) for degree in _degrees(place.count)]
    return max((point.throughput for point in points if point is not None), default=0.0), place.name


def _too_dear(found: Sequence[Choice], limits: Limits) -> str:
    """Which limit of money nothing keeps, what comes nearest, and what that would be."""
    hour = min(found, key=lambda one: one.per_hour)
    million = min(found, key=lambda one: one.per_million)
    parts = []
    if limits.per_hour:
        parts.append(
            f"the least price of an hour is {hour.per_hour:.2f}, the limit {limits.per_hour:g} ({hour.told()})"
        )
    if limits.per_million:
        parts.append(
            f"the least price of a million tokens is {million.per_million:.2f}, the limit {limits.per_million:g} "
            f"({million.told()})"
        )
    return f"nothing keeps the limits: {'; '.join(parts)}"


def _reasons(best: Choice, second: Choice | None, limits: Limits, workload: Workload) -> Iterator[str]:
    point = best.point
    shown = 1000 * point.per_token(workload.output_tokens)
    wanted = f"{1000 * limits.latency:g} ms a token" if limits.latency else "the knee of its curve"
    yield f"At {wanted} it serves about {point.concurrency} requests at once, {shown:.0f} ms a token."
    yield f"A step waits mostly for {WAITS[point.bound]}."
    if best.machines > 1:
        yield f"One machine gives {point.throughput / best.machines:.0f} tokens a second; {best.machines} are needed."
    if second is not None:
        more = f"{100 * (second.per_hour / best.per_hour - 1):.0f} % more an hour"
        equal = "as much an hour" if second.per_hour == best.per_hour else more
        million = 100 * (second.per_million / best.per_million - 1)
        side = f"{abs(million):.0f} % {'more' if million >= 0 else 'less'} a million tokens"
        yield f"The next best, {second.told()}: {equal} and {side}."
