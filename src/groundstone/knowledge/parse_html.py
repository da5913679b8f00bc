"""HTML to text with its headed sections; scripts, styles and hidden elements are left out.

Only the parsing child imports this module.
"""

from __future__ import annotations

import re
from typing import Any

from lxml import etree, html  # pyright: ignore[reportAttributeAccessIssue]

from groundstone.knowledge import encoding
from groundstone.knowledge.markdown import sections

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
    writer = _Writer()
    for event, element in etree.iterwalk(root, events=("start", "end")):
        writer.start(element) if event == "start" else writer.end(element)
    title = " ".join((root.findtext(".//head/title") or "").split())
    return writer.result(title)


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

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._length = 0
        self._last = "\n\n"
        self._hidden = 0
        self._verbatim = 0
        self._heading: tuple[int, int] | None = None  # offset, number of pieces before it
        self.headings: list[tuple[int, int, str]] = []

    def start(self, element: Any) -> None:
        tag = element.tag if isinstance(element.tag, str) else ""
        if self._hidden or tag in _DROPPED or not tag or _is_hidden(element):
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
        return {"text": text, "title": title or first, "parts": parts}


def _is_hidden(element: Any) -> bool:
    return element.get("hidden") is not None or bool(_HIDDEN.search(element.get("style", "")))
