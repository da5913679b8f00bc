"""``groundstone models custom``, as typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from groundstone.cli import cli
from groundstone.models.fakes import FakeEmbed
from groundstone.platform import Platform


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GROUNDSTONE_HOME", str(tmp_path))
    monkeypatch.setattr(Platform, "embed", FakeEmbed())
    rows = [("animal", f"my {word} eats") for word in "cat dog cow fish".split()]
    rows += [("tool", f"a {word} of steel") for word in "saw axe drill rake".split()]
    lines = [json.dumps({"prompt": text, "completion": label}) for label, text in rows]
    (tmp_path / "examples.jsonl").write_text("\n".join(lines), "utf-8")
    return tmp_path


def run(*words: str) -> str:
    done = CliRunner().invoke(cli, ["models", "custom", *words], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def test_from_examples_to_labels_and_away(home: Path) -> None:
    assert "accuracy" in run("train", "kinds", str(home / "examples.jsonl"))
    assert "kinds  head" in run("list")
    assert run("classify", "kinds", "my goat eats").startswith("animal")
    page, picture = home / "report.html", home / "matrix.svg"
    assert "macro F1" in run("show", "kinds", "--report", str(page), "--picture", str(picture))
    assert page.read_text("utf-8").startswith("<!doctype html>")
    assert picture.read_text("utf-8").startswith("<svg")
    assert json.loads(run("show", "kinds", "--json"))["tested_on"] == 2
    assert "replaced" not in run("train", "kinds", str(home / "examples.jsonl"), "--replace", "--method", "head")
    assert run("delete", "kinds") == "kinds: deleted\n"
    assert "kinds" not in run("list")
