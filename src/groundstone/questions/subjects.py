"""Which documents a question is about: titles in it, ordinals and pronouns that point at the conversation."""

from __future__ import annotations

import re

from groundstone.identity import Principal
from groundstone.questions.names import ARTICLES, Mention
from groundstone.questions.reading import Reading
from groundstone.questions.words import STOP, keys
from groundstone.stores.base import Collection

SIMILAR = ("similar to", "like", "resembling", "resembles", "such as", "comparable to", "reminds me of",
    "along the lines of",
           "in the vein of", "in the style of", "more like", "akin to", "as good as", "remind me of", "if i liked",
           "if i loved", "i liked", "i loved", "i enjoyed", "fans of", "fan of", "same vein as",
           "close to")  # fmt: skip
FACT_STARTS = (
    "who", "whos", "whose", "whom", "when", "whens", "where", "wheres", "what", "whats", "which", "how", "hows",
    "is", "was",
    "are", "were", "did", "does", "do", "has", "have", "had", "in what", "in which", "tell me", "give me", "describe",
    "summarize", "summarise", "name", "can you tell", "could you tell", "do you know", "please tell", "i want to know",
    "explain", "compare", "by whom", "will", "wasnt", "isnt", "didnt", "doesnt", "arent", "werent", "hasnt", "on what",
    "from which",
    "from what", "for how", "and who", "and when", "and where", "and how", "and what",
)  # fmt: skip
_ORDINALS = {
    "first": 0, "1st": 0, "second": 1, "2nd": 1, "third": 2, "3rd": 2, "fourth": 3, "4th": 3, "fifth": 4, "5th": 4,
    "sixth": 5, "6th": 5, "seventh": 6, "7th": 6, "eighth": 7, "8th": 7, "ninth": 8, "9th": 8, "tenth": 9, "10th": 9,
    "last": -1, "final": -1,
}  # fmt: skip
_FILLERS = STOP | frozenset("did does called titled named entitled version original starring years year".split())


def fact_shaped(reading: Reading) -> bool:
    return (
        reading.starts(*FACT_STARTS)
        or reading.has("which is", "which was", "who is", "or")
        or any(found.phrase.field for found in reading.lexicon.find(reading.tokens, "ask"))
    )


def list_shaped(reading: Reading) -> bool:
    """Whether the question asks for documents ("which films", "a movie about") rather than about one."""
    plurals = {reading.lexicon.noun[1]} | {noun for noun in reading.lexicon.nouns if noun.endswith("s")}
    singulars = {reading.lexicon.noun[0]} | {noun for noun in reading.lexicon.nouns if not noun.endswith("s")}
    words = reading.words()
    for at, word in enumerate(words):
        if reading.used[at]:
            continue
        if word in plurals and not (at and words[at - 1] == "of" and at > 1 and words[at - 2] == "title"):
            return True
        left = words[at - 1] if at else ""
        if word in singulars and _which(words, at):
            return True
        if word in singulars and left in ("which", "what", "a", "any", "some", "another", "good", "great", "this"):
            return left != "this"
    return reading.has(
        "something", "anything", "what should", "what to watch", "what can i watch", "what could", "the one where",
        "the one with", "the one that", "the one in which", "the one about", "which one has", "which one is about",
    )  # fmt: skip


def _which(words: list[str], at: int) -> bool:
    """ "which Kubrick film": a question word up to three words before the noun, no verb right behind it."""
    verbs = ("is", "was", "are", "were", "s", "did", "does", "do", "has", "the", "happens", "about")
    return any(words[back] in ("which", "what") and words[back + 1] not in verbs for back in range(max(at - 4, 0), at))


def find_subjects(reading: Reading) -> tuple[list[Mention], bool]:
    """The titles meant as titles, and whether the question asks for documents similar to them."""
    titles = reading.vocabulary.titles()
    candidates = [
        mention
        for mention in reading.mentions
        if mention.of(titles) and reading.free(mention.start, mention.end) and not _inside_person(reading, mention)
    ]
    accepted: list[Mention] = []
    similar = False
    for mention in candidates:
        if any(mention.start < other.end and other.start < mention.end for other in accepted):
            continue
        like = _after_similar(reading, mention)
        if like or _accept(reading, mention):
            accepted.append(_with_article(reading, mention))
            similar = similar or like
    return sorted(accepted, key=lambda mention: mention.start), similar


