"""What rules may look at: the answers of a document, what is known of the traveller, and the day that counts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from groundstone.documents.base import Candidate, Finding, Reading
from groundstone.documents.values import date_order, spot
from groundstone.documents.values.base import Order
from groundstone.errors import InvalidInput

_FRAME = re.compile(r"^(?:what|who|when|which)\s+(?:is|was|are|were)\s+(?:the\s+)?", re.IGNORECASE)


@dataclass(frozen=True)
class Evidence:
    """``sure``: confidence from which on an answer counts. ``today`` stands in for a day of travel that is missing."""

    findings: Mapping[str, Finding]  # by the name of the query
    reading: Reading
    traveller: Mapping[str, str]
    today: date
    sure: float

    @classmethod
    def of(
        cls, findings: Sequence[Finding], reading: Reading, traveller: Mapping[str, str], today: date, sure: float
    ) -> Evidence:
        return cls({finding.query.name: finding for finding in findings}, reading, traveller, today, sure)

    @cached_property
    def day(self) -> date:
        """The day of travel. Raises InvalidInput for one that is no ISO day."""
        return (
            iso_day(self.traveller["travel_date"], "travel_date") if self.traveller.get("travel_date") else self.today
        )

    def answer(self, query: str) -> Candidate | None:
        """What the document says, however unsure."""
        finding = self.findings.get(query)
        return finding.answer if finding is not None else None

    def question(self, query: str) -> str:
        """The words in which it was asked."""
        finding = self.findings.get(query)
        return finding.query.text if finding is not None else query

    def label(self, query: str) -> str:
        """What it asks for, in short: "Date of Birth" of "What is the Date of Birth?"."""
        return _FRAME.sub("", self.question(query)).rstrip("? ")

    def is_sure(self, query: str) -> bool:
        """Whether its answer, or there being none, is sure enough to decide on."""
        finding = self.findings.get(query)
        return finding is not None and finding.confidence >= self.sure

    def days(self, query: str) -> list[date]:
        """The days that an answer can mean, most likely first; several where the order of its parts is open."""
        answer = self.answer(query)
        if answer is None:
            return []
        spots = spot("date", answer.text, order=self._order)
        if not spots:
            return [answer.value] if isinstance(answer.value, date) else []
        meant = [value for value in (spots[0].value, *spots[0].others) if isinstance(value, date)]
        return meant[:1] if self._order else meant

    @cached_property
    def _order(self) -> Order | None:
        return date_order(line.text for page in self.reading.pages for line in page.lines)


def iso_day(text: str, name: str) -> date:
    """Raises InvalidInput, naming what it is."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise InvalidInput(f"{name}: {text[:40]!r} is no day; write it as 1980-12-31") from None
