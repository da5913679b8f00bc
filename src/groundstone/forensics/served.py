"""Forensics behind an endpoint: how the folder of a trained model becomes a function from files to reports."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from groundstone.endpoints.reports import Load, Look
from groundstone.forensics import model_folder
from groundstone.forensics.result import report_json
from groundstone.forensics.service import Forensics

if TYPE_CHECKING:
    from groundstone.documents.service import Documents

NAME = "request"  # a body has no file name


def loader(shipped: Callable[[], Forensics], documents: Callable[[], Documents], at_once: int = 0) -> Load:
    """What an endpoint's runner loads models with.

    Args:
        shipped: what judges when no folder is named.
        documents, at_once: for those that judge by a trained model, as for Forensics.
    """

    def load(folder: Path | None) -> tuple[Look, Callable[[], None]]:
        """Raises InvalidInput, WrongModel, WeightsCorrupt."""
        if folder is None:
            return looking(shipped()), lambda: None
        own = Forensics(documents, at_once, weigh=model_folder.read(folder).weigh())
        return looking(own), own.close

    return load


def looking(forensics: Forensics) -> Look:
    def look(data: bytes, media_type: str) -> Mapping[str, Any]:
        return report_json(forensics.check(data, NAME))

    return look
