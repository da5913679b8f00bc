from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import httpx2
import jsonschema
import pytest
from mcp import Client, MCPError
from mcp.client.stdio import StdioServerParameters
from mcp.client.streamable_http import streamable_http_client

from groundstone.config import Settings
from groundstone.identity import LOCAL, Principal
from groundstone.knowledge.spec import KnowledgeSpec, SourceSpec
from groundstone.models.base import Embed
from groundstone.models.fakes import FakeEmbed
from groundstone.platform import EMBEDDING_MODEL, Platform
from groundstone.server.app import create_app
from tests import bases, looping

from .live import serving

TOOLS = {
    *("list_knowledge_bases", "search", "ask", "read_document", "list_models"),
    *("list_decks", "search_slides", "ask_decks", "read_slide"),
}
MODES = ("auto", "legacy")  # the protocol without sessions, and the one with a handshake
ACME = Principal("ana", "acme")


def filled(home: Path, embed: Embed | None = None) -> Platform:
    """A platform with houses (fields to filter by) and a handbook, for the local tenant."""
    platform = Platform(Settings(home=home))
    platform.__dict__["embed"] = embed or FakeEmbed(384, EMBEDDING_MODEL)
    rows = home / "rows.jsonl"
    rows.write_text("".join(json.dumps(row) + "\n" for row in bases.HOUSES), encoding="utf-8")
    texts = home / "texts" / "a b"
    texts.mkdir(parents=True)
    for name, text in bases.HANDBOOK.items():
        (texts / name).write_text(text, encoding="utf-8")
    houses = KnowledgeSpec.from_json(bases.house_spec().to_json() | {"source": {"kind": "records", "path": str(rows)}})
    platform.create(houses).sync()
    handbook = KnowledgeSpec("handbook", about="the staff handbook", source=SourceSpec("folder", str(texts.parent)))
    platform.create(handbook).sync()
    return platform


@dataclass
class Served:
    platform: Platform
    address: str


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with filled(tmp_path_factory.mktemp("mcp")) as platform, serving(create_app(platform)) as address:
        yield Served(platform, address)


@asynccontextmanager
async def connected(address: str, mode: str = "auto", bearer: str = "") -> AsyncIterator[Client]:
    headers = {"authorization": f"Bearer {bearer}"} if bearer else {}
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(httpx2.AsyncClient(headers=headers, timeout=30))
        transport = streamable_http_client(f"{address}/mcp", http_client=http)
        yield await stack.enter_async_context(Client(transport, mode=mode))


def over(server: Served, work: Callable[[Client], Awaitable[Any]], mode: str = "auto", bearer: str = "") -> Any:
    """Connect with the official client, work, and close again."""

    async def run() -> Any:
        async with connected(server.address, mode, bearer) as client:
            return await work(client)

    return looping.run(run())


def called(server: Served, tool: str, arguments: dict[str, Any] | None = None, **how: str) -> Any:
    """What a tool gives, in its structured form, checked against the schema that it announces."""

    async def work(client: Client) -> Any:
        listed = {item.name: item for item in (await client.list_tools()).tools}
        result = await client.call_tool(tool, arguments or {})
        assert not result.is_error, result.content[0].text
        jsonschema.validate(result.structured_content, listed[tool].output_schema)
        assert json.loads(result.content[0].text) == result.structured_content
        return result.structured_content

    return over(server, work, **how)


def refused(server: Served, tool: str, arguments: dict[str, Any]) -> str:
    async def work(client: Client) -> Any:
        return await client.call_tool(tool, arguments)

    result = over(server, work)
    assert result.is_error
    return str(result.content[0].text)


# -- what is offered ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", MODES)
def test_the_official_client_finds_read_only_tools_with_schemas(served: Served, mode: str) -> None:
    async def work(client: Client) -> Any:
        assert client.server_info is not None
        assert client.server_info.name == "groundstone"
        assert "list_knowledge_bases" in (client.instructions or "")
        return (await client.list_tools()).tools

    tools = over(served, work, mode)
    assert {tool.name for tool in tools} == TOOLS
    for tool in tools:
        assert tool.annotations.read_only_hint
        assert tool.description
        assert tool.input_schema["additionalProperties"] is False
        assert tool.output_schema["type"] == "object"


