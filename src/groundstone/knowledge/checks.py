"""Does an answer say what was expected? Each check returns what is wrong, in words.

The expectations are described in docs/evaluation.md.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

from groundstone import filters
from groundstone.filters import Filter, Sort, fold
from groundstone.knowledge.answer import Answer
from groundstone.knowledge.oracle import Oracle
from groundstone.records import Document, Scalar

Problems = list[str]
# Typographic signs that a person and a record write differently.
_SAME = str.maketrans({"\u2019": "'", "\u2018": "'", "\u2013": "-", "\u2014": "-", "\u201c": '"', "\u201d": '"'})
_NUMBER = re.compile(r"(?<![\w.])\d[\d,]*(?:\.\d+)?")
_HOURS = re.compile(r"(\d+) ?h(?:ours?)?(?: (?:and )?(\d+) ?m\w*)?")
_AND_MORE = re.compile(r"\band (\d+) (?:more|others?)\b")
_NOTHING = re.compile(r"\b(?:no|not|none|nothing|unknown|n't|without)\b")
_SMALL = (
    "no",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
)


@dataclass(frozen=True, slots=True)
class Case:
    """One answer with all that is needed to judge it.

    ``listed``: ids of every document that the answer's filter matches, when it is a list that says how many
    there are; None otherwise.
    """

    answer: Answer
    oracle: Oracle
    listed: frozenset[str] | None = None

    @property
    def text(self) -> str:
        return plain(self.answer.text)

    @property
    def cited(self) -> list[str]:
        return list(dict.fromkeys(citation.document_id for citation in self.answer.citations))

    @property
    def shown(self) -> list[str]:
        """Document ids as the reader meets them: the cards, else the cited documents."""
        return list(dict.fromkeys(card.document_id for card in self.answer.cards)) or self.cited


def plain(text: str) -> str:
    return fold(text.translate(_SAME))


def named(text: str, value: Scalar) -> bool:
    """Whether a folded text names the value as a whole word or number."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return says_number(text, float(value), 1e-9)
    return re.search(rf"(?<!\w){re.escape(plain(str(value)))}(?!\w)", text) is not None


def numbers(text: str) -> list[float]:
    """Every number in a folded text, thousands separators removed; "2 h 5 min" also counts as 125."""
    found = [float(match.replace(",", "")) for match in _NUMBER.findall(text)]
    return found + [60.0 * int(hours) + int(minutes or 0) for hours, minutes in _HOURS.findall(text)]


def says_number(text: str, wanted: float, tolerance: float) -> bool:
    if any(abs(number - wanted) <= tolerance for number in numbers(text)):
        return True
    small = wanted == int(wanted) and 0 <= wanted < len(_SMALL)
    return small and re.search(rf"\b{_SMALL[int(wanted)]}\b", text) is not None


def where_of(data: Any, oracle: Oracle) -> Filter | None:
    """The typed filter of an expectation. Raises InvalidFilter."""
    return None if data is None else filters.check(filters.from_json(data), oracle.schema)


def sort_of(data: Sequence[Mapping[str, Any]], oracle: Oracle) -> tuple[Sort, ...]:
    items = tuple(Sort(item["field"], bool(item.get("descending"))) for item in data)
    return filters.check_sort(items, oracle.schema)


def readings(data: Mapping[str, Any], oracle: Oracle) -> list[Filter | None]:
    """The filter that is meant, then the other fair readings of the question (``also``)."""
    return [where_of(item, oracle) for item in (data.get("where"), *data.get("also", ()))]


def fact(case: Case, expect: Mapping[str, Any]) -> Problems:
    document, values = str(expect["document"]), list(expect["values"])
    if not values:
        silent = case.answer.declined or _NOTHING.search(case.text) is not None
        return [] if silent else ["should say that nothing is recorded"]
    found = [value for value in values if named(case.text, value)]
    more = _AND_MORE.search(case.text)
    if len(found) + (int(more[1]) if more else 0) < len(values):
        return [f"not named: {', '.join(str(value) for value in values if value not in found)}"]
    if document not in case.shown:
        return [f"does not cite {document}"]
    strangers = _strangers(case, document, str(expect["field"]))
    return [f"names {', '.join(strangers)}, which is wrong"] if strangers else []


def _strangers(case: Case, document: str, field: str) -> list[str]:
    """Values of this field that only other documents hold and the answer yet names."""
    row, text = case.oracle.rows[document], case.text
    own = plain(" ".join(str(value) for values in row.values() for value in values))
    seen = [value for folded, value in _long_texts(case.oracle, field) if folded in text]
    return [value for value in seen if named(text, value) and not named(own, value)]


