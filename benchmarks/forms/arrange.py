"""How facts are arranged on a sheet. Every arrangement takes a form and facts, and moves ``form.y`` below them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from benchmarks.forms.form import Fact, Form, broken, fit
from benchmarks.forms.sheet import Colour, Ink, Rect, around
from PIL import Image, ImageDraw

GREY: Colour = (150, 150, 150)


def columns(
    form: Form, facts: Sequence[Fact], left: float = 0, right: float = 0, far: float = 0.0, rules: bool = False
) -> None:
    """Labels left, values in a column beside them; ``far`` (0 to 1) pushes the values to the right."""
    left, right = left or form.left, right or form.right
    label = form.style.label
    widest = min(max(label.width(_beside(form, fact, n)) for n, fact in enumerate(facts)), (right - left) * 0.5)
    x = left + widest + form.unit * form.rng.uniform(0.7, 2.2) + far * (right - left - widest) * 0.5
    pitch = form.unit * form.rng.uniform(1.5, 2.3)
    ragged = form.rng.random() < 0.12
    for n, fact in enumerate(facts):
        start, align = (left + widest, "right") if ragged else (left, "left")
        form.write_label(start, form.y, _beside(form, fact, n), widest, align=align)
        bottom = form.write_value(x, form.y, fact, right - x)[3]
        form.y = max(form.y + pitch, bottom + pitch - form.unit)
        if rules:
            form.sheet.rule(left, form.y - pitch * 0.2, right, form.y - pitch * 0.2, GREY)
    form.y += form.unit * 0.5


def inline(form: Form, facts: Sequence[Fact], left: float = 0, right: float = 0, across: int = 1) -> None:
    """Label and value in one line of text; ``across`` pairs in a row."""
    left, right = left or form.left, right or form.right
    step, pitch = (right - left) / across, form.unit * form.rng.uniform(1.5, 2.0)
    colon = form.style.colon.strip() or (":" if form.style.label.file == form.style.value.file else "")
    for n, fact in enumerate(facts):
        x = left + step * (n % across)
        label = _numbered(form, fact.label, n) + colon
        rect = form.write_label(x, form.y, label, step * 0.55)
        start = rect[2] + form.unit * form.rng.choice((0.35, 0.35, 0.6))
        form.write_value(start, form.y, fact, max(x + step * 0.97 - start, step * 0.3))
        if n % across == across - 1 or n == len(facts) - 1:
            form.y = max([form.y + pitch, *_bottoms(form, facts[n - n % across : n + 1], pitch)])
    form.y += form.unit * 0.5


def above(
    form: Form, facts: Sequence[Fact], across: int = 2, left: float = 0, right: float = 0, boxed: bool = False
) -> None:
    """A small label above each value, ``across`` of them in a row; ``boxed``: the value in a frame of its own."""
    left, right = left or form.left, right or form.right
    step = (right - left) / across
    for start in range(0, len(facts), across):
        bottom, top = form.y, form.y
        for n, fact in enumerate(facts[start : start + across]):
            x = left + n * step
            label = form.write_label(x, top, _numbered(form, fact.label, start + n), step * 0.92, form.style.small)
            y = label[3] + form.unit * (0.45 if boxed else 0.25)
            value = form.write_value(x + (form.unit * 0.4 if boxed else 0), y, fact, step * 0.88)
            if boxed:
                frame = (x, y - form.unit * 0.15, x + step * 0.94, max(value[3], y + form.unit) + form.unit * 0.35)
                form.sheet.frame(frame, GREY)
            bottom = max(bottom, value[3], y + form.unit)
        form.y = bottom + form.unit * (1.0 if boxed else 0.8)


def below(
    form: Form, facts: Sequence[Fact], across: int = 2, left: float = 0, right: float = 0, rules: bool = True
) -> None:
    """A small label under each value, with a line between them."""
    left, right = left or form.left, right or form.right
    step = (right - left) / across
    small = replace(form.style.small, size=max(11, int(form.style.small.size * 0.95)))
    for start in range(0, len(facts), across):
        row = facts[start : start + across]
        bottom = form.y + form.unit
        for n, fact in enumerate(row):
            bottom = max(bottom, form.write_value(left + n * step, form.y, fact, step * 0.9)[3])
        for n, fact in enumerate(row):
            x = left + n * step
            if rules:
                form.sheet.rule(x, bottom + form.unit * 0.2, x + step * 0.92, bottom + form.unit * 0.2, GREY)
            form.write_label(x, bottom + form.unit * 0.28, _numbered(form, fact.label, start + n), step * 0.9, small)
        form.y = bottom + form.unit * (0.4 + form.rng.uniform(1.7, 2.1) * small.size / form.unit)


def grid(form: Form, facts: Sequence[Fact], across: int = 2, left: float = 0, right: float = 0) -> None:
    """Ruled cells, each with a small label in its corner and the value under it."""
    left, right = left or form.left, right or form.right
    step, pad = (right - left) / across, form.unit * 0.35
    for start in range(0, len(facts), across):
        row, bottom = facts[start : start + across], form.y + form.unit * 2.4
        for n, fact in enumerate(row):
            x, label = left + n * step + pad, _numbered(form, fact.label, start + n)
            head = form.write_label(x, form.y + pad * 0.5, label, step - 2 * pad, form.style.small)
            bottom = max(bottom, form.write_value(x, head[3] + pad * 0.5, fact, step - 2 * pad)[3] + pad)
        for n in range(across):
            form.sheet.frame((left + n * step, form.y, left + (n + 1) * step, bottom), GREY)
        form.y = bottom
    form.y += form.unit


def ruled(
    form: Form, facts: Sequence[Fact], left: float = 0, right: float = 0, share: float = 0.38, shade: bool = False
) -> None:
    """A ruled table of two columns: label cells and value cells."""
    left, right = left or form.left, right or form.right
    middle, pad, top = left + (right - left) * share, form.unit * 0.45, form.y
    for n, fact in enumerate(facts):
        start = form.y
        if shade:
            form.sheet.fill((left, start, middle, start + form.unit * 2.0), (232, 236, 240))
        form.write_label(left + pad, start + pad, _numbered(form, fact.label, n), middle - left - 2 * pad)
        bottom = form.write_value(middle + pad, start + pad, fact, right - middle - 2 * pad)[3]
        form.y = max(start + form.unit * 2.0, bottom + pad)
        form.sheet.rule(left, start, right, start, GREY)
    form.sheet.rule(left, form.y, right, form.y, GREY)
    for x in (left, middle, right):
        form.sheet.rule(x, top, x, form.y, GREY)
    form.y += form.unit


def dotted(form: Form, facts: Sequence[Fact], left: float = 0, right: float = 0) -> None:
    """Label, a row of dots or a line, and the value upon it: a form on paper that was filled in."""
    left, right = left or form.left, right or form.right
    lined, pitch = form.rng.random() < 0.6, form.unit * form.rng.uniform(1.8, 2.4)
    for n, fact in enumerate(facts):
        label = form.write_label(left, form.y, _beside(form, fact, n), (right - left) * 0.5)
        x = label[2] + form.unit * form.rng.uniform(0.4, 1.5)
        base = form.y + form.unit * 1.22
        if lined:
            form.sheet.rule(label[2] + 4, base, right, base, GREY)
        else:
            form.sheet.paint(dots(label[2] + 6, right, base))
        bottom = form.write_value(x, form.y, fact, right - x)[3]
        form.y = max(form.y + pitch, bottom + pitch - form.unit)
    form.y += form.unit * 0.4


def opposite(form: Form, facts: Sequence[Fact], left: float = 0, right: float = 0, pitch: float = 1.5) -> None:
    """Label at the left edge, value at the right edge: totals of invoices and receipts."""
    left, right = left or form.left, right or form.right
    for fact in facts:
        wide = form.style.value.width(fact.value)
        form.write_label(left, form.y, fact.label + form.style.colon, right - left - wide - form.unit * 0.5)
        form.write_value(right, form.y, fact, align="right")
        form.y += form.unit * pitch
    form.y += form.unit * 0.4


def header_row(
    form: Form, rows: Sequence[Sequence[Fact]], left: float = 0, right: float = 0, rules: str = "all"
) -> list[float]:
    """A table: the labels of the first row as its header, the values of each row beneath; ``rules``: all, rows, none.

    Returns the left edges of the columns.
    """
    left, right = left or form.left, right or form.right
    weights = [
        max(5.0, *(min(22, len(row[n].value)) for row in rows), len(rows[0][n].label) * 0.6)
        for n in range(len(rows[0]))
    ]
    total, pad, top = sum(weights), form.unit * 0.4, form.y
    edges = [left + (right - left) * sum(weights[:n]) / total for n in range(len(weights) + 1)]
    bottom = top
    for n, fact in enumerate(rows[0]):
        width = edges[n + 1] - edges[n] - 2 * pad
        bottom = max(bottom, _cell(form, edges[n] + pad, top + pad * 0.7, fact.label, width))
    lines, form.y = [top, bottom + pad * 0.5], bottom + pad * 0.5
    for row in rows:
        bottom = form.y + form.unit * 1.6
        for n, fact in enumerate(row):
            width = edges[n + 1] - edges[n] - 2 * pad
            bottom = max(bottom, form.write_value(edges[n] + pad, form.y + pad * 0.6, fact, width)[3] + pad * 0.6)
        form.y = bottom
        lines.append(bottom)
    for y in lines if rules != "none" else []:
        form.sheet.rule(left, y, right, y, GREY)
    for x in edges if rules == "all" else []:
        form.sheet.rule(x, top, x, form.y, GREY)
    form.y += form.unit
    return edges


def sentences(form: Form, parts: Sequence[str | Fact], ink: Ink | None = None) -> None:
    """Running text with values in it, broken at the right margin; a value may go on in the next line."""
    plain, x = ink or form.style.value, form.left
    for part in parts:
        fact = part if isinstance(part, Fact) else None
        if fact is not None and not fact.value:
            form.blank.add(fact.field)
        rects: list[Rect] = []
        for word in (fact.value if fact is not None else str(part)).split():
            used = form.style.value if fact is not None else plain
            if x + used.width(word) > form.right:
                x, form.y = form.left, form.y + form.unit * 1.7
            rects.append(form.sheet.write(x, form.y, word, used))
            x = rects[-1][2] + used.width(" ")
        if fact is not None and rects:
            form.answer(fact.field, fact.value, around(rects))
    form.y += form.unit * 2.6


def choice(form: Form, field: str, label: str, options: Sequence[str], left: float = 0, under: bool = False) -> None:
    """A question with check boxes; one option is ticked, or sometimes none. The option's word is the answer."""
    left, size = left or form.left, form.unit * 0.9
    style = form.rng.choice(("cross", "tick", "fill", "radio"))
    chosen = form.rng.choice((*options, *options, *options, ""))
    rect = form.write_label(left, form.y, label, form.right - left)
    x, y = (left, form.y + form.unit * 1.6) if under else (rect[2] + form.unit * 1.2, form.y)
    before = form.rng.random() < 0.8
    if chosen == "":
        form.blank.add(field)
    for option in options:
        if x + form.style.value.width(option) + size * 2 > form.right:
            x, y = left + form.unit, y + form.unit * 1.7
        start = x + size * 1.4 if before else x
        word = form.sheet.write(start, y, option, form.style.value)
        tick = form.sheet.tick(
            x if before else word[2] + size * 0.4, y + form.unit * 0.15, int(size), option == chosen, style=style
        )
        if option == chosen:
            form.answer(field, option, word)
        x = max(word[2], tick[2]) + form.unit * form.rng.uniform(1.3, 2.4)
    form.y = y + form.unit * 2.0