@pytest.mark.parametrize("mode", MODES)
def test_knowledge_bases_say_what_a_filter_may_name(served: Served, mode: str) -> None:
    found = {item["name"]: item for item in called(served, "list_knowledge_bases", mode=mode)["knowledge_bases"]}
    assert set(found) == {"houses", "handbook"}
    assert found["houses"]["documents"] == len(bases.HOUSES)
    assert {"name": "price", "type": "integer", "many": False, "unit": "EUR"} in found["houses"]["fields"]


def test_search_finds_passages_and_obeys_filters(served: Served) -> None:
    where = {"and": [{"field": "town", "op": "eq", "value": "Orford"}, {"field": "rooms", "op": "ge", "value": 5}]}
    found = called(served, "search", {"knowledge_base": "houses", "text": "orchard", "where": where})["hits"]
    assert [hit["title"] for hit in found] == ["Orchard House"]
    assert found[0]["fields"]["price"] == 980_000
    assert "description" not in found[0]["fields"]  # it stands in the text, and no filter may name it
    every = called(served, "search", {"knowledge_base": "houses", "text": "house", "limit": 2})["hits"]
    assert len(every) == 2


def test_an_answer_carries_quotes_that_stand_in_their_documents(served: Served) -> None:
    question = {"knowledge_base": "houses", "question": "What is the price of Mill Cottage?"}
    answer = called(served, "ask", question)
    assert "420" in answer["text"]
    for cited in answer["citations"]:
        read = called(served, "read_document", {"knowledge_base": "houses", "document_id": cited["document_id"]})
        assert read["text"][cited["start"] : cited["end"]] == cited["quote"]
    assert answer["citations"]
    assert all(index < len(answer["citations"]) for item in answer["sentences"] for index in item["citations"])


def test_a_document_is_read_in_parts(served: Served) -> None:
    wanted = {"knowledge_base": "houses", "document_id": "h1"}
    whole = called(served, "read_document", wanted)
    assert (whole["start"], whole["end"], whole["length"]) == (0, len(whole["text"]), len(whole["text"]))
    part = called(served, "read_document", wanted | {"start": 5, "length": 7})
    assert part["text"] == whole["text"][5:12]
    assert (part["start"], part["end"]) == (5, 12)
    past = called(served, "read_document", wanted | {"start": 10**9})
    assert (past["text"], past["start"], past["end"]) == ("", whole["length"], whole["length"])


def test_models_are_listed(served: Served) -> None:
    found = {item["name"]: item for item in called(served, "list_models")["models"]}
    assert found[EMBEDDING_MODEL]["task"] == "embed"
    assert found[EMBEDDING_MODEL]["dimensions"] == 384


@pytest.mark.parametrize("mode", MODES)
def test_documents_are_resources_also_with_odd_ids(served: Served, mode: str) -> None:
    hits = called(served, "search", {"knowledge_base": "handbook", "text": "annual leave"})["hits"]
    assert " " in hits[0]["document_id"]

    async def work(client: Client) -> Any:
        templates = (await client.list_resource_templates()).resource_templates
        assert [template.uri_template for template in templates] == ["groundstone://{knowledge_base}/{+document_id}"]
        return (await client.read_resource(hits[0]["uri"])).contents[0]

    content = over(served, work, mode)
    assert hits[0]["text"].splitlines()[0] in content.text
    assert content.mime_type == "text/plain"


@pytest.mark.parametrize("uri", [
    "groundstone://handbook/nothing", "groundstone://nothing/x", "groundstone://handbook/../../etc/passwd",
    "groundstone://handbook//etc/passwd", "other://x",
])  # fmt: skip
def test_a_resource_that_does_not_exist_is_said_so(served: Served, uri: str) -> None:
    async def work(client: Client) -> Any:
        return await client.read_resource(uri)

    with pytest.raises(ExceptionGroup) as caught:
        over(served, work)
    errors = flat(caught.value)
    assert all(isinstance(error, MCPError) for error in errors)
    assert not any("Traceback" in str(error) for error in errors)


def flat(group: BaseExceptionGroup[Any]) -> list[BaseException]:
    return [
        one for error in group.exceptions for one in (flat(error) if isinstance(error, BaseExceptionGroup) else [error])
    ]


