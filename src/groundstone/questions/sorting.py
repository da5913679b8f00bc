"""Order and number: "best", "the three longest", "newest first", "sorted by year", "top 5"."""

from __future__ import annotations

from itertools import pairwise

from groundstone.filters import Sort
from groundstone.questions.lexicon import Found, PhraseKind
from groundstone.questions.numbers import numbers
from groundstone.questions.reading import HIGH, LOW, Item, Reading
from groundstone.questions.values import qualifies

_BY = ("sorted by", "sort by", "ordered by", "order by", "ranked by", "rank by", "sort them by", "order them by",
       "rank them by", "sort these by", "in order of", "arranged by", "sort it by", "by order of")  # fmt: skip
_ORDER = ("sort", "order", "rank", "arrange", "list", "sorted", "ordered", "ranked")
_DOWN = ("descending", "desc", "highest first", "high to low", "downwards", "largest first", "decreasing", "reverse")
_UP = ("ascending", "asc", "lowest first", "low to high", "smallest first", "increasing", "chronologically",
       "chronological order", "in chronological order")  # fmt: skip
_NOT_COUNTED = ("than", "over", "under", "rated", "above", "below", "part")


def find_limit(reading: Reading) -> None:
    """ "top 5", "five films", "the three longest", "first 10": how many are wanted."""
    for number in numbers(reading.tokens):
        if not reading.free(number.start, number.end) or number.unit or not float(number.low).is_integer():
            continue
        if not 1 <= number.low <= 100 or number.span:
            continue
        left = reading.word(number.start - 1)
        counted = left not in _NOT_COUNTED and _counted(reading, number.end, left != "of")
        if (
            left in ("top", "first", "best", "bottom", "worst")
            or counted
            or reading.word(number.end) in ("best", "top", "most", "more")
        ):
            start = number.start - (left in ("top", "first", "best", "bottom", "worst"))
            item = Item(start, number.end, "limit", "", f"{int(number.low)} at most", limit=int(number.low))
            if left in ("top", "best", "bottom", "worst") and (best := reading.lexicon.best):
                lowest = left in ("bottom", "worst")
                item.kind, item.sort, item.field = "sort", Sort(best.field, best.descending != lowest), best.field
                heading = reading.lexicon.fields[best.field].spec.heading.lower()
                item.label = f"{'Worst' if lowest else 'Best'} {int(number.low)} by {heading}"
            reading.add(item)
            return


def _counted(reading: Reading, at: int, plurals: bool) -> bool:
    """Whether documents stand here: "films", "longest", "animated films"; with ``plurals`` also "comedies"."""
    kinds = _kinds(reading, at)
    if kinds & {"noun", "superlative"}:
        return True
    return "value" in kinds and ((plurals and reading.word(at).endswith("s")) or _counted(reading, at + 1, plurals))


def _kinds(reading: Reading, at: int) -> set[PhraseKind]:
    return {phrase.kind for length in (2, 1) for phrase in reading.lexicon.at(reading.tokens, at, at + length)}


def find_sorting(reading: Reading, *, until: int) -> None:
    """Add a sort for "sorted by ...", superlatives and "newest first"."""
    if _alphabetical(reading) or _from_to(reading) or _explicit(reading) or _in_order(reading):
        return
    for found in reading.lexicon.find(reading.tokens, "superlative"):
        if found.start < until and reading.free(found.start, found.end) and _meant(reading, found):
            descending = found.phrase.value == "max"
            _add(reading, found.start, found.end, Sort(found.phrase.field, descending), _single(reading, found))
            return
    _generic(reading, until)


def _alphabetical(reading: Reading) -> bool:
    title = reading.lexicon.schema.title_field
    for at in range(len(reading.tokens)):
        for phrase in (
            "in alphabetical order",
            "alphabetically",
            "alphabetical order",
            "alphabetical",
            "from a to z",
            "a to z",
        ):
            length = len(phrase.split())
            if title and reading.text(at, at + length) == phrase and reading.free(at, at + length):
                reading.add(Item(at, at + length, "sort", title, "Title, A to Z", sort=Sort(title)))
                return True
    return False


def _from_to(reading: Reading) -> bool:
    """ "from the shortest to the longest"."""
    found = [item for item in reading.lexicon.find(reading.tokens, "superlative") if reading.free(item.start, item.end)]
    for first, second in pairwise(found):
        gap = [word for word in reading.words()[first.end : second.start] if word != "the"]
        if gap == ["to"] and first.phrase.field == second.phrase.field:
            reading.use(first.start, second.end)
            _add(reading, first.start, second.end, Sort(first.phrase.field, first.phrase.value == "max"), False)
            return True
    return False


def _in_order(reading: Reading) -> bool:
    """ "in order", with nothing said of which: by year."""
    year = reading.lexicon.year_field
    for phrase in ("in chronological order", "chronologically", "in order"):
        length = len(phrase.split())
        at = len(reading.tokens) - length
        if year and at >= 0 and reading.text(at, len(reading.tokens)) == phrase and reading.free(at, at + length):
            _add(reading, at, at + length, Sort(year), False)
            return True
    return False


