"""A topic's file (topics/*/*.toml) made into a deck and everything that can be asked of it.

The file holds ``[[deck]]`` (one deck each: its title and the names in it), and ``[[slide]]``. Texts take {names}: those
of the deck, of ``vars`` (of the deck, or of one slide; "int 3 9", "dec 1 2 1", "pick a|b", "date 2024", "person"), and
{it} on slides that are repeated for each of ``each``. ``ask`` holds [kind, question, answer], or with a follow-up
[kind, question, answer, then, answer]; in an answer "|" stands between alternatives, " & " between what must all be
said, "@" is the number of the slide, "#" names the deck. A bullet begins with one ">" for each level.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from benchmarks.slides import numbers
from benchmarks.slides.numbers import Figures, Wordings
from benchmarks.slides.plan import (
    Asked,
    Boxes,
    Bullet,
    Bullets,
    Chart,
    DeckPlan,
    Diagram,
    Part,
    Picture,
    SlidePlan,
    Table,
)

MONTHS = "January February March April May June July August September October November December".split()
ONLY_IN_FILES = ("notes", "alt text", "hidden slide")  # what a PDF or a picture of a slide does not hold


@dataclass(slots=True)
class Made:
    """A slide, its place in the deck, and what can be asked of it."""

    slide: SlidePlan
    asked: list[Asked]
    raw: Mapping[str, Any] | None = None  # what it was made of, where that is repeated for each of several
    values: Mapping[str, Any] = field(default_factory=dict)


class Topic:
    """One deck of a topic. ``people``: names to draw from, each given out once."""

    def __init__(self, raw: Mapping[str, Any], deck: Mapping[str, Any], words: Wordings, seed: str) -> None:
        self.raw, self.words = raw, words
        self.dice = random.Random(f"{seed}|{deck['title']}|{deck}")
        self.people = self.dice.sample(words["people"], len(words["people"]))
        self.names: dict[str, Any] = {key: value for key, value in deck.items() if isinstance(value, str)}
        self.names.update(self._vars(raw.get("vars", {})))
        self.names["title"] = self.title = self.fill(deck["title"])
        self.format = deck["format"]
        self.at = f" {deck['at']}" if deck.get("at") else ""
        self.file = self.fill(deck["file"])

    def fill(self, text: str, more: Mapping[str, Any] | None = None) -> str:
        return text.format_map({**self.names, **(more or {})}) if "{" in text else text

    def _vars(self, specs: Mapping[str, str]) -> dict[str, Any]:
        return {name: self._drawn(spec) for name, spec in specs.items()}

    def _drawn(self, spec: str) -> str:
        kind, _, rest = spec.partition(" ")
        match kind:
            case "pick":
                return self.dice.choice(rest.split("|"))
            case "date":
                return f"{self.dice.randint(1, 28)} {self.dice.choice(MONTHS)} {self.fill(rest)}"
            case "person":
                return self.people.pop()
            case _:
                return numbers.plain(numbers.drawn(self.dice, [""], [""], spec)[0][0])

    def made(self) -> tuple[DeckPlan, list[Asked]]:
        """The deck and all of its questions."""
        bodies = [one for raw in self.raw["slide"] for one in self._slides(raw)]
        sections = list(dict.fromkeys(raw["section"] for raw in self.raw["slide"] if raw.get("section")))
        made: list[Made] = [Made(self._cover(), []), Made(self._agenda(sections), [])]
        section = ""
        for name, one in bodies:
            if self.fill(name) != section and name:
                section = self.fill(name)
                made.append(Made(SlidePlan(section, layout="section"), []))
            made.append(one)
        made.append(Made(SlidePlan(self.dice.choice(self.words["ends"]), layout="end"), []))
        deck = DeckPlan(
            self.file,
            self.title,
            self.format,
            tuple(one.slide for one in made),
            self.people.pop(),
            self.fill(str(self.raw.get("footer", "{title}"))),
            self.dice.randrange(6),
        )
        return self._shown(deck), list(self._questions(deck, made))

    def _shown(self, deck: DeckPlan) -> DeckPlan:
        """Without hidden slides where the format has none; they stand at the end, so that no number changes."""
        if deck.format == "pptx":
            return deck
        return replace(deck, slides=tuple(one for one in deck.slides if not one.hidden))

    def _questions(self, deck: DeckPlan, made: Sequence[Made]) -> Iterator[Asked]:
        for number, one in enumerate(made, 1):
            for asked in one.asked:
                if deck.format != "pptx" and (asked.kind in ONLY_IN_FILES or one.slide.hidden):
                    continue
                yield self._placed(asked, number)
        for kind, *texts in (["absent: near miss", text] for text in self.raw.get("absent", [])):
            yield Asked(kind, self._tidy(texts[0]), self.file)
        yield from self._comparisons(made)

    def _placed(self, asked: Asked, number: int) -> Asked:
        marks = {"@": (str(number),), "#": (self.title, self.file)}
        wanted = tuple(marks.get(group[0], group) for group in asked.wanted)
        return replace(asked, deck=self.file, slides=(number,), wanted=wanted)

    def _comparisons(self, made: Sequence[Made]) -> Iterator[Asked]:
        """Of slides that are repeated: which of two has the higher figure, and what both say."""
        for raw in self.raw["slide"]:
            mine = [(number, one.values) for number, one in enumerate(made, 1) if one.raw is raw]
            for question, var, best in raw.get("compare", []):
                (n1, one), (n2, two) = self.dice.sample(mine, 2)
                first, second = Decimal(one[var]), Decimal(two[var])
                if first == second:
                    continue
                winner = one if (first > second) == (best == "max") else two
                asked = self._tidy(question, {"a": one["it"], "b": two["it"]})
                yield Asked("compare", asked, self.file, (n1, n2), ((winner["it"],),))
                both = self.dice.choice(self.words["compare"]).format(n1=n1, n2=n2, deck=self.title)
                wanted = (numbers.plain(first),), (numbers.plain(second),)
                yield Asked("compare", self._tidy(both), self.file, (n1, n2), wanted)

    def _cover(self) -> SlidePlan:
        lines = [self.fill(line) for line in self.raw.get("cover", [])] + [self.dice.choice(self.words["covers"])]
        return SlidePlan(self.title, (Bullets(tuple(map(Bullet, lines)), plain=True),), layout="title")

    def _agenda(self, sections: Sequence[str]) -> SlidePlan:
        items = tuple(Bullet(self.fill(one)) for one in sections)
        return SlidePlan(self.dice.choice(self.words["agendas"]), (Bullets(items),))

    def _slides(self, raw: Mapping[str, Any]) -> Iterator[tuple[str, Made]]:
        each = raw.get("each", [""])
        chosen = set(self.dice.sample(range(len(each)), min(2, len(each))))
        for at, it in enumerate(each):
            values = {"it": self.fill(it), **self._vars(raw.get("vars", {}))}
            made = self._slide(raw, values, at in chosen)
            if len(each) > 1:
                made = replace(made, raw=raw, values=values)
            yield raw.get("section", ""), made

    def _slide(self, raw: Mapping[str, Any], values: Mapping[str, Any], wanted: bool) -> Made:
        parts, asked = [], []
        for key in ("plain", "bullets", "left", "table", "grid", "chart", "steps", "boxes", "picture"):
            if key in raw:
                part, more = getattr(self, f"_{key}")(raw, values)
                parts += part
                asked += more
        asked += self._asks(raw, values)
        notes, title = self.fill(raw.get("notes", ""), values), self.fill(raw["title"], values)
        plan = SlidePlan(title, tuple(parts), notes, bool(raw.get("hidden", False)))
        return Made(plan, asked if wanted else [])

    def _asks(self, raw: Mapping[str, Any], values: Mapping[str, Any]) -> Iterator[Asked]:
        for kind, question, answer, *then in raw.get("ask", []):
            first = self._tidy(question, values)
            yield Asked(kind, first, wanted=self._groups(answer, values))
            if then:
                asked = self._tidy(then[0], values)
                yield Asked("follow-up", asked, wanted=self._groups(then[1], values), after=(first,))

    def _groups(self, answer: str, values: Mapping[str, Any]) -> tuple[tuple[str, ...], ...]:
        return tuple(tuple(self.fill(group, values).split("|")) for group in answer.split(" & "))

    def _tidy(self, question: str, values: Mapping[str, Any] | None = None) -> str:
        text = " ".join(self.fill(question, {"at": self.at, **(values or {})}).split()).replace(" ?", "?")
        return text[:1].upper() + text[1:]

    def _items(self, lines: Sequence[str], values: Mapping[str, Any]) -> tuple[Bullet, ...]:
        filled = (self.fill(line, values) for line in lines)
        return tuple(Bullet(line.lstrip("> "), len(line) - len(line.lstrip(">"))) for line in filled)

    def _plain(self, raw: Mapping[str, Any], values: Mapping[str, Any]) -> tuple[list[Part], list[Asked]]:
        return [Bullets(self._items(raw["plain"], values), plain=True)], []

    def _bullets(self, raw: Mapping[str, Any], values: Mapping[str, Any]) -> tuple[list[Part], list[Asked]]:
        return [Bullets(self._items(raw["bullets"], values))], []

    def _left(self, raw: Mapping[str, Any], values: Mapping[str, Any]) -> tuple[list[Part], list[Asked]]:
        """Two columns; the first line of each is its heading."""
        sides = ([self.fill(line, values) for line in raw[side]] for side in ("left", "right"))
        return [Bullets(self._items(lines[1:], values), lines[0]) for lines in sides], []

    def _grid(self, raw: Mapping[str, Any], values: Mapping[str, Any]) -> tuple[list[Part], list[Asked]]:
        return [Table(tuple(tuple(self.fill(cell, values) for cell in row) for row in raw["grid"]))], []

    def _table(self, raw: Mapping[str, Any], values: Mapping[str, Any]) -> tuple[list[Part], list[Asked]]:
        figures = self._figures(raw["table"], "rows", "cols", values, "table")
        shown = [
            (name, *(figures.shown(r, c) for c in range(len(figures.columns)))) for r, name in enumerate(figures.rows)
        ]
        head = (self.fill(raw["table"].get("corner", ""), values), *figures.columns)
        return [Table((head, *shown))], numbers.asked(figures, 0, self.at, self.words, self.dice)

    def _chart(self, raw: Mapping[str, Any], values: Mapping[str, Any]) -> tuple[list[Part], list[Asked]]:
        said = raw["chart"]
        figures = self._figures(said, "series", "cats", values, "chart")
        series = tuple(zip(figures.rows, figures.values, strict=True))
        axis = self.fill(said.get("axis", ""), values)
        title = self.fill(said.get("title", ""), values)
        chart = Chart(said["kind"], title, figures.columns, series, axis, figures.show)
        asked = numbers.asked(figures, 0, self.at, self.words, self.dice)
        if not said.get("drawn"):
            return [chart], asked
        picture = Picture("chart", (), self.fill(said.get("caption", ""), values), "", chart)
        return [picture], [replace(one, kind="picture text") if not one.absent else one for one in asked[:2]]

    def _figures(
        self, said: Mapping[str, Any], rows: str, columns: str, values: Mapping[str, Any], kind: str
    ) -> Figures:
        names = [tuple(self.fill(name, values) for name in said[key]) for key in (rows, columns)]
        texts = {key: value for key, value in said.items() if isinstance(value, str) and key not in ("show", "values")}
        filled = {key: self.fill(text, {**values, "r": "{r}", "c": "{c}"}) for key, text in texts.items()}
        extra = {key: [self.fill(one, values) for one in said.get(key, [])] for key in ("no_rows", "no_cols")}
        drawn = tuple(numbers.drawn(self.dice, *names, said["values"]))
        return Figures(names[0], names[1], drawn, said.get("show", "{:,}"), kind, {**said, **filled, **extra})

    def _steps(self, raw: Mapping[str, Any], values: Mapping[str, Any]) -> tuple[list[Part], list[Asked]]:
        return [Diagram(self._items(raw["steps"], values))], []

    def _boxes(self, raw: Mapping[str, Any], values: Mapping[str, Any]) -> tuple[list[Part], list[Asked]]:
        name, *texts = (self.fill(text, values) for text in raw["boxes"])
        return [Boxes(name, tuple(texts))], []

    def _picture(self, raw: Mapping[str, Any], values: Mapping[str, Any]) -> tuple[list[Part], list[Asked]]:
        said = raw["picture"]
        lines = tuple(self.fill(line, values) for line in said.get("lines", []))
        texts = {key: self.fill(said.get(key, ""), values) for key in ("caption", "alt")}
        return [Picture(said["kind"], lines, texts["caption"], texts["alt"])], []
