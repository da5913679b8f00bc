"""Run as a process by the tests of jobs: starts a job and reads slowly, until it is done or killed.

python -m tests.documents.jobbing HOME PAGES SECONDS_FOR_A_PAGE    # no pages: goes on with the jobs there are
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

from groundstone.documents.job import Order
from groundstone.documents.jobs import DocumentJobs
from groundstone.identity import LOCAL
from groundstone.stores.resources import Resources

from .drawn import documents, drawn


def logged(home: Path, pause: float) -> Callable[[int], None]:
    """Notes the number of each page that is read, in the file ``read`` of the home."""

    def reading(number: int) -> None:
        with (home / "read").open("a") as log:
            log.write(f"{number}\n")
        time.sleep(pause)

    return reading


def opened(home: Path, pause: float = 0.0) -> tuple[DocumentJobs, Resources]:
    resources = Resources(home / "resources.db")
    reader = documents(logged(home, pause))
    return DocumentJobs(home / "jobs", lambda: reader, resources), resources


def main(home: Path, pages: int, pause: float) -> None:
    jobs, _ = opened(home, pause)
    if pages:
        data = drawn(*(f"Name:  Page {number}" for number in range(1, pages + 1)))
        print(jobs.start(LOCAL, Order("test"), data).id, flush=True)
    else:
        jobs.begin()
        print("begun", flush=True)
    time.sleep(60)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))