@lru_cache(maxsize=64)
def _long_texts(oracle: Oracle, field: str) -> tuple[tuple[str, str], ...]:
    """Texts of one field that are long enough not to be met by accident: (folded, as written), sorted."""
    found = {str(value) for value in oracle.counts(field, None) if isinstance(value, str) and len(value) > 4}
    return tuple((plain(value), value) for value in sorted(found))


def documents(case: Case, expect: Mapping[str, Any]) -> Problems:
    tries = [_documents(case, expect, where) for where in readings(expect, case.oracle)]
    return next((problems for problems in tries if not problems), tries[0])


def _documents(case: Case, expect: Mapping[str, Any], where: Filter | None) -> Problems:
    wanted = case.oracle.ids(where)
    sort = sort_of(expect.get("sort", ()), case.oracle)
    if "limit" in expect:
        return _first(case, wanted, sort, int(expect["limit"]))
    if not wanted and case.answer.declined:
        return []
    got = set(case.shown) if case.listed is None else set(case.listed)
    if got != wanted:
        return [_difference(case.oracle, wanted, got)]
    if case.answer.total not in (None, len(wanted)) and not expect.get("text"):
        return [f"says {case.answer.total} in all, there are {len(wanted)}"]
    keys = [case.oracle.key(name, sort) for name in case.shown if name in case.oracle]
    return [] if _rising(keys) else ["not in the order asked for"]


def _first(case: Case, wanted: set[str], sort: Sequence[Sort], limit: int) -> Problems:
    """The first ``limit`` documents by ``sort``; ties may come in any order."""
    best = case.oracle.ordered(wanted, sort)[:limit]
    got = case.shown[: len(best)]
    good = set(got) <= wanted and [case.oracle.key(name, sort) for name in got] == [
        case.oracle.key(name, sort) for name in best
    ]
    if not good:
        return [f"should show {_names(case.oracle, best)}; shows {_names(case.oracle, got)}"]
    if limit > 1 and len(case.shown) > limit:
        return [f"shows {len(case.shown)} instead of {limit}"]
    return []


def _rising(keys: Sequence[tuple[Any, ...]]) -> bool:
    return all(left == right or left < right for left, right in pairwise(keys))


def _names(oracle: Oracle, ids: Sequence[str]) -> str:
    return ", ".join(oracle.title(name) if name in oracle else name for name in ids[:6]) or "nothing"


def _difference(oracle: Oracle, wanted: set[str], got: set[str]) -> str:
    missing, extra = sorted(wanted - got), sorted(got - wanted)
    lacks = f"lacks {len(missing)} of {len(wanted)} ({_names(oracle, missing)})"
    return f"{lacks}, {len(extra)} too many ({_names(oracle, extra)})"


def count(case: Case, expect: Mapping[str, Any]) -> Problems:
    field = expect.get("distinct")
    allowed = [
        len(case.oracle.counts(field, where)) if field else len(case.oracle.ids(where))
        for where in readings(expect, case.oracle)
    ]
    if case.answer.declined and 0 not in allowed:
        return [f"declines; the number is {allowed[0]}"]
    if not any(says_number(case.text, float(number), 0.0) for number in allowed):
        return [f"should say {allowed[0]}"]
    if not field and case.answer.total not in (None, *allowed):
        return [f"says {case.answer.total} in all, there are {allowed[0]}"]
    return []


def aggregate(case: Case, expect: Mapping[str, Any]) -> Problems:
    field, measure = str(expect["field"]), str(expect["measure"])
    where = where_of(expect.get("where"), case.oracle)
    if measure == "most":
        counts = case.oracle.counts(field, where)
        top = max(counts.values(), default=0)
        leaders = [value for value, number in counts.items() if number == top]
        good = any(named(case.text, value) for value in leaders)
        return [] if good else [f"should name {' or '.join(str(value) for value in leaders[:3])}"]
    wanted = case.oracle.measure(field, measure, where)
    # An average may be rounded to whole minutes or years, a rating to one decimal.
    slack = (0.5 if wanted > 20 else 0.06) if measure == "mean" else 0.051
    return [] if says_number(case.text, wanted, slack) else [f"should say {wanted:g}"]


def relevant(case: Case, expect: Mapping[str, Any]) -> Problems:
    first, least = case.shown[: expect["at"]], int(expect["least"])
    good = [name for name in first if name in expect["ids"]]
    if len(good) >= least:
        return []
    return [f"{len(good)} of the first {expect['at']} fit, {least} wanted; shows {_names(case.oracle, first)}"]


