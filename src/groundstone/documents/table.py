"""Findings as the table that the article's workflow writes: sixteen columns, no header.

The form is that of the CSV task of Amazon's document-processing constructs: times with zone and without fractions, the
name of the document with the suffix .json, confidences from 0 to 100, keys without a place of their own ("1" and four
"0"), and a row for each query on each page that it asks; where a page does not answer, the last column is "0 " with a
blank, as there.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import PurePosixPath

from groundstone.documents.base import Candidate, Finding
from groundstone.documents.ranges import holds

COLUMNS = (
    "timestamp", "classification", "filename", "page", "key", "key_confidence", "value", "value_confidence",
    "key_bb_top", "key_bb_height", "key_bb_width", "key_bb_left",
    "value_bb_top", "value_bb_height", "value_bb_width", "value_bb_left",
)  # fmt: skip
Row = list[str]


def csv_rows(
    findings: Sequence[Finding], name: str, at: datetime, *, pages: Sequence[int] = (1,), classification: str = ""
) -> list[Row]:
    """The rows of one document.

    Args:
        name: the document's file name.
        at: when it was done; written in its own time zone.
        pages: the numbers of the pages that were read.
    """
    stem = PurePosixPath(name.replace("\\", "/")).stem
    head = [at.replace(microsecond=0).isoformat(), classification, f"{stem}.json"]
    return [head + _row(finding, page) for page in pages for finding in findings if holds(finding.query.pages, page)]


def csv_text(rows: Iterable[Row], *, header: bool = False) -> str:
    """Rows as CSV, lines ending in CRLF."""
    out = io.StringIO()
    writer = csv.writer(out)
    if header:
        writer.writerow(COLUMNS)
    writer.writerows(rows)
    return out.getvalue()


def _row(finding: Finding, page: int) -> Row:
    answer, key = finding.answer, [str(page), finding.query.name, "1"]
    if answer is None or answer.region.place.page != page:
        return [*key, "", "1", "0", "0", "0", "0", "0", "0", "0", "0 "]
    return [*key, answer.text, str(100 * finding.confidence), "0", "0", "0", "0", *_box(answer)]


def _box(answer: Candidate) -> Row:
    box = answer.region.place.box
    return [str(value) for value in (box.top, box.height, box.width, box.left)]
