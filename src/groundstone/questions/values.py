"""Filters that name a value: genres, languages, people, places, and vague words with a stated meaning."""

from __future__ import annotations

from collections.abc import Iterable

from groundstone.filters import Compare, Filter, Or, leaves
from groundstone.questions.lexicon import Found, Meaning
from groundstone.questions.names import Mention
from groundstone.questions.reading import CONNECTORS, HIGH, LOW, NEGATORS, Item, Reading
from groundstone.questions.words import STOP, keys, stem

LONG_LABEL = 300  # characters; what is longer ends in an ellipsis
_ABOUT = frozenset(["about", "where", "wherein", "involving", "concerning", "regarding", "whose"])
_HAPPENS = frozenset("does do did has have features feature".split())


def about_from(reading: Reading) -> int:
    """The position from which the question describes content ("movies about ..."), or its length."""
    nouns = {*reading.lexicon.noun, *reading.lexicon.nouns}
    for at, token in enumerate(reading.tokens):
        if token.folded in _ABOUT and 0 < at < len(reading.tokens) - 1 and not reading.used[at]:
            if token.folded == "about" and (reading.word(at + 1).isdigit() or reading.word(at - 1) in ("what", "how")):
                continue
            return at
        asked = reading.word(at - 1) in nouns and reading.word(at - 2) in ("which", "what")
        if token.folded in _HAPPENS and asked and not _superlative(reading, at + 1):
            return at
        if token.folded == "which" and reading.word(at - 1) == "in" and at > 2:
            return at
        if (
            token.folded in ("has", "with", "that")
            and reading.word(at - 2) in ("which", "the")
            and reading.word(at - 1) == "one"
        ):
            return at
        if token.folded == "set" and reading.word(at + 1) in ("in", "during", "at", "on") and at:
            return at
    return len(reading.tokens)


def _superlative(reading: Reading, at: int) -> bool:
    """Whether "the highest", "the longest" or the like stands here: "which film has the highest rating"."""
    at += reading.word(at) == "the"
    found = reading.lexicon.at(reading.tokens, at, at + 1)
    return reading.word(at) in HIGH | LOW or any(phrase.kind == "superlative" for phrase in found)


def find_values(reading: Reading, mentions: Iterable[Mention], *, cued_only_from: int) -> None:
    """Add filters for values that need no cue, or that have one. Content words after "about" need one."""
    named = {name for name, words in reading.lexicon.fields.items() if words.values}
    people = set(reading.lexicon.people())
    candidates: dict[tuple[int, int], list[tuple[str, str]]] = {}
    for found in reading.lexicon.find(reading.tokens, "value"):
        candidates.setdefault((found.start, found.end), []).append((found.phrase.field, found.phrase.value))
    for mention in mentions:
        for name in mention.names:
            if name.field in people:
                continue
            if name.field in named or _cue_before(reading, mention.start, {name.field}):
                candidates.setdefault((mention.start, mention.end), []).append((name.field, name.value))
    for at, token in enumerate(reading.tokens):  # "flats" for the value "flat"
        if (
            (at, at + 1) not in candidates
            and (single := stem(token.folded)) != token.folded
            and token.folded not in STOP
        ):
            found_names = [name for name in reading.vocabulary.names.lookup([single]) if name.field in named]
            if found_names:
                candidates[at, at + 1] = [(name.field, name.value) for name in found_names]
    for (start, end), values in sorted(candidates.items(), key=lambda item: (item[0][0] - item[0][1], item[0][0])):
        if reading.free(start, end):
            _add_value(reading, start, end, values, start >= cued_only_from)


def _add_value(reading: Reading, start: int, end: int, values: list[tuple[str, str]], needs_cue: bool) -> None:
    fields = dict.fromkeys(field for field, _ in values)
    cue = _cue_before(reading, start, fields) or _cue_after(reading, end, fields)
    if not cue and needs_cue:
        return
    if cue:
        field, cue_start, cue_end = cue
        start, end = min(start, cue_start), max(end, cue_end)
        chosen = [(name, value) for name, value in values if name == field]
    else:
        chosen = [pair for pair in values if reading.lexicon.fields[pair[0]].values]
    present = [pair for pair in chosen if _present(reading, *pair)]
    before = {leaf.field for leaf in leaves(reading.previous.where)} if reading.previous and not cue else set()
    beside = _beside(reading, start)
    present.sort(key=lambda pair: (pair[0] != beside, pair[0] not in before))
    if not present and cue:
        present = [pair for pair in values if _present(reading, *pair)]
    if chosen or present:
        field, value = (present or chosen)[0]
        reading.add(value_item(reading, start, end, field, value))


