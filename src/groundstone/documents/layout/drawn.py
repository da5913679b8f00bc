"""Marks and rulings of one picture together: its ink is looked for once."""

from __future__ import annotations

from typing import Any

from groundstone.documents.base import Mark, Ruling
from groundstone.documents.layout.ink import ink_of
from groundstone.documents.layout.marks import marks_in
from groundstone.documents.layout.rulings import rulings_in


def find_drawn(image: Any) -> tuple[list[Mark], list[Ruling]]:
    """``find_marks`` and ``find_rulings`` of an RGB picture (height, width, 3) of bytes, for a third less time."""
    ink = ink_of(image)
    return ([], []) if ink is None else (marks_in(ink), rulings_in(ink))
