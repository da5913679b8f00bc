"""What a document of our own talks about: people, firms, days, and amounts that add up."""

from __future__ import annotations

import random
from datetime import date, timedelta

PEOPLE = (
    "Rosalind Achterberg|Dimitri Vasquez|Hanna Oyelaran|Piotr Malinowski|Grace Tanaka|Leopold Finch|Saoirse Quigley|"
    "Marek Jelinek|Adaeze Nwosu|Viktor Halvorsen|Camille Fournier|Benedikt Strasser|Ioana Popescu|Ruben Castellano|"
    "Thandiwe Dube|Eleanor Prescott"
).split("|")
FIRMS = (
    "Northgate Logistics Ltd|Bellweather Dental Group|Kestrel & Moor Solicitors|Ostrava Glassworks|Blue Heron Foods|"
    "Tamarack Engineering Inc.|Fjordline Freight AS|Quarry Hill Pharmacy|Meridian Office Supply|Sable Bakery LLC|"
    "Halden Precision Tools GmbH|Union Mutual Savings Bank"
).split("|")
STREETS = "Foundry Road|Quayside|Abbey Walk|Tannery Lane|Schulgasse|Chapel Court|Orchard Rise|Dock Street".split("|")
TOWNS = "Leventhorpe|Marsfield|Neuhofen|Castlebar|Ravensburg|Eastwick|Port Albany|Stonebridge".split("|")
GOODS = (
    "Stapler, heavy duty|Toner cartridge 26X|Copy paper A4, 80 g|Desk lamp, LED|Label printer|Whiteboard 90 x 60|"
    "Filing cabinet, 3 drawers|USB-C dock|Chair mat|Shredder P-4|Monitor arm|Archive box|Envelopes C5|Guillotine A3|"
    "Laminating pouches|Wall clock"
).split("|")
MOVES = (
    "Card payment|Direct debit|Standing order|Transfer received|Cash withdrawal|Cheque deposit|Interest|Salary|"
    "Account fee|Online purchase|Refund|Rent|Insurance premium|Fuel station"
).split("|")
SUBJECTS = (
    "Applied Statistics|Technical Drawing|Organic Chemistry|Business English|Thermodynamics|Civil Law|Microeconomics|"
    "Data Structures|Ethics|Materials Science|Accounting II|Marketing"
).split("|")
CLAIMS = "Train ticket|Hotel, two nights|Taxi|Parking|Conference fee|Meals|Mileage|Telephone|Visa fee|Printing".split(
    "|"
)


class Facts:
    """Values of one document; amounts are whole cents until ``money`` writes them."""

    goods, moves, subjects, claims = GOODS, MOVES, SUBJECTS, CLAIMS

    def __init__(self, name: str) -> None:
        self.dice = random.Random(name)
        self.symbol = self.dice.choice(["$", "£", "€", "", "", "USD "])
        self.comma = self.dice.random() < 0.2
        self.day = date(2021, 1, 4) + timedelta(self.dice.randrange(1500))
        self._format = self.dice.choice(["%d/%m/%Y", "%Y-%m-%d", "%d %B %Y", "%b %d, %Y", "%d.%m.%Y"])
        self.person, self.other = self.dice.sample(PEOPLE, 2)
        self.firm, self.client = self.dice.sample(FIRMS, 2)

    def number(self, low: int, high: int, step: int = 1) -> int:
        return self.dice.randrange(low, high + 1, step)

    def some(self, items: list[str], low: int, high: int) -> list[str]:
        return self.dice.sample(items, min(len(items), self.number(low, high)))

    def pick(self, *items: str) -> str:
        return self.dice.choice(items)

    def money(self, cents: int) -> str:
        text = f"{abs(cents) / 100:,.2f}"
        if self.comma:
            text = text.translate(str.maketrans(",.", ".,"))
        return f"{'-' if cents < 0 else ''}{self.symbol}{text}"

    def date(self, after: int = 0) -> str:
        return (self.day + timedelta(after)).strftime(self._format)

    def address(self) -> str:
        return (
            f"{self.number(1, 190)} {self.dice.choice(STREETS)}, {self.number(10000, 98999)} {self.dice.choice(TOWNS)}"
        )

    def code(self, pattern: str) -> str:
        """``9`` becomes a figure, ``A`` a letter."""
        letters = {"9": "0123456789", "A": "ABCDEFGHJKLMNPRSTUVWXYZ"}
        return "".join(self.dice.choice(letters[sign]) if sign in letters else sign for sign in pattern)