def longer_name(reading: Reading, mention: Mention) -> int | None:
    """Where a title really ends that goes on behind the one that was found: "Titanic 2", "The Matrix Reloaded".

    None if it does not go on. What was found is then another document, and must not be answered about.
    """
    at = mention.end
    if at >= len(reading.tokens) or reading.used[at]:
        return None
    token, before = reading.tokens[at], reading.tokens[at - 1]
    if before.possessive or token.start - before.end > 2:
        return None
    if re.fullmatch(r"[2-9]|1\d|ii|iii|iv|vi{0,3}", token.folded) and not _counts(reading, at):
        return at + 1
    named = any(other.start <= at < other.end for other in reading.mentions if other.length > 1 or other.start != at)
    if _proper(reading, at) and before.capital and not named and token.start - before.end == 1:
        return at + 1 + (_proper(reading, at + 1))
    return None


def _counts(reading: Reading, at: int) -> bool:
    """Whether a number counts or measures something: "jaws 2 hours"."""
    kinds = {phrase.kind for length in (1, 2) for phrase in reading.lexicon.at(reading.tokens, at + 1, at + 1 + length)}
    return bool(kinds & {"unit"}) or reading.word(at + 1) in ("or", "and", "to", "years", "of")


def _inside_person(reading: Reading, mention: Mention) -> bool:
    """Whether the words name a person: "Keanu" in "Keanu Reeves", "Hitchcock" in "films by Hitchcock"."""
    people = reading.lexicon.people()
    if names := mention.of(people):
        at = mention.start - (reading.word(mention.start - 1) in ("director", "actor", "actress"))
        for length in (3, 2, 1):
            phrases = reading.lexicon.at(reading.tokens, max(at - length, 0), at)
            if any(phrase.kind == "before" and phrase.field in {name.field for name in names} for phrase in phrases):
                return True
    return any(
        other.length > mention.length
        and other.start <= mention.start
        and mention.end <= other.end
        and reading.word(other.start) not in ARTICLES
        and any(not name.alias for name in other.of(people))
        for other in reading.mentions
    )


def _after_similar(reading: Reading, mention: Mention) -> bool:
    at = mention.start
    while at > 0 and reading.word(at - 1) in ("the", "movie", "film", "a", "an"):
        at -= 1
    for phrase in SIMILAR:
        length = len(phrase.split())
        if at >= length and reading.text(at - length, at) == phrase:
            if phrase == "like" and reading.word(at - 2) in ("would", "id", "i", "is", "look", "looks"):
                return False
            return _significant(reading, mention) or mention.end == len(reading.tokens)
    return False


def _accept(reading: Reading, mention: Mention) -> bool:
    tokens = reading.tokens[mention.start : mention.end]
    if all(token.quoted for token in tokens):
        return True
    noun_next = reading.lexicon.is_noun(reading.word(mention.end)) and mention.length == 1
    if _is_leftover(reading, mention) and not list_shaped_without(reading, mention):
        return not noun_next or mention.end == len(reading.tokens)
    left = reading.word(mention.start - 1) if mention.start else ""
    if left in ("called", "titled", "named", "entitled") and not reading.starts("who", "what", "how"):
        return True
    if reading.lexicon.is_noun(left) and reading.word(mention.start - 2) == "the" and _capitalised(reading, mention):
        return True
    if _series(reading, mention):
        return True
    if reading.left_word(mention.start, ("the",))[0] == "than" and _compared_before(reading, mention.start):
        return True
    if list_shaped_without(reading, mention):
        left, _ = reading.left_word(mention.start, ("the", "for", "from"))
        if left in ("except", "excluding", "besides") or reading.has("other than", "but not", "apart from"):
            return _capitalised(reading, mention) or left in ("except", "excluding")
        return _capitalised(reading, mention) and mention.length >= 2 and _introduced(reading, mention)
    if not fact_shaped(reading):
        return False
    if reading.about and mention.start > reading.about and not _capitalised(reading, mention):
        return False
    if mention.length >= 2 and _significant(reading, mention):
        return not (len(tokens) == 2 and _only_phrases(reading, mention) and not _capitalised(reading, mention))
    if noun_next or (reading.about and mention.start > reading.about):
        return False
    alone = not (_proper(reading, mention.start - 1) or _proper(reading, mention.end))
    placed = mention.start > 0 or reading.word(mention.end) in ("or", "and", "vs", "versus")
    return alone and placed and _capitalised(reading, mention) and not reading.lexicon.knows(tokens[0].folded)


def _proper(reading: Reading, at: int) -> bool:
    """Whether a word that nothing explains is written with a capital, so that it belongs to the name beside it."""
    if not 0 < at < len(reading.tokens) or reading.used[at]:
        return False
    token = reading.tokens[at]
    return token.capital and token.folded not in STOP and not reading.lexicon.knows(token.folded)


