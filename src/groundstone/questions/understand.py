"""From words to a typed query, in the order in which the parts of a question are recognised."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from groundstone.filters import Compare, Filter, Or, Sort, fold, leaves
from groundstone.questions import follow_up
from groundstone.questions.comparisons import find_comparisons
from groundstone.questions.dates import find_booleans, find_dates
from groundstone.questions.lexicon import Found, Lexicon
from groundstone.questions.names import Mention
from groundstone.questions.query import MAX_CHIPS, Chip, Measure, Query
from groundstone.questions.reading import Item, Reading
from groundstone.questions.sorting import find_comparative, find_limit, find_sorting
from groundstone.questions.subjects import (
    FACT_STARTS,
    fact_shaped,
    find_subjects,
    list_shaped,
    list_shaped_without,
    misspelt_subject,
    partial_subject,
    pointed,
)
from groundstone.questions.values import (
    about_from,
    find_meanings,
    find_people,
    find_person_meant,
    find_places,
    find_values,
    merge_alternatives,
    negate,
)
from groundstone.questions.vocabulary import Vocabulary
from groundstone.questions.words import STOP, tokenize

_RESET = re.compile(
    r"(please )?(start over|start again|start afresh|reset|new conversation|new chat|clear( everything| all| the chat)?"
    r"|forget (it|that|everything|all that|about it|what i said)|begin again|from scratch|lets start over)( please)?"
)
_RESTART = re.compile(r"\b(start|begin) (over|again|afresh)\b|\bfrom scratch\b|\bforget (all|everything|that|it|about)\b")
_TASKS = frozenset(
    "write compose translate calculate compute code program solve draw generate ignore repeat print sing".split()
)  # asks for work that has nothing to do with reading documents
_CHAT = re.compile(
    r"(hi|hello|hey|good (morning|evening|afternoon)|thanks|thank you|thx|bye|goodbye|how are you|who are you|what are you"
    r"|what can you do|help|ok|okay|cool|great|nice|lol|test|yo|sup|are you (a )?(bot|robot|human|real|ai))( there| very much"
    r"| so much| today| bot| a lot| everyone| all)*"
)
_YES_NO = ("is", "are", "was", "were", "did", "does", "do", "has", "have", "had", "isnt", "wasnt", "didnt", "doesnt")
_BY_THE = ("by the", "from the", "with the", "of the", "starring the")
_MEASURES: dict[str, Measure] = {
    "average": "mean", "mean": "mean", "avg": "mean", "averaged": "mean", "on average": "mean",
    "total": "total", "sum": "total", "combined": "total", "altogether": "total",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Context:
    """What came before in the conversation."""

    previous: Query | None = None
    shown: tuple[str, ...] = ()


def understand(question: str, lexicon: Lexicon, vocabulary: Vocabulary, context: Context | None = None) -> Query:
    """The typed query of a question. Raises InvalidQuestion when it is empty or too long."""
    context = context or Context()
    tokens = tokenize(question)
    first = tokens[0].folded
    plain = " ".join(token.folded for token in tokens if token.text not in ",/+")
    if _RESET.fullmatch(plain) or (len(tokens) <= 8 and _RESTART.search(plain)):
        return Query("reset", question)
    if _CHAT.fullmatch(plain):
        return Query("off_topic", question)
    if first in _TASKS:
        return Query("off_topic", question)
    if not (lexicon.schema.title_field or lexicon.schema.id_field):
        return follow_up.passage(question, context.previous)
    tokens = tuple(
        token if token.folded in STOP or vocabulary.names.knows_word(token.folded) else lexicon.mended(token)
        for token in tokens
    )
    reading = Reading(tokens, lexicon, vocabulary, context.previous, context.shown)
    query = _Understanding(reading, question).query()
    query = follow_up.compared(query, reading)
    return follow_up.merge(query, reading, context.previous) if context.previous else query


class _Understanding:
    """One pass over one question."""

    def __init__(self, reading: Reading, question: str) -> None:
        self.reading, self.question = reading, question
        self.lexicon, self.vocabulary = reading.lexicon, reading.vocabulary
        self.asked: str | None = None
        self.absent: str | None = None
        self.similar = False
        self.counting = False
        self.most = False
        self.measure: Measure | None = None
        self.about = len(reading.tokens)
        self.missing = ""  # a name that was asked for and not found

    def query(self) -> Query:
        reading = self.reading
        if reading.starts("what about", "how about"):
            reading.use(0, 2)
        for polite in ("id love", "would love", "i love", "wed love"):
            if (at := self._position(polite)) is not None:
                reading.use(at, at + 2)
        reading.mentions = self.vocabulary.names.mentions(reading.tokens)
        self._find_subjects()
        if not reading.subjects and fact_shaped(reading) and not list_shaped(reading):
            reading.subjects = pointed(reading)
        self._find_kind_words()
        find_person_meant(reading)
        self._find_filters()
        self._find_asked()
        if not reading.subjects and not self.similar:
            self._find_subjects()
        if not reading.subjects:
            reading.subjects = pointed(reading)
        if not reading.subjects and not reading.items and not (self.counting or self.measure or self.most):
            self._mend_spelling()
        self._narrow_subjects()
        return self._build()

    # -- the parts of a question -------------------------------------------------------------------------

    def _find_subjects(self) -> None:
        mentions, self.similar = find_subjects(self.reading)
        self._take_subjects(mentions)
        self.about = about_from(self.reading)
        self.reading.about = self.about if self.about < len(self.reading.tokens) else 0

    def _take_subjects(self, mentions: list[Mention]) -> None:
        titles = self.vocabulary.titles()
        ids: dict[str, None] = {}
        for mention in mentions:
            names = mention.of(titles)
            if self._only_noun(self.reading.word(mention.end)) and self.reading.word(mention.end).endswith("s"):
                words = [token.folded for token in self.reading.tokens[mention.start : mention.end]]
                names = self.vocabulary.names.series(words, titles[0]) or names
                ids.update(dict.fromkeys(self.vocabulary.documents_named(names)))
            whole = tuple(name for name in names if name.field == titles[0]) or names
            typed = fold(self.question[self.reading.tokens[mention.start].start : self.reading.tokens[mention.end - 1].end])
            whole = tuple(name for name in whole if fold(name.value) == typed) or whole
            ids.update(dict.fromkeys(self.vocabulary.documents_named(whole)))
            self.reading.use(mention.start, mention.end)
            if mention.corrected:
                self.reading.notes.append(f"Read as {mention.corrected}.")
        self.reading.subjects = tuple(ids)

    def _find_kind_words(self) -> None:
        reading = self.reading
        for phrase in ("how many", "number of", "count of", "count", "how much films"):
            at = self._position(phrase)
            if at is not None and not self._longer_ask(at, len(phrase.split())):
                self.counting = True
                reading.use(at, at + len(phrase.split()))
                break
        for phrase in ("most common", "most frequently", "most frequent", "most often", "commonest", "most prolific", "most"):
            if (at := self._position(phrase)) is not None and not self._longer_ask(at, 1):
                self.most = True
                if phrase != "most":
                    reading.use(at, at + len(phrase.split()))
                break
        for word, measure in _MEASURES.items():
            if (at := self._position(word)) is not None and self.reading.word(at - 1) not in ("i", "you", "it", "that"):
                self.measure = measure
                reading.use(at, at + len(word.split()))
                break
        for found in self.lexicon.find(reading.tokens, "absent"):
            if reading.free(found.start, found.end) and found.start < self.about and self.absent is None:
                self.absent = found.phrase.value
                reading.use(found.start, found.end)
        find_limit(reading)

    def _longer_ask(self, at: int, length: int) -> bool:
        """Whether the words at ``at`` begin a longer phrase: "how many minutes", "most recent"."""
        kinds = {"ask", "superlative", "comparative"}
        return any(
            phrase.kind in kinds
            for more in (1, 2)
            for phrase in self.lexicon.at(self.reading.tokens, at, at + length + more)
        )

    def _position(self, phrase: str) -> int | None:
        words = phrase.split()
        for at in range(len(self.reading.tokens) - len(words) + 1):
            if self.reading.text(at, at + len(words)) == phrase and self.reading.free(at, at + len(words)):
                return at
        return None

    def _find_filters(self) -> None:
        reading = self.reading
        alone = bool(reading.subjects) and not self.similar and not list_shaped(reading) and not reading.has("than")
        find_dates(reading)
        find_comparisons(reading)
        find_people(reading, reading.mentions)
        find_places(reading)
        if not alone or self._yes_no() or len(reading.subjects) > 1:
            find_values(reading, reading.mentions, cued_only_from=self.about)
        if not alone:
            find_sorting(reading, until=self.about)
            if len(reading.subjects) > 1 and reading.has("than"):
                find_comparative(reading)
            find_meanings(reading, until=self.about)
        elif len(reading.subjects) > 1:
            find_sorting(reading, until=self.about)
            find_comparative(reading)
        self._same_as_subject()
        if not alone or self._yes_no():
            find_booleans(reading)
        negate(reading)
        merge_alternatives(reading)

    def _same_as_subject(self) -> None:
        """ "by the director of X", "same language as X": a filter with the values that X has."""
        reading = self.reading
        if not reading.subjects or self.similar:
            return
        asked = self._first_ask(set(self.lexicon.fields))
        if asked and not (reading.has("same") or reading.text(asked[1] - 2, asked[1]) in _BY_THE):
            return
        documents = self.vocabulary.collection.documents(self.vocabulary.principal, reading.subjects[:1])
        if asked is None or not documents:
            return
        document = documents[reading.subjects[0]]
        value = document.fields.get(asked[0])
        if value is None:
            return
        values = value if isinstance(value, tuple) else (value,)
        parts: tuple[Filter, ...] = tuple(Compare(asked[0], "eq", item) for item in values)
        label = f"{self.lexicon.fields[asked[0]].spec.heading}: {' or '.join(str(item) for item in values)}"
        where = parts[0] if len(parts) == 1 else Or(parts)
        reading.add(Item(asked[1], asked[2], "filter", asked[0], label, where, note=f"as {document.title}"))
        reading.subjects = ()

    def _find_asked(self) -> None:
        reading = self.reading
        if self.absent or self.similar:
            return
        body = self.lexicon.schema.body_field
        if reading.subjects and body and (reading.has("about", "tell me about") or reading.starts("describe")):
            self.asked = body
            return
        wanted = set(self.lexicon.fields)
        if reading.starts("who", "whos", "whom", "name the") or reading.has("by whom"):
            wanted = set(self.lexicon.people()) or wanted
        elif reading.starts("when", "whens"):
            dates = {spec.name for spec in self.lexicon.schema.fields if spec.type == "date"}
            wanted = {self.lexicon.year_field} if self.lexicon.year_field else dates
        if not reading.subjects:
            wanted = wanted - {body}
        found = self._first_ask(wanted)
        if found:
            self.asked = found[0]
            reading.use(found[1], found[2])

    def _first_ask(self, wanted: set[str]) -> tuple[str, int, int] | None:
        reading = self.reading
        best: tuple[str, int, int] | None = None
        for found in self.lexicon.find(reading.tokens, "ask"):
            if found.phrase.field in wanted and reading.free(found.start, found.end) and found.start < self.about:
                longer = best and found.start < best[2] and found.end - found.start > best[2] - best[1]
                if (best is None or longer) and not self._introduces(found):
                    best = found.phrase.field, found.start, found.end
        return best

    def _introduces(self, found: Found) -> bool:
        """Whether the words do not ask for a person but lead to a name: "directed" in "directed by Hitchcok"."""
        if not self.lexicon.fields[found.phrase.field].person:
            return False
        return any(
            phrase.kind == "before" and phrase.field == found.phrase.field
            for end in (found.end, found.end + 1)
            for phrase in self.lexicon.at(self.reading.tokens, found.start, end)
            if self.reading.word(end - 1) == "by" and self.reading.word(end) not in ("", "whom", "who", "which")
        )

    def _mend_spelling(self) -> None:
        reading = self.reading
        if not fact_shaped(reading) and len(reading.rest()) > 6:
            return
        listed = list_shaped(reading)
        mention = None
        if not listed and (found := partial_subject(reading)):
            mention = found
        elif not (listed and sum(not self.lexicon.knows(token.folded) for token in reading.rest()) > 3):
            mention = misspelt_subject(reading)
        if mention is None:
            if self.asked and not list_shaped(reading) and (words := [token.text for token in reading.rest()]):
                self.missing = " ".join(words)
            return
        if mention.start > self.about and mention.length < 2:
            return
        if mention.of(self.vocabulary.titles()) and not list_shaped_without(reading, mention):
            self._take_subjects([mention])
        elif mention.of(self.lexicon.people()) and (mention.length > 1 or self._in_person_place(mention)):
            find_people(reading, [mention])
            negate(reading)

    def _in_person_place(self, mention: Mention) -> bool:
        """Whether a single word stands where a person is named: after "by", before "films"."""
        before = self.lexicon.at(self.reading.tokens, max(mention.start - 1, 0), mention.start)
        longer = self.lexicon.at(self.reading.tokens, max(mention.start - 2, 0), mention.start)
        after = self.lexicon.at(self.reading.tokens, mention.end, mention.end + 1)
        return any(phrase.kind == "before" for phrase in (*before, *longer)) or any(
            phrase.kind in ("noun", "ask") for phrase in after
        )

    def _narrow_subjects(self) -> None:
        """Of several documents with one title, those of the year named beside it, or those that the filters fit."""
        reading = self.reading
        if len(reading.subjects) < 2 or not reading.items or self.similar:
            return
        years = [item for item in reading.items if item.field == self.lexicon.year_field and item.where is not None]
        others = [item for item in reading.items if item.where is not None and item not in years]
        if self._yes_no() and not (years and (others or self.asked)):
            return
        used = years if self._yes_no() else years + others
        wanted = Query("list", "", chips=tuple(item.chip() for item in used)).where
        fitting = set(self.vocabulary.collection.ids(self.vocabulary.principal, wanted)) if wanted else set()
        kept = tuple(document for document in reading.subjects if document in fitting)
        if kept:
            reading.subjects = kept
            reading.items = [item for item in reading.items if item not in used]

    # -- the query ---------------------------------------------------------------------------------------

    def _yes_no(self) -> bool:
        return self.reading.word(0) in _YES_NO and not self.reading.starts(
            "are there", "is there", "do you have", "do you know", "can you", "do you remember"
        )

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
        reading = self.reading
        fields = {at for found in self.lexicon.find(reading.tokens, "ask") for at in range(found.start, found.end)}
        rest = {
            token.start
            for at, token in enumerate(reading.tokens)
            if token in reading.rest() and (at > self.about or at not in fields or not reading.items)
        }
        positions = [
            at
            for at, token in enumerate(reading.tokens)
            if token.start in rest and (at > self.about or not self._only_noun(token.folded))
        ]
        if not positions:
            return ""
        first, last = positions[0], positions[-1]
        words = [
            reading.tokens[at].text
            for at in range(first, last + 1)
            if not reading.used[at]
            and (at in positions or (reading.tokens[at].folded in STOP and not self._only_noun(reading.word(at))))
        ]
        return " ".join(word for word in words if word not in (",", "/", "+"))

    def _only_noun(self, word: str) -> bool:
        return word in self.lexicon.nouns or word in self.lexicon.noun

    def _chips(self, theme: str) -> tuple[Chip, ...]:
        chips = [item.chip() for item in sorted(self.reading.items, key=lambda item: item.start)]
        if theme:
            chips.append(Chip("theme", theme))
        return tuple(dict.fromkeys(chips))[:MAX_CHIPS]

    def _limit(self) -> int | None:
        return next((item.limit for item in self.reading.items if item.limit), None)

    def _build(self) -> Query:
        reading, theme = self.reading, self._theme()
        base = Query(
            "list", self.question, theme, reading.subjects, self.asked, self.measure, limit=self._limit(),
            notes=tuple(reading.notes), chips=self._chips(theme),
        )  # fmt: skip
        absent = self.absent or self._without_values(base)
        if absent:
            return replace(base, kind="unknown_field", asked=absent)
        if self.similar and reading.subjects:
            return replace(base, kind="similar", asked=None)
        if reading.subjects:
            return self._about_subjects(base)
        if self.missing:
            return replace(base, kind="fact", chips=(), notes=(*base.notes, f"nothing called {self.missing!r}"))
        return self._about_all(base)

    def _without_values(self, base: Query) -> str | None:
        """The name of a field that the question needs and no document has a value of."""
        needed = [sort.field for sort in base.sort] + [leaf.field for leaf in leaves(base.where)]
        for field in [*needed, *([self.asked] if self.asked and not base.subjects else [])]:
            if self.vocabulary.present.get(field) == 0:
                return self.lexicon.fields[field].spec.heading.lower()
        return None

    def _about_subjects(self, base: Query) -> Query:
        if self.asked is None and len(base.subjects) > 1 and list_shaped(self.reading) and not base.sort and not self.counting:
            return replace(base, kind="list", theme="", limit=base.limit or 20)
        if base.sort:
            sort = replace(base, kind="list", asked=None, theme="", limit=1)
            return sort if len(base.subjects) > 1 else replace(base, kind="fact", chips=())
        several = len(base.subjects) > 1 and self.asked is not None and self._numeric(self.asked)
        if several and self.measure is None and self.reading.has("every", "all", "whole", "entire", "marathon", "together"):
            self.measure = "total"
        if several and self.asked and (end := self._comparing()) is not None:
            spec = self.lexicon.fields[self.asked].spec
            chip = Chip("sort", f"{spec.heading}, {'highest' if end else 'lowest'} first", sort=Sort(self.asked, end))
            return replace(base, kind="list", asked=None, theme="", limit=1, chips=(chip,))
        if self.measure and self.asked:
            return replace(base, kind="aggregate", measure=self.measure, theme="", chips=())
        if self.counting and self.asked and self._many(self.asked):
            return replace(base, kind="count", theme="", chips=())
        if self.asked and self._more_than_asked():
            return replace(base, kind="fact", asked=None, chips=())
        if self._yes_no() and base.where is not None and not self._open_words():
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
        left = [token for token in self.reading.rest() if token not in known and not self._only_noun(token.folded)]
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
        if self.counting:
            distinct = None if listed and not self._asks_values() else self.asked
            return replace(base, kind="count", asked=distinct)
        if self.measure and self.asked:
            return replace(base, kind="aggregate")
        if self.asked and self.most:
            return self._most_common(base)
        if self.asked == self.lexicon.schema.body_field:
            self.asked = None
        asks = reading.starts(*FACT_STARTS)
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

    def _describes(self, base: Query, listed: bool, asks: bool) -> bool:
        """A description in plain words ("the poor family that folds pizza boxes"), where a value word is chance."""
        cued = any(item.kind != "filter" or item.end - item.start > 1 for item in self.reading.items)
        return not (listed or asks or cued) and len(self.reading.rest()) >= 3

    def _asks_values(self) -> bool:
        """ "how many directors": the field stands right after the words that count."""
        found = self._position_of_asked()
        return found is not None and found <= 4

    def _position_of_asked(self) -> int | None:
        for found in self.lexicon.find(self.reading.tokens, "ask"):
            if found.phrase.field == self.asked:
                before = range(found.start)
                nouns = any(self._only_noun(self.reading.word(at)) for at in before)
                return None if nouns else found.start
        return None

    def _most_common(self, base: Query) -> Query:
        chips = tuple(chip for chip in base.chips if chip.kind not in ("theme", "sort"))
        return replace(base, kind="aggregate", measure="most", theme="", chips=chips)


def default_sort(lexicon: Lexicon) -> Sort | None:
    """How a list without theme and sort is ordered."""
    return lexicon.best
