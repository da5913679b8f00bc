"""The child's part of examining: how many pages a file has and how large the first is."""

from __future__ import annotations

from typing import Any


def parse(data: bytes, media_type: str) -> dict[str, Any]:
    """``page_count``, ``width`` and ``height``. Raises UnreadableDocument, UnsupportedDocument, DocumentTooLarge."""
    if media_type == "application/pdf":
        from groundstone.documents.decode_pdf import Pdf

        file = Pdf(data)
        page = file.page(1)
        return {"page_count": len(file), "width": round(page.width), "height": round(page.height)}
    from groundstone.documents.decode import sizes

    count, width, height = sizes(data, media_type)
    return {"page_count": count, "width": width, "height": height}
