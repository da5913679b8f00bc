"""``groundstone forensics forge|train|evaluate`` on a terminal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from PIL import Image

from groundstone.cli import forensics_data
from groundstone.cli.forensics_data import StepLine, forensics
from groundstone.errors import Conflict, InvalidInput
from groundstone.forensics.base import Report
from groundstone.forensics.subjects import Subject
from tests.forensics.drawn_pages import page
from tests.forensics.labelled import NETWORK, data_set


def run(*words: object) -> Result:
    names = ["-h", "--help"]  # as the whole command line has it; click keeps what a command is first called with
    return CliRunner().invoke(forensics, [str(word) for word in words], help_option_names=names)


class Even:
    """Knows nothing."""

    def check(self, data: bytes, name: str = "", *, words: bool = True) -> Report:
        return Report(name, "image/jpeg", 1, "cannot tell", "", 0.5, None, (), (), ())


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return data_set(tmp_path_factory.mktemp("pages") / "set", 4)


def test_forged_pairs_are_made_and_gone_on_with(tmp_path: Path) -> None:
    for form, name in enumerate(("page.png", "other.jpg")):
        Image.fromarray(page(form)[0]).save(tmp_path / name)
    options = ("-o", tmp_path / "pairs", "--side", 320, "--last", "png", "--kind", "copy-move")
    first = run("forge", tmp_path / "page.png", tmp_path / "other.jpg", *options, "--count", 1)
    assert "1 pairs (1 new) from 2 documents" in first.output
    again = run("forge", tmp_path / "page.png", tmp_path / "other.jpg", *options, "--count", 1)
    assert "1 pairs (0 new)" in again.output
    assert len((tmp_path / "pairs" / "manifest.jsonl").read_text("utf-8").splitlines()) == 2


def test_an_evaluation_shows_its_figures_and_where_the_card_is(
    pages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forensics_data, "_judge", lambda *_: (Even(), Subject("A stand-in", "d" * 64)))
    done = run("evaluate", pages, "-o", tmp_path / "card", "--at-once", 1)
    assert done.exit_code == 0, done.output
    assert "all files" in done.output
    assert "0.500" in done.output
    assert f"card: {tmp_path / 'card' / 'card.html'}" in done.output
    assert "mind: Only 4 files of one class were tested" in done.output


def test_a_training_that_cannot_be_is_an_error_of_ours(
    pages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forensics_data, "_network", lambda *_: NETWORK)
    assert isinstance(run("train", pages, "-o", tmp_path / "mine").exception, InvalidInput)  # too few files
    assert isinstance(run("train", pages, "-o", pages).exception, Conflict)
    assert run("train", pages, "-o", tmp_path / "mine", "--false-alarms", 0.5).exit_code == 2
    assert run("train", tmp_path / "nothing", "-o", tmp_path / "mine").exit_code == 2


def test_a_folder_without_a_model_is_told(pages: Path, tmp_path: Path) -> None:
    found = run("evaluate", pages, "-o", tmp_path / "card", "--model", tmp_path).exception
    assert "holds no trained model" in str(found)


def test_progress_is_one_line_with_the_time_that_is_left(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    now = [0.0]
    monkeypatch.setattr(forensics_data.sys.stderr, "isatty", lambda: True)
    monkeypatch.setattr(forensics_data.time, "monotonic", lambda: now[0])
    with StepLine() as line:
        line("checking", 0, 100)
        now[0] = 10.0
        line("checking", 10, 100)
    shown: Any = capsys.readouterr().err
    assert "checking: 10 of 100, 90 s left" in shown
    assert "\n" not in shown
