"""Bodies of the native API of endpoints."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

NAME = r"^[a-zA-Z0-9]([a-zA-Z0-9-]{0,48}[a-zA-Z0-9])?$"


class VariantInfo(BaseModel):
    """One version behind an endpoint. ``package``: SHA-256 of what it was made from; empty without a package."""

    name: str
    model: str
    kind: str
    package: str
    weight: float
    instances: int


class EndpointInfo(BaseModel):
    """``status``: Creating, Updating, InService or Failed; ``reason`` says why the latest change was not made."""

    name: str
    status: str
    reason: str
    variants: list[VariantInfo]
    created: datetime
    updated: datetime


class EndpointList(BaseModel):
    endpoints: list[EndpointInfo]


class DeployRequest(BaseModel):
    """``model``: a name of the catalogue, a custom model, or "kind:forensics" for the forensic model that ships."""

    model_config = ConfigDict(extra="forbid", strict=True)

    model: str = Field(min_length=1, max_length=200)
    share: float = Field(default=1.0, gt=0, le=1)
    instances: int = Field(default=1, ge=1, le=64)


class WeightsRequest(BaseModel):
    """Weights by variant; those that are not named stay as they are."""

    model_config = ConfigDict(extra="forbid", strict=True)

    weights: dict[str, float] = Field(min_length=1, max_length=10)


class Times(BaseModel):
    """Milliseconds; percentiles to half a percent."""

    average: float
    low: float
    high: float
    p50: float
    p90: float
    p99: float


class VariantMetrics(BaseModel):
    """``model``: the time in the model; ``overhead``: the time around it. None without an answer."""

    variant: str
    invocations: int
    errors: dict[str, int]
    model: Times | None
    overhead: Times | None


class MetricsInfo(BaseModel):
    endpoint: str
    minutes: int
    variants: list[VariantMetrics]
