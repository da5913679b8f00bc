"""What people and programs can do to the watched folder and to the disk: one bad file never stops the others."""

from __future__ import annotations

import json
import os
import shutil
import threading
import time
from pathlib import Path

import pytest

from groundstone.errors import InvalidInput, StoreError
from groundstone.identity import LOCAL
from groundstone.stores.queue import Queue
from groundstone.verification import files, travellers
from groundstone.verification.arrivals import read_file
from groundstone.verification.case import UPLOAD
from groundstone.verification.service import Verification
from groundstone.verification.travellers import table_of, traveller_of
from tests.verification.standin import CARD, JANE, until, workflow

from .test_workflow_arrivals import Taken, lay, names, quick, uploads

__all__ = ["quick", "uploads"]  # fixtures


def done(at_work: Verification, count: int) -> None:
    until(lambda: at_work.progress(LOCAL).done + at_work.progress(LOCAL).review == count)


# -- names -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["a\nb.jpg", 'say "hi".jpg', "=cmd|' /C calc'!A0.jpg", "\x1b[31mred.jpg", "图" * 80 + ".jpg", "x" * 251 + ".jpg",
     "%2e%2e%2f.jpg", "\u202egpj.exe.jpg"],
)  # fmt: skip
def test_odd_names_are_taken_and_their_tables_written(tmp_path: Path, uploads: Path, quick: None, name: str) -> None:
    lay(uploads, name, CARD)
    with workflow(tmp_path, start=True) as at_work:
        until(lambda: at_work.progress(LOCAL).done + at_work.progress(LOCAL).dead == 1)
        (case,) = at_work.cases(LOCAL)
        assert (case.state, case.failure) == ("done", "")
        assert case.name.isprintable()
        assert at_work.table(LOCAL, case.id).count("\r\n") == 4


def test_a_name_in_no_encoding_is_told_of_and_the_others_are_taken(tmp_path: Path, uploads: Path, quick: None) -> None:
    path = os.fsencode(uploads) + b"/\xff\xfe.jpg"
    with open(path, "wb") as out:
        out.write(CARD)
    os.utime(path, (1.0, 1.0))
    with workflow(tmp_path, start=True) as at_work:
        lay(uploads, "z.jpg", CARD)
        done(at_work, 1)
        (problem,) = at_work.progress(LOCAL).problems
        assert problem.isprintable()
        assert "UTF-8" in at_work.progress(LOCAL).problems[problem]


@pytest.mark.parametrize(
    "name", ["../../up.png", "..\\..\\up.png", "/etc/up.png", "a\0/up.png", "\n", "....", "x" * 4000, "\ud800.png"]
)
def test_names_of_uploads_stay_in_their_place(tmp_path: Path, name: str) -> None:
    with workflow(tmp_path, start=True) as at_work:
        case = at_work.submit(LOCAL, CARD, name, wait=20)
        assert case.outcome == "verified"
        assert case.place == UPLOAD
        (table,) = (tmp_path / "buckets").rglob("*.csv")
        assert table.parent == tmp_path / "buckets" / "cards" / "csv-output" / case.id


# -- the folder --------------------------------------------------------------------------------------------


def test_links_and_pipes_are_left_alone_also_beside_a_document(tmp_path: Path, uploads: Path, quick: None) -> None:
    secret = lay(tmp_path, "secret.json", b'{"name": "Secret Person"}')
    lay(tmp_path, "secret.csv", b"file,name\nb.jpg,Secret Person\n")
    for name in ("a.jpg", "b.jpg", "c.jpg"):
        lay(uploads, name, CARD)
    (uploads / "a.jpg.metadata.json").symlink_to(secret)
    (uploads / "travellers.csv").symlink_to(tmp_path / "secret.csv")
    os.mkfifo(uploads / "c.jpg.metadata.json")
    os.mkfifo(uploads / "pipe.jpg")
    with workflow(tmp_path, start=True) as at_work:
        done(at_work, 3)
        assert names(at_work) == ["a.jpg", "b.jpg", "c.jpg"]
        assert [dict(case.traveller) for case in at_work.cases(LOCAL)] == [{}, {}, {}]


def test_a_file_that_becomes_a_pipe_or_a_link_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    (tmp_path / "link.jpg").symlink_to(lay(tmp_path, "a.jpg", CARD))
    for name in ("pipe.jpg", "link.jpg"):
        with pytest.raises((InvalidInput, StoreError)):
            read_file(tmp_path / name, 100)


def test_folders_inside_each_other_without_end_do_not_stop_the_others(tmp_path: Path) -> None:
    seen = Taken(tmp_path)
    lay(tmp_path, "z.jpg", b"x")
    (tmp_path / "/".join("d" * 40)).mkdir(parents=True)
    seen.folder.look()
    assert (seen.folder.look(), seen.taken) == (1, ["z.jpg"])
    assert any("deep" in why for why in seen.folder.problems.values())


def test_a_subfolder_that_cannot_be_read_does_not_stop_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = Taken(tmp_path)
    lay(tmp_path, "closed/a.jpg", b"x")
    lay(tmp_path, "z.jpg", b"x")
    scan = os.scandir

    def refused(path: Path) -> object:
        if Path(path).name == "closed":
            raise PermissionError(13, "Permission denied")
        return scan(path)

    monkeypatch.setattr(os, "scandir", refused)
    seen.folder.look()
    assert (seen.folder.look(), seen.taken) == (1, ["z.jpg"])
    assert "Permission denied" in seen.folder.problems["closed"]
    monkeypatch.undo()
    seen.folder.look()
    assert (seen.folder.look(), seen.folder.problems) == (1, {})


# -- travellers --------------------------------------------------------------------------------------------


