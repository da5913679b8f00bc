"""Which operations have a handler, and which of them some test of this folder calls by boto3's name."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

from botocore import xform_name

from groundstone.server.aws import handlers
from groundstone.server.aws.operations import HANDLERS

FOLDER = Path(__file__).parent


def supported() -> list[tuple[str, str]]:
    """Service and operation, sorted."""
    handlers.load()
    return sorted(HANDLERS)


@cache
def called() -> frozenset[str]:
    """Names of methods, and operations of paginators, that the tests here call."""
    found = set()
    for file in FOLDER.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                found.add(node.func.attr)
                if node.func.attr == "get_paginator" and isinstance(node.args[0], ast.Constant):
                    found.add(str(node.args[0].value))
    return frozenset(found)


def is_tested(operation: str) -> bool:
    return xform_name(operation) in called()
