"""Knowledge bases and decks for assistants that speak the Model Context Protocol: tools, and documents as resources."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Annotated, Any, ParamSpec, TypeVar
from urllib.parse import quote

from mcp.server.mcpserver import Context, MCPServer, ResourceSecurity
from mcp.server.mcpserver.exceptions import ResourceError, ResourceNotFoundError, ToolError, UnexpectedToolError
from mcp.server.mcpserver.tools import Tool
from mcp_types import ToolAnnotations
from pydantic import BaseModel, Field, ValidationError

from groundstone import __version__, filters
from groundstone.errors import GroundstoneError, NotFound
from groundstone.identity import Principal
from groundstone.knowledge.answer import to_json, value_json
from groundstone.server.bodies import CitationInfo, Json
from groundstone.server.mcp_decks import OfferedDecks
from groundstone.server.mcp_http import CALLER

if TYPE_CHECKING:
    from groundstone import records
    from groundstone.knowledge.answer import Answer
    from groundstone.knowledge.base import KnowledgeBase
    from groundstone.platform import Platform
    from groundstone.records import Hit

MOST_HITS = 50
MOST_CHARACTERS = 100_000  # of a document in one answer
PAGE = 20_000
URI = "groundstone://{knowledge_base}/{+document_id}"
INSTRUCTIONS = (
    "Groundstone answers from documents that its owner chose. Begin with list_knowledge_bases. ask gives an answer "
    "with quotes that are checked against the documents; search gives passages; read_document gives the whole text. "
    "Quote and cite what you use: title and document_id. Decks of slides are apart: list_decks, then ask_decks, "
    "search_slides or read_slide; cite the deck's name and the number of the slide."
)
FILTER = (
    'A filter over fields that list_knowledge_bases names, such as {"and": [{"field": "genres", "op": "eq", "value": '
    '"Animation"}, {"field": "rating", "op": "gt", "value": 7}]}. Operations: eq ne in not_in lt le gt ge contains '
    "starts_with exists; and, or and not combine."
)

Base = Annotated[str, Field(max_length=63, description="Name of a knowledge base.")]
Document = Annotated[str, Field(min_length=1, max_length=2000, description="A document_id from search or ask.")]
P = ParamSpec("P")
T = TypeVar("T")


class FieldInfo(BaseModel):
    name: str
    type: str
    many: bool
    unit: str


class KnowledgeBaseInfo(BaseModel):
    """``fields`` are those that a filter may name."""

    name: str
    title: str
    about: str
    documents: int
    fields: list[FieldInfo]


class KnowledgeBases(BaseModel):
    knowledge_bases: list[KnowledgeBaseInfo]


class Passage(BaseModel):
    """``score`` is from 0 to 1; ``start`` and ``end`` count characters of the document's text."""

    document_id: str
    title: str
    text: str
    score: float
    start: int
    end: int
    page: int | None
    heading: str | None
    fields: dict[str, Any]
    source: str
    uri: str


class Passages(BaseModel):
    hits: list[Passage]


class Sentence(BaseModel):
    """``citations`` are indexes, from 0, into the citations of the answer."""

    text: str
    citations: list[int]
    supported: bool


class CitedAnswer(BaseModel):
    """Every quote stands in its document at ``[start, end)``, word for word."""

    text: str
    sentences: list[Sentence]
    citations: list[CitationInfo]
    strength: str
    mode: str
    total: int | None


class DocumentText(BaseModel):
    """A part of a document's text, from ``start`` to ``end`` of ``length`` characters."""

    id: str
    title: str
    text: str
    start: int
    end: int
    length: int
    fields: dict[str, Any]
    source: str
    uri: str


class ModelEntry(BaseModel):
    name: str
    task: str
    title: str
    provider: str
    abilities: list[str]
    context: int | None
    dimensions: int | None


class ModelList(BaseModel):
    models: list[ModelEntry]


def build(platform: Platform, alone: Principal | None = None) -> MCPServer[Any]:
    """The server. ``alone`` is who asks when requests come without one: over standard input and output."""
    offered = Offered(platform, alone)
    reads = ToolAnnotations(read_only_hint=True, open_world_hint=False)
    decks = OfferedDecks(platform, offered.caller)
    calls: tuple[Callable[..., Any], ...] = (
        *(offered.list_knowledge_bases, offered.search, offered.ask, offered.read_document, offered.list_models),
        *(decks.list_decks, decks.search_slides, decks.ask_decks, decks.read_slide),
    )
    server: MCPServer[Any] = MCPServer(
        "groundstone",
        title="Groundstone",
        version=__version__,
        instructions=INSTRUCTIONS,
        tools=[_strict(_Tool.from_function(_told(call), annotations=reads, structured_output=True)) for call in calls],
        log_level="WARNING",
    )
    # An id is looked up in a store, never used as a path.
    trusted = ResourceSecurity(exempt_params={"document_id", "knowledge_base"})
    server.resource(URI, name="document", mime_type="text/plain", security=trusted)(offered.document)
    return server