def _cell(form: Form, x: float, y: float, text: str, width: float) -> float:
    """A header's text, in two lines where it must be; returns its bottom."""
    ink = replace(form.style.label, size=max(11, int(form.style.label.size * 0.85)))
    lines = broken(text, ink, width)[:3] if ink.width(text) > width else [text]
    for n, line in enumerate(lines):
        form.sheet.write(x, y + n * ink.size * 1.15, line, fit(ink, line, width))
    return y + len(lines) * ink.size * 1.2


def _beside(form: Form, fact: Fact, n: int) -> str:
    return _numbered(form, fact.label, n) + form.style.colon


def _numbered(form: Form, label: str, n: int) -> str:
    return f"{n + 1}. {label}" if form.numbered else label


def _bottoms(form: Form, facts: Sequence[Fact], pitch: float) -> list[float]:
    rects: list[Rect] = [form.answers[fact.field][1] for fact in facts if fact.field in form.answers]
    return [rect[3] + pitch - form.unit * 1.2 for rect in rects if rect[3] > form.y]


def dots(left: float, right: float, y: float) -> Callable[[Image.Image], None]:
    """A dotted line, to be painted."""

    def paint(picture: Image.Image) -> None:
        draw = ImageDraw.Draw(picture)
        for x in range(int(left), int(right), 8):
            draw.ellipse((x, y, x + 2, y + 2), (110, 110, 110))

    return paint
