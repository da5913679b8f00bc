"""Names of directors out of prose and out of cells that someone cut out of prose."""

from __future__ import annotations

import re

_NO_NAME = r"(?!(?:The|It|Its|In|On|This|His|Her|Set|And|Starring|Based|Written|Produced|Released|Filmed)\b)"
_WORD = rf"(?:[^\W\d_a-z]\.(?:[^\W\d_a-z]\.)*|(?:Jr|Sr|St)\b\.?|{_NO_NAME}[^\W\d_a-z][\w'\u2019-]+)"
_SMALL = r"(?:de la|de|del|della|di|da|dos|du|van der|van den|van|von|der|la|le|bin|al|ter)"
_FULL = rf"{_WORD}(?: (?:{_SMALL} )?{_WORD}|,? Jr\.?){{1,4}}"
_SHARED = rf"{_WORD} and {_FULL}"  # "Joel and Ethan Coen"
_NAMES = rf"(?:{_SHARED}|{_FULL}(?:(?:, and |, | and | & ){_FULL})*)"
# "directed by", "directed and produced by", "directed, co-written, and edited by", "directed by and starring"
_CREDIT = r"[Dd]irected(?:,? (?:and )?[\w-]{4,16}(?:ed|ten)){0,4} by(?:,? and starring)?"
_WHO = r"(?:the )?(?:[\w-]+ ){0,3}?(?:filmmakers?|directors?|brothers|duo) "
_DIRECTED = re.compile(rf"\b{_CREDIT} (?:{_WHO})?({_NAMES})")
_BETWEEN = re.compile(r", and |, (?!Jr)| and | & ")
_JOINED = re.compile(rf"({_WORD}) and ({_FULL})")
_SENTENCE_END = re.compile(r"(?<!\b[^\W\d_a-z])(?<!\bJr)(?<!\bSr)(?<!\bSt)\.(?=\s|\Z)")


def directors_in(prose: str | None) -> list[str]:
    """The full names after the first "directed by" of a text; [] when there are none."""
    found = _DIRECTED.search(prose or "")
    if found is None:
        return []
    names = found[1]
    if joined := _JOINED.fullmatch(names):
        first, second = joined[1], joined[2]
        return [f"{first} {second.split()[-1]}", second]
    return [name for name in _BETWEEN.split(names) if " " in name]


def clean_name(cell: str | None) -> str | None:
    """A name without the beginning of a sentence that was cut off with it; None when no full name is left.

    The rule: a name ends at the first full stop that does not belong to an initial or to Jr., Sr., St.
    ("Charles Martin Smith. The"). What remains of a single word is half a name or a nationality and is
    dropped, unless it has a capital inside, as "McG" has.
    """
    name = _SENTENCE_END.split((cell or "").strip(), maxsplit=1)[0].strip(" ,;")
    if " " in name or re.fullmatch(r"\w+[^\W\d_a-z]\w*", name):
        return name
    return None


_NO_PERFORMER = re.compile(
    r"\W*(?:(?:and|with|featuring|the|introducing) )*(?:voices?|narrat\w+|cast)(?: talents?)?(?: of| by)?\W*", re.I
)


def performers(cells: list[str]) -> list[str]:
    """Names of performers without the words of a credit that were cut out with them ("Voices of", "(voice of)")."""
    bare = (re.sub(r"\s*\((?:the )?voices?(?: of)?\)\s*", " ", cell, flags=re.I).strip(" ,;") for cell in cells)
    return [name for name in bare if name and not _NO_PERFORMER.fullmatch(name)]
