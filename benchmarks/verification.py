"""What the verification workflow costs beside the reading itself, and how fast it takes over after kill -9.

    python benchmarks/verification.py [DOCUMENTS]

The reader answers at once, so that everything measured is the workflow's: taking in, nine durable steps, the table.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from groundstone.documents.base import Candidate, Finding, Page, Place, Query, Reading, Region
from groundstone.documents.examine import Examined
from groundstone.documents.rules.base import Decision, Reason
from groundstone.identity import LOCAL
from groundstone.stores.queue import Queue
from groundstone.verification.service import Verification
from groundstone.verification.spec import Spec
from groundstone.verification.steps import Parts

QUERIES = tuple(Query(f"What is field {number}?", f"FIELD_{number}") for number in range(4))
ANSWER = Candidate("Maria Keller", 0.9, Region("Maria Keller", 0.9, Place.of(0.1, 0.1, 0.2, 0.05)))


class AtOnce:
    """Reads nothing and says always the same; ``seconds`` is how long one document takes."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.seconds = seconds

    def examine(self, data: bytes, name: str = "") -> Examined:
        return Examined("image/png", 1, 600, 400, len(data))

    def read(self, data: bytes, name: str = "", **how: Any) -> Reading:
        time.sleep(self.seconds)
        return Reading("image/png", (Page(1, 600, 400),), 1)

    def ask(self, reading: Reading, queries: Sequence[Query], **how: Any) -> list[Finding]:
        return [Finding(query, ANSWER, 0.9, (ANSWER,)) for query in queries]

    def picture(self, data: bytes, page: int = 1, **how: Any) -> bytes:
        return b""


def verified(*_: Any) -> Decision:
    return Decision("verified", (Reason("always", True, "it always holds"),))


def opened(home: Path, reader: AtOnce) -> tuple[Verification, Queue]:
    queue = Queue(home / "work.db")
    spec = Spec("cards", QUERIES, home / "rules.toml", bucket="cards")
    parts = Parts(lambda: reader, lambda: verified)
    return Verification(spec, queue, parts, home / "verification", buckets=home / "buckets", threads=2), queue


def wait_for(workflow: Verification, count: int) -> None:
    while workflow.progress(LOCAL).done < count:
        time.sleep(0.01)


def throughput(home: Path, count: int) -> None:
    workflow, queue = opened(home, AtOnce())
    began = time.perf_counter()
    for number in range(count):
        workflow.submit(LOCAL, os.urandom(50_000), f"{number}.png")
    taken = time.perf_counter() - began
    began, busy = time.perf_counter(), time.process_time()
    workflow.start(watch=False)
    wait_for(workflow, count)
    seconds, busy = time.perf_counter() - began, time.process_time() - busy
    print(f"taken in: {count / taken:.0f} documents a second")
    print(f"worked off: {count / seconds:.0f} a second, {1000 * busy / count:.1f} ms of processor time each")
    workflow.close()
    queue.close()


def takeover(home: Path) -> None:
    child = subprocess.Popen([sys.executable, __file__, "--hold", str(home)], stdout=subprocess.PIPE, text=True)
    workflow, queue = opened(home, AtOnce())
    workflow.start(watch=False)
    assert child.stdout is not None
    id = child.stdout.readline().strip()
    os.kill(child.pid, signal.SIGKILL)
    began = time.perf_counter()
    child.wait()
    while workflow.case(LOCAL, id).state != "done":
        time.sleep(0.01)
    print(f"taken over and decided {time.perf_counter() - began:.2f} s after kill -9 of the process that held it")
    workflow.close()
    queue.close()


def hold(home: Path) -> None:
    workflow, _ = opened(home, AtOnce(seconds=600))
    workflow.start(watch=False)
    case = workflow.submit(LOCAL, b"held", "held.png")
    while workflow.case(LOCAL, case.id).step != "read":
        time.sleep(0.01)
    print(case.id, flush=True)
    time.sleep(600)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--hold"]:
        hold(Path(sys.argv[2]))
    with TemporaryDirectory() as folder:
        throughput(Path(folder) / "many", int(sys.argv[1]) if len(sys.argv) > 1 else 300)
        takeover(Path(folder) / "one")
