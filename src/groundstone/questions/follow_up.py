"""Questions that lean on the conversation: "only the ones from the nineties", "anything shorter", "more"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from statistics import mean

from groundstone.filters import Compare, leaves
from groundstone.questions.lexicon import Found
from groundstone.questions.query import Chip, Kind, Query
from groundstone.questions.reading import Item, Reading

PAGE = 10
_MORE = re.compile(
    r"(show |give |list |any |and |some )?(me )?(the )?(more|next|others|something else|anything else|another"
    r"|another one|other ones|different ones|next ones|next page|more please|the rest|rest|go on|continue)"
    r"( please| results| films| movies| of them| ones)?"
)
_LEANS = (
    "only", "just", "and", "but", "what about", "how about", "or", "now", "which of", "which ones", "who of",
    "of those",
    "among", "those", "these", "them", "also", "then", "instead", "without", "not", "no", "any of", "are any", "is any",
    "do any", "sort", "order", "sorted", "rank", "from", "in", "with", "before", "after", "by", "starring",
    "show only", "keep",
    "remove", "exclude", "except", "make it", "limit",
)  # fmt: skip
_POINTS = (
    "of those",
    "of these",
    "of them",
    "those",
    "these",
    "them",
    "the ones",
    "ones",
    "instead",
    "among them",
    "that list",
)
_LISTS = ("list", "similar", "count", "aggregate")


def passage(question: str, previous: Query | None) -> Query:
    """A free question to texts. A short one with a pronoun carries the words of the last question along."""
    words = re.findall(r"\w+", question.lower())
    leaning = (
        previous is not None
        and len(words) <= 8
        and bool(
            set(words) & {"it", "its", "they", "their", "he", "she", "his", "her", "that", "this", "them", "those"}
        )
    )
    theme = f"{previous.theme or previous.text} {question}" if leaning and previous else question
    return Query("passage", question, theme=theme)


def merge(query: Query, reading: Reading, previous: Query) -> Query:
    """The query with what it inherits from the previous one."""
    plain = " ".join(reading.words())
    if bare := _bare_field(query, reading, previous):
        return bare
    if _MORE.fullmatch(plain) and previous.kind in _LISTS:
        again: Kind = "similar" if previous.kind == "similar" else "list"
        return replace(previous, text=query.text, kind=again, offset=previous.offset + (previous.limit or PAGE))
    if (
        query.subjects
        and previous.kind == "fact"
        and reading.starts("what about", "how about", "and", "and for", "same for", "same question for")
    ):
        told = reading.has("happens", "about", "plot", "story", "describe")
        body = query.asked == reading.lexicon.schema.body_field and not told
        same = query.kind == "fact" and (query.asked is None or body)
        return replace(query, asked=previous.asked) if same and previous.asked else query
    if query.subjects or previous.kind not in _LISTS or query.kind in ("reset", "unknown_field"):
        return query
    if not _leans(reading, query):
        return query
    kind: Kind = query.kind if query.kind in ("count", "aggregate") else "list"
    if query.kind == "fact" and query.asked:
        kind = "fact"
    elif kind == "list" and previous.kind == "similar":
        kind = "similar"
    merged = replace(
        query,
        kind=kind,
        theme=_theme(query, previous),
        chips=_chips(query, previous, reading),
        subjects=previous.subjects if kind == "similar" else (),
        limit=query.limit,
    )
    return query if _contradicts(merged, query, reading) else merged


def _bare_field(query: Query, reading: Reading, previous: Query) -> Query | None:
    """ "how long?", "and how many bedrooms": a field and nothing else asks about the one document shown last.

    An average or total of a field and nothing else is taken over what the last question selected.
    """
    if query.subjects or query.where is not None or query.theme or len(reading.tokens) > 6:
        return None
    if query.kind == "aggregate" and query.measure != "most" and previous.where is not None:
        chips = tuple(chip for chip in previous.chips if chip.where is not None)
        return replace(query, chips=chips)
    asked = query.asked if query.kind in ("aggregate", "count", "fact") else None
    single = previous.subjects[:1] if len(previous.subjects) == 1 else reading.shown if len(reading.shown) == 1 else ()
    if asked and single and query.measure in (None, "most") and not reading.has("most", "all", "which", "what"):
        return replace(query, kind="fact", measure=None, subjects=single, chips=(), notes=())
    return None


def _contradicts(merged: Query, query: Query, reading: Reading) -> bool:
    """Whether a question stands better alone: with what came before nothing is left, without it something is."""
    if query.where is None or reading.starts("only", "just") or reading.has(*_POINTS):
        return False
    count, who = reading.vocabulary.collection.count, reading.vocabulary.principal
    return count(who, merged.where) == 0 and count(who, query.where) > 0


def _leans(reading: Reading, query: Query) -> bool:
    if reading.starts(*_LEANS) or reading.has(*_POINTS):
        return not (reading.starts("in which", "in what", "with whom"))
    if any(chip.sort for chip in query.chips) and reading.has("one", "ones") and not query.theme:
        return True
    compared = any(chip.note.startswith("compared with") for chip in query.chips)
    if query.kind == "count" and not query.chips and not query.asked:
        return True
    nouns = {*reading.lexicon.noun, *reading.lexicon.nouns}
    if query.kind == "count" and nouns.isdisjoint(reading.words()) and not query.asked:
        return True
    if not nouns.isdisjoint(reading.words()) and not compared:
        return False
    content = [word for word in reading.words() if word not in ("a", "the", "please")]
    return compared or (len(content) <= 3 and query.kind in ("list", "passage", "off_topic") and bool(query.chips))


def _theme(query: Query, previous: Query) -> str:
    return query.theme or previous.theme


def _chips(query: Query, previous: Query, reading: Reading) -> tuple[Chip, ...]:
    """The previous chips, those replaced that say something about the same field, and the new ones."""
    fields = {leaf.field for chip in query.chips for leaf in leaves(chip.where)}
    instead = reading.starts("what about", "how about") or reading.has("instead")
    sorts = any(chip.sort for chip in query.chips)
    theme = any(chip.kind == "theme" for chip in query.chips)
    kept = [
        chip
        for chip in previous.chips
        if not _replaced(chip, fields, sorts, theme, instead, reading) and chip.kind != "limit"
    ]
    return (*kept, *query.chips)


def _replaced(chip: Chip, fields: set[str], sorts: bool, theme: bool, instead: bool, reading: Reading) -> bool:
    if chip.sort is not None:
        return sorts
    if chip.kind == "theme":
        return theme
    own = {leaf.field for leaf in leaves(chip.where)}
    several = {name for name, words in reading.lexicon.fields.items() if words.spec.many}
    return bool(own & fields) and (instead or not own & fields <= several)


def compared(query: Query, reading: Reading) -> Query:
    """ "anything shorter", "like X but shorter", "longer than X": a filter from the values of the documents meant."""
    for found in reading.lexicon.find(reading.tokens, "comparative"):
        if reading.used[found.start] or not _meant(found, query, reading):
            continue
        item = _comparison(found, query.subjects or reading.shown, reading)
        if item is None:
            continue
        words = reading.text(found.start, found.end).split()
        theme = " ".join(part for part in query.theme.split() if part.casefold() not in words)
        chips = tuple(chip for chip in query.chips if chip.kind != "theme")
        chips = (*chips, Chip("theme", theme), item.chip()) if theme else (*chips, item.chip())
        if query.kind == "similar":
            return replace(query, theme=theme, chips=chips)
        return replace(query, kind="list", asked=None, theme=theme, subjects=(), chips=chips)
    return query


def _meant(found: Found, query: Query, reading: Reading) -> bool:
    """Whether a comparative compares with documents: with what was shown, or with the subject after "than"."""
    if reading.word(found.end) == "than":
        after = found.end + 1
        named = any(reading.used[after : after + 2]) and len(query.subjects) == 1
        return named or (
            bool(reading.shown) and reading.word(after) in ("that", "those", "these", "it", "them", "this")
        )
    return query.kind == "similar" or (bool(reading.shown) and len(query.subjects) < 2)


def _comparison(found: Found, ids: Sequence[str], reading: Reading) -> Item | None:
    field, op = found.phrase.field, found.phrase.value
    documents = reading.vocabulary.collection.documents(reading.vocabulary.principal, ids).values()
    values = [value for document in documents if isinstance(value := document.fields.get(field), int | float)]
    if not values:
        return None
    middle = round(mean(values), 1)
    bound: int | float = int(middle) if float(middle).is_integer() else middle
    against = next(iter(documents)).title if len(values) == 1 else "the average of what was shown"
    label = reading.text(found.start, found.end).capitalize()
    note = f"compared with {against}: {bound}"
    return Item(found.start, found.end, "meaning", field, label, Compare(field, op, bound), note=note)
