"""Scores a data set with a model, file by file, and writes its card. Takes up where it was interrupted."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

from groundstone.errors import InvalidInput, LimitExceeded
from groundstone.forensics.base import Report, Verdict
from groundstone.forensics.card import Card, Example, Outcome, Told, card_of, doubts
from groundstone.forensics.card_page import page
from groundstone.forensics.card_text import markdown
from groundstone.forensics.collection import Collection, Item
from groundstone.forensics.lines import Lines
from groundstone.forensics.localise import hit_and_area
from groundstone.forensics.measuring import Checks
from groundstone.forensics.samples import Progress, Samples, side_by_side, ticker
from groundstone.forensics.subjects import Subject

SCORES = "scores.jsonl"
EXAMPLES, EXAMPLE_WIDTH = 4, 340  # and pixels
USE = (
    "To point people at documents that may have been changed, and at the place on the page. A document that is called "
    "forged is to be looked at by a person; the model alone proves nothing.",
    "It is not made for photographs, nor for documents that were wholly invented: what it finds are changes to a page.",
)
LIMITS = (
    "It finds traces that a change leaves in pixels, compression, letters and files. A change after which the page was "
    "printed and scanned, shown on a screen and captured, or saved far more coarsely leaves few of them.",
    "Where the page has no history of JPEG compression, a change stands out much less: see the conditions.",
    "The figures hold for files like those that were measured. Other printers, scanners, programs and ways to forge "
    "may give other figures; measure on your own documents.",
    "Places that are marked are where the page looks unlike itself; an honest stamp or a pasted logo may look so too.",
)


def evaluate(
    collection: Collection,
    groups: Sequence[str],
    checks: Checks,
    subject: Subject,
    out: Path,
    *,
    words: bool = False,
    at_once: int = 0,
    repeat: str = "",
    progress: Progress | None = None,
    stop: threading.Event | None = None,
) -> Card:
    """Check every file and write card.html, card.md and card.json below ``out``.

    ``groups``: the source of each item. ``words``: look at the words too, which takes several times as long.
    Scores are kept in ``out``/scores.jsonl; a second call takes them from there.

    Raises Conflict when ``stop`` was set, and what the data set itself raises.
    """
    out.mkdir(parents=True, exist_ok=True)
    tick = ticker(progress, stop)
    with Samples(at_once) as samples:
        scoring = Scoring(checks, samples, Lines(out / SCORES), subject.digest, words)
        scoring.run(collection.items, tick)
        outcomes = [scoring.outcome(item, group) for item, group in zip(collection.items, groups, strict=True)]
        told = Told(
            title=f"{subject.name} on {collection.place.name}",
            use=USE,
            limits=LIMITS,
            model=(("SHA-256", subject.digest), *subject.facts, ("words looked at", "yes" if words else "no")),
            data=data_facts(collection, groups),
            repeat=repeat,
            warnings=tuple(doubts(outcomes)),
        )
        card = card_of(told, outcomes, curve=subject.curve, examples=scoring.examples(outcomes, tick))
    write(card, out)
    return card


def write(card: Card, folder: Path) -> None:
    """card.html, card.md and card.json."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "card.html").write_text(page(card), "utf-8")
    (folder / "card.md").write_text(markdown(card), "utf-8")
    (folder / "card.json").write_text(json.dumps(card.to_json(), ensure_ascii=False, indent=1) + "\n", "utf-8")


def data_facts(collection: Collection, groups: Sequence[str]) -> tuple[tuple[str, str], ...]:
    forged = sum(item.forged for item in collection.items)
    known = "as the data set names them" if collection.knows_sources else "files that look alike count as one"
    return (
        ("files", f"{len(collection.items) - forged} genuine, {forged} forged"),
        ("source documents", f"{len(set(groups))} ({known})"),
        ("SHA-256 of all files and labels", collection.digest),
    )


class Scoring:
    """Checks files, each content once for each model."""

    def __init__(self, checks: Checks, samples: Samples, lines: Lines, model: str, words: bool) -> None:
        self._checks, self._samples, self._lines, self._words = checks, samples, lines, words
        self._model = f"{model} with words" if words else model

    def run(self, items: Sequence[Item], tick: Progress) -> None:
        new = list({self._key(item): item for item in items if self._key(item) not in self._lines}.values())
        known = len(items) - len(new)
        side_by_side(
            self._score, new, self._samples.at_once, lambda done: tick("checking", known + done, known + len(new))
        )

    def outcome(self, item: Item, group: str) -> Outcome:
        told = self._lines[self._key(item)]
        return Outcome(
            item=item,
            source=group,
            probability=told["probability"],
            verdict=cast(Verdict, told["verdict"]),
            hit=told["hit"],
            windows=told["windows"],
            note=told["note"],
        )

    def examples(self, outcomes: Sequence[Outcome], tick: Progress) -> list[Example]:
        """The surest finds and the worst mistakes, drawn."""
        chosen = _chosen(outcomes)
        found = []
        for number, (words, one) in enumerate(chosen):
            tick("drawing examples", number, len(chosen))
            data = one.item.data()
            heat = next((page.heat for page in self._checks.check(data, one.item.name, words=self._words).pages), None)
            drawn = self._samples.example(data, EXAMPLE_WIDTH, heat)
            title = f"{words}: {one.item.name}, said {one.probability:.0%}"
            found.append(Example(title, drawn["width"], drawn["height"], drawn["jpeg"], drawn["heat"]))
        return found

    def _key(self, item: Item) -> str:
        return f"{self._model} {item.digest} {int(item.forged)}"

    def _score(self, item: Item) -> None:
        data = item.data()
        told: dict[str, Any] = {"probability": None, "verdict": "cannot tell", "hit": None, "windows": None, "note": ""}
        try:
            report = self._checks.check(data, item.name, words=self._words)
        except (InvalidInput, LimitExceeded) as error:  # of this file; a model that is missing ends the work
            told["note"] = str(error)
        else:
            told |= {"probability": report.probability, "verdict": report.verdict}
            told["note"] = report.basis if report.probability is None else ""
            told["hit"], told["windows"] = self._placed(item, report)
        self._lines.add(self._key(item), told)

    def _placed(self, item: Item, report: Report) -> tuple[bool | None, float | None]:
        heat = report.pages[0].heat if len(report.pages) == 1 else None
        if item.mask is None or heat is None:
            return None, None
        changed = self._samples.mask(item.mask.read_bytes(), heat.rows, heat.columns)
        return hit_and_area(heat, changed, report.boxes[0] if report.boxes else None)


def _chosen(outcomes: Sequence[Outcome]) -> list[tuple[str, Outcome]]:
    """Pictures only: a PDF has no one page to show."""
    judged = [one for one in outcomes if one.probability is not None and one.item.path.suffix.lower() != ".pdf"]
    forged = sorted((one for one in judged if one.item.forged), key=_said)
    genuine = sorted((one for one in judged if not one.item.forged), key=_said)
    wished = (("forged and found", forged[-1:]), ("forged and missed", forged[:1]),
              ("genuine, most suspected", genuine[-1:]), ("genuine, least suspected", genuine[:1]))  # fmt: skip
    return [(words, one) for words, some in wished for one in some][:EXAMPLES]


def _said(one: Outcome) -> float:
    return one.probability or 0.0
