"""The outcomes of an evaluation as shares with their intervals: in all, by kind of question and by format of deck."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

LIMIT = 5  # slides of a search that are looked at
_DRAWS = 1000


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one question went in one way.

    ``asked``: a digest of the question with all that is right. ``rank`` and ``deck_rank``: place from 1 of the right
    slide or deck in the search, 0 when it is not there. ``placed``: the question says on which slides its answer
    stands; ``known``: it says what is right. ``contained``: the answer says what it should; ``quoted``: it, or one of
    its quotes, does; ``shown``: the same, even if it only gives the closest passages. ``words``: of the answer.
    """

    way: str
    id: str
    asked: str = ""
    kind: str = ""
    format: str = ""
    deck: str = ""
    absent: bool = False
    declined: bool = False
    known: bool = False
    contained: bool = False
    quoted: bool = False
    shown: bool = False
    placed: bool = False
    deck_rank: int = 0
    rank: int = 0
    cited_right: bool = False
    cites: int = 0
    cites_verbatim: int = 0
    cites_on_slide: int = 0
    words: int = 0
    said: str = ""
    seconds: float = 0.0
    error: str = ""

    def replaced(self, **changes: Any) -> Outcome:
        return replace(self, **changes)


@dataclass(frozen=True, slots=True)
class Share:
    """``hits`` of ``count``, with the 95 % interval of their share."""

    hits: int
    count: int
    low: float
    high: float

    @property
    def share(self) -> float | None:
        return self.hits / self.count if self.count else None

    def __str__(self) -> str:
        return f"{self.hits / self.count:.1%} [{self.low:.0%}, {self.high:.0%}]" if self.count else "-"


Counted = tuple[int, int]
MEASURES: Mapping[str, Callable[[Outcome], Counted | None]] = {  # (hits, of how many), None where it does not apply
    "right deck first": lambda one: (one.deck_rank == 1, 1) if one.placed else None,
    "right slide first": lambda one: (one.rank == 1, 1) if one.placed else None,
    "right slide in 3": lambda one: (0 < one.rank <= 3, 1) if one.placed else None,
    "right slide in 5": lambda one: (0 < one.rank <= 5, 1) if one.placed else None,
    "cited slide right": lambda one: (one.cited_right, 1) if one.placed else None,
    "answer contained": lambda one: (one.contained, 1) if one.known else None,
    "contained or quoted": lambda one: (one.quoted, 1) if one.known else None,
    "contained, or in closest passages": lambda one: (one.shown, 1) if one.known else None,
    "false refusals": lambda one: (one.declined, 1) if not one.absent else None,
    "false answers": lambda one: (not one.declined and not one.error, 1) if one.absent else None,
    "verbatim quotes": lambda one: (one.cites_verbatim, one.cites) if one.cites else None,
    "quotes on right slide": lambda one: (one.cites_on_slide, one.cites) if one.cites and one.placed else None,
    "errors": lambda one: (bool(one.error), 1),
}


