"""How fast decks can be asked, and what that takes, beside python-pptx alone on the same files in the same run."""

from __future__ import annotations

import json
import resource
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.slides import decks
from benchmarks.slides.plan import Bullet, Bullets, DeckPlan, SlidePlan, Table

TURNS = 3
ASKED = 40
_PEER = """
import sys, time, pptx
began = time.perf_counter()
words = 0
for slide in pptx.Presentation(sys.argv[1]).slides:
    for shape in slide.shapes:
        if shape.has_text_frame:
            words += len(shape.text_frame.text.split())
        if shape.has_table:
            words += sum(len(cell.text.split()) for row in shape.table.rows for cell in row.cells)
print(time.perf_counter() - began, words)
"""


def main(home: Path, report: Path | None) -> None:
    """Prints a table; ``report`` takes it as JSON."""
    from benchmarks.slide_decks import opened

    folder = home / "speed"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    found: dict[str, Any] = {}
    with opened(folder) as platform:
        _warm(platform, folder)
        found["31 slides of text, PPTX: ready for questions"] = _turns(
            lambda turn: _ready(platform, _text(31, turn), folder)
        )
        found["the same: first slide ready"] = _turns(lambda turn: _first(platform, _text(31, turn + 50), folder))
        found["31 slides of text, PDF: ready for questions"] = _turns(
            lambda turn: _ready(platform, replace(_text(31, turn + 10), format="pdf"), folder)
        )
        found["500 slides of text, PPTX: ready for questions"] = _ready(platform, _text(500, 20), folder)
        found["12 pictures: first slide ready"] = _first(platform, _pictures(12, 30), folder)
        found["12 pictures: ready for questions"] = _ready(platform, _pictures(12, 40), folder)
        found |= _latency(platform)
    for count in (31, 500):
        found[f"python-pptx alone, {count} slides"] = _peer(folder, count)
    found["500 slides: peak memory of all processes (MB)"] = _memory(folder)
    width = max(map(len, found))
    for name, value in found.items():
        print(f"{name:{width}}  {value:8.2f}")
    if report:
        report.write_text(json.dumps(found, indent=1), "utf-8")


def _text(count: int, seed: int) -> DeckPlan:
    """Slides with five bullets, every fifth with a table; no two seeds give the same words."""
    slides = []
    for number in range(1, count + 1):
        items = tuple(
            Bullet(f"Item {seed}.{number}.{at}: site {at} made {seed * 7 + number * at} units", at % 2)
            for at in range(5)
        )
        rows = (("Site", "2023", "2024"), *((f"Site {at}", str(number * at), str(seed + at)) for at in range(1, 6)))
        slides.append(
            SlidePlan(f"Slide {number} of plan {seed}", (Table(rows),) if number % 5 == 0 else (Bullets(items),))
        )
    return DeckPlan(f"plan_{seed}_{count}", f"Plan {seed}", "pptx", tuple(slides), "A. Nobody", f"Plan {seed}", 1)


def _pictures(count: int, seed: int) -> DeckPlan:
    return replace(_text(count, seed), format="pictures")


def _warm(platform: Any, folder: Path) -> None:
    """Models are loaded, child processes begun."""
    _ready(platform, _text(2, 90), folder)
    _ready(platform, _pictures(1, 91), folder)


def _turns(once: Callable[[int], float]) -> float:
    return statistics.median(once(turn) for turn in range(TURNS))


def _until(platform: Any, plan: DeckPlan, folder: Path, enough: Callable[[Any], bool]) -> float:
    """Seconds from adding a deck until its state is enough."""
    from benchmarks.slide_decks import pictures_of

    from groundstone.identity import LOCAL

    path = decks.written(folder, plan)
    data = pictures_of(path) if path.is_dir() else path.read_bytes()
    began = time.perf_counter()
    info = platform.slides.add(LOCAL, path.name, data)
    while not enough(info):
        if info.state == "failed":
            raise ValueError(f"{info.name} could not be read: {info.problems}")
        time.sleep(0.02)
        info = platform.slides.info(LOCAL, info.id)
    return time.perf_counter() - began


def _ready(platform: Any, plan: DeckPlan, folder: Path) -> float:
    """Seconds from adding a deck until all of it can be asked."""
    return _until(platform, plan, folder, lambda info: info.state in ("ready", "partial"))


def _first(platform: Any, plan: DeckPlan, folder: Path) -> float:
    return _until(platform, plan, folder, lambda info: info.ready > 0)


def _latency(platform: Any) -> dict[str, float]:
    """Answers over what is on the shelf by now: some 700 slides."""
    from groundstone.identity import LOCAL

    times = []
    for number in range(ASKED + 3):
        began = time.perf_counter()
        platform.slides.ask(LOCAL, f"How many units did site 3 make according to slide {number % 31 + 1} of plan 1?")
        times.append(time.perf_counter() - began)
    ordered = sorted(times[3:])
    slides = sum(info.slides for info in platform.slides.decks(LOCAL))
    return {
        f"answer over {slides} slides, p50 (ms)": 1000 * ordered[len(ordered) // 2],
        f"answer over {slides} slides, p95 (ms)": 1000 * ordered[int(len(ordered) * 0.95)],
    }


def _peer(folder: Path, count: int) -> float:
    path = decks.written(folder, _text(count, 1))
    times = [
        subprocess.run([sys.executable, "-c", _PEER, path], capture_output=True, text=True, check=True)
        for _ in range(TURNS)
    ]
    return statistics.median(float(one.stdout.split()[0]) for one in times)


def _memory(folder: Path) -> float:
    """Of a process that only reads 500 slides, together with its children, sampled 20 times a second."""
    path = decks.written(folder, _text(500, 1))
    code = (
        "import sys; from pathlib import Path; from groundstone import Platform; p = Platform(); "
        "d = p.decks.read(Path(sys.argv[1]).read_bytes(), 'plan.pptx'); assert len(d.slides) == 500; p.close()"
    )
    child = subprocess.Popen([sys.executable, "-c", code, path])
    highest = 0.0
    while child.poll() is None:
        highest = max(highest, sum(_resident(process) for process in _family(child.pid)))
        time.sleep(0.05)
    if child.returncode:
        raise ValueError(f"reading 500 slides ended with {child.returncode}")
    return highest / 1e6


def _family(root: int) -> Iterator[int]:
    yield root
    for task in Path(f"/proc/{root}/task").glob("*/children"):
        try:
            children = task.read_text().split()
        except OSError:  # it ended meanwhile
            continue
        for one in children:
            yield from _family(int(one))


def _resident(process: int) -> int:
    """Bytes of memory that a process holds; shared pages are counted in each."""
    try:
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * resource.getpagesize()
    except OSError:
        return 0