def _beside(reading: Reading, start: int) -> str:
    """The field of the item before, in a list: "in Swedish or Danish" speaks of languages twice."""
    at = start
    while reading.word(at - 1) in CONNECTORS:
        at -= 1
    return next((item.field for item in reading.items if at < start and item.end == at), "")


def value_item(reading: Reading, start: int, end: int, field: str, value: str) -> Item:
    spec = reading.lexicon.fields[field].spec
    whole = any(name.value == value and not name.alias for name in reading.vocabulary.names.lookup(keys(value)))
    where = Compare(field, "eq" if whole or not spec.many else "contains", value)
    return Item(start, end, "filter", field, f"{spec.heading}: {value}", where, value=value)


def _present(reading: Reading, field: str, value: str) -> bool:
    return any(name.field == field for name in reading.vocabulary.names.lookup(keys(value)))


def _cue_before(reading: Reading, start: int, fields: Iterable[str]) -> tuple[str, int, int] | None:
    at = start
    while at > 0 and reading.word(at - 1) in ("the", "a", "an"):
        at -= 1
    for length in (4, 3, 2, 1):
        if at - length < 0 or not reading.free(at - length, at):
            continue
        for phrase in reading.lexicon.at(reading.tokens, at - length, at):
            if phrase.kind == "before" and phrase.field in fields:
                return phrase.field, at - length, start
    return None


def _cue_after(reading: Reading, end: int, fields: Iterable[str]) -> tuple[str, int, int] | None:
    for length in (2, 1):
        for phrase in reading.lexicon.at(reading.tokens, end, end + length):
            if phrase.kind == "after" and phrase.field in fields and reading.free(end, end + length):
                return phrase.field, end, end + length
    return None


def find_places(reading: Reading) -> None:
    """ "filmed in Paris": a cue, then words that some value contains."""
    for found in reading.lexicon.find(reading.tokens, "before"):
        words = reading.lexicon.fields[found.phrase.field]
        if words.spec.type != "text" or words.person or words.values or found.end >= len(reading.tokens):
            continue
        if found.end - found.start < 2 or not reading.free(found.start, found.end):
            continue
        end = found.end
        while (
            end < len(reading.tokens) and reading.free(end, end + 1) and reading.word(end) not in (*CONNECTORS, "but")
        ):
            if end > found.end and reading.word(end) in STOP - {"the", "of"}:
                break
            end += 1
        value = " ".join(token.text for token in reading.tokens[found.end : end])
        if value:
            where = Compare(words.spec.name, "contains", value)
            reading.add(Item(found.start, end, "filter", words.spec.name, f"{words.spec.heading}: {value}", where))


def find_meanings(reading: Reading, *, until: int) -> None:
    """Vague words ("classic", "recent") as chips that state what they are taken to mean."""
    for found in reading.lexicon.find(reading.tokens, "meaning"):
        if reading.word(found.start - 1) in ("how", "hows"):
            continue
        if reading.free(found.start, found.end) and found.start < until and qualifies(reading, found):
            meaning = reading.lexicon.meanings[found.phrase.value]
            where, note = _resolve(reading, meaning)
            if where is not None:
                label = reading.text(found.start, found.end).capitalize()
                reading.add(Item(found.start, found.end, "meaning", meaning.name, label, where, note=note))


def qualifies(reading: Reading, found: Found) -> bool:
    """Whether an adjective stands with the documents asked for, and not with a word of the theme."""
    if found.start in reading.tagged():
        return False
    at = found.end
    while at < len(reading.tokens) and (reading.used[at] or _neutral(reading, at)):
        if any(phrase.kind == "noun" for phrase in reading.lexicon.at(reading.tokens, at, at + 1)):
            return True
        if reading.word(at) in (
            "that",
            "which",
            "with",
            "from",
            "in",
            "by",
            "for",
            "of",
            "but",
            "to",
            "and",
            "or",
            ",",
        ):
            return True
        at += 1
    return at >= len(reading.tokens)


