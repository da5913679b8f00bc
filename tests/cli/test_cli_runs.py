"""``groundstone runs``: what was measured, listed, shown, compared, named, taken along, deleted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from groundstone.cli.runs import history, recorder, runs
from groundstone.endpoints.load.plan import Plan
from groundstone.identity import LOCAL
from tests.endpoints import measured

HELP = {"help_option_names": ["-h", "--help"]}  # as the whole command has them; click keeps the first it is told


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GROUNDSTONE_HOME", str(tmp_path))
    return tmp_path


def said(*words: str, status: int = 0) -> str:
    done = CliRunner().invoke(runs, list(words), **HELP)  # type: ignore[arg-type]
    assert done.exit_code == status, done.output
    return done.output


def kept(title: str = "a run", slower: float = 1.0) -> str:
    return history().keep(LOCAL, measured.report(title, slower=slower), "http://gpu:8000").id


def test_runs_are_listed_and_shown() -> None:
    first, second = kept("the first"), kept("the second")
    assert [line.split()[0] for line in said("list").splitlines()] == ["run", second, first]
    assert said("list", "first").count("\n") == 2
    assert json.loads(said("list", "--json"))[0]["summary"]["levels"] == 3
    assert "| 4 at once | 8 | 8 |" in said("show", first[-4:])
    assert json.loads(said("show", "last", "--json"))["title"] == "the second"


def test_runs_are_compared() -> None:
    text = said("compare", kept("quick"), kept("slow", 2.0))
    assert "quick" in text
    assert "(x 0.50)" in text
    assert "latency at 4 at once" in text


def test_runs_are_named_tagged_and_deleted() -> None:
    id = kept()
    assert said("rename", id, "before") == "before\n"
    assert said("tag", id, "v1", "slow") == "v1 slow\n"
    assert "v1 slow" in said("list")
    assert said("delete", id) == f"{id} is deleted\n"
    assert said("list").count("\n") == 1


def test_a_report_is_taken_in_and_out(home: Path) -> None:
    kept("the original")
    for name in ("a.json", "a.html", "a.csv", "a.md"):
        assert said("export", "last", str(home / name)) == f"{home / name} is written\n"
    said("import", str(home / "a.json"), "--title", "again")
    assert json.loads(said("list", "--json"))[0]["origin"] == "import"
    assert "ends in none of" in said("export", "last", str(home / "a.pdf"), status=2)


def test_a_run_that_goes_in_another_process_is_seen_and_stopped() -> None:
    going = recorder(Plan("http://127.0.0.1:1"), 1.5, "llama-2-7b@ml.g5.2xlarge")
    assert "running" in said("list")
    said("stop", going.run.id)
    assert going.should_stop
    going.end("stopped")
    assert history().find(LOCAL, "last").order["price"] == 1.5  # type: ignore[index]
