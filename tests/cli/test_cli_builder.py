"""``groundstone builder`` as people type it."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path

import pytest

from tests.builder import gold, pairs

from .conftest import Run


@pytest.fixture
def narrative(tmp_path: Path) -> Path:
    path = tmp_path / "shop.txt"
    path.write_text(gold.load("shop")[0], encoding="utf-8")
    return path


def written(path: Path, data: object) -> Path:
    path.write_text(json.dumps(data), encoding="utf-8")
    return path


def test_a_narrative_is_printed_as_a_model_and_its_forms(run: Run, narrative: Path) -> None:
    shown = run("builder", "model", narrative)
    assert shown.status == 0
    assert json.loads(shown.out)["entities"][0]["name"] == "Customer"
    assert shown.err.splitlines()[-1] == "made by groundstone-rules"
    assert "CREATE TABLE" in run("builder", "model", narrative, "--as", "sql", "--dialect", "sqlite").out
    assert run("builder", "model", narrative, "--as", "mermaid").out.startswith("erDiagram")
    assert "$defs" in json.loads(run("builder", "model", narrative, "--as", "json-schema").out)
    assert len(json.loads(run("builder", "model", narrative, "--as", "samples").out)["Order"]) == 5


def test_a_mapping_is_printed_kept_and_run(run: Run, tmp_path: Path) -> None:
    source, target = written(tmp_path / "a.json", pairs.BOOKS.source), written(tmp_path / "b.json", pairs.BOOKS.target)
    shown = run("builder", "map", source, target)
    assert json.loads(shown.out)["missing"] == ["items[].shelf"]
    assert "names were compared" in shown.err or "words only" in shown.err
    data = json.loads(run("builder", "samples", source, "-n", 1).out)[0]
    kept = tmp_path / "mapping.json"
    kept.write_text(shown.out, encoding="utf-8")
    done = run("builder", "map", source, target, "--using", kept, "--apply", written(tmp_path / "d.json", data))
    assert (done.status, "'shelf' is a required property" in done.err) == (1, True)
    open_shelf = json.loads(target.read_text())
    open_shelf["properties"]["items"]["items"]["required"].remove("shelf")
    written(target, open_shelf)
    done = run("builder", "map", source, target, "--using", kept, "--apply", tmp_path / "d.json")
    assert json.loads(done.out)["library"]["name"] == data["branch"]["name"]


def test_errors_are_one_line(run: Run, tmp_path: Path, narrative: Path) -> None:
    broken = tmp_path / "x.json"
    broken.write_text("{", encoding="utf-8")
    assert (run("builder", "samples", broken).status, run("builder", "samples", broken).err.count("\n")) == (1, 1)
    assert run("builder", "model", narrative, "--model", "unheard-of").status == 1
    nothing = tmp_path / "nothing.txt"
    nothing.write_text("Lorem ipsum.", encoding="utf-8")
    assert "no entity was found" in run("builder", "model", nothing).err
    nothing.write_bytes(b"\xff\xfe\x00")
    assert "UTF-8" in run("builder", "model", nothing).err


def test_an_unknown_application_cannot_be_run(run: Run) -> None:
    shown = run("run", "unheard-of")
    assert shown.status == 1
    assert "builder, endpoints, forgery, movies" in shown.err


def test_an_application_of_ones_own_is_run_by_the_name_of_its_folder(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GROUNDSTONE_HOME", str(tmp_path / "home"))
    folder = tmp_path / "home" / "verification" / "payslip"
    folder.mkdir(parents=True)
    (folder / "verification.toml").write_text('queries = [{ text = "What is the Name?", alias = "NAME" }]\n', "utf-8")
    rule = '[[rule]]\nname = "name"\ncheck = { same = "NAME", of = "name", as = "name" }\n'
    (folder / "rules.toml").write_text(rule, "utf-8")
    served: list[str] = []
    monkeypatch.setattr(import_module("groundstone.cli.demo"), "fetch_weights", lambda platform: None)
    monkeypatch.setattr(
        import_module("groundstone.cli.serve"), "run", lambda host, port, page, begin: served.append(page)
    )
    assert run("run", "payslip").status == 0
    assert served == ["/verification/payslip"]
