"""Rules of a file, and the decision that they make."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from groundstone.documents.base import Finding, Reading
from groundstone.documents.rules.base import Decision, Outcome, Reason
from groundstone.documents.rules.checks import AnyOf, Check, Doses, NotPast, Same, Says, plain
from groundstone.documents.rules.evidence import Evidence
from groundstone.errors import ConfigError

SURE = 0.8


@dataclass(frozen=True, slots=True)
class Rule:
    """``fails`` and ``unclear`` are the outcomes when the check does not hold, or is open; "pass" lets it be open."""

    name: str
    check: Check
    fails: str = "refused"
    unclear: str = "review"


@dataclass(frozen=True, slots=True)
class Rules:
    """All rules of a file. ``sure`` is the confidence from which on an answer counts."""

    rules: tuple[Rule, ...]
    sure: float = SURE

    @classmethod
    def load(cls, path: Path) -> Rules:
        """Raises ConfigError, naming file and entry."""
        try:
            data = tomllib.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise ConfigError(f"{path}: it cannot be read ({error.strerror})") from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise ConfigError(f"{path}: {error}") from None
        try:
            return _rules(data)
        except _Wrong as wrong:
            raise ConfigError(f"{path}: {wrong}") from None

    @property
    def queries(self) -> tuple[str, ...]:
        """Names of the queries whose answers the rules need."""
        return tuple(dict.fromkeys(query for rule in self.rules for query in rule.check.queries))

    def decide(
        self, findings: Sequence[Finding], reading: Reading, traveller: Mapping[str, str], today: date
    ) -> Decision:
        """The outcome with a reason for every rule.

        "refused" when a rule fails that says so, else "review" when one is open or asks for it, else "verified". A
        document that says nothing of what was asked is for a person: it may be another document.
        Raises InvalidInput for a traveller's day that is none.
        """
        evidence = Evidence.of(findings, reading, traveller, today, self.sure)
        verdicts = [(rule, rule.check(evidence)) for rule in self.rules]
        reasons = tuple(Reason(rule.name, said.passed, said.text, said.evidence) for rule, said in verdicts)
        if not any(finding.answer for finding in findings):
            nothing = Reason("something is answered", False, "the document says nothing of what was asked")
            return Decision("review", (nothing, *reasons))
        outcomes = {
            rule.fails if said.passed is False else rule.unclear for rule, said in verdicts if not said.passed
        } - {"pass"}
        outcome: Outcome = "refused" if "refused" in outcomes else "review" if outcomes else "verified"
        return Decision(outcome, reasons)


class _Wrong(Exception):
    """What is wrong with an entry."""


def _rules(data: Mapping[str, Any]) -> Rules:
    _only(data, {"sure", "rule", "vaccine"}, "the file")
    sure = data.get("sure", SURE)
    if not isinstance(sure, int | float) or not 0 < sure <= 1:
        raise _Wrong(f"sure is a number above 0 and up to 1, not {sure!r}")
    schedules = _schedules(data.get("vaccine", []))
    rules = tuple(_rule(entry, at, schedules) for at, entry in enumerate(_list(data, "rule", "the file"), 1))
    if not rules:
        raise _Wrong("it holds no [[rule]]")
    if twice := {rule.name for rule in rules if sum(rule.name == other.name for other in rules) > 1}:
        raise _Wrong(f"two rules are called {min(twice)!r}")
    return Rules(rules, float(sure))


def _schedules(entries: Any) -> dict[str, int]:
    schedules: dict[str, int] = {}
    for at, entry in enumerate(entries, 1):
        where = f"[[vaccine]] {at}"
        _only(entry, {"names", "doses"}, where)
        doses = entry.get("doses")
        if not isinstance(doses, int) or doses < 1:
            raise _Wrong(f"{where}: doses is a whole number from 1, not {doses!r}")
        schedules.update((plain(name), doses) for name in _texts(entry, "names", where))
    return schedules


def _rule(entry: Any, at: int, schedules: Mapping[str, int]) -> Rule:
    where = f"[[rule]] {entry.get('name', at)!r}" if isinstance(entry, dict) else f"[[rule]] {at}"
    _only(entry, {"name", "check", "any", "fails", "unclear"}, where)
    name = _text(entry, "name", where)
    if ("check" in entry) == ("any" in entry):
        raise _Wrong(f"{where}: give it either check or any")
    outcomes = {"fails": ("refused", "review"), "unclear": ("review", "refused", "pass")}
    for key, allowed in outcomes.items():
        if entry.get(key, allowed[0]) not in allowed:
            raise _Wrong(f"{where}: {key} is {' or '.join(allowed)}, not {entry[key]!r}")
    if "check" in entry:
        check = _check(entry["check"], where, schedules)
    else:
        check = AnyOf(tuple(_check(one, where, schedules) for one in _list(entry, "any", where)))
    return Rule(name, check, entry.get("fails", "refused"), entry.get("unclear", "review"))


def _check(entry: Any, where: str, schedules: Mapping[str, int]) -> Check:
    if not isinstance(entry, dict):
        raise _Wrong(f"{where}: a check is a table, not {entry!r}")
    makers: dict[str, Callable[[Any, str], Check]] = {
        "says": _says,
        "same": _same,
        "not_past": _not_past,
        "doses": lambda entry, where: _doses(entry, where, schedules),
    }
    kinds = [kind for kind in makers if kind in entry]
    if len(kinds) != 1:
        raise _Wrong(f"{where}: a check has one of {', '.join(makers)}; this one has {', '.join(kinds) or 'none'}")
    return makers[kinds[0]](entry, where)


def _says(entry: Any, where: str) -> Check:
    _only(entry, {"says", "one_of", "none_of"}, where)
    denials = _texts(entry, "none_of", where) if "none_of" in entry else ()
    return Says(_text(entry, "says", where), _texts(entry, "one_of", where), denials)


def _same(entry: Any, where: str) -> Check:
    _only(entry, {"same", "of", "as", "parts"}, where)
    kind = entry.get("as", "text")
    if kind not in ("name", "date", "text"):
        raise _Wrong(f"{where}: as is name, date or text, not {kind!r}")
    parts = _texts(entry, "parts", where) if "parts" in entry else ()
    return Same(_text(entry, "same", where), _text(entry, "of", where), kind, parts)


def _not_past(entry: Any, where: str) -> Check:
    _only(entry, {"not_past", "absent"}, where)
    absent = entry.get("absent", "holds")
    if absent not in ("holds", "fails", "unclear"):
        raise _Wrong(f"{where}: absent is holds, fails or unclear, not {absent!r}")
    return NotPast(_text(entry, "not_past", where), {"holds": True, "fails": False, "unclear": None}[absent])


def _doses(entry: Any, where: str, schedules: Mapping[str, int]) -> Check:
    _only(entry, {"doses", "vaccine", "stated", "days"}, where)
    days = entry.get("days", 0)
    if not isinstance(days, int) or days < 0:
        raise _Wrong(f"{where}: days is a whole number from 0, not {days!r}")
    dates = _texts(entry, "doses", where)
    stated = _text(entry, "stated", where) if "stated" in entry else ""
    return Doses(dates, _text(entry, "vaccine", where), days, schedules, stated)


def _only(entry: Any, known: set[str], where: str) -> None:
    if not isinstance(entry, dict):
        raise _Wrong(f"{where} is a table, not {entry!r}")
    if unknown := set(entry) - known:
        raise _Wrong(f"{where}: {min(unknown)!r} is unknown; there are: {', '.join(sorted(known))}")


def _text(entry: Mapping[str, Any], key: str, where: str) -> str:
    value = entry.get(key)
    if not isinstance(value, str) or not value.strip():
        raise _Wrong(f"{where}: {key} is a text, not {value!r}")
    return value


def _texts(entry: Mapping[str, Any], key: str, where: str) -> tuple[str, ...]:
    values = _list(entry, key, where)
    if not values or not all(isinstance(value, str) and value.strip() for value in values):
        raise _Wrong(f"{where}: {key} is a list of texts, not {values!r}")
    return tuple(values)


def _list(entry: Mapping[str, Any], key: str, where: str) -> list[Any]:
    value = entry.get(key, [])
    if not isinstance(value, list):
        raise _Wrong(f"{where}: {key} is a list, not {value!r}")
    return value
