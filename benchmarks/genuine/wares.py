"""What genuine pages talk about: shops, goods, people, days and amounts, endless and invented."""

from __future__ import annotations

import random

from benchmarks.forms import pools

KINDS = "Rice|Noodles|Tea|Coffee|Juice|Bread|Cake|Soap|Shampoo|Towel|Cable|Battery|Lamp|Screw|Bolt|Paint|Brush|Paper"
KINDS += "|Pen|Folder|Glue|Milk|Cheese|Yoghurt|Chicken|Fish|Beef|Tofu|Egg|Tomato|Onion|Apple|Banana|Grape|Water|Cola"
KINDS += "|Shirt|Socks|Belt|Shoes|Hat|Toy|Puzzle|Tyre|Filter|Oil|Wiper|Plant|Pot|Soil|Hose|Hammer|Drill|Tape|Nail"
KINDS += "|Diesel|Unleaded 95|Car Wash|Pizza|Burger|Fries|Soup|Salad|Wrap|Ice Cream|Latte|Cappuccino|Mocha|Donut"
FIRSTS = "Fresh|Golden|Super|Extra|Mini|Classic|Royal|Daily|Eco|Pure|Sunny|Blue|Red|Green|White|Black|Spicy|Sweet|Hot"
FIRSTS += "|Iced|Organic|Family|Deluxe|Value|Premium|Prime|Crispy|Large|Small|Reg|LRG|MED|Pro|Max|Soft|Dry|Frozen"
SIZES = "500g|1kg|250ml|1L|1.5L|6pcs|10s|A4|A5|XL|M|2m|5m|12x|9W|60W|x2|3/4|M6x40|100s|330ml|75cl|2kg|||||||"
MEMOS = "CARD PAYMENT|DIRECT DEBIT|STANDING ORDER|TRANSFER|ATM WITHDRAWAL|SALARY|INTEREST|FEE|REFUND|POS PURCHASE|"
MEMOS += "ONLINE PAYMENT|CHEQUE|DEPOSIT|Lastschrift|Gutschrift|ACH CREDIT|ACH DEBIT|WIRE|BILL PAY|CHECKCARD"
PROSE = """we are writing to inform you that your account has been reviewed and the balance shown below is correct
to the best of our knowledge please read this letter with care and keep it for your records if you have
any question about an amount call the number at the top of the page between nine and five on working days
the agreement may be ended by either party with a notice of three months payment is due within thirty
days of receipt of this document and interest may be charged on late amounts the insured person must
report any change of address without delay our team will be pleased to help you the tenant shall pay the
rent on the first day of each month the goods remain the property of the seller until they are paid in
full the patient was seen in our clinic and treated as an outpatient the result was normal and no further
treatment is needed at this time this certificate is issued at the request of the holder and does not
replace the original the company accepts no liability for loss or damage that arises from the use of the
service""".split()


class Wares:
    """Texts by chance; every call gives another."""

    def __init__(self, rng: random.Random, short: bool = False) -> None:
        """``short``: days are written in ten letters or fewer, for columns."""
        self.rng = rng
        self.comma = rng.random() < 0.22
        self.symbol = rng.choice(["", "", "", "$", "£", "€", "RM", "EUR ", "USD ", "CHF ", "Rs."])
        self.after = self.comma and rng.random() < 0.5
        self.upper = rng.random() < 0.45
        days = [*pools.DAY_FIRST.split("|"), *pools.MONTH_FIRST.split("|")]
        self.day = rng.choice([day for day in days if not short or "mon" not in day.lower()])

    def _case(self, text: str) -> str:
        return text.upper() if self.upper else text

    def person(self) -> str:
        origin = self.rng.choice(sorted(pools.GIVEN))
        given = self.rng.choice(pools.GIVEN[origin].replace("|", " ").split())
        return f"{given} {self.rng.choice(pools.SURNAMES[origin].split())}".replace("_", " ")

    def shop(self) -> str:
        stem = self.rng.choice(pools.COMPANY_STEMS.split("|"))
        if self.rng.random() < 0.5:
            stem = self.person().split()[-1] + " " + self.rng.choice(KINDS.split("|"))
        end = self.rng.choice(pools.COMPANY_ENDS[self.rng.choice(sorted(pools.COMPANY_ENDS))].split("|"))
        return f"{stem} {end}"

    def address(self) -> list[str]:
        land = self.rng.choice(sorted(pools.STREETS))
        name = self.rng.choice(pools.SURNAMES[land].split()).replace("_", " ")
        street = self.rng.choice(pools.STREETS[land].split("|")).format(n=self.rng.randint(1, 260), s=name)
        town = self.rng.choice(pools.CITIES[land].split("|")[1:])
        return [self._case(street), self._case(f"{self.digits(5)} {town}")]

    def goods(self) -> str:
        if self.rng.random() < 0.25:
            return self._case(self.rng.choice(pools.GOODS[self.rng.choice(sorted(pools.GOODS))].split("|")))
        words = [
            self.rng.choice(FIRSTS.split("|")),
            self.rng.choice(KINDS.split("|")),
            self.rng.choice(SIZES.split("|")),
        ]
        if self.rng.random() < 0.25:
            words.insert(0, self.person().split()[-1])
        return self._case(" ".join(words).strip())

    def memo(self) -> str:
        return f"{self.rng.choice(MEMOS.split('|'))} {self.shop() if self.rng.random() < 0.6 else self.digits(8)}"

    def price(self) -> float:
        return round(self.rng.choice([0.5, 3, 12, 60, 400]) * self.rng.uniform(0.4, 2.4), self.rng.choice([1, 2, 2]))

    def money(self, value: float, signed: bool = False) -> str:
        text = f"{abs(value):,.2f}"
        if self.comma:
            text = text.replace(",", " ").replace(".", ",").replace(" ", ".")
        sign = "-" if value < 0 else ""
        if not signed:
            return sign + text
        return f"{sign}{text} {self.symbol.strip()}".rstrip() if self.after else f"{sign}{self.symbol}{text}"

    def amount(self) -> str:
        return self.money(self.price())

    def count(self) -> str:
        return self.digits(self.rng.randint(1, 4))

    def digits(self, count: int) -> str:
        return "".join(self.rng.choice("0123456789") for _ in range(count))

    def code(self) -> str:
        return "".join(
            self.rng.choice("0123456789")
            if sign == "#"
            else self.rng.choice("ABCDEFGHJKLMNPRSTUVWXYZ")
            if sign in "@*"
            else sign
            for sign in self.rng.choice(pools.PATTERNS[self.rng.choice(sorted(pools.PATTERNS))].split("|"))
        )

    def date(self) -> str:
        month = self.rng.randint(1, 12)
        long, short = pools.MONTHS["en"].split()[month - 1], pools.SHORT_MONTHS["en"].split()[month - 1]
        year = self.rng.randint(2009, 2026)
        return self.day.format(
            d=self.rng.randint(1, 28), m=month, y=year, yy=year % 100, month=long, mon=short, MON=short.upper()
        )

    def time(self) -> str:
        return f"{self.rng.randint(6, 23):02}:{self.rng.randint(0, 59):02}" + self.rng.choice(
            ["", "", f":{self.digits(2)[0]}5"]
        )

    def sentence(self) -> str:
        start = self.rng.randrange(len(PROSE) - 30)
        words = PROSE[start : start + self.rng.randint(7, 26)]
        if self.rng.random() < 0.3:
            words.insert(len(words) // 2, self.rng.choice([self.date(), self.money(self.price(), True), self.person()]))
        return " ".join(words).capitalize() + "."
