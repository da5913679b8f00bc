"""Pieces of the layouts of unusual arrangement: ranges of days, boxes to tick, strips, free fields, amounts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from benchmarks.forms import arrange
from benchmarks.forms.form import Fact, Form
from benchmarks.forms.free import some
from benchmarks.forms.sheet import Ink, Rect, around

YES_NO = {
    "en": ("Yes", "No"), "de": ("Ja", "Nein"), "fr": ("Oui", "Non"), "es": ("Sí", "No"), "it": ("Sì", "No"),
    "pt": ("Sim", "Não"), "nl": ("Ja", "Nee"), "pl": ("Tak", "Nie"),
}  # fmt: skip
TO = {
    "en": "-|to|until|–",
    "de": "-|bis|–",
    "fr": "-|au",
    "es": "-|a|al",
    "it": "-|al",
    "pt": "-|a",
    "nl": "-|t/m",
    "pl": "-|do",
}


def free_facts(form: Form, count: int, things: int = 2) -> list[Fact]:
    """Facts of fields that no vocabulary has; some that are like them are to be asked for in vain."""
    there, lacking = some(form.rng, count, things)
    form.vain += lacking
    return [form.fact(field, 0.04) for field in there]


def any_way(form: Form, facts: Sequence[Fact], left: float = 0, right: float = 0) -> None:
    """Facts in an arrangement that chance decides."""
    ways = (arrange.columns, arrange.inline, arrange.above, arrange.below, arrange.grid, arrange.ruled, arrange.dotted)
    form.rng.choice(ways)(form, facts, left=left, right=right)


def span(
    form: Form, x: float, y: float, field: str, days: tuple[date, date], ends: tuple[str, str], ink: Ink | None = None
) -> Rect:
    """Two days in one line, "a - b"; the whole answers ``field``, its ends answer ``ends``."""
    ink, world = ink or form.style.value, form.world
    to = form.rng.choice(TO[form.language].split("|"))
    rects: list[Rect] = []
    for text in (world.day(days[0]), to, world.day(days[1])):
        rects.append(form.sheet.write(x, y, text, ink))
        x = rects[-1][2] + ink.width(" ")
    form.answer(field, f"{world.day(days[0])} {to} {world.day(days[1])}", around(rects))
    form.answer(ends[0], world.day(days[0]), rects[0])
    form.answer(ends[1], world.day(days[1]), rects[2])
    return around(rects)


def labelled_span(form: Form, field: str, days: tuple[date, date], ends: tuple[str, str]) -> None:
    """A label, and two days beside it, under it or above it."""
    label, way = form.label(field), form.rng.choice(("beside", "beside", "under", "over"))
    if way == "beside":
        rect = form.write_label(form.left, form.y, label + form.style.colon)
        span(form, rect[2] + form.unit * form.rng.uniform(0.4, 3), form.y, field, days, ends)
    elif way == "under":
        form.write_label(form.left, form.y, label, ink=form.style.small)
        form.y += form.unit * 1.1
        span(form, form.left, form.y, field, days, ends)
    else:
        rect = span(form, form.left, form.y, field, days, ends)
        form.y = rect[3] + form.unit * 0.25
        form.write_label(form.left, form.y, label, ink=form.style.small)
    form.y += form.unit * 2.0


def ticked(
    form: Form,
    field: str,
    options: Sequence[str] = (),
    left: float = 0,
    right: float = 0,
    tab: float = 0.0,
    style: str = "",
) -> None:
    """A question and its options in a line, one of them marked by a box, "[x]", "(X)" or typed X; mostly one is.

    ``tab`` (0 to 1): where the options begin; 0 for right behind the question.
    """
    left, right = left or form.left, right or form.right
    rng, options = form.rng, options or YES_NO[form.language]
    style = style or rng.choice(("box", "box", "box", "[x]", "(X)"))
    chosen = rng.choice((*options, *options, *options, ""))
    label = form.label(field)
    label += "" if label.endswith("?") else form.style.colon
    rect = form.write_label(left, form.y, label, (right - left) * 0.6)
    x = max(rect[2] + form.unit, left + (right - left) * tab)
    before = rng.random() < 0.8
    if not chosen:
        form.blank.add(field)
    for option in options:
        wide = form.style.value.width(option) + form.unit * 2.2
        if x + wide > right:
            x, form.y = left + form.unit * 2, form.y + form.unit * 1.7
        x = option_drawn(form, field, option, option == chosen, x, style, before) + form.unit * rng.uniform(1.0, 2.0)
    form.y += form.unit * 1.9


def option_drawn(form: Form, field: str, option: str, chosen: bool, x: float, style: str, before: bool) -> float:
    """One option with its mark before or after it; returns its right end."""
    gap = form.unit * 0.35
    start = _mark(form, x, chosen, style) + gap if before else x
    word = form.sheet.write(start, form.y, option, form.style.value)
    if chosen:
        form.answer(field, option, word)
    return word[2] if before else _mark(form, word[2] + gap, chosen, style)


def _mark(form: Form, x: float, chosen: bool, style: str) -> float:
    if style == "box":
        kind = ("cross", "tick", "fill", "radio")[sum(form.style.accent) % 4]
        return form.sheet.tick(x, form.y + form.unit * 0.15, int(form.unit * 0.85), chosen, style=kind)[2]
    text = {"[x]": ("[ ]", "[x]"), "(X)": ("( )", "(X)")}[style][chosen]
    return form.sheet.write(x, form.y, text, form.style.value)[2]


def strips(form: Form, facts: Sequence[Fact], across: int, empty: float = 0.0) -> None:
    """Tables of one row each, names above values; some values are missing."""
    rules = form.rng.choice(("all", "rows", "none", "all"))
    for start in range(0, len(facts), across):
        row = [
            Fact(one.field, one.label, "") if form.rng.random() < empty else one
            for one in facts[start : start + across]
        ]
        arrange.header_row(form, [row], rules=rules)
        form.y -= form.unit * form.rng.choice((0.0, 0.4, 1.0) if rules == "all" else (0.0, 0.3))
    form.y += form.unit


def large(form: Form, field: str, align: str = "left") -> None:
    """One amount in large letters, its label above or below it."""
    fact, ink = (
        form.fact(field),
        Ink(form.style.title.file, round(form.unit * form.rng.uniform(1.8, 2.6)), form.style.title.colour),
    )
    x = {"left": form.left, "right": form.right, "middle": (form.left + form.right) / 2}[align]
    over = form.rng.random() < 0.55
    if over:
        form.y = form.write_label(x, form.y, fact.label, align=align)[3] + form.unit * 0.4
    form.y = form.write_value(x, form.y, fact, ink=ink, align=align)[3] + form.unit * 0.4
    if not over:
        form.y = form.write_label(x, form.y, fact.label, ink=form.style.small, align=align)[3]
    form.y += form.unit * 1.2


def amounts(form: Form, rows: Sequence[Sequence[Fact]], heads: Sequence[str]) -> None:
    """Row labels at the left, columns of numbers at the right; the label is that of a row's first fact."""
    width, last = form.right - form.left, len(heads)
    tabs = [form.left + width * (0.55 + 0.45 * (n + 1) / last) for n in range(last)]
    ruled = form.rng.random() < 0.5
    for x, head in zip(tabs, heads, strict=True):
        form.write_label(x, form.y, head, width * 0.42 / last, form.style.small, "right")
    form.y += form.unit * 1.6
    for row in rows:
        form.write_label(form.left, form.y, row[0].label, width * 0.5)
        for x, fact in zip(tabs, row, strict=False):
            form.write_value(x, form.y, fact, width * 0.42 / last, align="right")
        form.y += form.unit * 1.75
        if ruled:
            form.sheet.rule(form.left, form.y - form.unit * 0.3, form.right, form.y - form.unit * 0.3, arrange.GREY)
    form.y += form.unit * 0.6


