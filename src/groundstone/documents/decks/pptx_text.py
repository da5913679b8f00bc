"""Text of DrawingML: runs, fields, line breaks and equations to paragraphs with levels."""

from __future__ import annotations

from collections.abc import Iterator

from groundstone.documents.decks.base import Paragraph
from groundstone.documents.decks.omath import equation
from groundstone.documents.decks.places import lines_in
from groundstone.documents.decks.pptx_styles import Styles
from groundstone.documents.decks.words import tidy, without_mark
from groundstone.documents.decks.xml import Node, local, number, q
from groundstone.records import Box

NO_STYLES = Styles((), ())
_DEEPEST = 8  # the last level that there is
_POINT = 12700  # units of a point


def paragraphs(body: Node, styles: Styles = NO_STYLES) -> list[tuple[Paragraph, float]]:
    """The paragraphs of a text body that say something, each with the size of its letters in points."""
    found = []
    for node in body.iterfind(q("a:p")):
        text = tidy(paragraph_text(node))
        if not text:
            continue
        own = node.find(q("a:pPr"))
        level = 0 if own is None else min(max(int(number(own, "lvl")), 0), _DEEPEST)
        bullet = styles.is_bullet(level, own)
        text, typed = without_mark(text)
        found.append((Paragraph(text, level, None, bullet or typed), styles.size(level, node)))
    return found


def plain(body: Node | None) -> str:
    """All text of a body, a line for each paragraph."""
    if body is None:
        return ""
    lines = (tidy(paragraph_text(node)) for node in body.iter(q("a:p")))
    return "\n".join(line for line in lines if line)


def paragraph_text(node: Node) -> str:
    return "".join(_said(node))


def _said(node: Node) -> Iterator[str]:
    for child in node:
        name = local(child)
        if name in ("r", "fld"):
            yield child.findtext(q("a:t")) or ""
        elif name == "br":
            yield "\n"
        elif name == "m":
            yield equation(child)
        elif name == "AlternateContent":
            yield from _said(chosen(child))


def chosen(node: Node) -> Node:
    """Of content in several forms the first, which is the richest; the fallback is mostly a picture of it."""
    choice = node.find(q("mc:Choice"))
    fallback = node.find(q("mc:Fallback"))
    return choice if choice is not None and len(choice) else fallback if fallback is not None else node


def placed(
    found: list[tuple[Paragraph, float]], box: Box | None, wide: float, high: float, anchor: str
) -> list[Paragraph]:
    """Paragraphs with their places in an upright shape of ``wide`` x ``high`` units, by estimate."""
    if box is None or len(found) < 2:
        return [Paragraph(one.text, one.level, box, one.bullet) for one, _ in found]
    ranges = lines_in([(one.text, size * _POINT) for one, size in found], wide, high, anchor)
    return [
        Paragraph(one.text, one.level, _part(box, top, bottom), one.bullet)
        for (one, _), (top, bottom) in zip(found, ranges, strict=True)
    ]


def _part(box: Box, top: float, bottom: float) -> Box:
    return Box(
        box.left, round(box.top + box.height * top, 5), box.width, round(box.height * (bottom - top), 5), box.page
    )  # fmt: skip