def test_a_mended_table_of_travellers_frees_the_documents(tmp_path: Path, uploads: Path, quick: None) -> None:
    lay(uploads, "a.jpg", CARD)
    lay(uploads, "travellers.csv", b"no columns at all\n")
    with workflow(tmp_path, start=True) as at_work:
        until(lambda: "a.jpg" in at_work.progress(LOCAL).problems)
        lay(uploads, "travellers.csv", b"file,name\na.jpg,Jane Q. Example\n", age=50)
        done(at_work, 1)
        assert at_work.progress(LOCAL).problems == {}
        (case,) = at_work.cases(LOCAL)
        assert case.traveller == {"name": "Jane Q. Example"}


def test_a_file_with_two_travellers_waits_and_the_others_do_not(tmp_path: Path, uploads: Path, quick: None) -> None:
    for name in ("a.jpg", "b.jpg", "c.jpg"):
        lay(uploads, name, CARD)
    lay(uploads, "travellers.csv", b"file,name\na.jpg,Jane\na.jpg,John\nb.jpg,Jane Q. Example\nb.jpg,Jane Q. Example\n")
    with workflow(tmp_path, start=True) as at_work:
        done(at_work, 2)
        until(lambda: "a.jpg" in at_work.progress(LOCAL).problems)
        assert names(at_work) == ["b.jpg", "c.jpg"]
        assert "two travellers" in at_work.progress(LOCAL).problems["a.jpg"]


@pytest.mark.parametrize(
    "data",
    [b"\xff\xfe\x00binary\x80", b"[" * 100_000, b'{"name": ' + b"[" * 100_000, b'{"name": 1}', b'["x"]', b"NaN",
     b'{"name": "x\\u0000"}', json.dumps({"name": "x" * 501}).encode(),
     json.dumps({f"n{k}": "x" for k in range(21)}).encode()],
)  # fmt: skip
def test_side_files_that_make_no_sense_are_refused(tmp_path: Path, data: bytes) -> None:
    lay(tmp_path, "a.jpg.metadata.json", data)
    with pytest.raises(InvalidInput):
        traveller_of(tmp_path / "a.jpg", tmp_path)


def test_side_files_and_tables_that_are_huge_are_refused_unread(tmp_path: Path) -> None:
    for name in ("a.jpg.metadata.json", "travellers.csv"):
        with (tmp_path / name).open("wb") as out:
            out.truncate(travellers.LARGEST + 1)
        with pytest.raises(InvalidInput, match="larger than the 20 MB"):
            traveller_of(tmp_path / "a.jpg", tmp_path)
        (tmp_path / name).unlink()


def test_a_large_table_of_travellers_is_read_in_time() -> None:
    lines = "".join(f"card{k}.jpg,Jane Doe {k},1980-12-11\n" for k in range(50_000))
    began = time.monotonic()
    assert len(table_of(f"file,name,date_of_birth\n{lines}", "travellers.csv")) == 50_000
    assert time.monotonic() - began < 10


# -- the disk and the clock --------------------------------------------------------------------------------


def test_a_disk_that_becomes_full_holds_the_document_up_and_loses_nothing(
    tmp_path: Path, uploads: Path, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = threading.Event()
    full.set()
    sync = os.fsync

    def refused(handle: int) -> None:
        if full.is_set():
            raise OSError(28, "No space left on device")
        sync(handle)

    monkeypatch.setattr(files.os, "fsync", refused)
    lay(uploads, "a.jpg", CARD)
    with workflow(tmp_path, start=True) as at_work:
        until(lambda: at_work.progress(LOCAL).problems)
        assert "No space left" in at_work.progress(LOCAL).problems["a.jpg"]
        assert not list(tmp_path.rglob("*.part"))
        full.clear()
        done(at_work, 1)
        assert at_work.progress(LOCAL).problems == {}


def test_what_cannot_be_written_is_an_error_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(StoreError):
        files.write(tmp_path / "file" / "a.csv", b"x")

    def refused(*_: object, **__: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(files.os, "open", refused)
    monkeypatch.setattr(Path, "unlink", refused)
    with pytest.raises(StoreError, match="Read-only"):
        files.write(tmp_path / "a.csv", b"x")


def test_tables_that_cannot_be_written_are_dead_letters_that_can_be_retried(
    tmp_path: Path, uploads: Path, quick: None
) -> None:
    output = uploads.parent / "csv-output"
    output.write_text("in the way")
    lay(uploads, "a.jpg", CARD)
    with workflow(tmp_path, start=True) as at_work:
        until(lambda: at_work.progress(LOCAL).dead == 1)
        (case,) = at_work.cases(LOCAL)
        assert "cannot be written" in case.failure
        output.unlink()
        at_work.retry(LOCAL, case.id)
        done(at_work, 1)
        assert len(list(output.rglob("*.csv"))) == 1


def test_a_clock_that_goes_back_does_not_hold_up_another_try(tmp_path: Path) -> None:
    now = [1_000_000.0]
    queue = Queue(tmp_path / "work.db", clock=lambda: now[0])
    queue.put(LOCAL, "app", "one", {}, step="read")
    item = queue.claim("app")
    assert item is not None
    queue.retry_later(item, "busy", 8.0)
    assert queue.claim("app") is None
    now[0] -= 86_400
    assert queue.claim("app") is not None
    queue.close()


def test_a_folder_that_vanishes_in_a_read_only_way_is_told_of(tmp_path: Path, uploads: Path, quick: None) -> None:
    with workflow(tmp_path, start=True) as at_work:
        shutil.rmtree(uploads)
        time.sleep(0.2)
        assert at_work.progress(LOCAL).dead == 0
        uploads.mkdir()
        lay(uploads, "a.jpg", CARD)
        lay(uploads, "a.jpg.metadata.json", json.dumps(JANE).encode())
        done(at_work, 1)
