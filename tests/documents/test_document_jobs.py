"""Jobs that read documents: they survive the end of their process, lose nothing, and are gone in the end."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from groundstone.documents import jobs as module
from groundstone.documents.base import Query
from groundstone.documents.job import Job, Order
from groundstone.documents.jobs import DocumentJobs
from groundstone.errors import Conflict, InvalidInput, LimitExceeded, NotFound, SourceError, UnreadableDocument
from groundstone.identity import LOCAL, Principal
from groundstone.stores.resources import Resources

from .drawn import CARD, documents, drawn
from .jobbing import opened

ROOT = Path(__file__).parents[2]
OTHER = Principal("eve", "elsewhere")
ORDER = Order("test", "card.pdf", (Query("What is the name?", "NAME", ("*",)),), {"mine": [1, {"two": None}]})


@pytest.fixture
def resources(tmp_path: Path) -> Iterator[Resources]:
    made = Resources(tmp_path / "resources.db")
    yield made
    made.close()


@pytest.fixture
def jobs(tmp_path: Path, resources: Resources) -> Iterator[DocumentJobs]:
    reader = documents()
    made = DocumentJobs(tmp_path / "jobs", lambda: reader, resources)
    yield made
    made.close()


def ended(jobs: DocumentJobs, id: str, kind: str = "test", caller: Principal = LOCAL) -> Job:
    for _ in range(2000):
        job = jobs.find(caller, kind, id)
        if job.ended:
            return job
        time.sleep(0.005)
    raise AssertionError("the job does not end")


def test_a_job_reads_every_page_and_asks_it(jobs: DocumentJobs) -> None:
    job = jobs.start(LOCAL, ORDER, drawn(CARD, *["Name:  John Roe"] * 10, "Nothing here"))
    assert job.status == "running"
    job = ended(jobs, job.id)
    assert (job.status, job.page_count, job.pages_done, job.order) == ("done", 12, 12, ORDER)
    pages = [jobs.page(LOCAL, job, number) for number in range(1, 13)]
    assert [page.reading.pages[0].number for page in pages] == list(range(1, 13))
    found = [page.findings[0].answer for page in pages]
    assert [answer.text if answer else None for answer in found] == ["Jane Doe", *["John Roe"] * 10, None]
    with pytest.raises(NotFound):
        jobs.page(LOCAL, job, 13)


def test_the_document_is_deleted_when_its_job_has_ended(jobs: DocumentJobs, tmp_path: Path) -> None:
    for data in (drawn(CARD), drawn()):
        job = ended(jobs, jobs.start(LOCAL, ORDER, data).id)
        (folder,) = (tmp_path / "jobs").glob(f"*/{job.id}")
        for _ in range(100):
            if not (folder / "file").exists():
                break
            time.sleep(0.01)
        assert not (folder / "file").exists()
        assert b"drawn" not in b"".join(path.read_bytes() for path in folder.iterdir())


def test_a_job_is_its_tenants_and_of_its_kind(jobs: DocumentJobs) -> None:
    job = jobs.start(LOCAL, ORDER, drawn(CARD))
    for caller, kind in ((OTHER, "test"), (LOCAL, "another")):
        with pytest.raises(NotFound):
            jobs.find(caller, kind, job.id)
    ended(jobs, job.id)


def test_a_token_starts_one_job(jobs: DocumentJobs, tmp_path: Path) -> None:
    first = jobs.start(LOCAL, ORDER, drawn(CARD), token="once")
    assert jobs.start(LOCAL, ORDER, drawn(CARD), token="once").id == first.id
    assert jobs.start(OTHER, ORDER, drawn(CARD), token="once").id != first.id
    with pytest.raises(Conflict, match="another order"):
        jobs.start(LOCAL, Order("test"), drawn(CARD), token="once")
    assert len(list((tmp_path / "jobs").glob("*/*"))) == 2
    ended(jobs, first.id)


def test_a_document_that_cannot_be_read_fails_its_job_only(jobs: DocumentJobs) -> None:
    bad, good = jobs.start(LOCAL, ORDER, drawn()), jobs.start(LOCAL, ORDER, drawn(CARD))
    assert ended(jobs, bad.id).failure == ("unreadable_document", "the file is damaged; send it again")
    assert ended(jobs, good.id).status == "done"


def test_what_nobody_foresaw_fails_the_job_and_the_next_one_runs(tmp_path: Path, resources: Resources) -> None:
    raised = threading.Event()

    def reading(number: int) -> None:
        if not raised.is_set():
            raised.set()
            raise RuntimeError("unforeseen")

    reader, seen = documents(reading), []
    jobs = DocumentJobs(tmp_path / "jobs", lambda: reader, resources)
    threading.excepthook, before = lambda args: seen.append(args.exc_value), threading.excepthook
    try:
        first = jobs.start(LOCAL, ORDER, drawn(CARD))
        assert ended(jobs, first.id).failure == ("internal", module.BROKEN)
        second = jobs.start(LOCAL, ORDER, drawn(CARD))
        assert ended(jobs, second.id).status == "done"
    finally:
        threading.excepthook = before
        jobs.close()
    assert [str(error) for error in seen] == ["unforeseen"]


def test_many_jobs_wait_for_their_turn(tmp_path: Path, resources: Resources) -> None:
    working, most = Counter[str](), []

    def reading(number: int) -> None:
        working["now"] += 1
        most.append(working["now"])
        time.sleep(0.002)
        working["now"] -= 1

    reader = documents(reading)
    jobs = DocumentJobs(tmp_path / "jobs", lambda: reader, resources)
    ids = [jobs.start(LOCAL, ORDER, drawn(CARD)).id for _ in range(20)]
    assert {ended(jobs, id).status for id in ids} == {"done"}
    assert max(most) <= module.AT_ONCE
    jobs.close()


def test_too_many_jobs_are_refused(jobs: DocumentJobs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_RUNNING", 0)
    with pytest.raises(LimitExceeded, match="wait"):
        jobs.start(LOCAL, ORDER, drawn(CARD))


def test_too_many_pages_fail_the_job(jobs: DocumentJobs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_PAGES", 1)
    job = ended(jobs, jobs.start(LOCAL, ORDER, drawn("a", "b")).id)
    assert (job.status, job.failure[0]) == ("failed", "limit_exceeded")


@pytest.mark.parametrize("pages", [("",), ("0",), ("3-1",), ("1", "x"), ("**",), ("1-",), ("9" * 12,)])
def test_pages_that_make_no_sense_are_refused(jobs: DocumentJobs, pages: tuple[str, ...]) -> None:
    with pytest.raises(InvalidInput, match="names no pages"):
        jobs.start(LOCAL, Order("test", queries=(Query("What?", "", pages),)), drawn(CARD))


def test_whoever_wants_results_elsewhere_is_told_before_the_job_has_ended(jobs: DocumentJobs) -> None:
    told = []

    def finished(caller: Principal, job: Job) -> None:
        told.append((job.status, jobs.find(caller, "test", job.id).status, len(jobs.page(caller, job, 1).findings)))

    jobs.finished = finished
    ended(jobs, jobs.start(LOCAL, ORDER, drawn(CARD)).id)
    assert told == [("done", "running", 1)]


def test_results_that_cannot_be_written_elsewhere_fail_the_job(jobs: DocumentJobs) -> None:
    told = []

    def finished(caller: Principal, job: Job) -> None:
        told.append(job.status)
        raise SourceError("the bucket is full")

    jobs.finished = finished
    job = ended(jobs, jobs.start(LOCAL, ORDER, drawn(CARD)).id)
    assert job.failure == ("source_error", "the bucket is full")
    bad = ended(jobs, jobs.start(LOCAL, ORDER, drawn()).id)
    assert bad.failure[0] == "unreadable_document"
    assert told == ["done", "failed", "failed"]


# -- time -----------------------------------------------------------------------------------------------


def test_jobs_are_gone_when_their_time_is_over(tmp_path: Path, resources: Resources) -> None:
    reader = documents()
    jobs = DocumentJobs(tmp_path / "jobs", lambda: reader, resources)
    job = ended(jobs, jobs.start(LOCAL, ORDER, drawn(CARD)).id)
    jobs.close()
    later = DocumentJobs(tmp_path / "jobs", lambda: reader, resources, days=0.0)
    with pytest.raises(NotFound):
        later.find(LOCAL, "test", job.id)
    later.purge()
    assert list((tmp_path / "jobs").glob("*/*")) == []
    with pytest.raises(NotFound):
        jobs.find(LOCAL, "test", job.id)


def test_what_a_killed_process_left_half_made_is_removed(
    tmp_path: Path, jobs: DocumentJobs, resources: Resources
) -> None:
    job = ended(jobs, jobs.start(LOCAL, ORDER, drawn(CARD)).id)
    tenant = next((tmp_path / "jobs").iterdir())
    (tenant / "gone-1").mkdir()
    (tenant / ("a" * 32)).mkdir()
    os.utime(tenant / ("a" * 32), (0, 0))
    (tenant / ("b" * 32)).mkdir()
    jobs.purge()
    assert {path.name for path in tenant.iterdir()} == {job.id, "b" * 32}


# -- the end of a process -------------------------------------------------------------------------------


def killed(home: Path, pages: int, pause: float, after: float) -> str:
    """Id of the job of a process that was killed some seconds after the job began."""
    home.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "tests.documents.jobbing", str(home), str(pages), str(pause)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        id = process.stdout.readline().strip()
        time.sleep(after)
        process.kill()
    return id


@pytest.mark.parametrize("seed", [1, 2])
def test_killed_at_any_point_a_job_goes_on_and_reads_nothing_twice(tmp_path: Path, seed: int) -> None:
    id = killed(tmp_path, 40, 0.01, Random(seed).uniform(0.0, 0.4))
    before = (tmp_path / "read").read_text().split() if (tmp_path / "read").is_file() else []
    jobs, resources = opened(tmp_path)
    jobs.begin()
    job = ended(jobs, id)
    assert (job.status, job.pages_done) == ("done", 40)
    names = [jobs.page(LOCAL, job, number).reading.text for number in range(1, 41)]
    assert names == [f"Name: Page {number}" for number in range(1, 41)]
    counted = Counter((tmp_path / "read").read_text().split())
    assert len(counted) == 40
    again = {page for page, times in counted.items() if times > 1}
    assert again <= set(before[-module.STEP :])  # at most the pages that were just being read
    jobs.close()
    resources.close()


def test_asking_for_a_job_whose_process_is_gone_makes_it_go_on(tmp_path: Path) -> None:
    id = killed(tmp_path, 3, 5.0, 0.1)
    jobs, resources = opened(tmp_path)
    assert ended(jobs, id).status == "done"
    jobs.close()
    resources.close()


def test_a_job_that_ends_its_process_each_time_fails(tmp_path: Path) -> None:
    id = killed(tmp_path, 3, 60.0, 0.0)
    for _ in range(module.MOST_TRIES - 1):
        killed(tmp_path, 0, 60.0, 0.0)
    jobs, resources = opened(tmp_path)
    assert jobs.find(LOCAL, "test", id).failure == ("internal", module.KILLED)
    jobs.close()
    resources.close()


def held(home: Path) -> tuple[DocumentJobs, Resources, threading.Event, threading.Event]:
    """Jobs whose reading says that it has started, and goes on when it may."""
    started, go = threading.Event(), threading.Event()

    def reading(number: int) -> None:
        started.set()
        go.wait(5)

    resources, reader = Resources(home / "resources.db"), documents(reading)
    return DocumentJobs(home / "jobs", lambda: reader, resources), resources, started, go


def test_a_server_that_is_shut_down_leaves_its_jobs_to_the_next(tmp_path: Path) -> None:
    jobs, resources, started, go = held(tmp_path)
    ids = [jobs.start(LOCAL, ORDER, drawn(CARD, CARD)).id for _ in range(4)]
    assert started.wait(5)
    threading.Timer(0.05, go.set).start()
    jobs.close()
    assert {jobs.find(LOCAL, "test", id).status for id in ids} == {"running"}
    resources.close()
    again, others = opened(tmp_path)
    again.begin()
    assert {ended(again, id).status for id in ids} == {"done"}
    again.close()
    others.close()


def test_two_processes_never_work_on_one_job(tmp_path: Path) -> None:
    jobs, resources, started, go = held(tmp_path)
    id = jobs.start(LOCAL, ORDER, drawn(CARD)).id
    assert started.wait(5)
    other, others = opened(tmp_path)
    other.begin()
    assert other.find(LOCAL, "test", id).status == "running"
    go.set()
    assert ended(jobs, id).status == "done"
    assert not (tmp_path / "read").exists()
    for closed in (jobs, other, resources, others):
        closed.close()


def test_an_error_while_reading_later_pages_is_told(tmp_path: Path, resources: Resources) -> None:
    def reading(number: int) -> None:
        if number == 9:
            raise UnreadableDocument("page 9 is damaged")

    reader = documents(reading)
    jobs = DocumentJobs(tmp_path / "jobs", lambda: reader, resources)
    job = ended(jobs, jobs.start(LOCAL, ORDER, drawn(*["a"] * 10)).id)
    assert (job.status, job.failure[1], job.page_count, job.pages_done) == ("failed", "page 9 is damaged", 10, 8)
    jobs.close()