def _compared_before(reading: Reading, start: int) -> bool:
    """ "longer than X", "films older than X"."""
    return any(start - 2 <= found.end <= start for found in reading.lexicon.find(reading.tokens, "comparative"))


def list_shaped_without(reading: Reading, mention: Mention) -> bool:
    """list_shaped, with the words of the mention left out of account."""
    before = reading.used[:]
    reading.use(mention.start, mention.end)
    shaped = list_shaped(reading)
    reading.used = before
    return shaped


def _series(reading: Reading, mention: Mention) -> bool:
    """ "the Harry Potter films": the beginning of several titles, before a plural noun."""
    if not any(phrase.kind == "noun" for phrase in reading.lexicon.at(reading.tokens, mention.end, mention.end + 1)):
        return False
    every = reading.word(mention.start - 1) in ("every", "each", "all", "any")
    bare = mention.length - (reading.word(mention.start) in ARTICLES)
    named = bare == 1 and every and reading.tokens[mention.end - 1].capital
    if (bare < 2 and not named) or not (every or reading.word(mention.end).endswith("s")):
        return False
    words = [token.folded for token in reading.tokens[mention.start : mention.end]]
    return len(reading.vocabulary.names.series(words, reading.vocabulary.titles()[0])) > 1


def _introduced(reading: Reading, mention: Mention) -> bool:
    left, _ = reading.left_word(mention.start, ("the",))
    return left in ("as", "of", "in", "is", "than", "for", "called", "titled", "named")


def _significant(reading: Reading, mention: Mention) -> bool:
    """At least one word of the title is neither a function word nor one of the platform's own phrases."""
    return any(
        token.folded not in STOP and not token.folded.isdigit() for token in reading.tokens[mention.start : mention.end]
    )


def _only_phrases(reading: Reading, mention: Mention) -> bool:
    return all(
        token.folded in STOP or reading.lexicon.knows(token.folded)
        for token in reading.tokens[mention.start : mention.end]
    )


def _capitalised(reading: Reading, mention: Mention) -> bool:
    tokens = reading.tokens[mention.start : mention.end]
    marked = [token for token in tokens if token.folded not in STOP or len(tokens) == 1]
    everything = all(token.capital for token in reading.tokens if token.text[:1].isalpha())
    lettered = any(not token.folded.isdigit() for token in marked)
    return lettered and all(token.capital or token.folded[:1].isdigit() for token in marked) and not everything


def _is_leftover(reading: Reading, mention: Mention) -> bool:
    """Whether the title is all that remains once question words and the words for a field are taken away."""
    covered = [False] * len(reading.tokens)
    for found in reading.lexicon.find(reading.tokens, "ask", "noun", "absent", "unit"):
        for at in range(found.start, found.end):
            covered[at] = True
    for at, token in enumerate(reading.tokens):
        if mention.start <= at < mention.end:
            continue
        known = (
            reading.used[at] or covered[at] or token.folded in _FILLERS or token.folded.isdigit() or token.text in ",/"
        )
        if not known:
            return False
    if reading.shown and reading.word(mention.end - 1) in ("one", "ones"):
        return False
    if mention.length == 1 and reading.tokens[mention.start].folded in ("it", "this", "that", "them", "these", "those"):
        return not reading.shown and reading.tokens[mention.start].capital and mention.start > 0
    inside = reading.tokens[mention.start : mention.end]
    if all(covered[at] for at in range(mention.start, mention.end)):
        return len(reading.tokens) == mention.length or all(token.capital for token in inside)
    return fact_shaped(reading) or len(reading.tokens) - mention.length <= 3


def _with_article(reading: Reading, mention: Mention) -> Mention:
    if mention.start and reading.word(mention.start - 1) in ("the", "a", "an"):
        return Mention(mention.start - 1, mention.end, mention.names, mention.corrected)
    return mention


def partial_subject(reading: Reading) -> Mention | None:
    """A title of which only some words are given, if few titles hold them: "who directed spider verse"."""
    covered = list(reading.used)
    for found in reading.lexicon.find(reading.tokens, "ask", "noun", "absent"):
        for at in range(found.start, found.end):
            covered[at] = True
    main = reading.lexicon.schema.title_field or ""
    for start, end in _runs(reading, covered):
        words = [token.base for token in reading.tokens[start:end]]
        single = end - start == 1 and len(words[0]) > 4
        if not (single or end - start > 1) or not all(reading.vocabulary.names.knows_word(word) for word in words):
            continue
        names = reading.vocabulary.names.containing(words, main)
        if 1 <= len(names) <= (1 if single else 3):
            return Mention(start, end, names)
    return None


