"""Killed with kill -9 at any point, the workflow loses nothing and does nothing twice."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from groundstone.identity import LOCAL
from groundstone.verification.steps import STEPS
from tests.verification.process import DOCUMENTS
from tests.verification.standin import CARD, StandIn, until, workflow

ROOT = Path(__file__).parents[2]
MOMENTS = ("during", "unsaved", "saved")
POINTS = ["received", *(f"{step} {moment}" for step in STEPS for moment in MOMENTS), "draft", "renamed"]


def run(home: Path, *points: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.verification.process", str(home), *points]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)


def check(home: Path) -> None:
    """All documents are there, each step saved once, each table once and whole."""
    with workflow(home) as at_work:
        cases = at_work.cases(LOCAL)
        assert sorted(case.name for case in cases) == sorted(DOCUMENTS)
        for case in cases:
            expected = STEPS[:-1] if case.outcome == "review" else STEPS
            assert [one.step for one in case.steps] == list(expected)
            assert [note.what for note in at_work.history(LOCAL, case.id)] == ["received", *expected]
        tables = sorted((home / "buckets" / "cards" / "csv-output").rglob("*"))
        written = [path.relative_to(home / "buckets").as_posix() for path in tables if path.is_file()]
        assert sorted(written) == sorted(case.csv.removeprefix("s3://") for case in cases)
        whole = "".join(at_work.table(LOCAL, case.id) for case in cases)
        assert whole == "".join(at_work.export(LOCAL))
        assert whole.count("\r\n") == 4 * len(cases)
        left = [path for path in home.rglob("*") if path.name.endswith(".part")]
        assert left == []


def test_killed_at_every_boundary_and_inside_every_step(tmp_path: Path) -> None:
    done = run(tmp_path, *POINTS, "never")
    died = dict(line.split("=") for line in done.stdout.splitlines())
    assert done.stderr == ""
    assert died.pop("never") == "0"
    assert died == dict.fromkeys(POINTS, str(-signal.SIGKILL))
    check(tmp_path)
    log = (tmp_path / "calls.log").read_text().splitlines()
    begun = Counter(tuple(line.split()[1:]) for line in log if line.startswith("begin"))
    again = Counter[str]()
    for (step, _), count in begun.items():
        again[step] += count - 1
    assert again == dict.fromkeys(STEPS, 2) | {"write": 4}  # a step is done again only when it was not saved


def test_killed_at_any_moment_by_somebody_else(tmp_path: Path) -> None:
    chosen = random.Random(7)
    for _ in range(4):
        child = subprocess.Popen(
            [sys.executable, "-c", _SLOWLY, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        with child:
            assert child.stdout is not None
            assert child.stdout.readline() == "ready\n"
            time.sleep(chosen.random() * 0.25)
            os.kill(child.pid, signal.SIGKILL)
    assert run(tmp_path, "never").stdout == "never=0\n"
    check(tmp_path)


_SLOWLY = """
import sys
from pathlib import Path
from tests.verification.process import work
print("ready", flush=True)
work(Path(sys.argv[1]), "never", 0.03)
"""


def test_another_process_takes_over_at_once_what_a_killed_one_held(tmp_path: Path) -> None:
    child = subprocess.Popen([sys.executable, "-c", _HOLDS, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    with child, workflow(tmp_path, StandIn(tmp_path / "calls.log"), start=True) as at_work:
        assert child.stdout is not None
        assert child.stdout.readline() == "held\n"
        case = at_work.submit(LOCAL, CARD, "card.jpg")
        assert case.state == "working"
        os.kill(child.pid, signal.SIGKILL)
        began = time.monotonic()
        until(lambda: at_work.case(LOCAL, case.id).outcome == "verified")
        assert time.monotonic() - began < 10  # a lease would be six times that


_HOLDS = """
import sys, time
from pathlib import Path
from groundstone.identity import LOCAL
from tests.verification.standin import CARD, StandIn, until, workflow
with workflow(Path(sys.argv[1]), StandIn(seconds=600), start=True) as at_work:
    case = at_work.submit(LOCAL, CARD, "card.jpg")
    until(lambda: at_work.case(LOCAL, case.id).step == "read")
    print("held", flush=True)
    time.sleep(600)
"""


def test_a_document_that_two_processes_work_on_in_turn_is_whole(tmp_path: Path) -> None:
    for _ in range(2):
        with workflow(tmp_path, StandIn(tmp_path / "calls.log", 0.2), start=True, threads=1) as at_work:
            for name in ("a.jpg", "b.jpg", "c.jpg"):
                at_work.submit(LOCAL, CARD, name)
            time.sleep(0.1)
    with workflow(tmp_path, StandIn(tmp_path / "calls.log"), start=True) as at_work:
        until(lambda: all(case.outcome == "verified" for case in at_work.cases(LOCAL)))
