"""What the API of load runs takes and gives. Times are seconds, unless a name says milliseconds."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from groundstone.endpoints.runs.history import LONGEST_TITLE, MOST_TAGS
from groundstone.endpoints.runs.order import MOST_CLIENTS, MOST_LEVELS, WIRES, Order, order_of
from groundstone.server import bodies

RUN_ID = r"^(\d{8}-\d{6}-[0-9a-f]{4}|last)$"
Name = Annotated[str, Field(max_length=200)]
Length = Annotated[str, Field(max_length=40)]
Positive = Annotated[float, Field(ge=0, le=1e9)]
Count = Annotated[int, Field(ge=0, le=10**9)]
IMPORTED: dict[str, Any] = {"requestBody": {"required": True, "content": {"application/json": {"schema": {}}}}}


class PlanBody(bodies.Request):
    """What is sent. ``read`` and ``write``: tokens of a request, "256", "128-512" or "256~64" (normal). Without
    ``concurrency``, ``rate`` and ``burst`` 1, 2, 4, ... clients up to ``most``.
    """

    url: str = Field(default="", max_length=500)
    wire: str = Field(default=WIRES[0], max_length=40)
    model: Name = ""
    read: Length = "256"
    write: Length = "256"
    shared: Count = 0
    seed: Count = 0
    timeout: Positive = 60.0
    concurrency: list[int] = Field(default_factory=list, max_length=MOST_LEVELS)
    most: int = Field(default=64, ge=1, le=MOST_CLIENTS)
    requests: Count = 0
    seconds: Positive = 0.0
    until_stable: Positive = 0.0
    rate: Positive = 0.0
    burstiness: Positive = 0.0
    ramp: Positive = 0.0
    burst: Count = 0
    on: Positive = 0.0
    off: Positive = 0.0
    latency: Positive = 0.0
    first_token: Positive = 0.0
    per_token: Positive = 0.0
    end_to_end: Positive = 0.0
    processes: int = Field(default=1, ge=1, le=64)


class PlaceBody(bodies.Request):
    """``instance``: one of the catalogue of capacity, or "4 x l4". ``degree`` 0: all its accelerators share a copy."""

    model: Name
    instance: Name
    degree: int = Field(default=0, ge=0, le=64)
    replicas: int = Field(default=1, ge=1, le=64)


class SimulationBody(bodies.Request):
    """An engine without a model that is started for the run; ``speed``: times life; ``most``: requests at once."""

    place: PlaceBody
    speed: float = Field(default=1.0, gt=0, le=100)
    most: int = Field(default=128, ge=1, le=10_000)


class StartLoadRun(bodies.Request):
    """Who is asked: the plan's ``url``, an ``engine`` of the catalogue of models, or a ``simulation``."""

    title: str = Field(default="", max_length=LONGEST_TITLE)
    plan: PlanBody = PlanBody()
    engine: Name = ""
    simulation: SimulationBody | None = None
    price: float = Field(default=0.0, ge=0, lt=1e6)
    theory: PlaceBody | None = None

    def order(self) -> Order:
        """Raises InvalidInput, NotFound."""
        told = self.model_dump(exclude={"title"})
        if not told["plan"]["url"]:
            del told["plan"]["url"]
        return order_of(told)


class LabelLoadRun(bodies.Request):
    title: str | None = Field(default=None, min_length=1, max_length=LONGEST_TITLE)
    tags: list[str] | None = Field(default=None, max_length=MOST_TAGS)


class LimitsBody(bodies.Request):
    """0 leaves a limit out. ``latency``: seconds a written token; ``throughput``: written tokens a second."""

    latency: Positive = 0.0
    throughput: Positive = 0.0
    per_hour: Positive = 0.0
    per_million: Positive = 0.0


class AskAdvice(bodies.Request):
    """What to deploy ``model`` on; ``prices``: of an hour, by instance. ``run``: what a measured run says as well."""

    model: Name = ""
    read: int = Field(default=256, ge=1, le=1_000_000)
    write: int = Field(default=256, ge=1, le=1_000_000)
    limits: LimitsBody = Field(default_factory=LimitsBody)
    prices: dict[str, float] = Field(default_factory=dict, max_length=100)
    run: str = Field(default="", max_length=40)


class SummaryBody(BaseModel):
    """``alone``: seconds of latency for each written token at the least concurrency; ``knee`` 0 where there is none."""

    levels: int
    requests: int
    good: int
    best: float
    best_at: int
    alone: float
    knee: int
    valid: bool


