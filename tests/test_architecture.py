"""The rules of the house, held by reading the source: docs/architecture.md says why each exists."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "src" / "groundstone"
FILES = sorted(path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py"))
FLOORS = {
    **dict.fromkeys(("errors", "identity", "text"), 1.0),
    "records": 1.1,  # the ground floor has steps: each noun uses those before it
    "schema": 1.2,
    "filters": 1.3,
    **dict.fromkeys(("config", "telemetry", "jobs", "sandbox"), 2),
    **dict.fromkeys(("models", "stores", "guard"), 3),
    **dict.fromkeys(("questions", "documents", "endpoints"), 4),
    **dict.fromkeys(("knowledge", "forensics", "builder", "training", "verification"), 5),
    "slides": 5.2,
    "applications": 5.5,
    "platform": 6,
    **dict.fromkeys(("apps", "server", "gateways"), 7),
    "cli": 8,
    "__main__": 9,
    "__init__": 9,
}
SEAMS = ("groundstone.models.base", "groundstone.stores.base")  # what every floor above may import
PURE = (
    "groundstone.stores.access",  # a function over filters; no engine behind it
    "groundstone.models.onnxgraph",  # writes bytes
    "groundstone.models.runtime",  # runs networks that a room brings with it, in a child process
    "groundstone.models.tensors",  # reads and writes arrays
)
ONE_FILE = (
    "tokenizers", "lancedb", "boto3", "docx", "uvicorn", "jinja2", "httpx", "xllamacpp", "jsonschema",
    "referencing", "urllib3", "mcp_types",
)  # fmt: skip

# Exceptions. These lists may only shrink: an entry that is no longer needed fails the test too.
ENGINE_IMPORTS = {
    ("server/transcript.py", "groundstone.stores.conversations"),  # one type for annotations
}
SHARED_LIBRARIES = {
    "botocore": {"knowledge/s3.py", "models/bedrock_client.py", "server/aws/model.py"},  # S3, Bedrock, and its model
    "lxml": {"documents/decks/xml.py", "knowledge/parse_html.py"},  # files of Office programs, pages
    "mcp": {"server/mcp.py", "server/mcp_decks.py", "server/mcp_http.py"},
    "onnxruntime": {"documents/ocr_models.py", "models/runtime.py"},
    "PIL": {
        "documents/child_draw.py", "documents/decks/pictures.py", "documents/decks/sketch_canvas.py",
        "documents/decks/sketch_fonts.py", "documents/decode.py", "endpoints/child_pictures.py",
        "forensics/child_sample.py",
        "forensics/forge/dataset.py", "forensics/forge/fonts.py", "forensics/forge/lettering.py",
        "forensics/forge/saves.py", "forensics/layers.py", "forensics/metadata.py", "forensics/picture.py",
    },
    "pi_heif": {"documents/decode.py", "forensics/picture.py"},  # one for reading, one for pixels as stored
    "pypdfium2": {
        "documents/decode_pdf.py", "forensics/pdf_objects.py", "forensics/picture_pdf.py", "knowledge/parse_pdf.py",
    },
    "pyarrow": {"knowledge/rows.py", "stores/lance.py"},
}  # fmt: skip
TRAINS_BY_TORCH = "forensics/article_torch.py"  # an extra, for training alone; it loads no file by torch
LONG_FILES: set[str] = set()
LONG_FUNCTIONS: set[str] = set()
BROAD_EXCEPTS = {
    "server/native.py",  # a sync that fails after the status was sent
    "server/resume.py",  # one part that cannot be taken up must not end the server
    "server/security.py",  # the last stop of every request
    "sandbox/server.py",  # parsers of foreign formats raise anything; the fork reports it
    "server/stream.py",  # an answer that fails after the status was sent
}


@cache
def tree(file: str) -> ast.Module:
    return ast.parse((PACKAGE / file).read_text(encoding="utf-8"))


def imports(file: str, *, types: bool = True) -> Iterator[str]:
    """Modules that a file imports, at any depth; with ``types`` also those that only annotations need."""
    guarded = {
        id(inner)
        for node in ast.walk(tree(file))
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree(file)):
        if not types and id(node) in guarded:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{file}: write imports in full"
            yield from (_target(node.module or "", alias.name) for alias in node.names)


def _target(module: str, name: str) -> str:
    """``from groundstone.models import base`` imports groundstone.models.base."""
    path = PACKAGE.parent.joinpath(*module.split("."), name)
    is_module = module.startswith("groundstone") and (path.is_dir() or path.with_suffix(".py").is_file())
    return f"{module}.{name}" if is_module else module


def room(module: str) -> str:
    """``groundstone.stores.base`` and ``stores/base.py`` lie in the room ``stores``."""
    return module.removeprefix("groundstone.").replace("/", ".").removesuffix(".py").partition(".")[0]


@pytest.mark.parametrize("file", FILES)
def test_imports_point_down_and_never_sideways(file: str) -> None:
    here = room(file)
    ours = [module for module in imports(file) if module.startswith("groundstone.") and room(module) != here]
    for module in ours:
        below = FLOORS[room(module)] < FLOORS[here] or (module in SEAMS and FLOORS[here] >= 3)
        assert below, f"{file} may not import {module}"


def test_only_the_platform_imports_engines() -> None:
    found = {
        (file, module)
        for file in FILES
        for module in imports(file, types=False)
        if FLOORS[room(file)] > 3 and file != "platform.py"
        if room(module) in ("models", "stores", "guard") and module.startswith("groundstone.")
        if module not in (*SEAMS, *PURE)
    }
    assert found == ENGINE_IMPORTS


def test_a_third_party_engine_is_imported_in_one_file() -> None:
    users: dict[str, set[str]] = {}
    for file in FILES:
        for module in imports(file):
            users.setdefault(module.partition(".")[0], set()).add(file)
    for engine in ONE_FILE:
        assert len(users.get(engine, set())) == 1, f"{engine}: {users.get(engine)}"
    assert {name: users[name] for name in SHARED_LIBRARIES} == SHARED_LIBRARIES
    outside_stores = {file for file in users["sqlalchemy"] if not file.startswith("stores/")}
    assert outside_stores == {"builder/ddl.py"}  # it writes SQL for other databases and runs none
    assert {room(file) for file in users["rapidfuzz"]} == {"documents", "questions"}  # words compared despite slips
    assert {file for file in users["cv2"] if not file.startswith(("documents/", "forensics/"))} == set()
    assert {file for file in users["fastapi"] if not file.startswith("server/")} == set()
    assert {file for file in users["click"] if not file.startswith("cli/")} == set()


@pytest.mark.parametrize("command", ["import groundstone", "from groundstone.cli import cli; cli(['--help'])"])
def test_starting_loads_nothing_heavy(command: str) -> None:
    heavy = "{'numpy', 'onnxruntime', 'fastapi', 'sqlalchemy', 'httpx', 'pydantic', 'lxml', 'uvicorn'}"
    code = (
        f"import sys, atexit; atexit.register(lambda: print('heavy:', sorted({heavy} & set(sys.modules)))); {command}"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "heavy: []"


def test_files_and_functions_stay_short() -> None:
    long_files = {file for file in FILES if (PACKAGE / file).read_text(encoding="utf-8").count("\n") > 500}
    long_functions = {
        f"{file}::{node.name}"
        for file in FILES
        for node in ast.walk(tree(file))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (node.end_lineno or 0) - node.lineno >= 60
    }
    assert (long_files, long_functions) == (LONG_FILES, LONG_FUNCTIONS)


def test_nothing_is_caught_that_was_not_expected() -> None:
    found = {file for file in FILES for node in ast.walk(tree(file)) if _swallows(node)}
    assert found == BROAD_EXCEPTS


def _swallows(node: ast.AST) -> bool:
    """``except:``, ``except Exception`` or ``BaseException`` without passing it on."""
    if not isinstance(node, ast.ExceptHandler):
        return False
    kinds = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
    broad = any(kind is None or getattr(kind, "id", "") in ("Exception", "BaseException") for kind in kinds)
    return broad and not (isinstance(node.body[-1], ast.Raise) and node.body[-1].exc is None)


@pytest.mark.parametrize("file", FILES)
def test_data_is_never_executed(file: str) -> None:
    modules = {module.partition(".")[0] for module in imports(file)} - ({"torch"} if file == TRAINS_BY_TORCH else set())
    assert not modules & {"pickle", "marshal", "shelve", "dill", "joblib", "torch", "yaml"}
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Call):
            assert getattr(node.func, "id", "") not in ("eval", "exec", "compile", "__import__"), f"line {node.lineno}"
            assert ast.unparse(node.func) not in ("os.system", "os.popen", "sqlalchemy.text", "sa.text")
            shell = [word for word in node.keywords if word.arg == "shell"]
            assert all(isinstance(word.value, ast.Constant) and word.value.value is False for word in shell)
