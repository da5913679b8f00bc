"""The invented world of one sample: a person, companies, dates, numbers and amounts that fit together."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta
from functools import cached_property

from benchmarks.forms.pools import (
    AIRPORTS,
    ALLERGIES,
    AUTHORITIES,
    CITIES,
    CLINICS,
    COMPANY_ENDS,
    COMPANY_STEMS,
    COUNTRIES,
    DAY_FIRST,
    DEPARTMENTS,
    DISEASES,
    EYES,
    GIVEN,
    HOTELS,
    JOBS,
    MAKERS,
    MONTH_FIRST,
    MONTHS,
    NATIONALITIES,
    PATTERNS,
    PLANS,
    ROOMS,
    SHORT_MONTHS,
    STATUSES,
    STREETS,
    SURNAMES,
    VACCINES,
    pool,
)
from benchmarks.forms.wording import wording

TODAY = date(2025, 6, 30)  # the newest date of any sample
ORIGINS = "en de fr es it pt nl pl in cn vn tr no af ar my".split()


class World:
    """Values as they are printed, by field; ``value(field)`` always says the same for a field.

    ``language`` is that of the document. Some values do not follow it: people come from everywhere.
    """

    def __init__(self, rng: random.Random, language: str, receipt: bool = False) -> None:
        self.rng = rng
        self.language = language
        self.receipt = receipt
        self.origin = language if rng.random() < 0.55 else rng.choice(ORIGINS)
        self.american = language == "en" and rng.random() < 0.35
        self.date_form = rng.choice(pool(MONTH_FIRST if self.american else DAY_FIRST))
        self.name_form = rng.choices(("plain", "upper", "reversed", "comma", "middle", "initial"), (10, 4, 1, 2, 2, 1))[
            0
        ]
        self._values: dict[str, str] = {}

    def value(self, field: str) -> str:
        if field not in self._values:
            self._values[field] = self._make(field)
        return self._values[field]

    def set(self, field: str, value: str) -> None:
        """Decides a value, before it is asked for: amounts that must add up."""
        self._values[field] = value

    def _make(self, field: str) -> str:
        maker = getattr(self, f"make_{field}", None)
        if maker is not None:
            return str(maker())
        if field in DAYS:
            return self.day(DAYS[field](self))
        if field in POOLS:
            return self.rng.choice(pool(POOLS[field]))
        if field in PEOPLE:
            return self.full_name(*self.person())
        return self._patterned(field)

    def _patterned(self, field: str) -> str:
        """A value of a pattern; of fields that have none, one of their kind."""
        patterns = PATTERNS.get(field) or wording()[field].get("values", "")
        if patterns:
            return self.pattern(self.rng.choice(patterns.split("|"))).strip()
        made: dict[str, Callable[[], str]] = {
            "date": lambda: self.day(self.before(900)),
            "money": lambda: self.money(self.rng.randrange(500, 90000)),
            "company": self.company,
            "name": lambda: self.full_name(*self.person()),
        }
        return made[wording()[field]["kind"]]()

    # people

    def person(self, origin: str = "", sex: str = "") -> tuple[str, str]:
        """Given name and surname; of the document's own language more often than not."""
        origin = origin or (self.language if self.rng.random() < 0.6 else self.rng.choice(ORIGINS))
        women, men = GIVEN[origin].split("|")
        names = {"F": women, "M": men}.get(sex, f"{women} {men}").split()
        return self.rng.choice(names).replace("_", " "), self.rng.choice(SURNAMES[origin].split()).replace("_", " ")

    @cached_property
    def sex(self) -> str:
        return self.rng.choice("FM")

    @cached_property
    def holder(self) -> tuple[str, str]:
        given, surname = self.person(self.origin, self.sex)
        if self.rng.random() < 0.25:
            given += " " + self.person(self.origin, self.sex)[0]
        if self.rng.random() < 0.08:
            surname += self.rng.choice("- ") + self.person(self.origin)[1]
        return given, surname

    def full_name(self, given: str, surname: str) -> str:
        if self.name_form == "middle":
            return f"{given} {self.person()[0]} {surname}"
        forms = {
            "upper": f"{given} {surname}".upper(),
            "reversed": f"{surname.upper()} {given}",
            "comma": f"{surname}, {given}",
            "initial": f"{given} {self.rng.choice('ABCDEFGHJKLMNPRSTW')}. {surname}",
        }
        return forms.get(self.name_form, f"{given} {surname}")

    def make_name(self) -> str:
        return self.full_name(*self.holder)

    def make_surname(self) -> str:
        return self.holder[1].upper() if self.name_form in {"upper", "reversed"} else self.holder[1]

    def make_given_names(self) -> str:
        return self.holder[0].upper() if self.name_form == "upper" else self.holder[0]

    def make_sex(self) -> str:
        words = {
            "de": ("weiblich", "männlich"),
            "fr": ("Féminin", "Masculin"),
            "es": ("Mujer", "Hombre"),
            "nl": ("V", "M"),
        }
        woman, man = words.get(self.language, ("Female", "Male")) if self.rng.random() < 0.5 else ("F", "M")
        return woman if self.sex == "F" else man

    def make_nationality(self) -> str:
        word: str = self.rng.choice(pool(NATIONALITIES))
        return word.upper() if self.name_form == "upper" else word

    def make_doctor(self) -> str:
        given, surname = self.person()
        return self.rng.choice(
            (f"Dr. {given} {surname}", f"Dr {given[0]}. {surname}", f"{given} {surname}, MD", f"{given} {surname}")
        )

    def make_cashier(self) -> str:
        return self.rng.choice((self.person()[0], self.person()[0].upper(), self.pattern("##"), self.person()[1]))

    # days

    def day(self, when: date) -> str:
        months, short = MONTHS[self.language].split(), SHORT_MONTHS[self.language].split()
        month, mon = months[when.month - 1], short[when.month - 1]
        return self.date_form.format(
            d=when.day, m=when.month, y=when.year, yy=when.year % 100, month=month, mon=mon, MON=mon.upper()
        )  # fmt: skip

    def before(self, days: int, first: date = TODAY) -> date:
        return first - timedelta(days=self.rng.randrange(1, days))

    @cached_property
    def born(self) -> date:
        return self.before(31000) - timedelta(days=700)

    @cached_property
    def issued(self) -> date:
        return self.before(1500)

    @cached_property
    def doses(self) -> list[date]:
        """The days of up to four doses, oldest first."""
        days = [self.before(900, self.issued - timedelta(days=400))]
        for _ in range(3):
            days.append(days[-1] + timedelta(days=self.rng.randrange(21, 190)))
        return days

    @cached_property
    def arrival(self) -> date:
        return self.issued + timedelta(days=self.rng.randrange(3, 200))

    @cached_property
    def period(self) -> tuple[date, date]:
        """The first and the last day of what a bill or a statement is for, before it was issued."""
        first = (self.issued - timedelta(days=self.rng.choice((32, 62, 95)))).replace(
            day=self.rng.choice((1, 1, 1, 15))
        )
        return first, first + timedelta(days=self.rng.choice((27, 29, 30, 59, 89)))

    @cached_property
    def valid(self) -> tuple[date, date]:
        first = self.issued + timedelta(days=self.rng.randrange(0, 40))
        return first, first + timedelta(days=self.rng.choice((30, 89, 181, 364, 364, 730)))

    # numbers and amounts

    def pattern(self, pattern: str) -> str:
        """A text of a pattern: # a digit, @ a capital letter, * either; others stand for themselves."""
        letters, digits = "ABCDEFGHJKLMNPRSTUVWXYZ", "0123456789"
        pools = {"#": digits, "@": letters, "*": letters + digits}
        return "".join(self.rng.choice(pools[c]) if c in pools else c for c in pattern)

    @cached_property
    def money_form(self) -> str:
        if self.language == "en":
            plain = ("{e}",) * 4 if self.receipt else ("{e}",)
            return str(
                self.rng.choice(("${e}", "£{e}", "RM {e}", "$ {e}", "€{e}", "USD {e}", "RM{e}", "{e} EUR", *plain))
            )
        if self.language == "pl":
            return self.rng.choice(("{c} zł", "{c} PLN", "{c}"))
        return self.rng.choice(("{c} €", "{c} EUR", "€ {c}", "EUR {c}", "{c}", "{c}"))

    def money(self, cents: int) -> str:
        whole, rest = divmod(abs(cents), 100)
        english = f"{whole:,}.{rest:02}"
        other = f"{whole:,}".replace(",", " " if self.language in {"fr", "pl"} else ".") + f",{rest:02}"
        return ("-" if cents < 0 else "") + self.money_form.format(e=english, c=other)

    # companies and places

    def company(self) -> str:
        stem = self.rng.choice(pool(COMPANY_STEMS))
        made = f"{stem} {self.rng.choice(COMPANY_ENDS[self.language].split('|'))}"
        if self.rng.random() < 0.25:
            made = f"{self.person()[1]} & {made}"
        return made.upper() if self.rng.random() < (0.6 if self.receipt else 0.15) else made

    def street(self) -> str:
        form = self.rng.choice(STREETS[self.language].split("|"))
        return form.format(n=self.rng.randrange(1, 240), s=self.person(self.language)[1])

    def town(self) -> str:
        form, *names = CITIES[self.language].split("|")
        return self.pattern(form).replace("CITY", self.rng.choice(names))

    def make_address(self) -> str:
        return f"{self.street()}, {self.town()}"

    make_company_address = make_address

    def make_city(self) -> str:
        return self.rng.choice(CITIES[self.language].split("|")[1:])

    make_place_of_birth = make_city

    def make_phone(self) -> str:
        forms = "+## ## ### ####|0## ### ####|(###) ###-####|+## ### ######|0##-#######|###-###-####|0#### ######"
        return self.pattern(self.rng.choice(forms.split("|")))

    make_mobile = make_phone
    make_company_phone = make_phone

    def make_email(self) -> str:
        given, surname = ("".join(c for c in part.lower() if c.isascii() and c.isalpha()) for part in self.holder)
        return (
            f"{given or 'post'}.{surname or 'box'}@{self.rng.choice(('mail', 'inbox', 'postbox', 'webpost'))}.example"
        )

    def make_company(self) -> str:
        return self.company()

    make_employer = make_insurer = make_previous_employer = make_company

    def make_bank(self) -> str:
        form = self.rng.choice(("{} Bank", "Bank of {}", "{} Savings Bank", "Banco {}", "{}bank", "Credit Union {}"))
        return form.format(
            self.rng.choice(("Norland", "Westmark", "Amber", "Harbour", "Linden", "Castell", "Sol", "Meridian"))
        )

    def make_vaccination_status(self) -> str:
        return self.rng.choice(STATUSES[self.language].split("|"))

    def make_doses_given(self) -> str:
        last = self.rng.choice((1, 2, 2, 2, 3))
        return self.rng.choice(
            (f"{last}/{max(2, last)}", f"{last} of {max(2, last)}", f"{last} / {max(2, last)}", str(last))
        )

    def make_height(self) -> str:
        tall = self.rng.randrange(150, 202)
        return self.rng.choice((f"{tall} cm", f"1.{tall - 100:02} m", f"{tall}"))

    def make_time(self) -> str:
        hour, minute = self.rng.randrange(8, 22), self.rng.randrange(60)
        half = f"{(hour - 1) % 12 + 1}:{minute:02} {'AM' if hour < 12 else 'PM'}"
        return self.rng.choice((f"{hour:02}:{minute:02}", f"{hour:02}:{minute:02}:{self.rng.randrange(60):02}", half))

    def make_guests(self) -> str:
        return self.rng.choice(("2", "1", "2 adults", "2 adults, 1 child", "1 adult", "4"))

    def make_pay_period(self) -> str:
        months = MONTHS[self.language].split()
        first = self.issued.replace(day=1)
        form = self.rng.choice((0, 0, 1))
        return (
            f"{months[first.month - 1]} {first.year}" if form == 0 else f"{self.day(first)} - {self.day(self.issued)}"
        )

    def make_salary(self) -> str:
        return self.money(self.rng.randrange(24, 90) * 100000)

    def make_age(self) -> str:
        return str((TODAY - self.born).days // 365)


def _after(days: int) -> Callable[[World], date]:
    return lambda world: world.issued + timedelta(days=days)


DAYS: dict[str, Callable[[World], date]] = {
    "date_of_birth": lambda w: w.born,
    "issue_date": lambda w: w.issued,
    "invoice_date": lambda w: w.issued,
    "date": lambda w: w.issued,
    "statement_date": lambda w: w.issued,
    "pay_date": lambda w: w.issued,
    "expiry_date": lambda w: w.issued + timedelta(days=w.rng.choice((180, 270, 365, 730, 1826, 3652))),
    "due_date": lambda w: w.issued + timedelta(days=w.rng.choice((7, 14, 30, 45))),
    "delivery_date": lambda w: w.issued - timedelta(days=w.rng.randrange(1, 9)),
    "effective_date": _after(31),
    "check_in": lambda w: w.arrival,
    "check_out": lambda w: w.arrival + timedelta(days=w.rng.randrange(1, 12)),
    "flight_date": lambda w: w.arrival,
    "start_date": lambda w: w.arrival,
    "signature_date": _after(1),
    "visit_date": lambda w: w.issued,
    "first_dose_date": lambda w: w.doses[0],
    "second_dose_date": lambda w: w.doses[1],
    "third_dose_date": lambda w: w.doses[2],
    "last_dose_date": lambda w: w.doses[1],
    "next_dose_date": lambda w: w.doses[3] + timedelta(days=40),
    "travel_date": lambda w: w.arrival,
    "first_registration": lambda w: w.before(4000),
    "member_since": lambda w: w.before(3000),
    "valid_from": lambda w: w.valid[0],
    "valid_until": lambda w: w.valid[1],
    "period_start": lambda w: w.period[0],
    "period_end": lambda w: w.period[1],
    "mother_birth_date": lambda w: w.born - timedelta(days=10000),
}
PEOPLE = set(
    "mother_name father_name emergency_contact guardian manager spouse supervisor contact_person officer".split()
)
POOLS = {
    "manufacturer": MAKERS, "disease": DISEASES, "job_title": JOBS, "department": DEPARTMENTS, "room_type": ROOMS,
    "departure": AIRPORTS, "destination": AIRPORTS, "plan": PLANS, "allergies": ALLERGIES, "eye_colour": EYES,
    "issuer": AUTHORITIES, "centre": CLINICS, "hotel": HOTELS, "country": COUNTRIES, "vaccine": VACCINES,
}  # fmt: skip
