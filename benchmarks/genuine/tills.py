"""Till receipts of many shops, in lines of a fixed number of letters or in columns of proportional ones."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Literal

from benchmarks.forms.fonts import Face
from benchmarks.genuine.badges import badge, square_code
from benchmarks.genuine.leaf import Leaf, Run
from benchmarks.genuine.letters import a_face, face_at
from benchmarks.genuine.wares import Wares

WIDTH = 576.0  # dots that a thermal printer of 80 mm puts into a line
DESIGNS = {  # how an item is printed; those of "dev" are on no training page
    "train": ("line", "line", "below", "counted", "headed", "coded"),
    "dev": ("numbered", "unit-first"),
}
SEPARATORS = {"train": ("-", "=", "*", "_", ".", "rule", "dashes", ""), "dev": ("~", "- ", "thick")}
TITLES = {
    "train": "RECEIPT|TAX INVOICE|Invoice|CASH SALE|KASSENBON|TICKET|SIMPLIFIED TAX INVOICE|Cash Receipt|BILL||",
    "dev": "SALES SLIP|Quittung|GUEST CHECK",
}
TOTALS = (
    "TOTAL|Total|GRAND TOTAL|AMOUNT DUE|Summe|TOTAL DUE|BALANCE|Total Amount:|Net Total|NETT TOTAL|Totale|Total TTC"
)
TAXES = "GST 6%|VAT 20%|MwSt 19%|SST 6%|Tax 8.25%|IVA 21%|TVA 10%|HST 13%|GST (SR)|Sales Tax"
PAID = "CASH|Card|VISA|MASTERCARD|Debit|EC-Karte|Bar|E-WALLET|Contactless|Amex"
HEADS = "QTY|ITEM|PRICE|AMT;Qty|Description|Price|Total;QTY|DESC|U.PRICE|RM;Anz|Artikel|EP|EUR;QTE|ARTICLE|PU|MONTANT"
ENDS = "THANK YOU|Thank you, please come again|GOODS SOLD ARE NOT RETURNABLE|Have a nice day|Vielen Dank|CUSTOMER COPY"
ENDS += "|Please keep this receipt|NO REFUND WITHOUT RECEIPT|*** REPRINT ***|Follow us online|Merci de votre visite"
FIELDS = "Receipt|Invoice No|Bill|Cashier|Table|Date|Time|Till|Member|Counter|Server|Ref|Terminal|Doc No.|Pax|Order"


@dataclass
class Roll:
    """The paper while it is printed: a pen at height ``y`` that knows how wide a line is."""

    leaf: Leaf
    rng: random.Random
    face: Face
    size: float
    margin: float
    leading: float
    separator: str
    y: float = 0.0

    @property
    def right(self) -> float:
        return self.leaf.width - self.margin

    def feed(self, lines: float = 1.0) -> None:
        self.y += lines * self.size * self.leading

    def line(
        self, text: str, align: Literal["left", "middle", "right"] = "left", bold: bool = False, grow: float = 1.0
    ) -> None:
        """One line; text that is too wide is set smaller."""
        file, size = self.face.bold if bold else self.face.regular, self.size * grow
        room = self.right - self.margin
        size *= min(1.0, room / max(1.0, face_at(file, size).getlength(text)))
        self.y += size * self.leading
        x = {"left": self.margin, "middle": self.leaf.width / 2, "right": self.right}[align]
        self.leaf.write(Run(x, self.y, text, file, size, align=align))

    def pair(self, left: str, right: str, bold: bool = False, grow: float = 1.0, indent: float = 0.0) -> None:
        """Text at the left and an amount at the right end of a line."""
        file, size = self.face.bold if bold else self.face.regular, self.size * grow
        room = self.right - self.margin - indent - face_at(file, size).getlength(right + "  ")
        while left and face_at(file, size).getlength(left) > room:
            left = left[:-1]
        self.y += size * self.leading
        self.leaf.write(Run(self.margin + indent, self.y, left, file, size))
        self.leaf.write(Run(self.right, self.y, right, file, size, align="right"))

    def split(self) -> None:
        """A line between two parts."""
        sign = self.separator
        if sign in {"rule", "dashes", "thick"}:
            self.feed(0.45)
            self.leaf.rule(self.margin, self.y, self.right, 4.0 if sign == "thick" else 2.0, dash=sign == "dashes")
            self.feed(0.1)
        elif sign:
            width = face_at(self.face.regular, self.size).getlength(sign * 10) / 10
            self.line(sign * int((self.right - self.margin) / width))
        else:
            self.feed(0.5)


def receipt(rng: random.Random, split: str) -> Leaf:
    """A receipt as long as what it says."""
    wares, design = Wares(rng), rng.choice(DESIGNS[split])
    kind = rng.choices(("mono", "sans", "serif"), (6, 4, 0.6))[0]
    leaf = Leaf(
        rng.choice((384.0, 432.0, WIDTH, WIDTH, WIDTH, 640.0)), 0.0, f"till-{design}-{rng.randrange(10**9)}", "till"
    )
    columns = rng.uniform(26, 46) * (leaf.width / WIDTH) ** 0.6
    face = a_face(rng, kind, split)
    size = leaf.width / columns / face_at(face.regular, 100.0).getlength("nA0e") * 400
    margin = leaf.width * rng.choice((0.02, 0.04, 0.06, 0.1))
    roll = Roll(leaf, rng, face, size, margin, rng.uniform(1.02, 1.5), rng.choice(SEPARATORS[split]), size)
    _head(roll, wares, split)
    total = _items(roll, wares, design)
    _totals(roll, wares, total)
    _foot(roll, wares)
    leaf.height = roll.y + size * rng.uniform(1, 4)
    return leaf


def _head(roll: Roll, wares: Wares, split: str) -> None:
    rng = roll.rng
    align: Literal["left", "middle"] = "left" if rng.random() < 0.25 else "middle"
    if rng.random() < 0.12:
        size = roll.size * rng.uniform(2, 5)
        badge(rng, roll.leaf, roll.face, (roll.leaf.width - size) / 2, roll.y, size, (0, 0, 0))
        roll.y += size + roll.size * 0.4
    roll.line(wares.shop(), align, rng.random() < 0.6, rng.choice((1.0, 1.0, 1.3, 1.6, 2.0)))
    for text in [*wares.address(), rng.choice(("TEL: ", "Tel ", "Phone ", "")) + wares.digits(9)]:
        roll.line(text, align)
    if rng.random() < 0.7:
        roll.line(rng.choice(("GST ID: ", "VAT No. ", "USt-IdNr. ", "Co. Reg. ", "TAX ID ")) + wares.code(), align)
    title = rng.choice(TITLES[split].split("|"))
    if title:
        roll.feed(rng.choice((0, 0.5)))
        roll.line(title, "middle", rng.random() < 0.5, rng.choice((1.0, 1.0, 1.4)))
    roll.split()
    for name in rng.sample(FIELDS.split("|"), rng.randint(2, 6)):
        value = {"Date": wares.date(), "Time": wares.time(), "Cashier": wares.person()}.get(name) or wares.code()
        if rng.random() < 0.5:
            roll.pair(name + ":", value)
        else:
            roll.line(f"{name}: {value}")
    roll.split()


def _items(roll: Roll, wares: Wares, design: str) -> float:
    """The goods; returns what they cost together."""
    rng, total = roll.rng, 0.0
    if design in {"headed", "unit-first"}:
        heads = rng.choice(HEADS.split(";")).split("|")
        roll.pair("  ".join(heads[:3]), heads[3], rng.random() < 0.4)
        roll.split()
    flag = rng.choice(("", "", " A", " SR", " *", " T", " B"))
    bold = rng.random() < 0.12
    for number in range(1, rng.choice((rng.randint(1, 5), rng.randint(3, 14), rng.randint(8, 26))) + 1):
        count, price, name = rng.choice((1, 1, 1, 2, 3, 10)), wares.price(), wares.goods()
        cost = round(count * price, 2)
        total += cost
        _item(roll, wares, design, (number, count, price, name, wares.money(cost) + flag), bold)
    roll.split()
    return total


def _item(roll: Roll, wares: Wares, design: str, item: tuple[int, int, float, str, str], bold: bool) -> None:
    number, count, price, name, cost = item
    each = wares.money(price)
    if design == "line":
        roll.pair(name, cost, bold)
    elif design == "below":
        roll.line(name, bold=bold)
        roll.pair(f"{count} x {each}", cost, indent=roll.size * 2)
    elif design == "counted":
        roll.pair(f"{count:<3} {name}", cost, bold)
    elif design == "headed":
        roll.line(name, bold=bold)
        roll.pair(f"  {count}   {each}   0.00", cost)
    elif design == "coded":
        roll.pair(wares.digits(13), "")
        roll.pair(f"{name} {count}@{each}", cost, bold)
    elif design == "numbered":
        roll.pair(f"{number}. {name}", "", bold)
        roll.pair(f"{each} * {count} =", cost, indent=roll.size * 3)
    else:
        roll.pair(f"{each}  {count}  {name}", cost, bold)


def _totals(roll: Roll, wares: Wares, total: float) -> None:
    rng = roll.rng
    tax = round(total * rng.choice((0.06, 0.19, 0.2, 0.08)), 2)
    if rng.random() < 0.6:
        roll.pair(rng.choice(("Subtotal", "SUB TOTAL", "Net", "Total Sales (Excl.)")), wares.money(total - tax))
        roll.pair(rng.choice(TAXES.split("|")), wares.money(tax))
    if rng.random() < 0.3:
        roll.pair(rng.choice(("Rounding", "Discount", "Rounding Adj")), wares.money(-rng.randint(0, 5) / 100))
    grow = rng.choice((1.0, 1.0, 1.25, 1.6, 2.0))
    roll.pair(rng.choice(TOTALS.split("|")), wares.money(total, True), rng.random() < 0.65, grow)
    if rng.random() < 0.75:
        given = total + rng.choice((0.0, 0.5, 3.2, 10.0))
        roll.pair(rng.choice(PAID.split("|")), wares.money(given))
        roll.pair(rng.choice(("CHANGE", "Change", "Rückgeld", "Change Due")), wares.money(given - total))
    if rng.random() < 0.4:
        roll.split()
        roll.pair(rng.choice(("GST Summary   Amount", "Tax code   Net", "MwSt   Netto")), "Tax")
        for code in rng.sample(("SR @ 6%", "ZRL @ 0%", "A 19,00%", "B 7,00%", "T1"), rng.randint(1, 3)):
            roll.pair(f"{code}   {wares.money(wares.price())}", wares.money(wares.price() / 10))
    roll.split()


def _foot(roll: Roll, wares: Wares) -> None:
    rng = roll.rng
    for text in rng.sample(ENDS.split("|"), rng.randint(1, 4)):
        roll.line(text, "middle", rng.random() < 0.15)
    if rng.random() < 0.12:
        size = roll.leaf.width * rng.uniform(0.25, 0.45)
        square_code(rng, roll.leaf, (roll.leaf.width - size) / 2, roll.y + roll.size, size)
        roll.y += size + roll.size * 2
    if rng.random() < 0.25:
        roll.feed(0.5)
        x = roll.leaf.width * 0.2
        while x < roll.leaf.width * 0.8:
            wide = rng.choice((2.0, 2.0, 4.0, 6.0))
            roll.leaf.upright(x, roll.y, roll.y + roll.size * 2.2, wide)
            x += wide + rng.choice((2.0, 4.0, 6.0))
        roll.feed(2.4)
        roll.line(wares.digits(13), "middle")
