"""A mapping between two JSON Schemas: which value of the one becomes which of the other, how, and how sure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from difflib import SequenceMatcher
from typing import Any, Literal, get_args

from groundstone.builder import names
from groundstone.builder.leaves import Leaf, leaves
from groundstone.errors import InvalidInput
from groundstone.filters import fold
from groundstone.models.base import Embed

NAME = "groundstone-rules"
Transform = Literal["copy", "to_text", "to_number", "to_integer", "to_boolean", "to_date", "join", "part", "values"]
LEAST = 0.5  # confidence below which nothing is proposed
# Words that mean the same in the names of fields; the first stands for all.
_SAME = [
    "quantity qty amount count units", "number num nr no", "identifier id key", "birthday dob birthdate born",
    "postal zip postcode plz", "phone telephone tel mobile cell", "mail email", "address addr street", "city town",
    "country nation land", "first given fore", "last family sur surname", "name title label", "description desc text notes note remarks comment",
    "price cost rate", "total sum", "customer client buyer purchaser account", "order purchase", "line item position row entry",
    "product article sku goods", "date day on", "time at timestamp", "start begin from", "end finish until to", "company firm organisation organization employer",
    "person people", "status state", "type kind category class", "employee staff worker", "salary wage pay", "created issued made placed",
    "currency ccy", "language lang locale", "gender sex", "supplier vendor seller", "invoice bill", "shipping delivery", "department dept unit", "url link website web",
]  # fmt: skip
_CANON = {word: group.split()[0] for group in _SAME for word in group.split()}
_COMPOUND = {"dob": "date of birth", "birthdate": "birth date", "birthday": "birth date", "firstname": "first name",
             "lastname": "last name", "surname": "last name", "fullname": "full name", "zipcode": "zip code",
             "postcode": "postal code", "zip": "postal code", "plz": "postal code", "email": "mail", "phoneno": "phone number",
             "givenname": "first name", "familyname": "last name", "forename": "first name", "tel": "phone number",
             "phone": "phone number", "telephone": "phone number", "mobile": "phone number"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Link:
    """One value of the target. ``options`` of "join": separator; of "part": index; of "values": the map."""

    target: str
    sources: tuple[str, ...]
    transform: Transform = "copy"
    options: Mapping[str, Any] = field(default_factory=dict)
    confidence: float = 1.0
    reason: str = ""
    made_by: str = NAME


@dataclass(frozen=True, slots=True)
class Mapped:
    """``missing`` are leaves of the target that nothing fits, ``unused`` leaves of the source that go nowhere."""

    links: tuple[Link, ...]
    missing: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def propose(source: Mapping[str, Any], target: Mapping[str, Any], embed: Embed | None = None) -> Mapped:
    """The mapping that names, types and meanings suggest. Raises InvalidInput for schemas that cannot be read.

    Args:
        embed: adds likeness of meaning to likeness of words.
    """
    here, there = leaves(source), leaves(target)
    if not here or not there:
        raise InvalidInput("each of the two schemas needs at least one property with a value")
    scores = _scores(here, there, embed)
    homes = _homes(here, there, scores)
    links: dict[str, Link] = {}
    taken: set[str] = set()
    pairs = sorted(((score, t, s) for (t, s), score in scores.items()), key=lambda one: (-one[0], one[1], one[2]))
    for score, t, s in pairs:
        wanted, given = there[t], here[s]
        if score < LEAST or wanted.path in links or given.path in taken or not _reaches(given, wanted, homes):
            continue
        links[wanted.path] = _link(given, wanted, score)
        taken.add(given.path)
    _add_names(here, there, links, taken)
    ordered = tuple(links[leaf.path] for leaf in there if leaf.path in links)
    missing = tuple(leaf.path for leaf in there if leaf.path not in links)
    return Mapped(ordered, missing, tuple(leaf.path for leaf in here if leaf.path not in taken))


def words_of(name: str) -> list[str]:
    """``custDOB`` and ``date_of_birth`` as plain words, short forms written out."""
    parts = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[A-Z]|\d+", name)
    found: list[str] = []
    for part in parts:
        found += _COMPOUND.get(part.lower(), part.lower()).split()
    whole = "".join(parts).lower()
    found = _COMPOUND[whole].split() if whole in _COMPOUND else found
    return [_CANON.get(names.singular(word), names.singular(word)) for word in found if word != "of"]


def _scores(here: Sequence[Leaf], there: Sequence[Leaf], embed: Embed | None) -> dict[tuple[int, int], float]:
    """Likeness in [0, 1] of every (target, source) whose types can be brought together."""
    meanings = None
    if embed is not None:
        vectors = embed.embed([_phrase(leaf) for leaf in (*there, *here)])
        meanings = vectors[: len(there)] @ vectors[len(there) :].T
    found = {}
    for t, wanted in enumerate(there):
        for s, given in enumerate(here):
            if transform_of(given, wanted) is None:
                continue
            score = _likeness(given, wanted)
            if meanings is not None:
                score = max(score, 0.75 * score + 0.25 * float(meanings[t, s]), min(0.9, float(meanings[t, s]) - 0.1))
            found[t, s] = round(max(0.0, min(1.0, score * _agreement(given, wanted))), 4)
    return found


def _phrase(leaf: Leaf) -> str:
    outer = re.split(r"[.\[\]]+", leaf.path)[-3:]
    return " ".join([*(word for part in outer for word in words_of(part)), leaf.description[:80]]).strip()


def _likeness(given: Leaf, wanted: Leaf) -> float:
    """Of the names; the names around them decide between equal ones."""
    left, right = words_of(given.name), words_of(wanted.name)
    inner = _overlap(left, right)
    spelled = SequenceMatcher(None, "".join(left), "".join(right)).ratio()
    inner = max(inner, spelled if spelled > 0.8 else 0.0)
    around = _overlap(_outer(given), _outer(wanted))
    # "customer.name" and "customerName": the whole path says the same.
    whole = _overlap([*_outer(given), *left], [*_outer(wanted), *right])
    return max(0.85 * inner + 0.15 * around, 0.95 * whole)


def _outer(leaf: Leaf) -> list[str]:
    return [word for part in re.split(r"[.\[\]]+", leaf.path)[:-1] if part for word in words_of(part)][-3:]


def _overlap(left: Sequence[str], right: Sequence[str]) -> float:
    both = len(set(left) & set(right))
    return 2 * both / (len(set(left)) + len(set(right))) if left and right else 0.0


def _agreement(given: Leaf, wanted: Leaf) -> float:
    """How well types, formats and allowed values go together, as a factor."""
    if given.enum and wanted.enum:
        return 1.0 if _value_map(given.enum, wanted.enum) else 0.6
    if bool(given.format) and bool(wanted.format) and given.format != wanted.format:
        return 0.85
    return 1.0 if given.type == wanted.type or not given.type or not wanted.type else 0.92


def transform_of(given: Leaf, wanted: Leaf) -> Transform | None:
    """What turns a value of the one into one of the other; None when nothing does."""
    if given.enum and wanted.enum and not set(given.enum) <= set(wanted.enum):
        return "values" if _value_map(given.enum, wanted.enum) else None
    if wanted.enum and not set(given.enum) <= set(wanted.enum):
        return None
    if given.type == wanted.type or not wanted.type or not given.type:
        return "to_date" if wanted.format == "date" and given.format == "date-time" else "copy"
    steps: dict[tuple[str, str], Transform] = {
        ("integer", "number"): "copy",
        ("number", "integer"): "to_integer",
        ("string", "number"): "to_number",
        ("string", "integer"): "to_integer",
        ("string", "boolean"): "to_boolean",
        ("integer", "boolean"): "to_boolean",
        ("integer", "string"): "to_text",
        ("number", "string"): "to_text",
        ("boolean", "string"): "to_text",
    }
    if wanted.format and given.type != "string":
        return None
    return steps.get((given.type, wanted.type))


def _value_map(left: Sequence[Any], right: Sequence[Any]) -> dict[str, Any]:
    """Values of the left to those of the right that are spelled alike; empty unless most find one."""
    found: dict[str, Any] = {}
    for value in left:
        best = max(right, key=lambda other: _alike(value, other))
        if _alike(value, best) >= 0.6:
            found[str(value)] = best
    return found if len(found) * 2 >= len(left) else {}


def _alike(left: Any, right: Any) -> float:
    one, two = fold(str(left)), fold(str(right))
    if one and two and (one.startswith(two) or two.startswith(one)):
        return 0.9 if one != two else 1.0
    return SequenceMatcher(None, one, two).ratio()


def _homes(here: Sequence[Leaf], there: Sequence[Leaf], scores: Mapping[tuple[int, int], float]) -> dict[str, str]:
    """For each array of the target the array of the source whose leaves fit best, as a whole."""
    total: dict[tuple[str, str], float] = {}
    for (t, s), score in scores.items():
        if score >= LEAST and there[t].arrays and here[s].arrays:
            pair = there[t].arrays[-1], here[s].arrays[-1]
            total[pair] = total.get(pair, 0.0) + score**2
    homes: dict[str, str] = {}
    for (wanted, given), _ in sorted(total.items(), key=lambda item: (-item[1], item[0])):
        homes.setdefault(wanted, given)
    return homes


def _reaches(given: Leaf, wanted: Leaf, homes: Mapping[str, str]) -> bool:
    """Whether the value can be carried: its arrays are those that the target's arrays were given, or fewer."""
    expected = [homes[array] for array in wanted.arrays if array in homes]
    return all(array in expected for array in given.arrays)


