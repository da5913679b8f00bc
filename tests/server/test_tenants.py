"""Two tenants over HTTP on a real platform: whatever one of them has, the other one never meets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from groundstone.config import Settings
from groundstone.knowledge.spec import KnowledgeSpec, SourceSpec
from groundstone.models.fakes import FakeEmbed
from groundstone.platform import EMBEDDING_MODEL, Platform
from groundstone.server.app import create_app

from .live import serving

CANARY = {"acme": "Zanzibar", "bolt": "Quixote"}  # stands in everything that a tenant has
BOTH = "handbook"  # each tenant has a knowledge base of this name


class Tenant:
    """What one tenant made, and the client that it calls with."""

    def __init__(self, client: httpx.Client, platform: Platform, name: str, folder: Path) -> None:
        self.name, self.canary = name, CANARY[name]
        self.admin = platform.keys.create(tenant=name, name=f"admin {self.canary}", admin=True)
        self.member = platform.keys.create(tenant=name, user=f"user-{self.canary}")
        self.client, self.folder = client, folder
        self.conversation = self.documents = ""

    def call(self, method: str, path: str, body: Any = None, *, admin: bool = False) -> httpx.Response:
        bearer = (self.admin if admin else self.member).bearer
        return self.client.request(method, path, json=body, headers={"authorization": f"Bearer {bearer}"})

    def settle(self) -> None:
        """Make a knowledge base, a conversation with an answer, and a rating."""
        for name in (BOTH, f"only-{self.canary.lower()}"):
            inside = self.folder / self.name / name
            inside.mkdir(parents=True)
            text = f"# Leave\n\nThe {self.canary} rule gives everybody 28 days of leave a year.\n"
            (inside / f"{self.canary}.md").write_text(text, encoding="utf-8")
            spec = KnowledgeSpec(name, about=f"the rules of {self.canary}", source=SourceSpec("folder", str(inside)))
            assert self.call("POST", "/api/knowledge-bases", spec.to_json(), admin=True).status_code == 201
            assert self.call("POST", f"/api/knowledge-bases/{name}/sync").status_code == 200
        made = self.call("POST", "/api/conversations", {"knowledge_base": BOTH}).json()
        self.conversation = made["id"]
        asked = {"question": f"What is the {self.canary} rule?", "conversation_id": self.conversation}
        answer = self.call("POST", f"/api/knowledge-bases/{BOTH}/ask", asked).json()
        assert self.canary in answer["text"]
        rating = {"rating": "up", "comment": self.canary}
        address = f"/api/conversations/{self.conversation}/turns/1/feedback"
        assert self.call("POST", address, rating).status_code == 204
        self.document = self.search()[0]["document_id"]

    def search(self, base: str = BOTH) -> list[dict[str, Any]]:
        found = self.call("POST", f"/api/knowledge-bases/{base}/search", {"text": "rule for leave"})
        return list(found.json()["hits"])


@pytest.fixture(scope="module")
def tenants(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Tenant, Tenant]]:
    home = tmp_path_factory.mktemp("tenants")
    with Platform(Settings(home=home, source_roots=str(home))) as platform:
        platform.__dict__["embed"] = FakeEmbed(384, EMBEDDING_MODEL)
        with serving(create_app(platform)) as address, httpx.Client(base_url=address) as client:
            acme, bolt = (Tenant(client, platform, name, home) for name in CANARY)
            acme.settle()
            bolt.settle()
            yield acme, bolt


@pytest.fixture(params=[False, True], ids=["member", "administrator"])
def admin(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


def test_each_tenant_has_its_own_knowledge_base_of_the_same_name(tenants: tuple[Tenant, Tenant]) -> None:
    for own, other in (tenants, reversed(tenants)):
        texts = [hit["text"] for hit in own.search()]
        assert texts
        assert all(own.canary in text and other.canary not in text for text in texts)


def test_what_is_listed_is_only_the_own(tenants: tuple[Tenant, Tenant], admin: bool) -> None:
    acme, bolt = tenants
    listings = [
        path for path, verbs in acme.client.get("/api/openapi.json").json()["paths"].items()
        if "get" in verbs and "{" not in path
    ]  # fmt: skip
    assert {"/api/knowledge-bases", "/api/conversations", "/api/feedback", "/api/keys", "/api/me"} <= set(listings)
    for path in listings:
        told = bolt.call("GET", path, admin=admin)
        assert told.status_code in (200, 400, 403), path
        assert acme.canary.lower() not in told.text.lower(), path
        assert acme.admin.key.id not in told.text, path


def test_what_belongs_to_another_looks_like_what_does_not_exist(tenants: tuple[Tenant, Tenant], admin: bool) -> None:
    acme, bolt = tenants
    base = f"only-{acme.canary.lower()}"
    calls: list[tuple[str, str, str, Any]] = [
        ("GET", "/api/knowledge-bases/{}", base, None),
        ("GET", "/api/knowledge-bases/{}/versions", base, None),
        ("POST", "/api/knowledge-bases/{}/sync", base, None),
        ("POST", "/api/knowledge-bases/{}/rollback", base, {"version": 1}),
        ("POST", "/api/knowledge-bases/{}/search", base, {"text": "rule"}),
        ("POST", "/api/knowledge-bases/{}/ask", base, {"question": "What is the rule?"}),
        ("DELETE", "/api/knowledge-bases/{}", base, None),
        ("GET", f"/api/knowledge-bases/{BOTH}/documents/{{}}", acme.document, None),
        ("GET", "/api/conversations/{}", acme.conversation, None),
        ("PATCH", "/api/conversations/{}", acme.conversation, {"title": "mine now"}),
        ("DELETE", "/api/conversations/{}", acme.conversation, None),
        ("GET", "/api/conversations/{}/export", acme.conversation, None),
        ("POST", "/api/conversations/{}/turns/1/feedback", acme.conversation, {"rating": "down"}),
        ("POST", "/api/conversations", "", {"knowledge_base": base}),
        ("POST", f"/api/knowledge-bases/{BOTH}/ask", "", {"question": "x", "conversation_id": acme.conversation}),
    ]
    for method, path, foreign, body in calls:
        told = bolt.call(method, path.format(foreign), body, admin=admin)
        absent = "only-nothing" if foreign == base else "nothing"
        unknown = bolt.call(method, path.format(absent), body, admin=admin)
        assert told.status_code == 404, (method, path)
        assert unknown.status_code == 404, (method, path)
        if foreign:
            assert told.text.replace(foreign, "?") == unknown.text.replace(absent, "?"), (method, path)
    assert acme.call("GET", f"/api/conversations/{acme.conversation}").json()["turns"][0]["rating"] == "up"
    assert acme.search(base)


def test_conversations_are_those_of_their_person_even_within_a_tenant(tenants: tuple[Tenant, Tenant]) -> None:
    acme, _ = tenants
    assert acme.call("GET", f"/api/conversations/{acme.conversation}", admin=True).status_code == 404
    assert acme.call("GET", "/api/conversations", admin=True).json() == []


def test_pages_show_only_the_own(tenants: tuple[Tenant, Tenant]) -> None:
    acme, bolt = tenants
    signed = acme.client.post("/sign-in", data={"key": bolt.member.bearer})
    assert signed.status_code == 303
    try:
        page = acme.client.get(f"/chat/{BOTH}")
        assert bolt.canary.lower() in page.text.lower()
        assert acme.canary.lower() not in page.text.lower()
        assert acme.client.get(f"/chat/only-{acme.canary.lower()}").status_code == 404
    finally:
        acme.client.cookies.clear()


def test_an_administrator_names_only_folders_that_are_for_that(tenants: tuple[Tenant, Tenant], tmp_path: Path) -> None:
    acme, _ = tenants
    inside = acme.folder / "acme"
    (inside / "out").symlink_to(tmp_path)
    for path in (tmp_path, inside / ".." / ".." / "..", inside / "out", acme.folder.parent):
        for kind in ("folder", "records", "direct"):
            spec = {"name": "stolen", "source": {"kind": kind, "path": str(path)}}
            refused = acme.call("POST", "/api/knowledge-bases", spec, admin=True)
            assert (refused.status_code, refused.json()["error"]["code"]) == (403, "forbidden"), path
