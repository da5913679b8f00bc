"""PDF to text, page by page. Only the parsing child imports this module."""

from __future__ import annotations

import re
from typing import Any

import pypdfium2 as pdfium

from groundstone.knowledge.titles import heading_line, sound_title

MAX_PAGES = 5000
_HYPHEN = re.compile(r"[\ufffe\x02]\n?")  # PDFium marks a hyphen at a line's end with these
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]")


def parse(data: bytes) -> dict[str, Any]:
    """Text, title and one part a page. Anything wrong is an error of the answer or an exception."""
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        return {"error": _reason(str(error))}
    if len(document) > MAX_PAGES:
        return {"error": f"it has more than {MAX_PAGES} pages; split it"}
    pages = [_page_text(document, number) for number in range(len(document))]
    if not any(pages):
        return {"error": "it holds no text, only images; it needs text recognition first"}
    title = sound_title(_clean(document.get_metadata_value("Title"))) or heading_line(pages[0])
    return {"text": "\n\n".join(pages), "title": title, "parts": _parts(pages)}


def _page_text(document: Any, number: int) -> str:
    page = document[number]
    text = page.get_textpage().get_text_bounded()
    page.close()
    return _clean(text).strip()


def _clean(text: str) -> str:
    return _CONTROL.sub("", _HYPHEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))


def _parts(pages: list[str]) -> list[list[Any]]:
    parts, start = [], 0
    for number, text in enumerate(pages, 1):
        if text:
            parts.append([start, start + len(text), number, None])
        start += len(text) + 2
    return parts


def _reason(error: str) -> str:
    if "assword" in error:
        return "it is protected by a password"
    return f"it is damaged or no PDF ({error})"