# -- bad input ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("tool", "arguments", "said"), [
    ("search", {"knowledge_base": "nothing", "text": "x"}, "not_found: "),
    ("search", {"knowledge_base": "houses", "where": {"field": "colour", "op": "eq", "value": 1}}, "colour"),
    ("search", {"knowledge_base": "houses", "where": {"field": "price", "op": "like", "value": 1}}, "invalid_filter"),
    ("search", {"knowledge_base": "houses", "limit": 51}, "search: invalid_input: limit: Input should be less than"),
    ("search", {"knowledge_base": "houses", "limits": 5}, "invalid_input: limits: Extra inputs are not permitted"),
    ("search", {"text": "x"}, "invalid_input: knowledge_base: Field required"),
    ("search", {"knowledge_base": "houses", "text": "x" * 4001}, "text"),
    ("ask", {"knowledge_base": "houses", "question": "   "}, "invalid_question: "),
    ("ask", {"knowledge_base": "houses", "question": 5}, "invalid_input: question: "),
    ("ask", {"knowledge_base": "houses", "question": "x" * 2001}, "invalid_input: question: "),
    ("read_document", {"knowledge_base": "houses", "document_id": "nothing"}, "not_found: "),
    ("read_document", {"knowledge_base": "houses", "document_id": "h1", "length": 100_001}, "length"),
    ("read_document", {"knowledge_base": "houses", "document_id": "h1", "start": -1}, "start"),
    ("list_models", {"task": "chat"}, "task"),
    ("no_such_tool", {}, "no_such_tool"),
])  # fmt: skip
def test_mistakes_come_back_as_errors_of_the_tool_in_our_words(
    served: Served, tool: str, arguments: dict[str, Any], said: str
) -> None:
    told = refused(served, tool, arguments)
    assert said in told
    assert "Traceback" not in told
    assert "http" not in told


@pytest.mark.parametrize(("body", "status"), [
    (b"", 400), (b"{", 400), (b"[]", 400), (b'"x"', 400), (b"\xff\xfe", 400), (b"{}", 400),
    (b'{"jsonrpc": "2.0", "id": 1, "method": "x"', 400), (b"[" * 100_000, 400), (b" " * (2**20 + 1), 413),
])  # fmt: skip
def test_any_bytes_are_answered_with_a_refusal(served: Served, body: bytes, status: int) -> None:
    headers = {"content-type": "application/json", "accept": "application/json, text/event-stream"}
    answer = httpx.post(f"{served.address}/mcp", content=body, headers=headers)
    assert answer.status_code == status
    assert "Traceback" not in answer.text


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD"])
def test_only_post_is_answered(served: Served, method: str) -> None:
    answer = httpx.request(method, f"{served.address}/mcp", headers={"accept": "text/event-stream"})
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


# -- the door ----------------------------------------------------------------------------------------------

LIST = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
JSON = {"accept": "application/json, text/event-stream"}


@pytest.mark.parametrize("headers", [
    {"host": "evil.example"}, {"host": "127.0.0.1.evil.example"}, {"origin": "http://evil.example"},
    {"sec-fetch-site": "cross-site"},
])  # fmt: skip
def test_requests_of_other_sites_and_under_other_names_are_refused(served: Served, headers: dict[str, str]) -> None:
    answer = httpx.post(f"{served.address}/mcp", json=LIST, headers=JSON | headers)
    assert answer.status_code in (403, 421)
    assert "search" not in answer.text


def test_with_keys_a_client_shows_one_and_sees_only_its_tenant(tmp_path: Path) -> None:
    with filled(tmp_path) as platform, serving(create_app(platform)) as address:
        server = Served(platform, address)
        mine, foreign = platform.keys.create(), platform.keys.create(tenant="acme", user="ana")
        for bearer, names in ((mine.bearer, {"houses", "handbook"}), (foreign.bearer, set())):
            found = called(server, "list_knowledge_bases", bearer=bearer)["knowledge_bases"]
            assert {item["name"] for item in found} == names
        for wrong in ("", "wrong", foreign.bearer[:-1]):
            headers = JSON | ({"authorization": f"Bearer {wrong}"} if wrong else {})
            answer = httpx.post(f"{address}/mcp", json=LIST, headers=headers)
            assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
            assert answer.json()["error"]["code"] == -32001
        platform.keys.disable(mine.key.id)
        headers = JSON | {"authorization": f"Bearer {mine.bearer}"}
        assert "disabled" in httpx.post(f"{address}/mcp", json=LIST, headers=headers).json()["error"]["message"]