def _explicit(reading: Reading) -> bool:
    for at in range(len(reading.tokens)):
        for phrase in _BY:
            length = len(phrase.split())
            if reading.text(at, at + length) == phrase and reading.free(at, at + length):
                return _sorted_by(reading, at, at + length)
    if any(reading.word(at) in _ORDER for at in range(2)):
        for at in range(len(reading.tokens) - 1, 0, -1):
            if reading.word(at) == "by" and reading.free(at, at + 1):
                return _sorted_by(reading, at, at + 1)
    return False


def _sorted_by(reading: Reading, start: int, end: int) -> bool:
    while reading.word(end) in ("the", "their", "its"):
        end += 1
    for length in (3, 2, 1):
        for phrase in reading.lexicon.at(reading.tokens, end, end + length):
            spec = reading.lexicon.schema.get(phrase.field)
            if phrase.kind in ("ask", "superlative") and spec and not spec.many and spec.filterable:
                end = min(end + length, len(reading.tokens))
                natural = spec.type in ("integer", "number") and not reading.lexicon.fields[spec.name].year
                descending = reading.has(*_DOWN, "newest first", "latest first", "longest first", "best first") or (
                    natural and not reading.has(*_UP, "shortest first", "worst first")
                )
                _use_direction(reading, end)
                _add(reading, start, end, Sort(spec.name, descending), False)
                return True
    return False


def _use_direction(reading: Reading, end: int) -> None:
    for at in range(end, len(reading.tokens)):
        for phrase in (*_DOWN, *_UP, "newest first", "latest first", "longest first", "best first", "oldest first",
                       "shortest first", "worst first", "order"):  # fmt: skip
            length = len(phrase.split())
            if reading.text(at, at + length) == phrase:
                reading.use(at, at + length)


def _meant(reading: Reading, found: Found) -> bool:
    if reading.word(found.end) == "first" or found.end >= len(reading.tokens):
        return True
    if reading.text(found.start, found.end) == "first" and reading.word(found.start - 1) not in (
        "the",
        "whose",
        "s",
        "very",
    ):
        return len(reading.subjects) > 1
    return len(reading.subjects) > 1 or qualifies(reading, found)


def _single(reading: Reading, found: Found) -> bool:
    """Whether one document is wanted ("the longest film") rather than an order ("longest films")."""
    if reading.word(found.end) == "first":
        reading.use(found.end, found.end + 1)
        return False
    plurals = {
        reading.lexicon.noun[1],
        *(noun for noun in reading.lexicon.nouns if noun.endswith("s")),
        "ones",
        "comedies",
    }
    words = reading.words()
    if any(word in plurals and not _of_plural(words, at) for at, word in enumerate(words)):
        return False
    following = words[found.end : found.end + 4]
    people = set(reading.lexicon.people())
    plural_item = any(
        item.start >= found.end and item.field and people.isdisjoint(item.field.split("|"))
        and words[item.end - 1].endswith("s") and item.kind == "filter"
        and words[item.end - 1] not in ("us",) and item.start - found.end <= 2 and item.value
        and words[item.end - 1] != item.value.lower()
        for item in reading.items
    )  # fmt: skip
    return not plural_item and "ones" not in following


def _of_plural(words: list[str], at: int) -> bool:
    """ "the longest of the films": the plural names the whole, one is wanted."""
    return at >= 1 and (words[at - 1] == "of" or (at >= 2 and words[at - 2] == "of"))


def _generic(reading: Reading, until: int) -> None:
    """ "highest rating", "lowest runtime", "most votes": any numeric field."""
    for at, token in enumerate(reading.tokens[:until]):
        if token.folded not in HIGH | LOW or not reading.free(at, at + 1):
            continue
        for length in (2, 1):
            for phrase in reading.lexicon.at(reading.tokens, at + 1, at + 1 + length):
                spec = reading.lexicon.schema.get(phrase.field)
                if phrase.kind == "ask" and spec and spec.type in ("integer", "number"):
                    end = min(at + 1 + length, len(reading.tokens))
                    found = Found(at, end, phrase)
                    _add(reading, at, end, Sort(spec.name, token.folded in HIGH), _single(reading, found))
                    return


ORDINALS = {
    word: number
    for number, words in enumerate("second 2nd,third 3rd,fourth 4th,fifth 5th,sixth 6th,seventh 7th".split(","), 2)
    for word in words.split()
}


def _add(reading: Reading, start: int, end: int, sort: Sort, single: bool) -> None:
    place = ORDINALS.get(reading.word(start - 1)) if start and not reading.used[start - 1] else None
    spec = reading.lexicon.fields[sort.field].spec
    limited = next((item for item in reading.items if item.limit), None)
    limit = 1 if single and limited is None else None
    year = reading.lexicon.fields[sort.field].year
    words = (
        ("newest first" if year else "highest first")
        if sort.descending
        else ("oldest first" if year else "lowest first")
    )
    if limited and limited.sort:
        limited.sort = None
        limited.kind, limited.label = "limit", f"{limited.limit} at most"
    label = f"{spec.heading}, {words}"
    if place:
        start, limit, label = start - 1, 1, f"{label}, number {place}"
    reading.add(Item(start, end, "sort", sort.field, label, sort=sort, limit=limit, offset=place - 1 if place else 0))


def find_comparative(reading: Reading) -> None:
    """ "which is longer, X or Y?": between named documents a comparative is a superlative."""
    for found in reading.lexicon.find(reading.tokens, "comparative"):
        if reading.free(found.start, found.end):
            _add(reading, found.start, found.end, Sort(found.phrase.field, found.phrase.value == "gt"), True)
            return
