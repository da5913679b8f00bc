"""Word documents to text with their headed sections; a table becomes a paragraph a row.

Only the parsing child imports this module.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any

import docx

from groundstone.knowledge.grid import grid_text
from groundstone.knowledge.markdown import sections
from groundstone.knowledge.titles import sound_title

MAX_MEMBERS = 5000
MAX_INFLATED = 256 * 2**20


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
    heading = next((words for _, level, words in headings if level == 1), headings[0][2] if headings else "")
    return {
        "text": text,
        "title": heading or sound_title(document.core_properties.title or ""),
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
            if rows := grid_text([_row(row) for row in block.rows], headed=_is_bold(block.rows[0]) or None):
                yield rows, 0
        elif block.text.strip():
            yield block.text, _level(block)


def _row(row: Any) -> list[str]:
    cells: list[str] = []
    last = None
    for cell in row.cells:
        # A merged cell is listed once for each column it spans; blanks keep the columns below their headers.
        cells.append("" if cell._tc is last else cell.text)
        last = cell._tc
    return cells


def _is_bold(row: Any) -> bool:
    """Whether every word of a row is set in bold, as headers are."""
    runs = [run for cell in row.cells for paragraph in cell.paragraphs for run in paragraph.runs if run.text.strip()]
    return bool(runs) and all(run.bold for run in runs)


def _level(paragraph: Any) -> int:
    name = (paragraph.style.name or "") if paragraph.style is not None else ""
    if name == "Title":
        return 1
    number = name.removeprefix("Heading ")
    return int(number) if number != name and number.isdigit() else 0
