"""The checks that rules are made of. Each looks at the evidence and says: it holds, it does not, or that is open."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from typing import Protocol

from groundstone.documents.base import Region
from groundstone.documents.rules.evidence import Evidence, iso_day
from groundstone.documents.values import same

NEARLY = 0.85  # similarity of two names from which on a misreading is likelier than another person


@dataclass(frozen=True, slots=True)
class Verdict:
    """``passed``: True, False, or None when that is open; a sentence for people; the places that show it."""

    passed: bool | None
    text: str
    evidence: tuple[Region, ...] = ()


class Check(Protocol):
    """One of the checks below."""

    @property
    def queries(self) -> Sequence[str]:
        """Names of the queries whose answers it needs."""
        ...

    def __call__(self, evidence: Evidence) -> Verdict: ...


@dataclass(frozen=True, slots=True)
class Says:
    """The answer holds one of the phrases, and none that takes it back. A document that says nothing does not."""

    query: str
    phrases: tuple[str, ...]
    denials: tuple[str, ...] = ()

    @property
    def queries(self) -> Sequence[str]:
        return (self.query,)

    def __call__(self, evidence: Evidence) -> Verdict:
        answer = evidence.answer(self.query)
        if answer is None:
            return Verdict(False, f"{evidence.label(self.query)} is not on the document")
        said, shown = f" {plain(answer.text)} ", (answer.region,)
        denied = next((phrase for phrase in self.denials if f" {plain(phrase)} " in said), None)
        phrase = next((phrase for phrase in self.phrases if f" {plain(phrase)} " in said), None)
        if not evidence.is_sure(self.query):
            return Verdict(None, f"{evidence.label(self.query)} reads {answer.text!r}, but not surely", shown)
        if denied is not None:
            return Verdict(False, f"{evidence.label(self.query)} says {answer.text!r}", shown)
        if phrase is not None:
            return Verdict(True, f"{evidence.label(self.query)} says {answer.text!r}", shown)
        return Verdict(
            None, f"{evidence.label(self.query)} says {answer.text!r}, which no phrase of the rule covers", shown
        )


@dataclass(frozen=True, slots=True)
class Same:
    """The answer is what is known of the traveller. ``kind``: "name", "date" or "text".

    ``parts`` are queries whose answers together are as good, such as given names and surname that stand apart.
    """

    query: str
    of: str
    kind: str
    parts: tuple[str, ...] = ()

    @property
    def queries(self) -> Sequence[str]:
        return (self.query, *self.parts)

    def __call__(self, evidence: Evidence) -> Verdict:
        verdict = self._whole(evidence)
        if verdict.passed or not self.parts:
            return verdict
        return self._together(evidence) or verdict

    def _together(self, evidence: Evidence) -> Verdict | None:
        """Only where the parts surely are the traveller's; None leaves it to the whole answer."""
        found = [answer for part in self.parts if (answer := evidence.answer(part)) and evidence.is_sure(part)]
        text, known = " ".join(answer.text for answer in found), evidence.traveller.get(self.of, "")
        if len(found) < len(self.parts) or not same(self.kind, text, known):
            return None
        labels = " and ".join(evidence.label(part) for part in self.parts)
        return Verdict(True, f"{labels} {text!r} is that of the traveller", tuple(answer.region for answer in found))

    def _whole(self, evidence: Evidence) -> Verdict:
        known, answer = evidence.traveller.get(self.of, "").strip(), evidence.answer(self.query)
        if not known:
            return Verdict(None, f"no {_words(self.of)} of the traveller was given to compare with")
        if answer is None:
            return Verdict(None, f"{evidence.label(self.query)} is not on the document; the traveller's is {known!r}")
        if not evidence.is_sure(self.query):
            return Verdict(
                None, f"{evidence.label(self.query)} reads {answer.text!r}, but not surely", (answer.region,)
            )
        alike = self._days_alike(evidence, known) if self.kind == "date" else self._alike(answer.text, known)
        words = {True: "is that of the traveller", False: "is not", None: "is nearly"}[alike]
        tail = "" if alike else f" the traveller's {known!r}"
        return Verdict(alike, f"{evidence.label(self.query)} {answer.text!r} {words}{tail}", (answer.region,))

    def _alike(self, text: str, known: str) -> bool | None:
        if same(self.kind, text, known):
            return True
        ours, theirs = plain(text), plain(known)
        near = SequenceMatcher(None, ours, theirs).ratio() >= NEARLY
        if self.kind == "name":
            parts, others = sorted(ours.split()), sorted(theirs.split())
            near = near or SequenceMatcher(None, " ".join(parts), " ".join(others)).ratio() >= NEARLY
            near = near or {*parts} <= {*others} or len({*parts} & {*others}) >= 2  # a name more or less
        return None if near else False

    def _days_alike(self, evidence: Evidence, known: str) -> bool | None:
        days = evidence.days(self.query)
        if not days:
            return None
        wanted = iso_day(known, self.of)
        return True if days[0] == wanted else None if wanted in days[1:] else False