def _neutral(reading: Reading, at: int) -> bool:
    word = reading.word(at)
    keyword = any(
        mention.start <= at < mention.end and mention.of([reading.lexicon.theme_field or ""])
        for mention in reading.mentions
    )
    return word in STOP or word in CONNECTORS or keyword or bool(reading.lexicon.at(reading.tokens, at, at + 1))


def _resolve(reading: Reading, meaning: Meaning) -> tuple[Filter | None, str]:
    if meaning.newest is None:
        return meaning.where, meaning.note
    field, within = meaning.newest["field"], int(meaning.newest["within"])
    newest = reading.vocabulary.newest(field)
    if newest is None:
        return None, ""
    return Compare(field, "ge", newest - within), f"{newest - within} or later: {meaning.note}"


def negate(reading: Reading) -> None:
    """Mark the items that stand under a "not", "without", "except"."""
    ordered = sorted(reading.items, key=lambda item: item.start)
    for index, item in enumerate(ordered):
        if item.kind not in ("filter", "meaning"):
            continue
        before = ordered[index - 1] if index else None
        item.negated = (
            item.negated
            or _negator_before(reading, item)
            or (before is not None and before.negated and _same_list(reading, before, item))
        )


def _negator_before(reading: Reading, item: Item) -> bool:
    at = item.start - 1
    skip = ("any", "a", "an", "the", "in", "too", "from", "with", "directed", "starring", "by", "want", "is",
    "are", "for",
            "really", "that", "necessarily", "anything", "featuring", "spoken", "made", "have", "has")  # fmt: skip
    steps = 0
    while at >= 0 and steps < 4 and not reading.used[at]:
        word = reading.word(at)
        beyond = word == "after" and reading.has("most common", "commonest", "most frequent")
        pair = f"{reading.word(at - 1)} {word}"
        if word in NEGATORS or beyond or pair in ("other than", "apart from", "aside from"):
            reading.use(at, at + 1)
            return True
        is_noun = any(phrase.kind == "noun" for phrase in reading.lexicon.at(reading.tokens, at, at + 1))
        if word not in skip and not is_noun:
            return False
        at, steps = at - 1, steps + 1
    return False


def _same_list(reading: Reading, before: Item, item: Item) -> bool:
    gap = [reading.word(at) for at in range(before.end, item.start)]
    return before.field == item.field and bool(gap) and all(word in CONNECTORS or word in ("any", "a") for word in gap)


def merge_alternatives(reading: Reading) -> None:
    """ "horror or comedy", "in French and German": items of one field that exclude each other become one."""
    ordered = sorted(reading.items, key=lambda item: item.start)
    merged: list[Item] = []
    for item in ordered:
        last = merged[-1] if merged else None
        if last and _alternatives(reading, last, item):
            assert last.where is not None
            assert item.where is not None
            options = last.where.items if isinstance(last.where, Or) else (last.where,)
            if item.where not in options:
                last.where = Or((*options, item.where))
                last.label = _or(last.label, item.label)
            last.field = last.field if last.field == item.field else f"{last.field}|{item.field}"
            last.end = item.end
        else:
            merged.append(item)
    reading.items = merged


def _or(label: str, other: str) -> str:
    if len(label) > LONG_LABEL:
        return label if label.endswith("…") else f"{label} …"
    return f"{label} or {other.removeprefix(label.split(': ')[0] + ': ')}"


def _alternatives(reading: Reading, left: Item, right: Item) -> bool:
    if left.kind != "filter" or right.kind != "filter" or left.negated or right.negated:
        return False
    if left.where is None or right.where is None:
        return False
    gap = [reading.word(at) for at in range(left.end, right.start)]
    gap = [
        word for word in gap if word not in ("in", "from", "by", "either", "the", "starring", "with", ",", "directed")
    ]
    if left.field != right.field:
        return "or" in gap and reading.has("either") and set(gap) == {"or"}
    words = reading.lexicon.fields.get(left.field)
    single = words is not None and not words.spec.many and _closed(left.where) and _closed(right.where)
    return gap == ["or"] or (single and gap in (["and"], []))


def _closed(where: Filter) -> bool:
    """Whether a filter names a value or an interval with two ends, so that two of them exclude each other."""
    return not isinstance(where, Compare) or where.op == "eq"
