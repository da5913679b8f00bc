"""The documentation says what the code does, and what it shows runs."""

from __future__ import annotations

import ast
import importlib.util
import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import MISSING, fields
from pathlib import Path

import click
import pytest

from groundstone.cli import cli
from groundstone.config import Settings, load
from groundstone.errors import WeightsCorrupt, WeightsMissing
from groundstone.models.fakes import FakeEmbed
from groundstone.models.weights import WeightStore
from groundstone.platform import EMBEDDING_MODEL, Platform
from groundstone.server.app import create_app
from tests.server.live import serving

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "groundstone"
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])
PENDING: set[str] = set()  # pictures that are referred to before they are taken
LINK = re.compile(r"\]\(([^)\s]+)\)")


def text(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def blocks(path: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", path.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


# -- what the pages must name ----------------------------------------------------------------------------


def test_every_setting_is_described_with_its_variable_and_default() -> None:
    rows = re.findall(r"^\| `(\w+)` \| `(\w+)` \| (.+?) \| .+ \|$", text("docs/configuration.md"), re.MULTILINE)
    written = {name: (variable, default.strip("`")) for name, variable, default in rows}
    expected = {spec.name: (f"GROUNDSTONE_{spec.name.upper()}", _default(spec)) for spec in fields(Settings)}
    assert written == expected


def _default(spec: object) -> str:
    default = getattr(spec, "default", MISSING)
    return "~/.groundstone" if default is MISSING else str(default) or "none"


def test_the_command_line_page_is_what_the_commands_say() -> None:
    found = importlib.util.spec_from_file_location("write_cli_docs", ROOT / "tools" / "write_cli_docs.py")
    assert found is not None
    assert found.loader is not None
    tool = importlib.util.module_from_spec(found)
    found.loader.exec_module(tool)
    assert text("docs/cli.md") == tool.page(), "run: python tools/write_cli_docs.py"


def test_every_call_of_the_api_is_described(tmp_path: Path) -> None:
    from groundstone.platform import Platform
    from groundstone.server.app import create_app

    with Platform(Settings(home=tmp_path)) as platform:
        described = create_app(platform).openapi()["paths"]
    calls = {f"{method.upper()} {_bare(path)}" for path, methods in described.items() for method in methods}
    written = re.findall(r"\b(GET|POST|PUT|PATCH|DELETE) (/[^\s`?]*)", text("docs/http-api.md"))
    assert calls - {f"{method} {_bare(path)}" for method, path in written} == set()


def _bare(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "{}", path)


def test_every_table_of_questions_is_described() -> None:
    page = text("docs/questions.md")
    tables = tomllib.loads((PACKAGE / "apps" / "movies" / "app.toml").read_text(encoding="utf-8"))["questions"]
    entries = {entry for name in ("fields", "meanings") for table in tables[name].values() for entry in table}
    assert {name for name in (*tables, *entries) if f"`{name}`" not in page} == set()


def test_every_page_is_listed() -> None:
    listed = {link for link in LINK.findall(text("docs/index.md")) if not link.startswith("..")}
    assert listed == {path.name for path in PAGES if path.parent.name == "docs"} - {"index.md"}


def test_the_plan_names_every_file() -> None:
    plan = next(
        block for block in blocks(ROOT / "docs" / "architecture.md", "text") if block.startswith("groundstone/")
    )
    files = {path.relative_to(PACKAGE.parent).as_posix() for path in PACKAGE.rglob("*.py")}
    assert set(_tree(plan)) == files


def _tree(plan: str) -> Iterator[str]:
    """The files of an indented tree, two blanks a step."""
    folders: list[str] = []
    for line in plan.splitlines():
        name, depth = line.split()[0], (len(line) - len(line.lstrip())) // 2
        del folders[depth:]
        if name.endswith("/"):
            folders.append(name)
        else:
            yield "".join(folders) + name


def test_every_dependency_has_its_reason() -> None:
    declared = tomllib.loads(text("pyproject.toml"))["project"]["dependencies"]
    rows = re.findall(r"^\| `([\w-]+)` \| .+ \| .+ \|$", text("docs/architecture.md"), re.MULTILINE)
    assert {re.split(r"[^\w-]", name)[0] for name in declared} - set(rows) == set()


def test_every_pinned_package_has_a_hash() -> None:
    for name in ("constraints.txt", "constraints-test.txt"):
        pins = re.split(r"^(?=[\w.-]+==)", text(name), flags=re.MULTILINE)[1:]
        assert pins
        assert [pin.split()[0] for pin in pins if "--hash=sha256:" not in pin] == []


def test_every_benchmark_is_described() -> None:
    pages = text("docs/benchmarks.md") + text("docs/evaluation.md")
    runnable = [
        path.name for path in ROOT.glob("benchmarks/*.py") if f"benchmarks/{path.name}" in path.read_text("utf-8")
    ]
    assert [name for name in runnable if f"benchmarks/{name}" not in pages] == []


# -- what the pages point at -----------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_link_is_broken(page: Path) -> None:
    for link in LINK.findall(
        re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    ):
        if link.startswith(("https://", "http://", "mailto:")):
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        if target.is_relative_to(ROOT) and target.relative_to(ROOT).as_posix() in PENDING:
            continue
        assert target.is_file(), f"{page.name}: {link}"
        assert not anchor or anchor in _anchors(target), f"{page.name}: {link}"


def _anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_control_names_a_test_that_exists() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", text("docs/security.md"))
    assert len(named) > 30
    for file, test in named:
        tree = ast.parse(text(file))
        assert test in {getattr(node, "name", "") for node in ast.walk(tree)}, f"{file}::{test}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_that_is_shown_exists(page: Path) -> None:
    for line in "\n".join(blocks(page, "console")).splitlines():
        if line.startswith("$ groundstone "):
            _check_command(shlex.split(line, comments=True)[2:], f"{page.name}: {line}")


def _check_command(words: list[str], where: str) -> None:
    command: click.Command = cli
    while isinstance(command, click.Group):
        assert words, where
        assert words[0] in command.commands, where
        command, words = command.commands[words[0]], words[1:]
    known = {option for parameter in command.params for option in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= known, where


# -- what the pages show runs ----------------------------------------------------------------------------


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with the real weights and nothing else; a folder ``handbook`` lies beside it."""
    models = Path(os.environ.get("GROUNDSTONE_TEST_MODELS") or load().home / "models")
    try:
        WeightStore(models).path(EMBEDDING_MODEL)
    except (WeightsMissing, WeightsCorrupt) as error:
        pytest.skip(f"the page cannot run: {error}")
    home = tmp_path / "home"
    home.mkdir()
    (home / "models").symlink_to(models)
    handbook = tmp_path / "handbook"
    handbook.mkdir()
    (handbook / "leave.md").write_text(
        "# Leave\n\nNew parents have 14 weeks of paid leave.\n\nIt may be taken in two parts.\n"
    )
    (handbook / "travel.txt").write_text(
        "Trains are booked in second class. Flights need the agreement of your manager.\n"
    )
    return home


@pytest.mark.parametrize("page", ["README.md", "docs/knowledge-bases.md"])
def test_the_python_that_is_shown_runs(page: str, home: Path) -> None:
    code = "\n".join(block for block in blocks(ROOT / page, "python") if ADDRESS not in block)
    environment = {**os.environ, "GROUNDSTONE_HOME": str(home)}
    command = [sys.executable, "-W", "error", "-c", code]
    done = subprocess.run(command, cwd=home.parent, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "14 weeks" in done.stdout


ADDRESS = "http://127.0.0.1:8765"


def test_the_clients_that_the_readme_shows_get_answers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Platform(Settings(home=tmp_path)) as platform:
        platform.__dict__["embed"] = FakeEmbed(384)
        platform.install(platform.app("movies")).sync()
        with serving(create_app(platform)) as address:
            for block in blocks(ROOT / "README.md", "python"):
                if ADDRESS in block:
                    exec(compile(block.replace(ADDRESS, address), "README.md", "exec"), {})
    said = capsys.readouterr().out
    assert "directed by Henry Selick" in said
    assert "url_citation" in said
    assert "'name': 'movies'" in said


# -- what no file may hold -------------------------------------------------------------------------------

FOREIGN = re.compile(
    r"pypi\.org|pythonhosted|/simple/\b|--(?:extra-)?index-url[ =]+http|trusted-host"  # where packages come from
    r"|(?<![\w.])/(?:work|root|home|Users)/\w"  # where somebody's files are
)


def test_no_file_names_an_index_or_a_place_of_one_machine() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a checkout of the repository")
    for name in filter(None, listed.stdout.split("\0")):
        path = ROOT / name
        data = path.read_bytes() if path.is_file() and path != Path(__file__) else b""
        found = None if b"\0" in data else FOREIGN.search(data.decode("utf-8", "replace"))
        assert found is None, f"{name} holds {found.group()!r}" if found else ""
