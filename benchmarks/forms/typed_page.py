"""Draws the fields of a form type on a sheet: sections, blocks, and what stands around them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from benchmarks.forms.form import Fact, Form, broken, fit
from benchmarks.forms.form_types import FormType
from benchmarks.forms.layouts import base, pieces
from benchmarks.forms.sheet import Rect
from benchmarks.forms.typed_blocks import HEADINGS, any_way, beside_cell, heading, matrix, prose
from benchmarks.forms.typed_texts import AS_OF, IS, OFFICE, OPENINGS, PAGES, PARTS, SIGNED, sentence, title, words
from benchmarks.forms.typed_values import Valued

BESIDE = ("{s} {l}", "{s} - {l}", "{s}: {l}", "{l} ({s})", "{s} / {l}", "{s}, {l}", "{l} – {s}")


@dataclass
class Entry:
    """A field to be drawn; ``shown`` says whether its section stands on the sheet too."""

    key: str
    section: str
    label: str
    valued: Valued
    blank: bool
    shown: bool = True
    value: str = ""  # as it is printed; "" or a line for a blank one

    def fact(self, form: Form, label: str = "") -> Fact:
        text = label or self.label
        return Fact(self.key, text.upper() if form.style.upper else text, self.value)


Group = tuple[str, list[Entry]]


def drawn_page(form: Form, kind: FormType, entries: Sequence[Entry]) -> set[str]:
    """Writes everything on the form; returns the kinds of values that stand on it without belonging to a field."""
    loose = _head(form, kind)
    groups = _groups(form, entries)
    sections = [group for group in groups if group[0]]
    rest = [entry for name, some in groups if not name for entry in some]
    labels = {entry.label.lower() for _, some in sections for entry in some}
    alike = any(entry.label.lower() in labels for entry in rest)  # below a section it would seem to be the section's
    before = form.rng.random() < 0.6 or alike
    if rest and before:
        _plain(form, kind, rest)
    if sections:
        _sections(form, sections)
    if rest and not before:
        _plain(form, kind, rest)
    return loose | _foot(form, kind)


def _groups(form: Form, entries: Sequence[Entry]) -> list[Group]:
    made: dict[str, list[Entry]] = {}
    for entry in entries:
        made.setdefault(entry.section, []).append(entry)
    if form.rng.random() < 0.2:
        for some in made.values():
            form.rng.shuffle(some)
    return list(made.items())


# sections


def _sections(form: Form, groups: Sequence[Group]) -> None:
    """Sections as a table, side by side, or one below the other."""
    rng = form.rng
    left_over = list(groups)
    if rng.random() < 0.55:
        left_over = _as_table(form, groups)
    several = len(left_over) > 1 and max(len(some) for _, some in left_over) <= 7
    if several and rng.random() < 0.45:
        _side_by_side(form, left_over)
        return
    style, mode = rng.choice(HEADINGS), rng.choices(("heading", "cell", "beside", "none"), (9, 4, 4, 1))[0]
    for name, some in left_over:
        way = "beside" if len(some) == 1 and mode == "heading" and rng.random() < 0.6 else mode
        _section(form, name, some, way, style)


def _section(form: Form, name: str, some: list[Entry], mode: str, style: str) -> None:
    left, right = form.left, form.right
    if mode == "heading":
        heading(form, name, left, right, style)
        _block(form, some, left, right)
    elif mode == "cell":
        ticked = [entry for entry in some if _is_tick(entry)]
        facts = [entry.fact(form) for entry in some if entry not in ticked]
        if facts:
            beside_cell(form, name, facts, left, right, any_way)
        for entry in ticked:
            _tick(form, replace(entry, label=f"{name}: {entry.label}"), left, right)
    elif mode == "beside":
        pattern = form.rng.choice(BESIDE)
        for entry in some:
            entry.label = pattern.format(s=name, l=entry.label)
        _block(form, some, left, right)
    else:
        for entry in some:
            entry.shown = False
        _block(form, some, left, right)


def _as_table(form: Form, groups: Sequence[Group]) -> list[Group]:
    """Sections that share labels become rows or columns of a table; returns what is left over."""
    names: dict[str, set[str]] = {}
    for name, some in groups:
        for entry in some:
            names.setdefault(entry.label, set()).add(name)
    widest = max(names, key=lambda label: len(names[label]))
    rows = [name for name, _ in groups if name in names[widest]]
    shared = [label for label, sections in names.items() if len(sections & set(rows)) >= max(2, len(rows) * 0.5)]
    if not shared or len(shared) > 5 or len(rows) > 6:
        return list(groups)
    cells: dict[tuple[str, str], Fact] = {}
    left_over: list[Group] = []
    for name, some in groups:
        rest = []
        for entry in some:
            if name in rows and entry.label in shared and (name, entry.label) not in cells:
                cells[name, entry.label] = entry.fact(form)
            else:
                rest.append(entry)
        if rest:
            left_over.append((name, rest))
    if form.rng.random() < 0.4 and len(rows) <= 4:
        turned = {(label, name): fact for (name, label), fact in cells.items()}
        matrix(form, shared, rows, turned, form.left, form.right)
    else:
        matrix(form, rows, shared, cells, form.left, form.right)
    return left_over


def _side_by_side(form: Form, groups: Sequence[Group]) -> None:
    """Two or three sections beside each other, each under its heading and in its own arrangement."""
    rng, across = form.rng, 3 if len(groups) == 3 and form.sheet.width > 1100 and form.rng.random() < 0.4 else 2
    style, framed = rng.choice(HEADINGS), rng.random() < 0.3
    for start in range(0, len(groups), across):
        row = groups[start : start + across]
        step, top, bottoms = (form.right - form.left) / across, form.y, [form.y]
        for n, (name, some) in enumerate(row):
            form.y, left = top, form.left + n * step
            right = left + step - form.unit * 1.2
            heading(form, name, left, right, style)
            _block(form, some, left, right)
            bottoms.append(form.y)
        form.y = max(bottoms)
        if framed:
            for n in range(len(row)):
                left = form.left + n * step
                frame = (left - form.unit * 0.4, top - form.unit * 0.5, left + step - form.unit * 0.8, form.y)
                form.sheet.frame(frame, (150, 150, 150))
        form.y += form.unit


# fields without sections


def _plain(form: Form, kind: FormType, entries: list[Entry]) -> None:
    """Fields in chunks, each in an arrangement of its own; at times two chunks beside each other."""
    rng, chunks = form.rng, _chunks(form, entries)
    while chunks:
        chunk = chunks.pop(0)
        narrow = form.right - form.left < 900
        if chunks and not narrow and max(len(chunk), len(chunks[0])) <= 6 and rng.random() < 0.25:
            _pair(form, chunk, chunks.pop(0))
            continue
        if rng.random() < 0.15:
            heading(form, words(PARTS, kind.language, rng), form.left, form.right, rng.choice(HEADINGS))
        if len(chunk) <= 5 and not any(_is_tick(entry) for entry in chunk) and rng.random() < 0.12:
            _prose(form, kind, chunk)
        else:
            _block(form, chunk, form.left, form.right)
        if rng.random() < 0.12:
            form.text(sentence(kind.language, rng))


def _chunks(form: Form, entries: list[Entry]) -> list[list[Entry]]:
    if form.rng.random() < 0.35:
        return [list(entries)]
    made, left = [], list(entries)
    while left:
        count = form.rng.randint(1 if len(left) < 4 else 2, 7)
        made.append(left[:count])
        left = left[count:]
    return made


def _pair(form: Form, one: list[Entry], other: list[Entry]) -> None:
    top, middle = form.y, (form.left + form.right) / 2
    _block(form, one, form.left, middle - form.unit * 0.8)
    bottom, form.y = form.y, top
    _block(form, other, middle + form.unit * 0.2, form.right)
    form.y = max(form.y, bottom)


def _prose(form: Form, kind: FormType, entries: Sequence[Entry]) -> None:
    rng = form.rng
    link = rng.choice((":", ":", "", IS.get(kind.language, ":")))
    facts = [entry.fact(form) for entry in entries]
    prose(form, words(OPENINGS, kind.language, rng), facts, link, rng.choice((",", ";")), ".")


def _block(form: Form, entries: Sequence[Entry], left: float, right: float) -> None:
    """Fields in one arrangement, and those with boxes to tick below them or above."""
    ticked = [entry for entry in entries if _is_tick(entry)]
    facts = [entry.fact(form) for entry in entries if not _is_tick(entry)]
    first = form.rng.random() < 0.3
    if facts and not first:
        any_way(form, facts, left, right)
    tab, style = form.rng.choice((0.0, 0.0, 0.62)), form.rng.choice(("box", "box", "box", "[x]", "(X)"))
    for entry in ticked:
        _tick(form, entry, left, right, tab, style)
    if facts and first:
        any_way(form, facts, left, right)


def _is_tick(entry: Entry) -> bool:
    """Whether a field is answered by boxes; its last digit decides, so that a sheet has both kinds."""
    return bool(entry.valued.options) and hash_of(entry) % 10 < 7


def hash_of(entry: Entry) -> int:
    return sum(map(ord, entry.key + entry.valued.text))


def _tick(form: Form, entry: Entry, left: float, right: float, tab: float = 0.0, style: str = "box") -> None:
    """A label and its options, one of them marked unless the field is blank."""
    fact, rng, ink = entry.fact(form), form.rng, form.style.label
    label = fact.label + ("" if fact.label.endswith("?") else form.style.colon)
    lines, x, rect = broken(label, ink, (right - left) * 0.58), left, (left, form.y, left, form.y)
    for n, line in enumerate(lines):
        form.y += ink.size * 1.25 if n else 0.0
        rect = form.sheet.write(left, form.y, line, fit(ink, line, (right - left) * 0.9))
    x, before = max(rect[2] + form.unit, left + (right - left) * tab), rng.random() < 0.8
    if entry.blank:
        form.blank.add(entry.key)
    gap = form.unit * rng.uniform(1.0, 2.0)
    for option in entry.valued.options:
        if x + form.style.value.width(option) + form.unit * 2.2 > right:
            x, form.y = left + form.unit * 2, form.y + form.unit * 1.7
        chosen = not entry.blank and option == entry.valued.text
        x = pieces.option_drawn(form, entry.key, option, chosen, x, style, before) + gap
    form.y += form.unit * 1.9


# head and foot


def _head(form: Form, kind: FormType) -> set[str]:
    """Letterhead, title, address and the like; returns the kinds of what they say."""
    rng = form.rng
    loose: set[str] = set()
    if rng.random() < 0.3:
        pieces.letterhead(form, "company")
        loose |= {"company", "address", "phone"}
    elif rng.random() < 0.15:
        base.logo(form, form.left, form.y, form.unit * 2)
        form.y += form.unit * 2.8
    if rng.random() < 0.8:
        form.title(title(kind.name, kind.language, rng))
    if rng.random() < 0.12 and form.right - form.left > 700:
        x = form.left if rng.random() < 0.7 else (form.left + form.right) / 2
        pieces.unlabelled(form, "name", x, form.y, (form.right - form.left) * 0.45)
        loose |= {"person", "address", "country", "town"}
        form.y += form.unit
    if rng.random() < 0.2:
        form.text(" ".join(sentence(kind.language, rng) for _ in range(rng.randint(1, 3))))
    if rng.random() < 0.12:
        text = rng.choice(("Form {} (rev. {}/{})", "{}-{}/{}", "{}.{}.{}")).format(
            rng.choice(("A", "B 12", "C-4", "RX", "77", "OV")), rng.randint(1, 12), rng.randint(10, 25)
        )
        form.write_label(form.right, max(4.0, form.y - form.unit * 0.2), text, 400, form.style.small, "right")
        form.y += form.unit * 1.3
    return loose


def _foot(form: Form, kind: FormType) -> set[str]:
    rng, language = form.rng, kind.language
    loose: set[str] = set()
    if rng.random() < 0.3:
        form.text(" ".join(sentence(language, rng) for _ in range(rng.randint(1, 4))))
    if rng.random() < 0.22:
        _signature(form, language)
        loose.add("signature")
    if rng.random() < 0.1:
        size = form.unit * rng.uniform(5, 7)
        base.stamp(form, form.right - size, form.y - size * 0.6, size)
    if rng.random() < 0.12:
        _barcode(form)
        loose.add("code")
    if rng.random() < 0.2:
        base.footer(form, contact=rng.random() < 0.5)
        loose |= {"address", "phone", "email", "company"}
    if rng.random() < 0.12:
        form.text(f"{words(AS_OF, language, rng)} {form.world.day(form.world.before(700))}")
        loose.add("issued")
    if rng.random() < 0.08:
        _office(form, language)
    if rng.random() < 0.12:
        form.text(words(PAGES, language, rng).format(1, rng.randint(1, 4)), align=rng.choice(("middle", "right")))
    return loose


def _office(form: Form, language: str) -> None:
    """An empty frame for those who receive the form."""
    top, high = form.y, form.unit * form.rng.uniform(2, 5)
    form.write_label(
        form.left + form.unit * 0.4, top + form.unit * 0.3, words(OFFICE, language, form.rng), 600, form.style.small
    )
    form.sheet.frame((form.left, top, form.right, top + high + form.unit), (120, 120, 120))
    form.y = top + high + form.unit * 2


def _signature(form: Form, language: str) -> None:
    """A line to sign on, mostly with a scribble, and what it is for below it."""
    rng = form.rng
    wide = form.unit * rng.uniform(8, 11)
    x = form.left if rng.random() < 0.5 else form.right - wide
    form.y += form.unit * 1.5
    if rng.random() < 0.7:
        base.signature(form, x + form.unit, form.y, wide * 0.7)
    form.y += form.unit * 0.3
    form.sheet.rule(x, form.y, x + wide, form.y, (90, 90, 90))
    form.write_label(x, form.y + form.unit * 0.3, words(SIGNED, language, rng), wide, form.style.small)
    form.y += form.unit * 2


def _barcode(form: Form) -> None:
    """Bars with digits below them."""
    rng = form.rng
    x, high, wide = form.left + rng.random() * form.unit * 8, form.unit * 2.5, form.unit * 10
    edge, top = x, form.y
    while edge < x + wide:
        step = rng.choice((2, 3, 5))
        bar: Rect = (edge, top, edge + rng.choice((1, 2, 4)), top + high)
        form.sheet.fill(bar, (0, 0, 0))
        edge += step + 4
    form.sheet.write(x, top + high + form.unit * 0.2, form.world.pattern("############"), form.style.small)
    form.y += high + form.unit * 1.8
