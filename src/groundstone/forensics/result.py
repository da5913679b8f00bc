"""Reports as JSON: the command line prints, the API sends and a kept document stores them alike."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from groundstone.forensics.base import Evidence, Heat, PageReport, Report
from groundstone.records import Box


def report_json(report: Report, *, heat: bool = False) -> dict[str, Any]:
    """A report for callers.

    ``probability`` and ``interval`` are null where there is nothing to judge by. Places are fractions of the page as
    shown; ``score`` of a box is the greatest suspicion in it, from 0 to 1, null without a heat-map. With ``heat`` each
    page has its heat-map: ``rows`` x ``columns`` cells from 0 to 255, row by row, in base64; ``report_of`` reads that.
    """
    worst = next((page for page in report.pages if page.boxes == report.boxes), None)
    return {
        "file": report.file,
        "media_type": report.media_type,
        "page_count": report.page_count,
        **_judged(report),
        "boxes": [_scored(box, worst.heat if worst else None) for box in report.boxes],
        "pages": [_page_json(page, heat) for page in report.pages],
    }


def report_of(data: Mapping[str, Any]) -> Report:
    """A report that was written with its heat-maps; numbers are as exact as they were written."""
    pages = tuple(
        PageReport(
            one["number"], one["width"], one["height"], **_judgement_of(one), boxes=_boxes_of(one["boxes"]),
            heat=_heat_of(one.get("heat")),
        )
        for one in data["pages"]
    )  # fmt: skip
    return Report(
        data["file"], data["media_type"], data["page_count"], **_judgement_of(data), boxes=_boxes_of(data["boxes"]),
        pages=pages,
    )  # fmt: skip


def _page_json(page: PageReport, heat: bool) -> dict[str, Any]:
    told = {
        "number": page.number,
        "width": page.width,
        "height": page.height,
        **_judged(page),
        "boxes": [_scored(box, page.heat) for box in page.boxes],
    }
    return told | {"heat": _heat_json(page.heat)} if heat else told


def _judged(found: Report | PageReport) -> dict[str, Any]:
    return {
        "verdict": found.verdict,
        "probability": _rounded(found.probability),
        "interval": [_rounded(bound) for bound in found.interval] if found.interval else None,
        "basis": found.basis,
        "evidence": [
            {
                "kind": one.kind,
                "text": one.text,
                "odds": round(one.odds, 3),
                "boxes": [_box_json(box) for box in one.boxes],
            }
            for one in found.evidence
        ],
    }


def _scored(box: Box, heat: Heat | None) -> dict[str, Any]:
    return {**_box_json(box), "score": None if heat is None else round(hottest(heat, box), 3)}


def hottest(heat: Heat, box: Box) -> float:
    """The greatest suspicion in a place, from 0 to 1; a place smaller than a cell is in one."""
    first, last = int(box.top * heat.rows), int((box.top + box.height) * heat.rows - 1e-9)
    left, right = int(box.left * heat.columns), int((box.left + box.width) * heat.columns - 1e-9)
    rows = range(min(first, heat.rows - 1), min(max(first, last), heat.rows - 1) + 1)
    start, end = min(left, heat.columns - 1), min(max(left, right), heat.columns - 1) + 1
    return (
        max((max(heat.cells[row * heat.columns + start : row * heat.columns + end]) for row in rows), default=0) / 255
    )


def _box_json(box: Box) -> dict[str, Any]:
    return {"page": box.page} | {name: round(getattr(box, name), 5) for name in ("left", "top", "width", "height")}


def _heat_json(heat: Heat | None) -> dict[str, Any] | None:
    if heat is None:
        return None
    return {"rows": heat.rows, "columns": heat.columns, "cells": base64.b64encode(heat.cells).decode()}


def _judgement_of(data: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "verdict": data["verdict"],
        "basis": data["basis"],
        "probability": data["probability"],
        "interval": tuple(data["interval"]) if data["interval"] else None,
        "evidence": tuple(
            Evidence(one["kind"], one["text"], one["odds"], _boxes_of(one["boxes"])) for one in data["evidence"]
        ),
    }


def _boxes_of(data: list[dict[str, Any]]) -> tuple[Box, ...]:
    return tuple(Box(one["left"], one["top"], one["width"], one["height"], one["page"]) for one in data)


def _heat_of(data: Mapping[str, Any] | None) -> Heat | None:
    return None if data is None else Heat(data["rows"], data["columns"], base64.b64decode(data["cells"]))


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)
