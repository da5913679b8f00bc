"""Random people, days, papers and amounts for the layouts; the same for the same seed."""

from __future__ import annotations

import random
from datetime import date, timedelta

from markupsafe import Markup, escape

FIRST = """Amelia Noah Freya Oskar Inès Mateus Zofia Léon Chidi Priya Anneke Björn Lucía Tomasz Yasmin Kofi Maren Dario
Elif Ravi Siobhán Pavel Naomi Jürgen Hélène Ignacio Wanjiru Linnéa Stefano Aoife""".split()
LAST = [
    "Whitcombe", "Okonkwo", "Lindqvist", "Brauer", "Szymanska", "Delacroix", "Ferreira", "van der Meer", "Castellanos",
    "Rautenberg", "Mbeki", "Thorvaldsen", "Iyengar", "Petrovic", "Novak", "Halloran", "De Luca", "Grunwald",
    "Marchetti",
]  # fmt: skip
TOWNS = "Ashbourne|Velden|Corvina|Lindau|Porto Nove|Hartsbeck|Oudewater|Saint-Aubin|Greyford|Tarnowice".split("|")
STREETS = (
    "Mill Lane|Harbour Road|Lindenweg|Rue du Port|Via Verdi|Station Street|Kerkstraat|Calle Mayor|Elm Avenue".split("|")
)
TRADES = "Stationers|Hardware|Bakery|Pharmacy|Garden Centre|Books & Toys|Mini Market|Electronics|Cafe|Fashion".split(
    "|"
)
FORMS = "Ltd|GmbH|S.A.|Sdn Bhd|Inc.|B.V.|& Sons|S.r.l.|LLC|Pty Ltd".split("|")
VACCINES = "Comirnaty|Spikevax|Vaxzevria|Nuvaxovid|Jcovden|CoronaVac|Stamaril|Havrix|Typhim Vi".split("|")
GOODS = (
    "Pencil set|Notebook A5|Oat milk 1L|Rye bread|LED bulb 9W|AA batteries|Paper clips|Garden twine|Green tea|Soap bar"
    "|Phone cable|Umbrella"
).split("|")
MONTHS = "January February March April May June July August September October November December".split()


class World:
    """What one sheet talks about. Every method gives another value of its kind at every call."""

    firsts, lasts, towns, streets, vaccines = FIRST, LAST, TOWNS, STREETS, VACCINES

    def __init__(self, seed: str) -> None:
        self.dice = random.Random(seed)
        self.style = self.dice.choice(
            ["iso", "dmy/", "dmy.", "dmy-", "mdy/", "d Mon Y", "Mon d, Y", "d MONTH Y", "dMONY"]
        )
        self.symbol = self.dice.choice(["€", "$", "£", "RM", "EUR", "USD", "CHF", ""])
        self.comma = self.dice.random() < 0.25
        self.truth: dict[str, str] = {}

    def pick(self, *choices: str) -> str:
        return self.dice.choice(choices)

    def v(self, field: str, text: object) -> Markup:
        """A value on the sheet that a question asks for."""
        self.truth[field] = str(text)
        return Markup('<span data-f="{}">{}</span>').format(field, escape(text))

    def person(self) -> str:
        return f"{self.dice.choice(self.firsts)} {self.dice.choice(self.lasts)}"

    def first(self) -> str:
        return self.dice.choice(self.firsts)

    def last(self) -> str:
        return self.dice.choice(self.lasts)

    def company(self) -> str:
        return f"{self.last()} {self.dice.choice(TRADES)} {self.dice.choice(FORMS)}"

    def clinic(self) -> str:
        kinds = ["Health Centre", "Clinic", "General Hospital", "Pharmacy"]
        return f"{self.dice.choice(self.towns)} {self.dice.choice(kinds)}"

    def town(self) -> str:
        return self.dice.choice(self.towns)

    def address(self) -> str:
        street = f"{self.dice.randint(2, 240)} {self.dice.choice(self.streets)}"
        return f"{street}, {self.dice.randint(1000, 99999)} {self.town()}"

    def vaccine(self) -> str:
        return self.dice.choice(self.vaccines)

    def day(self, first: int, last: int) -> date:
        """A day of one of the years."""
        start = date(first, 1, 1)
        return start + timedelta(self.dice.randrange((date(last, 12, 31) - start).days))

    def show(self, day: date, style: str = "") -> str:
        name = MONTHS[day.month - 1]
        match style or self.style:
            case "iso":
                return day.isoformat()
            case "dmy/":
                return f"{day.day:02}/{day.month:02}/{day.year}"
            case "dmy.":
                return f"{day.day:02}.{day.month:02}.{day.year}"
            case "dmy-":
                return f"{day.day:02}-{day.month:02}-{day.year}"
            case "mdy/":
                return f"{day.month:02}/{day.day:02}/{day.year}"
            case "d Mon Y":
                return f"{day.day} {name[:3]} {day.year}"
            case "Mon d, Y":
                return f"{name[:3]} {day.day}, {day.year}"
            case "d MONTH Y":
                return f"{day.day} {name} {day.year}"
        return f"{day.day:02}{name[:3].upper()}{day.year}"

    def date(self, first: int, last: int) -> str:
        return self.show(self.day(first, last))

    def dob(self) -> str:
        return self.date(1938, 2012)

    def code(self, pattern: str) -> str:
        """A letter for A, a digit for 9; anything else stays."""
        letters, digits = "ABCDEFGHJKLMNPRSTUVWXYZ", "0123456789"
        drawn = {"A": lambda: self.dice.choice(letters), "9": lambda: self.dice.choice(digits)}
        return "".join(drawn[char]() if char in drawn else char for char in pattern)

    def cents(self, low: int, high: int) -> int:
        return self.dice.randint(low * 100, high * 100)

    def money(self, cents: int, symbol: str | None = None) -> str:
        text = f"{cents // 100:,}.{cents % 100:02}"
        if self.comma:
            text = text.translate(str.maketrans(",.", ".,"))
        symbol = self.symbol if symbol is None else symbol
        return f"{symbol} {text}" if len(symbol) > 1 else f"{symbol}{text}"

    def goods(self, count: int) -> list[tuple[str, int, int]]:
        """Name, number and price in cents of each."""
        names = self.dice.sample(GOODS, count)
        return [(name, self.dice.choice([1, 1, 1, 2, 3]), self.cents(1, 40)) for name in names]