def misspelt_subject(reading: Reading) -> Mention | None:
    """A title or name hidden by a spelling mistake, in what remains unexplained of a question for a fact."""
    covered = list(reading.used)
    for found in reading.lexicon.find(reading.tokens, "ask", "noun", "absent"):
        for at in range(found.start, found.end):
            covered[at] = True
    best: Mention | None = None
    wanted = (*reading.vocabulary.titles(), *reading.lexicon.people())
    for start, end in _runs(reading, covered):
        for length in range(end - start, 0, -1):
            for begin in range(start, end - length + 1):
                if "and" in (reading.word(begin), reading.word(begin + length - 1)):
                    continue
                if length > 1 and reading.word(begin + length - 1) in ARTICLES:
                    continue
                if length == 1 and len(reading.tokens[begin].folded) < 5:
                    continue
                if not _any_unheard(reading, begin, begin + length):
                    continue
                mention = reading.vocabulary.names.corrected(reading.tokens, begin, begin + length)
                if mention and mention.of(wanted) and (best is None or mention.length > best.length):
                    best = mention
            if best:
                return best
    return None


def _occurs(collection: Collection, who: Principal, word: str) -> bool:
    """Whether a text holds this very word; full-text search alone would also find other forms of it."""
    found = collection.match(who, [word], limit=3)
    chunks = collection.chunks(who, [item.chunk_id for item in found])
    return any(word in keys(f"{chunk.embedded} {chunk.text}") for chunk in chunks.values())


def _any_unheard(reading: Reading, start: int, end: int) -> bool:
    """Whether some word occurs nowhere in the documents; words that do are not misspelt."""
    collection, who = reading.vocabulary.collection, reading.vocabulary.principal
    return any(
        not reading.vocabulary.names.knows_word(token.base) and not _occurs(collection, who, token.base)
        for token in reading.tokens[start:end]
        if token.folded not in STOP
    )


def _runs(reading: Reading, covered: list[bool]) -> list[tuple[int, int]]:
    """Stretches of unexplained tokens, trimmed of function words at both ends."""
    runs: list[tuple[int, int]] = []
    at, total = 0, len(reading.tokens)
    while at < total:
        if covered[at]:
            at += 1
            continue
        end = at
        while end < total and not covered[end]:
            end += 1
        start, stop = at, end
        while start < stop and reading.word(start) in _FILLERS:
            start += 1
        while stop > start and reading.word(stop - 1) in _FILLERS:
            stop -= 1
        if stop > start and stop - start <= 10:
            runs.append((start, stop))
        at = end
    return runs


def pointed(reading: Reading) -> tuple[str, ...]:
    """Documents of the conversation that "the second one", "it", "that film" point at; empty if none."""
    if not reading.shown:
        return ()
    words = reading.words()
    nouns = {"one", *reading.lexicon.noun, *reading.lexicon.nouns}
    for at, word in enumerate(words):
        if word in _ORDINALS and not reading.used[at]:
            following = words[at + 1] if at + 1 < len(words) else ""
            alone = (
                at
                and words[at - 1] == "the"
                and following in ("", "about", "called", "is", "was", "from", "rated", "like")
            )
            if following in nouns or alone:
                return _nth(reading, at, _ORDINALS[word])
        if word in ("number", "no") and at + 1 < len(words) and words[at + 1].isdigit() and int(words[at + 1]) < 50:
            return _nth(reading, at, int(words[at + 1]) - 1)
    several = any(word in ("they", "them", "both", "these", "those") for word in words) or reading.has(
        "which one", "of the two"
    )
    if several and reading.previous and reading.previous.kind == "fact" and len(reading.recent) > 1:
        return reading.recent[:4][::-1]
    if any(word in ("it", "its") for word in words) or reading.has(
        "that one", "this one", "that film", "this film", "that movie", "this movie", "the film", "the movie"
    ):
        subjects = reading.previous.subjects if reading.previous else ()
        return subjects[:1] or reading.shown[:1]
    return ()


def _nth(reading: Reading, at: int, index: int) -> tuple[str, ...]:
    if not -len(reading.shown) <= index < len(reading.shown):
        reading.notes.append(f"Only {len(reading.shown)} were shown.")
        return ()
    reading.use(at, min(at + 2, len(reading.tokens)))
    return (reading.shown[index],)
