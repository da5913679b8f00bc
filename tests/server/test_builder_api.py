"""The API of the builder over HTTP: what it gives, what it refuses, and a chat model of the catalogue behind it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from groundstone.config import Settings
from groundstone.platform import Platform
from groundstone.server.app import create_app
from tests.builder import gold, pairs
from tests.models.misbehaving_server import STREAM, MisbehavingServer, word

from .live import serving

REPLY = (Path(__file__).parents[1] / "builder" / "replies" / "hr.json").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    reply = [STREAM, word(REPLY, "stop"), "data: [DONE]\n\n"]
    with MisbehavingServer(reply) as engine:
        settings = Settings(home=tmp_path_factory.mktemp("builder"), chat_url=engine.url, chat_model="capable")
        with (
            Platform(settings) as platform,
            serving(create_app(platform)) as address,
            httpx.Client(base_url=f"{address}/api/builder", timeout=30) as client,
        ):
            yield client


def post(api: httpx.Client, path: str, status: int = 200, **body: Any) -> Any:
    reply = api.post(path, json=body)
    assert reply.status_code == status, reply.text
    return reply.json()


def test_a_narrative_becomes_a_model_and_its_forms(api: httpx.Client) -> None:
    made = post(api, "/domain-model", narrative=gold.load("shop")[0])
    assert made["made_by"] == "groundstone-rules"
    model = made["domain_model"]
    assert [one["name"] for one in model["entities"]][:2] == ["Customer", "Order"]
    assert "CREATE TABLE customer" in post(api, "/render", domain_model=model, form="sql", dialect="mysql")["text"]
    assert post(api, "/render", domain_model=model, form="mermaid")["text"].startswith("erDiagram")
    assert "Customer" in post(api, "/render", domain_model=model, form="json-schema")["json_schema"]["$defs"]
    samples = post(api, "/samples", domain_model=model, count=3)
    assert (len(samples["samples"]["Order"]), samples["made_by"]) == (3, "groundstone-samples")


def test_a_chat_model_of_the_catalogue_reads_the_narrative(api: httpx.Client) -> None:
    made = post(api, "/domain-model", narrative=gold.load("hr")[0], model="capable")
    assert made["made_by"] == "capable"
    assert {one["name"] for one in made["domain_model"]["entities"]} >= {"Employee", "Department", "Skill"}


def test_a_mapping_is_proposed_and_run(api: httpx.Client) -> None:
    pair = pairs.STAFF
    made = post(api, "/mapping", source=pair.source, target=pair.target)
    assert made["missing"] == []
    assert any("embedding model" in note for note in made["notes"])
    (row,) = post(api, "/samples", json_schema=pair.source, count=1)["samples"]
    row |= {"hired": "2020-02-03", "annual_salary": "100", "active": "no", "name": "Ana Costa"}
    done = post(api, "/mapping/apply", mapping=made, data=row, target=pair.target)["data"]
    assert (done["hireDate"], done["salary"], done["isActive"], done["familyName"]) == (
        "2020-02-03",
        100,
        False,
        "Costa",
    )


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("/domain-model", {"narrative": ""}, 400, "invalid_input"),
        ("/domain-model", {"narrative": "Lorem ipsum."}, 400, "invalid_input"),
        ("/domain-model", {"narrative": "A b has a c.", "model": "unheard-of"}, 404, "not_found"),
        ("/domain-model", {"narrative": "A b has a c.", "more": 1}, 400, "invalid_input"),
        ("/render", {"domain_model": {"entities": []}, "form": "sql"}, 400, "invalid_input"),
        ("/render", {"domain_model": {"entities": [{"name": "A"}]}, "form": "pdf"}, 400, "invalid_input"),
        ("/mapping", {"source": {}, "target": {}}, 400, "invalid_input"),
        ("/mapping/apply", {"mapping": {"links": [{"target": "a"}]}, "data": {}}, 400, "invalid_input"),
        ("/mapping/apply", {"mapping": {"links": []}, "data": {}, "target": {"required": ["a"]}}, 400, "invalid_input"),
        ("/samples", {}, 400, "invalid_input"),
        ("/samples", {"json_schema": {"not": {}}}, 400, "invalid_input"),
        ("/samples", {"json_schema": {"pattern": "(a+)+$"}}, 400, "invalid_input"),
        ("/samples", {"json_schema": {"type": "string"}, "count": 0}, 400, "invalid_input"),
    ],
)
def test_what_cannot_be_used_is_refused(api: httpx.Client, path: str, body: Any, status: int, code: str) -> None:
    assert post(api, path, status, **body)["error"]["code"] == code
