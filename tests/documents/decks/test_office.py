"""LibreOffice as a guest: what it may do, and that nothing of it stays."""

from __future__ import annotations

import os
import stat
import time
from pathlib import Path

import pytest

from groundstone.documents.decks.office import Office, convert, find
from groundstone.errors import EngineTimeout, EngineUnavailable, InvalidInput

from .ample import text_deck


def program(folder: Path, script: str) -> str:
    """A stand-in for soffice."""
    file = folder / "soffice"
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    return str(file)


def test_the_pdf_is_what_the_program_writes(tmp_path: Path) -> None:
    writes = (
        'mkdir -p out; cat deck.pptx > out/deck.pdf; echo "$@" >> out/deck.pdf; cat profile/user/*.xcu >> out/deck.pdf'
    )
    made = convert(b"a deck\n", ".pptx", tmp_path, 20, program(tmp_path, writes)).decode()
    assert made.startswith("a deck\n-env:UserInstallation=file:///")
    assert "DisableMacrosExecution" in made
    assert "ExportHiddenSlides" in made
    assert [file.name for file in tmp_path.iterdir()] == ["soffice"]


def test_a_deck_is_converted_once(tmp_path: Path) -> None:
    counts = program(tmp_path, f"echo x >> {tmp_path}/count; mkdir -p out; cat deck.odp > out/deck.pdf")
    office = Office(counts, tmp_path / "kept")
    assert [office.pdf(b"one", ".odp"), office.pdf(b"one", ".odp"), office.pdf(b"two", ".odp")] == [
        b"one",
        b"one",
        b"two",
    ]
    assert (tmp_path / "count").read_text() == "x\nx\n"
    assert len(list((tmp_path / "kept").iterdir())) == 2


def test_only_the_last_decks_are_kept(tmp_path: Path) -> None:
    office = Office(program(tmp_path, "mkdir -p out; cat deck.odp > out/deck.pdf"), tmp_path / "kept")
    for number in range(22):
        office.pdf(b"%d" % number, ".odp")
    assert len(list((tmp_path / "kept").glob("*.pdf"))) == 20


def test_what_takes_too_long_is_killed_with_all_that_it_started(tmp_path: Path) -> None:
    slow = program(tmp_path, f"sleep 600 & echo $! > {tmp_path}/child; sleep 600")
    with pytest.raises(EngineTimeout):
        convert(b"deck", ".pptx", tmp_path, 1.0, slow)
    child = int((tmp_path / "child").read_text())
    for _ in range(50):
        if not _runs(child):
            break
        time.sleep(0.1)
    assert not _runs(child)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["child", "soffice"]


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    return not (status.is_file() and status.read_text().rpartition(")")[2].split()[0] == "Z")


def test_a_failure_says_what_the_program_said(tmp_path: Path) -> None:
    with pytest.raises(EngineUnavailable, match="no such filter"):
        convert(b"deck", ".pptx", tmp_path, 20, program(tmp_path, "echo no such filter; exit 1"))
    with pytest.raises(EngineUnavailable, match="cannot be started"):
        convert(b"deck", ".pptx", tmp_path, 20, str(tmp_path / "nowhere"))
    with pytest.raises(InvalidInput):
        convert(b"deck", ".docx", tmp_path, 20, "soffice")


def test_nothing_of_this_process_environment_is_handed_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_SECRET", "s3cret")
    made = convert(b"deck", ".odp", tmp_path, 20, program(tmp_path, "mkdir -p out; env > out/deck.pdf"))
    assert b"s3cret" not in made
    assert b"http_proxy=http://127.0.0.1:9" in made


@pytest.mark.skipif(not find(), reason="LibreOffice is not installed")
def test_libreoffice_draws_a_deck(tmp_path: Path) -> None:
    assert convert(text_deck(2), ".pptx", tmp_path, 120).startswith(b"%PDF-")
