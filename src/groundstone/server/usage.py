"""The native API of models and what was used of them: the caller's catalogue, totals, calls, limits."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel

from groundstone.errors import InvalidInput
from groundstone.identity import Principal
from groundstone.records import Window
from groundstone.server import auth
from groundstone.server.native import ERRORS, Caller, platform
from groundstone.server.stream import work

if TYPE_CHECKING:
    from groundstone.models.base import ModelInfo
    from groundstone.platform import Platform

Since = Annotated[datetime | None, Query(alias="from", description="a day or a time; without one the month so far")]
Until = Annotated[datetime | None, Query(alias="to", description="excluded; without one all until now")]
By = Literal["model", "key", "user", "task", "day", "outcome"]
router = APIRouter(prefix="/api", responses=ERRORS)


class ModelBody(BaseModel):
    """A model by its own name. Prices are for a million tokens; ``private`` ones belong to the caller's tenant."""

    name: str
    task: str
    title: str
    provider: str
    engine: str
    aliases: list[str]
    abilities: list[str]
    context: int | None
    dimensions: int | None
    price_input: float
    price_output: float
    fallback: list[str]
    private: bool
    answers: bool  # words the answers of knowledge bases


class ModelList(BaseModel):
    currency: str
    models: list[ModelBody]


class TotalBody(BaseModel):
    """``label`` is the name to show: that of a key, for example. ``failed`` counts what was refused, too."""

    name: str
    label: str
    calls: int
    failed: int
    input_tokens: int
    output_tokens: int
    cost: float
    seconds: float


class LatencyBody(BaseModel):
    """Seconds that half, and 95 of 100 successful calls took at most; ``first``: until the first piece of a reply."""

    model: str
    calls: int
    p50: float
    p95: float
    first_p50: float | None
    first_p95: float | None


class UsageBody(BaseModel):
    """``scope``: "tenant" for administrators, else "user": only the caller's own calls."""

    since: datetime
    until: datetime
    scope: Literal["tenant", "user"]
    currency: str
    by: By
    totals: list[TotalBody]
    latency: list[LatencyBody]


class CallBody(BaseModel):
    time: datetime
    user: str
    key: str
    key_name: str
    task: str
    asked: str
    model: str
    input_tokens: int
    output_tokens: int
    cost: float
    first: float | None
    seconds: float
    outcome: str
    error: str
    estimated: bool


class KeyUse(BaseModel):
    """One access key: its limits, None where there is none, and what it has spent this month and today (UTC)."""

    key: str
    name: str
    user: str
    money_per_month: float | None
    money: float
    tokens_per_day: int | None
    tokens: int
    requests_per_minute: int | None


@router.get("/models", response_model=ModelList)
async def models(request: Request, caller: Caller) -> Any:
    """The models that the caller may use."""
    return await work(request, _models, platform(request), caller)


@router.get("/usage", response_model=UsageBody)
async def usage(request: Request, caller: Caller, since: Since = None, until: Until = None, by: By = "model") -> Any:
    """Sums of calls, tokens, money and time, and how quick each model was."""
    return await work(request, _usage, platform(request), caller, since, until, by)


@router.get("/usage/calls", response_model=list[CallBody])
async def calls(
    request: Request,
    caller: Caller,
    since: Since = None,
    until: Until = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> Any:
    """Single calls, the newest first."""
    return await work(request, _calls, platform(request), caller, since, until, limit)


@router.get("/usage/keys", response_model=list[KeyUse])
async def keys(request: Request, caller: Caller) -> Any:
    """The limits of the tenant's keys, for administrators; of the caller's own key, for others."""
    return await work(request, _keys, platform(request), caller)


def _models(platform: Platform, caller: Principal) -> dict[str, Any]:
    catalog, words = platform.models.catalog, platform.answer_model
    found = [_model(platform, info, words) for info in platform.models.list(caller)]
    return {"currency": catalog.currency, "models": found}


def _model(platform: Platform, info: ModelInfo, words: ModelInfo | None) -> ModelBody:
    known = asdict(info)
    known |= {"aliases": platform.models.catalog.aliases(info.name), "abilities": sorted(info.abilities)}
    return ModelBody(**known, private=info.tenant is not None, answers=words is not None and words.name == info.name)


def _usage(
    platform: Platform, caller: Principal, since: datetime | None, until: datetime | None, by: By
) -> dict[str, Any]:
    wanted = _window(platform, caller, since, until)
    totals = [
        TotalBody(**asdict(total), label=_label(platform, total.name) if by == "key" else total.name)
        for total in platform.ledger.totals(wanted, by)
    ]
    return {
        "since": wanted.since,
        "until": wanted.until,
        "scope": "tenant" if wanted.user is None else "user",
        "currency": platform.models.catalog.currency,
        "by": by,
        "totals": totals,
        "latency": [asdict(latency) for latency in platform.ledger.latency(wanted)],
    }


def _calls(
    platform: Platform, caller: Principal, since: datetime | None, until: datetime | None, limit: int
) -> list[CallBody]:
    found = platform.ledger.calls(_window(platform, caller, since, until), limit)
    return [CallBody(**asdict(call), key_name=_label(platform, call.key)) for call in found]


def _keys(platform: Platform, caller: Principal) -> list[KeyUse]:
    if auth.is_admin(platform, caller):
        found = [key for key in platform.keys.list(caller.tenant) if not key.disabled]
    else:
        found = [platform.keys.get(caller.key)]
    return [_key_use(platform, key) for key in found]


def _key_use(platform: Platform, key: Any) -> KeyUse:
    used = platform.meter.used(key.id)
    return KeyUse(key=key.id, name=key.name, user=key.user, money=used.money, tokens=used.tokens, **asdict(key.limits))


def _window(platform: Platform, caller: Principal, since: datetime | None, until: datetime | None) -> Window:
    """The calls that the caller may see between two times, those of the month where none are given."""
    now = datetime.now(UTC)
    begin = _aware(since) if since else now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    end = _aware(until) if until else now + timedelta(minutes=1)
    if end < begin:
        raise InvalidInput("'to' lies before 'from'")
    user = None if auth.is_admin(platform, caller) else caller.user
    return Window(caller.tenant, begin, end, user)


def _aware(time: datetime) -> datetime:
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _label(platform: Platform, key: str) -> str:
    """What people call a key: its name, or its id."""
    found = platform.keys.find(key) if key else None
    return (found.name if found else "") or key or "no key"
