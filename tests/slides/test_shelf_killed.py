"""What a killed process was reading is read by the next one, or by another that runs beside it."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from groundstone.identity import LOCAL

from .process_shelf import DECKS
from .shelved import StandInReader, shelf, until

ROOT = Path(__file__).parents[2]


def begun(home: Path, seconds: float) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.slides.process_shelf", str(home), str(seconds)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def check(home: Path) -> None:
    """All decks are there, once and whole, and no draft is left."""
    with shelf(home, start=False) as slides:
        found = {info.name: info for info in slides.decks(LOCAL)}
        assert sorted(found) == sorted(DECKS)
        for info in found.values():
            assert (info.state, info.ready) == ("ready", 8)
            assert [slide.number for slide in slides.deck(LOCAL, info.id).slides] == list(range(1, 9))
    left = [path.name for path in (home / "slides" / "decks").rglob("*") if path.is_file()]
    assert sorted(set(left)) == ["deck.json.gz", "document", "state.json"]
    assert len([path for path in (home / "slides" / "index").rglob("*") if path.is_file()]) == len(DECKS)


def test_killed_at_any_moment_and_taken_up_again(tmp_path: Path) -> None:
    chosen = random.Random(5)
    for _ in range(2):
        with begun(tmp_path, 0.05) as child:
            assert child.stdout is not None
            assert child.stdout.readline() == "ready\n"
            time.sleep(chosen.random() * 0.4)
            os.kill(child.pid, signal.SIGKILL)
    with shelf(tmp_path) as slides:
        until(lambda: all(info.state == "ready" for info in slides.decks(LOCAL)))
    check(tmp_path)


def test_another_process_takes_over_and_each_slide_is_read_by_one(tmp_path: Path) -> None:
    log = tmp_path / "read.log"
    with begun(tmp_path, 0.1) as child, shelf(tmp_path, StandInReader(0.01, log)) as slides:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        until(lambda: any(info.ready for info in slides.decks(LOCAL)))
        os.kill(child.pid, signal.SIGKILL)
        began = time.monotonic()
        until(lambda: all(info.state == "ready" for info in slides.decks(LOCAL)))
        assert time.monotonic() - began < 15  # a lease would be sixty
    check(tmp_path)
    lines = log.read_text().splitlines()
    assert set(lines) == {f"{name} {number}" for name in DECKS for number in range(1, 9)}
    assert len(lines) <= 4 * 8 + 2 * 8  # what the killed one was at is read again, and no more


def test_two_processes_share_one_home(tmp_path: Path) -> None:
    with begun(tmp_path, 0.02) as child, shelf(tmp_path, StandInReader(0.02, tmp_path / "read.log")) as slides:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        for name, data in DECKS.items():
            slides.add(LOCAL, name, data)
        assert child.stdout.readline() == "done\n"
        assert child.wait(30) == 0
        assert all(info.state == "ready" for info in slides.decks(LOCAL))
    check(tmp_path)
    assert len((tmp_path / "read.log").read_text().splitlines()) == 4 * 8


def test_a_server_that_stops_gives_back_what_it_was_reading(tmp_path: Path) -> None:
    with shelf(tmp_path, StandInReader(0.05)) as slides:
        for name, data in DECKS.items():
            slides.add(LOCAL, name, data)
        until(lambda: any(info.ready for info in slides.decks(LOCAL)))
    with shelf(tmp_path) as slides:
        until(lambda: all(info.state == "ready" for info in slides.decks(LOCAL)))
    check(tmp_path)
