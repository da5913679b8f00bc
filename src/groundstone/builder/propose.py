"""The mapping that names, types, values and structure of two schemas suggest, tried on sample data."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from groundstone.builder import transforms, wording
from groundstone.builder.carry import apply
from groundstone.builder.instances import instances
from groundstone.builder.leaves import Leaf, leaves
from groundstone.builder.mapping import Link, Mapped
from groundstone.builder.transforms import Transform
from groundstone.builder.validity import check_schema, checked
from groundstone.builder.wording import words_of
from groundstone.errors import InvalidInput
from groundstone.models.base import Embed

LEAST = 0.55  # confidence below which nothing is proposed
_PLACE = ("street", "postal", "city", "country")  # the order in which an address is written
_UNITS = set(
    "cents cent eur euro euros usd dollars gbp kg kilograms g grams lb lbs oz tonnes km mi miles m metres meters cm "
    "mm ft feet inch inches seconds sec ms minutes min hours days weeks months years celsius fahrenheit c f "
    "percent".split()
)
_SOMEBODY = set(
    "customer person employee patient contact member author guest passenger driver holder claim manager speaker "
    "student teacher pupil applicant tenant owner doctor".split()
)


def propose(source: Mapping[str, Any], target: Mapping[str, Any], embed: Embed | None = None) -> Mapped:
    """A link for each leaf of the target that something fits. Raises InvalidInput for schemas that cannot be read.

    Args:
        embed: adds likeness of meaning to likeness of words.
    """
    check_schema(source)
    check_schema(target)
    here, there = leaves(source), leaves(target)
    if not here or not there:
        raise InvalidInput("each of the two schemas needs at least one property with a value")
    links = _linked(here, there, scores(here, there, embed))
    return tried(finished(links, here, there), source, target)


def finished(links: Mapping[str, Link], here: Sequence[Leaf], there: Sequence[Leaf]) -> Mapped:
    """The links in the order of the target, and the names of what none of them touches."""
    used = {path for link in links.values() for path in link.sources}
    ordered = tuple(links[leaf.path] for leaf in there if leaf.path in links)
    missing = tuple(leaf.path for leaf in there if leaf.path not in links)
    return Mapped(ordered, missing, tuple(leaf.path for leaf in here if leaf.path not in used))


def tried(mapping: Mapped, source: Mapping[str, Any], target: Mapping[str, Any]) -> Mapped:
    """The mapping with a note of what happened when sample data of the source was carried over."""
    try:
        made = [apply(mapping, item) for item in instances(_hinted(source, mapping), 3)]
    except InvalidInput as error:
        return replace(mapping, notes=(f"sample data cannot be carried over: {error}",))
    for item in made:
        try:
            checked(item, target)
        except InvalidInput as error:
            return replace(mapping, notes=(f"sample data carried over does not satisfy the target: {error}",))
    return replace(mapping, notes=("sample data carried over satisfies the target's schema",))


_HINTS: dict[str, dict[str, Any]] = {
    "to_date": {"format": "date"},
    "to_datetime": {"format": "date-time"},
    "to_number": {"pattern": "^[1-9][0-9]{0,3}$"},
    "to_integer": {"pattern": "^[1-9][0-9]{0,3}$"},
    "to_boolean": {"enum": ["yes", "no"]},
}


def _hinted(source: Mapping[str, Any], mapping: Mapped) -> dict[str, Any]:
    """The schema of the source, its texts held to what the mapping takes them for: dates, numbers, values."""
    hinted: dict[str, Any] = copy.deepcopy(dict(source))
    for link in mapping.links:
        hint = _HINTS.get(link.transform, {"enum": list(link.options["map"])} if link.transform == "values" else {})
        node: Any = hinted
        for name in [part for part in link.sources[0].replace("[]", ".[]").split(".") if part] if hint else []:
            place = node.get("items") if name == "[]" else node.get("properties", {}).get(name)
            node = place if isinstance(place, dict) else {}
        if node.get("type") == "string" and not node.keys() & {"enum", "format", "pattern", "const"}:
            node |= hint
    return hinted


def scores(here: Sequence[Leaf], there: Sequence[Leaf], embed: Embed | None = None) -> dict[tuple[int, int], float]:
    """Likeness in [0, 1] of every (target, source) between whose types a step leads."""
    meanings = None
    if embed is not None:
        vectors = embed.embed([_phrase(leaf) for leaf in (*there, *here)])
        meanings = vectors[: len(there)] @ vectors[len(there) :].T
    ours, theirs = [_said(leaf) for leaf in here], [_said(leaf) for leaf in there]
    found = {}
    for t, wanted in enumerate(there):
        for s, given in enumerate(here):
            step = transforms.between(given, wanted)
            if step is None:
                continue
            score = wording.likeness(*_crossed(ours[s], theirs[t]))
            if meanings is not None:
                meaning = float(meanings[t, s])
                score = max(score, 0.75 * score + 0.25 * meaning, min(0.85, meaning - 0.1))
            if step[0] == "values" and given.enum:
                score = max(score, 0.5 * score + 0.35 * step[1])  # equal values say much
            found[t, s] = round(max(0.0, min(1.0, score * step[1])), 4)
    return found


def _crossed(ours: tuple[list[str], list[str]], theirs: tuple[list[str], list[str]]) -> tuple[list[str], ...]:
    return ours[0], theirs[0], ours[1], theirs[1]


def _said(leaf: Leaf) -> tuple[list[str], list[str]]:
    """Words of the name, and of the names around it."""
    outer = [part for part in re.split(r"[.\[\]]+", leaf.path)[:-1] if part] if "." in leaf.path else []
    around = [word for part in [leaf.within, *outer] if part for word in words_of(part)][-3:]
    words = words_of(leaf.name)
    if leaf.type == "string":  # that it is a day is said by the format, or by nothing
        words = [word for word in words if word not in ("day", "time")] or words
    return words, around


def _phrase(leaf: Leaf) -> str:
    name, around = _said(leaf)
    return " ".join([*around, *name, leaf.description[:80]]).strip()


def _linked(here: Sequence[Leaf], there: Sequence[Leaf], found: Mapping[tuple[int, int], float]) -> dict[str, Link]:
    """The best pairs first; a leaf of the source goes to one place only."""
    homes = _homes(here, there, found)
    links: dict[str, Link] = {}
    taken: set[str] = set()
    for link in _whole_names(here, there):
        links[link.target] = link
        taken.update(link.sources)
    for score, t, s in sorted(
        ((score, t, s) for (t, s), score in found.items()), key=lambda one: (-one[0], one[1], one[2])
    ):
        wanted, given = there[t], here[s]
        if score >= LEAST and wanted.path not in links and given.path not in taken and _reaches(given, wanted, homes):
            links[wanted.path] = _link(given, wanted, score)
            taken.add(given.path)
    links |= _left_over(here, there, links, taken)
    return links


def _left_over(
    here: Sequence[Leaf], there: Sequence[Leaf], links: Mapping[str, Link], taken: set[str]
) -> dict[str, Link]:
    """Where one leaf of a format is left on each side, in the same depth, they go together."""
    found = {}
    for form in ("date", "date-time", "email", "uri", "uuid"):
        ours = [leaf for leaf in here if leaf.format == form and leaf.path not in taken]
        theirs = [leaf for leaf in there if leaf.format == form and leaf.path not in links]
        if len(ours) == len(theirs) == 1 and len(ours[0].arrays) == len(theirs[0].arrays) == 0:
            reason = f"the only {form} that is left on both sides; check it"
            found[theirs[0].path] = Link(theirs[0].path, (ours[0].path,), "copy", {}, 0.5, reason)
    return found


def _homes(here: Sequence[Leaf], there: Sequence[Leaf], found: Mapping[tuple[int, int], float]) -> dict[str, str]:
    """For each array of the target the array of the source whose leaves fit best, as a whole."""
    total: dict[tuple[str, str], float] = {}
    for (t, s), score in found.items():
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
    step: tuple[Transform, float] = transforms.between(given, wanted) or ("copy", 1.0)
    same = words_of(given.name) == words_of(wanted.name)
    reason = "the names say the same" if same else "the names and their places are alike"
    if step[0] != "copy":
        reason += f"; {_kind(given)} becomes {_kind(wanted)}"
    if wanted.type in ("number", "integer") and (ours := _unit(given)) != (theirs := _unit(wanted)):
        reason += f"; the units may differ ({ours or 'none named'}, {theirs or 'none named'}): check it"
    options = {"map": transforms.map_of(given, wanted)} if step[0] == "values" else {}
    return Link(wanted.path, (given.path,), step[0], options, round(score, 2), reason)


def _unit(leaf: Leaf) -> str:
    """The unit that the name of a number ends with: "cent" for ``price_cents``; empty for none."""
    last = leaf.name.replace("_", " ").replace("-", " ").split()[-1:]
    word = re.sub(r"^.*[a-z](?=[A-Z])", "", last[0]).lower() if last else ""
    return " ".join(words_of(word)) if word in _UNITS and word != leaf.name.lower() else ""


def _kind(leaf: Leaf) -> str:
    return "one of its values" if leaf.enum else leaf.format or leaf.type or "anything"


# --- names and addresses that one side has in parts


def _whole_names(here: Sequence[Leaf], there: Sequence[Leaf]) -> Iterator[Link]:
    """A full name from first and last name, parts of a full name, an address from its lines."""
    for wanted in there:
        if wanted.type != "string" or wanted.format or wanted.enum:
            continue
        part = _part(wanted)
        if part == "full" and not _has(here, "full"):
            ones = [_nearest(here, wanted, one) for one in ("first", "last")]
            if all(ones):
                paths = tuple(one.path for one in ones if one)
                yield Link(wanted.path, paths, "join", {"separator": " "}, 0.8, "a name from its parts")
        elif part in ("first", "last") and not _has(here, part):
            full = _nearest(here, wanted, "full")
            if full and any(_part(leaf) == ("last" if part == "first" else "first") for leaf in there):
                options = {"index": 0 if part == "first" else "rest"}
                yield Link(wanted.path, (full.path,), "part", options, 0.7, "a part of the name; check it")
        elif words_of(wanted.name)[-1:] == ["address"]:
            yield from _address(here, wanted)


def _address(here: Sequence[Leaf], wanted: Leaf) -> Iterator[Link]:
    if any(words_of(leaf.name)[-1:] == ["address"] for leaf in here):
        return
    lines = [leaf for word in _PLACE for leaf in here if words_of(leaf.name)[:1] == [word] and not leaf.arrays]
    if len(lines) >= 2 and not wanted.arrays:
        paths = tuple(leaf.path for leaf in lines)
        yield Link(wanted.path, paths, "join", {"separator": ", "}, 0.75, "an address from its lines")


def _part(leaf: Leaf) -> str:
    """ "first", "last" or "full" for the name of a person; empty for other things."""
    words, outer = _said(leaf)
    if leaf.type != "string" or words[-1:] != ["name"]:
        return ""
    if words[-2:-1] in (["first"], ["last"]):
        return words[-2]
    somebody = _SOMEBODY & {*words, *outer[-1:]}
    return "full" if "full" in words or somebody or (len(words) == 1 and not outer) else ""


def _has(here: Sequence[Leaf], part: str) -> bool:
    return any(_part(leaf) == part for leaf in here)


def _nearest(here: Sequence[Leaf], wanted: Leaf, part: str) -> Leaf | None:
    """The leaf of that part in as many arrays as the target's, whose surroundings are most like."""
    fitting = [leaf for leaf in here if _part(leaf) == part and len(leaf.arrays) == len(wanted.arrays)]
    return max(fitting, key=lambda leaf: wording.overlap(_said(leaf)[1], _said(wanted)[1]), default=None)