class Offered:
    """What an assistant may call. Docstrings and field descriptions here are what its model reads."""

    def __init__(self, platform: Platform, alone: Principal | None) -> None:
        self._platform, self._alone = platform, alone

    def list_knowledge_bases(self, context: Context) -> KnowledgeBases:
        """The knowledge bases there are: what each is about, how many documents it has, and its fields."""
        caller = self.caller(context)
        names = self._platform.knowledge_bases(caller)
        return KnowledgeBases(knowledge_bases=[_info(self._platform.kb(name, caller)) for name in names])

    def search(
        self,
        context: Context,
        knowledge_base: Base,
        text: Annotated[str, Field(max_length=4000, description="Words or a question; empty with a filter.")] = "",
        where: Annotated[Json | None, Field(description=FILTER)] = None,
        limit: Annotated[int, Field(ge=1, le=MOST_HITS)] = 10,
    ) -> Passages:
        """Find passages by meaning and by words together, best first."""
        kb = self._kb(context, knowledge_base)
        wanted = filters.check(filters.from_json(where), kb.schema) if where is not None else None
        return Passages(hits=[_passage(hit, kb) for hit in kb.search(text, where=wanted, limit=limit)])

    def ask(
        self,
        context: Context,
        knowledge_base: Base,
        question: Annotated[str, Field(min_length=1, max_length=2000)],
    ) -> CitedAnswer:
        """Answer a question from the documents. Each sentence names the quotes that support it."""
        return _answer(self._kb(context, knowledge_base).ask(question))

    def read_document(
        self,
        context: Context,
        knowledge_base: Base,
        document_id: Document,
        start: Annotated[int, Field(ge=0, le=2**53, description="First character, from 0.")] = 0,
        length: Annotated[int, Field(ge=1, le=MOST_CHARACTERS, description="Characters to read.")] = PAGE,
    ) -> DocumentText:
        """Read the text that citations quote from, in parts when it is long."""
        kb = self._kb(context, knowledge_base)
        found = kb.document(document_id)
        part = found.text[start : start + length]
        return DocumentText(
            id=found.id,
            title=found.title,
            text=part,
            start=min(start, len(found.text)),
            end=min(start, len(found.text)) + len(part),
            length=len(found.text),
            fields=_fields(found, kb),
            source=found.source,
            uri=_uri(knowledge_base, found.id),
        )

    def list_models(self, context: Context) -> ModelList:
        """The models of this installation, for whoever wants to call them through its APIs."""
        known = self._platform.models.list(self.caller(context))
        names = ("name", "task", "title", "provider", "context", "dimensions")
        entries = [
            {name: getattr(info, name) for name in names} | {"abilities": sorted(info.abilities)} for info in known
        ]
        return ModelList(models=[ModelEntry.model_validate(entry) for entry in entries])

    def document(self, knowledge_base: str, document_id: str, context: Context) -> str:
        """The text of one document, as citations quote from it."""
        try:
            return self._kb(context, knowledge_base).document(document_id).text
        except NotFound as error:
            raise ResourceNotFoundError(str(error)) from None
        except GroundstoneError as error:
            raise ResourceError(str(error)) from None

    def _kb(self, context: Context, name: str) -> KnowledgeBase:
        return self._platform.kb(name, self.caller(context))

    def caller(self, context: Context) -> Principal:
        """Who asks: by the credentials of the request, or the one user of this connection."""
        request: Any = context.request_context.request
        if request is not None:
            found: Principal = request.scope[CALLER]
            return found
        if self._alone is None:
            raise ToolError("The request came without credentials.")
        return self._alone


def _told(call: Callable[P, T]) -> Callable[P, T]:
    """Errors of ours as errors of the tool, which the model reads; all others stay on the server."""

    @wraps(call)
    def told(*args: P.args, **options: P.kwargs) -> T:
        try:
            return call(*args, **options)
        except GroundstoneError as error:
            raise ToolError(f"{error.code}: {error}") from None

    return told


class _Tool(Tool):
    """A tool that says in plain words which of its arguments are wrong."""

    async def run(self, arguments: dict[str, Any], context: Context[Any, Any], convert_result: bool = False) -> Any:
        try:
            return await super().run(arguments, context, convert_result)
        except ToolError as error:
            if isinstance(error, UnexpectedToolError) or not isinstance(error.__cause__, ValidationError):
                raise
            wrong = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.__cause__.errors())
            raise ToolError(f"Error executing tool {self.name}: invalid_input: {wrong}") from None


def _strict(tool: Tool) -> Tool:
    """Arguments that a tool does not know are refused, not left out."""
    arguments = tool.fn_metadata.arg_model
    arguments.model_config["extra"] = "forbid"
    arguments.model_rebuild(force=True)
    return tool.model_copy(update={"parameters": arguments.model_json_schema(by_alias=True)})


def _info(kb: KnowledgeBase) -> KnowledgeBaseInfo:
    versions, spec = kb.versions(), kb.spec
    fields = [
        FieldInfo(name=field.name, type=field.type, many=field.many, unit=field.unit)
        for field in kb.schema.fields
        if field.filterable
    ]
    documents = versions[-1].documents if versions else 0
    return KnowledgeBaseInfo(
        name=kb.name, title=spec.title or kb.name, about=spec.about, documents=documents, fields=fields
    )


def _passage(hit: Hit, kb: KnowledgeBase) -> Passage:
    chunk, found = hit.chunk, hit.document
    return Passage(
        document_id=found.id,
        title=found.title,
        text=chunk.text,
        score=hit.score,
        start=chunk.start,
        end=chunk.end,
        page=chunk.page,
        heading=chunk.heading,
        fields=_fields(found, kb),
        source=found.source,
        uri=_uri(kb.name, found.id),
    )


def _fields(document: records.Document, kb: KnowledgeBase) -> dict[str, Any]:
    """Those that a filter may name; longer ones stand in the text anyway."""
    names = {field.name for field in kb.schema.fields if field.filterable}
    return {name: value_json(value) for name, value in document.fields.items() if name in names}


def _answer(answer: Answer) -> CitedAnswer:
    data = to_json(answer)
    return CitedAnswer.model_validate({name: data[name] for name in CitedAnswer.model_fields})


def _uri(knowledge_base: str, document_id: str) -> str:
    return f"groundstone://{knowledge_base}/{quote(document_id, safe='/')}"
