"""Names of directors out of prose and out of cells that someone cut out of prose."""

from __future__ import annotations

import re

_NO_NAME = r"(?!(?:The|It|Its|In|On|This|His|Her|Set|And|Starring|Based|Written|Produced|Released|Filmed)\b)"
_INITIALS = r"[^\W\d_a-z](?= [^\W\d_a-z]\w)|[^\W\d_a-z]\.(?:[^\W\d_a-z]\.)*"  # "J Blakeson", "L.Q. Jones"
_WORD = rf"(?:{_INITIALS}|(?:Jr|Sr|St)\b\.?|{_NO_NAME}[^\W\d_a-z][\w'\u2019-]+)"
_SMALL = r"(?:de la|de|del|della|di|da|dos|du|van der|van den|van|von|der|la|le|bin|al|ter)"
_FULL = rf"{_WORD}(?: (?:{_SMALL} )?{_WORD}|,? Jr\.?){{1,4}}"
_SHARED = rf"{_WORD} and {_FULL}"  # "Joel and Ethan Coen"
_NAMES = rf"(?:{_SHARED}|{_FULL}(?:(?:, and |, | and | & ){_FULL})*)"
# "directed by", "directed and produced by", "directed, co-written, and edited by", "directed by and starring"
_CREDIT = r"[Dd]irected(?:,? (?:and )?[\w-]{4,16}(?:ed|ten)){0,4} by(?:,? and (?:co-)?(?:starring|starred|stars))?"
_TRADES = (
    r"(?:filmmakers?|directors?|brothers|duo|comedians?|actors?|actress|documentarians?|animators?|choreographers?"
    r"|cinematographers?|creators?|writers?|screenwriters?|novelists?|playwrights?|artists?|musicians?|puppeteers?"
    r"|photographers?|editors?|veteran)"
)
_WHO = rf"(?:the )?(?:[\w-]+'? ){{0,3}}?{_TRADES} "
_DIRECTED = re.compile(rf"\b{_CREDIT} (?:{_WHO})?({_NAMES})")
_ANY = rf"(?:{_FULL}|{_WORD}(?!['\u2019]s))"
_DIRECTED_BY_ANY = re.compile(rf"\b{_CREDIT} ({_ANY}(?:(?:, and |, | and | & ){_ANY})*)")
_NATIONS = r"(?:\w+(?:ian|ean|ese|ish)|American|Argentine|French|German|Dutch|Greek|Swiss|Thai|Czech|Israeli|Iraqi)"
_ONE_WORD = re.compile(rf"(?!.*-{_NATIONS}\Z)[^\W\d_a-z][\w'\u2019]+-[^\W\d_a-z][\w'\u2019]+|\w+[^\W\d_a-z]\w*")
_BETWEEN = re.compile(r", and |, (?!Jr)| and | & ")
_JOINED = re.compile(rf"({_WORD}) and ({_FULL})")
_SENTENCE_END = re.compile(r"(?<!\b[^\W\d_a-z])(?<!\bJr)(?<!\bSr)(?<!\bSt)\.(?=\s|\Z)")


def directors_in(prose: str | None) -> list[str]:
    """The names after the first "directed by" of a text; [] when there are none.

    A single word counts when it is a name of its own ("Costa-Gavras", "McG"), or when the text has the full
    name elsewhere: "directed by Hopper" of a text that also names Dennis Hopper.
    """
    found = _DIRECTED.search(prose or "")
    if found is None:
        return _by_last_names(prose or "")
    names = found[1]
    if joined := _JOINED.fullmatch(names):
        first, second = joined[1], joined[2]
        return [f"{first} {second.split()[-1]}", second]
    return [name for name in _BETWEEN.split(names) if " " in name]


def _by_last_names(prose: str) -> list[str]:
    found = _DIRECTED_BY_ANY.search(prose)
    names = (_full_name(name, prose) for name in _BETWEEN.split(found[1])) if found else ()
    return [name for name in names if name]


def _full_name(name: str, prose: str) -> str | None:
    if " " in name or _ONE_WORD.fullmatch(name):
        return name
    longer = rf"({_WORD}(?: {_WORD})?) {re.escape(name)}\b(?!['\u2019-])"
    full = {f"{found[1]} {name}" for found in re.finditer(longer, prose)}
    return full.pop() if len(full) == 1 else None


def clean_name(cell: str | None) -> str | None:
    """A name without the beginning of a sentence that was cut off with it; None when no full name is left.

    The rule: a name ends at the first full stop that does not belong to an initial or to Jr., Sr., St.
    ("Charles Martin Smith. The"). What remains of a single word is half a name or a nationality and is
    dropped, unless it has a capital inside, as "McG" and "Costa-Gavras" have.
    """
    name = _SENTENCE_END.split((cell or "").strip(), maxsplit=1)[0].strip(" ,;")
    if " " in name or _ONE_WORD.fullmatch(name):
        return name
    return None


_CREDITS = (
    r"(?:voices?|narrat\w+|cast|dir|directors?|directed|(?:screen)?writers?|written|screenplay|story|book|novel"
    r"|producers?|nominees?|music|uk|us)"
)
_NO_PERFORMER = re.compile(
    rf"\W*(?:(?:and|with|featuring|starring|the|introducing)\b\W*)*(?:{_CREDITS}(?: talents?)?(?: of| by)?)?\W*", re.I
)
_ASIDE = re.compile(r"\s*(?:\([^()]*\)|\[[^\[\]]*\])\s*")  # "(voice)", "[2]"
_LEAD = re.compile(r"[^\w\"'\u201c\u2018]+|(?:and|with|featuring|introducing|(?:the )?voices? of) (?=[^\W\d_a-z])")


def performers(cells: list[str]) -> list[str]:
    """Names of performers without the words and signs of a credit that were cut out with them.

    "Voices of", "and", "(voice of)", "Dir.:", "[2]" and halves of a bracket are no names.
    """
    names = (name for cell in cells if (name := _performer(cell)))
    return list(dict.fromkeys(names))


def _performer(cell: str) -> str | None:
    name = _ASIDE.sub(" ", cell).strip(" ,;&")
    if ")" in name:  # the end of an aside whose beginning stood in another cell
        return None
    name = name.partition("(")[0].strip(" ,;&")
    while lead := _LEAD.match(name):
        name = name[lead.end() :]
    is_label = name.endswith(":")
    return None if is_label or _NO_PERFORMER.fullmatch(name) else " ".join(name.split())
