"""How answers are worded: short sentences round the words of the slides."""

from __future__ import annotations

import re
from collections.abc import Sequence

from groundstone.slides.seen import Cell, Line, Matrix, Sheet


def ended(text: str) -> str:
    """With a full stop, unless it ends already."""
    bare = " ".join(text.split()).rstrip(" ;,")
    return bare if bare.endswith((".", "!", "?", "…", ":")) or not bare else bare + "."


def joined(items: Sequence[str], last: str = "and") -> str:
    """ "a, b and c"."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def value(cell: Cell) -> str:
    """What a cell says, with the unit that its heading gives."""
    if cell.amount is None or cell.amount.after.strip() in ("", "%", "x") or cell.amount.after.strip() in cell.text:
        return cell.text if cell.amount is None or cell.amount.after not in ("%", "x") else _percent(cell)
    own = cell.amount
    return f"{cell.text}{own.after}" if not any(map(str.isalpha, cell.text)) else cell.text


def _percent(cell: Cell) -> str:
    assert cell.amount is not None
    sign = cell.amount.after
    return cell.text if sign in cell.text or any(map(str.isalpha, cell.text)) else cell.text + sign


def label(matrix: Matrix, row: int, column: int) -> str:
    """ "Cloud, Q3 2023": the labels of a cell, without a column that every cell shares."""
    parts = [matrix.rows[row] if matrix.kind != "text" else short(matrix.rows[row])]
    if matrix.columns[column] and (len(matrix.columns) > 1 or matrix.kind != "text"):
        parts.append(matrix.columns[column])
    return ", ".join(part for part in dict.fromkeys(parts) if part)


def short(words: str) -> str:
    """What a number in a text is called: the words before a colon, without brackets left open."""
    head = words.split(":")[0] if 0 < words.find(":") <= 60 else words
    return re.sub(r"\s*[(\[][^)\]]*$", "", head).strip(" ,;:-–") or words


def where(sheet: Sheet) -> str:
    """ "slide 5 (“Results”) of deck.pptx"."""
    title = f" (“{sheet.title}”)" if sheet.title else ""
    return f"slide {sheet.slide.number}{title} of {sheet.deck_name}"


def under(line: Line) -> str:
    """A line behind what it stands under, when it says little by itself."""
    if line.above and len(line.text.split()) < 12:
        return f"{line.above[-1].rstrip(' :')}: {line.text}"
    return line.text
