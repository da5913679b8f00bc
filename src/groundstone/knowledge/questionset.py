"""A question set: one JSON object a line, each a question with what a right answer must hold."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from groundstone.errors import GroundstoneError, InvalidInput
from groundstone.knowledge import checks
from groundstone.knowledge.oracle import Oracle


@dataclass(frozen=True, slots=True)
class Question:
    """``history`` holds the questions asked before this one in the same conversation, in order."""

    id: str
    kind: str
    question: str
    expect: Mapping[str, Any]
    history: tuple[str, ...] = ()

    @property
    def answerable(self) -> bool:
        """False for questions that must be declined."""
        return not {"declined", "unknown_field", "not_found", "reset"} & set(self.expect)

    @property
    def from_text(self) -> bool:
        """The answer comes from retrieved passages, or the passages must be found too weak for one."""
        return bool({"relevant", "contains", "declined", "not_found"} & set(self.expect))

    @property
    def targets(self) -> frozenset[str]:
        """Documents of which retrieval should find at least one; empty when the question has none."""
        if "relevant" in self.expect:
            return frozenset(self.expect["relevant"]["ids"])
        return frozenset({self.expect["contains"]["document"]}) if "contains" in self.expect else frozenset()


def load_questions(path: Path | Traversable) -> list[Question]:
    """Read a ``.jsonl`` file. Raises InvalidInput with the line number."""
    lines = path.read_text(encoding="utf-8").splitlines()
    found = [_read(line, f"{path.name}:{number}") for number, line in enumerate(lines, 1) if line.strip()]
    if len({question.id for question in found}) != len(found):
        raise InvalidInput(f"{path.name}: two questions have the same id")
    return found


def _read(line: str, place: str) -> Question:
    try:
        data = json.loads(line)
        question = Question(data["id"], data["kind"], data["question"], data["expect"], tuple(data.get("history", ())))
    except (ValueError, KeyError, TypeError) as error:
        raise InvalidInput(f"{place}: not a question: {error!r}") from None
    forms = [name for name in checks.FORMS if name in question.expect]
    if len(forms) != 1:
        raise InvalidInput(f"{place}: expect holds exactly one of {', '.join(checks.FORMS)}")
    return question


def faults(questions: Sequence[Question], oracle: Oracle) -> list[str]:
    """Expectations that the records do not bear out: absent ids, wrong values, bad filters, empty sets."""
    return [f"{item.id}: {fault}" for item in questions for fault in _faults(item.expect, oracle)]


def _faults(expect: Mapping[str, Any], oracle: Oracle) -> list[str]:
    absent = [name for name in _documents(expect) if name not in oracle]
    if absent:
        return [f"no such document: {', '.join(absent)}"]
    try:
        return _contradictions(expect, oracle)
    except (GroundstoneError, KeyError, TypeError) as error:
        return [f"cannot be judged: {error}"]


def _documents(expect: Mapping[str, Any]) -> list[str]:
    (form,) = (name for name in checks.FORMS if name in expect)
    held = expect if form == "yes" else expect[form]
    if not isinstance(held, Mapping):
        return []
    single = [held["document"]] if "document" in held else []
    several = held.get("documents", held.get("ids", ()))
    return [*single, *several]


def _contradictions(expect: Mapping[str, Any], oracle: Oracle) -> list[str]:
    match expect:
        case {"fact": {"document": name, "field": field, "values": values}}:
            return [] if list(oracle.values(name, field)) == values else ["the record has other values"]
        case {"documents": asked} | {"count": asked}:
            return _empty(asked, oracle)
        case {"aggregate": {"field": field, "measure": measure} as asked}:
            where = checks.where_of(asked.get("where"), oracle)
            found = oracle.counts(field, where) if measure == "most" else oracle.measure(field, measure, where)
            return [] if found else ["nothing to measure"]
        case {"relevant": {"ids": ids, "at": at, "least": least}}:
            return [] if least <= min(len(ids), at) else ["asks for more than there is"]
        case {"contains": {"document": name, "any": phrases}}:
            return _unsaid(name, phrases, oracle)
        case {"choice": {"documents": names, "field": field}}:
            values = [oracle.values(name, field) for name in names]
            return [] if all(values) and len(set(values)) == len(values) else ["a tie or an absent value"]
    return []


def _empty(asked: Mapping[str, Any], oracle: Oracle) -> list[str]:
    checks.sort_of(asked.get("sort", ()), oracle)
    found = [oracle.ids(where) for where in checks.readings(asked, oracle)]
    return [] if found[0] or asked.get("empty") else ["matches nothing"]


def _unsaid(name: str, phrases: Sequence[str], oracle: Oracle) -> list[str]:
    row = oracle.rows[name]
    said = checks.plain(" ".join(str(value) for values in row.values() for value in values))
    lost = [phrase for phrase in phrases if checks.plain(phrase) not in said]
    return [f"the record does not say {lost[0]!r}"] if lost else []
