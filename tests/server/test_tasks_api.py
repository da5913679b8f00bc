"""Summaries and translations over HTTP and on the command line."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from groundstone.config import Settings
from groundstone.models.fakes import FakeChat
from groundstone.platform import Platform
from groundstone.server.app import create_app

TEXT = "The mill stands by the river. The mill grinds flour for the bakers. The river turns the wheel of the mill."


@pytest.fixture
def home(tmp_path: Path, minilm_folder: Path) -> Path:
    (tmp_path / "models").symlink_to(minilm_folder.parent, target_is_directory=True)
    return tmp_path


@pytest.fixture
def plain(home: Path) -> Iterator[TestClient]:
    with Platform(Settings(home=home, threads=1)) as platform:
        yield TestClient(create_app(platform), base_url="http://127.0.0.1", raise_server_exceptions=False)


@pytest.fixture
def capable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    settings = Settings(home=tmp_path, chat_url="http://127.0.0.1:9/v1", chat_model="writer")
    with Platform(settings) as platform:
        monkeypatch.setattr(platform.models, "_engine", lambda info: FakeChat(["Worte."]))
        yield TestClient(create_app(platform), base_url="http://127.0.0.1", raise_server_exceptions=False)


def test_without_a_writer_sentences_are_quoted(plain: TestClient) -> None:
    body = plain.post("/api/tasks/summarise", json={"text": TEXT, "words": 8}).json()
    assert body["extractive"]
    assert body["text"] in TEXT
    assert body["model"] == "all-minilm-l6-v2"
    assert body["input_tokens"] > 0


def test_without_a_writer_nothing_is_translated(plain: TestClient) -> None:
    answer = plain.post("/api/tasks/translate", json={"text": TEXT, "target": "German"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "wrong_model")


def test_a_writer_writes(capable: TestClient) -> None:
    expected = {"text": "Worte.", "model": "writer", "extractive": False}
    for path, body in (("summarise", {"text": TEXT}), ("translate", {"text": TEXT, "target": "de", "source": "en"})):
        assert expected.items() <= capable.post(f"/api/tasks/{path}", json=body).json().items()
    assert capable.get("/api/usage").json()["totals"][0]["calls"] == 2


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("summarise", {}),
        ("summarise", {"text": ""}),
        ("summarise", {"text": " "}),
        ("summarise", {"text": TEXT, "words": 0}),
        ("summarise", {"text": TEXT, "colour": "red"}),
        ("summarise", {"text": TEXT, "model": "all-minilm-l6-v2"}),
        ("translate", {"text": TEXT}),
        ("translate", {"text": TEXT, "target": "!"}),
        ("translate", {"text": 7, "target": "de"}),
    ],
)
def test_odd_wishes_are_refused(capable: TestClient, path: str, body: dict[str, object]) -> None:
    assert capable.post(f"/api/tasks/{path}", json=body).status_code == 400


def test_a_model_that_is_not_there_is_not_found(capable: TestClient) -> None:
    answer = capable.post("/api/tasks/summarise", json={"text": TEXT, "model": "nobody"})
    assert answer.status_code == 404


def test_the_commands_do_the_same(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from groundstone.cli import main

    monkeypatch.setenv("GROUNDSTONE_HOME", str(home))
    (home / "mill.txt").write_text(TEXT, encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["groundstone", "summarise", str(home / "mill.txt"), "--words", "8"])
    main()
    assert capsys.readouterr().out.strip() in TEXT
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(TEXT.encode()), encoding="utf-8"))
    monkeypatch.setattr(sys, "argv", ["groundstone", "translate", "--to", "German"])
    with pytest.raises(SystemExit) as stop:
        main()
    assert stop.value.code == 1
    assert "no model that can translate" in capsys.readouterr().err
