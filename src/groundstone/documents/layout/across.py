"""Tables that read across: each row begins with its label, and each column beside it is one of several things.

    Dose #           1st           2nd
    Date of dose     2021-07-01    2021-10-02

They are told from forms by their rows: the values of one row are of one kind, and none of them reads like a label.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from groundstone.documents.layout import labels

LEAST_COLUMNS, LEAST_ROWS = 3, 2
LIKELY = 0.4  # the least likeness of labels, on average
CLEARLY = 0.15  # how much more a label reads like one than the values of its row
SHARE = 0.7  # of the rows, or of their values, for which it holds
ORDINAL = re.compile(
    r"^(?:[^\W\d_]+\.?\s)?\(?(?:[1-9]\d?(?:st|nd|rd|th|er|[eè]re?|[eè]me|[.ªº°])?|i{1,3}|iv|first|second|third|fourth)\)?"
    r"(?:\s[^\W\d_]+)?$",
    re.I,
)
DATE = re.compile(
    r"\d{1,4}\s*[-/.\s]\s*(?:\d{1,2}|[^\W\d_]{3,9}\.?)\s*[-/.,\s]\s*\d{1,4}|[^\W\d_]{3,9}\.? \d{1,2},? \d{4}"
)


def reads_across(rows: Sequence[Sequence[str]]) -> bool:
    """Whether a table of texts, "" for what is empty, reads across; rows as wide as each other."""
    if len(rows) < LEAST_ROWS or len(rows[0]) < LEAST_COLUMNS:
        return False
    body = rows[1:] if is_numbered(rows[0]) and not _is_told(rows[0]) else rows
    told = [_is_told(row) for row in body]
    if len(body) < LEAST_ROWS - (body is not rows) or sum(told) < SHARE * len(told):
        return False
    if sum(labels.likeness(row[0]) for row in body) < LIKELY * len(body):
        return False
    several = [row for row in body if sum(map(bool, row[1:])) > 1]
    alike = [row for row in several if len({_kind(text) for text in row[1:] if text}) == 1]
    telling = [row for row in alike if _kind(row[1] or row[2]) != "words"]
    return len(several) * 2 > len(body) and len(alike) >= SHARE * len(several) and len(telling) * 2 >= len(alike) > 0


def is_numbered(row: Sequence[str]) -> bool:
    """The places behind the first count the columns: "1st", "Dose 2", "III"."""
    found = [text for text in row[1:] if text]
    return len(found) > 1 and len(set(found)) == len(found) and all(map(ORDINAL.match, found))


def _is_told(row: Sequence[str]) -> bool:
    """The row begins with a label, and only there."""
    values = [labels.likeness(text) for text in row[1:] if text]
    return bool(row[0]) and bool(values) and labels.likeness(row[0]) - max(values) > CLEARLY


def _kind(text: str) -> str:
    if ORDINAL.match(text):
        return "ordinal"
    if DATE.search(text):
        return "date"
    return "code" if any(letter.isdigit() for letter in text) else "words"
