"""Text of OpenDocument: paragraphs and lists to paragraphs with levels; lengths."""

from __future__ import annotations

import re
from collections.abc import Iterator

from groundstone.documents.decks.base import Paragraph
from groundstone.documents.decks.words import tidy, without_mark
from groundstone.documents.decks.xml import Node, local, number, q
from groundstone.records import Box

_CENTIMETRES = {"cm": 1.0, "mm": 0.1, "in": 2.54, "pt": 2.54 / 72, "pc": 2.54 / 6, "px": 2.54 / 96, "": 1.0}
_LENGTH = re.compile(r"\s*(-?[\d.]+)\s*(cm|mm|in|pt|pc|px|)\s*$")
_DEEPEST = 8
_MOST_BLANKS = 100


def length(text: str | None) -> float:
    """Centimetres; 0 for what is no length."""
    match = _LENGTH.match(text or "")
    try:
        return float(match[1]) * _CENTIMETRES[match[2]] if match else 0.0
    except ValueError:
        return 0.0


def paragraphs(node: Node, box: Box | None = None) -> list[Paragraph]:
    """The paragraphs in a shape, those of lists with their levels."""
    found = []
    for paragraph, level, listed in _walk(node, -1):
        text, typed = without_mark(tidy(said(paragraph)))
        if text:
            found.append(Paragraph(text, min(max(level, 0), _DEEPEST), box, listed or typed))
    return found


def _walk(node: Node, level: int) -> Iterator[tuple[Node, int, bool]]:
    for child in node:
        name = local(child)
        if name in ("p", "h"):
            yield child, level, level >= 0 and local(node) == "list-item"
        elif name == "list":
            yield from _walk(child, level + 1)
        elif name in ("list-item", "list-header", "section"):
            yield from _walk(child, level)


def said(node: Node) -> str:
    """The text of a paragraph: blanks, tabs and line breaks are elements of their own."""
    parts = [node.text or ""]
    for child in node:
        name = local(child)
        if name == "s":
            parts.append(" " * min(max(int(number(child, q("text:c"), 1)), 1), _MOST_BLANKS))
        elif name == "tab":
            parts.append(" ")
        elif name == "line-break":
            parts.append("\n")
        elif name not in ("annotation", "note", "annotation-end"):
            parts.append(said(child))
        parts.append(child.tail or "")
    return "".join(parts)


def plain(node: Node | None) -> str:
    """All paragraphs in one line."""
    return "" if node is None else " ".join(tidy(said(one)).replace("\n", " ") for one in node.iter(q("text:p")))
