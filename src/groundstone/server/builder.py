"""The native API of the builder: domain models, mappings between schemas, sample data."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field, model_validator

from groundstone.builder import ddl, generate, instances, propose, render, samples, suggest
from groundstone.builder.carry import apply
from groundstone.builder.domain import AttributeType, DomainModel, Kind
from groundstone.builder.mapping import Mapped
from groundstone.builder.transforms import Transform
from groundstone.identity import Principal
from groundstone.server import bodies
from groundstone.server.native import ERRORS, Caller, platform
from groundstone.server.stream import model_work, work

if TYPE_CHECKING:
    from groundstone.platform import Platform

ModelName = Annotated[str, Field(max_length=200, description="a chat model of the catalogue; the rules without one")]
router = APIRouter(prefix="/api/builder", responses=ERRORS)


class AttributeBody(bodies.Request):
    name: str
    type: AttributeType = "text"
    required: bool = False
    unique: bool = False
    enumeration: str = ""


class EntityBody(bodies.Request):
    name: str
    attributes: list[AttributeBody] = Field(default_factory=list, max_length=100)


class AssociationBody(bodies.Request):
    name: str
    source: str
    target: str
    kind: Kind = "one-to-many"
    required: bool = False


class EnumerationBody(bodies.Request):
    name: str
    values: list[str] = Field(max_length=200)


class DomainModelBody(bodies.Request):
    """Entities with attributes, associations between them, enumerations of values."""

    entities: list[EntityBody] = Field(max_length=100)
    associations: list[AssociationBody] = Field(default_factory=list, max_length=500)
    enumerations: list[EnumerationBody] = Field(default_factory=list, max_length=100)

    def checked(self) -> DomainModel:
        return DomainModel.from_json(self.model_dump())


class DomainModelRequest(bodies.Request):
    narrative: str = Field(min_length=1, max_length=generate.LONGEST)
    model: ModelName = ""


class DraftedBody(BaseModel):
    """``made_by`` is the name of the rules or of the chat model; ``notes`` say what was mended or left out."""

    model_config = ConfigDict(protected_namespaces=())

    domain_model: DomainModelBody
    made_by: str
    notes: list[str]


class RenderRequest(bodies.Request):
    domain_model: DomainModelBody
    form: Literal["sql", "json-schema", "mermaid"]
    dialect: Literal["postgresql", "sqlite", "mysql", "mssql", "oracle"] = "postgresql"


class RenderedBody(BaseModel):
    """``json_schema`` is the schema as an object when that was asked for."""

    form: str
    text: str
    json_schema: dict[str, Any] | None = None


class LinkBody(bodies.Request):
    """One value of the target, and how it is made of values of the source."""

    target: str = Field(max_length=500)
    sources: list[str] = Field(default_factory=list, max_length=10)
    transform: Transform = "copy"
    options: bodies.Json = Field(default_factory=dict)
    confidence: float = 1.0
    reason: str = ""
    made_by: str = ""


class MappingBody(bodies.Request):
    """``missing``: leaves of the target that nothing fits; ``unused``: leaves of the source that go nowhere."""

    links: list[LinkBody] = Field(max_length=1000)
    missing: list[str] = Field(default_factory=list, max_length=1000)
    unused: list[str] = Field(default_factory=list, max_length=1000)
    notes: list[str] = Field(default_factory=list, max_length=1000)


class MappingRequest(bodies.Request):
    """Two JSON Schemas. A chat model is asked only for what the rules leave open."""

    source: bodies.Json
    target: bodies.Json
    model: ModelName = ""


class ApplyRequest(bodies.Request):
    """``target``: the schema that the result is checked against."""

    mapping: MappingBody
    data: bodies.Json
    target: bodies.Json | None = None


class DataBody(BaseModel):
    data: dict[str, Any]


class SamplesRequest(bodies.Request):
    """Either a JSON Schema or a domain model. A chat model can only be asked for a JSON Schema."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    json_schema: bodies.Json | None = None
    domain_model: DomainModelBody | None = None
    count: int = Field(5, ge=1, le=instances.MOST)
    seed: int = Field(1, ge=0, le=2**53)
    model: ModelName = ""

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.json_schema is None) == (self.domain_model is None):
            raise ValueError("give json_schema or domain_model, one of them")
        if self.model and self.json_schema is None:
            raise ValueError("a chat model writes samples of a json_schema only")
        return self