def _link(given: Leaf, wanted: Leaf, score: float) -> Link:
    step = transform_of(given, wanted)
    assert step is not None  # pairs without one have no score
    options = {"map": _value_map(given.enum, wanted.enum)} if step == "values" else {}
    same = words_of(given.name) == words_of(wanted.name)
    reason = "the names say the same" if same else "the names and their places are alike"
    if given.type != wanted.type and given.type and wanted.type:
        reason += f"; {given.type} becomes {wanted.type}"
    return Link(wanted.path, (given.path,), step, options, round(score, 2), reason)


def _add_names(here: Sequence[Leaf], there: Sequence[Leaf], links: dict[str, Link], taken: set[str]) -> None:
    """A full name from its two parts, and parts from a full name."""
    first, last, full = ({leaf.path: leaf for leaf in here if _part(leaf) == one} for one in ("first", "last", "full"))
    for wanted in there:
        part = _part(wanted)
        known = links.get(wanted.path)
        if wanted.type != "string" or not part or (known and known.confidence > 0.9 and _part_of(here, known) == part):
            continue
        if part == "full" and first and last and not any(_part_of(here, one) == "full" for one in links.values()):
            ones = [
                next((path for path in group if _beside(path, wanted)), next(iter(group))) for group in (first, last)
            ]
            if len(_outer(wanted)) or len(first) == 1:
                links[wanted.path] = Link(
                    wanted.path, tuple(ones), "join", {"separator": " "}, 0.8, "a name from its parts"
                )
                taken.update(ones)
        elif part in ("first", "last") and full and not (first and last):
            source = next((path for path in full if _beside(path, wanted)), next(iter(full)))
            options = {"index": 0 if part == "first" else -1}
            links[wanted.path] = Link(wanted.path, (source,), "part", options, 0.7, "a part of the name; check it")
            taken.add(source)


