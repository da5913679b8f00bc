"""The native API of access keys: for administrators, each within their tenant; whoever runs the server sees all."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from groundstone.errors import Forbidden, NotFound
from groundstone.identity import LOCAL, Limits, Principal
from groundstone.server import auth, bodies
from groundstone.server.native import ERRORS, Caller, platform
from groundstone.server.stream import work

if TYPE_CHECKING:
    from groundstone.stores.keys import AccessKey, IssuedKey

router = APIRouter(prefix="/api", responses=ERRORS)


class LimitsBody(bodies.Request):
    """What may be spent under a key; null is no limit."""

    money_per_month: float | None = Field(None, ge=0)
    tokens_per_day: int | None = Field(None, ge=0, le=2**53)
    requests_per_minute: int | None = Field(None, ge=0, le=2**53)


class KeyRequest(bodies.Request):
    """``tenant`` is that of the caller unless whoever runs the server names another."""

    name: str = Field("", max_length=100)
    user: str = Field(LOCAL.user, min_length=1, max_length=100)
    tenant: str | None = Field(None, min_length=1, max_length=100)
    groups: list[str] = Field(default_factory=list, max_length=100)
    limits: LimitsBody | None = None
    admin: bool = False


class KeyChange(bodies.Request):
    """Members that are left out stay as they are; ``limits`` replaces all three."""

    name: str | None = Field(None, min_length=1, max_length=100)
    disabled: bool | None = None
    limits: LimitsBody | None = None


class KeyInfo(BaseModel):
    id: str
    name: str
    tenant: str
    user: str
    groups: list[str]
    limits: LimitsBody
    admin: bool
    created: datetime
    last_used: datetime | None
    disabled: bool


class IssuedKeyInfo(KeyInfo):
    """The only answer that ever holds the secret."""

    secret: str
    bearer: str


class CallerInfo(BaseModel):
    """``key`` is empty for the one local user, and for who showed the setting ``access_key``."""

    user: str
    tenant: str
    groups: list[str]
    key: str
    admin: bool
    limits: LimitsBody


@router.get("/me", response_model=CallerInfo)
async def me(request: Request, caller: Caller) -> Any:
    """Whom the credentials of this request stand for."""
    limits = await work(request, platform(request).keys.limits, caller.key)
    return {
        "user": caller.user,
        "tenant": caller.tenant,
        "groups": sorted(caller.groups),
        "key": caller.key,
        "admin": auth.is_admin(platform(request), caller),
        "limits": shown_limits(limits or Limits()),
    }


@router.get("/keys", response_model=list[KeyInfo])
async def listing(request: Request, caller: Caller) -> Any:
    """The access keys of the caller's tenant; all for whoever runs the server."""
    auth.need_admin(platform(request), caller)
    tenant = None if auth.is_owner(caller) else caller.tenant
    return [shown(key) for key in await work(request, platform(request).keys.list, tenant)]


@router.post("/keys", response_model=IssuedKeyInfo, status_code=201)
async def create(request: Request, caller: Caller, wanted: KeyRequest) -> Any:
    """Make an access key. Its secret is in this answer and never shown again."""
    auth.need_admin(platform(request), caller)
    tenant = wanted.tenant or caller.tenant
    if tenant != caller.tenant and not auth.is_owner(caller):
        raise Forbidden("An administrator makes keys for the own tenant only.")
    issued = await work(
        request,
        platform(request).keys.create,
        name=wanted.name,
        user=wanted.user,
        tenant=tenant,
        groups=wanted.groups,
        limits=_limits(wanted.limits),
        admin=wanted.admin,
    )
    return _issued(issued)


@router.get("/keys/{key}", response_model=KeyInfo)
async def show(request: Request, caller: Caller, key: str) -> Any:
    """An access key, without its secret."""
    return shown(_managed(request, caller, key))


@router.patch("/keys/{key}", response_model=KeyInfo)
async def change(request: Request, caller: Caller, key: str, wanted: KeyChange) -> Any:
    """Rename, limit, disable or enable an access key. What is forbidden by it is refused from the next request on."""
    keys, found = platform(request).keys, _managed(request, caller, key)
    if wanted.name is not None:
        found = await work(request, keys.rename, key, wanted.name)
    if wanted.limits is not None:
        found = await work(request, keys.limit, key, _limits(wanted.limits))
    if wanted.disabled is not None:
        found = await work(request, keys.disable if wanted.disabled else keys.enable, key)
    return shown(found)


@router.post("/keys/{key}/rotate", response_model=IssuedKeyInfo)
async def rotate(request: Request, caller: Caller, key: str) -> Any:
    """Give a key a new secret; the old one, and whoever signed in with it, are refused from the next request on."""
    _managed(request, caller, key)
    return _issued(await work(request, platform(request).keys.rotate, key))


@router.delete("/keys/{key}", status_code=204)
async def delete(request: Request, caller: Caller, key: str) -> None:
    """Delete an access key."""
    _managed(request, caller, key)
    await work(request, platform(request).keys.delete, key)


def shown(key: AccessKey) -> dict[str, Any]:
    """A key as JSON, without its secret."""
    names = ("id", "name", "tenant", "user", "admin", "created", "last_used", "disabled")
    found = {name: getattr(key, name) for name in names}
    return found | {"groups": sorted(key.groups), "limits": shown_limits(key.limits)}


def shown_limits(limits: Limits) -> dict[str, Any]:
    return {name: getattr(limits, name) for name in LimitsBody.model_fields}


def _issued(issued: IssuedKey) -> dict[str, Any]:
    return shown(issued.key) | {"secret": issued.secret, "bearer": issued.bearer}


def _limits(wanted: LimitsBody | None) -> Limits:
    if wanted is None:
        return Limits()
    return Limits(wanted.money_per_month, wanted.tokens_per_day, wanted.requests_per_minute)


def _managed(request: Request, caller: Principal, key: str) -> AccessKey:
    """A key that the caller may manage. Raises Forbidden, and NotFound for one of another tenant."""
    auth.need_admin(platform(request), caller)
    found = platform(request).keys.get(key)
    if found.tenant != caller.tenant and not auth.is_owner(caller):
        raise NotFound(f"no access key {key!r}")
    return found