def contains(case: Case, expect: Mapping[str, Any]) -> Problems:
    phrases = [str(phrase) for phrase in expect["any"]]
    problems = [] if says(case.answer, phrases) else [f"does not say {' or '.join(map(repr, phrases))}"]
    if expect["document"] not in (*case.cited, *case.shown):
        problems.append(f"does not cite {expect['document']}")
    return problems


def says(answer: Answer, phrases: Sequence[str]) -> bool:
    """Whether the text of the answer, or a quote that it shows, holds one of the phrases."""
    quotes = " ".join(citation.quote for citation in answer.citations)
    said = plain(f"{answer.text} {quotes}")
    return any(plain(phrase) in said for phrase in phrases)


def yes(case: Case, expect: Mapping[str, Any], document: str) -> Problems:
    wanted = "yes" if expect else "no"
    problems = [] if re.match(rf"\W*{wanted}\b", case.text) else [f"should begin with {wanted!r}"]
    if document not in case.shown:
        problems.append(f"does not cite {document}")
    return problems


def choice(case: Case, expect: Mapping[str, Any]) -> Problems:
    """The right one of several documents is the first that the answer names."""
    winner = chosen(case.oracle, expect)
    places = {name: case.text.find(plain(case.oracle.title(name))) for name in expect["documents"]}
    order = sorted((place, name) for name, place in places.items() if place >= 0)
    first = order[0][1] if order else next(iter(case.shown), None)
    return [] if first == winner else [f"should choose {case.oracle.title(winner)}"]


def chosen(oracle: Oracle, expect: Mapping[str, Any]) -> str:
    sort = (Sort(expect["field"], expect["measure"] == "maximum"),)
    return oracle.ordered(expect["documents"], sort)[0]


def unknown_field(case: Case, expect: object) -> Problems:
    said = case.answer.query.kind == "unknown_field" or case.answer.declined
    return [] if said else [f"should say that there is no such field as {expect}"]


def declined(case: Case, expect: object) -> Problems:
    return [] if case.answer.declined else ["should decline"]


def not_found(case: Case, expect: object) -> Problems:
    fair = case.answer.declined or case.answer.closest
    return [] if fair else [f"should say that {expect} is not here"]


def reset(case: Case, expect: object) -> Problems:
    return [] if case.answer.query.kind == "reset" else ["should start over"]


_CHECKS: dict[str, Callable[[Case, Any], Problems]] = {
    "fact": fact,
    "documents": documents,
    "count": count,
    "aggregate": aggregate,
    "relevant": relevant,
    "contains": contains,
    "choice": choice,
    "unknown_field": unknown_field,
    "declined": declined,
    "not_found": not_found,
    "reset": reset,
}
FORMS = (*_CHECKS, "yes")


def check(case: Case, expect: Mapping[str, Any]) -> Problems:
    """What is wrong with the answer, measured against the question's expectation."""
    if "yes" in expect:
        return yes(case, expect["yes"], str(expect["document"]))
    if case.answer.declined and not _may_decline(case, expect):
        return ["declines"]
    (form,) = (name for name in _CHECKS if name in expect)
    return _CHECKS[form](case, expect[form])


def _may_decline(case: Case, expect: Mapping[str, Any]) -> bool:
    if {"declined", "unknown_field", "not_found", "reset"} & set(expect):
        return True
    if "fact" in expect:
        return not expect["fact"]["values"]
    asked = expect.get("documents") or expect.get("count") or {}
    return bool(asked) and any(not case.oracle.ids(where) for where in readings(asked, case.oracle))


def unsound(answer: Answer, stored: Mapping[str, Document]) -> Problems:
    """What breaks the rules of citation, whatever was asked: quotes, indexes, uncited sentences and cards."""
    problems = [
        f"citation {index} does not match {citation.document_id}"
        for index, citation in enumerate(answer.citations)
        if not _verbatim(citation.document_id, citation.start, citation.end, citation.quote, stored)
    ]
    size = len(answer.citations)
    used = [*(index for item in answer.sentences for index in item.citations)]
    if any(not 0 <= index < size for index in used):
        problems.append("a sentence points at a citation that does not exist")
    if not answer.declined:
        problems += [f"no citation: {item.text!r}" for item in answer.sentences if not item.citations]
    cited = {citation.document_id for citation in answer.citations}
    problems += [f"card {c.document_id} has no citation" for c in answer.cards if c.document_id not in cited]
    return problems


def _verbatim(document_id: str, start: int, end: int, quote: str, stored: Mapping[str, Document]) -> bool:
    document = stored.get(document_id)
    return document is not None and bool(quote) and document.text[start:end] == quote
