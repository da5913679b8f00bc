"""Load runs as they are kept: whole, half, deleted, searched, one tenant's and not another's."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from groundstone.endpoints.load.report import as_json
from groundstone.endpoints.runs import history as module
from groundstone.endpoints.runs.history import History
from groundstone.errors import Conflict, Forbidden, InvalidInput, NotFound
from groundstone.identity import LOCAL, Principal

from . import measured

OTHER = Principal("eve", "elsewhere")
COLLEAGUE = Principal("ben", "local")
KILLED = """
import os, sys, signal
from pathlib import Path
from groundstone.endpoints.runs.history import History
from groundstone.identity import LOCAL
from tests.endpoints import measured
recorder = History(Path(sys.argv[1])).begin(LOCAL, "half a run", "http://127.0.0.1:1")
recorder.level(measured.report(counts=(1, 2)))
recorder.point({"at": 1.0})
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History(tmp_path / "load-runs")


def test_a_report_that_is_kept_comes_back_as_it_was(history: History) -> None:
    made = measured.report(price=1.5, predicted={1: 100.0, 2: 180.5})
    run = history.keep(LOCAL, made, "http://127.0.0.1:1")
    assert history.report(LOCAL, run.id) == made
    assert (run.state, run.origin, run.summary.levels, run.summary.best_at) == ("done", "command", 3, 4)
    assert history.find(LOCAL, "last") == history.find(LOCAL, run.id[-4:]) == history.find(LOCAL, run.id)


def test_a_run_is_seen_while_it_goes(history: History) -> None:
    recorder = history.begin(LOCAL, "a run", "somewhere", order={"plan": {"url": "somewhere"}})
    assert history.find(LOCAL, "last").state == "running"
    with pytest.raises(NotFound, match="nothing is measured yet"):
        history.report(LOCAL, "last")
    recorder.point({"at": 0.5})
    points, read = history.points(LOCAL, recorder.run.id)
    recorder.point({"at": 1.0})
    assert (points, history.points(LOCAL, recorder.run.id, read)[0]) == ([{"at": 0.5}], [{"at": 1.0}])
    with pytest.raises(Conflict, match="stop it first"):
        history.delete(LOCAL, "last")
    history.stop(LOCAL, "last")
    assert recorder.should_stop
    recorder.end("stopped")
    assert (history.find(LOCAL, "last").state, bool(history.find(LOCAL, "last").ended)) == ("stopped", True)
    with pytest.raises(Conflict, match="it is stopped"):
        history.stop(LOCAL, "last")


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no such signal on this system")
def test_what_a_killed_process_had_measured_stays(history: History, tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    killed = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path / "load-runs")], cwd=root, check=False)
    assert killed.returncode == -signal.SIGKILL
    (run,) = history.runs(LOCAL)
    assert (run.state, run.ended, run.summary.levels) == ("interrupted", "", 2)
    assert [row.concurrency for row in history.report(LOCAL, run.id).rows] == [1, 2]
    history.delete(LOCAL, run.id)
    assert history.runs(LOCAL) == []


def test_errors_end_a_run_as_failed(history: History) -> None:
    with pytest.raises(InvalidInput), history.begin(LOCAL, "a run", "somewhere"):
        raise InvalidInput("the server is no server")
    assert (history.find(LOCAL, "last").state, history.find(LOCAL, "last").why) == ("failed", "the server is no server")


def test_tenants_see_their_own_and_only_owners_change_them(history: History) -> None:
    run = history.keep(LOCAL, measured.report(), "here")
    assert history.runs(OTHER) == []
    with pytest.raises(NotFound):
        history.find(OTHER, run.id)
    assert history.find(COLLEAGUE, run.id) == run
    with pytest.raises(Forbidden, match="local's"):
        history.delete(COLLEAGUE, run.id)
    history.delete(COLLEAGUE, run.id, admin=True)


def test_runs_are_named_tagged_and_found_again(history: History) -> None:
    first = history.keep(LOCAL, measured.report("the first"), "http://gpu:8000")
    history.keep(LOCAL, measured.report("the second"), "http://gpu:9000")
    named = history.label(LOCAL, first.id, title="before the upgrade", tags=["release-2", "release-2"])
    assert (named.title, named.tags) == ("before the upgrade", ("release-2",))
    assert history.report(LOCAL, first.id).title == "before the upgrade"
    assert [run.title for run in history.runs(LOCAL, "GPU upgrade")] == ["before the upgrade"]
    assert len(history.runs(LOCAL, "gpu")) == 2
    for wrong in ({"title": ""}, {"title": "x" * 121}, {"tags": ["two words"]}, {"tags": [str(n) for n in range(11)]}):
        with pytest.raises(InvalidInput):
            history.label(LOCAL, first.id, **wrong)  # type: ignore[arg-type]


def test_the_oldest_without_tags_go_for_newer_ones(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 3)
    kept = [history.keep(LOCAL, measured.report(f"run {number}", counts=(1,)), "here") for number in range(2)]
    history.label(LOCAL, kept[0].id, tags=["keep"])
    for number in range(2, 5):
        history.keep(LOCAL, measured.report(f"run {number}", counts=(1,)), "here")
    titles = {run.title for run in history.runs(LOCAL)}
    assert len(titles) == 3
    assert "run 0" in titles


def test_reports_are_taken_in_and_nothing_else(history: History) -> None:
    run = history.take(LOCAL, json.dumps(as_json(measured.report("by a friend"))).encode())
    assert (run.title, run.origin, run.summary.levels) == ("by a friend", "import", 3)
    assert history.take(LOCAL, json.dumps(as_json(measured.report())).encode(), "another").title == "another"
    for wrong in (
        b"",
        b"{}",
        b"[1]",
        b'{"levels": 3}',
        b'{"levels": [{}]}',
        b'{"levels": [{"figures": {"good": "x"}}]}',
    ):
        with pytest.raises(InvalidInput):
            history.take(LOCAL, wrong)


def test_a_damaged_run_hides_no_other(history: History, tmp_path: Path) -> None:
    damaged = history.keep(LOCAL, measured.report("damaged"), "here")
    history.keep(LOCAL, measured.report("whole"), "here")
    (folder,) = (tmp_path / "load-runs").glob(f"*/{damaged.id}")
    (folder / "run.json").write_text('{"id": ', encoding="utf-8")
    assert [run.title for run in history.runs(LOCAL)] == ["whole"]


def test_names_that_lead_elsewhere_are_no_runs(history: History, tmp_path: Path) -> None:
    os.makedirs(tmp_path / "load-runs", exist_ok=True)
    for id in ("../x", "", "20260101-000000-zzzz", "last", "abcd"):
        with pytest.raises(NotFound):
            history.find(LOCAL, id)


def test_a_report_of_another_version_is_read(history: History) -> None:
    told = as_json(measured.report())
    told["levels"][0]["figures"]["a_new_figure"] = {"x": 1}
    told["levels"][0]["from_the_future"] = True
    del told["levels"][1]["figures"]["between_tokens"]
    run = history.take(LOCAL, json.dumps(told).encode())
    rows = history.report(LOCAL, run.id).rows
    assert rows[0] == replace(measured.report().rows[0])
    assert rows[1].figures.between_tokens.count == 0
