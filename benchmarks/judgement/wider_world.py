"""The people, firms and values of the unseen layouts: other names, and more ways to write a day and an amount."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta

from benchmarks.judgement.world import MONTHS as ENGLISH
from benchmarks.judgement.world import World
from markupsafe import Markup, escape

FIRST = """Rosalind Thaddeus Marguerite Ambrose Saoirse Lorenzo Greta Matteo Ingeborg Rafael Katarzyna Olufemi Beatriz
Hamish Solveig Anaïs Dietrich Philippa Joaquín Milena Desmond Ottilie Farida Cormac Ludovica Emeka Bronwyn Casimir
Tuulikki Renée""".split()
LAST = [
    "Abernathy", "Vasquez", "Oyelaran", "Steinbrück", "Kowalczyk", "Beaumont", "Pinheiro", "van Houten", "Echeverría",
    "Hollenbeck", "Achterberg", "Sørensen", "Raghunathan", "Stojanović", "O'Sullivan", "McAllister", "Di Stefano",
    "Weatherby-Jones", "Zanetti", "Fitzgerald", "Lundgren", "Mascarenhas", "Tran", "Cho",
]  # fmt: skip
TOWNS = "Kingsmere|Altenau|Villeneuve|Monteverde|San Telmo|Westbridge|Norrby|Clonard|Eikendal|Port Allen".split("|")
STREETS = "Orchard Close|Bahnhofstrasse|Quai Nord|Via Roma|Avenida Sol|Canal Walk|King Street|Drottninggatan".split("|")
VACCINES = "Comirnaty|Spikevax|Nuvaxovid|Fluarix Tetra|Engerix-B|Boostrix|Twinrix|Vaqta|Stamaril|Bimervax".split("|")
NATIONS = "Ireland|Portugal|Ghana|Norway|Chile|Philippines|Poland|Kenya|Austria|Mexico|Estonia".split("|")
MONTHS = {
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember".split(),
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split(),
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre".split(),
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre".split(),
}
STYLES = (
    "iso|dmy/|dmy.|dmy-|mdy/|d Mon Y|Mon d, Y|d MONTH Y|dMONY|MONTH d, Y|d-Mon-Y|d-Mon-y|d MON Y|d m Y|Y/m/d".split("|")
)


class WiderWorld(World):
    firsts, lasts, towns, streets, vaccines = FIRST, LAST, TOWNS, STREETS, VACCINES

    def __init__(self, seed: str) -> None:
        super().__init__(seed)
        self.style = self.dice.choice(STYLES)

    def lines(self, field: str, *parts: str) -> Markup:
        """A value that runs over several lines; its right answer has a blank where a line ends."""
        self.truth[field] = " ".join(parts)
        inside = Markup("<br>").join(escape(part) for part in parts)
        return Markup('<span data-f="{}">{}</span>').format(field, inside)

    def nation(self) -> str:
        return self.dice.choice(NATIONS)

    def later(self, day: date, days: int) -> date:
        return day + timedelta(days)

    def mrz(self, surname: str, given: str, number: str, born: date, sex: str, expires: date) -> str:
        """Both lines of a passport of Utopia, as ICAO Doc 9303 part 4 lays them out."""
        above = f"P<UTO{_latin(surname)}<<{_latin(given)}".ljust(44, "<")[:44]
        parts = [f"{number}{_check(number)}", *(f"{day:%y%m%d}{_check(f'{day:%y%m%d}')}" for day in (born, expires))]
        personal = "<" * 14 + "0"
        checked = _check("".join(parts) + personal)
        return f"{above}\n{parts[0]}UTO{parts[1]}{sex}{parts[2]}{personal}{checked}"

    def number(self, low: int, high: int) -> int:
        return self.dice.randint(low, high)

    def phone(self) -> str:
        return self.code(self.pick("+44 2999 999999", "(999) 999-9999", "0999 99 99 99", "+353 1 999 9999"))

    def clock(self) -> str:
        return f"{self.dice.randint(7, 21):02}:{self.dice.randint(0, 59):02}"

    def show(self, day: date, style: str = "") -> str:
        """Also "de", "fr", "es" and "it" for a day with the name of its month in that language."""
        style = style or self.style
        name = ENGLISH[day.month - 1]
        match style:
            case "MONTH d, Y":
                return f"{name} {day.day}, {day.year}"
            case "d-Mon-Y":
                return f"{day.day:02}-{name[:3]}-{day.year}"
            case "d-Mon-y":
                return f"{day.day:02}-{name[:3]}-{day.year % 100:02}"
            case "d MON Y":
                return f"{day.day:02} {name[:3].upper()} {day.year}"
            case "d m Y":
                return f"{day.day:02} {day.month:02} {day.year}"
            case "Y/m/d":
                return f"{day.year}/{day.month:02}/{day.day:02}"
            case "dmy/y":
                return f"{day.day:02}/{day.month:02}/{day.year % 100:02}"
            case "dmy.y":
                return f"{day.day:02}.{day.month:02}.{day.year % 100:02}"
            case "de":
                return f"{day.day}. {MONTHS['de'][day.month - 1]} {day.year}"
            case "fr" | "it":
                return f"{day.day} {MONTHS[style][day.month - 1]} {day.year}"
            case "es":
                return f"{day.day} de {MONTHS['es'][day.month - 1]} de {day.year}"
        return super().show(day, style)

    def plain(self, cents: int, separators: str = ",.") -> str:
        """An amount without its currency; ``separators`` are those of thousands and of cents."""
        sign = "-" if cents < 0 else ""
        whole = f"{abs(cents) // 100:,}".replace(",", separators[0].strip() or "\N{NO-BREAK SPACE}")
        return f"{sign}{whole}{separators[1]}{abs(cents) % 100:02}"


def _latin(name: str) -> str:
    """A name in the letters of a machine-readable zone."""
    plain = unicodedata.normalize("NFKD", name.upper().replace("Ø", "OE").replace("Ü", "UE"))
    letters = "".join(char for char in plain if not unicodedata.combining(char) and char != "'")
    return re.sub("[^A-Z]+", "<", letters)


def _check(text: str) -> int:
    """The check digit: weights 7, 3, 1; letters count from 10, fillers 0."""
    return sum((0 if char == "<" else int(char, 36)) * (7, 3, 1)[at % 3] for at, char in enumerate(text)) % 10