def unlabelled(form: Form, field: str, x: float, y: float, width: float) -> None:
    """A name and, below it, street and town: they answer ``field`` and "address", with no label."""
    name, ink = form.world.value(field), form.style.value
    rect = form.write_label(x, y, name, width, ink)
    parts = [form.world.street(), form.world.town()]
    places = [form.write_label(x, y + ink.size * 1.35 * (n + 1), part, width, ink) for n, part in enumerate(parts)]
    form.answer(field, name, rect)
    form.answer("address" if field == "name" else "ship_address", " ".join(parts), around(places))
    lowest = places[-1][3]
    if form.rng.random() < 0.3:
        lowest = form.write_label(x, y + ink.size * 1.35 * 3, form.world.value("country"), width, ink)[3]
        form.mentioned.add("country")
    form.y = max(form.y, lowest + form.unit)


def letterhead(form: Form, field: str) -> None:
    """The issuer as a line at the top, without a label: left, in the middle or right, large, or in a bar of colour."""
    name, rng = form.world.value(field), form.rng
    align = rng.choice(("left", "middle", "right"))
    x = {"left": form.left, "right": form.right, "middle": (form.left + form.right) / 2}[align]
    ink = form.style.title
    if rng.random() < 0.25:
        form.sheet.fill((0, 0, form.sheet.width, form.y + form.unit * 3), form.style.accent)
        ink = Ink(ink.file, ink.size, (255, 255, 255))
    rect = form.write_label(x, form.y, name, form.right - form.left, ink, align)
    form.answer(field, name, rect)
    form.y += form.unit * 3.4
    if rng.random() < 0.7:
        tail = f"{form.world.street()} · {form.world.town()}" + (
            f" · {form.world.make_phone()}" if rng.random() < 0.6 else ""
        )
        form.write_label(x, form.y - form.unit * 0.2, tail, form.right - form.left, form.style.small, align)
        form.mentioned |= {"company_address", "company_phone", "phone"}
        form.y += form.unit * 1.8
