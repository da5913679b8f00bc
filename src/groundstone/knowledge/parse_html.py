"""HTML to text with its headed sections; scripts, hidden elements and what only navigates are left out.

A table becomes a paragraph a row, with the headers of its columns.

Only the parsing child imports this module.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree, html

from groundstone.knowledge import encoding
from groundstone.knowledge.grid import grid_text
from groundstone.knowledge.markdown import sections
from groundstone.knowledge.titles import sound_title

_DROPPED = frozenset(
    (
        "script",
        "style",
        "noscript",
        "template",
        "head",
        "iframe",
        "object",
        "svg",
        "canvas",
        "select",
        "textarea",
    )
)
_LEVELS = {f"h{level}": level for level in range(1, 7)}
_BLOCKS = frozenset(_LEVELS) | {
    *(
        "p",
        "div",
        "section",
        "article",
        "main",
        "header",
        "footer",
        "nav",
        "aside",
        "ul",
        "ol",
        "dl",
        "table",
    ),
    *("form", "blockquote", "pre", "figure", "hr", "address", "details"),
}
_LINES = frozenset(("br", "li", "tr", "dt", "dd", "caption", "figcaption", "summary", "option"))
_CELLS = frozenset(("td", "th"))
_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset=[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_NAVIGATION = frozenset(("nav", "aside", "footer", "menu"))
_NAVIGATION_ROLES = frozenset(("navigation", "banner", "contentinfo", "menu", "menubar", "search", "complementary"))
_NAVIGATION_CLASSES = frozenset(("nav", "navbar", "navigation", "menu", "breadcrumb", "breadcrumbs", "sidebar"))
_MAX_SPAN = 100  # columns or rows that one cell may claim
_LONGEST_CELL = 1000  # characters; a longer one shows that the table only arranges the page
_DECLARATION = re.compile(r"^\s*<\?xml[^>]{0,200}\?>")


def parse(data: bytes) -> dict[str, Any]:
    """Text, title and a part for each headed section."""
    source = _DECLARATION.sub("", _decoded(data))
    if not source.strip():
        return {"error": "it holds no text"}
    try:
        root = html.document_fromstring(source, parser=html.HTMLParser(no_network=True, remove_comments=True))
    except etree.ParserError:
        return {"error": "it holds no text"}
    title = sound_title(root.findtext(".//head/title") or "")
    found = _written(root, navigation=False).result(title)
    return found if found["text"].strip() else _written(root, navigation=True).result(title)


def _written(root: Any, *, navigation: bool) -> _Writer:
    """The text of a page; ``navigation``: with its menus, for a page that holds nothing else."""
    writer = _Writer(navigation)
    for event, element in etree.iterwalk(root, events=("start", "end")):
        writer.start(element) if event == "start" else writer.end(element)
    return writer


def _decoded(data: bytes) -> str:
    declared = _CHARSET.search(data[:4096])
    if declared and encoding.detect(data) == "utf-8":
        try:
            return data.decode(declared[1].decode("ascii")).replace("\0", "")
        except (LookupError, UnicodeDecodeError):
            pass  # the declaration is wrong, which is common: look at the bytes instead
    return encoding.decode(data)[0].replace("\0", "")


class _Writer:
    """Collects text while the tree is walked; blanks are collapsed as a browser would."""

    def __init__(self, navigation: bool = False) -> None:
        self._navigation = navigation
        self._pieces: list[str] = []
        self._length = 0
        self._last = "\n\n"
        self._hidden = 0
        self._verbatim = 0
        self._heading: tuple[int, int] | None = None  # offset, number of pieces before it
        self.headings: list[tuple[int, int, str]] = []

    def start(self, element: Any) -> None:
        tag = element.tag if isinstance(element.tag, str) else ""
        if self._hidden or tag in _DROPPED or not tag or _is_hidden(element) or self._navigates(element):
            self._hidden += 1
            return
        if tag == "table" and (rows := _table_rows(element)):
            caption = element.find("caption")
            self._paragraph("" if caption is None else _words(caption))
            self._paragraph(grid_text(rows, headed=_is_headed(element) or None))
            self._hidden += 1
            return
        self._break(tag)
        self._verbatim += tag == "pre"
        if tag in _LEVELS:
            self._heading = (self._length, len(self._pieces))
        elif tag == "li":
            self._write("- ")
        elif tag == "img" and (alternative := element.get("alt", "").strip()):
            self._text(f" {alternative} ")
        self._text(element.text)

    def end(self, element: Any) -> None:
        tag = element.tag if isinstance(element.tag, str) else ""
        if self._hidden:
            self._hidden -= 1
        else:
            self._verbatim -= tag == "pre"
            self._end_heading(tag)
            self._break(tag, closing=True)
        if not self._hidden:
            self._text(element.tail)

    def _navigates(self, element: Any) -> bool:
        return not self._navigation and _is_navigation(element)

    def _end_heading(self, tag: str) -> None:
        if tag in _LEVELS and self._heading is not None:
            offset, pieces = self._heading
            words = " ".join("".join(self._pieces[pieces:]).split())
            self.headings.append((offset, _LEVELS[tag], words))
            self._heading = None

    def _break(self, tag: str, *, closing: bool = False) -> None:
        if tag in _BLOCKS:
            self._newlines(2)
        elif tag in _LINES and not (closing and tag == "br"):
            self._newlines(1)
        elif tag in _CELLS and not closing and not self._last.endswith("\n"):
            self._write(" | ")

    def _paragraph(self, text: str) -> None:
        self._newlines(2)
        self._write(text)
        self._newlines(2)

    def _newlines(self, count: int) -> None:
        have = len(self._last) - len(self._last.rstrip("\n"))
        if have < count:
            self._write("\n" * (count - have))

    def _text(self, text: str | None) -> None:
        if not text:
            return
        if self._verbatim:
            self._write(text)
            return
        words = re.sub(r"\s+", " ", text)
        self._write(words.lstrip(" ") if self._last.endswith((" ", "\n")) else words)

    def _write(self, text: str) -> None:
        if text:
            self._pieces.append(text)
            self._length += len(text)
            self._last = (self._last + text)[-2:]

    def result(self, title: str) -> dict[str, Any]:
        text = "".join(self._pieces)
        spans = sections(self.headings, len(text))
        parts = [[span.start, span.end, None, span.label] for span in spans]
        first = next((words for _, level, words in self.headings if level == 1), "")
        heading = first or next((words for _, _, words in self.headings), "")
        return {"text": text, "title": first or title or heading, "parts": parts}


def _is_hidden(element: Any) -> bool:
    return element.get("hidden") is not None or bool(_HIDDEN.search(element.get("style", "")))


def _is_navigation(element: Any) -> bool:
    """Menus and the frame of a site around its page; a header that holds a heading belongs to the page."""
    if element.tag in _NAVIGATION or element.get("role", "").lower() in _NAVIGATION_ROLES:
        return True
    if element.tag == "header":
        return next(element.iter(*_LEVELS), None) is None
    classes = {*element.get("class", "").lower().split(), element.get("id", "").lower()}
    return not classes.isdisjoint(_NAVIGATION_CLASSES) and _is_mostly_links(element)


def _is_mostly_links(element: Any) -> bool:
    whole = len(_words(element))
    return sum(len(_words(link)) for link in element.iter("a")) >= 0.8 * whole


def _table_rows(table: Any) -> list[list[str]]:
    """The cells of a table of data, spans filled in; [] for a table that only arranges the page."""
    if next(table.iterdescendants("table", "pre", *_LEVELS), None) is not None:
        return []
    rows: list[list[str]] = []
    reaching: dict[int, tuple[int, str]] = {}  # column -> rows that a cell above still covers, its words
    for row in table.iter("tr"):
        rows.append(list(_cells_of(row, reaching)))
    too_long = any(len(cell) > _LONGEST_CELL for row in rows for cell in row)
    return [] if too_long or max(map(len, rows), default=0) < 2 else rows


def _cells_of(row: Any, reaching: dict[int, tuple[int, str]]) -> Iterator[str]:
    column = 0
    for cell in (child for child in row if child.tag in _CELLS and not _is_hidden(child)):
        while column in reaching:
            yield _carried(reaching, column)
            column += 1
        words, down = _words(cell), _span(cell, "rowspan")
        for offset in range(_span(cell, "colspan")):
            shown = "" if offset else words
            yield shown
            if down > 1:
                reaching[column] = (down - 1, shown)
            column += 1
    while column in reaching:
        yield _carried(reaching, column)
        column += 1


def _carried(reaching: dict[int, tuple[int, str]], column: int) -> str:
    left, words = reaching.pop(column)
    if left > 1:
        reaching[column] = (left - 1, words)
    return words


def _span(cell: Any, name: str) -> int:
    digits = cell.get(name, "").strip()
    return min(max(int(digits), 1), _MAX_SPAN) if digits.isascii() and digits.isdigit() and len(digits) < 6 else 1


def _words(element: Any) -> str:
    """The words within an element, blanks collapsed; blocks inside are kept apart by a blank."""
    if element.tag in _DROPPED or not isinstance(element.tag, str) or _is_hidden(element):
        return ""
    pieces = [element.text or ""]
    for child in element:
        apart = " " if child.tag in _BLOCKS or child.tag in _LINES else ""
        pieces += [apart, _words(child), apart, child.tail or ""]
    return " ".join("".join(pieces).split())


def _is_headed(table: Any) -> bool:
    """Whether the first row is marked as headers."""
    first = next(table.iter("tr"), ())
    marked = [cell for cell in first if cell.tag in _CELLS and _words(cell)]
    in_head = getattr(first, "getparent", lambda: None)()
    return bool(marked) and (
        (in_head is not None and in_head.tag == "thead") or all(cell.tag == "th" for cell in marked)
    )
