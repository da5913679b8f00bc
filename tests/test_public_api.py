"""What ``from groundstone import ...`` offers, and that each name says what it is."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import groundstone

# May only shrink: a name that has a docstring by now fails the test too.
UNDOCUMENTED = {"And", "Compare", "Not", "Or"}


def test_the_export_list_is_sorted_and_complete() -> None:
    assert groundstone.__all__ == sorted(set(groundstone.__all__))
    assert sorted(name for name in dir(groundstone) if not name.startswith("__")) == groundstone.__all__


def test_a_star_import_gives_exactly_the_export_list() -> None:
    # In a process of its own: what other tests imported would show up as attributes of the package.
    code = "from groundstone import *; print(sorted(name for name in globals() if not name.startswith('__')))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == repr(groundstone.__all__)


@pytest.mark.parametrize("name", groundstone.__all__)
def test_a_public_name_is_defined_where_it_is_said_to_be(name: str) -> None:
    found = getattr(groundstone, name)
    assert inspect.isclass(found) or inspect.isfunction(found)
    assert (found.__module__, found.__name__) == (groundstone._EXPORTS[name], name)


def test_every_public_name_has_a_docstring() -> None:
    # Read from the source, since a dataclass without one is given its signature instead.
    assert {name for name in groundstone.__all__ if not _docstring(name)} == UNDOCUMENTED


def _docstring(name: str) -> str | None:
    module = import_module(groundstone._EXPORTS[name])
    tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and node.name == name:
            return ast.get_docstring(node)
    raise AssertionError(f"{name} is not defined in {module.__name__}")


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        _ = groundstone.Nothing
