from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from groundstone.cli import main


@dataclass(frozen=True)
class Outcome:
    status: int
    out: str
    err: str


Run = Callable[..., Outcome]


@contextmanager
def _arguments(*words: str) -> Iterator[None]:
    before = sys.argv
    sys.argv = ["groundstone", *words]
    try:
        yield
    finally:
        sys.argv = before


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home folder that the commands use."""
    folder = tmp_path / "home"
    monkeypatch.setenv("GROUNDSTONE_HOME", str(folder))
    return folder


@pytest.fixture
def home_with_weights(home: Path, minilm_folder: Path) -> Path:
    home.mkdir()
    (home / "models").symlink_to(minilm_folder.parent, target_is_directory=True)
    return home


@pytest.fixture
def run(home: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs one command as a shell would, within this process."""

    def command(*words: object) -> Outcome:
        capsys.readouterr()
        status = 0
        with _arguments(*map(str, words)):
            try:
                main()
            except SystemExit as stop:
                status = int(stop.code or 0)
        shown = capsys.readouterr()
        return Outcome(status, shown.out, shown.err)

    return command
