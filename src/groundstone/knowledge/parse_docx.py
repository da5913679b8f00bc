"""Word documents to text with their headed sections; a table becomes a line a row.

Only the parsing child imports this module.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any

import docx

from groundstone.knowledge.markdown import sections

MAX_MEMBERS = 5000
MAX_INFLATED = 256 * 2**20
_ENCRYPTED = b"\xd0\xcf\x11\xe0"  # an OLE file: how Word keeps protected documents


def parse(data: bytes) -> dict[str, Any]:
    """Text, title and a part for each headed section."""
    if reason := _refused(data):
        return {"error": reason}
    document = docx.Document(io.BytesIO(data))
    lines: list[str] = []
    headings: list[tuple[int, int, str]] = []
    offset = 0
    for text, level in _blocks(document):
        if level:
            headings.append((offset, level, " ".join(text.split())))
        lines.append(text)
        offset += len(text) + 2
    text = "\n\n".join(lines)
    parts = [[span.start, span.end, None, span.label] for span in sections(headings, len(text))]
    title = (document.core_properties.title or "").strip()
    return {
        "text": text,
        "title": title or next((words for _, level, words in headings if level == 1), ""),
        "parts": parts,
    }


def _refused(data: bytes) -> str | None:
    """Why the archive is not even opened by Word's parser."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
    except zipfile.BadZipFile:
        return "it is truncated or no Word document"
    if len(members) > MAX_MEMBERS or sum(member.file_size for member in members) > MAX_INFLATED:
        return f"it unpacks to more than {MAX_INFLATED // 2**20} MB or {MAX_MEMBERS} parts"
    if any(member.flag_bits & 1 for member in members):
        return "it is protected by a password"
    if "word/document.xml" not in {member.filename for member in members}:
        return "it is a ZIP archive, but no Word document"
    return None


def _blocks(document: Any) -> Iterator[tuple[str, int]]:
    """Texts of the paragraphs and tables in order, each with its heading level (0: none)."""
    for block in document.iter_inner_content():
        if hasattr(block, "rows"):
            rows = "\n".join(_row(row) for row in block.rows)
            if rows.strip():
                yield rows, 0
        elif block.text.strip():
            yield block.text, _level(block)


def _row(row: Any) -> str:
    cells, last = [], None
    for cell in row.cells:
        if cell._tc is not last:  # a merged cell is listed once for each column it spans
            cells.append(" ".join(cell.text.split()))
        last = cell._tc
    return " | ".join(cells)


def _level(paragraph: Any) -> int:
    name = (paragraph.style.name or "") if paragraph.style is not None else ""
    if name == "Title":
        return 1
    number = name.removeprefix("Heading ")
    return int(number) if number != name and number.isdigit() else 0