class LoadRunBody(BaseModel):
    """``mine``: the caller may rename, stop and delete it. ``order``: what was asked for, without keys."""

    id: str
    title: str
    owner: str
    created: str
    ended: str
    state: Literal["running", "done", "stopped", "interrupted", "failed"]
    why: str
    tags: list[str]
    target: str
    origin: Literal["page", "command", "import"]
    mine: bool
    summary: SummaryBody
    order: dict[str, Any] | None


class LoadRunsBody(BaseModel):
    runs: list[LoadRunBody]


class PercentileBody(BaseModel):
    """Milliseconds; the truth lies between ``low`` and ``high`` with a probability of about 95 %."""

    value: float
    low: float
    high: float


class LevelBody(BaseModel):
    """``concurrency`` 0: an open schedule. Percentiles by name ("p50"). ``cost``: of a million tokens.

    ``problem``: why its figures are not to be trusted; ``why``: the first words of each kind of failure.
    """

    name: str
    concurrency: int
    requests: int
    good: int
    seconds: float
    tokens_per_second: float
    requests_per_second: float
    goodput: float
    milliseconds_per_token: float
    first_token: dict[str, PercentileBody]
    between_tokens: dict[str, PercentileBody]
    end_to_end: dict[str, PercentileBody]
    cost: float | None
    problems: dict[str, int]
    health: dict[str, float]
    problem: str
    stopped: bool
    why: list[str]


class PredictedBody(BaseModel):
    concurrency: int
    tokens_per_second: float
    milliseconds_per_token: float


class MeasuredBody(BaseModel):
    """What a run has measured. ``predicted``: by theory alone; ``probed``: by theory and the level of one client.

    ``setting``: everything needed to repeat it; ``notes``: what to know before reading.
    """

    levels: list[LevelBody]
    predicted: list[PredictedBody]
    probed: list[PredictedBody]
    knee: int | None
    valid: bool
    price: float
    notes: list[str]
    setting: dict[str, Any]


class LoadRunDetail(BaseModel):
    """``measured`` is null before the first level has ended; ``points`` are looks while it went, the latest last.

    ``commands``: what repeats it in a terminal.
    """

    run: LoadRunBody
    measured: MeasuredBody | None
    points: list[dict[str, Any]]
    commands: list[str]


class MeasureBody(BaseModel):
    """``values`` and ``ratios`` (to the first run) in the order of the runs. ``less``: less is better."""

    name: str
    unit: str
    values: list[float | None]
    ratios: list[float | None]
    less: bool


class AtConcurrency(BaseModel):
    concurrency: int
    throughput: MeasureBody
    latency: MeasureBody


class ComparisonBody(BaseModel):
    runs: list[LoadRunDetail]
    whole: list[MeasureBody]
    by_concurrency: list[AtConcurrency]
    notes: list[str]


class ChoiceBody(BaseModel):
    """``machines`` of an instance, each with ``copies`` of the model over ``degree`` accelerators."""

    instance: str
    machines: int
    degree: int
    copies: int
    concurrency: int
    tokens_per_second: float
    milliseconds_per_token: float
    per_hour: float
    per_million: float


class EngineSettings(BaseModel):
    engine: str
    command: str
    environment: dict[str, str]


class VerdictBody(BaseModel):
    """``endpoints`` like the measured one, each with ``concurrency`` requests at once; 0 when none keeps the limits."""

    concurrency: int
    endpoints: int
    tokens_per_second: float
    milliseconds_per_token: float
    per_hour: float
    per_million: float
    reason: str


class AdviceBody(BaseModel):
    """By theory: ``best`` first of ``considered``, null where ``problem`` says why. ``measured``: by the run."""

    best: ChoiceBody | None
    considered: list[ChoiceBody]
    reasons: list[str]
    settings: list[EngineSettings]
    problem: str
    measured: VerdictBody | None


class EngineChoice(BaseModel):
    name: str
    models: list[str]


class ChoicesBody(BaseModel):
    """What a form can offer. ``targets``: addresses beside this machine's own, which ``loopback`` allows."""

    models: list[str]
    instances: dict[str, int]
    accelerators: list[str]
    wires: list[str]
    engines: list[EngineChoice]
    targets: list[str]
    loopback: bool
    prices: dict[str, float]
