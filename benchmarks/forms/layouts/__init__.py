"""The layouts, by family. ``ALL`` holds them; a layout is a function that fills in a form."""

from __future__ import annotations

from benchmarks.forms.layouts import (
    amounts,
    applications,
    below,
    bookings,
    boxes,
    business,
    doses,
    heads,
    identity,
    periods,
    receipts,
    strips,
    vaccination,
)
from benchmarks.forms.layouts.base import LAYOUTS, Layout

ALL: tuple[Layout, ...] = tuple(LAYOUTS)
__all__ = [
    "ALL",
    "Layout",
    "amounts",
    "applications",
    "below",
    "bookings",
    "boxes",
    "business",
    "doses",
    "heads",
    "identity",
    "periods",
    "receipts",
    "strips",
    "vaccination",
]
