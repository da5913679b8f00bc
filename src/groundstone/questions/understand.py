"""From words to a typed query, in the order in which the parts of a question are recognised."""

from __future__ import annotations

import re
from dataclasses import dataclass

from groundstone.filters import Compare, Filter, Or, fold
from groundstone.questions import follow_up
from groundstone.questions.comparisons import find_comparisons
from groundstone.questions.dates import find_booleans, find_dates
from groundstone.questions.decide import Decision, Parts, is_yes_no
from groundstone.questions.lexicon import Found, Lexicon
from groundstone.questions.names import Mention
from groundstone.questions.people import find_people, find_person_meant, unknown_person
from groundstone.questions.query import Measure, Query
from groundstone.questions.reading import Item, Reading
from groundstone.questions.sorting import find_comparative, find_limit, find_sorting
from groundstone.questions.subjects import (
    FACT_STARTS,
    fact_shaped,
    find_subjects,
    list_shaped,
    list_shaped_without,
    longer_name,
    misspelt_subject,
    partial_subject,
    pointed,
)
from groundstone.questions.values import (
    about_from,
    find_meanings,
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
_RESTART = re.compile(
    r"\b(start|begin) (over|again|afresh)\b|\bfrom scratch\b|\bforget (all|everything|that|it|about)\b"
)
_TASKS = frozenset(
    "write compose translate calculate compute code program solve draw generate ignore repeat print sing".split()
)  # asks for work that has nothing to do with reading documents
_CHAT = re.compile(
    r"(hi|hello|hey|good (morning|evening|afternoon)|thanks|thank you|thx|bye|goodbye|how are you|who are you"
    r"|what are you"
    r"|what can you do|help|ok|okay|cool|great|nice|lol|test|yo|sup|are you (a )?(bot|robot|human|real"
    r"|ai))( there| very much"
    r"| so much| today| bot| a lot| everyone| all)*"
)
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
    recent: tuple[str, ...] = ()  # single documents that the last few answers were about, newest first


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
    if first in _TASKS or not re.search(r"[^\W\d_]", question):
        return Query("off_topic", question)
    if not (lexicon.schema.title_field or lexicon.schema.id_field):
        return follow_up.passage(question, context.previous)
    tokens = tuple(
        token if token.folded in STOP or vocabulary.names.knows_word(token.folded) else lexicon.mended(token)
        for token in tokens
    )
    reading = Reading(tokens, lexicon, vocabulary, context.previous, context.shown, context.recent)
    query = _Understanding(reading, question).query()
    query = follow_up.compared(query, reading)
    return follow_up.merge(query, reading, context.previous) if context.previous else query


class _Understanding:
    """One pass over one question."""

    def __init__(self, reading: Reading, question: str) -> None:
        self.reading, self.question = reading, question
        self.lexicon, self.vocabulary = reading.lexicon, reading.vocabulary
        self.parts = Parts(reading, question, about=len(reading.tokens))

    def query(self) -> Query:
        reading = self.reading
        if reading.starts("what about", "how about"):
            reading.use(0, 2)
        for polite in ("id love", "would love", "i love", "wed love"):
            if (at := self._position(polite)) is not None:
                reading.use(at, at + 2)
        reading.mentions = self.vocabulary.names.mentions(reading.tokens)
        self.parts.about = about_from(reading)
        reading.about = self.parts.about if self.parts.about < len(reading.tokens) else 0
        self._find_subjects()
        between = reading.has("which one") and len(reading.recent) > 1
        if not self.parts.missing and fact_shaped(reading) and (between or not list_shaped(reading)):
            self._point()
        self._find_kind_words()
        find_person_meant(reading)
        self._find_filters()
        self._find_asked()
        if not reading.subjects and not self.parts.similar and not self.parts.missing:
            self._find_subjects()
        if not reading.subjects and not self.parts.missing:
            reading.subjects = pointed(reading)
        if (
            not reading.subjects
            and not reading.items
            and not self.parts.missing
            and not (self.parts.counting or self.parts.measure or self.parts.most)
        ):
            self._mend_spelling()
        self._narrow_subjects()
        return Decision(self.parts).query()

    # -- the parts of a question -------------------------------------------------------------------------

    def _find_subjects(self) -> None:
        mentions, self.parts.similar = find_subjects(self.reading)
        mentions = [mention for mention in mentions if not self._excluded(mention)]
        self._take_subjects(mentions)
        self.parts.about = about_from(self.reading)
        self.reading.about = self.parts.about if self.parts.about < len(self.reading.tokens) else 0

    def _point(self) -> None:
        """Subjects from the conversation: alone, or beside a named one in "is it longer than X?"."""
        reading = self.reading
        beside = is_yes_no(reading) and reading.has("it") and reading.has("than") and len(reading.subjects) == 1
        if not reading.subjects or beside:
            reading.subjects = tuple(dict.fromkeys((*pointed(reading), *reading.subjects)))

    def _excluded(self, mention: Mention) -> bool:
        """ "all films by X except Y": adds the filter that leaves Y out."""
        reading, title = self.reading, self.lexicon.schema.title_field
        left, at = reading.left_word(mention.start, ("the", "for", "from"))
        if title is None or left not in ("except", "excluding", "besides", "but", "not", "than", "minus", "without"):
            return False
        if left in ("than", "not", "but") and not reading.has("other than", "but not", "apart from", "not including"):
            return False
        names = [name.value for name in mention.of([title])]
        if not names or not list_shaped_without(reading, mention):
            return False
        where = Compare(title, "in", tuple(names))
        reading.add(Item(at, mention.end, "filter", title, f"{names[0]}", where, negated=True))
        return True

    def _take_subjects(self, mentions: list[Mention]) -> None:
        titles = self.vocabulary.titles()
        ids: dict[str, None] = {}
        for found in mentions:
            end = None if self.parts.similar or found.corrected else longer_name(self.reading, found)
            mention = found if end is None else self._longer(found, end)
            if mention is None:
                continue
            names = mention.of(titles)
            if self.lexicon.is_noun(self.reading.word(mention.end)) and self.reading.word(mention.end).endswith("s"):
                words = [token.folded for token in self.reading.tokens[mention.start : mention.end]]
                names = self.vocabulary.names.series(words, titles[0]) or names
                ids.update(dict.fromkeys(self.vocabulary.documents_named(names)))
            whole = tuple(name for name in names if name.field == titles[0]) or names
            typed = fold(
                self.question[self.reading.tokens[mention.start].start : self.reading.tokens[mention.end - 1].end]
            )
            whole = tuple(name for name in whole if fold(name.value) == typed) or whole
            ids.update(dict.fromkeys(self.vocabulary.documents_named(whole)))
            self.reading.use(mention.start, mention.end)
            if mention.corrected:
                self.reading.notes.append(f"Read as {mention.corrected}.")
        self.reading.subjects = tuple(ids)

    def _longer(self, mention: Mention, end: int) -> Mention | None:
        """The document with the longer title, or None, noting which name is missing."""
        words = [token.folded for token in self.reading.tokens[mention.start : end]]
        names = self.vocabulary.names.lookup(words)
        self.reading.use(mention.start, end)
        if any(name.field in self.vocabulary.titles() for name in names):
            return Mention(mention.start, end, names)
        self.parts.missing = self.question[self.reading.tokens[mention.start].start : self.reading.tokens[end - 1].end]
        near = mention.of(self.vocabulary.titles())
        self.reading.notes.append(f"There is {' and '.join(dict.fromkeys(name.value for name in near[:6]))} here.")
        return None

    def _find_kind_words(self) -> None:
        reading = self.reading
        for phrase in ("how many", "number of", "count of", "count", "how much films"):
            at = self._position(phrase)
            if at is not None and not self._longer_ask(at, len(phrase.split())):
                self.parts.counting = True
                reading.use(at, at + len(phrase.split()))
                break
        for phrase in (
            "most common",
            "most frequently",
            "most frequent",
            "most often",
            "commonest",
            "most prolific",
            "most",
        ):
            if (at := self._position(phrase)) is not None and not self._longer_ask(at, 1):
                self.parts.most = True
                if phrase != "most":
                    reading.use(at, at + len(phrase.split()))
                break
        for word, measure in _MEASURES.items():
            if (at := self._position(word)) is not None and self.reading.word(at - 1) not in ("i", "you", "it", "that"):
                self.parts.measure = measure
                reading.use(at, at + len(word.split()))
                break
        for found in self.lexicon.find(reading.tokens, "absent"):
            if reading.free(found.start, found.end) and found.start < self.parts.about and self.parts.absent is None:
                self.parts.absent = found.phrase.value
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
        alone = (
            bool(reading.subjects) and not self.parts.similar and not list_shaped(reading) and not reading.has("than")
        )
        find_dates(reading)
        find_comparisons(reading)
        find_people(reading, reading.mentions, whole=True)
        find_places(reading)
        if not alone or is_yes_no(self.reading) or len(reading.subjects) > 1:
            find_values(reading, reading.mentions, cued_only_from=self.parts.about)
        find_people(reading, reading.mentions)
        if not alone and not self.parts.missing and (unknown := unknown_person(reading)):
            self._miss(unknown)
        if not alone:
            find_sorting(reading, until=self.parts.about)
            if len(reading.subjects) > 1 and reading.has("than"):
                find_comparative(reading)
            find_meanings(reading, until=self.parts.about)
        elif len(reading.subjects) > 1:
            find_sorting(reading, until=self.parts.about)
            find_comparative(reading)
        self._same_as_subject()
        if not alone or is_yes_no(self.reading):
            find_booleans(reading)
        negate(reading)
        merge_alternatives(reading)

    def _miss(self, unknown: str) -> None:
        """A name that nothing matches as it stands: mended, or noted as missing."""
        reading = self.reading
        words = unknown.split()
        start = next(
            at for at in range(len(reading.tokens)) if reading.tokens[at].text == words[0] and reading.used[at]
        )
        mention = reading.vocabulary.names.corrected(reading.tokens, start, start + len(words))
        if mention and mention.of(self.lexicon.people()):
            for at in range(start, start + len(words)):
                reading.used[at] = False
            reading.used[start - 1] = False
            find_people(reading, [mention])
            return
        people = set(self.lexicon.people())
        if any(set(item.field.split("|")) & people for item in reading.items):
            reading.notes.append(f"Nobody here is called {unknown}.")
        else:
            self.parts.missing = unknown

    def _same_as_subject(self) -> None:
        """ "by the director of X", "same language as X": a filter with the values that X has."""
        reading = self.reading
        if not reading.subjects or self.parts.similar or self.parts.measure:
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
        if self.parts.absent or self.parts.similar:
            return
        body = self.lexicon.schema.body_field
        if (
            reading.subjects
            and self.lexicon.schema.title_field
            and reading.starts("do you have", "have you got", "is there")
            and not self._first_ask(set(self.lexicon.fields))
        ):
            self.parts.asked = self.lexicon.schema.title_field
            return
        if reading.subjects and body and (self._position("about") is not None or reading.starts("describe")):
            self.parts.asked = body
            return
        wanted = set(self.lexicon.fields)
        if reading.starts("who", "whos", "whom", "name the", "and who", "but who", "so who") or reading.has(
            "by whom", "know who", "me who"
        ):
            wanted = set(self.lexicon.people()) or wanted
        elif reading.starts("when", "whens"):
            dates = {spec.name for spec in self.lexicon.schema.fields if spec.type == "date"}
            wanted = {self.lexicon.year_field} if self.lexicon.year_field else dates
        if not reading.subjects:
            wanted = wanted - {body}
        found = self._first_ask(wanted)
        if found:
            self.parts.asked = found[0]
            reading.use(found[1], found[2])
        if found and reading.subjects and reading.has("and"):
            self.parts.also = self._also(found)

    def _also(self, first: tuple[str, int, int]) -> tuple[str, ...]:
        """Further fields asked for behind an "and": "when was X made and who directed it", "... and when"."""
        reading, fields = self.reading, []
        joint = max(at for at, word in enumerate(reading.words()) if word == "and")
        for found in self.lexicon.find(reading.tokens, "ask"):
            field = found.phrase.field
            if found.start > joint and found.start >= first[2] and field != first[0] and field not in fields:
                fields.append(field)
                reading.use(found.start, found.end)
        return tuple(fields)

    def _first_ask(self, wanted: set[str]) -> tuple[str, int, int] | None:
        reading = self.reading
        best: tuple[str, int, int] | None = None
        tagged = reading.tagged()
        for found in self.lexicon.find(reading.tokens, "ask"):
            if found.phrase.field in wanted and reading.free(found.start, found.end) and found.start < self.parts.about:
                longer = best and found.start < best[2] and found.end - found.start > best[2] - best[1]
                number = reading.word(found.start - 1).isdigit() and not reading.used[found.start - 1]
                chance = number or found.start in tagged
                contracted = not reading.tokens[found.start].text.isalnum()  # "I'd" is no id
                chance = chance or (contracted and found.phrase.field == self.lexicon.schema.id_field)
                if (best is None or longer) and not chance and not self._introduces(found):
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
            plain = reading.starts(*FACT_STARTS) or len(reading.rest()) <= 4
            if (
                plain
                and self.parts.asked
                and not list_shaped(reading)
                and (words := [token.text for token in reading.rest()])
            ):
                self.parts.missing = " ".join(words)
            return
        if mention.start > self.parts.about and mention.length < 2:
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
        if len(reading.subjects) < 2 or not reading.items or self.parts.similar:
            return
        years = [item for item in reading.items if item.field == self.lexicon.year_field and item.where is not None]
        others = [item for item in reading.items if item.where is not None and item not in years]
        if is_yes_no(self.reading) and not (years and (others or self.parts.asked)):
            return
        used = years if is_yes_no(self.reading) else years + others
        wanted = Query("list", "", chips=tuple(item.chip() for item in used)).where
        fitting = set(self.vocabulary.collection.ids(self.vocabulary.principal, wanted)) if wanted else set()
        kept = tuple(document for document in reading.subjects if document in fitting)
        if kept:
            reading.subjects = kept
            reading.items = [item for item in reading.items if item not in used]
