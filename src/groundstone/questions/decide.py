"""What kind of query the parts of a question make together."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from groundstone.filters import Sort, leaves
from groundstone.questions.lexicon import Found
from groundstone.questions.query import MAX_CHIPS, Chip, Measure, Query
from groundstone.questions.reading import NEGATORS, Reading
from groundstone.questions.sorting import ORDINALS
from groundstone.questions.subjects import FACT_STARTS, list_shaped
from groundstone.questions.words import STOP

YES_NO = (
    "is", "are", "was", "were", "did", "does", "do", "has", "have", "had", "isnt", "wasnt", "didnt", "doesnt", "arent",
    "werent", "hasnt",
)  # fmt: skip


_NUMBER = re.compile(r"\d{1,2}|two|three|four|five|six|seven|eight|nine|ten")


@dataclass(slots=True)
class Parts:
    """What was recognised in a question, besides the items and subjects of its reading."""

    reading: Reading
    question: str
    asked: str | None = None  # the field asked for
    also: tuple[str, ...] = ()  # further fields asked for in the same breath
    absent: str | None = None  # something that the schema has no field for
    similar: bool = False
    counting: bool = False
    most: bool = False
    measure: Measure | None = None
    about: int = 0  # where a description of content begins; the number of tokens when there is none
    missing: str = ""  # a name that was asked for and not found


def is_yes_no(reading: Reading) -> bool:
    return reading.word(0) in YES_NO and not reading.starts(
        "are there", "is there", "do you have", "do you know", "can you", "do you remember"
    )


class Decision:
    """Turns the parts of one question into its query."""

    def __init__(self, parts: Parts) -> None:
        self.parts, self.reading, self.question = parts, parts.reading, parts.question
        self.lexicon, self.vocabulary = parts.reading.lexicon, parts.reading.vocabulary
        self.asked = parts.asked
        self.measure: Measure | None = parts.measure

    def query(self) -> Query:
        reading, theme = self.reading, self._theme()
        base = Query(
            "list", self.question, theme, reading.subjects, self.asked, self.parts.also, self.measure,
            limit=self._limit(),
            strict=self.parts.about < len(self.reading.tokens),
            offset=max((item.offset for item in self.reading.items), default=0),
            notes=tuple(reading.notes), chips=self._chips(theme),
        )  # fmt: skip
        absent = self.parts.absent or self._without_values(base)
        if absent:
            return replace(base, kind="unknown_field", asked=absent)
        if self.parts.similar and reading.subjects:
            return replace(base, kind="similar", asked=None)
        if reading.subjects:
            return self._about_subjects(base)
        if self.parts.missing:
            missing = self.parts.missing
            return replace(
                base, kind="fact", chips=(), theme=missing, notes=(*base.notes, f"nothing called {missing!r}")
            )
        return self._about_all(base)

    def _theme(self) -> str:
        """What the question is about besides its filters: words for themes, then what no part explains."""
        named = [found.phrase.value for found in self.lexicon.find(self.reading.tokens, "theme") if self._takes(found)]
        return " or ".join(dict.fromkeys(word for word in (*named, self._unexplained()) if word))

    def _takes(self, found: Found) -> bool:
        free = self.reading.free(found.start, found.end)
        self.reading.use(found.start, found.end)
        return free

    def _unexplained(self) -> str:
        """What no part explains, as it was typed, function words between content words included."""
        reading, tagged, rest = self.reading, self.reading.tagged(), self.reading.rest()
        fields = {at for found in self.lexicon.find(reading.tokens, "ask") for at in range(found.start, found.end)}

        def counts(at: int) -> bool:
            said = at not in fields or not reading.items
            plain = said and not self.lexicon.is_noun(reading.word(at))
            return reading.tokens[at] in rest and (at in tagged or at > self.parts.about or plain)

        positions = [at for at in range(len(reading.tokens)) if counts(at)]
        if not positions:
            return ""
        words = [
            reading.tokens[at].text
            for at in range(positions[0], positions[-1] + 1)
            if not reading.used[at]
            and (at in positions or (reading.word(at) in STOP and not self.lexicon.is_noun(reading.word(at))))
        ]
        return " ".join(word for word in words if word not in (",", "/", "+"))

    def _chips(self, theme: str) -> tuple[Chip, ...]:
        chips = [item.chip() for item in sorted(self.reading.items, key=lambda item: item.start)]
        if theme:
            chips.append(Chip("theme", theme))
        return tuple(dict.fromkeys(chips))[:MAX_CHIPS]

    def _limit(self) -> int | None:
        return next((item.limit for item in self.reading.items if item.limit), None)

    def _without_values(self, base: Query) -> str | None:
        """The name of a field that the question needs and no document has a value of."""
        needed = [sort.field for sort in base.sort] + [leaf.field for leaf in leaves(base.where)]
        for field in [*needed, *([self.asked] if self.asked and not base.subjects else [])]:
            if self.vocabulary.present.get(field) == 0:
                return self.lexicon.fields[field].spec.heading.lower()
        return None

    def _about_subjects(self, base: Query) -> Query:
        if (
            self.asked is None
            and len(base.subjects) > 1
            and list_shaped(self.reading)
            and not base.sort
            and not self.parts.counting
        ):
            return replace(base, kind="list", theme="", limit=base.limit or 20)
        if base.sort:
            sort = replace(base, kind="list", asked=None, theme="", limit=base.limit)
            return sort if len(base.subjects) > 1 else replace(base, kind="fact", chips=())
        several = len(base.subjects) > 1 and self.asked is not None and self._numeric(self.asked)
        if (
            several
            and self.measure is None
            and self.reading.has("every", "all", "whole", "entire", "marathon", "together")
        ):
            self.measure = "total"
        if several and self.asked and (end := self._comparing()) is not None:
            spec = self.lexicon.fields[self.asked].spec
            chip = Chip("sort", f"{spec.heading}, {'highest' if end else 'lowest'} first", sort=Sort(self.asked, end))
            return replace(base, kind="list", asked=None, theme="", limit=1, chips=(chip,))
        if self.measure and self.asked:
            return replace(base, kind="aggregate", measure=self.measure, theme="", chips=())
        if self.parts.counting and self.asked and self._many(self.asked):
            return replace(base, kind="count", theme="", chips=())
        if self.asked and self._more_than_asked():
            return replace(base, kind="fact", asked=None, chips=())
        if is_yes_no(self.reading) and base.where is not None and not self._open_words():
            return replace(base, kind="fact", asked=None, theme="")
        if self.asked is None and not base.theme and self.lexicon.schema.body_field and base.where is None:
            return replace(base, kind="fact", asked=self.lexicon.schema.body_field, chips=())
        return replace(base, kind="fact", chips=tuple(chip for chip in base.chips if chip.kind != "theme"))

    def _more_than_asked(self) -> bool:
        """Whether so much is left unexplained that the text is asked, not the field: "what prize does Ali win in X"."""
        if self.asked == self.lexicon.schema.body_field or self._named_field():
            return False
        asks = {at for found in self.lexicon.find(self.reading.tokens, "ask") for at in range(found.start, found.end)}
        known = {self.reading.tokens[at] for at in asks}
        left = [token for token in self.reading.rest() if token not in known and not self.lexicon.is_noun(token.folded)]
        return len(left) >= (3 if self.reading.starts("who", "whos", "when") else 2) or self.reading.starts("why")

    def _named_field(self) -> bool:
        """Whether the field is named outright: "which year", "what language"."""
        return any(
            found.phrase.field == self.asked and self.reading.word(found.start - 1) in ("which", "what")
            for found in self.lexicon.find(self.reading.tokens, "ask")
        )

    def _numeric(self, field: str) -> bool:
        return self.lexicon.fields[field].spec.type in ("integer", "number")

    def _comparing(self) -> bool | None:
        """True for "higher", False for "lower", None for neither."""
        if self.reading.has("higher", "highest", "greater", "better", "best", "more", "most", "larger", "bigger"):
            return True
        return False if self.reading.has("lower", "lowest", "less", "least", "smaller", "worse", "worst") else None

    def _open_words(self) -> bool:
        return any(word in ("who", "what", "when", "where", "which", "how") for word in self.reading.words()[1:3])

    def _many(self, field: str) -> bool:
        return self.lexicon.fields[field].spec.many

    def _about_all(self, base: Query) -> Query:
        reading = self.reading
        listed = list_shaped(reading)
        if is_yes_no(reading) and base.where is not None and (name := self._proper_rest()) and not listed:
            return replace(base, kind="fact", chips=(), theme=name, notes=(*base.notes, f"nothing called {name!r}"))
        if unsupported := self._unsupported():
            return replace(base, kind="unknown_field", asked=unsupported)
        if self.parts.counting and self.asked and reading.has("per", "for each", "in each", "by each"):
            return self._most_common(base)
        if self.parts.counting:
            distinct = None if listed and not self._asks_values() else self.asked
            return replace(base, kind="count", asked=distinct)
        if self.measure and self.asked:
            left = (f"“{base.theme}” was not understood and is left out.",) if base.theme else ()
            return replace(base, kind="aggregate", notes=(*base.notes, *left))
        if self.asked and self.parts.most:
            return self._most_common(base)
        if self.asked == self.lexicon.schema.body_field:
            self.asked = None
        asks = reading.starts(*FACT_STARTS)
        people = set(self.lexicon.people())
        if (
            reading.starts("how old", "when was")
            and reading.items
            and all(set(item.field.split("|")) & people for item in reading.items)
        ):
            return replace(base, kind="unknown_field", asked="the age of people")
        if self.asked and asks and self._leads() and not base.sort:
            return self._most_common(base)
        if self.asked in {leaf.field for leaf in leaves(base.where)}:
            return replace(base, kind="list", asked=None)
        if self.asked and asks and not listed and (base.where is not None or base.sort):
            if base.sort:
                return replace(base, kind="fact", limit=base.limit or 1, theme=base.theme)
            return self._most_common(base)
        if self._describes(base, listed, asks):
            return Query("passage", self.question, theme=self.question)
        wanted = listed or reading.has("recommend", "suggest", "watch")
        if base.theme and base.where is not None and asks and not wanted and not base.sort:
            return Query("passage", self.question, theme=self.question)
        if base.where is not None or base.sort or (base.theme and wanted):
            return replace(base, kind="list", asked=None)
        if self.asked and not listed and not base.theme:
            return self._most_common(base)
        if base.theme:
            return replace(base, kind="passage" if asks and not listed else "list", asked=None)
        if listed or reading.has("recommend", "suggest"):
            return replace(base, kind="list", asked=None)
        return replace(base, kind="off_topic", asked=None)

    def _leads(self) -> bool:
        """ "Which cities do you have houses in?": the field stands right behind the question word, in the plural."""
        return any(
            found.phrase.field == self.asked
            and found.start in (1, 2)
            and self.reading.word(found.end - 1).endswith("s")
            for found in self.lexicon.find(self.reading.tokens, "ask")
            if self.reading.word(0) in ("which", "what")
            and self.reading.word(found.end) not in ("has", "have", "is", "was")
        )

    def _proper_rest(self) -> str:
        """Words with a capital that nothing explains."""
        return " ".join(token.text for token in self.reading.rest() if token.capital and token.start)

    def _unsupported(self) -> str | None:
        """Questions whose form is understood, but that cannot be computed here; said so rather than half answered."""
        reading = self.reading
        if reading.has("more films", "more movies", "fewer films", "fewer movies") and reading.has("or", "than"):
            return "comparisons of how many"
        if self.parts.most and reading.has("which decade", "what decade"):
            return "figures per year or decade"
        if reading.has("longest cast", "biggest cast", "largest cast", "smallest cast"):
            return "the size of casts"
        if reading.about and reading.word(reading.about - 1) in NEGATORS:
            return "leaving out what films are about"
        if reading.has("percentage", "percent", "proportion", "what share"):
            return "percentages"
        if reading.has("per decade", "each decade", "by decade", "per year", "each year"):
            return "figures per year or decade"
        if reading.has("median"):
            return "medians"
        for found in self.lexicon.find(reading.tokens, "ask"):
            several = reading.text(found.start - 3, found.start) in ("more than one", "at least two")
            several = several or reading.word(found.start - 1) in ("multiple", "several")
            compared = reading.text(found.start - 3, found.start - 1) in (
                "more than",
                "at least",
                "fewer than",
                "less than",
            )
            counted = compared or reading.word(found.start - 2) in ("exactly", "only", "over")
            several = several or (counted and bool(_NUMBER.fullmatch(reading.word(found.start - 1))))
            if several and self.lexicon.fields[found.phrase.field].spec.many:
                return f"the number of names under {self.lexicon.fields[found.phrase.field].spec.heading.lower()!r}"
        return None

    def _describes(self, base: Query, listed: bool, asks: bool) -> bool:
        """A description in plain words ("the poor family that folds pizza boxes"), where a value word is chance."""
        cued = any(item.kind != "filter" or item.end - item.start > 1 for item in self.reading.items)
        field = self.lexicon.theme_field or ""
        tagged = any(
            mention.of([field]) for mention in self.reading.mentions if self.reading.word(mention.start) not in STOP
        )
        short = len(self.reading.rest()) <= 4
        return not (listed or asks or cued or (tagged and short)) and len(self.reading.rest()) >= 3

    def _asks_values(self) -> bool:
        """ "how many directors": the field stands right after the words that count."""
        found = self._position_of_asked()
        return found is not None and found <= 4

    def _position_of_asked(self) -> int | None:
        for found in self.lexicon.find(self.reading.tokens, "ask"):
            if found.phrase.field == self.asked:
                before = range(found.start)
                nouns = any(self.lexicon.is_noun(self.reading.word(at)) for at in before)
                return None if nouns else found.start
        return None

    def _most_common(self, base: Query) -> Query:
        place = next((number for word, number in ORDINALS.items() if self.reading.has(f"{word} most")), 1)
        base = replace(base, offset=place - 1)
        chips = tuple(chip for chip in base.chips if chip.kind not in ("theme", "sort"))
        return replace(base, kind="aggregate", measure="most", theme="", chips=chips)
