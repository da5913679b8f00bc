"""Letters of running text, invoices, tables, certificates and tickets, in points."""

from __future__ import annotations

import random

from benchmarks.genuine.accounts import BRANDS, STYLES, Pen, Table, a_pen
from benchmarks.genuine.badges import badge, square_code
from benchmarks.genuine.leaf import Leaf
from benchmarks.genuine.letters import a_face, face_at
from benchmarks.genuine.wares import Wares

TITLES = "Certificate|Report|Notice|Agreement|Price List|Inventory|Time Sheet|Delivery Note|Schedule|Results|Register"
SOLD = (
    ("#", 0.4, "left"),
    ("Description", 3.2, "left"),
    ("Qty", 0.6, "right"),
    ("Price", 1, "right"),
    ("Amount", 1.1, "right"),
)
TICKETS = "ADMIT ONE|BOARDING PASS|PARKING|DAY TICKET|EVENT|RAFFLE|SINGLE|RETURN"
FIELDS = "Name|Date|Time|Seat|Row|Gate|Zone|Class|From|To|Price|Ref|Order|Venue|Valid until|Coach"


def letter(rng: random.Random, split: str) -> Leaf:
    """A page of running text in one or two columns."""
    wares, pen = Wares(rng), a_pen(rng, split, f"letter-{split}", ("serif", "sans", "serif", "mono"))
    pen.size = rng.uniform(8.5, 12.5)
    margin = rng.uniform(45, 85)
    y = margin
    for text in [wares.shop(), *wares.address()]:
        y += pen.size * 1.35
        pen.text(margin, y, text, bold=text != text.upper() and rng.random() < 0.2)
    y += pen.size * rng.uniform(2, 4)
    pen.text(pen.leaf.width - margin, y, wares.date(), "right")
    y += pen.size * 3
    pen.text(margin, y, f"{rng.choice(('Dear', 'To', 'Re:', 'Attn.'))} {wares.person()},")
    columns = rng.choice((1, 1, 1, 2))
    wide = (pen.leaf.width - 2 * margin - (columns - 1) * 18) / columns
    stop = pen.leaf.height - margin * rng.uniform(1.0, 4.0)
    for n in range(columns):
        bottom = _column(pen, wares, margin + n * (wide + 18), y + pen.size * 2, wide, stop)
    pen.text(margin, min(bottom + pen.size * 2, pen.leaf.height - 20), wares.person(), bold=rng.random() < 0.5)
    return pen.leaf


def _column(pen: Pen, wares: Wares, x: float, y: float, wide: float, stop: float) -> float:
    """Paragraphs from height ``y`` to ``stop``; returns where they end."""
    leading, shape = pen.rng.uniform(1.15, 1.7), face_at(pen.face.regular, pen.size)
    while y < stop:
        line = ""
        for word in " ".join(wares.sentence() for _ in range(pen.rng.randint(2, 5))).split():
            if shape.getlength(f"{line} {word}") > wide and line:
                pen.text(x, y, line)
                y, line = y + pen.size * leading, ""
            line = f"{line} {word}".strip()
        pen.text(x, y, line)
        y += pen.size * leading * 1.7
    return y


def invoice(rng: random.Random, split: str) -> Leaf:
    """An invoice or delivery note: addresses, a table of goods, amounts that add up."""
    wares, pen = Wares(rng), a_pen(rng, split, f"invoice-{split}")
    brand, margin = rng.choice(BRANDS), rng.uniform(32, 64)
    right, y = pen.leaf.width - margin, margin + 20
    pen.text(margin, y, wares.shop(), bold=True, size=rng.uniform(12, 22), ink=brand)
    pen.text(
        right,
        y,
        rng.choice(("INVOICE", "Invoice", "Tax Invoice", "Rechnung", "Facture", "Quotation")),
        "right",
        True,
        rng.uniform(12, 24),
    )
    for left, align in ((margin, "left"), (right, "right")):
        at = y + pen.size * 2
        for text in [wares.person(), *wares.address(), f"No. {wares.code()}", wares.date()]:
            pen.text(left, at, text, align)
            at += pen.size * 1.4
    if rng.random() < 0.25:
        square_code(rng, pen.leaf, margin, pen.leaf.height - margin - 70, rng.uniform(40, 68))
    elif rng.random() < 0.4:
        badge(rng, pen.leaf, pen.face, pen.leaf.width / 2, margin, rng.uniform(24, 50), brand)
    rows, total = _goods(wares)
    sold = Table(SOLD, margin, right, rng.choice(STYLES[split]), brand)
    y = sold.draw(pen, at + pen.size * 2, rows, rng.uniform(1.3, 1.9))
    for name, value in (("Subtotal", total), ("Tax 20%", total * 0.2), ("Total", total * 1.2)):
        y += pen.size * 1.7
        pen.text(right - 110, y, name, "right", name == "Total")
        pen.text(right - 2.5, y, wares.money(value, name == "Total"), "right", name == "Total")
    return pen.leaf