@dataclass(frozen=True, slots=True)
class Report:
    """``left_out``: questions about decks that are not on the shelf. ``stopped``: not all was asked."""

    outcomes: tuple[Outcome, ...]
    left_out: int = 0
    stopped: bool = False

    @property
    def ways(self) -> list[str]:
        return list(dict.fromkeys(one.way for one in self.outcomes))

    def share(self, measure: str, way: str, group: Callable[[Outcome], bool] = lambda one: True) -> Share:
        """One of ``MEASURES`` over the outcomes of a way that belong to a group."""
        return share_of((one for one in self.outcomes if one.way == way and group(one)), MEASURES[measure])

    def table(self) -> str:
        """Markdown: each measure in each way, then the main ones by kind and by format."""
        lines = [_row("measure", *self.ways), _row(*["---"] * (len(self.ways) + 1))]
        lines += [_row(name, *(self.share(name, way) for way in self.ways)) for name in MEASURES]
        lines += [_row("time to an answer, p50 and p95", *(self._times(way) for way in self.ways))]
        lines += [_row("words of an answer, median", *(self._words(way) for way in self.ways))]
        for title, key in (("kind", _kind), ("format", _format)):
            lines += ["", *self._by(title, key)]
        if self.left_out:
            lines += ["", f"{self.left_out} questions about decks that are not here were left out."]
        if self.stopped:
            lines += ["", "Stopped before all questions were asked."]
        return "\n".join(lines)

    def json(self) -> dict[str, Any]:
        """The shares and every outcome as plain data."""
        ways = {way: {name: _plain(self.share(name, way)) for name in MEASURES} for way in self.ways}
        groups = {title: self._groups(key) for title, key in (("kind", _kind), ("format", _format))}
        return {
            "ways": ways,
            "by": groups,
            "left_out": self.left_out,
            "stopped": self.stopped,
            "outcomes": [asdict(one) for one in self.outcomes],
        }

    def _by(self, title: str, key: Callable[[Outcome], str]) -> list[str]:
        shown = ("right slide first", "right slide in 5", "cited slide right", "answer contained", "false answers")
        lines = [_row("way", title, "questions", *shown), _row(*["---"] * (len(shown) + 3))]
        for way in self.ways:
            for name, members in sorted(_sorted_by(key, (one for one in self.outcomes if one.way == way)).items()):
                found = (share_of(members, MEASURES[measure]) for measure in shown)
                shares = (f"{one.hits / one.count:.0%}" if one.count else "" for one in found)
                lines.append(_row(way, name or "-", len(members), *shares))
        return lines

    def _groups(self, key: Callable[[Outcome], str]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for way in self.ways:
            groups = _sorted_by(key, (one for one in self.outcomes if one.way == way))
            found[way] = {
                name: {measure: _plain(share_of(members, count)) for measure, count in MEASURES.items()}
                for name, members in sorted(groups.items())
            }
        return found

    def _times(self, way: str) -> str:
        times = sorted(one.seconds for one in self.outcomes if one.way == way and not one.error)
        return f"{1000 * _at(times, 0.5):.0f} ms, {1000 * _at(times, 0.95):.0f} ms" if times else "-"

    def _words(self, way: str) -> str:
        counts = sorted(one.words for one in self.outcomes if one.way == way and not one.declined and not one.error)
        return f"{_at(counts, 0.5):.0f}" if counts else "-"


def share_of(members: Iterable[Outcome], measure: Callable[[Outcome], Counted | None]) -> Share:
    """With the 2.5th and 97.5th percentile over samples of decks with replacement: those of one deck err alike.

    Questions without a deck are drawn one by one.
    """
    tally: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for one in members:
        counted = measure(one)
        if counted is not None:
            sum_of = tally[one.deck or f"\0{one.id}"]
            sum_of[0] += counted[0]
            sum_of[1] += counted[1]
    decks = list(tally.values())
    if not decks:
        return Share(0, 0, 0.0, 0.0)
    low, high = _interval(decks)
    return Share(sum(hits for hits, _ in decks), sum(count for _, count in decks), low, high)


def _interval(decks: Sequence[Sequence[int]]) -> tuple[float, float]:
    """Percentile bootstrap (Efron 1979), the same in every run."""
    dice, shares = random.Random(0), []
    for _ in range(_DRAWS):
        drawn = dice.choices(decks, k=len(decks))
        shares.append(sum(one[0] for one in drawn) / sum(one[1] for one in drawn))
    shares.sort()
    return shares[int(_DRAWS * 0.025)], shares[int(_DRAWS * 0.975)]


def _sorted_by(key: Callable[[Outcome], str], outcomes: Iterable[Outcome]) -> dict[str, list[Outcome]]:
    groups: dict[str, list[Outcome]] = defaultdict(list)
    for one in outcomes:
        groups[key(one)].append(one)
    return groups


def _kind(one: Outcome) -> str:
    return one.kind or ("absent" if one.absent else "")


def _format(one: Outcome) -> str:
    return "absent" if one.absent else one.format


def _at(ordered: Sequence[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _row(*cells: object) -> str:
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def _plain(share: Share) -> dict[str, float | None]:
    return {"hits": share.hits, "count": share.count, "share": share.share, "low": share.low, "high": share.high}
