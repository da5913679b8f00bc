"""Dense pages of figures in points: bank statements and payslips."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks.forms.fonts import Face
from benchmarks.genuine.badges import badge, pale_word
from benchmarks.genuine.leaf import BLACK, Colour, Leaf, Run
from benchmarks.genuine.letters import a_face, face_at
from benchmarks.genuine.wares import Wares

PAPERS = ((612.0, 792.0), (612.0, 792.0), (595.0, 842.0))  # Letter and A4
BRANDS: tuple[Colour, ...] = (
    (0, 0, 0),
    (20, 40, 110),
    (120, 20, 30),
    (0, 95, 80),
    (210, 90, 0),
    (70, 70, 75),
    (0, 110, 190),
)
BANKS = "Bank|Savings Bank|Credit Union|Trust|Sparkasse|Banque|Banco|Financial|Building Society"
EARNED = "Basic Pay|Regular|Overtime|Bonus|Holiday Pay|Commission|Allowance|Shift|Sick Pay|Tips|Grundgehalt|Zulage"
TAKEN = "Income Tax|Federal Tax|State Tax|Social Security|Medicare|Pension|Health|Dental|401k|Nat. Insurance|Union|Loan"
HEADS = (
    "Date|Description|Debit|Credit|Balance",
    "Date|Details|Amount|Balance",
    "Posted|Ref|Transaction|Amount|Balance",
    "Datum|Buchungstext|Soll|Haben|Saldo",
    "Date|Type|Description|Paid out|Paid in|Balance",
)
DEV_HEADS = ("No.|Value date|Narrative|Withdrawals|Deposits", "Day|Particulars|Cheque no.|Dr/Cr|Balance")
SLIPS = "Earnings Statement|PAYSLIP|Pay Slip|Entgeltabrechnung|Statement of Earnings|Bulletin de paie"
STYLES = {"train": ("plain", "rules", "striped", "boxed"), "dev": ("columns", "heads")}


@dataclass
class Pen:
    """Writes on a leaf with one face; ``size`` in points."""

    leaf: Leaf
    rng: random.Random
    face: Face
    size: float
    ink: Colour = BLACK

    def text(
        self,
        x: float,
        y: float,
        text: str,
        align: str = "left",
        bold: bool = False,
        size: float = 0.0,
        ink: Colour | None = None,
    ) -> float:
        file = self.face.bold if bold else self.face.regular
        return self.leaf.write(Run(x, y, text, file, size or self.size, ink or self.ink, align))

    def fitted(self, text: str, room: float) -> str:
        shape = face_at(self.face.regular, self.size)
        while text and shape.getlength(text) > room:
            text = text[:-1]
        return text.strip()


def a_pen(rng: random.Random, split: str, name: str, kinds: Sequence[str] = ("sans", "sans", "serif", "mono")) -> Pen:
    """A pen for an empty leaf of a usual size."""
    width, height = rng.choice(PAPERS)
    leaf = Leaf(width, height, f"{name}-{rng.randrange(10**9)}", name.split("-")[0])
    face = a_face(rng, rng.choice(list(kinds)), split)
    ink = BLACK if rng.random() < 0.7 else (35, 35, 40)
    return Pen(leaf, rng, face, rng.uniform(6.2, 9.8), ink)


@dataclass(frozen=True)
class Table:
    """Columns between ``left`` and ``right``: (head, share of the width, alignment)."""

    columns: Sequence[tuple[str, float, str]]
    left: float
    right: float
    style: str
    brand: Colour

    def edges(self) -> list[float]:
        whole = sum(share for _, share, _ in self.columns)
        at = [self.left]
        for _, share, _ in self.columns:
            at.append(at[-1] + (self.right - self.left) * share / whole)
        return at

    def draw(self, pen: Pen, y: float, rows: Sequence[Sequence[str]], leading: float) -> float:
        """Head and rows from height ``y``; returns where it ends."""
        edges, step, top = self.edges(), pen.size * leading, y
        if self.style in {"striped", "heads"}:
            pen.leaf.fill((self.left, y, self.right, y + step), self.brand)
        light = (255, 255, 255) if self.style in {"striped", "heads"} else pen.ink
        self._row(pen, y + step * 0.72, [head for head, _, _ in self.columns], edges, True, light)
        y += step
        if self.style != "plain":
            pen.leaf.rule(self.left, y, self.right, 0.6, self.brand)
        for n, row in enumerate(rows):
            if self.style == "striped" and n % 2:
                pen.leaf.fill((self.left, y, self.right, y + step), (236, 239, 243))
            self._row(pen, y + step * 0.72, row, edges)
            y += step
            if self.style in {"rules", "boxed"}:
                pen.leaf.rule(self.left, y, self.right, 0.3, (150, 150, 150))
        if self.style in {"boxed", "columns"}:
            for x in edges:
                pen.leaf.upright(x, top, y, 0.4, (110, 110, 110))
        pen.leaf.rule(self.left, y, self.right, 0.6, self.brand)
        return y

    def _row(
        self,
        pen: Pen,
        y: float,
        cells: Sequence[str],
        edges: Sequence[float],
        bold: bool = False,
        ink: Colour | None = None,
    ) -> None:
        for cell, (_, _, align), left, right in zip(cells, self.columns, edges, edges[1:], strict=False):
            text = pen.fitted(cell, right - left - 5)
            pen.text(right - 2.5 if align == "right" else left + 2.5, y, text, align, bold, ink=ink)


def statement(rng: random.Random, split: str) -> Leaf:
    """A page of a bank statement."""
    wares, pen = Wares(rng, short=True), a_pen(rng, split, f"statement-{split}")
    brand, margin = rng.choice(BRANDS), rng.uniform(28, 62)
    right, y = pen.leaf.width - margin, _letterhead(pen, wares, brand, margin)
    facts = [("Account", wares.code()), ("Period", f"{wares.date()} - {wares.date()}"), ("Branch", wares.digits(6))]
    for name, value in [*facts, ("Page", "1 of 3")][: rng.randint(2, 4)]:
        wide = pen.text(right, y, value, "right")
        pen.text(right - max(wide + 8, 110), y, f"{name}:", "right", rng.random() < 0.5)
        y += pen.size * 1.4
    y = _summary(pen, wares, margin, right, y + pen.size)
    heads = rng.choice(DEV_HEADS if split == "dev" else HEADS).split("|")
    columns = [_column(head, n, len(heads)) for n, head in enumerate(heads)]
    table = Table(columns, margin, right, rng.choice(STYLES[split]), brand)
    leading = rng.uniform(1.18, 1.9)
    room = int((pen.leaf.height - margin - 40 - y) / (pen.size * leading)) - 1
    rows = _moves(wares, columns, rng.randint(min(8, room), room))
    y = table.draw(pen, y, rows, leading)
    pen.text(right, y + pen.size * 1.5, f"Closing balance  {wares.money(wares.price() * 20, True)}", "right", True)
    _footing(pen, wares, margin)
    return pen.leaf


def _column(head: str, number: int, count: int) -> tuple[str, float, str]:
    wide = {"Description", "Details", "Transaction", "Buchungstext", "Narrative", "Particulars"}
    if head in wide:
        return head, 3.4, "left"
    return head, 1.1, "right" if number >= count - 3 and number > 1 else "left"


def _moves(wares: Wares, columns: Sequence[tuple[str, float, str]], count: int) -> list[list[str]]:
    balance, rows = wares.price() * 40, []
    for _ in range(count):
        move = wares.price() * wares.rng.choice((-1, -1, -1, 1))
        balance += move
        cells = []
        for n, (_, share, align) in enumerate(columns):
            if share > 2:
                cells.append(wares.memo())
            elif n == 0:
                cells.append(wares.date())
            elif n == len(columns) - 1:
                cells.append(wares.money(balance))
            elif align == "right":
                shown = wares.rng.random() < 0.5 or len(columns) == 4
                cells.append(wares.money(move) if shown else "")
            else:
                cells.append(wares.code())
        rows.append(cells)
    return rows


def _letterhead(pen: Pen, wares: Wares, brand: Colour, margin: float) -> float:
    """Issuer and addressee; returns the height below."""
    rng, leaf = pen.rng, pen.leaf
    if rng.random() < 0.4:
        leaf.fill((0, 0, leaf.width, rng.uniform(6, 40)), brand)
    y = margin + rng.uniform(14, 34)
    if rng.random() < 0.4:
        size = rng.uniform(20, 46)
        badge(rng, leaf, pen.face, leaf.width - margin - size, y - 12, size, brand)
    if rng.random() < 0.07:
        pale_word(rng, leaf, pen.face)
    name = f"{wares.person().split()[-1]} {rng.choice(BANKS.split('|'))}"
    pen.text(margin, y, name, bold=True, size=rng.uniform(13, 24), ink=brand)
    for text in wares.address():
        y += pen.size * 1.35
        pen.text(margin, y, text, size=pen.size * 0.9)
    y += pen.size * rng.uniform(2, 5)
    for text in [wares.person(), *wares.address()]:
        pen.text(margin, y, text)
        y += pen.size * 1.35
    return y


def _summary(pen: Pen, wares: Wares, left: float, right: float, y: float) -> float:
    """Boxes with amounts, on some pages."""
    if pen.rng.random() < 0.5:
        return y + pen.size
    names = pen.rng.sample(
        ("Opening balance", "Total deposits", "Withdrawals", "Fees", "Closing balance", "Interest"), 4
    )
    table = Table(
        [(name, 1.0, pen.rng.choice(("left", "right"))) for name in names], left, right, "boxed", (90, 90, 90)
    )
    return table.draw(pen, y, [[wares.money(wares.price() * 9, True) for _ in names]], 1.7) + pen.size * 1.5


def _footing(pen: Pen, wares: Wares, margin: float) -> None:
    for n in range(pen.rng.randint(0, 3)):
        y = pen.leaf.height - margin * 0.5 - n * 8
        pen.text(
            margin, y, pen.fitted(wares.sentence(), pen.leaf.width - 2 * margin), size=pen.size * 0.75, ink=(90, 90, 90)
        )


def payslip(rng: random.Random, split: str) -> Leaf:
    """A payslip with many columns of figures."""
    wares, pen = Wares(rng), a_pen(rng, split, f"payslip-{split}")
    brand, margin = rng.choice(BRANDS), rng.uniform(26, 54)
    right, y = pen.leaf.width - margin, margin + 20
    pen.text(margin, y, wares.shop(), bold=True, size=rng.uniform(11, 19), ink=brand)
    pen.text(right, y, rng.choice(SLIPS.split("|")), "right", True, rng.uniform(10, 17))
    y = _facts(pen, wares, margin, right, y + pen.size * 2.4)
    style, leading = rng.choice(STYLES[split]), rng.uniform(1.3, 2.0)
    parts: list[tuple[str, str]] = [("Earnings", EARNED), ("Deductions", TAKEN)]
    if split == "dev":
        parts.reverse()
    beside = rng.random() < 0.5
    half = (margin + right) / 2 if beside else right
    ends = []
    for n, (name, pool) in enumerate(parts):
        left, end = (margin, half - 4) if not (beside and n) else (half + 4, right)
        rows = _pay(wares, pool)
        heads = [
            (name, 2.2, "left"),
            *[(head, 1.0, "right") for head in rng.sample(("Rate", "Hours", "Current", "YTD", "Amount"), 3)],
        ]
        ends.append(Table(heads, left, end, style, brand).draw(pen, y, rows, leading))
        y = y if beside else ends[-1] + pen.size * 2
    y = max(ends) + pen.size * 2.5
    for name in rng.sample(
        ("Gross Pay", "Net Pay", "Total Deductions", "Taxable", "NET PAY THIS PERIOD", "YTD Gross"), 3
    ):
        pen.text(right - 120, y, name, "right", True)
        pen.text(right, y, wares.money(wares.price() * 12, True), "right", rng.random() < 0.5)
        y += pen.size * 1.7
    _footing(pen, wares, margin)
    return pen.leaf


def _pay(wares: Wares, pool: str) -> list[list[str]]:
    names = wares.rng.sample(pool.split("|"), wares.rng.randint(4, 11))
    return [[name, *[wares.money(wares.price() * 4) for _ in range(3)]] for name in names]


def _facts(pen: Pen, wares: Wares, left: float, right: float, y: float) -> float:
    """Pairs of a name and a value in two or three columns."""
    names = [
        "Employee",
        "Employee No.",
        "Pay Date",
        "Pay Period",
        "Department",
        "Tax Code",
        "SSN",
        "Position",
        "Bank",
        "Advice No.",
    ]
    makers: dict[str, Callable[[], str]] = {"Employee": wares.person, "Pay Date": wares.date, "Pay Period": wares.date}
    count, columns = pen.rng.randint(4, 10), pen.rng.choice((2, 2, 3))
    for n, name in enumerate(names[:count]):
        x = left + (right - left) * (n % columns) / columns
        wide = pen.text(x, y, name + ": ", bold=pen.rng.random() < 0.8)
        pen.text(x + wide + 6, y, pen.fitted(makers.get(name, wares.code)(), (right - left) / columns - wide - 12))
        if n % columns == columns - 1:
            y += pen.size * 1.6
    return y + pen.size * 2
