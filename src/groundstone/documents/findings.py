"""Findings and layouts as JSON: the command line prints, the API sends and a kept document stores them alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from groundstone.documents.base import Candidate, Finding, Layout, Mark, Place, Query, Region, Table, Word
from groundstone.records import Box, Scalar

BY_HAND = "person"  # ``reader`` of what a person chose


def answer_json(finding: Finding) -> dict[str, Any]:
    """A finding for callers: the question, the answer or null, how sure it is, and where it stands.

    ``box`` and ``polygon`` are fractions of the page. ``confidence`` of a null is that of there being no answer.
    """
    found = finding.answer
    return {
        "text": finding.query.text,
        "alias": finding.query.alias,
        "answer": found.text if found else None,
        "confidence": round(finding.confidence, 4),
        **_where(found.region if found else None),
        "value": _plain(found.value) if found else None,
        "kind": found.kind if found else None,
        "label": region_json(found.label) if found and found.label else None,
        "field": finding.field,
        "reasons": list(finding.reasons),
        "candidates": [_candidate_json(candidate) for candidate in finding.candidates],
    }


def box_json(box: Box) -> dict[str, float]:
    return {name: round(getattr(box, name), 5) for name in ("left", "top", "width", "height")}


def polygon_json(place: Place) -> list[list[float]]:
    return [[round(x, 5), round(y, 5)] for x, y in place.points]


def _where(region: Region | None) -> dict[str, Any]:
    if region is None:
        return {"page": None, "box": None, "polygon": None}
    place = region.place
    return {"page": place.page, "box": box_json(place.box), "polygon": polygon_json(place)}


def region_json(region: Region) -> dict[str, Any]:
    """Words of a page and where they stand, for callers."""
    return {"text": region.text, **_where(region)}


def _candidate_json(candidate: Candidate) -> dict[str, Any]:
    return {
        "text": candidate.text,
        "confidence": round(candidate.confidence, 4),
        **_where(candidate.region),
        "value": _plain(candidate.value),
        "kind": candidate.kind,
        "label": region_json(candidate.label) if candidate.label else None,
        "reader": candidate.reader,
        "reasons": list(candidate.reasons),
    }


def _plain(value: Scalar | None) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def mark_json(mark: Mark) -> dict[str, Any]:
    shown = {"checked": mark.checked, "confidence": round(mark.confidence, 3), "page": mark.place.page}
    return {**shown, "polygon": polygon_json(mark.place)}


def layout_json(found: Layout) -> dict[str, Any]:
    """Labels with their values, tables and check boxes, for callers."""
    pairs = [
        {
            "key": region_json(pair.key),
            "value": region_json(pair.value) if pair.value else None,
            "checked": pair.value.marks[0].checked if pair.value and pair.value.marks else None,
            "confidence": round(pair.confidence, 3),
        }
        for pair in found.pairs
    ]
    return {
        "pairs": pairs,
        "tables": [_table(table) for table in found.tables],
        "marks": [mark_json(mark) for mark in found.marks],
    }


def _table(table: Table) -> dict[str, Any]:
    named = ("row", "column", "rows", "columns", "is_header")
    return {
        "page": table.place.page,
        "box": box_json(table.place.box),
        "rows": table.rows,
        "columns": table.columns,
        "title": table.title.text if table.title else "",
        "confidence": round(table.confidence, 3),
        "cells": [
            {**region_json(cell.content), **{name: getattr(cell, name) for name in named}} for cell in table.cells
        ],
    }


# -- to be kept, and read again ------------------------------------------------------------------------------


def finding_json(finding: Finding) -> dict[str, Any]:
    """Everything of a finding; ``finding_of`` reads it again, equal to the one before."""
    answer = finding.answer
    return {
        "query": query_json(finding.query),
        "answer": _kept_candidate(answer) if answer else None,
        "confidence": finding.confidence,
        "candidates": [_kept_candidate(candidate) for candidate in finding.candidates],
        "field": finding.field,
        "reasons": list(finding.reasons),
    }


def finding_of(data: dict[str, Any]) -> Finding:
    return Finding(
        query_of(data["query"]),
        _candidate_of(data["answer"]) if data["answer"] else None,
        data["confidence"],
        tuple(_candidate_of(candidate) for candidate in data["candidates"]),
        data["field"],
        tuple(data["reasons"]),
    )


def query_json(query: Query) -> dict[str, Any]:
    return {"text": query.text, "alias": query.alias, "pages": list(query.pages)}


def query_of(data: Mapping[str, Any]) -> Query:
    return Query(data["text"], data["alias"], tuple(data["pages"]))


def by_hand(finding: Finding, text: str | None, place: Place | None) -> Finding:
    """The finding with what a person says instead; without a place the words have none on the page."""
    if text is None:
        return replace(finding, answer=None, confidence=1.0)
    region = Region(text, 1.0, place or Place.of(0, 0, 0, 0))
    return replace(finding, answer=Candidate(text, 1.0, region, reader=BY_HAND), confidence=1.0)


def place_json(place: Place) -> dict[str, Any]:
    return {"page": place.page, "points": [list(point) for point in place.points]}


def place_of(data: dict[str, Any]) -> Place:
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = data["points"]
    return Place(((ax, ay), (bx, by), (cx, cy), (dx, dy)), data["page"])


def _kept_candidate(candidate: Candidate) -> dict[str, Any]:
    value = candidate.value
    return {
        "text": candidate.text,
        "confidence": candidate.confidence,
        "region": _kept_region(candidate.region),
        "value": {"date": value.isoformat()} if isinstance(value, date) else value,
        "kind": candidate.kind,
        "label": _kept_region(candidate.label) if candidate.label else None,
        "reader": candidate.reader,
        "reasons": list(candidate.reasons),
    }


def _candidate_of(data: dict[str, Any]) -> Candidate:
    value = data["value"]
    return Candidate(
        data["text"],
        data["confidence"],
        _region_of(data["region"]),
        date.fromisoformat(value["date"]) if isinstance(value, dict) else value,
        data["kind"],
        _region_of(data["label"]) if data["label"] else None,
        data["reader"],
        tuple(data["reasons"]),
    )


def _kept_region(region: Region) -> dict[str, Any]:
    return {
        "text": region.text,
        "confidence": region.confidence,
        "place": place_json(region.place),
        "words": [[word.text, word.confidence, place_json(word.place)] for word in region.words],
        "marks": [[mark.checked, mark.confidence, place_json(mark.place)] for mark in region.marks],
    }


def _region_of(data: dict[str, Any]) -> Region:
    words = tuple(Word(text, confidence, place_of(place)) for text, confidence, place in data["words"])
    marks = tuple(Mark(checked, confidence, place_of(place)) for checked, confidence, place in data["marks"])
    return Region(data["text"], data["confidence"], place_of(data["place"]), words, marks)
