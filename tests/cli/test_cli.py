"""The command line: what it prints, and its exit statuses."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from groundstone import __version__
from groundstone.config import load
from groundstone.identity import LOCAL
from groundstone.platform import Platform

from .conftest import Run

CSV = "id,title,price,town\nh1,Mill Cottage,420000,Orford\nh2,Harbour Loft,615000,Kingsport\n"
QUESTIONS = [
    {"id": "q1", "kind": "fact", "question": "Who directed Jaws?", "history": [],
     "expect": {"fact": {"document": "jaws-1975", "field": "directors", "values": ["Steven Spielberg"]}}},
    {"id": "q2", "kind": "fact", "question": "Who directed Heat?", "history": [],
     "expect": {"fact": {"document": "heat-1995", "field": "directors", "values": ["Somebody Else"]}}},
]  # fmt: skip


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "houses.csv"
    path.write_text(CSV, encoding="utf-8")
    return path


def one_line(text: str) -> bool:
    return text.endswith("\n") and text.count("\n") == 1


def test_version_and_help(run: Run) -> None:
    assert run("--version").out == f"groundstone, version {__version__}\n"
    shown = run("-h")
    assert shown.status == 0
    assert all(word in shown.out for word in ("demo", "serve", "kb", "models", "movies", "evaluate"))


@pytest.mark.parametrize("command", ["kb", "models", "movies"])
def test_every_subcommand_explains_itself(run: Run, command: str) -> None:
    from groundstone.cli import cli

    group = cli.commands[command]
    for name in group.commands:  # type: ignore[attr-defined]
        shown = run(command, name, "--help")
        assert shown.status == 0
        assert len(shown.out.splitlines()[2].strip()) > 20


def test_the_life_of_a_knowledge_base(run: Run, home_with_weights: Path, table: Path) -> None:
    made = run("kb", "create", "houses", table, "--about", "houses for sale")
    assert made.status == 0
    assert "groundstone kb sync houses" in made.out
    assert "price" in made.out
    assert run("kb", "list").out == "houses\n"
    assert "empty" in run("kb", "status", "houses").out

    synced = run("kb", "sync", "houses")
    assert synced.status == 0
    assert "version 1: 2 new, 0 changed, 0 deleted" in synced.out
    assert "2 unchanged" in run("kb", "sync", "houses").out

    answer = run("kb", "ask", "houses", "highest price")
    assert "Harbour Loft" in answer.out
    assert "[1]" in answer.out
    assert "exact, from fields" in answer.out
    data = json.loads(run("kb", "ask", "houses", "highest price", "--json").out)
    assert data["citations"][0]["document_id"] == "h2"

    found = run("kb", "search", "houses", "cottage", "--where", '{"field": "town", "op": "eq", "value": "orford"}')
    assert "Mill Cottage" in found.out
    assert "Harbour Loft" not in found.out
    explained = run("kb", "search", "houses", "cottage", "--explain", "--limit", 1).out
    assert json.loads(explained.splitlines()[1])["meaning_rank"] == 1

    table.write_text(CSV + "h3,Orchard House,980000,Orford\n", encoding="utf-8")
    assert "1 new" in run("kb", "sync", "houses").out
    rolled = run("kb", "rollback", "houses", 1)
    assert "version 3 has the content of version 1: 2 documents" in rolled.out
    assert "Orchard" not in run("kb", "ask", "houses", "highest price").out
    assert run("kb", "status", "houses").out.count("\n") == 5

    assert run("kb", "delete", "houses", "--yes").out == "houses is deleted\n"
    assert run("kb", "list").out == ""


def test_a_schema_is_shown_and_taken_back(run: Run, home_with_weights: Path, table: Path, tmp_path: Path) -> None:
    run("kb", "create", "houses", table)
    assert "title" in run("kb", "schema", "houses").out
    written = tmp_path / "schema.json"
    written.write_text(run("kb", "schema", "houses", "--json").out, encoding="utf-8")
    assert run("kb", "create", "again", table, "--schema", written).status == 0
    assert run("kb", "schema", "again", "--json").out == written.read_text(encoding="utf-8")


@pytest.mark.parametrize("text", ["{", "[]", "7", '{"fields": 7}', '{"fields": [{"name": "a", "type": "colour"}]}'])
def test_a_schema_that_is_none_is_one_line(run: Run, table: Path, tmp_path: Path, text: str) -> None:
    written = tmp_path / "schema.json"
    written.write_text(text, encoding="utf-8")
    shown = run("kb", "create", "houses", table, "--schema", written)
    assert shown.status == 1
    assert one_line(shown.err)
    assert run("kb", "list").out == ""


def test_columns_are_renamed(run: Run, home_with_weights: Path, table: Path) -> None:
    made = run("kb", "create", "houses", table, "--map", "cost=price", "--map", "title=title", "--map", "id=id")
    assert made.status == 0
    assert "cost" in made.out
    assert run("kb", "create", "others", table, "--map", "nonsense").status == 2


@pytest.mark.parametrize(
    "words",
    [
        ("kb", "ask", "nothing", "who?"),
        ("kb", "sync", "nothing"),
        ("kb", "status", "nothing"),
        ("kb", "delete", "nothing", "--yes"),
        ("kb", "rollback", "nothing", "1"),
        ("kb", "search", "nothing", "x"),
        ("kb", "search", "nothing", "x", "--where", "{"),
        ("kb", "search", "nothing", "x", "--where", '{"field": "a"}'),
        ("kb", "create", "Not A Name", "."),
        ("models", "pull", "no-such-model"),
        ("models", "verify", "no-such-model"),
    ],
)
def test_an_error_is_one_line_with_status_1(run: Run, words: tuple[str, ...]) -> None:
    shown = run(*words)
    assert shown.status == 1
    assert shown.err.startswith("groundstone: ")
    assert one_line(shown.err)
    assert shown.out == ""


@pytest.mark.parametrize(
    "words",
    [("nonsense",), ("kb", "nonsense"), ("kb", "ask"), ("kb", "search", "a", "b", "--limit", "0"), ("demo", "-x")],
)
def test_wrong_usage_is_status_2(run: Run, words: tuple[str, ...]) -> None:
    shown = run(*words)
    assert shown.status == 2
    assert "Traceback" not in shown.err


def test_a_wrong_setting_is_one_line(run: Run, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GROUNDSTONE_PORT", "many")
    shown = run("kb", "list")
    assert shown.status == 1
    assert "GROUNDSTONE_PORT" in shown.err
    assert one_line(shown.err)


def test_what_cannot_be_read_is_told_with_status_3(run: Run, home_with_weights: Path, tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "good.md").write_text("# Trains\n\nTrains are booked in second class.\n", encoding="utf-8")
    (folder / "bad.pdf").write_bytes(b"%PDF-1.7 but no more")
    assert run("kb", "create", "mixed", folder).status == 0
    synced = run("kb", "sync", "mixed")
    assert synced.status == 3
    assert "1 new" in synced.out
    assert "bad.pdf" in synced.err
    assert "second class" in run("kb", "ask", "mixed", "In which class are trains booked?").out


def test_the_demonstration_and_the_evaluation(run: Run, home_with_weights: Path, tmp_path: Path) -> None:
    shown = run("demo")
    assert shown.status == 0
    assert "> Who directed The Nightmare Before Christmas?" in shown.out
    assert "Henry Selick" in shown.out
    assert "films read" in shown.err
    again = run("demo", "Who directed Jaws?")
    assert "Steven Spielberg" in again.out
    assert again.err == ""

    asked = tmp_path / "asked.jsonl"
    asked.write_text("".join(json.dumps(line) + "\n" for line in QUESTIONS), encoding="utf-8")
    report = run("evaluate", "movies", asked)
    assert report.status == 0
    assert "Who directed Heat?" not in report.out
    failures = run("evaluate", "movies", asked, "--failures").out
    assert failures.startswith(report.out.split("seconds")[0][:40])
    assert "Who directed Heat?" in failures
    assert "Who directed Jaws?" not in failures
    assert "Outcome(" not in failures
    assert json.loads(run("evaluate", "movies", asked, "--json").out)
    assert run("evaluate", "unheard-of").status == 2


def test_a_catalogue_of_other_origin_becomes_a_knowledge_base(
    run: Run, home_with_weights: Path, tmp_path: Path
) -> None:
    path = tmp_path / "films.json"
    films = [
        {"title": "Heat", "year": 1995, "cast": ["Al Pacino"], "genres": ["Crime"],
         "extract": "Heat is a 1995 American crime film written and directed by Michael Mann."},
        {"title": "Coco", "year": 2017, "cast": ["Anthony Gonzalez"], "genres": ["Animated"],
         "extract": "Coco is a 2017 American animated film directed by Lee Unkrich."},
    ]  # fmt: skip
    path.write_text(json.dumps(films), encoding="utf-8")
    imported = run("movies", "import", path, "--into", "mine")
    assert imported.status == 0, imported.err
    assert "2 new" in imported.out
    assert "Michael Mann" in run("kb", "ask", "mine", "Who directed Heat?").out
    assert run("movies", "import", path, "--format", "unheard-of").status == 1


def test_models_are_listed_verified_bundled_and_loaded(
    run: Run, home_with_weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = run("models", "weights").out.splitlines()
    assert listed[0].split()[:3] == ["name", "kind", "here"]
    assert any(line.startswith("all-minilm-l6-v2") and " yes " in line for line in listed)
    assert "all-minilm-l6-v2: verified" in run("models", "verify").out
    target = tmp_path / "models.tar"
    assert run("models", "bundle", target, "all-minilm-l6-v2").status == 0
    monkeypatch.setenv("GROUNDSTONE_HOME", str(tmp_path / "other"))
    assert run("models", "verify", "all-minilm-l6-v2").status == 1
    assert run("models", "load", target).out == "all-minilm-l6-v2: verified\n"
    assert run("models", "verify").out == "all-minilm-l6-v2: verified\n"


def test_a_bundle_that_is_none_is_one_line(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "no.tar"
    path.write_bytes(b"not a tar file")
    shown = run("models", "load", path)
    assert shown.status == 1
    assert one_line(shown.err)


# -- real processes ----------------------------------------------------------------------------------------


def environment(home: Path) -> dict[str, str]:
    return os.environ | {"GROUNDSTONE_HOME": str(home), "PYTHONUNBUFFERED": "1"}


def test_a_second_process_that_syncs_the_same_base_is_told_to_wait(
    run: Run, home_with_weights: Path, table: Path
) -> None:
    run("kb", "create", "houses", table)
    with Platform(load()) as platform, platform.kb("houses").collection.writer(LOCAL):
        second = subprocess.run(
            [sys.executable, "-m", "groundstone", "kb", "sync", "houses"],
            env=environment(home_with_weights), capture_output=True, text=True, timeout=60,
        )  # fmt: skip
    assert second.returncode == 1
    assert one_line(second.stderr)
    assert "houses" in second.stderr
    assert run("kb", "sync", "houses").status == 0


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
def test_ctrl_c_is_status_130(run: Run, home_with_weights: Path, table: Path) -> None:
    run("kb", "create", "houses", table)
    process = subprocess.Popen(
        [sys.executable, "-m", "groundstone", "kb", "delete", "houses"],
        env=environment(home_with_weights),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,
    )
    with process:
        assert process.stdout is not None
        shown = process.stdout.read(1)  # the question is asked
        process.send_signal(signal.SIGINT)
        rest, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert (shown + rest).startswith(b"Delete houses")
    assert b"stopped" in errors
    assert run("kb", "list").out == "houses\n"
