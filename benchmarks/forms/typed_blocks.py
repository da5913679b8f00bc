"""Arrangements for forms with any labels: chosen so that the labels have room, and some that are only drawn here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from benchmarks.forms import arrange
from benchmarks.forms.form import Fact, Form, broken, fit
from benchmarks.forms.sheet import Colour, Ink, Rect, around

Block = Callable[[Form, Sequence[Fact], float, float], None]
WHITE: Colour = (255, 255, 255)
PALE: tuple[Colour, ...] = ((232, 236, 240), (240, 236, 226), (228, 238, 230), (238, 232, 240), (245, 245, 245))


def any_way(form: Form, facts: Sequence[Fact], left: float, right: float) -> None:
    """Facts in one of all the arrangements in which these labels and values have room."""
    ways = [*_beside_ways(form, facts, right - left), *_stacked_ways(form, facts, right - left)]
    ways += [_wrapped, _wrapped, _boxes, _run_in]
    with _dressed(form):
        form.rng.choice(ways)(form, facts, left, right)


@contextmanager
def _dressed(form: Form) -> Iterator[None]:
    """Numbers, colons and the weight of letters may differ from block to block."""
    rng, style, numbered = form.rng, form.style, form.numbered
    if rng.random() < 0.2:
        form.style = replace(style, colon=rng.choice((":", "", " :", ".", " -")))
    if rng.random() < 0.12:
        form.style = replace(form.style, label=replace(style.label, size=max(13, round(style.label.size * 0.85))))
    form.numbered = numbered or rng.random() < 0.06
    yield
    form.style, form.numbered = style, numbered


def _beside_ways(form: Form, facts: Sequence[Fact], width: float) -> list[Block]:
    """Arrangements with the label beside the value, where the longest label leaves room for it."""
    rng, style = form.rng, form.style
    longest = max(style.label.width(f"{fact.label} :") for fact in facts) + (form.unit * 2 if form.numbered else 0)
    values = max(style.value.width(fact.value) for fact in facts)
    ways: list[Block] = []
    if longest < width * 0.5:
        share, far = min(0.6, longest / width + 0.06), rng.choice((0.0, 0.0, 0.4, 0.8))
        ways += [
            lambda form, facts, left, right: arrange.columns(form, facts, left, right, far, rng.random() < 0.35),
            lambda form, facts, left, right: arrange.ruled(form, facts, left, right, share, rng.random() < 0.5),
            lambda form, facts, left, right: arrange.dotted(form, facts, left, right),
            lambda form, facts, left, right: arrange.inline(form, facts, left, right),
        ]
    if longest + values < width * 0.9:
        ways += [_opposite, _banded, _leaders]
    for across in (2, 3):
        if longest < width / across * 0.5 and longest + values < width / across * 1.1:
            ways += [lambda form, facts, left, right, n=across: arrange.inline(form, facts, left, right, n)] * 2  # type: ignore[misc]
    return ways


def _stacked_ways(form: Form, facts: Sequence[Fact], width: float) -> list[Block]:
    """Arrangements with the label above or below the value."""
    rng, style = form.rng, form.style
    longest = max(style.small.width(fact.label) for fact in facts) + (form.unit * 2 if form.numbered else 0)
    word = max(style.value.width(max(fact.value.split() or [""], key=len)) for fact in facts)
    most = int(min(5, len(facts), width / max(longest * 1.12, word * 1.25, form.unit * 5)))
    if most < 1:
        return []
    across = rng.randint(max(1, most // 2), most)
    ways: list[Block] = [
        lambda form, facts, left, right: arrange.above(form, facts, across, left, right, rng.random() < 0.4),
        lambda form, facts, left, right: arrange.below(form, facts, across, left, right, rng.random() < 0.8),
        lambda form, facts, left, right: arrange.grid(form, facts, across, left, right),
        lambda form, facts, left, right: arrange.grid(form, facts, across, left, right),
    ]
    if across > 1:
        ways += [lambda form, facts, left, right: _strips(form, facts, left, right, across)] * 2
    return ways


def _opposite(form: Form, facts: Sequence[Fact], left: float, right: float) -> None:
    arrange.opposite(form, facts, left, right, form.rng.uniform(1.5, 2.0))


def _leaders(form: Form, facts: Sequence[Fact], left: float, right: float) -> None:
    """Label, dots that lead to the right, and the value at the right edge."""
    for fact in facts:
        wide = form.style.value.width(fact.value)
        label = form.write_label(left, form.y, fact.label, right - left - wide - form.unit)
        dot = form.style.label.width(".")
        count = int((right - wide - form.unit - label[2]) / max(1.0, dot)) - 2
        base = form.y + form.unit * 1.05
        if count > 3:
            form.sheet.paint(arrange.dots(label[2] + form.unit * 0.5, right - wide - form.unit * 0.6, base))
        form.write_value(right, form.y, fact, align="right")
        form.y += form.unit * 1.75
    form.y += form.unit * 0.4


def _banded(form: Form, facts: Sequence[Fact], left: float, right: float) -> None:
    """Rows with every other one shaded; values at a tab or at the right edge."""
    tint, at_right, pad = form.rng.choice(PALE), form.rng.random() < 0.5, form.unit * 0.4
    tab = left + max(form.style.label.width(fact.label) for fact in facts) + form.unit * 2
    for n, fact in enumerate(facts):
        if n % 2 == 0:
            form.sheet.fill((left, form.y, right, form.y + form.unit * 1.9), tint)
        form.write_label(left + pad, form.y + pad, fact.label)
        if at_right:
            form.write_value(right - pad, form.y + pad, fact, align="right")
        else:
            form.write_value(tab, form.y + pad, fact, right - tab - pad)
        form.y += form.unit * 1.9
    form.y += form.unit * 0.6


def _wrapped(form: Form, facts: Sequence[Fact], left: float, right: float) -> None:
    """Labels in a narrow column, broken into lines, and values beside them; at times with rules or cells."""
    rng, ink = form.rng, form.style.label
    column = (right - left) * rng.uniform(0.28, 0.45)
    x, pad = left + column + form.unit, form.unit * 0.35
    to_right, rules, at_edge = rng.random() < 0.3, rng.choice(("", "", "rows", "cells")), rng.random() < 0.15
    top = form.y
    for n, fact in enumerate(facts):
        label = f"{n + 1}. {fact.label}" if form.numbered else fact.label
        lines = broken(label + form.style.colon.strip(), ink, column)
        start, align = (left + column, "right") if to_right else (left + pad * bool(rules), "left")
        for m, line in enumerate(lines):
            form.write_label(start, form.y + pad + m * ink.size * 1.2, line, column, align=align)
        if at_edge and form.style.value.width(fact.value) < right - x:
            bottom = form.write_value(right - pad, form.y + pad, fact, align="right")[3]
        else:
            bottom = form.write_value(x, form.y + pad, fact, right - x - pad)[3]
        form.y = max(form.y + pad + len(lines) * ink.size * 1.2, bottom) + pad
        if rules:
            form.sheet.rule(left, form.y, right, form.y, arrange.GREY)
    if rules:
        form.sheet.rule(left, top, right, top, arrange.GREY)
    for edge in (left, x - form.unit * 0.5, right) if rules == "cells" else ():
        form.sheet.rule(edge, top, edge, form.y, arrange.GREY)
    form.y += form.unit * 0.8


def _boxes(form: Form, facts: Sequence[Fact], left: float, right: float) -> None:
    """Each value in a frame, with its label before or above the frame."""
    rng, ink = form.rng, form.style.label
    column = min((right - left) * 0.42, max(ink.width(fact.label) for fact in facts) + form.unit)
    for fact in facts:
        lines = broken(fact.label, ink, column - form.unit * 0.4)
        top = form.y
        for m, line in enumerate(lines):
            form.write_label(left, top + form.unit * 0.3 + m * ink.size * 1.2, line, column - form.unit * 0.4)
        x = left + column
        value = form.write_value(x + form.unit * 0.4, top + form.unit * 0.3, fact, right - x - form.unit * 0.8)
        low = max(value[3], top + form.unit * 1.3, top + len(lines) * ink.size * 1.2) + form.unit * 0.35
        form.sheet.frame((x, top, right, low), rng.choice((arrange.GREY, (60, 60, 60))))
        form.y = low + form.unit * 0.35
    form.y += form.unit * 0.5


def _strips(form: Form, facts: Sequence[Fact], left: float, right: float, across: int) -> None:
    """Tables of one row each under a row of labels, which may be coloured."""
    rules, tinted = form.rng.choice(("all", "all", "rows", "none")), form.rng.random() < 0.4
    for start in range(0, len(facts), across):
        row = facts[start : start + across]
        top, mark = form.y, len(form.sheet.strokes)
        lowest = _label_bottom(form, row, left, right)
        arrange.header_row(form, [row], left, right, rules)
        if tinted:
            form.sheet.fill((left, top, right, lowest), PALE[sum(form.style.accent) % len(PALE)])
            form.sheet.strokes.insert(mark, form.sheet.strokes.pop())
        if rules == "all" and form.rng.random() < 0.4:
            form.y -= form.unit
    form.y += form.unit * 0.6


def _label_bottom(form: Form, row: Sequence[Fact], left: float, right: float) -> float:
    """Where the header of a strip will end, roughly: labels take at most three lines."""
    ink = replace(form.style.label, size=max(11, int(form.style.label.size * 0.85)))
    width = (right - left) / len(row)
    lines = max(min(3, len(broken(fact.label, ink, width * 0.8))) for fact in row)
    return form.y + form.unit * 0.5 + lines * ink.size * 1.2


def _run_in(form: Form, facts: Sequence[Fact], left: float, right: float) -> None:
    """Labels and values one after the other, as many in a line as fit."""
    rng = form.rng
    joint, x, pitch = rng.choice(("", "", "|", ";", "/", ",")), left, form.unit * rng.uniform(1.5, 1.9)
    colon = form.style.colon.strip() or ":"
    for n, fact in enumerate(facts):
        label = fact.label + colon
        ink = fit(form.style.label, label, (right - left) * 0.7)
        wide = ink.width(label) + form.unit * 0.4 + max(form.style.value.width(fact.value), form.unit * 3)
        if x > left and x + wide > right:
            x, form.y = left, form.y + pitch
        rect = form.sheet.write(x, form.y, label, ink)
        value = form.write_value(rect[2] + form.unit * 0.4, form.y, fact, right - rect[2] - form.unit * 0.4)
        x = value[2] if fact.value else rect[2] + form.unit * 3
        if value[3] > form.y + form.unit * 1.8:  # it took several lines: nothing may follow in this one
            x, form.y = left, value[3] + form.unit * 0.6
            continue
        if joint and n < len(facts) - 1:
            gap = 0.0 if joint in ",;" else form.unit * 0.4
            x = form.sheet.write(x + gap, form.y, joint, form.style.label)[2]
        x += form.unit * (rng.uniform(1.2, 2.0) if not joint else 0.5)
    form.y += pitch + form.unit * 0.5


def prose(form: Form, opening: str, facts: Sequence[Fact], link: str, joint: str, close: str) -> None:
    """Running text with values in it; a value is never divided between two lines."""
    x, left, right, pitch = form.left, form.left, form.right, form.unit * form.rng.uniform(1.5, 1.8)
    ink = replace(form.style.value, file=form.style.label.file, size=form.style.value.size)

    def put(text: str, ending: str = "", whole: bool = False) -> Rect:
        nonlocal x
        rects: list[Rect] = []
        for part in [text] if whole else text.split():
            if x > left and x + form.style.value.width(part + ending) > right:
                x, form.y = left, form.y + pitch
            rects.append(form.sheet.write(x, form.y, part, form.style.value if whole else ink))
            x = rects[-1][2] + ink.width(" ")
        return around(rects)

    put(opening)
    for n, fact in enumerate(facts):
        put(fact.label + ("" if link != ":" else ":"))
        if link not in {":", ""}:
            put(link)
        ending = joint if n < len(facts) - 1 else close
        if fact.value:
            form.answer(fact.field, fact.value, put(fact.value, whole=True))
        else:
            form.blank.add(fact.field)
        x = form.sheet.write(x - ink.width(" ") * 0.9, form.y, ending, ink)[2] + ink.width(" ")  # never on its own
    form.y += form.unit * 2.2


def _row_heads(form: Form, heads: Sequence[str], width: float) -> float:
    """How wide the column of row heads is."""
    return min(width * 0.32, max(form.style.label.width(head) for head in heads) + form.unit)


def matrix(
    form: Form,
    rows: Sequence[str],
    columns: Sequence[str],
    cells: dict[tuple[str, str], Fact],
    left: float,
    right: float,
) -> None:
    """A table with heads of rows and of columns; ``cells`` by both. Cells without a fact stay empty."""
    rng, pad, ink = form.rng, form.unit * 0.4, form.style.label
    rules, tint, top = rng.choice(("all", "all", "rows", "none")), rng.random() < 0.4, form.y
    first = _row_heads(form, rows, right - left)
    step = (right - left - first) / len(columns)
    edges = [left, *(left + first + step * n for n in range(len(columns) + 1))]
    mark = len(form.sheet.strokes)
    head = max(
        _lines(form, name, x + pad, top + pad, step - 2 * pad) for name, x in zip(columns, edges[1:], strict=False)
    )
    if tint:
        form.sheet.fill((left, top, right, head + pad), rng.choice(PALE))
        form.sheet.strokes.insert(mark, form.sheet.strokes.pop())
    lines, form.y = [top, head + pad], head + pad
    for row in rows:
        bottom = _lines(form, row, left + pad, form.y + pad, first - 2 * pad, ink)
        for name, x in zip(columns, edges[1:], strict=False):
            if (row, name) in cells:
                value = form.write_value(x + pad, form.y + pad, cells[row, name], step - 2 * pad)
                bottom = max(bottom, value[3])
        form.y = max(bottom + pad, form.y + form.unit * 1.7)
        lines.append(form.y)
    for y in lines if rules != "none" else []:
        form.sheet.rule(left, y, right, y, arrange.GREY)
    for x in edges if rules == "all" else []:
        form.sheet.rule(x, top, x, form.y, arrange.GREY)
    form.y += form.unit


def _lines(form: Form, text: str, x: float, y: float, width: float, ink: Ink | None = None) -> float:
    """A text in as many lines as it needs; returns its bottom."""
    ink = ink or replace(form.style.label, size=max(12, int(form.style.label.size * 0.9)))
    parts = broken(text, ink, width)
    for n, part in enumerate(parts):
        form.sheet.write(x, y + n * ink.size * 1.2, part, fit(ink, part, width))
    return y + len(parts) * ink.size * 1.2


def heading(form: Form, text: str, left: float, right: float, style: str) -> None:
    """A heading over a block: bold, a coloured bar, underlined, framed or small capitals."""
    rng, unit = form.rng, form.unit
    bold = Ink(form.style.title.file, round(unit * rng.choice((0.95, 1.05, 1.15))), form.style.title.colour)
    shown = text.upper() if style == "capitals" else text
    bold = fit(bold, shown, right - left - unit)
    if style in {"bar", "pale"}:
        colour = form.style.accent if style == "bar" else PALE[sum(form.style.accent) % len(PALE)]
        form.sheet.fill((left, form.y, right, form.y + unit * 1.7), colour)
        ink = replace(bold, colour=WHITE) if style == "bar" else bold
        form.sheet.write(left + unit * 0.5, form.y + unit * 0.25, shown, ink)
        form.y += unit * 2.3
        return
    rect = form.sheet.write(left + (unit * 0.4 if style == "framed" else 0), form.y, shown, bold)
    if style == "underlined":
        form.sheet.rule(left, rect[3] + unit * 0.3, right, rect[3] + unit * 0.3, form.style.accent, 2)
    if style == "framed":
        form.sheet.frame((left, rect[1] - unit * 0.4, right, rect[3] + unit * 0.4), arrange.GREY)
    form.y += unit * (2.2 if style in {"underlined", "framed"} else 1.7)


HEADINGS = ("bold", "bold", "bar", "pale", "underlined", "framed", "capitals")


def beside_cell(form: Form, text: str, facts: Sequence[Fact], left: float, right: float, block: Block) -> None:
    """The section in a cell at the left, its fields in the block at the right."""
    top, width = form.y, (right - left) * form.rng.uniform(0.15, 0.22)
    form.y += form.unit * 0.5
    start = form.y
    block(form, facts, left + width + form.unit * 0.6, right - form.unit * 0.4)
    low = max(form.y, _lines(form, text, left + form.unit * 0.3, start, width - form.unit * 0.6) + form.unit * 0.4)
    form.sheet.frame((left, top, right, low), arrange.GREY)
    form.sheet.rule(left + width, top, left + width, low, arrange.GREY)
    form.y = low + (form.unit * 0.8 if form.rng.random() < 0.6 else 0.0)