def _goods(wares: Wares) -> tuple[list[list[str]], float]:
    """Rows of an invoice, and what they come to."""
    rows, total = [], 0.0
    for n in range(wares.rng.randint(2, 22)):
        count, price = wares.rng.randint(1, 12), wares.price()
        total += count * price
        rows.append([str(n + 1), wares.goods(), str(count), wares.money(price), wares.money(count * price)])
    return rows, total


def table(rng: random.Random, split: str) -> Leaf:
    """A page of figures in many columns under a title, with a paragraph above."""
    wares, pen = Wares(rng, short=True), a_pen(rng, split, f"table-{split}")
    margin = rng.uniform(26, 60)
    right = pen.leaf.width - margin
    pen.text(
        margin, margin + 22, rng.choice(TITLES.split("|")), bold=True, size=rng.uniform(12, 22), ink=rng.choice(BRANDS)
    )
    y = margin + 40
    for _ in range(rng.randint(0, 5)):
        pen.text(margin, y, pen.fitted(wares.sentence(), right - margin))
        y += pen.size * 1.4
    count = rng.randint(3, 8)
    columns = [(wares.goods().split()[0], 2.0 if n == 0 else 1.0, "left" if n == 0 else "right") for n in range(count)]
    leading = rng.uniform(1.25, 2.1)
    room = int((pen.leaf.height - margin - y - 20) / (pen.size * leading)) - 2
    makers = [
        wares.goods,
        *[rng.choice((wares.amount, wares.count, wares.date)) for _ in columns[1:]],
    ]
    rows = [[make() for make in makers] for _ in range(rng.randint(min(6, room), room))]
    Table(columns, margin, right, rng.choice(STYLES[split]), rng.choice(BRANDS)).draw(pen, y + 8, rows, leading)
    return pen.leaf


def ticket(rng: random.Random, split: str) -> Leaf:
    """A small card: a heading, fields in a grid, a code."""
    wares = Wares(rng)
    leaf = Leaf(rng.uniform(330, 480), rng.uniform(190, 330), f"ticket-{split}-{rng.randrange(10**9)}", "ticket")
    pen = Pen(leaf, rng, a_face(rng, rng.choice(("sans", "sans", "mono", "serif")), split), rng.uniform(9, 13))
    brand = rng.choice(BRANDS)
    if rng.random() < 0.5:
        leaf.fill((0, 0, leaf.width, 34), brand)
    pen.text(16, 25, rng.choice(TICKETS.split("|")), bold=True, size=18, ink=(255, 255, 255) if leaf.areas else brand)
    names, columns = rng.sample(FIELDS.split("|"), rng.randint(5, 11)), rng.choice((2, 3))
    for n, name in enumerate(names):
        x, y = 16 + (n % columns) * (leaf.width - 32) / columns, 56 + n // columns * pen.size * 2.8
        value = {"Name": wares.person, "Date": wares.date, "Time": wares.time}.get(name, wares.code)()
        pen.text(x, y, name, size=pen.size * 0.72, ink=(80, 80, 80))
        pen.text(
            x,
            y + pen.size * 1.15,
            pen.fitted(value, (leaf.width - 40) / columns),
            bold=split == "dev" or rng.random() < 0.5,
        )
    x = leaf.width * 0.5
    while rng.random() < 0.985 and x < leaf.width - 16:
        wide = rng.choice((0.8, 1.6, 2.4))
        leaf.upright(x, leaf.height - 34, leaf.height - 10, wide)
        x += wide + rng.choice((0.8, 1.6))
    return leaf
