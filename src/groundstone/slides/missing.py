"""Words of a question that a table lacks: which of them may be missing in an answer, and which say something else."""

from __future__ import annotations

import re

from groundstone.slides import lexis
from groundstone.slides.asks import Ask
from groundstone.slides.choices import says_kind
from groundstone.slides.lookup import Place

_VERBS = """is are was were do does did has have had in on at of for per from by to with there can could will would work
works live lives run runs go goes come comes came sell sells sold need needs take takes took""".split()
_COUNTED = re.compile(r"\bhow many ((?:[\w'’-]+ ){0,2}?[\w'’-]+?)(?= (?:" + "|".join(_VERBS) + r")\b|\s*[?.]|$)")
_LOOSE = frozenset(
    """more less fewer million millions thousand thousands billion billions percent percentage points point times of
    the total core single whole different distinct people units""".split()
)  # fmt: skip
_BE = frozenset("be been being to is are was were get gets got getting will would can could must should not".split())
_NOUNS = frozenset("a an the of in for per by with on at from and or 's our their its this that no".split())


def is_counted(place: Place, ask: Ask) -> bool:
    """Whether what a question counts ("how many nurses") is what the numbers of a table are."""
    match = _COUNTED.search(ask.folded)
    if match is None or ask.threshold:
        return True
    noun = match[1].split()[-1]
    if (
        noun in _LOOSE
        or noun.endswith("er")
        or "times" in match[1].split()
        or lexis.root(noun) in lexis.SOFT
        or noun in lexis.STOP
    ):
        return True
    matrix = place.matrix
    units = {cell.amount.unit for row in matrix.cells for cell in row if cell.amount is not None}
    captions = " ".join(line.text for line in place.sheet.lines if line.kind != "notes" and len(line.text.split()) <= 9)
    said = lexis.bag(f"{matrix.words} {place.sheet.title} {captions} {' '.join(units)}")
    return lexis.meets(lexis.root(noun), said) > 0


def is_verb(word: str, ask: Ask) -> bool:
    """Whether a word of the question is a verb by its place: "are they aiming", "did it sell", "would be cut"."""
    raw, at = _placed(word, ask)
    if at is None:
        return False
    before = raw[at - 1] if at else ""
    if before in _NOUNS:
        return False
    if raw[at].endswith(("ing", "ed")) or before in _BE or raw[at] in _SAID:
        return True
    if at > 1 and raw[at - 2] in _NOUNS and at + 1 < len(raw):  # "did the Esbeck canteen have"
        return False
    return any(one in _DO for one in raw[:at]) and raw[at - 1] not in _DO


def may_lack(word: str, ask: Ask, place: Place) -> bool:
    """Whether a table may lack a word: a verb, what a name that it has is one of ("the Dresden site"), a unit."""
    raw, at = _placed(word, ask)
    if at is None:
        return True
    before = raw[at - 1] if at else ""
    if (place.columns and says_kind(raw[at])) or raw[at] in _SCALES:
        return True
    if raw[at] in _TIMES and before in ("per", "an", "a", "each"):
        return True
    if raw[at] in _CLASSES:
        return not before.endswith(("'s", "’s"))
    return is_verb(word, ask) and bool(place.columns)


def _placed(word: str, ask: Ask) -> tuple[list[str], int | None]:
    """The words of a question as they are written, and where one with a root stands."""
    raw = [match[0].casefold() for match in re.finditer(r"[^\W_]+(?:['’.-][^\W_]+)*", ask.text)]
    return raw, next((place for place, one in enumerate(raw) if word in lexis.roots(one)), None)


_DO = frozenset("do does did will would can could shall should has have had".split())
_SAID = frozenset("sell sells sold lose loses lost gain gains gained earn earns make makes made get gets got".split())
_CLASSES = frozenset(
    """site sites plant plants office offices branch branches team teams group groups line lines route routes segment
    segments region regions unit units division divisions department departments category categories channel channels
    model models ad ads bill bills figure figures level levels size sizes type types item items business option options
    branch location locations market markets""".split()
)
_SCALES = frozenset("million millions thousand thousands billion billions once".split())
_TIMES = frozenset("hour day week month year minute second night head person unit".split())
