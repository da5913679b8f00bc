"""Run as a process by the kill tests: works on documents in children that kill themselves at one point each.

A point is "<step> during" (a step at work: half of its effects are there), "<step> unsaved" (done, not saved), or
"<step> saved". "received", "draft" and "renamed" are inside taking a document in and writing a file.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from threading import Event
from typing import Any

from groundstone.identity import LOCAL
from groundstone.stores.queue import Item, Queue
from groundstone.verification import files
from groundstone.verification.service import Verification
from groundstone.verification.spec import Privacy
from groundstone.verification.steps import Found, Steps
from tests.verification.standin import CARD, JANE, UNSURE, StandIn, until, workflow

DOCUMENTS = {"first.jpg": CARD, "second.jpg": CARD, "unsure.jpg": UNSURE}


class Killer:
    """Ends the process, as kill -9 does, when it comes to its point; it notes the item first."""

    def __init__(self, point: str, log: Path) -> None:
        self.point, self.log = point, log

    def at(self, point: str, id: str = "") -> None:
        if point == self.point:
            self.note(f"killed {point} {id}")
            os.kill(os.getpid(), signal.SIGKILL)

    def note(self, what: str) -> None:
        with self.log.open("a") as out:
            out.write(what + "\n")
            out.flush()

    def install(self) -> None:
        run, moved, put, replace = Steps.run, Queue._moved, Queue.put, Path.replace

        def run_(steps: Steps, item: Item, stop: Event) -> Found:
            self.note(f"begin {item.step} {item.id}")
            found = run(steps, item, stop)
            self.at(f"{item.step} during", item.id)
            return found

        def moved_(queue: Queue, item: Item, *args: Any, **named: Any) -> Item:
            self.at(f"{item.step} unsaved", item.id)
            made = moved(queue, item, *args, **named)
            self.at(f"{item.step} saved", item.id)
            return made

        def put_(queue: Queue, *args: Any, **named: Any) -> Any:
            self.at("received")
            return put(queue, *args, **named)

        def replace_(path: Path, target: Path) -> Path:
            is_table = target.suffix == ".csv"
            self.at("draft" if is_table else "")
            made = replace(path, target)
            self.at("renamed" if is_table else "")
            return made

        Steps.run, Queue._moved, Queue.put = run_, moved_, put_  # type: ignore[method-assign,assignment]
        files.Path.replace = replace_  # type: ignore[method-assign,assignment]


def work(home: Path, point: str, seconds: float = 0.0) -> None:
    """Send every document again, as senders do that got no answer, and work until nothing is left to do."""
    log = home / "calls.log"
    Killer(point, log).install()
    with workflow(home, StandIn(log, seconds), threads=1, start=True, privacy=Privacy(images="redact")) as at_work:
        for name, data in DOCUMENTS.items():
            at_work.submit(LOCAL, data, name, traveller=JANE)
        until(lambda: is_over(at_work))


def is_over(at_work: Verification) -> bool:
    found = at_work.cases(LOCAL)
    return len(found) == len(DOCUMENTS) and all(case.is_over for case in found)


def main(home: Path, points: list[str]) -> None:
    for point in points:
        child = os.fork()
        if child == 0:
            work(home, point)
            os._exit(0)
        print(point, os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), sep="=", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