def test_several_clients_at_once_are_told_apart(tmp_path: Path) -> None:
    async def names(address: str, bearer: str) -> set[str]:
        async with connected(address, "auto", bearer) as client:
            result = await client.call_tool("list_knowledge_bases", {})
            return {item["name"] for item in result.structured_content["knowledge_bases"]}

    async def together(address: str, bearers: list[str]) -> list[set[str]]:
        return await asyncio.gather(*(names(address, bearer) for bearer in bearers))

    with filled(tmp_path) as platform, serving(create_app(platform)) as address:
        mine, foreign = platform.keys.create(), platform.keys.create(tenant="acme")
        found = looping.run(together(address, [mine.bearer, foreign.bearer] * 4))
        assert found == [{"houses", "handbook"}, set()] * 4


# -- standard input and output -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, minilm_folder: Path) -> Path:
    """A home with real weights, for a process of its own."""
    from groundstone.models.minilm import MiniLM

    home = tmp_path_factory.mktemp("stdio")
    (home / "models").symlink_to(minilm_folder.parent, target_is_directory=True)
    filled(home, MiniLM(minilm_folder)).close()
    return home


def test_an_assistant_that_starts_the_command_is_the_local_user(home: Path) -> None:
    command = StdioServerParameters(
        command=sys.executable, args=["-m", "groundstone", "mcp"], env={"GROUNDSTONE_HOME": str(home)}
    )

    async def work() -> Any:
        async with Client(command) as client:
            assert {tool.name for tool in (await client.list_tools()).tools} == TOOLS
            question = {"knowledge_base": "handbook", "question": "How many days of annual leave are there?"}
            answer = await client.call_tool("ask", question)
            wrong = await client.call_tool("search", {"knowledge_base": "nothing"})
            return answer, wrong

    answer, wrong = looping.run(work())
    assert "28 days" in answer.structured_content["text"]
    assert answer.structured_content["citations"][0]["quote"]
    assert wrong.is_error
    assert "not_found" in wrong.content[0].text


def test_with_a_handshake_too_standard_output_holds_nothing_but_messages(home: Path) -> None:
    first = {
        "jsonrpc": "2.0", "id": 1, "method": "initialize",
        "params": {
            "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"},
        },
    }  # fmt: skip
    call = {"name": "search", "arguments": {"knowledge_base": "houses", "text": "river"}}
    lines = [
        first, {"jsonrpc": "2.0", "method": "notifications/initialized"}, "no json at all",
        {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": call},
        {"jsonrpc": "2.0", "id": 3, "method": "no/such/method"},
    ]  # fmt: skip
    sent = "".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines)
    env = {**os.environ, "GROUNDSTONE_HOME": str(home)}
    with subprocess.Popen(
        [sys.executable, "-m", "groundstone", "mcp"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env,
    ) as process:  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(sent)
        process.stdin.flush()
        answers = {}
        while not {1, 2, 3} <= set(answers):
            message = json.loads(process.stdout.readline())
            answers[message.get("id")] = message
        rest, _ = process.communicate(timeout=30)
    assert rest == ""
    assert process.returncode == 0
    assert answers[2]["result"]["structuredContent"]["hits"]
    assert "error" in answers[3]


def test_the_principal_without_credentials_is_given_by_who_starts_the_server(served: Served) -> None:
    from groundstone.server.mcp import build

    async def work(alone: Principal | None) -> Any:
        async with Client(build(served.platform, alone)) as client:
            return await client.call_tool("list_knowledge_bases", {})

    assert len(looping.run(work(LOCAL)).structured_content["knowledge_bases"]) == 2
    assert looping.run(work(ACME)).structured_content["knowledge_bases"] == []
    assert "without credentials" in looping.run(work(None)).content[0].text
