"""``groundstone verification``, as it is typed."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from groundstone.cli import cli
from tests.verification.standin import CARD, UNSURE, StandIn
from tests.verification.wiring import VerifyingPlatform


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    monkeypatch.setattr("groundstone.platform.Platform", lambda: VerifyingPlatform(tmp_path / "home", StandIn()))
    for name, data in (("card.jpg", CARD), ("unsure.jpg", UNSURE), ("broken.jpg", b"junk")):
        (tmp_path / name).write_bytes(data)
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str, code: int = 0) -> Result:
        done = CliRunner().invoke(cli, ["verification", *arguments])
        assert done.exit_code == code, done.output
        return done

    return call


def test_documents_are_submitted_listed_reviewed_and_exported(run: object, tmp_path: Path) -> None:
    assert callable(run)
    said = run("submit", "card.jpg", "unsure.jpg", "broken.jpg", "--name", "Jane Q. Example").output
    first, second, third = said.splitlines()
    assert first.endswith("card.jpg  verified")
    assert second.endswith("unsure.jpg  review")
    assert third.endswith("dead  broken.jpg is no document that can be read")
    unsure, broken = second.split()[0], third.split()[0]
    assert "verified" in run("list", "--outcome", "verified").output
    assert "broken.jpg" in run("list", "--state", "dead").output
    shown = run("show", unsure).output
    assert "CERT_VAC_STATUS: (no answer)" in shown
    assert "vaccinated: cannot be told" in shown
    assert json.loads(run("show", unsure, "--json").output)["outcome"] == "review"
    assert "say what to --correct" in run("review", unsure, code=2).output
    run("review", unsure, "--correct", "CERT_VAC_STATUS", code=1)
    done = run("review", unsure, "--correct", "CERT_VAC_STATUS=Fully Vaccinated", "--decide", "verified").output
    assert done.endswith("unsure.jpg  verified\n")
    assert "decided: verified" in run("show", unsure).output
    assert run("export").output.count("\n") == 8
    run("export", "all.csv", "--header")
    assert (tmp_path / "all.csv").read_bytes().count(b"\r\n") == 9
    assert "dead" in run("retry", broken).output
    assert "name documents, or say --all" in run("retry", code=2).output
    assert "dropped" in run("drop", "--all").output
    assert run("progress").output.startswith("waiting 0, working 0, verified 2, refused 0, review 0, dead 0;")
    assert run("purge", unsure).output == "1 deleted\n"
    assert run("purge").output == "0 deleted\n"


def test_what_is_only_taken_in_is_worked_on_by_another(run: object, tmp_path: Path) -> None:
    assert callable(run)
    assert run("submit", "card.jpg", "--no-wait").output.endswith("card.jpg  waiting\n")
    uploads = tmp_path / "home" / "buckets" / "cards" / "uploads"
    uploads.mkdir(parents=True)
    (uploads / "other.jpg").write_bytes(CARD)
    os.utime(uploads / "other.jpg", (time.time() - 60,) * 2)
    assert "verified 2" in run("watch", "--once").output


def test_samples_are_submitted_with_their_travellers(
    run: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert callable(run)
    samples = tmp_path / "samples"
    samples.mkdir()
    (samples / "card.jpg").write_bytes(CARD)
    (samples / "travellers.csv").write_text("file,name\ncard.jpg,Somebody Else\n")
    (samples / "expected.json").write_text("[]")
    assert "no sample documents ship with vaccination" in str(run("samples", code=1).exception)
    monkeypatch.setattr(
        "groundstone.platform.Platform", lambda: VerifyingPlatform(tmp_path / "home", StandIn(), samples=samples)
    )
    assert run("samples").output.endswith("card.jpg  refused\n")
