"""The child's part of the leak check: what the pages of a foreign file look like. Called in a limited process."""

from __future__ import annotations

from typing import Any

import cv2

from groundstone.errors import InvalidInput, UnreadableDocument
from groundstone.forensics.likeness import print_of
from groundstone.forensics.picture import load

MOST_PAGES = 5  # of one file that are compared
_SEVERAL = ("application/pdf", "image/tiff")


def prepare() -> None:
    """What this file imports is there before any process is forked."""
    cv2.setNumThreads(1)


def parse(data: bytes, media_type: str) -> dict[str, Any]:
    """``prints``: of each of the first pages that has enough on it; see likeness.Print.

    Raises UnreadableDocument, UnsupportedDocument, DocumentTooLarge.
    """
    found = []
    for number in range(1, (MOST_PAGES if media_type in _SEVERAL else 1) + 1):
        try:
            pixels = load(data, media_type, number).rgb
        except UnreadableDocument:
            raise
        except InvalidInput:
            break  # there are no more pages
        made = print_of(pixels)
        if made is not None:
            found.append(made.to_json())
    return {"prints": found}
