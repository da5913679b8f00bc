"""Markdown as plain text with its headed sections; marks that only shape the page are taken off."""

from __future__ import annotations

import re

from groundstone.knowledge.grid import grid_text
from groundstone.records import Span

_HEADING = re.compile(r" {0,3}(#{1,6})[ \t]+(.*?)[ \t]*#*[ \t]*$")
_FENCE = re.compile(r" {0,3}(```+|~~~+)")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_IMAGE = re.compile(r"!\[([^\[\]]{0,500})\]\([^()\s]{0,2000}(?:\s+\"[^\"]{0,500}\")?\)")
_LINK = re.compile(r"\[([^\[\]]{0,500})\]\([^()\s]{0,2000}(?:\s+\"[^\"]{0,500}\")?\)")
_STRONG = re.compile(r"(\*\*|__)(?=\S)([^\n*_]{1,1000}?)(?<=\S)\1")
_EMPHASIS = re.compile(r"(?<![\w*])\*(?=\S)([^\n*]{1,1000}?)(?<=\S)\*(?![\w*])")
_CODE = re.compile(r"`([^`\n]{1,1000})`")
_RULE = re.compile(r" {0,3}([-*_])(?:[ \t]*\1){2,}[ \t]*$")
_DIVIDER = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$")
_CELL_END = re.compile(r"(?<!\\)\|")
_TITLE = re.compile(r"title:\s*(.+)", re.IGNORECASE)


def markdown_text(source: str) -> tuple[str, str, tuple[Span, ...]]:
    """The plain text, the title and a span for each headed section, labelled "Guide > Install"."""
    title, source = _front_matter(source)
    lines: list[str] = []
    headings: list[tuple[int, int, str]] = []  # offset, level, words
    fence, offset = "", 0
    for raw in _with_rows(_COMMENT.sub("", source).split("\n")):
        line, level = raw, 0
        if mark := _FENCE.match(raw):
            fence = "" if fence and mark[1].startswith(fence) else fence or mark[1][:3]
            continue
        if not fence:
            line, level = _plain_line(raw)
        if level:
            headings.append((offset, level, line))
        lines.append(line)
        offset += len(line) + 1
    text = "\n".join(lines)
    first = next((words for _, level, words in headings if level == 1), headings[0][2] if headings else "")
    return text, title or first, sections(headings, len(text))


def _with_rows(source: list[str]) -> list[str]:
    """The lines, with every table replaced by a paragraph a row that names its columns."""
    lines: list[str] = []
    fence, at = "", 0
    while at < len(source):
        if mark := _FENCE.match(source[at]):
            fence = "" if fence and mark[1].startswith(fence) else fence or mark[1][:3]
        stop = at if fence else _table_end(source, at)
        if stop > at:
            rows = [_cells(line) for line in (source[at], *source[at + 2 : stop])]
            lines += ["", *grid_text(rows, headed=True).split("\n"), ""]
        else:
            lines.append(source[at])
        at = max(stop, at + 1)
    return lines


def _table_end(source: list[str], at: int) -> int:
    """The line after the table that begins here; ``at`` when none does."""
    if (
        "|" not in source[at]
        or at + 1 >= len(source)
        or not _DIVIDER.match(source[at + 1])
        or "-" not in source[at + 1]
    ):
        return at
    if len(_cells(source[at])) != len(_cells(source[at + 1])):
        return at
    stop = at + 2
    while stop < len(source) and "|" in source[stop] and not _FENCE.match(source[stop]):
        stop += 1
    return stop


def _cells(line: str) -> list[str]:
    bare = line.strip().removeprefix("|")
    bare = bare[:-1] if bare.endswith("|") and not bare.endswith("\\|") else bare
    return [cell.replace("\\|", "|").strip() for cell in _CELL_END.split(bare)]


def sections(headings: list[tuple[int, int, str]], end: int) -> tuple[Span, ...]:
    """Spans from each heading (offset, level, words) to the next, labelled with the headings above it."""
    spans: list[Span] = []
    above: list[tuple[int, str]] = []
    stops = [offset for offset, _, _ in headings[1:]] + [end] * bool(headings)
    for (start, level, words), stop in zip(headings, stops, strict=True):
        above = [(depth, name) for depth, name in above if depth < level] + [(level, words)]
        if stop > start:
            spans.append(Span(start, stop, label=" > ".join(name for _, name in above if name) or None))
    return tuple(spans)


def _front_matter(source: str) -> tuple[str, str]:
    """The title in a ``---`` block at the beginning, and the text after that block."""
    if not source.startswith("---\n"):
        return "", source
    block, mark, rest = source[4:].partition("\n---\n")
    if not mark:
        return "", source
    titles = [match[1].strip().strip("\"'") for line in block.split("\n") if (match := _TITLE.match(line))]
    return (titles or [""])[0], rest


def _plain_line(line: str) -> tuple[str, int]:
    """The line without its marks, and its level when it is a heading."""
    level = 0
    if heading := _HEADING.match(line):
        level, line = len(heading[1]), heading[2]
    elif _RULE.match(line):
        return "", 0
    line = _LINK.sub(r"\1", _IMAGE.sub(r"\1", line))
    for pattern, kept in ((_STRONG, r"\2"), (_EMPHASIS, r"\1"), (_CODE, r"\1")):
        line = pattern.sub(kept, line)
    return line.removeprefix("> "), level