def _part(leaf: Leaf) -> str:
    words = words_of(leaf.name)
    if words in (["first", "name"], ["last", "name"]):
        return words[0]
    outer = set(_outer(leaf)) & {
        "customer",
        "person",
        "employee",
        "patient",
        "contact",
        "member",
        "author",
        "guest",
        "passenger",
    }
    whole = (
        words == ["full", "name"]
        or (words == ["name"] and outer)
        or (
            len(words) == 2
            and words[1] == "name"
            and words[0] in ("customer", "employee", "person", "patient", "contact")
        )
    )
    return "full" if whole else ""


def _part_of(here: Sequence[Leaf], link: Link) -> str:
    return next((_part(leaf) for leaf in here if leaf.path == link.sources[0]), "")


def _beside(path: str, wanted: Leaf) -> bool:
    return path.count("[]") == wanted.path.count("[]")


def read_links(data: Any) -> Mapped:
    """Inverse of ``Mapped.to_json``. Raises InvalidInput."""
    items = data.get("links") if isinstance(data, dict) else None
    if not isinstance(items, list):
        raise InvalidInput('a mapping is an object with a list "links"')
    links = []
    for number, item in enumerate(items):
        sources = item.get("sources") if isinstance(item, dict) else None
        good = (
            isinstance(sources, list)
            and sources
            and all(isinstance(path, str) for path in (*sources, item.get("target")))
            and item.get("transform", "copy") in get_args(Transform)
            and isinstance(item.get("options", {}), dict)
        )
        if not good:
            raise InvalidInput(f"links[{number}] needs target, sources and a known transform")
        links.append(Link(item["target"], tuple(sources), item.get("transform", "copy"), item.get("options", {})))
    return Mapped(tuple(links))


def paths(items: Iterable[Leaf]) -> list[str]:
    return [leaf.path for leaf in items]
