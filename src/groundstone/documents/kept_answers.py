"""The questions that a kept document was asked, what was found, and what people say instead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from groundstone.documents import kept_files
from groundstone.documents.base import Finding, Place
from groundstone.documents.findings import by_hand, finding_json, finding_of, place_json, place_of


@dataclass(frozen=True, slots=True)
class Correction:
    """What a person says instead. ``text`` None: the document does not tell. ``at`` is ISO 8601 in UTC."""

    text: str | None
    place: Place | None
    by: str
    at: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A question that was asked, numbered from 1, with what was found and how people corrected it, newest last."""

    number: int
    found: Finding
    corrections: tuple[Correction, ...] = ()

    @property
    def finding(self) -> Finding:
        """As it counts now: the last correction, else what was found."""
        if not self.corrections:
            return self.found
        last = self.corrections[-1]
        return by_hand(self.found, last.text, last.place)


def write_answers(folder: Path, answers: Sequence[Answer]) -> None:
    kept_files.write_json(folder, kept_files.ANSWERS, [_json(one) for one in answers])


def read_answers(folder: Path) -> list[Answer]:
    return [_answer(one) for one in kept_files.read_json(folder, kept_files.ANSWERS)]


def _json(answer: Answer) -> dict[str, Any]:
    corrections = [{**asdict(one), "place": place_json(one.place) if one.place else None} for one in answer.corrections]
    return {"number": answer.number, "found": finding_json(answer.found), "corrections": corrections}


def _answer(data: dict[str, Any]) -> Answer:
    corrections = tuple(
        Correction(**{**one, "place": place_of(one["place"]) if one["place"] else None}) for one in data["corrections"]
    )
    return Answer(data["number"], finding_of(data["found"]), corrections)
