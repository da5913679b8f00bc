"""What an evaluation counts: slides found and cited, answers contained, refusals, quotes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from groundstone.documents.decks.base import Deck, Element, Paragraph, Slide
from groundstone.errors import InvalidInput, ModelError, NotFound
from groundstone.slides.base import DeckInfo, Said, Shelf, SlideAnswer, SlideCitation, SlideHit, Turn
from groundstone.slides.evaluate import Report, SlideQuestion, evaluate

WORDS = {"plan": ("Sites", "Lyon: 214 people", "Nantes: 96 people"), "review": ("Costs", "Energy: 12 million")}
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"


class Small:
    """Two decks, a line on each slide; a search finds the slides that share most words."""

    def decks(self) -> Sequence[DeckInfo]:
        formats = {"plan": PPTX, "review": "application/pdf"}
        return [
            DeckInfo(f"id-{name}", f"{name}.pptx", f"The {name}", formats[name], 9, 9, "ready", "upload", "2024-01-01")
            for name in WORDS
        ]

    def deck(self, id: str) -> Deck:
        name = id.removeprefix("id-")
        if name not in WORDS:
            raise NotFound(f"no deck {id}")
        slides = (
            Slide(n, (Element("text", 1, paragraphs=(Paragraph(line),)),)) for n, line in enumerate(WORDS[name], 1)
        )
        return Deck(f"{name}.pptx", PPTX, f"The {name}", tuple(slides), len(WORDS[name]), 960, 540)

    def search(self, text: str, *, decks: Sequence[str] = (), limit: int = 10) -> Sequence[SlideHit]:
        asked = set(text.lower().strip("?").split())
        hits = [
            SlideHit(f"id-{name}", number, len(asked & set(line.lower().replace(":", "").split())) / 10)
            for name, lines in WORDS.items()
            for number, line in enumerate(lines, 1)
        ]
        return sorted(hits, key=lambda hit: -hit.score)[:limit]


def asked(shelf: Shelf, question: str, history: Sequence[Turn]) -> SlideAnswer:
    """Says the line of the first slide; a follow-up takes the first word of the question before it."""
    understood = f"{history[-1].question} {question}" if history else question
    hit = shelf.search(question, limit=1)[0]
    if not hit.score:
        return SlideAnswer(question, understood, (Said("The decks do not say."),), declined=True)
    name = hit.deck.removeprefix("id-")
    line = WORDS[name][hit.slide - 1]
    citation = SlideCitation(hit.deck, name, hit.slide, "", line, "text")
    return SlideAnswer(question, understood, (Said(line, (0,)),), (citation,), slides=(hit,))


LYON = SlideQuestion("1", "people in lyon?", "plan.pptx", (2,), (("214",),), kind="fact")
NANTES = SlideQuestion("2", "nantes?", "The plan", (3,), (("96",),), after=("people in lyon?",), kind="follow-up")
WRONG = SlideQuestion("3", "energy?", "review", (1,), (("13",),), kind="fact")
ABSENT = SlideQuestion("4", "quarks?", absent=True, kind="absent")
FALSE = SlideQuestion("5", "people on mars?", absent=True, kind="absent")
ALL = (LYON, NANTES, WRONG, ABSENT, FALSE)


def shares(report: Report, way: str = "together") -> Mapping[str, tuple[int, int]]:
    from groundstone.slides.figures import MEASURES

    found = {name: report.share(name, way) for name in MEASURES}
    return {name: (one.hits, one.count) for name, one in found.items()}


def test_every_measure_counts_what_it_says() -> None:
    assert shares(evaluate({"together": Small()}, asked, ALL)) == {
        "right deck first": (3, 3),
        "right slide first": (2, 3),
        "right slide in 3": (2, 3),
        "right slide in 5": (3, 3),
        "cited slide right": (2, 3),
        "answer contained": (2, 3),
        "contained or quoted": (2, 3),
        "contained, or in closest passages": (2, 3),
        "false refusals": (0, 3),
        "false answers": (1, 2),
        "verbatim quotes": (4, 4),
        "quotes on right slide": (2, 3),
        "errors": (0, 5),
    }


def test_closest_passages_count_as_declined_both_ways() -> None:
    def closest(shelf: Shelf, question: str, history: Sequence[Turn]) -> SlideAnswer:
        return replace(asked(shelf, question, history), closest=True)

    found = shares(evaluate({"together": Small()}, closest, ALL))
    assert found["false answers"] == (0, 2)
    assert found["false refusals"] == (3, 3)
    assert found["answer contained"] == (0, 3)


def test_a_quote_that_is_not_on_the_slide_is_seen() -> None:
    def careless(shelf: Shelf, question: str, history: Sequence[Turn]) -> SlideAnswer:
        found = asked(shelf, question, history)
        return replace(found, citations=tuple(replace(one, quote=f"{one.quote}!") for one in found.citations))

    assert shares(evaluate({"together": Small()}, careless, [LYON]))["verbatim quotes"] == (0, 1)


def test_ways_stand_side_by_side_by_kind_and_format() -> None:
    class Blind(Small):
        def search(self, text: str, *, decks: Sequence[str] = (), limit: int = 10) -> Sequence[SlideHit]:
            return [SlideHit("id-review", 2, 0.1)]

    report = evaluate({"together": Small(), "described": Blind()}, asked, ALL)
    table, data = report.table(), report.json()
    assert report.ways == ["together", "described"]
    assert "| right slide first | 66.7%" in table
    assert "| described | follow-up | 1 | 0% |" in table
    assert data["by"]["format"]["together"]["pdf"]["right slide first"]["hits"] == 0
    assert data["ways"]["described"]["right slide first"]["share"] == 0.0
    assert len(data["outcomes"]) == 10


def test_an_error_is_an_outcome_and_the_rest_goes_on() -> None:
    def failing(shelf: Shelf, question: str, history: Sequence[Turn]) -> SlideAnswer:
        if question == LYON.question:
            raise ModelError("the model is away; start it")
        return asked(shelf, question, history)

    found = shares(evaluate({"together": Small()}, failing, [LYON, WRONG]))
    assert found["errors"] == (1, 2)
    assert found["right slide first"] == (0, 1)


def test_what_was_asked_is_not_asked_again(tmp_path: Path) -> None:
    kept, calls = tmp_path / "outcomes.jsonl", []

    def counted(shelf: Shelf, question: str, history: Sequence[Turn]) -> SlideAnswer:
        calls.append(question)
        return asked(shelf, question, history)

    told: list[tuple[int, int]] = []
    half = evaluate(
        {"together": Small()},
        counted,
        ALL,
        kept=kept,
        progress=lambda *at: told.append(at),
        stop=lambda: len(told) == 2,
    )
    assert half.stopped
    assert "Stopped" in half.table()
    assert told == [(1, 5), (2, 5)]
    kept.write_bytes(kept.read_bytes() + b'{"way": "tog')  # cut off by a crash
    before = len(calls)
    whole = evaluate({"together": Small()}, counted, ALL, kept=kept)
    assert len(calls) - before == 3
    assert shares(whole) == shares(evaluate({"together": Small()}, asked, ALL))
    assert len(kept.read_text().splitlines()) == 5
    before = len(calls)
    other = evaluate({"together": Small()}, counted, [replace(WRONG, wanted=(("12",),)), *ALL[3:]], kept=kept)
    assert len(calls) - before == 1  # what is right has changed
    assert shares(other)["answer contained"] == (1, 1)


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    kept = tmp_path / "outcomes.jsonl"
    kept.write_text("something\n")
    with pytest.raises(InvalidInput, match="does not hold outcomes"):
        evaluate({"together": Small()}, asked, ALL, kept=kept)


def test_questions_to_decks_that_are_not_here_are_left_out() -> None:
    other = SlideQuestion("6", "people in oslo?", "elsewhere", (1,), (("1",),))
    report = evaluate({"together": Small()}, asked, [LYON, other])
    assert report.left_out == 1
    assert "were left out" in report.table()
    with pytest.raises(InvalidInput, match="elsewhere"):
        evaluate({"together": Small()}, asked, [other])
    with pytest.raises(InvalidInput, match="nothing to evaluate"):
        evaluate({}, asked, [LYON])
