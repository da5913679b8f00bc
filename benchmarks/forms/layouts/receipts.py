"""Receipts of shops and restaurants, as thermal and dot matrix printers print them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from benchmarks.forms import arrange
from benchmarks.forms.form import Fact, Form, broken, fit
from benchmarks.forms.layouts.base import layout
from benchmarks.forms.pools import GOODS, THANKS, pool
from benchmarks.forms.sheet import Rect, around

SLIP = (680, 1900)
ENGLISH = "en en en en en en en de fr es it pt nl pl"


@dataclass(frozen=True)
class Sale:
    """Goods with number and price in cents, and what they come to."""

    rows: tuple[tuple[str, int, int], ...]
    subtotal: int
    tax: int
    rounding: int

    @property
    def total(self) -> int:
        return self.subtotal + self.tax + self.rounding


def sale(form: Form, most: int = 7) -> Sale:
    """Makes a sale and decides the amounts of the form's world."""
    rng, world = form.rng, form.world
    names = rng.choices(pool(GOODS[form.language]), k=rng.randrange(1, most))
    rows = tuple(
        (name, rng.choice((1, 1, 1, 2, 3, 5)), rng.randrange(60, rng.choice((900, 6000, 20000)))) for name in names
    )
    subtotal = sum(number * price for _, number, price in rows)
    tax = round(subtotal * 0.06) if rng.random() < 0.45 else 0
    rest = (subtotal + tax) % 5
    rounding = (-rest if rest < 3 else 5 - rest) if rng.random() < 0.4 else 0
    made = Sale(rows, subtotal, tax, rounding)
    paid = made.total if rng.random() < 0.35 else -(-made.total // 1000) * 1000
    amounts = {
        "subtotal": subtotal,
        "tax": tax,
        "rounding": rounding,
        "total": made.total,
        "cash": paid,
        "change": paid - made.total,
    }
    for field, cents in amounts.items():
        world.set(field, world.money(cents))
    return made


def head(form: Form, align: str = "middle", registered: bool = True) -> None:
    """The shop's name, its number, address and telephone."""
    rng, name, style = form.rng, form.world.value("company"), form.style
    ink = rng.choice((style.title, replace(style.title, size=int(form.unit * 1.15)), style.value))
    form.answer(
        "company",
        name,
        _lines(form, broken(name, ink, form.right - form.left), replace(ink, colour=style.value.colour), align),
    )
    if registered and rng.random() < 0.5:
        form.text(
            rng.choice(("({})", "Co. Reg. No: {}", "(Reg No. {})", "{}")).format(form.world.pattern("######-@")),
            style.value,
            align,
            0,
        )
    address = form.world.value("company_address")
    shown = address.upper() if rng.random() < 0.5 else address
    lines = broken(shown, style.value, (form.right - form.left) * rng.uniform(0.55, 0.95))
    form.answer("company_address", shown, _lines(form, lines, style.value, align))
    if rng.random() < 0.7:
        _line(form, form.fact("company_phone"), align)
    if form.language == "en" and rng.random() < 0.6:
        _line(form, form.fact("gst_id"), align)
    form.y += form.unit * 0.6


def _line(form: Form, fact: Fact, align: str = "left") -> None:
    """Label and value as one text, at the left or in the middle."""
    colon = form.rng.choice((": ", " : ", ":", " "))
    wide = form.style.value.width(fact.label + colon + fact.value)
    x = (form.left + form.right - wide) / 2 if align == "middle" else form.left
    rect = form.sheet.write(x, form.y, fact.label + colon.rstrip(), form.style.value)
    start = rect[2] + form.style.value.width(" ") * (1.0 if colon != ":" else 0.4)
    form.write_value(start, form.y, fact, form.right - start)
    form.y += form.unit * 1.35


def _lines(form: Form, lines: list[str], ink, align: str) -> Rect:  # type: ignore[no-untyped-def]
    x = form.left if align == "left" else (form.left + form.right) / 2
    rects = []
    for line in lines:
        rects.append(form.sheet.write(x, form.y, line, fit(ink, line, form.right - form.left), align))
        form.y += ink.size * 1.3
    return around(rects)


def when(form: Form, align: str = "left") -> None:
    """The day, with a label or without, alone, with the time, or beside the number of the receipt."""
    rng, style, day, time = form.rng, form.style.value, form.world.value("date"), form.world.value("time")
    form_of = rng.choice(("label", "label", "bare", "both", "apart"))
    if form_of == "label":
        _line(form, form.fact("date"), align)
        if rng.random() < 0.5:
            _line(form, form.fact("time"), align)
        return
    text = f"{form.label('date')}: " if form_of == "both" else ""
    x = form.left
    if text:
        x = form.sheet.write(x, form.y, text.strip(), style)[2] + style.width(" ")
    rect = form.sheet.write(x, form.y, day, style)
    form.answer("date", day, rect)
    if form_of != "bare" or rng.random() < 0.5:
        edge, align = (form.right, "right") if form_of == "apart" else (rect[2] + style.width(" "), "left")
        form.answer("time", time, form.sheet.write(edge, form.y, time, style, align))
    form.y += form.unit * 1.35


def about(form: Form, align: str = "left") -> None:
    for field, often in (("receipt_number", 0.75), ("cashier", 0.5)):
        if form.rng.random() < often:
            _line(form, form.fact(field), align)


def line(form: Form) -> None:
    """A separating row of dashes, of dots, or a rule."""
    kind = form.rng.random()
    if kind < 0.4:
        dash = form.rng.choice("-=*")
        form.sheet.write(
            form.left, form.y, dash * int((form.right - form.left) / form.style.value.width(dash)), form.style.value
        )
        form.y += form.unit * 1.2
    elif kind < 0.7:
        form.sheet.rule(form.left, form.y + form.unit * 0.4, form.right, form.y + form.unit * 0.4)
        form.y += form.unit
    else:
        form.y += form.unit * 0.8


def goods(form: Form, made: Sale, two_lines: bool) -> None:
    """The goods, an amount at the right of each; ``two_lines``: number and price below the name."""
    plain = form.world.money
    for name, number, cents in made.rows:
        amount, tag = plain(number * cents), form.rng.choice(("", "", "", " SR", " A", " *"))
        if two_lines:
            form.sheet.write(form.left, form.y, name, form.style.value)
            form.y += form.unit * 1.3
            form.sheet.write(form.left + form.unit, form.y, f"{number} x {plain(cents)}", form.style.value)
        else:
            label = f"{number} {name}"
            form.sheet.write(form.left, form.y, label, fit(form.style.value, label, (form.right - form.left) * 0.66))
        form.sheet.write(form.right, form.y, amount + tag, form.style.value, "right")
        form.y += form.unit * 1.35
    form.y += form.unit * 0.3


def sums(form: Form, made: Sale, left: float = 0, pitch: float = 1.4) -> None:
    """Subtotal to change, as many of them as the sale needs or chance adds; the total large at times."""
    rng = form.rng
    fields = [
        *(["subtotal"] if made.tax or rng.random() < 0.5 else []),
        *(["tax"] if made.tax else []),
        *(["rounding"] if made.rounding else []),
    ]
    paying = rng.choice((["cash", "change"], ["cash", "change"], ["cash"], []))
    arrange.opposite(form, [form.fact(field) for field in fields], left, pitch=pitch)
    _total(form, left)
    arrange.opposite(form, [form.fact(field) for field in paying], left, pitch=pitch)
    if made.tax and rng.random() < 0.4:
        form.text(
            f"GST Summary  Amount {form.world.money(made.subtotal)}  Tax {form.world.money(made.tax)}", form.style.value
        )


def _total(form: Form, left: float) -> None:
    """The total alone, larger or bold at times; repeated after the number of goods at times."""
    style, rng = form.style, form.rng
    if rng.random() < 0.45:
        large = replace(style.value, size=int(form.unit * rng.choice((1.0, 1.25, 1.6))), file=style.title.file)
        form.style = replace(style, label=large, value=large)
    arrange.opposite(form, [form.fact("total")], left, pitch=1.5)
    form.style = style


def tail(form: Form) -> None:
    form.y += form.unit
    form.text(form.rng.choice(pool(THANKS)), form.style.value, "middle")


@layout("receipt", SLIP, kind="mono", scale=1.9, languages=ENGLISH)
def thermal_classic(form: Form) -> None:
    made = sale(form)
    head(form)
    about(form)
    when(form)
    line(form)
    goods(form, made, two_lines=False)
    line(form)
    sums(form, made)
    tail(form)


@layout("receipt", SLIP, scale=1.8, languages=ENGLISH)
def thermal_two_lines(form: Form) -> None:
    made = sale(form)
    head(form, form.rng.choice(("left", "middle")))
    if form.rng.random() < 0.6:
        form.text(
            form.rng.choice(("TAX INVOICE", "RECEIPT", "SIMPLIFIED TAX INVOICE", "CASH BILL")),
            form.style.value,
            "middle",
        )
    when(form)
    about(form)
    goods(form, made, two_lines=True)
    line(form)
    sums(form, made)
    tail(form)


@layout("receipt", SLIP, kind="mono", scale=1.8, languages=ENGLISH, split="dev")
def supermarket(form: Form) -> None:
    """The day and the number at the very end."""
    made = sale(form, 9)
    head(form, registered=False)
    goods(form, made, two_lines=False)
    sums(form, made)
    line(form)
    about(form)
    when(form)
    tail(form)


@layout("receipt", SLIP, scale=1.8, languages=ENGLISH)
def restaurant(form: Form) -> None:
    made = sale(form)
    head(form)
    rng = form.rng
    table, guests = rng.choice(("Table", "TABLE NO", "Tbl")), rng.choice(("Pax", "Covers", "Guests"))
    form.text(f"{table}: {rng.randrange(1, 40)} {guests}: {rng.randrange(1, 8)}", form.style.value)
    when(form)
    about(form)
    line(form)
    goods(form, made, two_lines=form.rng.random() < 0.3)
    sums(form, made)
    tail(form)


@layout("receipt", (1100, 1500), scale=1.1, languages="en")
def cash_bill(form: Form) -> None:
    """A receipt on a page: data in two columns, goods in a ruled table, sums at the right."""
    made = sale(form)
    head(form)
    form.text(
        form.rng.choice(("CASH BILL", "TAX INVOICE", "CASH SALES", "OFFICIAL RECEIPT")), form.style.title, "middle"
    )
    facts = [
        form.fact("date"),
        form.fact("receipt_number"),
        *([form.fact("cashier")] if form.rng.random() < 0.4 else []),
    ]
    form.rng.shuffle(facts)
    arrange.columns(form, facts, left=form.left + (form.right - form.left) * form.rng.choice((0.0, 0.5)))
    edges = (form.left, form.left + (form.right - form.left) * 0.1, form.left + (form.right - form.left) * 0.75)
    for n, (name, number, cents) in enumerate(made.rows):
        for x, text in zip(edges, (str(n + 1), f"{name} x{number}", form.world.money(number * cents)), strict=True):
            form.sheet.write(x, form.y, text, form.style.value)
        form.y += form.unit * 1.8
        form.sheet.rule(form.left, form.y - form.unit * 0.3, form.right, form.y - form.unit * 0.3, arrange.GREY)
    sums(form, made, left=form.left + (form.right - form.left) * 0.5, pitch=1.7)
    tail(form)


@layout("receipt", SLIP, kind="mono", scale=1.8, languages="en", split="dev")
def fuel(form: Form) -> None:
    made = sale(form, 2)
    head(form)
    when(form)
    about(form)
    rng = form.rng
    form.text(
        f"PUMP {rng.randrange(1, 12)}  {rng.choice(('DIESEL', 'UNLEADED 95', 'SUPER'))}  {rng.uniform(5, 60):.2f} L",
        form.style.value,
    )
    sums(form, made)
    form.text(f"VISA **** **** **** {form.world.pattern('####')}", form.style.value)
    form.text(f"AUTH CODE {form.world.pattern('######')}", form.style.value)
    tail(form)


@layout("receipt", SLIP, scale=1.9, languages=ENGLISH)
def card_slip(form: Form) -> None:
    """The slip of a card terminal: one amount."""
    sale(form, 3)
    head(form, registered=False)
    for text in (
        f"TERMINAL {form.world.pattern('########')}",
        f"MERCHANT {form.world.pattern('#########')}",
        "CARD SALE",
    ):
        form.text(text, form.style.value, gap=0)
    when(form)
    about(form)
    line(form)
    _total(form, form.left)
    form.text(form.rng.choice(("APPROVED", "PAYMENT ACCEPTED", "NO SIGNATURE REQUIRED")), form.style.value, "middle")
    tail(form)


@layout("receipt", SLIP, kind="mono", scale=1.7, languages="en")
def dot_matrix(form: Form) -> None:
    """Labels padded to a column with colons, the number of goods beside the total."""
    made = sale(form)
    head(form, "left")
    line(form)
    facts = [form.fact("receipt_number"), form.fact("date"), form.fact("cashier")]
    wide = max(form.style.value.width(fact.label) for fact in facts)
    for fact in facts:
        form.sheet.write(form.left, form.y, fact.label, form.style.value)
        form.sheet.write(form.left + wide + form.unit * 0.6, form.y, ":", form.style.value)
        form.write_value(form.left + wide + form.unit * 1.5, form.y, fact)
        form.y += form.unit * 1.4
    line(form)
    goods(form, made, two_lines=True)
    line(form)
    form.text(
        f"{form.rng.choice(('Total Qty', 'ITEMS', 'Item count', 'Total items'))}: {sum(row[1] for row in made.rows)}",
        form.style.value,
        gap=0.1,
    )
    sums(form, made)
    tail(form)
