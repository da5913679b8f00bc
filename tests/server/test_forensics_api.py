"""The native API of forensics: at once with nothing kept, or beside a kept document with its layers."""

from __future__ import annotations

import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from groundstone.config import Settings
from groundstone.errors import WeightsMissing
from groundstone.forensics.service import Forensics
from groundstone.platform import Platform
from groundstone.server.app import create_app
from tests.forensics.standin import StandInDocuments, Uploads, drawn, file_of, forensics

from .live import serving

FORGED, GENUINE = file_of(drawn(red=True)), file_of(drawn())
BLANK = file_of(Image.new("RGB", (80, 80), "white"))
GONE = "0" * 32


@pytest.fixture(scope="module")
def service() -> Iterator[Forensics]:
    made = forensics()
    yield made
    made.close()


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory, service: Forensics) -> Iterator[Platform]:
    home = tmp_path_factory.mktemp("forensics-api")
    with Platform(Settings(home=home, threads=1, max_upload_mb=1)) as platform:
        platform.__dict__ |= {"documents": Uploads(service), "forensics": service}
        yield platform


@pytest.fixture(scope="module")
def client(platform: Platform) -> Iterator[httpx.Client]:
    with serving(create_app(platform)) as address, httpx.Client(base_url=address, timeout=30) as client:
        yield client


def upload(client: httpx.Client, data: bytes, name: str = "payslip.png") -> str:
    sent = client.post("/api/documents", files={"file": (name, data)})
    assert sent.status_code == 202, sent.text
    return str(sent.json()["id"])


def test_a_document_is_checked_at_once_as_a_form(client: httpx.Client) -> None:
    report = client.post("/api/forensics/check", files={"file": ("payslip.png", FORGED)}).json()
    assert (report["file"], report["verdict"], report["page_count"]) == ("payslip.png", "forged", 1)
    assert report["interval"][0] < report["probability"] < report["interval"][1]
    assert [one["kind"] for one in report["evidence"]] == ["pixels", "font"]
    assert set(report["boxes"][0]) == {"page", "left", "top", "width", "height", "score"}
    assert "heat" not in report["pages"][0]
    assert client.get("/api/documents").json()["documents"] == []


def test_a_document_is_checked_at_once_as_the_whole_body(client: httpx.Client) -> None:
    headers = {"content-type": "image/png"}
    address = "/api/forensics/check?name=pay.png&words=false"
    report = client.post(address, content=FORGED, headers=headers).json()
    assert (report["file"], report["verdict"]) == ("pay.png", "forged")
    assert [one["kind"] for one in report["evidence"]] == ["pixels"]
    assert client.post("/api/forensics/check", content=GENUINE).json()["verdict"] == "genuine"


def test_what_cannot_be_judged_says_so(client: httpx.Client) -> None:
    report = client.post("/api/forensics/check", content=BLANK).json()
    assert (report["verdict"], report["probability"], report["interval"]) == ("cannot tell", None, None)


def test_pages_can_be_chosen_and_are_limited(client: httpx.Client) -> None:
    long = file_of(*[drawn()] * 20, drawn(red=True), form="TIFF", compression="tiff_deflate")
    refused = client.post("/api/forensics/check", content=long)
    assert refused.status_code == 413
    assert "21 pages are more than the 20" in refused.text
    one = client.post("/api/forensics/check", files={"file": long}, data={"pages": "21", "words": "false"}).json()
    assert ([page["number"] for page in one["pages"]], one["verdict"]) == ([21], "forged")


@pytest.mark.parametrize(
    ("sent", "status", "words"),
    [
        ({"content": b""}, 400, "a document comes as"),
        ({"content": b"nonsense" * 20}, 400, "no format"),
        ({"content": FORGED[:200]}, 400, "damaged"),
        ({"content": bytes(2 * 2**20)}, 413, ""),
        ({"files": {"other": FORGED}}, 400, "other"),
        ({"files": {"file": FORGED}, "data": {"words": "maybe"}}, 400, "words: true or false"),
        ({"files": {"file": FORGED}, "data": {"pages": "soon"}}, 400, "pages"),
        ({"files": {"file": FORGED}, "data": {"pages": "3"}}, 400, "none is meant"),
        ({"content": b"{}", "headers": {"content-type": "application/json"}}, 400, "no format"),
    ],
)
def test_bad_input_is_refused_with_the_reason(
    client: httpx.Client, sent: dict[str, Any], status: int, words: str
) -> None:
    reply = client.post("/api/forensics/check", **sent)
    assert reply.status_code == status
    assert words in reply.json()["error"]["message"]


@settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    start=st.sampled_from([b"", b"%PDF-1.7\n", b"\xff\xd8\xff\xdb", b"II*\0", GENUINE[:60], FORGED[:-40]]),
    rest=st.binary(max_size=200),
    words=st.sampled_from(["true", "false", "x"]),
)
def test_any_bytes_are_answered(client: httpx.Client, start: bytes, rest: bytes, words: str) -> None:
    reply = client.post(f"/api/forensics/check?words={words}", content=start + rest)
    assert reply.status_code in (200, 400, 413), reply.text


