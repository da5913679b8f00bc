"""The bytes of a file made into text: plain formats here, foreign ones in a limited child process."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

from groundstone.errors import UnreadableDocument
from groundstone.knowledge import encoding
from groundstone.knowledge.grid import row_text
from groundstone.knowledge.markdown import markdown_text
from groundstone.knowledge.parsed import Parsed, Sheet, Step, bound
from groundstone.knowledge.readers import DECKS, PICTURES, VERSION, Readers, joined_pages
from groundstone.knowledge.rows import Row, rows_of_text
from groundstone.knowledge.titles import heading_line
from groundstone.records import Box, Span
from groundstone.sandbox import Limits, Sandbox

MAX_TEXT = 20_000_000  # characters of one document
MAX_DEPTH = 100  # levels of a JSON file


class Parser:
    """Parses files; keeps the child process for foreign formats, which starts when the first one comes.

    ``readers`` read decks, pictures and scans; without them these are refused.
    """

    def __init__(self, limits: Limits | None = None, readers: Readers | None = None) -> None:
        self._sandbox = Sandbox(PARSERS, limits)
        self._readers = readers

    def parse(self, name: str, data: bytes, step: Step | None = None) -> Parsed:
        """The text of a file by its name's ending. Raises UnreadableDocument with the reason.

        ``step`` is told how many pages of a long file are read.
        """
        suffix = _suffix(name)
        if not data:
            raise UnreadableDocument("it is empty")
        if suffix in _PLAIN:
            parsed = _plain(suffix, data)
        elif suffix in FOREIGN:
            parsed = self._foreign(suffix, name, data, step)
        elif self._readers and suffix in DECKS:
            parsed = self._readers.deck(name, data, step)
        elif self._readers and suffix in PICTURES:
            parsed = self._readers.picture(name, data, step)
        else:
            kinds = ", ".join(sorted([*_PLAIN, *FOREIGN, *(SEEN if self._readers else ())]))
            raise UnreadableDocument(f"{suffix or 'a name without ending'} is not a kind that can be read: {kinds}")
        if not parsed.text.strip():
            raise UnreadableDocument("; ".join(["it holds no text", *parsed.notes]))
        if len(parsed.text) > MAX_TEXT:
            raise UnreadableDocument(f"its text is longer than {MAX_TEXT:,} characters; split it")
        return parsed

    def recipe(self, name: str) -> str:
        """What decides, besides its content, which text a file of this name gives; empty where nothing does."""
        is_seen = self._readers is not None and (_suffix(name) in SEEN or _suffix(name) == ".pdf")
        return f"read {VERSION}" if is_seen else ""

    def _foreign(self, suffix: str, name: str, data: bytes, step: Step | None) -> Parsed:
        kind, media_type, magic, what = FOREIGN[suffix]
        if magic and magic not in data[:1024]:
            raise UnreadableDocument(f"it is named {suffix} but is not {what}")
        answer = self._sandbox.run(kind, data)
        if kind == "pdf":
            return self._pdf(answer, name, data, step)
        parts = tuple(Span(start, end, page=page, label=label) for start, end, page, label in answer["parts"])
        return Parsed(answer["text"], answer["title"], parts, media_type)

    def _pdf(self, answer: Mapping[str, Any], name: str, data: bytes, step: Step | None) -> Parsed:
        """Its pages, or slides if it is a deck; those whose words stand in pictures are recognised."""
        notes: tuple[str, ...] = ()
        if self._readers and answer["slides"]:
            try:
                deck = self._readers.deck(name, data, step)
                return replace(deck, title=answer["title"] or deck.title)
            except UnreadableDocument as error:
                notes = (f"it is read as a text instead of slides: {error}",)
        sheets = [_sheet(number, *page) for number, page in enumerate(answer["pages"], 1)]
        if self._readers and answer["pictured"]:
            pages, missing = self._readers.recognised(name, data, answer["pictured"], step)
            notes += missing
            sheets = joined_pages(sheets, pages)
        elif not any(sheet.text for sheet in sheets):
            raise UnreadableDocument("it holds no text, only images; it needs text recognition first")
        text, parts, regions = bound(sheets)
        title = answer["title"] or heading_line(sheets[0].text)
        return Parsed(text, title, parts, "application/pdf", notes, regions)

    def close(self) -> None:
        self._sandbox.close()

    def __enter__(self) -> Parser:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


SEEN = (*DECKS, *PICTURES)  # endings of what ``Readers`` read
# kind -> module whose ``parse(data)`` gives {"text", "title", "parts": [[start, end, page, label], ...]}; of a PDF, as
# parse_pdf.py says
PARSERS = {kind: f"groundstone.knowledge.parse_{kind}" for kind in ("pdf", "html", "docx")}
# ending -> (parser in the child, media type, bytes near the beginning, what it is)
FOREIGN: dict[str, tuple[str, str, bytes, str]] = {
    ".pdf": ("pdf", "application/pdf", b"%PDF-", "a PDF"),
    ".docx": (
        "docx",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        b"PK\x03\x04",
        "a Word document",
    ),
    ".html": ("html", "text/html", b"", "HTML"),
    ".htm": ("html", "text/html", b"", "HTML"),
    ".xhtml": ("html", "text/html", b"", "HTML"),
}


def _suffix(name: str) -> str:
    return PurePosixPath(name).suffix.lower()


def _sheet(number: int, text: str, placed: Sequence[Sequence[float]]) -> Sheet:
    lines = (
        (int(start), int(end), Box(left, top, width, height, number)) for start, end, left, top, width, height in placed
    )
    return Sheet(number, text, tuple(lines))


def _plain(suffix: str, data: bytes) -> Parsed:
    for _, _, magic, what in FOREIGN.values():
        if magic and data.startswith(magic):
            raise UnreadableDocument(f"it is named {suffix} but is {what} or alike")
    try:
        text, note = encoding.decode(data)
    except ValueError as error:
        raise UnreadableDocument(str(error)) from None
    parsed = _PLAIN[suffix](suffix, text.replace("\0", ""))
    return replace(parsed, notes=(*parsed.notes, note)) if note else parsed


def _text(suffix: str, text: str) -> Parsed:
    return Parsed(text)


def _markdown(suffix: str, text: str) -> Parsed:
    plain, title, parts = markdown_text(text)
    return Parsed(plain, title, parts, "text/markdown")


def _table(suffix: str, text: str) -> Parsed:
    """Every row as a paragraph ``column: value; column: value``; broken rows are named in the notes."""
    rows = list(rows_of_text(suffix, text))
    notes = tuple(f"line {row.line} {row.error}" for row in rows if row.error)
    lines = list(_row_lines(rows))
    if not lines and suffix == ".json":
        return _json(text)
    return Parsed("\n\n".join(lines), media_type=_TABLE_TYPES[suffix], notes=notes)


def _json(text: str) -> Parsed:
    """JSON that is no table is text all the same, unless it is broken, nested too deeply or says nothing."""
    try:
        depth, says = _measured(json.loads(text))
    except ValueError as error:
        raise UnreadableDocument(f"it is not valid JSON: {error}") from None
    except RecursionError:
        depth, says = MAX_DEPTH + 1, False
    if depth > MAX_DEPTH:
        raise UnreadableDocument(f"its JSON is nested more than {MAX_DEPTH} levels deep")
    return Parsed(text if says else "", media_type="application/json")


def _measured(data: Any) -> tuple[int, bool]:
    """How deep a JSON value is nested, as far as ``MAX_DEPTH``, and whether it holds any word or number."""
    level, depth, says = [data], 0, False
    while level and depth <= MAX_DEPTH:
        inner: list[Any] = []
        for value in level:
            if isinstance(value, dict):
                inner += value.values()
            elif isinstance(value, list):
                inner += value
            says = says or (not isinstance(value, dict | list) and value not in (None, ""))
        depth, level = depth + 1, inner
    return depth, says


def _row_lines(rows: list[Row]) -> Iterator[str]:
    for row in rows:
        line = row_text((column, str(cell)) for column, cell in row.values.items() if cell is not None)
        if line:
            yield line


_TABLE_TYPES = {
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
    ".json": "application/json",
    ".jsonl": "application/x-ndjson",
    ".ndjson": "application/x-ndjson",
}
_PLAIN: dict[str, Callable[[str, str], Parsed]] = {
    **dict.fromkeys((".txt", ".text", ".log", ".rst"), _text),
    **dict.fromkeys((".md", ".markdown"), _markdown),
    **dict.fromkeys(_TABLE_TYPES, _table),
}
