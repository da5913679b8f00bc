"""The child's part of reading what a file tells beside its pixels."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import cv2

from groundstone.forensics import metadata


def parse(data: bytes, media_type: str) -> dict[str, Any]:
    """``evidence``: each with ``kind``, ``text``, ``odds`` and ``boxes`` (left, top, width, height, page)."""
    cv2.setNumThreads(1)
    if media_type == "application/pdf":
        from groundstone.forensics import pdf

        found = pdf.of_file(data)
    else:
        found = metadata.of_file(data, media_type)
    return {"evidence": [asdict(one) for one in found]}