def test_a_kept_document_is_checked_and_the_report_stays_beside_it(client: httpx.Client, platform: Platform) -> None:
    id = upload(client, FORGED)
    first = client.get(f"/api/documents/{id}/forensics")
    assert first.status_code == 200
    done = client.get(f"/api/documents/{id}/forensics?wait=20").json()
    assert (done["status"], done["pages_done"], done["pages_wanted"]) == ("ready", 1, 1)
    assert (done["report"]["verdict"], done["report"]["file"], done["failure"]) == ("forged", "payslip.png", None)
    assert client.get(f"/api/documents/{id}/forensics").json() == done
    (kept,) = (platform.settings.home / "documents").glob(f"*/{id}/forensics.json")
    assert kept.stat().st_mode & 0o077 == 0
    client.delete(f"/api/documents/{id}")
    assert not kept.exists()
    assert client.get(f"/api/documents/{id}/forensics").status_code == 404


def test_each_layer_of_a_kept_page_is_a_picture(client: httpx.Client) -> None:
    id = upload(client, file_of(drawn(), drawn(red=True), form="TIFF"))
    for layer in ("picture", "heat", "errors", "noise", "history", "copies"):
        reply = client.get(f"/api/documents/{id}/forensics/layers/{layer}.png?page=2&width=200")
        assert reply.headers["content-type"] == "image/png", reply.text
        assert "no-store" in reply.headers["cache-control"]
        with Image.open(BytesIO(reply.content)) as made:
            assert made.width == 200
    assert client.get(f"/api/documents/{id}/forensics?wait=20").json()["status"] == "ready"
    assert client.get(f"/api/documents/{id}/forensics/layers/heat.png?page=2").status_code == 200


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"/api/documents/{GONE}/forensics", 404),
        (f"/api/documents/{GONE}/forensics/layers/heat.png", 404),
        ("/api/documents/ID/forensics/layers/soul.png", 400),
        ("/api/documents/ID/forensics/layers/heat.png?page=0", 400),
        ("/api/documents/ID/forensics/layers/heat.png?page=2", 400),
        ("/api/documents/ID/forensics/layers/heat.png?width=9", 400),
        ("/api/documents/ID/forensics?wait=900", 400),
    ],
)
def test_what_is_not_there_is_told(client: httpx.Client, path: str, status: int) -> None:
    id = upload(client, GENUINE) if "ID" in path else GONE
    assert client.get(path.replace("ID", id)).status_code == status


def test_a_failed_check_says_why_and_can_be_tried_again(platform: Platform, client: httpx.Client) -> None:
    id = upload(client, file_of(drawn(corner=(0, 255, 255))))
    told = client.get(f"/api/documents/{id}/forensics?wait=20").json()
    assert (told["status"], told["report"]) == ("failed", None)
    assert told["failure"] == {"code": "unreadable_document", "message": "its tables are broken"}
    assert client.get(f"/api/documents/{id}/forensics").json()["status"] in ("checking", "failed")  # begun anew
    assert client.get(f"/api/documents/{id}/forensics?wait=20").json()["status"] == "failed"


def test_the_words_of_a_kept_document_are_read_once(tmp_path: Path) -> None:
    other = StandInDocuments(WeightsMissing("must not be asked"))
    with Platform(Settings(home=tmp_path, threads=1)) as platform:
        service = forensics(lambda: other)
        documents = Uploads(service)
        documents.go.clear()  # the reading waits
        platform.__dict__ |= {"documents": documents, "forensics": service}
        with serving(create_app(platform)) as address, httpx.Client(base_url=address, timeout=30) as client:
            id = upload(client, FORGED)
            waiting = client.get(f"/api/documents/{id}/forensics?wait=0.5").json()
            assert waiting["status"] == "checking"
            documents.go.set()
            done = client.get(f"/api/documents/{id}/forensics?wait=20").json()
    assert [one["kind"] for one in done["report"]["evidence"]] == ["pixels", "font"]
    assert len(documents.read_by) == 1


def test_a_server_that_ends_in_the_middle_checks_again_later(tmp_path: Path, service: Forensics) -> None:
    with Platform(Settings(home=tmp_path, threads=1)) as platform:
        platform.__dict__ |= {"documents": Uploads(service), "forensics": forensics()}
        with serving(create_app(platform)) as address, httpx.Client(base_url=address) as client:
            id = upload(client, file_of(*[drawn(red=True)] * 12, form="TIFF", compression="tiff_deflate"))
            assert client.get(f"/api/documents/{id}/forensics").json()["status"] == "checking"
        began = time.monotonic()
    assert time.monotonic() - began < 15
    with Platform(Settings(home=tmp_path, threads=1)) as platform:
        platform.__dict__ |= {"documents": Uploads(service), "forensics": forensics()}
        with serving(create_app(platform)) as address, httpx.Client(base_url=address, timeout=60) as client:
            done = client.get(f"/api/documents/{id}/forensics?wait=30").json()
            assert (done["status"], done["pages_done"]) == ("ready", 12)


def test_others_see_nothing_of_a_check(tmp_path: Path, service: Forensics) -> None:
    with Platform(Settings(home=tmp_path, threads=1)) as platform:
        platform.__dict__ |= {"documents": Uploads(service), "forensics": forensics()}
        one, two = (platform.keys.create(user=user).bearer for user in ("x", "y"))
        with serving(create_app(platform)) as address:
            mine = httpx.Client(base_url=address, headers={"authorization": f"Bearer {one}"})
            other = httpx.Client(base_url=address, headers={"authorization": f"Bearer {two}"})
            with mine, other:
                id = upload(mine, FORGED)
                assert mine.get(f"/api/documents/{id}/forensics?wait=20").json()["status"] == "ready"
                assert other.get(f"/api/documents/{id}/forensics").status_code == 404
                assert other.get(f"/api/documents/{id}/forensics/layers/heat.png").status_code == 404
                assert httpx.post(f"{address}/api/forensics/check", content=FORGED).status_code == 401