class SamplesBody(BaseModel):
    """``samples``: a list for a JSON Schema; for a domain model an object with a list for each entity."""

    samples: list[Any] | dict[str, Any]
    made_by: str


@router.post("/domain-model", response_model=DraftedBody)
async def domain_model(request: Request, caller: Caller, wanted: DomainModelRequest) -> Any:
    """The domain model that a narrative describes; always consistent."""
    pool = model_work if wanted.model else work
    return await pool(request, _drafted, platform(request), caller, wanted)


@router.post("/render", response_model=RenderedBody)
async def rendered(request: Request, caller: Caller, wanted: RenderRequest) -> Any:
    """A domain model as SQL, JSON Schema or the text of a Mermaid picture. It is checked first."""
    return await work(request, _rendered, wanted)


@router.post("/mapping", response_model=MappingBody)
async def mapping(request: Request, caller: Caller, wanted: MappingRequest) -> Any:
    """Which value of the source becomes which of the target, how, and how sure; tried on sample data."""
    pool = model_work if wanted.model else work
    return await pool(request, _mapped, platform(request), caller, wanted)


@router.post("/mapping/apply", response_model=DataBody)
async def applied(request: Request, caller: Caller, wanted: ApplyRequest) -> Any:
    """Data of the source schema as data of the target schema."""
    links = Mapped.from_json({"links": [link.model_dump() for link in wanted.mapping.links]})
    return {"data": await work(request, apply, links, wanted.data, wanted.target)}


@router.post("/samples", response_model=SamplesBody)
async def sampled(request: Request, caller: Caller, wanted: SamplesRequest) -> Any:
    """Sample data that validates against the schema."""
    pool = model_work if wanted.model else work
    return await pool(request, _sampled, platform(request), caller, wanted)


def _drafted(platform: Platform, caller: Principal, wanted: DomainModelRequest) -> dict[str, Any]:
    writer = platform.writer(caller, wanted.model) if wanted.model else ()
    made = generate.draft(wanted.narrative, *writer)
    return {"domain_model": made.model.to_json(), "made_by": made.made_by, "notes": list(made.notes)}


def _rendered(wanted: RenderRequest) -> dict[str, Any]:
    import json

    model = wanted.domain_model.checked()
    if wanted.form == "sql":
        return {"form": "sql", "text": ddl.ddl(model, wanted.dialect)}
    if wanted.form == "mermaid":
        return {"form": "mermaid", "text": render.mermaid(model)}
    schema = render.json_schema(model)
    return {"form": "json-schema", "text": json.dumps(schema, indent=2, ensure_ascii=False), "json_schema": schema}


def _mapped(platform: Platform, caller: Principal, wanted: MappingRequest) -> dict[str, Any]:
    embed = platform.embed_if_there
    made = propose.propose(wanted.source, wanted.target, embed)
    if wanted.model:
        chat, tokens = platform.writer(caller, wanted.model)
        made = suggest.suggested(made, wanted.source, wanted.target, chat, tokens)
    found = asdict(made)
    if embed is None:
        found["notes"] = [*made.notes, "names were compared by their words only: the embedding model is not here yet"]
    return found


def _sampled(platform: Platform, caller: Principal, wanted: SamplesRequest) -> dict[str, Any]:
    if wanted.domain_model is not None:
        data = samples.samples(wanted.domain_model.checked(), wanted.count, wanted.seed)
        return {"samples": data, "made_by": samples.NAME}
    schema = wanted.json_schema or {}
    if not wanted.model:
        return {"samples": instances.instances(schema, wanted.count, wanted.seed), "made_by": instances.NAME}
    found, made_by = instances.written(schema, wanted.count, *platform.writer(caller, wanted.model))
    return {"samples": found, "made_by": made_by}
