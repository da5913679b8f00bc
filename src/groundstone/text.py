"""Plain text cut into paragraphs and sentences, by character offsets, so that every piece can be quoted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

Range = tuple[int, int]  # half-open, in characters

_BLANK_LINE = re.compile(r"\n[^\S\n]*(?:\n[^\S\n]*)+")
_LIST_LINE = re.compile(r"(?:[-*•‣–]|\(?\d{1,3}[.)]|\(?[a-z][.)])\s")
_LABEL_LINE = re.compile(r"[A-Z][\w' /-]{0,40}:\s")
_ROW = re.compile(r"[^:;\n]{1,60}: [^;\n]+(?:; [^:;\n]{1,60}: [^;\n]+)+")
_LONGEST_ROW = 600  # characters; a longer one is cut into its sentences
_END = re.compile(r"[.!?…]+[\"'”’»)\]]*(?=\s|\Z)|[。！？]+[」』”]*")
_FINAL = re.compile(r"[.!?…。！？][\"'”’»)\]」』]*\Z")
_WORDS = re.compile(r"[^\W\d_]{2,}")
_VERBS = re.compile(
    r"\b(?:is|are|was|were|be|has|have|had|can|may|must|will|shall|should|does|do|did|needs?|costs?|lasts?|gets?)\b"
)
_OPENING = "\"'“‘«([¿¡"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Followed by a name or a number, so a full stop after them never ends a sentence.
_TITLES = _words("""
    mr mrs ms mx dr prof rev fr hon gen col capt cpt lt sgt cmdr maj gov sen rep pres st ste mt ft
    messrs mme mlle vs v cf e.g i.e eg ie viz approx ca al fig figs eq sec ch vol nr pp ed eds trans op
    dept univ
""")
# These may also stand at the end of a sentence; the next word decides.
_MAYBE_FINAL = _words("""
    jr sr inc ltd co corp bros etc u.s u.k u.n u.s.a e.u d.c l.a n.y a.m p.m b.c a.d ph.d m.d b.a m.a
    r.i.p jan feb mar apr jun jul aug sep sept oct nov dec ave blvd rd est
""")
_BEFORE_NUMBER = frozenset({"no", "nos", "p", "art", "para"})
_STARTERS = _words("""
    a after all also although an and another as at because before both but by during each even every
    finally for from he her here his how however i if in instead it its later many meanwhile most much
    my no not now of on once one only other our she since so some soon still such that the their then
    there these they this those though through to today two under until upon we what when where whether
    which while who why with you your
""")


def paragraphs(text: str) -> list[Range]:
    """Ranges between blank lines, without outer blanks."""
    ranges, start = [], 0
    for gap in _BLANK_LINE.finditer(text):
        ranges.append((start, gap.start()))
        start = gap.end()
    ranges.append((start, len(text)))
    return [trimmed for span in ranges if (trimmed := trim(text, *span)) is not None]


def sentences(text: str) -> list[Range]:
    """Ranges of the sentences, in order; together they hold every non-blank character.

    Abbreviations, initials, decimals and quoted questions do not end a sentence; a blank line, a list
    item and a ``Label: value`` line do. The row of a table stays whole.
    """
    found: list[Range] = []
    for start, end in _blocks(text):
        cut = start
        if is_row(text[start:end]):
            found.append((start, end))
            continue
        for stop in _stops(text, start, end):
            if (span := trim(text, cut, stop)) is not None:
                found.append(span)
            cut = stop
        if (span := trim(text, cut, end)) is not None:
            found.append(span)
    return found


def is_row(text: str) -> bool:
    """Whether a paragraph is the row of a table, ``column: value; column: value``, which is read as one sentence."""
    return len(text) <= _LONGEST_ROW and _ROW.fullmatch(text) is not None


def is_sentence(text: str) -> bool:
    """Whether a line says something: a sentence, a row, a labelled value; no heading, menu item or single word."""
    words = _WORDS.findall(text)
    if text.upper() == text.lower():  # a script without capitals, which may have no blanks either
        return len(text) >= 6 and bool(words)
    if _FINAL.search(text):
        return len(words) >= 2
    if ": " in text or " | " in text:
        return bool(words)
    if len(words) < 3:
        return False
    counts = any(map(str.isdigit, text)) and not text[0].isdigit()
    return len(words) >= 9 or counts or _LIST_LINE.match(text) is not None or _VERBS.search(text) is not None


def trim(text: str, start: int, end: int) -> Range | None:
    """The range without blanks at its ends; None when nothing is left."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return (start, end) if start < end else None


def _blocks(text: str) -> Iterator[Range]:
    """Paragraphs, cut again at the newlines that end a thought (lists, headings, label lines)."""
    for start, end in paragraphs(text):
        lines = list(_lines(text, start, end))
        longest = max(stop - begin for begin, stop in lines)
        cut = start
        for (begin, stop), (following, _) in pairwise(lines):
            if _is_hard(text, begin, stop, following, longest):
                yield cut, stop
                cut = following
        yield cut, end


def _lines(text: str, start: int, end: int) -> Iterator[Range]:
    while start < end:
        stop = text.find("\n", start, end)
        stop = end if stop < 0 else stop
        yield start, stop
        start = stop + 1


def _is_hard(text: str, begin: int, stop: int, following: int, longest: int) -> bool:
    """Whether the newline at ``stop`` separates; if not, it only wraps a long line."""
    while text[following].isspace():
        following += 1
    if _LIST_LINE.match(text, following) or _LABEL_LINE.match(text, following):
        return True
    if text[following].islower():
        return False
    return longest < 50 or stop - begin < 0.7 * longest


def _stops(text: str, start: int, end: int) -> Iterator[int]:
    for match in _END.finditer(text, start, end):
        if match.end() < end and _ends_sentence(text, start, match, end):
            start = match.end()
            yield start


def _ends_sentence(text: str, start: int, match: re.Match[str], end: int) -> bool:
    following = _word_after(text, match.end(), end)
    if following[:1].islower():
        return False
    if match.group()[0] != "." or len(match.group().rstrip("\"'”’»)]")) > 1:
        return True
    before = _word_before(text, start, match.start())
    word = before.lower()
    if word in _TITLES or (word in _BEFORE_NUMBER and following[:1].isdigit()):
        return False
    if word in _MAYBE_FINAL or _is_initial(before):
        return following.lower() in _STARTERS and following[:1].isupper()
    return not (before.isdigit() and _is_list_number(text, start, match.start(), before))


def _is_initial(word: str) -> bool:
    """``J`` of "J. R. R. Tolkien"; also ``J.R``."""
    return bool(word) and all(len(part) == 1 and part.isupper() for part in word.split("."))


def _is_list_number(text: str, start: int, stop: int, number: str) -> bool:
    return not text[start : stop - len(number)].strip()


def _word_before(text: str, start: int, stop: int) -> str:
    begin = stop
    while begin > start and not text[begin - 1].isspace():
        begin -= 1
    return text[begin:stop].lstrip(_OPENING + "-–—/")


def _word_after(text: str, start: int, end: int) -> str:
    while start < end and (text[start].isspace() or text[start] in _OPENING):
        start += 1
    stop = start
    while stop < end and (text[stop].isalnum() or text[stop] in "'’"):
        stop += 1
    return text[start:stop]