@dataclass(frozen=True, slots=True)
class NotPast:
    """The day in the answer has not passed on the day of travel. A document without one holds when ``absent`` is so."""

    query: str
    absent: bool | None = True

    @property
    def queries(self) -> Sequence[str]:
        return (self.query,)

    def __call__(self, evidence: Evidence) -> Verdict:
        answer = evidence.answer(self.query)
        if answer is None:
            return Verdict(self.absent, f"the document does not answer {evidence.question(self.query)!r}")
        days = evidence.days(self.query)
        if not days or not evidence.is_sure(self.query):
            return Verdict(
                None, f"{evidence.label(self.query)} {answer.text!r} is not surely read as a day", (answer.region,)
            )
        valid = {day >= evidence.day for day in days}
        if len(valid) > 1:
            return Verdict(
                None, f"{evidence.label(self.query)} {answer.text!r} can be read as {_list(days)}", (answer.region,)
            )
        word = "has not passed" if valid == {True} else "has passed"
        return Verdict(
            valid == {True}, f"{evidence.label(self.query)} {days[0]} {word} on {evidence.day}", (answer.region,)
        )


@dataclass(frozen=True, slots=True)
class Doses:
    """The doses of the vaccine's schedule are there, the last one ``days`` or more before the day of travel.

    ``dates`` are the queries for the day of each dose, in order; ``stated`` the query for a count such as "2/2".
    """

    dates: tuple[str, ...]
    vaccine: str
    days: int
    schedules: Mapping[str, int]  # name of a vaccine, plain -> doses
    stated: str = ""

    @property
    def queries(self) -> Sequence[str]:
        return (*self.dates, self.vaccine, *([self.stated] if self.stated else []))

    def __call__(self, evidence: Evidence) -> Verdict:
        shown = tuple(answer.region for name in self.queries if (answer := evidence.answer(name)) is not None)
        needed = self._needed(evidence)
        if needed is None:
            return Verdict(None, "how many doses the vaccine needs is not known", shown)
        given = self._given(evidence)
        if given is None:
            return Verdict(None, "the days of the doses are not surely read", shown)
        count = max(len(given), self._count(evidence) or 0)
        if count < needed:
            missed = any(
                evidence.answer(query) is None and not evidence.is_sure(query) for query in self.dates[:needed]
            )
            return Verdict(None if missed else False, f"{count} of {needed} doses are on the document", shown)
        if not given:
            return Verdict(None, f"{count} of {needed} doses are stated, but no day of them", shown)
        age = (evidence.day - max(given)).days
        text = f"{count} of {needed} doses, the last one on {max(given)}, {age} days before {evidence.day}"
        return Verdict(age >= self.days, text, shown)

    def _needed(self, evidence: Evidence) -> int | None:
        answer = evidence.answer(self.vaccine)
        if answer is not None:
            said = f" {plain(answer.text)} "
            for name, doses in self.schedules.items():
                if f" {name} " in said:
                    return doses
        ratio = self._ratio(evidence)
        return ratio[1] if ratio is not None else None

    def _given(self, evidence: Evidence) -> set[date] | None:
        """The days of doses, future ones left out; None when a day is there but not surely read."""
        given: set[date] = set()
        for query in self.dates:
            days = evidence.days(query)
            if evidence.answer(query) is None:
                continue
            if not days or not evidence.is_sure(query) or len({day <= evidence.day for day in days}) > 1:
                return None
            given.update(day for day in days[:1] if day <= evidence.day)
        return given

    def _count(self, evidence: Evidence) -> int | None:
        ratio = self._ratio(evidence)
        if ratio is not None:
            return ratio[0]
        answer = evidence.answer(self.stated) if self.stated else None
        digits = re.search(r"(?<!\d)[1-9](?!\d)", answer.text) if answer and evidence.is_sure(self.stated) else None
        return int(digits[0]) if digits else None

    def _ratio(self, evidence: Evidence) -> tuple[int, int] | None:
        """Doses given, of doses needed: "2/2" or "2 of 2"."""
        answer = evidence.answer(self.stated) if self.stated else None
        if answer is None or not evidence.is_sure(self.stated):
            return None
        found = re.search(r"(?<![\d/])([1-9])\s*(?:/|of|von|de|di|van|z)\s*([1-9])(?![\d/])", answer.text, re.I)
        return (int(found[1]), int(found[2])) if found else None


@dataclass(frozen=True, slots=True)
class AnyOf:
    """One of several checks is enough."""

    checks: tuple[Check, ...]

    @property
    def queries(self) -> Sequence[str]:
        return [query for check in self.checks for query in check.queries]

    def __call__(self, evidence: Evidence) -> Verdict:
        verdicts = [check(evidence) for check in self.checks]
        for verdict in verdicts:
            if verdict.passed:
                return verdict
        passed = None if any(verdict.passed is None for verdict in verdicts) else False
        shown = tuple(dict.fromkeys(region for verdict in verdicts for region in verdict.evidence))
        return Verdict(passed, "; ".join(verdict.text for verdict in verdicts), shown)


def plain(text: str) -> str:
    """Lower case without accents and punctuation, single blanks."""
    bare = "".join(char for char in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(char))
    return " ".join(re.findall(r"\w+", bare))


def _words(name: str) -> str:
    return name.replace("_", " ")


def _list(days: Sequence[date]) -> str:
    return " or ".join(map(str, days))
