"""``groundstone endpoints``, as typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from groundstone.cli.endpoints import endpoints
from groundstone.errors import GroundstoneError, ModelError
from tests.endpoints.packed import adder, package


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GROUNDSTONE_HOME", str(tmp_path / "home"))
    folder = tmp_path / "model" / "1"
    folder.mkdir(parents=True)
    (folder / "model.onnx").write_bytes(adder())
    (tmp_path / "model" / "inference.py").write_text("raise SystemExit")
    (tmp_path / "next.tar.gz").write_bytes(package(adder(5)))
    (tmp_path / "body.json").write_text(json.dumps({"instances": [[0, 0]]}))
    return tmp_path


HELP = ["-h", "--help"]  # as the whole command line has it; click keeps what a command is first called with


def run(*words: str) -> str:
    done = CliRunner().invoke(endpoints, words, catch_exceptions=False, help_option_names=HELP)
    assert done.exit_code == 0, done.output
    return done.output


def test_from_a_folder_to_answers_and_away(home: Path) -> None:
    made = run("create", "sums", str(home / "model"))
    assert "v1" in made
    assert "inference.py is kept and never run" in made
    assert '{"predictions":[[1.0,1.0]]}' in run("invoke", "sums", str(home / "body.json"))
    run("create", "sums", str(home / "next.tar.gz"), "--share", "0.5")
    assert '{"predictions":[[5.0,5.0]]}' in run("invoke", "sums", str(home / "body.json"), "--variant", "v2")
    assert "v2" in run("weigh", "sums", "v1=1", "v2=3")
    assert run("list").count("sums") == 2
    shown = run("metrics", "sums")
    assert "v1" in shown
    assert "p99" in shown
    assert "deleted" in run("delete", "sums")
    assert "sums" not in run("list")


def test_what_cannot_be_served_says_why(home: Path) -> None:
    with pytest.raises(GroundstoneError, match="ends too early"):
        run("create", "sums", str(home / "body.json"))
    with pytest.raises(ModelError, match="no model"):
        run("create", "sums", "--model", "no-such-model")
    for words in (("create", "sums"), ("create", "sums", str(home), "--model", "a"), ("weigh", "sums", "v1")):
        assert CliRunner().invoke(endpoints, words, help_option_names=HELP).exit_code == 2
