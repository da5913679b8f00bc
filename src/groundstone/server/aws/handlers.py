"""Finds the functions that answer operations: importing a module of this package registers those it holds."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from groundstone.server import aws
from groundstone.server.aws.operations import HANDLERS, Handler


@cache
def load() -> None:
    """Import every module of this package, once."""
    for module in iter_modules(aws.__path__, f"{aws.__name__}."):
        import_module(module.name)


def find(service: str, operation: str) -> Handler | None:
    load()
    return HANDLERS.get((service, operation))
